"""Several Results of one question side by side: what they say, who says it, and the checks.

A row of the table is one thing that was said, the answers that say it, and what the check found.
Nothing is lost: an answer that failed has its line below, one that only has prose its row. This
room refuses to vote for anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vlmagic.errors import MissingExtra, VLReasonError
from vlmagic.estimate import money
from vlmagic.language import say, then
from vlmagic.result import Result
from vlmagic.table import Table

from .said import Piece, pieces

if TYPE_CHECKING:
    from .asking import Ballot

_SHOWN = 40
"""Rows of a table that is shown."""
_WIDE = 140
"""Characters of one piece."""
_SIGNS = {"right": "✓", "wrong": "✗", "unchecked": "?"}


@dataclass(slots=True)
class Group:
    """One thing that was said: in the words of the first, and by which ballots (their places)."""

    piece: Piece
    by: list[int] = field(default_factory=list)
    verdicts: set[str] = field(default_factory=set)

    @property
    def check(self) -> str:
        """✓, ✗ with the true value, ? (said, not checked), or nothing where nothing was checked."""
        signs = " ".join(sign for name, sign in _SIGNS.items() if name in self.verdicts)
        return (
            f"{signs} ({self.piece.truth})"
            if "wrong" in self.verdicts and self.piece.truth
            else signs
        )


class Agreement:
    """The Results of one question that was put several times. It is filled while it is asked."""

    def __init__(self, ballots: Sequence[Ballot], notices: Sequence[str] = ()) -> None:
        self.ballots = list(ballots)
        self.notices = list(notices)

    @property
    def results(self) -> list[Result]:
        """Every Result, in the order of asking, failed ones too."""
        return [ballot.result for ballot in self.ballots]

    @property
    def ok(self) -> list[Result]:
        """Those with a complete answer."""
        return [result for result in self.results if result.ok]

    @property
    def groups(self) -> list[Group]:
        """What was said, most agreed first; final answers before all else."""
        found: list[Group] = []
        for place, ballot in enumerate(self.ballots):
            if not ballot.result.ended:
                continue
            for piece in pieces(ballot.result):
                group = next((one for one in found if one.piece.agrees(piece)), None)
                if group is None:
                    group = Group(piece)
                    found.append(group)
                if place not in group.by:
                    group.by.append(place)
                if piece.verdict:
                    group.verdicts.add(piece.verdict)
        rank = {"final": 0, "formula": 1, "claim": 1, "words": 2}
        return sorted(found, key=lambda one: (rank[one.piece.kind], -len(one.by)))

    @property
    def cost(self) -> dict[str, float]:
        """What all of it cost, by currency; a replay costs nothing."""
        sums: dict[str, float] = {}
        for result in self.results:
            if result.ended and not result.replayed_from and (cost := result.cost) is not None:
                sums[cost.currency] = sums.get(cost.currency, 0.0) + cost.amount
        return sums

    def names(self, places: Sequence[int]) -> str:
        """Whose ballots these are: `qwen3-vl-plus ×2, qvq-max`."""
        counted: dict[str, int] = {}
        for place in places:
            model = self.ballots[place].model
            counted[model] = counted.get(model, 0) + 1
        return ", ".join(f"{name} ×{n}" if n > 1 else name for name, n in counted.items())

    def table(self) -> Table:
        """What was said, how many of how many say it, who, and the check."""
        groups = self.groups
        voters = sum(bool(one.result.transcript.answer_length) for one in self.ballots)
        rows = []
        for group in groups[:_SHOWN]:
            said = (
                group.piece.text
                if len(group.piece.text) <= _WIDE
                else group.piece.text[: _WIDE - 1] + "…"
            )
            said = {
                "final": say("final answer: {text}", text=said),
                "words": say("in words: {text}", text=said),
            }.get(group.piece.kind, said)
            share = say("{n} of {all}", n=len(group.by), all=voters)
            rows.append([said, share, self.names(group.by), group.check])
        heads = [say("what is said"), say("how many"), say("who"), say("check")]
        return Table(heads, rows, self._below(len(groups)))

    def progress(self) -> Table:
        """How far each of them has come."""
        rows = [[ballot.name, *ballot.standing()] for ballot in self.ballots]
        heads = [say("who"), say("status"), say("so far")]
        return Table(heads, rows, [*self.sent(), *self.notices])

    def sent(self, *, facts: bool = False) -> list[str]:
        """What leaves the machine, each line once; before it the models, where not all get it."""
        lines: dict[str, dict[str, None]] = {}
        asked = [one for one in self.ballots if one.result.request is not None]
        for one in asked:
            context = one.result.context
            for line in (*context.receipt, *(context.facts if facts else ())):
                lines.setdefault(line, {})[one.model] = None
        everybody = len({one.model for one in asked})
        return [
            line if len(who) == everybody else f"{', '.join(who)}: {line}"
            for line, who in lines.items()
        ]

    def _below(self, groups: int) -> list[str]:
        line = say(
            "{done} of {count} answers are complete.", done=len(self.ok), count=len(self.ballots)
        )
        for currency, amount in self.cost.items():
            line += " " + money(amount, currency)
        below = [line, *self._alike()]
        for ballot in self.ballots:
            if ballot.result.ended and not ballot.result.ok:
                why = ballot.result.error
                status = ballot.result.status
                below.append(
                    f"{ballot.name}: {then(why.message, why.hint)}"
                    if why
                    else f"{ballot.name}: {status}"
                )
        if groups > _SHOWN:
            below.append(say("The first {count} are shown; .frame() has all.", count=_SHOWN))
        return [*below, *self.sent(), *self.notices]

    def _alike(self) -> list[str]:
        """Models whose answers are letter for letter the same: then their number says nothing."""
        said: dict[str, list[str]] = {}
        for ballot in self.ballots:
            if ballot.result.ok:
                said.setdefault(ballot.model, []).append(ballot.result.answer)
        return [
            say("The {n} answers of {model} are the same letter for letter: their number says nothing.", n=len(some), model=model)
            for model, some in said.items()
            if len(some) > 1 and len(set(some)) == 1
        ]  # fmt: skip

    def frame(self) -> Any:
        """A pandas DataFrame: a line for each thing that was said, a column for each ballot."""
        try:
            import pandas as pd
        except ImportError:
            raise MissingExtra.of("pandas", "pandas") from None
        names = [ballot.name for ballot in self.ballots]
        lines = [
            {
                "said": group.piece.text,
                "kind": group.piece.kind,
                "agree": len(group.by),
                "check": group.check,
                **{name: place in group.by for place, name in enumerate(names)},
            }
            for group in self.groups
        ]
        return pd.DataFrame(lines, columns=["said", "kind", "agree", "check", *names])

    def raise_for_error(self) -> Agreement:
        """The Agreement itself, or, where no answer came, the first error."""
        if not any(result.transcript.answer_length for result in self.results):
            error = next(
                (r.error for r in self.results if isinstance(r.error, VLReasonError)), None
            )
            if error is not None:
                raise error
        return self

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        ended = all(result.ended for result in self.results)
        return (self.table() if ended else self.progress())._repr_mimebundle_()

    def __repr__(self) -> str:
        return f"<Agreement: {len(self.ok)} of {len(self.ballots)} answers>"
