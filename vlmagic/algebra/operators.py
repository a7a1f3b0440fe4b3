r"""The commands of LaTeX that take something: fractions, roots, derivatives, integrals, limits, sums.

Each reader is called after its command was taken and gives the tree. This room refuses an
operator whose reach is open: `\lim_{x\to 0} x + 1` has two readings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from .grammar import Parser
from .node import Node, Unclear, num


def _braced(parser: Parser) -> Node:
    if parser.kind() == "num" and len(parser.text()) == 1:
        return parser.bound()
    if parser.kind() == "sym":
        return parser.bound()
    parser.need("{")
    node = parser.sum()
    parser.need("}")
    return node


def _inside(parser: Parser) -> list[str]:
    """The texts within the braces that come next; the place does not move."""
    if parser.text() != "{":
        return []
    depth, found = 0, []
    for token in parser.tokens[parser.at :]:
        depth += (token.text == "{") - (token.text == "}")
        if not depth:
            break
        found.append(token.text)
    return found[1:]


def _frac(parser: Parser) -> Node:
    top = _inside(parser)
    if top[:1] in (["d"], ["\\partial"]):
        return _derivative(parser, top)
    two_digits = parser.kind() == "num" and len(parser.text()) == 2
    if two_digits:  # \frac12
        first, second = list(parser.text())
        parser.at += 1
        return Node("div", (num(int(first)), num(int(second))))
    return Node("div", (_braced(parser), _braced(parser)))


def _derivative(parser: Parser, top: list[str]) -> Node:
    d = top[0]
    parser.at += len(top) + 2
    below = _inside(parser)
    parser.at += len(below) + 2
    order, rest = _raised(top[1:])
    if below[:1] != [d] or len(below) not in (2, 4, 6):
        raise Unclear("derivative")
    under, tail = _raised(below[2:])
    if tail or under != order or not 1 <= order <= 4:
        raise Unclear("derivative")
    variable = below[1].lstrip("\\")
    if rest:
        if len(rest) != 1:
            raise Unclear("derivative")
        inside = Node("sym", name=rest[0].lstrip("\\"))
        return Node("deriv", (inside,), name=variable, value=Fraction(order))
    return Node("deriv", (_reach(parser),), name=variable, value=Fraction(order))


def _raised(texts: list[str]) -> tuple[int, list[str]]:
    """(order, what is left) of `^2y` or `^{2}y`."""
    if texts[:1] == ["^"] and len(texts) > 1:
        if texts[1].isdigit():
            return int(texts[1]), texts[2:]
        if texts[1] == "{" and texts[3:4] == ["}"] and texts[2].isdigit():
            return int(texts[2]), texts[4:]
    return 1, texts


def _reach(parser: Parser) -> Node:
    """What an operator works on: one bracket, or the product that follows and nothing after it."""
    grouped = parser.kind() == "open"
    start = parser.at
    if grouped:
        inside = parser.power()
        if parser.starts():
            parser.at = start
            raise Unclear("reach")
        return inside
    inside = parser.product()
    if parser.text() in ("+", "-", "\\pm"):
        raise Unclear("reach")
    return inside


def _sqrt(parser: Parser) -> Node:
    degree: Node | None = None
    if parser.take("["):
        degree = parser.sum()
        parser.need("]")
    if parser.kind() == "open":
        inside = parser.group()
    elif (
        parser.kind() == "num"
        and parser.tokens[parser.at - 1].end - parser.tokens[parser.at - 1].start == 1
    ):
        inside = parser.number()  # √81, as it is typed
    else:
        inside = parser.bound()
    if degree is None or (degree.op == "num" and degree.value == 2):
        return Node("call", (inside,), name="sqrt")
    return Node("call", (inside, degree), name="root")


def _integral(parser: Parser) -> Node:
    low, high = parser.bounds()
    depth, end = 0, -1
    for place in range(parser.at, len(parser.tokens)):
        token = parser.tokens[place]
        depth += (token.kind == "open") - (token.kind == "close")
        if depth < 0:
            break
        after = parser.tokens[place + 1] if place + 1 < len(parser.tokens) else None
        over = after is not None and (after.kind == "sym" or after.text.startswith("\\"))
        if not depth and token.text == "d" and token.kind == "sym" and over:
            end = place
            break
    if end < 0 or (low is None) != (high is None):
        raise Unclear("integral")
    name = parser.tokens[end + 1].text.lstrip("\\")
    if end == parser.at:
        body = num(1)
    else:
        inner = Parser(parser.tokens[parser.at : end], parser.functions, parser.symbols)
        inner.depth = parser.depth
        body = inner.whole()
    parser.at = end + 2
    if low is None or high is None:
        return Node("integral", (body,), name=name)
    return Node("integral", (body, low, high), name=name)


def _series(op: str) -> Callable[[Parser], Node]:
    def read(parser: Parser) -> Node:
        parser.need("_")
        parser.need("{")
        name = parser.text()
        parser.at += 1
        parser.need("=")
        low = parser.sum()
        parser.need("}")
        parser.need("^")
        high = parser.bound()
        body = _reach(parser)
        return Node("sum" if op == "sum" else "prod", (body, low, high), name=name)

    return read


def _limit(parser: Parser) -> Node:
    parser.need("_")
    parser.need("{")
    name = parser.text().lstrip("\\")
    parser.at += 1
    parser.need("\\to")
    target = parser.sum()
    side = 0
    if parser.take("^"):
        raise Unclear("side")
    parser.need("}")
    return Node("limit", (_reach(parser), target), name=name, value=Fraction(side))


def _binom(parser: Parser) -> Node:
    return Node("binom", (_braced(parser), _braced(parser)))


OPERATORS: Mapping[str, Callable[[Parser], Node]] = {
    "\\frac": _frac,
    "\\sqrt": _sqrt,
    "\\int": _integral,
    "\\sum": _series("sum"),
    "\\prod": _series("prod"),
    "\\lim": _limit,
    "\\binom": _binom,
}
