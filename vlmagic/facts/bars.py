"""Bars and error bars of matplotlib, read back from their containers.

For the facts and for the numbers behind them alike. This room refuses to know what is told of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from . import view
from .axis import Axis
from .names import Names, named
from .numbers import array

_MOST_CORNERS = 8
"""Points of a stroke with its caps and the gaps between them."""


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of one container that are seen."""

    label: str
    lies: bool
    start: list[float]
    size: list[float]
    values: list[float]
    base: list[float]
    stacked: bool
    """Whether they stand on other bars, or float."""
    touching: bool
    """Whether they are the bins of a histogram, as far as one can see."""
    errors: bool
    outside: int
    """How many more there are that are not seen."""

    @property
    def ends(self) -> list[float]:
        """Where each ends, along the axis on which they stand."""
        return [start + size for start, size in zip(self.start, self.size, strict=True)]

    @property
    def middle(self) -> list[float]:
        """Where each stands."""
        return [start + size / 2 for start, size in zip(self.start, self.size, strict=True)]

    def places(self, axis: Axis) -> list[float | None]:
        """The place of the name at which each bar stands, no two at the same; None for no name."""
        found = [axis.nearest(at) for at in self.middle]
        known = [at for at in found if at is not None]
        apart = [
            at - place for at, place in zip(self.middle, found, strict=True) if place is not None
        ]
        even = 0 < len(apart) == len(found) and max(apart) - min(apart) <= 1e-6
        if (len(set(known)) == len(known) and even) or (
            len(known) == len(found) and self._grouped(found)
        ):
            return found
        pairs = zip(found, self.middle, strict=True)
        return [at if at is not None and abs(at - middle) < 1e-6 else None for at, middle in pairs]

    def _grouped(self, places: list[float | None]) -> bool:
        """Whether bars stand in groups, with gaps between them, each about its own place."""
        middle = sorted(self.middle)
        gaps = [b - a for a, b in pairwise(middle)]
        groups: dict[float | None, list[float]] = {}
        for place, at in zip(places, self.middle, strict=True):
            groups.setdefault(place, []).append(at)
        even = max(gaps) <= 1.01 * min(gaps)
        return not even and all(
            place is not None and abs(sum(group) / len(group) - place) < 1e-6
            for place, group in groups.items()
        )

    def held(self, axis: Axis) -> list[tuple[str, float]] | None:
        """Names and counts of a histogram of names; None if a count belongs to no name."""
        found = []
        for number, (start, end) in enumerate(zip(self.start, self.ends, strict=True)):
            near = 1e-6 * (end - start)
            last = end + near if number == len(self.start) - 1 else end - near
            names = [name for at, name in sorted(axis.names.items()) if start - near <= at < last]
            if names:
                found.append((" + ".join(names), self.values[number]))
            elif self.values[number]:
                return None
        return found


def read(container: Any, x: Axis, y: Axis, names: Names) -> Bars | None:
    """The bars of a container; None if none of them is seen."""
    lies = getattr(container, "orientation", "vertical") == "horizontal"
    axis, value_axis = (y, x) if lies else (x, y)
    every = [bar for bar in container.patches if bar.get_visible()]
    bars = view.bars(axis, value_axis, every, lying=lies)
    if not bars:
        return None
    start = [float(bar.get_y() if lies else bar.get_x()) for bar in bars]
    size = [float(bar.get_height() if lies else bar.get_width()) for bar in bars]
    base = [float(bar.get_x() if lies else bar.get_y()) for bar in bars]
    ends = [a + b for a, b in zip(start, size, strict=True)]
    near = 1e-6 * max(abs(end) for end in (*start, *ends)) + 1e-12
    label = named(container)
    if not label and len({tuple(bar.get_facecolor()) for bar in bars}) == 1:
        label = names.of(bars[0].get_facecolor(), "bars")
    # Where there is no zero to stand on, all bars may begin at the same small number.
    stacked = any(base) if value_axis.scale == "linear" else len(set(base)) > 1
    return Bars(
        label,
        lies,
        start,
        size,
        [float(bar.get_width() if lies else bar.get_height()) for bar in bars],
        base,
        stacked,
        len(every) > 2 and all(abs(a - b) <= near for a, b in zip(ends[:-1], start[1:], strict=True)),
        container.errorbar is not None,
        len(every) - len(bars),
    )  # fmt: skip


def erring(axes: Any) -> tuple[set[int], set[int]]:
    """The containers whose bars have loose strokes for errors, as seaborn draws them, and these.

    Both by their ids. A stroke stands at the middle of a bar, is no wider, and goes across its end.
    Where fewer than half of the bars have one, strokes mark something else.
    """
    containers = [
        one
        for one in axes.containers
        if type(one).__name__ == "BarContainer"
        and all(hasattr(bar, "get_x") for bar in one.patches)  # bars in space have no place
    ]
    lines = [
        line
        for line in (axes.lines if containers else ())
        if not hasattr(line, "get_xy1") and not named(line)
        and 1 < len(line.get_xdata(orig=False)) <= _MOST_CORNERS
    ]  # fmt: skip
    found: tuple[set[int], set[int]] = set(), set()
    ways = {id(one): getattr(one, "orientation", "vertical") == "horizontal" for one in containers}
    every = {
        lies: sorted(filter(None, (_stroke(line, lies=lies) for line in lines)))
        for lies in {*ways.values()}
    }
    for container in containers if lines else ():
        lies = ways[id(container)]
        strokes = every[lies]
        middles = [one.middle for one in strokes]
        mine: set[int] = set()
        having = 0
        for bar in container.patches:
            low, high = (bar.get_y(), bar.get_height()) if lies else (bar.get_x(), bar.get_width())
            end = bar.get_x() + bar.get_width() if lies else bar.get_y() + bar.get_height()
            middle, near = low + high / 2, 1e-6 * (1 + abs(low))
            start, stop = bisect_left(middles, middle - near), bisect_right(middles, middle + near)
            own = [one for one in strokes[start:stop] if one.width <= abs(high) + near]
            across = [
                one
                for one in own
                if one.low <= end <= one.high and (one.low < one.high or not one.width)
            ]
            caps = [one for one in own if any(one.low in (main.low, main.high) for main in across)]
            mine |= {one.key for one in (*across, *caps)}
            having += bool(across)
        if 0 < len(container.patches) <= 2 * having:
            found[0].add(id(container))
            found[1].update(mine)
    return found


class _Stroke(NamedTuple):
    """A line: where its middle stands along the axis of the bars, its width, and its two ends."""

    middle: float
    width: float
    low: float
    high: float
    key: int


def _stroke(line: Any, *, lies: bool) -> _Stroke | None:
    """None of a line that is nowhere."""
    x, y = (array(one).tolist() for one in (line.get_xdata(orig=False), line.get_ydata(orig=False)))
    pairs = zip(*((y, x) if lies else (x, y)), strict=True)
    there = [(along, up) for along, up in pairs if along == along and up == up]
    if not there:
        return None
    along, up = zip(*there, strict=True)
    left, right = min(along), max(along)
    return _Stroke((left + right) / 2, right - left, min(up), max(up), id(line))


def errors(segments: Any, data: Any, x: Axis, y: Axis, *, across: bool) -> dict[str, Any]:
    """The error bars of one direction: (x, y, half) where they are even, else (place, low, high)."""
    ends = [array(segment).reshape(-1, 2).tolist() for segment in segments.get_segments()]
    along, over, at = (x, y, 0) if across else (y, x, 1)
    centres = _centres(data, len(ends))
    rows, even, gaps = [], centres is not None, 0
    for number, end in enumerate(ends):
        if not len(end):
            gaps += 1
            continue
        places = [point[at] for point in end]
        low, high, place = min(places), max(places), end[0][1 - at]
        if not (high - low >= 0):
            gaps += 1
            continue
        seen = place == place and view.touches(over, place, place)
        if not (seen and view.touches(along, low, high)):
            continue
        middle = centres[number][at] if centres is not None else (low + high) / 2
        even = even and abs(high + low - 2 * middle) <= 1e-6 * (abs(high) + abs(low) + 1e-300)
        rows.append((place, low, high))
    found: dict[str, Any] = {"of": "x" if across else "y", "n": len(rows)}
    if len(rows) < len(ends) - gaps:
        found["outside"] = len(ends) - gaps - len(rows)
    if even:
        found["points"] = [
            [along.number((a + b) / 2), over.beside(p), along.number((b - a) / 2)] if across
            else [over.beside(p), along.value((a + b) / 2), along.number((b - a) / 2)]
            for p, a, b in rows
        ]  # fmt: skip
    else:
        found["ranges"] = [[over.beside(p), along.value(a), along.value(b)] for p, a, b in rows]
    return found


def _centres(data: Any, count: int) -> Any:
    """The points that the bars are the errors of; None if they are not drawn."""
    if data is None or len(data.get_xdata(orig=False)) != count:
        return None
    return list(
        zip(array(data.get_xdata(orig=False)), array(data.get_ydata(orig=False)), strict=True)
    )
