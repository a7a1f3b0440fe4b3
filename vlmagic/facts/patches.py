"""Shapes read back into the numbers they were drawn from: boxes, wedges, steps, bands, spans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .axis import Axis
from .numbers import array, chosen, numpy, short

_MOST_POINTS = 12
_MOST_OUT = 100_000
"""Points of one line that may be the outliers of a box."""


def pie(wedges: Sequence[Any], texts: Sequence[Any]) -> list[list[Any]]:
    """(label, percent) of each wedge."""
    words = [text.get_text() for text in texts if text.get_text()]
    words = [word for word in words if not word.rstrip("%").replace(".", "").isdigit()]
    found: list[list[Any]] = []
    for number, wedge in enumerate(wedges):
        label = str(wedge.get_label() or "")
        if not label or label.startswith("_"):
            label = words[number] if number < len(words) else ""
        found.append([label[:60], round(float(wedge.theta2 - wedge.theta1) / 3.6, 4)])
    return found


def steps(patch: Any) -> tuple[Any, Any] | None:
    """(edges, counts) of `stairs` and of a histogram drawn as one outline."""
    if type(patch).__name__ == "StepPatch":
        data = patch.get_data()
        return array(data.edges), array(data.values)
    if type(patch).__name__ != "Polygon":
        return None
    xy = array(patch.get_xy()).reshape(-1, 2)
    rise, run = xy[1:, 1] - xy[:-1, 1], xy[1:, 0] - xy[:-1, 0]
    if len(xy) < 6 or not ((rise == 0) | (run == 0)).all():
        return None
    tops = numpy().flatnonzero(run > 0)
    if len(tops) < 2 or (xy[tops[1:], 0] != xy[tops[:-1] + 1, 0]).any():
        return None
    return numpy().append(xy[tops, 0], xy[tops[-1] + 1, 0]), xy[tops, 1]


def span(patch: Any, axes: Any) -> tuple[str, float, float] | None:
    """(axis, low, high) of `axhspan` and `axvspan`."""
    if type(patch).__name__ not in ("Rectangle", "Polygon"):
        return None
    across, up = patch.get_transform().contains_branch_seperately(axes.transData)
    if across == up:
        return None
    corners = patch.get_patch_transform().transform(patch.get_path().vertices)
    along = corners[:, 0 if across else 1]
    return ("x" if across else "y"), float(along.min()), float(along.max())


def corners(outline: Any) -> tuple[float, float, float, float] | None:
    """Left, right, bottom and top of an upright rectangle; None for any other outline."""
    x, y = outline[:, 0], outline[:, 1]
    if len(outline) not in (4, 5) or len(numpy().unique(x)) != 2 or len(numpy().unique(y)) != 2:
        return None
    return float(x.min()), float(x.max()), float(y.min()), float(y.max())


def band(
    vertices: Any, x: Axis, y: Axis, direction: str | None, axes: Any
) -> tuple[str, dict[str, Any]]:
    """An area between two curves, or a violin: an area that is alike on both sides of a line.

    `direction` is the axis along which it runs, where the artist says so (matplotlib 3.10). What
    lies is a violin only with a stroke down its middle: a band about a level is no violin.
    """
    np = numpy()
    xy = array(vertices).reshape(-1, 2)
    xy = xy[np.isfinite(xy).all(axis=1)]
    if len(xy) < 4:
        return "", {}
    if (direction or _direction(xy)) == "x":
        places, low, high = _edges(xy[:, 0], xy[:, 1])
        along, across, which = x, y, "x"
    else:
        places, low, high = _edges(xy[:, 1], xy[:, 0])
        along, across, which = y, x, "y"
    centre = low + high
    if np.ptp(centre) <= 1e-6 * (np.ptp(high) + 1e-300) and np.ptp(high) > 0:
        middle = round(float(centre.mean() / 2), 6)
        if which == "y" or _spined(axes, middle, places[0], places[-1]):
            return "violins", {
                "at": across.value(middle),
                which: [along.value(places[0]), along.value(places[-1])],
                "widest": along.value(places[int((high - low).argmax())]),
                "horizontal": which == "x",
            }
    keep = chosen(places, high - low, _MOST_POINTS)
    return "bands", {
        "horizontal": which == "y",
        "n": len(places),
        which: [along.value(places[0]), along.value(places[-1])],
        "low": [across.value(low.min()), across.value(low.max())],
        "high": [across.value(high.min()), across.value(high.max())],
        "thickness": short((high - low).mean()),
        "points": [
            [along.value(places[i]), across.value(low[i]), across.value(high[i])] for i in keep
        ],
    }


def _spined(axes: Any, middle: float, low: float, high: float) -> bool:
    """Whether a lying stroke goes along `middle` within `low` and `high`."""
    strokes = [_xy(line) for line in axes.lines]
    for group in axes.collections:
        if type(group).__name__ == "LineCollection":
            strokes += [array(one).reshape(-1, 2).T for one in group.get_segments()[:60]]
    return any(
        len(x) == 2
        and (abs(y - middle) <= 1e-6 * (1 + abs(middle))).all()
        and low - 1e-9 <= x.min() < x.max() <= high + 1e-9
        for x, y in strokes
    )


def _direction(xy: Any) -> str:
    """The axis along which an outline goes there and back once; x if both do."""
    np = numpy()
    steps = np.diff(xy, axis=0)
    turns = [np.count_nonzero(np.diff(np.sign(step[step != 0]))) for step in steps.T]
    return "y" if turns[1] < turns[0] else "x"


def inside_violins(violins: list[dict[str, Any]], lines: list[dict[str, Any]]) -> list[Any]:
    """The lines that are no part of a violin; whiskers, box and median go to their violin."""
    left = []
    for line in lines:
        ends = line["first"], line["last"]
        mine = next(
            (
                one
                for one in violins
                if all(end[one.get("horizontal", False)] == one["at"] for end in ends)
            ),
            None,
        )
        if line["n"] > 2 or mine is None:
            left.append(line)
            continue
        violin, along = mine, 0 if mine.get("horizontal") else 1
        low, high = sorted((ends[0][along], ends[1][along]))
        if line["n"] == 1:
            violin["median"] = low
        elif "whiskers" in violin:
            pairs = sorted((violin["whiskers"], [low, high]), key=lambda pair: pair[1] - pair[0])
            violin["quartiles"], violin["whiskers"] = pairs
        else:
            violin["whiskers"] = [low, high]
    return left


def _edges(along: Any, across: Any) -> tuple[Any, Any, Any]:
    """Lowest and highest `across` at each place of `along`."""
    np = numpy()
    places, first = np.unique(along, return_inverse=True)
    low, high = np.full(len(places), np.inf), np.full(len(places), -np.inf)
    np.minimum.at(low, first, across)
    np.maximum.at(high, first, across)
    return places, low, high


class _Stroke(NamedTuple):
    """A line of a box plot: how many points it has, and how far it reaches."""

    line: Any
    n: int
    left: float
    right: float
    low: float
    high: float

    @property
    def flipped(self) -> _Stroke:
        """The same with x and y exchanged."""
        return _Stroke(self.line, self.n, self.low, self.high, self.left, self.right)


def _stroke(line: Any) -> _Stroke:
    x, y = (one.tolist() for one in _xy(line))
    if not x:
        return _Stroke(line, 0, 0.0, 0.0, 0.0, 0.0)
    return _Stroke(line, len(x), min(x), max(x), min(y), max(y))


def boxes(axes: Any) -> Iterator[tuple[dict[str, Any], set[int]]]:
    """Each box of a box plot, and the ids of the artists that it is made of.

    A box is a closed rectangle, drawn as a line of five points or as a path; its median crosses
    it, its whiskers begin at its ends.
    """
    outlines = [(line, *_xy(line)) for line in axes.lines if len(line.get_xdata(orig=False)) == 5]
    frames = [
        (artist, float(x.min()), float(x.max()), float(y.min()), float(y.max()))
        for artist, x, y in (*outlines, *((patch, *_path(patch)) for patch in axes.patches))
        if _is_rectangle(x, y)
    ]
    if not frames:
        return
    upright = [_stroke(line) for line in axes.lines if len(line.get_xdata(orig=False)) <= _MOST_OUT]
    lying = [stroke.flipped for stroke in upright]
    for artist, left, right, low, high in frames:
        found = _crossing(upright, left, right, low, high)
        if found:
            strokes = upright
            box: dict[str, Any] = {"at": (left + right) / 2, "q1": low, "q3": high}
        else:
            found, strokes = _crossing(lying, low, high, left, right), lying
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
        for one in strokes:
            if one.n and not (one.low < box["q1"] or one.high > box["q3"]):
                continue
            if id(one.line) not in parts and (not one.n or _near(one, box["at"])):
                parts.add(id(one.line))
                if one.n and one.line.get_marker() not in ("", "None", None, " "):
                    box["outliers"] = one.n
        yield box, parts


def _crossing(
    strokes: Sequence[_Stroke], left: float, right: float, low: float, high: float
) -> list[tuple[_Stroke, str, float]]:
    """The median, whiskers and caps of an upright box among short lines; [] without a median."""
    found: list[tuple[_Stroke, str, float]] = []
    width, middle = right - left, (left + right) / 2
    for one in strokes:
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
        elif level and abs((one.left + one.right) / 2 - middle) < 1e-9 * (1 + width):
            found.append((one, "cap", one.low))
    return found if any(word == "median" for _, word, _ in found) else []


def _near(stroke: _Stroke, at: float) -> bool:
    """Whether a line stands upright at a place."""
    return max(abs(stroke.left - at), abs(stroke.right - at)) <= 1e-6 * (1 + abs(at))


def _is_rectangle(x: Any, y: Any) -> bool:
    if len(x) not in (5, 6):
        return False
    corners = len({*x.tolist()}) == 2 and len({*y.tolist()}) == 2
    return bool(corners and x[0] == x[4] and y[0] == y[4])


def _xy(line: Any) -> tuple[Any, Any]:
    return array(line.get_xdata(orig=False)), array(line.get_ydata(orig=False))


def _path(patch: Any) -> tuple[Any, Any]:
    if type(patch).__name__ != "PathPatch":
        return array([]), array([])
    vertices = array(patch.get_path().vertices).reshape(-1, 2)
    return vertices[:, 0], vertices[:, 1]
