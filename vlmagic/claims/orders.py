"""One above another: at a place, everywhere, by how much; a row of them; above or below a number.

This room refuses to compare what stands on different axes.
"""

from __future__ import annotations

from itertools import pairwise

from .clauses import Item
from .measure import Silent, candidates, near, place
from .numbers import Quantity
from .said import Said
from .subjects import Line, Subjects
from .verdicts import Found, blur, decided, every, line_of, told


def order(said: Said, subjects: Subjects, *, more: bool, everywhere: bool) -> Found:
    """One above another, everywhere or at a place; or a series above a number."""
    by = said.number("b")
    said.none_but("-", "-b")
    if said.maybe:
        raise Silent
    where = said.places.get("", [])
    number = said.number()
    if by is None and number is not None and 2 in (len(said.lines), len(where)):
        by, number = number, None
    if len(said.lines) == 2 and len(where) <= 1 and number is None:
        if said.others is not None and len(where) == 1:
            other = said.lines[1]
            value = told(other, said.others, other.series.y[place(other, where[0])])
            return every(_two_lines(said, by, more=more, everywhere=everywhere), value)
        return _two_lines(said, by, more=more, everywhere=everywhere)
    line = line_of(said, subjects)
    if len(where) == 2 and number is None and not everywhere:
        first, second = (line.series.y[place(line, item)] for item in where)
        found = _gaps(line, [first - second], by, more=more, base=second)
        return found if said.others is None else every(found, told(line, said.others, second))
    if said.others is not None:
        raise Silent
    if number is None or by is not None:
        raise Silent
    if where:
        values = [line.series.y[place(line, one)] for one in where]
        return _bound(line, values, number, more=more, everywhere=True)
    return _bound(line, list(line.series.y), number, more=more, everywhere=everywhere)


def _two_lines(said: Said, by: Quantity | None, *, more: bool, everywhere: bool) -> Found:
    one, other = said.lines
    where = said.places.get("", [])
    if one.axes is not other.axes:
        raise Silent
    if where and not everywhere:
        base = other.series.y[place(other, where[0])]
        return _gaps(one, [one.series.y[place(one, where[0])] - base], by, more=more, base=base)
    if where or one.series.x != other.series.x or by is not None:
        raise Silent
    gaps = [a - b for a, b in zip(one.series.y, other.series.y, strict=True)]
    sign = 1 if more else -1
    if everywhere and any(sign * gap < -blur(one) for gap in gaps):
        return Found("wrong", f"{min(sign * gap for gap in gaps) * sign:+.6g}")
    return _gaps(one, gaps, None, more=more)


def _gaps(
    line: Line, gaps: list[float], by: Quantity | None, *, more: bool, base: float = 0.0
) -> Found:
    sign = 1 if more else -1
    if by is not None:
        if by.percent:
            if not base or line.series.kind == "pie":
                raise Silent
            held = close_share(line, by, 100 * sign * gaps[0] / abs(base))
        else:
            held = near(line, by, sign * gaps[0])
        return decided(held, f"{gaps[0]:+.6g}")
    truth = f"{gaps[0]:+.6g}" if len(gaps) == 1 else ""
    if all(sign * gap > 0 for gap in gaps):
        return Found("right", truth)
    if all(sign * gap < -blur(line) for gap in gaps) or (len(gaps) == 1 and gaps[0] == 0):
        return Found("wrong", truth)
    raise Silent


def _bound(
    line: Line, values: list[float], number: Quantity, *, more: bool, everywhere: bool = False
) -> Found:
    sign = 1 if more else -1
    ((limit, half),) = candidates(line, number)
    gaps = [sign * (value - limit) for value in values]
    truth = f"{min(values):.6g}" if more else f"{max(values):.6g}"
    if all(gap > 0 for gap in gaps):
        return Found("right", truth)
    sure = half + blur(line)
    if all(gap < -sure for gap in gaps) or (everywhere and any(gap < -sure for gap in gaps)):
        return Found("wrong", truth)
    raise Silent


def never(line: Line, said: Said, *, more: bool) -> Found:
    """`never exceeds 130`."""
    said.none_but("", "-")
    number = said.number()
    if number is None:
        raise Silent
    ((limit, half),) = candidates(line, number)
    worst = max(line.series.y) if more else min(line.series.y)
    gap = worst - limit if more else limit - worst
    if gap <= 0:
        return Found("right", f"{worst:.6g}")
    return decided(False if gap > half + blur(line) else None, f"{worst:.6g}")


def ranking(said: Said, subjects: Subjects) -> Found:
    """`A > B > C`: at a place, or over categories."""
    said.none_but("-", "")
    where = said.places.get("", [])
    if len(said.lines) > 2 and len(where) == 1:
        line = said.lines[0]
        if any(one.axes is not line.axes for one in said.lines):
            raise Silent
        values = [one.series.y[place(one, where[0])] for one in said.lines]
    elif len(said.lines) <= 1 and len(where) > 2:
        line = line_of(said, subjects)
        values = [line.series.y[place(line, one)] for one in where]
    else:
        raise Silent
    if len(values) != said.verbs.count(">") + 1:
        raise Silent
    held = all(a > b for a, b in pairwise(values))
    return Found("right" if held else "wrong", " > ".join(f"{value:.6g}" for value in values))


def difference(said: Said, subjects: Subjects, *, of_extremes: bool) -> Found:
    """The gap between two series at a place, two places of one, or its extremes."""
    number = said.value()
    where = [*said.places.get("f", []), *said.places.get("t", []), *said.places.get("", [])]
    said.none_but("-ft", "-")
    if len(said.lines) == 2 and len(where) == 1 and of_extremes:
        return _widest(said, where[0], number)
    if number is None or (
        number.percent and number.unit != "pp" and not _in_percent(said, subjects)
    ):
        raise Silent
    if len(said.lines) == 2 and len(where) == 1 and not of_extremes:
        one, other = said.lines
        if one.axes is not other.axes:
            raise Silent
        gap = one.series.y[place(one, where[0])] - other.series.y[place(other, where[0])]
        return told(one, number, abs(gap))
    line = line_of(said, subjects)
    if of_extremes and not where:
        return told(line, number, max(line.series.y) - min(line.series.y))
    if len(where) != 2 or of_extremes:
        raise Silent
    first, second = (line.series.y[place(line, item)] for item in where)
    return told(line, number, abs(first - second))


def _widest(said: Said, where: Item, number: Quantity | None) -> Found:
    """`The gap is largest in January, 16.9`, or smallest."""
    one, other = said.lines
    if one.axes is not other.axes or one.series.x != other.series.x:
        raise Silent
    gaps = [abs(a - b) for a, b in zip(one.series.y, other.series.y, strict=True)]
    best = max(gaps) if "M" in said.verbs else min(gaps)
    mine = gaps[place(one, where)]
    if mine != best and abs(mine - best) <= 4 * blur(one):
        raise Silent
    found = Found("right" if mine == best else "wrong", f"{best:.6g}")
    return found if number is None else every(found, told(one, number, mine))


def _in_percent(said: Said, subjects: Subjects) -> bool:
    line = said.lines[0] if said.lines else line_of(said, subjects)
    return line.series.kind == "pie" or "%" in line.axes.up.label


def close_share(line: Line, number: Quantity, truth: float) -> bool | None:
    """Whether a percentage of change is right; `Silent` where points of a share may be meant."""
    if min(line.series.y) >= 0 and max(line.series.y) <= 1:
        raise Silent
    if number.unit == "pp" or "%" in line.axes.up.label or line.series.kind == "pie":
        raise Silent
    gap = abs(number.value - truth)
    if gap <= number.half * 1.000001:
        return True
    return False if gap > 4 * number.half + 0.02 * abs(truth) else None
