"""`fig[0:10]`: a part of a chart by its data, drawn anew; the figure itself never changes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import PIL.Image
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt

from vlmagic import shelf as shelves
from vlmagic.errors import CellError
from vlmagic.images import Image
from vlmagic.references import parse
from vlmagic.shelf.item import Run

X = np.linspace(0, 50, 501)
DAYS = pd.date_range("2024-01-01", periods=366)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def drawn(draw: Callable[[Any], Any], **how: Any) -> Any:
    """A figure with one pair of axes."""
    figure, axes = plt.subplots(**how)
    draw(axes)
    return figure


FIGURES: dict[str, Callable[[], Any]] = {
    "line": lambda: drawn(lambda a: a.plot(X, X**2, label="square")),
    "bars": lambda: drawn(lambda a: a.bar(list("abcdef"), [3, 1, 4, 1, 5, 9])),
    "dates": lambda: drawn(lambda a: a.plot(DAYS, np.arange(366))),
    "periods": lambda: drawn(lambda a: pd.Series(np.arange(366), DAYS).plot(ax=a)),
    "zoned": lambda: drawn(lambda a: a.plot(DAYS.tz_localize("Asia/Shanghai"), np.arange(366))),
    "log": lambda: drawn(lambda a: a.loglog(X + 1, X + 1)),
    "heat": lambda: drawn(lambda a: a.imshow(np.arange(600).reshape(20, 30))),
    "backwards": lambda: drawn(lambda a: (a.plot(X, X), a.invert_xaxis())),
    "twins": lambda: drawn(lambda a: (a.plot(X, X), a.twinx().plot(X, -X))),
    "panels": lambda: plt.subplots(2, 2)[0],
    "polar": lambda: drawn(lambda a: a.plot(X, X), subplot_kw={"projection": "polar"}),
    "words": lambda: drawn(lambda a: (a.plot(X, X), a.text(45, 25, "far away"))),
    "logit": lambda: drawn(
        lambda a: (a.plot([0.1, 0.9], [0.1, 0.9]), a.set(xscale="logit", yscale="logit"))
    ),
    "quarters": lambda: drawn(
        lambda a: (a.bar(range(3), [1, 2, 3]), a.set_xticks(range(3), ["Q1", "Q2", "Q1"]))
    ),
    "equal": lambda: drawn(lambda a: (a.plot(X, X), a.set_aspect("equal", adjustable="datalim"))),
    "years": lambda: drawn(lambda a: a.bar(["2020", "2021", "2022"], [3, 1, 4])),
    "margins": lambda: drawn(lambda a: a.plot(X, X), layout="tight"),
    "tight": lambda: drawn(lambda a: a.plot(X, X), layout="constrained"),
}


def part(reference: str, name: str) -> tuple[Image, dict[str, Any]]:
    """The picture of a part, and the facts of its first axes."""
    (image,) = shelves.resolve([parse(reference)], None, {"fig": FIGURES[name]()}).images
    assert isinstance(image, Image)
    facts = json.loads(str(image.facts))
    return image, facts.get("shared", {}) | facts["axes"][0]


@pytest.mark.parametrize(
    ("name", "reference", "axis", "low", "high"),
    [
        ("line", "fig[0:10]", "x", 0, 10),
        ("line", "fig[20:10]", "x", 10, 20),
        ("line", "fig[0.5:1e1, -2:5.5]", "y", -2, 5.5),
        ("line", "fig[:, 5:10]", "y", 5, 10),
        ("line", "fig[40:]", "x", 40, 52.5),
        ("line", "fig[.5:1.5]", "x", 0.5, 1.5),
        ("line", "fig[1.:+5.]", "x", 1, 5),
        ("line", "fig[1_0:2_0]", "x", 10, 20),
        ("line", "fig.axes[0][40:60]", "x", 40, 60),
        ("dates", 'fig["2024-03":"2024-04-15"]', "x", "2024-03-01", "2024-04-15T23:59:55"),
        ("dates", 'fig["2024-03":"2024-06"]', "x", "2024-03-01", "2024-06-30T23:59:55"),
        ("dates", 'fig["2024-06":"2024-03"]', "x", "2024-03-01", "2024-06-30T23:59:55"),
        ("dates", 'fig["2024-03":"2024-03"]', "x", "2024-03-01", "2024-03-31T23:59:55"),
        ("dates", 'fig[:"2024-02-03T12:30"]', "x", "2023-12-13T18:00:00", "2024-02-03T12:30:00"),
        (
            "dates",
            'fig["2024-03-05T08:00+08:00":"2024-03-06T00:00Z"]',
            "x",
            "2024-03-05",
            "2024-03-06",
        ),
        (
            "zoned",
            'fig["2024-03-05T00:00+08:00":"2024-03-06T00:00Z"]',
            "x",
            "2024-03-05",
            "2024-03-06T08:00:00",
        ),
        ("dates", "fig['2024-03-01 12:00':]", "x", "2024-03-01T12:00:00", "2025-01-18T06:00:00"),
        ("dates", "fig[2023:2024]", "x", "2023-01-01", "2024-12-31T23:59:55"),
        ("dates", "fig[2024:2024]", "x", "2024-01-01", "2024-12-31T23:59:55"),
        ("periods", 'fig["2024-03-01":"2024-03-31"]', "x", "2024-03-01", "2024-03-31"),
        ("periods", 'fig["2024-03":"2024-06"]', "x", "2024-03-01", "2024-06-30"),
        ("zoned", 'fig["2024-03-01":"2024-03-31"]', "x", "2024-03-01", "2024-03-31T23:59:55"),
        ("log", "fig[10:20]", "x", 10, 20),
        ("heat", "fig[5:9, 2:12]", "y", 2, 12),
        ("backwards", "fig[10:20]", "x", 10, 20),
        ("twins", "fig[10:20, 0:15]", "x", 10, 20),
        ("tight", "fig[10:20]", "x", 10, 20),
    ],
)
def test_a_part_has_the_limits_that_are_asked_for(
    name: str, reference: str, axis: str, low: Any, high: Any
) -> None:
    """By numbers, dates and years, whichever way they are written."""
    image, facts = part(reference, name)
    assert (facts[axis]["min"], facts[axis]["max"]) == (low, high)
    assert image.label == reference


@pytest.mark.parametrize("reference", ['fig["b":"d"]', "fig[1:3]", 'fig["d":"b"]'])
def test_a_part_of_categories_is_whole_bars(reference: str) -> None:
    """From one name to the other, both whole."""
    _, facts = part(reference, "bars")
    assert facts["bars"] == [{"values": [["b", 1], ["c", 4], ["d", 1]], "outside": 3}]


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in FIGURES
        if name not in ("polar", "panels", "logit", "equal", "quarters", "years")
    ],
)
def test_the_figure_stays_as_it_is(name: str) -> None:
    """Its pixels and its limits are what they were, and nobody is told of a change."""
    figure = FIGURES[name]()

    def looks() -> tuple[bytes, list[Any]]:
        buffer = io.BytesIO()
        figure.savefig(buffer, bbox_inches="tight")
        return buffer.getvalue(), [one.get_xlim() + one.get_ylim() for one in figure.axes]

    before = looks()
    told: list[Any] = []
    for axes in figure.axes:
        axes.callbacks.connect("xlim_changed", told.append)
    some = {
        "da": "fig[2024:2025]",
        "pe": "fig[2024:2025]",
        "zo": "fig[2024:2025]",
        "ba": "fig[1:3]",
    }
    reference = some.get(name[:2], "fig[10:20, 3:19]")
    (image,) = shelves.resolve([parse(reference)], None, {"fig": figure}).images
    with pytest.raises(CellError):
        shelves.resolve([parse('fig["no such":]')], None, {"fig": figure})
    assert looks() == before
    assert told == []
    with PIL.Image.open(io.BytesIO(before[0])) as whole:
        assert image.digest != Image("", before[0], "image/png", *whole.size).digest


def test_names_that_are_numbers_are_names() -> None:
    """Where a category is called 2021, 2021 is that category and no place."""
    _, facts = part("fig[2021:2022]", "years")
    assert facts["bars"] == [{"values": [["2021", 1], ["2022", 4]], "outside": 1}]


@pytest.mark.parametrize("name", ["tight", "margins"])
def test_a_layout_made_for_a_part_does_not_stay(name: str) -> None:
    """Axes and margins are where they were, also before anybody draws the figure again."""
    figure = FIGURES[name]()
    figure.canvas.draw()

    def places() -> list[Any]:
        every = [
            one.get_position(original=was).bounds for one in figure.axes for was in (True, False)
        ]
        return [*every, {k: v for k, v in vars(figure.subplotpars).items() if k != "validate"}]

    before = places()
    shelves.resolve([parse("fig[1e-9:2e-9, 1e-9:2e-9]")], None, {"fig": figure})
    assert places() == before


def test_data_that_was_moved_is_found() -> None:
    """Limits do not follow a line that is given new data: a part of these is drawn all the same."""
    figure = FIGURES["line"]()
    figure.axes[0].lines[0].set_xdata(X + 100)
    assert shelves.resolve([parse("fig[110:120]")], None, {"fig": figure}).images


def test_words_beside_a_part_do_not_make_it_larger() -> None:
    """A picture grows to hold words that stand outside of its axes: not those of other parts."""
    image, _ = part("fig[0:10]", "words")
    plain, _ = part("fig[0:10]", "line")
    assert abs(image.width - plain.width) < 30


@pytest.mark.parametrize(
    ("name", "reference", "words"),
    [
        ("line", 'fig["a":"b"]', "'a' is no place on its x axis. Write numbers"),
        ("bars", 'fig["b":"q"]', "'q' is no place on its x axis. It has a, b, c"),
        ("dates", 'fig["soon":]', "'soon' is no place on its x axis. Write dates in quotes"),
        ("dates", "fig[19790:19800]", "19790 is no place"),
        (
            "line",
            "fig[5:5]",
            r"nothing lies within these limits. The x axis goes from -2.5 to 52.5",
        ),
        ("line", "fig[:, 3:3]", "The y axis goes from"),
        ("line", "fig[0:10:2]", "a part has two ends and no step"),
        ("line", "fig[100:200]", "nothing lies within these limits"),
        ("bars", "fig[20:30]", "nothing lies within these limits"),
        ("heat", "fig[40:50]", "nothing lies within these limits"),
        ("line", "fig[0:1e400]", "inf is no place on its x axis"),
        ("line", 'fig["nan":1]', "'nan' is no place on its x axis"),
        ("log", "fig[0:10]", "its x axis is log, and these limits go beyond it. The x axis"),
        ("logit", "fig[0:0.5]", "its x axis is logit, and these limits go beyond it"),
        ("logit", "fig[0.1:0.5, 0:0.5]", "its y axis is logit, and these limits go beyond it"),
        ("quarters", 'fig["Q1":"Q2"]', "'Q1' stands 2 times on its x axis. .* at 0, 2"),
        ("equal", "fig[0:5]", "keep their proportions by changing their limits"),
        ("periods", 'fig["2024-03-05T00:00Z":]', "is no place on its x axis"),
        ("polar", "fig[0:1]", "only straight axes have parts"),
        ("panels", "fig[0:1]", r"fig has 4 pairs of axes. Take one of them: fig.axes\[0\]\[0:1\]"),
        ("line", "@md[0:1]", "only figures have parts"),
        ("line", "fig[0:1, 2:3, 4:5]", "leads nowhere"),
    ],
)
def test_what_is_no_part_says_why(name: str, reference: str, words: str) -> None:
    """One sentence that says what there is."""
    with pytest.raises(CellError, match=words):
        part(reference, name)


def test_parts_of_what_was_shown() -> None:
    """While its figure lives a part of it can be drawn; then it is said what to do."""
    figure, shelf = FIGURES["line"](), shelves.Shelf()
    buffer = io.BytesIO()
    figure.savefig(buffer)
    shelf.collect({"image/png": buffer.getvalue()}, figure, Run(1, 1, 1))
    for reference in ("@last[0:10]", "@1.1[0:10]", "@gcf[0:10]", "@fig:1[0:10]"):
        (image,) = shelves.resolve([parse(reference)], shelf, {}).images
        assert '"n":101,"outside":400' in str(image.facts)
    figure.axes[0].lines[0].set_ydata(X)
    found = shelves.resolve([parse("@last[0:10]")], shelf, {})
    assert found.images[0].label == "@1.1[0:10]"
    assert found.notices == ["@1.1 has changed since it was shown."]
    gone = shelves.Shelf()
    gone.collect({"image/png": buffer.getvalue()}, None, Run(1, 1, 1))
    with pytest.raises(CellError, match=r"the figure itself is gone.*and write fig\[0:10\]"):
        shelves.resolve([parse("@last[0:10]")], gone, {})


def test_collections_have_items_not_parts() -> None:
    """Lists, arrays and bars are cut as Python cuts them."""
    figures = [FIGURES["line"](), FIGURES["bars"](), FIGURES["heat"]()]
    found = shelves.resolve([parse("several[0:2]")], None, {"several": figures})
    assert [image.label for image in found.images] == ["several[0:2] #1", "several[0:2] #2"]
    (cut,) = shelves.resolve(
        [parse("array[0:20, 3:40]")], None, {"array": np.zeros((50, 60))}
    ).images
    assert (cut.width, cut.height) == (37, 20)
    bars = figures[1].axes[0].containers[0]
    (whole,) = shelves.resolve([parse("bars[0:2]")], None, {"bars": bars}).images
    assert "outside" not in str(whole.facts)
