"""Numbers as they stand in facts: short, exact to six digits, and well-chosen points of a curve.

numpy is taken from where the plotting library left it; the few that do without have it imported.
"""

from __future__ import annotations

import importlib
import math
import sys
from typing import Any

_ENOUGH = 2000
"""Curves longer than this are thinned, extremes kept, before points are chosen."""


def numpy() -> Any:
    """numpy; ImportError if there is none."""
    return sys.modules.get("numpy") or importlib.import_module("numpy")


def array(values: Any) -> Any:
    """A flat array of floats; masked values are NaN."""
    np = numpy()
    if type(values) is np.ndarray and values.ndim == 1 and values.dtype == float:
        return values
    if np.ma.is_masked(values):
        values = values.astype(float).filled(np.nan)
    found = np.asarray(np.ma.getdata(values), dtype=float)
    return found if found.ndim == 1 else found.ravel()


def digits(low: Any, high: Any) -> int:
    """Significant digits that tell numbers between `low` and `high` apart: six, seldom more."""
    span, most = abs(float(high) - float(low)), max(abs(float(low)), abs(float(high)))
    if not 0 < span < most < float("inf"):
        return 6
    return min(15, max(6, math.ceil(math.log10(most / span)) + 4))


def extent(values: Any) -> list[float | int | None]:
    """The lowest and the highest of numbers, told apart; gaps are left out."""
    low, high = numpy().nanmin(values), numpy().nanmax(values)
    return [short(low, digits(low, high)), short(high, digits(low, high))]


def short(value: Any, most: int = 6) -> float | int | None:
    """The number with `most` significant digits; whole ones as int; None if it is not finite."""
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        return None
    number = float(f"{number:.{most}g}")
    return int(number) if number == int(number) and abs(number) < 1e15 else number


def chosen(x: Any, y: Any, most: int, *, log: bool = False) -> list[int]:
    """At most `most` indices that draw the curve best, first, last, lowest and highest among them.

    `x` must not fall, `x` and `y` be finite. After the four, each next point is the one furthest
    from the curve through those chosen so far.
    """
    np = numpy()
    if len(x) <= most:
        return list(range(len(x)))
    keep = _thinned(y)
    xs, ys = x[keep], y[keep]
    height = np.log10(np.maximum(ys, ys[ys > 0].min())) if log and (ys > 0).any() else ys
    tiny = 1e-9 * float(height.max() - height.min())  # a straight line has its rounding
    picked = {0, len(keep) - 1, int(ys.argmin()), int(ys.argmax())}
    while len(picked) < most:
        at = sorted(picked)
        off = np.abs(height - np.interp(xs, xs[at], height[at]))
        off[at] = -1
        furthest = int(off.argmax())
        if off[furthest] <= tiny:
            break
        picked.add(furthest)
    return [int(keep[at]) for at in sorted(picked)]


def _thinned(y: Any) -> Any:
    """Indices of the lowest and highest point of each stretch of a long curve."""
    np = numpy()
    if len(y) <= _ENOUGH:
        return np.arange(len(y))
    step = -(-len(y) // (_ENOUGH // 2))
    whole = len(y) // step * step
    blocks = y[:whole].reshape(-1, step)
    base = np.arange(0, whole, step)
    keep = [base + blocks.argmin(axis=1), base + blocks.argmax(axis=1), np.arange(whole, len(y))]
    return np.unique(np.concatenate([*keep, [0, len(y) - 1]]).astype(int))
