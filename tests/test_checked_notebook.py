"""The example of checked answers runs as it stands, and shows what it promises."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbclient import NotebookClient

from vlmagic.demo import examples, wired
from vlmagic.emulator import Emulator


def test_the_example_shows_marks_agreement_and_stale_answers(emulator: Emulator) -> None:
    """Each slip is marked in the saved notebook, the table says who agrees, and old answers say so."""
    book = nbformat.read(examples() / "checked-answers.ipynb", as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in wired(emulator).items():
            patch.setenv(name, value)
        NotebookClient(book, timeout=120).execute()
    saved = {
        cell.source.split("\n")[0]: "".join(
            output["data"].get("text/markdown", "") for output in cell.outputs if "data" in output
        )
        for cell in book.cells
        if cell.cell_type == "code"
    }
    review, square, both, pingyue = (
        next(text for line, text in saved.items() if line.endswith(f"-o {name}"))
        for name in ("review", "square", "both", "pingyue")
    )
    assert re.search(r"highest value of pump is \S+, at hour \d+ ✗ \(1; 4\.\d+ \(1\)\)", review)
    assert "✓ ✗ (step 2) ✓" in square
    assert "4 of 4" in both
    assert re.search(r"heater.*✗", both)
    assert re.search(r"pump 总体上升 ✗", pingyue)
    for text in (review, pingyue):
        assert text.startswith("> <strong>⚠ Stale since")
    assert "review" in saved["%vl stale"]
    assert "pingyue" in saved["%vl stale"]
