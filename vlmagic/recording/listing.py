"""The recordings of a folder as a list, and which of them can go.

This room refuses to delete what was used in this run, what another kernel is writing, and what it
cannot read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast, get_args

from vlmagic.transcript import Status

from .folder import Entry, Folder
from .format import Head, parse
from .read import Glance, glance, money

State = Literal[Status, "unfinished", "being written", "unreadable"]


@dataclass(frozen=True, slots=True)
class Row:
    """One recording as it is listed."""

    name: str
    size: int
    """Bytes."""
    state: State = "unreadable"
    """How the run ended; or why that is not known."""
    model: str = ""
    prompt: str = ""
    asking: int = 1
    made: str = ""
    cost: tuple[float, str] | None = None
    used: bool = False
    """Whether it was played or recorded in this run."""
    stale: bool = False
    """Whether a newer recording of the same asking took its place."""


def rows(folder: Folder, used: Collection[str] = ()) -> list[Row]:
    """Every recording in the folder, by name, the unreadable ones included."""
    seen = [(entry, glance(folder, entry.name)) for entry in folder.entries()]
    found = [_row(folder, entry, glanced, entry.name in used) for entry, glanced in seen]
    newest: dict[tuple[str, int], tuple[str, str]] = {}
    for row, (_, glanced) in zip(found, seen, strict=True):
        if glanced and row.state in {"complete", "truncated"}:
            key, mark = _asking(glanced.head), (row.made, row.name)
            newest[key] = max(newest.get(key, mark), mark)
    return [
        replace(
            row, stale=glanced is not None and _replaced(row, newest.get(_asking(glanced.head)))
        )
        for row, (_, glanced) in zip(found, seen, strict=True)
    ]


def _asking(head: Head) -> tuple[str, int]:
    return head.replayed or head.digest, head.asking


def _replaced(row: Row, newest: tuple[str, str] | None) -> bool:
    return newest is not None and newest[1] != row.name and row.state != "being written"


def _row(folder: Folder, entry: Entry, seen: Glance | None, used: bool) -> Row:  # noqa: FBT001
    if seen is None or not seen.request:
        state: State = "being written" if folder.in_use(entry.name) else "unreadable"
        return Row(entry.name, entry.size, state, used=used)
    state, cost = _ending(folder, entry.name)
    return Row(
        entry.name,
        entry.size,
        state,
        model=seen.head.model,
        prompt=str(seen.request.get("prompt", "")),
        asking=seen.head.asking,
        made=seen.head.made,
        cost=cost,
        used=used,
    )


def _ending(folder: Folder, name: str) -> tuple[State, tuple[float, str] | None]:
    """State and cost by the last line alone; `read` is for whoever relies on the file."""
    last = folder.end(name).rstrip(b"\r\n").rpartition(b"\n")[2]
    try:
        values: dict[str, Any] = parse(last)
    except ValueError:
        values = {}
    status = values.get("end")
    if status not in get_args(Status):
        return ("being written" if folder.in_use(name) else "unfinished"), None
    return cast("State", status), money(values)


def prunable(folder: Folder, used: Collection[str] = ()) -> list[str]:
    """What can go: recordings whose place was taken, unfinished ones, pictures of none."""
    listed = rows(folder, used)
    gone = {row.name for row in listed if (row.stale or row.state == "unfinished") and not row.used}
    gone = {name for name in gone if not folder.in_use(name)}
    return [*sorted(gone), *idle_pictures(folder, gone)]


def idle_pictures(folder: Folder, gone: Collection[str] = ()) -> list[str]:
    """The pictures that no recording shows, but for those `gone`; none while one cannot be read."""
    left = [entry.name for entry in folder.entries() if entry.name not in gone]
    seen = [glance(folder, name) for name in left]
    if not all(one and one.request for one in seen):
        return []
    needed = {digest for one in seen if one for digest in _digests(one.request)}
    return sorted(name for name, digest in folder.images() if digest not in needed)


def prune(folder: Folder, used: Collection[str] = ()) -> list[str]:
    """Delete what can go; the names of it."""
    gone = prunable(folder, used)
    for name in gone:
        folder.remove(name)
    return gone


def _digests(request: Mapping[str, Any]) -> Iterator[str]:
    images = request.get("images")
    for image in images if isinstance(images, list) else []:
        if isinstance(image, dict) and isinstance(image.get("digest"), str):
            yield image["digest"]
    history = request.get("history")
    for turn in history if isinstance(history, list) else []:
        if isinstance(turn, dict):
            yield from _digests(turn)
