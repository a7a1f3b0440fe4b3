"""Solution sets of one unknown, compared exactly: polynomials with fractions as coefficients.

Real roots are counted by Sturm's theorem, never approximated. This room refuses equations that
are not rational in their unknown.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Literal, TypeAlias

from .node import Node, Unclear

Poly: TypeAlias = tuple[Fraction, ...]
"""Coefficients from the constant upward; the last is not nought; empty is nought."""
Sets = Literal["equal", "more", "fewer", "other", "apart"]
"""What the second set is to the first: "other" if each has something the other lacks."""
_DEGREE = 12


def _trim(values: list[Fraction]) -> Poly:
    while values and values[-1] == 0:
        values.pop()
    return tuple(values)


def _add(a: Poly, b: Poly, sign: int = 1) -> Poly:
    size = max(len(a), len(b))
    return _trim(
        [
            (a[i] if i < len(a) else Fraction(0)) + sign * (b[i] if i < len(b) else 0)
            for i in range(size)
        ]
    )


def times(a: Poly, b: Poly) -> Poly:
    """The product; `Unclear` where its degree is too high to be worth it."""
    if len(a) + len(b) - 2 > _DEGREE:
        raise Unclear("long")
    found = [Fraction(0)] * max(0, len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            found[i + j] += x * y
    return _trim(found)


def _divided(a: Poly, b: Poly) -> tuple[Poly, Poly]:
    rest, quotient = list(a), [Fraction(0)] * max(0, len(a) - len(b) + 1)
    while len(rest) >= len(b):
        factor = rest[-1] / b[-1]
        shift = len(rest) - len(b)
        quotient[shift] = factor
        for i, value in enumerate(b):
            rest[i + shift] -= factor * value
        rest.pop()
        rest = list(_trim(rest))
    return _trim(quotient), tuple(rest)


def gcd(a: Poly, b: Poly) -> Poly:
    """The greatest common divisor, its leading coefficient 1."""
    while b:
        a, b = b, _divided(a, b)[1]
    return tuple(value / a[-1] for value in a) if a else ()


def _slope(a: Poly) -> Poly:
    return _trim([value * i for i, value in enumerate(a)][1:])


def _simple(a: Poly) -> Poly:
    """The polynomial with every root once."""
    return _divided(a, gcd(a, _slope(a)))[0] if len(a) > 1 else a


def _without(a: Poly, b: Poly) -> Poly:
    """What is left of a polynomial without the roots of another."""
    while len(b) > 1 and len(common := gcd(a, b)) > 1:
        a = _divided(a, common)[0]
    return a


def real_roots(a: Poly) -> int:
    """How many different real roots there are."""
    if len(a) < 2:
        return 0
    chain = [_simple(a)]
    chain.append(_slope(chain[0]))
    while chain[-1]:
        chain.append(tuple(-value for value in _divided(chain[-2], chain[-1])[1]))
    ends = [one for one in chain if one]
    low = [one[-1] * (-1) ** (len(one) - 1) for one in ends]
    high = [one[-1] for one in ends]
    return _changes(low) - _changes(high)


def _changes(values: list[Fraction]) -> int:
    return sum(1 for a, b in pairwise(values) if (a < 0) != (b < 0))


def rational(node: Node, name: str) -> tuple[Poly, Poly]:
    """(numerator, denominator) of a tree in one unknown; `Unclear` if it is not rational."""
    one: Poly = (Fraction(1),)
    match node.op:
        case "num":
            return _trim([node.value]), one
        case "sym" if node.name == name:
            return (Fraction(0), Fraction(1)), one
        case "neg":
            top, low = rational(node.args[0], name)
            return tuple(-value for value in top), low
        case "add":
            top, low = (), one
            for term in node.args:
                other, below = rational(term, name)
                if below == low:
                    top = _add(top, other)
                else:
                    top, low = _add(times(top, below), times(other, low)), times(low, below)
            return top, low
        case "mul":
            (a, b), (c, d) = (rational(arg, name) for arg in node.args)
            return times(a, c), times(b, d)
        case "div":
            (a, b), (c, d) = (rational(arg, name) for arg in node.args)
            if not c:
                raise Unclear("zero")
            return times(a, d), times(b, c)
        case "pow":
            power, negative = node.args[1], node.args[1].op == "neg"
            power = power.args[0] if negative else power
            if power.op == "num" and power.value.denominator == 1 and power.value <= _DEGREE:
                top, low = rational(node.args[0], name)
                found: tuple[Poly, Poly] = (one, one)
                for _ in range(int(power.value)):
                    found = times(found[0], top), times(found[1], low)
                if negative and not found[0]:
                    raise Unclear("zero")
                return (found[1], found[0]) if negative else found
    raise Unclear("rational")


def solutions(equations: list[tuple[Node, Node]], name: str) -> Poly:
    """A polynomial whose roots are the solutions of any of the equations (left, right)."""
    found: Poly = (Fraction(1),)
    for left, right in equations:
        top, low = rational(Node("add", (left, Node("neg", (right,)))), name)
        if not top:
            raise Unclear("identity")
        poles = low
        for side in (left, right):
            poles = times(poles, rational(side, name)[1])
        found = times(found, _without(_simple(top), poles))
    return _simple(found) if len(found) > 1 else found


def compared(first: Poly, second: Poly) -> Sets:
    """What the real roots of the second are to those of the first."""
    common = gcd(first, second)
    lost = real_roots(_divided(first, common)[0])
    new = real_roots(_divided(second, common)[0])
    if not lost and not new:
        return "equal"
    if not lost:
        return "more"
    if not new:
        return "fewer" if real_roots(common) else "apart"
    return "other" if real_roots(common) else "apart"
