"""What one answer says, piece by piece, in a form in which answers can be compared.

A number is compared as it is meant: thousands, ¾ and 3/4, percentages, powers of ten, units of one
kind. A piece says something only with numbers, as a formula, as a final answer, or as a claim that
was checked; the rest is prose. This room refuses to understand prose.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from vlmagic.claims.numbers import NUMBER, quantity
from vlmagic.result import Result

Kind = Literal["final", "formula", "claim", "words"]
_MOST = 200
"""Pieces of one answer."""
_FENCE = re.compile(r"^(`{3,}|~{3,}).*?(?:^\1|\Z)|^[ \t]*\|.*\|[ \t]*$", re.MULTILINE | re.DOTALL)
_END = re.compile(
    r"[。！？；\n]+|(?<!\d)\.(?=\s|$)|\.(?=\s+\D|\s*$)|[!?;](?=\s|$)|，|(?<!\d),|,(?!\d)"
)
_FINAL = re.compile(
    r"(?im)^\W{0,4}(?:so |thus |therefore |所以|因此|故)?\W{0,2}"
    r"(?:the )?(?:final answer|answer|result|最终答案|答案|结果)\W{0,4}(?:(?:is|are)\b|为|是|[:：])\W{0,4}(?P<it>\S.*)$"
)
_BOXED = re.compile(r"\\boxed\s*\{(?P<it>(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
_TEX_FRACTION = re.compile(r"\\[dt]?frac\s*\{\s*(-?\d+)\s*\}\s*\{\s*(\d+)\s*\}")
_FRACTION = re.compile(r"(?<![\d/.])(\d{1,4})\s*[/⁄]\s*(\d{1,4})(?![\d/])")
_WORD = re.compile(r"[^\W\d_]{3,}")
_BEFORE = re.compile(r"([^\W\d_]+)[\s:：,，(（=]*\Z")
_AFTER = re.compile(r"[\s,，)）]*([^\W\d_]+)")
_CJK = re.compile(r"[\u3400-\u9fff]+")
_IDLE = frozenset(
    [
        "the",
        "and",
        "are",
        "was",
        "were",
        "with",
        "that",
        "this",
        "than",
        "then",
        "from",
        "for",
        "its",
        "has",
        "have",
        "had",
        "value",
        "values",
        "about",
        "which",
        "there",
        "their",
        "here",
        "into",
        "over",
        "also",
        "only",
        "very",
        "more",
        "most",
        "less",
        "least",
        "overall",
        "approximately",
        "around",
        "roughly",
        "where",
        "when",
        "what",
        "shows",
        "show",
        "chart",
        "figure",
    ]
)
_SIGNS: dict[str, re.Pattern[str]] = {
    "not": re.compile(r"\b(?:not|no|never|neither|without|isn't|doesn't|n't)\b|不|没有|未|并非", re.IGNORECASE),
    "high": re.compile(r"\b(?:high\w*|max\w*|peak\w*|top|larg\w+|great\w*|above|more|most)\b|最高|最大|峰|高于|大于|多于", re.IGNORECASE),
    "low": re.compile(r"\b(?:low\w*|min\w*|trough\w*|small\w*|below|less|least|fewe\w+)\b|最低|最小|低于|小于|少于", re.IGNORECASE),
    "up": re.compile(r"\b(?:ris\w+|rose|increas\w+|grow\w*|grew|climb\w*)\b|上升|增加|增长|升至", re.IGNORECASE),
    "down": re.compile(r"\b(?:fall\w*|fell|drop\w*|declin\w+|decreas\w+)\b|下降|减少|降低|降至", re.IGNORECASE),
}  # fmt: skip
"""Words that turn a sentence round: pieces agree only where they have the same of them."""
_UNITS: dict[str, tuple[float, str]] = {
    "ms": (1e-3, "s"), "s": (1, "s"), "sec": (1, "s"), "second": (1, "s"), "seconds": (1, "s"), "秒": (1, "s"),
    "min": (60, "s"), "minute": (60, "s"), "minutes": (60, "s"), "分钟": (60, "s"), "h": (3600, "s"),
    "hour": (3600, "s"), "hours": (3600, "s"), "小时": (3600, "s"),
    "mm": (1e-3, "m"), "cm": (1e-2, "m"), "m": (1, "m"), "km": (1e3, "m"), "米": (1, "m"), "千米": (1e3, "m"),
    "公里": (1e3, "m"), "mg": (1e-6, "kg"), "g": (1e-3, "kg"), "kg": (1, "kg"), "千克": (1, "kg"), "t": (1e3, "kg"),
    "B": (1, "B"), "kB": (1e3, "B"), "MB": (1e6, "B"), "GB": (1e9, "B"), "Hz": (1, "Hz"), "kHz": (1e3, "Hz"),
    "MHz": (1e6, "Hz"), "W": (1, "W"), "kW": (1e3, "W"), "MW": (1e6, "W"), "V": (1, "V"), "mV": (1e-3, "V"),
    "°C": (1, "°C"), "℃": (1, "°C"),
}  # fmt: skip
_UNIT = re.compile(
    rf"\s?(?:{'|'.join(sorted(map(re.escape, _UNITS), key=len, reverse=True))})(?![A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number brought to one form; `half` is half of its last digit's unit."""

    value: float
    half: float
    unit: str = ""
    beside: frozenset[str] = field(default=frozenset(), compare=False)
    """The words right before and after it."""

    def agrees(self, other: Number) -> bool:
        """Whether both may be the same number, each rounded as it is written."""
        return self.unit == other.unit and abs(self.value - other.value) <= max(
            self.half, other.half, 1e-9 * abs(self.value)
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that an answer says; `text` as it is written, the rest to compare it by."""

    kind: Kind
    text: str
    numbers: tuple[Number, ...] = ()
    words: frozenset[str] = frozenset()
    signs: frozenset[str] = frozenset()
    formula: str = ""
    verdict: str = ""
    """What the check found: right, wrong, unchecked, or nothing where there was none."""
    truth: str = field(default="", compare=False)

    def agrees(self, other: Piece) -> bool:
        """Whether both say the same; where that is not certain, they do not."""
        if self.formula or other.formula:
            return self.formula == other.formula
        if len(self.numbers) != len(other.numbers):
            return False
        if not self._numbers_agree(other):
            return False
        if self.signs != other.signs:
            return False
        if self.kind == "final" and other.kind == "final" and self.numbers:
            return True
        if not self.numbers:
            return self.words == other.words
        return bool(self.words & other.words) or not (self.words or other.words)

    def _numbers_agree(self, other: Piece) -> bool:
        """In the same order, or in another one with the same words beside each number."""
        if all(map(Number.agrees, self.numbers, other.numbers)):
            return True
        pairs = zip(*(sorted(p.numbers, key=_order) for p in (self, other)), strict=True)
        return all(one.agrees(two) and one.beside & two.beside for one, two in pairs)


def _order(number: Number) -> tuple[str, float]:
    return number.unit, number.value


def pieces(result: Result) -> list[Piece]:
    """What an answer says, as far as it came; one piece of prose where it says nothing else."""
    answer = result.transcript.answer
    if not answer.strip():
        return []
    bare = _FENCE.sub(lambda hidden: " " * len(hidden[0]), answer)
    found: list[Piece] = []
    taken: list[tuple[int, int]] = []
    final = _final(bare)
    if final is not None:
        found.append(_piece("final", final[0].strip(" *_$.。")))
        taken.append(final[1])
    for claim in result.claims:
        piece = _piece("claim", claim.text, claim.verdict, claim.truth)
        if piece.numbers or claim.verdict != "unchecked":
            found.append(piece)
        taken.append((claim.start, claim.end))
    for step in (one for one in result.checks if one.claims):
        formula = _formula(step.text)
        said = f"${step.text.strip()}$"
        found.append(
            Piece("formula", said, formula=formula, verdict=step.verdict, truth=step.truth)
        )
        taken.append((step.start, step.end))
    for start, end in _clauses(bare):
        text = re.sub(r"^\s*(?:[-*+>#]+|\d{1,2}[.)、])\s+", "", bare[start:end]).strip(" *_#:：")
        piece = _piece("claim", text)
        if piece.numbers and not any(a < end and start < b for a, b in taken):
            found.append(piece)
    if not found:
        words = " ".join(answer.split())
        found.append(Piece("words", words, words=_words(words), signs=_signs(words)))
    return found[:_MOST]


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    """Where the clauses stand; a number between commas belongs to the words before it."""
    kept: tuple[int, int] | None = None
    at = 0
    for end in [*_END.finditer(text), None]:
        here = (at, end.start() if end else len(text))
        comma = at > 0 and text[at - 1] in ",，"
        at = end.end() if end else len(text)
        if kept is not None and comma and not _words(text[slice(*here)]):
            kept = (kept[0], here[1])
            continue
        if kept is not None:
            yield kept
        kept = here
    if kept is not None:
        yield kept


def _final(text: str) -> tuple[str, tuple[int, int]] | None:
    """The final answer and its place, where it is named as such, or where it is the whole answer."""
    found = [*_BOXED.finditer(text)] or [*_FINAL.finditer(text)]
    if found:
        return found[-1]["it"], found[-1].span()
    line = text.strip()
    words = len(_WORD.findall(_CJK.sub(" ", line))) + sum(len(x) for x in _CJK.findall(line)) // 2
    if words <= 2 and len(line) <= 60 and "\n" not in line:
        return line, (0, len(text))
    return None


def _piece(kind: Kind, text: str, verdict: str = "", truth: str = "") -> Piece:
    text = " ".join(text.replace("`", "").split())
    numbers = tuple(_numbers(text))
    formula = _formula(text) if kind == "final" and not numbers and "\\" in text else ""
    return Piece(kind, text, numbers, _words(text), _signs(text), formula, verdict, truth)


def _numbers(text: str) -> Iterator[Number]:
    text = "".join(_vulgar(letter) for letter in text)
    text = _TEX_FRACTION.sub(lambda found: _share(found[1], found[2]), text)
    text = _FRACTION.sub(lambda found: _share(found[1], found[2]), text)
    for found in NUMBER.finditer(text):
        before = text[found.start() - 1 : found.start()]
        if before.isalpha() and before.isascii():
            continue  # `x2`, `val_loss3`: a name
        number = quantity(found)
        unit = _UNIT.match(text, found.end())
        factor, kind = _UNITS[unit[0].strip()] if unit else (1.0, "")
        factor = 0.01 if number.percent else factor
        near = (
            _BEFORE.search(text, max(0, found.start() - 40), found.start()),
            _AFTER.match(text, found.end()),
        )
        beside = frozenset(word[1].casefold() for word in near if word)
        yield Number(number.value * factor, number.half * factor * 1.000001, kind, beside)


def _vulgar(letter: str) -> str:
    """`¾` as `0.75`."""
    if unicodedata.category(letter) != "No" or "<fraction>" not in unicodedata.decomposition(
        letter
    ):
        return letter
    return f" {unicodedata.numeric(letter):.12g} "


def _share(one: str, other: str) -> str:
    return f" {int(one) / int(other):.12g} " if int(other) else f"{one}/{other}"


def _words(text: str) -> frozenset[str]:
    """What it is about: words of three letters and more, pairs of Chinese characters."""
    text = text.casefold()
    found = {word for word in _WORD.findall(text) if word not in _IDLE and not _CJK.match(word)}
    for run in _CJK.findall(text):
        found |= {run[at : at + 2] for at in range(len(run) - 1)}
    return frozenset(found)


def _signs(text: str) -> frozenset[str]:
    return frozenset(name for name, words in _SIGNS.items() if words.search(text))


def _formula(text: str) -> str:
    """LaTeX without what is only its look."""
    text = re.sub(r"\\(?:left|right|big|Big|,|;|!|:|quad|displaystyle)(?![A-Za-z])", "", text)
    text = text.replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac").replace("\\cdot", "*")
    return re.sub(r"[\s$]+", "", text).rstrip(".,")
