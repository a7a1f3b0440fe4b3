"""Facts of figures: exact, bounded, and taken without leaving a trace."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt

from vlmagic.facts import facts_of
from vlmagic.facts.numbers import chosen, short

Chart = Callable[[Any, Any], None]
SHANGHAI = ZoneInfo("Asia/Shanghai")
LYING: dict[str, Any] = (
    {"vert": False} if mpl.__version__.startswith("3.9") else {"orientation": "horizontal"}
)
RANDOM = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def read(chart: Chart) -> dict[str, Any]:
    """The facts of the one axes that `chart` draws in."""
    figure, axes = plt.subplots()
    chart(figure, axes)
    facts = facts_of(figure)
    assert facts is not None
    first: dict[str, Any] = json.loads(facts.text)["axes"][0]
    return first


def _line(_: Any, axes: Any) -> None:
    axes.plot([0, 1, 2, 3], [1.0, 5.0, -2.0, np.nan], label="loss")
    axes.plot([], [], label="proxy")
    axes.axhline(0.5, label="limit")
    axes.axvline(2)
    axes.axvspan(1, 2)
    axes.set(title="T", xlabel="epoch", ylabel="value", yscale="symlog", xlim=(3, 0))


def _dates(_: Any, axes: Any) -> None:
    axes.plot([dt.datetime(2024, 1, d) for d in (1, 2, 3)], [1, 3, 2])  # noqa: DTZ001


def _stacked(_: Any, axes: Any) -> None:
    axes.bar(["甲", "乙"], [1, 2], label="u")
    axes.bar(["甲", "乙"], [3, 0], bottom=[1, 2], label="v", yerr=0.1)


def _grouped(_: Any, axes: Any) -> None:
    axes.bar([-0.2, 0.8], [1, 2], 0.4)
    axes.bar([0.2, 1.2], [3, 4], 0.4)
    axes.set_xticks([0, 1], ["A", "B"])


def _proxied(_: Any, axes: Any) -> None:
    axes.bar([0, 1], [1, 2], color="red")
    axes.legend([mpl.patches.Patch(facecolor="red")], ["men"])


def _box(_: Any, axes: Any) -> None:
    axes.boxplot([[1, 2, 3, 4, 100], [2, 4, 6, 8, 10]], tick_labels=["a", "b"])


def _box_lying(_: Any, axes: Any) -> None:
    axes.boxplot([[1, 2, 3, 4, 100]], orientation="horizontal", patch_artist=True)


def _years(_: Any, axes: Any) -> None:
    axes.bar([0, 1], [3, 4])
    axes.set_xticks([0, 1], ["2019", "2020"])


def _gap(_: Any, axes: Any) -> None:
    axes.bar([1, 2], [3, 4])
    axes.plot([1, 2, 3], [np.nan] * 3)


def _percent(_: Any, axes: Any) -> None:
    axes.plot([0, 1], [0, 1])
    axes.set_yticks([0, 1], ["0%", "100%"])


def _secondary(_: Any, axes: Any) -> None:
    axes.plot([0, 1], [0, 1])
    axes.secondary_xaxis("top")


CHARTS: list[tuple[str, Chart, dict[str, Any]]] = [
    (
        "line",
        _line,
        {
            "title": "T",
            "x": {"label": "epoch", "min": 0, "max": 3, "inverted": True},
            "lines": [
                {
                    "label": "loss",
                    "n": 4,
                    "min": [2, -2],
                    "max": [1, 5],
                    "first": [0, 1],
                    "last": [2, -2],
                    "mean": 1.33333,
                    "missing": 1,
                    "points": [[0, 1], [1, 5], [2, -2]],
                }
            ],
            "rules": [{"y": 0.5, "label": "limit"}, {"x": 2}],
            "spans": [{"x": [1, 2]}],
        },
    ),
    (
        "dates",
        _dates,
        {
            "lines": [
                {
                    "n": 3,
                    "min": ["2024-01-01", 1],
                    "max": ["2024-01-02", 3],
                    "first": ["2024-01-01", 1],
                    "last": ["2024-01-03", 2],
                    "mean": 2,
                    "points": [["2024-01-01", 1], ["2024-01-02", 3], ["2024-01-03", 2]],
                }
            ]
        },
    ),
    (
        "stacked bars",
        _stacked,
        {
            "x": {"kind": "category", "categories": ["甲", "乙"]},
            "bars": [
                {"label": "u", "values": [["甲", 1], ["乙", 2]]},
                {"label": "v", "values": [["甲", 3], ["乙", 0]], "stacked": True, "errors": True},
            ],
        },
    ),
    (
        "grouped bars",
        _grouped,
        {"bars": [{"values": [["A", 1], ["B", 2]]}, {"values": [["A", 3], ["B", 4]]}]},
    ),
    (
        "bars named by the legend",
        _proxied,
        {"bars": [{"label": "men", "values": [[0, 1], [1, 2]]}]},
    ),
    (
        "lying bars",
        lambda _, axes: axes.barh(["p", "q"], [1, -2]),
        {"bars": [{"values": [["p", 1], ["q", -2]], "horizontal": True}]},
    ),
    (
        "histogram",
        lambda _, axes: axes.hist([0, 1, 1, 2, 2, 2], bins=[0, 1, 2, 3]),
        {"histogram": [{"edges": [0, 1, 2, 3], "counts": [1, 2, 3]}]},
    ),
    (
        "step histogram",
        lambda _, axes: axes.hist([0, 1, 1, 2, 2, 2], bins=[0, 1, 2, 3], histtype="step"),
        {"histogram": [{"edges": [0, 1, 2, 3], "counts": [1, 2, 3]}]},
    ),
    (
        "stairs",
        lambda _, axes: axes.stairs([1, 2], [0, 1, 2], label="s"),
        {"histogram": [{"label": "s", "edges": [0, 1, 2], "counts": [1, 2]}]},
    ),
    (
        "box",
        _box,
        {
            "box": [
                {"label": "a", "low": 1, "q1": 2, "q3": 4, "high": 4, "median": 3, "outliers": 1},
                {"label": "b", "low": 2, "q1": 4, "q3": 8, "high": 10, "median": 6},
            ]
        },
    ),
    (
        "lying box",
        _box_lying,
        {
            "box": [
                {"label": "1", "low": 1, "q1": 2, "q3": 4, "high": 4, "median": 3, "outliers": 1}
            ]
        },
    ),
    (
        "pie",
        lambda _, axes: axes.pie([1, 3], labels=["x", "y"], autopct="%.0f%%"),
        {"pie": [["x", 25], ["y", 75]]},
    ),
    (
        "stem",
        lambda _, axes: axes.stem([1, 2], [3, 4], label="k"),
        {"lines": [{"label": "k", "n": 2, "min": [1, 3], "max": [2, 4]}]},
    ),
    (
        "error bars",
        lambda _, axes: axes.errorbar([1, 2], [3, 4], yerr=[0.5, 0.25], label="e"),
        {"errorbars": [{"label": "e", "of": "y", "n": 2, "points": [[1, 3, 0.5], [2, 4, 0.25]]}]},
    ),
    (
        "heat map",
        lambda f, axes: f.colorbar(axes.imshow([[0, 1], [5, 2]]), label="heat"),
        {
            "images": [
                {
                    "shape": [2, 2],
                    "min": 0,
                    "max": 5,
                    "argmax": [1, 0],
                    "colorbar": "heat",
                    "values": [[0, 1], [5, 2]],
                }
            ]
        },
    ),
    (
        "mesh",
        lambda _, axes: axes.pcolormesh([[0, 1], [5, 2]]),
        {"images": [{"shape": [2, 2], "min": 0, "max": 5, "argmax": [1, 0]}]},
    ),
    (
        "scatter",
        lambda _, axes: axes.scatter([1, 2, 3], [2, 4, 6], c=[7, 8, 9], label="d"),
        {"scatter": [{"label": "d", "n": 3, "x": [1, 3], "y": [2, 6], "mean": [2, 4], "r": 1}]},
    ),
    (
        "band",
        lambda _, axes: axes.fill_between([0, 1], [1, 2], [3, 5], label="b"),
        {"bands": [{"label": "b", "n": 2, "points": [[0, 1, 3], [1, 2, 5]], "thickness": 2.5}]},
    ),
    (
        "violin",
        lambda _, axes: axes.violinplot([[1.0, 2.0, 3.0]], positions=[4]),
        {"violins": [{"at": 4, "y": [1, 3]}]},
    ),
    (
        "lying violin",
        lambda _, axes: axes.violinplot([[1.0, 2.0, 3.0]], [4], **LYING),
        {"violins": [{"at": 4, "x": [1, 3], "horizontal": True}]},
    ),
    (
        "a band about a level",
        lambda _, axes: axes.fill_between([0, 1, 2], [-1, -2, -1], [1, 2, 1]),
        {"bands": [{"n": 3, "low": [-2, -1], "high": [1, 2]}]},
    ),
    (
        "broken bars",
        lambda _, axes: axes.broken_barh([(1, 2), (5, 1)], (0, 1), label="busy"),
        {"intervals": [{"label": "busy", "x": [1, 3], "y": [0, 1]}, {"x": [5, 6], "y": [0, 1]}]},
    ),
    (
        "bars that float",
        lambda _, axes: axes.barh(["a", "b"], [2, 3], left=[1, 4]),
        {"bars": [{"values": [["a", 2], ["b", 3]], "from": [1, 4]}]},
    ),
    (
        "contours",
        lambda _, axes: axes.contour([[0, 1], [2, 3]], levels=[0.5, 1.5]),
        {"contours": [{"levels": [0.5, 1.5], "range": [0, 3]}]},
    ),
    (
        "arrows",
        lambda _, axes: axes.quiver([0, 1], [0, 1], [3, 0], [4, 1]),
        {"arrows": [{"n": 2, "length": [1, 5]}]},
    ),
    (
        "events",
        lambda _, axes: axes.eventplot([3, 1, 2]),
        {"events": [{"n": 3, "first": 1, "last": 3, "values": [1, 2, 3]}]},
    ),
    (
        "strokes",
        lambda _, axes: axes.vlines([1, 2], 0, [3, 4], label="v"),
        {"segments": [{"label": "v", "at": "x", "n": 2, "values": [[1, 0, 3], [2, 0, 4]]}]},
    ),
    (
        "bubbles",
        lambda _, axes: axes.scatter([1, 2], [3, 4], s=[10, 20]),
        {"scatter": [{"n": 2, "size": [10, 20]}]},
    ),
    (
        "table",
        lambda _, axes: axes.table([["1", "2"]], colLabels=["a", "b"]),
        {"tables": [[["a", "b"], ["1", "2"]]]},
    ),
    (
        "triangles",
        lambda _, axes: axes.tripcolor([0, 1, 0], [0, 0, 1], [5, 6, 7]),
        {"shapes": [{"n": 1, "color": [6, 6]}]},
    ),
    (
        "years as names",
        _years,
        {"bars": [{"values": [["2019", 3], ["2020", 4]]}]},
    ),
    (
        "numbers as words",
        lambda _, axes: axes.bar(["10", "20"], [3, 4]),
        {"bars": [{"values": [["10", 3], ["20", 4]]}]},
    ),
    (
        "numbers as numbers",
        _percent,
        {"y": {"min": -0.05}, "lines": [{"max": [1, 1]}]},
    ),
    ("a second scale", _secondary, {"lines": [{"max": [1, 1]}]}),
    (
        "a zone",
        lambda _, axes: axes.plot([dt.datetime(2024, 1, 1, 20, tzinfo=SHANGHAI)], [1]),
        {"lines": [{"first": ["2024-01-01T20:00:00", 1]}]},
    ),
    (
        "no value is no error",
        _gap,
        {"bars": [{"values": [[1, 3], [2, 4]]}]},
    ),
    (
        "words",
        lambda _, axes: (
            axes.annotate("peak", (1, 2), xytext=(0.5, 0.5)) and axes.axis((0, 2, 0, 3))
        ),
        {"text": [{"at": [1, 2], "say": "peak"}]},
    ),
]


def contains(found: Any, expected: Any) -> bool:
    """Whether `found` says all that `expected` says, lists item by item."""
    if isinstance(expected, dict):
        return all(key in found and contains(found[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(contains, found, expected))
    return bool(found == expected)


@pytest.mark.parametrize(
    ("chart", "expected"), [row[1:] for row in CHARTS], ids=[r[0] for r in CHARTS]
)
def test_the_numbers_are_those_that_were_plotted(chart: Chart, expected: dict[str, Any]) -> None:
    """Facts give back the plotted values exactly, and no legend proxy becomes a series."""
    found = read(chart)
    assert contains(found, expected), json.dumps(found, ensure_ascii=False)


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("chart", [row[1] for row in CHARTS[:4]])
def test_reading_leaves_no_trace(chart: Chart) -> None:
    """The pixels of a figure are the same before and after its facts are read."""
    figure, axes = plt.subplots()
    chart(figure, axes)

    def pixels() -> bytes:
        buffer = io.BytesIO()
        figure.savefig(buffer, format="rgba")
        return buffer.getvalue()

    before = pixels()
    facts = facts_of(figure)
    assert pixels() == before
    assert facts == facts_of(figure)


def _crowd(lines: int) -> Any:
    figure, all_axes = plt.subplots(4, 5)
    for number, axes in enumerate(all_axes.flat):
        for line in range(lines):
            axes.plot(RANDOM.normal(size=50), label=f"series {line}")
        axes.set_title(f"panel {number} " + "很长的标题" * 30)
    return figure


@pytest.mark.parametrize("lines", [1, 5, 30])
def test_facts_fit_their_budget(lines: int) -> None:
    """However much there is, facts are valid JSON within the budget and say what they left out."""
    figure = _crowd(lines)
    facts = facts_of(figure)
    assert facts is not None
    assert len(facts.text.encode()) <= 2000
    assert "axes" in json.loads(facts.text)["left_out"]


def test_shared_axes_are_said_once() -> None:
    """Twenty small panels with one range fit, all of them, because the range is said once."""
    figure, all_axes = plt.subplots(4, 5, sharex=True, sharey=True)
    for number, axes in enumerate(all_axes.flat):
        axes.plot([0, 1, 2], [number, 1, 20])
    facts = facts_of(figure)
    assert facts is not None
    found = json.loads(facts.text)
    assert found["shared"]["x"] == {"min": -0.1, "max": 2.1}
    assert [one["lines"][0]["max"] for one in found["axes"]] == [[2, 20]] * 20


def test_twin_axes_know_each_other() -> None:
    """An axes on top of another one says whose x axis it shares; neighbours do not."""
    figure, (left, right) = plt.subplots(1, 2, sharex=True)
    left.plot([1, 2])
    right.plot([1, 2])
    left.twinx().plot([5, 3])
    facts = facts_of(figure)
    assert facts is not None
    assert [one.get("twin") for one in json.loads(facts.text)["axes"]] == [None, None, 1]


def test_chosen_points_keep_the_extremes() -> None:
    """First, last, lowest and highest are among the few points of any curve, in order of x."""
    for length in (13, 500, 100_000):
        x, y = np.arange(float(length)), RANDOM.normal(size=length)
        at = chosen(x, y, 12)
        assert len(at) <= 12
        assert at == sorted(set(at))
        assert {0, length - 1, int(y.argmin()), int(y.argmax())} <= set(at)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1 / 3, 0.333333),
        (2.0, 2),
        (1e20, 1e20),
        (float("nan"), None),
        (float("inf"), None),
        (-0.0, 0),
    ],
)
def test_short_numbers(value: float, expected: float | None) -> None:
    """Six significant digits, whole numbers whole, nothing that is not JSON."""
    assert short(value) == expected
    json.dumps(short(value), allow_nan=False)


def test_plotly_speaks_the_same_words() -> None:
    """A plotly figure gives the facts of its traces, and another digest for other data."""
    graphs = pytest.importorskip("plotly.graph_objects")

    def chart(last: float) -> Any:
        return graphs.Figure(
            [
                graphs.Scatter(x=["2024-01-01", "2024-01-02"], y=[1, last], name="k", mode="lines"),
                graphs.Bar(x=["A", "B"], y=[3, 4], xaxis="x2"),
                graphs.Heatmap(z=[[1, 2], [9, 4]]),
            ],
            layout={"title": {"text": "T"}, "xaxis": {"title": {"text": "day"}}},
        )

    facts = facts_of(chart(2.5))
    assert facts is not None
    found, beside = json.loads(facts.text)["axes"]
    assert contains(beside, {"bars": [{"values": [["A", 3], ["B", 4]]}]})
    assert contains(
        found,
        {
            "title": "T",
            "x": {"label": "day"},
            "lines": [{"label": "k", "n": 2, "max": ["2024-01-02", 2.5]}],
            "images": [{"shape": [2, 2], "argmax": [1, 0], "max": 9}],
        },
    )
    other = facts_of(chart(3.5))
    assert other is not None
    assert other.digest != facts.digest
    same = facts_of(chart(2.5))
    assert same == facts


def _digest(change: Chart = lambda _f, _a: None, style: str = "default") -> str:
    with plt.style.context(style):
        figure, axes = plt.subplots()
        axes.plot([1, 2, 3], [0.1, 0.2, 0.30000000000000004], label="a")
        axes.bar(["x", "y"], [1, 2])
        change(figure, axes)
        facts = facts_of(figure)
        assert facts is not None
        return facts.digest


@pytest.mark.parametrize(
    "change",
    [
        lambda _, axes: axes.lines[0].set_ydata([0.1, 0.2, 0.3001]),
        lambda _, axes: axes.set_title("other"),
        lambda _, axes: axes.text(0, 0, "word"),
        lambda _, axes: axes.patches[0].set_height(9),
        lambda _, axes: axes.set_yscale("log"),
        lambda figure, _: figure.suptitle("s"),
        lambda _, axes: axes.scatter([1], [1]),
        lambda _, axes: axes.imshow([[1, 2]]),
        lambda _, axes: axes.lines[0].set_label("b"),
        lambda _, axes: axes.set_title("left", loc="left"),
        lambda _, axes: axes.set_xticks([0, 1], ["x", "z"]),
        lambda _, axes: axes.table([["cell"]]),
        lambda figure, _: figure.text(0, 0, "corner"),
        lambda figure, _: figure.supxlabel("under"),
    ],
)
def test_digest_sees_every_change_of_data_and_text(change: Chart) -> None:
    """Another number or another word is another digest."""
    assert _digest(change) != _digest()


@pytest.mark.parametrize(
    "draw",
    [
        lambda axes, a: axes.scatter([1, 2], [3, 4], s=[10, 20 + a]),
        lambda axes, a: axes.axline((0, 0), slope=a),
        lambda axes, a: axes.axline((0, 0), (1, a)),
        lambda axes, a: axes.pcolormesh([0, 1, 2 + a], [0, 1], [[1, 2]]),
        lambda axes, a: axes.imshow([[1, 2]], extent=(0, 1, 0, a)),
        lambda axes, a: axes.contour([[0, 1], [2 + a, 3]], levels=[0.5, 1.5]),
        lambda axes, a: axes.quiver([0, 1], [0, 1], [1, 2], [3, a]),
        lambda axes, a: axes.barbs([0, 1], [0, 1], [10, 20], [30, 10 * a]),
        lambda axes, a: axes.add_patch(mpl.patches.Ellipse((0, 0), 1, a)),
        lambda axes, a: axes.add_patch(mpl.patches.FancyArrowPatch((0, 0), (1, a))),
        lambda axes, a: axes.bar([f"c{a}"], [1]),
        lambda axes, a: axes.figure.colorbar(axes.imshow([[1, 2]]), label=f"heat {a}"),
        lambda axes, a: axes.plot([1, 2], label="l") and axes.legend(title=f"of {a}"),
        lambda axes, a: axes.eventplot([1, 2, a]),
        lambda axes, a: axes.vlines([1, a], 0, 1),
        lambda axes, a: axes.pie([1, a]),
        lambda axes, a: axes.stairs([1, a]),
    ],
)
def test_digest_sees_each_kind_of_number(draw: Callable[[Any, int], Any]) -> None:
    """What is drawn with 3 has another digest than what is drawn with 4, and its own again."""
    digests = []
    for number in (3, 4, 3):
        figure, axes = plt.subplots()
        draw(axes, number)
        before = facts_of(figure)
        figure.canvas.draw()
        after = facts_of(figure)
        assert before is not None
        assert after is not None
        assert before.digest == after.digest
        digests.append(before.digest)
    assert digests[0] == digests[2] != digests[1]


def test_digest_ignores_looks_and_rounding() -> None:
    """Colours, styles, limits and the last bits of a float are not data."""
    assert _digest(style="dark_background") == _digest()
    assert _digest(lambda _, axes: axes.set_xlim(0, 100)) == _digest()
    assert _digest(lambda _, axes: axes.lines[0].set_ydata([0.1, 0.2, 0.3])) == _digest()


def _digest_of(values: Any) -> str:
    figure = mpl.figure.Figure()
    figure.add_subplot().plot(range(len(values)), values)
    facts = facts_of(figure)
    assert facts is not None
    return facts.digest


@pytest.mark.parametrize("size", [1000, 16384, 16385, 40000])
def test_digest_sees_one_number_among_many(size: int) -> None:
    """Of few numbers or many: one changed, missing or put elsewhere gives another digest."""
    whole = np.random.default_rng(0).normal(size=size)
    seen = [_digest_of(whole), _digest_of(whole[:-1]), _digest_of([*whole, 0.0])]
    for place in {0, 1, 999, size // 2, size - 1}:
        changes = (whole[place] * (1 + 1e-8), -whole[place], np.nan, np.inf, 0.0)
        here = np.arange(size) == place
        seen += [_digest_of(np.where(here, change, whole)) for change in changes]
    for one, other in ((0, 1), (0, 16), (3, size - 1), (7, size // 2)):
        swapped = whole.copy()
        swapped[[one, other]] = swapped[[other, one]]
        seen.append(_digest_of(swapped))
    assert len(set(seen)) == len(seen)
    assert _digest_of(whole * (1 + 1e-16) + 0.0) == seen[0]
    zeros = np.zeros(size)
    assert _digest_of(zeros) == _digest_of(-zeros)


@pytest.mark.parametrize(
    "thing", [None, 1, "x", object(), [], {}, np.zeros(3), mpl.figure.Figure()]
)
def test_what_is_no_chart_has_no_facts(thing: object) -> None:
    """Anything else gives None, never an error."""
    assert facts_of(thing) is None


def test_a_broken_artist_costs_only_itself() -> None:
    """An artist whose data cannot be read leaves the rest of the facts standing."""
    figure, axes = plt.subplots()
    axes.plot([1, 2], [3, 4], label="good")
    broken = axes.plot([1, 2], [3, 4])[0]
    vars(broken)["get_xdata"] = lambda **_: 1 / 0
    facts = facts_of(figure)
    assert facts is not None
    assert [line["label"] for line in json.loads(facts.text)["axes"][0]["lines"]] == ["good"]
