"""What limits hide is counted, not told: facts, numbers and digests are of what is seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import altair as alt
import matplotlib.figure
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from vlmagic.claims import check
from vlmagic.facts import Facts, facts_of

X = np.arange(51.0)


def known(figure: Any) -> Facts:
    """The facts that there are."""
    found = facts_of(figure)
    assert found is not None
    return found


def zoomed(draw: Callable[[Any], Any], **limits: tuple[Any, Any]) -> Facts:
    """The facts of a chart with these limits (`x`, `y`)."""
    axes = matplotlib.figure.Figure().add_subplot()
    draw(axes)
    for which, ends in limits.items():
        getattr(axes, f"set_{which}lim")(*ends)
    return known(axes.figure)


def told(facts: Facts, kind: str) -> dict[str, Any]:
    """The first of a kind."""
    return dict(json.loads(facts.text)["axes"][0][kind][0])


CASES: list[tuple[str, Callable[[Any], Any], dict[str, Any], dict[str, Any]]] = [
    ("lines", lambda a: a.plot(X, X**2), {"x": (10, 20)},
     {"n": 11, "outside": 40, "max": [20, 400], "first": [10, 100]}),
    ("lines", lambda a: a.plot(X[::-1], X**2), {"x": (20, 10)}, {"n": 11, "outside": 40}),
    ("lines", lambda a: a.plot(X, X**2), {"y": (0, 100)}, {"n": 11, "outside": 40, "max": [10, 100]}),
    ("lines", lambda a: a.plot([0, 1], [-9, 9]), {"y": (-1, 1)}, {"n": 2, "max": [1, 9]}),
    ("lines", lambda a: a.plot([0, 100], [0, 1]), {"x": (40, 50)}, {"n": 2, "last": [100, 1]}),
    ("lines", lambda a: a.plot(X, np.where(X % 5 == 0, np.nan, X)), {"x": (10, 20)},
     {"n": 11, "missing": 3, "outside": 40}),
    ("lines", lambda a: a.plot(np.cos(X), np.sin(X)), {"x": (0, 2), "y": (0, 2)},
     {"n": int(((np.cos(X) >= 0) & (np.sin(X) >= 0)).sum()), "curve": True}),
    ("lines", lambda a: a.semilogx(X + 1, X), {"x": (10, 100)}, {"n": 42, "outside": 9}),
    ("scatter", lambda a: a.scatter(X, X), {"x": (10, 30), "y": (20, 40)},
     {"n": 11, "outside": 40, "x": [20, 30]}),
    ("histogram", lambda a: a.hist([0.5, 1.5, 1.5, 2.5, 3.5], bins=[0, 1, 2, 3, 4]), {"x": (1, 3)},
     {"edges": [1, 2, 3], "counts": [2, 1], "outside": 2}),
    ("histogram", lambda a: a.stairs([1, 2, 3, 4, 5]), {"x": (1, 3)}, {"counts": [2, 3]}),
    ("bars", lambda a: a.bar(list("abc"), [1, 2, 3]), {"x": (0.5, 2.5)},
     {"values": [["b", 2], ["c", 3]], "outside": 1}),
    ("bars", lambda a: a.barh(list("abc"), [1, 2, 3]), {"y": (0.5, 2.5)}, {"outside": 1}),
    ("bars", lambda a: a.bar(list("abc"), [95, 96, 300]), {"y": (90, 100)},
     {"values": [["a", 95], ["b", 96], ["c", 300]]}),
    ("images", lambda a: a.imshow(np.arange(600).reshape(20, 30)), {"x": (4.5, 9.5), "y": (12.5, 2.5)},
     {"shape": [10, 5], "argmax": [12, 9], "max": 369, "rows": [3, 12], "columns": [5, 9]}),
    ("images", lambda a: a.imshow(np.arange(600).reshape(20, 30), origin="lower", extent=(0, 1, 0, 1)),
     {"y": (0.5, 1)}, {"shape": [10, 30], "rows": [10, 19], "max": 599}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "draw", "limits", "expected"), CASES)
def test_what_limits_hide_is_counted_not_told(
    kind: str, draw: Any, limits: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Points, bars and cells beyond the limits are in no fact but `outside`."""
    found = told(zoomed(draw, **limits), kind)
    assert {key: found.get(key) for key in expected} == expected
    assert ("outside" in found) == (told(zoomed(draw), kind) != found)


@pytest.mark.parametrize("kind", ["lines", "scatter", "bars"])
def test_what_is_wholly_hidden_is_not_there(kind: str) -> None:
    """Nothing is told of a series of which nothing is seen."""
    draw = {"lines": "plot", "scatter": "scatter", "bars": "bar"}[kind]
    facts = zoomed(lambda a: (getattr(a, draw)(X, X), a.text(0, 0, "here")), x=(100, 200))
    assert kind not in json.loads(facts.text)["axes"][0]


def test_the_digest_knows_what_is_hidden() -> None:
    """Other limits are another digest only where they hide something."""

    def line(axes: Any) -> None:
        axes.plot(X, X)

    whole = zoomed(line).digest
    assert zoomed(line, x=(-100, 100), y=(-5, 60)).digest == whole
    narrow = [zoomed(line, x=limits).digest for limits in ((10, 20), (10, 30), (20, 30))]
    assert len({whole, *narrow}) == 4
    assert zoomed(line, x=(20, 10)).digest == narrow[0]


def test_claims_are_about_what_is_seen() -> None:
    """The highest value is that of the part that the picture shows."""
    said = "The highest value is 400 at x = 20."
    seen = zoomed(lambda a: a.plot(X, X**2), x=(10, 20)).numbers
    whole = zoomed(lambda a: a.plot(X, X**2)).numbers
    assert seen is not None
    assert whole is not None
    assert {claim.verdict for claim in check(said, [seen])} == {"right"}
    assert {claim.verdict for claim in check(said, [whole])} == {"wrong"}


def test_pages_hide_as_their_libraries_do() -> None:
    """Plotly hides what lies beyond a range, Vega only what is clipped; an automatic range nothing."""
    figure = go.Figure([go.Scatter(x=X, y=X, mode="lines"), go.Bar(x=[1, 2, 15], y=[3, 4, 5])])
    assert "outside" not in known(figure).text
    figure.update_xaxes(range=[10, 20])
    assert told(known(figure), "lines") | {"n": 11, "outside": 40} == told(known(figure), "lines")
    assert told(known(figure), "bars") == {"values": [[15, 5]], "outside": 2}
    numbers = known(figure).numbers
    assert numbers is not None
    assert [series.x for series in numbers.axes[0].series] == [tuple(X[10:21]), (15.0,)]
    figure.update_xaxes(autorange=True)
    assert "outside" not in known(figure).text
    for clip in (True, False):
        scale = alt.Scale(domain=[10, 20])
        chart = alt.Chart(pd.DataFrame({"x": X, "y": X})).mark_line(clip=clip)
        assert ("outside" in known(chart.encode(x=alt.X("x", scale=scale), y="y")).text) == clip


def _everything(axes: Any) -> None:
    axes.text(8, 8, "clipped", clip_on=True)
    axes.annotate("pointing", (8, 8), (3, 3))
    axes.axvline(7, label="rule")
    axes.axvspan(7, 8, label="span")
    axes.errorbar(range(10), range(10), yerr=1, label="e")
    axes.fill_between(range(10), range(10), range(1, 11), label="b")
    axes.boxplot([[1, 2, 3], [4, 5, 6]], positions=[3, 9])


def test_a_part_tells_only_of_what_is_in_it() -> None:
    """Words, rules, spans, errors, bands and boxes beyond the limits are not told."""
    facts = zoomed(_everything, x=(2, 5))
    found = json.loads(facts.text)["axes"][0]
    assert not {"text", "rules", "spans"} & set(found)
    assert found["errorbars"][0]["points"] == [[2, 2, 1], [3, 3, 1], [4, 4, 1], [5, 5, 1]]
    assert found["bands"][0]["x"] == [2, 5]
    assert found["bands"][0]["outside"] == 6
    assert [box["median"] for box in found["box"]] == [2]
    assert facts.digest != zoomed(_everything).digest


def test_colours_and_cells_beyond_the_limits_are_not_told() -> None:
    """The range of colours is that of the points that are seen; so it is with cells."""
    cloud = told(zoomed(lambda axes: axes.scatter(X, X, c=X), x=(10, 20)), "scatter")
    assert cloud["color"] == [10, 20]
    mesh = np.arange(16.0).reshape(4, 4)
    image = told(zoomed(lambda axes: axes.pcolormesh(mesh), x=(0, 2)), "images")
    assert (image["max"], image["columns"], image["outside"]) == (13, [0, 1], 8)
    spots = np.linspace(0, 1, 100)
    hexagons = told(
        zoomed(lambda axes: axes.hexbin(spots, spots, gridsize=5), x=(0, 0.5)), "hexbin"
    )
    assert hexagons["outside"] > 0
    assert hexagons["at"][0] <= 0.5


def test_broken_axes_tell_of_the_bars_that_reach_into_them() -> None:
    """A bar that ends below the lower limit is not seen."""
    bars = told(zoomed(lambda axes: axes.bar(list("abc"), [3, 5, 300]), y=(290, 310)), "bars")
    assert (bars["values"], bars["outside"]) == ([["c", 300]], 2)


def test_what_is_made_invisible_is_not_told() -> None:
    """Hidden bars, errors, words and legends are in no fact."""
    figure = matplotlib.figure.Figure()
    axes = figure.add_subplot()
    axes.plot([1, 2], label="kept")
    bars, errors = axes.bar([1, 2], [3, 4], label="bars"), axes.errorbar([1, 2], [3, 4], yerr=1)
    words: list[Any] = [
        figure.suptitle("over"),
        figure.text(0, 0, "loose"),
        axes.set_title("title"),
    ]
    words += [axes.set_xlabel("label"), axes.legend()]
    for artist in (*bars, *errors.get_children(), *words):
        artist.set_visible(False)
    facts = known(figure)
    found = json.loads(facts.text)
    assert set(found) == {"axes"}
    assert set(found["axes"][0]) == {"x", "y", "lines"}
    assert "label" not in found["axes"][0]["x"]
    assert [line["label"] for line in found["axes"][0]["lines"]] == ["kept"]
    assert facts.numbers is not None
    assert [series.label for series in facts.numbers.axes[0].series] == ["kept"]
    assert facts.numbers.title == facts.numbers.axes[0].title == ""


def test_axes_that_are_off_have_no_labels() -> None:
    """Where the frame is not drawn, its labels are not either; the title is."""
    facts = zoomed(lambda axes: (axes.set(title="T", xlabel="X"), axes.axis("off")))
    found = json.loads(facts.text)["axes"][0]
    assert (found["title"], found["x"]) == ("T", {"min": 0, "max": 1})


def test_an_annotation_that_is_not_clipped_is_told() -> None:
    """Words that are drawn beyond the limits are told, whatever they point at."""

    def draw(axes: Any) -> None:
        axes.annotate("kept", (8, 8), (3, 3), annotation_clip=False)
        axes.annotate("lost", (8, 8), (3, 3))
        axes.text(8, 8, "beside")

    facts = zoomed(draw, x=(2, 5))
    found = json.loads(facts.text)["axes"][0]["text"]
    assert [text["say"] for text in found] == ["kept", "beside"]
