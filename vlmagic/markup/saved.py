"""Model text as safe Markdown: parsed, then written anew from its tokens.

Nothing of the source is copied: each construct is written in one plain form that JupyterLab
(MathJax's dollars are taken out first, then `marked` reads the rest, then MathJax reads the page),
GitHub and CommonMark take alike, and every character that could mean something else is escaped.
Raw HTML, pictures, titles, reference definitions and unknown fence languages do not survive. This
room refuses to keep the author's spelling where it and safety differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from .formula import to_saved
from .fragment import language
from .parser import Block, blocks, spans
from .words import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token


_RAILS = re.compile(r"`{25,}|~{81,}")
"""JupyterLab looks for the end of code in time that grows with the cube of such a run."""
_LONGEST = 30_000
"""Characters of one paragraph that is still markup: JupyterLab's time grows with their square."""


def render_markdown(markdown: str) -> str:
    """The safe Markdown that is saved. Parsed with HTML on, it holds nothing that runs or loads."""
    return "\n\n".join(_block(block) for block in _parted(blocks(markdown))) + "\n"


def fence(text: str, info: str = "", mark: str = "`") -> str:
    """The text as a fenced block that nothing inside can close; a very long rail is counted."""
    text = _RAILS.sub(lambda found: f"{found[0][:24]}… ×{len(found[0])}", text)
    longest = max((len(run) for run in re.findall(f"{re.escape(mark)}+", text)), default=0)
    rail = mark * max(3, longest + 1)
    return f"{rail}{info}\n{text.removesuffix(chr(10))}\n{rail}"


def _parted(found: Sequence[Block]) -> Iterator[Block]:
    """The blocks; of two lists in a row the second gets another marker, or they would be one."""
    before = ""
    for block in found:
        head = block.tokens[0]
        if head.type.endswith("list_open"):
            head.meta["other"] = other = before == head.type
            before = "" if other else head.type
        else:
            before = ""
        yield block


def _block(block: Block) -> str:
    longest = max((len(t.content) for t in block.tokens if t.type == "inline"), default=0)
    if longest > _LONGEST:
        return fence(block.source)
    try:
        spans(block)
        written = "\n".join(_Writer(block.tokens).lines(0, len(block.tokens)))
    except Exception:  # noqa: BLE001 - hostile text may break a library in any way
        return fence(block.source)
    return written if len(written) <= 2 * len(block.source) + 2000 else fence(block.source)


@dataclass(slots=True)
class _Writer:
    """Writes the tokens of one top-level block as lines."""

    tokens: Sequence[Token]

    def lines(self, at: int, end: int, *, inside: bool = False, tight: bool = False) -> list[str]:
        """The blocks between two positions; `inside`: a list or a quotation holds them."""
        found: list[str] = []
        before = ""
        while at < end:
            token = self.tokens[at]
            close = self._close(at) if token.nesting > 0 else at
            if token.type.endswith("list_open"):
                token.meta.setdefault("other", before == token.type)
                before = "" if token.meta["other"] else token.type
            else:
                before = ""
            written = self._one(at, close, inside=inside)
            if found and not (tight and self._joins(at)):
                found.append("")
            found.extend(written)
            at = close + 1
        return found

    def _joins(self, at: int) -> bool:
        """In a tight list, text and the list under it stand without an empty line."""
        return self.tokens[at].type.endswith("list_open") or self.tokens[at].hidden

    def _close(self, at: int) -> int:
        level = self.tokens[at].level
        at += 1
        while self.tokens[at].level != level or self.tokens[at].nesting >= 0:
            at += 1
        return at

    def _one(self, at: int, close: int, *, inside: bool) -> list[str]:
        token = self.tokens[at]
        match token.type:
            case "paragraph_open":
                return text(self.tokens[at + 1]).split("\n")
            case "heading_open":
                words = text(self.tokens[at + 1]).replace("\\\n", " ").replace("\n", " ")
                words = re.sub(r"#+$", lambda found: r"\#" * len(found[0]), words)
                return [f"{'#' * int(token.tag[1])} {words}".rstrip()]
            case "hr":
                return ["***"]
            case "fence" | "code_block":
                return _code(token, inside=inside)
            case "math_block":
                tex = to_saved(token.content) if token.meta["closed"] else None
                return [f"$$ {tex} $$"] if tex else fence(token.content).split("\n")
            case "blockquote_open":
                return [f"> {x}".rstrip() for x in self.lines(at + 1, close, inside=True) or [""]]
            case "table_open":
                return self._table(at, close)
            case _:
                return self._list(at, close)

    def _list(self, at: int, close: int) -> list[str]:
        token = self.tokens[at]
        ordered, other = token.type == "ordered_list_open", token.meta["other"]
        number = int(token.attrs.get("start", 1))
        tight = not any(
            inner.type == "paragraph_open" and not inner.hidden and inner.level == token.level + 2
            for inner in self.tokens[at:close]
        )
        found: list[str] = []
        at += 1
        while at < close:
            end = self._close(at)
            marker = f"{number}{')' if other else '.'} " if ordered else "* " if other else "- "
            held = self.lines(at + 1, end, inside=True, tight=tight) or [""]
            if found and not tight:
                found.append("")
            pad = " " * len(marker)
            found.append((marker + held[0]).rstrip())
            found.extend((pad + line).rstrip() for line in held[1:])
            number += 1
            at = end + 1
        return found

    def _table(self, at: int, close: int) -> list[str]:
        rows: list[list[str]] = []
        sides: list[str] = []
        for position in range(at, close):
            token = self.tokens[position]
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                rows[-1].append(text(self.tokens[position + 1], in_table=True))
                if token.type == "th_open":
                    side = str(token.attrs.get("style", ""))
                    left = ":" if side.endswith(("left", "center")) else "-"
                    sides.append(f"{left}-{':' if side.endswith(('right', 'center')) else '-'}")
        written = [f"| {' | '.join(row)} |" for row in rows]
        return [written[0], f"| {' | '.join(sides)} |", *written[1:]]


def _code(token: Token, *, inside: bool) -> list[str]:
    """A fence; in a list or quotation, where JupyterLab looks for formulas in code, HTML."""
    name = language(token.info)
    if not inside or not re.search(r"[$\\]", token.content):
        return fence(token.content, name).split("\n")
    kind = f' class="language-{name}"' if name else ""
    shown = escape(token.content.removesuffix("\n"))
    shown = shown.replace("$", "&#36;").replace("\\", "&#92;").replace("`", "&#96;")
    return f"<pre><code{kind}>{shown}</code></pre>".split("\n")
