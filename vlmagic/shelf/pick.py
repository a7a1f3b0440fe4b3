"""Which pictures are meant, among those shown and those open."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from vlmagic.errors import CellError
from vlmagic.facts import figure_of
from vlmagic.language import say
from vlmagic.references import Open, Shown, quoted

from .kinds import is_empty, pyplot_figures, title_of
from .listing import nothing_here

if TYPE_CHECKING:
    from . import Shelf
    from .item import Item


def newest(shelf: Shelf | None) -> Item | None:
    """The picture shown last."""
    return shelf.items[-1] if shelf is not None and shelf.items else None


def age_of(item: Item, shelf: Shelf | None) -> int:
    """How many cells ago it was shown: 0 is this cell, 1 the one before."""
    return (shelf.serial if shelf is not None else 0) - item.serial


def opened(figure: Any, shelf: Shelf | None) -> int:
    """The serial number of the cell in which an open figure was seen for the first time."""
    return shelf.hooks.opened(figure) if shelf is not None and shelf.hooks is not None else 0


def is_of(item: Item, figure: Any) -> bool:
    """Whether an item shows this figure of matplotlib, or a widget of it."""
    return figure_of(item.live()) is figure


def named(figure: Any) -> str:
    """An open figure, as one calls it."""
    title = title_of(figure)
    return f'@gcf "{title}"' if title else "@gcf"


def pick(
    reference: Shown,
    shelf: Shelf | None,
    namespace: Mapping[str, Any],
    hidden: frozenset[str],
    notify: Callable[[str], None],
) -> list[Item]:
    """The items of an @-reference, oldest first; CellError with what there is if there are none."""
    items = list(shelf.items) if shelf is not None else []
    if reference.back is not None:
        found = [items[-reference.back]] if reference.back <= len(items) else []
    elif reference.newest is not None:
        found = items[-reference.newest :] if reference.newest else items
        if len(found) < reference.newest:
            notify(say("{text} is {count} pictures.", text=reference.text, count=len(found)))
    elif reference.title is not None:
        found = [item for item in items if item.title == reference.title]
        if len(found) > 1:
            notify(
                say(
                    "{count} pictures have the title {title}: the last one is meant.",
                    count=len(found),
                    title=reference.title,
                )
            )
        found = found[-1:]
    else:
        found = [item for item in items if item.cell == reference.cell]
        if reference.first is None and len(found) > 1:
            notify(say("{text} is {count} pictures.", text=reference.text, count=len(found)))
        elif reference.first is not None:
            last = reference.last or reference.first
            wanted = range(reference.first, last + 1)
            found = [item for item in found if item.index in wanted]
            if 0 < len(found) < len(wanted):
                notify(say("{text} is {count} pictures.", text=reference.text, count=len(found)))
    if not found:
        what = say("{text} is not on the shelf.", text=reference.text)
        titles = [item.title for item in items if item.title]
        near = difflib.get_close_matches(reference.title or "", titles, 1)
        if near:
            raise CellError(what, say("Did you mean {names}?", names=f"@title:{quoted(near[0])}"))
        raise nothing_here(what, shelf, namespace, hidden)
    return found


def open_figures(
    reference: Open,
    shelf: Shelf | None,
    namespace: Mapping[str, Any],
    hidden: frozenset[str],
) -> list[tuple[str, Any]]:
    """(label, figure) of pyplot's open figures; the inline backend closes them with their cell."""
    figures = pyplot_figures()
    if reference.every:
        drawn = {number: one for number, one in figures.items() if not is_empty(one)} or figures
        found = [(f"@fig:{number}", drawn[number]) for number in sorted(drawn)]
    elif reference.figure is None:
        found = [(reference.text, list(figures.values())[-1])] if figures else []
    else:
        found = [
            (reference.text, figure)
            for number, figure in figures.items()
            if reference.figure in (number, figure.get_label())
        ]
    if found:
        return found
    labels = [str(figure.get_label()) for figure in figures.values() if figure.get_label()]
    near = difflib.get_close_matches(str(reference.figure), labels, 1)
    if near:
        raise CellError(
            say("{text} is not open.", text=reference.text),
            say("Did you mean @fig:{name}?", name=quoted(near[0])),
        )
    what = say("{text} is not open; figures are closed when their cell ends.", text=reference.text)
    raise nothing_here(what, shelf, namespace, hidden)


def unflushed() -> tuple[list[Any], bool]:
    """Open figures, the current one last, and whether they must be of the running cell.

    The inline backend shows and closes all figures when a cell ends, unless it is told not to.
    """
    figures = [figure for figure in pyplot_figures().values() if not is_empty(figure)]
    inline = sys.modules.get("matplotlib_inline.config")
    library = sys.modules.get("matplotlib")
    if not figures or library is None:
        return [], False
    certain = False
    if inline is not None and "inline" in str(library.get_backend()).lower():
        certain = bool(inline.InlineBackend.instance().close_figures)
    return figures, certain
