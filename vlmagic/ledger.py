"""What this kernel has asked so far, per model: calls, tokens, money.

This room refuses to estimate: it adds up what the service counted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .errors import SettingsError
from .language import say
from .result import Result

_NEAR = 0.8
"""The share of a limit from which on a call is warned about."""


@dataclass(slots=True)
class Line:
    """The sum for one model: calls, tokens in and out, and money by currency."""

    model: str
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    uncounted: int = 0
    """Calls whose tokens or price nobody told."""
    money: dict[str, float] = field(default_factory=dict)


class Ledger:
    """The sums of one kernel. Cells, panels and batches write to it from any thread."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._held: list[tuple[str, float]] = []
        self._lock = threading.Lock()

    def add(self, result: Result) -> None:
        """Book a finished question; one that never left costs nothing and is not booked."""
        if (
            result.replayed_from
            or result.request is None
            or (result.transcript.usage is None and not result.transcript.events[:-1])
        ):
            return
        usage, cost = result.usage, result.cost
        with self._lock:
            line = self._lines.setdefault(result.request.model, Line(result.request.model))
            line.calls += 1
            line.tokens_in += usage.input_tokens or 0
            line.tokens_out += usage.output_tokens or 0
            if cost is None:
                line.uncounted += 1
            else:
                line.money[cost.currency] = line.money.get(cost.currency, 0.0) + cost.amount

    @property
    def lines(self) -> list[Line]:
        """One line a model, in the order of their first question."""
        with self._lock:
            return list(self._lines.values())

    def total(self) -> dict[str, float]:
        """Money spent in this kernel, by currency."""
        sums: dict[str, float] = {}
        for line in self.lines:
            for currency, amount in line.money.items():
                sums[currency] = sums.get(currency, 0.0) + amount
        return sums

    @contextmanager
    def holding(self, at_most: float | None, currency: str) -> Iterator[None]:
        """Set aside what a question can cost while it runs, so that two at once keep within the sum."""
        held = (currency, at_most or 0.0)
        with self._lock:
            self._held.append(held)
        try:
            yield
        finally:
            with self._lock:
                self._held.remove(held)

    def _used(self, currency: str) -> float:
        """What is spent, and what the questions that run can still cost."""
        with self._lock:
            held = sum(amount for known, amount in self._held if known == currency)
        return self.total().get(currency, 0.0) + held

    def guard(
        self, at_most: float | None, currency: str, call: float, total: float | None
    ) -> list[str]:
        """Refuse a call that could cost more than `call`, or bring the sum above `total`.

        What comes near either, from 80 % on, is let through with a warning.
        """
        if at_most is None:
            return []
        from .estimate import money

        cost = money(at_most, currency)
        dear = say(
            "This could cost up to {cost}; the limit for one call is {limit}.",
            cost=cost,
            limit=money(call, currency),
        )
        if at_most > call:
            raise SettingsError(
                dear,
                say(
                    "Limit the answer with --budget and --max-tokens, or allow more with --max-cost."
                ),
            )
        warnings = [dear] if at_most > _NEAR * call else []
        used = self._used(currency)
        if total is not None and used + at_most > _NEAR * total:
            told = say(
                "This kernel has spent {spent}; with up to {cost} more it would pass {limit}.",
                spent=money(used, currency),
                cost=cost,
                limit=money(total, currency),
            )
            if used + at_most > total:
                raise SettingsError(
                    told, say("Allow more with %config VLMagics.max_cost_total = …")
                )
            warnings.append(
                say(
                    "This kernel has spent {spent}; with up to {cost} more it comes near its limit, {limit}.",
                    spent=money(used, currency),
                    cost=cost,
                    limit=money(total, currency),
                )
            )
        return warnings


LEDGER = Ledger()
"""The ledger of this process."""
