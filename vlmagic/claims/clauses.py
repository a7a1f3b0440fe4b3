"""An answer as sentences, a sentence as clauses, a clause as items: names, numbers, dates, letters.

Code, tables and quotations of questions are passed over. This room refuses to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .numbers import DATE, NUMBER, Period, Quantity, period, quantity
from .subjects import Line, Name, Subjects
from .words import LASTING, OPENERS, PHRASES, SCOPE, SPLITTERS, lexicon

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)|^[ \t]*\|[^\n]*$|`[^`\n]*`", re.DOTALL | re.MULTILINE)  # fmt: skip
_END = re.compile(r"[。！!？?；;\n]|\.(?=\s|$|[\"')*])")
_COMMA = re.compile(r"[，、：]|:(?=\s|$)|,(?!\d{3}(?!\d))|,(?=\s)|[()（）—]|--")
_SPLIT = re.compile(
    r"\b(?:" + "|".join(SPLITTERS) + r")\b|而|但是?|然后|随后|之后|接着", re.IGNORECASE
)
_MARK = re.compile(r"\s*(?:#{1,6}\s|[-*+>]\s+|\d{1,2}[.)、]\s+|[（(]?\d[)）]\s*)*")
_SCOPE = re.compile(SCOPE, re.IGNORECASE)
_LASTING = re.compile(LASTING, re.IGNORECASE)
_OPENER = re.compile(r"[\s*_]*(?:" + OPENERS + r")[\s*_]*", re.IGNORECASE)
_LEXICON = lexicon()
_LONGEST = max(map(len, _LEXICON))
_IDLE = re.compile(PHRASES, re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_PASSED = frozenset(" \t*_\"'“”‘’《》「」=≈~$·-–:")


@dataclass(slots=True)
class Item:
    """One thing said. `letter`: N number, D date, S series, C category, or a word's letter."""

    letter: str
    start: int
    end: int
    number: Quantity | None = None
    period: Period | None = None
    line: Line | None = None
    text: str = ""


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
        return "".join(item.letter for item in self.items)


def is_elsewhere(text: str) -> bool:
    """Whether a sentence speaks of something other than the figure as it is."""
    return _SCOPE.search(text) is not None


def is_lasting(text: str) -> bool:
    """Whether what follows a sentence may do so, too."""
    return _LASTING.search(text) is not None


def sentences(answer: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, the mark that ends it) of each sentence outside code and tables."""
    hidden = [found.span() for found in _FENCE.finditer(answer)]
    begin = 0
    marks = [*_END.finditer(answer), None]
    at = 0
    for mark in marks:
        stop = mark.start() if mark else len(answer)
        while at < len(hidden) and hidden[at][1] <= begin:
            at += 1
        if not (at < len(hidden) and hidden[at][0] < stop):
            yield begin, stop, mark[0] if mark else ""
        begin = mark.end() if mark else stop


def clauses(answer: str, start: int, end: int, mark: str, subjects: Subjects) -> list[Clause]:
    """The clauses of one sentence."""
    listed = _MARK.match(answer, start, end)
    begin = listed.end() if listed else start
    cuts = [(one.start(), one.end(), bool(_SPLIT.fullmatch(one[0]))) for one in [*_COMMA.finditer(answer, begin, end), *_SPLIT.finditer(answer, begin, end)]]  # fmt: skip
    found: list[Clause] = []
    later = False
    for stop, after, word in [*sorted(cuts), (end, end, False)]:
        if stop < begin:
            continue
        joined = answer[stop:after].strip().lower() == "and"
        items = list(_items(answer, begin, stop, subjects))
        rest = _next_letter(answer, after, end, subjects) if joined else ""
        if joined and rest not in ("R", "F", "M", "m", "V", "k", "e"):
            continue
        clause = Clause(
            items,
            begin,
            stop,
            mark in "?？" and bool(mark),
            later,
            _OPENER.fullmatch(answer, begin, stop) is not None,
        )
        if items:
            clause.start, clause.end = items[0].start, items[-1].end
            found.append(clause)
            later = False
        later = later or (word and not joined and answer[stop:after].lower() not in ("while", "whereas", "but", "而", "但", "但是", "because", "since"))  # fmt: skip
        begin = after
    return found


def _next_letter(answer: str, at: int, end: int, subjects: Subjects) -> str:
    for item in _items(answer, at, min(end, at + 40), subjects):
        return item.letter
    return ""


def _items(answer: str, at: int, end: int, subjects: Subjects) -> Iterator[Item]:
    while at < end:
        letter = answer[at]
        if idle := _IDLE.match(answer, at, end):
            at = idle.end()
            continue
        if letter in _PASSED and not (
            letter == "-" and NUMBER.match(answer, at, end) and not _digit_before(answer, at)
        ):
            at += 1
            continue
        item = (
            _named(answer, at, end, subjects)
            or _counted(answer, at, end, subjects)
            or _word(answer, at, end)
        )
        if item.letter:
            yield item
        at = item.end


def _digits_go_on(answer: str, at: int, end: int) -> bool:
    number = NUMBER.match(answer, at)
    return number is not None and number.end() > end


def _digit_before(answer: str, at: int) -> bool:
    return at > 0 and (answer[at - 1].isalnum())


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
    number = NUMBER.match(answer, at, end)
    if number and number.end() <= end:
        if answer[number.end() : number.end() + 1].isalpha() and answer[number.end()].isascii():
            follows = subjects.pattern.match(answer, number.end()) if subjects.pattern else None
            if follows is None:
                return Item("?", at, number.end())
        return Item("N", at, number.end(), number=quantity(number), text=number[0])
    return None


def _word(answer: str, at: int, end: int) -> Item:
    word = _WORD.match(answer, at, end)
    if word:
        text = word[0].lower().replace("’", "'")
        text = text.removesuffix("'s")
        return Item(_LEXICON.get(text, "?"), at, word.end(), text=text)
    if answer[at] == "第":
        return Item("i", at, at + 1)
    for size in range(min(_LONGEST, end - at), 0, -1):
        known = _LEXICON.get(answer[at : at + size])
        if known is not None and not answer[at].isascii():
            return Item(known, at, at + size, text=answer[at : at + size])
    return Item("?", at, at + 1, text=answer[at])
