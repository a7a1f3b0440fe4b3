"""A sentence as clauses, a clause as items: names, numbers, dates, letters, asides in brackets.

This room refuses to judge, and to read a word that stands in no list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from . import units
from .numbers import DATE, NUMBER, Period, Quantity, period, quantity
from .subjects import Line, Name, Subjects
from .words import COUNTS, OPENERS, PHRASE, SPLITTERS, is_manner, lexicon, phrase

_COMMA = re.compile(
    r"[，、：]|:(?=[\s*_]|$)|,(?!\d{3}(?!\d))|,(?=\s)|—|--|\s[–-]\s"
    r"|\bor (?=(?:(?:roughly|about|approximately|around|nearly|some|ca\.?) )?[\d.]+\s?%)"
)
_SPLIT = re.compile(
    r"\b(?:" + "|".join(SPLITTERS) + r")\b|而(?!言)|但是?|然后|随后|之后|接着|并(?![未非])",
    re.IGNORECASE,
)
_MARK = re.compile(r"\s*(?:#{1,6}\s|[-*+>]\s+|\d{1,2}[.)、]\s+|[（(]?\d[)）]\s*)*")
_OPENER = re.compile(r"[\s*_]*(?:" + OPENERS + r")[\s*_]*", re.IGNORECASE)
_LEXICON = lexicon()
_LONGEST = max(map(len, _LEXICON))
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_IDLE = re.compile(
    r"['’]s(?![A-Za-z])|\bi\.e\.,?|\b(?:over time|(?<=bottoms )out|(?<=bottomed )out|(?:over|during|for|in) (?:the|this|that) (?:same |whole |entire |observed )?period(?: shown)?|across the (?:year|period|whole year)|of the (?:four|three|two|five|six|seven)|"
    r"on th(?:is|e) (?:log-log |log |semi-log |line |bar |pie )?(?:plot|chart|figure|graph)|(?:left|right|upper|lower|top|bottom) (?:axis|panel)|"
    r"in th(?:is|e) (?:plot|chart|figure|graph)|a value of|values? of|a (?:low|high) of|that of|those of|"
    r"(?:somewhere|right|just|only just|slightly) (?=between|at)|for the (?:whole|entire)|as a whole|is to be found|can be found|at a glance|"
    r"in the (?:chart|figure|plot|market|end)|of all)(?![A-Za-z])",
    re.IGNORECASE,
)
_PASSED = frozenset(" \t*_\"'“”‘’《》「」=≈~$·-–:[]\\\u200b\u00a0")
_DATED = re.compile(r"[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?$")
_YEAR = re.compile(r"\s?(?:19|20)\d\d(?!\d)")
_BRACKETS = {"(": ")", "（": "）", "[": "]"}
_STAYS = frozenset("while whereas but 而 但 但是 because since and 并".split())  # noqa: SIM905


@dataclass(slots=True)
class Item:
    """One thing said. `letter`: N number, # count, D date, S series, C category, ( aside, or a word's."""

    letter: str
    start: int
    end: int
    number: Quantity | None = None
    period: Period | None = None
    line: Line | None = None
    text: str = ""
    inside: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Clause:
    """The items of a clause, and whether a question mark ends its sentence."""

    items: list[Item] = field(default_factory=list)
    start: int = 0
    end: int = 0
    asked: bool = False
    later: bool = False
    """Whether a word like "then" led to it."""
    opener: bool = False
    """Whether all of it is words that only open a sentence."""

    @property
    def letters(self) -> str:
        """The letters in their order."""
        return "".join(item.letter[0] for item in self.items)

    def of(self, items: list[Item]) -> Clause:
        """A part of it."""
        return replace(self, items=items, start=items[0].start, end=items[-1].end)


def clauses(answer: str, start: int, end: int, mark: str, subjects: Subjects) -> list[Clause]:
    """The clauses of one sentence."""
    listed = _MARK.match(answer, start, end)
    begin = listed.end() if listed else start
    asides = _asides(answer, begin, end)
    cuts = [
        (one.start(), one.end(), bool(_SPLIT.fullmatch(one[0])))
        for one in [*_COMMA.finditer(answer, begin, end), *_SPLIT.finditer(answer, begin, end)]
        if not any(a <= one.start() < b for a, b in asides)
        and not (
            one[0] == ","
            and _DATED.search(answer, max(begin, one.start() - 16), one.start())
            and _YEAR.match(answer, one.end())
        )
    ]
    found: list[Clause] = []
    later = False
    for stop, after, word in [*sorted(cuts), (end, end, False)]:
        if stop < begin:
            continue
        joined = answer[stop:after].strip().lower() == "and"
        rest = _next(answer, after, end, subjects) if joined else ""
        if joined and rest not in ("R", "F", "M", "m", "V", "k", "e", "g", "G", "?"):
            continue
        if word and not joined and _within_name(answer, stop, after, subjects):
            continue
        items = list(_items(answer, begin, stop, subjects, asides))
        clause = Clause(
            items, begin, stop, mark in "?？" and bool(mark), later,
            _OPENER.fullmatch(answer, begin, stop) is not None,
        )  # fmt: skip
        if items:
            clause.start, clause.end = items[0].start, items[-1].end
            found.append(clause)
            later = False
        later = later or (word and answer[stop:after].lower() not in _STAYS)
        begin = after
        if answer[stop:after].lower() == "followed by":
            begin = stop  # it says something itself
    return found


def _within_name(answer: str, at: int, end: int, subjects: Subjects) -> bool:
    """Whether a word that would split is part of a name."""
    if subjects.pattern is None:
        return False
    line = answer.rfind("\n", 0, at) + 1
    return any(
        one.start() < end and one.end() > at
        for one in subjects.pattern.finditer(answer, max(line, at - 80), end + 80)
    )


def _asides(answer: str, at: int, end: int) -> list[tuple[int, int]]:
    """The brackets of a sentence, outermost only."""
    found: list[tuple[int, int]] = []
    while at < end:
        close = _BRACKETS.get(answer[at])
        if close:
            stop = answer.find(close, at, min(end, at + 200))
            other = min((p for p in (answer.find(")", at, end), answer.find("）", at, end)) if p > 0), default=-1)  # fmt: skip
            stop = stop if stop > 0 else other
            if stop > 0:
                found.append((at, stop + 1))
                at = stop
        at += 1
    return found


def _next(answer: str, at: int, end: int, subjects: Subjects) -> str:
    for item in _items(answer, at, min(end, at + 40), subjects, []):
        return item.letter
    return ""


def _items(
    answer: str, at: int, end: int, subjects: Subjects, asides: list[tuple[int, int]]
) -> Iterator[Item]:
    while at < end:
        aside = next((one for one in asides if one[0] == at), None)
        if aside and _named(answer, at, end, subjects) is None:
            inside = list(_items(answer, at + 1, aside[1] - 1, subjects, []))
            if inside:
                yield Item("(", at, aside[1], inside=inside)
            at = aside[1]
            continue
        if idle := _IDLE.match(answer, at, end):
            at = idle.end()
            continue
        letter = answer[at]
        if letter in _PASSED and not (letter in "-$" and _starts(answer, at, end)):
            at += 1
            continue
        item = (
            _phrase(answer, at, end)
            or _named(answer, at, end, subjects)
            or _counted(answer, at, end, subjects)
            or _word(answer, at, end)
        )
        if item.letter:
            yield item
        at = item.end


def _starts(answer: str, at: int, end: int) -> bool:
    """Whether a number starts with this minus or currency."""
    before = answer[at - 1 : at]
    if before.isascii() and before.isalnum():
        return False
    return bool(NUMBER.match(answer, at, end)) or units.before(answer, at, end)[1] > at


def _phrase(answer: str, at: int, end: int) -> Item | None:
    found = PHRASE.match(answer, at, end)
    if found is None:
        return None
    letter = phrase(found)
    if letter[0] == "*":  # twice
        n = float(letter[1])
        return Item("*", at, found.end(), number=Quantity(n, 0.05 * n), text="=")
    if letter in "234":
        return Item("2", at, found.end(), text=letter)
    return Item(letter, at, found.end(), text=found[0].lower())


def _digits_go_on(answer: str, at: int, end: int) -> bool:
    number = NUMBER.match(answer, at)
    return number is not None and number.end() > end


def _named(answer: str, at: int, end: int, subjects: Subjects) -> Item | None:
    found = subjects.pattern.match(answer, at, end) if subjects.pattern else None
    if found is None:
        return None
    name: Name = subjects.found(found[0])
    text = found[0]
    if text[0].isdigit() and (text.isdigit() or _digits_go_on(answer, at, found.end())):
        return None
    if len(text) == 1 and name.letter == "?":
        return None if text.lower() in ("a", "i") or text.isdigit() else Item("?", at, found.end())
    known = _LEXICON.get(text.lower())
    if known and name.letter in "xy":
        return None
    if known is not None and name.letter in "SC" and (known or text in ("a", "A")):
        follows = _WORD.match(answer, found.end() + 1)
        plain = text == "A" and not (follows and _LEXICON.get(follows[0].lower(), "?") in ("M", "m", "R", "F", "?", "T", "d", "A") and follows[0].islower() and not follows[0].endswith(("s", "ed")))  # fmt: skip
        if not plain:
            return Item("?", at, found.end())
    letter = "" if name.letter == "y" else name.letter
    return Item(letter, at, found.end(), line=name.line, text=name.text)


def _counted(answer: str, at: int, end: int, subjects: Subjects) -> Item | None:
    if subjects.dated or re.match(
        r"[A-Za-z]|\d+\s*[年月]|\d{4}-\d|[一二三四五六七八九十]+月", answer[at : at + 12]
    ):
        date = DATE.match(answer, at, end)
        if date and not (date["m4"] and date[0].lower() == "may" and not date[0][0].isupper()):
            found = period(date)
            if found is not None:
                return Item("D", at, date.end(), period=found, text=date[0])
    money, begin, minus = units.before(answer, at, end)
    number = NUMBER.match(answer, begin, end)
    if number and number.end() <= end:
        read = quantity(number)
        read = replace(read, value=-read.value) if minus else read
        unit, stop = units.after(answer, number.end(), subjects.spellings)
        after = answer[stop : stop + 1]
        if after.isalpha() and answer[stop].isascii():
            follows = subjects.pattern.match(answer, stop) if subjects.pattern else None
            if follows is None:
                return Item("?", at, stop)
        return Item(
            "N", at, min(stop, end), number=replace(read, unit=money or unit), text=number[0]
        )
    return None


def _word(answer: str, at: int, end: int) -> Item:
    word = _WORD.match(answer, at, end)
    if word:
        text = word[0].lower().replace("’", "'")
        text = text.removesuffix("'s")
        if text == "zero":
            return Item("N", at, word.end(), number=Quantity(0.0, 0.0, plain="0"), text="0")
        if text in COUNTS:
            return Item("#", at, word.end(), number=Quantity(float(COUNTS[text]), 0.0))
        known = _LEXICON.get(text)
        if known is None:
            known = "" if is_manner(text) else "?"
        return Item(known, at, word.end(), text=text)
    if answer[at] == "第":
        return Item("i", at, at + 1)
    if answer[at] in ">＞<＜" and answer[at - 1 : at] not in ('"', "'", "/", "-"):
        return Item({"＞": ">", "＜": "<"}.get(answer[at], answer[at]), at, at + 1, text="sign")
    for size in range(min(_LONGEST, end - at), 0, -1):
        known = _LEXICON.get(answer[at : at + size])
        if known is not None and not answer[at].isascii():
            return Item(known, at, at + size, text=answer[at : at + size])
    if answer[at] in COUNTS:
        return Item("#", at, at + 1, number=Quantity(float(COUNTS[answer[at]]), 0.0))
    if answer[at] == "零":
        return Item("N", at, at + 1, number=Quantity(0.0, 0.0, plain="0"), text="0")
    return Item("?", at, at + 1, text=answer[at])
