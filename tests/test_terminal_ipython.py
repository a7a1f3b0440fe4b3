"""A real `ipython` in a real terminal: what is typed there works as in a notebook."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vlmagic.emulator import Emulator

pexpect = pytest.importorskip("pexpect")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

PROMPT = r"In \[\d+\]: "
MORE = r"\.\.\.: "


class Terminal:
    """A shell that is typed to, and what it shows."""

    def __init__(self, process: Any) -> None:
        self.process = process
        process.expect(PROMPT)

    def start(self, *lines: str) -> None:
        """Type a cell; a cell of several lines ends with two empty ones."""
        typed = [*lines, "", ""] if len(lines) > 1 else lines
        for line in typed[:-1]:
            self.process.sendline(line)
            self.process.expect(MORE)
        self.process.sendline(typed[-1])

    def type(self, *lines: str) -> str:
        """Type a cell, wait for the next prompt, and give what was shown between."""
        self.start(*lines)
        self.process.expect(PROMPT)
        return str(self.process.before)


@pytest.fixture
def terminal(emulator: Emulator, tmp_path: Path) -> Iterator[Terminal]:
    """Terminal IPython 80 columns wide, wired to the emulator, with vlmagic loaded."""
    environment = {
        **os.environ,
        "DASHSCOPE_API_KEY": emulator.key,
        "VLMAGIC_BASE_URL": emulator.compatible_url,
        "IPYTHONDIR": str(tmp_path),
        "MPLBACKEND": "agg",
        "TERM": "xterm",
    }
    process = pexpect.spawn(
        sys.executable,
        [
            "-m",
            "IPython",
            "--simple-prompt",
            "--no-banner",
            "--no-confirm-exit",
            "--colors=NoColor",
        ],
        env=environment,
        cwd=str(tmp_path),
        encoding="utf-8",
        dimensions=(24, 80),
        timeout=60,
        echo=False,
    )
    try:
        running = Terminal(process)
        running.type("%load_ext vlmagic")
        yield running
    finally:
        process.close(force=True)


def test_a_figure_is_asked_about(terminal: Terminal, emulator: Emulator) -> None:
    """With Agg nothing is on a screen, yet the open figure is sent; thinking is dim, the answer plain."""
    terminal.type("import matplotlib.pyplot as plt; fig, ax = plt.subplots()")
    terminal.type("_ = ax.plot([1, 2, 3], [3, 1, 2], label='损失'); _ = ax.set_title('Loss')")
    shown = terminal.type("%%vlreason -i @gcf -o why", "Why does it rise? 为什么？")
    assert "data:image/png;base64," in str(emulator.log[-1].body)
    assert "\x1b[2m── Thinking ──" in shown
    answer = shown.split("── Answer ──", 1)[1]
    assert "emulator" in re.split(r"\x1b\[2m", answer, maxsplit=2)[0]
    assert "损失" in shown
    assert "complete" in shown
    assert set(re.findall(r"\x1b\[[^A-Za-z]*[A-Za-z]", shown)) == {"\x1b[2m", "\x1b[0m"}
    assert "complete True" in terminal.type("print(why.status, len(why.answer) > 50)")


def test_the_panel_says_that_it_needs_a_notebook(terminal: Terminal) -> None:
    """Where no widget can be shown, one sentence says what to do instead."""
    assert "The panel needs a notebook" in terminal.type("%vl panel")


def test_an_interrupt_keeps_what_came(terminal: Terminal) -> None:
    """Ctrl-C in mid-stream ends the question without a traceback; the next prompt works."""
    terminal.start("%%vlreason --no-image --max-cost 1000 -m bench-9000-60-100 -o half", "hi")
    terminal.process.expect("── Thinking ──")
    terminal.process.expect(r"\w+ \w+")
    terminal.process.sendintr()
    terminal.process.expect(PROMPT)
    assert "stopped" in terminal.process.before
    assert "Traceback" not in terminal.process.before
    assert "stopped True" in terminal.type("print(half.status, len(half.thinking) > 0)")


def test_a_refusal_is_said_once(terminal: Terminal, emulator: Emulator) -> None:
    """A failure shows its cause and remedy once, and no frames."""
    emulator.fault = "cut-in-answer"
    shown = terminal.type("%%vlreason --no-image -o r", "what?")
    assert shown.count("was lost within the answer") == 1
    assert "failed" in shown
    assert "Traceback" not in shown
    assert "failed True" in terminal.type("print(r.status, len(r.answer) > 0)")
