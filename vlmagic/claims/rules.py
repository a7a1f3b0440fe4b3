"""The rules: which words make which claim, and what the data says to it.

Each rule takes a sorted clause and gives a verdict with the true value, or raises `Silent`. This
room refuses a clause that holds anything more than its claim.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import Verdict
from .clauses import Item
from .measure import (
    Silent,
    candidates,
    close,
    crossings,
    direction,
    extreme,
    near,
    pixel,
    place,
    shown,
)
from .numbers import DATE, Quantity
from .said import Said
from .subjects import Line, Subjects

Found = tuple[Verdict, str, str]


def claim_of(said: Said, subjects: Subjects) -> Found:
    """The verdict on a clause, what was compared, and the true value; `Silent` if there is none."""
    return _Rules(subjects).claim(said)


@dataclass(frozen=True)
class _Rules:
    subjects: Subjects

    def claim(self, said: Said) -> Found:
        verbs = set(said.verbs) - set("V~&has")
        if any(not line.series.whole or line.series.summary for line in said.lines):
            raise Silent
        if verbs & set("clp"):
            return self._count(said, verbs)
        if verbs == {"X"}:
            return self._crossing(said)
        if verbs in ({">"}, {"<"}):
            return self._order(said, more=verbs == {">"})
        if len(verbs & set("Mm")) == 1 and verbs <= set("Mm"):
            return self._extreme(said, top="M" in verbs)
        if verbs <= set("d") and "d" in verbs:
            return self._difference(said)
        line = self._line(said)
        if verbs and verbs <= set("RFQ"):
            return self._trend(line, said, verbs)
        if verbs == {"r"}:
            return self._range(line, said)
        if verbs in ({"k"}, {"e"}, {"A"}, {"T"}):
            return self._single(line, said, verbs.pop())
        if not verbs:
            return self._value(line, said)
        raise Silent

    def _line(self, said: Said) -> Line:
        if len(said.lines) == 1:
            return said.lines[0]
        only = self.subjects.only
        if said.lines or only is None or not only.series.whole or only.series.summary:
            raise Silent
        return only

    def _value(self, line: Line, said: Said) -> Found:
        where, number = said.place(), said.number()
        if set(said.places) - {""} or set(said.numbers) - {""} or said.maybe:
            if (
                where is None
                or number is not None
                or len(said.maybe) != 1
                or set(said.places) - {""}
            ):
                raise Silent
            number = said.maybe[0].number
        if (
            where is None
            or number is None
            or ("V" not in said.verbs and line.series.kind == "points")
        ):
            raise Silent
        index = place(line, where)
        return _told(line, number, line.series.y[index], shown(line, index))

    def _single(self, line: Line, said: Said, verb: str) -> Found:
        series = line.series
        where = said.place()
        number = said.number()
        if number is None and len(said.maybe) == 1:
            number = said.maybe[0].number
        elif said.maybe:
            raise Silent
        if set(said.places) - {""} or set(said.numbers) - {""} or number is None:
            raise Silent
        if verb in "ke":
            if series.kind != "line" or line.axes.across.inverted:
                raise Silent
            index = 0 if verb == "k" else len(series.y) - 1
            if where is not None and place(line, where) != index:
                raise Silent
            return _told(line, number, series.y[index], shown(line, index))
        if where is not None or (verb == "T" and series.kind != "bars"):
            raise Silent
        total = sum(series.y)
        return _told(line, number, total if verb == "T" else total / len(series.y), "")

    def _range(self, line: Line, said: Said) -> Found:
        low, high = said.number("f"), said.number("t")
        if (
            low is None
            or high is None
            or said.places
            or said.maybe
            or set(said.numbers) - set("ft")
        ):
            raise Silent
        bounds = min(line.series.y), max(line.series.y)
        return _all(_told(line, low, bounds[0], ""), _told(line, high, bounds[1], ""))

    def _extreme(self, said: Said, *, top: bool) -> Found:
        if set(said.places) - {""} or set(said.numbers) - {""}:
            raise Silent
        where, number = said.place(), said.number()
        for one in said.maybe:
            if len(said.maybe) > 1:
                raise Silent
            where, number = self._either(where, number, one, said)
        if where is None and number is None:
            return self._leader(said, top=top)
        several = [one for one in self.subjects.lines if one.series.kind == "bars"]
        if len(self.subjects.lines) > 1 and not said.lines:
            raise Silent
        line = self._line(said)
        found: list[Found] = []
        best = extreme(line.series, top=top)
        if where is not None:
            index = place(line, where)
            right: Found = ("right" if index in best else "wrong", "", shown(line, best[0]))
            if index not in best and abs(line.series.y[index] - line.series.y[best[0]]) <= 2 * pixel(line.axes.up, line.series.y[index]):  # fmt: skip
                right = ("unchecked", "", "")
            among = [
                one for one in self.subjects.lines if one.axes is line.axes and one.series.whole
            ]
            if len(among) > 1 and number is None and line.series.kind != "line":
                values = [one.series.y[place(one, where)] for one in among]
                mine = line.series.y[index]
                leads = mine == (max(values) if top else min(values))
                if leads != (right[0] == "right"):
                    raise Silent
            found.append(right)
        if number is not None:
            found.append(_told(line, number, line.series.y[best[0]], shown(line, best[0])))
        if (
            several
            and len(self.subjects.lines) > 1
            and number is not None
            and where is None
            and not said.lines
        ):
            raise Silent
        return _all(*found)

    def _either(
        self, where: Item | None, number: Quantity | None, one: Item, said: Said
    ) -> tuple[Item | None, Quantity | None]:  # fmt: skip
        """`at 12` is a place or a value: what is not said otherwise, or what alone is possible."""
        line = self._line(said)
        numeric = line.axes.across.kind == "" and line.series.kind != "pie"
        if where is not None and number is None:
            return where, one.number
        if where is None and number is not None and numeric:
            return one, number
        if where is None and number is None and not numeric:
            return None, one.number
        raise Silent

    def _leader(self, said: Said, *, top: bool) -> Found:
        """`A is the highest`: by every measure, or nobody knows."""
        if len(said.lines) != 1 or said.places:
            raise Silent
        line = said.lines[0]
        among = [one for one in self.subjects.lines if one.axes is line.axes]
        if len(among) < 2 or any(not one.series.whole or one.series.summary for one in among):
            raise Silent
        sign = 1 if top else -1
        leads = []
        for measure in (
            max,
            min,
            lambda ys: sum(ys) / len(ys),
            lambda ys: ys[-1],
            lambda ys: ys[0],
        ):
            values = [(sign * measure(one.series.y), one.place) for one in among]
            leads.append(max(values)[1] == line.place)
        if all(leads):
            return "right", "", ""
        if not any(leads):
            return "wrong", "", ""
        raise Silent

    def _order(self, said: Said, *, more: bool) -> Found:
        """One above another, everywhere or at a place; or a series above a number."""
        by = said.number("b")
        if said.maybe or set(said.places) - {""} or set(said.numbers) - {"", "b"}:
            raise Silent
        where = said.places.get("", [])
        number = said.number()
        if by is None and "h" in said.verbs and 2 in (len(said.lines), len(where)):
            by, number = number, None
        if len(said.lines) == 2 and len(where) <= 1 and number is None:
            one, other = said.lines
            if one.axes is not other.axes:
                raise Silent
            if not where:
                if one.series.x != other.series.x or by is not None:
                    raise Silent
                gaps = [a - b for a, b in zip(one.series.y, other.series.y, strict=True)]
            else:
                gaps = [one.series.y[place(one, where[0])] - other.series.y[place(other, where[0])]]
            return self._gaps(one, gaps, by, more=more)
        line = self._line(said)
        if len(where) == 2 and number is None:
            first, second = (line.series.y[place(line, item)] for item in where)
            return self._gaps(line, [first - second], by, more=more, base=second)
        if number is not None and len(where) == 1 and by is None:
            value = line.series.y[place(line, where[0])]
            return self._bound(line, [value], number, more=more)
        raise Silent

    def _gaps(self, line: Line, gaps: list[float], by: Quantity | None, *, more: bool, base: float = 0.0) -> Found:  # fmt: skip
        sign = 1 if more else -1
        blur = max(pixel(line.axes.up, y) for y in line.series.y)
        if by is not None:
            if by.percent:
                if not base or line.series.kind == "pie":
                    raise Silent
                held = close_share(line, by, 100 * sign * gaps[0] / abs(base))
            else:
                held = near(line, by, sign * gaps[0])
            return _verdict(held, f"{sign * gaps[0]:.6g}")
        truth = f"{gaps[0]:+.6g}" if len(gaps) == 1 else ""
        if all(sign * gap > 0 for gap in gaps):
            return "right", "", truth
        if all(sign * gap < -blur for gap in gaps) or (len(gaps) == 1 and gaps[0] == 0):
            return "wrong", "", truth
        raise Silent

    def _bound(self, line: Line, values: list[float], number: Quantity, *, more: bool) -> Found:
        sign = 1 if more else -1
        ((limit, half),) = candidates(line, number)
        gaps = [sign * (value - limit) for value in values]
        if all(gap > 0 for gap in gaps):
            return "right", "", f"{values[0]:.6g}"
        if all(gap < -half for gap in gaps):
            return "wrong", "", f"{values[0]:.6g}"
        raise Silent

    def _difference(self, said: Said) -> Found:
        number = said.number()
        where = [*said.places.get("f", []), *said.places.get("t", []), *said.places.get("", [])]
        if number is None or said.maybe or set(said.numbers) - {""}:
            raise Silent
        if len(said.lines) == 2 and len(where) == 1:
            one, other = said.lines
            if one.axes is not other.axes:
                raise Silent
            gap = one.series.y[place(one, where[0])] - other.series.y[place(other, where[0])]
            return _told(one, number, abs(gap), "")
        line = self._line(said)
        if len(where) != 2:
            raise Silent
        first, second = (line.series.y[place(line, item)] for item in where)
        return _told(line, number, abs(first - second), "")

    def _trend(self, line: Line, said: Said, verbs: set[str]) -> Found:
        series = line.series
        ordered = series.kind == "line" or (series.kind == "bars" and line.axes.across.kind != "category") or _timed(line)  # fmt: skip
        if (
            len(verbs & set("RF")) != 1
            or not ordered
            or line.axes.up.inverted
            or line.axes.across.inverted
        ):
            raise Silent
        if said.maybe or said.numbers.get("") or said.places.get(""):
            raise Silent
        sign = 1 if "R" in verbs else -1
        start, stop = said.place("f"), said.place("t")
        first = place(line, start) if start else 0
        last = place(line, stop) if stop else len(series.y) - 1
        low, high, by = said.number("f"), said.number("t"), said.number("b")
        if (start is None) != (stop is None) or first >= last:
            raise Silent
        change, against, spread = direction(series, first, last)
        found: list[Found] = []
        if "Q" in verbs:
            blur = pixel(line.axes.up, series.y[first])
            held = True if change * sign > 0 and not against else False if against > 2 * blur or change * sign < 0 else None  # fmt: skip
            found.append(_verdict(held, ""))
        elif (change * sign > 0 and against <= 0.15 * spread) or (
            change * sign > 0 and (start or (low and high))
        ):
            found.append(("right", "", f"{change:+.6g}"))
        elif change * sign < 0 and abs(change) > 0.1 * spread:
            found.append(("wrong", "", f"{change:+.6g}"))
        else:
            raise Silent
        if by is not None:
            if by.percent and "%" not in line.axes.up.label:
                if not series.y[first]:
                    raise Silent
                found.append(_verdict(close_share(line, by, 100 * sign * change / abs(series.y[first])), f"{100 * change / abs(series.y[first]):+.4g}%"))  # fmt: skip
            elif by.percent:
                raise Silent
            else:
                found.append(_told(line, by, sign * change, ""))
        for number, index in ((low, first), (high, last)):
            if number is not None:
                found.append(_told(line, number, series.y[index], shown(line, index)))
        if (low is None) != (high is None) and start is None:
            raise Silent
        result = _all(*found)
        if result[0] == "wrong" and start is None and low is not None and high is not None:
            _elsewhere(line, low, high)
        return result

    def _crossing(self, said: Said) -> Found:
        if (
            len(said.lines) != 2
            or said.lines[0].axes is not said.lines[1].axes
            or said.numbers.get("b")
        ):
            raise Silent
        one, other = said.lines
        if one.series.kind != "line" or other.series.kind != "line" or set(said.places) - {""}:
            raise Silent
        spots = crossings(one.series, other.series)
        where = said.place() or (said.maybe[0] if len(said.maybe) == 1 else None)
        if said.numbers or len(said.maybe) > 1:
            raise Silent
        if where is None:
            return ("right" if spots else "wrong"), "", ", ".join(f"{x:.4g}" for x, _ in spots)
        across = one.axes.across
        truth = ", ".join(f"{x:.4g}" for x, _ in spots)
        if not spots:
            return "wrong", "", ""
        if where.number is None or across.kind:
            raise Silent
        held = [close(across, where.number.value, where.number.half, x) for x, _ in spots]
        if any(held):
            return "right", "", truth
        return _verdict(False if all(one is False for one in held) else None, truth)

    def _count(self, said: Said, verbs: set[str]) -> Found:
        number = said.number()
        plain = number is not None and not number.percent and number.value == int(number.value)
        if (
            number is None
            or not plain
            or said.places
            or said.maybe
            or len(verbs) != 1
            or said.lines
        ):
            raise Silent
        if any(not line.series.whole for line in self.subjects.lines):
            raise Silent
        only = self.subjects.only
        if verbs == {"l"}:
            lines = [line for line in self.subjects.lines if line.series.kind == "line"]
            if len(lines) != len(self.subjects.lines) or not all(
                line.series.label for line in lines
            ):
                raise Silent
            count = len(lines)
        elif (
            only is not None
            and verbs == {"c"}
            and only.series.kind in ("bars", "pie")
            and not only.series.summary
        ) or (only is not None and verbs == {"p"} and only.series.kind in ("line", "points")):
            count = len(only.series.y)
        else:
            raise Silent
        return ("right" if number.value == count else "wrong"), "", str(count)


def close_share(line: Line, number: Quantity, truth: float) -> bool | None:
    """Whether a percentage of change is right; `Silent` where points of a share may be meant."""
    if min(line.series.y) >= 0 and max(line.series.y) <= 1:
        raise Silent
    gap = abs(number.value - truth)
    if gap <= number.half * 1.000001:
        return True
    return False if gap > 4 * number.half + 0.02 * abs(truth) else None


def _elsewhere(line: Line, low: Quantity, high: Quantity) -> None:
    """Give up if the two numbers are values of the series: part of it may be meant."""
    values = line.series.y
    if all(any(near(line, number, value) for value in values) for number in (low, high)):
        raise Silent


def _timed(line: Line) -> bool:
    """Whether the categories are months or years."""
    names = [name.strip() for _, name in line.axes.across.names]
    return bool(names) and all(
        DATE.fullmatch(name) or (name.isdigit() and len(name) == 4) for name in names
    )


def _told(line: Line, number: Quantity, truth: float, where: str) -> Found:
    text = f"{truth:.6g}" + (f" ({where})" if where else "")
    return _verdict(near(line, number, truth), text)


def _verdict(held: bool | None, truth: str) -> Found:  # noqa: FBT001 - three values
    if held is None:
        raise Silent
    return ("right" if held else "wrong"), "", truth


def _all(*found: Found) -> Found:
    """Right if every part is; wrong if one is."""
    verdicts = [one[0] for one in found]
    truth = "; ".join(dict.fromkeys(one[2] for one in found if one[2]))
    if "wrong" in verdicts:
        return "wrong", "", truth
    if "unchecked" in verdicts or not verdicts:
        raise Silent
    return "right", "", truth
