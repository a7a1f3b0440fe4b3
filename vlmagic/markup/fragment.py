"""Model text as a safe HTML fragment: rendered block by block, then sanitised, last of all.

Only what the allow-list below names can leave this room: no picture, no style on an HTML tag, no
id, name or data attribute, no class but ours, no link but http, https and mailto; a title and a
label only on our own marks. Nothing touches the result afterwards. This room refuses to post-process.
"""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from .formula import to_mathml
from .marks import grown, planted
from .parser import Block, blocks, spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

    from .marks import Mark

HIGHLIGHTED = 12_000
"""Characters of code that are still coloured, in one block; longer code is plain."""
_LANGUAGES = frozenset(
    [
        *("python", "py", "python3", "pycon", "javascript", "js", "typescript", "ts"),
        *("json", "bash", "sh", "shell", "zsh", "console", "sql", "c"),
        *("cpp", "c++", "csharp", "cs", "java", "kotlin", "go", "rust", "r"),
        *("julia", "matlab", "octave", "html", "xml", "css", "scss", "yaml", "yml"),
        *("toml", "ini", "diff", "tex", "latex", "markdown", "md", "dockerfile", "makefile"),
        *("cmake", "fortran", "swift", "php", "ruby", "perl", "lua", "scala", "haskell"),
        *("powershell", "text"),
    ]
)
_MATHML = [
    *("math", "merror", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded"),
    *("mphantom", "mprescripts", "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub"),
    *("msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover", "menclose"),
    *("none", "semantics"),
]
_HTML = [
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("strong", "em", "s", "b", "i", "code", "pre", "blockquote", "ul"),
    *("ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a"),
    "span",
]
_STYLED = ("mrow", "mspace", "mtable", "mtr", "mtd", "mpadded", "mo")
_STYLES = {
    "color",
    "width",
    "text-align",
    "justify-items",
    "margin-left",
    "margin-right",
    *(f"border-{side}" for side in ("top", "right", "bottom", "left")),
    "padding",
    *(f"padding-{side}" for side in ("top", "right", "bottom", "left")),
}
_SIDES = {"left", "center", "right"}
_MARKS = ("vl-mark", "vl-right", "vl-wrong", "vl-unchecked")
_MATH_ATTRIBUTES = {
    "math": {"display", "xmlns"},
    "mi": {"mathvariant"},
    "mo": {
        *("stretchy", "lspace", "rspace", "form", "fence", "separator", "symmetric", "largeop"),
        *("movablelimits", "minsize", "maxsize", "accent"),
    },
    "mfrac": {"linethickness"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "munderover": {"accent", "accentunder"},
    "mpadded": {"width", "height", "depth", "lspace", "voffset"},
    "mspace": {"width", "height", "depth"},
    "mstyle": {"displaystyle", "scriptlevel", "mathcolor", "mathvariant"},
    "mtable": {"displaystyle", "scriptlevel", "columnalign", "rowspacing", "columnspacing"},
    "mtd": {"columnalign", "columnspan", "rowspan"},
    "menclose": {"notation"},
}


@lru_cache(maxsize=1)
def _cleaner() -> Any:
    import nh3
    from pygments.token import STANDARD_TYPES

    attributes = {tag: set(names) for tag, names in _MATH_ATTRIBUTES.items()}
    for tag in _STYLED:
        attributes.setdefault(tag, set()).add("style")
    attributes |= {"a": {"href", "target"}, "ol": {"start"}, "span": {"title", "aria-label"}}
    return nh3.Cleaner(
        tags={*_HTML, *_MATHML},
        clean_content_tags={"script", "style"},
        attributes=attributes,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        tag_attribute_values={"span": {"role": {"img"}}},
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        allowed_classes={
            "span": {*filter(None, STANDARD_TYPES.values()), *_MARKS},
            "code": {"formula", *(f"language-{name}" for name in _LANGUAGES)},
            "p": {"formula"},
            "th": _SIDES,
            "td": _SIDES,
            "mrow": {"menclose-updiagonalstrike", "menclose-downdiagonalstrike"},
        },
        filter_style_properties=_STYLES,
    )


def sanitise(html: str) -> str:
    """What the allow-list leaves of it."""
    return str(_cleaner().clean(html))


def render_html(markdown: str) -> str:
    """The safe HTML fragment of the live view. Never raises; time grows with the length."""
    return sanitise("".join(unsafe_html(block) for block in blocks(markdown)))


def marked_html(markdown: str, marks: Sequence[Mark]) -> list[str]:
    """The same with its marks, a fragment for each block."""
    found = blocks(planted(markdown, marks))
    return [sanitise(grown(unsafe_html(block), marks)) for block in found]


def unsafe_html(block: Block) -> str:
    """The HTML of one block before it is sanitised; its source if the renderer cannot cope."""
    try:
        spans(block)
        return "".join(_write(token) for token in block.tokens)
    except Exception:  # noqa: BLE001 - hostile text may break a library in any way
        return f"<pre>{escape(block.source)}</pre>\n"


def _write(token: Token) -> str:
    match token.type:
        case "inline":
            return "".join(_write(child) for child in token.children or [])
        case "text":
            return escape(token.content, quote=False)
        case "softbreak":
            return "\n"
        case "hardbreak":
            return "<br>\n"
        case "code_inline":
            return f"<code>{escape(token.content, quote=False)}</code>"
        case "code_block" | "fence":
            return _code(token)
        case "math_inline":
            return _formula(token)
        case "math_block":
            return f'<p class="formula">{_formula(token)}</p>\n'
        case "link_open":
            return f'<a href="{escape(str(token.attrs.get("href", "")))}">'
    if token.hidden:
        return "" if token.nesting > 0 else "\n"
    side = str(token.attrs.get("style", "")).removeprefix("text-align:")
    shown = f' class="{side}"' if side in _SIDES else ""
    if "start" in token.attrs:
        shown = f' start="{int(token.attrs["start"])}"'
    end = "\n" if token.block and token.nesting < 0 else ""
    return (
        f"<{'/' if token.nesting < 0 else ''}{token.tag}{shown if token.nesting > 0 else ''}>{end}"
    )


def _formula(token: Token) -> str:
    if token.meta.get("closed", True):
        shown = to_mathml(token.content, display=bool(token.meta["display"]))
        if shown is not None:
            return shown
    return f'<code class="formula">{escape(token.content, quote=False)}</code>'


def language(info: str) -> str:
    """The language of a fence, if it is one that we name; else nothing."""
    word = info.strip().split(maxsplit=1)[0].lower() if info.strip() else ""
    word = word.strip("{}.")
    return word if word in _LANGUAGES else ""


def _code(token: Token) -> str:
    name = language(token.info)
    shown = _highlighted(token.content, name) if name else None
    if shown is None:
        shown = escape(token.content, quote=False)
    kind = f' class="language-{name}"' if name else ""
    return f"<pre><code{kind}>{shown}</code></pre>\n"


@lru_cache(maxsize=64)
def _lexer(name: str) -> Any:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


_GAP = re.compile(r"(?:[ \t]*\n){20}|[ \t]{100}")


def _is_tiring(code: str) -> bool:
    """Whether colouring might take long: lexers back up, with the square of a monotonous text."""
    packed = len(zlib.compress(code.encode())) if len(code) <= HIGHLIGHTED else 0
    return (
        len(code) > 500 + 25 * packed
        or _GAP.search(code) is not None
        or any(len(line) > 500 for line in code.split("\n"))
    )


def _highlighted(code: str, name: str) -> str | None:
    lexer = None if _is_tiring(code) else _lexer(name)
    if lexer is None:
        return None
    from pygments.token import STANDARD_TYPES

    written: list[str] = []
    for kind, text in lexer.get_tokens(code):
        while kind not in STANDARD_TYPES:
            kind = kind.parent  # noqa: PLW2901 - the nearest kind that has a class
        short, safe = STANDARD_TYPES[kind], escape(text, quote=False)
        written.append(f'<span class="{short}">{safe}</span>' if short and text.strip() else safe)
    return "".join(written)
