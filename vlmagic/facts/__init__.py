"""Exact facts of a live figure, as one bounded line of JSON and one digest of all its data.

`facts_of` looks only at objects it is handed and at attributes that they have: it imports no
plotting library, draws nothing, changes no pixel and never raises. What it cannot read it leaves
out. This room refuses to interpret: peaks and trends are for the reader of the facts.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vlmagic.images.frames import Frame

    from .data import FigureData
    from .frames import Region

BUDGET = 2000


@dataclass(frozen=True, slots=True)
class Facts:
    """`text`: compact JSON within the budget; `digest`: SHA-256 (hex) of all data and all text.

    `axes`: where the axes lie in the picture, if it is known what the picture shows; never sent.
    """

    text: str
    digest: str
    axes: tuple[Frame, ...] = ()
    numbers: FigureData | None = field(default=None, compare=False, repr=False)
    """All numbers behind the picture, to check an answer against; never sent."""


def facts_of(obj: Any, budget: int = BUDGET, region: Region | None = None) -> Facts | None:
    """The facts of a figure, at most `budget` bytes of UTF-8; None if there are none to be had.

    `region` is the part of a matplotlib figure that its picture shows.
    """
    try:
        from . import pages

        if (page := pages.specification(obj)) is not None:
            return pages.read(*page, budget)
        owner = figure_of(obj)
        if owner is None:
            return None
        from . import figure

        return figure.read(owner, budget, region)
    except Exception:  # noqa: BLE001 - facts are an extra; a figure must never fail for them
        return None


def embedded(page: str) -> dict[str, Any] | None:
    """The Vega-Lite specification in a page that altair wrote; None for any other page."""
    from . import vega

    return vega.embedded(page)


def figure_of(obj: Any) -> Any:
    """The matplotlib figure that `obj` is or belongs to; None if there is none.

    Figures, subfigures, axes and other artists, containers of them, grids of seaborn, and the
    canvas of ipympl.
    """
    library = sys.modules.get("matplotlib.figure")
    if library is None or obj is None:
        return None
    if isinstance(obj, library.Figure):
        return obj
    if isinstance(obj, sys.modules["matplotlib.container"].Container):
        return next((figure_of(child) for child in obj.get_children()), None)
    if isinstance(obj, sys.modules["matplotlib.artist"].Artist):
        owner = obj.figure
        return owner if isinstance(owner, library.Figure) else getattr(owner, "figure", None)
    owner = getattr(obj, "figure", None) if _root(obj) in ("seaborn", "ipympl") else None
    return owner if isinstance(owner, library.Figure) else None


def _root(obj: Any) -> str:
    return type(obj).__module__.partition(".")[0]
