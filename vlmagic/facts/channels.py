"""The axes of a Vega-Lite view: what its channels say of kind, order, range and words.

This room refuses to draw: `encodings` says what stands on the axes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .aggregates import total
from .moments import iso
from .numbers import numpy
from .panels import plain
from .scale import Kind, Scale, kind_of, word

Row = Mapping[str, Any]
Rows = Sequence[Row]
_SIZE = 300
_STEP = 20
_UNIT = re.compile(
    "utc|year|quarter|month|week|dayofyear|day|date|hours|milliseconds|minutes|seconds"
)
_KINDS: dict[str, Kind] = {"temporal": "date", "nominal": "category", "ordinal": "category", "quantitative": ""}  # fmt: skip
MISSING = "null"
_STACKED = ("bar", "area")
_TELLS_APART = ("color", "fill", "stroke", "shape", "strokeDash", "detail", "opacity", "size")


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
        """How a channel is encoded, while nothing is selected; nothing if it is not."""
        return _unselected(self.encoding.get(name))

    def fields(self, *names: str) -> list[str]:
        """The columns that these channels show, each once; `detail` may have several."""
        found = [self.encoding.get(name) for name in names]
        every = [one for part in found for one in (part if isinstance(part, list) else [part])]
        return list(dict.fromkeys(filter(None, (field_of(_unselected(one)) for one in every))))

    @property
    def lies(self) -> bool:
        """Whether its bars lie: as Vega-Lite decides it, by what is measured and what is summed."""
        sums = [bool(self.channel(which).get("aggregate")) for which in "xy"]
        if self.mark.get("type") == "bar" and sums[0] != sums[1]:
            return sums[0]
        if self.mark.get("orient"):
            return bool(self.mark["orient"] == "horizontal")
        if self.channel("x2") or self.channel("y2"):
            return not self.channel("y2")
        across, up = self._measures("x"), self._measures("y")
        return across and (not up or (sums[0] and not sums[1]))

    @property
    def stack(self) -> str:
        """How its marks stand on one another: `zero`, `center`, `normalize`, or not at all."""
        which = "x" if self.lies else "y"
        channel = self.channel(which)
        scale = channel.get("scale") or {}
        how = channel.get("stack", self.mark.get("type") in _STACKED)
        if self.channel("xOffset") or self.channel("yOffset"):
            return ""  # they stand side by side
        if not how or not self._measures(which) or self.channel(f"{which}2"):
            return ""
        sums = any(self.channel(name).get("aggregate") for name in self.encoding)
        if scale.get("type", "linear") != "linear" or (sums and not self.fields(*_TELLS_APART)):
            return ""
        return "zero" if how is True else str(how)

    def _measures(self, which: str) -> bool:
        """Whether numbers are measured along an axis."""
        channel = self.channel(which)
        return bool(channel) and which not in self.bins and not _kind(channel, [self])


def _unselected(channel: Any) -> Mapping[str, Any]:
    if not isinstance(channel, Mapping):
        return {}
    inner = channel.get("condition")
    chosen = isinstance(inner, Mapping) and "field" in inner and "test" not in inner
    return inner if chosen and "field" not in channel else channel  # type: ignore[return-value]


def named(value: Any) -> str:
    """A category as a page of Vega writes it."""
    return word(value, MISSING)


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
    shares = any(layer.stack == "normalize" and layer.lies is (which == "x") for layer in layers)
    kind = _kind(first, layers)
    names = _names(layers, which) if kind == "category" else []
    side = view.get("width" if which == "x" else "height")
    pixels = float(side) if isinstance(side, (int, float)) else float(_SIZE)
    if kind == "category" and not isinstance(side, (int, float)):
        pixels = float(_STEP * max(1, len(names)))
    found = Scale(
        ", ".join(labels) + " (%)" * shares,
        kind,
        names=names,
        missing=MISSING,
        scale=str(how.get("type") or "linear"),
        inverted=bool(how.get("reverse")) or (first.get("sort") == "descending" and kind == ""),
        pixels=pixels,
    )
    # Vega draws beyond its axes, unless a mark says otherwise.
    found.clips = all(layer.mark.get("clip") for layer in layers)
    domain = how.get("domain")
    if isinstance(domain, list) and len(domain) == 2 and kind != "category":
        low, high = found.places(map(iso, domain) if kind == "date" else domain)
        found.ends = (float(low), float(high)) if low < high or high < low else None
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
        named(row.get(f)): row.get(f) for a, b in channels if (f := field_of(b)) for row in a.rows
    }
    seen = list(raw)
    layer, channel = channels[0]
    sort = channel.get("sort", "ascending")
    if isinstance(sort, list):
        return list(dict.fromkeys([*map(named, sort), *seen]))
    if sort is None:
        return seen
    if isinstance(sort, str):
        sort = {
            "encoding": sort.removeprefix("-"),
            "order": "descending" if sort.startswith("-") else sort,
        }
    by, down = layer.channel(str(sort.get("encoding"))), sort.get("order") == "descending"
    how, op = field_of(by or sort), by.get("aggregate") or sort.get("op")
    if not isinstance(op, str):
        # Vega-Lite's own choice: what is stacked counts as a whole.
        op = "sum" if layer.stack and how not in layer.fields(which, *_TELLS_APART) else "min"
    if how or op == "count":
        mine = field_of(channel)
        totals: dict[str, list[Any]] = {name: [] for name in seen}
        for row in layer.rows:
            totals.setdefault(named(row.get(mine)), []).append(row.get(how))
        return _sorted({name: _total(op, totals[name]) for name in seen}, down=down)
    return _sorted(raw, down=down)


def _total(op: str, values: list[Any]) -> Any:
    """What categories are sorted by; words have a first and a last one, too."""
    if op in ("min", "max") and any(isinstance(one, str) for one in values):
        return {"min": min, "max": max}[op](one for one in values if isinstance(one, str))
    return total(op, values)


def _sorted(keys: Mapping[str, Any], *, down: bool) -> list[str]:
    """Names in the order of their keys; where there is none, first or, turned round, last."""

    def rank(name: str) -> tuple[bool, Any]:
        key = keys[name]
        missing = key is None or key != key
        return not missing, 0 if missing else key

    try:
        return sorted(keys, key=rank, reverse=down)
    except TypeError:
        return sorted(keys, reverse=down)
