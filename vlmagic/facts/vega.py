"""A Vega-Lite specification (altair) as facts, in the words of those of matplotlib.

Only what stands in the specification is read: transforms, aggregates and bins, which the page
computes, are named and not evaluated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from . import Facts
from .fit import fitted
from .numbers import numpy, short
from .plotly import curve

SCHEMA = "vega-lite"
_PARTS = ("layer", "concat", "hconcat", "vconcat")
_LINES = ("line", "area", "trail")
_POINTS = ("point", "circle", "square", "tick")
_COMPUTED = ("aggregate", "bin", "timeUnit")
_LOOKS = ("$schema", "config", "usermeta", "width", "height", "autosize", "background", "padding")
_MOST_GROUPS = 60
_MOST_BARS = 64
_START = '})({"'


def embedded(html: str) -> dict[str, Any] | None:
    """The specification in the page that altair writes; None for any other."""
    at = html.find(_START)
    if at < 0 or "vega" not in html[:2000].lower():
        return None
    try:
        found, _ = json.JSONDecoder().raw_decode(html, at + len(_START) - 2)
    except ValueError:
        return None
    return found if isinstance(found, dict) and SCHEMA in str(found.get("$schema")) else None


def read(spec: Mapping[str, Any], budget: int) -> Facts | None:
    """The facts of a specification within `budget` bytes; None if it has no views."""
    sets = spec.get("datasets")
    tree: dict[str, Any] = {"axes": list(_views(spec, {}, None, sets or {}))}
    if not tree["axes"]:
        return None
    if "mark" not in spec and "layer" not in spec and spec.get("title"):
        tree["figure"] = _title(spec["title"])
    text = fitted(tree, budget)
    if text is None:
        return None
    kept = {key: value for key, value in spec.items() if key not in _LOOKS}
    canonical = json.dumps(kept, sort_keys=True, ensure_ascii=False, default=str)
    return Facts(text, hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest())


def _title(title: Any) -> str:
    text = title.get("text", "") if isinstance(title, Mapping) else title
    return " ".join(text if isinstance(text, list) else [str(text)])[:200]


def _views(
    view: Mapping[str, Any], encoding: Mapping[str, Any], data: Any, sets: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """One axes for each view; layers share theirs."""
    data = view.get("data") or data
    encoding = {**encoding, **(view.get("encoding") or {})}
    if "layer" in view or "mark" in view:
        axes: dict[str, Any] = {"title": _title(view["title"])} if view.get("title") else {}
        _add(axes, view, encoding, data, sets)
        yield {key: value for key, value in axes.items() if value not in ({}, [], "")}
    elif isinstance(view.get("spec"), Mapping):
        for one in _views(view["spec"], encoding, data, sets):
            facet = view.get("facet") or view.get("repeat")
            yield one | {"facet": json.dumps(facet, ensure_ascii=False, default=str)[:100]}
    else:
        for part in (part for key in _PARTS for part in view.get(key, ())):
            yield from _views(part, encoding, data, sets)


def _add(
    axes: dict[str, Any],
    view: Mapping[str, Any],
    encoding: Mapping[str, Any],
    data: Any,
    sets: Mapping[str, Any],
) -> None:
    for layer in view.get("layer", ()):
        inner = {**encoding, **(layer.get("encoding") or {})}
        _add(axes, layer, inner, layer.get("data") or data, sets)
    if "mark" not in view:
        return
    mark = view["mark"]["type"] if isinstance(view["mark"], Mapping) else view["mark"]
    for which in ("x", "y"):
        axes.setdefault(which, _axis(encoding.get(which)))
    computed = [c for c in encoding.values() if isinstance(c, Mapping) and _is_computed(c)]
    rows = _rows(data, sets)
    if view.get("transform") or computed or not rows:
        words = {key: _word(channel) for key, channel in encoding.items()}
        axes.setdefault("encodings", []).append(
            {"mark": mark, "rows": len(rows) or None}
            | {key: word for key, word in words.items() if word}
        )
        return
    for kind, facts in _marks(str(mark), encoding, rows):
        axes.setdefault(kind, []).append(facts)


def _is_computed(channel: Mapping[str, Any]) -> bool:
    return any(channel.get(key) for key in _COMPUTED)


def _axis(channel: Any) -> dict[str, Any]:
    if not isinstance(channel, Mapping):
        return {}
    scale = channel.get("scale") or {}
    found = {
        "label": str(channel.get("title") or channel.get("field") or "")[:200],
        "kind": {"temporal": "date", "nominal": "category", "ordinal": "category"}.get(
            str(channel.get("type")), ""
        ),
        "scale": scale.get("type") if scale.get("type") != "linear" else None,
    }
    domain = scale.get("domain")
    if isinstance(domain, list) and len(domain) == 2:
        found |= {"min": domain[0], "max": domain[1]}
    return {key: value for key, value in found.items() if value}


def _word(channel: Any) -> str:
    """A channel as altair abbreviates it: `mean(v)`, `bin(v)`, `count()`."""
    if not isinstance(channel, Mapping):
        return ""
    field = str(channel.get("field") or "")[:60]
    for key in _COMPUTED:
        how = channel.get(key)
        if how:
            return f"{how if isinstance(how, str) else key}({field})"
    return field


def _rows(data: Any, sets: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    values = data.get("values") if isinstance(data, Mapping) else None
    if values is None and isinstance(data, Mapping):
        values = sets.get(str(data.get("name")))
    return [row for row in values if isinstance(row, Mapping)] if isinstance(values, list) else []


def _field(encoding: Mapping[str, Any], channel: str) -> str | None:
    found = encoding.get(channel)
    return found.get("field") if isinstance(found, Mapping) else None


def _marks(
    mark: str, encoding: Mapping[str, Any], rows: list[Mapping[str, Any]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    x, y = _field(encoding, "x"), _field(encoding, "y")
    group = _field(encoding, "color") or _field(encoding, "detail") or _field(encoding, "shape")
    if mark == "arc" and (theta := _field(encoding, "theta")):
        yield "bars", {"values": [[_name(r, group), _number(r, theta)] for r in rows[:_MOST_BARS]]}
        return
    if x is None or y is None:
        return
    if group and (encoding.get("color") or {}).get("type") == "quantitative":
        group = None
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(_name(row, group), []).append(row)
    for label, members in list(groups.items())[:_MOST_GROUPS]:
        named = {"label": label[:100]} if label else {}
        if mark == "bar":
            lying = (encoding.get("y") or {}).get("type") in ("nominal", "ordinal")
            name, length = (y, x) if lying else (x, y)
            values = [[row.get(name), _number(row, length)] for row in members[:_MOST_BARS]]
            yield "bars", named | {"values": values} | ({"horizontal": True} if lying else {})
        elif mark in (*_LINES, *_POINTS):
            lined = mark in _LINES
            key = (lambda row: (str(type(row.get(x))), row.get(x))) if lined else (lambda _: 0)
            ordered = sorted(members, key=key)
            heights = numpy().array([_number(row, y) for row in ordered], dtype=float)
            kind, facts = curve([row.get(x) for row in ordered], heights, lines=lined)
            if kind:
                yield kind, named | facts


def _name(row: Mapping[str, Any], field: str | None) -> str:
    return str(row.get(field, "")) if field else ""


def _number(row: Mapping[str, Any], field: str) -> float | None:
    value = row.get(field)
    return short(value) if isinstance(value, (int, float)) else None
