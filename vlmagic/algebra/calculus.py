"""Derivatives by rule, and definitions put in their place: what is left can be evaluated.

This room refuses what has no rule, and functions that nobody defined.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from .node import Node, Unclear, num, sym

_LARGEST = 1500
"""Nodes of a tree that are still worked on."""


@dataclass
class Known:
    """What an answer has defined so far; None marks a name that means two things."""

    functions: dict[str, tuple[tuple[str, ...], Node] | None] = field(default_factory=dict)
    symbols: dict[str, Node | None] = field(default_factory=dict)
    solved: set[str] = field(default_factory=set)
    """Symbols whose value is the solution of an equation."""
    dependent: set[str] = field(default_factory=set)
    """Symbols that are differentiated somewhere without being defined: y in dy/dx."""


def resolve(node: Node, known: Known, depth: int = 0) -> Node:
    """The tree without functions of the user's, primes and derivatives."""
    if depth > 40:
        raise Unclear("deep")
    if node.op == "fun":
        defined = known.functions.get(node.name)
        if defined is None or len(defined[0]) != len(node.args):
            raise Unclear("function")
        names, body = defined
        order = int(node.value)
        if order and len(names) != 1:
            raise Unclear("function")
        body = resolve(body, known, depth + 1)
        for _ in range(order):
            body = derive(body, names[0])
        args = [resolve(one, known, depth + 1) for one in node.args]
        return body.put(dict(zip(names, args, strict=True)))
    if node.op in ("prime", "deriv"):
        inside = node.args[0]
        name = node.name
        if inside.op == "sym" and inside.name != name:
            told = known.symbols.get(inside.name)
            if told is None:
                raise Unclear("function")
            inside = told
        inside = resolve(inside, known, depth + 1)
        if node.op == "prime":
            free = sorted(inside.free())
            if len(free) != 1:
                raise Unclear("prime")
            name = free[0]
        elif inside.free() & known.dependent - {name}:
            raise Unclear("function")
        for _ in range(max(1, int(node.value))):
            inside = derive(inside, name)
        return inside
    if not node.args:
        return node
    found = replace(node, args=tuple(resolve(one, known, depth + 1) for one in node.args))
    if depth == 0 and sum(1 for _ in found.walk()) > _LARGEST:
        raise Unclear("long")
    return found


def _is(node: Node, value: int) -> bool:
    return node.op == "num" and node.value == value


def plus(*terms: Node) -> Node:
    """A sum without noughts."""
    kept = tuple(term for term in terms if not _is(term, 0))
    return num(0) if not kept else kept[0] if len(kept) == 1 else Node("add", kept)


def times(one: Node, other: Node) -> Node:
    """A product without noughts and ones."""
    if _is(one, 0) or _is(other, 0):
        return num(0)
    return other if _is(one, 1) else one if _is(other, 1) else Node("mul", (one, other))


def minus(one: Node, other: Node) -> Node:
    """A difference."""
    return one if _is(other, 0) else Node("add", (one, Node("neg", (other,))))


def _over(one: Node, other: Node) -> Node:
    return num(0) if _is(one, 0) else Node("div", (one, other))


def _call(name: str, of: Node) -> Node:
    return Node("call", (of,), name=name)


def derive(node: Node, name: str) -> Node:
    """The derivative with respect to a symbol, by rule."""
    if name not in node.free() and not (node.op == "integral" and len(node.args) == 1):
        if node.has("fun", "prime", "deriv"):
            raise Unclear("function")
        return num(0)
    args = node.args
    match node.op:
        case "sym":
            return num(1)
        case "neg":
            return Node("neg", (derive(args[0], name),))
        case "add":
            return plus(*(derive(one, name) for one in args))
        case "mul":
            return plus(
                times(derive(args[0], name), args[1]), times(args[0], derive(args[1], name))
            )
        case "div":
            top = minus(
                times(derive(args[0], name), args[1]), times(args[0], derive(args[1], name))
            )
            return _over(top, Node("pow", (args[1], num(2))))
        case "pow":
            return _power(args[0], args[1], name)
        case "abs":
            return times(_over(args[0], node), derive(args[0], name))
        case "call":
            return times(_outer(node), derive(args[0], name))
        case "integral" if len(args) == 1 and node.name == name:
            return args[0]
        case "between":
            high = times(args[0].put({node.name: args[2]}), num(1))
            low = args[0].put({node.name: args[1]})
            return derive(minus(high, low), name)
        case "integral" if len(args) == 3 and name not in args[0].free() - {node.name}:
            high = times(args[0].put({node.name: args[2]}), derive(args[2], name))
            low = times(args[0].put({node.name: args[1]}), derive(args[1], name))
            return minus(high, low)
    raise Unclear("derivative")


def _power(base: Node, power: Node, name: str) -> Node:
    if name not in power.free():
        lower = num(power.value - 1) if power.op == "num" else minus(power, num(1))
        return times(times(power, Node("pow", (base, lower))), derive(base, name))
    whole = Node("pow", (base, power))
    grown = times(derive(power, name), _call("ln", base))
    return times(whole, plus(grown, _over(times(power, derive(base, name)), base)))


def _outer(node: Node) -> Node:
    """The derivative of a function at its argument."""
    u = node.args[0]
    square = Node("pow", (u, num(2)))
    one = num(1)
    match node.name:
        case "sin":
            return _call("cos", u)
        case "cos":
            return Node("neg", (_call("sin", u),))
        case "tan":
            return plus(one, Node("pow", (node, num(2))))
        case "cot":
            return Node("neg", (plus(one, Node("pow", (node, num(2)))),))
        case "sec":
            return times(node, _call("tan", u))
        case "csc":
            return Node("neg", (times(node, _call("cot", u)),))
        case "exp":
            return node
        case "ln":
            return _over(one, u)
        case "log" | "lg":
            base = node.args[1] if len(node.args) > 1 else num(10)
            return _over(one, times(u, _call("ln", base)))
        case "sqrt":
            return _over(one, times(num(2), node))
        case "root" if node.args[1].op == "num":
            degree = node.args[1].value
            return times(num(1 / degree), Node("pow", (u, num(1 / degree - 1))))
        case "arcsin":
            return _over(one, _call("sqrt", minus(one, square)))
        case "arccos":
            return Node("neg", (_over(one, _call("sqrt", minus(one, square))),))
        case "arctan":
            return _over(one, plus(one, square))
        case "sinh":
            return _call("cosh", u)
        case "cosh":
            return _call("sinh", u)
        case "tanh":
            return minus(one, Node("pow", (node, num(2))))
    raise Unclear("derivative")


def constant(node: Node, known: Known, depth: int = 0) -> Node:
    """The tree with every symbol replaced by its one known value, as deep as needed.

    `Unclear` if a symbol has none, or two, or one that leads back to itself.
    """
    if depth > 6:
        raise Unclear("symbol")
    values: dict[str, Node] = {}
    for name in node.free():
        told = known.symbols.get(name)
        if told is None:
            raise Unclear("symbol")
        values[name] = constant(resolve(told, known), known, depth + 1)
    return node.put(values) if values else node


def variants(node: Node) -> list[Node]:
    """The readings of what is written alike: e as Euler's number or a letter, log in any base."""
    readings = [node]
    if any(one.op == "sym" and one.name == "e" for one in node.walk()):
        euler = node.put({"e": Node("const", name="e")})
        readings = [euler] if _powered(node) else [euler, node]
    if any(one.op == "call" and one.name == "log" and len(one.args) == 1 for one in node.walk()):
        readings = [_logs(one, base) for one in readings for base in ("ln", "lg")]
    return readings


def _powered(node: Node) -> bool:
    """Whether e stands only as a base of powers that are not plain numbers, or is written e^x."""
    return all(
        one.op == "pow"
        for one in node.walk()
        if any(a.op == "sym" and a.name == "e" for a in one.args)
    )


def _logs(node: Node, name: str) -> Node:
    args = tuple(_logs(one, name) for one in node.args)
    if node.op == "call" and node.name == "log" and len(args) == 1:
        return Node("call", args, name=name)
    return replace(node, args=args)


__all__ = [
    "Fraction",
    "Known",
    "constant",
    "derive",
    "minus",
    "plus",
    "resolve",
    "sym",
    "times",
    "variants",
]
