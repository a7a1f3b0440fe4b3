"""The panel in real front ends: ticked, typed, asked, stopped, saved."""

from __future__ import annotations

from typing import Any

import pytest
from lab import Desk, Notebook

pytest_plugins = ["desks"]
pytestmark = pytest.mark.browser

LOAD = "%load_ext vlmagic"
PLOT = """import matplotlib.pyplot as plt
for k in range({}):
    plt.plot([1, 2, 3], [4, k, 3]); plt.title(f'Loss {{k}}'); plt.show()"""
PANEL = "%vl panel"
SLOW = (
    "import vlmagic\nslow = vlmagic.Panel(model='bench-9000-60-100', max_cost_per_call=1000)\nslow"
)
BUSY = "import time\nfor _ in range(30): time.sleep(0.1)\nprint('whole')"
IMAGE = """async ([node, kind, bytes, name]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name));
  const how = {bubbles: true, cancelable: true};
  node.dispatchEvent(kind === 'paste' ? new ClipboardEvent('paste', {...how, clipboardData: data})
    : new DragEvent('drop', {...how, dataTransfer: data}));
}"""


def panel(notebook: Notebook, number: int) -> Any:
    """The panel below that cell."""
    found = notebook.cell(number).locator(".vl-panel")
    found.wait_for()
    return found


def opened(desk: Desk, *more: str, figures: int = 2, app: str = "lab") -> Notebook:
    """A notebook that has shown figures, and whose third cell is a panel."""
    notebook = desk.open([LOAD, PLOT.format(figures), PANEL, *more], app)
    for number in range(3):
        notebook.run(number)
    return notebook


def ask(found: Any, text: str) -> Any:
    """Ask, and the turn that it becomes."""
    turns = found.locator(".vl-turn")
    before = turns.count()
    found.locator("textarea").fill(text)
    found.locator("textarea").press("Control+Enter")
    turns.nth(before).wait_for()
    return turns.first  # the newest stands first


def complete(turn: Any) -> None:
    """Wait until that turn has its answer."""
    turn.page.wait_for_function(
        "node => node.dataset.status === 'complete'", arg=turn.element_handle()
    )


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_figures_are_ticked_and_asked_about(desk: Desk, app: str) -> None:
    """Figures shown later appear; what is ticked is sent; the saved file shows question and answer."""
    notebook = opened(desk, PLOT.format(1), app=app)
    found = panel(notebook, 2)
    found.locator(".vl-card img[src^=blob]").nth(1).wait_for()
    notebook.run(3)
    cards = found.locator(".vl-card")
    cards.nth(2).locator("img[src^=blob]").wait_for()
    boxes = found.locator(".vl-card input")
    assert [boxes.nth(k).is_checked() for k in range(3)] == [False, True, False]
    boxes.nth(0).press("Space")
    turn = ask(found, "What is the difference?")
    complete(turn)
    assert turn.locator(".vl-receipt .vl-line").count() == 2
    complete(ask(found, "And why?"))
    assert found.locator(".vl-turn[open]").count() == 1
    widget, copy = notebook.save()["cells"][2]["outputs"]
    assert "run this cell" in "".join(widget["data"]["text/markdown"])
    kept = "".join(copy["data"]["text/markdown"])
    assert kept.index("What is the difference?") < kept.index("And why?")
    assert not notebook.cell(2).locator(".jp-RenderedMarkdown").first.is_visible()
    assert not desk.said


def test_refused_in_place(desk: Desk) -> None:
    """An empty question, a keyword as a name and a file that is no picture are refused in words."""
    notebook = opened(desk)
    found = panel(notebook, 2)
    found.get_by_role("button", name="Ask", exact=True).click()
    assert "Write a question first" in found.locator(".vl-saying").inner_text()
    found.locator(".vl-name").fill("class")
    found.locator(".vl-refused", has_text="no name for a variable").wait_for()
    found.locator(".vl-name").fill("plt")
    found.locator(".vl-notes li", has_text="plt is taken").wait_for()
    notebook.page.evaluate(IMAGE, [found.element_handle(), "paste", list(b"only words"), "a.txt"])
    found.locator(".vl-saying", has_text="no picture but text").wait_for()


def test_pasted_dropped_and_cut_out(desk: Desk) -> None:
    """A pasted picture is ticked; a box dragged over a thumbnail becomes a picture of that part."""
    from io import BytesIO

    from PIL import Image

    written = BytesIO()
    Image.new("RGB", (400, 300), "orange").save(written, "PNG")
    notebook = opened(desk, figures=1)
    found = panel(notebook, 2)
    for kind in ("paste", "drop"):
        notebook.page.evaluate(
            IMAGE, [found.element_handle(), kind, list(written.getvalue()), f"{kind}.png"]
        )
    images = found.locator(".vl-card img[src^=blob]")
    images.nth(2).wait_for()
    box = images.nth(1).bounding_box()
    mouse = notebook.page.mouse
    mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.7, steps=5)
    mouse.up()
    images.nth(3).wait_for()
    ticked = found.locator(".vl-card input")
    notebook.page.wait_for_function("() => document.querySelectorAll('.vl-ticked').length === 4")
    ticked.nth(0).uncheck()
    turn = ask(found, "What is it?")
    complete(turn)
    assert turn.locator(".vl-receipt .vl-line").count() == 3
    assert "▣" in turn.locator(".vl-receipt").inner_text()


def test_the_kernel_stays_free(desk: Desk) -> None:
    """While a panel answers, cells run; its Stop stops it and nothing else."""
    notebook = desk.open([LOAD, SLOW, BUSY, "print(slow.results[0].status)"])
    notebook.run(0)
    notebook.run(1)
    found = panel(notebook, 1)
    turn = ask(found, "hi")
    turn.locator(".vl-thoughts").wait_for()
    notebook.start(2)
    notebook.page.wait_for_timeout(500)
    found.locator(".vl-ask").get_by_role("button", name="Stop").click()
    notebook.page.wait_for_selector(".vl-turn[data-status=stopped]")
    notebook.done(2)
    notebook.run(3)
    assert "whole" in notebook.output(2).inner_text()
    assert "stopped" in notebook.output(3).inner_text()


def test_asked_while_a_cell_runs(desk: Desk) -> None:
    """Ask while the kernel is busy with a cell: the question is put, and the cell is left alone."""
    notebook = opened(desk, BUSY)
    found = panel(notebook, 2)
    notebook.start(3)
    turn = ask(found, "Now?")
    complete(turn)
    notebook.done(3)
    assert "whole" in notebook.output(3).inner_text()


def test_a_second_view_agrees(desk: Desk) -> None:
    """A view that comes late, on this page or another, has all of it and follows the first."""
    made = "import vlmagic\nmine = vlmagic.Panel()\nmine"
    notebook = desk.open([LOAD, PLOT.format(2), made, "display(mine.widget)"])
    for number in range(4):
        notebook.run(number)
    found, other = panel(notebook, 2), panel(notebook, 3)
    complete(ask(found, "One?"))
    found.locator("textarea").fill("half a question")
    notebook.save()
    page = desk.context.new_page()
    page.goto(notebook.url)
    late = panel(Notebook(page, notebook.path, notebook.url).ready(), 2)
    for view in (other, late):
        view.locator(".vl-card img[src^=blob]").nth(1).wait_for()
        assert view.locator("textarea").input_value() == "half a question"
        assert view.locator(".vl-turn").count() == 1
    late.locator(".vl-card input").nth(0).check()
    late.locator("textarea").fill("typed there")
    notebook.page.wait_for_function(
        "() => document.querySelector('.vl-panel textarea').value === 'typed there'"
    )
    for view in (found, other):
        assert view.locator("textarea").input_value() == "typed there"
        assert view.locator(".vl-card input").nth(0).is_checked()
    late.locator("textarea").press("Control+Enter")
    found.locator(".vl-turn").nth(1).wait_for()
    complete(found.locator(".vl-turn").first)
    page.close()


def test_opened_again_without_its_kernel(desk: Desk) -> None:
    """A saved panel, and a Result shown again, read as plain words where no kernel has them."""
    notebook = opened(desk, "%vlreason --no-think -o why Why?", "%vl show why")
    found = panel(notebook, 2)
    complete(ask(found, "One?"))
    for number in (3, 4):
        notebook.run(number)
    notebook.view(4).wait_for()
    notebook.save()
    notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    notebook.leave()
    notebook.back().ready()
    notebook.cell(2).locator(".jp-RenderedMarkdown", has_text="One?").wait_for()
    notebook.cell(4).locator(".jp-RenderedMarkdown", has_text="emulator").first.wait_for()
    notebook.page.wait_for_function(  # for a moment it says that it is loading
        "() => !document.querySelector('.jp-Notebook').innerText.includes('widget')"
    )


def test_a_lost_word_is_made_good(desk: Desk) -> None:
    """Where the answer to Ask gets lost on its way, the page finds the question in the thread."""
    deaf = "tell = mine._tell\nmine._tell = lambda kind, *a, **k: kind == 'asked' or tell(kind, *a, **k)"
    notebook = desk.open([LOAD, "import vlmagic\nmine = vlmagic.Panel()\nmine", deaf])
    for number in range(3):
        notebook.run(number)
    found = panel(notebook, 1)
    complete(ask(found, "One?"))
    notebook.page.wait_for_function(
        "() => document.querySelector('.vl-panel textarea').value === ''"
    )
    complete(ask(found, "Two?"))


def test_a_part_without_a_pointer(desk: Desk) -> None:
    """The four edges can be typed: what they hold is ticked as a picture of its own."""
    notebook = opened(desk, figures=1)
    found = panel(notebook, 2)
    found.locator(".vl-larger").first.press("Enter")
    box = found.get_by_role("dialog")
    box.get_by_label("left edge (%)").fill("50")
    box.get_by_label("left edge (%)").press("ArrowUp")
    assert box.get_by_label("left edge (%)").input_value() == "51"
    assert box.locator(".vl-band").is_visible()
    box.get_by_label("right edge (%)").fill("40")
    assert box.get_by_role("button", name="Tick this part").is_disabled()
    box.get_by_label("right edge (%)").fill("90")
    box.get_by_role("button", name="Tick this part").press("Enter")
    found.locator(".vl-ticked", has_text="▣").wait_for()


def test_a_restarted_kernel_is_said(desk: Desk) -> None:
    """After a restart the open panel says so, asks nothing, and keeps what was typed."""
    notebook = opened(desk)
    found = panel(notebook, 2)
    complete(ask(found, "One?"))
    found.locator("textarea").fill("unsent")
    notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    found.locator(".vl-saying", has_text="restarted").wait_for()
    assert found.get_by_role("button", name="Ask", exact=True).is_disabled()
    assert found.locator("textarea").input_value() == "unsent"
    assert notebook.cell(2).locator(".jp-RenderedMarkdown").first.is_visible()


def test_a_lesson_is_uncovered_step_by_step(desk: Desk) -> None:
    """Steps come one by one, by key or button, each behind its hint; one can be explained."""
    notebook = opened(desk)
    found = panel(notebook, 2)
    found.get_by_role("checkbox", name="Step by step").check()
    turn = ask(found, "Teach me.")
    complete(turn)
    uncover = turn.locator(".vl-uncover")
    uncover.wait_for()
    assert turn.locator(".vl-step").count() == 0
    assert turn.locator(".vl-hint").inner_text()
    assert not turn.locator(".vl-thinking").is_visible()
    uncover.press("Enter")
    assert turn.locator(".vl-step").count() == 1
    turn.locator(".vl-uncover").press("ArrowDown")
    assert turn.locator(".vl-step").count() == 2
    turn.get_by_role("button", name="Explain this step: 2").click()
    notebook.page.wait_for_function("() => document.querySelectorAll('.vl-turn').length === 2")
    complete(found.locator(".vl-turn").first)
    saved = "".join(notebook.save()["cells"][2]["outputs"][1]["data"]["text/markdown"])
    assert "</details>\n\n</details>" in saved


def test_no_choice_says_why(desk: Desk) -> None:
    """Switch and slider are disabled, with the reason, where the model has no choice."""
    notebook = opened(desk)
    found = panel(notebook, 2)
    found.locator("select").select_option("qvq-max")
    assert found.get_by_role("checkbox", name="Think").is_disabled()
    assert found.locator("input[type=range]").is_disabled()
    assert "always thinks" in found.locator(".vl-about").inner_text()
    found.locator("select").select_option("qwen3-vl-plus")
    slider = found.locator("input[type=range]")
    slider.fill("50")
    assert "2,300 tokens" in found.locator("output").inner_text()
    found.locator(".vl-cost", has_text="at most 35,").wait_for()


def test_as_a_cell(desk: Desk) -> None:
    """What was clicked is shown as the cell that asks the same."""
    notebook = opened(desk, figures=1)
    found = panel(notebook, 2)
    found.locator("textarea").fill("Why?")
    found.locator(".vl-name").fill("why")
    found.get_by_role("button", name="As a cell").click()
    found.locator(".vl-written pre").wait_for()
    assert (
        found.locator(".vl-written pre").inner_text()
        == '%%vlreason -i @title:"Loss 0" -o why\nWhy?'
    )
    found.get_by_role("button", name="Insert below").click()
    written = (
        "() => window.jupyterapp.shell.currentWidget.content.widgets[3]?.model.sharedModel.source"
    )
    assert notebook.page.evaluate(written) == '%%vlreason -i @title:"Loss 0" -o why\nWhy?'
    notebook.run(3)
    assert "emulator" in notebook.output(3).inner_text()
    assert not desk.said
