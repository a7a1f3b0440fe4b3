"""What there is to look at, in a few lines, for the errors that have to say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vlmagic.errors import CellError
from vlmagic.language import say

from .kinds import kind_of, may_be_picture, picturable, pyplot_figures, title_of

if TYPE_CHECKING:
    from . import Shelf

_MOST = 5


def nothing_here(
    what: str,
    shelf: Shelf | None,
    namespace: Mapping[str, Any],
    hidden: frozenset[str],
) -> CellError:
    """`what` was not found: an error that lists what there is instead."""
    items = list(shelf.items)[-_MOST:] if shelf is not None else []
    opened = [f"@fig:{number}" for number in pyplot_figures()][:_MOST]
    variables = picturable(namespace, hidden)[:_MOST]
    there: list[str] = []
    if items:
        there.append(say("shown: {items}", items=", ".join(str(item) for item in items)))
    elif shelf is not None and not (opened or variables):
        there.append(say("nothing has been shown since vlmagic was loaded in this kernel"))
    if opened:
        there.append(say("open: {figures}", figures=", ".join(opened)))
    if variables:
        there.append(say("variables: {names}", names=", ".join(variables)))
    if not (items or opened or variables):
        remedy = say(
            "Show a figure first, name a file (-i picture.png), or ask without one (--no-image)."
        )
        return CellError(what, f"{_sentence(there)} {remedy}".strip())
    return CellError(what, _sentence([say("there is"), "; ".join(there)], " "))


def several(label: str, members: Mapping[str, Any], value: Any) -> CellError:
    """`label` should be one picture and is more, or none."""
    pictures = {path: member for path, member in members.items() if may_be_picture(member)}
    if not pictures:
        return CellError(
            say("{label} holds no pictures.", label=label),
            say("Pictures are figures, images, arrays of pixels, tables, and paths of files."),
        )
    kinds = [
        f"{label}{path} {kind_of(member)}" + (f' "{t}"' if (t := title_of(member)) else "")
        for path, member in list(pictures.items())[:_MOST]
    ]
    items = ", ".join(kinds) + (", …" if len(pictures) > _MOST else "")
    if len(pictures) < len(members) or isinstance(value, dict):
        what = say("{label} is a collection of several things.", label=label)
        if len(pictures) > 1:
            what = say("{label} is {count} pictures, not one.", label=label, count=len(pictures))
        return CellError(what, say("Choose: {items}.", items=items))
    return CellError(
        say("{label} is {count} pictures, not one.", label=label, count=len(pictures)),
        say("Choose: {items}. For all of them write {label}[:].", items=items, label=label),
    )


def _sentence(parts: Sequence[str], between: str = "; ") -> str:
    text = between.join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
