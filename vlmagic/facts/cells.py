"""Histograms and heat maps of a Vega-Lite view as marks: what is counted in bins, what cells say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .channels import Layer, Rows, caption, field_of
from .numbers import short
from .panels import Mark, Panel, grid
from .scale import Scale, floats


def histograms(
    found: Panel, layer: Layer, groups: Mapping[str, Rows], binned: Sequence[str]
) -> Iterator[Mark]:
    """Bars on bins: the edges of all bins and what is counted in each."""
    which, other, axis = ("x", "y", found.y) if binned[0] == "x" else ("y", "x", found.x)
    bins, counted = layer.bins[which], layer.channel(other).get("aggregate") in ("count", "sum")
    column, heights = field_of(layer.channel(which)), field_of(layer.channel(other))
    if len(binned) > 1 or not heights or not layer.channel(other).get("aggregate"):
        yield Mark(told=("other", {"other": {"bins": sum(map(len, groups.values()))}}))
        return
    edges = [short(bins.edge(number)) for number in range(bins.count + 1)]
    shared, whole = layer.stack == "normalize", dict[int | None, float]()
    for row in layer.rows if shared else ():
        number = bins.number(row[column])
        there = row[heights] == row[heights]
        whole[number] = whole.get(number, 0.0) + (abs(row[heights]) if there else 0.0)
    for label, rows in groups.items():
        lengths = map(axis.value, axis.places([row[heights] for row in rows]))
        values = {bins.number(row[column]): v for row, v in zip(rows, lengths, strict=True)}
        facts: dict[str, Any] = {"label": label, "horizontal": which == "y"}
        facts["stacked"] = len(groups) > 1 and bool(layer.stack)
        if shared:
            values = {
                n: short(100 * abs(v) / whole[n]) for n, v in values.items() if v and whole.get(n)
            }
        if counted and not shared:
            counts = [values.get(number) or 0 for number in range(bins.count)]
            yield Mark(told=("histogram", facts | {"edges": edges, "counts": counts}))
        else:
            said = [[[edges[n], edges[n + 1]], values[n]] for n in range(bins.count) if n in values]
            yield Mark(told=("bars", facts | {"values": said}))


def cells(found: Panel, layer: Layer, x: str, y: str, colour: str) -> Mark:
    """A heat map of rows: where its highest cell is, and all cells if they are few."""
    across, up = (
        _names(layer, w, axis, f) for w, axis, f in (("x", found.x, x), ("y", found.y, y))
    )
    values = floats([row.get(colour) for row in layer.rows])
    rows = [(a, b, float(c)) for a, b, c in zip(across, up, values, strict=True) if c == c]
    return grid(rows, caption(layer.channel("color")))


def _names(layer: Layer, which: str, axis: Scale, field: str) -> list[Any]:
    """The places of all rows as one reads them: of a bin, its two ends."""
    column = [row.get(field) for row in layer.rows]
    bins = layer.bins.get(which)
    if bins is None:
        return [axis.value(place) for place in axis.places(column)]
    numbers = [bins.number(middle) for middle in floats(column).tolist()]
    return [None if n is None else [short(bins.edge(n)), short(bins.edge(n + 1))] for n in numbers]
