"""Numbers, percentages and dates as they are written in a sentence.

This room refuses to know what a number is about.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

from .words import MONTHS

_SCALES = {
    "k": 1e3, "thousand": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12,
    "千": 1e3, "万": 1e4, "百万": 1e6, "亿": 1e8, "十亿": 1e9, "千万": 1e7, "万亿": 1e12,
}  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
NUMBER = re.compile(
    r"(?P<sign>[-−+](?=[\d.])|负\s*)?(?P<body>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|\.\d+)"
    r"(?:[eE](?P<exponent>[-+]?\d+)(?![A-Za-z])|\s*(?:×|\\times|x|\*|·|\\cdot)\s*10\s*(?:\^\s*\{?\s*(?P<power>[-−]?\d+)\s*\}?|(?P<raised>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)))?"
    r"(?:\s*(?P<percent>\\?[%％]|per ?cent(?![A-Za-z]))|\s?(?P<scale>thousand|million|billion|trillion|bn|mn|万亿|百万|千万|十亿|[kM](?![A-Za-z])|千(?!克|米)|万|亿))?"
)
_MONTH = "|".join(rf"{name}|{name[:3]}\.?" for name in MONTHS)
DATE = re.compile(
    r"(?P<y1>(?:19|20)\d\d)[-/](?P<m1>\d{1,2})(?:[-/](?P<d1>\d{1,2}))?(?!\d|[-/.]\d)"
    r"|(?P<y2>(?:19|20)\d\d)\s*年\s*(?:(?P<m2>\d{1,2})\s*月\s*(?:(?P<d2>\d{1,2})\s*[日号])?)?"
    r"|(?P<m3>\d{1,2})\s*月(?:份|\s*(?P<d3>\d{1,2})\s*[日号])?"
    rf"|\b(?P<m4>{_MONTH})(?![A-Za-z])(?:\s+(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?(?![\d.]))?(?:,?\s+(?P<y4>(?:19|20)\d\d)(?!\d))?"
    rf"|\b(?P<d5>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m5>{_MONTH})(?![A-Za-z])(?:,?\s+(?P<y5>(?:19|20)\d\d))?"
    r"|(?P<m6>十[一二]|[一二三四五六七八九十])月(?:份)?",
    re.IGNORECASE,
)  # fmt: skip
_NUMERALS = {word: n for n, word in enumerate("一 二 三 四 五 六 七 八 九 十 十一 十二".split(), 1)}  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written: its value, half of its last digit's unit, and the sign behind it."""

    value: float
    half: float
    percent: bool = False
    scale: float = 1.0
    plain: str = ""
    rough: bool = False
    """Whether "about" stands before it: then only what is far off is wrong."""
    unit: str = ""
    """As `units.name` calls it."""

    @property
    def slack(self) -> float:
        """How far off, as a share of it, "about" may be meant: the fewer digits, the farther."""
        digits = self.plain.replace(",", "").replace(".", "").strip("0")
        return 0.12 if len(digits) < 2 else 0.08 if len(digits) < 3 else 0.05

    def about(self) -> Quantity:
        """The same with "about" before it: noughts at its end may be rounded ones."""
        digits = self.plain.replace(",", "")
        half = self.half
        if "." not in digits:
            zeros = len(digits) - len(digits.rstrip("0"))
            half = max(half, min(half * 10.0**zeros, 0.025 * abs(self.value)))
        return replace(self, half=half, rough=True)


@dataclass(frozen=True, slots=True)
class Period:
    """A date as written: what is not said is None."""

    year: int | None
    month: int | None
    day: int | None

    def holds(self, days: float) -> bool:
        """Whether a place on an axis of dates lies in it."""
        moment = dt.datetime(1970, 1, 1) + dt.timedelta(days=days)  # noqa: DTZ001
        return all(
            mine is None or mine == theirs
            for mine, theirs in (
                (self.year, moment.year), (self.month, moment.month), (self.day, moment.day),
            )
        )  # fmt: skip


def quantity(found: re.Match[str]) -> Quantity:
    """The number that `NUMBER` found."""
    body = found["body"]
    power = found["exponent"] or found["power"] or (found["raised"] or "0").translate(_RAISED)
    scale = _SCALES[(found["scale"] or "").lower()] if found["scale"] else 1.0
    factor = 10.0 ** max(-300, min(300, int(power.replace("−", "-")))) * scale
    sign = -1 if found["sign"] and found["sign"].strip() in "-−负" else 1
    places = len(body.partition(".")[2]) if "." in body else 0
    return Quantity(
        sign * float(body.replace(",", "")) * factor,
        0.5 * 10.0**-places * factor, found["percent"] is not None, scale, body,
    )  # fmt: skip


def period(found: re.Match[str]) -> Period | None:
    """The date that `DATE` found; None if there is no such day."""

    def part(letter: str) -> int | None:
        text = next((v for k, v in found.groupdict().items() if k[0] == letter and v), None)
        if text is None:
            return None
        if text in _NUMERALS:
            return _NUMERALS[text]
        if text[0].isdigit():
            return int(text)
        return next(n for n, name in enumerate(MONTHS, 1) if name.startswith(text.lower()[:3]))

    year, month, day = part("y"), part("m"), part("d")
    try:
        dt.date(year or 2000, month or 1, day or 1)
    except ValueError:
        return None
    return Period(year, month, day)
