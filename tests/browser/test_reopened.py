"""What is saved reads the same with no kernel, in an untrusted copy, and for every kind of text."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from lab import Desk, Notebook
from markup_checks import HOSTILE

from vlmagic.markup import bundle

pytest_plugins = ["desks"]
pytestmark = pytest.mark.browser

LOAD = "%load_ext vlmagic"
PLOT = (
    "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3], [4, 2, 3]); plt.title('Loss'); plt.show()"
)
ASK = "%%vlreason -o r --max-cost 1000 -m bench-900-0-50\nWhy?"
RENDERED = ".jp-RenderedMarkdown"
# JupyterLab adds to headings what it likes.
READ = """node => ({
  words: node.innerText, folded: [...node.querySelectorAll('details')].map(d => [d.open, d.textContent.length]),
  tags: [...node.querySelectorAll('*')].filter(n => !n.closest('mjx-container, h1 *, h2 *, h3 *')).map(n => n.tagName).join(' '),
  formulas: node.querySelectorAll('mjx-container').length })"""


def _saved(text: str, **more: Any) -> dict[str, str]:
    whole: dict[str, Any] = {
        "receipt": ["@1 640×480"], "thinking": text, "answer": text, "notices": ["Noticed."], "facts": ["{}"],
        "status_line": "model · complete", "thinking_summary": "Thought for 12 s", "fold": "fold",
    }  # fmt: skip
    return bundle(**{**whole, **more})


def _without_kernel(desk: Desk, name: str, outputs: list[Any]) -> Notebook:
    """An unsigned notebook with these outputs, opened and refused a kernel."""
    book = nbformat.v4.new_notebook()
    book.cells = [
        nbformat.v4.new_code_cell("x", outputs=[nbformat.from_dict(output)]) for output in outputs
    ]
    nbformat.write(book, desk.lab.folder / name)
    page, url = desk.context.new_page(), f"{desk.lab.url}doc/tree/{name}"
    page.goto(url)
    page.locator(".jp-Dialog").get_by_role("button", name="No Kernel").click()
    return Notebook(page, desk.lab.folder / name, url)


def _shown(notebook: Notebook, number: int) -> Any:
    """What a cell shows, once its formulas are set."""
    notebook.page.evaluate(
        """number => { const book = window.jupyterapp.shell.currentWidget.content;
           book.activeCellIndex = number; return book.scrollToItem(number); }""",
        number,
    )
    output = notebook.output(number).locator(RENDERED)
    output.wait_for()
    notebook.page.wait_for_timeout(500)
    return output


def test_reopened_without_a_kernel_it_is_what_it_was(desk: Desk) -> None:
    """Untrusted, trusted, live: the same words, tags, folds and formulas."""
    notebook = desk.open([LOAD, PLOT, ASK])
    for number in range(3):
        notebook.run(number)
    notebook.view(2).wait_for(state="detached")
    live = _shown(notebook, 2).evaluate(READ)
    assert live["formulas"] > 0
    assert [is_open for is_open, _ in live["folded"]] == [False, False]
    (output,) = notebook.save()["cells"][2]["outputs"]
    copy = _without_kernel(desk, "copy.ipynb", [output])
    trusted = "() => window.jupyterapp.shell.currentWidget.content.widgets[0].model.trusted"
    assert not copy.page.evaluate(trusted)
    assert _shown(copy, 0).evaluate(READ) == live
    copy.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:trust'); }")
    copy.page.locator(".jp-Dialog").get_by_role("button", name="Trust").click()
    copy.page.wait_for_function(trusted)
    assert _shown(copy, 0).evaluate(READ) == live
    copy.page.close()


FORMULAS = [
    r"$\ce{H2O + CO2 -> H2CO3}$", r"$\boxed{x = \frac{1}{2}}$", r"\(a<b\) \[a>b\]",
    "$$\n\\begin{aligned}\na &= b \\\\\n &= c\n\\end{aligned}\n$$", "\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}",
    r"$$f(x)=\begin{cases} 1 & x<0 \\ 0 & x \ge 0 \end{cases}$$", r"$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$",
    "| m |\n|---|\n| $\\begin{bmatrix}1\\\\2\\end{bmatrix}$ |", "1. a\n\n   $$\n   y = 2\n   $$", "> $$c>d$$",
    "当$x>0$时，**公式$y$。**后", r"$x_{i}*y_{j}*z$", r"$\text{\$5}$", r"$E=mc^2 \tag{1}$",
]  # fmt: skip


def test_formulas_prices_and_emphasis_are_read_as_written(desk: Desk) -> None:
    """MathJax sets every formula without an error and leaves prices and code alone."""
    others = {
        "It costs $5 and $6, US$5, 5$ 和 6$，费用$3。$HOME": 0,
        "`$x$` and `a\\(b\\)`\n\n```\n$x$ \\(y\\)\n```\n\n- ```\n  $x$\n  ```": 0,
        r"$\href{javascript:alert(1)}{x}$ $\unicode{x41}$": 0,
    }
    texts = [*FORMULAS, *others]
    outputs = [nbformat.v4.new_output("display_data", _saved(text)) for text in texts]
    notebook = _without_kernel(desk, "formulas.ipynb", outputs)
    for number, text in enumerate(texts):
        output = _shown(notebook, number)
        assert output.locator("mjx-merror, [data-mjx-error]").count() == 0, text
        found = output.locator("mjx-container").count()
        assert found == others[text] if text in others else found > 0, text
    words = _shown(notebook, len(FORMULAS)).inner_text()
    assert next(iter(others)) in words
    cjk = _shown(notebook, FORMULAS.index("当$x>0$时，**公式$y$。**后"))
    assert cjk.locator("strong").count() == 1
    notebook.page.close()


HARD = {
    "a long line": "x" * 1_000_000,
    "newlines": "a" + "\n" * 100_000 + "b",
    "ticks": "`" * 100_000,
    "dollars": "$a " * 20_000,
    "a long paragraph": "ab **c** $x$ " * 40_000,
    "runs of ticks": ("`" * 24 + "a" * 10_000 + "\n") * 10,
    "stars": "*a " * 20_000,
    "an open fence": "```python\n" + "x = 1\n" * 5_000,
    "unclosed": "**b *i `c $x [l](http://e ~~~ |\n\n| a |\n|--\n\n- <div\n  > \\(\n\n$$\nx",
    "directions": "abc \u202egnp.exe\u202c \u200b\u200d عربي שלום \u2066x\u2069 \ufeff",
    "thinking that fights": "</details>\n~~~~~\n```\n</pre><script>window.hacked = 1</script>",
}


def test_hard_texts_are_whole_and_harmless(desk: Desk) -> None:
    """Long, unclosed, reversed and hostile texts leave the page alive and show status and answer."""
    outputs = [nbformat.v4.new_output("display_data", _saved(text)) for text in HARD.values()]
    outputs += [
        nbformat.v4.new_output("display_data", _saved("".join(HOSTILE[at : at + 12])))
        for at in range(0, len(HOSTILE), 12)
    ]
    before = len(desk.asked)
    notebook = _without_kernel(desk, "hard.ipynb", outputs)
    for number in range(len(outputs)):
        output = _shown(notebook, number)
        assert "model · complete" in output.inner_text()
        assert output.locator("details").count() == 2
        below = output.locator("details").last.evaluate("node => node.nextElementSibling !== null")
        assert below
    assert notebook.page.evaluate("() => window.hacked") is None
    asked = [url for url in desk.asked[before:] if not url.startswith((desk.lab.url, "data:"))]
    assert asked == []
    notebook.page.close()
