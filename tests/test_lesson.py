"""Lessons: where an answer is divided, how its formulas are numbered, what is saved."""

from __future__ import annotations

import re

import pytest

from vlmagic.emulator import Emulator
from vlmagic.lesson import divide, explain, refer
from vlmagic.markup import covered, render_html

HEADINGS = r"""We want the area.

## Step 1
Take the base $b=3$. It is given.

$$A = \frac{1}{2} b h$$

## Find the height
\[
h = 4
\]

## Answer
The area is **6**.
"""


@pytest.mark.parametrize(
    ("answer", "hints"),
    [
        (HEADINGS, ["We want the area.", "Step 1 — Take the base $b=3$.", "Find the height", "Answer"]),
        ("# Title\n\n## A\n\nx\n\n## B\n\ny", ["Title", "B"]),
        ("1. Do $a.b$ now. Then.\n2. Second: **x**.\n\nSo it is 4.", ["Do $a.b$ now.", "Second: **x**.", "So it is 4."]),
        ("Intro.\n\n1. One.\n\n   more\n\n2. Two.", ["Intro.", "One.", "Two."]),
        ("**Step 1.** Look. Then.\n\n$$x$$\n\n**Step 2.** Go.", ["Step 1. Look.", "Step 2. Go."]),
        ("Step 1. Look. Then.\n\nStep 2: Go.", ["Step 1. Look.", "Step 2: Go."]),
        ("第一步：求导。然后。\n\n$$f'(x)=2x$$\n\n第二步：令其为零。\n\n所以。", ["第一步：求导。", "第二步：令其为零。"]),
        ("The slope. More.\n\nWe compute:\n\n$$x$$\n\nDone.", ["The slope.", "We compute:", "Done."]),
        ("only one", ["only one"]),
        ("", []),
    ],
)  # fmt: skip
def test_divided_at_its_own_joints(answer: str, hints: list[str]) -> None:
    """Headings divide, else numbered steps, else paragraphs; the hint is heading or first sentence."""
    found = [step.hint for step in divide(answer).steps]
    assert [hint.replace("**", "") for hint in found] == [hint.replace("**", "") for hint in hints]


@pytest.mark.parametrize(
    "answer", [HEADINGS, "a\n\n- b\n\n```\n# no\n\n1. no\n```\n\nc", "1. a\n2. b"]
)
def test_nothing_is_lost_and_nothing_added(answer: str) -> None:
    """The steps, joined, are the answer, but for blank lines and the numbers of formulas."""
    joined = "\n".join(step.text for step in divide(answer).steps)
    bare = re.sub(r"\s|\\tag\{\d+\}", "", joined)
    assert bare == re.sub(r"\s", "", answer)


def test_formulas_are_numbered_and_named() -> None:
    """Displayed formulas count from 1, a tag of the author's stays, and "(2)" brings the second."""
    lesson = divide(
        HEADINGS + "\n$$E=mc^2 \\tag{E}$$\n\n\\begin{align}\nx&=1\\\\\ny&=2\n\\end{align}\n"
    )
    assert [formula.number for formula in lesson.formulas] == ["1", "2", "E", "3"]
    whole = "\n".join(step.text for step in lesson.steps)
    assert whole.count("\\tag{") == 4
    asked = refer("Why does (2) hold, and formula 3?", lesson)
    assert "$$h = 4$$" in asked
    assert "x&=1" in asked
    assert "\\frac" not in asked
    assert refer("no number", lesson) == "no number"


def test_a_numbered_formula_is_shown_with_its_number() -> None:
    """The number stands in the MathML of the live view."""
    assert "(1)" in re.sub(r"<[^>]+>", "", render_html(divide(HEADINGS).steps[1].text))


def test_the_saved_steps_nest() -> None:
    """Each step's fold lies in the one before it, and all of them close."""
    lesson = divide(HEADINGS)
    saved = covered([(step.hint, step.text) for step in lesson.steps])
    assert saved.count("<details>") == saved.count("</details>") == len(lesson.steps)
    assert "</details>\n\n<details>" not in saved


def test_hostile_steps_stay_inside_their_folds() -> None:
    """Neither a hint nor a step can open, close or run anything."""
    bad = "## </summary><img src=x onerror=alert(1)>\n\n</details>\n\n## B\n\n```\n</details> open fence"
    saved = covered([(step.hint, step.text) for step in divide(bad).steps])
    outside = re.sub(r"(`{3,})[^\n]*\n.*?\n\1", "", saved, flags=re.DOTALL)
    assert outside.count("</details>") == 2
    assert "<img" not in outside


def test_asking_about_one_step_quotes_it() -> None:
    """The follow-up names the step and quotes all of it, and nothing else."""
    asked = explain(divide(HEADINGS), 3)
    assert "> ## Find the height" in asked
    assert "\\frac" not in asked


def test_a_flood_of_headings_is_bounded() -> None:
    """However many headings, the folds nest at most forty deep, and nothing is lost."""
    lesson = divide("\n\n".join(f"## {n}\n\ntext {n}" for n in range(500)))
    assert len(lesson.steps) == 40
    assert "text 499" in lesson.steps[-1].text


def test_the_example_runs(emulator: Emulator) -> None:
    """The lessons' notebook executes without an error; lessons are saved folded, marks as a picture."""
    import nbformat
    from nbclient import NotebookClient

    from vlmagic.demo import examples, wired

    book = nbformat.read(examples() / "lessons.ipynb", as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in wired(emulator).items():
            patch.setenv(name, value)
        NotebookClient(book, timeout=120).execute()
    saved = [
        "".join(output["data"].get("text/markdown", ""))
        for cell in book.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    assert sum("</details>\n\n</details>" in text for text in saved) >= 3
    drawn = [cell for cell in book.cells if cell.source.startswith("marked.draw()")]
    assert ["image/png" in cell.outputs[0]["data"] for cell in drawn] == [True]
