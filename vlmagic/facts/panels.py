"""A chart that a page draws, read from its specification: pairs of axes with what stands on them.

The readers of the libraries make `Panel`s; here these become facts (JSON data) and `AxesData`.
This room refuses to know any library.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from . import view
from .clouds import cloud
from .curves import curve
from .data import MOST, MOST_SERIES, AxesData, FigureData, Kind, Series, points_of
from .fit import factored, outstanding
from .numbers import numpy, short
from .scale import Scale

_MOST_BARS = 64
_MOST_NOTES = 20
_MOST_CELLS = 64
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")


@dataclass
class Mark:
    """A series: `x` its places and `y` its values, whichever way it lies.

    Without a `kind` it is known to be there, and `told` says what it is: a kind of facts, and one
    or several of them.
    """

    kind: Literal["line", "bars", "points", "pie", ""] = ""
    label: str = ""
    x: Any = ()
    y: Any = ()
    lies: bool = False
    stacked: bool = False
    """It stands on others, so it is not drawn at the height of its values."""
    summary: bool = False
    """Each value stands for many, or where it stands depends on who looks at the page."""
    errors: bool = False
    told: tuple[str, Any] | None = None
    names: Sequence[str] = ()
    """The parts of a pie."""


@dataclass
class Panel:
    """A pair of axes."""

    x: Scale
    y: Scale
    title: str = ""
    marks: list[Mark] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    legend: list[str] = field(default_factory=list)

    def reach(self) -> None:
        """Let the axes reach to everything that stands on them; bars stand on zero."""
        for mark in self.marks:
            if mark.kind in ("line", "bars", "points"):
                across, up = (self.y, self.x) if mark.lies else (self.x, self.y)
                across.reach(mark.x)
                up.reach(mark.y)
                if mark.kind == "bars":
                    up.reach(numpy().zeros(1))


def plain(text: Any) -> str:
    """A text as it is seen: pages understand a few tags in it."""
    lines = [str(one) for one in text] if isinstance(text, (list, tuple)) else [str(text or "")]
    said = " ".join(lines)
    if "<" in said:
        said = _TAG.sub("", re.sub(r"<br\s*/?>", " ", said))
    return html.unescape(said).strip()[:200]


# -- facts ----------------------------------------------------------------------------------------


def facts_of(panels: Iterable[Panel], title: str = "") -> dict[str, Any]:
    """The tree of facts, in the words of those of matplotlib."""
    axes = [_axes(panel) for panel in panels]
    return factored(({"figure": title} if title else {}) | {"axes": axes})


def _axes(panel: Panel) -> dict[str, Any]:
    found: dict[str, Any] = {"title": panel.title}
    if any(mark.kind != "pie" for mark in panel.marks) or panel.rules:
        found |= {"x": panel.x.facts(), "y": panel.y.facts()}
    found["legend"] = panel.legend
    for mark in panel.marks:
        kind, facts = mark.told or _facts(mark, panel)
        if kind in ("other", "pie"):
            found[kind] = _joined(found.get(kind), facts[kind])
        elif kind:
            every = facts if isinstance(facts, list) else [facts]
            found.setdefault(kind, []).extend(map(_kept, every))
    found |= {"rules": panel.rules, "text": panel.notes[:_MOST_NOTES]}
    return {key: value for key, value in found.items() if value}


def _kept(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: v for key, v in facts.items() if v not in (None, "", []) and v is not False}


def spread(names: Sequence[str], values: Any, label: str, of: str, axis: Scale) -> Mark:
    """Values of which the page draws the spread: number, range, median and mean by their names."""
    np = numpy()
    found = []
    every = np.asarray(names)
    for name in dict.fromkeys(names):
        mine = values[every == name]
        mine = mine[np.isfinite(mine)]
        facts = {"label": ", ".join(filter(None, dict.fromkeys([name, label]))), "of": of}
        if len(mine):
            ends = (mine.min(), np.median(mine), mine.max(), mine.mean())
            told = zip(("min", "median", "max", "mean"), map(axis.value, ends), strict=True)
            found.append(facts | {"n": len(mine)} | dict(told))
    return Mark(label=label, told=("spread", found))


def grid(rows: Sequence[tuple[Any, Any, float]], colour: str, label: str = "") -> Mark:
    """Cells, each with its two places and its value: the highest, and all if they are few."""
    if not rows:
        return Mark()
    top, low = max(rows, key=lambda row: row[2]), min(rows, key=lambda row: row[2])
    facts: dict[str, Any] = {"label": label, "colorbar": colour, "cells": len(rows)}
    facts |= {"min": short(low[2]), "max": short(top[2]), "at": list(top[:2])}
    if len(rows) <= _MOST_CELLS:
        facts["values"] = [[a, b, short(c)] for a, b, c in rows]
    return Mark(told=("images", facts))


def shares(marks: Sequence[Mark], all_: int = 100, *, against: bool = False) -> None:
    """Make the values of marks on one another shares of what stands at each place, of `all_` there.

    Of `all_` zero they stay what they are; `against`: values below zero take away from the whole.
    """
    np = numpy()
    if not marks or not all_:
        return
    places, at = np.unique(np.concatenate([mark.x for mark in marks]), return_inverse=True)
    sizes = np.concatenate([np.asarray(mark.y, dtype=float) for mark in marks])
    counted = np.nan_to_num(sizes) if against else np.abs(np.nan_to_num(sizes))
    whole = np.abs(np.bincount(at, counted, len(places)))[at]
    parts = np.divide(sizes * all_, whole, out=np.full(len(sizes), np.nan), where=whole > 0)
    starts = np.cumsum([len(mark.x) for mark in marks])[:-1]
    for mark, mine in zip(marks, np.split(parts, starts), strict=True):
        mark.y = mine


def _joined(before: Any, more: Any) -> Any:
    if before is None:
        return more
    if isinstance(more, list):
        return before + more
    return before | {key: before.get(key, 0) + count for key, count in more.items()}


def _facts(mark: Mark, panel: Panel) -> tuple[str, dict[str, Any]]:
    across, up = (panel.y, panel.x) if mark.lies else (panel.x, panel.y)
    if mark.kind == "line":
        line = curve(mark.x, mark.y, mark.label, across, up)
        how = {"horizontal": mark.lies, "stacked": mark.stacked, "errors": mark.errors}
        return ("lines", line | how) if line else ("", {})
    if mark.kind == "points":
        found = cloud(numpy().column_stack([mark.x, mark.y]), across, up)
        how = {"errors": mark.errors}
        return ("scatter", {"label": mark.label} | found | how) if found else ("", {})
    if mark.kind == "pie":
        pairs = zip(mark.names, mark.y, strict=True)
        return "pie", {"pie": [[name[:60], round(float(share), 4)] for name, share in pairs]}
    places, heights = _seen(mark, panel)
    kept = outstanding(numpy().asarray(heights, dtype=float).tolist(), _MOST_BARS)
    values = [[across.value(places[at]), up.value(heights[at])] for at in kept]
    more = {
        "horizontal": mark.lies,
        "stacked": mark.stacked,
        "errors": mark.errors,
        "n": len(places) if len(places) > _MOST_BARS else None,
        "outside": len(mark.x) - len(places) or None,
    }
    return ("bars", {"label": mark.label, "values": values} | more) if values else ("", {})


# -- numbers --------------------------------------------------------------------------------------


def data_of(panels: Iterable[Panel], title: str = "") -> FigureData | None:
    """All numbers of the panels; None if there are no panels."""
    left = [MOST]
    found: list[AxesData] = []
    for panel in panels:
        for lies in (False, True):
            series = [
                _series(mark, panel, left)
                for mark in panel.marks[:MOST_SERIES]
                if mark.lies is lies
            ]
            across, up = (panel.y, panel.x) if lies else (panel.x, panel.y)
            if series:
                found.append(AxesData(across.data(), up.data(), tuple(series), panel.title))
    return FigureData(tuple(found), title) if found else None


def _seen(mark: Mark, panel: Panel) -> tuple[Any, Any]:
    """The places and values of what is seen of points or bars, as arrays."""
    across, up = (panel.y, panel.x) if mark.lies else (panel.x, panel.y)
    places, values = numpy().asarray(mark.x), numpy().asarray(mark.y)
    hidden = ~view.seen(across, places) & numpy().isfinite(places)
    if mark.kind == "points":
        hidden |= ~view.seen(up, values) & numpy().isfinite(values)
    return (places[~hidden], values[~hidden]) if hidden.any() else (mark.x, mark.y)


def _series(mark: Mark, panel: Panel, left: list[int]) -> Series:
    summary = mark.summary or mark.stacked
    if not mark.kind or len(mark.x) > left[0]:
        return Series(mark.label, mark.kind or "other", summary=summary, whole=False)
    left[0] -= len(mark.x)
    if mark.kind == "pie":
        whole = len(set(mark.names)) == len(mark.names) and all(mark.names)
        values = tuple(float(share) for share in mark.y)
        places = tuple(float(place) for place in range(len(values)))
        return Series("\n".join(mark.names), "pie", places, values, whole=whole)
    if mark.kind == "line":
        return _line(points_of(mark.x, mark.y, mark.label, "line"), panel, mark)
    places, values = _seen(mark, panel)
    found = points_of(places, values, mark.label, mark.kind)
    whole = found.whole
    if mark.kind == "bars":
        whole = len(found.x) == len(places) and len(set(found.x)) == len(found.x)
    return Series(found.label, found.kind, found.x, found.y, summary, whole)


def _line(found: Series, panel: Panel, mark: Mark) -> Series:
    across, up = (panel.y, panel.x) if mark.lies else (panel.x, panel.y)
    x, y = numpy().array(found.x), numpy().array(found.y)
    if len(x) > 1 and x[0] > x[-1]:
        x, y = x[::-1], y[::-1]
    steady = bool((x[1:] >= x[:-1]).all())
    x, y = view.of_line(x, y, across, up, rising=steady)
    whole, summary = found.whole and bool(len(x)), mark.summary or mark.stacked
    kind: Kind = "line" if steady else "points"
    return Series(found.label, kind, tuple(x.tolist()), tuple(y.tolist()), summary, whole)
