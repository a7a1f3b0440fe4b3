"""Which words make which claim; the simplest claims themselves: a value at a place, a range.

Each rule takes a sorted clause and gives a verdict with the true value, or raises `Silent`. This
room refuses a clause that holds anything more than its claim.
"""

from __future__ import annotations

from . import counts, extremes, orders, trends
from .measure import Silent, place, shown
from .said import Context, Said
from .subjects import Line, Subjects
from .verdicts import Found, better_is_more, every, line_of, told


def claim_of(said: Said, context: Context, subjects: Subjects) -> Found:
    """The verdict on a clause; `Silent` if there is none."""
    verbs = set(said.verbs) - set("V~&as")
    if any(not line.series.whole or line.series.summary for line in said.lines):
        raise Silent
    if "n" in verbs:
        return _negated(said, verbs - {"n"}, subjects)
    if "P" in verbs:
        verbs -= {"P"}
        if len(subjects.lines) != 2 or said.lines or not verbs & set("dX"):
            raise Silent
        said.lines = list(subjects.lines)
    if "H" in verbs and verbs & set("Mm><"):
        verbs -= {"H"}
    if verbs - {"Q"} in ({"R", "M"}, {"F", "m"}) and set(said.numbers) | set(said.places) == {"t"}:
        return _climax(said, context, subjects, top="M" in verbs)
    if verbs >= {"B", "W"}:
        verbs = verbs - {"B", "W"} | {"M", "m"}
    if verbs & set("gGBW"):
        verbs = _by_merit(verbs, line_of(said, subjects) if not said.lines else said.lines[0])
    if len(verbs & set("RF")) == 1 and "h" in verbs and verbs <= set("RFh"):
        return trends.compared(line_of(said, subjects), said, verbs)
    ranked = said.verbs.replace("V", "").replace("K", "")
    if set(ranked) == {">"} and len(ranked) >= 2:
        return orders.ranking(said, subjects)
    if verbs in ({"R", ">"}, {"F", "<"}) and said.places.get(""):
        verbs = verbs - {"R", "F"}  # "drops below zero in January"
    more, less = verbs - set("hEQ") == {">"}, verbs - set("hEQ") == {"<"}
    if "/" in verbs:
        return _respectively(said, verbs - {"/"})
    if verbs == {"X"} and not said.lines and len(subjects.lines) == 2 and said.counts in ([], [2.0]):  # fmt: skip
        said.lines, said.counts = list(subjects.lines), []
    if verbs & set("clpu") or said.counts:
        return counts.count(said, verbs, subjects)
    if "*" in verbs or said.numbers.get("*"):
        return counts.ratio(said, verbs - {"h"}, subjects)
    if verbs in ({"J"}, {"j"}):
        return trends.steepest(line_of(said, subjects), said, up="J" in verbs)
    if verbs == {"X"}:
        return counts.crossing(said, subjects)
    if more or less:
        return orders.order(said, subjects, more=more, everywhere="E" in verbs)
    if said.rank or "o" in verbs:
        return extremes.rank(said, context, subjects, verbs - {"2", "K"})
    if verbs - {"E", "K"} in ({"M"}, {"m"}):
        return extremes.extreme(said, context, subjects, top="M" in verbs, everywhere="E" in verbs)
    if verbs - {"h"} == {"d"} or verbs in ({"d", "M", "m"}, {"d", "M"}, {"d", "m"}):
        return orders.difference(said, subjects, of_extremes=bool(verbs & set("Mm")))
    if verbs and verbs <= set("TH"):
        return counts.share(said, verbs, subjects)
    line = line_of(said, subjects)
    if verbs == {"Y"}:
        return _ends(line, said)
    if verbs & set("RF") and verbs <= set("RFQEe"):
        return trends.trend(line, said, context, verbs)
    if verbs == {"r"}:
        return _range(line, said)
    if verbs in ({"k"}, {"e"}, {"A"}):
        return _single(line, said, verbs.pop())
    if not verbs:
        return _value(line, said, context)
    raise Silent


def _negated(said: Said, verbs: set[str], subjects: Subjects) -> Found:
    """`never exceeds 130`, `do not cross`: where the opposite is a claim about all of it."""
    if said.places or said.maybe:
        raise Silent
    if verbs - {"F", "M"} == {"<"} or verbs - {"R", "M"} == {">"}:
        verbs -= set("RFM")  # "never fell below"
    if verbs in ({">"}, {"<"}) and said.value() is not None and len(said.lines) <= 1:
        line = line_of(said, subjects)
        return orders.never(line, said, more=verbs == {">"})
    if verbs == {"X"}:
        if not said.lines and len(subjects.lines) == 2:
            said.lines = list(subjects.lines)
        found = counts.crossing(said, subjects)
        return Found("wrong" if found.verdict == "right" else "right", found.truth)
    raise Silent


def _climax(said: Said, context: Context, subjects: Subjects, *, top: bool) -> Found:
    """`climbs to a maximum of 152 at 20 minutes`."""
    said.own = True
    if "t" in said.numbers:
        said.numbers[""] = said.numbers.pop("t")
    if "t" in said.places:
        said.places[""] = said.places.pop("t")
    return extremes.extreme(said, context, subjects, top=top, everywhere=False)


def _by_merit(verbs: set[str], line: Line) -> set[str]:
    """`better` as `above`, `worst` as `lowest`: where the axis says which way is better."""
    more = better_is_more(line)
    table = {"g": "><", "G": "<>", "B": "Mm", "W": "mM"}
    return {table[one][0 if more else 1] if one in table else one for one in verbs}


def _value(line: Line, said: Said, context: Context) -> Found:
    if context.span is not None and not said.places:
        return trends.again(line, said, context)
    said.none_but("-", "-")
    where, number = said.place(), said.value()
    if where is None or number is None:
        raise Silent
    if "V" not in said.verbs and line.series.kind == "points":
        raise Silent
    index = place(line, where)
    context.reached = (line.place, index)
    found = told(line, number, line.series.y[index], shown(line, index))
    if found.verdict == "wrong" and said.reaching and 0 < number.value < line.series.y[index]:
        raise Silent  # what is at 414 has reached 400
    return found


def _respectively(said: Said, verbs: set[str]) -> Found:
    """As many values as series or places, in the same order."""
    said.none_but("-", "-")
    numbers, places = said.numbers.get("", []), said.places.get("", [])
    if verbs or said.maybe:
        raise Silent
    if len(said.lines) == len(numbers) and len(places) == 1:
        pairs = [(line, place(line, places[0])) for line in said.lines]
    elif len(said.lines) == 1 and len(places) == len(numbers):
        pairs = [(said.lines[0], place(said.lines[0], one)) for one in places]
    else:
        raise Silent
    return every(
        *(
            told(line, number, line.series.y[index], shown(line, index))
            for (line, index), number in zip(pairs, numbers, strict=True)
        )
    )


def _single(line: Line, said: Said, verb: str) -> Found:
    """Where a line starts and ends, its mean."""
    series = line.series
    said.none_but("-", "-")
    where, number = said.place(), said.value()
    if number is None:
        raise Silent
    if verb in "ke":
        if series.kind != "line" or line.axes.across.inverted:
            raise Silent
        index = 0 if verb == "k" else len(series.y) - 1
        if where is not None and place(line, where) != index:
            raise Silent
        return told(line, number, series.y[index], shown(line, index))
    if where is not None or series.kind == "pie":
        raise Silent
    return told(line, number, sum(series.y) / len(series.y))


def _ends(line: Line, said: Said) -> Found:
    """`goes from 60 to 2900`: where it starts and ends, whatever lies between."""
    trends.ordered(line)
    said.none_but("ft", "ft")
    low, high, start, stop = said.number("f"), said.number("t"), said.place("f"), said.place("t")
    if low is None or high is None or said.maybe:
        raise Silent
    first = place(line, start) if start else 0
    last = place(line, stop) if stop else len(line.series.y) - 1
    found = every(
        told(line, low, line.series.y[first], shown(line, first)),
        told(line, high, line.series.y[last], shown(line, last)),
    )
    if found.verdict == "wrong" and (start is None or stop is None):
        trends.elsewhere(line, low, high)
    return found


def _range(line: Line, said: Said) -> Found:
    low, high = said.number("f"), said.number("t")
    said.none_but("", "ft")
    if low is None or high is None or said.maybe:
        raise Silent
    return every(
        told(line, low, min(line.series.y), "min"), told(line, high, max(line.series.y), "max")
    )
