"""The aggregates of a Vega-Lite view, computed as its page computes them.

This room refuses to guess: of values among which there is nothing to take, an aggregate is NaN, and
what only a page can compute (bootstraps) is not here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .numbers import numpy
from .scale import floats, word

_COUNTS: dict[str, Callable[[list[Any]], int]] = {
    "count": len,
    "distinct": lambda values: len(set(map(word, values))),
    "valid": lambda values: sum(one is not None and one == one for one in values),
    "missing": lambda values: sum(one is None for one in values),
}
_TOTALS: dict[str, Callable[[Any], float]] = {
    "sum": lambda values: values.sum(),
    "product": lambda values: values.prod(),
    "mean": lambda values: values.mean(),
    "average": lambda values: values.mean(),
    "median": lambda values: numpy().median(values),
    "q1": lambda values: numpy().quantile(values, 0.25),
    "q3": lambda values: numpy().quantile(values, 0.75),
    "min": lambda values: values.min(),
    "max": lambda values: values.max(),
    "variance": lambda values: _variance(values, 1),
    "variancep": lambda values: _variance(values, 0),
    "stdev": lambda values: _variance(values, 1) ** 0.5,
    "stdevp": lambda values: _variance(values, 0) ** 0.5,
    "stderr": lambda values: (_variance(values, 1) / len(values)) ** 0.5,
}
KNOWN = frozenset({*_COUNTS, *_TOTALS})
COUNTS = frozenset(_COUNTS)
"""The aggregates that count values of any kind."""


def _variance(values: Any, lost: int) -> float:
    return float(values.var(ddof=lost)) if len(values) > 1 else float("nan")


def total(how: str, values: Iterable[Any]) -> float:
    """An aggregate of raw values; of those that are no numbers only counts know."""
    found = list(values)
    if how in _COUNTS:
        return float(_COUNTS[how](found))
    numbers = floats(found)
    numbers = numbers[numpy().isfinite(numbers)]
    return float(_TOTALS.get(how, _TOTALS["sum"])(numbers)) if len(numbers) else float("nan")
