"""Facts that fit: the same tree with less and less detail until it is small enough.

What goes first is what can be read off the picture or follows from the rest; extremes, totals and
names go last, and what is left out is said.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any

from .numbers import short

_SERIES = (
    "lines",
    "scatter",
    "bars",
    "histogram",
    "box",
    "violins",
    "paths",
    "surfaces",
    "images",
    "rings",
    "errorbars",
    "spread",
    "encodings",
    "segments",
    "events",
    "contours",
    "intervals",
    "bands",
    "spans",
)
_KEYS = ("points", "values", "cells", "bins", "series", "axes", "text", "brief")
_STEPS: tuple[dict[str, int], ...] = tuple(
    dict(zip(_KEYS, step, strict=True))
    for step in (
        (12, 64, 100, 60, 12, 24, 12, 0),
        (8, 48, 64, 40, 12, 24, 8, 0),
        (6, 32, 64, 30, 12, 24, 4, 0),
        (4, 24, 25, 20, 12, 24, 2, 0),
        (0, 24, 0, 20, 12, 24, 0, 0),
        (0, 24, 0, 20, 12, 24, 0, 1),
        (0, 12, 0, 10, 6, 24, 0, 1),
        (0, 8, 0, 0, 3, 20, 0, 1),
        (0, 8, 0, 0, 3, 16, 0, 1),
        (0, 4, 0, 0, 2, 12, 0, 1),
        (0, 4, 0, 0, 2, 8, 0, 1),
        (0, 2, 0, 0, 1, 4, 0, 1),
        (0, 0, 0, 0, 1, 1, 0, 1),
    )
)
"""How much of each kind is kept; `brief` drops what the axis ranges say as well."""
_BREAKS = dict.fromkeys((0x85, 0x2028, 0x2029), " ")
"""Ends of lines that JSON leaves as they are."""


def factored(tree: dict[str, Any]) -> dict[str, Any]:
    """What all axes have in common in range and scale is said once, at the figure."""
    axes = tree["axes"]
    if len(axes) < 2:
        return tree
    for which in ("x", "y"):
        bare = [{k: v for k, v in one.get(which, {}).items() if k != "label"} for one in axes]
        if not bare[0] or any(one != bare[0] for one in bare):
            continue
        tree.setdefault("shared", {})[which] = bare[0]
        for one in axes:
            label = one[which].get("label")
            one.pop(which)
            if label:
                one[which] = {"label": label}
    return tree


def fitted(tree: dict[str, Any], budget: int) -> str | None:
    """The tree as one line of JSON of at most `budget` bytes; None if not even its bones fit."""
    for step in _STEPS:
        with contextlib.suppress(Exception):  # a step that fails costs only its own detail
            text = json.dumps(_less(tree, step), separators=(",", ":"), ensure_ascii=False)
            raw = text.translate(_BREAKS).encode("utf-8", "replace")
            if len(raw) <= budget:
                return raw.decode()
    return None


def _less(tree: dict[str, Any], most: dict[str, int]) -> dict[str, Any]:
    axes = tree.get("axes", [])
    left = [f"{len(axes) - most['axes']} of {len(axes)} axes"] if len(axes) > most["axes"] else []
    fewer = [_less_axes(one, most, left) for one in axes[: most["axes"]]]
    rest = {key: value for key, value in tree.items() if key != "axes"}
    bones = most["axes"] == 1
    for key in ("text", "legend"):
        allowed = 0 if bones else max(4, most["text" if key == "text" else "values"])
        if len(rest.get(key, ())) > allowed:
            left.append(f"{len(rest[key]) - allowed} of {len(rest[key])} {key}")
            rest[key] = rest[key][:allowed]
    if "shared" in rest:
        barred = any(one.get("bars") for one in fewer)
        rest["shared"] = {
            w: _less_axis(one, most, barred=barred) for w, one in rest["shared"].items()
        }
    if most["values"] < 12:
        rest = {key: _clip(value, 20 if bones else 60) for key, value in rest.items()}
        fewer = [_clip(one, 20) for one in fewer] if bones else fewer
    rest = {key: value for key, value in rest.items() if value}
    return rest | {"axes": fewer} | ({"left_out": ", ".join(dict.fromkeys(left))} if left else {})


def _less_axes(axes: dict[str, Any], most: dict[str, int], left: list[str]) -> dict[str, Any]:
    fewer = dict(axes)
    unread = fewer.pop("unread", {})
    for kind in _SERIES:
        series = fewer.get(kind)
        if not series:
            continue
        every = len(series) + unread.get(kind, 0)
        told = min(len(series), most["series"])
        if every > told:
            left.append(f"{every - told} of {every} {kind}")
        fewer[kind] = [_less_series(one, most, kind, left) for one in series[: most["series"]]]
    for key, allowed in (("text", most["text"]), ("pie", most["values"]), ("rules", 8)):
        if len(fewer.get(key, ())) > allowed:
            left.append(f"{len(fewer[key]) - allowed} of {len(fewer[key])} {key}")
            fewer[key] = fewer[key][:allowed]
    if len(fewer.get("legend", ())) > max(2, most["values"]) or most["points"] < 12:
        fewer.pop("legend", None)
    for which in ("x", "y"):
        if which in fewer:
            fewer[which] = _less_axis(fewer[which], most, barred=bool(fewer.get("bars")))
    if most["points"] < 12:
        fewer.pop("tables", None)
    if most["values"] < 12:
        fewer = {key: _clip(value) for key, value in fewer.items()}
    return {key: value for key, value in fewer.items() if value not in ([], {}, "")}


def _less_axis(axis: dict[str, Any], most: dict[str, int], *, barred: bool) -> dict[str, Any]:
    """An axis without its names if they are too many, or the bars on it say them as well."""
    if len(axis.get("categories", ())) <= most["values"] and not (barred and most["points"] < 12):
        return axis
    return {key: value for key, value in axis.items() if key != "categories"}


def _less_series(
    one: dict[str, Any], most: dict[str, int], kind: str, left: list[str]
) -> dict[str, Any]:
    fewer = dict(one)
    if most["brief"]:
        spare = {"lines": ("first", "last", "n"), "scatter": ("x", "y")}.get(kind, ())
        fewer = {key: value for key, value in fewer.items() if key not in spare}
    for key in ("points", "ranges"):
        if key in fewer:
            fewer[key] = _spread(fewer[key], most["points"], extremes=kind == "lines")
            if not fewer[key]:
                del fewer[key]
    cells = sum(map(len, fewer["values"])) if kind == "images" and "values" in fewer else 0
    if cells > most["cells"]:
        del fewer["values"]
    if kind in ("segments", "events") and len(fewer.get("values", ())) > most["points"]:
        del fewer["values"]
    if most["points"] < 12:
        fewer.pop("from", None)
    if kind in ("bars", "rings") and len(fewer["values"]) > most["values"]:
        left.append(f"{len(fewer['values']) - most['values']} of {len(fewer['values'])} values")
        values = fewer["values"]
        kept = outstanding([value for _, value in values], most["values"])
        fewer["values"] = [values[at] for at in kept]
    if kind == "histogram" and len(fewer["counts"]) > most["bins"]:
        left.append(f"{len(fewer['counts'])} bins")
        counts, edges = fewer.pop("counts"), fewer.pop("edges")
        known = _numbers(counts)
        fewer |= {
            "bins": len(counts),
            "range": [edges[0], edges[-1]],
            "total": short(sum(known.values()), 10),
        }
        if known:
            top = max(known, key=lambda at: known[at])
            fewer["peak"] = [edges[top], edges[top + 1], counts[top]]
    return fewer


def _spread(points: list[Any], most: int, *, extremes: bool) -> list[Any]:
    """Evenly spread points, the lowest and the highest among them."""
    if len(points) <= most or most < 2:
        return points if len(points) <= most else []
    keep = {round(i * (len(points) - 1) / (most - 1)) for i in range(most)}
    if extremes and (height := _numbers([point[1] for point in points])):
        ends = {min(height, key=lambda at: height[at]), max(height, key=lambda at: height[at])}
        spare = sorted(keep - ends - {0, len(points) - 1})
        while len(keep | ends) > most and spare:
            keep.discard(spare.pop(len(spare) // 2))
        keep |= ends
    return [points[at] for at in sorted(keep)]


def outstanding(heights: list[Any], most: int) -> list[int]:
    """Where the first values are, the smallest and the largest among them, in their order."""
    if most < 2:
        return []
    known = _numbers(heights)
    order = sorted(known, key=lambda at: known[at])
    keep = {*order[:1], *order[-1:]}
    for at in range(len(heights)):
        if len(keep) >= most:
            break
        keep.add(at)
    return sorted(keep)


def _numbers(values: list[Any]) -> dict[int, float]:
    """Those of the values that are numbers, by their places: names and gaps have no height."""
    return {
        at: value
        for at, value in enumerate(values)
        if isinstance(value, (int, float)) and value == value
    }


def _clip(value: Any, most: int = 60) -> Any:
    if isinstance(value, str):
        return value if len(value) <= most else value[: most - 1] + "…"
    if isinstance(value, list):
        return [_clip(one, most) for one in value]
    if isinstance(value, dict):
        return {key: _clip(one, most) for key, one in value.items()}
    return value
