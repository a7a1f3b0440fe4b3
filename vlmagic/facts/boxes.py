"""Box plots of matplotlib, read back from the lines and outlines that they are drawn with.

This room refuses to guess: a rectangle without a median is no box.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from .numbers import array
from .patches import xy_of

_MOST_OUT = 100_000
"""Points of one line that may be the outliers of a box."""


class _Stroke(NamedTuple):
    """A line of a box plot: how many points it has, and how far it reaches."""

    line: Any
    n: int
    left: float
    right: float
    low: float
    high: float

    @property
    def middle(self) -> float:
        """Where it stands."""
        return (self.left + self.right) / 2

    @property
    def flipped(self) -> _Stroke:
        """The same with x and y exchanged."""
        return _Stroke(self.line, self.n, self.low, self.high, self.left, self.right)


class _Strokes:
    """Lines in the order of where they stand; those without points stand nowhere."""

    def __init__(self, strokes: Iterable[_Stroke]) -> None:
        every = list(strokes)
        self.empty = {id(one.line) for one in every if not one.n}
        placed = (one for one in every if one.n and one.middle == one.middle)
        self._placed = sorted(placed, key=lambda one: one.middle)
        self._middles = [one.middle for one in self._placed]

    def about(self, at: float, far: float) -> list[_Stroke]:
        """Those that stand no further than `far` from a place."""
        start, stop = bisect_left(self._middles, at - far), bisect_right(self._middles, at + far)
        return self._placed[start:stop]


def _stroke(line: Any) -> _Stroke:
    x, y = (one.tolist() for one in xy_of(line))
    if not x:
        return _Stroke(line, 0, 0.0, 0.0, 0.0, 0.0)
    return _Stroke(line, len(x), min(x), max(x), min(y), max(y))


def boxes(axes: Any) -> Iterator[tuple[dict[str, Any], set[int]]]:
    """Each box of a box plot, and the ids of the artists that it is made of.

    A box is a closed rectangle, drawn as a line of five points or as a path; its median crosses
    it, its whiskers begin at its ends.
    """
    outlines = [
        (line, *xy_of(line)) for line in axes.lines if len(line.get_xdata(orig=False)) in (5, 11)
    ]
    paths = [
        (patch, *_path(patch)) for patch in axes.patches if type(patch).__name__ == "PathPatch"
    ]
    frames = [
        (artist, *frame)
        for artist, x, y in (*outlines, *paths)
        if (frame := _rectangle(x, y) or _notched(x, y)) is not None
    ]
    if not frames:
        return
    strokes = [_stroke(line) for line in axes.lines if len(line.get_xdata(orig=False)) <= _MOST_OUT]
    upright, lying = _Strokes(strokes), _Strokes(one.flipped for one in strokes)
    for artist, left, right, low, high in frames:
        box: dict[str, Any] = {"at": (left + right) / 2, "q1": low, "q3": high}
        standing, found = upright, _crossing(upright, left, right, low, high)
        if not found:
            standing, found = lying, _crossing(lying, low, high, left, right)
            box = {"at": (low + high) / 2, "q1": left, "q3": right, "horizontal": True}
        if not found:
            continue
        box |= {"low": box["q1"], "high": box["q3"]}
        parts = {id(artist)}
        box["colour"] = artist.get_facecolor() if hasattr(artist, "get_facecolor") else None
        for stroke, word, value in found:
            parts.add(id(stroke.line))
            if word == "median":
                box["median"] = value
            elif word == "low":
                box["low"] = min(box["low"], value)
            elif word == "high":
                box["high"] = max(box["high"], value)
        parts |= standing.empty
        for one in standing.about(box["at"], _tolerance(box["at"])):
            outer = one.low < box["q1"] or one.high > box["q3"]
            if outer and id(one.line) not in parts and _near(one, box["at"]) and _beyond(one, box):
                parts.add(id(one.line))
                if one.line.get_marker() not in ("", "None", None, " "):
                    box["outliers"] = one.n
        yield box, parts


def _crossing(
    strokes: _Strokes, left: float, right: float, low: float, high: float
) -> list[tuple[_Stroke, str, float]]:
    """The median, whiskers and caps of an upright box among short lines; [] without a median."""
    found: list[tuple[_Stroke, str, float]] = []
    width, middle = right - left, (left + right) / 2
    for one in strokes.about(middle, max(width / 4, _tolerance(middle))):
        if one.n not in (2, 3):
            continue
        level = one.low == one.high
        inside = low <= one.low and one.high <= high
        wide = abs(one.left - left) < width / 4 and abs(one.right - right) < width / 4
        if level and inside and wide:
            found.append((one, "median", one.low))
        elif abs(one.high - low) <= 1e-9 * (1 + abs(low)) and _near(one, middle):
            found.append((one, "low", one.low))
        elif abs(one.low - high) <= 1e-9 * (1 + abs(high)) and _near(one, middle):
            found.append((one, "high", one.high))
        elif level and abs(one.middle - middle) < 1e-9 * (1 + width):
            found.append((one, "cap", one.low))
    return found if any(word == "median" for _, word, _ in found) else []


def _beyond(one: _Stroke, box: dict[str, Any]) -> bool:
    """Whether nameless points all lie outside of a box's whiskers: its outliers."""
    label = str(one.line.get_label() or "_")
    x, y = xy_of(one.line)
    v = x if box.get("horizontal") else y
    return label.startswith("_") and bool(((v < box["low"]) | (v > box["high"])).all())


def _near(stroke: _Stroke, at: float) -> bool:
    """Whether a line stands upright at a place."""
    return max(abs(stroke.left - at), abs(stroke.right - at)) <= _tolerance(at)


def _tolerance(at: float) -> float:
    return 1e-6 * (1 + abs(at))


_Frame = tuple[float, float, float, float]
"""Left, right, bottom, top."""


def _rectangle(x: Any, y: Any) -> _Frame | None:
    if len(x) not in (5, 6) or len({*x.tolist()}) != 2 or len({*y.tolist()}) != 2:
        return None
    closed = x[0] == x[4] and y[0] == y[4]
    return (float(x.min()), float(x.max()), float(y.min()), float(y.max())) if closed else None


def _notched(x: Any, y: Any) -> _Frame | None:
    """A box with a notch at its median, as wide as it is there."""
    if len(x) not in (11, 12) or x[0] != x[10] or y[0] != y[10]:
        return None
    if x[0] == x[1] and x[3] == x[8] and x[5] == x[6]:
        across, along = sorted((float(y[3]), float(y[8]))), sorted((float(x[0]), float(x[5])))
        return along[0], along[1], across[0], across[1]
    if y[0] == y[1] and y[3] == y[8] and y[5] == y[6]:
        across, along = sorted((float(x[3]), float(x[8]))), sorted((float(y[0]), float(y[5])))
        return across[0], across[1], along[0], along[1]
    return None


def _path(patch: Any) -> tuple[Any, Any]:
    vertices = array(patch.get_path().vertices).reshape(-1, 2)
    return vertices[:, 0], vertices[:, 1]
