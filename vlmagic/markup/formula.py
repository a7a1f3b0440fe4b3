r"""LaTeX in Markdown: where a formula stands, and what it looks like as MathML.

A formula is `$…$`, `$$…$$`, `\(…\)`, `\[…\]` or a bare environment. A display formula that opens
on a line of its own goes on to its end, to a blank line or to the end of its container, whichever
comes first: no later text can change what it is. Every search is bounded, so that unclosed
delimiters cost linear time. This room refuses commands that link, load, style or define.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from unicodedata import category

from .chemistry import plain_chemistry

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

LONGEST = 8000
"""Characters of one formula; a longer one is shown as its source."""
_DEEPEST = 48
"""Nesting of one formula. math-core recurses on the machine's stack and would end the process."""
_LOOSE = 8
"""Unclosed brackets of one formula. math-core's time doubles with each."""

_INLINE = {
    "$$": re.compile(r"\$\$((?:[^\\$]|\\.|\$(?!\$)){1,8000}?)\$\$", re.DOTALL),
    "$": re.compile(r"\$((?:[^\\$]|\\.){1,8000}?)\$", re.DOTALL),
}
_PRICE = re.compile(r"\d[\d,.]*(?:\s+[^\W\d_]{2,}|\s*[\u3000-\u303f\u3400-\u9fff\uff00-\uff0f])")
_CURRENCY = re.compile(r"[A-Za-z]\$\d")
_ENVIRONMENT = re.compile(
    r"\\begin\{((?:align|alignat|aligned|gather|gathered|equation|multline|split|eqnarray|cases"
    r"|array|[bBpvV]?matrix|smallmatrix)\*?)\}"
)
_PUNCTUATION = ".,;:!?。，；：！？"

FORBIDDEN = re.compile(
    r"\\(?:href|url|includegraphics|include|input|html[A-Za-z]*|style|class|cssId|bbox|require"
    r"|unicode|data|def|gdef|edef|xdef|let|futurelet|newcommand|renewcommand|providecommand"
    r"|newenvironment|renewenvironment|DeclareMathOperator|DeclarePairedDelimiter[A-Za-z]*"
    r"|ref|eqref|toggle|mathtip|texttip|action|enclose|mmlToken|rule|Rule|Space|csname|catcode"
    r"|write|openout|immediate|special|loop|repeat|expandafter|global|long|outer|begingroup"
    r"|definecolor|colorbox|fcolorbox)(?![A-Za-z])\*?"
)


def inline(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    """The inline rule: pushes `math_inline` with `.content` and `.meta["display"]`."""
    source, at = state.src, state.pos
    first = source[at]
    if first == "$":
        opening = "$$" if source.startswith("$$", at) else "$"
        found = _INLINE[opening].match(source, at, state.posMax)
        if found is None or (opening == "$" and not _is_formula(source, found)):
            return False
        content, end, display = found[1], found.end(), opening == "$$"
    elif first == "\\" and source[at + 1 : at + 2] in ("(", "["):
        display = source[at + 1] == "["
        close = source.find("\\]" if display else "\\)", at + 2, min(at + LONGEST, state.posMax))
        if close < 0:
            return False
        content, end = source[at + 2 : close], close + 2
    else:
        return False
    if not content.strip():
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = content.strip()
        token.meta = {"display": display}
    state.pos = end
    return True


def _is_formula(source: str, found: re.Match[str]) -> bool:
    """Whether `$…$` is mathematics: no space inside its ends, no digit outside, no price."""
    content, end = found[1], found.end()
    return not (
        content[0].isspace()
        or content[-1].isspace()
        or (found.start() > 0 and source[found.start() - 1].isdigit())
        or source[end : end + 1].isdigit()
        or _PRICE.match(content)
        or _CURRENCY.match(source, max(0, found.start() - 1))
    )


def block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - same
    """The block rule: pushes `math_block`; `.meta["closed"]` says whether its end was found."""
    if state.is_code_block(start):
        return False
    line = _line(state, start)
    found = _ENVIRONMENT.match(line) if line.startswith("\\begin{") else None
    if line.startswith("$$"):
        opening, closing = "$$", "$$"
    elif line.startswith("\\["):
        opening, closing = "\\[", "\\]"
    elif found:
        opening, closing = "", f"\\end{{{found[1]}}}"
    else:
        return False
    rest = line[len(opening) :]
    content, closed, after, last = [rest], False, "", start
    if closing in rest:
        body, _, after = rest.partition(closing)
        if after.strip(_PUNCTUATION + " ") or not body.strip():
            return False
        content, closed = [body], True
    if silent:
        return True
    while not closed and last + 1 < end:
        if state.isEmpty(last + 1) or state.sCount[last + 1] < state.blkIndent:
            break
        last += 1
        body, mark, after = _line(state, last).partition(closing)
        content.append(body)
        closed = bool(mark)
    _push(state, (start, last + 1), (opening, content, closing if closed else ""), after)
    state.line = last + 1
    return True


def _push(
    state: StateBlock, lines: tuple[int, int], parts: tuple[str, list[str], str], after: str
) -> None:
    opening, content, closing = parts
    token = state.push("math_block", "math", 0)
    token.block = True
    token.map = list(lines)
    token.meta = {"closed": bool(closing), "display": True}
    text = "\n".join(content).strip()
    token.content = text if closing and opening else opening + text + closing
    if closing and after.strip(_PUNCTUATION + " "):
        state.push("paragraph_open", "p", 1).map = list(lines)
        words = state.push("inline", "", 0)
        words.content, words.map, words.children = after.strip(), list(lines), []
        state.push("paragraph_close", "p", -1)


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


_STEP = re.compile(
    r"\\(?P<left>left|right)(?![A-Za-z])\s*(?:\\[A-Za-z]+|\\.|.)"
    r"|\\(?P<open>[lL][A-Za-z]*(?:brack|brace|brak|bag|angle|ang|paren|floor|ceil|vert|group"
    r"|moustache|bracket|parenthesis)|[ul]lcorner)(?![A-Za-z])"
    r"|\\(?P<close>[rR][A-Za-z]*(?:brack|brace|brak|bag|angle|ang|paren|floor|ceil|vert|group"
    r"|moustache|bracket|parenthesis)|[ul]rcorner)(?![A-Za-z])"
    r"|\\(?P<command>[A-Za-z]+)|\\.|.",
    re.DOTALL | re.IGNORECASE,
)
_SWITCHES = frozenset(("color", "displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle"))


def _too_hard(tex: str) -> bool:
    """Whether math-core could not cope: it recurses on the machine's stack, for each open group and
    each command that waits for an argument, and its time doubles with each unclosed bracket.
    """
    waiting = level = loose = 0
    groups: list[tuple[int, int]] = [(0, 0)]
    for step in _STEP.finditer(tex):
        text, command = step[0], step["command"]
        cost, open_here = groups[-1]
        if text == "{" or command == "begin" or step["left"] == "left":
            groups.append((waiting + 1, 0))
            level += waiting + 1
            waiting = 0
        elif text == "}" or command == "end" or step["left"] == "right":
            level -= cost
            loose += open_here
            waiting = 0
            if len(groups) > 1:
                groups.pop()
        elif command in _SWITCHES:
            groups[-1] = (cost + 1, open_here)
            level += 1
        elif command:
            waiting += 1
        elif step["open"] or text == r"\{" or category(text[-1]) in ("Ps", "Pi"):
            groups[-1] = (cost, open_here + 1)
        elif step["close"] or text == r"\}" or category(text[-1]) in ("Pe", "Pf"):
            groups[-1] = (cost, max(0, open_here - 1))
        elif not (text.isspace() or text in "^_'"):
            waiting = 0
        if level + waiting > _DEEPEST:
            return True
    return loose + sum(open_here for _, open_here in groups) > _LOOSE


_ENVIRONMENTS = {
    "align": "aligned",
    "alignat": "aligned",
    "split": "aligned",
    "eqnarray": "aligned",
    "multline": "gathered",
    "gather": "gathered",
    "equation": "",
}
_WRAPPER = re.compile(
    r"\\(begin|end)\{(align|alignat|split|eqnarray|multline|gather|equation)\*?\}"
)
_GROUP = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
_SUBSTACK = re.compile(r"\\substack\s*" + _GROUP)
_TAG = re.compile(r"\\tag\*?\s*" + _GROUP)
_LABEL = re.compile(r"\\(?:label\s*" + _GROUP + r"|(?:notag|nonumber)(?![A-Za-z]))")


def _wrapper(found: re.Match[str]) -> str:
    name = _ENVIRONMENTS[found[2]]
    return f"\\{found[1]}{{{name}}}" if name else ""


def _rewritten(tex: str) -> str:
    """What math-core does not know, in words that it knows. Numbering is not ours: tags stay."""
    tex = _WRAPPER.sub(_wrapper, _LABEL.sub("", tex))
    tex = _SUBSTACK.sub(r"\\begin{matrix}\1\\end{matrix}", tex)
    return _TAG.sub(r"\\qquad\\text{(\1)}", plain_chemistry(tex))


@lru_cache(maxsize=1)
def _converter() -> Any:
    from math_core import LatexToMathML

    return LatexToMathML(fancy_error=False)


@lru_cache(maxsize=2048)
def to_mathml(tex: str, *, display: bool) -> str | None:
    """The formula as MathML, or None if it is refused or not understood."""
    if len(tex) > LONGEST or FORBIDDEN.search(tex) or _too_hard(tex):
        return None
    from math_core import LatexError

    try:
        return str(_converter().convert_with_local_state(_rewritten(tex), displaystyle=display))
    except LatexError:
        return None


def to_saved(tex: str, *, in_table: bool = False) -> str | None:
    """The formula as one line of TeX that no Markdown reader can take for anything else.

    None if it is refused. Between dollars, JupyterLab takes it out before its Markdown is read;
    other readers do not, so nothing in it may be markup: no `<`, no link, no code, no second line.
    It is put back wherever its place has gone, even into an attribute: no double quote either.
    """
    tex = _LABEL.sub("", re.sub(r"(?<!\\)%[^\n]*", "", tex))
    if FORBIDDEN.search(tex) or re.search(r"[`~]|@@|(?<!\\)\$|\\$", tex) or _too_hard(tex):
        return None
    tex = plain_chemistry(tex).replace("<", r"\lt ").replace(">", r"\gt ").replace('"', "''")
    if in_table:
        tex = tex.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
    tex = re.sub(r"([\]!])(?=[\[(:])", r"\1 ", tex)
    tex = " ".join(re.sub(r"&(?=#?\w+;)", "& ", tex).split())
    bare = re.sub(r"\\.", "", tex)
    depth = 0
    for brace in re.findall(r"[{}]", bare):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return None
    return tex if tex and depth == 0 else None
