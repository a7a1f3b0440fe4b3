"""What was clicked as the `%%vlreason` cell that asks the same.

Figures are named so that the cell means the same when the notebook is run again: by a variable that
holds them, else by their title; what has neither is bound to a variable when the cell is asked for,
and that is said. This room refuses to run anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from vlmagic.errors import CellError
from vlmagic.language import say
from vlmagic.settings import Settings
from vlmagic.shelf import Item

from .entry import Entry


def cell(
    draft: Mapping[str, Any],
    entries: Sequence[Entry],
    shown: Sequence[Item],
    chosen: Settings,
    usual: Settings,
    namespace: MutableMapping[str, Any],
    follows: str | None,
) -> tuple[str, list[str]]:
    """The text of the cell, and what its reader should know.

    `shown` is what stands on the shelf, oldest first; `usual` are the settings without the panel's wishes; `follows` is the name of the Result that is
    followed up, "" where it has none.
    """
    notes: list[str] = []
    words = ["%%vlreason"]
    for entry in entries:
        words += ["-i", _reference(entry, shown, namespace, notes)]
    if not entries and follows is None:
        words.append("--no-image")
    if follows:
        words.append(f"-c={follows}")
    elif follows == "":
        notes.append(
            say("It asks anew: the answer before it has no name. Keep it in one to follow it up.")
        )
    words += _wishes(chosen, usual)
    if draft.get("name"):
        words += ["-o", str(draft["name"])]
    return " ".join(words) + "\n" + str(draft.get("text", "")), notes


def _wishes(chosen: Settings, usual: Settings) -> Iterator[str]:
    if chosen["model"] != usual["model"]:
        yield f"-m {chosen['model']}"
    if chosen["budget"] is not None and chosen["budget"] != usual["budget"]:
        yield f"--budget {chosen['budget']}"
    elif chosen["think"] is False and usual["think"] is not False:
        yield "--no-think"
    elif chosen["think"] and usual["think"] is False:
        yield "--think"
    if chosen["steps"] and not usual["steps"]:
        yield "--steps"


def _reference(
    entry: Entry, shown: Sequence[Item], namespace: MutableMapping[str, Any], notes: list[str]
) -> str:
    """A name that means the same picture when the notebook is run again: never a cell's number."""
    owner = entry.item.live() if entry.item is not None else None
    if owner is not None and (known := _names(namespace, owner)):
        return known[0]
    quoted = _quoted(entry.title)
    called = [item for item in shown if item.title == entry.title]
    if quoted and called and called[-1] is entry.item:
        return f"@title:{quoted}"
    kept = entry.raster[0] or owner
    if kept is None:
        raise CellError(
            say("{label} is gone: the picture was not kept, nor its object.", label=entry.label),
            say("Run the cell that shows it again."),
        )
    name = _free(namespace, kept)
    namespace[name] = kept
    notes.append(
        say(
            "{label} is kept in {name} until the kernel ends; save it to a file to keep it longer.",
            label=entry.label,
            name=name,
        )
    )
    return name


def _names(namespace: Mapping[str, Any], owner: Any) -> list[str]:
    """The variables that hold what was shown."""
    return [
        name
        for name, value in list(namespace.items())
        if value is owner and name.isidentifier() and not name.startswith("_")
    ]


def _quoted(title: str) -> str:
    """The title in quotes that do not end within it; nothing for one that no line can hold."""
    if not title.isprintable():
        return ""
    return next((f"{mark}{title}{mark}" for mark in "\"'" if title and mark not in title), "")


def _free(namespace: Mapping[str, Any], kept: Any) -> str:
    number = 1
    while (name := f"picture_{number}") in namespace and not _same(namespace[name], kept):
        number += 1
    return name


def _same(one: Any, other: Any) -> bool:
    return one is other or (isinstance(one, bytes) and isinstance(other, bytes) and one == other)
