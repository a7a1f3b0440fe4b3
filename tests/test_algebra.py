"""Checked mathematics: no false verdict, hostile input is bounded, and sympy never sees text."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from vlmagic.algebra import Step, check, first_wrong
from vlmagic.algebra import sympy_process as process
from vlmagic.algebra.node import Node, num, sym

DATA = Path(__file__).parent / "data"
_MARK = re.compile("⟦([VXQ])⟧")


def marked(raw: str) -> tuple[str, list[tuple[int, str]]]:
    """The answer without its marks, and where each stood: V right, X wrong, Q nobody knows."""
    text, marks, at = "", [], 0
    for found in _MARK.finditer(raw):
        text += raw[at : found.start()]
        marks.append((_end(text, len(text)), found[1]))
        at = found.end()
    return text + raw[at:], marks


def _end(text: str, at: int) -> int:
    return len(text[:at].rstrip(" $."))


@pytest.mark.parametrize(
    "name", ["steps", "steps_second", "steps_third", "steps_fourth", "steps_fifth", "steps_sixth"]
)
def test_no_step_is_judged_falsely(name: str) -> None:
    """Every verdict is true, nothing open is decided, and at least 60 % of the steps get one."""
    decided = total = 0
    false: list[tuple[str, str, str]] = []
    for row in json.loads((DATA / f"{name}.json").read_text(encoding="utf-8")):
        answer, marks = marked(row["answer"])
        found = {_end(answer, step.end): step for step in check(answer)}
        for at, truth in marks:
            step = found.pop(at, None)
            verdict = step.verdict if step else "unchecked"
            total += truth in "VX"
            decided += truth in "VX" and verdict != "unchecked"
            if (
                verdict
                != {"V": "right", "X": "wrong", "Q": "unchecked"}[truth]
                != "unchecked"
                != verdict
            ):
                false.append((truth, verdict, answer))
            if truth == "Q" and verdict != "unchecked":
                false.append((truth, verdict, answer))
        false.extend(("given", s.verdict, answer) for s in found.values() if s.verdict == "wrong")
    print(f"{name}: {decided} of {total} steps got a verdict")
    assert not false
    assert total >= 80
    assert decided >= 0.6 * total


def only(answer: str) -> Step:
    """The one step of an answer."""
    (step,) = check(answer)
    return step


def test_spans_are_places_in_the_answer() -> None:
    """A step's text is the answer between its start and its end."""
    answer = "先算 $12 \\times 3 = 36$,再算 $36 + 5 = 42$。"
    steps = check(answer)
    assert [answer[s.start : s.end] for s in steps] == [s.text for s in steps]
    assert [s.verdict for s in steps] == ["right", "wrong"]


def test_the_first_wrong_step_is_named() -> None:
    """`first_wrong` gives the first of them, with what it should have been; else None."""
    steps = check("$2 + 2 = 4$, $3 + 3 = 7$, $4 + 4 = 9$")
    wrong = first_wrong(steps)
    assert wrong is not None
    assert (wrong.number, wrong.truth) == (2, "6")
    assert first_wrong(check("$2 + 2 = 4$")) is None


@pytest.mark.parametrize(
    "tex",
    [
        "2^{2^{2^{2^{2^{2^9}}}}} = 1",
        "99999999! = 1",
        r"\sum_{k=1}^{99999999} k^{99} = 1",
        "(" * 3000 + "x" + ")" * 3000 + " = x",
        r"\frac{" * 500 + " = 1",
        r"\def\a{\a\a} \a = 1",
        r"\input{/etc/passwd} = 1",
        "__import__('os').system('x') = 1",
        r"\int_0^1 \frac{1}{x} dx = 5",
        r"\int_0^\infty \frac{\sin(x^9) e^{x}}{\ln x + x^{x}} dx = 2",
        r"\lim_{x \to 0} \sin\left(\frac{1}{x}\right) = 0",
        "a^{b^{c^{d}}} = \x00\ud800",
        r"\begin{cases} x = 1 \\ y = 2 \end{cases}",
        "∑ ≈ ∫ = ∂",
        "x_{x_{x_{x}}} = 2",
        "=", "==", "= =", "a = = b", "a =", "= b", r"\Rightarrow",
    ],
)  # fmt: skip
def test_hostile_formulas_are_not_judged(tex: str) -> None:
    """Whatever is too large, unknown or meant to hurt is unchecked, and nothing is raised."""
    assert all(step.verdict == "unchecked" for step in check(f"$${tex}$$"))


@pytest.mark.parametrize(
    "tex", ["1/2x = 5", r"2\frac{1}{2} = 2.5", r"\sin x/2 = 1", r"v(t) = 2", r"\sqrt{x^2} = x"]
)
def test_two_readings_are_never_guessed(tex: str) -> None:
    """A formula that can be read in two ways, or holds only somewhere, is unchecked, with a reason."""
    step = only(f"${tex}$")
    assert step.verdict == "unchecked"
    assert step.reason


def test_the_process_of_sympy_is_killed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that takes too long ends the process, and the next one gets a new one."""
    assert process.ask(num(2), num(2)) == "same"
    held = process._server
    assert held is not None
    monkeypatch.setattr(process, "SECONDS", 0.2)
    held.process.send_signal(signal.SIGSTOP)  # as silent as one that computes for ever
    assert process.ask(num(2), num(2)) == "time"
    assert held.process.poll() is not None
    monkeypatch.undo()
    assert process.ask(num(2), num(3)) == "different"
    process.close()


def test_trees_travel_as_data() -> None:
    """A tree comes back from its JSON unchanged."""
    tree = Node("mul", (num(3), Node("pow", (sym("x"), Node("neg", (num(2),))))))
    assert process.from_json(json.loads(json.dumps(process.to_json(tree)))) == tree


def test_code_and_prices_are_no_steps() -> None:
    """Nothing inside code, and no price, is a step."""
    answer = "```\n1 + 1 = 3\n```\n`2 = 3` costs $5 and $6.\n"
    found: list[Any] = check(answer)
    assert found == []


def test_a_great_many_formulas_are_bounded() -> None:
    """Tens of thousands of formulas, or of open delimiters, give at most two hundred steps."""
    assert len(check("$x=1$ " * 30_000)) <= 200
    assert check("$" * 50_000) == []
