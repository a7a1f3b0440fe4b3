"""A chart of every kind that plotly, altair and bokeh draw; run as a program, their digests as JSON.

Only what plotly 5.18, altair 5.1 and bokeh 3.3 know as well is used: the old libraries make the same
charts.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from typing import Any

import altair as alt
import bokeh.layouts
import bokeh.models
import bokeh.plotting
import numpy as np
import pandas as pd
import plotly.express as px
import plotly.graph_objects as graphs
import plotly.subplots

from vlmagic.facts import facts_of

Draw = Callable[[], Any]
KINDS: dict[str, Draw] = {}


def kind(draw: Draw) -> Draw:
    """A chart by the name of what draws it."""
    KINDS[draw.__name__.strip("_")] = draw
    return draw


def table() -> pd.DataFrame:
    """Numbers, groups, days, gaps: the same every time, in every version."""
    random = np.random.RandomState(3)
    return pd.DataFrame(
        {
            "x": np.arange(24),
            "y": random.normal(size=24).cumsum(),
            "whole": random.randint(0, 50, 24),
            "gap": np.where(np.arange(24) % 5 == 0, np.nan, random.normal(size=24)),
            "g": np.tile(["a", "b", "丙"], 8),
            "h": np.repeat(["u", "w"], 12),
            "d": pd.date_range("2024-01-30", periods=24, freq="12h"),
            "yes": np.arange(24) % 2 == 0,
        }
    )


# -- plotly ---------------------------------------------------------------------------------------

for _name, _how in {
    "scatter": {"x": "x", "y": "y", "color": "g", "size": "whole", "title": "T"},
    "line": {"x": "d", "y": "y", "color": "g", "markers": True},
    "area": {"x": "x", "y": "whole", "color": "h"},
    "bar": {"x": "g", "y": "whole", "color": "h", "barmode": "group"},
    "histogram": {"x": "y", "color": "h", "nbins": 7},
    "box": {"x": "g", "y": "y", "color": "h"},
    "violin": {"x": "g", "y": "y", "box": True},
    "strip": {"x": "g", "y": "y"},
    "ecdf": {"x": "y"},
    "density_heatmap": {"x": "x", "y": "y"},
    "scatter_3d": {"x": "x", "y": "y", "z": "whole"},
    "line_polar": {"r": "whole", "theta": "g"},
    "pie": {"names": "g", "values": "whole"},
    "sunburst": {"path": ["h", "g"], "values": "whole"},
    "treemap": {"path": ["h", "g"], "values": "whole"},
    "funnel": {"x": "whole", "y": "g"},
    "scatter_matrix": {"dimensions": ["x", "y", "whole"], "color": "g"},
    "parallel_coordinates": {"dimensions": ["x", "y", "whole"]},
}.items():

    def _express(name: str = _name, how: Any = _how) -> Any:
        return getattr(px, name)(table(), **how)

    KINDS[f"plotly {_name}"] = _express


@kind
def _plotly_facets() -> Any:
    return px.scatter(table(), x="gap", y="y", facet_col="g", facet_row="h", log_y=False)


@kind
def _plotly_animated() -> Any:
    return px.bar(table(), x="g", y="whole", animation_frame="h", range_y=[0, 60])


@kind
def _plotly_picture() -> Any:
    return px.imshow(np.arange(12.0).reshape(3, 4), text_auto=True, labels={"color": "v"})


@kind
def _plotly_plan() -> Any:
    plan = table().assign(end=lambda one: one["d"] + pd.Timedelta("1D")).head(5)
    return px.timeline(plan, x_start="d", x_end="end", y="g")


@kind
def _plotly_by_hand() -> Any:
    figure = plotly.subplots.make_subplots(rows=2, cols=2, specs=[[{"secondary_y": True}, {}], [{}, {}]], subplot_titles=list("pqrs"))  # fmt: skip
    frame = table()
    figure.add_trace(graphs.Scatter(x=frame["x"], y=frame["y"], name="left"), 1, 1)
    figure.add_trace(graphs.Scatter(x=frame["x"], y=frame["whole"], name="right"), 1, 1, secondary_y=True)  # fmt: skip
    figure.add_trace(graphs.Bar(x=frame["g"][:3], y=[1, 2, 3], error_y={"array": [1, 1, 2]}), 1, 2)
    figure.add_trace(graphs.Candlestick(x=frame["d"], open=frame["y"], high=frame["y"] + 1, low=frame["y"] - 1, close=frame["y"] + 0.5), 2, 1)  # fmt: skip
    figure.add_trace(graphs.Heatmap(z=[[1, None], [3, 4]], colorbar={"title": {"text": "z"}}), 2, 2)
    figure.add_hline(y=0, row=1, col=1)
    figure.add_vrect(x0=3, x1=5, row=1, col=1)
    figure.add_annotation(x=3, y=1, text="here <b>now</b>", row=1, col=1)
    return figure.update_layout(title="All of it", legend_title_text="which")


# -- altair ---------------------------------------------------------------------------------------


def _chart() -> Any:
    return alt.Chart(table(), title="T")


for _name, _mark, _how in (
    ("line", "line", {"x": "x:Q", "y": "y:Q", "color": "g:N"}),
    ("points", "point", {"x": "gap:Q", "y": "y:Q", "size": "whole:Q", "shape": "h:N"}),
    ("bars", "bar", {"x": "g:N", "y": "sum(whole):Q", "color": "h:N"}),
    ("bins", "bar", {"x": alt.X("y:Q", bin=True), "y": "count()"}),
    ("days", "line", {"x": "yearmonthdate(d):T", "y": "mean(y):Q"}),
    ("cells", "rect", {"x": "g:O", "y": "h:O", "color": "mean(y):Q"}),
    ("boxes", "boxplot", {"x": "g:N", "y": "y:Q"}),
    ("pie", "arc", {"theta": "whole:Q", "color": "x:N"}),
    ("sorted", "bar", {"x": alt.X("g:N", sort="-y"), "y": "mean(whole):Q"}),
    ("facets", "tick", {"x": "y:Q", "y": "g:N", "column": "h:N"}),
    ("truth", "bar", {"x": "yes:N", "y": "count()"}),
):

    def _altair(mark: str = _mark, how: Any = _how) -> Any:
        return getattr(_chart(), f"mark_{mark}")().encode(**how)

    KINDS[f"altair {_name}"] = _altair


@kind
def _altair_layers() -> Any:
    line = _chart().mark_line().encode(x="d:T", y="y:Q")
    rule = _chart().mark_rule(color="red").encode(y="mean(y):Q")
    words = _chart().mark_text(text="here").encode(x=alt.datum(3), y=alt.datum(1))
    return (line + rule) | alt.layer(words).properties(title="U")


@kind
def _altair_moving() -> Any:
    brush = alt.selection_interval()
    points = _chart().mark_circle().encode(x="x:Q", y="y:Q", color=alt.condition(brush, "g:N", alt.value("grey")))  # fmt: skip
    bars = _chart().mark_bar().encode(x="count()", y="g:N").transform_filter(brush)
    return points.add_params(brush) & bars


@kind
def _altair_repeated() -> Any:
    base = _chart().mark_line().encode(alt.X("x:Q"), alt.Y(alt.repeat("row"), type="quantitative"))  # fmt: skip
    return base.repeat(row=["y", "whole"])


# -- bokeh ----------------------------------------------------------------------------------------


@kind
def _bokeh_lines() -> Any:
    frame = table()
    plot = bokeh.plotting.figure(title="T", x_axis_label="x", y_axis_label="y", y_axis_type="log")
    plot.line(frame["x"], frame["whole"], legend_label="one", line_width=3)
    plot.scatter("x", "gap", source=bokeh.models.ColumnDataSource(frame), legend_label="two")
    plot.add_layout(bokeh.models.Span(location=2, dimension="height"))
    plot.add_layout(bokeh.models.Label(x=1, y=2, text="here"))
    return plot


@kind
def _bokeh_bars() -> Any:
    bars = bokeh.plotting.figure(x_range=["a", "b", "丙"])
    bars.vbar(x=["a", "b", "丙"], top=[3, 4, 5], width=0.5, legend_label="n")
    stack = bokeh.plotting.figure(x_range=["a"])
    stack.vbar_stack(["u", "v"], x="k", source={"k": ["a"], "u": [1], "v": [3]}, legend_label=["u", "v"])  # fmt: skip
    lying = bokeh.plotting.figure(y_range=["m"])
    lying.hbar(y=["m"], right=[7])
    return bokeh.layouts.column(bokeh.layouts.row(bars, stack), lying)


@kind
def _bokeh_days() -> Any:
    frame = table()
    plot = bokeh.plotting.figure(x_axis_type="datetime")
    plot.line("d", "y", source=frame)
    plot.varea(x=frame["d"], y1=frame["y"], y2=0)
    return plot


@kind
def _bokeh_bins() -> Any:
    counts, edges = np.histogram(table()["y"], bins=5)
    plot = bokeh.plotting.figure()
    plot.quad(top=counts, bottom=0, left=edges[:-1], right=edges[1:])
    plot.wedge(x=0, y=1, radius=0.4, start_angle=0, end_angle=1)
    return plot


def main() -> None:
    """Print the digest of each kind."""
    warnings.simplefilter("ignore")
    found = {name: facts_of(draw()) for name, draw in KINDS.items()}
    print(json.dumps({name: facts and facts.digest for name, facts in found.items()}))


if __name__ == "__main__":
    main()
