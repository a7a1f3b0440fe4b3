"""Rounded numbers: what `≈` claims follows from the digits that were written.

This room refuses to call a number right that is off by more than its last digit's half.
"""

from __future__ import annotations

from fractions import Fraction

from . import Verdict
from .node import Node
from .numeric import Evaluator, Undefined

_SURELY = 1.5
"""So many units of the last digit away is wrong; between half a unit and this, nobody knows."""


def unit(node: Node) -> Fraction | None:
    """The value of one unit in the last digit of a number as written; None if it is no number."""
    if node.op == "neg":
        return unit(node.args[0])
    if node.op == "num":
        if node.places is not None:
            return Fraction(1, 10**node.places)
        number, size = node.value.numerator, 1
        while number and number % 10 == 0:
            number, size = number // 10, size * 10
        return Fraction(size) if node.value else Fraction(1)
    if node.op == "mul" and node.args[1].op == "pow" and node.args[1].args[0] == Node("num", value=Fraction(10)):  # fmt: skip
        own = unit(node.args[0])
        if own is not None and node.args[0].op == "num":
            if node.args[0].places is None:
                own = Fraction(1)
            try:
                factor = Evaluator().value(node.args[1], {})
            except Undefined:
                return None
            return own * factor if isinstance(factor, Fraction) else None
    if node.op == "div" and node.args[1] == Node("num", value=Fraction(100)):  # a percentage
        own = unit(node.args[0])
        return own / 100 if own is not None else None
    return None


def rounded(a: Node, b: Node, *, exactly: bool = False) -> tuple[Verdict, str, str]:
    """Whether the right side is the left, rounded to the digits that it is written with.

    `exactly`: an equals sign stood between them; then a rounded number is at best "unchecked".
    """
    coarse = unit(b)
    try:
        value, shown = (Evaluator().value(one, {}) for one in (a, b))
    except Undefined:
        return "unchecked", "value", ""
    gap = abs(float(value) - float(shown))
    truth = f"{float(value):.6g}"
    if coarse is None:
        size = max(abs(float(value)), abs(float(shown)))
        near = size * (1e-9 if exactly else 0.25)
        return ("wrong", "", truth) if gap > near else ("unchecked", "rounded", "")
    fine = min(coarse, Fraction(1)) if b.op in ("num", "neg") else coarse
    if exactly:
        whole = isinstance(value, Fraction) and value.denominator == 1
        near = float(fine) * (0.5000001 if fine == 1 else 1.0000001)
        return ("wrong", "", truth) if whole or gap > near else ("unchecked", "rounded", "")
    if gap <= float(fine) * 0.5000001:
        return "right", "", ""
    if gap <= _SURELY * float(coarse):
        return "unchecked", "rounded", ""
    return "wrong", "", truth
