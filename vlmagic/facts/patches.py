"""Shapes read back into the numbers they were drawn from: boxes, wedges, steps, bands, spans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .axis import Axis
from .numbers import array, chosen, numpy, short

_MOST_POINTS = 12


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
        len(x) == 2 and _near(y, middle) and low - 1e-9 <= x.min() < x.max() <= high + 1e-9
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


def boxes(axes: Any) -> Iterator[tuple[dict[str, Any], set[int]]]:
    """Each box of a box plot, and the ids of the artists that it is made of.

    A box is a closed rectangle, drawn as a line of five points or as a path; its median crosses
    it, its whiskers begin at its ends.
    """
    lines = [(line, *_xy(line)) for line in axes.lines]
    strokes = [(line, x, y) for line, x, y in lines if 2 <= len(x) <= 3 or not len(x)]
    for artist, x, y in [*lines, *((p, *_path(p)) for p in axes.patches)]:
        if not _is_rectangle(x, y):
            continue
        left, right, low, high = x.min(), x.max(), y.min(), y.max()
        middle, centre = (left + right) / 2, (low + high) / 2
        found = _crossing(strokes, left, right, low, high, middle)
        if found:
            box = {"at": middle, "low": low, "q1": low, "q3": high, "high": high}
        else:
            flipped = [(line, v, u) for line, u, v in strokes]
            found = _crossing(flipped, low, high, left, right, centre)
            box = {"at": centre, "low": left, "q1": left, "q3": right, "high": right}
            box["horizontal"] = True
        if not found:
            continue
        parts = {id(artist)}
        for line, word, value in found:
            parts.add(id(line))
            if word == "median":
                box["median"] = value
            elif word == "low":
                box["low"] = min(box["low"], value)
            elif word == "high":
                box["high"] = max(box["high"], value)
        across = box.get("horizontal", False)
        for line, u, v in lines:
            place = v if across else u
            beyond = u if across else v
            if id(line) in parts or (len(place) and not _near(place, box["at"])):
                continue
            if not len(place) or (beyond < box["q1"]).any() or (beyond > box["q3"]).any():
                parts.add(id(line))
                if len(place) and line.get_marker() not in ("", "None", None, " "):
                    box["outliers"] = len(place)
        if "median" in box:
            yield box, parts


def _crossing(
    strokes: Sequence[tuple[Any, Any, Any]],
    left: float,
    right: float,
    low: float,
    high: float,
    middle: float,
) -> list[tuple[Any, str, float]]:
    """The median, whiskers and caps of an upright box among two-point lines."""
    found: list[tuple[Any, str, float]] = []
    width = right - left
    for line, x, y in strokes:
        if len(x) < 2:
            continue
        level = y.min() == y.max()
        inside = low <= y.min() and y.max() <= high
        if (
            level
            and inside
            and abs(x.min() - left) < width / 4
            and abs(x.max() - right) < width / 4
        ):
            found.append((line, "median", float(y[0])))
        elif _near(x, middle) and abs(y.max() - low) <= 1e-9 * (1 + abs(low)):
            found.append((line, "low", float(y.min())))
        elif _near(x, middle) and abs(y.min() - high) <= 1e-9 * (1 + abs(high)):
            found.append((line, "high", float(y.max())))
        elif level and not inside and abs((x.min() + x.max()) / 2 - middle) < 1e-9 * (1 + width):
            found.append((line, "cap", float(y[0])))
    return found if any(word == "median" for _, word, _ in found) else []


def _near(values: Any, at: float) -> bool:
    return bool(len(values)) and bool((abs(values - at) <= 1e-6 * (1 + abs(at))).all())


def _is_rectangle(x: Any, y: Any) -> bool:
    if len(x) not in (5, 6):
        return False
    np = numpy()
    corners = len(np.unique(x)) == 2 and len(np.unique(y)) == 2
    return corners and x[0] == x[4] and y[0] == y[4]


def _xy(line: Any) -> tuple[Any, Any]:
    return array(line.get_xdata(orig=False)), array(line.get_ydata(orig=False))


def _path(patch: Any) -> tuple[Any, Any]:
    if type(patch).__name__ != "PathPatch":
        return array([]), array([])
    vertices = array(patch.get_path().vertices).reshape(-1, 2)
    return vertices[:, 0], vertices[:, 1]
