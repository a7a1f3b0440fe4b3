"""The words of one paragraph, heading or cell, as Markdown in which nothing means anything else.

Each character that JupyterLab, GitHub or CommonMark could read as markup is escaped, in a form that
all of them take back. Where Markdown has no safe form, a tag of our own stands (`<strong>`, `<em>`,
`<del>`, `<code>`, `<span>`), never one of the model's. This room refuses blocks.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from .formula import to_saved
from .parser import is_link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_START = re.compile(r"^(?:(?=[-+#=|:])|(\d{1,9})(?=[.)](?:\s|\Z)))", re.MULTILINE)
_MATHS_OWN = re.compile(r"\\\\?(?:begin|end|[()\[\]])|\\(?:eq)?ref")
_BOUNDARY = frozenset(string.punctuation + string.whitespace)
_ADDRESS = re.compile(r"(?::|www\.|@)\S*\Z", re.IGNORECASE)
_BREAKS = frozenset("\n\t ")


def text(inline: Token, *, in_table: bool = False) -> str:
    """Its words as Markdown; in a table on one line."""
    children = inline.children or []
    dollars = sum(t.content.count("$") for t in children if t.type == "text")
    formulas = any(t.type == "math_inline" for t in children)
    dollar = r"<span>\$</span>" if dollars > 1 or formulas else r"\$"
    pieces: list[str] = []
    for position, token in enumerate(children):
        match token.type:
            case "text":
                follows = position + 1 < len(children)
                pieces.append(_escaped(token.content, dollar, follows=follows, in_table=in_table))
            case "code_inline":
                pieces.append(_code_span(token.content, pieces, in_table=in_table))
            case "softbreak":
                pieces.append(" " if in_table else "\n")
            case "hardbreak":
                pieces.append(" " if in_table else "\\\n")
            case "math_inline":
                tex = to_saved(token.content, in_table=in_table)
                mark = "$$" if token.meta["display"] else "$"
                shown = _code_span(token.content, pieces, in_table=in_table)
                apart = " " if _ADDRESS.search(pieces[-1] if pieces else "") else ""
                pieces.append(f"{apart}{mark}{tex}{mark}" if tex else shown)
            case "link_open" if _url(token):
                pieces.append("[")
            case "link_close":
                url = _url(_opening(children, position))
                pieces.append(f"]({url})" if url else "")
            case _:
                pieces.append("")
    _emphasise(children, pieces)
    words = "".join(pieces)
    return words if in_table else _START.sub(lambda found: f"{found[1] or ''}\\", words)


def _escaped(text: str, dollar: str, *, follows: bool, in_table: bool) -> str:
    written: list[str] = []
    for position, character in enumerate(text):
        before = text[position - 1] if position else " "
        after = text[position + 1] if position + 1 < len(text) else ("x" if follows else " ")
        match character:
            case "<":
                written.append("&lt;")
            case ">":
                written.append("&gt;")
            case "`":
                written.append("&#96;")
            case "$":
                written.append(dollar)
            case "\\":
                active = _MATHS_OWN.match(text, position) or not after.isalnum()
                written.append(r"<span>\\</span>" if active else r"\\")
            case "&":
                entity = re.match(r"&#?\w{1,40};", text[position:]) or position + 1 == len(text)
                written.append("&amp;" if entity else "&")
            case "*":
                written.append("*" if before == " " and after == " " and position else r"\*")
            case "_":
                written.append("_" if before.isalnum() and after.isalnum() else r"\_")
            case "[" | "]" | "~":
                written.append("\\" + character)
            case "!" if after == "[" or (follows and position + 1 == len(text)):
                written.append(r"\!")
            case "|" if in_table:
                written.append(r"\|")
            case _:
                written.append(character)
    return "".join(written)


def _code_span(text: str, before: Sequence[str], *, in_table: bool) -> str:
    """A code span on one line; as HTML where a reader of formulas could break it open."""
    text = " ".join(text.split("\n"))
    after_tick = before and before[-1].endswith("`")
    if _MATHS_OWN.search(text) or after_tick or "`" * 25 in text or not text.strip():
        marks = string.punctuation
        return f"<code>{''.join(f'&#{ord(c)};' if c in marks else c for c in text)}</code>"
    if in_table:
        text = text.replace("|", r"\|")
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    rail = "`" * (longest + 1)
    return f"{rail}{pad}{text}{pad}{rail}"


def _opening(children: Sequence[Token], close: int) -> Token:
    while children[close].type != "link_open":
        close -= 1
    return children[close]


def _url(link: Token) -> str:
    """Its target, with no character that Markdown, HTML or MathJax could read; or nothing."""
    url = re.sub(
        r"[^A-Za-z0-9:/?#@!,;=+.%&_-]|&(?=#?\w+;)|@@",
        lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()),
        str(link.attrs.get("href", "")),
    )
    return url if is_link(url) else ""


_MARKS = {"strong": ("**", "strong"), "em": ("*", "em"), "s": ("~~", "del")}


def _emphasise(children: Sequence[Token], pieces: list[str]) -> None:
    """Write `**`, `*` and `~~` where CommonMark takes them so, and tags where it would not."""
    opened: list[int] = []
    for position, token in enumerate(children):
        if token.tag not in _MARKS:
            continue
        if token.nesting > 0:
            opened.append(position)
            continue
        start = opened.pop()
        mark, tag = _MARKS[token.tag]
        if _flanks(pieces, start, -1) and _flanks(pieces, position, 1):
            pieces[start] = pieces[position] = mark
        else:
            pieces[start], pieces[position] = f"<{tag}>", f"</{tag}>"


def _flanks(pieces: Sequence[str], position: int, outwards: int) -> bool:
    """Whether a delimiter here opens (-1: the outside is before it) or closes (1)."""
    outside, inside = position + outwards, position - outwards
    outer = pieces[outside] if 0 <= outside < len(pieces) else " "
    inner = pieces[inside]
    if not outer or not inner:
        return False
    near, far = (inner[0], outer[-1]) if outwards < 0 else (inner[-1], outer[0])
    if near in _BREAKS or near in "*~" or far in "*~":
        return False
    return _is_word(near) or far in _BREAKS or not _is_word(far)


def _is_word(character: str) -> bool:
    from markdown_it.common.utils import isPunctChar

    return not (character in _BOUNDARY or character.isspace() or isPunctChar(character))
