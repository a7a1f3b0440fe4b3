"""What notebooks do beside showing a figure once, in a real kernel: widgets, callbacks, updates, files."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from conftest import ROOT, Kernel
from test_shelf_kernel import SETUP, kernel_in

MORE = """
import ipywidgets, plotly.graph_objects as go, altair as alt
alt.data_transformers.disable_max_rows()

def figure(title):
    made = Figure(); axes = made.subplots(); axes.plot([1, 3, 2]); axes.set_title(title)
    return made

def empty():
    S._items.clear(); S._held = 0

def labels():
    return [(item.label, item.title) for item in S.items]

def default():
    plt.close('all') if plt.get_backend().lower().startswith('module://matplotlib_inline') else None
    found = shelf.default(S, globals())
    return [image.title for image in found.images] + [text.title for text in found.texts], found.notices
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel with the shelf up, in a folder of its own."""
    with kernel_in(tmp_path_factory.mktemp("kernel"), SETUP, MORE) as running:
        yield running


@pytest.fixture
def notebook(shared: Kernel) -> Kernel:
    """The same kernel, with an empty shelf."""
    shared.run("empty(); plt.close('all')")
    return shared


def labels(notebook: Kernel) -> list[tuple[str, str]]:
    """What is on the shelf."""
    found: list[tuple[str, str]] = notebook.value("labels()")
    return found


def number(notebook: Kernel) -> int:
    """The number of the last cell."""
    return int(notebook.value("IP.execution_count")) - 1


def moved(notebook: Kernel, model: str, value: int) -> None:
    """A slider moved on the page: its kernel side hears of it between cells."""
    message = notebook.client.session.msg(
        "comm_msg",
        {"comm_id": model, "data": {"method": "update", "state": {"value": value}, "buffer_paths": []}},
    )  # fmt: skip
    notebook.client.shell_channel.send(message)
    notebook.outputs(message["header"]["msg_id"])


def test_the_cell_that_loads_the_extension_may_draw() -> None:
    """Its pictures have its own number, and those of the next cell theirs."""
    kernel = Kernel({"PYTHONPATH": str(ROOT), "VLMAGIC_LANGUAGE": "en", "MPLBACKEND": ""})
    try:
        for code in (
            "%load_ext vlmagic\nimport matplotlib.pyplot as plt\nplt.plot([1]); plt.title('one'); plt.show()",
            "plt.plot([2]); plt.title('two'); plt.show()",
            "from vlmagic import shelf\nS = shelf.of(get_ipython())",
        ):
            kernel.run(code)
        assert kernel.value("[str(item) for item in S.items]") == [
            f'@{n}.1 matplotlib {size} "{title}"'
            for n, title, size in zip((1, 2), ("one", "two"), kernel.value("['×'.join(map(str, i.size)) for i in S.items]"), strict=True)
        ]  # fmt: skip
    finally:
        kernel.stop()


def test_an_open_figure_that_is_older_is_not_meant(notebook: Kernel) -> None:
    """What was shown later than a figure was opened is meant, however long that stays open."""
    notebook.run("%matplotlib agg\nf, a = plt.subplots(); a.plot([1]); a.set_title('OLD')")
    assert notebook.value("default()") == (["OLD"], [])
    notebook.run("display(figure('NEW'))")
    notebook.run("x = 1")
    notebook.run("x = 2")
    titles, notices = notebook.value("default()")
    assert titles == ["NEW"]
    assert any("cells ago" in notice for notice in notices)
    assert any('@gcf "OLD" is open as well' in notice for notice in notices)
    notebook.run("f, a = plt.subplots(); a.plot([1]); a.set_title('LATER')")
    assert notebook.value("default()")[0] == ["LATER"]
    notebook.run("plt.close('all')\n%matplotlib inline")


def test_a_widget_is_what_its_page_shows(notebook: Kernel) -> None:
    """A canvas of ipympl follows what is drawn on it: so does what is sent of it."""
    notebook.run("%matplotlib widget\nw, a = plt.subplots(); a.set_title('before'); plt.show()")
    notebook.run("a.plot([1, 2, 3]); a.set_title('after'); w.canvas.draw()")
    (image,) = notebook.value(
        "[(i.label, i.title, i.facts) for i in shelf.resolve([parse('@last')], S, globals()).images]"
    )
    assert image[1] == "after"
    assert json.loads(image[2])["axes"][0]["lines"][0]["last"] == [2, 3]
    notebook.run("plt.close('all')\n%matplotlib inline")


@pytest.mark.parametrize(
    ("make", "title"),
    [
        ("go.FigureWidget(go.Bar(x=['a'], y=[1]), layout={'title': 'live'})", "live"),
        ("alt.JupyterChart(alt.Chart(pandas.DataFrame({'x': [1]}), title='live').mark_bar().encode(x='x:Q'))", "live"),
        ("ipywidgets.Image(value=open('t.png', 'rb').read())", ""),
    ],
    ids=["plotly", "altair", "a picture"],
)  # fmt: skip
def test_charts_that_are_widgets_are_pictures(notebook: Kernel, make: str, title: str) -> None:
    """They have no picture in what is shown of them, and are looked at all the same."""
    notebook.run("tiny().save('t.png'); display(figure('static'))")
    notebook.run(f"W = {make}\ndisplay(W)")
    assert labels(notebook)[-1] == (f"@{number(notebook)}.1", title)
    assert notebook.value("default()")[0] == [title]


def test_what_changed_since_it_was_shown_is_said(notebook: Kernel) -> None:
    """A chart that has to be drawn anew is drawn as it is now: if that is another one, it is said."""
    notebook.run("%config InlineBackend.figure_formats = ['pdf']\nf = figure('shown'); display(f)")
    assert notebook.value("default()") == (["shown"], [])
    notebook.run("f.axes[0].set_title('changed')")
    titles, notices = notebook.value("default()")
    assert titles == ["changed"]
    assert "has changed since it was shown" in notices[0]
    notebook.run("%config InlineBackend.figure_formats = ['png']")


def test_a_callback_has_no_number(notebook: Kernel) -> None:
    """What a slider shows between cells is of none, and takes the place of what it showed before."""
    notebook.run(
        "first, second, out = ipywidgets.IntSlider(), ipywidgets.IntSlider(), ipywidgets.Output()\n"
        "def slid(change):\n"
        "    with out: clear_output(wait=True); display(figure(f'slid {change.new}'))\n"
        "first.observe(slid, 'value'); second.observe(slid, 'value'); display(first, second, out)"
    )
    notebook.run("display(figure('of a cell'))")
    cell = number(notebook)
    for value in (3, 5, 8):
        moved(notebook, notebook.value("first.model_id"), value)
    before, (label, title) = labels(notebook)
    assert (before, title) == ((f"@{cell}.1", "of a cell"), "slid 8")
    assert label.startswith("@0.")
    assert notebook.value("default()")[0] == ["slid 8"]
    moved(notebook, notebook.value("second.model_id"), 4)
    assert len({label for label, _ in labels(notebook)}) == len(labels(notebook)) == 3


def test_one_name_for_two_outputs(notebook: Kernel) -> None:
    """Two displays of one id are both updated, and keep their own labels; what is no picture ends them."""
    notebook.run("h = display(figure('v1'), display_id='D')")
    first = number(notebook)
    notebook.run("h.display(figure('v2'))")
    notebook.run("h.update(figure('new'))")
    assert labels(notebook) == [(f"@{first}.1", "new"), (f"@{first + 1}.1", "new")]
    assert notebook.value("default()") == (["new"], [])
    notebook.run("h.update(HTML('<b>removed</b>'))")
    assert labels(notebook) == []


def test_a_figure_counts_once_in_whatever_format(notebook: Kernel) -> None:
    """Shown as a value and by the flush, a figure is one; the same one shown twice on purpose is two."""
    notebook.run("%config InlineBackend.figure_formats = ['svg']")
    notebook.run("f, a = plt.subplots(); a.plot([1, 2]); a.set_title('one'); f")
    assert [title for _, title in labels(notebook)] == ["one"]
    notebook.run("%config InlineBackend.figure_formats = ['png']\nempty()")
    notebook.run(
        "f, a = plt.subplots(); a.set_title('f'); g, a = plt.subplots(); a.set_title('g'); g"
    )
    assert sorted(title for _, title in labels(notebook)) == ["f", "g"]
    notebook.run("empty(); im = tiny(); display(im, im)")
    assert len(labels(notebook)) == 2
    notebook.run("empty(); f = figure('a'); display(f); h = display(f, display_id=True)")
    notebook.run("h.update(figure('b'))")
    assert [title for _, title in labels(notebook)] == ["a", "b"]


def test_a_specification_in_the_bundle_is_read(notebook: Kernel) -> None:
    """Where no object is known, facts and title come from what was shown."""
    notebook.run("P = go.Figure(go.Bar(x=['a'], y=[1]), layout={'title': 'Bars'}); P.show()")
    assert notebook.value("[bool(item.facts) for item in S.items]") == [True]
    notebook.run("empty()\ndisplay({'image/png': open('t.png', 'rb').read(), 'application/vnd.plotly.v1+json': json.loads(P.to_json())}, raw=True)")  # fmt: skip
    assert notebook.value("[(i.kind, i.title, i.mime, bool(i.facts)) for i in S.items]") == [
        ("plotly", "Bars", "image/png", True)
    ]
    notebook.run(
        "empty()\nimport bokeh.plotting as bp, bokeh.embed, bokeh.resources\n"
        "B = bp.figure(title='Bok'); B.line([1, 2], [3, 4])\n"
        "HTML(bokeh.embed.file_html(B, bokeh.resources.CDN))"
    )
    assert notebook.value("[(i.kind, i.title, bool(i.facts)) for i in S.items]") == [
        ("bokeh", "Bok", True)
    ]


@pytest.mark.parametrize(
    "show",
    [
        "HTML('<img src=\"plot.png\">')",
        "HTML('<img src=plot.png>')",
        'HTML(\'<IMG ALT="src=evil.png" SRC="plot.png">\')',
        "HTML('<img src=\"plot.png?v=17\">')",
        "Markdown('![a plot](plot.png)')",
    ],
)
def test_a_file_in_a_page_is_kept_as_it_was_shown(notebook: Kernel, show: str) -> None:
    """What stands in the file tomorrow is another picture."""
    notebook.run(f"tiny(30, 20).save('plot.png'); display({show}); tiny(50, 40).save('plot.png')")
    assert notebook.value(
        "[(i.width, i.height) for i in shelf.resolve([parse('@last')], S, globals()).images]"
    ) == [(30, 20)]


def test_a_page_counts_from_the_notebooks_folder(notebook: Kernel) -> None:
    """Wherever the kernel has gone since: another folder's file is not what the page shows."""
    notebook.run("import os; os.makedirs('aside', exist_ok=True); tiny(30, 20).save('in.png')")
    notebook.run(
        "tiny(50, 40).save('aside/in.png'); tiny(60, 40).save('aside/only.png')\n%cd -q aside"
    )
    notebook.run("display(HTML('<img src=\"in.png\">'))")
    assert notebook.value("[item.size for item in S.items]") == [(30, 20)]
    notebook.run("empty(); display(HTML('<img src=\"only.png\">'))\n%cd -q ..")
    assert notebook.value("[item.mime for item in S.items]") in ([], ["text/html"])
    assert not notebook.value("[i for i in S.items if i.payload and isinstance(i.payload, bytes)]")


def test_an_output_that_waits_for_its_picture(notebook: Kernel) -> None:
    """What held words and holds a picture now was shown; taken away and put back, it is there again."""
    notebook.run("display(figure('old'))")
    notebook.run("h = display('waiting', display_id=True); h.update(figure('new'))")
    cell = number(notebook)
    assert labels(notebook)[-1] == (f"@{cell}.1", "new")
    assert notebook.value("default()") == (["new"], [])
    notebook.run("h.update('gone')")
    assert [title for _, title in labels(notebook)] == ["old"]
    notebook.run("h.update(figure('back'))")
    assert labels(notebook)[-1][1] == "back"


def test_what_is_asked_behind_the_scenes_is_no_cell(notebook: Kernel) -> None:
    """Requests that leave no history, as inspectors of variables send them, have no number and no age."""
    notebook.run("display(figure('mine'))")
    for code in ("1", "display(figure('theirs'))", "2"):
        asked = notebook.client.execute(code, store_history=False, silent=False)
        notebook.outputs(asked)
    notebook.run("S._items.pop()")
    assert notebook.value("default()") == (["mine"], [])


def test_an_empty_cell_within_a_cell_changes_nothing(notebook: Kernel) -> None:
    """What comes behind it is still of the cell around it."""
    notebook.run("IP.run_cell(''); IP.run_cell('1'); display(figure('a')); display(figure('b'))")
    cell = number(notebook)
    assert labels(notebook) == [(f"@{cell}.1", "a"), (f"@{cell}.2", "b")]


def test_a_large_picture_is_kept_in_its_smaller_form(notebook: Kernel) -> None:
    """Of a bundle with a picture beyond the limit the next one is kept."""
    notebook.run(
        "display({'image/png': b'x' * (25 << 20), 'image/jpeg': open('t.png', 'rb').read()}, raw=True)"
    )
    assert notebook.value("[(i.mime, i.payload is None) for i in S.items]") == [
        ("image/jpeg", False)
    ]


def test_the_memory_of_numbers_is_bounded(notebook: Kernel) -> None:
    """Numbers of large charts count, and go before any picture does."""
    notebook.run(
        "for k in range(20):\n"
        "    f = Figure(); f.subplots().scatter(*numpy.random.rand(2, 90_000)); display(f)",
        timeout=120,
    )
    held = notebook.value("[(i.payload is not None, i.known.numbers is not None) for i in S.items]")
    assert len(held) == 20
    assert all(picture for picture, _ in held)
    assert held[-1] == (True, True)
    assert not held[0][1]
    assert notebook.value("sum(i.weight + i.ballast for i in S.items) <= 48 << 20")


@pytest.mark.parametrize(
    "page",
    [
        "'<img ' * 20000",
        "'<img \"' * 20000",
        "'<img src=' * 20000",
        "'![](' * 20000",
        "'![' * 20000",
        "'![](a \"' * 20000",
    ],
)
def test_a_hostile_page_costs_nothing(notebook: Kernel, page: str) -> None:
    """Whatever stands in an output is looked through once."""
    notebook.run(f"page = {page}\ndisplay(HTML(page)); display(Markdown(page))", timeout=30)
    assert labels(notebook) == []
