"""Every way to show a figure, in a real kernel with the real libraries: what lands on the shelf."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Kernel

SETUP = """
import warnings; warnings.simplefilter("ignore")
%load_ext vlmagic
%matplotlib inline
import asyncio, json, threading, time
import matplotlib.pyplot as plt
import numpy, pandas, PIL.Image
from matplotlib.figure import Figure
from IPython.display import *
from vlmagic import errors, shelf
from vlmagic.references import parse
S, IP = shelf.of(get_ipython()), get_ipython()
BEFORE = []

def tiny(width=20, height=16, colour="red"):
    return PIL.Image.new("RGB", (width, height), colour)

def looked(reference):
    try:
        found = shelf.resolve([parse(reference)], S, globals())
    except errors.VLReasonError as error:
        return [str(error)]
    return [type(i).__name__ + " " + i.origin for i in found.images] + [t.body for t in found.texts]

def new():
    items = [item for item in S.items if not any(item is before for before in BEFORE)]
    BEFORE.extend(items)
    return [
        {"index": item.index, "cell": item.cell, "kind": item.kind, "mime": item.mime,
         "title": item.title, "facts": item.facts or "", "looked": looked(item.label)}
        for item in items
    ]
"""


@contextlib.contextmanager
def kernel_in(folder: Path, *cells: str) -> Iterator[Kernel]:
    """A kernel that works in this folder and has run these cells."""
    environment = {"PYTHONPATH": str(ROOT), "VLMAGIC_LANGUAGE": "en", "MPLBACKEND": ""}
    running = Kernel({**environment, "PYDEVD_DISABLE_FILE_VALIDATION": "1"})
    try:
        running.run(f"%cd -q {folder}")
        running.run("_dh[:] = _dh[-1:]")  # as if it had been started there
        for cell in cells:
            outputs = running.run(cell)
            assert not outputs, outputs
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel with the shelf up, in a folder of its own."""
    with kernel_in(tmp_path_factory.mktemp("kernel"), SETUP) as running:
        yield running


def shown(notebook: Kernel, code: str) -> list[dict[str, Any]]:
    """What a cell has put on the shelf; each is resolved, so it can be sent."""
    notebook.run("plt.close('all')\nnew()")
    notebook.run(code, timeout=120)
    count = notebook.value("IP.execution_count") - 1
    found: list[dict[str, Any]] = json.loads(notebook.value("json.dumps(new())"))
    assert [item["cell"] for item in found] == [count] * len(found)
    assert [item["index"] for item in found] == list(range(1, len(found) + 1))
    return found


PNG, JPEG, SVG, PDF = "image/png", "image/jpeg", "image/svg+xml", "application/pdf"
PLOTLY, VEGA, BOKEH = (
    "application/vnd.plotly.v1+json",
    "application/vnd.vegalite.v5+json",
    "application/vnd.bokehjs_exec.v0+json",
)
CHART = "alt.Chart(pandas.DataFrame({'x': [1, 2], 'y': [3, 4]}), title='Two').mark_line().encode(x='x', y='y')"
FORMATS = "%config InlineBackend.figure_formats = {}\nplt.plot([1, 2]); plt.title('T'); plt.show()\n%config InlineBackend.figure_formats = ['png']"

MATPLOTLIB: list[tuple[str, str, list[str]]] = [
    ("show", "plt.plot([1, 2]); plt.show()", [PNG]),
    ("flushed at the end", "plt.plot([1, 2]);", [PNG]),
    ("last line and flushed are one", "fig, ax = plt.subplots(); ax.plot([1]); fig", [PNG]),
    ("closed, then displayed", "f = plt.figure(); f.subplots(); plt.close(f); display(f)", [PNG]),
    ("without pyplot", "f = Figure(); f.subplots().plot([1, 2]); f", [PNG]),
    ("two shows", "plt.plot([1]); plt.show(); plt.plot([2]); plt.show()", [PNG, PNG]),
    ("a loop", "for k in range(3): plt.plot([k]); plt.show()", [PNG] * 3),
    ("a loop that clears", "for k in range(2): clear_output(wait=True); plt.plot([k]); plt.show()", [PNG] * 2),
    ("saved and closed", "f = plt.figure(); f.subplots(); f.savefig('a.png'); plt.close(f)", []),
    ("silenced", "fig;", []),
    ("no axes at all", "plt.figure()", []),
    ("a cell that raises", "plt.plot([1, 2]); 1 / 0", [PNG]),
    ("an Output widget", "import ipywidgets; o = ipywidgets.Output(); display(o)\nwith o: plt.plot([1]); plt.show()", [PNG]),
    ("%%time", "%%time\nplt.plot([1, 2]); plt.show()", [PNG]),
    ("run_cell in a cell", "IP.run_cell('plt.plot([1]); plt.show()'); plt.plot([2]); plt.show()", [PNG, PNG]),
    ("%run", "open('r.py', 'w').write('import matplotlib.pyplot as p; p.plot([1]); p.show()')\n%run r.py", [PNG]),
    ("retina", FORMATS.format("['retina']"), [PNG]),
    ("svg", FORMATS.format("['svg']"), [SVG]),
    ("pdf and png", FORMATS.format("['pdf', 'png']"), [PNG]),
    ("pdf alone", FORMATS.format("['pdf']"), [PDF]),
    ("jpeg", FORMATS.format("['jpeg']"), [JPEG]),
    ("FacetGrid", "import seaborn; seaborn.relplot(x=[1, 2], y=[3, 4])", [PNG]),
    ("pandas", "pandas.Series([1, 2, 3]).plot()", [PNG]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "mimes"), [pytest.param(*row, id=name) for name, *row in MATPLOTLIB]
)
def test_matplotlib(notebook: Kernel, code: str, mimes: list[str]) -> None:
    """A figure lands once, as it was shown, with facts and its own cell's number."""
    found = shown(notebook, code)
    assert [item["mime"] for item in found] == mimes
    assert all(item["facts"] for item in found)
    assert [item["looked"] for item in found] == [["Image matplotlib"]] * len(mimes)


OTHERS: list[tuple[str, str, list[tuple[str, str, str]]]] = [
    ("seaborn.objects", "import seaborn.objects as so; so.Plot(x=[1, 2], y=[3, 4]).add(so.Line())", [("seaborn", PNG, "Image seaborn")]),
    ("plotnine", "import plotnine as p9; p9.ggplot(pandas.DataFrame({'x': [1]}), p9.aes('x', 'x')) + p9.geom_point()", [("plotnine", PNG, "Image plotnine")]),
    ("altair", f"import altair as alt; {CHART}", [("altair", VEGA, "Image altair")]),
    ("altair, gone at once", f"{CHART}.display()", [("altair", VEGA, "Image altair")]),
    ("altair as png", f"alt.renderers.enable('png'); display({CHART}); alt.renderers.enable('default');", [("altair", PNG, "Image altair")]),
    ("PIL", "tiny()", [("PIL", PNG, "Image PIL")]),
    ("PIL, displayed by itself", "from PIL import ImageShow; ImageShow.IPythonViewer().show(tiny())", [("PIL", PNG, "Image PIL")]),
    ("bytes of a picture", "tiny().save('t.png'); Image(filename='t.png')", [("IPython", PNG, "Image IPython")]),
    ("address of a picture", "Image(url='https://example.com/a.png?b=1&c=2')", [("IPython", "text/html", "Image url")]),
    ("SVG", "SVG(\"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>\")", [("IPython", SVG, "Image IPython")]),
    ("SVG in a page", "HTML(\"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>\")", [("IPython", SVG, "Image IPython")]),
    ("address of a film", "Video('https://example.com/a.mp4')", [("IPython", "text/html", "Video url")]),
    ("a picture in a page", "import base64; HTML('<img src=\"data:image/png;base64,' + base64.b64encode(open('t.png', 'rb').read()).decode() + '\">')", [("IPython", PNG, "Image IPython")]),
    ("a page of two pictures", "HTML('<img src=\"a.png\"><img src=\"b.png\">')", []),
    ("files elsewhere", "display(HTML('<img src=\"/etc/hostname\">'), HTML('<img src=\"../a.png\">'), HTML('<img src=\"%2e%2e/a.png\">'), HTML('<img src=\"a/..%2f..%2fb.png\">'), HTML('<img src=\"%2fetc/a.png\">'), Markdown('![a](../a.png)'))", []),
    ("a picture beside the notebook", "HTML('<img alt=\"a > b\" src=\"t.png\">')", [("IPython", PNG, "Image IPython")]),
    ("a page of words", "HTML('<b>words</b>')", []),
    ("an array", "numpy.zeros((30, 30))", []),
    ("a table", "pandas.DataFrame({'a': ['<img src=\"a.png\">']}).style", []),
    ("a thread", "t = threading.Thread(target=display, args=(tiny(),)); t.start(); t.join()", [("PIL", PNG, "Image PIL")]),
    ("a task", "async def later(): await asyncio.sleep(0); display(tiny())\nawait asyncio.create_task(later())", [("PIL", PNG, "Image PIL")]),
    ("a raw bundle", "display({'image/png': open('t.png', 'rb').read()}, raw=True)", [("picture", PNG, "Image picture")]),
    ("what was captured, shown", "%%capture cap\ndisplay(tiny())", []),
    ("captured and shown", "cap.show()", [("picture", PNG, "Image picture")]),
    ("an animation as a page", "from matplotlib.animation import FuncAnimation\nf, a = plt.subplots(); l, = a.plot([0, 1], [0, 1])\nm = FuncAnimation(f, lambda k: l.set_ydata([0, k]), frames=5, interval=500); plt.close(f); HTML(m.to_jshtml())", [("IPython", "text/html", "Video page")]),
    ("an animation", "plt.rcParams['animation.html'] = 'jshtml'; display(m); plt.rcParams['animation.html'] = 'none'", [("matplotlib", "text/html", "Video page")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "expected"), [pytest.param(*row, id=name) for name, *row in OTHERS]
)
def test_other_pictures(notebook: Kernel, code: str, expected: list[tuple[str, str, str]]) -> None:
    """Whatever else shows a picture lands too, and can be sent; what is no picture does not."""
    found = shown(notebook, code)
    assert [(item["kind"], item["mime"], *item["looked"]) for item in found] == expected


@pytest.mark.parametrize(
    "show", ["P", "P.show()", "P.show('colab')"], ids=["last line", "show", "as a page"]
)
def test_plotly(notebook: Kernel, show: str) -> None:
    """A plotly figure is told by its title and goes, in pixels where something can draw it."""
    code = f"import plotly.graph_objects as go\nP = go.Figure(go.Bar(x=['a', 'b'], y=[1, 2]), layout={{'title': 'Bars'}})\n{show}"
    (item,) = shown(notebook, code)
    assert (item["kind"], item["mime"], item["title"]) == ("plotly", PLOTLY, "Bars")
    assert "plotly" in item["looked"][0] or '"values":[["a",1],["b",2]]' in item["looked"][0]


def test_bokeh(notebook: Kernel) -> None:
    """What bokeh has shown is on the shelf; it goes, in pixels where something can draw it."""
    (item,) = shown(
        notebook,
        "import bokeh.plotting, bokeh.io; bokeh.io.output_notebook(hide_banner=True)\n"
        "B = bokeh.plotting.figure(title='Bok', width=300, height=200); B.line([1, 2, 3], [3, 1, 2])\n"
        "bokeh.plotting.show(B)",
    )
    assert (item["kind"], item["mime"], item["title"]) == ("bokeh", BOKEH, "Bok")
    for looked in (item["looked"], notebook.value("looked('B')")):
        assert looked == ["Image bokeh"] or '"points":[[1,3],[2,1],[3,2]]' in looked[0]


def test_ipympl(notebook: Kernel) -> None:
    """The canvas of a widget lands as the page got it, and is what its page shows later on."""
    (item,) = shown(
        notebook,
        "%matplotlib widget\nw, a = plt.subplots(); a.plot([1, 2]); a.set_title('Wid'); plt.show()",
    )
    assert (item["kind"], item["mime"], item["title"]) == ("ipympl", PNG, "Wid")
    notebook.run("one = shelf.resolve([parse('@last')], S, globals()).images[0].digest")
    notebook.run("a.plot([5, 6]); w.canvas.draw()")
    assert notebook.value("shelf.resolve([parse('@last')], S, globals()).images[0].digest != one")
    assert notebook.value("looked('w')") == ["Image matplotlib"]
    assert notebook.value("looked('w.canvas')") == ["Image matplotlib"]
    notebook.run("%matplotlib inline")


def test_updates(notebook: Kernel) -> None:
    """`update_display` takes the place of what it updates, also from a later cell."""
    (item,) = shown(notebook, "h = display(tiny(11, 12), display_id='here')")
    label = f"@{item['cell']}.1"
    notebook.run("update_display(tiny(13, 14), display_id='here')")
    notebook.run("update_display(tiny(15, 16), display_id='elsewhere')")
    assert notebook.value(f"[str(i) for i in S.items if i.label == {label!r}]") == [
        f"{label} PIL 13×14"
    ]


def test_a_subshell(notebook: Kernel) -> None:
    """What a subshell shows while a cell runs lands as well."""
    if not notebook.value("hasattr(IP.kernel, 'shell_channel_thread')"):
        pytest.skip("this ipykernel has no subshells")
    client = notebook.client
    notebook.run("new()")
    made = client.session.msg("create_subshell_request")
    client.control_channel.send(made)
    while (reply := client.get_control_msg(timeout=30))["parent_header"]["msg_id"] != made[
        "header"
    ]["msg_id"]:
        pass
    request = client.session.msg(
        "execute_request",
        {"code": "display(tiny(17, 18))", "silent": False, "store_history": True,
         "user_expressions": {}, "allow_stdin": False, "stop_on_error": True},
    )  # fmt: skip
    request["header"]["subshell_id"] = reply["content"]["subshell_id"]
    client.shell_channel.send(request)
    notebook.outputs(request["header"]["msg_id"])
    while client.get_shell_msg(timeout=30)["parent_header"]["msg_id"] != request["msg_id"]:
        pass
    found = json.loads(notebook.value("json.dumps(new())"))
    assert [item["kind"] for item in found] == ["PIL"]
    gone = client.session.msg("delete_subshell_request", reply["content"])
    client.control_channel.send(gone)
    client.get_control_msg(timeout=30)


def test_what_comes_late_belongs_to_its_cell(notebook: Kernel) -> None:
    """A task that shows a picture after its cell has ended is labelled as the page files it."""
    notebook.run("new()")
    notebook.run(
        "async def later():\n    await asyncio.sleep(0.3); display(tiny(23, 24))\n"
        "task = asyncio.create_task(later())"
    )
    count = notebook.value("IP.execution_count") - 1
    notebook.run("await task")
    (item,) = json.loads(notebook.value("json.dumps(new())"))
    assert (item["cell"], item["kind"]) == (count, "PIL")
