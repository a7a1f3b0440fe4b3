"""The value of a tree at a point: exact fractions as long as possible, then floating numbers.

Every evaluation has a budget of operations, so that no formula is slow. A value that does not
exist among the real numbers is `Undefined`. This room refuses to decide what is equal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from .node import Node, Unclear

Value: TypeAlias = Any
"""A `Fraction` while it is exact, else a number of the library in use."""
_BITS = 4000
"""Exact numbers may grow to so many bits."""
_TERMS = 400
_FUNCTIONS = {
    "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
    "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "exp": "exp",
}  # fmt: skip
_ONE_OVER = {"sec": "cos", "csc": "sin", "cot": "tan"}


class Undefined(Exception):  # noqa: N818 - a point outside a domain is no error
    """There is no real value at this point."""


class Evaluator:
    """Values of trees. `lib` is `math`, or a context of mpmath for more digits."""

    def __init__(self, lib: Any = math, budget: int = 60_000) -> None:
        self.lib = lib
        self.left = budget
        self.scale = 0.0
        """The greatest number met on the way: what was lost by rounding is in proportion to it."""

    def value(self, node: Node, at: Mapping[str, Value]) -> Value:
        """The value of the tree at a point; `Undefined` or `Unclear` where there is none."""
        self.left -= 1
        if self.left < 0:
            raise Unclear("long")
        try:
            found = self._value(node, at)
            if not isinstance(found, Fraction):
                if isinstance(found, complex) or found != found or abs(found) > 1e150:
                    raise Undefined
                if type(found).__name__ == "mpc":
                    raise Undefined
            size = abs(float(found))
        except (ValueError, ZeroDivisionError, OverflowError, TypeError) as error:
            raise Undefined from error
        self.scale = max(self.scale, size)
        return found

    def _value(self, node: Node, at: Mapping[str, Value]) -> Value:
        match node.op:
            case "num":
                return node.value
            case "sym":
                if node.name not in at:
                    raise Unclear("symbol")
                return at[node.name]
            case "const":
                if node.name == "inf":
                    raise Unclear("infinity")
                return +getattr(self.lib, node.name)
            case "neg":
                return -self.value(node.args[0], at)
            case "abs":
                return abs(self.value(node.args[0], at))
            case "add":
                total: Value = Fraction(0)
                for one in node.args:
                    total = self._both(total, self.value(one, at), "+")
                return total
            case "mul":
                return self._both(self.value(node.args[0], at), self.value(node.args[1], at), "*")
            case "div":
                return self._both(self.value(node.args[0], at), self.value(node.args[1], at), "/")
            case "pow":
                return self._power(self.value(node.args[0], at), self.value(node.args[1], at))
            case "call":
                return self._call(node, [self.value(one, at) for one in node.args])
            case "fact":
                return Fraction(math.factorial(self._whole(self.value(node.args[0], at), 120)))
            case "binom":
                top, low = (self._whole(self.value(one, at), 120) for one in node.args)
                return Fraction(math.comb(top, low))
            case "sum" | "prod":
                return self._series(node, at)
            case "between":
                low, high = (self.value(one, at) for one in node.args[1:])
                last = self.value(node.args[0], {**at, node.name: high})
                return self._both(last, -self.value(node.args[0], {**at, node.name: low}), "+")
            case "integral" if len(node.args) == 3:
                return self._integral(node, at)
        raise Unclear(node.op)

    def _float(self, value: Value) -> Value:
        if isinstance(value, Fraction):
            if self.lib is math:
                return float(value)
            return self.lib.mpf(value.numerator) / value.denominator
        return value

    def _both(self, one: Value, other: Value, sign: str) -> Value:
        exact = isinstance(one, Fraction) and isinstance(other, Fraction)
        if not exact:
            one, other = self._float(one), self._float(other)
        found = one + other if sign == "+" else one * other if sign == "*" else one / other
        if exact and found.numerator.bit_length() + found.denominator.bit_length() > _BITS:
            raise Unclear("long")
        return found

    def _power(self, base: Value, power: Value) -> Value:
        if isinstance(power, Fraction) and power.denominator == 1:
            if base == 0 and power <= 0:
                raise Undefined
            n = power.numerator
            if isinstance(base, Fraction):
                size = max(base.numerator.bit_length(), base.denominator.bit_length())
                if size * abs(n) > _BITS:
                    raise Unclear("long")
                return base**n
            if abs(n) < 2000:
                return base**n
        if base <= 0:
            if base == 0 and power > 0:
                return Fraction(0)
            raise Undefined
        exponent = self._float(power)
        logarithm = self.lib.log(self._float(base)) * exponent
        if abs(logarithm) > 300:
            raise Undefined
        return self.lib.exp(logarithm)

    def _call(self, node: Node, args: list[Value]) -> Value:
        name, first = node.name, self._float(args[0])
        if name in ("sqrt", "root"):
            degree = self._whole(args[1], 50) if len(args) > 1 else 2
            return self._root(args[0], degree)
        if name in ("ln", "log", "lg"):
            if first <= 0:
                raise Undefined
            if name == "ln":
                return self.lib.log(first)
            base = self._float(args[1]) if len(args) > 1 else self._float(Fraction(10))
            if base <= 0 or base == 1:
                raise Undefined
            return self.lib.log(first) / self.lib.log(base)
        if abs(first) > (300 if name in ("exp", "sinh", "cosh") else 1e6):
            raise Undefined
        if name in ("arcsin", "arccos") and abs(first) > 1:
            raise Undefined
        if name in _ONE_OVER:
            below = getattr(self.lib, _ONE_OVER[name])(first)
            if abs(below) < 1e-9:
                raise Undefined
            return 1 / below
        found = getattr(self.lib, _FUNCTIONS[name])(first)
        if name == "tan" and abs(found) > 1e9:
            raise Undefined
        return found

    def _root(self, value: Value, degree: int) -> Value:
        if degree < 1 or (value < 0 and degree % 2 == 0):
            raise Undefined
        sign, size = (-1 if value < 0 else 1), abs(value)
        if size == 0:
            return Fraction(0)
        if isinstance(size, Fraction):
            top, low = _whole_root(size.numerator, degree), _whole_root(size.denominator, degree)
            if top is not None and low is not None:
                return Fraction(sign * top, low)
        number = self._float(size)
        if degree == 2:
            return self.lib.sqrt(number)
        return sign * self.lib.exp(self.lib.log(number) / degree)

    def _whole(self, value: Value, most: int) -> int:
        if not isinstance(value, Fraction) or value.denominator != 1 or not 0 <= value <= most:
            raise Undefined
        return value.numerator

    def _series(self, node: Node, at: Mapping[str, Value]) -> Value:
        low, high = (self.value(one, at) for one in node.args[1:])
        if not (isinstance(low, Fraction) and isinstance(high, Fraction)):
            raise Undefined
        if low.denominator != 1 or high.denominator != 1 or high < low:
            raise Undefined
        if high - low > _TERMS:
            raise Unclear("long")
        sign = "+" if node.op == "sum" else "*"
        total: Value = Fraction(0 if sign == "+" else 1)
        for k in range(int(low), int(high) + 1):
            total = self._both(
                total, self.value(node.args[0], {**at, node.name: Fraction(k)}), sign
            )
        return total

    def _integral(self, node: Node, at: Mapping[str, Value]) -> Value:
        """Tanh-sinh quadrature, twice: what has not settled is not known."""
        ends = [one.op == "const" and one.name == "inf" for one in node.args[1:]]
        ends[0] = ends[0] or (node.args[1].op == "neg" and node.args[1].args[0].name == "inf")
        if any(ends) or self.lib is not math:
            raise Unclear("integral")
        low, high = (float(self.value(one, at)) for one in node.args[1:])
        coarse, fine = (self._quadrature(node, at, low, high, step) for step in (1 / 8, 1 / 16))
        if abs(coarse - fine) > 1e-11 * (1 + abs(fine)):
            raise Unclear("integral")
        return fine

    def _quadrature(self, node: Node, at: Mapping[str, Value], low: float, high: float, step: float) -> float:  # fmt: skip
        half, middle, total = (high - low) / 2, (high + low) / 2, 0.0
        reach = int(3.2 / step)
        for k in range(-reach, reach + 1):
            t = k * step
            place = math.tanh(math.pi / 2 * math.sinh(t))
            weight = math.pi / 2 * math.cosh(t) / math.cosh(math.pi / 2 * math.sinh(t)) ** 2
            if 1 - abs(place) < 1e-15:
                continue
            total += weight * float(
                self.value(node.args[0], {**at, node.name: middle + half * place})
            )
        return total * half * step


def _whole_root(number: int, degree: int) -> int | None:
    guess = (
        math.isqrt(number)
        if degree == 2
        else round(number ** (1 / degree))
        if number < 2**900
        else -1
    )
    return next((n for n in (guess - 1, guess, guess + 1) if n >= 0 and n**degree == number), None)
