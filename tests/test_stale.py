"""An answer says so when the figure it speaks of is shown again with other data; in a real kernel."""

from __future__ import annotations

import gc
import weakref

import matplotlib.pyplot as plt
from conftest import Kernel

from vlmagic import shelf, stale
from vlmagic.emulator import Emulator
from vlmagic.images import Image
from vlmagic.request import Request
from vlmagic.result import Result
from vlmagic.shelf import Run

LOSS = "fig = plt.figure()\nplt.plot([1, 2, 3], [3, 2, {last}]); plt.title('Loss'); plt.show()"
SAYS = "Stale since In ["


def told(kernel: Kernel, code: str) -> list[str]:
    """Run a cell; what it changes in outputs of earlier cells."""
    asked = kernel.client.execute(code)
    found: list[str] = []
    while True:
        message = kernel.client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != asked:
            continue
        if message["msg_type"] == "update_display_data":
            found += [message["content"]["data"].get("text/markdown", "")]
        if message["content"].get("execution_state") == "idle":
            return [one for one in found if one]


def test_other_data_are_said_and_the_same_are_not(kernel: Kernel) -> None:
    """Only another digest makes stale; the answer's own output says it, in one line, and takes it back."""
    kernel.run(LOSS.format(last=1))
    (output,) = kernel.run("%%vlreason -o why\nWhere is it lowest?")
    answer = output["data"]["text/markdown"]
    assert told(kernel, LOSS.format(last=1)) == []
    assert told(kernel, "plt.plot([1], [2]); plt.title('Another'); plt.show()") == []
    (now,) = told(kernel, LOSS.format(last=9))
    count = kernel.value("get_ipython().execution_count") - 1
    above, _, rest = now.partition("\n\n")
    assert rest == answer
    assert f"{SAYS}{count}]" in above.replace("&#91;", "[").replace("&#93;", "]")
    assert "Loss" in above
    assert kernel.value("why.stale").startswith(SAYS)
    assert kernel.value("why._repr_mimebundle_()['text/markdown']") == now
    assert told(kernel, LOSS.format(last=8)) == []
    assert told(kernel, LOSS.format(last=1)) == [answer]
    assert kernel.value("why.stale") == ""


def test_the_list_and_asking_again(kernel: Kernel) -> None:
    """`%vl stale` names answer, figure and cell; asking again clears it for good."""
    assert "No answer is stale" in str(kernel.run("%vl stale"))
    kernel.run(LOSS.format(last=1))
    kernel.run("%%vlreason -o why\nWhere is it lowest?")
    assert told(kernel, LOSS.format(last=9))
    listed = str(kernel.run("%vl stale"))
    for word in ("why", "Where is it lowest?", "Loss", "Run the cells"):
        assert word in listed
    kernel.run("%%vlreason -o why\nWhere is it lowest?")
    assert "No answer is stale" in str(kernel.run("%vl stale"))
    assert told(kernel, LOSS.format(last=9)) == []
    assert len(told(kernel, LOSS.format(last=7))) == 1


def test_a_variable_a_display_and_a_follow_up(kernel: Kernel) -> None:
    """A figure without a title is known by its variable or its display; a follow-up has its figures."""
    kernel.run("fig, axes = plt.subplots()\naxes.plot([1, 2, 3])\nplt.close(fig)")
    kernel.run("%vlreason -i fig -o first What is it?")
    kernel.run("%vlreason -c -o second And why?")
    assert told(kernel, "display(fig)") == []
    assert len(told(kernel, "axes.plot([3, 2, 1])\ndisplay(fig)")) == 2
    assert kernel.value("(first.stale == second.stale, 'fig' in first.stale)") == (True, True)
    kernel.run(
        "other, axes = plt.subplots()\naxes.plot([1, 2, 3])\nplt.close(other)\n"
        "h = display(other, display_id=True)"
    )
    kernel.run("%vlreason -o third What is it?")
    assert len(told(kernel, "axes.plot([9, 9])\nh.update(other)")) == 1
    count = kernel.value("get_ipython().execution_count") - 1
    assert kernel.value("third.stale").startswith(f"{SAYS}{count}]")


def test_an_answer_of_a_panel(kernel: Kernel) -> None:
    """A panel's answer is told, too: in its Result and in the saved copy of its thread."""
    kernel.run(LOSS.format(last=1))
    kernel.run(
        "import vlmagic\npanel = vlmagic.Panel()\n"
        "panel._ask('m', {**panel.widget.draft, 'text': 'What is it?', 'name': 'seen'})\nseen.wait()"
    )
    kernel.run(LOSS.format(last=9))
    assert kernel.value("seen.stale").startswith(SAYS)
    assert "Ask again" in kernel.value("panel._turns[0].saved()['text/markdown']")
    assert "panel seen" in str(kernel.run("%vl stale"))
    kernel.run(LOSS.format(last=1))
    assert kernel.value("seen.stale") == ""
    kernel.run("panel.close()")


def test_figures_of_one_title_in_one_cell_are_told_apart(kernel: Kernel) -> None:
    """The second figure of a cell is not the first one, though they are called alike."""
    loop = "for last in ({}, {}):\n    plt.plot([1, last]); plt.title('Loss'); plt.show()"
    kernel.run(loop.format(2, 3))
    kernel.run("%vlreason -o why What is it?")
    assert told(kernel, loop.format(5, 3)) == []
    assert len(told(kernel, loop.format(5, 6))) == 1


def test_the_answer_may_be_gone_and_may_still_run(kernel: Kernel, service: Emulator) -> None:
    """A deleted Result is not kept alive, and its output is told all the same; one in the background, too."""
    kernel.run(LOSS.format(last=1))
    kernel.run("%vlreason -o gone What is it?\n")
    kernel.run(
        "import weakref, gc\nseen = weakref.ref(gone)\n%vlreason --no-image hi\ndel gone\ngc.collect()"
    )
    assert kernel.value("seen() is None")
    assert len(told(kernel, LOSS.format(last=9))) == 1
    service.rate = 400
    try:
        kernel.run("%vlreason -b -o later What is it?")
        kernel.run(LOSS.format(last=4))
        kernel.run("later.wait()")
    finally:
        service.rate = None
    assert kernel.value("later.stale").startswith(SAYS)


def shown(shelved: shelf.Shelf, run: Run, last: float, title: str = "Loss") -> None:
    """Show a figure."""
    figure, axes = plt.subplots()
    axes.plot([1, 2, last])
    axes.set_title(title)
    shelved.collect({"image/png": "x"}, figure, run)
    plt.close(figure)


def asking(tracker: stale.Stale, shelved: shelf.Shelf, prompt: str) -> tuple[Result, list[str]]:
    """An answer about the last figure; what it is told."""
    item = shelved.items[-1]
    request = Request("qwen3-vl-plus", prompt, (Image(item.label, b"x", "image/png", 9, 9),))
    lines: list[str] = []
    result = Result(request)
    tracker.answered(tracker.asked(request), result, lines.append)
    return result, lines


def test_cells_of_a_page_are_told_apart() -> None:
    """Two cells that draw figures of one title: only the cell that was asked about makes stale."""
    shelved = shelf.Shelf()
    tracker = stale.Stale(shelved, dict)
    shown(shelved, Run(1, 1, page="b"), 5)
    shown(shelved, Run(2, 2, page="a"), 3)
    _, lines = asking(tracker, shelved, "Why?")
    shown(shelved, Run(3, 3, page="b"), 6)
    assert lines == []
    shown(shelved, Run(4, 4, page="a"), 4)
    assert len(lines) == 1


def test_what_is_remembered_is_bounded() -> None:
    """Only the newest answers are remembered, no figure is kept, and nobody watches for nothing."""
    shelved = shelf.Shelf()
    tracker = stale.Stale(shelved, dict)
    assert not shelved._watchers
    shown(shelved, Run(1, 1), 3)
    kept = [asking(tracker, shelved, f"Question {n}?") for n in range(stale.MOST + 5)]
    assert len(shelved._watchers) == 1
    figure = shelved.items[-1].owner
    gc.collect()
    assert figure is not None
    assert figure() is None
    first = weakref.ref(kept[0][0])
    shown(shelved, Run(2, 2), 4)
    assert [bool(lines) for _, lines in kept] == [False] * 5 + [True] * stale.MOST
    assert len(tracker.answers) == stale.MOST
    kept.clear()
    gc.collect()
    assert first() is None
    tracker.close()
    assert not shelved._watchers
