"""`vlmagic verify NOTEBOOK`: run it in replay, and say cell by cell what no longer holds.

No question leaves: the kernel is told to replay and has no key. Reported are answers that are
missing, that changed, or that speak of a figure that changed. This room refuses to change the
notebook.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import CellError, MissingExtra
from .language import say
from .recording.questions import unreadable
from .table import Table

_ASKS = re.compile(
    r"^(?:\s*|.*=\s*)%{1,2}vlreason\b|\b(?:reason|stream)\(|\bvlmagic\.map\(|\w\.ask\(",
    re.MULTILINE,
)
_APART = re.compile(r"^  (.+)$", re.MULTILINE)
"""The lines of a refusal that name a field in which the nearest recording differs."""
_FIGURE = re.compile(r"(?:(?:data of |pixels of )?picture \d|pictures:|.*图片)")
_MARK = re.compile(r" (?:[✓?]|✗(?: \((?:[^()\n]|\([^()\n]*\))*\))?)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One cell that asks: "ok", or what is wrong with its answer."""

    cell: int
    """Its number among all cells, from 1."""
    state: str
    text: str = ""
    remedy: str = ""
    """What records its answer anew."""


def verify(notebook: str, folder: str | None = None) -> tuple[Table, bool]:
    """The verdicts as a table, and whether every one is "ok"; `folder` as the notebook finds it."""
    verdicts = list(_verdicts(Path(notebook), folder))
    rows = [[str(one.cell), _word(one.state), one.text] for one in verdicts]
    well = all(one.state == "ok" for one in verdicts)
    heads = [say("cell"), say("answer"), say("why")]
    counted = say(
        "Answers: {count}; as they were: {well}.",
        count=len(verdicts),
        well=sum(one.state == "ok" for one in verdicts),
    )
    below = [counted, *dict.fromkeys(one.remedy for one in verdicts if one.remedy)]
    return Table(heads, rows, below if rows else [say("No cell asks anything.")]), well


def _word(state: str) -> str:
    return {
        "ok": say("as it was"),
        "missing": say("missing"),
        "changed": say("changed"),
        "figure": say("speaks of a changed figure"),
        "failed": say("failed"),
    }[state]


def _verdicts(path: Path, folder: str | None) -> Iterator[Verdict]:
    try:
        import nbformat
        from nbclient import NotebookClient
    except ImportError as error:
        raise MissingExtra.of(error.name or "nbclient", "demo") from None
    try:
        saved = nbformat.read(path, as_version=4)
    except (OSError, ValueError) as error:
        raise CellError(*unreadable(path, error)) from None
    run = nbformat.from_dict(saved)
    client = NotebookClient(
        run,
        timeout=600,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent or ".")}},
    )
    client.km = client.create_kernel_manager()
    client.km.kernel_spec.argv[0] = sys.executable
    before = [answer(cell) for cell in saved.cells]
    client.execute(env=_environment(folder))
    for number, (cell, old) in enumerate(zip(run.cells, before, strict=True), start=1):
        if cell.cell_type == "code" and _ASKS.search(cell.source):
            yield _judge(number, cell, old)


def _environment(folder: str | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    place = {"VLMAGIC_RECORDINGS": str(Path(folder).absolute())} if folder else {}
    return {**kept, **place, "VLMAGIC_RECORD": "replay", "VLMAGIC_SPEED": "0"}


def _judge(number: int, cell: Any, before: str | None) -> Verdict:
    for output in cell.outputs:
        if output.output_type == "error":
            said = str(output.evalue)
            if output.ename != "RecordingError":
                return Verdict(number, "failed", f"{output.ename}: {' '.join(said.split())}")
            what, _, remedy = said.rpartition("\n") if "\n" in said else (said, "", "")
            apart = _APART.findall(said)
            state = "figure" if any(map(_FIGURE.match, apart)) else "missing"
            return Verdict(number, state, "; ".join(apart) or " ".join(what.split()), remedy)
    after = answer(cell)
    if before is not None and after != before:
        return Verdict(number, "changed", say("what is saved in the notebook is another answer"))
    return Verdict(number, "ok")


def answer(cell: Any) -> str | None:
    """The model's words as they are saved, without receipt, thinking and the marks of a check, which
    may be judged otherwise by now; None without an answer.
    """
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "text/markdown" in data and "text/plain" in data:
            text = data["text/plain"]
            return _MARK.sub("", text if isinstance(text, str) else "".join(text))
    return None
