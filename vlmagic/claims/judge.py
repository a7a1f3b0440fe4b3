"""An answer read from front to back: sentences to clauses, clauses to claims.

A sentence that speaks of something else than the figure as it is (an exception, a condition, a
forecast) is not judged, nor is what follows a supposition within its paragraph. This room refuses
to look anything up: the rules do.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from vlmagic.facts.data import FigureData

from . import Claim, units
from .clauses import Clause, Item, clauses
from .joined import asides, merged, parts, placing
from .measure import Silent
from .rules import claim_of
from .said import Context, Said, read
from .sentences import is_elsewhere, is_lasting, is_of_the_file, sentences
from .subjects import Line, Subjects
from .tables import cells
from .verdicts import Found

_MOST = 300
_LONGEST = 200_000
_LONGEST_SENTENCE = 1500
SECONDS = 2.0
"""For one answer; a page of claims takes a hundredth of that."""
_CLAIMING = frozenset("MmRFX><gGBWkeATrdclpQJj*2oH")
_NOTHING = Found("unchecked")
_NARROWS = re.compile(
    r"[\s*_]*(?:among|within|for|in|of|over|during|between|with|without|considering|given|using|under|by|at|on|after|"
    r"before|until|since|across|per|only|as)\b|.*[在中内对按以从当于里的]",
    re.IGNORECASE,
)
"""How a clause may start that says what the rest of its sentence is about."""
_POINTS = re.compile(
    r"\b(?:it|its|they|values?|curves?|lines?|bars?|slices?|charts?|figure|graph|plot|trend|data|series|maximum|minimum|"
    r"peaks?|highest|lowest|largest|smallest|average|mean|overall|total)\b|值|曲线|折线|图|趋势|最|峰|整体|总|平均",
    re.IGNORECASE,
)
"""Words that point at a figure which is not named."""


class Judge:
    """One answer beside the data of its figures."""

    def __init__(self, answer: str, figures: Sequence[FigureData]) -> None:
        self.answer = answer[:_LONGEST]
        self.subjects = Subjects(figures)
        self.found: list[Claim] = []
        self.anchored = False

    def claims(self) -> list[Claim]:
        """All claims."""
        away = False
        names = " ".join(self.subjects.names).lower()
        until = time.monotonic() + SECONDS
        for start, end, mark in sentences(self.answer):
            if len(self.found) >= _MOST or time.monotonic() > until:
                break
            if end - start > _LONGEST_SENTENCE:
                continue
            text = self.answer[start:end]
            if not text.strip():
                away = False  # a new paragraph
                continue
            if is_of_the_file(text, names):
                continue
            self.anchored = self._is_anchored(start, end)
            self._sentence(
                clauses(self.answer, start, end, mark, self.subjects),
                away=away or is_elsewhere(text),
            )
            away = away or is_lasting(text)
        self.found += cells(self.answer, self.subjects)
        return sorted(self.found, key=lambda claim: claim.start)[:_MOST]

    def _sentence(self, found: list[Clause], *, away: bool) -> None:
        """`away`: nothing in it is judged, as it speaks of something else."""
        context = Context()
        ahead: list[Clause] = []
        for clause in merged([one for one in found if not one.opener]):
            opens = placing(clause)
            if self._is_label(clause) and context.opened is None:
                opens = "one"
            if opens == "one" and not context.reached:
                context.opened = next(item for item in clause.items if item.letter in "CDN")
                self.anchored = True
                continue
            if opens == "span":
                ahead = [clause]
                continue
            if ahead:
                clause = clause.of([*ahead[0].items, *clause.items])  # noqa: PLW2901
                ahead = []
            letters = clause.letters
            if not opens and letters and not set(letters) & (_CLAIMING - set("ke") | {"V", "("}):
                away = away or _NARROWS.match(self.answer, clause.start, clause.end) is not None
            for part in parts(clause):
                for one in asides(part):
                    self._clause(one, context, away=away)

    def _is_anchored(self, start: int, end: int) -> bool:
        """Whether a sentence names anything of the figures, or points at one."""
        if _POINTS.search(self.answer, start, end):
            return True
        names = self.subjects.pattern
        return names is not None and any(
            not name[0].isdigit() and name[0].lower() not in self.subjects.measures
            for name in names.finditer(self.answer, start, end)
        )

    def _is_label(self, clause: Clause) -> bool:
        """Whether it is the number that a line of a list begins with: `- 2017: 12`."""
        line = self.answer.rfind("\n", 0, clause.start) + 1
        bare = not any(one.isalpha() for one in self.answer[line : clause.start])
        after = self.answer[clause.end : clause.end + 6].lstrip("*_ ")[:1]
        return clause.letters == "N" and bare and after in (":", "：")

    def _clause(self, clause: Clause, context: Context, *, away: bool) -> None:
        letters = clause.letters
        if (
            self.anchored
            and not clause.asked
            and (
                (set(letters) & set("ND") and (len(letters) > 1 or context.opened))
                or set(letters) & _CLAIMING
            )
        ):
            verdict, named = _NOTHING, ""
            if not away and not set(letters) & set("?("):
                try:
                    verdict, named = self._judged(clause, context)
                except Silent:
                    context.reached = context.span = None
                    context.rank = 0
            else:
                context.reached = context.span = None
            if verdict.verdict != "unchecked" or self._sounds(letters):
                text = self.answer[clause.start : clause.end]
                self.found.append(
                    Claim(clause.start, clause.end, text, named, verdict.truth, verdict.verdict)
                )
        lines = [item.line for item in clause.items if item.letter == "S" and item.line]
        context.lines += [line for line in lines if line not in context.lines]
        if lines:
            context.line = lines[0] if len(lines) == 1 else None
        spots = [item for item in clause.items if item.letter in "CD"]
        if spots:
            context.last = spots[0] if len(spots) == 1 else None

    def _sounds(self, letters: str) -> bool:
        """Whether an unjudged clause says something of the figure, or only has a number in it."""
        claiming = bool(set(letters) & _CLAIMING)
        if set(letters) & set("SCxD"):
            return claiming or "N" in letters
        return self.subjects.only is not None and "N" in letters and (claiming or "V" in letters)

    def _judged(self, clause: Clause, context: Context) -> tuple[Found, str]:
        said = read(clause)
        _lean(said, context)
        _placed(said, self.subjects)
        going = set(said.verbs) & set("RF")
        if (
            going
            and (clause.later or said.later)
            and context.reached is None
            and "e" not in said.verbs
        ):
            raise Silent  # then from where?
        verdict = claim_of(said, context, self.subjects)
        valued = set(said.verbs) <= set("V") and not said.inherited and said.numbers
        context.valued = said.place() if valued else None
        return verdict, _named(said.lines or self.subjects.lines[:1])


def _lean(said: Said, context: Context) -> None:
    """What a clause leaves out and its sentence has said."""
    orders = set(said.verbs) & set("><gGd*") and not said.numbers.get("")
    others = set(said.verbs) & set("><gG")
    if not said.lines and "d" in said.verbs and len(context.lines) == 2:
        said.lines = list(context.lines)
    elif not said.lines and context.line is not None:
        said.lines = [context.line]
    elif len(said.lines) == 1 and others and context.line and said.lines[0] is not context.line and "h" in said.verbs[:2]:  # fmt: skip
        said.lines = [context.line, *said.lines]
        if not said.places and context.last is not None:
            said.places[""] = [context.last]
    leans = orders or (others and said.verbs[:1] == "h")
    if leans and not said.lines and len(said.places.get("", [])) == 1 and context.last is not None:
        said.places[""] = [context.last, *said.places[""]]
    if context.valued is not None and not said.places and not said.reaching and set(said.verbs) <= set("V") and len(said.lines) == 1:  # fmt: skip
        said.places[""] = [context.valued]
    if context.opened is not None and not said.places:
        said.places[""] = [context.opened]
        said.inherited = True


def _placed(said: Said, subjects: Subjects) -> None:
    """Numbers that are places by their unit, `at 25 minutes`, or as only points are, `by 2020`."""
    line = said.lines[0] if said.lines else subjects.only
    if line is None or line.axes.across.kind or not line.series.y:
        return
    across, up = units.of_label(line.axes.across.label)[0], units.of_label(line.axes.up.label)[0]
    for role, numbers in list(said.numbers.items()):
        for number in list(numbers):
            measured = number.unit and number.unit == across != up
            reached = role == "b" and "t" in said.numbers and not (number.unit or number.percent) and number.value in line.series.x  # fmt: skip
            if measured or reached:
                numbers.remove(number)
                to = "t" if role == "b" else role
                item = Item("N", 0, 0, number=number, text=number.plain)
                said.places.setdefault(to, []).append(item)
        if not numbers:
            del said.numbers[role]
    _between(said, line)


def _between(said: Said, line: Line) -> None:
    """`between 2010 and 2020` are places where they are points of the axis and no values."""
    if len(said.places.get("t", [])) == 1 and "f" not in said.places and len(said.numbers.get("f", [])) == 1:  # fmt: skip
        start = said.numbers["f"][0]
        if start.value in line.series.x and not (start.unit or start.percent) and "t" not in said.numbers:  # fmt: skip
            said.places["f"] = [Item("N", 0, 0, number=start, text=start.plain)]
            del said.numbers["f"]
    pair = [*said.numbers.get("f", []), *said.numbers.get("t", [])]
    if said.places or len(pair) != 2:
        return
    ys = line.series.y
    bare = all(not (one.unit or one.percent or one.rough) and one.scale == 1 for one in pair)
    if not bare or not all(one.value in line.series.x for one in pair):
        return
    if all(min(ys) <= one.value <= max(ys) for one in pair):
        raise Silent
    for role in "ft":
        number = said.numbers.pop(role)[0]
        said.places[role] = [Item("N", 0, 0, number=number, text=number.plain)]


def _named(lines: Sequence[Line]) -> str:
    """What was looked up, as the figure calls it."""
    return ", ".join(
        line.series.label.partition("\n")[0] or line.axes.up.label or line.axes.title
        for line in lines
    )
