"""The shelf away from a notebook of today: terminal IPython, and the oldest IPython and ipykernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Kernel

OLD = os.environ.get("VLMAGIC_OLD_IPYTHON_PYTHON")
NEEDS_OLD = pytest.mark.skipif(OLD is None, reason="needs VLMAGIC_OLD_IPYTHON_PYTHON")

TERMINAL = """
%load_ext vlmagic
import json, matplotlib.pyplot as plt
from vlmagic import shelf; from vlmagic.references import parse
S = shelf.of(get_ipython())
def told(found): print('>>' + json.dumps([[i.label, bool(i.facts)] for i in found.images]))

plt.plot([1, 2]); plt.title('Loss'); plt.show()
told(shelf.default(S, globals()))
plt.gcf()
told(shelf.resolve([parse('@last'), parse('Out[8].axes[0]')], S, globals()))
%vl emulator
%vlreason --no-think -o why What is this?
print('>>' + json.dumps([why.status, why.images[0].title]))
"""


@pytest.mark.parametrize("python", [sys.executable, pytest.param(OLD, marks=NEEDS_OLD)])
def test_in_a_terminal(python: str, tmp_path: Path) -> None:
    """A terminal shows no pictures: the open figure is meant, and one that was named by its cell."""
    done = subprocess.run(
        [python, "-m", "IPython", "--simple-prompt", "--no-banner", "--no-confirm-exit", "--colors=NoColor"],
        input=TERMINAL,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, "MPLBACKEND": "agg", "IPYTHONDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    told = [line.partition(">>")[2] for line in done.stdout.splitlines() if ">>" in line]
    assert [json.loads(line) for line in told] == [
        [["@gcf", True]],
        [["@8.1", True], ["Out[8].axes[0]", True]],
        ["complete", "Loss"],
    ], done.stdout[-2000:]


@pytest.fixture(scope="module")
def old() -> Iterator[Kernel]:
    """A kernel of IPython 7.34 and ipykernel 6.17, with the shelf up."""
    environment = {"PYTHONPATH": str(ROOT), "VLMAGIC_LANGUAGE": "en"}
    running = Kernel({**environment, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}, str(OLD))
    try:
        running.run(
            "%load_ext vlmagic\n%matplotlib inline\nimport json, threading, IPython, ipykernel\n"
            "import matplotlib.pyplot as plt, PIL.Image\nfrom IPython.display import display, update_display\n"
            "from vlmagic import shelf\nS = shelf.of(get_ipython())\ntiny = PIL.Image.new('RGB', (20, 16))"
        )
        yield running
    finally:
        running.stop()


CELLS: list[tuple[str, list[str]]] = [
    ("plt.plot([1, 2]); plt.show()", ["matplotlib"]),
    ("fig, ax = plt.subplots(); ax.plot([1]); fig", ["matplotlib"]),
    ("plt.plot([1, 2]); 1 / 0", ["matplotlib"]),
    ("t = threading.Thread(target=display, args=(tiny,)); t.start(); t.join()", ["PIL"]),
    ("h = display(tiny, display_id='here')", ["PIL"]),
    ("update_display(tiny, display_id='here')", []),
    ("%%capture cap\nplt.plot([1]); plt.show()", []),
    ("", []),
    ("get_ipython().run_cell('plt.plot([1]); plt.show()'); tiny", ["matplotlib", "PIL"]),
]


@NEEDS_OLD
def test_in_the_oldest_kernel(old: Kernel) -> None:
    """IPython 7.34 on ipykernel 6.17: the same items, the same numbers, and they can be asked about."""
    assert old.value("(IPython.version_info[:2], ipykernel.version_info[:2])") == ((7, 34), (6, 17))
    expected: list[Any] = []
    for code, kinds in CELLS:
        number = old.value("get_ipython().execution_count")
        old.run(code)
        expected += [[f"@{number}.{place}", kind] for place, kind in enumerate(kinds, start=1)]
    assert old.value("[[item.label, item.kind] for item in S.items]") == expected
    assert old.value("[item.revision for item in S.items if item.display_id]") == [1]
    old.run("%vl emulator")
    outputs = old.run("%vlreason --no-think -i cap -i @-2 -o why What is this?")
    assert old.value("(why.status, [i.origin for i in why.images])") == (
        "complete",
        ["captured", "matplotlib"],
    ), outputs
    assert "last" in [
        done.removeprefix("%%vlreason -i @") for done in old.completed("%%vlreason -i @l")
    ]
    assert old.run("%unload_ext vlmagic") == []
