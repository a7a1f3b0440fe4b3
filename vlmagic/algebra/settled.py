"""Two sides that need nothing else: numbers, antiderivatives, sides that agree where both exist.

This room refuses to know what was said before.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from . import Verdict
from .calculus import derive
from .compare import constants, identity
from .node import Node, Unclear, signs
from .numeric import Evaluator, Undefined
from .rounding import rounded


def numbers(a: Node, b: Node, relation: str) -> tuple[Verdict, str, str]:
    """Two sides without symbols."""
    from .sympy_process import ask

    if a.has("limit") or b.has("limit") or any(one.op == "const" and one.name == "inf" for node in (a, b) for one in node.walk()):  # fmt: skip
        if relation != "=":
            return "unchecked", "relation", ""
        answer = ask(a, b)
        if answer == "same":
            return "right", "", ""
        return ("wrong", "", "") if answer == "different" else ("unchecked", answer, "")
    if relation == "\\approx":
        return rounded(a, b)
    outcome = constants(a, b)
    if outcome == "unknown" or outcome == "partly":
        return "unchecked", "value", ""
    if relation == "=":
        if outcome == "same":
            return "right", "", ""
        verdict, why, _ = rounded(a, b, exactly=True)
        return verdict, why, _shown(a) if verdict == "wrong" else ""
    if relation == "\\ne":
        return ("right" if outcome == "different" else "wrong"), "", ""
    less = float(Evaluator().value(a, {})) < float(Evaluator().value(b, {}))
    tests: dict[str, Callable[[], bool]] = {
        "<": lambda: outcome == "different" and less,
        ">": lambda: outcome == "different" and not less,
        "\\le": lambda: outcome == "same" or less,
        "\\ge": lambda: outcome == "same" or not less,
    }
    return ("right" if tests[relation]() else "wrong"), "", ""


def _shown(node: Node) -> str:
    """The value of a side, as it is shown beside a wrong one."""
    try:
        value = Evaluator().value(node, {})
    except (Undefined, Unclear):
        return ""
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return str(value.numerator)
        return (
            f"{value.numerator}/{value.denominator}"
            if value.denominator < 1000
            else f"{float(value):.6g}"
        )
    return f"{float(value):.6g}"


def antiderivative(a: Node, b: Node, name: str) -> tuple[Verdict, str, str]:
    """Sides with an indefinite integral are the same up to a constant, which has to be written."""
    outcome = identity(derive(a, name), derive(b, name))
    bare = [node for node in (a, b) if not any(one.op == "integral" and len(one.args) == 1 for one in node.walk())]  # fmt: skip
    if outcome == "different":
        return "wrong", "", ""
    if outcome != "same" and not (
        outcome == "partly" and on_domain(derive(a, name), derive(b, name))
    ):
        return "unchecked", "domain", ""
    if any(not any(letter[0] in "CcKk" for letter in node.free() - {name}) for node in bare):
        return "unchecked", "constant", ""
    return "right", "", ""


def on_domain(a: Node, b: Node) -> bool:
    """Whether two sides agree at every point where both exist: operators imply their domain."""
    from .compare import at_point, regions

    found = [at_point(a, b, at) for points in regions(a.free() | b.free()) for at in points]
    return "different" not in found and found.count("same") >= 8


def signed(a: Node, b: Node, relation: str) -> tuple[Verdict, str, str]:
    """± on one side or both: the two values, as a set."""
    if relation not in ("=", "\\approx") or a.free() or b.free():
        return "unchecked", "sign", ""
    left, right = signs(a), signs(b)
    met = [[numbers(one, other, relation)[0] for other in right] for one in left]
    covers = all("right" in row for row in met) and all(
        "right" in column for column in zip(*met, strict=True)
    )
    if covers:
        return "right", "", ""
    if all(verdict == "wrong" for row in met for verdict in row):
        return "wrong", "", ""
    lost = any(all(v == "wrong" for v in row) for row in met) and any(
        all(v == "wrong" for v in column) for column in zip(*met, strict=True)
    )
    return ("wrong", "", "") if lost else ("unchecked", "sign", "")
