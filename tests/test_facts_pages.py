"""Charts that a page draws: plotly and altair give facts and numbers as matplotlib does."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from vlmagic.claims import check
from vlmagic.facts import Facts, facts_of
from vlmagic.facts.data import Series
from vlmagic.facts.histograms import shared

graphs = pytest.importorskip("plotly.graph_objects")
express = pytest.importorskip("plotly.express")
altair = pytest.importorskip("altair")
np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")

EPOCH = dt.date(1970, 1, 1).toordinal()
LOSS = {"train": [2.3, 1.6, 1.15, 0.88, 0.72], "validation": [2.2, 1.7, 1.34, 1.15, 1.3]}
SALES = {"Jan": 120, "Feb": 132, "Mar": 151, "Apr": 149}


def known(chart: Any) -> Facts:
    """The facts of a chart."""
    found = facts_of(chart)
    assert found is not None
    assert len(found.text.encode()) <= 2000
    return found


def axes(chart: Any, number: int = 0) -> dict[str, Any]:
    """The facts of one pair of axes of a chart."""
    return dict(json.loads(known(chart).text)["axes"][number])


def series(chart: Any) -> list[Series]:
    """All series of a chart."""
    numbers = known(chart).numbers
    assert numbers is not None
    return [one for pair in numbers.axes for one in pair.series]


def table(**columns: Any) -> Any:
    """A frame in long form."""
    return pd.DataFrame(columns)


def losses() -> Any:
    """Two curves in long form."""
    rows = [(e + 1, y, name) for name, ys in LOSS.items() for e, y in enumerate(ys)]
    return pd.DataFrame(rows, columns=["epoch", "loss", "set"])


def plotly_loss() -> Any:
    """Two curves."""
    return express.line(losses(), x="epoch", y="loss", color="set", title="Loss")


def altair_loss() -> Any:
    """The same two curves."""
    base = altair.Chart(losses(), title="Loss").mark_line()
    return base.encode(x="epoch:Q", y="loss:Q", color="set:N")


def plotly_sales() -> Any:
    """Bars by month."""
    frame = table(month=list(SALES), sales=list(SALES.values()))
    return express.bar(frame, x="month", y="sales", title="Monthly sales")


def altair_sales() -> Any:
    """The same bars, lying."""
    frame = table(month=list(SALES), sales=list(SALES.values()))
    base = altair.Chart(frame, title="Monthly sales").mark_bar()
    return base.encode(y=altair.Y("month:N", sort=None), x="sales:Q")


@pytest.mark.parametrize("chart", [plotly_loss, altair_loss])
@pytest.mark.parametrize(
    ("say", "verdict"),
    [
        ("The train curve ends at 0.72.", "right"),
        ("The train curve ends at 0.9.", "wrong"),
        ("The minimum of validation is 1.15 at epoch 4.", "right"),
        ("The minimum of validation is 1.15 at epoch 3.", "wrong"),
        ("Train falls from 2.3 to 0.72.", "right"),
    ],
)
def test_claims_about_curves_are_checked(chart: Callable[[], Any], say: str, verdict: str) -> None:
    """What is said of a chart of plotly or altair is looked up in its own data."""
    numbers = known(chart()).numbers
    assert numbers is not None
    assert [claim.verdict for claim in check(say, [numbers])] == [verdict]


@pytest.mark.parametrize("chart", [plotly_sales, altair_sales])
@pytest.mark.parametrize(
    ("say", "verdict"),
    [
        ("Sales in March were 151.", "right"),
        ("Sales in March were 191.", "wrong"),
        ("Sales are highest in March.", "right"),
        ("Sales are highest in April.", "wrong"),
    ],
)
def test_claims_about_bars_are_checked(chart: Callable[[], Any], say: str, verdict: str) -> None:
    """Bars stand at categories, whichever way they lie."""
    numbers = known(chart()).numbers
    assert numbers is not None
    assert [claim.verdict for claim in check(say, [numbers])] == [verdict]


@pytest.mark.parametrize(
    "chart",
    [
        express.bar(table(k=["a", "a"], v=[1, 2], c=["u", "w"]), x="k", y="v", color="c"),
        express.area(table(k=[1, 1], v=[1, 2], c=["u", "w"]), x="k", y="v", color="c"),
        altair.Chart(table(k=["a", "a"], v=[1, 2], c=["u", "w"]))
        .mark_bar()
        .encode(x="k:N", y="v:Q", color="c:N"),
        altair.Chart(table(k=["a", "a"], v=[1, 3])).mark_bar().encode(x="k:N", y="mean(v):Q"),
        altair.Chart(table(k=["2024-01-01T00:00:00+08:00"], v=[1]))
        .mark_bar()
        .encode(x="k:T", y="v:Q"),
    ],
    ids=["plotly bars", "plotly areas", "altair bars", "means", "zones"],
)
def test_what_is_not_drawn_at_its_own_place_is_a_summary(chart: Any) -> None:
    """Stacks, means and times with a zone are told and never judged."""
    assert all(one.summary for one in series(chart))


@pytest.mark.parametrize(
    "chart",
    [
        express.bar(table(k=["a", "a"], v=[1, 2], c=["u", "w"]), x="k", y="v", color="c", barmode="group"),
        express.bar(table(k=["a", "b"], v=[1, 2], c=["u", "w"]), x="k", y="v", color="c"),
        altair.Chart(table(k=["a", "a"], v=[1, 2], c=["u", "w"]))
        .mark_bar()
        .encode(x="k:N", y="v:Q", xOffset="c:N", color="c:N"),
    ],
    ids=["grouped", "each at its own place", "beside"],
)  # fmt: skip
def test_bars_beside_one_another_stand_at_their_height(chart: Any) -> None:
    """Bars of several series at one category are no stack if they stand side by side."""
    assert [(one.y, one.summary) for one in series(chart)] == [((1,), False), ((2,), False)]


def test_dates_and_twins() -> None:
    """Dates are days by the clock that is written; a second y axis is a pair of axes of its own."""
    when = pd.date_range("2024-01-01", periods=3, tz="Asia/Shanghai")
    figure = graphs.Figure(
        [
            graphs.Scatter(x=when, y=[1, None, 3], name="a"),
            graphs.Scatter(x=when, y=[10, 100, 1000], name="b", yaxis="y2"),
        ],
        layout={"yaxis2": {"overlaying": "y", "type": "log", "title": "count"}, "title": "T"},
    )
    numbers = known(figure).numbers
    assert numbers is not None
    left, right = numbers.axes
    day = dt.date(2024, 1, 1).toordinal() - EPOCH
    assert left.series[0] == Series("a", "line", (day, day + 2), (1, 3))
    assert (left.across.kind, left.title) == ("date", "T")
    assert (right.up.scale, right.up.label, right.series[0].y) == ("log", "count", (10, 100, 1000))
    assert axes(figure)["lines"][0]["max"] == ["2024-01-03", 3]


@pytest.mark.parametrize("step", ["D", "h"])
def test_dates_are_dates_however_they_are_held(step: str) -> None:
    """Columns of a frame, arrays and lists of dates: the same chart, facts and digest."""
    when = pd.date_range("2024-01-01", periods=3, freq=step)
    frame = table(d=when, v=[1, 2, 4])
    charts = [
        express.line(frame, x="d", y="v"),
        express.line(frame.assign(d=list(when.to_pydatetime())), x="d", y="v"),
        express.line(frame.assign(d=when.astype(str)), x="d", y="v"),
    ]
    found = [known(chart) for chart in charts]
    assert len({(one.digest, one.text) for one in found}) == 1
    assert axes(charts[0])["lines"][0]["first"] == ["2024-01-01", 1]


def test_facets_are_pairs_of_axes() -> None:
    """Each facet has its own rows and its name, in both libraries, and the same axes."""
    frame = table(t=[1, 2, 1, 2], v=[1, 2, 3, 5], g=["p", "p", "q", "q"])
    plot = express.line(frame, x="t", y="v", facet_col="g")
    chart = altair.Chart(frame).mark_line().encode(x="t:Q", y="v:Q", column="g:N")
    for one, titles in ((plot, ["g=p", "g=q"]), (chart, ["p", "q"])):
        numbers = known(one).numbers
        assert numbers is not None
        assert [pair.title for pair in numbers.axes] == titles
        assert [pair.series[0].y for pair in numbers.axes] == [(1, 2), (3, 5)]
        assert {pair.up.label for pair in numbers.axes} == {"v"}


@pytest.mark.parametrize(
    ("how", "order"),
    [
        ({"categoryorder": "total descending"}, ["b", "c", "a"]),
        ({"categoryorder": "array", "categoryarray": ["c", "b", "a"]}, ["c", "b", "a"]),
        ({"categoryorder": "category descending"}, ["c", "b", "a"]),
        ({}, ["a", "c", "b"]),
    ],
)
def test_categories_stand_in_their_order(how: dict[str, Any], order: list[str]) -> None:
    """What stands first is what the page puts first."""
    figure = graphs.Figure(graphs.Bar(x=["a", "c", "b"], y=[1, 2, 3]), layout={"xaxis": how})
    assert axes(figure)["x"]["categories"] == order


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("ascending", ["a", "b", "c"]),
        ("-y", ["b", "c", "a"]),
        (["c"], ["c", "a", "b"]),
        (None, ["a", "c", "b"]),
    ],
)
def test_altair_sorts_as_it_says(sort: Any, order: list[str]) -> None:
    """Vega-Lite sorts by name unless it is told otherwise."""
    frame = table(k=["a", "c", "b"], v=[1, 2, 3])
    chart = altair.Chart(frame).mark_bar().encode(x=altair.X("k:N", sort=sort), y="v:Q")
    assert axes(chart)["x"]["categories"] == order


KINDS: list[tuple[str, Any, dict[str, Any]]] = [
    ("pie", graphs.Figure(graphs.Pie(labels=["x", "y", "x"], values=[1, 2, 1])), {"pie": [["x", 50], ["y", 50]]}),
    ("heat", graphs.Figure(graphs.Heatmap(z=np.array([[1, 2], [9, 4]]))), {"images": [{"shape": [2, 2], "min": 1, "max": 9, "argmax": [1, 0], "values": [[1, 2], [9, 4]]}]}),
    ("histogram", graphs.Figure(graphs.Histogram(x=[1, 2, 2, 3])), {"histogram": [{"edges": [0.5, 1.5, 2.5, 3.5], "counts": [1, 2, 1]}]}),
    ("histogram of words", graphs.Figure(graphs.Histogram(y=["b", "a", "b"])), {"bars": [{"values": [["b", 2], ["a", 1]], "horizontal": True}]}),
    ("histogram of days", graphs.Figure(graphs.Histogram(x=["2024-01-01", "2024-01-03"])), {"spread": [{"of": "histogram", "n": 2, "min": "2024-01-01", "median": "2024-01-02", "max": "2024-01-03", "mean": "2024-01-02"}]}),
    ("box", express.box(table(k=["a", "a", "b"], v=[1, 3, 5]), x="k", y="v"), {"spread": [{"label": "a", "of": "box", "min": 1, "median": 2, "max": 3, "mean": 2, "n": 2}, {"label": "b", "of": "box", "min": 5, "median": 5, "max": 5, "mean": 5, "n": 1}]}),
    ("space", graphs.Figure(graphs.Scatter3d(x=[1, 2], y=[3, 4], z=[9, 8])), {"paths": [{"n": 2, "first": [1, 3, 9], "last": [2, 4, 8], "lowest": [2, 4, 8], "highest": [1, 3, 9]}]}),
    ("polar", graphs.Figure(graphs.Scatterpolar(r=[1, 2], theta=["N", "S"])), {"bars": [{"values": [["N", 1], ["S", 2]]}]}),
    ("counts in cells", express.density_heatmap(table(x=["a", "b", "b"], y=["u", "v", "v"]), x="x", y="y"), {"images": [{"colorbar": "count", "cells": 2, "min": 1, "max": 2, "at": ["b", "v"], "values": [["a", "u", 1], ["b", "v", 2]]}]}),
    ("boxes given", graphs.Figure(graphs.Box(x=["a"], q1=[1], median=[2], q3=[3], lowerfence=[0], upperfence=[5], name="b")), {"spread": [{"label": "a, b", "of": "box", "min": 0, "q1": 1, "median": 2, "q3": 3, "max": 5}]}),
    ("truths", graphs.Figure(graphs.Bar(x=[True, False], y=[1, 2])), {"x": {"kind": "category", "categories": ["true", "false"]}, "bars": [{"values": [["true", 1], ["false", 2]]}]}),
    ("waterfall", graphs.Figure(graphs.Waterfall(x=["a", "b", "t"], y=[1, -2, 0], measure=["relative", "relative", "total"])), {"bars": [{"of": "waterfall", "values": [["a", 1], ["b", -2], ["t", -1]]}]}),
    ("map", graphs.Figure(graphs.Choropleth(locations=["USA", "CHN"], z=[1, 2])), {"bars": [{"values": [["USA", 1], ["CHN", 2]]}]}),
    ("sectors", express.sunburst(table(s=["M", "F", "M"], c=["x", "x", "y"], v=[1, 2, 3]), path=["c", "s"], values="v"), {"bars": [{"values": [["x / M", 1], ["x / F", 2], ["y / M", 3], ["x", 3], ["y", 3]]}]}),
    ("errors", graphs.Figure(graphs.Bar(x=["a"], y=[3], error_y={"array": [1]})), {"bars": [{"values": [["a", 3]], "errors": True}]}),
    ("shares", express.bar(table(k=["a", "a"], v=[1, 3], g=["p", "q"]), x="k", y="v", color="g").update_layout(barnorm="percent"), {"bars": [{"label": "p", "values": [["a", 25]], "stacked": True}, {"label": "q", "values": [["a", 75]], "stacked": True}]}),
    ("words", graphs.Figure(graphs.Scatter(x=[1, 2], y=[3, 4], text=["hi", "5"], mode="text")), {"text": [{"at": [1, 3], "say": "hi"}]}),
    ("ticks", graphs.Figure(graphs.Bar(x=[1, 2], y=[3, 4]), layout={"xaxis": {"tickvals": [1, 2], "ticktext": ["low", "high"]}}), {"x": {"kind": "category", "categories": ["low", "high"]}, "bars": [{"values": [["low", 3], ["high", 4]]}]}),
    ("levels", graphs.Figure(graphs.Bar(x=[["a", "a"], ["u", "v"]], y=[1, 2])), {"bars": [{"values": [["a, u", 1], ["a, v", 2]]}]}),
    ("steps", graphs.Figure(graphs.Scatter(y=[5, 6], x0=10, dx=5, mode="markers")), {"scatter": [{"n": 2, "x": [10, 15], "y": [5, 6], "mean": [12.5, 5.5], "points": [[10, 5], [15, 6]]}]}),
    ("plan", express.timeline(table(a=["2024-01-01"], b=["2024-01-03"], task=["build"]), x_start="a", x_end="b", y="task"), {"intervals": [{"x": ["2024-01-01", "2024-01-03"], "y": "build"}]}),
    ("nameless", graphs.Figure(graphs.Bar(x=["a", None, "b"], y=[1, 2, 3])), {"x": {"kind": "category", "categories": ["a", "b"]}}),
    ("other", graphs.Figure(graphs.Sankey()), {"other": {"sankey": 1}}),
    ("hidden", graphs.Figure([graphs.Scatter(y=[1], visible="legendonly"), graphs.Bar(y=[2])]), {"bars": [{"values": [[0, 2]]}]}),
    ("arc", altair.Chart(table(k=["x", "y"], v=[1, 3])).mark_arc().encode(theta="v:Q", color="k:N"), {"pie": [["x", 25], ["y", 75]]}),
    ("cells", altair.Chart(table(k=["x", "y"], c=["p", "q"], v=[1, 3])).mark_rect().encode(x="k:N", y="c:N", color="v:Q"), {"images": [{"colorbar": "v", "cells": 2, "min": 1, "max": 3, "at": ["y", "q"], "values": [["x", "p", 1], ["y", "q", 3]]}]}),
    ("boxes", altair.Chart(table(k=["x", "x"], v=[1, 3])).mark_boxplot().encode(x="k:N", y="v:Q"), {"spread": [{"label": "x", "of": "box", "min": 1, "median": 2, "max": 3, "mean": 2, "n": 2}]}),
    ("bins", altair.Chart(table(v=[1, 3])).mark_bar().encode(x=altair.X("v:Q", bin={"step": 2}), y="count()"), {"histogram": [{"edges": [0, 2, 4], "counts": [1, 1]}]}),
    ("filtered", altair.Chart(table(v=[1, 3])).transform_filter("datum.v > 1").mark_bar().encode(x=altair.X("v:Q", bin=True), y="count()"), {"encodings": [{"mark": "bar", "rows": 2, "x": "v (binned)", "y": "Count of Records"}]}),
    ("sums", altair.Chart(table(k=["a", "a", "b"], v=[1, 3, 5])).mark_bar().encode(x="k:N", y="sum(v):Q"), {"bars": [{"values": [["a", 4], ["b", 5]]}]}),
]  # fmt: skip


@pytest.mark.parametrize(("chart", "told"), [k[1:] for k in KINDS], ids=[k[0] for k in KINDS])
def test_every_kind_says_what_it_shows(chart: Any, told: dict[str, Any]) -> None:
    """Facts are exact, and what only the page computes is named without numbers."""
    found = axes(chart)
    assert {key: found[key] for key in told} == told


def test_a_repeated_chart_is_all_its_charts() -> None:
    """A chart for each column, each with its own axes."""
    base = altair.Chart(table(a=[1, 2], b=[3, 5], c=[7, 9])).mark_line()
    chart = base.encode(x="a:Q", y=altair.Y(altair.repeat("row"), type="quantitative"))
    numbers = known(chart.repeat(row=["b", "c"])).numbers
    assert numbers is not None
    assert [(pair.up.label, pair.series[0].y) for pair in numbers.axes] == [("b", (3, 5)), ("c", (7, 9))]  # fmt: skip


def test_layers_share_their_axes_unless_they_say_otherwise() -> None:
    """A rule is a rule; a layer with its own y axis is a pair of axes of its own."""
    frame = table(t=[1, 2], v=[3, 4], w=[30, 20])
    line = altair.Chart(frame).mark_line().encode(x="t:Q", y="v:Q")
    rule = altair.Chart(table(at=[3.5])).mark_rule().encode(y="at:Q")
    assert axes(line + rule)["rules"] == [{"y": 3.5}]
    other = altair.Chart(frame).mark_line().encode(x="t:Q", y="w:Q")
    twins = altair.layer(line, other).resolve_scale(y="independent")
    assert [one.y for one in series(twins)] == [(3, 4), (30, 20)]
    assert len(json.loads(known(twins).text)["axes"]) == 2


def test_the_words_of_a_page_are_what_one_sees() -> None:
    """Tags are not words; notes and lines across the chart stand where they are."""
    figure = graphs.Figure(graphs.Scatter(x=["2024-01-01", "2024-01-03"], y=[1, 2]))
    figure.update_layout(title="<b>Big</b><br>news &amp; all")
    figure.add_hline(1.5)
    figure.add_vrect("2024-01-01", "2024-01-02")
    figure.add_annotation(x="2024-01-03", y=2, text="<i>top</i>")
    found = axes(figure)
    assert found["title"] == "Big news & all"
    assert found["rules"] == [{"y": 1.5}, {"x": ["2024-01-01", "2024-01-02"]}]
    assert found["text"] == [{"at": ["2024-01-03", 2], "say": "top"}]


def plotly_columns() -> Any:
    """Arrays within lists."""
    return express.parallel_coordinates(table(a=[1, 2], b=[3, 4]))


def plotly_gaps() -> Any:
    """Words among which one is missing."""
    return express.scatter(table(a=[1, 2], b=["u", None]), x="a", y="b")


def plotly_days() -> Any:
    """Values by day."""
    return express.box(table(a=pd.date_range("2024-01-01", periods=2), b=[1, 2]), x="a", y="b")


@pytest.mark.parametrize(
    "chart", [plotly_loss, altair_loss, plotly_columns, plotly_gaps, plotly_days]
)
def test_the_specification_says_what_the_object_says(chart: Callable[[], Any]) -> None:
    """What a notebook keeps of a chart is JSON: the same facts, numbers and digest."""
    live = chart()
    assert facts_of(json.loads(live.to_json())) == known(live)


def test_the_digest_is_that_of_data_and_words() -> None:
    """Colours, sizes, the way arrays are packed and running names are not the chart."""
    first = express.line(x=np.array([1, 2]), y=np.array([3.0, 0.1 + 0.2]), title="T")
    again = express.line(x=[1, 2], y=[3, 0.3], title="T", width=900, template="plotly_dark")
    again.update_traces(line_color="red", marker_size=[3, 4])
    other = express.line(x=[1, 2], y=[3, 0.31], title="T")
    named = express.line(x=[1, 2], y=[3, 0.3], title="U")
    digests = [known(one).digest for one in (first, other, named)]
    assert len(set(digests)) == 3
    again.update_traces(marker_size=None)
    assert known(again).digest == digests[0]
    moving = altair_loss().interactive().properties(width=900)
    assert known(moving).digest == known(altair_loss()).digest


def test_a_page_of_anything_never_raises() -> None:
    """Specifications come from anywhere: what cannot be read has no facts, and nothing is raised."""
    broken: list[Any] = [
        {"data": [{}], "layout": {}},
        {"data": [{"type": "scatter", "x": [[1], [2]], "y": "abc"}], "layout": {"xaxis": None}},
        {"data": [{"type": "bar", "x": {"dtype": "f8", "bdata": "!"}}], "layout": {}},
        {"data": [7], "layout": {}},
        {"$schema": "vega-lite", "mark": "bar", "encoding": {"x": 3}},
        {"$schema": "vega-lite", "hconcat": []},
        {"$schema": "vega-lite", "mark": {}, "data": {"values": [1, 2]}},
        {"$schema": "vega-lite", "layer": [{"mark": "line"}], "data": {"url": "http://x/y.csv"}},
    ]
    for one in broken:
        found = facts_of(one)
        assert found is None or json.loads(found.text)


def test_many_points_are_told_and_bounded() -> None:
    """A million points have facts; their numbers are not kept."""
    x = np.arange(1_000_000.0)
    figure = graphs.Figure(graphs.Scattergl(x=x, y=np.sin(x / 1e5), mode="lines", name="s"))
    assert axes(figure)["lines"][0]["n"] == 1_000_000
    (one,) = series(figure)
    assert (one.whole, one.x) == (False, ())


# -- bokeh ----------------------------------------------------------------------------------------


def test_bokeh_has_facts_and_numbers() -> None:
    """Lines, words and straight rules of a plot of bokeh, and claims about it are checked."""
    plotting = pytest.importorskip("bokeh.plotting")
    models = pytest.importorskip("bokeh.models")
    plot = plotting.figure(title="Loss", x_axis_label="epoch", y_axis_label="loss")
    plot.line([1, 2, 3], [2.3, 1.6, 0.72], legend_label="train")
    plot.scatter([1, 2], [3, 4], legend_label="dots")
    plot.add_layout(models.Span(location=2, dimension="height"))
    plot.add_layout(models.Label(x=1, y=2, text="here"))
    found = axes(plot)
    assert (found["title"], found["x"], found["y"]) == ("Loss", {"label": "epoch"}, {"label": "loss"})  # fmt: skip
    assert (found["lines"][0]["label"], found["lines"][0]["last"]) == ("train", [3, 0.72])
    assert found["scatter"][0]["label"] == "dots"
    assert (found["rules"], found["text"]) == ([{"x": 2}], [{"at": [1, 2], "say": "here"}])
    numbers = known(plot).numbers
    assert numbers is not None
    says = "The train curve ends at 0.72.", "The train curve ends at 0.9."
    assert [check(one, [numbers])[0].verdict for one in says] == ["right", "wrong"]


def test_bokeh_in_rows_and_stacks() -> None:
    """Layouts are all their plots; bars on bars are a summary; dates are dates; bins have edges."""
    plotting = pytest.importorskip("bokeh.plotting")
    layouts = pytest.importorskip("bokeh.layouts")
    bars = plotting.figure(x_range=["a", "b"])
    bars.vbar(x=["a", "b"], top=[3, 4], width=0.5)
    stack = plotting.figure(x_range=["a"])
    source = {"k": ["a"], "u": [1], "v": [3]}
    stack.vbar_stack(["u", "v"], x="k", source=source, legend_label=["u", "v"])
    when = plotting.figure(x_axis_type="datetime")
    when.line(pd.date_range("2024-01-01", periods=2), [1, 2])
    bins = plotting.figure()
    bins.quad(left=[0, 1], right=[1, 2], top=[5, 6], bottom=0)
    lying = plotting.figure(y_range=["m"])
    lying.hbar(y=["m"], right=[7])
    whole = layouts.column(layouts.row(bars, stack), layouts.gridplot([[when, bins], [lying]]))
    found = json.loads(known(whole).text)["axes"]
    assert found[0]["bars"] == [{"values": [["a", 3], ["b", 4]]}]
    assert [one["stacked"] for one in found[1]["bars"]] == [True, True]
    assert found[2]["lines"][0]["last"] == ["2024-01-02", 2]
    assert found[3]["histogram"] == [{"edges": [0, 1, 2], "counts": [5, 6]}]
    assert found[4]["bars"] == [{"values": [["m", 7]], "horizontal": True}]
    assert [one.summary for one in series(stack)] == [True, True]


def test_the_digest_of_bokeh_is_that_of_its_data() -> None:
    """Running numbers of models and looks are not the chart; its values and words are."""
    plotting = pytest.importorskip("bokeh.plotting")

    def plot(last: float, title: str = "T", **looks: Any) -> Any:
        found = plotting.figure(title=title, **looks)
        found.line([1, 2], [3, last])
        return found

    one = known(plot(0.1 + 0.2))
    assert known(plot(0.3, width=900)).digest == one.digest
    assert len({one.digest, known(plot(4)).digest, known(plot(0.3, "U")).digest}) == 3


def test_an_axis_may_end_at_zero() -> None:
    """Zero is an end of an axis like any other."""
    figure = express.line(table(t=[1, 2], v=[1, 4]), x="t", y="v", range_y=[0, 5])
    assert axes(figure)["y"] == {"label": "v", "min": 0, "max": 5}
    ends = altair.Scale(domain=[-3, 0])
    chart = altair.Chart(table(t=[1], v=[-1])).mark_bar().encode(altair.Y("v:Q", scale=ends), x="t:N")  # fmt: skip
    assert axes(chart)["y"] == {"label": "v", "min": -3, "max": 0}


def _lines(**how: Any) -> Any:
    figure = express.line(losses(), x="epoch", y="loss", color="set", title="T")
    figure.update_layout(**how)
    return figure


LOOKS: list[tuple[str, Callable[[Any], Any]]] = [
    ("grid", lambda one: one.update_xaxes(showgrid=False, tickangle=45)),
    ("legend", lambda one: one.update_layout(legend={"x": 0, "y": 1, "orientation": "h"}, hovermode="x")),
    ("markers", lambda one: one.update_traces(marker={"size": 9, "opacity": 0.5, "color": "red"}, opacity=0.3)),
    ("hover", lambda one: one.update_traces(hovertext="here", customdata=[[1]] * 5)),
]  # fmt: skip


@pytest.mark.parametrize("change", [c for _, c in LOOKS], ids=[name for name, _ in LOOKS])
def test_looks_of_plotly_are_not_the_chart(change: Callable[[Any], Any]) -> None:
    """Grids, legends, markers and what a mouse would show do not change a digest."""
    assert known(change(_lines())).digest == known(_lines()).digest


SAID: list[tuple[str, Callable[[Any], Any]]] = [
    ("axis", lambda one: one.update_xaxes(title="epochs")),
    ("ticks", lambda one: one.update_xaxes(tickvals=[1, 2], ticktext=["one", "two"])),
    ("range", lambda one: one.update_yaxes(range=[0, 5])),
    ("scale of colours", lambda one: one.update_layout(coloraxis={"colorbar": {"title": "C"}})),
    ("legend", lambda one: one.update_layout(legend={"title": "which"})),
    ("note", lambda one: one.add_annotation(x=1, y=1, text="here")),
    ("line", lambda one: one.add_hline(1)),
    ("sizes", lambda one: one.update_traces(marker_size=[1, 2, 3, 4, 5])),
    ("errors", lambda one: one.update_traces(error_y={"array": [1] * 5})),
    ("frames", lambda one: one.update(frames=[graphs.Frame(data=[graphs.Scatter(y=[7])])])),
    ("widths", lambda one: one.add_bar(y=[1, 2], width=[1, 3])),
    ("other widths", lambda one: one.add_bar(y=[1, 2], width=[1, 4])),
]


def test_words_and_data_of_plotly_are_the_chart() -> None:
    """Whatever says something changes the digest."""
    digests = [known(change(_lines())).digest for _, change in SAID]
    assert len({known(_lines()).digest, *digests}) == len(SAID) + 1


def test_the_digest_of_altair_is_that_of_data_and_words() -> None:
    """Colours, sizes, schemes and angles are not the chart; marks, fields, words and orders are."""
    frame = table(k=["a", "b"], v=[1, 2])

    def bars(mark: dict[str, Any] | None = None, x: Any = "k:N", **how: Any) -> str:
        chart = altair.Chart(frame).mark_bar(**(mark or {})).encode(x=x, **{"y": "v:Q", **how})
        return known(chart).digest

    scheme = altair.Color("k:N", scale=altair.Scale(scheme="dark2"))
    first = bars()
    assert first == bars({"color": "red", "size": 3, "opacity": 0.4}, tooltip=["k"])
    assert first == bars(x=altair.X("k:N", axis=altair.Axis(labelAngle=0)))
    assert first == bars(color=altair.value("green"), opacity=altair.value(0.3))
    assert bars(color=scheme) == bars(color="k:N")
    other = [
        bars(color="k:N"),
        bars(x=altair.X("k:N", sort="-y")),
        bars(x=altair.X("k:N", title="K")),
        bars(x=altair.X("k:N", axis=altair.Axis(title="L"))),
        bars(y=altair.Y("v:Q", scale=altair.Scale(domain=[0, 9]))),
        bars(y="mean(v):Q"),
        known(altair.Chart(frame).mark_line().encode(x="k:N", y="v:Q")).digest,
    ]
    assert len({first, *other}) == len(other) + 1
    beside = altair.Chart(frame).mark_bar().encode(x="k:N")
    assert known(beside | beside).digest == known(beside.properties(width=20) | beside).digest


def test_facets_in_rows_and_of_pies_have_their_names() -> None:
    """Words beside a row and over a pie are the names of what they stand at."""
    frame = table(k=["a", "b"] * 2, v=[1, 2, 3, 4], g=["p", "p", "q", "q"], h=["u", "w", "u", "w"])
    grid = json.loads(known(express.bar(frame, x="k", y="v", facet_row="g", facet_col="h")).text)["axes"]  # fmt: skip
    assert [one["title"] for one in grid] == ["h=u, g=p", "h=w, g=p", "h=u, g=q", "h=w, g=q"]
    assert not any("text" in one for one in grid)
    pies = json.loads(known(express.pie(frame, names="k", values="v", facet_col="g")).text)["axes"]
    assert [one["title"] for one in pies] == ["g=p", "g=q"]


def test_candles_are_four_curves() -> None:
    """Of prices all four are told, the last of each day first."""
    days = ["2024-01-01", "2024-01-02"]
    figure = graphs.Figure(graphs.Candlestick(x=days, open=[1, 2], high=[5, 6], low=[0, 1], close=[2, 3]))  # fmt: skip
    lines = axes(figure)["lines"]
    assert [(one["label"], one["last"][1]) for one in lines] == [("close", 3), ("open", 2), ("high", 6), ("low", 1)]  # fmt: skip


def test_areas_of_shares_are_shares() -> None:
    """Areas of percentages are told in percent, each value as part of what stands at its place."""
    frame = table(t=[1, 2] * 2, v=[1, 2, 3, 6], g=["p", "p", "q", "q"])
    figure = express.area(frame, x="t", y="v", color="g", groupnorm="percent")
    assert [one.y for one in series(figure)] == [(25, 25), (75, 75)]
    assert all(one.summary for one in series(figure))


def test_shares_are_of_sizes_as_the_page_draws_them() -> None:
    """Of values below zero a Vega page stacks the sizes: each share is a part of the whole."""
    rows = table(x=list("aabb"), c=list("pqpq"), v=[-3, 1, 2, 2])
    chart = (
        altair.Chart(rows)
        .mark_bar()
        .encode(x="x:N", y=altair.Y("v:Q", stack="normalize"), color="c:N")
    )
    bars = axes(chart)["bars"]
    assert [one["values"] for one in bars] == [[["a", 75], ["b", 50]], [["a", 25], ["b", 50]]]


def test_bins_of_a_page_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many histograms a page has, what bins they share is worked out once."""
    asked: list[int] = []

    def counting(traces: Any, barmode: str) -> Any:
        asked.append(1)
        return shared(traces, barmode)

    monkeypatch.setattr("vlmagic.facts.plotly.shared", counting)
    facts_of(graphs.Figure([graphs.Histogram(x=[1, 2, 3 + n]) for n in range(5)]))
    assert asked == [1]


def test_the_highest_of_very_many_bars_is_told() -> None:
    """However many bars there are, the lowest and the highest are among those that are told."""
    heights = list(range(1, 1001))
    values = axes(express.bar(x=[f"k{n}" for n in heights], y=heights))["bars"][0]["values"]
    assert values[0] == ["k1", 1]
    assert values[-1] == ["k1000", 1000]
