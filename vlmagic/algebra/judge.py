"""The verdicts: what each statement of an answer claims, given what stands before it.

    a = b = c          each link after the first claims an identity
    f'(x) = …, ∫ … = … a result is claimed
    2x + 3 = 7         a condition: nothing is claimed
    ⇒ 2x = 4           its solutions are those of the condition before

This room refuses a verdict where a name has two meanings or a reading is open.
"""

from __future__ import annotations

import re
import time

from . import Step, Verdict
from .calculus import Known, constant, resolve, variants
from .compare import constants, identity
from .follow import Follower
from .found import Formula, formulas
from .node import Node, Unclear
from .reasons import reason
from .settled import antiderivative, numbers, on_domain, signed
from .statements import Side, Statement, statements
from .sympy_process import within
from .wording import IMAGINED, PART, SOLVING, SUPPOSED, TOLD

_MOST = 200
SECONDS = 3.0
"""For one answer, sympy's start counted: nobody waits longer for its marks."""
_OPERATORS = ("fun", "prime", "deriv", "integral", "limit", "sum", "prod", "between")


class Judge:
    """One answer, read from front to back."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.known = Known()
        self.follower = Follower(self.known)
        self.found: list[Step] = []
        self.last: Side | None = None
        self.fresh = True
        self.words = ""
        """What was said since the last statement, formulas that are none included."""

    def steps(self) -> list[Step]:
        """All steps."""
        until = time.monotonic() + SECONDS
        with within(SECONDS):
            for formula in formulas(self.answer):
                if len(self.found) >= _MOST:
                    break
                if time.monotonic() > until:
                    self._add(formula.start, formula.end, "unchecked", "time")
                else:
                    self._formula(formula)
        return self.found

    def _formula(self, formula: Formula) -> None:
        self.words += formula.before
        if PART.search(formula.before):
            self.known = Known()
            self.follower = Follower(self.known)
        try:
            read = statements(formula.text, formula.start, self.known)
        except Unclear as unclear:
            if re.search(r"[=<>≤≥≈]|\\(?:le|ge|ne|approx)", formula.text):
                self._add(formula.start, formula.end, "unchecked", str(unclear))
            self.last = None
            self.follower.forget()
            return
        self._note_dependent(read)
        row = 0
        for number, one in enumerate(read):
            words = self.words if number == 0 else ""
            linked = number > 0 and (one.arrow or one.row != row)
            row = one.row
            if number == 0 and re.search(r"\w", formula.before):
                self.last = None  # "= 5" goes on only where no word stands between
            self._statement(one, words, linked=linked or one.arrow, item=formula.item)
            if len(one.sides) > 1:
                self.words = ""

    def _note_dependent(self, read: list[Statement]) -> None:
        for one in read:
            for side in one.sides:
                for node in side.node.walk() if side and side.node else ():
                    if node.op in ("deriv", "prime") and node.args[0].op == "sym":
                        name = node.args[0].name
                        if name not in self.known.symbols:
                            self.known.dependent.add(name)

    # -- statements -----------------------------------------------------------------------

    def _statement(self, one: Statement, words: str, *, linked: bool, item: bool) -> None:
        if one.sides[0] is None:
            one.sides[0] = self.last
            self.fresh = False
        else:
            self.fresh = True
        if len(one.sides) < 2:
            self.last = one.sides[0]
            return
        if one.reason:
            self._add(one.start, one.end, "unchecked", one.reason)
            self.last = None
            return
        inner = range(1, len(one.sides))
        for place in inner:
            left, right = one.sides[place - 1], one.sides[place]
            assert right is not None
            begin = left.start if left and (place == 1 and self.fresh) else right.start
            end = one.others[-1].end if one.others and place == inner[-1] else right.end
            if left is None:
                self._add(begin, end, "unchecked", "start")
            elif left.node is None or right.node is None:
                self._add(begin, end, "unchecked", left.reason or right.reason)
            else:
                self._link(one, place, (left.node, right.node), (begin, end), words, linked=linked, item=item)  # fmt: skip
        for other in one.others:
            for place in range(2, len(other.sides)):
                left, right = other.sides[place - 1], other.sides[place]
                if left and right and left.node and right.node:
                    verdict, why, truth = self._identity(left.node, right.node, other.relations[place - 1], chain=True)  # fmt: skip
                    self._add(right.start, right.end, verdict, why, truth)
        self.last = one.sides[-1]

    def _link(
        self, one: Statement, place: int, pair: tuple[Node, Node], span: tuple[int, int], words: str,
        *, linked: bool, item: bool,
    ) -> None:  # fmt: skip
        left, right = pair
        relation = one.relations[place - 1]
        first = place == 1 and self.fresh
        if first and IMAGINED.search(words) and not linked:
            self._add(*span, "unchecked", "condition")
            self.follower.take(one)
            return
        if first and relation == "=" and self._defines(one, left, right, words, linked=linked):
            self._add(*span, "unchecked", "definition")
            return
        chain = not first
        told = first and len(one.sides) == 2 and self._told(pair, words)
        verdict, why, truth = self._identity(
            left, right, relation, chain=chain or told, first=first
        )
        if verdict == "unchecked" and why in ("condition", "sign", "relation", "symbol") and first:
            outcome = self.follower.follow(one, words, linked=linked, item=item)
            if outcome is not None:
                verdict, why, truth = outcome
        if first and relation == "=" and verdict != "right":
            self._remember(left, right, supposed=bool(SUPPOSED.search(words)))
        self._add(*span, verdict, why, truth)

    def _told(self, pair: tuple[Node, Node], words: str) -> bool:
        """Whether the words say that two sides are one expression written twice."""
        if not TOLD.search(words) or SOLVING.search(self.answer) or self.follower.open:
            return False
        left, right = (one.free() for one in pair)
        return left == right and bool(left) and not any(one.op in ("sym", "fun") for one in pair)

    def _defines(
        self, one: Statement, left: Node, right: Node, words: str, *, linked: bool
    ) -> bool:
        """Whether `f(x) = …` or `y = …` says what a name means; then it is remembered."""
        if left.op == "fun" and not left.value and all(arg.op == "sym" for arg in left.args):
            names = tuple(arg.name for arg in left.args)
            if left.name not in self.known.functions and not right.has("fun"):
                self.known.functions[left.name] = (names, right)
                return True
            if SUPPOSED.search(words):
                self.known.functions[left.name] = None
            return False
        if left.op == "fun" and left.name not in self.known.functions and not left.value:
            return False
        if left.op != "sym" or linked or left.name in right.free() or one.others or right.has("pm"):
            return False
        if left.name in self.known.symbols or self.follower.speaks_of(left.name):
            return False
        self.known.symbols[left.name] = right
        self.follower.take(one)
        return True

    def _remember(self, left: Node, right: Node, *, supposed: bool) -> None:
        if left.op != "sym":
            return
        if left.name in self.known.symbols:
            same = self.known.symbols[left.name] == right
            if not same and (supposed or not right.free() or not self._agrees(left, right)):
                self.known.symbols[left.name] = None
        elif left.name not in right.free():
            self.known.symbols[left.name] = right
            self.known.solved.add(left.name)

    def _agrees(self, left: Node, right: Node) -> bool:
        try:
            return constants(constant(left, self.known), constant(right, self.known)) == "same"
        except Unclear:
            return False

    # -- links ----------------------------------------------------------------------------

    def _identity(
        self, left: Node, right: Node, relation: str, *, chain: bool, first: bool = False
    ) -> tuple[Verdict, str, str]:
        """Whether `left relation right` holds by itself, or with the numbers that were defined."""
        try:
            a, b = resolve(left, self.known), resolve(right, self.known)
            outcomes = set()
            truth = ""
            for pair in _readings(a, b):
                verdict, why, truth = self._pair(
                    *pair, (left, right), relation, chain=chain, first=first
                )
                outcomes.add((verdict, why))
        except Unclear as unclear:
            return "unchecked", str(unclear), ""
        except RecursionError:
            return "unchecked", "deep", ""
        verdicts = {verdict for verdict, _ in outcomes}
        if outcomes == {("right", ""), ("unchecked", "condition")} or outcomes == {("right", ""), ("unchecked", "value")}:  # fmt: skip
            return (
                "right",
                "",
                "",
            )  # e as Euler's number: it holds to sixty digits, so that is meant
        if len(verdicts) > 1:
            return "unchecked", "readings", ""
        verdict, why = outcomes.pop()
        return verdict, why, truth

    def _pair(
        self, a: Node, b: Node, written: tuple[Node, Node], relation: str, *, chain: bool, first: bool
    ) -> tuple[Verdict, str, str]:  # fmt: skip
        if a.has("pm") or b.has("pm"):
            return signed(a, b, relation)
        if not a.free() and not b.free():
            return numbers(a, b, relation)
        if relation == "\\approx" or relation != "=":
            return self._with_values(a, b, relation)
        if a.has("limit") or b.has("limit"):
            return self._asked(a, b)
        indefinite = [one for node in (a, b) for one in node.walk() if one.op == "integral" and len(one.args) == 1]  # fmt: skip
        if indefinite:
            return antiderivative(a, b, indefinite[0].name)
        outcome = identity(a, b)
        operates = written[0].has(*_OPERATORS) or written[1].has(*_OPERATORS)
        if outcome == "same" or (outcome == "partly" and operates and on_domain(a, b)):
            return "right", "", ""
        if outcome == "partly":
            return "unchecked", "domain", ""
        if outcome == "unknown":
            return "unchecked", "value", ""
        if not first or written[0].op == "sym":
            found = self._with_values(a, b, relation)
            if found[0] != "unchecked":
                return found
        names = a.free() | b.free()
        claimed = a.free() == b.free() and (
            chain or (operates and written[0].op in (*_OPERATORS, "neg", "mul"))
        )
        if (
            not claimed
            and operates
            and b.free()
            and b.free() < a.free()
            and written[0].op in _OPERATORS
        ):
            claimed = True
        if claimed and not self.follower.binds(names) and not (names & self.known.dependent):
            return "wrong", "", ""
        return "unchecked", "condition", ""

    def _with_values(self, a: Node, b: Node, relation: str) -> tuple[Verdict, str, str]:
        try:
            one, other = constant(a, self.known), constant(b, self.known)
        except Unclear:
            return "unchecked", "condition", ""
        if a.op == "sym" and not b.free() and not (self.known.symbols.get(a.name) or a).free():
            return "unchecked", "condition", ""
        found = numbers(one, other, relation)
        if found[0] == "wrong" and (a.free() | b.free()) & self.known.solved:
            return "unchecked", "condition", ""  # a solution is no value for all that follows
        return found

    def _asked(self, a: Node, b: Node) -> tuple[Verdict, str, str]:
        from .sympy_process import ask

        answer = ask(a, b)
        return ("right", "", "") if answer == "same" else ("wrong", "", "") if answer == "different" else ("unchecked", answer, "")  # fmt: skip

    def _add(self, start: int, end: int, verdict: Verdict, why: str = "", truth: str = "") -> None:
        text = self.answer[start:end]
        claims = verdict != "unchecked" or why not in ("definition", "condition")
        self.found.append(
            Step(len(self.found) + 1, start, end, text, verdict, reason(why), truth, claims)
        )


def _readings(a: Node, b: Node) -> list[tuple[Node, Node]]:
    joined = Node("add", (a, b))
    return [(one.args[0], one.args[1]) for one in variants(joined)]
