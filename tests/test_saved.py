"""What stays in the notebook is one bundle, the same whoever ran it and whatever reads it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import Kernel
from markup_checks import HOSTILE, SAVED, Reader, read, with_html
from nbclient import NotebookClient

from vlmagic.emulator import Emulator
from vlmagic.markup import bundle

CELLS = [
    "%load_ext vlmagic\n%matplotlib inline\nimport matplotlib.pyplot as plt",
    "plt.plot([1, 2, 3, 4], [4, 2, 1, 3], label='loss'); plt.title('Loss'); plt.show()",
    "%%vlreason -o why\nWhy does the loss rise at the end?",
    "from vlmagic.render import pick\nprint(*pick())",
]


def _book() -> Any:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    return book


@pytest.fixture
def wired(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels started from here ask the emulator."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", emulator.key)
    monkeypatch.setenv("VLMAGIC_BASE_URL", emulator.compatible_url)


def _by_nbclient(folder: Path) -> Any:
    book = _book()
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(book, timeout=60, kernel_name="python3", resources=resources)
    client.km = client.create_kernel_manager()
    client.km.kernel_spec.argv[0] = sys.executable
    client.execute()
    return book


def _by_papermill(folder: Path) -> Any:
    papermill = pytest.importorskip("papermill")
    before, after = folder / "before.ipynb", folder / "after.ipynb"
    nbformat.write(_book(), before)
    papermill.execute_notebook(before, after, kernel_name="python3", progress_bar=False)
    return nbformat.read(after, as_version=4)


def _by_page(kernel: Kernel, code: str) -> list[dict[str, Any]]:
    """Run a cell as JupyterLab does, with the cell's id: that is how a widget comes about."""
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
    message = kernel.client.session.msg("execute_request", content, metadata={"cellId": "c1"})
    kernel.client.shell_channel.send(message)
    return kernel.outputs(message["header"]["msg_id"])


def _timeless(text: str) -> str:
    """The text without what two runs differ in: seconds, and the number of the cell."""
    return re.sub(r"\d+(\.\d+)? s\b|(?<=@|;)\d+(?=\.1 )", "…", text)


@pytest.mark.parametrize("run", [_by_nbclient, _by_papermill])
@pytest.mark.usefixtures("wired")
def test_a_notebook_that_runs_alone_saves_what_a_page_saves(
    tmp_path: Path, kernel: Kernel, run: Any
) -> None:
    """Without a page, nbclient and papermill keep the kernel's own bundle; it is said why no widget is made."""
    book = run(tmp_path)
    (output,) = book.cells[2].outputs
    assert set(output.data) == {"text/markdown", "text/plain"}
    assert "widgets" not in book.metadata
    assert book.cells[3].outputs[0].text == "static no notebook page is watching\n"
    kernel.run(CELLS[1])
    (shown,) = _by_page(kernel, CELLS[2])
    assert "a notebook page is watching" in _by_page(kernel, CELLS[3])[0]["text"]
    assert set(shown["data"]) == set(output.data)
    for kind, text in shown["data"].items():
        assert _timeless(text) == _timeless(output.data[kind])


FIGHT = "First\n</details>\n~~~~\n```python\n<script>alert(1)</script>\n中文 $x$"
ENDINGS: dict[str, dict[str, Any]] = {
    "complete": {
        "answer": "It is **5**: $x^2$ and ¥5。**粗体。**后文",
        "notices": ["One.", "Two."],
    },
    "cut short": {"answer": "```python\nx = 1", "cause": "The token limit was reached."},
    "stopped": {"answer": "| a |\n|---|\n| b"},
    "failed": {"answer": "", "cause": "The connection was lost. Ask again."},
}


def _saved(ending: str, **more: Any) -> dict[str, str]:
    whole: dict[str, Any] = {
        "receipt": ["@1 640×480"], "thinking": FIGHT, "notices": [], "status_line": f"model · {ending}",
        "thinking_summary": "Thought for 12 s", "facts": ["{}"], "fold": "fold",
    }  # fmt: skip
    return bundle(**{**whole, **ENDINGS[ending], **more})


def _page(data: dict[str, str]) -> str:
    """What nbconvert's page has for one output."""
    from nbconvert import HTMLExporter

    book = nbformat.v4.new_notebook()
    output = nbformat.v4.new_output("display_data", data)
    book.cells = [nbformat.v4.new_code_cell(outputs=[output])]
    page, _ = HTMLExporter().from_notebook_node(book)
    return "<div" + str(page).split('data-mime-type="text/markdown"')[1].split("</main>")[0]


@pytest.mark.parametrize("ending", ENDINGS)
def test_nbconvert_shows_every_ending_whole(ending: str) -> None:
    """In the exported page thinking stays folded, the answer outside, and every word is there."""
    data = _saved(ending)
    page = _page(data)
    words = "".join(read(page).words)
    assert page.count("<details>") == page.count("</details>") == 2
    folded, outside = page.rsplit("</details>", 1)
    assert "Thought for 12 s" in folded
    assert "中文 $x$" in "".join(read(folded).words)
    assert "<script>alert(1)</script>" in words
    assert f"model · {ending}" in "".join(read(outside).words)
    said = "".join(read(with_html(data["text/markdown"])).words)
    assert sorted(said.split()) == sorted(words.replace("¶", "").split())


@pytest.mark.parametrize("answer", ['{\n  "n": [1, 2],\n  "w": "```"\n}', "[1, 2]"])
def test_an_answer_in_json_keeps_its_lines(answer: str) -> None:
    """A whole answer in JSON is saved as code, letter for letter; what only begins so is Markdown."""
    saved = _saved("complete", answer=answer)
    assert f"json\n{answer}\n`" in saved["text/markdown"]
    assert "json\n" not in _saved("complete", answer=answer + " is it.")["text/markdown"]


class _Exported(Reader):
    """nbconvert's own tags around what is ours."""

    def fits(self, tag: str, name: str, value: str) -> bool:
        own = name == "class" and not value.startswith("vl")
        heading = (tag[0] == "h" and name == "id") or (tag == "a" and value.startswith("#"))
        return own or heading or name == "tabindex" or super().fits(tag, name, value)


def test_nbconvert_runs_nothing_of_the_models() -> None:
    """Wherever a hostile text stands in the bundle, the exported page has no tag but ours."""
    for text in HOSTILE:
        data = _saved("complete", answer=text, thinking=text, notices=[text], cause=text)
        reader = _Exported(SAVED | {"div"})
        reader.feed(_page(data))
        assert reader.wrong == [], text


def test_a_failure_is_said_once(kernel: Kernel, service: Emulator) -> None:
    """The cell that fails keeps the cause in its error, and the text that came above it."""
    service.fault = "cut-in-answer"
    shown, error = kernel.run("%%vlreason --no-image -o r\nwhat?")
    cause = kernel.value("r.error.message")
    assert cause in error["evalue"]
    assert "failed" in shown["data"]["text/markdown"]
    assert cause not in shown["data"]["text/markdown"]
    (again,) = kernel.run("r")
    assert "lost within the answer" in again["data"]["text/markdown"]
