"""References to pictures: never a silent pick among several, never an empty hand without a list.

This room refuses to look itself (look.py does): it says in which order, and what is meant when
nothing is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vlmagic.language import say
from vlmagic.references import Reference

from .apart import Apart
from .drawn import Resolved
from .listing import nothing_here
from .look import Look
from .pick import age_of, is_of, named, newest, opened, unflushed

if TYPE_CHECKING:
    from . import Shelf
    from .item import Item

__all__ = ["Resolved", "apart", "default", "resolve", "shown"]

_HIDDEN: frozenset[str] = frozenset()


def resolve(
    references: Sequence[Reference],
    shelf: Shelf | None,
    namespace: Mapping[str, Any],
    *,
    max_pixels: int = 2560 * 32 * 32,
    facts: bool = True,
    dpi: int | None = None,
    hidden: frozenset[str] = _HIDDEN,
) -> Resolved:
    """The pictures behind `references`, in their order.

    `dpi` draws live figures anew; `hidden` are names of the namespace that are not the user's.
    Raises CellError for what is not there or not one, ImageError for what cannot be looked at.
    """
    look = Look(shelf, namespace, max_pixels, facts, dpi, hidden)
    for reference in references:
        look.at(reference)
    return look.into


def apart(
    references: Sequence[Reference],
    shelf: Shelf | None,
    namespace: Mapping[str, Any],
    *,
    max_pixels: int = 2560 * 32 * 32,
    facts: bool = True,
    dpi: int | None = None,
    hidden: frozenset[str] = _HIDDEN,
) -> tuple[list[tuple[str, Any]], Resolved]:
    """What `references` lead to, each thing under its label, for rows that look at it themselves.

    Beside it what all rows have in common: tables as text, notices. Raises CellError for what is
    not there or not one; what cannot be looked at is the error of whoever looks.
    """
    look = Apart(shelf, namespace, max_pixels, facts, dpi, hidden)
    for reference in references:
        look.at(reference)
    return look.things, look.into


def shown(
    items: Sequence[Item],
    *,
    max_pixels: int = 2560 * 32 * 32,
    facts: bool = True,
    dpi: int | None = None,
) -> Resolved:
    """The pictures of these items of the shelf, as they were shown."""
    look = Look(None, {}, max_pixels, facts, dpi, _HIDDEN)
    for item in items:
        look.shown(item)
    return look.into


def default(
    shelf: Shelf | None,
    namespace: Mapping[str, Any],
    *,
    max_pixels: int = 2560 * 32 * 32,
    facts: bool = True,
    dpi: int | None = None,
    hidden: frozenset[str] = _HIDDEN,
) -> Resolved:
    """The picture that is meant when none is named.

    In this order: shown in this cell; drawn in this cell and not shown yet; shown in the previous
    cell; a figure of pyplot that was opened later than anything was shown; shown earlier, and then
    it is said how much earlier.
    """
    look = Look(shelf, namespace, max_pixels, facts, dpi, hidden)
    item = newest(shelf)
    age = age_of(item, shelf) if item is not None else None
    waiting, certain = unflushed()
    if not certain and item is not None:
        older = [figure for figure in waiting if opened(figure, shelf) <= item.serial]
        waiting = [figure for figure in waiting if figure not in older]
        if older and not waiting and age and not any(is_of(item, figure) for figure in older):
            look.say(say("{names} is open as well; write -i @gcf for it.", names=named(older[-1])))
    if item is not None and (age == 0 or (age == 1 and not (waiting and certain))):
        look.shown(item)
    elif waiting:
        if len(waiting) > 1:
            look.say(say("{count} figures are open; this is the current one.", count=len(waiting)))
        look.draw(waiting[-1], "@gcf")
    elif item is not None:
        look.shown(item)
        look.say(say("{label} was shown {count} cells ago.", label=item.label, count=age))
    else:
        raise nothing_here(say("There is no figure to look at."), shelf, namespace, hidden)
    return look.into
