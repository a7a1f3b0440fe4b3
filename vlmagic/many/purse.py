"""What rows may cost together, guarded before each is handed out.

This room refuses to estimate: `question` counts, with pictures as large as the model looks at.
"""

from __future__ import annotations

from vlmagic import question
from vlmagic.errors import SettingsError
from vlmagic.estimate import money
from vlmagic.images import Image, below
from vlmagic.language import say
from vlmagic.ledger import LEDGER
from vlmagic.result import Result

from .task import Task, Wishes

_LARGEST_FACTS = 2000
"""Bytes of facts that go along with one picture at most."""


class Purse:
    """What the rows may cost together: `max_cost_per_call`, and what `max_cost_total` leaves.

    A row is handed out only while everything spent, everything that rows on their way can cost, and
    what it can cost itself stay within; so the sum is never passed. Without a known price there is
    nothing to guard.
    """

    def __init__(self, wishes: Wishes, spent: float) -> None:
        self.spent = spent
        self.held = 0.0
        self.currency = "CNY"
        self._wishes = wishes
        self._limit: float = wishes.settings["max_cost_per_call"]
        self._total: float | None = wishes.settings["max_cost_total"]
        self._known: dict[tuple[str, int], float] = {}

    def at_most(self, task: Task) -> float:
        """What a row can cost, its pictures as large as the model looks at; 0 if nobody knows."""
        sort = (below(task.prompt, task.texts), len(task.pictures))
        if sort not in self._known:
            self._known = {sort: self._counted(*sort)}
        return self._known[sort]

    def _counted(self, prompt: str, pictures: int) -> float:
        wishes = self._wishes
        if wishes.settings["record"] == "replay":
            return 0.0
        side = int(question.max_pixels(wishes.settings) ** 0.5)
        facts = "x" * _LARGEST_FACTS if wishes.settings["facts"] else None
        largest = Image("", b"", "", side, side, facts=facts)
        counted = question.prepare(
            wishes.settings,
            prompt,
            [largest] * pictures,
            params=wishes.params,
            as_json=wishes.as_json,
            schema=wishes.schema,
        ).estimate
        self.currency = counted.currency
        return counted.cost_at_most or 0.0

    def opens_for(self, at_most: float) -> bool:
        """Whether there is enough for one more row."""
        if at_most == 0:
            return True
        if self.spent + self.held + at_most > self._limit:
            return False
        used = LEDGER.total().get(self.currency, 0.0)
        return self._total is None or used + self.held + at_most <= self._total

    def pay(self, result: Result, at_most: float) -> None:
        """Take what a row cost; where nobody counted, what it could have cost."""
        if result.replayed_from:
            return
        cost = result.cost
        asked = result.transcript.answer_length or result.transcript.thinking_length
        if cost is not None:
            self.spent += cost.amount
        elif asked:
            self.spent += at_most

    def empty(self, at_most: float) -> SettingsError:
        """What to say when the next row could cost too much."""
        limit = self._limit
        if self.spent + at_most <= limit and self._total is not None:
            limit = self._total
        return SettingsError(
            say(
                "These rows have cost {spent}; the next could cost up to {cost}, and the limit is "
                "{limit}.",
                spent=money(self.spent, self.currency),
                cost=money(at_most, self.currency),
                limit=money(limit, self.currency),
            ),
            say(
                "Limit each answer with budget= and max_tokens=, or allow more: .retry(max_cost=…)."
            ),
        )
