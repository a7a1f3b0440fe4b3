"""What an answer says about a figure, looked up in the figure's own data.

    check(answer, figures) -> list[Claim]    numbers, extremes, order, trends, crossings
    summary(claims, steps)                   "checked: 7 ✓ 1 ✗ 4 not checkable"

A claim is a clause whose every word is understood and whose every name is one thing in the
figures. A clause that sounds like a claim and is not understood is "unchecked". A number is right
if it is the true one rounded as it is written, or nearer than half a pixel of the picture; it is
wrong if it is off by more than twice both. This room refuses to guess, and never says that what
is unchecked might be right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from vlmagic.facts.data import FigureData
from vlmagic.language import say

Verdict = Literal["right", "wrong", "unchecked"]


@dataclass(frozen=True, slots=True)
class Claim:
    """`answer[start:end]`: what it was compared with, what is true, and whether that agrees."""

    start: int
    end: int
    text: str
    compared: str
    truth: str
    verdict: Verdict


class Judged(Protocol):
    """A claim or a step: whatever has a verdict."""

    @property
    def verdict(self) -> Verdict:
        """What it was found to be."""


def check(answer: str, figures: Sequence[FigureData]) -> list[Claim]:
    """The claims of an answer in their order; at most three hundred. Never raises."""
    from .judge import Judge

    return Judge(answer, figures).claims()


def summary(claims: Sequence[Judged], steps: Sequence[Judged] = ()) -> str:
    """One line that counts the verdicts; nothing where there is nothing to count."""
    every = [one.verdict for one in (*claims, *steps)]
    if not every:
        return ""
    return say(
        "checked: {right} ✓ {wrong} ✗ {rest} not checkable",
        right=every.count("right"), wrong=every.count("wrong"), rest=every.count("unchecked"),
    )  # fmt: skip


__all__ = ["Claim", "Verdict", "check", "summary"]
