r"""Tokens to a tree: the grammar of school and university formulas.

What has two readings (`1/2x`, `2\frac12`, `\sin x/2`, `v(t)`) is refused with `Unclear`, as is
everything that this grammar does not name: units, vectors, matrices, sets, dots.
"""

from __future__ import annotations

from fractions import Fraction

from .cursor import COMMANDS, GREEK, Cursor
from .node import Node, Unclear, is_mixed, num, sym, under

DEEPEST = 40
_CALLED = frozenset("fghFGHPETVW")
"""Letters that are functions when a bracket follows, also where nobody has said so."""
_INVERSE = {"sin": "arcsin", "cos": "arccos", "tan": "arctan"}
_CLOSING = {"(": ")", "[": "]", "{": "}", "|": "|"}


class Parser(Cursor):
    """One formula's tokens, read from left to right. `functions`, `symbols`: what was defined."""

    def whole(self) -> Node:
        """The tree of all tokens."""
        if not self.tokens:
            raise Unclear("empty")
        node = self.sum()
        if self.at < len(self.tokens):
            raise Unclear("syntax")
        return node

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
            terms.append(under(sign, term))
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
                node, loose = Node("mul", (node, under(sign, self.power()))), False
            elif self.text() in ("/", "\\div"):
                slash = self.text() == "/"
                self.at += 1
                node, loose = Node("div", (node, self.power())), slash
                if self.is_scientific():
                    raise Unclear("slash")
            elif self.starts():
                if loose:
                    raise Unclear("slash")
                right = self.power()
                if right.op == "num" or is_mixed(node, right):
                    raise Unclear("mixed")
                node = Node("mul", (node, right))
            else:
                return node

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
        if self.kind() == "sym" or self.text() in GREEK or self.text() in ("\\pi", "\\infty"):
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
        if kind == "sym" or text in GREEK or text in ("\\pi", "\\infty"):
            return self._symbol()
        if kind != "cmd":
            raise Unclear("syntax")
        if text in COMMANDS:
            return self._function()
        from .operators import OPERATORS

        read = OPERATORS.get(text)
        if read is None:
            raise Unclear("command")
        self.at += 1
        return read(self)

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
            name += "_" + self.label()
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
        if self.text() in COMMANDS:
            return self._function()
        node = under("-" if self.take("-") else None, self.power())
        if node.op not in ("num", "sym", "const", "mul", "pow", "div", "abs", "neg"):
            return node
        while self.kind() in ("num", "sym") or self.text() in GREEK or self.text() == "\\pi":
            node = Node("mul", (node, self.power()))
        if self.text() == "/" or (self.kind() == "open" and self.text() != "|"):
            raise Unclear("argument")
        return node
