"""Sentences about what was sent that can be checked, and slips among them where one was told to.

Every sentence is computed from the request and true; told to slip, the first one that can go wrong
in that way does: a wrong maximum, a trend or an order turned round, a sign lost in a derivation.
This room refuses to slip unasked, and to hide that it was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from .pictures import Picture
from .reading import Curve, Point, Reading, brief
from .telling import Tongue, code, place

SLIPS: dict[str, str] = {
    "peak": "names a wrong maximum",
    "trend": "says that it rises where it falls, or the other way round",
    "order": "says that the lower one is the higher",
    "sign": "loses a sign in a derivation",
}
"""What it can be told to slip in, and how."""
_MOST = 3
_PLAIN = re.compile(r"[^\W_][\w .+-]{0,39}")
_SQUARE = re.compile(
    r"([a-z])\s*(?:\^\s*\{?2\}?|²)\s*([+−-])\s*(\d{0,4})\s*\1\s*([+−-])\s*(\d{1,5})", re.IGNORECASE
)


def named(slip: str | None) -> str | None:
    """The slip, if there is one of this name; `ValueError` with the list if there is not."""
    if slip is not None and slip not in SLIPS:
        raise ValueError(f"no slip is called {slip!r}; there are: {', '.join(SLIPS)}")
    return slip


class Sentences(Tongue):
    """What can be said so that somebody can check it."""

    def __init__(
        self, question: str, reading: Reading, pictures: Sequence[Picture], slip: str | None
    ) -> None:
        super().__init__(question)
        self.reading = reading
        self.pictures = pictures
        self.slip = slip
        self._due = slip

    def said(self) -> Iterator[str]:
        """Paragraphs of an answer; nothing where there is nothing to say."""
        parts = [line for curve in self._curves() for line in self._about(curve)]
        parts += [*self._order(), *self._derived()]
        if self.slip is not None:
            yield self._confessed()
        if parts:
            yield self.t("### In words that can be checked", "### 可以核对的说法")
            yield "\n".join(f"- {part}" for part in parts)

    def thought(self) -> Iterator[str]:
        """A paragraph of thinking, where there was a slip to make."""
        if self.slip is not None:
            yield self.t(
                f"I was told to slip ({self.slip}), so I shall say something wrong on purpose.",
                f"按要求我要出一个错（{self.slip}），所以会故意说错一处。",
            )

    def _confessed(self) -> str:
        how = {
            "peak": self.t("a wrong maximum", "最大值说错"),
            "trend": self.t("a trend turned round", "趋势说反"),
            "order": self.t("an order turned round", "高低说反"),
            "sign": self.t("a sign lost in a derivation", "推导中丢了负号"),
        }[self.slip or ""]
        if self._due is not None:
            return self.t(
                f"I was told to slip (`{self.slip}`: {how}), but nothing came along to slip with.",
                f"我被要求出一个错（`{self.slip}`：{how}），但请求里没有可以出错的内容。",
            )
        return self.t(
            f"**I was told to slip** (`{self.slip}`: {how}): one thing below is wrong on purpose.",
            f"**我被要求出一个错**（`{self.slip}`：{how}）：下面有一处是故意说错的。",
        )

    def _slips(self, kind: str) -> bool:
        """Whether this is the place of the slip; only the first of its kind is."""
        if self._due != kind:
            return False
        self._due = None
        return True

    # -- a chart -----------------------------------------------------------------------------

    def _curves(self) -> list[Curve]:
        return [curve for curve in self.reading.curves if curve.top.y > curve.bottom.y][:_MOST]

    def _name(self, curve: Curve) -> str:
        return curve.label if _PLAIN.fullmatch(curve.label) else code(curve.label, 40)

    def _at(self, curve: Curve, point: Point) -> str:
        """`epoch 5`, `x = 5` where the axis is not called by one word, `May`."""
        if not re.fullmatch(r"-?[\d,.]+", point.x):
            return point.x if _PLAIN.fullmatch(point.x) else place(point.x)
        word = curve.across.lower() if re.fullmatch(r"[^\W\d_]+", curve.across) else "x ="
        return f"{word} {point.x}" if curve.ordered else point.x

    def _subject(self, curve: Curve) -> str:
        """What to call a line within a sentence."""
        name = self._name(curve)
        return self.t(name, f"{name} ") if len(self._curves()) > 1 else self.t("the line", "曲线")

    def _about(self, curve: Curve) -> Iterator[str]:
        top = curve.top
        middle = (curve.top.y + curve.bottom.y) / 2
        low = [point for point in (*curve.points, curve.bottom) if point.y < middle]
        if self._slips("peak"):
            top = max(low, key=lambda point: point.y)
        at, value = self._at(curve, top), brief(top.y)
        if curve.shares:
            value = f"{top.y / sum(point.y for point in curve.points):.1%}"
        if len(self._curves()) == 1:
            yield self.t(
                f"The highest value is {value}, at {at}.", f"在 {at} 处达到最大值 {value}。"
            )
        else:
            name = self._name(curve)
            yield self.t(
                f"The highest value of {name} is {value}, at {at}.",
                f"{name} 在 {at} 处达到最大值 {value}。",
            )
        if curve.ordered:
            yield self._course(curve)

    def _course(self, curve: Curve) -> str:
        """Which way a line goes, if it goes one way; else where it starts and ends."""
        subject, span = self._subject(curve), curve.top.y - curve.bottom.y
        if abs(curve.change) > span / 3 and (_steady(curve) or self._due == "trend"):
            rises = (curve.change > 0) != self._slips("trend")
            verb = self.t("rises", "上升") if rises else self.t("falls", "下降")
            return self.t(f"Overall, {subject} {verb}.", f"{subject}总体{verb}。")
        first, last = brief(curve.first.y), brief(curve.last.y)
        return self.t(
            f"{_capital(subject)} starts at {first} and ends at {last}.",
            f"{subject}起点为 {first}，终点为 {last}。",
        )

    def _order(self) -> Iterator[str]:
        """Two bars, two lines at their common end, or the two ends of one line."""
        curves = self._curves()
        lines = [curve for curve in curves if curve.ordered]
        bars = [curve for curve in curves if not curve.ordered]
        if len(bars) == 1:
            yield self._higher(
                "", *(self._at(bars[0], one) for one in (bars[0].top, bars[0].bottom))
            )
            return
        if bars:
            yield self._within(bars[0], bars[0].top, bars[0].bottom)
            return
        for one, other in pairwise(lines):
            same = (one.figure, one.axes, one.last.x) == (other.figure, other.axes, other.last.x)
            if same and one.last.y != other.last.y:
                ends = sorted((one, other), key=lambda curve: curve.last.y)
                yield self._higher(self._at(one, one.last), *map(self._name, reversed(ends)))
                return
        if len(lines) == 1 and lines[0].change:
            low, high = sorted((lines[0].first, lines[0].last), key=lambda point: point.y)
            yield self._within(lines[0], high, low)

    def _within(self, curve: Curve, high: Point, low: Point) -> str:
        """Two places of one series."""
        above, below = self._at(curve, high), self._at(curve, low)
        if self._slips("order"):
            above, below = below, above
        subject = self._subject(curve)
        return self.t(
            f"{_capital(subject)} is higher at {above} than at {below}.",
            f"{subject}在 {above} 处高于在 {below} 处。",
        )

    def _higher(self, where: str, high: str, low: str) -> str:
        if self._slips("order"):
            high, low = low, high
        start = self.t(f"At {where}, ", f"在 {where} 处，") if where else ""
        return start + self.t(f"{high} is higher than {low}.", f"{high} 高于 {low}。")

    # -- a derivation ------------------------------------------------------------------------

    def _derived(self) -> Iterator[str]:
        """The square completed, if the question has one; a difference, where a sign is to be lost."""
        found = _SQUARE.search(self.question)
        if found is not None:
            yield self._completed(found)
        elif self.slip == "sign":
            pair = self._pair()
            if pair is not None and self._slips("sign"):
                a, b = sorted(pair)
                yield self.t(
                    f"From one to the other: ${a} - {b} = -({b} - {a}) = {b - a}$.",
                    f"两者之差：${a} - {b} = -({b} - {a}) = {b - a}$。",
                )

    def _completed(self, found: re.Match[str]) -> str:
        x = found[1]
        p = int(found[3] or 1) * (1 if found[2] == "+" else -1)
        q = int(found[5]) * (1 if found[4] == "+" else -1)
        half = Fraction(p, 2)
        square = half * half
        start = rf"{x}^2 {_term(p)}{x} {_term(q)}"
        spread = rf"{x}^2 {_term(p)}{x} + {_tex(square)} - {_tex(square)} {_term(q)}"
        lost = square if self._slips("sign") else -square
        bracket = rf"\left({x} {_term(half)}\right)^2"
        closed = rf"{bracket} {_term(lost)} {_term(q)} = {bracket} {_term(lost + q)}"
        return self.t("Completing the square: ", "配方：") + f"${start} = {spread} = {closed}$"

    def _pair(self) -> tuple[Decimal, Decimal] | None:
        """Two different numbers: the ends of a line, or the sides of a picture."""
        pairs = [(brief(c.first.y), brief(c.last.y)) for c in self._curves()]
        pairs += [(str(p.width), str(p.height)) for p in self.pictures]
        for one, other in pairs:
            a, b = (Decimal(text.replace(",", "")) for text in (one, other))
            if a != b and min(a, b) >= 0:
                return a, b
        return None


def _steady(curve: Curve) -> bool:
    """Does no step go far against the way from the first value to the last?"""
    steps = [(after.y - before.y) * curve.change for before, after in pairwise(curve.points)]
    return -min([0.0, *steps]) <= (curve.top.y - curve.bottom.y) * abs(curve.change) / 8


def _capital(subject: str) -> str:
    """At the start of a sentence: "The line"; a name stays as it is."""
    return "The line" if subject == "the line" else subject


def _tex(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"


def _term(value: Fraction | int) -> str:
    r"""With its sign in front: `- \frac{5}{2}`."""
    found = Fraction(value)
    return f"{'-' if found < 0 else '+'} {_tex(abs(found))}"
