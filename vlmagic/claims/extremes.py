"""The highest and the lowest: of a series, of several at a place, of all; the second and third.

A clause with two readings is judged only where both agree. This room refuses to guess which of
several series is meant.
"""

from __future__ import annotations

from .clauses import Item
from .measure import Silent, pixel, place, shown
from .measure import extreme as extremes
from .numbers import Quantity
from .said import Context, Said
from .subjects import Line, Subjects
from .verdicts import Found, beside, every, line_of, told


def extreme(
    said: Said, context: Context, subjects: Subjects, *, top: bool, everywhere: bool
) -> Found:
    """`The maximum is 210, in December`, `Beijing is the largest`."""
    said.none_but("-", "-")
    where, number = said.place(), said.number()
    for one in said.maybe:
        if len(said.maybe) > 1:
            raise Silent
        where, number = _either(where, number, one, line_of(said, subjects))
    if said.inherited and number is None:
        return _among(said, where, subjects, top=top)
    if where is None and number is None:
        return _leader(said, context, subjects, top=top, everywhere=everywhere)
    if everywhere or (len(subjects.lines) > 1 and not said.lines):
        raise Silent
    line = line_of(said, subjects)
    best = extremes(line.series, top=top)
    found: list[Found] = []
    if where is not None:
        index = place(line, where)
        if index not in best and abs(line.series.y[index] - line.series.y[best[0]]) <= 2 * pixel(line.axes.up, line.series.y[index]):  # fmt: skip
            raise Silent
        right = index in best
        if not right and said.local and _stands_out(line, index, top=top):
            raise Silent  # a peak, if not the highest
        others = beside(line, subjects)
        if len(others) > 1 and number is None and not said.own:
            values = [one.series.y[place(one, where)] for one in others]
            if (line.series.y[index] == (max(values) if top else min(values))) != right:
                raise Silent
        found.append(Found("right" if right else "wrong", shown(line, best[0])))
        context.reached = (line.place, index)
    if number is not None:
        value = told(line, number, line.series.y[best[0]], shown(line, best[0]))
        if where is None and value.verdict == "wrong" and _is_place(line, number, best):
            raise Silent  # "the highest bar is 2021": its name, not its height
        found.append(value)
    context.rank = 1 if top else 0
    return every(*found)


def _is_place(line: Line, number: Quantity, places: list[int]) -> bool:
    """Whether a number is what stands below one of these points."""
    axis = line.axes.across
    below = [line.series.x[index] for index in places]
    if axis.kind == "category":
        names = dict(axis.names)
        return any(number.plain in (names.get(at), names.get(round(at, 6))) for at in below)
    year = Item("#", 0, 0, number=number, text=number.plain)
    if axis.kind == "date":
        try:
            return place(line, year) in places
        except Silent:
            return False
    return any(abs(at - number.value) <= 1e-9 * max(1.0, abs(at)) for at in below)


def _stands_out(line: Line, index: int, *, top: bool) -> bool:
    """Whether a point is above, or below, both its neighbours."""
    sign, ys = (1 if top else -1), line.series.y
    return all(sign * ys[index] > sign * y for y in (*ys[max(0, index - 1) : index], *ys[index + 1 : index + 2]))  # fmt: skip


def _either(
    where: Item | None, number: Quantity | None, one: Item, line: Line
) -> tuple[Item | None, Quantity | None]:
    """`at 12` is a place or a value: what is not said otherwise, or what alone is possible."""
    numeric = line.axes.across.kind == "" and line.series.kind != "pie"
    if where is not None and number is None:
        return where, one.number
    if where is None and number is not None and numeric:
        return one, number
    if where is None and number is None and not numeric:
        return None, one.number
    raise Silent


def _among(said: Said, where: Item | None, subjects: Subjects, *, top: bool) -> Found:
    """`In Q4, North is the highest`: of all that stand there."""
    if len(said.lines) != 1 or where is None or said.own:
        raise Silent
    others = beside(said.lines[0], subjects)
    if len(others) < 2:
        raise Silent
    values = [one.series.y[place(one, where)] for one in others]
    best = max(values) if top else min(values)
    mine = values[others.index(said.lines[0])]
    if mine != best and abs(mine - best) <= 2 * pixel(said.lines[0].axes.up, best):
        raise Silent
    return Found("right" if mine == best else "wrong", others[values.index(best)].series.label)


def _leader(
    said: Said, context: Context, subjects: Subjects, *, top: bool, everywhere: bool
) -> Found:
    """`A is the highest`: by every measure, or nobody knows; or the place just spoken of is."""
    if len(said.lines) != 1 or (context.last is not None and said.lines[0] is context.line and context.reached is not None):  # fmt: skip
        return _that_one(said, context, subjects, top=top)
    line = said.lines[0]
    among = beside(line, subjects)
    if len(among) < 2 or said.own:
        raise Silent  # "Oslo peaks": nothing is said of the others
    sign = 1 if top else -1
    if everywhere:
        if any(one.series.x != line.series.x for one in among):
            raise Silent
        rows = list(zip(*(one.series.y for one in among), strict=True))
        held = all(sign * line.series.y[k] >= max(sign * y for y in row) for k, row in enumerate(rows))  # fmt: skip
        return Found("right" if held else "wrong")
    leads = []
    for measure in (max, min, lambda ys: sum(ys) / len(ys), lambda ys: ys[-1], lambda ys: ys[0]):
        values = [(sign * measure(one.series.y), one.place) for one in among]
        leads.append(max(values)[1] == line.place)
    if all(leads):
        return Found("right")
    if not any(leads):
        return Found("wrong")
    raise Silent


def _that_one(said: Said, context: Context, subjects: Subjects, *, top: bool) -> Found:
    """`…, its maximum`, `…, which is the highest`: the value that was just spoken of."""
    line = line_of(said, subjects)
    if context.reached is None or context.reached[0] != line.place:
        raise Silent
    if len(beside(line, subjects)) > 1 and not said.own:
        raise Silent
    index = context.reached[1]
    best = extremes(line.series, top=top)
    return Found("right" if index in best else "wrong", shown(line, best[0]))


def rank(said: Said, context: Context, subjects: Subjects, verbs: set[str]) -> Found:
    """`B is second with 81.8`, `followed by C`."""
    nth = said.rank
    if "o" in verbs:
        if not context.rank:
            raise Silent
        nth = context.rank + 1
    if verbs - set("oMm") or nth < 2 or "m" in verbs:
        raise Silent
    said.none_but("-", "-")
    where, number = said.place(), said.value()
    if len(said.lines) == 1 and len(beside(said.lines[0], subjects)) > 1:
        raise Silent  # by which measure?
    line = line_of(said, subjects)
    if where is None or len(line.series.y) < nth:
        raise Silent
    index = place(line, where)
    ordered = sorted(line.series.y, reverse=True)
    if len(set(ordered)) < len(ordered):
        raise Silent
    context.rank = nth
    there = line.series.y.index(ordered[nth - 1])
    found = [Found("right" if there == index else "wrong", shown(line, there))]
    if number is not None:
        found.append(told(line, number, line.series.y[index], shown(line, index)))
    return every(*found)
