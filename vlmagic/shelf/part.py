"""A part of a chart by its data: narrower limits while it is drawn, then the old ones again.

`fig[0:10]` is what one would see after `set_xlim(0, 10)`, with ticks of its own, and its facts are
those of the part; the figure stays as it is, and no callback of its limits runs. This room refuses
to draw.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from vlmagic.errors import CellError
from vlmagic.facts import figure_of
from vlmagic.facts.axis import Axis, every_axes
from vlmagic.facts.numbers import numpy
from vlmagic.language import say
from vlmagic.references import Part, Slice

_MOST_NAMES = 8


def has_parts(obj: Any) -> bool:
    """Whether `obj[0:10]` is a part of a chart: it is a figure or axes, and no collection."""
    return not hasattr(type(obj), "__getitem__") and figure_of(obj) is not None


@contextmanager
def narrowed(owner: Any, part: Part, label: str) -> Iterator[None]:
    """The figure of `owner` (a figure or axes of matplotlib) with the limits of `part`.

    Other axes that share an axis go along. CellError for a part that is none.
    """
    axes = _axes(owner, part, label)
    wanted = {"x": part.x, "y": part.y}
    limits = {
        which: _limits(axes, which, bounds, label) for which, bounds in wanted.items() if bounds
    }
    changed = {
        which: getattr(axes, f"get_shared_{which}_axes")().get_siblings(axes) for which in limits
    }
    for which, ends in limits.items():
        _check(axes, which, ends, changed[which], label)
    before = [(one, one.viewLim.get_points().copy()) for group in changed.values() for one in group]
    strays: list[Any] = []
    try:
        for which, ends in limits.items():
            for one in changed[which]:
                setattr(one.viewLim, f"interval{which}", ends)
        strays = [text for one, _ in before for text in one.texts if _strays(text, one)]
        for text in strays:
            text.set_in_layout(False)
        with _settled(figure_of(axes)):
            yield
    finally:
        for one, points in reversed(before):
            one.viewLim.set_points(points)
        for text in strays:
            text.set_in_layout(True)


@contextmanager
def _settled(figure: Any) -> Iterator[None]:
    """Every pair of axes is afterwards where it was, whatever a layout makes of narrower limits."""
    margins = vars(figure.subplotpars).copy()
    places = [
        (axes, which, axes.get_position(original=which == "original").frozen())
        for axes in figure.axes
        for which in ("original", "active")
    ]
    try:
        yield
    finally:
        vars(figure.subplotpars).update(margins)
        for axes, which, box in places:
            axes._set_position(box, which=which)


def _axes(owner: Any, part: Part, label: str) -> Any:
    """The one pair of axes that is meant."""
    figure = figure_of(owner)
    every = every_axes(figure) if not hasattr(owner, "viewLim") else [owner]
    if not every:
        raise CellError(
            say("{label}: there are no axes in it.", label=label),
            say("Draw in it first, or choose another with -i."),
        )
    first = every[0]
    together = first.get_shared_x_axes()
    if any(one is not first and not together.joined(first, one) for one in every):
        raise CellError(
            say("{label} has {count} pairs of axes.", label=label, count=len(every)),
            say(
                "Take one of them: {name}.axes[0]{part}",
                name="fig" if label.startswith("@") else label,
                part=part,
            ),
        )
    if first.name != "rectilinear":
        raise CellError(
            say("{label}: only straight axes have parts.", label=label),
            say("Give the whole figure."),
        )
    return first


def _limits(axes: Any, which: str, bounds: Slice, label: str) -> tuple[float, float]:
    """New limits of an axis, in its direction."""
    axis = Axis(axes, which)
    if bounds.step is not None:
        raise CellError(
            say("{label}: a part has two ends and no step.", label=label),
            say("Write numbers: [0:10], or [0:10, 2:5] for both axes."),
        )
    first, last = bounds.start, bounds.stop
    if first is not None and last is not None:
        first, last = sorted((first, last), key=lambda bound: _place(axis, bound, which, label))
    start, end = (float(at) for at in axis.axis.get_view_interval())
    room = _room(axis)
    low = min(start, end) if first is None else _place(axis, first, which, label) - room
    high = max(start, end) if last is None else _place(axis, last, which, label, last=True) + room
    if not low < high:
        raise _nothing(axis, which, label)
    return (low, high) if start <= end else (high, low)


def _check(
    axes: Any, which: str, ends: tuple[float, float], together: Iterable[Any], label: str
) -> None:
    """CellError where matplotlib would draw something else than these limits, or nothing."""
    axis, (low, high) = Axis(axes, which), sorted(ends)
    scaled = axis.axis.get_transform().transform(list(ends))
    if tuple(axis.axis.limit_range_for_scale(low, high)) != (low, high) or not all(
        map(math.isfinite, scaled)
    ):
        raise CellError(
            say("{label}: its {which} axis is {scale}, and these limits go beyond it.",
                label=label, which=which, scale=axis.scale),
            _range(axis, which),
        )  # fmt: skip
    if any(one.get_aspect() != "auto" and one.get_adjustable() == "datalim" for one in together):
        raise CellError(
            say("{label}: its axes keep their proportions by changing their limits.", label=label),
            say("Write ax.set_adjustable('box') first, or give the whole figure."),
        )
    spans = [span for one in together for span in _spans(one, which)]
    if spans and all(most < low or least > high for least, most in spans):
        raise _nothing(axis, which, label)


def _spans(axes: Any, which: str) -> Iterator[tuple[float, float]]:
    """From where to where there is something in a pair of axes."""
    number = "xy".index(which)
    known = axes.dataLim.get_points()[:, number]
    yield float(min(known)), float(max(known))
    moved = [line.get_xydata() for line in axes.lines]  # limits do not follow them by themselves
    moved += [
        one.get_offsets()
        for one in axes.collections
        if one.get_offset_transform().contains_branch(axes.transData)
    ]
    for points in moved:
        places = numpy().ma.filled(points[:, number].astype(float), math.nan)
        places = places[abs(places) < math.inf]
        if len(places):
            yield float(places.min()), float(places.max())
    for image in axes.images:
        found = sorted(image.get_extent()[2 * number : 2 * number + 2])
        yield float(found[0]), float(found[1])


def _nothing(axis: Axis, which: str, label: str) -> CellError:
    return CellError(
        say("{label}: nothing lies within these limits.", label=label), _range(axis, which)
    )


def _range(axis: Axis, which: str) -> str:
    low, high = sorted(map(float, axis.axis.get_view_interval()))
    return say(
        "The {which} axis goes from {low} to {high}.",
        which=which,
        low=axis.value(low),
        high=axis.value(high),
    )


def _room(axis: Axis) -> float:
    """What a category takes to either side of its place."""
    if axis.kind != "category":
        return 0.0
    places = sorted(axis.names)
    return min((b - a for a, b in pairwise(places)), default=1.0) / 2


def _place(axis: Axis, bound: float | str, which: str, label: str, *, last: bool = False) -> float:
    same = [place for place, name in axis.names.items() if name == str(bound)]
    if len(same) > 1:
        raise CellError(
            say("{label}: {bound} stands {count} times on its {which} axis.",
                label=label, bound=repr(bound), count=len(same), which=which),
            say("Write places instead of names: it stands at {places}.",
                places=", ".join(f"{place:g}" for place in same[:_MOST_NAMES])),
        )  # fmt: skip
    try:
        place = axis.place(bound, last=last)
        if math.isfinite(place):
            return place
    except (ValueError, TypeError, OverflowError, KeyError):
        pass
    if axis.kind == "category":
        names = list(axis.names.values())
        hint = say("It has {names}.", names=", ".join(names[:_MOST_NAMES]))
    elif axis.kind == "date":
        hint = say('Write dates in quotes: ["2024-03-01":"2024-06-30"].')
    else:
        hint = say("Write numbers: [0:10], or [0:10, 2:5] for both axes.")
    raise CellError(
        say("{label}: {bound} is no place on its {which} axis.", label=label, bound=repr(bound), which=which),
        hint,
    )  # fmt: skip


def _strays(text: Any, axes: Any) -> bool:
    """Whether words of the chart would now stand beside it, and make its picture larger."""
    try:
        across, up = text.get_transform().contains_branch_seperately(axes.transData)
        x, y = text.get_position()
        x, y = float(axes.convert_xunits(x)), float(axes.convert_yunits(y))
    except (TypeError, ValueError, AttributeError):
        return False
    (left, bottom), (right, top) = axes.viewLim.get_points()
    beyond = (across and not min(left, right) <= x <= max(left, right)) or (
        up and not min(bottom, top) <= y <= max(bottom, top)
    )
    return bool(beyond and text.get_in_layout())
