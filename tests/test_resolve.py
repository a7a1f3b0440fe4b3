"""From references to pictures: as shown, as it is now, and what is refused."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import IPython.display
import matplotlib as mpl
import numpy as np
import PIL.Image
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt

from vlmagic import shelf as shelves
from vlmagic.errors import CellError, ImageError, VLReasonError
from vlmagic.references import Attachment, parse
from vlmagic.shelf import elsewhere
from vlmagic.shelf.hooks import Hooks
from vlmagic.shelf.item import Run


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def png(size: tuple[int, int] = (40, 30), colour: str = "red") -> bytes:
    """A plain picture as a file."""
    buffer = io.BytesIO()
    PIL.Image.new("RGB", size, colour).save(buffer, "png")
    return buffer.getvalue()


class Shell:
    """As much of a shell as a shelf that nobody shows anything on needs."""

    execution_count = 1


def filled(cells: Mapping[int, list[dict[str, Any]]]) -> shelves.Shelf:
    """A shelf after these cells have shown these bundles."""
    shelf = shelves.Shelf()
    shelf.hooks = Hooks(Shell(), shelf)
    for serial, (count, bundles) in enumerate(cells.items(), start=1):
        run = shelf.hooks.current = Run(serial, count, count)
        for bundle in bundles:
            shelf.collect(bundle, None, run)
    return shelf


def labels(
    *texts: str, shelf: shelves.Shelf | None = None, namespace: Mapping[str, Any] | None = None
) -> list[str]:
    """The labels of the pictures that references lead to."""
    found = shelves.resolve([parse(text) for text in texts], shelf, namespace or {})
    return [image.label for image in found.images]


SHELF = filled(
    {
        3: [{"image/png": png()}],
        7: [{"image/png": png((50 + n, 30))} for n in range(3)],
        9: [{"image/png": base64.b64encode(png((60, 30))).decode()}, {"text/plain": "no picture"}],
    }
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@last", ["@9.1"]),
        ("@-1", ["@9.1"]),
        ("@-2", ["@7.3"]),
        ("@-5", ["@3.1"]),
        ("@7", ["@7.1", "@7.2", "@7.3"]),
        ("@7.2", ["@7.2"]),
        ("@7.2-3", ["@7.2", "@7.3"]),
        ("@all", ["@3.1", "@7.1", "@7.2", "@7.3", "@9.1"]),
        ("@all2", ["@7.3", "@9.1"]),
    ],
)
def test_as_it_was_shown(text: str, expected: list[str]) -> None:
    """An @-reference gives the pictures of its cell, in the order they were shown."""
    assert labels(text, shelf=SHELF) == expected


def test_several_by_definition_are_announced() -> None:
    """`@7` with three pictures sends all three and says so."""
    assert shelves.resolve([parse("@7")], SHELF, {}).notices == ["@7 is 3 pictures."]
    assert shelves.resolve([parse("@9")], SHELF, {}).notices == []


def test_a_title_names_the_last_picture_that_has_it() -> None:
    """`@title:"Loss"` outlives the numbers of cells; a title that several have is said."""
    shelf = filled({n: [{"image/png": png((40 + n, 30))}] for n in (1, 2, 3)})
    for item, title in zip(shelf.items, ("Loss", "Loss", "Other"), strict=True):
        item.title = title
    assert labels('@title:"Loss"', shelf=shelf) == ["@2.1"]
    assert labels("@title:Other", shelf=shelf) == ["@3.1"]
    said = shelves.resolve([parse('@title:"Loss"')], shelf, {}).notices
    assert said == ["2 pictures have the title Loss: the last one is meant."]
    with pytest.raises(CellError, match="not on the shelf"):
        labels('@title:"Lost"', shelf=shelf)


def _lists() -> dict[str, Any]:
    one, (left, right) = plt.subplots(1, 2)
    two, alone = plt.subplots()
    two.suptitle("second")
    return {
        "axes": np.array([left, right]),
        "figures": [one, two],
        "alone": alone,
        "pair": [PIL.Image.new("RGB", (20, 20)), PIL.Image.new("RGB", (20, 20))],
        "text": "no/such.png",
        "words": "hello world",
        "number": 3,
        "nothing": None,
        "video": IPython.display.Video(url="a.mp4"),
        "flat": np.zeros(5),
        "function": len,
        "kind": PIL.Image.Image,
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@4", "@9.1 picture 60×30"),
        ("@7.4", "not on the shelf"),
        ("@-6", "not on the shelf"),
        ("@gcf", "closed when their cell ends"),
        ("@fig:9", "is not open"),
        ("fgi", "There is no variable fgi"),
        ("figurs", "Did you mean figures?"),
        ("figures", 'figures[1] matplotlib "second"'),
        ("pair", "pair[:]"),
        ("text", "There is no file no/such.png"),
        ("words", "no way to a picture"),
        ("number", "number is no picture but int"),
        ("nothing", "nothing is no picture but NoneType"),
        ("video", "There is no file a.mp4"),
        ("flat", "flat"),
        ("function", "no picture"),
        ("kind", "no picture"),
        ("missing.png", "There is no file missing.png"),
        ("a.png,b.png", "-i a -i b"),
        ("plot1.png", "plot.png?"),
        ("folder.png", "is a folder"),
        ("text.png", "text.png"),
        ("empty.png", "empty.png"),
        ("cut.png", "damaged or cut off"),
        ("page.pdf", "page.pdf"),
        ("none*.png", "No file matches"),
        ("many/*.png", "33 files"),
        ("data:image/png;base64,%%%", "damaged"),
        ("data:image/png", "damaged"),
        ("@md", "not known here"),
        ("@clip", "Save the picture to a file"),
    ],
)
def test_bad_input_is_refused_in_words(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever cannot be looked at is refused before the network: a cause and a remedy."""
    monkeypatch.chdir(tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "JPY_SESSION_NAME"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "plot.png").write_bytes(png())
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "text.png").write_text("this is not a picture")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "cut.png").write_bytes(png((400, 400))[:60])
    (tmp_path / "page.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "many").mkdir()
    for number in range(33):
        (tmp_path / "many" / f"{number}.png").write_bytes(b"")
    names = _lists()
    plt.close("all")
    with pytest.raises((CellError, ImageError)) as caught:
        labels(text, shelf=SHELF, namespace=names)
    assert words in str(caught.value)
    assert caught.value.hint


def test_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths, patterns, quotes, file URLs and variables that hold paths lead to the same file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("a.png", "b.png", "with blank.png", "odd[1].png"):
        (tmp_path / name).write_bytes(png())
    (tmp_path / "bare").write_bytes(png())
    names = {"path": tmp_path / "a.png", "text": "a.png", "raw": png()}
    assert labels("a.png", "~/a.png", '"with blank.png"', "odd[1].png", "bare") == [
        "a.png",
        "~/a.png",
        '"with blank.png"',
        "odd[1].png",
        "bare",
    ]
    assert labels("?.png") == ["a.png", "b.png"]
    assert labels((tmp_path / "a.png").as_uri()) == [(tmp_path / "a.png").as_uri()]
    assert labels("path", "text", "raw", namespace=names) == ["path", "text", "raw"]


def test_a_variable_wins_over_a_file_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bare word that is both is the variable, and that is said."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photo").write_bytes(png((90, 90)))
    names = {"photo": PIL.Image.new("RGB", (20, 20))}
    found = shelves.resolve([parse("photo")], None, names)
    assert found.images[0].width < 90
    assert 'write "photo" for the file' in found.notices[0]
    assert shelves.resolve([parse('"photo"')], None, names).images[0].width == 90


Maker = Callable[[], Any]


def _figure() -> Any:
    figure, axes = plt.subplots()
    axes.plot([1, 2], label="k")
    axes.set_title("T")
    return figure


def _part() -> Any:
    parts: Any = plt.figure().subfigures(1, 2)
    parts[1].subplots().plot([1, 2])
    return parts[0]


@pytest.mark.parametrize(
    ("make", "origin"),
    [
        (_figure, "matplotlib"),
        (lambda: _figure().axes[0], "matplotlib"),
        (lambda: _figure().axes[0].lines[0], "matplotlib"),
        (lambda: _figure().axes[0].bar([1], [2]), "matplotlib"),
        (lambda: list(_figure().axes), "matplotlib"),
        (lambda: plt.subplots(2, 2)[1], "matplotlib"),
        (_part, "matplotlib"),
        (lambda: PIL.Image.new("L", (20, 20)), "PIL"),
        (lambda: np.zeros((20, 20, 3), np.uint8), "numpy"),
        (png, "bytes"),
        (lambda: IPython.display.Image(png()), "IPython"),
    ],
)
def test_as_it_is_now(make: Maker, origin: str) -> None:
    """Everything that is a picture, or a part of one figure, gives exactly one picture."""
    found = shelves.resolve([parse("thing")], None, {"thing": make()})
    assert [image.origin for image in found.images] == [origin]
    assert bool(found.images[0].facts) == (origin == "matplotlib")


def test_drawing_leaves_the_figure_alone() -> None:
    """Looking at a live figure changes neither its pixels nor its data, nor opens a window."""
    figure = _figure()
    before = (figure.dpi, tuple(figure.get_size_inches()), plt.get_fignums())
    first = shelves.resolve([parse("f")], None, {"f": figure}, dpi=200).images[0]
    second = shelves.resolve([parse("f")], None, {"f": figure}).images[0]
    third = shelves.resolve([parse("f")], None, {"f": figure}).images[0]
    assert first.width > 1.5 * second.width
    assert second.digest == third.digest
    assert second.title == "T"
    assert (figure.dpi, tuple(figure.get_size_inches()), plt.get_fignums()) == before


def test_facts_are_of_the_same_moment() -> None:
    """A variable's facts are those of now; without facts none go along."""
    figure = _figure()
    figure.axes[0].lines[0].set_ydata([1, 1.5])
    image = shelves.resolve([parse("f")], None, {"f": figure}).images[0]
    assert image.facts is not None
    assert json.loads(image.facts)["axes"][0]["lines"][0]["max"] == [1, 1.5]
    assert shelves.resolve([parse("f")], None, {"f": figure}, facts=False).images[0].facts is None


def test_a_figure_outlives_its_window() -> None:
    """Closed, pickled, or made for another backend: a figure is drawn all the same."""
    import pickle

    from matplotlib.backends.backend_svg import FigureCanvasSVG

    closed = _figure()
    plt.close(closed)
    foreign = _figure()
    FigureCanvasSVG(foreign)
    for figure in (closed, pickle.loads(pickle.dumps(closed)), foreign):
        (image,) = shelves.resolve([parse("f")], None, {"f": figure}).images
        assert image.facts
    assert isinstance(foreign.canvas, FigureCanvasSVG)


def _removed() -> Any:
    axes = _figure().axes[0]
    axes.remove()
    return axes


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (plt.figure, "is an empty figure"),
        (lambda: plt.subplots(figsize=(900, 900))[0], "90000×90000 is more than 64 megapixels"),
        (_removed, "no picture but matplotlib"),
        (lambda: plt.subplots()[1].set_title(r"$\frac{$"), "cannot draw this figure"),
    ],
    ids=["empty", "giant", "removed", "broken"],
)
def test_a_figure_that_cannot_be_drawn_says_why(make: Maker, words: str) -> None:
    """One line, with a remedy, and no memory spent on what could never be sent."""
    with pytest.raises(ImageError, match=words) as caught:
        shelves.resolve([parse("f")], None, {"f": make()})
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_a_resolution_that_no_one_looks_at_is_refused() -> None:
    """`--dpi` has a limit, too."""
    with pytest.raises(ImageError, match="lower --dpi"):
        shelves.resolve([parse("f")], None, {"f": _figure()}, dpi=100_000)


def test_a_figure_that_changed_since_it_was_shown() -> None:
    """`@` is what was shown; drawn anew for `--dpi` it is what it is now, and that is said."""
    figure, shelf = _figure(), shelves.Shelf()
    shelf.collect({"image/png": png()}, figure, Run(1, 1, 1))
    figure.axes[0].lines[0].set_ydata([1, 1.5])
    kept = shelves.resolve([parse("@last")], shelf, {})
    assert (kept.images[0].width, kept.notices) == (40, [])
    assert '"max":[1,2]' in str(kept.images[0].facts)
    anew = shelves.resolve([parse("@last")], shelf, {}, dpi=50)
    assert anew.notices == ["@1.1 has changed since it was shown."]
    assert '"max":[1,1.5]' in str(anew.images[0].facts)


BROKEN: list[dict[str, Any]] = [
    {"image/png": "!!!"},
    {"image/png": "AAA"},
    {"image/png": base64.b64encode(b"<html>").decode()},
    {"image/png": None},
    {"image/svg+xml": "<svg"},
    {"application/pdf": "JVBER"},
    {"application/vnd.vegalite.v5+json": {"a": 1}},
    {
        "application/vnd.bokehjs_exec.v0+json": {},
        "application/javascript": 'docs_json = {"a": {"roots": []}}',
    },
    {"text/html": '<img src="nope.png">'},
    {"text/html": '<img src="data:image/png;base64,@@">'},
    {"text/html": '<img src="javascript:alert(1)">'},
    {"text/html": 'frames[0] = "data:image/png;base64,AAAA"<img>'},
]


@pytest.mark.parametrize("data", BROKEN, ids=str)
def test_a_broken_bundle_is_refused_in_words(data: dict[str, Any]) -> None:
    """Whatever somebody has published under a picture's name, the error is one of ours, one line."""
    for module in ("bokeh", "vl_convert"):
        pytest.importorskip(module)
    shelf = shelves.Shelf()
    shelf.collect(data, None, Run(1, 1, 1))
    with pytest.raises(VLReasonError) as caught:
        shelves.resolve([parse("@last")], shelf, {})
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_what_is_nearly_a_title_is_suggested() -> None:
    """A title that is not there names the one that is like it; without one the shelf is listed."""
    figure, shelf = _figure(), shelves.Shelf()
    figure.axes[0].set_title("Training loss")
    shelf.collect({"image/png": png()}, figure, Run(1, 1, 1))
    with pytest.raises(CellError, match='Did you mean @title:"Training loss"'):
        shelves.resolve([parse('@title:"Trainig loss"')], shelf, {})
    with pytest.raises(CellError, match=r"@1\.1 matplotlib"):
        shelves.resolve([parse("@title:x")], shelf, {})


def test_a_pdf_whose_figure_is_gone_says_so() -> None:
    """No model looks at a PDF: while the figure lives it is drawn, after that the way is told."""
    figure, shelf = _figure(), shelves.Shelf()
    shelf.collect({"application/pdf": "JVBERi0="}, figure, Run(1, 1, 1))
    assert shelves.resolve([parse("@last")], shelf, {}).images[0].origin == "matplotlib"
    shelf.items[0].owner = None
    with pytest.raises(CellError, match="shown as a PDF"):
        shelves.resolve([parse("@last")], shelf, {})


def test_slices_are_several_on_purpose() -> None:
    """`pair[:]` sends all and says how many; `pair[1]` sends one."""
    names = _lists()
    found = shelves.resolve([parse("pair[:]"), parse("pair[1]")], None, names)
    assert [image.label for image in found.images] == ["pair[:] #1", "pair[:] #2", "pair[1]"]
    assert found.notices == ["pair[:] is 2 pictures."]


def test_tables_go_as_text() -> None:
    """A DataFrame is no picture: it goes as CSV, is cut at a size, and that is said."""
    pandas = pytest.importorskip("pandas")
    found = shelves.resolve([parse("df")], None, {"df": pandas.DataFrame({"a": range(1000)})})
    assert found.images == []
    assert found.texts[0].label == "df"
    assert (found.texts[0].size, found.texts[0].original) == ((200, 1), (1000, 1))
    text = found.texts[0].body
    assert text.splitlines()[:2] == [",a", "0,0"]
    assert len(text.splitlines()) == 201
    assert any("1000 rows only the first 200" in notice for notice in found.notices)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_rows_are_counted_whatever_their_cells_hold(library: str) -> None:
    """A cell of many lines is one row: what the notice counts is what goes, and rows stay whole."""
    frames = pytest.importorskip(library)
    data = {"a": range(500), "b": [f"line {n}\nand\nmore" for n in range(500)]}
    for value, most in ((data, 200), ({**data, "c": ["x" * 500] * 500}, 39)):
        found = shelves.resolve([parse("df")], None, {"df": frames.DataFrame(value)})
        (text,) = found.texts
        assert text.original == (500, len(value))
        assert text.size is not None
        rows, columns = text.size
        assert columns == len(value)
        assert most - 3 < rows <= most
        assert len(list(csv.DictReader(io.StringIO(text.body)))) == rows
        assert f"Of 500 rows only the first {rows}" in found.notices[1]


def test_a_series_of_polars_is_a_table() -> None:
    """A series goes as a table of one column, as one of pandas does."""
    polars = pytest.importorskip("polars")
    found = shelves.resolve([parse("s")], None, {"s": polars.Series("a", [1, 2])})
    assert found.texts[0].body == "a\n1\n2\n"


@pytest.mark.parametrize("cells", [{"a" * 30_000: [1]}, {"a": ["x" * 30_000]}])
def test_a_table_without_a_row_is_not_sent(cells: dict[str, Any]) -> None:
    """Where not even one row fits, nothing goes, and it says what to do."""
    pandas = pytest.importorskip("pandas")
    with pytest.raises(ImageError, match="the columns that matter"):
        shelves.resolve([parse("df")], None, {"df": pandas.DataFrame(cells)})


def test_a_chart_without_rasteriser_goes_as_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plotly figure, live or shown, is not refused for want of kaleido: its facts go, said."""
    graphs = pytest.importorskip("plotly.graph_objects")
    monkeypatch.setitem(sys.modules, "kaleido", None)
    figure = graphs.Figure([graphs.Bar(x=["A"], y=[3])])
    shelf = filled({3: [{"application/vnd.plotly.v1+json": json.loads(figure.to_json())}]})
    for reference in ("figure", "@3"):
        found = shelves.resolve([parse(reference)], shelf, {"figure": figure})
        assert found.images == []
        assert json.loads(found.texts[0].body)["axes"][0]["bars"] == [{"values": [["A", 3]]}]
        assert "kaleido is not installed" in found.notices[0]


def test_remote_pictures_are_not_fetched() -> None:
    """An address is handed on as it is, also from a variable."""
    names = {"address": "https://example.com/a.png"}
    found = shelves.resolve([parse("address"), parse("https://example.com/b")], None, names)
    assert [image.url for image in found.images] == [names["address"], "https://example.com/b"]
    assert all(not image.data for image in found.images)


def test_attachments_come_from_the_saved_notebook(tmp_path: Path) -> None:
    """`@md:name` reads the attachment of a Markdown cell; several without a name are listed."""
    data = base64.b64encode(png()).decode()
    cells = [
        {"cell_type": "markdown", "source": "", "attachments": {name: {"image/png": data}}}
        for name in ("a.png", "b.png")
    ]
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    names = {"__session__": str(path)}
    assert labels("@md:b.png", namespace=names) == ["@md:b.png"]
    with pytest.raises(CellError, match=r"@md:a\.png"):
        labels("@md", namespace=names)


def test_attachments_of_one_name_have_numbers(tmp_path: Path) -> None:
    """Jupyter calls every pasted picture image.png: they are told apart by their order."""
    bundles = [
        {"image.png": {"image/png": base64.b64encode(png((40, 30))).decode()}},
        {"image.png": {"image/png": base64.b64encode(png((50, 30))).decode()}},
        {
            "two words.svg": {
                "image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' width='60' height='30'/>",
                "image/png": base64.b64encode(png((60, 30))).decode(),
            }
        },
        {
            "d.svg": {
                "image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' width='70' height='30'/>"
            }
        },
    ]
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"cells": [{"attachments": one} for one in bundles]}))
    names = {"__session__": str(path)}
    with pytest.raises(CellError) as caught:
        labels("@md:image.png", namespace=names)
    assert "@md:image.png.1, @md:image.png.2." in str(caught.value)
    with pytest.raises(CellError, match=r'@md:image\.png\.2, @md:"two words\.svg", @md:d\.svg'):
        labels("@md", namespace=names)
    asked = ["@md:image.png.1", "@md:image.png.2", '@md:"two words.svg"']
    found = shelves.resolve([parse(text) for text in asked], None, names).images
    assert [image.width for image in found] == [40, 50, 60]
    reference = parse("@md:d.svg")
    assert isinstance(reference, Attachment)
    assert elsewhere.attachment(reference, names)[1].startswith(b"<svg")


def test_every_way_that_is_named_leads_there() -> None:
    """What an error offers instead is a reference to that very picture, in any collection."""
    one, two = _figure(), _figure()
    two.suptitle("third")
    names: dict[str, Any] = {
        "twice": [one, one, two],
        "nested": [[one], [one, two]],
        "grid": np.array([[one, one], [one, two]], dtype=object),
        "named": {"a b": one, "c": {"d": [one, two]}},
    }
    for name in names:
        with pytest.raises(CellError, match="is 2 pictures") as caught:
            labels(name, namespace=names)
        way = str(caught.value).partition(' matplotlib "third"')[0].rpartition('"T", ')[2]
        image = shelves.resolve([parse(way)], None, names).images[0]
        assert image.title == "third", way
    assert "[:]" not in str(caught.value)


def test_what_holds_no_picture_says_so() -> None:
    """Numbers and lines of code are no pictures, however many there are."""
    itself: list[Any] = []
    itself.append(itself)
    names = {
        "numbers": [1, 2],
        "In": ["", "import x", "fig.show()"],
        "times": [np.float64(3), dt.date(2024, 1, 1)],
        "itself": itself,
        "settings": {"a": 1, "when": dt.date(2024, 1, 1), "where": {"b": "c.txt"}},
        "none": [],
    }
    for name, words in {
        "numbers": "holds no pictures",
        "In": "holds no pictures",
        "times": "holds no pictures",
        "itself": "no picture but list",
        "settings": "no picture but dict",
        "none": "none is empty",
        "numbers[5:9]": r"numbers\[5:9\] is empty",
    }.items():
        with pytest.raises(VLReasonError, match=words):
            labels(name, namespace=names)


def test_texts_in_a_list_are_ways_to_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`paths[:]` of file names is these files."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(png())
    names = {"paths": ["a.png", "b.png"]}
    assert labels("paths[:]", namespace=names) == ["paths[:] #1", "paths[:] #2"]
    with pytest.raises(CellError, match=r"paths\[0\]"):
        labels("paths", namespace=names)


def test_names_with_blanks_and_quotes_are_offered_as_they_are_written() -> None:
    """A suggestion can be pasted behind `-i`."""
    figure, shelf = _figure(), shelves.Shelf()
    figure.set_label("main plot")
    with pytest.raises(CellError, match='Did you mean @fig:"main plot"'):
        labels("@fig:mainplot")
    figure.axes[0].set_title('Loss of "A"')
    shelf.collect({"image/png": png()}, figure, Run(1, 1, 1))
    with pytest.raises(CellError, match="Did you mean @title:'Loss of \"A\"'"):
        labels('@title:"Loss of A"', shelf=shelf)
    assert labels("@title:'Loss of \"A\"'", shelf=shelf) == ["@1.1"]


def test_a_password_stays_out_of_sight() -> None:
    """An address in a variable goes by the variable's name, one that was typed without its user."""
    names = {
        "s": "https://u:hunter2@h/a.png",
        "d": "data:image/png;base64," + base64.b64encode(png()).decode(),
    }
    found = shelves.resolve([parse("s"), parse(names["s"]), parse("d")], None, names).images
    assert [image.label for image in found] == ["s", "https://…@h/a.png", "d"]
    assert found[0].url == found[1].url == names["s"]
    names["v"] = IPython.display.Video(url="https://u:hunter2@h/page")
    with pytest.raises(ImageError, match="https://…@h/page"):
        labels("v", namespace=names)


def test_what_was_asked_for_and_is_less_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer pictures than were counted, and a resolution that does nothing, are told."""
    found = shelves.resolve([parse("@7.2-9")], SHELF, {})
    assert (len(found.images), found.notices) == (2, ["@7.2-9 is 2 pictures."])
    picture = PIL.Image.new("RGB", (20, 20))
    assert (
        "--dpi is for figures"
        in shelves.resolve([parse("p")], None, {"p": picture}, dpi=90).notices[0]
    )
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.png").write_bytes(png())
    with pytest.raises(CellError, match=r"Did you mean a\.png"):
        labels("a.pgn")


def test_open_figures_that_are_empty_stay_behind() -> None:
    """`@open` is what can be seen; one that is left over empty does not spoil it."""
    _figure()
    plt.figure()
    assert labels("@open") == ["@fig:1"]


def test_captured_pictures_are_offered_by_name() -> None:
    """Of several captured pictures each is named as it is written."""
    from IPython.utils.capture import CapturedIO

    outputs = [{"data": {"text/plain": "x"}}, *({"data": {"image/png": png()}} for _ in range(2))]
    captured = CapturedIO(None, None, outputs)
    with pytest.raises(ImageError, match=r"Choose: cap\.outputs\[1\], cap\.outputs\[2\]\."):
        labels("cap", namespace={"cap": captured})
    assert labels("cap.outputs[2]", namespace={"cap": captured}) == ["cap.outputs[2]"]


def test_default_takes_the_newest_and_tells_its_age() -> None:
    """Shown in this or the previous cell: silently. Older: it says how old."""
    shelf = filled({3: [{"image/png": png()}], 4: []})
    fresh = shelves.default(shelf, {})
    assert ([i.label for i in fresh.images], fresh.notices) == (["@3.1"], [])
    old = shelves.default(filled({3: [{"image/png": png()}], 4: [], 5: []}), {})
    assert ([i.label for i in old.images], old.notices) == (
        ["@3.1"],
        ["@3.1 was shown 2 cells ago."],
    )


def test_default_takes_the_open_figure() -> None:
    """Without anything fresh on the shelf the current figure of pyplot is meant."""
    _figure()
    found = shelves.default(None, {})
    assert ([i.label for i in found.images], found.notices) == (["@gcf"], [])
    _figure()
    assert "2 figures are open" in shelves.default(None, {}).notices[0]


@pytest.mark.parametrize(
    ("shelf", "names", "words"),
    [
        (shelves.Shelf(), {}, "Nothing has been shown since vlmagic was loaded in this kernel"),
        (None, {}, "Show a figure first"),
        (
            None,
            {"photo": PIL.Image.new("RGB", (9, 9)), "_photo": PIL.Image.new("L", (9, 9))},
            "photo",
        ),
    ],
)
def test_nothing_to_look_at_lists_what_there_is(
    shelf: shelves.Shelf | None, names: dict[str, Any], words: str
) -> None:
    """No figure at all: an error that says what could be meant, IPython's own names left out."""
    with pytest.raises(CellError) as caught:
        shelves.default(shelf, names)
    assert words in str(caught.value)
    assert "_photo" not in str(caught.value)


def test_a_picture_that_was_not_kept_says_so() -> None:
    """An item without bytes and without its object names the way out."""
    shelf = filled({3: [{"image/png": png()}]})
    shelf.items[0].payload = None
    with pytest.raises(VLReasonError, match="is gone"):
        shelves.default(shelf, {})


def retina(size: tuple[int, int], shown_at: tuple[int, int] | None) -> shelves.Resolved:
    """What becomes of a picture on the shelf that the page shows smaller than it is."""
    shelf = shelves.Shelf()
    buffer = io.BytesIO()
    PIL.Image.new("RGB", size, "white").save(buffer, "PNG")
    data = {"image/png": buffer.getvalue()}
    metadata = shown_at and {"image/png": {"width": shown_at[0], "height": shown_at[1]}}
    shelf.collect(data, None, Run(1, 1, 1), metadata)
    return shelves.resolve([parse("@last")], shelf, {})


def test_retina_is_halved_where_it_costs_nothing() -> None:
    """A picture of over 1000 tokens that is shown at half its size is sent at that, and it is said."""
    halved = retina((1280, 960), (640, 480))
    assert (halved.images[0].width, halved.images[0].height) == (640, 480)
    assert any("--hi-res" in notice for notice in halved.notices)
    for kept in (retina((1280, 960), None), retina((800, 600), (400, 300))):
        assert kept.images[0].width in (1280, 800)
        assert not kept.notices


@pytest.mark.parametrize(
    ("size", "count"), [((800, 12_000), 4), ((12_000, 800), 4), ((900, 60_000), 6)]
)
def test_long_pictures_go_in_pieces(size: tuple[int, int], count: int, tmp_path: Path) -> None:
    """A scrolled page is cut where shrinking would lose its letters; nothing of it is left out."""
    path = tmp_path / "long.png"
    PIL.Image.new("1", size).save(path)
    found = shelves.resolve([parse(str(path))], None, {})
    assert [image.label.rpartition(" ")[2] for image in found.images] == [
        f"{number}/{count}" for number in range(1, count + 1)
    ]
    assert sum(max(i.original or (i.width, i.height)) for i in found.images) >= max(size)
    assert any("pieces" in notice for notice in found.notices)


@pytest.mark.parametrize("size", [(2000, 2000), (1000, 3000), (600, 2500), (3000, 6)])
def test_what_is_merely_large_stays_whole(size: tuple[int, int], tmp_path: Path) -> None:
    """Large, and long but still legible pictures are one picture."""
    path = tmp_path / "large.png"
    PIL.Image.new("L", size).save(path)
    assert len(shelves.resolve([parse(str(path))], None, {}).images) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pipe.png", "a pipe or a device"),
        ("pipe.mp4", "a pipe or a device"),
        ("/dev/zero", "a pipe or a device"),
        ("linked.png", "a pipe or a device"),
        ("video", "a pipe or a device"),
        ("loop.png", "a link that leads nowhere"),
        ("~nosuchuser/x.png", "no file"),
        ("n" * 300 + ".png", "cannot be read"),
        ("n" * 300, "no variable"),
        ("long", "cannot be read"),
        ("folders.png", "There is no file folders.png. Paths count"),
        ("PLOT.PNG", "Did you mean plot.png?"),
        ("myplot.png", 'Did you mean "my plot.png"?'),
    ],
)
def test_what_has_no_end_is_not_read(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only regular files are opened: pipes, devices and broken links are refused at once."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("needs pipes")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plot.png").write_bytes(png())
    (tmp_path / "my plot.png").write_bytes(png())
    (tmp_path / "folder.png").mkdir()
    os.mkfifo("pipe.png")
    os.mkfifo("pipe.mp4")
    (tmp_path / "linked.png").symlink_to("/dev/zero")
    (tmp_path / "loop.png").symlink_to("loop.png")
    names = {"video": IPython.display.Video("pipe.mp4"), "long": "n" * 300 + ".png"}
    with pytest.raises((CellError, ImageError)) as caught:
        labels(text, namespace=names)
    assert words in str(caught.value)
    assert caught.value.hint


def test_a_file_that_grows_is_read_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more than the limit of a file is read, whatever size it says to have."""
    monkeypatch.setattr(elsewhere, "_MOST_FILE", 100)
    (tmp_path / "large.png").write_bytes(bytes(101))
    with pytest.raises(ImageError, match="save a smaller copy"):
        labels(str(tmp_path / "large.png"))


def test_one_of_several_that_is_lost_is_left_out() -> None:
    """Of `@all` the rest goes along and it is said; if nothing is left, it is an error."""
    shelf = filled(
        {1: [{"image/png": png()}], 2: [{"image/png": b"no picture"}], 3: [{"image/png": png()}]}
    )
    found = shelves.resolve([parse("@all")], shelf, {})
    assert [image.label for image in found.images] == ["@1.1", "@3.1"]
    assert any(
        notice.startswith("@2.1 is left out: @2.1: this is no picture") for notice in found.notices
    )
    with pytest.raises(ImageError):
        shelves.resolve(
            [parse("@all")], filled({1: [{"image/png": b"a"}, {"image/png": b"b"}]}), {}
        )


def test_no_picture_is_so_far_back() -> None:
    """Farther back than the shelf goes there is nothing: never another picture."""
    shelf = filled({n: [{"image/png": png()}] for n in (1, 2, 3)})
    assert labels("@-3", shelf=shelf) == ["@1.1"]
    for reference in ("@-4", "@-5", "@-40"):
        with pytest.raises(CellError, match="is not on the shelf"):
            shelves.resolve([parse(reference)], shelf, {})


def test_a_long_list_of_numbers_is_refused_at_once() -> None:
    """However long a collection is, it is looked through once."""
    with pytest.raises(CellError):
        shelves.resolve([parse("data")], None, {"data": [k / 7 for k in range(100_000)]})
