r"""An answer as a lesson: steps to be uncovered one by one, each behind a hint, formulas numbered.

    divide(answer)             the steps, at the answer's own headings, numbered steps or paragraphs
    explain(lesson, 3)         the follow-up that asks about just that step
    refer(question, lesson)    the question with the formulas that it points at, such as "(2)"

Nothing is added to what the model wrote but the numbers of its displayed formulas. This room
refuses to display and to turn words into markup: `markup` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .language import say
from .markup import sections
from .markup.plain import lines

if TYPE_CHECKING:
    from .markup import Section

_MOST = 40
"""Steps; what comes after belongs to the last, since each one nests inside the one before."""
_LONGEST_HINT = 160
_NUMBERED = re.compile(
    r"(?:\*\*|__)?\s*(?:(?:step|part)\s+\d+|(?:步骤|第)\s*[\d一二三四五六七八九十]+)", re.IGNORECASE
)
_BARE = re.compile(
    r"(?:step|part|步骤|第)?\s*[\d一二三四五六七八九十]+\s*(?:步|部分)?\s*[.:：)）]?", re.IGNORECASE
)
_SENTENCE = re.compile(
    r"((?:\\.|\$\$.+?\$\$|\$[^$]+\$|`[^`]*`|[^.!?。！？\\]|[.!?](?=\S))*[.!?。！？]?)"
)
_POINTED = re.compile(
    r"\((\d{1,3})\)|（(\d{1,3})）|\b(?:formula|equation|eq\.?)\s*(\d{1,3})|(?:公式|等式|式)\s*(\d{1,3})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is about, in a line of Markdown, and its whole text."""

    number: int
    hint: str
    text: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A displayed formula with the number (or the author's own tag) by which it can be named."""

    number: str
    tex: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """The steps of one answer, in order, and its formulas."""

    steps: tuple[Step, ...]
    formulas: tuple[Formula, ...] = ()


def divide(answer: str) -> Lesson:
    """The lesson in an answer. An empty answer has no steps; any other has at least one.

    Divided at the headings of the first level that has two of them; else at numbered steps (a list,
    or paragraphs that begin with "Step 2", "第二步"); else at paragraphs.
    """
    numbered, formulas = _number(answer)
    found = sections(numbered)
    if not found:
        return Lesson(())
    rows = numbered.split("\n")
    cuts = _cuts(found)[:_MOST]
    steps = []
    for number, (begin, end) in enumerate(zip(cuts, [*cuts[1:], len(rows)], strict=True), start=1):
        text = "\n".join(rows[begin:end]).strip("\n")
        steps.append(Step(number, _hint(found, begin, end), text))
    return Lesson(tuple(steps), tuple(formulas))


def explain(lesson: Lesson, number: int) -> str:
    """The question about just this step; `IndexError` where there is none."""
    step = lesson.steps[number - 1]
    quoted = "\n".join(f"> {line}" for line in step.text.split("\n"))
    asked = say(
        "Explain only step {number} of your answer, in more detail and with its reasons; leave the "
        "other steps alone. It reads:",
        number=number,
    )
    return f"{asked}\n\n{quoted}"


def refer(question: str, lesson: Lesson) -> str:
    """The question, and under it the formulas that it names by number: the model gave them none."""
    named = {next(filter(None, found.groups())) for found in _POINTED.finditer(question)}
    told = [
        say("Formula ({number}) is: {tex}", number=formula.number, tex=f"$${formula.tex}$$")
        for formula in lesson.formulas
        if formula.number in named
    ]
    return "\n\n".join([question, *told])


def _number(answer: str) -> tuple[str, list[Formula]]:
    r"""The text with `\tag{n}` in each displayed formula, and the formulas; a tag of its own stays."""
    text = lines(answer)
    rows = text.split("\n")
    formulas: list[Formula] = []
    number = 0
    for section in sections(text):
        for formula in section.formulas:
            own = re.search(r"\\tag\*?\s*\{([^{}]*)\}", formula.tex)
            if own is not None:
                formulas.append(Formula(own[1], formula.tex))
                continue
            last = rows[formula.last]
            at = last.rfind(formula.closing)
            if at < 0:
                continue
            number += 1
            rows[formula.last] = f"{last[:at].rstrip()} \\tag{{{number}}}{last[at:]}"
            formulas.append(Formula(str(number), formula.tex))
    return "\n".join(rows), formulas


def _cuts(found: Sequence[Section]) -> list[int]:
    """The lines at which steps begin; the first is 0."""
    for level in range(1, 7):
        heads = [section.line for section in found if section.level == level]
        if len(heads) >= 2:
            return _opened(heads, found)
    items = [line for section in found for line in _items(section)]
    if len(items) >= 2:
        last = found[-1]
        lists = [section for section in found if section.items]
        if len(lists) == 1 and last is not lists[0]:
            items += [section.line for section in found if section.line > lists[0].line][:1]
        return _opened(items, found)
    return _opened(list(_paragraphs(found)), found)


def _opened(cuts: list[int], found: Sequence[Section]) -> list[int]:
    """The cuts, with what stands before the first as a step of its own; a title alone joins it."""
    before = [section for section in found if section.line < cuts[0]] if cuts else []
    if not cuts or all(section.level for section in before):
        return [0, *cuts[1:]]
    return [0, *cuts]


def _items(section: Section) -> Sequence[int]:
    if section.items:
        return [line for line, _ in section.items]
    if section.is_paragraph and _NUMBERED.match(section.words):
        return (section.line,)
    return ()


def _paragraphs(found: Sequence[Section]) -> Iterator[int]:
    """Each paragraph begins a step, but for one that a colon has announced."""
    announced = False
    for section in found:
        if section.level or (section.is_paragraph and not announced):
            yield section.line
        announced = bool(section.level) or section.words.rstrip("*_ ").endswith((":", "："))


def _hint(found: Sequence[Section], begin: int, end: int) -> str:
    """The heading, or the first sentence; both where the heading is only a number."""
    inside = [section for section in found if begin <= section.line < end]
    level = inside[0].level if inside else 0
    items = [words for section in found for line, words in section.items if begin <= line < end]
    words = [section.words for section in inside if section.words.strip()]
    if items and (not inside or inside[0].items):
        words = items
    if not words:
        return say("A formula, a table or code")
    first = words[0] if level else _first(words[0])
    if level and _BARE.fullmatch(first.strip("*_ ")) and len(words) > 1:
        first = f"{first.strip()} — {_first(words[1])}"
    return first if len(first) <= _LONGEST_HINT else _short(first)


def _first(words: str) -> str:
    """The first sentence; where that is only a number, the next one with it."""
    words = " ".join(words.split())
    sentences = [found[1].strip() for found in _SENTENCE.finditer(words) if found[1].strip()]
    several = len(sentences) > 1 and _BARE.fullmatch(sentences[0].strip("*_ "))
    return _balanced(" ".join(sentences[: 2 if several else 1]))


def _short(words: str) -> str:
    return _balanced(words[: _LONGEST_HINT - 1].rsplit(" ", 1)[0]) + "…"


def _balanced(words: str) -> str:
    """Without half a formula or half an emphasis at its end."""
    for mark in ("$", "**", "`"):
        if words.count(mark) % 2:
            words = words.replace(mark, "")
    return words
