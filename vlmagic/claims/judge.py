"""An answer read from front to back: sentences to clauses, clauses to claims.

A sentence that speaks of something else than the figure as it is (an exception, a condition, a
forecast) is not judged, nor is what follows a supposition within its paragraph. This room refuses
to look anything up: `rules` does.
"""

from __future__ import annotations

from collections.abc import Sequence

from vlmagic.facts.data import FigureData

from . import Claim
from .clauses import Clause, clauses, is_elsewhere, is_lasting, sentences
from .measure import Silent
from .rules import Found, claim_of
from .said import merged, read
from .subjects import Line, Subjects

_MOST = 300
_LONGEST = 200_000
_CLAIMING = frozenset("MmRFX><keATrdclpQ")


class Judge:
    """One answer beside the data of its figures."""

    def __init__(self, answer: str, figures: Sequence[FigureData]) -> None:
        self.answer = answer[:_LONGEST]
        self.subjects = Subjects(figures)
        self.found: list[Claim] = []

    def claims(self) -> list[Claim]:
        """All claims."""
        away = False
        for start, end, mark in sentences(self.answer):
            if len(self.found) >= _MOST:
                break
            text = self.answer[start:end]
            if not text.strip():
                away = False  # a new paragraph
                continue
            self._sentence(
                clauses(self.answer, start, end, mark, self.subjects),
                away=away or is_elsewhere(text),
            )
            away = away or is_lasting(text)
        return self.found[:_MOST]

    def _sentence(self, found: list[Clause], *, away: bool) -> None:
        """`away`: nothing in it is judged, as it speaks of something else."""
        subject: Line | None = None
        before = ""
        for clause in merged([one for one in found if not one.opener]):
            letters = clause.letters
            if "?" in letters and not set(letters) & (_CLAIMING | {"V"}):
                away = True  # "Among northern cities, …"
            if clause.asked or not (
                (set(letters) & set("ND") and len(letters) > 1) or set(letters) & _CLAIMING
            ):
                subject = self._subject(clause) or subject
                continue
            verdict: Found = ("unchecked", "", "")
            compared = ""
            if not away and not set(letters) & set("?n"):
                trend = set(letters) & set("RF")
                try:
                    said = read(clause)
                    named = said.lines
                    if not named and subject is not None:
                        said.lines = [subject]
                    placed = said.places.get("f") and said.places.get("t")
                    if trend and (clause.later or before == "trend") and not placed:
                        raise Silent
                    verdict = claim_of(said, self.subjects)
                    compared = _named(said.lines or [self.subjects.lines[0]])
                except Silent:
                    pass
                before = "trend" if trend else before
            sounds = set(letters) & set("SCxVND") or self.subjects.only
            if verdict[0] != "unchecked" or (sounds and _sounds(letters)):
                text = self.answer[clause.start : clause.end]
                self.found.append(
                    Claim(clause.start, clause.end, text, compared, verdict[2], verdict[0])
                )
            subject = self._subject(clause) or subject

    def _subject(self, clause: Clause) -> Line | None:
        lines = [item.line for item in clause.items if item.letter == "S" and item.line]
        return lines[0] if len(lines) == 1 else None


def _named(lines: Sequence[Line]) -> str:
    """What was looked up, as the figure calls it."""
    return ", ".join(
        line.series.label.partition("\n")[0] or line.axes.up.label or line.axes.title
        for line in lines
    )


def _sounds(letters: str) -> bool:
    """Whether an unjudged clause says something of the figure, or only has a number in it."""
    return bool(set(letters) & _CLAIMING) or ("N" in letters and bool(set(letters) & set("SCxVD")))
