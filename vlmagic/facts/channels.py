"""The axes of a Vega-Lite view: what its channels say of kind, order, range and words.

This room refuses to draw: `encodings` says what stands on the axes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .numbers import numpy
from .panels import plain
from .scale import Kind, Scale, floats, kind_of, word

Row = Mapping[str, Any]
Rows = Sequence[Row]
_SIZE = 300
_STEP = 20
_UNIT = re.compile(
    "utc|year|quarter|month|week|dayofyear|day|date|hours|milliseconds|minutes|seconds"
)
_KINDS: dict[str, Kind] = {"temporal": "date", "nominal": "category", "ordinal": "category", "quantitative": ""}  # fmt: skip
TOTALS: dict[str, Callable[[Any], float]] = {
    "count": len,
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
"""The aggregates that are computed here, of arrays of finite numbers."""


def _variance(values: Any, lost: int) -> float:
    return float(values.var(ddof=lost)) if len(values) > 1 else 0.0


@dataclass(frozen=True, slots=True)
class Bins:
    """Stretches of one width along an axis: the last one holds its own upper end."""

    start: float
    step: float
    count: int

    def number(self, value: float) -> int | None:
        """Which bin a value is in, from 0; None beyond them."""
        if not self.start <= value <= self.start + self.count * self.step:
            return None
        return min(self.count - 1, math.floor((value - self.start) / self.step + 1e-14))

    def middle(self, number: int | None) -> float:
        """The middle of a bin; NaN of none."""
        return math.nan if number is None else self.start + (number + 0.5) * self.step

    def edge(self, number: int) -> float:
        """Where a bin begins, rid of the last bits of its sum."""
        return float(f"{self.start + number * self.step:.12g}")


@dataclass(frozen=True, slots=True)
class Layer:
    """One mark with its encoding and its rows. `computed`: only the page knows what it shows.

    `bins`: of channels whose columns hold the middles of bins.
    """

    mark: Mapping[str, Any]
    encoding: Mapping[str, Any]
    rows: Rows
    computed: bool = False
    bins: Mapping[str, Bins] = field(default_factory=dict)

    def channel(self, name: str) -> Mapping[str, Any]:
        """How a channel is encoded; nothing if it is not."""
        found = self.encoding.get(name)
        return found if isinstance(found, Mapping) else {}


def field_of(channel: Any) -> str:
    """The column that a channel shows."""
    found = channel.get("field") if isinstance(channel, Mapping) else None
    return found.replace("\\", "") if isinstance(found, str) else ""


def scale(layers: Sequence[Layer], which: str, view: Mapping[str, Any]) -> Scale:
    """The axis that layers have in common."""
    channels = [one for layer in layers if (one := layer.channel(which))]
    first = next(iter(channels), {})
    how: Mapping[str, Any] = next(
        (one["scale"] for one in channels if isinstance(one.get("scale"), Mapping)), {}
    )
    labels = dict.fromkeys(label for one in channels if (label := caption(one)))
    kind = _kind(first, layers)
    names = _names(layers, which) if kind == "category" else []
    side = view.get("width" if which == "x" else "height")
    pixels = float(side) if isinstance(side, (int, float)) else float(_SIZE)
    if kind == "category" and not isinstance(side, (int, float)):
        pixels = float(_STEP * max(1, len(names)))
    found = Scale(
        ", ".join(labels),
        kind,
        names=names,
        scale=str(how.get("type") or "linear"),
        inverted=bool(how.get("reverse")) or (first.get("sort") == "descending" and kind == ""),
        pixels=pixels,
    )
    # Vega draws beyond its axes, unless a mark says otherwise.
    found.clips = all(layer.mark.get("clip") for layer in layers)
    domain = how.get("domain")
    if isinstance(domain, list) and len(domain) == 2 and kind != "category":
        low, high = found.places(domain)
        found.ends = (float(low), float(high))
    elif kind == "" and channels and found.scale == "linear" and how.get("zero", True):
        found.reach(numpy().zeros(1))
    return found


def caption(channel: Mapping[str, Any]) -> str:
    """The words at the axis or the legend of a channel."""
    axis = channel.get("axis", {})
    for place in (axis if isinstance(axis, Mapping) else {}, channel):
        if "title" in place:
            return plain(place["title"])
    return title(channel) if axis is not None else ""


def title(channel: Mapping[str, Any]) -> str:
    """A channel as its axis is labelled: `Mean of v`, `Count of Records`, `day (year-month)`."""
    field = field_of(channel)[:60]
    if channel.get("aggregate") == "count":
        return "Count of Records"
    if isinstance(channel.get("aggregate"), str):
        return f"{channel['aggregate'].capitalize()} of {field}"
    if channel.get("bin"):
        return f"{field} (binned)"
    units = _UNIT.findall(str(channel.get("timeUnit") or ""))
    return f"{field} ({'-'.join(units)})" if units else field


def _kind(channel: Mapping[str, Any], layers: Sequence[Layer]) -> Kind:
    if channel.get("bin"):
        return ""
    if channel.get("type") in _KINDS:
        return _KINDS[channel["type"]]
    field = field_of(channel)
    return kind_of(row.get(field) for layer in layers for row in layer.rows[:200])


def _names(layers: Sequence[Layer], which: str) -> list[str]:
    """Categories in the order in which they stand."""
    channels = [(layer, one) for layer in layers if (one := layer.channel(which))]
    raw = {
        word(row.get(f)): row.get(f) for a, b in channels if (f := field_of(b)) for row in a.rows
    }
    seen = list(raw)
    layer, channel = channels[0]
    sort = channel.get("sort", "ascending")
    if isinstance(sort, list):
        return list(dict.fromkeys([*(word(one) for one in sort), *sorted(seen)]))
    if sort is None:
        return seen
    if isinstance(sort, str):
        down = sort == "descending" or sort.startswith("-")
        by = sort.removeprefix("-")
        other = layer.channel(by) if by in ("x", "y") else {}
        how, op = field_of(other), str(other.get("aggregate") or "sum")
    else:
        down, how = sort.get("order") == "descending", field_of(sort)
        op = str(sort.get("op") or "sum")
    if how or op == "count":
        mine = field_of(channel)
        totals: dict[str, list[Any]] = {name: [] for name in seen}
        for row in layer.rows:
            totals.setdefault(word(row.get(mine)), []).append(row.get(how))
        return sorted(seen, key=lambda name: total(op, totals[name]), reverse=down)
    try:
        return sorted(seen, key=lambda name: raw[name] or 0, reverse=down)
    except TypeError:
        return sorted(seen, reverse=down)


def total(how: str, values: Iterable[Any]) -> float:
    """An aggregate of raw values; what is no number does not count, but for `count`."""
    found = list(values)
    if how == "count":
        return float(len(found))
    numbers = floats(found)
    numbers = numbers[numpy().isfinite(numbers)]
    return float(TOTALS.get(how, TOTALS["sum"])(numbers)) if len(numbers) else 0.0
