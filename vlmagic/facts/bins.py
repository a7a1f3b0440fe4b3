"""Bins and units of time in a Vega-Lite view, worked out as its page works them out.

Sources: `bin` of vega-statistics and the Bin transform of Vega, the time units of Vega-Lite (2026).
What cannot be told without a page (selections, other clocks) is left to it: the layer is `computed`.
This room refuses to add up: it gives rows another column, and channels that name it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from .channels import Bins, Layer, field_of, title
from .moments import iso
from .numbers import numpy
from .scale import floats, moment_of, zoned

_DEFAULT = 10
_FEWER = {"row": 6, "column": 6, "size": 6, "color": 6, "fill": 6, "stroke": 6, "opacity": 6, "fillOpacity": 6, "strokeOpacity": 6, "strokeWidth": 6, "shape": 6, "strokeDash": 4}  # fmt: skip
_KNOWN = frozenset({"base", "divide", "extent", "maxbins", "minstep", "nice", "step", "steps"})
_MOST_BINS = 1000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_LONG = {
    "year": "Y",
    "yearquarter": "Q",
    "yearmonth": "M",
    "yearmonthdate": "D",
    "yearmonthdatehours": "h",
    "yearmonthdatehoursminutes": "m",
    "yearmonthdatehoursminutesseconds": "s",
}
"""Units that stay moments, and how numpy calls their length (but for quarters)."""

Word = Callable[[datetime], str]
_CYCLES: dict[str, tuple[Word, list[str]]] = {
    "quarter": (lambda at: f"Q{(at.month + 2) // 3}", [f"Q{n}" for n in range(1, 5)]),
    "month": (lambda at: _MONTHS[at.month - 1], list(_MONTHS)),
    "day": (lambda at: _DAYS[at.isoweekday() % 7], list(_DAYS)),
    "date": (lambda at: str(at.day), [str(n) for n in range(1, 32)]),
    "hours": (lambda at: f"{at.hour:02}:00", [f"{n:02}:00" for n in range(24)]),
}
"""Units that come round again: what a moment is called in them, and all names in their order."""
_NAMED: dict[str, Word] = {
    "year": lambda at: str(at.year),
    "yearquarter": lambda at: f"{at.year} Q{(at.month + 2) // 3}",
    "yearmonth": lambda at: f"{_MONTHS[at.month - 1]} {at.year}",
}
"""Units of the calendar as the names of categories."""


def worked_out(layer: Layer) -> Layer:
    """The layer with its bins and its units of time as columns of their own."""
    for name in layer.encoding:
        layer = _dated(layer, name)
        channel = layer.channel(name)
        if channel.get("bin"):
            layer = _binned(layer, name, channel)
        elif channel.get("timeUnit"):
            layer = _timed(layer, name, channel)
    return layer


def _dated(layer: Layer, name: str) -> Layer:
    """The layer with moments that are not written as ISO text written so."""
    channel = layer.channel(name)
    kind = layer.channel(name.removesuffix("2")).get("type")
    if kind != "temporal" or not field_of(channel):
        return layer
    raw = [row.get(field_of(channel)) for row in layer.rows]
    moments = list(map(iso, raw))
    return layer if moments == raw else _column(layer, name, channel, moments, keep=True)


def _column(
    layer: Layer, name: str, channel: Mapping[str, Any], values: Any, *, keep: bool = False
) -> Layer:
    """The layer with a channel that shows these values under the name that it had.

    What they stand for is done, unless it is to `keep` for later.
    """
    column = f"\0{name} of {field_of(channel)}"
    done = () if keep else ("bin", "timeUnit")
    shown = {k: v for k, v in channel.items() if k not in done} | {"field": column}
    if "title" not in channel and channel.get("axis", {}) is not None:
        shown["title"] = title(channel)
    rows = [{**row, column: value} for row, value in zip(layer.rows, values, strict=True)]
    return replace(layer, rows=rows, encoding={**layer.encoding, name: shown})


def _binned(layer: Layer, name: str, channel: Mapping[str, Any]) -> Layer:
    values = floats([row.get(field_of(channel)) for row in layer.rows])
    how = channel["bin"] if isinstance(channel["bin"], Mapping) else {}
    plain = channel.get("type", "quantitative") == "quantitative" and channel["bin"] != "binned"
    found = _bins(how, values, name) if plain and how.keys() <= _KNOWN else None
    if found is None:
        return replace(layer, computed=True)
    places = [found.middle(found.number(value)) for value in values.tolist()]
    return replace(_column(layer, name, channel, places), bins={**layer.bins, name: found})


def _bins(how: Mapping[str, Any], values: Any, channel: str) -> Bins | None:
    """Bins of even, round widths over all finite values; None without any, or of odd wishes."""
    finite = values[numpy().isfinite(values)]
    ends = how.get("extent") or ([finite.min(), finite.max()] if len(finite) else [])
    try:
        low, high = map(float, ends)
        step = _step(how, (high - low) or abs(low) or 1.0, _FEWER.get(channel, _DEFAULT))
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None
    if how.get("nice", True):
        # Vega's own tolerance: a digit beyond those of the width.
        digits = 0 if step >= 1 else int(-math.log10(step)) + 1
        floor = math.floor(low / step + 10.0 ** (-digits - 1)) * step
        low, high = (floor - step if low < floor else floor), math.ceil(high / step) * step
    count = math.ceil((high - low) / step) if high > low else 1
    return Bins(low, step, count) if 0 < count <= _MOST_BINS else None


def _step(how: Mapping[str, Any], span: float, default: int) -> float:
    most, base = int(how.get("maxbins", default)), float(how.get("base", 10))
    least = float(how.get("minstep", 0))
    if how.get("step"):
        return float(how["step"])
    if how.get("steps"):
        narrow = sum(step < span / most for step in how["steps"])
        return float(how["steps"][max(0, narrow - 1)])
    if base <= 1:
        raise ValueError(base)
    level = math.ceil(math.log(most) / math.log(base))
    step = max(least, base ** (_round(math.log(span) / math.log(base)) - level))
    while math.ceil(span / step) > most:
        step *= base
    for part in how.get("divide", (5, 2)):
        if step / part >= least and span / (step / part) <= most:
            step /= part
    return step


def _round(number: float) -> int:
    """As JavaScript rounds: halves up."""
    return math.floor(number + 0.5)


def _timed(layer: Layer, name: str, channel: Mapping[str, Any]) -> Layer:
    unit, raw = str(channel["timeUnit"]), [row.get(field_of(channel)) for row in layer.rows]
    moments = [moment_of(value) for value in raw]
    lost = any(value is not None for value, at in zip(raw, moments, strict=True) if at is None)
    if lost or any(map(zoned, raw)):
        return replace(layer, computed=True)  # by the clock of who looks at the page
    discrete = channel.get("type", "temporal") != "temporal"
    word = _word(unit, discrete=discrete)
    if word is not None:
        named = {word(at): at for at in sorted(filter(None, moments))}
        order = [one for one in _CYCLES.get(unit, (word, list(named)))[1] if one in named]
        words = [at and word(at) for at in moments]
        return _column(layer, name, {"sort": order, **channel, "type": "ordinal"}, words)
    if discrete or unit not in _LONG:
        return replace(layer, computed=True)
    return _column(layer, name, channel, [at and _began(at, _LONG[unit]) for at in moments])


def _word(unit: str, *, discrete: bool) -> Word | None:
    """What moments are called in a unit; None if they stay moments, or nobody can tell."""
    if unit in _CYCLES:
        return _CYCLES[unit][0]
    return _NAMED.get(unit) if discrete else None


def _began(at: datetime, unit: str) -> str:
    """When the unit began that a moment is in, as ISO text."""
    if unit == "Q":
        at, unit = at.replace(day=1, month=(at.month - 1) // 3 * 3 + 1), "D"
    return str(numpy().datetime64(at, unit).astype("datetime64[s]"))
