"""Looking up a series: its value at a place, its extremes, its crossings, and how near is near.

This room refuses words; places that are not in the data have no value.
"""

from __future__ import annotations

import datetime as dt
import math
from itertools import pairwise

from vlmagic.facts.data import AxisData, Series

from . import units
from .clauses import Item
from .numbers import Quantity
from .subjects import Line, category


class Silent(Exception):  # noqa: N818 - nothing went wrong
    """The data does not answer."""


_FACTORS = (1e2, 1e-2, 1e3, 1e-3, 1e4, 1e-4, 1e6, 1e-6, 1e8, 1e-8, 1e9, 1e-9)


def pixel(axis: AxisData, at: float) -> float:
    """How much one pixel of the picture is worth at a value of the axis."""
    if axis.scale == "log" and axis.low > 0 and axis.high > 0:
        return abs(at) * (math.exp(math.log(axis.high / axis.low) / max(axis.pixels, 1)) - 1)
    return (axis.high - axis.low) / max(axis.pixels, 1)


def place(line: Line, item: Item) -> int:
    """The index of the one point at a category, date or number; `Silent` if there is none."""
    axis, series = line.axes.across, line.series
    if item.number is not None and item.number.unit:
        unit = units.of_label(axis.label)[0]
        if unit != item.number.unit:
            raise Silent
    if series.kind == "pie":
        names = [name.strip().lower() for name in series.label.split("\n")]
        if item.letter == "C" and names.count(item.text.lower()) == 1:
            return names.index(item.text.lower())
        raise Silent
    if item.letter == "D" and axis.kind == "date" and item.period is not None:
        held = [i for i, x in enumerate(series.x) if item.period.holds(x)]
    elif axis.kind == "category":
        text = item.text
        if item.letter == "D" and item.period is not None:
            held = _month(line, item)
            return _one(held)
        at = category(axis, text)
        held = [] if at is None else [i for i, x in enumerate(series.x) if abs(x - at) < 1e-6]
    elif (
        axis.kind == "date"
        and item.number is not None
        and item.text.isdigit()
        and len(item.text) == 4
    ):
        year = int(item.text)
        start = (dt.date(year, 1, 1) - dt.date(1970, 1, 1)).days
        stop = (dt.date(year + 1, 1, 1) - dt.date(1970, 1, 1)).days
        held = [i for i, x in enumerate(series.x) if start <= x < stop]
    elif axis.kind == "" and item.number is not None and not item.number.percent:
        value = item.number.value
        held = [i for i, x in enumerate(series.x) if abs(x - value) <= 1e-9 * (1 + abs(value))]
        if not held and "." in item.number.plain:  # rounded as it is written
            held = [i for i, x in enumerate(series.x) if abs(x - value) <= item.number.half]
    elif axis.kind == "" and item.letter == "D" and item.period is not None and item.period.year and not item.period.month:  # fmt: skip
        held = [i for i, x in enumerate(series.x) if x == item.period.year]
    else:
        raise Silent
    return _one(held)


def _one(held: list[int]) -> int:
    if len(held) != 1:
        raise Silent
    return held[0]


def _month(line: Line, item: Item) -> list[int]:
    """A category that is written as a month or a year."""
    from .numbers import DATE, period

    found: list[int] = []
    for at, name in line.axes.across.names:
        match = DATE.fullmatch(name.strip())
        read = period(match) if match else None
        year = name.strip().isdigit() and item.period is not None and item.period.month is None and int(name) == item.period.year  # fmt: skip
        if year or (read is not None and read == item.period):
            found.extend(i for i, x in enumerate(line.series.x) if abs(x - at) < 1e-6)
    return found


def shown(line: Line, index: int) -> str:
    """The place of a point as the reader sees it."""
    axis, series = line.axes.across, line.series
    if series.kind == "pie":
        return series.label.split("\n")[index].strip()
    x = series.x[index]
    if axis.kind == "category":
        return next((name for at, name in axis.names if abs(at - x) < 1e-6), "")
    if axis.kind == "date":
        moment = dt.datetime(1970, 1, 1) + dt.timedelta(days=x)  # noqa: DTZ001
        return moment.isoformat(timespec="minutes").removesuffix("T00:00")
    return f"{x:.6g}"


def candidates(line: Line, number: Quantity) -> list[tuple[float, float]]:
    """(value, half a unit) of a number in the units of the axis; `Silent` if that is not known."""
    label = (line.axes.up.label + " " + line.axes.title).lower()
    half, value = number.half, number.value
    unit, factor = units.of_label(line.axes.up.label)
    if number.unit == "pp" and not ("%" in label or line.series.kind == "pie"):
        raise Silent
    if number.unit not in ("", "pp") and (
        line.series.kind == "pie" or (unit and number.unit != unit)
    ):
        raise Silent
    if number.percent and line.series.kind != "pie":
        if "%" in label or "percent" in label or "百分" in label:
            return [(value, half)]
        if line.series.y and min(line.series.y) >= 0 and max(line.series.y) <= 1:
            return [(value / 100, half / 100)]
        raise Silent
    if not number.percent and number.unit != "pp" and line.series.kind == "pie":
        raise Silent
    if number.scale != 1:
        return [(value / factor, half / factor)]
    return [(value, half)]


def near(line: Line, number: Quantity, truth: float) -> bool | None:
    """Whether a number is the true value as far as one can tell; None in between.

    A number that would be right with its percent sign or its thousands written is not wrong, nor
    one in a unit that the axis does not name.
    """
    ((value, half),) = candidates(line, number)
    held = close(line.axes.up, value, half, truth)
    if held is False and number.unit and not units.of_label(line.axes.up.label)[0]:
        return None  # kB of what is no size
    if held is False and number.rough and abs(value - truth) <= number.slack * abs(value):
        return None
    if held is False and any(_fits(value, half, truth, one) for one in _FACTORS):
        return None
    return held


def _fits(value: float, half: float, truth: float, factor: float) -> bool:
    return bool(truth) and abs(value / factor - truth) <= half / factor + 1e-9 * abs(truth)


def close(axis: AxisData, value: float, half: float, truth: float) -> bool | None:
    """Right within half a unit or half a pixel; wrong beyond twice both together."""
    gap, size = abs(value - truth), pixel(axis, truth)
    slack = 1e-9 * (abs(truth) + abs(value))
    if gap <= max(half, size / 2) + slack:
        return True
    return False if gap > 2 * (half + size) + slack else None


def extreme(series: Series, *, top: bool) -> list[int]:
    """The indices of the highest or lowest value."""
    best = max(series.y) if top else min(series.y)
    return [i for i, y in enumerate(series.y) if y == best]


def crossings(one: Series, other: Series) -> list[tuple[float, float]]:
    """(x, y) of every crossing of two lines with the same x; `Silent` without that."""
    if one.x != other.x or len(one.x) < 2:
        raise Silent
    gaps = [a - b for a, b in zip(one.y, other.y, strict=True)]
    found: list[tuple[float, float]] = []
    last = 0.0
    for i, gap in enumerate(gaps):
        if gap == 0:
            after = next((g for g in gaps[i:] if g), 0.0)
            if last and after and (last > 0) != (after > 0):
                found.append((one.x[i], one.y[i]))
            elif last or after:
                raise Silent  # they touch
        elif last and (gap > 0) != (last > 0) and gaps[i - 1]:
            share = gaps[i - 1] / (gaps[i - 1] - gap)
            found.append((one.x[i - 1] + share * (one.x[i] - one.x[i - 1]), one.y[i - 1] + share * (one.y[i] - one.y[i - 1])))  # fmt: skip
        last = gap or last
    return found


def direction(series: Series, first: int, last: int) -> tuple[float, float, float]:
    """(change, greatest rise against it, range) between two indices."""
    ys = series.y[first : last + 1]
    change = ys[-1] - ys[0]
    sign = 1 if change >= 0 else -1
    against = max([0.0, *(-(b - a) * sign for a, b in pairwise(ys))])
    return change, against, max(ys) - min(ys)
