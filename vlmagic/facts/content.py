"""What a specification says: its data and its words without its looks. Digests are of this.

Of a plotly figure and of a Vega-Lite view only what is known to say something is kept, so that
colours, sizes, grids and places of legends are not the chart, and neither is what another version
of the library writes beside it. This room refuses to interpret: a word here is a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .ink import of_page
from .packed import unpacked
from .panels import plain
from .scale import word

Tree = Mapping[str, Any]

# -- plotly ---------------------------------------------------------------------------------------

NESTED = ("treemap", "sunburst", "icicle")
_SECTORS = ("ids", "labels", "parents", "values", "text")
_LAYOUT = ("barmode", "barnorm", "hiddenlabels")
_AXIS = ("type", "range", "categoryorder", "categoryarray", "tickvals", "ticktext", "tickprefix", "ticksuffix", "tickformat", "matches", "overlaying")  # fmt: skip
_SPACES = ("polar", "scene", "ternary", "smith")
_NOTE = ("text", "x", "y", "xref", "yref", "visible")
_SHAPE = ("type", "path", "x0", "x1", "y0", "y1", "xref", "yref", "visible")
_CONSTANTS = frozenset((
    "type", "name", "mode", "orientation", "xaxis", "yaxis", "subplot", "scene", "visible", "text", "textinfo",
    "x0", "dx", "y0", "dy", "base", "value", "fill", "stackgroup", "groupnorm", "boxmean", "locationmode",
    "histfunc", "histnorm", "nbinsx", "nbinsy", "bingroup", "sort", "direction",
))  # fmt: skip
_TOLD = ("xbins", "ybins", "cumulative", "error_x", "error_y", "error_z", "delta")
_HIDDEN = frozenset({"hovertext", "customdata", "selectedpoints", "hoverlabel", "template", "meta"})
_LOOKS = frozenset({"color", "thickness", "width", "font"})
_FLAGS = ("mode", "textinfo")


def of_plotly(spec: Tree) -> dict[str, Any]:
    """What a figure says: its traces, its frames, and the words of its layout."""
    frames = [
        [_trace(one) for one in frame.get("data") or ()] for frame in spec.get("frames") or ()
    ]
    traces = [_trace(one) for one in spec["data"]]
    return {"data": traces, "layout": _layout(spec.get("layout") or {}), "frames": frames or None}


def _trace(trace: Tree) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in trace.items():
        if key in _TOLD:
            kept[key] = {k: unpacked(v) for k, v in (value or {}).items() if k not in _LOOKS}
        elif key in _CONSTANTS or key == "title":
            kept[key] = _title(value) if key == "title" else unpacked(value)
        elif key not in _HIDDEN and (columns := _columns(value)) is not None:
            kept[key] = columns
    for key in kept.keys() & set(_FLAGS):
        kept[key] = "+".join(sorted(str(kept[key]).split("+")))
    return _in_order(kept)


def _columns(tree: Any) -> Any:
    """What is not one for all: columns, wherever they stand, and titles; None if there is none."""
    tree = unpacked(tree)
    if isinstance(tree, Mapping):
        found = {k: _title(v) if k == "title" else _columns(v) for k, v in tree.items() if k not in _HIDDEN}  # fmt: skip
        return {key: value for key, value in found.items() if value is not None} or None
    if isinstance(tree, (list, tuple)) and any(isinstance(one, Mapping) for one in tree):
        return [_without(one, _LOOKS | _HIDDEN) for one in tree]
    several = isinstance(tree, (list, tuple)) or bool(getattr(tree, "shape", None))
    return tree if several else None


def _without(tree: Any, keys: frozenset[str]) -> Any:
    tree = unpacked(tree)
    if isinstance(tree, Mapping):
        return {key: _without(value, keys) for key, value in tree.items() if key not in keys}
    return tree


def _title(title: Any) -> Any:
    """The words of a title, and of what stands below it."""
    if not isinstance(title, Mapping):
        return plain(title) or None
    below = title.get("subtitle")
    said = [plain(title.get("text")), plain(below.get("text") if isinstance(below, Mapping) else below)]  # fmt: skip
    return " / ".join(filter(None, said)) or None


def _layout(layout: Tree) -> dict[str, Any]:
    kept = {key: layout.get(key) for key in _LAYOUT} | {"title": _title(layout.get("title"))}
    for key, value in layout.items():
        if not isinstance(value, Mapping):
            continue
        if key.startswith(("xaxis", "yaxis")):
            kept[key] = _axis(value)
        elif key.startswith("coloraxis"):
            kept[key] = _title((value.get("colorbar") or {}).get("title"))
        elif key.startswith("legend"):
            kept[key] = _title(value.get("title"))
        elif key.startswith(_SPACES):
            kept[key] = {k: _axis(v) for k, v in value.items() if "axis" in k and isinstance(v, Mapping)}  # fmt: skip
    for name, keys in (
        ("annotations", _NOTE),
        ("shapes", _SHAPE),
        ("images", ("source", "x", "y")),
    ):
        every = [{key: one.get(key) for key in keys} for one in layout.get(name) or ()]
        kept[name] = every or None
    return {key: value for key, value in kept.items() if value}


def _axis(axis: Tree) -> dict[str, Any]:
    kept = {key: unpacked(axis.get(key)) for key in _AXIS} | {"title": _title(axis.get("title"))}
    if str(axis.get("autorange")).endswith("reversed"):
        kept["autorange"] = axis["autorange"]
    return {key: value for key, value in kept.items() if value is not None}


def _in_order(trace: dict[str, Any]) -> dict[str, Any]:
    """A trace of named sectors, these by their names: in which order they are written says nothing."""
    names = trace.get("ids")
    if trace.get("type") not in NESTED or names is None or not len(names):
        return trace
    order = sorted(range(len(names)), key=lambda at: word(names[at]))
    columns = {k: v for k in _SECTORS if (v := trace.get(k)) is not None and len(v) == len(names)}
    return trace | {key: [column[at] for at in order] for key, column in columns.items()}


# -- Vega-Lite ------------------------------------------------------------------------------------

_RUNNING = re.compile(r"view_\w+|data-[0-9a-f]{32}")
_WIRING = ("params", "param", "views")
_PARTS = ("layer", "concat", "hconcat", "vconcat")
_VIEW = ("data", "repeat", "transform", "resolve", "projection")
_MARK = ("type", "text", "orient", "clip", "extent", "url", "invalid")
_UNSEEN = ("tooltip", "href", "description", "key")
_PLACES = ("x", "y", "x2", "y2", "theta", "radius", "text")
_CHANNEL = ("field", "type", "aggregate", "bin", "timeUnit", "stack", "sort", "title", "impute", "datum", "test", "band")  # fmt: skip
_GUIDE = ("title", "format", "labelExpr", "values")
_SCALE = ("type", "domain", "domainMin", "domainMax", "reverse", "zero")


def of_vega(spec: Tree) -> dict[str, Any]:
    """What a chart says: its data, marks and words, without looks and running names."""
    sets = {str(name): rows for name, rows in (spec.get("datasets") or {}).items()}
    known = {name: of_page(rows) for name, rows in sets.items() if _RUNNING.fullmatch(name)}
    own = {name: rows for name, rows in sets.items() if name not in known}
    rest = {key: value for key, value in spec.items() if key != "datasets"}
    return _view(_unwired(rest, known)) | ({"datasets": own} if own else {})


def _unwired(tree: Any, known: Mapping[str, str]) -> Any:
    """The tree without names that count up; data go by what is in them."""
    if isinstance(tree, Mapping):
        return {
            key: value
            if key == "values"
            else known.get(str(value), value)
            if key == "name"
            else _unwired(value, known)
            for key, value in tree.items()
            if key not in _WIRING
        }
    return [_unwired(one, known) for one in tree] if isinstance(tree, list) else tree


def _view(view: Tree) -> dict[str, Any]:
    kept: dict[str, Any] = {key: view[key] for key in _VIEW if key in view}
    kept["title"] = _title(view.get("title"))
    if mark := view.get("mark"):
        mark = mark if isinstance(mark, Mapping) else {"type": mark}
        kept["mark"] = {key: mark[key] for key in _MARK if key in mark}
    for key in ("encoding", "facet"):
        if isinstance(channels := view.get(key), Mapping):
            own = key == "facet" and "field" in channels
            kept[key] = _channel("", channels) if own else _encoding(channels)
    for key in _PARTS:
        if key in view:
            kept[key] = [_view(part) for part in view[key]]
    if isinstance(view.get("spec"), Mapping):
        kept["spec"] = _view(view["spec"])
    return kept


def _encoding(channels: Tree) -> dict[str, Any]:
    found = {
        name: [_channel(name, one) for one in (channel if isinstance(channel, list) else [channel])]
        for name, channel in channels.items()
        if name not in _UNSEEN
    }
    return {name: every for name, every in found.items() if any(every)}


def _channel(name: str, channel: Any) -> dict[str, Any]:
    if not isinstance(channel, Mapping):
        return {}
    kept = {key: channel[key] for key in _CHANNEL if key in channel}
    if name in _PLACES and "value" in channel:
        kept["value"] = channel["value"]
    for key in ("axis", "legend", "header"):
        if isinstance(guide := channel.get(key), Mapping):
            kept[key] = {part: guide[part] for part in _GUIDE if part in guide} or None
    if isinstance(scale := channel.get("scale"), Mapping):
        kept["scale"] = {part: scale[part] for part in _SCALE if part in scale} or None
    conditions = channel.get("condition") or []
    conditions = conditions if isinstance(conditions, list) else [conditions]
    if said := [found for one in conditions if (found := _channel(name, one)).keys() - {"test"}]:
        kept["condition"] = said
    return kept
