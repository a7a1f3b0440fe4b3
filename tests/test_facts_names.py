"""Facts name what the reader sees named, and nothing else: categories, dates, series, slices."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
from matplotlib.patches import Patch

from vlmagic.claims import check
from vlmagic.facts import Facts, facts_of
from vlmagic.facts.axis import EPOCH, Axis

pd = pytest.importorskip("pandas")
DAYS = [dt.datetime(2024, 1, day) for day in (1, 2, 3)]  # noqa: DTZ001


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def known(figure: Any) -> Facts:
    """The facts that there are."""
    found = facts_of(figure)
    assert found is not None
    return found


def told(figure: Any) -> dict[str, Any]:
    """The facts of the one axes of a figure."""
    return dict(json.loads(known(figure).text)["axes"][0])


def read(draw: Callable[[Any], Any]) -> dict[str, Any]:
    """The facts of one axes."""
    axes = plt.subplots()[1]
    draw(axes)
    return dict(json.loads(known(axes.figure).text)["axes"][0])


def verdicts(said: str, figure: Any) -> set[str]:
    """What is thought of an answer."""
    numbers = known(figure).numbers
    assert numbers is not None
    return {claim.verdict for claim in check(said, [numbers])}


def test_numbers_close_together_are_told_apart() -> None:
    """Values that differ after the sixth digit are told with as many digits as it takes."""
    (line,) = read(lambda axes: axes.plot([1, 2, 3], [1e9 + 1, 1e9 + 2, 1e9 + 3]))["lines"]
    assert line["points"] == [[1, 1_000_000_001], [2, 1_000_000_002], [3, 1_000_000_003]]
    assert line["mean"] == 1_000_000_002
    (image,) = read(lambda axes: axes.imshow([[1e9 + 1, 1e9 + 2]]))["images"]
    assert image["values"] == [[1_000_000_001, 1_000_000_002]]
    (line,) = read(lambda axes: axes.plot([1, 2, 3], [1 / 3, 0, 1]))["lines"]
    assert line["first"] == [1, 0.333333]


def test_a_label_that_is_not_its_own_place_is_a_name() -> None:
    """Years as labels at 0, 5, 10 name the bars there, in facts and for claims."""
    figure, axes = plt.subplots()
    axes.bar([0, 5, 10], [1, 2, 3])
    axes.set_xticks([0, 5, 10], ["2019", "2020", "2021"])
    assert '["2021",3]' in known(figure).text
    assert verdicts("The highest bar is in 2021.", figure) == {"right"}


@pytest.mark.parametrize(
    ("places", "labels"),
    [
        ([0, 5, 10], ["0", "5", "10"]),
        ([0, 1 / 3, 2 / 3], ["0", "0.33", "0.67"]),
        ([0, 0.5, 1], ["0%", "50%", "100%"]),
        ([-1000, 0, 2000], ["\N{MINUS SIGN}1,000", "0", "2,000"]),
    ],
)
def test_a_label_that_says_its_place_is_none(places: list[float], labels: list[str]) -> None:
    """Numbers that are written by hand where they stand leave an axis of numbers."""

    def draw(axes: Any) -> None:
        axes.plot(places, [1, 2, 3])
        axes.set_xticks(places, labels)

    assert "kind" not in read(draw)["x"]


def test_bars_between_names_have_none() -> None:
    """Where every fifth bar is labelled, the others are not given its name."""

    def draw(axes: Any) -> None:
        axes.bar(range(11), range(11))
        axes.set_xticks([0, 5, 10], ["2019", "2024", "2029"])

    (bars,) = read(draw)["bars"]
    assert [name for name, _ in bars["values"]][3:7] == [3, 4, "2024", 6]


def test_shared_axes_share_their_names() -> None:
    """What only the first of shared axes was told is known to all: categories, dates."""
    figure, (one, other) = plt.subplots(2, sharex=True)
    one.bar(["Thu", "Fri"], [1, 2])
    other.bar([0, 1], [3, 4])
    assert '["Fri",4]' in known(figure).text
    figure, (one, other) = plt.subplots(2, sharex=True)
    one.plot(DAYS, [1, 2, 3])
    convert: Any = mdates.date2num
    other.plot(convert(DAYS), [4, 5, 6])
    assert '["2024-01-03",6]' in known(figure).text


def test_facets_of_seaborn_have_names() -> None:
    """Every panel of a catplot has the categories of all."""
    seaborn = pytest.importorskip("seaborn")
    table = pd.DataFrame(
        {"day": ["Thu", "Fri"] * 12, "v": np.arange(24.0), "t": ["L"] * 12 + ["D"] * 12}
    )
    for kind in ("bar", "strip"):
        grid = seaborn.catplot(table, x="day", y="v", col="t", kind=kind)
        facts = json.loads(known(grid).text)
        assert facts["shared"]["x"]["categories"] == ["Thu", "Fri"]


def test_a_colour_that_not_all_bars_have_names_none() -> None:
    """Bars of two colours are not called by the legend entry of the first."""

    def draw(axes: Any) -> None:
        axes.bar(["Jan", "Feb", "Mar"], [3, -1, 4], color=["g", "r", "g"])
        axes.legend(handles=[Patch(color="g", label="profit"), Patch(color="r", label="loss")])

    assert "label" not in read(draw)["bars"][0]


def test_a_name_that_is_owned_is_not_given_again() -> None:
    """A nameless line in the colour of a named one has no name, in facts and numbers."""
    figure, axes = plt.subplots()
    axes.plot([1, 2, 3], [1, 2, 3], "C0", label="obs")
    axes.plot([1, 2, 3], [3, 4, 5], "C0--")
    axes.legend()
    facts = known(figure)
    assert [line.get("label") for line in json.loads(facts.text)["axes"][0]["lines"]] == [
        "obs",
        None,
    ]
    assert facts.numbers is not None
    assert [series.label for series in facts.numbers.axes[0].series] == ["obs", ""]


def test_a_legend_beside_the_axes_names_what_is_in_them() -> None:
    """The legend of a figure names lines and filled areas by their colour."""
    figure, axes = plt.subplots()
    axes.plot([1, 2], [3, 4], "r")
    axes.fill_between([1, 2], [3, 4], [5, 6], color="b", alpha=0.3)
    figure.legend(handles=[Patch(color="r", label="one"), Patch(color="b", label="two")])
    found = json.loads(known(figure).text)["axes"][0]
    assert (found["lines"][0]["label"], found["bands"][0]["label"]) == ("one", "two")


def test_uneven_errors_have_their_own_ends() -> None:
    """Where a value is not in the middle of its error, its low and its high end are told."""
    (bars,) = read(lambda axes: axes.errorbar([1], [10], yerr=[[1], [5]]))["errorbars"]
    assert bars["ranges"] == [[1, 9, 15]]
    (bars,) = read(lambda axes: axes.errorbar([2], [3], yerr=1, uplims=True))["errorbars"]
    assert bars["ranges"] == [[2, 2, 3]]


def test_errors_stand_with_their_bars() -> None:
    """The errors of grouped bars have the name of the series and of the category."""

    def draw(axes: Any) -> None:
        axes.bar([-0.2, 0.8], [1, 2], 0.4, yerr=0.5, label="a")
        axes.bar([0.2, 1.2], [3, 4], 0.4, yerr=0.5, label="b")
        axes.set_xticks([0, 1], ["A", "B"])

    errors = read(draw)["errorbars"]
    assert [(one["label"], one["ranges"][1][0]) for one in errors] == [("a", "B"), ("b", "B")]


def test_what_stands_on_others_says_so() -> None:
    """Stacked histograms, stacked areas, and stacked bars on a log axis have their own values."""
    data = [[1, 1, 2, 3, 3, 3], [1, 2, 2, 3]]
    for kind in ("stepfilled", "bar"):

        def draw(axes: Any, kind: str = kind) -> None:
            axes.hist(data, bins=[1, 2, 3, 4], stacked=True, histtype=kind)

        seen = {tuple(one["counts"]): one.get("stacked") for one in read(draw)["histogram"]}
        assert seen == {(2, 1, 3): None, (1, 2, 1): True}

    def tower(axes: Any) -> None:
        axes.bar([0, 1, 3], [10, 20, 30])
        axes.bar([0, 1, 3], [5, 5, 5], bottom=[10, 20, 30])
        axes.set_yscale("log")

    assert [one.get("from") for one in read(tower)["bars"]] == [None, [10, 20, 30]]
    found = read(lambda axes: pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]}).plot.area(ax=axes))
    assert [one.get("stacked") for one in found["lines"]] == [None, True]


@pytest.mark.parametrize("kind", ["step", "stepfilled"])
def test_steps_may_lie(kind: Any) -> None:
    """Counts are counts and edges edges, whichever way a histogram of steps runs."""

    def draw(axes: Any) -> None:
        axes.hist([1, 1, 2, 3, 3, 3], bins=[1, 2, 3, 4], orientation="horizontal", histtype=kind)
        axes.stairs([1, 2, 3], orientation="horizontal")

    for one, counts in zip(read(draw)["histogram"], ([2, 1, 3], [1, 2, 3]), strict=True):
        assert (one["counts"], one["horizontal"]) == (counts, True)


def test_a_histogram_of_names_counts_each_once() -> None:
    """Of words, each has its count; words at other places leave edges and counts."""
    (bars,) = read(lambda axes: axes.hist(["a", "b", "a", "c", "a"]))["bars"]
    assert bars["values"] == [["a", 3], ["b", 1], ["c", 1]]

    def draw(axes: Any) -> None:
        axes.hist([0.1, 1.1, 1.2, 2.3], bins=[0, 1, 2, 3])
        axes.set_xticks([0, 3], ["start", "end"])

    (histogram,) = read(draw)["histogram"]
    assert histogram == {"edges": [0, 1, 2, 3], "counts": [1, 2, 1]}


def test_slices_have_their_own_names() -> None:
    """A slice is called by its label, by its legend entry, or not at all."""
    assert [name for name, _ in read(lambda axes: axes.pie([1, 2, 3], labels=["a", "", "c"]))["pie"]] == ["a", "", "c"]  # fmt: skip

    def donut(axes: Any) -> None:
        wedges = axes.pie([60, 40])[0]
        axes.text(0, 0, "Total")
        axes.legend(wedges, ["x", "y"])

    assert read(donut)["pie"] == [["x", 60], ["y", 40]]

    def nested(axes: Any) -> None:
        axes.pie([1, 1], radius=1)
        axes.pie([1, 3], radius=0.5)

    rings = read(nested)["rings"]
    assert [[share for _, share in ring["values"]] for ring in rings] == [[50, 50], [25, 75]]


def test_a_line_keeps_its_direction() -> None:
    """Only a line that falls all along is read from its other end."""
    (line,) = read(lambda axes: axes.plot([5, 6, 4, 1], [0, 1, 2, 3]))["lines"]
    assert (line["first"], line["last"]) == ([5, 0], [1, 3])
    (line,) = read(lambda axes: axes.plot([3, 2, 1], [0, 1, 2]))["lines"]
    assert (line["first"], line["last"]) == ([1, 2], [3, 0])


@pytest.mark.parametrize(
    ("start", "freq", "first"),
    [
        ("2024-01-07", "W", "2024-01-07"),
        ("2024-01-31", "ME", "2024-01"),
        ("2024-03-31", "QE", "2024-Q1"),
        ("2024-12-31", "YE", "2024"),
        ("2024-01-05", "D", "2024-01-05"),
    ],
)
def test_periods_are_called_as_their_axis_does(start: str, freq: str, first: str) -> None:
    """A week by its last day, longer periods by month, quarter and year."""
    table = pd.Series(range(5), index=pd.date_range(start, periods=5, freq=freq))
    assert read(lambda axes: table.plot(ax=axes))["lines"][0]["first"] == [first, 0]


def test_plotnine_says_what_it_shows() -> None:
    """Logarithms are the numbers that they are of, categories have names, days are dates."""
    plotnine = pytest.importorskip("plotnine")
    draw, aes = plotnine.ggplot, plotnine.aes

    def first(chart: Any) -> dict[str, Any]:
        return dict(json.loads(known(chart.draw()).text)["axes"][0])

    table = pd.DataFrame({"x": [1, 10, 100, 1000], "y": [1, 2, 3, 4]})
    chart = draw(table, aes("x", "y")) + plotnine.geom_point() + plotnine.scale_x_log10()
    found = first(chart)
    assert (found["x"]["scale"], found["scatter"][0]["x"]) == ("log", [1, 1000])
    numbers = known(chart.draw()).numbers
    assert numbers is not None
    assert numbers.axes[0].series[0].x == pytest.approx((1, 10, 100, 1000))
    table = pd.DataFrame({"x": list("qrs"), "y": [1, 2, 3]})
    found = first(draw(table, aes("x", "y")) + plotnine.geom_col())
    assert [bar["x"] for bar in found["intervals"]] == ["q", "r", "s"]
    table = pd.DataFrame({"x": pd.date_range("2024-01-01", periods=4), "y": [1, 2, 3, 4]})
    found = first(draw(table, aes("x", "y")) + plotnine.geom_line())
    assert found["lines"][0]["last"] == ["2024-01-04", 4]


def test_bars_in_groups_have_the_name_of_their_group() -> None:
    """Where all bars of a chart are drawn at once, those about one tick have its name."""

    def draw(axes: Any) -> None:
        axes.bar([-0.2, 0.2, 0.8, 1.2], [1, 2, 3, 4], 0.4)
        axes.set_xticks([0, 1], ["A", "B"])

    (bars,) = read(draw)["bars"]
    assert bars["values"] == [["A", 1], ["A", 2], ["B", 3], ["B", 4]]


def test_whole_numbers_between_places_are_names() -> None:
    """The columns of a heat map, counted from 0 and written at their middle, are names."""

    def draw(axes: Any) -> None:
        axes.pcolormesh([[1, 2, 3]])
        axes.set_xticks([0.5, 1.5, 2.5], ["0", "1", "2"])

    assert read(draw)["x"]["categories"] == ["0", "1", "2"]


def test_a_missing_error_is_not_hidden() -> None:
    """An error of a value that is missing is not one beyond the limits."""
    (bars,) = read(lambda axes: axes.errorbar([1, 2], [np.nan, 4], yerr=1))["errorbars"]
    assert bars == {"of": "y", "n": 1, "points": [[2, 4, 1]]}


def test_axes_in_space_have_labels() -> None:
    """All three labels are told, and are in the digest."""
    found = []
    for word in ("depth", "height"):
        axes: Any = plt.figure().add_subplot(projection="3d")
        axes.set(xlabel="across", zlabel=word)
        facts = known(axes.figure)
        assert json.loads(facts.text)["axes"][0]["z"]["label"] == word
        assert json.loads(facts.text)["axes"][0]["x"]["label"] == "across"
        found.append(facts.digest)
    assert found[0] != found[1]


def test_names_are_not_guessed_across_kinds() -> None:
    """The first bars and the first line have one colour: the name of the one is not the other's."""
    figure, axes = plt.subplots()
    axes.bar([1, 2, 3], [3, 4, 5])
    axes.plot([1, 2, 3], [1, 2, 3], label="forecast")
    axes.legend()
    found = told(figure)
    assert "label" not in found["bars"][0]
    assert found["lines"][0]["label"] == "forecast"
    figure, axes = plt.subplots()
    axes.scatter([1, 2, 3], [1, 2, 3], label="measured")
    axes.plot([1, 2, 3], [1, 2, 3])
    axes.legend()
    assert "label" not in told(figure)["lines"][0]


def test_a_bar_is_not_called_by_the_name_of_its_neighbour() -> None:
    """Where ticks stand at the first bar of each group, the others have no name rather than a wrong one."""
    figure, axes = plt.subplots()
    for place, name in enumerate("abc"):
        axes.bar(np.arange(3) + place * 0.3, [place + 1, place + 2, place + 3], 0.3, label=name)
    axes.set_xticks(np.arange(3), ["u", "v", "w"])
    for bars in told(figure)["bars"]:
        first = {"a": 1, "b": 2, "c": 3}[bars["label"]]
        named = [(where, height) for where, height in bars["values"] if isinstance(where, str)]
        assert all(height == first + "uvw".index(where) for where, height in named)
    figure, axes = plt.subplots()
    axes.errorbar(range(12), np.arange(12) ** 2, yerr=1)
    axes.set_xticks([0, 6, 11], ["Jan", "Jul", "Dec"])
    (errors,) = told(figure)["errorbars"]
    assert [where for where, *_ in errors["points"]].count("Jan") == 1


def test_a_marker_beside_a_box_is_no_outlier() -> None:
    """Outliers lie beyond the whiskers and have no name of their own."""
    figure, axes = plt.subplots()
    axes.boxplot([[1, 2, 3, 4, 5]])
    axes.plot([1], [9], "r*", label="record")
    axes.plot([1] * 5, [1, 2, 3, 4, 5], "k.")
    found = told(figure)
    assert "outliers" not in found["box"][0]
    assert "record" in [line.get("label") for line in found["lines"]]


def test_a_value_on_a_limit_of_zero_is_seen() -> None:
    """The last bits of a value on the edge do not hide it."""
    figure, axes = plt.subplots()
    axes.plot([0.3 - 0.1 * 3, 1, 2], [9, 1, 2], "o-")
    axes.set_xlim(0, 2)
    (line,) = told(figure)["lines"]
    assert line["max"][1] == 9
    assert "outside" not in line


@pytest.mark.parametrize("freq", ["h", "D", "W-WED", "M", "Q", "Y"])
def test_days_of_periods_are_those_of_their_moments(
    freq: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Periods become days all at once, and each is the day of its own moment."""
    axes = pd.Series(range(9), index=pd.period_range("1968-03-01", periods=9, freq=freq)).plot()
    axis = Axis(axes, "x")
    places = axes.lines[0].get_xdata(orig=False).tolist()
    moments = filter(None, map(axis.moment, places))
    one_by_one = [(one - EPOCH).total_seconds() / 86400 for one in moments]
    monkeypatch.setattr(Axis, "moment", None)
    assert axis.days(places) == pytest.approx(one_by_one, abs=1e-9)
    axes.figure.clear()
