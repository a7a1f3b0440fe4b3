"""The README is true: its tables are generated, its blocks run, its commands are those of CI."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Kernel
from readme_tables import README, written

TEXT = README.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_its_tables_are_those_of_the_code() -> None:
    """Options and settings stand in the README as they are; `python tests/readme_tables.py` mends it."""
    assert written(TEXT) == TEXT


def test_its_notebook_blocks_run_in_order(kernel: Kernel) -> None:
    """Every notebook block runs in one kernel, from the first to the last, without an error."""
    for language, block in BLOCKS:
        if language == "ipython":
            cells = [block] if block.startswith("%%") else [block.rstrip()]
            for cell in cells:
                errors = [o for o in kernel.run(cell, timeout=120) if o["output_type"] == "error"]
                assert not errors, (cell, errors[0]["evalue"])
    assert kernel.value("why.status") == "complete"


def test_its_python_blocks_run() -> None:
    """Every plain Python block runs in an interpreter of its own."""
    for language, block in BLOCKS:
        if language == "python":
            subprocess.run([sys.executable, "-W", "error", "-c", block], check=True, timeout=120)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    """`.ci/run` takes its command from the README, and the command is one line."""
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "README.md" in ci
    for name in ("demo", "tests"):
        found = re.search(rf"<!-- {name} -->\n```bash\n(.*?)```", TEXT, re.DOTALL)
        assert found is not None
        assert found[1].count("\n") == 1


def test_the_demo_command_does_the_main_job(tmp_path: Path) -> None:
    """`vlmagic demo` streams thinking and answer to the terminal and writes both copies."""
    done = subprocess.run(
        [sys.executable, "-m", "vlmagic", "demo", "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "emulator" in done.stdout
    assert (tmp_path / "out" / "ask-about-your-chart.ipynb").is_file()
    assert (tmp_path / "out" / "ask-about-your-chart.html").is_file()
    executed = (tmp_path / "out" / "ask-about-your-chart.ipynb").read_text(encoding="utf-8")
    assert "text/markdown" in executed
    assert "text/html" not in executed


@pytest.mark.parametrize("word", ["doctor", "models"])
def test_the_other_commands_answer(word: str) -> None:
    """`vlmagic doctor` and `vlmagic models` print a table and succeed, without a key."""
    done = subprocess.run(
        [sys.executable, "-m", "vlmagic", word],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "qwen3-vl-plus" in done.stdout


@pytest.mark.parametrize("words", [["verify"], ["recordings", "check"]])
def test_a_notebook_that_is_not_there_is_said(words: list[str], tmp_path: Path) -> None:
    """A path that leads nowhere is one sentence, and a failure."""
    done = subprocess.run(
        [sys.executable, "-m", "vlmagic", *words, "nowhere.ipynb"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode != 0
    assert "There is no file nowhere.ipynb." in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
