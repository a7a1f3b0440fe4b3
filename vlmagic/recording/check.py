"""For CI: does every question in the notebooks have its recording, and every recording its question?

The cells are read, not run: a question is known by its words and by the options typed beside it.
What its pictures were only running can tell (`vlmagic verify`). This room refuses to run a cell.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from vlmagic import cell
from vlmagic.errors import RecordingError, VLReasonError
from vlmagic.language import say

from .folder import Folder
from .listing import rows
from .read import Recording, read
from .scrub import Scrub

_COMPARED = ("model", "system", "budget", "max_tokens", "temperature", "top_p", "seed", "hi_res")
_PYTHON = frozenset({"reason", "stream"})
_LINE = re.compile(r"^(?:[^\S\n]*|.*=\s*)%vlreason[ \t](.*)$", re.MULTILINE)
_IMPORTED = re.compile(r"^\s*from vlmagic import\b", re.MULTILINE)
_MAX_NOTEBOOK = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    kind: Literal["missing", "stale", "unused", "unfinished", "unreadable"]
    where: str
    """A cell ("plots.ipynb, cell 4") or a recording's name."""
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


@dataclass(frozen=True, slots=True)
class _Question:
    where: str
    notebook: str
    prompt: str
    options: Mapping[str, Any] = field(default_factory=dict)
    filled_in: bool = False
    """Whether `--vars` puts values into it."""

    @property
    def key(self) -> str:
        return f"{self.notebook}\n{self.prompt}\n{json.dumps(dict(self.options), default=str)}"

    def asks(self, prompt: str, scrub: Scrub) -> bool:
        """Can a recorded prompt be this question? Values and texts may have been filled in."""
        own = scrub.text(self.prompt)
        if self.filled_in:
            pattern = ".*".join(map(re.escape, re.split(r"\{\{.+?\}\}", own, flags=re.DOTALL)))
            return re.fullmatch(pattern + r"(?:\n\n.*)?", prompt, re.DOTALL) is not None
        return prompt == own or prompt.startswith(own + "\n\n")

    def apart(self, asked: Mapping[str, Any]) -> list[str]:
        """The typed options with which it was not recorded."""
        found = [
            f"{name}: {asked.get(name)} → {self.options[name]}"
            for name in _COMPARED
            if name in self.options and asked.get(name, False) != self.options[name]
        ]
        think = self.options.get("think")
        if think is not None and asked.get("thinking", None if think is False else think) != think:
            found.append(f"think: {asked.get('thinking')} → {think}")
        return found


def check(folder: Folder, notebooks: Iterable[str | Path]) -> list[Finding]:
    """What is wrong between these notebooks and this folder; nothing, if all is well."""
    scrub = Scrub()
    found: list[Finding] = []
    recordings: list[Recording] = []
    for row in rows(folder):
        if row.stale:
            what = say("a newer recording of the same asking took its place")
            found.append(Finding("stale", row.name, what))
            continue
        try:
            recording = read(folder, row.name)
        except RecordingError as error:
            found.append(Finding("unreadable", row.name, str(error)))
            continue
        if recording.complete:
            recordings.append(recording)
        else:
            what = recording.problem or say("the run did not come to its end")
            found.append(Finding("unfinished", row.name, what))
    needed: Counter[str] = Counter()
    known: set[str] = set()
    for question in (one for notebook in notebooks for one in _questions(Path(notebook))):
        needed[question.key] += 1
        same = [r for r in recordings if question.asks(str(r.request.get("prompt", "")), scrub)]
        known |= {recording.name for recording in same}
        fit = [recording for recording in same if not question.apart(recording.request)]
        if len(fit) >= needed[question.key]:
            continue
        if not fit and same:
            apart = ", ".join(question.apart(same[0].request))
            what = say("{name} was recorded with other options ({apart})", name=same[0].name, apart=apart)  # fmt: skip
            found.append(Finding("stale", question.where, what))
        else:
            what = say("no recording answers it: {prompt}", prompt=_short(question.prompt))
            found.append(Finding("missing", question.where, what))
    found += [
        Finding("unused", recording.name, say("no question in the notebooks is answered by it"))
        for recording in recordings
        if recording.name not in known
    ]
    return found


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:60] + "…"


def _questions(path: Path) -> Iterator[_Question]:
    """Every question of a notebook that can be seen without running it."""
    try:
        if path.stat().st_size > _MAX_NOTEBOOK:
            raise ValueError(say("it is larger than {limit} bytes", limit=_MAX_NOTEBOOK))
        cells = json.loads(path.read_bytes())["cells"]
        sources = [
            (number, _source(one["source"]))
            for number, one in enumerate(cells, start=1)
            if one["cell_type"] == "code"
        ]
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise RecordingError(
            say(
                "{path} is no notebook that can be read ({problem}).", path=path.name, problem=error
            ),
            say("Name notebooks (.ipynb) of format 4."),
        ) from None
    imported = any(_IMPORTED.search(source) for _, source in sources)
    for number, source in sources:
        where = say("{notebook}, cell {number}", notebook=path.name, number=number)
        yield from _in_cell(source, where, path.name, imported=imported)


def _source(source: Any) -> str:
    return source if isinstance(source, str) else "".join(source)


def _in_cell(source: str, where: str, notebook: str, *, imported: bool) -> Iterator[_Question]:
    first, _, body = source.partition("\n")
    if first.startswith("%%"):
        word, _, line = first[2:].partition(" ")
        asked = _parsed(line, body) if word == "vlreason" else None
        if asked is not None:
            yield _question(asked, where, notebook)
        return
    for line in _LINE.findall(source):
        if (asked := _parsed(line, None)) is not None:
            yield _question(asked, where, notebook)
    plain = re.sub(r"^[^\S\n]*[%!].*$", "pass", source, flags=re.MULTILINE)
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and node.args
            and _called(node.func, imported=imported) in _PYTHON
        ):
            prompt = node.args[0]
            if isinstance(prompt, ast.Constant) and isinstance(prompt.value, str):
                options = {k.arg: k.value.value for k in node.keywords if k.arg and isinstance(k.value, ast.Constant)}  # fmt: skip
                yield _Question(where, notebook, prompt.value, options)


def _called(function: ast.expr, *, imported: bool) -> str:
    """The function of vlmagic that is called: `vlmagic.reason`, or `reason` where it was imported."""
    if isinstance(function, ast.Attribute):
        ours = isinstance(function.value, ast.Name) and function.value.id == "vlmagic"
        return function.attr if ours else ""
    return function.id if imported and isinstance(function, ast.Name) else ""


def _parsed(line: str, body: str | None) -> cell.Ask | None:
    """The question as it was typed; None for one that cannot be asked, or that asks nobody."""
    try:
        asked = cell.parse(line, body)
    except VLReasonError:
        return None
    return asked if asked.prompt.strip() and "dry_run" not in asked.flags else None


def _question(asked: cell.Ask, where: str, notebook: str) -> _Question:
    return _Question(where, notebook, asked.prompt, asked.options, "vars" in asked.flags)
