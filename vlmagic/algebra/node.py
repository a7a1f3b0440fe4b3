"""What a formula is once it is understood: a small tree of exact numbers, symbols and operations.

This room refuses to compute, and to know how a formula was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

Op = Literal[
    "num", "sym", "const", "add", "mul", "div", "pow", "neg", "pm", "call", "fun", "prime",
    "fact", "abs", "deriv", "integral", "sum", "prod", "limit", "between", "binom",
]  # fmt: skip
BINDERS = frozenset({"deriv", "integral", "sum", "prod", "limit", "between"})
"""Operations that work on the symbol `name` of their first argument."""


class Unclear(Exception):  # noqa: N818 - nothing went wrong: it is only not to be judged
    """The formula, or what it says, cannot be judged; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Node:
    """An operation with its arguments; which fields mean something depends on `op`."""

    op: Op
    args: tuple[Node, ...] = ()
    name: str = ""
    """A symbol, a constant, a function, or the symbol that an operation runs over."""
    value: Fraction = Fraction(0)
    """A number, the order of a derivative, or the sign of a ± (-1 for ∓)."""
    places: int | None = None
    """Decimal places of a number as written; None if it was written as a whole number."""

    def walk(self) -> Iterator[Node]:
        """The node and all below it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.args)

    def free(self) -> frozenset[str]:
        """Symbols that stand for something outside."""
        if self.op == "sym":
            return frozenset({self.name})
        if self.op in ("integral", "sum", "prod", "limit") and len(self.args) > 1:
            inside = self.args[0].free() - {self.name}
            return inside.union(*(one.free() for one in self.args[1:]))
        if self.op == "between":
            inside = self.args[0].free() - {self.name}
            return inside.union(*(one.free() for one in self.args[1:]))
        return frozenset().union(*(one.free() for one in self.args))

    def has(self, *ops: str) -> bool:
        """Whether one of the operations stands anywhere in it."""
        return any(node.op in ops for node in self.walk())

    def put(self, values: Mapping[str, Node]) -> Node:
        """The tree with symbols replaced; bound ones stay."""
        if self.op == "sym":
            return values.get(self.name, self)
        if self.op in BINDERS and self.name in values:
            outer = {name: node for name, node in values.items() if name != self.name}
            if self.op == "deriv":
                raise Unclear("d")
            rest = tuple(one.put(values) for one in self.args[1:])
            return replace(self, args=(self.args[0].put(outer), *rest))
        return replace(self, args=tuple(one.put(values) for one in self.args))


def num(value: int | Fraction) -> Node:
    """An exact number."""
    return Node("num", value=Fraction(value))


def sym(name: str) -> Node:
    """A symbol."""
    return Node("sym", name=name)


def signs(node: Node) -> list[Node]:
    """What ± stands for: the tree with the upper signs, and with the lower; itself without ±."""
    if not node.has("pm"):
        return [node]
    return [_signed(node, 1), _signed(node, -1)]


def _signed(node: Node, sign: int) -> Node:
    args = tuple(_signed(one, sign) for one in node.args)
    if node.op == "pm":
        return args[0] if node.value * sign > 0 else Node("neg", args)
    return replace(node, args=args)


def under(sign: str | None, term: Node) -> Node:
    """A term with the sign before it."""
    if sign == "-":
        return Node("neg", (term,))
    if sign in ("\\pm", "\\mp"):
        return Node("pm", (term,), value=Fraction(1 if sign == "\\pm" else -1))
    return term


def is_mixed(left: Node, right: Node) -> bool:
    r"""`2\frac{1}{2}` is two and a half to one reader and one to another."""
    return left.op == "num" and right.op == "div" and not right.free() and not right.has("const", "pow", "call")  # fmt: skip
