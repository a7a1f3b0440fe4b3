"""Where the axes of a chart lie in its picture, and what stands at a place within them.

Plain numbers, kept beside a picture when it is drawn: the figure itself is usually gone by the
time somebody points at it. This room refuses plotting libraries, and axes that are neither
straight nor logarithmic.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_SAME = 1e-6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ruler:
    """One axis: the values at its two ends, in the order of the picture."""

    start: float
    end: float
    log: bool = False
    date: bool = False
    """Values are days since 1970."""
    names: tuple[tuple[float, str], ...] = ()
    """Categories and where they stand."""

    def at(self, share: float) -> float | str:
        """What stands at a share of the way from `start` to `end`, which may lie outside 0..1."""
        if self.log:
            low, high = math.log10(self.start), math.log10(self.end)
            return float(10 ** (low + share * (high - low)))
        number = self.start + share * (self.end - self.start)
        if self.date:
            moment = (_EPOCH + timedelta(days=number)).replace(tzinfo=None)
            return moment.isoformat(timespec="seconds").removesuffix("T00:00:00")
        if self.names:
            place, name = min(self.names, key=lambda pair: abs(pair[0] - number))
            if abs(place - number) <= 0.5:
                return name
        return float(number)


@dataclass(frozen=True, slots=True)
class Frame:
    """The rectangle of one axes, as shares (0..1) of the picture's width and height from its
    upper left corner, and its two rulers: x from left to right, y from top to bottom.
    """

    number: int
    """Which axes of the figure, from 1, as in its facts."""
    left: float
    top: float
    right: float
    bottom: float
    x: Ruler | None
    y: Ruler | None

    def holds(self, across: float, down: float) -> bool:
        """Whether a place (shares of the picture) lies within the axes."""
        return self.left <= across <= self.right and self.top <= down <= self.bottom

    def x_at(self, across: float) -> float | str | None:
        """The value on the x axis at a share of the picture's width."""
        return _read(self.x, (across - self.left) / (self.right - self.left))

    def y_at(self, down: float) -> float | str | None:
        """The value on the y axis at a share of the picture's height."""
        return _read(self.y, (down - self.top) / (self.bottom - self.top))


def _read(ruler: Ruler | None, share: float) -> float | str | None:
    try:
        return ruler.at(share) if ruler is not None else None
    except (OverflowError, ValueError):
        return None


def frames_at(frames: Sequence[Frame], across: float, down: float) -> list[Frame]:
    """The smallest axes around a place (an inset lies within another), and its twins after it."""
    around = [frame for frame in frames if frame.holds(across, down)]
    if not around:
        return []
    first = min(around, key=lambda f: (f.right - f.left) * (f.bottom - f.top))
    return [first, *(one for one in around if one is not first and _together(one, first))]


def _together(one: Frame, other: Frame) -> bool:
    """Whether two axes lie on top of each other."""
    sides = ("left", "top", "right", "bottom")
    return all(abs(getattr(one, side) - getattr(other, side)) < _SAME for side in sides)
