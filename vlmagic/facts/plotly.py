"""A plotly figure as panels, read from its specification alone: axes, words, and their traces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import repeat
from typing import Any

from .content import of_plotly
from .histograms import Bins, counted, density, shared, side
from .numbers import numpy
from .packed import unpacked
from .panels import Mark, Panel, plain, shares
from .scale import Kind, Scale, floats, kind_of, word
from .traces import GRIDS, PRICES, SERIES, SPREAD, has, mark, title_of

_FLAT = (*SERIES, *SPREAD, *GRIDS, *PRICES, "waterfall", "histogram2d", "histogram2dcontour")  # fmt: skip
said = of_plotly
_PLACES = ("x", "y")
_WHOLE = {"percent": 100, "fraction": 1}
_NEAR = 1e-6
_SIZE = (700, 450)
_MARGIN = (160, 180)
_TOTALS: dict[str, Callable[[list[float]], float]] = {
    "total": sum,
    "sum": sum,
    "min": min,
    "max": max,
    "mean": lambda values: sum(values) / len(values),
    "median": lambda values: float(numpy().median(values)),
}


def specification(figure: Any) -> dict[str, Any]:
    """The traces and the layout of a live figure, its arrays as they are."""
    return {
        "data": [trace.to_plotly_json() for trace in figure.data],
        "layout": figure.layout.to_plotly_json(),
        "frames": [frame.to_plotly_json() for frame in figure.frames],
    }


def heading(spec: Mapping[str, Any]) -> str:
    """What stands over several pairs of axes."""
    layout = spec.get("layout") or {}
    several = sum(1 for key in layout if str(key).startswith(("xaxis", "yaxis"))) > 2
    return title_of(layout) if several else ""


def panels(spec: Mapping[str, Any]) -> list[Panel]:
    """The pairs of axes of a figure with their traces, in the order in which they are drawn."""
    layout = spec.get("layout") or {}
    traces = [t for t in spec["data"] if t.get("visible", True) in (True, None)]
    page = _Page(
        layout,
        [
            {k: _column(v) if k in _PLACES else unpacked(v) for k, v in trace.items()}
            for trace in traces
        ],
    )
    return page.panels()


def _column(value: Any) -> Any:
    """An array unpacked; categories of two levels as one."""
    found = unpacked(value)
    if isinstance(found, (list, tuple)) and len(found) == 2:
        one, other = found
        if (
            isinstance(one, (list, tuple))
            and isinstance(other, (list, tuple))
            and len(one) == len(other)
        ):
            return [", ".join(map(word, pair)) for pair in zip(one, other, strict=True)]
    return found


class _Page:
    def __init__(self, layout: Mapping[str, Any], traces: list[dict[str, Any]]) -> None:
        self.layout, self.traces = layout, traces
        self.scales: dict[str, Scale] = {}
        self.headings: set[str] = set()

    def panels(self) -> list[Panel]:
        found: dict[tuple[str, str], Panel] = {}
        stacks: dict[tuple[str, str, str], tuple[list[Mark], list[str]]] = {}
        for number, trace in enumerate(self.traces):
            kind = str(trace.get("type") or "scatter")
            flat = kind in _FLAT
            ids = (str(trace.get("xaxis") or "x"), str(trace.get("yaxis") or "y"))
            if flat and ids not in found:
                scales = self.scale(ids[0]), self.scale(ids[1])
                domains = (self._axis(name).get("domain") for name in ids)
                found[ids] = Panel(*scales, title=self._heading(*domains))
            if not flat:
                place = trace.get("domain") or {}
                title = title_of(trace) or self._heading(place.get("x"), place.get("y"))
                found["", str(number)] = Panel(Scale(), Scale(), title=title)
            panel = found[ids] if flat else found["", str(number)]
            panel.marks.append(self._counted(kind, trace, panel) or mark(kind, trace, panel))
            if trace.get("stackgroup"):
                group = stacks.setdefault((*ids, str(trace["stackgroup"])), ([], []))
                group[0].append(panel.marks[-1])
                group[1].append(str(trace.get("groupnorm") or ""))
        for marks, norms in stacks.values():
            shares(marks, _WHOLE.get(max(norms), 0))
        for ids, panel in found.items():
            self._stacked(panel)
            panel.reach()
            if ids[0]:
                self._shapes(panel, *ids)
        every = list(found.values())
        named = title_of(self.layout.get("legend") or {})
        if every and named and len(self.traces) > 1:
            every[0].legend = [named + ":"]
        if not heading({"layout": self.layout}):
            for one in every:
                one.title = one.title or title_of(self.layout)
        for note in self.layout.get("annotations") or () if every else ():
            self._note(found, every, note)
        return every

    def _counted(self, kind: str, trace: dict[str, Any], panel: Panel) -> Mark | None:
        """A histogram with its counts; None for anything else, and where only the page can count."""
        if kind.startswith("histogram2d") and has(trace.get("x")) and has(trace.get("y")):
            shown = self.layout.get(str(trace.get("coloraxis"))) or trace
            same = [t for t in self.traces if t.get("type") == kind]
            return density(trace, same, panel, title_of(shown.get("colorbar") or {}))
        if kind != "histogram" or not has(trace.get(side(trace))):
            return None
        barmode = str(self.layout.get("barmode") or "group")
        every = [t for t in self.traces if t.get("type") == kind and has(t.get(side(t)))]
        mine = [t for t in every if all(t.get(f"{w}axis") == trace.get(f"{w}axis") for w in "xy")]
        stacked = barmode in ("stack", "relative") and len(mine) > 1
        return counted(trace, panel, self._bins.get(id(trace)), stacked=stacked)

    @cached_property
    def _bins(self) -> dict[int, Bins]:
        """The bins of all histograms on straight axes."""
        every = [t for t in self.traces if t.get("type") == "histogram" and has(t.get(side(t)))]
        numeric = [t for t in every if not self.scale(str(t.get(f"{side(t)}axis") or side(t))).kind]
        return shared(numeric, str(self.layout.get("barmode") or "group"))

    # -- axes -------------------------------------------------------------------------------

    def _axis(self, name: str) -> Mapping[str, Any]:
        return self.layout.get(f"{name[0]}axis{name[1:]}") or {}

    def scale(self, name: str) -> Scale:
        """The axis of that name, made once."""
        if name not in self.scales:
            self.scales[name] = self._scale(name)
        return self.scales[name]

    def _scale(self, name: str) -> Scale:
        axis, which = self._axis(name), name[0]
        root = str(axis.get("matches") or name)
        values: list[Any] = []
        for trace in self.traces:
            mine = str(trace.get(f"{which}axis") or which)
            if root in (mine, self._axis(mine).get("matches")) and has(trace.get(which)):
                values.append(trace[which])
        told = str(axis.get("type") or "-")
        kind: Kind = "" if told in ("linear", "log") else "date" if told == "date" else "category"
        if told == "-":
            kind = _guessed(values)
        domain = axis.get("domain") or (0, 1)
        side = "width" if which == "x" else "height"
        whole = float(self.layout.get(side) or _SIZE[which == "y"]) - _MARGIN[which == "y"]
        scale = Scale(
            (title_of(axis) or title_of(self._axis(root))) + _unit(axis),
            kind,
            names=self._names(axis, which, values) if kind == "category" else (),
            scale="log" if told == "log" else "linear",
            inverted=str(axis.get("autorange") or "").endswith("reversed"),
            pixels=max(1.0, whole) * float(domain[1] - domain[0]),
        )
        if has(axis.get("ticktext")) and has(axis.get("tickvals")):
            at = scale.places(unpacked(axis["tickvals"]))
            scale.spell(zip(at.tolist(), map(plain, axis["ticktext"]), strict=False))
        ends = axis.get("range")
        if (
            axis.get("autorange") is not True
            and has(ends)
            and None not in (low_high := (ends[0], ends[1]))
        ):
            low, high = floats(low_high) if kind == "category" else scale.places(low_high)
            if told == "log":
                low, high = 10.0**low, 10.0**high
            scale.inverted = bool(low > high)
            scale.ends = (float(low), float(high))
        return scale

    def _names(self, axis: Mapping[str, Any], which: str, values: list[Any]) -> list[str]:
        """Categories in the order in which they stand."""
        first = [word(one) for one in axis.get("categoryarray") or ()]
        seen = list(dict.fromkeys(filter(None, (word(one) for column in values for one in column))))
        order, _, way = str(axis.get("categoryorder") or "trace").partition(" ")
        if order == "category":
            seen.sort(reverse=way == "descending")
        elif order in _TOTALS:
            other = "y" if which == "x" else "x"
            sums: dict[str, list[float]] = {name: [] for name in seen}
            for trace in self.traces:
                if has(trace.get(which)) and (
                    has(trace.get(other)) or trace.get("type") == "histogram"
                ):
                    counted = floats(trace[other]) if has(trace.get(other)) else repeat(1.0)
                    for name, value in zip(trace[which], counted, strict=False):
                        if value == value and word(name) in sums:
                            sums[word(name)].append(value)
            total = _TOTALS[order]
            seen.sort(key=lambda n: total(sums[n]) if sums[n] else 0, reverse=way == "descending")
        return list(dict.fromkeys([*first, *seen]))

    def _heading(self, across: Any, up: Any) -> str:
        """The words over the middle of a place and those turned beside it, as its title."""
        if not across or not up:
            return ""
        over, beside = [], ""
        for note in self.layout.get("annotations") or ():
            x, y = (
                one if isinstance(one := note.get(which), (int, float)) else 9 for which in "xy"
            )
            if (note.get("xref"), note.get("yref")) != ("paper", "paper"):
                continue
            if abs(x - sum(across) / 2) < _NEAR and y > up[1] - _NEAR:
                over.append((y, plain(note.get("text"))))
            elif abs(y - sum(up) / 2) < _NEAR and note.get("textangle") == 90:
                beside = plain(note.get("text"))
        # Only in a grid of rows and columns do words stand for all that is below them.
        title = [words for y, words in sorted(over)[:1] if beside or y < up[1] + _NEAR]
        self.headings |= {*title, beside}
        return ", ".join(filter(None, [*title, beside]))

    # -- words and rules --------------------------------------------------------------------

    def _note(self, found: dict[tuple[str, str], Panel], every: list[Panel], note: Any) -> None:
        text = plain(note.get("text"))
        panel = found.get((str(note.get("xref") or "x"), str(note.get("yref") or "y")))
        if not text or text in self.headings or any(text == one.title for one in every):
            return
        if panel is None:
            every[0].notes.append({"say": text})
            return
        at = [
            scale.value(scale.places([note.get(which)])[0]) for which, scale in (("x", panel.x), ("y", panel.y))
        ]  # fmt: skip
        panel.notes.append({"at": at, "say": text})

    def _shapes(self, panel: Panel, x: str, y: str) -> None:
        for shape in self.layout.get("shapes") or ():
            refs = str(shape.get("xref") or "x"), str(shape.get("yref") or "y")
            for which, own, other, scale in (
                ("x", x, refs[1], panel.x),
                ("y", y, refs[0], panel.y),
            ):
                if refs["xy".index(which)] != own or not other.endswith(("domain", "paper")):
                    continue
                low, high = scale.places([shape.get(f"{which}0"), shape.get(f"{which}1")])
                if low == high:
                    panel.rules.append({which: scale.value(low)})
                elif shape.get("type") == "rect":
                    panel.rules.append({which: [scale.value(low), scale.value(high)]})

    def _stacked(self, panel: Panel) -> None:
        """Bars that stand on one another are not drawn at their own height."""
        norm = str(self.layout.get("barnorm") or "")
        if self.layout.get("barmode") not in ("stack", "relative") and not norm:
            return
        for lies in (False, True):
            bars = [one for one in panel.marks if one.kind == "bars" and one.lies is lies]
            for one in bars:
                others = (other for other in bars if other is not one)
                if norm or any(numpy().isin(one.x, other.x).any() for other in others):
                    one.stacked = True
            against = self.layout.get("barmode") != "relative"
            shares(bars, _WHOLE.get(norm, 0), against=against)


def _guessed(values: list[Any]) -> Kind:
    np = numpy()
    for column in values:
        if isinstance(column, np.ndarray) and column.dtype.kind in "iuf":
            return ""
        if isinstance(column, np.ndarray) and column.dtype.kind == "M":
            return "date"
    return kind_of(one for column in values for one in _plain(column[:200]))


def _plain(column: Any) -> list[Any]:
    """The values of a column as Python has them."""
    return column.tolist() if str(getattr(column, "dtype", "")) == "bool" else list(column)


def _unit(axis: Mapping[str, Any]) -> str:
    """What stands behind each number of an axis: `%`, unless its title says so."""
    unit = plain(axis.get("ticksuffix") or axis.get("tickprefix"))
    return f" ({unit})" if unit and unit not in title_of(axis) else ""
