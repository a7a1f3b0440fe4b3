"""Recordings in a real kernel and on the command line: asked once, replayed without key or network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import ROOT, Kernel
from nbclient import NotebookClient

from vlmagic import reason
from vlmagic.emulator import Emulator
from vlmagic.errors import RecordingError, SettingsError
from vlmagic.ledger import LEDGER
from vlmagic.recording.cabinet import _opened as forget
from vlmagic.verify import answer

CELLS = (
    "%load_ext vlmagic\n%matplotlib inline\nimport matplotlib.pyplot as plt",
    "plt.plot([1, 2, 3, 4], [4, 2, 1, 3], label='loss'); plt.title('Loss'); plt.show()",
    "%%vlreason -o why\nWhy does the loss rise at the end?",
    "%%vlreason -o again\nWhy does the loss rise at the end?",
    "print(why.replayed_from, again.replayed_from, why.status)",
)


def executed(folder: Path, *cells: str, **env: str) -> list[Any]:
    """The cells of a notebook after a run in a kernel of its own, saved as a.ipynb."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.km = client.create_kernel_manager()
    client.km.kernel_spec.argv[0] = sys.executable
    client.execute(env={**os.environ, **env})
    nbformat.write(notebook, folder / "a.ipynb")
    return list(notebook.cells)


def cli(folder: Path, *words: str) -> tuple[int, str]:
    """The exit status and the words of one command."""
    done = subprocess.run(
        [sys.executable, "-m", "vlmagic", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_same_notebook_next_year(tmp_path: Path, emulator: Emulator) -> None:
    """Recorded once, a notebook replays without service and key; CI sees what no longer holds."""
    wired = {"DASHSCOPE_API_KEY": emulator.key, "VLMAGIC_BASE_URL": emulator.compatible_url}
    first = executed(tmp_path, *CELLS, **wired, VLMAGIC_RECORD="auto")
    asked = len(emulator.log)
    assert asked == 2
    second = executed(tmp_path, *CELLS, VLMAGIC_RECORD="replay")
    assert len(emulator.log) == asked
    for before, after in zip(first[2:4], second[2:4], strict=True):
        assert after.outputs[0].data["text/plain"] == before.outputs[0].data["text/plain"]
        assert "Replayed from why-does-the-loss" in after.outputs[0].data["text/markdown"]
    assert "1.jsonl" in second[4].outputs[0].text
    assert "2.jsonl complete" in second[4].outputs[0].text
    assert cli(tmp_path, "recordings", "check")[0] == 0
    assert cli(tmp_path, "verify", "a.ipynb")[0] == 0
    shown = (tmp_path / "a.ipynb").read_text()
    (tmp_path / "b.ipynb").write_text(shown.replace("[4, 2, 1, 3]", "[4, 2, 1, 5]"))
    (tmp_path / "c.ipynb").write_text(shown.replace("rise at the end?", "fall?"))
    (tmp_path / "d.ipynb").write_text(shown.replace("What your chart says", "What it said"))
    for name, word in (("b", "speaks of a changed figure"), ("c", "missing"), ("d", "changed")):
        status, said = cli(tmp_path, "verify", f"{name}.ipynb")
        assert status == 1
        assert word in said
    assert cli(tmp_path, "recordings", "check", "c.ipynb")[0] == 1
    assert "No neural network" in cli(tmp_path, "recordings", "show", "why-does-the-loss-rise-at-the-end-" + _digest(tmp_path) + "-1")[1]  # fmt: skip
    status, said = cli(tmp_path, "recordings", "show", "why-does")
    assert (status, "2 recordings begin with why-does." in said) == (1, True)
    assert "There is no recording what" in cli(tmp_path, "recordings", "show", "what")[1]
    assert "Nothing in vlmagic-recordings can go." in cli(tmp_path, "recordings", "prune")[1]
    assert "Recordings: 2, " in cli(tmp_path, "recordings")[1]
    status, said = cli(tmp_path, "recordings", "shows")
    assert (status, "There are: check" in said) == (1, True)


def _digest(folder: Path) -> str:
    (first, *_) = (folder / "vlmagic-recordings").glob("*-1.jsonl")
    return first.stem.split("-")[-2]


def test_switched_on_in_a_cell(kernel: Kernel, service: Emulator, tmp_path: Path) -> None:
    """`%vl recordings on` records from now on, `--fresh` asks anew, the list says what was used."""
    folder, before = tmp_path / "kept", len(service.log)
    kernel.run(f"%config VLMagics.recordings = {str(folder)!r}")
    (said,) = kernel.run("%vl recordings")
    assert "There are no recordings" in said["text"]
    kernel.run("%vl recordings on")
    kernel.run("%vlreason --no-image -o one What is 6 times 7?")
    kernel.run("%vlreason --no-image --fresh -o two What is 6 times 7?")
    assert len(service.log) == before + 2
    (listed,) = kernel.run("%vl recordings")
    assert listed["data"]["text/plain"].count("yes") == 2
    kernel.run("import vlmagic; three = vlmagic.reason('What is 6 times 7?')")
    assert kernel.value("three.replayed_from") is None
    assert len(list(folder.iterdir())) == 3
    kernel.run("%vl recordings off")
    kernel.run("%vlreason --no-image What is 6 times 7?")
    kernel.run("four = vlmagic.reason('What is 6 times 7?')")
    assert len(list(folder.iterdir())) == 3


@pytest.mark.parametrize(("answer", "kept"), [("y", 1), ("", 0), (None, 0)])
def test_pictures_in_a_working_copy_are_asked_about(
    kernel: Kernel, tmp_path: Path, answer: str | None, kept: int
) -> None:
    """In a cell the user is asked once; where nobody can answer, they are left out, and it is said."""
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "kept"
    kernel.run(f"%config VLMagics.recordings = {str(folder)!r}")
    kernel.run("%vl recordings on")
    kernel.run("plt.plot([1, 2]); plt.show()")
    for prompt, asks in (("Why?", True), ("Why not?", False)):
        asked = kernel.client.execute(f"%vlreason -o why {prompt}", allow_stdin=answer is not None)
        if asks and answer is not None:
            message = kernel.client.get_stdin_msg(timeout=60)
            assert (
                "in a folder that git tracks. Keep the pictures there"
                in message["content"]["prompt"]
            )
            kernel.client.input(answer)
        kernel.outputs(asked)
    assert len(list(folder.glob("*.png"))) == kept
    said = kernel.value("[notice.text for notice in why.notices]")
    assert any("recordings pictures keep" in text for text in said) is (answer is None)


def test_check_that_finds_nothing_to_check(tmp_path: Path) -> None:
    """A CI job in the wrong folder does not pass for a good one."""
    assert cli(tmp_path, "recordings", "check") == (
        1, "No notebook below here has a folder vlmagic-recordings beside it.\n"
    )  # fmt: skip


def test_a_replay_needs_no_key_and_costs_nothing(tmp_path: Path, emulator: Emulator) -> None:
    """In Python: recorded, then replayed without a key, not booked, and saying so."""
    how: dict[str, Any] = {
        "recordings": str(tmp_path),
        "base_url": emulator.compatible_url,
        "model": "qwen3-vl-plus",
    }
    live = reason("What is 6 times 7?", api_key=emulator.key, record="auto", **how)
    assert emulator.key not in "".join(p.read_text() for p in tmp_path.iterdir())
    booked = [line.calls for line in LEDGER.lines]
    forget.cache_clear()
    again = reason("What is 6 times 7?", record="replay", **how)
    assert again.replayed_from
    assert (again.answer, again.usage) == (live.answer, live.usage)
    assert [line.calls for line in LEDGER.lines] == booked
    assert live.replayed_from is None


def test_a_follow_up_of_what_was_rewritten(
    tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that repeats a path is recorded without it, and its follow-up is found all the same."""
    monkeypatch.chdir(tmp_path)
    words = f"What is in {tmp_path}/a.png?"
    how: dict[str, Any] = {"recordings": "kept", "model": "qwen3-vl-plus"}
    wired: dict[str, Any] = {"base_url": emulator.compatible_url, "api_key": emulator.key}
    live = reason(words, record="auto", **wired, **how)
    more = live.ask("And what else?")
    assert str(tmp_path) in live.answer
    forget.cache_clear()
    again = reason(words, record="replay", **how)
    assert str(tmp_path) not in again.answer
    assert again.ask("And what else?").answer == more.answer
    with pytest.raises(RecordingError):
        again.ask("And what?")


def test_a_refused_question_is_not_recorded(tmp_path: Path, emulator: Emulator) -> None:
    """What is refused before sending leaves no recording."""
    with pytest.raises(SettingsError):
        reason("Why?", record="auto", recordings=str(tmp_path), base_url=emulator.compatible_url, api_key=emulator.key, max_cost_per_call=0)  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_the_emulator_plays_recordings(tmp_path: Path, emulator: Emulator) -> None:
    """What was recorded comes over the wire again, word for word; another question does not."""
    how: dict[str, Any] = {"model": "qwen3-vl-plus", "recordings": str(tmp_path)}
    real: dict[str, Any] = {"base_url": emulator.compatible_url, "api_key": emulator.key}
    live = reason("What is 6 times 7?", record="record", **real, **how)
    (name,) = tmp_path.iterdir()
    name.write_text(name.read_text().replace("No picture", "No drawing"))
    with Emulator(play=tmp_path) as player:
        wired: dict[str, Any] = {"base_url": player.compatible_url, "api_key": player.key}
        played = reason("What is 6 times 7?", **wired, **how)
        other = reason("What is 6 times 8?", **wired, **how)
    assert played.answer == live.answer.replace("No picture", "No drawing")
    assert "6 times 8" in other.answer


@pytest.mark.parametrize("marked", ["so ✓.", "so ✗.", "so ✗ (7 \\(m\\), at 5).", "so ?."])
def test_marks_of_a_check_are_no_part_of_an_answer(marked: str) -> None:
    """An answer whose numbers are judged otherwise by a newer vlmagic has not changed."""
    cells = [
        {"outputs": [{"data": {"text/markdown": "", "text/plain": [text]}}]}
        for text in ("It is so.", f"It is {marked}")
    ]
    assert answer(cells[0]) == answer(cells[1]) == "It is so."
