"""The numbers behind a live figure, copied when it is shown: what claims are checked against.

`data_of` gives plain values (no arrays, no artists): they outlive the figure, can be pickled and
written as JSON, and are bounded. A series that would go beyond the bound, and whatever is drawn
in a way that has no one meaning, is named without its numbers. This room refuses to judge.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from . import view
from .axis import Axis, every_axes
from .bars import erring
from .bars import read as read_bars
from .boxes import boxes
from .names import Names, heading, label_of, named
from .names import title as title_of
from .numbers import array, numpy
from .patches import one_pie

MOST = 100_000
"""Points of one figure that are kept."""
MOST_SERIES = 60
_MOST_CLOCKED = 3000
Kind = Literal["line", "bars", "points", "pie", "other"]


@dataclass(frozen=True, slots=True)
class AxisData:
    """One axis. `low` and `high` as shown, `pixels` between them; `names`: place and category."""

    label: str = ""
    kind: Literal["", "date", "category"] = ""
    names: tuple[tuple[float, str], ...] = ()
    low: float = 0.0
    high: float = 1.0
    pixels: float = 1.0
    scale: str = "linear"
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """A series of values. `x` ascends as drawn; a pie has its percentages in `y`.

    `summary`: each value stands for many (counts, means with errors, stacks). `whole` is False
    where numbers were left out.
    """

    label: str
    kind: Kind
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    summary: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True)
class AxesData:
    """One pair of axes with its series; `across` and `up` are where a series' x and y are read."""

    across: AxisData
    up: AxisData
    series: tuple[Series, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class FigureData:
    """All axes of a figure."""

    axes: tuple[AxesData, ...]
    title: str = ""


def data_of(figure: Any) -> FigureData | None:
    """The numbers of a matplotlib figure; None if it has none that can be read. Never raises."""
    try:
        return _read(figure)
    except Exception:  # noqa: BLE001 - an extra, as facts are; a figure must never fail for it
        return None


def _read(figure: Any) -> FigureData | None:
    left = [MOST]
    found: list[AxesData] = []
    for axes in every_axes(figure):
        found.extend(_axes(axes, left))
    return FigureData(tuple(found), heading(figure)[:200]) if found else None


def _axes(axes: Any, left: list[int]) -> Iterator[AxesData]:
    x, y = Axis(axes, "x"), Axis(axes, "y")
    title = title_of(axes)[:200]
    box = axes.bbox
    across = _axis(x, label_of(axes, "x"), float(box.width))
    up = _axis(y, label_of(axes, "y"), float(box.height))
    if axes.name != "rectilinear":
        yield AxesData(across, up, (Series("", "other", whole=False),), title)
        return
    upright: list[Series] = []
    lying: list[Series] = []
    for series, horizontal in _series(axes, x, y):
        size = len(series.x)
        if size > left[0] or len(upright) + len(lying) >= MOST_SERIES:
            series = Series(series.label, series.kind, summary=series.summary, whole=False)  # noqa: PLW2901
        else:
            left[0] -= size
        (lying if horizontal else upright).append(series)
    if upright or not lying:
        yield AxesData(across, up, tuple(upright), title)
    if lying:
        yield AxesData(up, across, tuple(lying), title)


def _axis(axis: Axis, label: str, pixels: float) -> AxisData:
    low, high = sorted(float(v) for v in axis.axis.get_view_interval())
    names = axis.names
    kind: Any = "category" if names else axis.kind if axis.kind in ("date", "category") else ""
    low, high = axis.plain(low), axis.plain(high)
    if kind == "date":
        low, high = _days(axis, [low, high])
    return AxisData(
        label[:200],
        kind,
        tuple(sorted(names.items())),
        low,
        high,
        pixels,
        axis.scale,
        bool(axis.axis.get_inverted()),
    )


def _clock(axis: Axis) -> bool:
    """Whether an axis of dates counts in something else than days since 1970."""
    if axis.kind != "date":
        return False
    return (
        axis.period is not None
        or not sys.modules["matplotlib.dates"].get_epoch().startswith("1970-01-01")
        or str(axis.zone or "UTC") != "UTC"
    )


def _days(axis: Axis, places: Sequence[float]) -> Sequence[float]:
    """Places on an axis of dates as days since 1970, by the clock that the axis shows."""
    return axis.days(places) if _clock(axis) else places


def _series(axes: Any, x: Axis, y: Axis) -> Iterator[tuple[Series, bool]]:
    """(series, whether it lies) of one pair of axes."""
    for one, lies in _artists(axes, x, y):
        series = _plain(one, *((y, x) if lies else (x, y)))
        axis = y if lies else x
        if series.kind == "pie" or not _clock(axis):
            yield series, lies
        elif len(series.x) > _MOST_CLOCKED:
            yield replace(series, x=(), y=(), whole=False), lies
        else:
            yield replace(series, x=tuple(_days(axis, series.x))), lies


def _plain(series: Series, across: Axis, up: Axis) -> Series:
    """A series in the numbers that its places stand for."""
    if series.kind == "pie" or (across.base is None and up.base is None):
        return series
    return replace(series, x=tuple(map(across.plain, series.x)), y=tuple(map(up.plain, series.y)))


def _artists(axes: Any, x: Axis, y: Axis) -> Iterator[tuple[Series, bool]]:
    taken: set[int] = set()
    names = Names(axes)
    summed, loose = erring(axes)
    strokes = _strokes(axes, names) | loose
    filled = {named(one) for one in axes.collections if "Poly" in type(one).__name__} - {""}

    for container in axes.containers:
        kind = type(container).__name__
        if kind == "BarContainer":
            if (found := _bars(container, x, y, names)) is not None:
                series, lies = found
                summary = series.summary or id(container) in summed
                yield replace(series, summary=summary), lies
        elif (
            kind == "ErrorbarContainer"
            and container.lines[0] is not None
            and container.lines[0].get_visible()
        ):
            data = container.lines[0]
            yield from _curve(data, named(container), x, y, summary=True)
        taken.update(id(child) for child in container.get_children())
    boxed = sum(1 for patch in axes.patches if type(patch).__name__ == "PathPatch")
    parts = set().union(*(found for _, found in boxes(axes)))
    if parts or not taken.issuperset(strokes):
        yield Series("", "other", whole=False), False
    taken.update(parts, strokes)
    for line in axes.lines:
        if id(line) in taken or not line.get_visible() or type(line).__name__ == "AxLine":
            continue
        across, up = line.get_transform().contains_branch_seperately(axes.transData)
        if across and up:
            label = named(line) or names.of(line.get_color(), "line")
            # The upper edge of an area on others is not drawn at the height of its values.
            yield from _curve(line, label, x, y, summary=bool(boxed) or label in filled)
    wedges = [one for one in axes.patches if hasattr(one, "theta1") and one.get_visible()]
    if wedges:
        yield _pie(wedges), False
    elif any(id(patch) not in taken and patch.get_visible() for patch in axes.patches):
        yield Series("", "other", whole=False), False
    for collection in axes.collections:
        if id(collection) in taken or not collection.get_visible():
            continue
        across, up = collection.get_offset_transform().contains_branch_seperately(axes.transData)
        if type(collection).__name__ == "PathCollection" and across and up:
            spots = array(collection.get_offsets()).reshape(-1, 2)
            if len(spots) <= MOST:
                spots = spots[view.seen(x, spots[:, 0]) & view.seen(y, spots[:, 1])]
            if len(spots):
                yield points_of(spots[:, 0], spots[:, 1], named(collection), "points"), False
        elif type(collection).__name__ != "LineCollection":
            yield Series(named(collection), "other", whole=False), False
    if any(image.get_visible() for image in axes.images):
        yield Series("", "other", whole=False), False


def _strokes(axes: Any, names: Names) -> set[int]:
    """Short nameless lines that stand or lie, by id: whiskers, caps, rules."""
    found = set()
    for line in axes.lines:
        if hasattr(line, "get_xy1") or named(line) or names.of(line.get_color(), "line"):
            continue
        x, y = array(line.get_xdata(orig=False)), array(line.get_ydata(orig=False))
        if len(x) in (2, 3) and ((x == x[0]).all() or (y == y[0]).all()):
            found.add(id(line))
    return found


def _curve(
    line: Any, label: str, across: Axis, up: Axis, *, summary: bool
) -> Iterator[tuple[Series, bool]]:
    x, y = array(line.get_xdata(orig=False)), array(line.get_ydata(orig=False))
    if len(x) > 1 and x[0] > x[-1] and bool((x[1:] <= x[:-1]).all()):
        x, y = x[::-1], y[::-1]
    steady = bool((x[1:] >= x[:-1]).all())
    x, y = view.of_line(x, y, across, up, rising=steady)
    if not len(x):
        return
    if len(x) > MOST:
        yield Series(label, "line", summary=summary, whole=False), False
        return
    found = points_of(x, y, label, "line" if steady else "points")
    yield Series(label, found.kind, found.x, found.y, summary=summary, whole=found.whole), False


def points_of(x: Any, y: Any, label: str, kind: Kind) -> Series:
    """The finite ones of points, in their order; without numbers if there are too many."""
    if len(x) > MOST:
        return Series(label, kind, whole=False)
    np = numpy()
    kept = np.isfinite(x) & np.isfinite(y)
    x, y = (np.asarray(one)[kept].tolist() for one in (x, y))
    return Series(label, kind, tuple(x), tuple(y), whole=bool(x))


def _bars(container: Any, x: Axis, y: Axis, names: Names) -> tuple[Series, bool] | None:
    bars = read_bars(container, x, y, names)
    if bars is None:
        return None
    axis = y if bars.lies else x
    places = bars.places(axis)
    middle = [at if place is None else place for place, at in zip(places, bars.middle, strict=True)]
    summary = bars.touching or bars.errors or bars.stacked or any(bars.base)
    whole = (
        (axis.kind != "category" or None not in places)
        and all(value - value == 0 for value in bars.values)
        and len(set(middle)) == len(middle)
    )
    found = Series(bars.label, "bars", tuple(middle), tuple(bars.values), summary, whole)
    return found, bars.lies


def _pie(wedges: list[Any]) -> Series:
    """Percentages; places are numbers from 0 on, names stand in the label, one a line."""
    names = [str(wedge.get_label() or "") for wedge in wedges]
    whole = all(name and not name.startswith("_") for name in names)
    whole = whole and one_pie(wedges)
    values = tuple(float(wedge.theta2 - wedge.theta1) / 3.6 for wedge in wedges)
    return Series(
        "\n".join(names), "pie", tuple(map(float, range(len(values)))), values, whole=whole
    )
