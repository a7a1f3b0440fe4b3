"""The traces of a plotly figure as marks on their axes.

What the page computes (bins, box plots) has the size of its data and no numbers of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Literal, TypeGuard

from .clouds import matrix
from .content import NESTED
from .curves import curve, path
from .numbers import numpy, short
from .panels import Mark, Panel, plain, spread
from .scale import floats, moment_of, word

SPREAD = ("histogram", "box", "violin")
GRIDS = ("heatmap", "contour", "heatmapgl")
SERIES = ("scatter", "scattergl", "bar", "funnel")
PRICES = ("candlestick", "ohlc")
_MILLISECONDS = 86_400e3
_MOST_SPANS = 60
_MOST_TEXTS = 20
_MOST_LOOKED_AT = 500


def has(values: Any) -> TypeGuard[Sequence[Any]]:
    """Whether there is a column of values."""
    return values is not None and not isinstance(values, str) and len(values) > 0


def title_of(thing: Mapping[str, Any]) -> str:
    """The title of a layout, an axis, a trace."""
    title = thing.get("title")
    return plain(title.get("text") if isinstance(title, Mapping) else title)


def mark(kind: str, trace: Mapping[str, Any], panel: Panel) -> Mark:
    """What a trace draws."""
    label = plain(trace.get("name"))
    for kinds, column, read in _READERS:
        if kind in kinds and (not column or has(trace.get(column))):
            return read(trace, panel, label)
    return _other(kind, label)


def _other(kind: str, label: str) -> Mark:
    return Mark(label=label, told=("other", {"other": {kind[:40]: 1}}))


def _grid(trace: Mapping[str, Any], _: Panel, label: str) -> Mark:
    facts = matrix(numpy().asarray([floats(row) for row in trace["z"]]))
    return Mark(label=label, told=("images", {"label": label} | facts))


def _candles(trace: Mapping[str, Any], panel: Panel, label: str) -> Mark:
    """Prices as curves, the last ones of each day before the others."""
    there = [name for name in ("close", "open", "high", "low") if has(trace.get(name))]
    x = trace["x"] if has(trace.get("x")) else range(len(trace["close"]))
    facts = [
        curve(panel.x.places(x), floats(trace[name]), f"{label} {name}".strip(), panel.x, panel.y)
        for name in there
    ]
    return Mark(label=label, told=("lines", list(filter(None, facts))))


def _waterfall(trace: Mapping[str, Any], panel: Panel, label: str) -> Mark:
    """Steps up and down from one another; totals are where they have come to."""
    lies = trace.get("orientation") == "h"
    steps, names = (trace.get(which) for which in ("xy" if lies else "yx"))
    kinds = list(trace.get("measure") or ())
    places = (panel.y if lies else panel.x).places(names) if has(names) else range(len(steps or ()))
    reached, values = float(trace.get("base") or 0), []
    for at, (place, step) in enumerate(zip(places, floats(steps or ()), strict=False)):
        kind = str(kinds[at] if at < len(kinds) and kinds[at] else "relative")[0]
        reached = reached if kind == "t" else float(step) + (reached if kind == "r" else 0)
        shown = step if kind == "r" else reached
        values.append([(panel.y if lies else panel.x).value(place), short(shown)])
    facts = {"label": label, "of": "waterfall", "horizontal": lies, "values": values}
    return Mark(label=label, told=("bars", facts))


def _sectors(trace: Mapping[str, Any], _: Panel, label: str) -> Mark:
    """Sectors within sectors, each by the names from the outermost to its own."""
    named = trace["labels"] if has(trace.get("labels")) else trace.get("ids") or ()
    labels = [plain(word(one)) for one in named]
    ids = list(map(word, trace["ids"])) if has(trace.get("ids")) else labels
    parents = list(map(word, trace["parents"])) if has(trace.get("parents")) else [""] * len(ids)
    above = dict(zip(ids, zip(labels, parents, strict=False), strict=False))

    def path(name: str, left: int = 9) -> list[str]:
        own, parent = above.get(name, ("", ""))
        return [*(path(parent, left - 1) if left else []), own] if own else []

    pairs = zip(ids, floats(trace["values"]), strict=False)
    values = [[" / ".join(path(name)), short(value)] for name, value in pairs]
    return Mark(label=label, told=("bars", {"label": label, "values": values}))


def _space(trace: Mapping[str, Any], panel: Panel, label: str) -> Mark:
    facts = path([floats(trace[which]) for which in "xyz"], label, panel.x, panel.y)
    return Mark(label=label, told=("paths", facts or {}))


def _named(names: str, values: str) -> Callable[[Mapping[str, Any], Panel, str], Mark]:
    """A reader of values that stand beside names and not on axes."""

    def read(trace: Mapping[str, Any], _: Panel, label: str) -> Mark:
        numbers = floats(trace[values])
        words = trace[names] if has(trace.get(names)) else range(len(numbers))
        pairs = [[plain(word(k)), short(v)] for k, v in zip(words, numbers, strict=False)]
        return Mark(label=label, told=("bars", {"label": label, "values": pairs}))

    return read


def _indicator(trace: Mapping[str, Any], _: Panel, label: str) -> Mark:
    title, value = title_of(trace), floats([trace.get("value")])[0]
    return Mark(label=label, told=("bars", {"label": title, "values": [[title, short(value)]]}))


def _series(trace: Mapping[str, Any], panel: Panel, label: str) -> Mark:
    kind = str(trace.get("type") or "scatter")
    mode = str(trace.get("mode") or "lines")
    lies = (trace.get("orientation") or ("h" if kind == "funnel" else "v")) == "h"
    lies = lies and kind in ("bar", "funnel")
    raw = {which: trace[which] for which in "xy" if has(trace.get(which))}
    size = min(map(len, raw.values()), default=0)
    columns = {}
    for which, scale in (("x", panel.x), ("y", panel.y)):
        if which in raw:
            columns[which] = scale.places(raw[which][:size])
        else:
            start, step = trace.get(f"{which}0") or 0, trace.get(f"d{which}") or 1
            columns[which] = scale.places([start])[0] + numpy().arange(float(size)) * float(step)
    length = panel.x if lies else panel.y
    if kind == "bar" and length.kind == "date" and has(trace.get("base")):
        return _spans(trace, panel, label, "x" if lies else "y")
    x, y = (columns["y"], columns["x"]) if lies else (columns["x"], columns["y"])
    errors = (trace.get("error_x") or {}, trace.get("error_y") or {})
    summary = any(one and one.get("visible") is not False for one in errors)
    _words(trace, panel, *columns.values(), mode=mode if "scatter" in kind else "text")
    if "scatter" in kind and not ("lines" in mode or "markers" in mode):
        return Mark(told=("", {})) if has(trace.get("text")) else _other("text", label)
    stacked = bool(trace.get("stackgroup") or has(trace.get("base")))
    if kind in ("bar", "funnel"):
        return Mark("bars", label, x, y, lies, stacked, summary, errors=summary)
    what: Literal["line", "points"] = "line" if "lines" in mode else "points"
    return Mark(what, label, x, y, False, stacked, summary, errors=summary)


def _words(trace: Mapping[str, Any], panel: Panel, x: Any, y: Any, *, mode: str) -> None:
    """What is written at the points of a trace, or on its bars."""
    text, place = trace.get("text"), trace.get("textposition")
    if "text" not in mode or place == "none" or text is None:
        return
    texts = [text] * len(x) if isinstance(text, str) else text
    for at, up, words in islice(zip(x, y, texts, strict=False), _MOST_LOOKED_AT):
        moment = moment_of(words)
        said = moment.isoformat() if moment else plain(word(words))
        if any(map(str.isalpha, said)):
            panel.notes.append({"at": [panel.x.value(at), panel.y.value(up)], "say": said})
        if len(panel.notes) == _MOST_TEXTS:
            return


def _spans(trace: Mapping[str, Any], panel: Panel, label: str, which: str) -> Mark:
    """Bars between two dates, as of a plan: their lengths are milliseconds."""
    time, other = (panel.x, panel.y) if which == "x" else (panel.y, panel.x)
    place = "y" if which == "x" else "x"
    starts = time.places(trace["base"])
    ends = starts + floats(trace[which]) / _MILLISECONDS
    names = other.places(trace[place]) if has(trace.get(place)) else range(len(starts))
    rows = [
        {"label": label, which: [time.value(start), time.value(end)], place: other.value(name)}
        for start, end, name in zip(starts, ends, names, strict=False)
    ]
    return Mark(label=label, told=("intervals", rows[:_MOST_SPANS]))


def _pie(trace: Mapping[str, Any], _: Panel, label: str) -> Mark:
    """The shares of the parts in percent; parts of one name are one part."""
    labels, values = trace.get("labels"), trace.get("values")
    names = [word(name) for name in labels] if has(labels) else []
    counts = floats(values) if has(values) else numpy().ones(len(names))
    names = names or list(map(str, range(len(counts))))
    if not names:
        return _other("pie", label)
    parts: dict[str, float] = {}
    for name, value in zip(names, counts, strict=False):
        if value > 0:
            parts[name] = parts.get(name, 0.0) + float(value)
    whole = sum(parts.values())
    shares = [value / whole * 100 for value in parts.values()] if whole else []
    return Mark("pie", label, range(len(shares)), shares, names=list(parts))


_GIVEN = {"lowerfence": "min", "q1": "q1", "median": "median", "q3": "q3", "upperfence": "max", "mean": "mean"}  # fmt: skip


def _boxes(trace: Mapping[str, Any], panel: Panel, label: str) -> Mark:
    """Boxes whose parts are given, and not the values that they are made of."""
    lies = trace.get("orientation") == "h"
    across, up = (panel.y, panel.x) if lies else (panel.x, panel.y)
    names = trace.get("y" if lies else "x")
    columns = {of: up.places(trace[key]) for key, of in _GIVEN.items() if has(trace.get(key))}
    size = len(columns["q1"])
    places = across.places(names) if has(names) else [float("nan")] * size
    found = [
        {
            "label": ", ".join(dict.fromkeys(map(str, filter(None, (across.value(place), label))))),
            "of": "box",
        }
        | {of: up.value(column[at]) for of, column in columns.items() if at < len(column)}
        for at, place in enumerate(places[:size])
    ]
    return Mark(label=label, told=("spread", found))


def _spread(trace: Mapping[str, Any], panel: Panel, label: str) -> Mark:
    kind = str(trace["type"])
    lies = has(trace.get("x")) and (kind == "histogram" or not has(trace.get("y")) or trace.get("orientation") == "h")  # fmt: skip
    which, place = ("x", "y") if lies else ("y", "x")
    if not has(trace.get(which)):
        return _other(kind, label)
    axis = panel.x if lies else panel.y
    values = axis.places(trace[which])
    beside = trace[place] if kind != "histogram" and has(trace.get(place)) else ()
    across = panel.y if lies else panel.x
    dated = across.kind == "date"
    names = (
        [str(across.value(at)) for at in across.places(beside)]
        if dated
        else list(map(word, beside))
    )
    names = names[: len(values)]
    return spread(names + [""] * (len(values) - len(names)), values, label, kind, axis)


_READERS: tuple[
    tuple[tuple[str, ...], str, Callable[[Mapping[str, Any], Panel, str], Mark]], ...
] = (
    (SERIES, "", _series),
    (("pie",), "", _pie),
    (("box",), "q1", _boxes),
    (SPREAD, "", _spread),
    ((*GRIDS, "surface"), "z", _grid),
    (PRICES, "close", _candles),
    (("scatter3d",), "z", _space),
    (("scatterpolar",), "r", _named("theta", "r")),
    (NESTED, "values", _sectors),
    (("funnelarea",), "values", _named("labels", "values")),
    (("choropleth", "choroplethmapbox", "choroplethmap"), "z", _named("locations", "z")),
    (("waterfall",), "", _waterfall),
    (("indicator",), "", _indicator),
)
"""What reads a kind of trace, if it has that column."""
