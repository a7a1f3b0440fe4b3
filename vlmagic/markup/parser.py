"""One Markdown for the live view and the saved output: CommonMark, tables, formulas, no HTML.

Raw HTML is text. Reference definitions are text, so no block depends on another one and a block
that is followed by another is final. Pictures are links to their target. Emphasis beside Chinese,
Japanese and Korean works as its writer meant it. This room refuses to render.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from . import formula
from .plain import lines

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_DEEPEST = 40
_LINK = re.compile(r"(?:https?://[^/\s]|mailto:[^\s])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """One top-level block: its tokens and its source."""

    tokens: list[Token]
    source: str
    line: int
    """Its first line in the text."""


def is_link(url: str) -> bool:
    """Whether a reader may follow it: http, https or mailto, said in so many words."""
    return _LINK.match(url) is not None


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST})
    markdown.enable(["table", "strikethrough"])
    markdown.disable(["reference", "html_block", "html_inline"])
    markdown.inline.ruler.at("emphasis", _emphasis)
    markdown.inline.ruler.before("escape", "formula", formula.inline)
    markdown.block.ruler.before(
        "fence", "formula", formula.block, {"alt": ["paragraph", "blockquote", "list"]}
    )
    markdown.validateLink = is_link  # type: ignore[method-assign]
    return markdown


def blocks(markdown: str) -> list[Block]:
    """The top-level blocks of a text, in order; inline content is parsed by `spans`."""
    parser = _markdown()
    source = lines(markdown)
    tokens: list[Token] = []
    parser.block.parse(source, parser, {}, tokens)
    starts: list[tuple[int, int]] = []
    for index, token in enumerate(tokens):
        if token.level == 0 and token.nesting >= 0 and token.map:
            line = token.map[0]
            if not starts or line > starts[-1][1]:
                starts.append((index, line))
    if not starts:
        return []
    rows = source.split("\n")
    found: list[Block] = []
    for (index, line), (after, end) in zip(
        starts, [*starts[1:], (len(tokens), len(rows))], strict=True
    ):
        found.append(Block(tokens[index:after], "\n".join(rows[line:end]), line))
    return found


def spans(block: Block) -> None:
    """Parse the inline content of a block, in place."""
    parser = _markdown()
    for token in block.tokens:
        if token.type == "inline":
            children: list[Token] = []
            parser.inline.parse(token.content, parser, {}, children)
            token.children = _pictures(children)


def _pictures(children: list[Token]) -> list[Token]:
    """The same tokens, each text in one piece, each picture a link that shows its target."""
    from markdown_it.token import Token

    found: list[Token] = []
    linked = 0
    for token in children:
        if token.type == "text_special":
            token.type = "text"
        if token.type != "image":
            linked += token.nesting if token.type in ("link_open", "link_close") else 0
            if token.type == "text" and found and found[-1].type == "text":
                found[-1].content += token.content
            elif token.type != "text" or token.content:
                found.append(token)
            continue
        target = str(token.attrs.get("src", ""))
        text = Token("text", "", 0)
        text.content = f"{token.content} ({target})" if token.content.strip() else target
        if linked:
            found.append(text)
        else:
            found.append(Token("link_open", "a", 1, attrs={"href": target}))
            found.append(text)
            found.append(Token("link_close", "a", -1))
    return found


def _is_cjk(character: str) -> bool:
    return ord(character) >= 0x1100 and east_asian_width(character) in ("W", "F", "H")


def _emphasis(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    """CommonMark's rule, in which CJK beside a delimiter counts as a boundary.

    CommonMark does not close `**粗体。**后文`: its flanking rules take a full stop for the end of a
    word only where a space follows. Markdown CJK-friendly amendments, 2024.
    """
    from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
    from markdown_it.rules_inline.state_inline import Delimiter

    source, start = state.src, state.pos
    marker = source[start]
    if silent or marker not in "*_":
        return False
    end = start
    while end < state.posMax and source[end] == marker:
        end += 1
    before = source[start - 1] if start else " "
    after = source[end] if end < state.posMax else " "

    def punctuation(character: str) -> bool:
        return isMdAsciiPunct(ord(character)) or isPunctChar(character)

    space_before, space_after = isWhiteSpace(ord(before)), isWhiteSpace(ord(after))
    mark_before, mark_after = punctuation(before), punctuation(after)
    if marker == "*":
        cjk_before, cjk_after = _is_cjk(before), _is_cjk(after)
        plain_before, plain_after = mark_before and not cjk_before, mark_after and not cjk_after
        edge_before = space_before or plain_before or cjk_before
        edge_after = space_after or plain_after or cjk_after
        can_open = not space_after and (not plain_after or edge_before)
        can_close = not space_before and (not plain_before or edge_after)
    else:
        left = not space_after and (not mark_after or space_before or mark_before)
        right = not space_before and (not mark_before or space_after or mark_after)
        can_open = left and (not right or mark_before)
        can_close = right and (not left or mark_after)
    for _ in range(end - start):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(ord(marker), end - start, len(state.tokens) - 1, -1, can_open, can_close)
        )
    state.pos = end
    return True
