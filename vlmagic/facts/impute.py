"""Values that a Vega-Lite page puts where a series has none, as its page computes them.

Of aggregates it fills none, but areas and lines that stand on one another have zeros there. This
room refuses windows and places that are not in the data: the layer is `computed` then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .aggregates import total
from .channels import Layer, Row, field_of, named

_PATHS = ("area", "line")
_METHODS = ("value", "mean", "median", "min", "max")


def imputed(layer: Layer, apart: Sequence[str]) -> Layer:
    """The layer with a row at each place for each of the series that these fields tell apart."""
    for which, along in (("y", "x"), ("x", "y")):
        how = layer.channel(which).get("impute")
        value, place = field_of(layer.channel(which)), field_of(layer.channel(along))
        how = None if layer.channel(which).get("aggregate") else how
        path = layer.mark.get("type") in _PATHS and layer.lies == (which == "x")
        if how is None and path and layer.stack and apart:
            how = {"value": 0}
        if not isinstance(how, Mapping) or not value or not place:
            continue
        if how.keys() - {"value", "method"} or how.get("method", "value") not in _METHODS:
            return replace(layer, computed=True)
        layer = replace(layer, rows=_filled(layer.rows, how, value, place, apart))
    return layer


def _filled(
    rows: Sequence[Row], how: Mapping[str, Any], value: str, place: str, apart: Sequence[str]
) -> list[Row]:
    places = {named(row.get(place)): row.get(place) for row in rows}
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(named(row.get(field)) for field in apart), []).append(row)
    found: list[Row] = []
    for members in groups.values():
        method = how.get("method", "value")
        there = [row.get(value) for row in members]
        fill = how.get("value") if method == "value" else total(method, there)
        known = {named(row.get(place)) for row in members}
        more = [{**members[0], place: at, value: None} for name, at in places.items() if name not in known]  # fmt: skip
        found += [
            {**row, value: fill} if row.get(value) is None else row for row in (*members, *more)
        ]
    return found
