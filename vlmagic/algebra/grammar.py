r"""Tokens to a tree: the grammar of school and university formulas.

What has two readings (`1/2x`, `2\frac12`, `\sin x/2`, `v(t)`) is refused with `Unclear`, as is
everything that this grammar does not name: units, vectors, matrices, sets, dots.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

from .node import Node, Unclear, num, sym
from .tokens import Token

DEEPEST = 40
_GREEK = frozenset(
    "\\" + name
    for name in "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau "  # noqa: SIM905
    "phi chi psi omega Delta Omega".split()
)
_CALLED = frozenset("fghFGHPETVW")
"""Letters that are functions when a bracket follows, also where nobody has said so."""
_COMMANDS = frozenset(
    "\\" + name
    for name in "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log lg exp".split()  # noqa: SIM905
)
_INVERSE = {"sin": "arcsin", "cos": "arccos", "tan": "arctan"}
_CLOSING = {"(": ")", "[": "]", "{": "}", "|": "|"}


class Parser:
    """One formula's tokens, read from left to right. `functions`, `symbols`: what was defined."""

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

    def whole(self) -> Node:
        """The tree of all tokens."""
        if not self.tokens:
            raise Unclear("empty")
        node = self.sum()
        if self.at < len(self.tokens):
            raise Unclear("syntax")
        return node

    # -- tokens ---------------------------------------------------------------------------

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

    # -- sums, products, powers -----------------------------------------------------------

    def sum(self) -> Node:
        """Terms with + - ± between them."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unclear("deep")
        terms: list[Node] = []
        while True:
            sign = self._sign()
            if sign is None and terms:
                break
            term = self.product()
            terms.append(_under(sign, term))
        self.depth -= 1
        return terms[0] if len(terms) == 1 else Node("add", tuple(terms))

    def _sign(self) -> str | None:
        if self.text() in ("+", "-", "\\pm", "\\mp") and self.kind() in ("op", "cmd"):
            self.at += 1
            return self.tokens[self.at - 1].text
        return None

    def product(self) -> Node:
        """Factors with · and / between them, or nothing."""
        node, loose = self.power(), False
        while True:
            if self.text() in ("\\cdot", "\\times"):
                self.at += 1
                sign = "-" if self.take("-") else None
                node, loose = Node("mul", (node, _under(sign, self.power()))), False
            elif self.text() in ("/", "\\div"):
                slash = self.text() == "/"
                self.at += 1
                node, loose = Node("div", (node, self.power())), slash
                if self._is_scientific():
                    raise Unclear("slash")
            elif self.starts():
                if loose:
                    raise Unclear("slash")
                right = self.power()
                if right.op == "num" or _is_mixed(node, right):
                    raise Unclear("mixed")
                node = Node("mul", (node, right))
            else:
                return node

    def _is_scientific(self) -> bool:
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
            text in _GREEK
            or text in _COMMANDS
            or text in ("\\frac", "\\sqrt", "\\pi", "\\infty", "\\binom", "\\int", "\\sum", "\\prod", "\\lim")
        )  # fmt: skip

    def power(self) -> Node:
        """An atom with what stands raised or behind it."""
        node = self._postfix(self._atom())
        if not self.take("^"):
            return node
        if self.text() == "\\circ" or (self.text() == "{" and self.text(1) == "\\circ"):
            self.at += 1 if self.text() == "\\circ" else 3
            return Node("mul", (node, Node("div", (Node("const", name="pi"), num(180)))))
        if self.text() == "\\prime":
            raise Unclear("prime")
        return self._postfix(Node("pow", (node, self._script())))

    def _postfix(self, node: Node) -> Node:
        while True:
            if self.take("!"):
                node = Node("fact", (node,))
            elif self.take("\\%"):
                node = Node("div", (node, num(100)))
            elif self.take("\\degree"):
                node = Node("mul", (node, Node("div", (Node("const", name="pi"), num(180)))))
            elif self.take("'"):
                node = Node("prime", (node,))
            else:
                return node

    def _script(self) -> Node:
        """What stands raised or lowered: a group, or one number's first digit, letter or command."""
        if self.take("{"):
            node = self.sum()
            self.need("}")
            return node
        if self.kind() == "num":
            token = self.tokens[self.at]
            if (
                len(token.text) > 1
                and self.tokens[self.at - 1].end != self.tokens[self.at - 1].start
            ):
                raise Unclear("script")  # TeX raises only the first digit of x^10
            return self.number()
        if self.text() == "-" and self.kind(1) == "num":
            raise Unclear("script")
        if self.text() == "(":
            return self._atom()
        if self.kind() == "sym" or self.text() in _GREEK or self.text() in ("\\pi", "\\infty"):
            return self._symbol(alone=True)
        if self.text() == "\\frac":
            return self._atom()
        raise Unclear("script")

    # -- atoms ----------------------------------------------------------------------------

    def _atom(self) -> Node:
        kind, text = self.kind(), self.text()
        if kind == "num":
            return self.number()
        if kind == "open":
            return self.group()
        if kind == "op" and text == "|":
            self.at += 1
            self.bars += 1
            inside = self.sum()
            self.need("|")
            self.bars -= 1
            return Node("abs", (inside,))
        if kind == "sym" or text in _GREEK or text in ("\\pi", "\\infty"):
            return self._symbol()
        if kind != "cmd":
            raise Unclear("syntax")
        if text in _COMMANDS:
            return self._function()
        from .operators import OPERATORS

        read = OPERATORS.get(text)
        if read is None:
            raise Unclear("command")
        self.at += 1
        return read(self)

    def number(self) -> Node:
        """A number as it was written."""
        text = self.tokens[self.at].text
        self.at += 1
        places = len(text.partition(".")[2]) if "." in text else None
        return Node("num", value=Fraction(text if text[0] != "." else "0" + text), places=places)

    def group(self) -> Node:
        """What stands between brackets."""
        opened = self.text()
        self.at += 1
        bars, self.bars = self.bars, 0
        inside = self.sum()
        self.bars = bars
        if opened == "[" and self.text() == ",":
            raise Unclear("interval")
        self.need(_CLOSING[opened])
        if opened == "|":
            return Node("abs", (inside,))
        if opened == "[" and self.text() in ("_", "^"):
            return self.between(inside)
        return inside

    def between(self, inside: Node) -> Node:
        """`[F]_a^b`: the difference of a function's values."""
        low, high = self.bounds()
        free = sorted(inside.free())
        if low is None or high is None or len(free) != 1:
            raise Unclear("bounds")
        return Node("between", (inside, low, high), name=free[0])

    def bounds(self) -> tuple[Node | None, Node | None]:
        """`_a^b`, in either order."""
        low = high = None
        for _ in range(2):
            if low is None and self.take("_"):
                low = self.bound()
            elif high is None and self.take("^"):
                high = self.bound()
        return low, high

    def bound(self) -> Node:
        """One bound: a group, or a single digit, letter or command, as TeX reads it."""
        if self.kind() == "num" and len(self.text()) == 1:
            return self.number()
        return self._script()

    def _symbol(self, *, alone: bool = False) -> Node:
        text = self.text()
        self.at += 1
        if text == "\\pi":
            return Node("const", name="pi")
        if text == "\\infty":
            return Node("const", name="inf")
        name = text.lstrip("\\")
        if alone:
            return sym(name)
        if self.text() == "_":
            self.at += 1
            name += "_" + self._label()
        primes = 0
        while self.text() == "'":
            primes += 1
            self.at += 1
        if self.text() == "(" and self._is_called(name, primes):
            return self._applied(name, primes)
        if self.text() == "(" and self._is_lone_letter():
            raise Unclear("call")
        node = sym(name)
        for _ in range(primes):
            node = Node("prime", (node,))
        return node

    def _is_called(self, name: str, primes: int) -> bool:
        if primes or name in self.functions:
            return True
        return name in _CALLED and name not in self.symbols

    def _is_lone_letter(self) -> bool:
        return self.kind(1) == "sym" and self.text(2) == ")"

    def _label(self) -> str:
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

    def _applied(self, name: str, primes: int) -> Node:
        self.need("(")
        args = [self.sum()]
        while self.take(","):
            args.append(self.sum())
        self.need(")")
        return Node("fun", tuple(args), name=name, value=Fraction(primes))

    def _function(self) -> Node:
        name = self.text()[1:]
        self.at += 1
        base: Node | None = None
        power: Node | None = None
        if name == "log" and self.take("_"):
            base = self.bound()
        if self.take("^"):
            inverse = [one.text for one in self.tokens[self.at : self.at + 4]] == [
                "{",
                "-",
                "1",
                "}",
            ]
            if inverse and name in _INVERSE:
                self.at += 4
                name = _INVERSE[name]
            else:
                power = self._script()
                if power.op != "num" or power.value < 2:
                    raise Unclear("script")
        node = Node("call", (self._argument(), *((base,) if base else ())), name=name)
        return Node("pow", (node, power)) if power else node

    def _argument(self) -> Node:
        """What a function is taken of: a bracket, or the numbers and letters that follow."""
        if self.kind() == "open":
            inside = self.group()
            if self.text() in ("^", "!", "'"):
                raise Unclear("argument")
            return inside
        if self.text() in _COMMANDS:
            return self._function()
        node = _under("-" if self.take("-") else None, self.power())
        if node.op not in ("num", "sym", "const", "mul", "pow", "div", "abs", "neg"):
            return node
        while self.kind() in ("num", "sym") or self.text() in _GREEK or self.text() == "\\pi":
            node = Node("mul", (node, self.power()))
        if self.text() == "/" or (self.kind() == "open" and self.text() != "|"):
            raise Unclear("argument")
        return node


def _under(sign: str | None, term: Node) -> Node:
    if sign == "-":
        return Node("neg", (term,))
    if sign in ("\\pm", "\\mp"):
        return Node("pm", (term,), value=Fraction(1 if sign == "\\pm" else -1))
    return term


def _is_mixed(left: Node, right: Node) -> bool:
    r"""`2\frac{1}{2}` is two and a half to one reader and one to another."""
    return left.op == "num" and right.op == "div" and not right.free() and not right.has("const", "pow", "call")  # fmt: skip
