"""What was clicked as the `%%vlreason` cell that asks the same.

Figures are named by a variable that holds them where there is one; what has no name is bound to one
when the cell is asked for, and that is said. This room refuses to run anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from vlmagic.language import say
from vlmagic.settings import Settings

from .tray import Entry, names


def cell(
    draft: Mapping[str, Any],
    entries: Sequence[Entry],
    chosen: Settings,
    usual: Settings,
    namespace: MutableMapping[str, Any],
    follows: str | None,
) -> tuple[str, list[str]]:
    """The text of the cell, and what its reader should know.

    `usual` are the settings without the panel's wishes; `follows` is the name of the Result that is
    followed up, "" where it has none.
    """
    notes: list[str] = []
    words = ["%%vlreason"]
    for entry in entries:
        words += ["-i", _reference(entry, namespace, notes)]
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


def _reference(entry: Entry, namespace: MutableMapping[str, Any], notes: list[str]) -> str:
    known = names(namespace, entry)
    if known:
        return known[0]
    if entry.item is not None and entry.here:
        notes.append(
            say(
                "{label} names a cell by its number, which changes when the notebook is run again; keep "
                "the figure in a variable to name it for good.",
                label=entry.label,
            )
        )
        return entry.label
    data = entry.raster[0]
    name = _free(namespace, data)
    namespace[name] = data
    notes.append(
        say(
            "{label} is kept in {name} until the kernel ends; save it to a file to keep it longer.",
            label=entry.label,
            name=name,
        )
    )
    return name


def _free(namespace: Mapping[str, Any], data: bytes) -> str:
    number = 1
    while (name := f"picture_{number}") in namespace and namespace[name] != data:
        number += 1
    return name
