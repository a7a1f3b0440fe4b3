"""A plotly figure as facts, in the words of those of matplotlib: reads the specification alone.

Aggregations that the page would do (histograms, box plots of raw data) are left to the picture.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

from . import Facts
from .fit import fitted
from .numbers import chosen, short

_MOST_POINTS = 12
_MOST_BARS = 64


def read(figure: Any, budget: int) -> Facts | None:
    """The facts of a plotly figure within `budget` bytes."""
    layout = figure.layout
    axes: dict[str, Any] = {"title": str(layout.title.text or "")[:200]}
    for which, axis in (("x", layout.xaxis), ("y", layout.yaxis)):
        found = {"label": axis.title.text, "scale": axis.type if axis.type == "log" else None}
        axes[which] = {key: value for key, value in found.items() if value}
    for trace in figure.data:
        kind, facts = _trace(trace)
        if kind:
            if trace.name:
                facts = {"label": str(trace.name)[:100], **facts}
            axes.setdefault(kind, []).append(facts)
    axes["text"] = [{"say": str(note.text)[:200]} for note in layout.annotations if note.text]
    text = fitted({"axes": [{key: value for key, value in axes.items() if value}]}, budget)
    if text is None:
        return None
    whole = figure.to_dict()
    whole.get("layout", {}).pop("template", None)
    canonical = json.dumps(whole, sort_keys=True, default=_plain)
    return Facts(text, hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest())


def _trace(trace: Any) -> tuple[str, dict[str, Any]]:
    if trace.type == "pie":
        total = sum(trace.values)
        pairs = zip(trace.labels or range(len(trace.values)), trace.values, strict=False)
        return "bars", {"values": [[str(k), short(v)] for k, v in pairs], "total": short(total)}
    if trace.type == "heatmap":
        values = _floats(trace.z)
        row, column = divmod(int(values.argmax()), values.shape[1])
        facts: dict[str, Any] = {"shape": list(values.shape), "argmax": [row, column]}
        return "images", facts | {"min": short(values.min()), "max": short(values.max())}
    if trace.type not in ("scatter", "scattergl", "bar") or trace.y is None:
        return "", {}
    x, y = trace.x if trace.x is not None else range(len(trace.y)), _floats(trace.y)
    if trace.type == "bar":
        lying = trace.orientation == "h"
        names, lengths = (trace.y, trace.x) if lying else (x, trace.y)
        pairs = zip(names, lengths, strict=False)
        values = [[_plain(name), short(length)] for name, length in pairs][:_MOST_BARS]
        return "bars", {"values": values} | ({"horizontal": True} if lying else {})
    return curve(list(x), y, lines=trace.mode is None or "lines" in trace.mode)


def curve(x: list[Any], y: Any, *, lines: bool) -> tuple[str, dict[str, Any]]:
    """A series as `lines` or `scatter`; ("", {}) if no value of it is finite."""
    np = sys.modules["numpy"]
    good = np.flatnonzero(np.isfinite(y))
    if not len(good):
        return "", {}
    y = y[good]

    def at(i: int) -> list[Any]:
        return [_plain(x[int(good[i])]), short(y[i])]

    facts: dict[str, Any] = {"n": len(x)}
    if lines:
        facts |= {"min": at(int(y.argmin())), "max": at(int(y.argmax()))}
        facts |= {"first": at(0), "last": at(len(y) - 1), "mean": short(y.mean())}
        places = np.arange(float(len(y)))
        facts["points"] = [at(i) for i in chosen(places, y, _MOST_POINTS)]
        return "lines", facts
    facts["y"] = [short(y.min()), short(y.max())]
    if not isinstance(x[0], str):
        u = _floats([x[int(i)] for i in good])
        facts |= {"x": [short(u.min()), short(u.max())], "mean": [short(u.mean()), short(y.mean())]}
        if len(u) > 2 and u.std() > 0 and y.std() > 0:
            facts["r"] = round(float(np.corrcoef(u, y)[0, 1]), 4)
    return "scatter", facts


def _floats(values: Any) -> Any:
    return sys.modules["numpy"].asarray(values, dtype=float)


def _plain(value: Any) -> Any:
    """A JSON value for what stands on an axis: a date in ISO form, a number, a word."""
    if hasattr(value, "isoformat"):
        return value.isoformat().removesuffix("T00:00:00")
    if hasattr(value, "tolist"):
        value = value.tolist()
    return short(value) if isinstance(value, (int, float)) else value
