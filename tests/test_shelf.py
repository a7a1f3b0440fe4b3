"""The shelf: it keeps what the page was shown, and leaves IPython as it was."""

from __future__ import annotations

import gc
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from vlmagic import shelf as shelves
from vlmagic.shelf.item import Run

BIT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture
def ip() -> Iterator[Any]:
    """A shell of its own, in this process, that shows nothing."""
    shell = InteractiveShell.instance()
    shell.display_formatter.active_types = ["text/plain", "image/png", "image/jpeg"]
    shell.display_pub.publish = lambda *_, **__: None
    shell.displayhook.write_format_data = lambda *_, **__: None
    yield shell
    shelves.remove(shell)
    shell.run_line_magic("reset", "-f")
    InteractiveShell.clear_instance()


def run(ip: Any, code: str) -> Any:
    """The value of a cell that must not fail."""
    result = ip.run_cell(code, store_history=True)
    result.raise_error()
    return result.result


PICTURE = f"""
class Picture:
    def __init__(self, word='x'): self.word = word
    def _repr_png_(self): return '{BIT}'
"""


def test_every_way_to_show_is_seen(ip: Any) -> None:
    """A last line, `display`, raw bundles and threads reach the shelf, in the right cell."""
    shelf = shelves.install(ip)
    run(ip, PICTURE + "from IPython.display import *; import threading")
    first = ip.execution_count
    run(ip, "Picture()")
    run(ip, "p = Picture(); display(p); display(Picture())")
    run(ip, f"display({{'image/png': '{BIT}'}}, raw=True)")
    run(ip, "1")
    run(ip, "t = threading.Thread(target=display, args=(Picture(),)); t.start(); t.join()")
    assert [item.label for item in shelf.items] == [
        f"@{first}.1",
        f"@{first + 1}.1",
        f"@{first + 1}.2",
        f"@{first + 2}.1",
        f"@{first + 4}.1",
    ]
    assert shelf.items[1].live() is ip.user_ns["p"]
    assert all(item.size == (1, 1) for item in shelf.items)


def test_the_number_is_right_while_the_cell_runs(ip: Any) -> None:
    """A cell that asks about its own figure finds it under its own number."""
    shelf = shelves.install(ip)
    ip.user_ns["shelf"] = shelf
    run(ip, PICTURE + "from IPython.display import display")
    count = ip.execution_count
    assert run(ip, "display(Picture()); shelf.items[-1].label") == f"@{count}.1"
    assert shelf.items[-1].label == f"@{count}.1"


def test_empty_and_nested_cells_do_not_count(ip: Any) -> None:
    """An empty cell changes nothing, a nested one belongs to the cell around it."""
    shelf = shelves.install(ip)
    ip.user_ns["ip"] = ip
    run(ip, PICTURE + "from IPython.display import display")
    ip.run_cell("")
    ip.run_cell("   ")
    before, count = shelf.serial, ip.execution_count
    run(ip, "ip.run_cell('display(Picture())'); display(Picture())")
    assert shelf.serial == before + 1
    assert [item.label for item in shelf.items] == [f"@{count}.1", f"@{count}.2"]


def test_capture_is_respected(ip: Any) -> None:
    """What %%capture keeps from the page is not shelved, but a reference to it is a picture."""
    from vlmagic.references import parse

    shelf = shelves.install(ip)
    run(ip, PICTURE + "from IPython.display import display")
    run(ip, "%%capture cap\ndisplay(Picture())")
    assert list(shelf.items) == []
    found = shelves.resolve([parse("cap"), parse("cap.outputs[0]")], shelf, ip.user_ns)
    assert [image.label for image in found.images] == ["cap", "cap.outputs[0]"]


def test_updates_replace_in_place(ip: Any) -> None:
    """An update keeps place and label; one for an unknown id is ignored, as pages do."""
    shelf = shelves.install(ip)
    run(ip, PICTURE + "from IPython.display import *")
    run(ip, "h = display(Picture(), display_id='one'); display(Picture())")
    label = shelf.items[0].label
    run(ip, "new = Picture(); h.update(new); update_display(Picture(), display_id='none')")
    assert [item.revision for item in shelf.items] == [1, 0]
    assert shelf.items[0].label == label
    assert shelf.items[0].live() is ip.user_ns["new"]


def test_plotly_publishes_from_inside_its_formatting(ip: Any) -> None:
    """A bundle published while an object is being formatted belongs to that object."""
    shelf = shelves.install(ip)
    run(ip, "from IPython.display import display")
    run(
        ip,
        "class Chart:\n"
        " def _ipython_display_(self):\n"
        "  display({'application/vnd.plotly.v1+json': {'data': []}}, raw=True)\n"
        "chart = Chart(); display(chart)",
    )
    assert shelf.items[0].live() is ip.user_ns["chart"]


def test_objects_are_not_kept_alive(ip: Any) -> None:
    """The shelf holds bytes, never the object: a closed figure can go."""
    shelf = shelves.install(ip)
    run(ip, PICTURE + "from IPython.display import display")
    run(ip, "p = Picture(); display(p); del p")
    gc.collect()
    assert shelf.items[0].live() is None
    assert shelf.items[0].data is not None


def test_unload_leaves_the_shell_as_it_was(ip: Any) -> None:
    """Removing takes out exactly what installing put in; installing twice is once."""

    def state() -> list[Any]:
        owners = (ip.display_formatter, ip.display_pub, ip.displayhook)
        wraps = [sorted(k for k in vars(o) if not k.startswith("_")) for o in owners]
        return [wraps, {k: list(v) for k, v in ip.events.callbacks.items()}]

    before = state()
    publish = ip.display_pub.publish
    assert shelves.install(ip) is shelves.install(ip)
    assert state() != before
    shelves.remove(ip)
    assert state() == before
    assert ip.display_pub.publish is publish
    assert shelves.of(ip) is None
    shelves.remove(ip)


def test_a_wrap_over_ours_stays(ip: Any) -> None:
    """If somebody has wrapped us since, their layer stays and ours falls silent."""
    shelf = shelves.install(ip)
    run(ip, PICTURE + "from IPython.display import display")
    ours, seen = ip.display_formatter.format, []

    def theirs(obj: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(obj)
        return ours(obj, *args, **kwargs)

    ip.display_formatter.format = theirs
    try:
        shelves.remove(ip)
        assert ip.display_formatter.format is theirs
        run(ip, "display(Picture())")
        assert len(seen) == 1
        assert list(shelf.items) == []
    finally:
        del ip.display_formatter.format


def test_a_publisher_that_replaces_ours_is_found(ip: Any) -> None:
    """Another display publisher in the shell's place is watched from the next cell on."""
    shelf = shelves.install(ip)
    run(ip, PICTURE + "from IPython.display import display")
    former = ip.display_pub
    ip.display_pub = type(former)(parent=ip)
    ip.display_pub.publish = lambda *_, **__: None
    try:
        run(ip, "display(Picture())")
        assert len(shelf.items) == 1
    finally:
        ip.display_pub = former


def test_failures_of_the_shelf_never_reach_the_cell(
    ip: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If looking on fails, what is shown is shown all the same."""
    shelf = shelves.install(ip)
    assert shelf.hooks is not None
    monkeypatch.setattr(shelf, "collect", lambda *_, **__: 1 / 0)
    run(ip, PICTURE + "from IPython.display import display\ndisplay(Picture())")


def test_bounds() -> None:
    """Never more than 32 items, 48 MiB in all, 24 MiB each; the newest stay."""
    shelf, mib = shelves.Shelf(), 2**20
    cell = Run(1, 1, 1)
    for _ in range(200):
        shelf.collect({"image/png": b"x" * (3 * mib)}, None, cell)
    assert sum(item.weight for item in shelf.items) <= 48 * mib
    assert [item.index for item in shelf.items] == list(range(185, 201))
    shelf.collect({"image/png": b"x" * (30 * mib)}, None, cell)
    assert (shelf.items[-1].data, shelf.items[-1].label) == (None, "@1.201")
    for _ in range(100):
        shelf.collect({"image/png": b"x"}, None, cell)
    assert len(shelf.items) == 32


def test_many_threads_show_at_once() -> None:
    """Pictures shown by threads at the same time are numbered once each."""
    shelf, cell = shelves.Shelf(), Run(1, 1, 1)
    threads = [
        threading.Thread(target=shelf.collect, args=({"image/png": b"x"}, None, cell))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(item.index for item in shelf.items) == list(range(1, 21))


SETUP = """
import warnings; warnings.simplefilter("ignore")
from vlmagic import shelf
S = shelf.install(get_ipython())
%matplotlib inline
import matplotlib.pyplot as plt, threading
import PIL.Image, pandas, seaborn, plotnine
from IPython.display import Image, display, update_display
"""

CELLS: list[tuple[str, list[str]]] = [
    ("plt.plot([1, 2]); plt.title('Loss'); plt.show()", ["matplotlib"]),
    ("fig, ax = plt.subplots(); ax.plot([3, 4]); fig", ["matplotlib"]),
    ("plt.plot([1, 2, 3]);", ["matplotlib"]),
    ("for k in range(2):\n    plt.plot([k, 2]); plt.show()", ["matplotlib"] * 2),
    ("seaborn.relplot(x=[1, 2], y=[3, 4])", ["matplotlib"]),
    ("pandas.Series([1, 2, 3]).plot()", ["matplotlib"]),
    (
        "plotnine.ggplot(pandas.DataFrame({'x': [1]}), plotnine.aes('x', 'x')) + plotnine.geom_point()",
        ["plotnine"],
    ),
    ("PIL.Image.new('RGB', (30, 20))", ["PIL"]),
    (f"Image(data=__import__('base64').b64decode('{BIT}'))", ["IPython"]),
    (
        "f, a = plt.subplots(); h = display(f, display_id=True); a.plot([1]); h.update(f); plt.close('all')",
        ["matplotlib"],
    ),
    (
        "t = threading.Thread(target=display, args=(PIL.Image.new('RGB', (9, 9)),)); t.start(); t.join()",
        ["PIL"],
    ),
    ("%%capture cap\nplt.plot([1, 2]); plt.show()", []),
    ("plt.plot([5]); 1/0", ["matplotlib"]),
    ("fig;", []),
]

REPORT = """
import json
print(json.dumps([[i.label, i.kind, i.title, bool(i.data), bool(i.facts)] for i in S.items]))
"""

DEFAULT = """
plt.plot([7, 8], label="here")
print(json.dumps([i.facts for i in shelf.default(S, globals()).images]))
plt.close("all")
"""


def test_in_a_real_kernel() -> None:
    """In a notebook the shelf holds what each cell showed, under the cell's own number."""
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    codes = [SETUP, *(code for code, _ in CELLS), REPORT, DEFAULT]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code) for code in codes],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbclient.NotebookClient(notebook, timeout=120, allow_errors=True).execute()
    report, default = ("".join(o.get("text", "") for o in c.outputs) for c in notebook.cells[-2:])
    found = json.loads(report)
    expected = [
        [f"@{cell}.{index}", kind]
        for cell, (_, kinds) in enumerate(CELLS, start=2)
        for index, kind in enumerate(kinds, start=1)
    ]
    assert [row[:2] for row in found] == expected
    assert found[0][2] == "Loss"
    assert all(data for *_, data, _ in found)
    plotted = [row for row in found if row[1] == "matplotlib"]
    assert all(facts for *_, facts in plotted)
    assert '"here"' in default.replace("\\", "")
