"""Rising and falling: between two places, on the whole, by how much; the steepest stretch.

This room refuses axes that are turned round and series without an order.
"""

from __future__ import annotations

from itertools import pairwise

from .measure import Silent, direction, near, pixel, place, shown
from .numbers import DATE, Quantity
from .orders import close_share
from .said import Context, Said
from .subjects import Line
from .verdicts import Found, decided, every, told


def trend(line: Line, said: Said, context: Context, verbs: set[str]) -> Found:
    """`Train falls from 2.3 to 0.57`, `rises by 5 % from 2019 to 2021`, `an increase of 97`."""
    series = line.series
    ordered(line)
    if len(verbs & set("RF")) != 1 or said.maybe or (said.spanned and said.numbers.get("f")):
        raise Silent
    if said.places.get("") or "e" in verbs:
        return _arriving(line, said, up="R" in verbs, at_end="e" in verbs)
    said.none_but("ft", "-ftb")
    if "E" in verbs and said.numbers:
        raise Silent  # "by 5 each month"
    sign = 1 if "R" in verbs else -1
    start, stop = said.place("f"), said.place("t")
    low, high, by = said.number("f"), said.number("t"), said.number("b")
    if said.numbers.get(""):
        if by is not None or low is not None or high is not None:
            raise Silent
        by = said.number()
    first, last = _span(line, said, context, bare=by is not None and low is None and high is None)
    change, against, spread = direction(series, first, last)
    ends = start is not None or by is not None or (high is not None and (low is not None or stop is not None))  # fmt: skip
    found = [_way(line, change * sign, against, spread, steady=bool(verbs & set("QE")), told_ends=ends)]  # fmt: skip
    if by is not None:
        found.append(_by(line, by, sign * change, series.y[first]))
    if low is not None:
        found.append(told(line, low, series.y[first], shown(line, first)))
    if high is not None:
        if stop is None and start is None and low is None:
            found.append(_reaching(line, high, last))
        else:
            found.append(told(line, high, series.y[last], shown(line, last)))
    if low is not None and high is None and start is None:
        raise Silent
    result = every(*found)
    if result.verdict == "wrong" and start is None and low is not None and high is not None:
        elsewhere(line, low, high)
    context.span = (line.place, first, last)
    context.rises = sign > 0
    context.reached = (line.place, last)
    return result


def _arriving(line: Line, said: Said, *, up: bool, at_end: bool) -> Found:
    """`In December it falls to 15.6`, `falls to 110 at the end`: from the point before."""
    said.none_but("-", "t")
    high, where = said.number("t"), said.place()
    if high is None or at_end == (where is not None):
        raise Silent
    index = len(line.series.y) - 1 if where is None else place(line, where)
    if not index:
        raise Silent
    found = told(line, high, line.series.y[index], shown(line, index))
    change = line.series.y[index] - line.series.y[index - 1]
    return found if found.verdict == "wrong" or (change > 0) == up else Found("unchecked")


def _span(line: Line, said: Said, context: Context, *, bare: bool) -> tuple[int, int]:
    """The indices between which it is said to go."""
    start, stop = said.place("f"), said.place("t")
    last = place(line, stop) if stop else len(line.series.y) - 1
    if start is not None and stop is not None:
        first = place(line, start)
    elif start is not None:
        raise Silent
    elif stop is not None:
        if context.reached is not None:
            if context.reached[0] != line.place:
                raise Silent
            first = context.reached[1]
        else:
            first = 0
    elif context.span is not None and bare:
        if context.span[0] != line.place:
            raise Silent
        _, first, last = context.span
    elif context.reached is not None:
        raise Silent
    else:
        first = 0
    if first >= last:
        raise Silent
    return first, last


def _way(
    line: Line, change: float, against: float, spread: float, *, steady: bool, told_ends: bool
) -> Found:
    """Whether it goes that way: on the whole, or at every step."""
    truth = f"{change:+.6g}"
    if steady:
        limit = 2 * max(pixel(line.axes.up, y) for y in line.series.y)
        held = True if change > 0 and not against else False if against > limit or change < 0 else None  # fmt: skip
        return decided(held)
    if change > 0 and (against <= 0.15 * spread or told_ends):
        return Found("right", truth)
    if change < 0 and abs(change) > 0.1 * spread:
        return Found("wrong", truth)
    raise Silent


def again(line: Line, said: Said, context: Context) -> Found:
    """`…, or roughly 31 %`, `…, i.e. by 97`: the last trend in other numbers."""
    said.none_but("", "-b")
    by = said.number("b") or said.number()
    if context.span is None or context.span[0] != line.place or by is None or said.maybe:
        raise Silent
    if not by.percent and "b" not in said.numbers:
        raise Silent
    _, first, last = context.span
    ys = line.series.y
    return _by(line, by, (ys[last] - ys[first]) * (1 if context.rises else -1), ys[first])


def _by(line: Line, by: Quantity, change: float, base: float) -> Found:
    if by.percent:
        if not base:
            raise Silent
        held = close_share(line, by, 100 * change / abs(base))
        return decided(held, f"{100 * change / abs(base):+.4g}%")
    return told(line, by, change)


def _reaching(line: Line, high: Quantity, last: int) -> Found:
    """`rises to 2.1`: its end; wrong only where it never comes."""
    ys = line.series.y
    if near(line, high, ys[last]):
        return Found("right", f"{ys[last]:.6g}")
    beyond = all(near(line, high, y) is False for y in ys) and (
        near(line, high, max(ys)) is False and (high.value > max(ys) or high.value < min(ys))
    )
    if beyond and high.scale == 1 and not high.percent:
        return Found("wrong", f"{ys[last]:.6g}")
    raise Silent


def compared(line: Line, said: Said, verbs: set[str]) -> Found:
    """`February rose by 10 % over January`, where it is written with `than` or 比."""
    ordered(line)
    said.none_but("-", "-b")
    where = said.places.get("", [])
    by = said.number("b") or said.value()
    if len(where) != 2:
        raise Silent
    first, second = (line.series.y[place(line, one)] for one in where)
    sign = 1 if "R" in verbs else -1
    change = sign * (first - second)
    found = [Found("right" if change > 0 else "wrong", f"{first - second:+.6g}")]
    if by is not None:
        found.append(_by(line, by, change, second))
    return every(*found)


def steepest(line: Line, said: Said, *, up: bool) -> Found:
    """`The steepest increase is between 2010 and 2020`: of neighbours only."""
    ordered(line)
    start, stop = said.place("f"), said.place("t")
    said.none_but("ft", "")
    if start is None or stop is None or said.maybe:
        raise Silent
    first, last = place(line, start), place(line, stop)
    xs = line.series.x
    gaps = [b - a for a, b in pairwise(xs)]
    if last != first + 1 or max(gaps) > 1.2 * min(gaps):
        raise Silent
    steps = [(b - a) * (1 if up else -1) for a, b in pairwise(line.series.y)]
    best = max(steps)
    mine = steps[first]
    where = f"{shown(line, steps.index(best))} – {shown(line, steps.index(best) + 1)}"
    if mine == best:
        return Found("right", where)
    if best - mine <= 4 * pixel(line.axes.up, max(line.series.y)) + 0.02 * abs(best):
        raise Silent
    return Found("wrong", where)


def ordered(line: Line) -> None:
    """`Silent` unless its points have an order that a reader sees."""
    series = line.series
    held = series.kind == "line" or (series.kind == "bars" and line.axes.across.kind != "category") or _timed(line)  # fmt: skip
    if not held or line.axes.up.inverted or line.axes.across.inverted:
        raise Silent


def _timed(line: Line) -> bool:
    """Whether the categories are months or years."""
    names = [name.strip() for _, name in line.axes.across.names]
    return bool(names) and all(
        DATE.fullmatch(name)
        or (name.endswith("季度") and len(name) <= 4)
        or (name.isdigit() and len(name) == 4)
        or (len(name) <= 3 and name[:1] in "QqWw" and name[1:].isdigit())
        for name in names
    )


def elsewhere(line: Line, low: Quantity, high: Quantity) -> None:
    """Give up if the two numbers are values of the series: part of it may be meant."""
    values = line.series.y
    if all(any(near(line, number, value) for value in values) for number in (low, high)):
        raise Silent
