r"""LaTeX and plainly typed mathematics as tokens, each with its place.

This room refuses to understand: it knows commands, letters, numbers and signs, and that `≤`
is another way to write `\le`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .node import Unclear

LONGEST = 4000
"""Characters of one formula that are looked at."""


class Token(NamedTuple):
    """`kind`: num, sym, cmd, op, open, close, amp, row or text; `text` in its LaTeX spelling."""

    kind: str
    text: str
    start: int
    end: int


_SIGNS = {
    "−": "-", "–": "-", "×": "\\times", "·": "\\cdot", "⋅": "\\cdot", "÷": "\\div", "*": "\\cdot",
    "≤": "\\le", "≥": "\\ge", "≠": "\\ne", "≈": "\\approx", "±": "\\pm", "∓": "\\mp", "⇒": "\\Rightarrow",
    "→": "\\to", "⟹": "\\Rightarrow", "⇔": "\\Leftrightarrow", "π": "\\pi", "∞": "\\infty", "√": "\\sqrt",
    "∫": "\\int", "＝": "=", "＋": "+", "（": "(", "）": ")", "，": ",", "；": ";", "％": "\\%", "%": "\\%",
    "∴": "\\therefore", "∵": "\\because", "°": "\\degree", "。": ".", "≃": "\\approx",
}  # fmt: skip
_RAISED = {letter: str(number) for number, letter in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_SAME = {
    "\\leq": "\\le", "\\geq": "\\ge", "\\leqslant": "\\le", "\\geqslant": "\\ge", "\\lt": "<",
    "\\gt": ">", "\\neq": "\\ne", "\\dfrac": "\\frac", "\\tfrac": "\\frac", "\\cfrac": "\\frac",
    "\\implies": "\\Rightarrow", "\\Longrightarrow": "\\Rightarrow", "\\iff": "\\Leftrightarrow",
    "\\Longleftrightarrow": "\\Leftrightarrow", "\\rightarrow": "\\to", "\\longrightarrow": "\\to",
    "\\ast": "\\cdot", "\\lbrace": "\\{", "\\rbrace": "\\}", "\\lvert": "|", "\\rvert": "|",
    "\\vert": "|", "\\simeq": "\\approx", "\\doteq": "\\approx", "\\tg": "\\tan", "\\ctg": "\\cot",
    "\\arctg": "\\arctan", "\\cosec": "\\csc", "\\varphi": "\\phi", "\\varepsilon": "\\epsilon",
    "\\dbinom": "\\binom", "\\tbinom": "\\binom", "\\colon": ":", "\\lim\\limits": "\\lim",
}  # fmt: skip
_SPACE = frozenset(
    "\\, \\; \\: \\! \\quad \\qquad \\displaystyle \\textstyle \\limits \\nolimits \\nonumber \\notag "  # noqa: SIM905
    "\\left \\right \\big \\Big \\bigg \\Bigg \\bigl \\bigr \\Bigl \\Bigr \\biggl \\biggr \\hfill "
    "\\hline \\strut \\null \\enspace \\thinspace \\medspace \\thickspace \\ ".split(" ")
) - {""} | {"\\ "}  # fmt: skip
FUNCTIONS = frozenset(
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log lg exp sqrt".split()  # noqa: SIM905
)
_WORD = re.compile("|".join(sorted(FUNCTIONS, key=len, reverse=True)))
_TEXT = re.compile(r"\\(?:text|textrm|textbf|textit|mbox|tag\*?)\s*\{([^{}]*)\}")
_UPRIGHT = re.compile(r"\\(?:mathrm|operatorname|rm)\s*\{\s*([A-Za-z]+)\s*\}")
_NUMBER = re.compile(r"\d{1,3}(?:(?:,|\{,\})\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|\.\d+")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_FRAME = re.compile(r"\\(begin|end)\s*\{([a-zA-Z]+)\*?\}(\{[^{}]*\})?")
ROWS = frozenset({"align", "aligned", "gather", "gathered", "split", "equation", "eqnarray"})


def tokens(text: str, offset: int = 0) -> list[Token]:
    """The tokens of a formula; places count from `offset`. `Unclear` for what cannot be one."""
    if len(text) > LONGEST:
        raise Unclear("long")
    found: list[Token] = []
    at = 0
    while at < len(text):
        kind, spelled, end = _next(text, at)
        if kind == "word":
            found.extend(Token("sym", text[n], offset + n, offset + n + 1) for n in range(at, end))
        elif kind == "raised":
            found.append(Token("op", "^", offset + at, offset + at))
            found.append(Token("num", spelled, offset + at, offset + end))
        elif kind:
            found.append(Token(kind, spelled, offset + at, offset + end))
        at = end
    return found


def _next(text: str, at: int) -> tuple[str, str, int]:
    """(kind, spelling, end) of the token at a place; no kind for what only takes space."""
    letter = text[at]
    if letter.isspace() or letter == "~":
        return "", "", at + 1
    if letter == "\\":
        return _command(text, at)
    if letter.isascii() and (letter.isdigit() or letter == "."):
        number = _NUMBER.match(text, at)
        if number:
            return "num", number[0].replace("{,}", "").replace(",", ""), number.end()
        return "op", ".", at + 1
    if letter in _RAISED:
        end = at
        while end < len(text) and text[end] in _RAISED:
            end += 1
        return "raised", "".join(_RAISED[one] for one in text[at:end]), end
    if letter.isascii() and letter.isalpha():
        end = at
        while end < len(text) and text[end].isascii() and text[end].isalpha():
            end += 1
        function = _WORD.match(text, at, end)
        if function and (function.end() == end or end - function.end() == 1):
            return "cmd", "\\" + function[0], function.end()
        if end - at > 3:
            raise Unclear("word")
        return "word", "", end
    spelled = _SIGNS.get(letter, letter)
    if spelled.startswith("\\"):
        return "cmd", spelled, at + 1
    if spelled in "{([":
        return "open", spelled, at + 1
    if spelled in "})]":
        return "close", spelled, at + 1
    if spelled == "&":
        return "amp", "&", at + 1
    if spelled in "+-=<>/^_|!',;:.":
        return "op", spelled, at + 1
    raise Unclear("sign")


def _command(text: str, at: int) -> tuple[str, str, int]:
    words = _TEXT.match(text, at)
    if words:
        if text.startswith("\\tag", at):
            return "", "", words.end()
        return "text", words[1].strip(), words.end()
    upright = _UPRIGHT.match(text, at)
    if upright:
        if upright[1] in ("d", "e", "i"):
            return "sym", upright[1], upright.end()
        if upright[1] in FUNCTIONS:
            return "cmd", "\\" + upright[1], upright.end()
        raise Unclear("unit")
    frame = _FRAME.match(text, at)
    if frame:
        if frame[2] not in ROWS:
            raise Unclear("matrix")
        return "row", "\\\\", frame.end()
    command = _COMMAND.match(text, at)
    if command is None:
        raise Unclear("sign")
    spelled, end = _SAME.get(command[0], command[0]), command.end()
    if spelled == "\\\\":
        return "row", spelled, end
    if spelled in _SPACE or spelled == "\\ ":
        return _spaced(text, spelled, end)
    if spelled in ("\\{", "\\}"):
        return ("open", "(", end) if spelled == "\\{" else ("close", ")", end)
    if spelled == "|" or spelled in "<>:":
        return "op", spelled, end
    return "cmd", spelled, end


def _spaced(text: str, spelled: str, end: int) -> tuple[str, str, int]:
    r"""Sizes of brackets say nothing; the invisible bracket after `\left` or `\right` is skipped."""
    after = end
    while after < len(text) and text[after] == " ":
        after += 1
    if spelled in ("\\left", "\\right"):
        if text[after : after + 1] == ".":
            return "", "", after + 1
        if text[after : after + 1] == "|":
            return ("open" if spelled == "\\left" else "close"), "|", after + 1
    return "", "", end
