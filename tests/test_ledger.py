"""The ledger: what a kernel has spent, and the two limits that hold for cells and panels alike."""

from __future__ import annotations

import pytest
from conftest import Kernel

from vlmagic.emulator import Emulator
from vlmagic.errors import SettingsError
from vlmagic.ledger import Ledger


def test_a_call_above_its_limit_is_refused_and_one_near_it_is_warned_about() -> None:
    """From 80 % of the limit on there is a warning; beyond it nothing is sent."""
    ledger = Ledger()
    assert ledger.guard(1.0, "CNY", call=10.0, total=None) == []
    assert ledger.guard(None, "CNY", call=0.0, total=0.0) == []
    (warning,) = ledger.guard(9.0, "CNY", call=10.0, total=None)
    assert "limit for one call" in warning
    with pytest.raises(SettingsError, match="limit for one call"):
        ledger.guard(10.01, "CNY", call=10.0, total=None)


def test_what_still_runs_counts_towards_the_sum() -> None:
    """Two questions at once cannot pass together what each of them may reach alone."""
    ledger = Ledger()
    with ledger.holding(3.0, "CNY"):
        (warning,) = ledger.guard(2.0, "CNY", call=10.0, total=6.0)
        assert "near its limit" in warning
        with pytest.raises(SettingsError, match="would pass"):
            ledger.guard(3.5, "CNY", call=10.0, total=6.0)
        assert ledger.guard(3.5, "USD", call=10.0, total=6.0) == []
    assert ledger.guard(3.5, "CNY", call=10.0, total=6.0) == []


@pytest.mark.usefixtures("service")
def test_limits_hold_in_cells_and_in_panels(kernel: Kernel) -> None:
    """Both limits stop a cell and a panel before anything is sent, in the same words."""
    kernel.run("from vlmagic.ledger import LEDGER, Ledger; import vlmagic.ledger")
    kernel.run("panel = vlmagic.Panel('What is this?')\ndraft = dict(panel.widget.draft)")
    reader = "panel._reader.estimate(draft)"
    for limit, words in (
        ("max_cost_per_call = 0.0001", "limit for one call"),
        ("max_cost_total = 0.0001", "would pass"),
    ):
        name = limit.split()[0]
        kernel.run(f"%config VLMagics.{limit}")
        outputs = kernel.run("%%vlreason --no-image -o r\nWhat is this?")
        assert words in str(outputs[0]["evalue"])
        assert words in kernel.value(f"{reader}['refused']")
        kernel.run(f"%config VLMagics.{name} = None")
    assert kernel.value(f"{reader}['refused']") == ""
    kernel.run("%config VLMagics.max_cost_total = 1.3")
    kernel.run("%%vlreason --no-image -o r\nWhat is this?")
    assert kernel.value("any('near its limit' in n.text for n in r.notices)")
    assert kernel.value(f"any('near its limit' in n for n in {reader}['notices'])")
    kernel.run("panel.close()")


def test_usage_adds_up_by_model(kernel: Kernel, service: Emulator) -> None:
    """Per model: calls, tokens and money; a question that never left is not booked; limits are said."""
    kernel.run("vlmagic.ledger.LEDGER._lines.clear()")
    for model in ("qwen3-vl-plus", "qwen3-vl-flash", "qwen3-vl-flash"):
        kernel.run(f"%%vlreason --no-image -m {model} -o r\nWhat is this?")
    kernel.run("%%vlreason --no-image -m qvq-max --max-cost 0 -o r\nWhat is this?")
    assert len(service.log) == 3
    assert kernel.value("[(l.model, l.calls) for l in vlmagic.ledger.LEDGER.lines]") == [
        ("qwen3-vl-plus", 1),
        ("qwen3-vl-flash", 2),
    ]
    (shown,) = kernel.run("%vl usage")
    text = shown["data"]["text/plain"]
    assert "qwen3-vl-flash" in text
    assert "Together: ¥" in text
    assert "a call" in text
