"""Figure facts to findings: peaks, troughs, trends, jumps, crossings, computed and nothing else.

The facts come from a request, so they may be anything: whatever is not of the expected form is
passed over. This room refuses words; `voice` has them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal, NamedTuple

Trend = Literal["rises", "falls", "level", "peaks", "dips"]

_STEADY = 0.05
"""A change below this share of the range counts as none."""
_MOST_CROSSINGS = 3


class Point(NamedTuple):
    """One value: where (as it is shown) and how much."""

    x: str
    y: float


@dataclass(frozen=True)
class Curve:
    """A series of values: a line, or bars in their order."""

    label: str
    figure: int
    """Number of the picture that it belongs to, from 1."""
    axes: int
    ordered: bool
    """Does its order mean something (a line), or are these categories (bars)?"""
    n: int
    first: Point
    last: Point
    top: Point
    bottom: Point
    mean: float | None = None
    points: tuple[Point, ...] = ()
    places: tuple[float, ...] = field(default=(), repr=False)
    """The x of `points` as numbers."""
    across: str = ""
    """What its x axis is called."""
    shares: bool = False
    """Are its values the parts of a whole (a pie)?"""

    @property
    def change(self) -> float:
        """From the first value to the last."""
        return self.last.y - self.first.y

    @property
    def trend(self) -> Trend:
        """What it does between its ends, in one word."""
        span = self.top.y - self.bottom.y
        if span <= 0:
            return "level"
        if self.top.y - max(self.first.y, self.last.y) > span / 3:
            return "peaks"
        if min(self.first.y, self.last.y) - self.bottom.y > span / 3:
            return "dips"
        if abs(self.change) <= span * _STEADY:
            return "level"
        return "rises" if self.change > 0 else "falls"

    @property
    def jump(self) -> tuple[Point, Point] | None:
        """The two neighbours that differ most."""
        if len(self.points) < 3:
            return None
        return max(pairwise(self.points), key=lambda two: abs(two[1].y - two[0].y))

    def around(self, place: float) -> tuple[Point | None, Point, Point | None] | None:
        """The value at a place, with its neighbours; None if there is none at that place."""
        for at, x in enumerate(self.places):
            if math.isclose(x, place, rel_tol=1e-9, abs_tol=1e-9):
                before = self.points[at - 1] if at else None
                after = self.points[at + 1] if at + 1 < len(self.points) else None
                return before, self.points[at], after
        return None


@dataclass(frozen=True)
class Cloud:
    """Scattered points."""

    label: str
    figure: int
    n: int
    r: float | None
    """Pearson's correlation, if the facts have it."""


@dataclass(frozen=True)
class Reading:
    """All that the facts of a request gave."""

    titles: tuple[str, ...]
    curves: tuple[Curve, ...]
    clouds: tuple[Cloud, ...]

    def crossings(self) -> list[tuple[Curve, Curve, list[Point]]]:
        """Pairs of lines in the same axes that cross, and where."""
        found = []
        lines = [curve for curve in self.curves if curve.ordered]
        for at, one in enumerate(lines):
            for other in lines[at + 1 :]:
                if (one.figure, one.axes) == (other.figure, other.axes):
                    places = crossings(one, other)
                    if places:
                        found.append((one, other, places))
        return found


def read(facts: Sequence[Mapping[str, Any]]) -> Reading:
    """The reading of the facts, one object per picture."""
    titles: list[str] = []
    curves: list[Curve] = []
    clouds: list[Cloud] = []
    for figure, data in enumerate(facts, start=1):
        _title(titles, data.get("figure"))
        for axes, each in enumerate(_objects(data.get("axes")), start=1):
            _title(titles, each.get("title"))
            before = len(curves)
            for number, line in enumerate(_objects(each.get("lines")), start=1):
                _keep(curves, _line(line, _label(line, f"line {number}"), figure, axes))
            for number, bars in enumerate(_objects(each.get("bars")), start=1):
                pairs = bars.get("values")
                _keep(curves, _bars(pairs, _label(bars, f"bars {number}"), figure, axes))
            for bins in _objects(each.get("histogram")):
                _keep(curves, _bars(_bins(bins), _label(bins, "histogram"), figure, axes))
            pie = _bars(each.get("pie"), "pie", figure, axes)
            _keep(curves, replace(pie, shares=True) if pie else None)
            medians = [[b.get("label"), b.get("median")] for b in _objects(each.get("box"))]
            _keep(curves, _bars(medians, "median", figure, axes))
            for number, cloud in enumerate(_objects(each.get("scatter")), start=1):
                n = cloud.get("n")
                if isinstance(n, int):
                    label = _label(cloud, f"points {number}")
                    clouds.append(Cloud(label, figure, n, _number(cloud.get("r"))))
            across = each.get("x")
            label = str(across.get("label") or "") if isinstance(across, Mapping) else ""
            curves[before:] = [replace(curve, across=label) for curve in curves[before:]]
    return Reading(tuple(titles), tuple(curves), tuple(clouds))


def crossings(one: Curve, other: Curve) -> list[Point]:
    """Where two lines cross, between the places that both have values for."""
    second = dict(zip(other.places, other.points, strict=True))
    shared = [
        (x, point, point.y - second[x].y)
        for x, point in zip(one.places, one.points, strict=True)
        if x in second
    ]
    found: list[Point] = []
    for (x0, p0, d0), (x1, p1, d1) in pairwise(shared):
        if d0 * d1 < 0:
            share = d0 / (d0 - d1)
            y = p0.y + share * (p1.y - p0.y)
            numeric = _number_text(p0.x) and _number_text(p1.x)
            x = brief(x0 + share * (x1 - x0)) if numeric else f"{p0.x}…{p1.x}"
            found.append(Point(x, y))
        elif d1 == 0 and d0 != 0:
            found.append(p1)
    return found[:_MOST_CROSSINGS]


def brief(value: float) -> str:
    """A number with four significant digits, thousands separated."""
    if not math.isfinite(value):
        return str(value)
    if value and not 1e-4 <= abs(value) < 1e9:
        return f"{value:.3g}"
    digits = 4 - len(str(int(abs(value)))) if abs(value) >= 1 else 4
    text = f"{value:,.{max(digits, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# -- reading what may be anything ------------------------------------------------------------


def _objects(value: Any) -> Iterable[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _number(value: Any) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None


def _number_text(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True


def _title(titles: list[str], value: Any) -> None:
    if isinstance(value, str) and value and value not in titles:
        titles.append(value)


def _label(item: Mapping[str, Any], otherwise: str) -> str:
    label = item.get("label")
    return str(label) if label not in (None, "") else otherwise


def _keep(curves: list[Curve], curve: Curve | None) -> None:
    if curve is not None:
        curves.append(curve)


def _point(pair: Any) -> Point | None:
    if isinstance(pair, list) and len(pair) == 2:
        y = _number(pair[1])
        if y is not None:
            x = _number(pair[0])
            return Point(brief(x) if x is not None else str(pair[0])[:40], y)
    return None


def _place(x: Any, at: int) -> float:
    """A position on the x axis: a number, a time in seconds, or else its rank."""
    number = _number(x)
    if number is not None:
        return number
    try:
        return datetime.fromisoformat(str(x)).timestamp()
    except (ValueError, OverflowError, OSError):
        return float(at)


def _line(line: Mapping[str, Any], label: str, figure: int, axes: int) -> Curve | None:
    raw = line.get("points")
    pairs = [pair for pair in raw if _point(pair)] if isinstance(raw, list) else []
    points = [point for pair in pairs if (point := _point(pair))]
    ends = [_point(line.get(name)) for name in ("first", "last", "max", "min")]
    if any(end is None for end in ends):
        if not points:
            return None
        high, low = max(points, key=lambda p: p.y), min(points, key=lambda p: p.y)
        ends = [points[0], points[-1], high, low]
    first, last, top, bottom = ends
    assert first is not None
    assert last is not None
    assert top is not None
    assert bottom is not None
    n = line.get("n")
    return Curve(
        label,
        figure,
        axes,
        True,
        n if isinstance(n, int) else len(points),
        first,
        last,
        top,
        bottom,
        _number(line.get("mean")),
        tuple(points),
        tuple(_place(pair[0], at) for at, pair in enumerate(pairs)),
    )


def _bars(pairs: Any, label: str, figure: int, axes: int) -> Curve | None:
    found = [point for pair in pairs if (point := _point(pair))] if isinstance(pairs, list) else []
    if not found:
        return None
    return Curve(
        label,
        figure,
        axes,
        False,
        len(found),
        found[0],
        found[-1],
        max(found, key=lambda p: p.y),
        min(found, key=lambda p: p.y),
        sum(p.y for p in found) / len(found),
        tuple(found),
        tuple(float(at) for at in range(len(found))),
    )


def _bins(histogram: Mapping[str, Any]) -> list[list[Any]]:
    edges, counts = histogram.get("edges"), histogram.get("counts")
    if not isinstance(edges, list) or not isinstance(counts, list):
        return []
    numbers = [edge for edge in map(_number, edges) if edge is not None]
    names = [f"{brief(low)} – {brief(high)}" for low, high in pairwise(numbers)]
    return [[name, count] for name, count in zip(names, counts, strict=False)]
