"""A place in a formula's tokens: what comes next, and whether it is what must come.

This room refuses to build anything but a number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

from .node import Node, Unclear
from .tokens import Token

GREEK = frozenset(
    "\\" + name
    for name in "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau "  # noqa: SIM905
    "phi chi psi omega Delta Omega".split()
)
COMMANDS = frozenset(
    "\\" + name
    for name in "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log lg exp".split()  # noqa: SIM905
)


class Cursor:
    """Tokens and a place among them. `functions`, `symbols`: what the answer has defined."""

    def __init__(
        self,
        tokens: Sequence[Token],
        functions: Collection[str] = (),
        symbols: Collection[str] = (),
    ) -> None:
        self.tokens = tokens
        self.functions = functions
        self.symbols = symbols
        self.at = 0
        self.depth = 0
        self.bars = 0

    def text(self, ahead: int = 0) -> str:
        """The token to come, in its LaTeX spelling; nothing at the end."""
        place = self.at + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def kind(self, ahead: int = 0) -> str:
        """Its kind; nothing at the end."""
        place = self.at + ahead
        return self.tokens[place].kind if place < len(self.tokens) else ""

    def take(self, text: str) -> bool:
        """Whether the token to come is this one; then it is taken."""
        if self.at < len(self.tokens) and self.tokens[self.at].text == text:
            self.at += 1
            return True
        return False

    def need(self, text: str) -> None:
        """Take this token, or give up."""
        if not self.take(text):
            raise Unclear("syntax")

    def number(self) -> Node:
        """A number as it was written."""
        text = self.tokens[self.at].text
        self.at += 1
        places = len(text.partition(".")[2]) if "." in text else None
        return Node("num", value=Fraction(text if text[0] != "." else "0" + text), places=places)

    def label(self) -> str:
        """What stands lowered behind a letter."""
        if self.take("{"):
            label = ""
            while self.kind() in ("num", "sym", "text"):
                label += self.text()
                self.at += 1
            self.need("}")
            return label
        if self.kind() in ("num", "sym"):
            self.at += 1
            return self.tokens[self.at - 1].text
        raise Unclear("subscript")

    def is_scientific(self) -> bool:
        r"""Whether `\times 10^n` follows: part of the divisor to most, a factor by the rule."""
        times = self.text() in ("\\cdot", "\\times")
        return times and self.text(1) == "10" and self.text(2) == "^"

    def starts(self) -> bool:
        """Whether another factor follows without a sign."""
        kind, text = self.kind(), self.text()
        if kind in ("num", "sym") or (kind == "open" and text != "|"):
            return True
        if kind == "open" and text == "|":
            return True
        if kind == "op":
            return text == "|" and not self.bars
        return kind == "cmd" and (
            text in GREEK
            or text in COMMANDS
            or text in ("\\frac", "\\sqrt", "\\pi", "\\infty", "\\binom", "\\int", "\\sum", "\\prod", "\\lim")
        )  # fmt: skip
