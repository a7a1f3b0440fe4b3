"""Checked answers in a real JupyterLab: the marks on the page, and answers that have gone stale."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab import Desk

from vlmagic.emulator import Emulator

pytest_plugins = ["desks"]
pytestmark = pytest.mark.browser

LOAD = "%load_ext vlmagic"
PLOT = (
    "import matplotlib.pyplot as plt\n"
    "plt.plot([1, 2, 3, 4], [4, 3, 2, {last}], label='train'); plt.xlabel('epoch')\n"
    "plt.plot([1, 2, 3, 4], [4.5, 4, 3.75, 3.5], label='valid'); plt.legend()\n"
    "plt.title('Loss'); plt.show()"
)


@pytest.fixture
def slipping(model_studio: Emulator) -> Iterator[Emulator]:
    """The emulator, told to name a wrong maximum."""
    model_studio.slip = "peak"
    yield model_studio
    model_studio.slip = None


def test_marks_and_stale_answers(desk: Desk, slipping: Emulator) -> None:
    """A wrong claim is marked, saved and live, with a label; other data make the answer stale."""
    assert slipping.slip
    notebook = desk.open(
        [
            LOAD,
            PLOT.format(last=1),
            "%%vlreason -o why\nWhere is it highest?",
            "%vl show why",
            PLOT.format(last=1),
            PLOT.format(last=5),
            "%vl stale",
        ],
    )
    for number in range(4):
        notebook.run(number)
    saved = notebook.output(2)
    saved.get_by_text("✗").first.wait_for()
    wrong = notebook.view(3).locator(".vl-mark.vl-wrong")
    wrong.wait_for()
    assert wrong.count() == 1
    assert notebook.view(3).get_by_role("img", name="wrong").count() == 1
    assert "4" in str(wrong.get_attribute("title"))
    right = notebook.view(3).locator(".vl-mark.vl-right").first
    colours = [one.evaluate("node => getComputedStyle(node).color") for one in (wrong, right)]
    assert len(set(colours)) == 2
    assert "checked:" in notebook.view(3).locator(".vl-said").inner_text()
    notebook.run(4)
    assert "Stale" not in saved.inner_text()
    notebook.run(5)
    saved.get_by_text("Stale since In [6]").wait_for()
    notebook.run(6)
    assert "why" in notebook.output(6).inner_text()
    (output,) = notebook.save()["cells"][2]["outputs"]
    assert "Stale since" in "".join(output["data"]["text/markdown"])
    notebook.run(2)
    notebook.run(6)
    assert "No answer is stale" in notebook.output(6).inner_text()
    assert "Stale" not in saved.inner_text()
    assert not desk.said
