"""Where a text has its parts: headings, paragraphs, numbered items and displayed formulas, by line.

This room refuses to cut: it says what stands on which line, counted from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .parser import blocks

if TYPE_CHECKING:
    from .parser import Block


@dataclass(frozen=True, slots=True)
class Displayed:
    """A displayed formula: its TeX, its last line, and the mark that closes it there."""

    tex: str
    last: int
    closing: str


@dataclass(frozen=True, slots=True)
class Section:
    """One top-level block."""

    line: int
    level: int
    """1 to 6 for a heading, else 0."""
    is_paragraph: bool
    words: str
    """The Markdown of its heading or first paragraph."""
    items: tuple[tuple[int, str], ...]
    """Of a numbered list, the line on which each item begins, and its first words."""
    formulas: tuple[Displayed, ...]


def sections(markdown: str) -> list[Section]:
    """The top-level blocks of a text, in order."""
    return [_section(block) for block in blocks(markdown)]


def _section(block: Block) -> Section:
    head = block.tokens[0]
    ordered = head.type == "ordered_list_open"
    items: list[tuple[int, str]] = []
    for token in block.tokens if ordered else ():
        if token.type == "list_item_open" and token.level == 1 and token.map:
            items.append((token.map[0], ""))
        elif token.type == "inline" and items and not items[-1][1]:
            items[-1] = (items[-1][0], token.content)
    words = next((token.content for token in block.tokens if token.type == "inline"), "")
    return Section(
        line=block.line,
        level=int(head.tag[1]) if head.type == "heading_open" else 0,
        is_paragraph=head.type == "paragraph_open",
        words=words,
        items=tuple(items),
        formulas=tuple(_formulas(block)),
    )


def _formulas(block: Block) -> list[Displayed]:
    found = []
    for token in block.tokens:
        if token.type != "math_block" or not token.meta["closed"] or not token.map:
            continue
        last = token.map[1] - 1
        row = block.source.split("\n")[last - block.line]
        ends = {mark: row.rfind(mark) for mark in ("$$", "\\]", "\\end{")}
        closing = max(ends, key=lambda mark: ends[mark])
        if token.content.startswith("\\begin{") and not row.rstrip(" .,;:。，；：").endswith(
            ("$$", "\\]")
        ):
            closing = row[row.rfind("\\end{") :].partition("}")[0] + "}"
        found.append(Displayed(token.content, last, closing))
    return found
