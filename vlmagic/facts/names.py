"""What a series is called: by its own label, or by the legend entry of its colour."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from .numbers import numpy


def named(artist: Any) -> str:
    """The label the user gave; the library's own begin with an underscore."""
    label = str(artist.get_label() or "")
    return "" if label.startswith("_") else label[:100]


def said(text: Any) -> str:
    """What a text says to the reader: nothing, if it is hidden."""
    return str(text.get_text()) if text is not None and text.get_visible() else ""


def title(axes: Any) -> str:
    """The title of axes, wherever it stands above them."""
    places = ("title", "_left_title", "_right_title")
    return next(filter(None, (said(getattr(axes, place, None)) for place in places)), "")


def label_of(axes: Any, which: str) -> str:
    """The label of an axis that is drawn."""
    axis = getattr(axes, f"{which}axis")
    drawn = getattr(axes, "_axis3don", axes.axison)
    return said(axis.label) if drawn and axis.get_visible() else ""


def heading(figure: Any) -> str:
    """The title of a figure."""
    return said(getattr(figure, "_suptitle", None))


def legend_of(axes: Any) -> Any:
    """The legend in axes; None if it is hidden, or there is none."""
    legend = axes.get_legend()
    return legend if legend is not None and legend.get_visible() else None


def rgba(colour: Any) -> tuple[float, ...]:
    """Any colour of the library as four numbers."""
    return tuple(sys.modules["matplotlib.colors"].to_rgba(colour))


class Names:
    """Names of nameless series: the one legend entry that has their colour (as seaborn does).

    A name that another series of the same kind has as its own is not given twice.
    """

    def __init__(self, axes: Any) -> None:
        self._axes = axes
        self._found: dict[tuple[float, ...], str] = {}
        figure = axes.figure
        outer = getattr(figure, "figure", None) or figure
        legends = [axes.get_legend()] if axes.get_legend() is not None else []
        for legend in legends or [*figure.legends, *(outer.legends if outer is not figure else ())]:
            for colour, name in _entries(legend):
                for key in (colour, colour[:3]):
                    twice = self._found.get(key, name) != name
                    self._found[key] = "" if twice else name
        self._owned = {kind: set(_owned(axes, kind)) for kind in _KINDS} if self._found else {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def of(self, colour: Any, kind: str) -> str:
        """The name of a colour, for a `line`, `bars` or an `area`; "" if it has none."""
        if not self._found or colour is None:
            return ""
        with contextlib.suppress(ValueError, TypeError):
            key = rgba(colour)
            name = self._found.get(key) or self._found.get(key[:3], "")
            return "" if name in self._owned.get(kind, ()) else name
        return ""


_KINDS = ("line", "bars", "area")


def _entries(legend: Any) -> Iterator[tuple[tuple[float, ...], str]]:
    handles = getattr(legend, "legend_handles", ())
    for handle, text in zip(handles, legend.get_texts() if handles else (), strict=False):
        with contextlib.suppress(Exception):
            if hasattr(handle, "get_color"):
                colour = rgba(handle.get_color())
            else:
                colour = tuple(map(float, numpy().ravel(handle.get_facecolor())[:4]))
                if len(colour) < 4 or colour[3] == 0:
                    colour = tuple(map(float, numpy().ravel(handle.get_edgecolor())[:4]))
            yield colour, text.get_text()[:60]


def _owned(axes: Any, kind: str) -> Iterator[str]:
    """The names that series of a kind have as their own; what only stands for another has no data."""
    if kind != "area":
        yield from (named(line) for line in axes.lines if len(line.get_xdata(orig=False)))
        yield from (named(one) for one in axes.containers if getattr(one, "patches", ()))
        yield from (named(one) for one in axes.collections if len(one.get_offsets()) > 1)
    else:
        yield from (named(one) for one in axes.collections if "Poly" in type(one).__name__)
