"""Conditions that follow from each other: what one line's solutions are to those of the line before.

A line is compared with the last condition about the same unknowns. "right" needs the same
solutions; "wrong" needs other ones, words or an arrow that say it follows, and no earlier line
that it could come from. This room refuses systems, except that a line may say the same again.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from fractions import Fraction

from . import Verdict
from .calculus import Known, minus, resolve, variants
from .compare import constants, identity, ratio
from .inequalities import inequalities
from .node import Node, Unclear, sym
from .numeric import Evaluator, Undefined
from .roots import Poly, compared, solutions
from .statements import Statement, base, equations

Outcome = tuple[Verdict, str, str]
_SO = re.compile(
    r"\b(?:so|then|thus|hence|therefore|giv(?:es?|ing)|get|gets|obtain\w*|yield\w*|becom\w+|impl\w+|follow\w*|"
    r"subtract\w*|add|adding|divid\w+|multiply\w*|expand\w*|factor\w*|simplif\w+|rearrang\w+|squar\w+|"
    r"tak\w+ (?:the )?(?:square )?roots?|which means|that is|i\.e\.|distribut\w*|both sides|each side|isolat\w+|mov\w+|collect\w*|combin\w+)\b"
    r"|所以|因此|故|则|即|得|移项|两边|除以|乘以|化简|展开|整理|于是|从而|解得|推出|合并",
    re.IGNORECASE,
)
_NEW = re.compile(
    r"\b(?:let|if|when|suppose|assum\w+|for|try|case|where|given|consider|set|setting|similarly|another|next problem|"
    r"second|other|example|problem|question|exercise|also|and|solv(?:e|ing)|now)\b|设|令|若|当|假设|取|已知|其中|如果|另|同理|题|例|又|和|解(?!得)|方程",
    re.IGNORECASE,
)

_STEP = re.compile(
    r"[\s*]*(?:step|步骤|第)\s*[\d一二三四五六七八九十]+\s*步?[\s*.:：)]*", re.IGNORECASE
)


class Follower:
    """The conditions of an answer so far."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.open: list[Statement] = []
        self.broken = False

    def forget(self) -> None:
        """Something stood between that could not be read: the next line may come from there."""
        self.broken = True

    def take(self, one: Statement) -> None:
        """Keep a condition that claims nothing."""
        self.open.append(one)
        self.broken = False

    def speaks_of(self, name: str) -> bool:
        """Whether a condition holds the symbol, as itself or as the unknown of x_1."""
        return any(base(name) in _names(one) or name in _names(one) for one in self.open)

    def binds(self, names: frozenset[str]) -> bool:
        """Whether a condition restricts the symbols, so that no identity is claimed of them."""
        for one in self.open:
            held = _names(one)
            left = one.sides[0].node if one.sides[0] else None
            alone = left is not None and left.op == "sym" and left.name not in names
            single = alone and left is not None and self.known.symbols.get(left.name) is not None
            values = [side.node.free() for side in one.sides[1:] if side and side.node]
            if held & names and not (single and all(each == values[0] for each in values)):
                return True
        return False

    def follow(self, one: Statement, words: str, *, linked: bool, item: bool) -> Outcome | None:
        """The verdict on a condition, given those before; None if it is the first of its kind."""
        names = _names(one)
        before = next((c for c in reversed(self.open) if _shares(_names(c), names)), None)
        immediate = bool(self.open) and before is self.open[-1] and not self.broken
        said = bool(_SO.search(words) and not _NEW.search(words)) or bool(_STEP.fullmatch(words))
        near = linked or one.arrow or said or not re.sub(r"[\s\d.)(*\-:：、。,，;；>]", "", words)
        strong = immediate and (one.arrow or said or (linked and not item))
        earlier = list(self.open)
        self.take(one)
        if before is None or not near:
            return None
        reused = any(self.known.symbols.get(name, one) is None for name in names)
        if reused or (_NEW.search(words) and not said):
            return "unchecked", "unlinked", ""
        try:
            verdict, why = self._compare(before, one)
        except Unclear as unclear:
            return (
                "unchecked",
                str(unclear) if str(unclear) in ("readings", "domain") else "condition",
                "",
            )
        except RecursionError:
            return "unchecked", "deep", ""
        again = _is_solved(before) and not one.arrow
        if verdict == "wrong" and (not strong or again or self._comes_from(earlier, one)):
            return "unchecked", "unlinked", ""
        return verdict, why, ""

    def _comes_from(self, earlier: Sequence[Statement], one: Statement) -> bool:
        """Whether its solutions are among those of any condition, or there are other conditions."""
        names = _names(one)
        if len(names) > 1:
            return sum(1 for c in earlier if _names(c) & names) > 1
        for before in earlier[:-1]:
            try:
                if _names(before) & names and self._compare(before, one)[0] != "wrong":
                    return True
            except Unclear:
                return True
        return False

    def _compare(self, before: Statement, one: Statement) -> tuple[Verdict, str]:
        if any(relation != "=" for relation in (*before.relations, *one.relations)):
            if _names(before) != _names(one) or len(_names(one)) != 1:
                raise Unclear("relation")
            (name,) = _names(one)
            return inequalities(before, one, name, self.known)
        first, second = (self._resolved(equations(each)) for each in (before, one))
        names = frozenset().union(*(node.free() for pair in first for node in pair))
        later = frozenset().union(*(node.free() for pair in second for node in pair))
        if len(names) == 1:
            (unknown,) = names
            second = [(a.put({name: sym(unknown) for name in a.free() if base(name) == unknown}), b) for a, b in second]  # fmt: skip
            later = frozenset().union(*(node.free() for pair in second for node in pair))
            if later == names:
                return self._one_unknown(first, second, unknown)
        if len(first) != 1 or len(second) != 1:
            raise Unclear("relation")
        if ratio(minus(*first[0]), minus(*second[0])) is not None:
            return "right", ""
        return self._rearranged(first[0], second[0])

    def _resolved(self, pairs: list[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
        found = []
        for pair in pairs:
            readings = variants(Node("add", pair))
            if len(readings) > 1:
                raise Unclear("readings")
            found.append(
                (resolve(readings[0].args[0], self.known), resolve(readings[0].args[1], self.known))
            )
        return found

    def _one_unknown(
        self, first: list[tuple[Node, Node]], second: list[tuple[Node, Node]], name: str
    ) -> tuple[Verdict, str]:  # fmt: skip
        try:
            return _related(solutions(first, name), solutions(second, name))
        except Unclear:
            pass
        if (
            len(first) == 1
            and len(second) == 1
            and ratio(minus(*first[0]), minus(*second[0])) is not None
        ):
            return "right", ""
        second = [_as_solved(a, b, name) for a, b in second]
        if len(first) != 1:
            raise Unclear("rational")
        a, b = first[0]
        held = [constants(a.put({name: value}), b.put({name: value})) for _, value in second]
        if all(found == "same" for found in held):
            return ("right", "") if _crossings(a, b, name) == len(second) else ("unchecked", "lost")
        if any(found == "different" for found in held) and not any(
            _is_rounded(v) for _, v in second
        ):
            return "wrong", ""
        return "unchecked", "rounded"

    def _rearranged(
        self, first: tuple[Node, Node], second: tuple[Node, Node]
    ) -> tuple[Verdict, str]:
        """`u = …` put into the condition before: right if that is linear in u and then holds."""
        u, value = second
        if (
            u.op != "sym"
            or u.name in value.free()
            or u.name not in first[0].free() | first[1].free()
        ):
            raise Unclear("condition")
        whole = minus(*first)
        outcome = identity(whole.put({u.name: value}), Node("num"))
        if outcome == "different":
            return "wrong", ""
        if outcome == "same" and _is_linear(whole, u.name):
            return "right", ""
        return "unchecked", "lost"


def _names(one: Statement) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for each in (one, *one.others):
        for side in each.sides:
            if side is not None and side.node is not None:
                found |= variants(side.node)[0].free()
    return frozenset(base(name) for name in found) if one.others else found


def _shares(before: frozenset[str], names: frozenset[str]) -> bool:
    return bool(names) and (names <= before or frozenset(base(name) for name in names) <= before)


def _related(first: Poly, second: Poly) -> tuple[Verdict, str]:
    match compared(first, second):
        case "equal":
            return "right", ""
        case "more":
            return "unchecked", "gained"
        case "fewer":
            return "unchecked", "lost"
        case _:
            return "wrong", ""


def _crossings(a: Node, b: Node, name: str) -> int:
    """How often two sides are seen to cross on a wide grid."""
    whole = minus(a, b)
    signs: list[int] = []
    for step in range(-1600, 1601):
        at = Fraction(step, 16) + Fraction(1, 1009)
        try:
            value = float(Evaluator().value(whole, {name: at}))
        except (Undefined, OverflowError):
            continue
        signs.append(1 if value > 0 else -1)
    return sum(1 for one, other in itertools.pairwise(signs) if one != other)


def _is_solved(one: Statement) -> bool:
    """Whether it gives its unknown as a number."""
    left, right = one.sides[0], one.sides[-1]
    if left is None or right is None or left.node is None or right.node is None:
        return False
    return left.node.op == "sym" and not right.node.free()


def _as_solved(a: Node, b: Node, name: str) -> tuple[Node, Node]:
    """A linear equation as `x = number`; one that has this form already as it is."""
    if a == sym(name) and not b.free():
        return a, b
    found = solutions([(a, b)], name)
    if len(found) != 2:
        raise Unclear("rational")
    return sym(name), Node("num", value=-found[0] / found[1])


def _is_rounded(value: Node) -> bool:
    return any(one.op == "num" and one.places is not None for one in value.walk())


def _is_linear(node: Node, name: str) -> bool:
    low, middle, high = (node.put({name: Node("num", value=Fraction(at))}) for at in (0, 1, 2))
    bent = Node("add", (low, high, Node("neg", (middle,)), Node("neg", (middle,))))
    return identity(bent, Node("num")) == "same"
