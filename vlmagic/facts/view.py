"""What of the data lies within the limits of its axes: the rest nobody sees, so it is only counted.

A point must lie within both pairs of limits, a bar only reach into them. This room refuses to know any library.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from .numbers import numpy

Limits = tuple[float, float]
EVERYTHING: Limits = (float("-inf"), float("inf"))


class Limited(Protocol):
    """An axis that shows what lies within its limits."""

    @property
    def limits(self) -> Limits:
        """The lowest and the highest place that are seen."""


def widened(low: float, high: float) -> Limits:
    """Limits in which a value on the edge is seen, whatever its last bits."""
    low, high = min(low, high), max(low, high)
    near = 1e-9 * (high - low)
    return low - max(near, 1e-9 * abs(low)), high + max(near, 1e-9 * abs(high))


def seen(axis: Limited, places: Any) -> Any:
    """A mask of the places that lie within the limits; what is no number does not."""
    low, high = axis.limits
    return (places >= low) & (places <= high)


def _within(axis: Limited, places: Any) -> bool:
    low, high = axis.limits
    return bool(low <= places.min() and places.max() <= high)


def touches(axis: Limited, low: float, high: float) -> bool:
    """Whether anything from `low` to `high` is seen, which may be given either way round."""
    start, end = axis.limits
    return not (max(low, high) < start or min(low, high) > end)


def bars(axis: Limited, values: Limited, every: Sequence[Any], *, lying: bool) -> list[Any]:
    """The bars whose middle is seen along the axis on which they stand, and any of their length."""
    low, high = axis.limits

    def middle(bar: Any) -> float:
        return float(bar.get_y() + bar.get_height() / 2 if lying else bar.get_x() + bar.get_width() / 2)  # fmt: skip

    def reaches(bar: Any) -> bool:
        base, length = (bar.get_x(), bar.get_width()) if lying else (bar.get_y(), bar.get_height())
        return touches(values, base, base + length)

    return [bar for bar in every if low <= middle(bar) <= high and reaches(bar)]


def of_line(u: Any, v: Any, x: Limited, y: Limited, *, rising: bool) -> tuple[Any, Any]:
    """The points of a line that are seen; of a stroke that only crosses the view, its two ends.

    `u` and `v` are arrays of finite numbers, the places along `x` and `y`.
    """
    if not len(u) or (_within(x, u) and _within(y, v)):
        return u, v
    low, high = x.limits
    both = seen(x, u) & seen(y, v)
    if both.any() or not rising:
        return u[both], v[both]
    start, stop = (int(numpy().searchsorted(u, at, side)) for at, side in ((low, "left"), (high, "right")))  # fmt: skip
    if start == stop and 0 < start < len(u):
        start, stop = start - 1, stop + 1
    u, v = u[start:stop], v[start:stop]
    crosses = len(v) > 0 and touches(y, float(v.min()), float(v.max()))
    return (u, v) if crosses else (u[:0], v[:0])
