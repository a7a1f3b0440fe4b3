"""Histograms of plotly, counted as its page counts them: shared bins, round edges, whole numbers inside.

Source: `axes.autoBin` and `histogram/calc` of plotly.js 3 (2026). Straight axes of numbers have bins,
axes of categories a place for each; dates and logarithms are left to the page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .numbers import numpy, short
from .panels import Mark, Panel, grid, plain
from .scale import floats

_MOST_BINS = 2000
_MOST_CELLS = 400_000
_NEAR = 1e-9
"""plotly's tolerance where a value is on an edge."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Stretches of one width; a value on an edge belongs to the upper one."""

    start: float
    size: float
    count: int

    def numbers(self, places: Any) -> tuple[Any, Any]:
        """Which bin each place is in, and whether it is in any."""
        np = numpy()
        found = np.floor((places - self.start) / self.size + _NEAR)
        return found, np.isfinite(places) & (found >= 0) & (found < self.count)

    def edges(self) -> list[float]:
        """Where they begin, and where the last one ends; rid of the last bits of their sums."""
        return [float(f"{self.start + n * self.size:.12g}") for n in range(self.count + 1)]


def side(trace: Mapping[str, Any]) -> str:
    """The axis along which a histogram counts."""
    only = trace.get("x") is None and trace.get("y") is not None
    return "y" if trace.get("orientation", "h" if only else "v") == "h" else "x"


def shared(traces: Iterable[Mapping[str, Any]], barmode: str) -> dict[int, Bins]:
    """The bins of histograms of numbers by the `id` of their trace; those of a group are the same."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for trace in traces:
        ids = (str(trace.get("xaxis") or "x"), str(trace.get("yaxis") or "y"), side(trace))
        own = (*ids, str(id(trace))) if barmode == "overlay" else ids
        named = trace.get("bingroup")
        groups.setdefault((str(named), side(trace)) if named else own, []).append(trace)
    return {
        key: bins for members in groups.values() for key, bins in _bins(members, side(members[0]))
    }


def _bins(
    traces: Sequence[Mapping[str, Any]], which: str, fine: float = 0.4
) -> Iterator[tuple[int, Bins]]:
    """Of one width for all, on one grid; a trace that has its own ends keeps to them.

    The more values, the narrower, by their number to the power of `fine`.
    """
    columns = [values[numpy().isfinite(values)] for t in traces for values in [floats(t[which])]]
    wishes = [
        {k: v for k, v in (t.get(f"{which}bins") or {}).items() if v is not None} for t in traces
    ]
    told = {key: wish for one in reversed(wishes) for key, wish in one.items()}
    most = next((n for trace in traces if (n := trace.get(f"nbins{which}"))), 0)
    values = numpy().concatenate(columns)
    if not len(values) or any(isinstance(wish, str) for one in wishes for wish in one.values()):
        return
    low, high = float(values.min()), float(values.max())
    size = float(told.get("size") or _size(values, (high - low) / most if most else 0.0, fine))
    start = _shifted(_start(low, high, size), size, values)
    end = start + (1 + math.floor((high - start) / size)) * size
    grid = float(told.get("start", start))
    for trace, own, mine in zip(traces, wishes, columns, strict=True):
        first, last = start, end
        if "start" in told and len(mine):
            from_ = float(own.get("start", mine.min()))
            first = grid + math.floor((from_ - grid) / size + _NEAR) * size
        if "end" in told and len(mine):
            last = float(own.get("end", mine.max()))
        # The page takes a millionth off, so that rounding makes no bin more.
        count = math.ceil((last - first) / size - 1e-6)
        if 0 < count <= _MOST_BINS:
            yield id(trace), Bins(first, size, count)


def _size(values: Any, rough: float, fine: float) -> float:
    """A round width: one, two or five times a power of ten, no less than `rough` or than its own."""
    np = numpy()
    if not rough:
        apart = np.diff(np.unique(values))
        least = float(apart.min()) if len(apart) else 1.0
        power = 10.0 ** math.floor(math.log10(least))
        steps = [one for one in (0.9, 1.9, 4.9, 9.9) if one <= least / power]
        rough = max(
            power * (steps[-1] if steps else 0.9), 2 * float(values.std()) / len(values) ** fine
        )
    power = 10.0 ** math.floor(math.log10(rough))
    return next((power * one for one in (2, 5) if one >= rough / power), power * 10)


def _start(low: float, high: float, size: float) -> float:
    """A bin before the first round edge."""
    return (math.ceil((low - 1e-4 * (high - low)) / size) - 1) * size


def _shifted(start: float, size: float, values: Any) -> float:
    """Whole numbers lie in the middle of their bins, and so do values that keep to the edges."""
    low, high = float(values.min()), float(values.max())
    if (values % 1 == 0).all():
        if size < 1:
            return low - size / 2
        start -= 0.5
        return start + size if start + size < low else start

    def near(places: Any) -> Any:
        return numpy().fmod(1 + (places - start) * 100 / size, 100) < 2

    if near(values + size / 2).sum() < 0.1 * len(values) and (
        near(values).sum() > 0.3 * len(values) or near(low) or near(high)
    ):
        start += size / 2 if start + size / 2 < low else -size / 2
    return start


def counted(
    trace: Mapping[str, Any], panel: Panel, bins: Bins | None, *, stacked: bool
) -> Mark | None:
    """A histogram with what stands in each of its bins; None where only the page knows."""
    which, label = side(trace), plain(trace.get("name"))
    axis = panel.y if which == "y" else panel.x
    lies, how = which == "y", str(trace.get("histfunc") or "count")
    if axis.kind == "category":
        found = _heights(trace, axis.places(trace[which]), Bins(-0.5, 1.0, len(axis.names)))
        there = [(at, one) for at, one in enumerate(found) if one]
        places, values = (numpy().array([pair[k] for pair in there], float) for k in (0, 1))
        return Mark("bars", label, places, values, lies, stacked, summary=True)
    if bins is None or axis.kind or axis.scale != "linear":
        return None
    raw = floats(trace[which])
    found, edges = _heights(trace, raw, bins), list(map(short, bins.edges()))
    facts: dict[str, Any] = {"label": label, "horizontal": lies, "stacked": stacked}
    norm, sums = trace.get("histnorm"), (trace.get("cumulative") or {}).get("enabled")
    if how in ("count", "sum") and not norm and not sums:
        return Mark(told=("histogram", facts | {"edges": edges, "counts": [short(one or 0) for one in found]}))  # fmt: skip
    values_ = [
        [[edges[n], edges[n + 1]], short(one)] for n, one in enumerate(found) if one is not None
    ]
    of = " ".join(filter(None, (str(norm or ""), how if how != "count" else "", "cumulative" * bool(sums))))  # fmt: skip
    return Mark(told=("bars", facts | {"of": of, "values": values_}))


def density(
    trace: Mapping[str, Any], every: Iterable[Mapping[str, Any]], panel: Panel, colour: str
) -> Mark | None:
    """A heat map of counts, each cell by its bins or its names; None where only the page knows."""
    np = numpy()
    how, norm = str(trace.get("histfunc") or "count"), str(trace.get("histnorm") or "")
    sides: list[tuple[Any, Bins, list[Any]]] = []
    for which, axis in (("x", panel.x), ("y", panel.y)):
        if axis.kind == "category":
            sides.append((axis.places(trace[which]), Bins(-0.5, 1.0, len(axis.names)), axis.names))
            continue
        group = trace.get(f"{which}bingroup")
        together = [
            t for t in every if t is trace or (group and t.get(f"{which}bingroup") == group)
        ]
        bins = dict(_bins(together, which, fine=0.25)).get(id(trace))
        if bins is None or axis.kind or axis.scale != "linear":
            return None
        edges = [short(edge) for edge in bins.edges()]
        sides.append((floats(trace[which]), bins, [list(pair) for pair in pairwise(edges)]))
    (x, across, names), (y, up, levels) = sides
    if norm not in ("", "percent", "probability") or across.count * up.count > _MOST_CELLS:
        return None
    size = min(len(x), len(y))
    (first, in_x), (second, in_y) = across.numbers(x[:size]), up.numbers(y[:size])
    inside = in_x & in_y
    at = (second * across.count + first)[inside].astype(int)
    found = counts = np.bincount(at, minlength=across.count * up.count).astype(float)
    if how != "count" and trace.get("z") is not None:
        found = _drawn_together(how, at, floats(trace["z"])[:size][inside], len(found))
    if norm and np.nansum(found):
        found = found * (100 if norm == "percent" else 1) / np.nansum(found)
    there = np.flatnonzero((counts > 0) & np.isfinite(found)).tolist()
    rows = [(names[n % across.count], levels[n // across.count], float(found[n])) for n in there]
    return grid(rows, colour, plain(trace.get("name")))


def _heights(trace: Mapping[str, Any], places: Any, bins: Bins) -> list[float | None]:
    """What stands in each bin, by the trace's function, norm and accumulation; None for nothing.

    `places` are those of its values along the axis, NaN for none.
    """
    np = numpy()
    numbers, inside = bins.numbers(places)
    at = numbers[inside].astype(int)
    how = str(trace.get("histfunc") or "count")
    other = trace.get("x" if side(trace) == "y" else "y")
    found = np.bincount(at, minlength=bins.count).astype(float)
    if how != "count" and other is not None:
        found = _drawn_together(how, at, floats(other)[: len(places)][inside], bins.count)
    norm, sums = str(trace.get("histnorm") or ""), trace.get("cumulative") or {}
    # Accumulated densities are integrals: the same as the shares.
    if sums.get("enabled"):
        norm = norm.removesuffix("density").strip()
    whole = np.nansum(found)
    if norm.startswith(("percent", "probability")) and whole:
        found = found * (100 if norm == "percent" else 1) / whole
    if norm.endswith("density"):
        found = found / bins.size
    if sums.get("enabled"):
        found = _accumulated(found, sums)
    return [None if one != one else one for one in found.tolist()]


def _drawn_together(how: str, at: Any, values: Any, count: int) -> Any:
    """Sums, means or extremes of the values in each bin; NaN where there is none to take."""
    np = numpy()
    good = np.isfinite(values)
    at, values = at[good], values[good]
    sums, counts = np.bincount(at, values, count), np.bincount(at, minlength=count)
    if how in ("sum", "avg"):
        return sums if how == "sum" else np.where(counts, sums / np.maximum(counts, 1), 0.0)
    found = np.full(count, np.nan)
    (np.fmin if how == "min" else np.fmax).at(found, at, values)
    return found


def _accumulated(found: Any, how: Mapping[str, Any]) -> Any:
    """Sums of all bins up to each; of the bin itself all, half or nothing."""
    back = how.get("direction") == "decreasing"
    found = found[::-1] if back else found
    sums = found.cumsum()
    part = {"half": 0.5, "exclude": 1.0}.get(str(how.get("currentbin")), 0.0)
    sums = sums - part * found
    return sums[::-1] if back else sums
