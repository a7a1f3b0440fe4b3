"""Shapes read back into the numbers they were drawn from: wedges, steps, bands, violins, spans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from . import view
from .axis import Axis
from .names import Names, named
from .numbers import array, chosen, numpy, short

_MOST_POINTS = 12


def rings(wedges: Sequence[Any], names: Names) -> list[list[list[Any]]]:
    """(label, percent) of each wedge, ring by ring of each pie, in the order they were drawn."""
    found: dict[Any, list[list[Any]]] = {}
    single = one_pie(wedges)
    for wedge in wedges:
        label = named(wedge) or names.of(wedge.get_facecolor(), "wedge")
        ring = () if single else (*wedge.center, wedge.r)
        share = round(float(wedge.theta2 - wedge.theta1) / 3.6, 4)
        found.setdefault(ring, []).append([label[:60], share])
    return list(found.values())


def one_pie(wedges: Sequence[Any]) -> bool:
    """Whether all wedges are of one pie, even if some of them are pulled out of it."""
    return float(sum(wedge.theta2 - wedge.theta1 for wedge in wedges)) <= 360.001


class Steps(NamedTuple):
    """An outline of steps, from `base` to `base + counts`."""

    edges: Any
    counts: Any
    lies: bool
    stacked: bool


def steps(patch: Any) -> Steps | None:
    """`stairs`, and a histogram drawn as one outline."""
    if type(patch).__name__ == "StepPatch":
        data = patch.get_data()
        return Steps(
            array(data.edges), array(data.values), patch.orientation == "horizontal", stacked=False
        )
    if type(patch).__name__ != "Polygon":
        return None
    xy = array(patch.get_xy()).reshape(-1, 2)
    rise, run = xy[1:, 1] - xy[:-1, 1], xy[1:, 0] - xy[:-1, 0]
    if len(xy) < 6 or not ((rise == 0) | (run == 0)).all():
        return None
    # The second step goes along the axis of the bins; the first is as high as the first count.
    lies = bool(run[1] == 0 and rise[1] != 0)
    if lies:
        xy, run = xy[:, ::-1], rise
    tops, under = numpy().flatnonzero(run > 0), numpy().flatnonzero(run < 0)[::-1]
    if len(tops) < 2 or (xy[tops[1:], 0] != xy[tops[:-1] + 1, 0]).any():
        return None
    counts, edges = xy[tops, 1], numpy().append(xy[tops, 0], xy[tops[-1] + 1, 0])
    base = xy[under, 1]
    stacked = len(under) == len(tops) and len(set(base.tolist())) > 1
    return Steps(edges, counts - base if stacked else counts, lies, stacked)


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
                "place": middle,
                which: [along.value(places[0]), along.value(places[-1])],
                "widest": along.value(places[int((high - low).argmax())]),
                "horizontal": which == "x",
            }
    every, kept = len(places), view.seen(along, places)
    if not kept.any():
        kept = kept | view.touches(along, places[0], places[-1])
    places, low, high = places[kept], low[kept], high[kept]
    if not len(places):
        return "", {"outside": every}
    keep = chosen(places, high - low, _MOST_POINTS)
    return "bands", {
        "outside": every - len(places) or None,
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
    strokes = [xy_of(line) for line in axes.lines]
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


def mark_violins(violins: list[dict[str, Any]], segments: list[dict[str, Any]]) -> None:
    """Strokes across a violin mark values of it: means, medians, quantiles, all drawn alike."""
    for violin in violins:
        across = "x" if violin.get("horizontal") else "y"
        rows = [row for one in segments if one["at"] == across for row in one.get("values", ())]
        marked = {
            level
            for level, low, high in rows
            if isinstance(low, (int, float))
            and low <= violin["place"] <= high
            and level not in violin[across]
        }
        if marked:
            violin["marked"] = sorted(marked)


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


def xy_of(line: Any) -> tuple[Any, Any]:
    """The places of a line."""
    return array(line.get_xdata(orig=False)), array(line.get_ydata(orig=False))
