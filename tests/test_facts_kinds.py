"""Facts of kinds of charts that are not plain curves, and of libraries that draw by themselves."""

from __future__ import annotations

import gc
import json
import sys
import threading
from typing import Any

import pytest

from vlmagic import shelf as shelves
from vlmagic.facts import embedded, facts_of
from vlmagic.facts.boxes import boxes
from vlmagic.references import parse
from vlmagic.shelf import pixels, resolve
from vlmagic.shelf.witness import watching

np = pytest.importorskip("numpy")
pyplot = pytest.importorskip("matplotlib.pyplot")
pd = pytest.importorskip("pandas")


@pytest.fixture(autouse=True)
def _closed() -> Any:
    yield
    pyplot.close("all")


def read(thing: Any) -> dict[str, Any]:
    """The facts of the first axes."""
    facts = facts_of(thing)
    assert facts is not None
    return dict(json.loads(facts.text)["axes"][0])


def axes_of(**how: Any) -> Any:
    """New axes."""
    return pyplot.subplots(**how)[1]


def test_a_violin_is_a_violin_and_a_band_a_band() -> None:
    """What runs along y and is alike on both sides is a violin; everything else is a band."""
    axes = axes_of()
    axes.violinplot([[1, 2, 2, 3], [4, 5, 5, 6]])
    found = read(axes)["violins"]
    assert [violin["at"] for violin in found] == [1, 2]
    assert found[1]["y"] == [4, 6]
    axes = axes_of()
    axes.fill_betweenx([0, 1, 2, 3], [0, 1, 2, 3], [0, 2, 4, 6], label="b")
    (band,) = read(axes)["bands"]
    assert band["horizontal"] is True
    assert (band["y"], band["low"], band["high"]) == ([0, 3], [0, 3], [0, 6])


def test_stacked_areas_are_bands_one_on_the_other() -> None:
    """The layers of a stackplot have their own names and edges."""
    axes = axes_of()
    axes.stackplot([0, 1, 2, 3, 4], [1, 2, 3, 2, 1], [2, 2, 2, 2, 2], labels=["a", "b"])
    one, other = read(axes)["bands"]
    assert (one["label"], one["high"]) == ("a", [1, 3])
    assert (other["label"], other["low"], other["high"]) == ("b", [1, 3], [3, 5])


def test_what_stands_in_a_violin_belongs_to_it() -> None:
    """Seaborn draws a box plot into its violins: whiskers, quartiles and median are theirs."""
    seaborn = pytest.importorskip("seaborn")
    values = [float(v) for v in range(1, 101)]
    axes = seaborn.violinplot(pd.DataFrame({"g": ["a"] * 100, "v": values}), x="g", y="v")
    found = read(axes)
    assert "lines" not in found
    (violin,) = found["violins"]
    assert violin["median"] == 50.5
    assert violin["quartiles"] == [25.75, 75.25]
    assert violin["whiskers"] == [1, 100]


def test_hexagons_have_counts() -> None:
    """The fullest hexagon is told with its place."""
    axes = axes_of()
    axes.hexbin([0, 0, 0, 5, 9], [0, 0, 0, 5, 9], gridsize=5)
    assert read(axes)["hexbin"][0]["max"] == 3


def test_space_has_a_third_axis() -> None:
    """Lines in space keep their z, surfaces the range of theirs, whatever the view is."""
    axes = axes_of(subplot_kw={"projection": "3d"})
    axes.plot([0, 1, 2], [0, 1, 2], [5, 9, 7], label="up")
    grid = np.linspace(0, 1, 10)
    x, y = np.meshgrid(grid, grid)
    axes.plot_surface(x, y, x * y, cmap="viridis")
    found = read(axes)
    assert found["paths"][0]["highest"] == [1, 1, 9]
    assert found["z"]["data"] == [0, 9]
    assert found["surfaces"][0]["z"][1] <= 1
    before = facts_of(axes)
    axes.view_init(70, 10)
    axes.figure.canvas.draw()
    after = facts_of(axes)
    assert before is not None
    assert after is not None
    assert before.digest == after.digest


def test_a_cloud_is_measured_exactly() -> None:
    """Ranges, centre and correlation of many points are those of all of them, gaps left out."""
    random = np.random.default_rng(0)
    x = random.normal(1e6, 2, 50_000)
    y = x * 3 + random.normal(0, 4, 50_000)
    y[17] = np.nan
    axes = axes_of()
    axes.scatter(x, y)
    (cloud,) = read(axes)["scatter"]
    good = np.isfinite(y)
    assert cloud["n"] == 49_999
    assert cloud["r"] == pytest.approx(np.corrcoef(x[good], y[good])[0, 1], abs=1e-4)
    assert cloud["x"] == [pytest.approx(x[good].min(), 1e-5), pytest.approx(x[good].max(), 1e-5)]


def numbers(axes: Any) -> list[Any]:
    """The series that claims are checked against."""
    facts = facts_of(axes)
    assert facts is not None
    assert facts.numbers is not None
    return [one for pair in facts.numbers.axes for one in pair.series]


FRAME = pd.DataFrame(
    {"g": list("aabb") * 3, "h": list("uv") * 6, "v": [1.0, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6]}
)


@pytest.mark.filterwarnings("ignore")
def test_seaborn_names_what_it_draws() -> None:
    """Means with their errors are a summary; boxes have the names of their place and colour."""
    seaborn = pytest.importorskip("seaborn")
    axes = seaborn.barplot(FRAME, x="g", y="v", hue="h")
    bars = read(axes)["bars"]
    assert [(one["label"], one["values"]) for one in bars] == [
        ("u", [["a", 2], ["b", 4]]),
        ("v", [["a", 3], ["b", 5]]),
    ]
    assert all(one["errors"] for one in bars)
    assert {(one.kind, one.summary) for one in numbers(axes)} == {("bars", True), ("other", False)}
    pyplot.close("all")
    plain = seaborn.barplot(FRAME[:2].assign(g=["p", "q"]), x="g", y="v", errorbar=None)
    assert [(one.y, one.summary) for one in numbers(plain)] == [((1, 2), False)]
    pyplot.close("all")
    boxes = read(seaborn.boxplot(FRAME, x="g", y="v", hue="h"))["box"]
    assert [one["label"] for one in boxes] == ["a, u", "b, u", "a, v", "b, v"]
    assert [one["median"] for one in boxes] == [2, 4, 3, 5]
    pyplot.close("all")
    lying = read(seaborn.violinplot(FRAME, y="g", x="v"))
    assert "lines" not in lying
    assert [(one["at"], one["median"]) for one in lying["violins"]] == [("a", 2.5), ("b", 4.5)]
    pyplot.close("all")
    heat = read(seaborn.heatmap(FRAME.pivot_table(index="g", columns="h", values="v"), annot=True))
    assert heat["images"][0]["values"] == [[2, 3], [4, 5]]
    assert heat["y"]["categories"] == ["a", "b"]


@pytest.mark.filterwarnings("ignore")
def test_pandas_names_what_it_draws() -> None:
    """Periods are dates, years are names, boxes are boxes, and stacked areas are a summary."""
    index = pd.period_range("2024-01", periods=3, freq="M")
    lines = read(pd.DataFrame({"a": [1, 2, 4]}, index=index).plot())["lines"]
    assert lines[0]["points"] == [["2024-01", 1], ["2024-02", 2], ["2024-03", 4]]
    years = pd.Series([1, 2, 5], index=[2019, 2020, 2021]).plot.bar(ax=axes_of())
    assert read(years)["bars"][0]["values"] == [["2019", 1], ["2020", 2], ["2021", 5]]
    boxed = pd.DataFrame({"v": [1, 2, 3, 4, 5], "w": [1, 1, 3, 3, 3]}).plot.box()
    assert [one["median"] for one in read(boxed)["box"]] == [3, 3]
    assert "lines" not in read(boxed)
    assert {one.kind for one in numbers(boxed)} == {"other"}
    area = pd.DataFrame({"a": [1, 2, 3], "b": [3, 4, 5]}).plot.area()
    assert all(one.summary for one in numbers(area) if one.kind == "line")
    pie = pd.Series([1, 3], index=["x", "y"]).plot.pie(ax=axes_of())
    assert read(pie)["pie"] == [["x", 25], ["y", 75]]


def test_a_picture_of_a_chart_keeps_its_numbers() -> None:
    """What altair draws is sent with its facts, and its numbers stay beside it to be checked."""
    pytest.importorskip("vl_convert")
    chart = altair_chart()
    image: Any = resolve([parse("chart")], None, {"chart": chart}).images[0]
    known = facts_of(chart)
    assert known is not None
    assert (image.facts, image.numbers) == (known.text, known.numbers)


# -- libraries that draw with matplotlib by themselves ---------------------------------------------


def shown(ip: Any, thing: Any) -> shelves.Item:
    """What the shelf kept of a thing that was displayed."""
    data, metadata = ip.display_formatter.format(thing)
    ip.display_pub.publish(data, metadata)
    found = shelves.of(ip)
    assert found is not None
    return found.items[-1]


@pytest.fixture
def ip() -> Any:
    """A shell with a shelf that shows pictures."""
    module = pytest.importorskip("IPython.core.interactiveshell")
    shell = module.InteractiveShell()
    shell.display_formatter.active_types = ["text/plain", "text/html", "image/png"]
    shelves.install(shell)
    yield shell
    shelves.remove(shell)


def ggplot() -> Any:
    """A chart of plotnine."""
    plotnine = pytest.importorskip("plotnine")
    frame = pd.DataFrame({"x": [1, 2, 3], "y": [3, 9, 4]})
    return plotnine.ggplot(frame, plotnine.aes("x", "y")) + plotnine.geom_line()


def objects() -> Any:
    """A chart of seaborn.objects."""
    so = pytest.importorskip("seaborn.objects")
    return so.Plot(pd.DataFrame({"x": [1, 2, 3], "y": [3, 9, 4]}), x="x", y="y").add(so.Line())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make", [ggplot, objects])
def test_a_figure_that_lives_for_a_moment_is_read_in_it(make: Any, ip: Any) -> None:
    """Plotnine and seaborn.objects drop their figure when it is drawn; its facts are kept."""
    item = shown(ip, make())
    assert item.facts is not None
    assert json.loads(item.facts)["axes"][0]["lines"][0]["max"] == [2, 9]
    assert item.known is not None
    assert len(item.known.axes) == 1
    drawn = pixels.draw(make())
    assert drawn.facts is not None
    assert drawn.facts.digest == item.known.digest


def test_matplotlib_is_left_as_it_was() -> None:
    """While figures are shown in several threads or nested, nothing stays behind in matplotlib."""
    canvas = sys.modules["matplotlib.backend_bases"].FigureCanvasBase
    figure = sys.modules["matplotlib.figure"].Figure
    before = canvas.print_figure, "get_tightbbox" in vars(figure)

    def work() -> None:
        for _ in range(50):
            with watching(), watching():
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (canvas.print_figure, "get_tightbbox" in vars(figure)) == before
    with pytest.raises(ValueError, match="x"), watching():
        raise ValueError("x")
    assert (canvas.print_figure, "get_tightbbox" in vars(figure)) == before


def test_another_thread_is_not_looked_at() -> None:
    """What another thread draws meanwhile is not taken for ours."""
    with watching() as shots:
        thread = threading.Thread(target=lambda: pixels.savefig(pyplot.figure()))
        thread.start()
        thread.join()
    assert shots == []


def test_the_region_is_that_of_the_picture() -> None:
    """Tight, whole and padded pictures know what part of the figure they show."""
    import io

    figure = pyplot.figure(figsize=(3, 2), dpi=100)
    figure.add_subplot()
    for how, wide in (({}, 300), ({"bbox_inches": "tight", "pad_inches": 0.5}, None)):
        with watching() as shots:
            figure.savefig(target := io.BytesIO(), format="png", **how)
        region = shots[-1].region
        assert region is not None
        width = int.from_bytes(target.getvalue()[16:20], "big")
        assert int(region.width * region.dpi + 1e-6) == width == (wide or width)


# -- altair ---------------------------------------------------------------------------------------


def altair_chart(**how: Any) -> Any:
    """A chart of altair."""
    altair = pytest.importorskip("altair")
    frame = pd.DataFrame({"x": [1, 2, 3, 1, 2, 3], "y": [3, 9, 4, 1, 1, 2], "g": list("aaabbb")})
    return altair.Chart(frame, title="Growth").mark_line(**how).encode(x="x", y="y", color="g")


def test_altair_has_facts() -> None:
    """Series by colour, titles, and no number of what only the page computes."""
    altair = pytest.importorskip("altair")
    found = read(altair_chart())
    assert found["title"] == "Growth"
    assert [(one["label"], one["max"]) for one in found["lines"]] == [("a", [2, 9]), ("b", [3, 2])]
    frame = pd.DataFrame({"k": ["a", "b"], "v": [1, 2]})
    bars = read(altair.Chart(frame).mark_bar().encode(x="k:N", y="v:Q"))
    assert bars["bars"][0]["values"] == [["a", 1], ["b", 2]]
    base = altair.Chart(frame).transform_filter("datum.v > 1").mark_bar()
    filtered = read(base.encode(x="k:N", y="v:Q"))
    assert "bars" not in filtered
    assert filtered["encodings"][0]["x"] == "k"


@pytest.mark.parametrize("how", [{}, {"inline": True}, {"fullhtml": False}], ids=str)
def test_a_page_of_altair_is_its_chart(ip: Any, how: dict[str, Any]) -> None:
    """What `to_html` writes holds the chart, with its facts, whoever shows it."""
    from IPython.display import HTML

    item = shown(ip, HTML(altair_chart().to_html(**how)))
    known = facts_of(altair_chart())
    assert known is not None
    assert item.known == known
    assert (item.kind, item.title) == ("altair", "Growth")


def test_altair_outlives_its_chart(ip: Any) -> None:
    """The specification in altair's page is kept, so the picture is there when the chart is not."""
    item = shown(ip, altair_chart())
    gc.collect()
    assert item.live() is None
    assert item.facts is not None
    assert item.title == "Growth"
    drawn = pixels.bundle({item.mime: item.payload})
    assert drawn is not None
    assert (drawn.text or drawn.source) is not None
    assert embedded("<html>no vega here })({</html>") is None


def test_the_digest_of_altair_is_that_of_its_data() -> None:
    """Data and encodings make the chart; versions of the library do not."""
    specification = altair_chart().to_dict()
    newer = {**specification, "$schema": "https://vega.github.io/schema/vega-lite/v9.json"}
    other = json.loads(json.dumps(specification).replace('"y": 9', '"y": 8'))
    digests = [facts.digest for s in (specification, newer, other) if (facts := facts_of(s))]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("filled", [False, True])
def test_a_box_may_have_a_notch(filled: Any) -> None:
    """A box with a notch is a box with the same numbers."""
    data = [[1, 2, 3, 4, 5, 6], [4, 5, 6, 7, 8, 9]]
    for how in ({}, {"orientation": "horizontal"}):
        plain, notched = axes_of(), axes_of()
        plain.boxplot(data, **how)
        notched.boxplot(data, notch=True, patch_artist=filled, **how)
        found = read(notched)
        assert "lines" not in found
        assert found["box"] == read(plain)["box"]


def test_marks_across_violins_are_told() -> None:
    """Means, medians and quantiles of a violin are its own."""
    for how in ({}, {"orientation": "horizontal"}):
        axes = axes_of()
        axes.violinplot(
            [[1, 2, 3, 4, 10], [4, 5, 6, 7, 9]], showmeans=True, showmedians=True, **how
        )
        found = read(axes)
        assert "segments" not in found
        assert [violin["marked"] for violin in found["violins"]] == [[3, 4], [6, 6.2]]


def test_violins_of_classes_stand_at_their_category() -> None:
    """Beside its tick, a violin has the name there, and that of its colour in the legend."""
    seaborn = pytest.importorskip("seaborn")
    values = np.random.default_rng(0).normal(size=80)
    table = pd.DataFrame({"d": ["Mo", "Tu"] * 40, "v": values, "h": ["p"] * 40 + ["q"] * 40})
    found = read(seaborn.violinplot(table, x="d", y="v", hue="h"))["violins"]
    assert sorted((violin["at"], violin["label"]) for violin in found) == [
        ("Mo", "p"),
        ("Mo", "q"),
        ("Tu", "p"),
        ("Tu", "q"),
    ]


def test_a_colour_bar_is_no_panel() -> None:
    """Wherever its axes come from, a colour bar belongs to what it explains."""
    figure, (axes, beside) = pyplot.subplots(1, 2)
    figure.colorbar(axes.imshow([[1, 2], [3, 4]]), cax=beside, label="mm")
    facts = facts_of(figure)
    assert facts is not None
    (found,) = json.loads(facts.text)["axes"]
    assert found["images"][0]["colorbar"] == "mm"


def test_rows_of_intervals_have_names() -> None:
    """Broken bars are told in the row that is named beside them."""
    axes = axes_of()
    axes.broken_barh([(110, 30)], (10, 9))
    axes.broken_barh([(10, 50)], (20, 9))
    axes.set_yticks([15, 25], ["Bill", "Jim"])
    assert read(axes)["intervals"] == [{"x": [110, 140], "y": "Bill"}, {"x": [10, 60], "y": "Jim"}]


def test_angles_say_their_unit() -> None:
    """The axis of angles counts in radians, and says so."""
    axes = axes_of(subplot_kw={"projection": "polar"})
    axes.plot([0, 1], [1, 2])
    assert read(axes)["x"]["unit"] == "radians"


def test_the_mean_of_dates_is_a_date() -> None:
    """On an axis of dates the mean is one."""
    axes = axes_of()
    axes.plot([1, 2, 3], pd.date_range("2024-01-01", periods=3))
    assert read(axes)["lines"][0]["mean"] == "2024-01-02"


def test_each_box_of_many_has_its_own_strokes() -> None:
    """However many boxes stand side by side, each is read from the strokes that stand there."""
    _, axes = pyplot.subplots()
    axes.boxplot([[n, n + 1, n + 2, n + 3, n + 50] for n in range(30)])
    found = [box for box, _ in boxes(axes)]
    assert [(box["at"], box["median"], box["outliers"]) for box in found] == [
        (n + 1, n + 2, 1) for n in range(30)
    ]
    assert not set.intersection(*(parts for _, parts in boxes(axes)))


def test_a_line_over_bars_is_no_error() -> None:
    """Strokes are errors of bars where they go across their ends; a level line is a line."""
    _, axes = pyplot.subplots()
    axes.bar(["a", "b", "c"], [1, 2, 3])
    axes.plot([-0.5, 2.5], [2, 2])
    found = read(axes)
    assert "errors" not in found["bars"][0]
    assert found["lines"][0]["max"][1] == 2
    for place, high in enumerate([1, 2, 3]):
        axes.plot([place, place], [high - 0.2, high + 0.2])
    found = read(axes)
    assert found["bars"][0]["errors"]
    assert len(found["lines"]) == 1


def test_words_on_bars_are_told_even_if_there_are_as_many() -> None:
    """Of as many texts as bars only those are left out that read as numbers."""
    _, axes = pyplot.subplots()
    bars = axes.bar(["a", "b", "c"], [1, 2, 3])
    for place, words in enumerate(["launch", "12 %", "−1,200.5"]):
        axes.text(place, 1, words)
    assert [one["say"] for one in read(axes)["text"]] == ["launch"]
    axes.texts[0].remove()
    axes.bar_label(bars)
    assert len(read(axes)["text"]) == 5


def test_lines_left_out_are_counted_to_the_last() -> None:
    """What is left out of very many lines is said of all that are drawn."""
    _, axes = pyplot.subplots()
    axes.plot(np.random.default_rng(0).normal(size=(5, 70)))
    found = facts_of(axes)
    assert found is not None
    tree = json.loads(found.text)
    assert tree["left_out"] == f"{70 - len(tree['axes'][0]['lines'])} of 70 lines"
    assert "unread" not in found.text


def test_strokes_beside_bars_in_space_cost_no_facts() -> None:
    """Flat bars in a space with lines in it still have facts: only bars on a plane have errors."""
    axes = pyplot.figure().add_subplot(projection="3d")
    axes.bar([1, 2], [3, 4], zs=1, zdir="y")
    axes.plot([1, 2], [3, 4], [5, 6])
    assert read(axes)["paths"]
