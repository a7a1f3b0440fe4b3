"""Histograms as plotly's own page counts them, in Chromium, beside the facts that are sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly
import plotly.express as px
import plotly.graph_objects as graphs
import pytest

from vlmagic.facts import facts_of

pytest_plugins = ["desks"]
pytestmark = pytest.mark.browser
_COUNTED = """(figure) => {
    const place = document.createElement('div');
    document.body.replaceChildren(place);
    return Plotly.newPlot(place, figure.data, figure.layout).then(drawn => drawn.calcdata.map(
        bars => bars.filter(bar => bar.s !== undefined && bar.s !== null)
            .map(bar => [bar.ph0 ?? bar.p, bar.ph1 ?? bar.p, bar.s, bar.p])));
}"""

_CELLS = """(figure) => {
    const place = document.createElement('div');
    document.body.replaceChildren(place);
    return Plotly.newPlot(place, figure.data, figure.layout).then(drawn => drawn.calcdata.map(
        ([map]) => map.z.map(row => Array.from(row, one => one ?? null))));
}"""


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page with plotly.js in it."""
    found = chromium.new_page()
    found.add_script_tag(path=str(Path(plotly.__file__).parent / "package_data" / "plotly.min.js"))
    yield found
    found.close()


def table(seed: int) -> pd.DataFrame:
    """Numbers of any size, whole ones, few different ones, words."""
    random = np.random.default_rng(seed)
    scale, shift = 10.0 ** random.integers(-4, 6), random.integers(-4, 5)
    size = int(random.integers(3, 400))
    return pd.DataFrame(
        {
            "v": (random.normal(size=size) + shift) * scale,
            "whole": random.integers(-3, int(random.integers(2, 200)), size),
            "half": random.integers(0, 9, size) / 2,
            "round": random.normal(size=size).round(1),
            "w": random.normal(size=size),
            "g": random.choice(["a", "b"], size),
        }
    )


HOW: dict[str, Any] = {
    "alone": {},
    "ten": {"nbins": 10},
    "fifty": {"nbins": 50},
    "colours": {"color": "g"},
    "beside": {"color": "g", "barmode": "overlay"},
    "sums": {"y": "w", "histfunc": "sum"},
    "means": {"y": "w", "histfunc": "avg"},
    "extremes": {"y": "w", "histfunc": "max"},
    "shares": {"histnorm": "percent"},
    "density": {"histnorm": "probability density", "color": "g"},
    "accumulated": {"cumulative": True, "histnorm": "probability"},
}


def facts_in(figure: Any) -> list[dict[tuple[float, float], float]]:
    """What the facts say: for each histogram the values by their bins."""
    facts = facts_of(figure, budget=10**6)
    assert facts is not None
    found = []
    for axes in json.loads(facts.text)["axes"]:
        for one in axes.get("histogram", ()):
            pairs = zip(one["edges"], one["edges"][1:], strict=False)
            found.append(dict(zip(pairs, one["counts"], strict=True)))
        found += [
            {(low, high): v for (low, high), v in one["values"]} for one in axes.get("bars", ())
        ]
    return found


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("column", ["v", "whole", "half", "round"])
def test_bins_are_those_of_the_page(page: Any, column: str, how: str) -> None:
    """Edges, counts and what is made of them are those that plotly.js computes, for any numbers."""
    for seed in range(6):
        figure = px.histogram(table(seed), x=column, **HOW[how])
        theirs = page.evaluate(_COUNTED, json.loads(figure.to_json()))
        mine = facts_in(figure)
        assert len(mine) == len(theirs)
        for own, bars in zip(mine, theirs, strict=True):
            kept = {edges: value for edges, value in own.items() if value}
            drawn = [bar for bar in bars if bar[2]]
            assert len(kept) == len(drawn), (seed, own, bars)
            for (low, high), bar in zip(
                sorted(kept), sorted(drawn, key=lambda b: b[3]), strict=True
            ):
                # plotly pads what it says of a bin's ends to the digits that matter.
                wide = high - low
                assert (low + high) / 2 == pytest.approx(
                    bar[3], abs=1e-4 * wide + 1e-5 * abs(low)
                ), seed
                assert kept[low, high] == pytest.approx(bar[2], rel=1e-4), seed


def test_bins_that_are_told(page: Any) -> None:
    """Own ends and widths are taken as they are, and shared by those of one group."""
    random = np.random.default_rng(0)
    a, b = random.normal(size=90), random.normal(size=60) + 2
    for bins in ({"size": 0.25}, {"start": -1, "end": 2, "size": 0.5}, {"start": -0.3}):
        figure = graphs.Figure([graphs.Histogram(x=a, xbins=bins), graphs.Histogram(x=b)])
        theirs = page.evaluate(_COUNTED, json.loads(figure.to_json()))
        for own, bars in zip(facts_in(figure), theirs, strict=True):
            kept = [own[edges] for edges in sorted(own) if own[edges]]
            assert kept == [bar[2] for bar in bars if bar[2]]


def test_words_are_counted(page: Any) -> None:
    """On an axis of categories each has its count, in the order in which they stand."""
    frame = pd.DataFrame({"g": list("cabbcbb"), "v": [1, 2, 3, 4, 5, 6, 7]})
    for how in ({"x": "g"}, {"y": "g"}, {"x": "g", "y": "v"}, {"x": "g", "category_orders": {"g": list("abc")}}, {"x": "g", "descending": True}):  # fmt: skip
        down = how.pop("descending", False)
        figure = px.histogram(frame, **how)
        figure.update_xaxes(categoryorder="total descending" if down else None)
        (theirs,) = page.evaluate(_COUNTED, json.loads(figure.to_json()))
        facts = facts_of(figure)
        assert facts is not None
        values = json.loads(facts.text)["axes"][0]["bars"][0]["values"]
        assert [value for _, value in values] == [bar[2] for bar in theirs]


@pytest.mark.parametrize(
    "how",
    [
        {"x": "v", "y": "w"},
        {"x": "whole", "y": "half", "nbinsx": 6},
        {"x": "v", "y": "round", "facet_col": "g"},
        {"x": "g", "y": "w", "histnorm": "percent"},
        {"x": "round", "y": "g", "z": "w", "histfunc": "sum"},
        {"x": "whole", "y": "w", "z": "v", "histfunc": "avg"},
    ],
    ids=str,
)
def test_cells_are_those_of_the_page(page: Any, how: dict[str, Any]) -> None:
    """The counts of a heat map, and what is made of them, are those that plotly.js computes."""
    for seed in range(5):
        frame = table(seed)
        figure = px.density_heatmap(frame, **how)
        theirs = page.evaluate(_CELLS, json.loads(figure.to_json()))
        facts = facts_of(figure, budget=10**6)
        assert facts is not None
        mine = [one["images"][0] for one in json.loads(facts.text)["axes"]]
        assert len(mine) == len(theirs)
        for own, cells in zip(mine, theirs, strict=True):
            there = [one for row in cells for one in row if one is not None]
            filled = [one for one in there if one] if how.get("histfunc") != "avg" else there
            assert own["max"] == pytest.approx(max(filled), rel=1e-4), seed
            if "z" not in how:
                assert own["cells"] == len(filled), seed
                assert own["min"] == pytest.approx(min(filled), rel=1e-4), seed


@pytest.mark.parametrize(("norm", "mode"), [("percent", "stack"), ("fraction", "group"), ("percent", "relative")])  # fmt: skip
def test_shares_are_those_of_the_page(page: Any, norm: str, mode: str) -> None:
    """Bars that are parts of a whole have the length that plotly.js gives them."""
    low = 2 if mode == "relative" else -2
    bars = [graphs.Bar(x=["a", "b"], y=[1, low]), graphs.Bar(x=["a", "b"], y=[3, 4])]
    figure = graphs.Figure(bars, layout={"barnorm": norm, "barmode": mode})
    theirs = page.evaluate(_COUNTED, json.loads(figure.to_json()))
    facts = facts_of(figure)
    assert facts is not None
    mine = [[v for _, v in one["values"]] for one in json.loads(facts.text)["axes"][0]["bars"]]
    drawn = [pytest.approx([bar[2] for bar in one], rel=1e-5) for one in theirs]
    assert mine == drawn
