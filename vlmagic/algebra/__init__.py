"""The steps of an answer, checked: equalities, chains, inequalities, equations that follow.

    check(answer) -> list[Step]      each step with its place and a verdict
    first_wrong(steps)               the step that the rest may hang on

A step is "right" or "wrong" only where there is one reading and that reading decides; everything
else is "unchecked", with the reason. Numbers decide first, exactly where a formula is rational and
with sixty digits elsewhere; what needs more (limits, endless sums, integrals) is asked of sympy in
a process of its own, which is killed when its time is over. No text is ever evaluated as code.
This room refuses to guess, and to know what is done with its verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["right", "wrong", "unchecked"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `answer[start:end]`, what it was found to be and why; `truth` is what it should be."""

    number: int
    start: int
    end: int
    text: str
    verdict: Verdict
    reason: str = ""
    truth: str = ""
    claims: bool = True
    """Whether it says something; a definition or a condition does not, and gets no mark."""


def check(answer: str) -> list[Step]:
    """The steps of an answer in their order; at most two hundred of them. Never raises."""
    from .judge import Judge

    return Judge(answer).steps()


def first_wrong(steps: Sequence[Step]) -> Step | None:
    """The first step that is wrong; None if none is known to be."""
    return next((step for step in steps if step.verdict == "wrong"), None)


__all__ = ["Step", "Verdict", "check", "first_wrong"]
