"""The layers of a Vega-Lite view as marks: which field stands where, and what is drawn of it.

Sums, counts, means and the like are computed as the page does; what else the page computes is
named only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from .aggregates import COUNTS, KNOWN, total
from .axis import EPOCH
from .cells import cells, histograms
from .channels import Layer, Row, Rows, caption, field_of, named, title
from .impute import imputed
from .moments import iso
from .numbers import numpy, short
from .panels import Mark, Panel, plain, shares, spread
from .scale import Scale, days, floats, zoned

_LINES = ("line", "area", "trail")
_POINTS = ("point", "circle", "square", "tick")
_BY_LABEL = ("color", "fill", "stroke", "shape", "strokeDash", "detail", "opacity", "xOffset", "yOffset")  # fmt: skip
_UNREAD = ("geoshape", "image", "errorbar", "errorband")
_MOST_GROUPS = 60
_MOST_TEXTS = 20


def panel(layers: Sequence[Layer], x: Scale, y: Scale, heading: str) -> Panel:
    """The layers on their axes."""
    found = Panel(x, y, heading)
    for layer in layers:
        _add(found, layer, layers)
    found.reach()
    return found


def _add(found: Panel, layer: Layer, layers: Sequence[Layer]) -> None:
    kind = str(layer.mark.get("type"))
    channels = [layer.channel(name) for name in layer.encoding]
    if kind == "rule" and _rules(found, layer):
        return
    if kind == "text" and not field_of(layer.channel("text")):
        said = layer.channel("text").get("value", layer.mark.get("text"))
        found.notes += [{"say": plain(said)}] if said else []
        return
    if kind == "text" and _is_said(found, layer, layers):
        return
    opaque = any(one.get("aggregate") not in (None, *KNOWN) for one in channels)
    if opaque or layer.computed or not layer.rows or kind in _UNREAD:
        found.marks.append(_named_only(kind, layer))
        return
    many = any(one.get("aggregate") for one in channels)
    layer, many = _aggregated(layer) if many else (layer, False)
    layer = imputed(layer, layer.fields(*_BY_LABEL))
    if layer.computed:
        found.marks.append(_named_only(kind, layer))
        return
    marks = list(_marks(found, kind, layer))
    if layer.stack == "normalize":
        parts = [mark for mark in marks if mark.kind in ("bars", "line", "points")]
        shares(parts)
        for mark in parts:  # the page draws what takes away as a part as well
            mark.y = numpy().abs(mark.y)
    if layer.lies:  # the points of a cloud stand at their x and y
        for mark in marks:
            mark.x, mark.y = (mark.y, mark.x) if mark.kind == "points" else (mark.x, mark.y)
    found.marks += [replace(mark, summary=mark.summary or many) for mark in marks]


def _named_only(kind: str, layer: Layer) -> Mark:
    """What stands on which axis, where only the page knows the numbers."""
    words = {key: caption(layer.channel(key)) for key in layer.encoding}
    facts = {"mark": kind, "rows": len(layer.rows) or None} | words
    return Mark(told=("encodings", facts))


def _aggregated(layer: Layer) -> tuple[Layer, bool]:
    """The rows that the page makes of the rows, and whether any of them stands for several."""
    totals = {k: c for k in layer.encoding if (c := layer.channel(k)).get("aggregate")}
    fields = sorted({f for k in layer.encoding if k not in totals and (f := field_of(layer.channel(k)))})  # fmt: skip
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in layer.rows:
        groups.setdefault(tuple(named(row.get(field)) for field in fields), []).append(row)
    rows = []
    for members in groups.values():
        made = {field: members[0].get(field) for field in fields}
        for key, channel in totals.items():
            values = (row.get(field_of(channel)) for row in members)
            made[f"\0{key}"] = _total(channel, values)
        rows.append(made)
    plainly = {
        key: {"title": title(channel), **channel, "field": f"\0{key}"}
        for key, channel in totals.items()
    }
    several = any(len(members) > 1 for members in groups.values())
    return replace(layer, rows=rows, encoding={**layer.encoding, **plainly}), several


def _is_said(found: Panel, layer: Layer, layers: Sequence[Layer]) -> bool:
    """Whether the words of a layer are told: those of a value that a mark shows, or at their places."""
    text, places = layer.channel("text"), [layer.channel(which) for which in "xy"]
    keys = ("field", "aggregate")
    shown = [one.channel(name) for one in layers for name in one.encoding if name != "text"]
    if found.marks and any(all(one.get(k) == text.get(k) for k in keys) for one in shown):
        return True
    if layer.computed or text.get("aggregate") or not all(map(field_of, places)):
        return False
    columns = [
        axis.places([row.get(field_of(channel)) for row in layer.rows])
        for channel, axis in zip(places, (found.x, found.y), strict=True)
    ]
    for row, x, y in list(zip(layer.rows, *columns, strict=True))[:_MOST_TEXTS]:
        if said := plain(named(row.get(field_of(text)))):
            found.notes.append({"at": [found.x.value(x), found.y.value(y)], "say": said})
    return True


def _total(channel: Mapping[str, Any], values: Iterable[Any]) -> Any:
    """The aggregate of a channel; of moments, unless they are counted, a moment."""
    how = str(channel["aggregate"])
    if channel.get("type") != "temporal" or how in COUNTS:
        return total(how, values)
    day = total(how, days(values))
    return EPOCH + timedelta(days=day) if day == day else None


def _rules(found: Panel, layer: Layer) -> bool:
    """Straight lines across the panel, at a value that stands in the encoding or in few rows."""
    ends = [w for w in ("x", "y") if layer.channel(w)]
    if len(ends) != 1 or layer.computed or ends[0] in layer.bins:
        return False
    channel, axis = layer.channel(ends[0]), found.x if ends[0] == "x" else found.y
    field, how = field_of(channel), channel.get("aggregate")
    if how and (how in COUNTS or how not in KNOWN):
        return False
    for label, rows in _groups(layer, set()).items() if how else [("", layer.rows)]:
        values = [row.get(field) for row in rows] if field else [channel.get("datum")]
        values = (
            [_total(channel, values)] if how else [one for one in values if one is not None][:8]
        )
        said = {"label": label} if label else {}
        values = list(map(iso, values)) if axis.kind == "date" and not how else values
        found.rules += [{ends[0]: axis.value(at)} | said for at in axis.places(values)]
    return bool(found.rules)


def _marks(found: Panel, kind: str, layer: Layer) -> Iterator[Mark]:
    x, y = field_of(layer.channel("x")), field_of(layer.channel("y"))
    theta = field_of(layer.channel("theta"))
    if kind == "arc" and theta:
        names = [named(row.get(field_of(layer.channel("color")))) for row in layer.rows]
        values = numpy().nan_to_num(floats([row.get(theta) for row in layer.rows]))
        if values.sum() > 0:
            yield Mark("pie", "", range(len(values)), values / values.sum() * 100, names=names)
        return
    if not x and not y:
        return
    if kind == "rect" and (colour := field_of(layer.channel("color"))) and x and y:
        yield cells(found, layer, x, y, colour)
        return
    groups = _groups(layer, {x, y})
    if kind in ("bar", "area") and (
        binned := [which for which in ("x", "y") if which in layer.bins]
    ):
        yield from histograms(found, layer, groups, binned)
        return
    zoned = any(_zoned(layer, found.x, "x")) or any(_zoned(layer, found.y, "y"))
    lies, stacked = layer.lies, _stacked(layer, x, y)
    ends = [which for which in "xy" if layer.channel(f"{which}2")]
    if kind in ("bar", "rule", "rect") and ends:
        yield from _spans(found, layer, groups, ends)
        return
    if kind == "bar" and not (x and y) and layer.stack:
        yield _alone(layer, groups, x or y)
        return
    for label, rows in list(groups.items())[:_MOST_GROUPS]:
        columns = [
            axis.places([row.get(name) for row in rows]) if name else numpy().zeros(len(rows))
            for name, axis in ((x, found.x), (y, found.y))
        ]
        if kind == "bar" and x and y:
            x_, y_ = columns[::-1] if lies else columns
            order = x_.argsort(kind="stable")
            yield Mark("bars", label, x_[order], y_[order], lies, stacked, zoned)
        elif kind in _LINES and x and y:
            order = [row.get(field_of(layer.channel("order"))) for row in rows]
            turns = floats(order) if layer.channel("order") else columns[lies]
            along = turns.argsort(kind="stable")
            x_, y_ = (column[along] for column in (columns[::-1] if lies else columns))
            yield Mark("line", label, x_, y_, lies, stacked, zoned)
            yield from _other_edge(found, layer, x_, [rows[at] for at in along], label)
        elif kind in _POINTS and x and y:
            x_, y_ = columns[::-1] if lies else columns
            yield Mark("points", label, x_, y_, stacked=stacked, summary=zoned)
        elif kind == "boxplot":
            yield _boxes(found, layer, rows, label)
        else:
            yield Mark(label=label, told=("other", {"other": {kind[:40]: len(rows)}}))


def _stacked(layer: Layer, x: str, y: str) -> bool:
    """Whether marks stand on others, so that none is drawn at the height of its value."""
    place, value = (y, x) if layer.lies else (x, y)
    there = [named(row.get(place)) for row in layer.rows if row.get(value) is not None]
    return layer.stack == "normalize" or (bool(layer.stack) and len(set(there)) < len(there))


def _spans(
    found: Panel, layer: Layer, groups: Mapping[str, Rows], ends: Sequence[str]
) -> Iterator[Mark]:
    """Bars and strokes from one value to another."""
    for label, rows in groups.items():
        told: list[dict[str, Any]] = [{"label": label} if label else {} for _ in rows]
        for which, axis in (("x", found.x), ("y", found.y)):
            names = (which, f"{which}2") if which in ends else (which,)
            for one, row in zip(told, rows, strict=True):
                values = [row.get(field_of(layer.channel(name))) for name in names]
                there = [axis.value(place) for place in axis.places(values)]
                if there != [None]:
                    one[which] = there if len(there) > 1 else there[0]
        yield Mark(label=label, told=("intervals", told[:_MOST_GROUPS]))


def _alone(layer: Layer, groups: Mapping[str, Rows], field: str) -> Mark:
    """A single bar of parts that stand on one another."""
    parts = [(label, floats([row.get(field)])[0]) for label, rows in groups.items() for row in rows]
    whole = sum(abs(value) for _, value in parts if value == value)
    scale = 100 / whole if layer.stack == "normalize" and whole else 1
    sizes = abs if layer.stack == "normalize" else float
    values = [[label, short(sizes(value) * scale)] for label, value in parts[:_MOST_GROUPS]]
    return Mark(told=("bars", {"values": values, "horizontal": layer.lies, "stacked": True}))


def _other_edge(found: Panel, layer: Layer, x: Any, rows: Rows, label: str) -> Iterator[Mark]:
    """The line at the other end of a band."""
    which, axis = ("x", found.x) if layer.lies else ("y", found.y)
    if end := layer.channel(f"{which}2"):
        label = ", ".join(filter(None, (label, caption(end))))
        yield Mark(
            "line", label, x, axis.places([row.get(field_of(end)) for row in rows]), layer.lies
        )


def _zoned(layer: Layer, axis: Scale, which: str) -> Iterator[bool]:
    """Which times have a zone: the page shows them by the clock of who looks at it."""
    if axis.kind == "date" and (field := field_of(layer.channel(which))):
        yield from (zoned(row.get(field)) for row in layer.rows)


def _groups(layer: Layer, axes: set[str]) -> dict[str, list[Row]]:
    """The rows by what tells them apart beside their place."""
    telling = (n for n in _BY_LABEL if layer.channel(n).get("type") not in ("quantitative", "temporal"))  # fmt: skip
    fields = [field for field in layer.fields(*telling) if field not in axes]
    groups: dict[str, list[Row]] = {}
    for row in layer.rows:
        key = ", ".join(named(row.get(field)) for field in fields)
        groups.setdefault(key[:100], []).append(row)
    return groups


def _boxes(found: Panel, layer: Layer, rows: Rows, label: str) -> Mark:
    lies = layer.lies
    values, place = ("x", "y") if lies else ("y", "x")
    axis = found.x if lies else found.y
    names = [named(row.get(field_of(layer.channel(place)))) for row in rows]
    return spread(names, axis.places([row.get(field_of(layer.channel(values))) for row in rows]), label, "box", axis)  # fmt: skip
