"""The marks of a checked answer: ✓, ✗ with the true value, or ?, and where they stand.

A mark stands behind its clause, outside of formulas and emphasis; several at one place stand side
by side. What is true may hold a name from the figure, so it is escaped. This room refuses to
change a single letter of the answer itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from vlmagic.algebra import Step
from vlmagic.algebra.found import formulas
from vlmagic.language import say
from vlmagic.markup.marks import Mark

from . import Claim

SIGNS = {"right": "✓", "wrong": "✗", "unchecked": "?"}
_CLOSING = "*_`\"'”’）)"


def marks(answer: str, claims: Sequence[Claim], steps: Sequence[Step] = ()) -> list[Mark]:
    """The marks in the order of their places."""
    ends = (
        [(formula.start, formula.after) for formula in formulas(answer)] if claims or steps else []
    )
    found: list[Mark] = []
    every: list[Claim | Step] = [*claims, *(step for step in steps if step.claims)]
    for one in sorted(every, key=lambda each: each.end):
        place = next((after for start, after in ends if start <= one.end <= after), one.end)
        while place < len(answer) and answer[place] in _CLOSING:
            place += 1
        truth = one.truth
        if not truth and isinstance(one, Step):  # a chain has its marks side by side
            truth = say("step {n}", n=one.number)
        truth = f" ({truth})" if one.verdict == "wrong" and truth else ""
        found.append(Mark(place, one.verdict, SIGNS[one.verdict] + truth, explained(one)))
    return sorted(found, key=lambda mark: mark.at)


def marked(answer: str, claims: Sequence[Claim], steps: Sequence[Step] = ()) -> str:
    """The answer as Markdown with its marks."""
    parts: list[str] = []
    last = 0
    for mark in marks(answer, claims, steps):
        parts += [answer[last : mark.at], " ", _escaped(mark.shown)]
        last = mark.at
    return "".join([*parts, answer[last:]])


def explained(one: Claim | Step) -> str:
    """What was compared with what, in one line for a reader who points at the mark."""
    if isinstance(one, Step):
        what, why = say("step {n}", n=one.number), one.truth or one.reason
    else:
        what, why = one.compared, one.truth
    judged = {
        "right": say("right"),
        "wrong": say("wrong"),
        "unchecked": say("not checked"),
    }[one.verdict]
    return " · ".join(part.replace("\n", " ") for part in (judged, what, why) if part)


def _escaped(text: str) -> str:
    return "".join(
        "\\" + one if one in "\\`*_[]<>$|~#&!" else one for one in text.replace("\n", " ")
    )
