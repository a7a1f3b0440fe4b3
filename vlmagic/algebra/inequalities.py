"""Inequalities that follow from each other: compared where their truth could change.

This room refuses more than one unknown, and what is bent more than twice.
"""

from __future__ import annotations

from fractions import Fraction

from . import Verdict
from .calculus import Known, resolve
from .node import Node, Unclear
from .numeric import Evaluator, Undefined
from .roots import rational
from .statements import Statement


def inequalities(before: Statement, one: Statement, name: str, known: Known) -> tuple[Verdict, str]:
    """Whether the second holds where the first does."""
    first, second = _truth(before, known), _truth(one, known)
    if max(_degree(each, name) for each in (before, one)) > 2:
        raise Unclear("relation")
    places = _places(before, one)
    found = [(first(at, name), second(at, name)) for at in places]
    if all(a == b for a, b in found):
        return ("right", "") if len({a for a, _ in found}) == 2 else ("unchecked", "condition")
    lost = any(a and not b for a, b in found)
    gained = any(b and not a for a, b in found)
    if lost and gained:
        return "wrong", ""
    edge = sum(1 for a, b in found if a != b) <= 2
    return ("wrong", "") if edge else ("unchecked", "lost" if lost else "gained")


def _truth(one: Statement, known: Known) -> _Truth:
    sides = []
    if one.others or any(relation in ("\\approx", "\\ne") for relation in one.relations):
        raise Unclear("relation")
    for side in one.sides:
        if side is None or side.node is None or side.node.has("pm"):
            raise Unclear("syntax")
        sides.append(resolve(side.node, known))
    return _Truth(sides, one.relations)


class _Truth:
    """Whether a chain of relations holds at a place of its one unknown."""

    def __init__(self, sides: list[Node], relations: list[str]) -> None:
        self.sides, self.relations = sides, relations

    def __call__(self, at: Fraction, name: str) -> bool:
        try:
            values = [Evaluator().value(side, {name: at}) for side in self.sides]
        except Undefined:
            return False
        if not all(isinstance(value, Fraction) for value in values):
            raise Unclear("rational")
        return all(
            a < b if sign == "<" else a > b if sign == ">" else a <= b if sign == "\\le" else a >= b if sign == "\\ge" else a == b
            for a, b, sign in zip(values, values[1:], self.relations, strict=False)
        )  # fmt: skip


def _degree(one: Statement, name: str) -> int:
    found = 0
    for side in one.sides:
        if side is not None and side.node is not None:
            top, low = rational(side.node, name)
            found = max(found, len(top) - 1, 3 if len(low) > 1 else 0)
    return found


def _places(before: Statement, one: Statement) -> list[Fraction]:
    """Where truth is compared: a grid, and every number that stands on a side of the later line."""
    found = {Fraction(step, 12) for step in range(-600, 601)} | {
        Fraction(n) for n in range(-1000, 1001, 37)
    }
    for statement in (before, one):
        for side in statement.sides:
            if side is None or side.node is None or side.node.free():
                continue
            try:
                value = Evaluator().value(side.node, {})
            except Undefined:
                continue
            if not isinstance(value, Fraction):
                raise Unclear("rational")
            found |= {value, value - Fraction(1, 10**6), value + Fraction(1, 10**6)}
    return sorted(found)
