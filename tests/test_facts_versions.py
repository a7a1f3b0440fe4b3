"""Charts of plotly, altair and bokeh keep their digest when the library changes."""

from __future__ import annotations

import json
import os

import page_kinds
import pytest
from old_digests import digests_in

from vlmagic.facts import facts_of

OLD = os.environ.get("VLMAGIC_OLD_CHARTS_PYTHON")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.skipif(OLD is None, reason="needs VLMAGIC_OLD_CHARTS_PYTHON (plotly 5, altair 5.1)")
@pytest.mark.parametrize("name", page_kinds.KINDS)
def test_the_digest_outlives_the_library(name: str) -> None:
    """An old library writes another specification of the same chart, and it has the same digest."""
    facts = facts_of(page_kinds.KINDS[name]())
    assert facts is not None
    assert facts.digest == digests_in(str(OLD), page_kinds)[name]


@pytest.mark.parametrize("name", page_kinds.KINDS)
def test_every_kind_has_facts(name: str) -> None:
    """Whatever a page draws has facts within the budget, the same whenever the chart is made anew."""
    facts = facts_of(page_kinds.KINDS[name]())
    assert facts is not None
    assert json.loads(facts.text)["axes"]
    assert len(facts.text.encode()) <= 2000
    assert facts == facts_of(page_kinds.KINDS[name]())


def test_no_two_charts_are_one() -> None:
    """Different charts have different digests."""
    digests = [facts.digest for draw in page_kinds.KINDS.values() if (facts := facts_of(draw()))]
    assert len(set(digests)) == len(page_kinds.KINDS)
