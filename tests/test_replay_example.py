"""The example notebook and its recordings: no key, no network, other versions of what draws."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import ROOT, Kernel
from nbclient import NotebookClient
from test_replay_notebook import cli

from vlmagic import reason
from vlmagic.emulator import Emulator
from vlmagic.verify import answer

FOLDER = ROOT / "examples" / "next-year"
NOTEBOOK = FOLDER / "the-same-notebook.ipynb"
NAMES = ("why", "more", "again", "wet")
OLD = os.environ.get("VLMAGIC_OLD_MATPLOTLIB_PYTHON")
old = pytest.mark.skipif(OLD is None, reason="needs VLMAGIC_OLD_MATPLOTLIB_PYTHON (matplotlib 3.9)")

NO_NETWORK = """
import socket
def refuse(*_, **__): raise AssertionError("a replay went to the network")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
"""


def test_it_runs_without_key_and_network() -> None:
    """Every cell runs, every answer is the saved one, and each says that it is replayed."""
    saved = nbformat.read(NOTEBOOK, as_version=4)
    run = nbformat.from_dict(saved)
    run.cells.insert(0, nbformat.v4.new_code_cell(NO_NETWORK))
    how = {"metadata": {"path": str(FOLDER)}}
    client = NotebookClient(run, timeout=120, kernel_name="python3", resources=how)
    client.km = client.create_kernel_manager()
    client.km.kernel_spec.argv[0] = sys.executable
    client.execute(env={**os.environ, "VLMAGIC_RECORD": "replay"})
    answered = 0
    for before, after in zip(saved.cells, run.cells[1:], strict=True):
        if "vlreason" in before.source.partition("\n")[0]:
            assert answer(after) == answer(before)
            assert "Replayed from" in after.outputs[0].data["text/markdown"]
            answered += 1
    assert answered == 3


def test_ci_is_content() -> None:
    """`verify` and `recordings check` find nothing, from the notebook's folder and from the root."""
    assert cli(FOLDER, "verify", NOTEBOOK.name)[0] == 0
    assert cli(ROOT, "verify", str(NOTEBOOK))[0] == 0
    assert cli(FOLDER, "recordings", "check")[0] == 0
    status, said = cli(ROOT, "recordings", "check")
    assert (status, "Notebooks: 1; recordings: 4; findings: 0." in said) == (0, True)


def test_it_is_small_and_says_what_it_is() -> None:
    """Its recordings are plain text of a few kilobytes, and nobody takes them for a model's."""
    kept = FOLDER / "vlmagic-recordings"
    assert sum(path.stat().st_size for path in kept.iterdir()) < 150_000
    for path in kept.glob("*.jsonl"):
        said = "".join(
            json.loads(line).get("text", "") for line in path.read_text(encoding="utf-8").split("\n")[:-1]
        )  # fmt: skip
        assert "This is the vlmagic emulator, not a model." in said
    assert "no model" in NOTEBOOK.read_text(encoding="utf-8")


def test_it_streams() -> None:
    """Where somebody watches, thinking comes in many pieces, as it came when it was recorded."""
    kernel = Kernel({"VLMAGIC_RECORD": "replay", "VLMAGIC_SPEED": "6", "VLMAGIC_RENDER": "widget"})
    try:
        kernel.run(f"%cd -q {FOLDER}")
        sources = [c.source for c in nbformat.read(NOTEBOOK, as_version=4).cells]
        for source in sources[1:3]:
            kernel.run(source)
        asked, pieces = kernel.client.execute(sources[3]), 0
        while True:
            message = kernel.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != asked:
                continue
            if message["content"].get("execution_state") == "idle":
                break
            if message["msg_type"] == "comm_msg":
                content = message["content"]["data"].get("content") or {}
                pieces += any(op[0] == "think" for op in content.get("ops", ()))
        assert pieces >= 5
    finally:
        kernel.stop()


def replayed(python: str, notebook: Path) -> Any:
    """What the notebook comes to in another environment, replayed there."""
    done = subprocess.run(
        [python, str(ROOT / "tests" / "replaying.py"), str(notebook), *NAMES],
        env={**os.environ, "VLMAGIC_RECORD": "replay"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@old
def test_other_versions_of_what_draws() -> None:
    """Another matplotlib draws other pixels of the same data: replayed, with versions and share said."""
    assert OLD is not None
    here, there = replayed(sys.executable, NOTEBOOK), replayed(OLD, NOTEBOOK)
    assert there["drawn"][0].startswith("3.9.")
    assert here["drawn"][0] != there["drawn"][0]
    for name in NAMES:
        one, other = here["results"][name], there["results"][name]
        assert (one["answer"], one["from"]) == (other["answer"], other["from"])
        note = other["notices"][-1]
        assert f"→ {there['drawn'][0]}" in note
        share = float(note.rpartition("): ")[2].partition("%")[0])
        assert 0 < share < 50


SCALED = """
import sys, PIL.Image
from vlmagic import reason
wide = PIL.Image.linear_gradient("L").resize((4500, 3000)).convert("RGB")
result = reason("How bright is it?", images=wide, record="replay", recordings=sys.argv[1])
print(PIL.__version__, result.replayed_from, [n.text for n in result.notices][1:], sep="\\n")
"""


@old
def test_another_pillow(tmp_path: Path, emulator: Emulator) -> None:
    """A picture that had to be scaled has the same pixels after a change of Pillow."""
    import PIL.Image

    assert OLD is not None
    wide = PIL.Image.linear_gradient("L").resize((4500, 3000)).convert("RGB")
    how: dict[str, Any] = {"base_url": emulator.compatible_url, "api_key": emulator.key}
    result = reason("How bright is it?", images=wide, record="record", recordings=str(tmp_path), **how)  # fmt: skip
    assert result.images[0].original is not None
    done = subprocess.run(
        [OLD, "-c", SCALED, str(tmp_path)], capture_output=True, text=True, check=True, env=dict(os.environ)
    )  # fmt: skip
    version, name, notices = done.stdout.splitlines()
    assert version != PIL.__version__
    assert (tmp_path / name).is_file()
    assert notices == "[]"
