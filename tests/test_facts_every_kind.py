"""Facts of a figure of every kind: bounded, without a trace, the same in an old library."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import figure_kinds
import matplotlib.pyplot as plt
import pytest

from vlmagic.facts import facts_of

OLD = os.environ.get("VLMAGIC_OLD_MATPLOTLIB_PYTHON")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def pixels(figure: Any) -> bytes:
    """What is drawn of a figure."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="rgba")
    return buffer.getvalue()


@pytest.mark.parametrize("name", figure_kinds.KINDS)
def test_reading_leaves_no_trace(name: str) -> None:
    """Every kind has facts within the budget, and neither they nor the pixels change by reading."""
    figure = figure_kinds.draw(name)
    before = pixels(figure)
    facts = facts_of(figure)
    assert facts is not None
    assert len(facts.text.encode()) <= 2000
    assert json.loads(facts.text)["axes"]
    assert pixels(figure) == before
    assert facts_of(figure) == facts


@cache
def old_digests() -> dict[str, str]:
    """The digests that the old library gives."""
    program = Path(figure_kinds.__file__)
    environment = {"PYTHONPATH": os.pathsep.join([str(program.parent.parent), str(program.parent)])}
    done = subprocess.run(
        [str(OLD), str(program)],
        capture_output=True,
        check=True,
        env={**os.environ, **environment},
    )
    return dict(json.loads(done.stdout))


@pytest.mark.skipif(OLD is None, reason="needs VLMAGIC_OLD_MATPLOTLIB_PYTHON (matplotlib 3.9)")
@pytest.mark.parametrize("name", figure_kinds.KINDS)
def test_the_digest_outlives_the_library(name: str) -> None:
    """An old matplotlib draws other pixels of a figure and has the same digest of what it says."""
    figure = figure_kinds.draw(name)
    figure.canvas.draw()
    facts = facts_of(figure)
    assert facts is not None
    assert facts.digest == old_digests()[name]
