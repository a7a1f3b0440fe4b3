"""The layers of a Vega-Lite view as marks: which field stands where, and what is drawn of it.

Sums, counts, means and the like are computed as the page does; what else the page computes is
named only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .channels import TOTALS, Layer, Row, Rows, caption, field_of, title, total
from .numbers import numpy, short
from .panels import Mark, Panel, plain, spread
from .scale import Scale, floats, word, zoned

_LINES = ("line", "area", "trail")
_POINTS = ("point", "circle", "square", "tick")
_BY_LABEL = ("color", "fill", "stroke", "shape", "strokeDash", "detail", "opacity", "xOffset", "yOffset")  # fmt: skip
_UNREAD = ("geoshape", "image", "errorbar", "errorband")
_MOST_GROUPS = 60
_MOST_CELLS = 64


def panel(layers: Sequence[Layer], x: Scale, y: Scale, heading: str) -> Panel:
    """The layers on their axes."""
    found = Panel(x, y, heading)
    for layer in layers:
        _add(found, layer)
    found.reach()
    return found


def _add(found: Panel, layer: Layer) -> None:
    kind = str(layer.mark.get("type"))
    channels = [one for one in layer.encoding.values() if isinstance(one, Mapping)]
    if kind == "rule" and _rules(found, layer):
        return
    if kind == "text" and not field_of(layer.channel("text")):
        said = layer.channel("text").get("value", layer.mark.get("text"))
        found.notes += [{"say": plain(said)}] if said else []
        return
    opaque = layer.computed or any(one.get("aggregate") not in (None, *TOTALS) for one in channels)
    if opaque or not layer.rows or kind in _UNREAD:
        words = {key: title(one) for key, one in layer.encoding.items() if isinstance(one, Mapping)}
        facts = {"mark": kind, "rows": len(layer.rows) or None} | words
        found.marks.append(Mark(told=("encodings", facts)))
        return
    many = any(one.get("aggregate") for one in channels)
    layer, many = _aggregated(layer) if many else (layer, False)
    found.marks += [replace(mark, summary=mark.summary or many) for mark in _marks(found, kind, layer)]  # fmt: skip


def _aggregated(layer: Layer) -> tuple[Layer, bool]:
    """The rows that the page makes of the rows, and whether any of them stands for several."""
    totals = {k: c for k in layer.encoding if (c := layer.channel(k)).get("aggregate")}
    fields = sorted({f for k in layer.encoding if k not in totals and (f := field_of(layer.channel(k)))})  # fmt: skip
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in layer.rows:
        groups.setdefault(tuple(word(row.get(field)) for field in fields), []).append(row)
    rows = []
    for members in groups.values():
        made = {field: members[0].get(field) for field in fields}
        for key, channel in totals.items():
            values = (row.get(field_of(channel)) for row in members)
            made[f"\0{key}"] = total(str(channel["aggregate"]), values)
        rows.append(made)
    plainly = {
        key: {"title": title(channel), **channel, "field": f"\0{key}"}
        for key, channel in totals.items()
    }
    several = any(len(members) > 1 for members in groups.values())
    return replace(layer, rows=rows, encoding={**layer.encoding, **plainly}), several


def _rules(found: Panel, layer: Layer) -> bool:
    """Straight lines across the panel, at a value that stands in the encoding or in few rows."""
    ends = [w for w in ("x", "y") if layer.channel(w)]
    if len(ends) != 1 or layer.computed or ends[0] in layer.bins:
        return False
    channel, axis = layer.channel(ends[0]), found.x if ends[0] == "x" else found.y
    field, how = field_of(channel), channel.get("aggregate")
    if how and (how == "count" or how not in TOTALS):
        return False
    for label, rows in _groups(layer, set()).items() if how else [("", layer.rows)]:
        values = [row.get(field) for row in rows] if field else [channel.get("datum")]
        values = [total(how, values)] if how else [one for one in values if one is not None][:8]
        said = {"label": label} if label else {}
        found.rules += [{ends[0]: axis.value(at)} | said for at in axis.places(values)]
    return bool(found.rules)


def _marks(found: Panel, kind: str, layer: Layer) -> Iterator[Mark]:
    x, y = field_of(layer.channel("x")), field_of(layer.channel("y"))
    theta = field_of(layer.channel("theta"))
    if kind == "arc" and theta:
        names = [word(row.get(field_of(layer.channel("color")))) for row in layer.rows]
        values = numpy().nan_to_num(floats([row.get(theta) for row in layer.rows]))
        if values.sum() > 0:
            yield Mark("pie", "", range(len(values)), values / values.sum() * 100, names=names)
        return
    if not x and not y:
        return
    if kind == "rect" and (colour := field_of(layer.channel("color"))) and x and y:
        yield _cells(found, layer, x, y, colour)
        return
    groups = _groups(layer, {x, y})
    if kind in ("bar", "area") and (
        binned := [which for which in ("x", "y") if which in layer.bins]
    ):
        yield from _histograms(layer, groups, binned)
        return
    zoned = any(_zoned(layer, found.x, "x")) or any(_zoned(layer, found.y, "y"))
    stacks = not (layer.channel("xOffset") or layer.channel("yOffset")) and _overlap(groups, x, y)
    for label, rows in list(groups.items())[:_MOST_GROUPS]:
        columns = [
            axis.places([row.get(name) for row in rows]) if name else numpy().zeros(len(rows))
            for name, axis in ((x, found.x), (y, found.y))
        ]
        if kind == "bar" and x and y and not (layer.channel("x2") or layer.channel("y2")):
            lies = found.x.kind == "" and (found.y.kind != "" or layer.mark.get("orient") == "horizontal")  # fmt: skip
            stacked = stacks and (layer.channel("x" if lies else "y").get("stack", True) not in (None, False))  # fmt: skip
            x_, y_ = columns[::-1] if lies else columns
            order = x_.argsort(kind="stable")
            yield Mark("bars", label, x_[order], y_[order], lies, stacked, zoned)
        elif kind in _LINES and x and y:
            order = [row.get(field_of(layer.channel("order"))) for row in rows]
            turns = floats(order) if layer.channel("order") else columns[0]
            along = turns.argsort(kind="stable")
            stacked = kind == "area" and (len(groups) > 1 or bool(layer.channel("y2")))
            yield Mark(
                "line", label, columns[0][along], columns[1][along], stacked=stacked, summary=zoned
            )
        elif kind in _POINTS and x and y:
            yield Mark("points", label, columns[0], columns[1], summary=zoned)
        elif kind == "boxplot":
            yield _boxes(found, layer, rows, label)
        else:
            yield Mark(label=label, told=("other", {"other": {kind[:40]: len(rows)}}))


def _histograms(layer: Layer, groups: Mapping[str, Rows], binned: Sequence[str]) -> Iterator[Mark]:
    """Bars on bins: the edges of all bins and what is counted in each."""
    which, other = binned[0], "y" if binned[0] == "x" else "x"
    bins, counted = layer.bins[which], layer.channel(other).get("aggregate") in ("count", "sum")
    column, heights = field_of(layer.channel(which)), field_of(layer.channel(other))
    if len(binned) > 1 or not heights or not layer.channel(other).get("aggregate"):
        yield Mark(told=("other", {"other": {"bins": sum(map(len, groups.values()))}}))
        return
    edges = [short(bins.edge(number)) for number in range(bins.count + 1)]
    for label, rows in groups.items():
        values = {bins.number(row[column]): short(row[heights]) for row in rows}
        facts: dict[str, Any] = {"label": label, "horizontal": which == "y"}
        facts["stacked"] = len(groups) > 1 and layer.channel(other).get("stack", True) not in (None, False)  # fmt: skip
        if counted:
            counts = [values.get(number, 0) for number in range(bins.count)]
            yield Mark(told=("histogram", facts | {"edges": edges, "counts": counts}))
        else:
            said = [[[edges[n], edges[n + 1]], values[n]] for n in range(bins.count) if n in values]
            yield Mark(told=("bars", facts | {"values": said}))


def _zoned(layer: Layer, axis: Scale, which: str) -> Iterator[bool]:
    """Which times have a zone: the page shows them by the clock of who looks at it."""
    if axis.kind == "date" and (field := field_of(layer.channel(which))):
        yield from (zoned(row.get(field)) for row in layer.rows)


def _groups(layer: Layer, axes: set[str]) -> dict[str, list[Row]]:
    """The rows by what tells them apart beside their place."""
    fields = []
    for name in _BY_LABEL:
        channel = layer.channel(name)
        field = field_of(channel)
        if field and field not in axes and channel.get("type") not in ("quantitative", "temporal"):
            fields.append(field)
    groups: dict[str, list[Row]] = {}
    for row in layer.rows:
        key = ", ".join(word(row.get(field)) for field in dict.fromkeys(fields))
        groups.setdefault(key[:100], []).append(row)
    return groups


def _overlap(groups: dict[str, list[Row]], x: str, y: str) -> bool:
    """Whether bars of several groups stand at one place, whichever way they lie."""
    places = [[{word(row.get(f)) for row in rows} for rows in groups.values()] for f in (x, y)]
    return all(len(set().union(*sets)) < sum(map(len, sets)) for sets in places) or (
        len(set().union(*places[0])) < sum(map(len, places[0]))
    )


def _cells(found: Panel, layer: Layer, x: str, y: str, colour: str) -> Mark:
    """A heat map of rows: where its highest cell is, and all cells if they are few."""
    across, up = (
        _names(layer, w, axis, f) for w, axis, f in (("x", found.x, x), ("y", found.y, y))
    )
    values = floats([row.get(colour) for row in layer.rows])
    rows = [(a, b, float(c)) for a, b, c in zip(across, up, values, strict=True) if c == c]
    if not rows:
        return Mark()
    top, low = max(rows, key=lambda row: row[2]), min(rows, key=lambda row: row[2])
    facts: dict[str, Any] = {"colorbar": caption(layer.channel("color")), "cells": len(rows)}
    facts |= {"min": short(low[2]), "max": short(top[2]), "at": list(top[:2])}
    if len(rows) <= _MOST_CELLS:
        facts["values"] = [[a, b, short(c)] for a, b, c in rows]
    return Mark(told=("images", facts))


def _names(layer: Layer, which: str, axis: Scale, field: str) -> list[Any]:
    """The places of all rows as one reads them: of a bin, its two ends."""
    column = [row.get(field) for row in layer.rows]
    bins = layer.bins.get(which)
    if bins is None:
        return [axis.value(place) for place in axis.places(column)]
    numbers = [bins.number(middle) for middle in floats(column).tolist()]
    return [None if n is None else [short(bins.edge(n)), short(bins.edge(n + 1))] for n in numbers]


def _boxes(found: Panel, layer: Layer, rows: Rows, label: str) -> Mark:
    lies = found.x.kind == "" and found.y.kind != ""
    values, place = ("x", "y") if lies else ("y", "x")
    axis = found.x if lies else found.y
    names = [word(row.get(field_of(layer.channel(place)))) for row in rows]
    return spread(names, axis.places([row.get(field_of(layer.channel(values))) for row in rows]), label, "box", axis)  # fmt: skip
