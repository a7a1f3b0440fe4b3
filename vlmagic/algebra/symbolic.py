"""A tree as an expression of sympy, built node by node, and the question whether two are the same.

Runs in the process that may be killed. This room refuses text: sympy never parses anything.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .node import Node, Unclear


def same(sympy: Any, left: Node, right: Node) -> str:
    """Whether two sides are "same", "different" or "value" (not settled): first by simplifying, then in numbers."""
    values = [_build(sympy, one, {}).doit() for one in (left, right)]
    if any(
        one.has(sympy.Limit, sympy.Sum, sympy.Integral, sympy.AccumBounds, sympy.nan)
        for one in values
    ):
        return "value"
    if any(
        not one.is_finite for one in values if not one.free_symbols and one.is_finite is not None
    ):
        return "same" if values[0] == values[1] else "different"
    gap = sympy.simplify(values[0] - values[1])
    if gap == 0:
        return "same"
    dice = [sympy.Rational(n, 7) for n in (9, 11, 12, 15, 16, 18)]
    free = sorted(gap.free_symbols, key=str)
    sizes = []
    for shift in range(3):
        at = {one: dice[(number + shift) % len(dice)] for number, one in enumerate(free)}
        number = gap.evalf(40, subs=at)
        if not number.is_number or not number.is_finite:
            return "value"
        sizes.append(abs(complex(number)))
    if all(size > 1e-9 for size in sizes):
        return "different"
    return "value"


def _build(sympy: Any, node: Node, bound: dict[str, Any]) -> Any:
    def sub(place: int, more: dict[str, Any] | None = None) -> Any:
        return _build(sympy, node.args[place], more or bound)

    match node.op:
        case "num":
            return sympy.Rational(node.value.numerator, node.value.denominator)
        case "sym":
            return bound.get(node.name) or sympy.Symbol(node.name, real=True)
        case "const":
            return {"pi": sympy.pi, "e": sympy.E, "inf": sympy.oo}[node.name]
        case "neg":
            return -sub(0)
        case "add":
            return sympy.Add(*(_build(sympy, one, bound) for one in node.args))
        case "mul":
            return sub(0) * sub(1)
        case "div":
            return sub(0) / sub(1)
        case "pow":
            return sub(0) ** sub(1)
        case "abs":
            return sympy.Abs(sub(0))
        case "fact":
            return sympy.factorial(sub(0))
        case "binom":
            return sympy.binomial(sub(0), sub(1))
        case "call":
            return _call(sympy, node.name, [_build(sympy, one, bound) for one in node.args])
        case "integral" if len(node.args) == 3:
            name = sympy.Symbol(node.name, real=True)
            return sympy.Integral(sub(0, {**bound, node.name: name}), (name, sub(1), sub(2)))
        case "sum" | "prod":
            name = sympy.Symbol(node.name, integer=True)
            kind = sympy.Sum if node.op == "sum" else sympy.Product
            return kind(sub(0, {**bound, node.name: name}), (name, sub(1), sub(2)))
        case "limit":
            return _limit(sympy, node, bound)
    raise Unclear(node.op)


def _limit(sympy: Any, node: Node, bound: dict[str, Any]) -> Any:
    name = sympy.Symbol(node.name, real=True)
    body = _build(sympy, node.args[0], {**bound, node.name: name})
    target = _build(sympy, node.args[1], bound)
    if target in (sympy.oo, -sympy.oo):
        return sympy.limit(body, name, target)
    left, right = (sympy.limit(body, name, target, side) for side in "-+")
    return left if sympy.simplify(left - right) == 0 else sympy.nan


def _call(sympy: Any, name: str, args: list[Any]) -> Any:
    simple = {
        "sin": sympy.sin, "cos": sympy.cos, "tan": sympy.tan, "cot": sympy.cot, "sec": sympy.sec,
        "csc": sympy.csc, "arcsin": sympy.asin, "arccos": sympy.acos, "arctan": sympy.atan,
        "sinh": sympy.sinh, "cosh": sympy.cosh, "tanh": sympy.tanh, "exp": sympy.exp,
        "ln": sympy.log, "sqrt": sympy.sqrt,
    }  # fmt: skip
    if name in simple:
        return simple[name](args[0])
    if name == "root":
        return sympy.real_root(args[0], args[1])
    if name in ("log", "lg"):
        return sympy.log(args[0], args[1] if len(args) > 1 else Fraction(10).numerator)
    raise Unclear(name)
