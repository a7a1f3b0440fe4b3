"""The numbers of Markdown tables, each beside the value that its row and its column name.

This room refuses a column whose head is no name in the figure, unless the figure holds one series
and the table one column of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import Claim
from .clauses import Item, clauses
from .measure import Silent, place, shown
from .subjects import Line, Subjects
from .verdicts import told

_ROW = re.compile(r"^[ \t]*\|(?P<cells>[^\n]*)\|[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"[\s|:\-]+")
_VALUES = re.compile(r"values?|amounts?|numbers?|readings?|数值|值|数据", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Cell:
    start: int
    end: int
    items: tuple[Item, ...]
    text: str

    @property
    def number(self) -> Item | None:
        """Its one number, if it holds nothing else."""
        if {item.letter for item in self.items} <= {"N", "~"}:
            numbers = [item for item in self.items if item.letter == "N"]
            return numbers[0] if len(numbers) == 1 else None
        return None

    @property
    def spot(self) -> Item | None:
        """The category, date or number that it names."""
        return self.items[0] if len(self.items) == 1 and self.items[0].letter in "CDN" else None

    @property
    def line(self) -> Line | None:
        """The series that it names."""
        return self.items[0].line if len(self.items) == 1 and self.items[0].letter == "S" else None


def cells(answer: str, subjects: Subjects) -> Iterator[Claim]:
    """The claims of all tables."""
    for table in _tables(answer, subjects):
        yield from _table(answer, table, subjects)


def _tables(answer: str, subjects: Subjects) -> Iterator[list[list[_Cell]]]:
    """Head and rows of each table."""
    rows: list[list[_Cell]] = []
    last = -2
    ruled = False
    for row in _ROW.finditer(answer):
        if row.start() != last + 1:
            if ruled and len(rows) > 1:
                yield rows
            rows, ruled = [], False
        last = row.end()
        if _RULE.fullmatch(row["cells"]) and "-" in row["cells"]:
            ruled = len(rows) == 1
            continue
        rows.append(list(_cells(answer, row.start("cells"), row.end("cells"), subjects)))
    if ruled and len(rows) > 1:
        yield rows


def _cells(answer: str, at: int, end: int, subjects: Subjects) -> Iterator[_Cell]:
    while at <= end:
        stop = answer.find("|", at, end)
        stop = end if stop < 0 else stop
        found = clauses(answer, at, stop, "", subjects)
        items = tuple(item for clause in found for item in clause.items)
        yield _Cell(at, stop, items, answer[at:stop].strip(" *_`"))
        at = stop + 1


def _table(answer: str, rows: list[list[_Cell]], subjects: Subjects) -> Iterator[Claim]:
    head = rows[0]
    numeric = [
        column
        for column in range(1, len(head))
        if all(len(row) > column and row[column].number is not None for row in rows[1:])
    ]
    for row in rows[1:]:
        for column in numeric:
            cell, above = row[column], head[column]
            pair = _pair(row[0], above, subjects, alone=len(numeric) == 1)
            if pair is None or cell.number is None or cell.number.number is None:
                continue
            line, spot = pair
            about = any(item.letter == "~" for item in cell.items)
            number = cell.number.number.about() if about else cell.number.number
            try:
                if not line.series.whole or line.series.summary:
                    raise Silent
                index = place(line, spot)
                found = told(line, number, line.series.y[index], shown(line, index))
            except Silent:
                continue
            start, end = cell.number.start, cell.number.end
            name = line.series.label.partition("\n")[0] or line.axes.up.label
            yield Claim(start, end, answer[start:end], name, found.truth, found.verdict)


def _labelled(text: str, subjects: Subjects) -> Line | None:
    """The one series whose label is exactly this, even if it is a number."""
    found = [line for line in subjects.lines if line.series.label.strip() == text]
    return found[0] if len(found) == 1 else None


def _pair(
    side: _Cell, above: _Cell, subjects: Subjects, *, alone: bool
) -> tuple[Line, Item] | None:
    """The series and the place that a cell stands for."""
    across = above.line or _labelled(above.text, subjects)
    down = side.line or _labelled(side.text, subjects)
    if across is not None and side.spot is not None:
        return across, side.spot
    if down is not None and above.spot is not None:
        return down, above.spot
    only = subjects.only
    plain = not above.items or _VALUES.fullmatch(above.text)
    if alone and only is not None and side.spot is not None and plain:
        return only, side.spot
    return None
