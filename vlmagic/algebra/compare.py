"""Whether two trees are the same: at random points, exactly where they are rational.

"same" needs agreement at every point with sixty digits; "different" needs disagreement in every
region (positive, negative, small, large, whole numbers): what holds only somewhere is "partly".
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

from .node import Node, Unclear
from .numeric import Evaluator, Undefined, Value

Outcome = Literal["same", "different", "partly", "unknown"]
_POINTS = 5


def regions(names: frozenset[str]) -> Iterator[list[dict[str, Fraction]]]:
    """For each region, some points; the same for the same names."""
    order = sorted(names)
    dice = random.Random("|".join(order))
    for low, high in ((1, 4), (-4, -1), (0, 1), (-1, 0), (10, 40)):
        yield [
            {name: Fraction(dice.randint(low * 97 + 1, high * 97 - 1), 97) for name in order}
            for _ in range(_POINTS)
        ]
    yield [{name: Fraction(dice.randint(1, 12)) for name in order} for _ in range(_POINTS + 3)]


@lru_cache(maxsize=1)
def precise() -> Any:
    """A context of mpmath with sixty digits, or None where sympy's library is not installed."""
    try:
        import mpmath
    except ImportError:
        return None
    context = mpmath.MPContext()
    context.dps = 60
    return context


def at_point(left: Node, right: Node, at: Mapping[str, Value], lib: Any = math) -> Outcome:
    """Whether two values are the same at a point; "partly" where only one exists."""
    values: list[Value] = []
    scale = 0.0
    for node in (left, right):
        evaluator = Evaluator(lib)
        try:
            values.append(evaluator.value(node, at))
        except Undefined:
            values.append(None)
        scale = max(scale, evaluator.scale)
    one, other = values
    if one is None and other is None:
        return "unknown"
    if one is None or other is None:
        return "partly"
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return "same" if one == other else "different"
    if lib is math:
        gap, near, far = abs(float(one) - float(other)), 1e-9, 1e-6
    else:
        gap, near, far = abs(_mpf(lib, one) - _mpf(lib, other)), 1e-45, 1e-30
    if gap <= near * max(scale, 1e-30):
        return "same"
    size = max(abs(float(one)), abs(float(other)))
    if gap > far * size and gap > 1e-11 * scale:
        return "different"
    return "unknown"


def _mpf(lib: Any, value: Value) -> Any:
    if isinstance(value, Fraction):
        return lib.mpf(value.numerator) / value.denominator
    return lib.mpf(value)


def constants(left: Node, right: Node) -> Outcome:
    """Whether two trees without symbols have the same value."""
    found = at_point(left, right, {})
    if found != "same" or _is_exact(left, right):
        return found
    return _precisely(left, right, {})


def _is_exact(left: Node, right: Node) -> bool:
    try:
        return all(isinstance(Evaluator().value(one, {}), Fraction) for one in (left, right))
    except Undefined:
        return False


def _precisely(left: Node, right: Node, at: Mapping[str, Value]) -> Outcome:
    lib = precise()
    if lib is None:
        raise Unclear("extra")
    if left.has("integral") or right.has("integral"):
        return at_point(left, right, at)  # settled by quadrature to eleven digits
    return at_point(left, right, at, lib)


def identity(left: Node, right: Node) -> Outcome:
    """Whether two trees are the same for all values of their symbols."""
    names = left.free() | right.free()
    if not names:
        return constants(left, right)
    same = other = one_sided = 0
    everywhere = True
    inexact: list[dict[str, Fraction]] = []
    for points in regions(names):
        differ = agree = 0
        for at in points:
            found = at_point(left, right, at)
            differ += found == "different"
            agree += found == "same"
            one_sided += found == "partly"
            if found == "same" and len(inexact) < 40:
                inexact.append(at)
        same, other = same + agree, other + differ
        if agree or differ:
            everywhere = everywhere and differ > 2 * agree
    if other and everywhere and other >= 4:
        return "different"
    if other or same < 6:
        return "partly" if same else "unknown"
    if one_sided:
        return "partly"
    if not _is_rational(left) or not _is_rational(right):
        checked = [_precisely(left, right, at) for at in inexact[:: max(1, len(inexact) // 5)]]
        if any(found != "same" for found in checked):
            return "unknown"
    return "same"


def _is_rational(node: Node) -> bool:
    return not node.has("call", "const", "integral") and all(
        one.args[1].op in ("num", "neg", "sym", "add", "mul") and not _has_fraction(one.args[1])
        for one in node.walk()
        if one.op == "pow"
    )


def _has_fraction(node: Node) -> bool:
    return any(
        one.op == "div" or (one.op == "num" and one.value.denominator > 1) for one in node.walk()
    )


def ratio(left: Node, right: Node) -> Fraction | float | None:
    """The constant that `left / right` is at every point; None if there is none."""
    names = left.free() | right.free()
    found: list[Value] = []
    for points in regions(names):
        for at in points[:3]:
            try:
                below = Evaluator().value(right, at)
                found.append(Evaluator().value(left, at) / below)
            except (Undefined, ZeroDivisionError):
                continue
    if len(found) < 6 or not all(isinstance(one, Fraction) for one in found):
        return None
    return found[0] if found[0] != 0 and all(one == found[0] for one in found) else None
