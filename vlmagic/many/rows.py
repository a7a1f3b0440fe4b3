"""The rows of a map and what they came to: a sequence, a table, a DataFrame.

Finished rows stay whatever happens to the others. This room refuses to keep pictures: a Result of a
map knows label, size and digest, and looks again when somebody wants the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, overload

from vlmagic.errors import AnswerError, Interrupted, MissingExtra, VLReasonError
from vlmagic.estimate import money
from vlmagic.events import Usage
from vlmagic.extract import schema_of
from vlmagic.language import say
from vlmagic.render.lines import word
from vlmagic.result import Result
from vlmagic.table import Table

from .progress import Wish

_SHOWN = 40
"""Rows of a table that is shown."""


@dataclass(frozen=True)
class Row:
    """One question of a map; `result` is None as long as it was not asked."""

    index: int
    prompt: str
    label: str
    """What its pictures are called."""
    result: Result | None = None
    schema: Any = field(default=None, repr=False)

    @cached_property
    def value(self) -> Any:
        """What the answer says in JSON, as `schema` wants it; `AnswerError` if it does not fit."""
        if self.result is None:
            raise AnswerError(say("This row was not asked."), say("Ask it with .retry()."))
        return self.result.json(self.schema)

    @cached_property
    def error(self) -> VLReasonError | None:
        """What went wrong in this row, an answer that does not fit the schema included."""
        if self.result is None or not self.result.ok or self.schema is None:
            return self.result.error if self.result else None
        try:
            self.value  # noqa: B018 - read once, kept
        except AnswerError as error:
            return error
        return None

    @property
    def ok(self) -> bool:
        """Whether there is a complete answer, which fits the schema if there is one."""
        return self.result is not None and self.result.ok and self.error is None

    @property
    def status(self) -> str:
        """The status of the Result, or "missing"."""
        return self.result.status if self.result else "missing"

    @property
    def answer(self) -> str | None:
        """The answer, as far as it came; None if it was not asked."""
        return self.result.answer if self.result else None


class MapInterrupted(Interrupted):
    """The user's interrupt in the middle of a map; `partial` holds every row that has ended."""

    def __init__(self, partial: MapResult) -> None:
        super().__init__(
            say(
                "Stopped: {done} of {count} rows are answered. They are in this error's .partial "
                "(in a notebook: sys.last_value.partial), and .retry() asks the rest.",
                done=len(partial.ok),
                count=len(partial),
            )
        )
        self.partial = partial

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class MapResult(Sequence[Row]):
    """The rows in the order of the questions. It is filled in place, also by `retry`."""

    def __init__(
        self,
        rows: Iterable[Row],
        run: Callable[[MapResult, Wish | None, dict[str, Any]], None],
        schema: Any,
    ) -> None:
        self._rows = list(rows)
        self._run = run
        self._schema = schema

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, row: Row) -> None:
        """Take a row's newest state."""
        self._rows[row.index] = row

    @property
    def ok(self) -> list[Row]:
        """Rows with a complete answer (that fits the schema)."""
        return [row for row in self._rows if row.ok]

    @property
    def failed(self) -> list[Row]:
        """All others: refused, broken off, stopped, not asked."""
        return [row for row in self._rows if not row.ok]

    @property
    def answers(self) -> list[str | None]:
        """The answer of each row, None where there is none; what broke off is not among them."""
        return [row.answer if row.result and row.result.ok else None for row in self._rows]

    @property
    def usage(self) -> Usage:
        """Tokens of all rows together, by kind; None where no row was told."""
        told = [row.result.usage for row in self._rows if row.result]
        names = [name for name in Usage.__slots__ if name != "at"]
        sums: dict[str, int | None] = {}
        for name in names:
            counted = [n for usage in told if (n := getattr(usage, name)) is not None]
            sums[name] = sum(counted) if counted else None
        return Usage(**sums)

    @property
    def cost(self) -> dict[str, float]:
        """What all rows cost together, by currency; a replay costs nothing.

        Rows without a known price are not in it.
        """
        sums: dict[str, float] = {}
        for result in (row.result for row in self._rows):
            if result is None or result.replayed_from:
                continue
            if (cost := result.cost) is not None:
                sums[cost.currency] = sums.get(cost.currency, 0.0) + cost.amount
        return sums

    def retry(
        self, *, progress: Wish | None = None, max_cost: float | None = None, **options: Any
    ) -> MapResult:
        """Ask the rows again that are not `ok`, and only those; the same MapResult, filled.

        `max_cost` is the most that all rows together may cost; `options` change settings for these
        rows, such as `budget=4000`. `progress`: a bar, nothing, a function that is called now and
        then, or (None) as before.
        """
        if max_cost is not None:
            options["max_cost_per_call"] = max_cost
        self._run(self, progress, options)
        return self

    def raise_for_error(self) -> MapResult:
        """The MapResult itself, or the error of its first row that has one."""
        for row in self._rows:
            if row.error is not None:
                raise row.error
        return self

    def frame(self) -> Any:
        """A pandas DataFrame, one line a row, indexed like the rows.

        Its columns: label, prompt, one for each field of the schema, answer, status, error, the
        tokens in and out, cost and seconds. A field called like one of ours is `answer.NAME`.
        """
        try:
            import pandas as pd
        except ImportError:
            raise MissingExtra.of("pandas", "pandas") from None
        ours = [*_COLUMNS]
        fields = _fields(self._schema) if self._schema is not None else []
        named = {name: f"answer.{name}" if name in ours else name for name in fields}
        lines = [self._line(row, named) for row in self._rows]
        columns = [*ours[:2], *named.values(), *ours[2:]]
        return pd.DataFrame(lines, columns=columns, index=range(len(lines)))

    def _line(self, row: Row, named: dict[str, str]) -> dict[str, Any]:
        result = row.result
        cost = result.cost if result else None
        line: dict[str, Any] = {
            "label": row.label,
            "prompt": row.prompt,
            "answer": row.answer,
            "status": row.status,
            "error": str(row.error) if row.error else None,
            "tokens_in": result.usage.input_tokens if result else None,
            "tokens_out": result.usage.output_tokens if result else None,
            "cost": cost.amount if cost else None,
            "seconds": result.seconds if result else None,
        }
        if named and row.ok:
            value = row.value
            for name, column in named.items():
                if name == "value" and not _has(value, name):
                    line[column] = value
                elif _has(value, name):
                    line[column] = value[name] if isinstance(value, dict) else getattr(value, name)
        return line

    def _table(self) -> Table:
        rows, shared = [], self._shared()
        for row in self._rows[:_SHOWN]:
            said = str(row.error) if row.error else " ".join((row.answer or "").split())
            said = said if len(said) <= 160 else said[:159] + "…"
            own = [line for line in _sent(row) if line not in shared]
            rows.append([str(row.index), "; ".join(own) or row.label, word(row.status), said])
        below = [say("{done} of {count} rows are answered.", done=len(self.ok), count=len(self))]
        for currency, amount in self.cost.items():
            below[0] += " " + money(amount, currency)
        if len(self) > _SHOWN:
            below.append(say("The first {count} are shown; .frame() has all.", count=_SHOWN))
        below += shared
        heads = [say("row"), say("picture"), say("status"), say("answer")]
        return Table(heads, rows, below)

    def _shared(self) -> list[str]:
        """The lines of the receipts that all rows have in common: they are told once."""
        known = [lines for row in self._rows if (lines := _sent(row))]
        if len(known) < 2:
            return []
        return [line for line in known[0] if all(line in lines for lines in known)]

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return self._table()._repr_mimebundle_()

    def __repr__(self) -> str:
        return f"<MapResult: {len(self.ok)} of {len(self)} rows answered>"


_COLUMNS = (
    "label",
    "prompt",
    "answer",
    "status",
    "error",
    "tokens_in",
    "tokens_out",
    "cost",
    "seconds",
)


def _sent(row: Row) -> tuple[str, ...]:
    """What left the machine for this row, as far as it was asked."""
    return row.result.context.receipt if row.result else ()


def _fields(schema: Any) -> list[str]:
    """The columns that a schema stands for: its properties, or one for a value that has none."""
    found = schema_of(schema).get("properties")
    return list(found) if found else ["value"]


def _has(value: Any, name: str) -> bool:
    return name in value if isinstance(value, dict) else hasattr(value, name)
