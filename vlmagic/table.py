"""A small table that reads well in a notebook, in a terminal and in a saved file.

This room refuses to format numbers: cells are text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field


def width(text: str) -> int:
    """Columns of a terminal that the text takes: CJK letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


@dataclass(frozen=True, slots=True)
class Table:
    """Column heads, rows of text, and sentences that stand below, alone where there is no row."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    below: Sequence[str] = field(default=())

    def __str__(self) -> str:
        if not self.rows:
            return "\n".join(self.below)
        everything = [self.columns, *self.rows]
        widths = [max(width(row[i]) for row in everything) for i in range(len(self.columns))]
        lines = [
            "  ".join(
                cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True)
            )
            for row in everything
        ]
        lines.insert(1, "  ".join("─" * size for size in widths))
        return "\n".join([line.rstrip() for line in lines] + ["", *self.below] * bool(self.below))

    __repr__ = __str__

    def markdown(self) -> str:
        """The table in Markdown; what could be markup in a cell is shown as it is."""
        rows = [self.columns, ["---"] * len(self.columns), *self.rows]
        lines = ["| " + " | ".join(map(_escaped, row)) + " |" for row in rows]
        below = "<br>\n".join(map(_escaped, self.below))
        return "\n".join([*lines, "", below]).rstrip() if self.rows else below

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/markdown": self.markdown(), "text/plain": str(self)}


def _escaped(cell: str) -> str:
    if cell == "---":
        return cell
    for mark in "\\`*_[]<>$|~#":
        cell = cell.replace(
            mark, "\\" + mark if mark not in "<>" else {"<": "&lt;", ">": "&gt;"}[mark]
        )
    return cell.replace("\n", " ")
