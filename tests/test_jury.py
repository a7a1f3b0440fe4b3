"""One question to several models or several times: cost before, everything kept, agreement computed."""

from __future__ import annotations

import _thread
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest
from conftest import Kernel

import vlmagic
from vlmagic.emulator import Emulator
from vlmagic.errors import CellError, Interrupted, SettingsError
from vlmagic.events import Answer, Done
from vlmagic.jury import Agreement, Ballot
from vlmagic.ledger import LEDGER
from vlmagic.request import Request
from vlmagic.result import Result


def said(*answers: str) -> Agreement:
    """Answers of as many models, without a service."""
    ballots = []
    for number, answer in enumerate(answers):
        result = Result(Request(f"m{number}", "Why?"))
        result.transcript.feed(Answer(answer))
        result.transcript.feed(Done("stop", f"m{number}"))
        result.settle()
        ballots.append(Ballot(f"m{number}", 1, 1, None, result))
    return Agreement(ballots)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("About ¾ of the users stay.", "75 % of users stay."),
        ("About 0.75 of the users stay.", "3/4 of the users stay."),
        ("The peak of sales is 1,200 units.", "Sales peak at 1200."),
        ("The peak of sales is 1.2k.", "Sales peak at $1.2 \\times 10^3$."),
        ("Sales peak at 3.1.", "The peak of sales is 3.14."),
        ("The run takes 1500 ms.", "The run took 1.5 s."),
        ("销量的最大值为 1.2 万。", "最大值为 12000，属于销量。"),
        ("Sales peak at 3.1 in month 4.", "In month 4 the sales peak at 3.1."),
        ("The answer is 42.", "**Answer:** 42"),
        ("So $\\boxed{\\frac{3}{4}}$.", "答案是 75%。"),
        ("$\\boxed{x = \\frac{a}{b}}$", "$$\\boxed{x=\\dfrac{a}{b}}$$"),
    ],
)
def test_what_means_the_same_is_grouped(one: str, other: str) -> None:
    """Thousands, fractions, percentages, powers, rounding and units of one kind are one number."""
    (group,) = said(one, other).groups
    assert group.by == [0, 1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sales peak at 3.1.", "Sales peak at 3.2."),
        ("Sales peak at 75.", "Sales peak at 75 %."),
        ("Sales peak at 3.1.", "Sales do not peak at 3.1."),
        ("The highest loss is 3.1.", "The lowest loss is 3.1."),
        ("Loss rises by 2.", "Loss falls by 2."),
        ("The loss is 4.", "There are 4 panels."),
        ("The loss is 3 at epoch 1.", "The loss is 1 at epoch 3."),
        ("The run takes 5 s.", "The run takes 5 min."),
        ("The answer is 42.", "The answer is 43."),
        ("$\\boxed{x^2}$", "$\\boxed{x^3}$"),
        ("损失上升了 2。", "损失下降了 2。"),
    ],
)
def test_what_may_differ_is_kept_apart(one: str, other: str) -> None:
    """Where it is not certain that two say the same, they do not."""
    assert [group.by for group in said(one, other).groups] == [[0], [1]]


def test_prose_fails_and_long_lists_are_not_lost() -> None:
    """Prose has its row, a failed answer its line, and hostile words stay words."""
    found = said(
        "It looks like a tree | with <b>leaves</b>.\n\nNice in every way one could think of.",
        "Loss is 4 there.",
    )
    refused = Ballot("m9", 1, 1, None, Result.refused(SettingsError("No key.", "Set one.")))
    found.ballots.append(refused)
    table = found.table()
    assert [row[1] for row in table.rows] == ["1 of 2", "1 of 2"]
    assert "in words: It looks like" in table.rows[1][0]
    assert "m9: No key. Set one." in table.below
    assert "<b>" not in table.markdown()
    frame = found.frame()
    assert list(frame.columns) == ["said", "kind", "agree", "check", "m0", "m1", "m9"]
    assert frame["m1"].tolist() == [True, False]
    assert repr(found) == "<Agreement: 2 of 3 answers>"
    assert len(said(" ".join(f"Loss is {n} there." for n in range(1000))).table().rows) == 40


def chart() -> Any:
    """A figure with a maximum."""
    figure, axes = plt.subplots()
    axes.bar(["north", "south", "east"], [3, 9, 5])
    plt.close(figure)
    return figure


@pytest.mark.parametrize("api", ["openai", "dashscope"])
def test_models_and_votes_over_both_protocols(emulator: Emulator, api: str) -> None:
    """Every model is asked as often as wished; the checks stand beside, the cost is said before."""
    url = emulator.compatible_url if api == "openai" else emulator.native_url
    emulator.slip = "peak"
    found = vlmagic.compare(
        "Which is highest?", chart(), ["qwen3-vl-plus", "qvq-max"], votes=2, check=True,
        api=api, base_url=url, api_key=emulator.key,
    )  # fmt: skip
    assert [one.name for one in found.ballots] == [
        "qwen3-vl-plus #1", "qwen3-vl-plus #2", "qvq-max #1", "qvq-max #2",
    ]  # fmt: skip
    assert [result.status for result in found.results] == ["complete"] * 4
    assert [entry.model for entry in emulator.log].count("qvq-max") == 2
    rows = found.table().rows
    (wrong,) = [row for row in rows if "✗" in row[3]]
    assert wrong[1:3] == ["4 of 4", "qwen3-vl-plus ×2, qvq-max ×2"]
    assert "9" in wrong[3]
    below = " ".join(found.table().below)
    assert "4 questions, together at most ¥" in below
    assert "The 2 answers of qwen3-vl-plus are the same letter for letter" in below


def test_one_ballot_s_trouble_is_its_own(emulator: Emulator) -> None:
    """A refused model, an unknown one and a fault cost nobody else the answer."""
    found = vlmagic.compare(
        "Hi?", None, ["qwen3-vl-plus", "qwen3-vl-8b-instruct", "no-such-model"], think=True,
        base_url=emulator.compatible_url, api_key=emulator.key,
    )  # fmt: skip
    assert [result.status for result in found.results] == ["complete", "failed", "failed"]
    below = "\n".join(found.table().below)
    assert "qwen3-vl-8b-instruct does not think" in below
    assert "no-such-model: " in below
    with pytest.raises(SettingsError):
        vlmagic.compare(
            "Hi?", None, ["qwen3-vl-8b-instruct"], model="qwen3-vl-8b-thinking", think=True, budget=10**9,
            base_url=emulator.compatible_url, api_key=emulator.key,
        ).raise_for_error()  # fmt: skip


def test_the_sum_is_guarded_before_anything_is_sent(emulator: Emulator) -> None:
    """Three that would each be allowed are refused together, and nothing has left."""
    how: dict[str, Any] = {"base_url": emulator.compatible_url, "api_key": emulator.key}
    how["max_tokens"] = 1000
    one = vlmagic.reason("Hi?", think=False, **how).context.estimate
    assert one is not None
    assert one.cost_at_most is not None
    emulator.log.clear()
    limit = 2.5 * one.cost_at_most
    with pytest.raises(SettingsError, match="could cost up to"):
        vlmagic.compare("Hi?", votes=3, think=False, max_cost_per_call=limit, **how)
    assert not emulator.log
    spent = LEDGER.total().get("CNY", 0.0)
    with pytest.raises(SettingsError, match="would pass"):
        vlmagic.compare("Hi?", votes=3, think=False, max_cost_total=spent + limit, **how)
    assert not emulator.log
    assert vlmagic.compare("Hi?", votes=2, think=False, max_cost_per_call=limit, **how).ok


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"votes": 0}, "nobody"),
        ({"votes": -3}, "nobody"),
        ({"votes": 1000}, "1000 questions are too many"),
        ({"votes": 11, "models": ["a", "b"]}, "22 questions"),
        ({"models": ["a", "a"]}, "twice"),
    ],
)
def test_nonsense_is_refused(wish: dict[str, Any], words: str) -> None:
    """Nobody, too many, the same one twice: one sentence, before anything is sent."""
    with pytest.raises(CellError, match=words):
        vlmagic.compare("Hi?", **wish)


def test_a_fixed_seed_is_said(emulator: Emulator) -> None:
    """Votes that cannot differ say so before they are counted."""
    how: dict[str, Any] = {"base_url": emulator.compatible_url, "api_key": emulator.key}
    found = vlmagic.compare("Hi?", votes=2, seed=7, **how)
    assert any("seed 7" in notice for notice in found.notices)
    found = vlmagic.compare("Hi?", votes=2, temperature=0.0, **how)
    assert any("temperature 0" in notice for notice in found.notices)


def test_the_nth_asking_is_the_nth_recording(emulator: Emulator, tmp_path: Path) -> None:
    """Votes are recorded one by one and replayed as they were, without a key or a request."""
    how: dict[str, Any] = {"recordings": str(tmp_path), "base_url": emulator.compatible_url}
    found = vlmagic.compare("Hi?", votes=3, record="record", api_key=emulator.key, **how)
    assert len(list(tmp_path.glob("*.jsonl"))) == 3
    emulator.log.clear()
    code = (
        "import sys, vlmagic\n"
        f"found = vlmagic.compare('Hi?', votes=3, record='replay', **{how!r})\n"
        "print(*sorted({r.replayed_from for r in found.results}), *(r.status for r in found.results))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-3:] == ["complete"] * 3
    assert len(done.stdout.split()) == 6
    assert not emulator.log
    assert len(found.ok) == 3


def test_an_interrupt_stops_all_and_keeps_what_came(emulator: Emulator) -> None:
    """■ in the middle: every answer has ended, as far as it came."""
    emulator.fault = "stall-in-thinking"  # nobody is done before the interrupt, however late it is
    how: dict[str, Any] = {"base_url": emulator.compatible_url, "api_key": emulator.key}
    seen: list[Agreement] = []
    real = Agreement.__init__

    def remember(self: Agreement, *args: Any) -> None:
        real(self, *args)
        seen.append(self)

    over = threading.Event()

    def interrupt() -> None:
        while not over.wait(0.02):
            if seen and sum(r.transcript.thinking_length > 0 for r in seen[0].results) == 8:
                _thread.interrupt_main()
                return

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Agreement, "__init__", remember)
        threading.Thread(target=interrupt).start()
        try:
            with pytest.raises(Interrupted):
                vlmagic.compare("Hi?", votes=10, max_cost_per_call=1000.0, **how)
        finally:
            over.set()
    (found,) = seen
    assert [result.status for result in found.results] == ["stopped"] * 10
    assert sum(result.transcript.thinking_length > 0 for result in found.results) == 8


# -- in cells ----------------------------------------------------------------------------


def test_a_cell_asks_several_and_binds_the_agreement(kernel: Kernel, service: Emulator) -> None:
    """One table, updated in place; the name holds Results, table and frame."""
    kernel.run("plt.bar(['a', 'b'], [3, 9]); plt.show()")
    (output,) = kernel.run(
        "%%vlreason --compare qvq-max --votes 2 --check -o both\nWhich is higher?"
    )
    shown = output["data"]["text/markdown"]
    assert "4 of 4" in shown
    assert "qwen3-vl-plus ×2, qvq-max ×2" in shown
    assert "✓" in shown
    assert kernel.value("[r.status for r in both.results]") == ["complete"] * 4
    assert kernel.value("both.frame().shape[1]") == 8
    assert kernel.value("type(both).__name__") == "Agreement"
    assert len([entry for entry in service.log if entry.body]) == 4


def test_a_dry_run_says_what_it_would_cost(kernel: Kernel, service: Emulator) -> None:
    """Nothing leaves; each model and the sum are there."""
    (output,) = kernel.run("%%vlreason --no-image --votes 2 --compare qvq-max --dry-run\nHi?")
    shown = str(output["data"])
    assert "4 questions, together at most" in shown
    assert "qvq-max" in shown
    (output,) = kernel.run("%%vlreason --no-image --votes 1 --dry-run\nHi?")
    assert "One question, at most ¥" in str(output["data"])
    assert not service.log


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--votes 0", ["nobody"]),
        ("--votes many", ["many", "whole number"]),
        ("--votes 1000", ["too many"]),
        ("--votes 2 --each", ["--votes", "--each"]),
        ("--votes 2 -b", ["--votes", "-b"]),
        ("--compare a,,b", ["name"]),
        ("--compare a,b -m c", ["--compare", "-m"]),
        ("--compare qvq-max,qvq-max", ["twice"]),
        ("--votes 2 --steps", ["--steps"]),
        ("--votes 2 -m qvq-max --no-stream", ["stream"]),
    ],
)
def test_bad_wishes_are_one_sentence(kernel: Kernel, options: str, words: list[str]) -> None:
    """Refused with cause and remedy; the name never keeps an old answer."""
    kernel.run("r = 'old'")
    outputs = kernel.run(f"%%vlreason --no-image {options} -o r\nHi?")
    (error,) = [o for o in outputs if o["output_type"] == "error"]
    told = "\n".join([error["evalue"], *error["traceback"]])
    for word in words:
        assert word in told
    assert "Traceback" not in told
    assert kernel.value("r == 'old'") is False
