"""A Vega-Lite specification (altair) as panels: its views, taken apart into layers and facets.

Of what a page computes, bins, units of time and aggregates are computed here (`bins`, `encodings`);
transforms are named and not evaluated.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from . import encodings
from .bins import worked_out
from .channels import Layer, Row, Rows, field_of, named, scale
from .content import of_vega
from .panels import Panel, plain

SCHEMA = "vega-lite"
_PARTS = ("concat", "hconcat", "vconcat")
said = of_vega
_FACETS = ("facet", "row", "column")
_MOST_PANELS = 200
_MOST_ROWS = 100_000
_START = re.compile(r'(?:\}\)\(|\bspec = )(?=\{")')
"""What stands before the specification in a page: of a notebook's output, and of `to_html`."""


def embedded(html: str) -> dict[str, Any] | None:
    """The specification in a page that altair writes; None for any other."""
    if "vega" not in html[:2000].lower() or (start := _START.search(html)) is None:
        return None
    try:
        found, _ = json.JSONDecoder().raw_decode(html, start.end())
    except ValueError:
        return None
    return found if isinstance(found, dict) and SCHEMA in str(found.get("$schema")) else None


def heading(spec: Mapping[str, Any]) -> str:
    """What stands over several views."""
    return "" if "mark" in spec or "layer" in spec else _title(spec)


def panels(spec: Mapping[str, Any]) -> list[Panel]:
    """The pairs of axes of a chart."""
    found: list[Panel] = []
    for panel in _panels(spec, _Given({}, None, spec.get("datasets") or {}, computed=False)):
        found.append(panel)
        if len(found) == _MOST_PANELS:
            break
    return found


@dataclass(frozen=True, slots=True)
class _Given:
    """What a view has from those around it."""

    encoding: Mapping[str, Any]
    data: Any
    sets: Mapping[str, Any]
    computed: bool

    def within(self, view: Mapping[str, Any]) -> _Given:
        return replace(
            self,
            encoding={**self.encoding, **(view.get("encoding") or {})},
            data=view.get("data") or self.data,
            computed=self.computed or bool(view.get("transform")),
        )

    def rows(self) -> Rows:
        values = self.data.get("values") if isinstance(self.data, Mapping) else None
        if values is None and isinstance(self.data, Mapping):
            values = self.sets.get(str(self.data.get("name")))
        if values is None and isinstance(self.data, Mapping) and "sequence" in self.data:
            return _sequence(self.data["sequence"])
        if not isinstance(values, list):
            return []
        return [row if isinstance(row, Mapping) else {"data": row} for row in values]


def _sequence(how: Mapping[str, Any]) -> Rows:
    """Numbers that the page counts."""
    start, stop, step = (float(how.get(key, 1 if key == "step" else 0)) for key in ("start", "stop", "step"))  # fmt: skip
    size = max(0, min(_MOST_ROWS, math.ceil((stop - start) / step)))
    return [{str(how.get("as") or "data"): start + n * step} for n in range(size)]


def _title(view: Mapping[str, Any]) -> str:
    title = view.get("title")
    return plain(title.get("text") if isinstance(title, Mapping) else title)


def _panels(view: Mapping[str, Any], given: _Given) -> Iterator[Panel]:
    given = given.within(view)
    if "layer" in view or "mark" in view:
        layers = list(_layers(view, given))
        facets = {k: given.encoding[k] for k in _FACETS if k in given.encoding}
        independent = _independent(view)
        if len({json.dumps(one.encoding.get("y"), default=str) for one in layers}) < 2:
            independent = False
        for group in ([one] for one in layers) if independent else [layers]:
            yield from _faceted(group, facets, view, _title(view))
    elif isinstance(view.get("spec"), Mapping) and "repeat" in view:
        for inner in _repeated(view["spec"], view["repeat"]):
            yield from _panels(inner, given)
    elif isinstance(view.get("spec"), Mapping):
        facet = view.get("facet") or {}
        facets = {"facet": facet} if "field" in facet else dict(facet)
        spec = view["spec"]
        layers = list(_layers(spec, given.within(spec)))
        yield from _faceted(layers, facets, spec, _title(spec))
    else:
        for part in (part for key in _PARTS for part in view.get(key, ())):
            yield from _panels(part, given)


def _independent(view: Mapping[str, Any]) -> bool:
    scales = (view.get("resolve") or {}).get("scale") or {}
    return "layer" in view and scales.get("y") == "independent"


def _layers(view: Mapping[str, Any], given: _Given) -> Iterator[Layer]:
    for layer in view.get("layer", ()):
        yield from _layers(layer, given.within(layer))
    if "mark" in view:
        mark = view["mark"] if isinstance(view["mark"], Mapping) else {"type": view["mark"]}
        layer = Layer(mark, given.encoding, given.rows(), computed=given.computed)
        yield layer if layer.computed else worked_out(layer)


def _faceted(
    layers: list[Layer], facets: Mapping[str, Any], view: Mapping[str, Any], title: str
) -> Iterator[Panel]:
    """One panel for each facet, all on the same axes."""
    x, y = (scale(layers, which, view) for which in ("x", "y"))
    fields = [field for one in facets.values() if (field := field_of(one))]
    if not fields:
        yield encodings.panel(layers, x, y, title)
        return
    grouped: list[dict[tuple[str, ...], list[Row]]] = [{} for _ in layers]
    for one, groups in zip(layers, grouped, strict=True):
        for row in one.rows:
            groups.setdefault(tuple(_key(row, field) for field in fields), []).append(row)
    every = zip(*(values for groups in grouped for values in groups), strict=True)
    for values in product(*(sorted(set(column)) for column in every)):
        split = [
            replace(one, rows=groups.get(values, []))
            for one, groups in zip(layers, grouped, strict=True)
        ]
        if any(one.rows for one in split):
            yield encodings.panel(split, x, y, ", ".join(filter(None, [title, *values])))


def _key(row: Row, field: str) -> str:
    return named(row.get(field))


def _repeated(spec: Mapping[str, Any], repeat: Any) -> Iterator[Mapping[str, Any]]:
    """The view once for each field, or pair of fields, that it is repeated for."""
    wanted = {"repeat": repeat} if isinstance(repeat, list) else dict(repeat)
    for fields in product(*wanted.values()):
        yield _filled(spec, dict(zip(wanted, fields, strict=True)))


def _filled(tree: Any, fields: Mapping[str, str]) -> Any:
    if isinstance(tree, Mapping):
        if set(tree) == {"repeat"} and tree["repeat"] in fields:
            return fields[tree["repeat"]]
        return {key: _filled(value, fields) for key, value in tree.items()}
    return [_filled(one, fields) for one in tree] if isinstance(tree, list) else tree
