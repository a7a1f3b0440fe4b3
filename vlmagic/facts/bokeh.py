"""A plot or layout of bokeh as panels, read from its live models.

What a transform or an expression makes of the data in the page is not followed, but for stacks and
dodges, of which the fields are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .numbers import numpy, short
from .panels import Mark, Panel, plain
from .scale import Kind, Scale, days, floats, word

_LINES = ("Line", "Step", "VLineGlyph", "HLineGlyph")
_MARKS = ("Scatter", "Circle", "Text")
_MILLISECONDS = 86_400e3
_SIDE = 600


def heading(_: Any) -> str:
    """A layout has no title of its own."""
    return ""


def panels(root: Any) -> list[Panel]:
    """Each plot of a layout, in its order."""
    return [_Plot(plot).panel() for plot in plots(root)]


def said(root: Any) -> Any:
    """What the plots say: their words and the columns that they draw."""
    return [
        {
            "title": _title(plot),
            "axes": [_label(axis) for axis in (*plot.xaxis, *plot.yaxis)],
            "names": [_factors(plot.x_range), _factors(plot.y_range)],
            "words": [str(one.text) for one in plot.center if hasattr(one, "text")],
            "marks": [
                {
                    "glyph": _kind(one),
                    "fields": {name: str(_spec(one.glyph, name)[0]) for name in _places(one)},
                    "data": {k: _plain(v) for k, v in one.data_source.data.items() if k != "index"},
                }
                for one in plot.renderers
                if hasattr(one, "glyph")
            ],
            "legend": sorted(_legend(plot).values()),
        }
        for plot in plots(root)
    ]


def plots(root: Any) -> Iterator[Any]:
    """The plots in a layout, and in its rows, grids and tabs."""
    if hasattr(root, "renderers") and hasattr(root, "x_range"):
        yield root
        return
    for child in (*getattr(root, "children", ()), *getattr(root, "tabs", ())):
        inner = child[0] if isinstance(child, tuple) else getattr(child, "child", child)
        yield from plots(inner)


def _kind(renderer: Any) -> str:
    return type(renderer.glyph).__name__


def _places(renderer: Any) -> list[str]:
    names = ("x", "y", "top", "bottom", "left", "right", "width", "height", "start_angle", "end_angle")  # fmt: skip
    return [name for name in names if hasattr(renderer.glyph, name)]


def _plain(column: Any) -> Any:
    np = numpy()
    values = np.asarray(column)
    if values.dtype.kind == "M":
        return days(values)
    return values if values.dtype.kind in "biuf" else [word(one) for one in column]


def _title(plot: Any) -> str:
    return plain(getattr(plot.title, "text", plot.title))


def _label(axis: Any) -> str:
    return plain(getattr(axis, "axis_label", None))


def _factors(span: Any) -> list[str]:
    return [_factor(one) for one in getattr(span, "factors", ())]


def _factor(value: Any) -> str:
    return ", ".join(map(word, value)) if isinstance(value, (tuple, list)) else word(value)


def _spec(glyph: Any, name: str) -> tuple[Any, bool]:
    """(column or value of a property of a glyph, whether it stands on other columns)."""
    found: Any = getattr(glyph, name, None)
    expression: Any = getattr(found, "expr", found)
    if hasattr(expression, "fields"):
        fields = list(expression.fields)
        return (fields[-1] if fields else 0), True
    if isinstance(found, Mapping):
        found = found.get("field", found.get("value"))
    for key in ("field", "value"):
        inner = getattr(found, key, None)
        if isinstance(inner, (str, int, float)):
            return inner, False
    return found, False


def _legend(plot: Any) -> dict[int, str]:
    """The labels of the legends by the renderers that they stand for."""
    found = {}
    for legend in plot.legend:
        for item in legend.items:
            label = getattr(item.label, "value", None)
            for renderer in item.renderers if isinstance(label, str) else ():
                found[id(renderer)] = plain(label)
    return found


class _Plot:
    def __init__(self, plot: Any) -> None:
        self.plot, self.legend = plot, _legend(plot)

    def panel(self) -> Panel:
        plot = self.plot
        found = Panel(self._scale("x"), self._scale("y"), _title(plot))
        for renderer in plot.renderers:
            if hasattr(renderer, "glyph") and renderer.visible:
                found.marks.append(self._mark(renderer, found))
        found.reach()
        for one in plot.center:
            if hasattr(one, "dimension") and hasattr(one, "location"):
                which = "y" if one.dimension == "width" else "x"
                axis = found.y if which == "y" else found.x
                found.rules.append({which: axis.value(self._places([one.location], axis)[0])})
            elif hasattr(one, "text") and isinstance(one.text, str):
                at = [axis.value(self._places([v], axis)[0]) for v, axis in ((one.x, found.x), (one.y, found.y))]  # fmt: skip
                found.notes.append({"at": at, "say": plain(one.text)})
        return found

    def _scale(self, which: str) -> Scale:
        span = getattr(self.plot, f"{which}_range")
        axis = next(iter(getattr(self.plot, f"{which}axis")), None)
        names = _factors(span)
        dated = "Datetime" in type(axis).__name__
        kind: Kind = "category" if names else "date" if dated else ""
        logarithmic = type(getattr(self.plot, f"{which}_scale")).__name__ == "LogScale"
        pixels = (self.plot.width if which == "x" else self.plot.height) or _SIDE
        scale = Scale(
            _label(axis),
            kind,
            names=names,
            scale="log" if logarithmic else "linear",
            inverted=bool(getattr(span, "flipped", False)),
            pixels=float(pixels),
        )
        ends = (getattr(span, "start", None), getattr(span, "end", None))
        if not names and None not in ends and "Data" not in type(span).__name__:
            low, high = self._places(ends, scale)
            scale.inverted = bool(low > high)
            scale.ends = (float(low), float(high))
        return scale

    def _places(self, values: Any, axis: Scale) -> Any:
        if axis.kind == "category":
            return axis.places([_factor(one) for one in values])
        if axis.kind == "date":
            found = days(values)
            return numpy().where(numpy().isnan(found), floats(values) / _MILLISECONDS, found)
        return floats(values)

    def _column(self, renderer: Any, name: str, axis: Scale) -> tuple[Any, bool]:
        field, stacked = _spec(renderer.glyph, name)
        data = renderer.data_source.data
        if isinstance(field, str) and field in data:
            column = data[field]
            raw = column.to_numpy() if hasattr(column, "to_numpy") else column
            return self._places(raw, axis), stacked
        size = max((len(column) for column in data.values()), default=1)
        return self._places([field] * size, axis), stacked

    def _mark(self, renderer: Any, panel: Panel) -> Mark:
        kind, label = _kind(renderer), self.legend.get(id(renderer), "")
        if kind in _LINES or kind in _MARKS:
            x, y = (self._column(renderer, w, a)[0] for w, a in (("x", panel.x), ("y", panel.y)))
            return Mark("line" if kind in _LINES else "points", label, x, y)
        if kind in ("VBar", "HBar"):
            lies = kind == "HBar"
            along, up = (panel.y, panel.x) if lies else (panel.x, panel.y)
            names = ("y", "right", "left") if lies else ("x", "top", "bottom")
            places, _ = self._column(renderer, names[0], along)
            values, stacked = self._column(renderer, names[1], up)
            base, lifted = self._column(renderer, names[2], up)
            stacked = stacked or lifted or bool((base != 0).any())
            return Mark("bars", label, places, values, lies, stacked)
        if kind == "Quad":
            left, right, top = (
                self._column(renderer, name, axis)[0]
                for name, axis in (("left", panel.x), ("right", panel.x), ("top", panel.y))
            )
            if len(left) and (left[1:] == right[:-1]).all():
                edges = [panel.x.value(at) for at in (*left, right[-1])]
                facts = {"label": label, "edges": edges, "counts": [short(one) for one in top]}
                return Mark(label=label, told=("histogram", facts))
        return Mark(label=label, told=("other", {"other": {kind[:40]: 1}}))
