"""How many, how many times, what share, what sum, and where lines cross.

This room refuses to add up what stands on different axes or is no amount.
"""

from __future__ import annotations

from itertools import pairwise

from .measure import Silent, candidates, close, crossings, place
from .numbers import Quantity
from .said import Said
from .subjects import Line, Subjects
from .verdicts import Found, blur, decided, line_of, told


def count(said: Said, verbs: set[str], subjects: Subjects) -> Found:
    """`There are 5 lines`, `two products exceed 900`, `the three regions total 1,915 in Q1`."""
    if len(said.counts) != 1 or said.counts[0] != int(said.counts[0]):
        raise Silent
    n = int(said.counts[0])
    kinds = verbs & set("clpu")
    rest = verbs - kinds
    if rest <= set("TH") and "T" in rest and said.value() is not None:
        return _sum_of_all(said, n, subjects)
    if rest - {"h"} in ({">"}, {"<"}) and said.value() is not None:
        return _how_many(said, n, subjects, more=">" in rest)
    if (
        "V" not in said.verbs
        or rest - {"T"}
        or said.places
        or said.maybe
        or said.lines
        or said.numbers
    ):
        raise Silent
    truth = _counted(kinds, subjects)
    return Found("right" if n == truth else "wrong", str(truth))


def _counted(kinds: set[str], subjects: Subjects) -> int:
    if any(not line.series.whole for line in subjects.lines):
        raise Silent
    only = subjects.only
    lines = [line for line in subjects.lines if line.series.kind == "line"]
    if kinds == {"l"} and len(lines) == len(subjects.lines):
        if len({id(line.axes) for line in lines}) > 1 or not all(line.series.label for line in lines):  # fmt: skip
            raise Silent
        return len(lines)
    if only is None or only.series.summary:
        raise Silent
    kind = only.series.kind
    if (kinds == {"c"} and kind in ("bars", "pie")) or (kinds == {"p"} and kind in ("line", "points")):  # fmt: skip
        return len(only.series.y)
    raise Silent


def _sum_of_all(said: Said, n: int, subjects: Subjects) -> Found:
    """A sum over as many as there are."""
    number, where = said.value(), said.place()
    said.none_but("-", "-")
    if number is None or said.lines:
        raise Silent
    if subjects.only is None:
        lines = subjects.lines
        if where is None or n != len(lines) or len({id(line.axes) for line in lines}) > 1:
            raise Silent
        return told(lines[0], number, sum(_amount(line, place(line, where)) for line in lines))
    line = line_of(said, subjects)
    if where is not None or n != len(line.series.y) or line.series.kind != "bars":
        raise Silent
    return told(line, number, sum(line.series.y))


def _amount(line: Line, index: int) -> float:
    if line.series.kind not in ("bars", "line") or line.series.summary or not line.series.whole:
        raise Silent
    return line.series.y[index]


def _how_many(said: Said, n: int, subjects: Subjects, *, more: bool) -> Found:
    line, number = line_of(said, subjects), said.value()
    said.none_but("", "-")
    if number is None or line.series.kind not in ("bars", "pie"):
        raise Silent
    ((limit, _),) = candidates(line, number)
    if any(abs(y - limit) <= blur(line) for y in line.series.y):
        raise Silent
    truth = sum((y > limit) == more for y in line.series.y)
    return Found("right" if n == truth else "wrong", str(truth))


def ratio(said: Said, verbs: set[str], subjects: Subjects) -> Found:
    """`A is 1.6 times B`; `twice`. `1.6 times higher` can be read in two ways."""
    number = said.number("*")
    where = said.places.get("", [])
    said.none_but("-", "*")
    if verbs - {"*"} or number is None or said.maybe or number.percent:
        raise Silent
    if len(said.lines) == 2 and len(where) == 1:
        one, other = said.lines
        if one.axes is not other.axes:
            raise Silent
        first, second = one.series.y[place(one, where[0])], other.series.y[place(other, where[0])]
    else:
        line = line_of(said, subjects)
        if len(where) != 2:
            raise Silent
        first, second = (line.series.y[place(line, one)] for one in where)
    if second <= 0 or first <= 0:
        raise Silent
    truth = first / second
    gap = abs(number.value - truth)
    held = True if gap <= number.half else False if gap > 4 * number.half + 0.05 * truth else None
    return decided(held, f"{truth:.3g}")


def share(said: Said, verbs: set[str], subjects: Subjects) -> Found:
    """A share of the whole, or a sum of what is named."""
    number = said.value()
    where = said.places.get("", [])
    said.none_but("-", "-")
    if number is None:
        raise Silent
    if len(said.lines) >= 2 and len(where) == 1 and verbs == {"T"}:
        if len({id(one.axes) for one in said.lines}) > 1:
            raise Silent
        total = sum(_amount(one, place(one, where[0])) for one in said.lines)
        return told(said.lines[0], number, total)
    if not said.lines and len(subjects.lines) > 1 and len(where) == 1 and verbs == {"T"}:
        lines = subjects.lines
        if len({id(one.axes) for one in lines}) > 1 or any(one.series.kind != "bars" for one in lines):  # fmt: skip
            raise Silent
        return told(lines[0], number, sum(_amount(one, place(one, where[0])) for one in lines))
    line = line_of(said, subjects)
    if line.series.kind == "bars" and line.axes.up.scale != "linear":
        raise Silent
    if len(said.lines) > 1 or line.series.kind not in ("bars", "pie", "line"):
        raise Silent
    values = [_share_amount(line, place(line, one)) for one in where]
    if number.percent and line.series.kind != "pie" and "%" not in line.axes.up.label:
        return _part(line, number, values)
    if line.series.kind == "line" and not (verbs == {"T"} and not where):
        raise Silent
    if not where:
        if verbs != {"T"} or line.series.kind == "pie":
            raise Silent
        return told(line, number, sum(line.series.y))
    if len(where) == 1 and "T" in verbs and line.series.kind != "pie":
        raise Silent
    return told(line, number, sum(values))


def _share_amount(line: Line, index: int) -> float:
    return line.series.y[index] if line.series.kind == "pie" else _amount(line, index)


def _part(line: Line, number: Quantity, values: list[float]) -> Found:
    """A percentage of the sum of all bars."""
    total = sum(line.series.y)
    if not values or line.series.kind != "bars" or min(line.series.y) < 0 or not total or "%" in line.axes.up.label:  # fmt: skip
        raise Silent
    truth = 100 * sum(values) / total
    gap = abs(number.value - truth)
    limit = 4 * number.half + 0.02 * truth
    return decided(True if gap <= number.half * 1.000001 else False if gap > limit else None, f"{truth:.3g}%")  # fmt: skip


def crossing(said: Said, subjects: Subjects) -> Found:
    """Two lines, anywhere or at a place; or one line and a level."""
    if len(said.lines) != 2:
        return _level(line_of(said, subjects), said)
    one, other = said.lines
    if one.axes is not other.axes or one.series.kind != "line" or other.series.kind != "line":
        raise Silent
    placed = bool(said.places or said.maybe)
    if said.numbers or len(said.maybe) > 1 or (placed and one.axes.across.kind == "category"):
        raise Silent
    spots = crossings(one.series, other.series)
    truth = ", ".join(f"{x:.4g}" for x, _ in spots)
    across = one.axes.across
    start, stop = said.place("f"), said.place("t")
    if start is not None and stop is not None:
        low, high = (one.series.x[place(one, item)] for item in (start, stop))
        inside = [x for x, _ in spots if low <= x <= high]
        return Found("right" if inside else "wrong", truth)
    said.none_but("-", "")
    where = said.place() or (said.maybe[0] if said.maybe else None)
    if where is None:
        return Found("right" if spots else "wrong", truth)
    if not spots:
        return Found("wrong")
    if where.number is None or across.kind:
        raise Silent
    held = [close(across, where.number.value, where.number.half, x) for x, _ in spots]
    if across.scale == "log":
        held = [one or None for one in held]
    if any(held):
        return Found("right", truth)
    return decided(False if all(each is False for each in held) else None, truth)


def _level(line: Line, said: Said) -> Found:
    """`crosses 400 between 2010 and 2020`."""
    number, start, stop = said.number(), said.place("f"), said.place("t")
    said.none_but("ft", "-")
    if number is None or start is None or stop is None or said.maybe or line.series.kind != "line":
        raise Silent
    ((limit, half),) = candidates(line, number)
    first, last = place(line, start), place(line, stop)
    ys = line.series.y[first : last + 1]
    crossed = [(a - limit) * (b - limit) < 0 for a, b in pairwise(ys)]
    if any(crossed):
        return Found("right")
    sure = half + blur(line)
    if ys and (min(ys) > limit + sure or max(ys) < limit - sure):
        return Found("wrong")
    raise Silent
