"""The emulator slips when it is told to, says so, and our checks catch it."""

from __future__ import annotations

import json
import math
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import pytest

import vlmagic
from vlmagic.emulator import Emulator
from vlmagic.emulator.slips import SLIPS
from vlmagic.errors import CellError


@cache
def chart(kind: str) -> Any:
    """A figure of bars or lines."""
    figure, axes = plt.subplots()
    if kind == "bars":
        axes.bar(["north", "south", "east"], [3, 9, 5])
    else:
        axes.plot([1, 2, 3, 4], [4.0, 3.0, 2.0, 1.0], label="train")
        if kind == "lines":
            axes.plot([1, 2, 3, 4], [4.5, 4.0, 3.75, 3.5], label="valid")
        axes.set_xlabel("epoch")
        axes.legend()
    plt.close(figure)
    return figure


@pytest.fixture
def asked(emulator: Emulator) -> Any:
    """Ask the emulator about a figure, with the check on."""

    def ask(question: str, kind: str | None) -> vlmagic.Result:
        return vlmagic.reason(
            question,
            images=chart(kind) if kind else None,
            base_url=emulator.compatible_url,
            api_key=emulator.key,
            check=True,
        ).raise_for_error()

    return ask


def drawn(kind: str) -> Any:
    """A chart as newcomers draw one."""
    figure, axes = plt.subplots()
    if kind == "pie":
        axes.pie([30, 50, 20], labels=["north", "south", "east"])
    elif kind == "groups":
        axes.bar(["A", "B"], [3, 5], label="Oslo")
        axes.bar(["A", "B"], [2, 1], label="Rome")
    elif kind == "wave":
        axes.plot([n / 17 for n in range(60)], [math.sin(n / 17) for n in range(60)])
    elif kind == "cities":
        axes.plot(["Jan", "Feb", "Mar", "Apr"], [3, 5, 4, 8], label="Berlin")
        axes.plot(["Jan", "Feb", "Mar", "Apr"], [9, 6, 7, 5], label="Rome")
        axes.set_xlabel("month")
    elif kind == "loss":
        axes.plot([1, 2, 3, 4, 5], [2.3, 1.4, 0.9, 0.7, 0.6], label="loss")
    elif kind == "points":
        axes.scatter([1, 2, 3], [2, 1, 3])
    plt.close(figure)
    return figure


@pytest.mark.parametrize("question", ["What does it show near 3?", "图中说明了什么？"])
@pytest.mark.parametrize(
    "kind", ["bars", "lines", "pie", "groups", "wave", "cities", "loss", "points"]
)
def test_unasked_it_says_what_the_checks_find_right(
    emulator: Emulator, kind: str, question: str
) -> None:
    """All that it says of a chart in words is right, and nothing else that it says is marked."""
    result = vlmagic.reason(
        question,
        images=chart(kind) if kind in ("bars", "lines") else drawn(kind),
        base_url=emulator.compatible_url,
        api_key=emulator.key,
        check=True,
    ).raise_for_error()
    assert {claim.verdict for claim in result.claims} == ({"right"} if kind != "points" else set())
    assert len(result.claims) >= 2 or kind == "points"
    assert not [step for step in result.checks if step.claims]


CASES = [
    ("peak", "line", "Where is it highest?"),
    ("peak", "lines", "Where is it highest?"),
    ("peak", "bars", "哪一根最高？"),
    ("trend", "line", "How does it go?"),
    ("trend", "lines", "趋势如何？"),
    ("order", "bars", "Which is higher?"),
    ("order", "line", "Which is higher?"),
    ("order", "lines", "谁更高？"),
    ("sign", "lines", "How much does it change?"),
    ("sign", "line", "变化了多少？"),
    ("sign", None, "Complete the square: $x^2 - 5x + 6$"),
    ("sign", None, "请配方：$y^2 + 3y - 7$"),
]


@pytest.mark.parametrize(("slip", "kind", "question"), CASES)
def test_the_checks_catch_each_slip(
    asked: Any, emulator: Emulator, slip: str, kind: str | None, question: str
) -> None:
    """Told to slip: exactly one thing is wrong, and it is marked; not told: nothing is."""
    honest = asked(question, kind)
    assert "wrong" not in {one.verdict for one in (*honest.claims, *honest.checks)}
    assert "slip" not in honest.answer + honest.thinking
    emulator.slip = slip
    result = asked(question, kind)
    wrong = [one for one in (*result.claims, *result.checks) if one.verdict == "wrong"]
    assert len(wrong) == 1
    assert wrong[0].text in result.answer
    assert f"✗ ({wrong[0].truth})" in result.marked.replace("\\", "") or not wrong[0].truth
    assert "vlmagic" in result.answer[:30]
    assert f"`{slip}`" in result.answer
    assert slip in result.thinking


def test_a_slip_follows_what_was_sent(asked: Any, emulator: Emulator) -> None:
    """The wrong maximum is a value of the very chart, and another chart gets another one."""
    emulator.slip = "peak"
    assert "is 5, at east" in asked("Which is it?", "bars").answer
    assert "is 2, at epoch 3" in asked("Which is it?", "line").answer


def test_without_anything_to_slip_with_it_says_so(asked: Any, emulator: Emulator) -> None:
    """No chart came along: nothing wrong is said, and that is said."""
    emulator.slip = "trend"
    result = asked("Hello?", None)
    assert "nothing came along to slip with" in result.answer
    assert result.checked == ""


def test_an_unknown_slip_is_refused_with_the_list(emulator: Emulator) -> None:
    """In Python, on the command line and in a cell."""
    from vlmagic.commands import acts
    from vlmagic.emulator.serve import parser

    with pytest.raises(ValueError, match="peak, trend, order, sign"):
        Emulator(slip="nonsense")
    with pytest.raises(ValueError, match="no slip is called 'x'"):
        emulator.slip = "x"
    assert emulator.slip is None
    with pytest.raises(SystemExit):
        parser().parse_args(["--slip", "nonsense"])
    assert parser().parse_args(["--slip", "sign"]).slip == "sign"
    for words in (["--slip", "x"], ["--slip"], ["peak"]):
        with pytest.raises(CellError) as refused:
            acts.emulator(None, words)  # type: ignore[arg-type] # it is refused before that is used
        assert ", ".join(SLIPS) in refused.value.hint


def test_json_answers_do_not_slip(emulator: Emulator) -> None:
    """What a program reads is right, whatever the voice was told."""
    emulator.slip = "peak"
    result = vlmagic.reason(
        "As JSON: which is it?",
        images=chart("bars"),
        think=False,
        params={"response_format": {"type": "json_object"}},
        base_url=emulator.compatible_url,
        api_key=emulator.key,
    ).raise_for_error()
    assert json.loads(result.answer)["series"][0]["highest"] == {"x": "south", "y": 9}
