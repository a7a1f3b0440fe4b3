"""The questions of a notebook, as far as they can be seen without running it.

A question is known by its words and by the options typed beside it; words that are put together
when the notebook runs leave gaps. What its pictures were only running can tell. This room refuses
to run a cell.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vlmagic import cell
from vlmagic.errors import RecordingError, VLReasonError
from vlmagic.language import say

from .scrub import Scrub

_COMPARED = ("model", "system", "budget", "max_tokens", "temperature", "top_p", "seed", "hi_res")
_DOORS = frozenset({"reason", "stream", "map"})
_LINE = re.compile(r"^([^\S\n]*|.*=\s*)%vlreason[ \t](.*)$", re.MULTILINE)
_IMPORTED = re.compile(r"^\s*from vlmagic import\b", re.MULTILINE)
_FILLED_IN = re.compile(r"\{\{.+?\}\}", re.DOTALL)
_MAX_NOTEBOOK = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Question:
    """One place in a notebook that asks."""

    where: str
    """A cell: "plots.ipynb, cell 4"."""
    notebook: str
    pieces: tuple[str, ...]
    """Its words; between two pieces stands what only running can tell."""
    options: Mapping[str, Any] = field(default_factory=dict)
    once: bool = False
    """Whether it is asked once each time the notebook runs."""

    @property
    def words(self) -> str:
        """Its words for human eyes."""
        return "…".join(self.pieces)

    @property
    def key(self) -> str:
        """Equal for places that ask the same."""
        return f"{self.notebook}\n{self.words}\n{json.dumps(dict(self.options), default=str)}"

    def asks(self, prompt: str, scrub: Scrub) -> bool:
        """Can a recorded prompt be this question? Tables and schemas stand below its words."""
        own = [scrub.text(piece) for piece in self.pieces]
        if len(own) == 1:
            return prompt == own[0] or prompt.startswith(own[0] + "\n\n")
        pattern = ".*".join(map(re.escape, own)) + r"(?:\n\n.*)?"
        return re.fullmatch(pattern, prompt, re.DOTALL) is not None

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


def questions(path: Path) -> Iterator[Question]:
    """Every question of a notebook; `RecordingError` if it is none that can be read."""
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
        raise RecordingError(*unreadable(path, error)) from None
    reader = _Reader(path.name, imported=any(_IMPORTED.search(source) for _, source in sources))
    for number, source in sources:
        yield from reader.cell(source, number)


def unreadable(path: Path, problem: Exception) -> tuple[str, str]:
    """What is wrong with a notebook that could not be read, and what to do next."""
    if isinstance(problem, FileNotFoundError):
        what = say("There is no file {path}.", path=path)
    else:
        what = say(
            "{path} is no notebook that can be read ({problem}).", path=path.name, problem=problem
        )
    return what, say("Name notebooks (.ipynb) of format 4.")


def _source(source: Any) -> str:
    return source if isinstance(source, str) else "".join(source)


class _Reader:
    """Reads the cells of one notebook in their order."""

    def __init__(self, notebook: str, *, imported: bool) -> None:
        self._notebook = notebook
        self._imported = imported
        self._results: set[str] = set()
        """Names that hold a Result, whose `.ask` is a question."""

    def cell(self, source: str, number: int) -> Iterator[Question]:
        where = say("{notebook}, cell {number}", notebook=self._notebook, number=number)
        first, _, body = source.partition("\n")
        if first.startswith("%%"):
            word, _, line = first[2:].partition(" ")
            if word == "vlreason":
                yield from self._typed(line, body, where, once=True)
            return
        for before, line in _LINE.findall(source):
            yield from self._typed(line, None, where, once=not before)
        plain = re.sub(r"^[^\S\n]*[%!].*$", "pass", source, flags=re.MULTILINE)
        try:
            tree = ast.parse(plain)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and self._asks(node.value):
                self._results |= {name.id for name in node.targets if isinstance(name, ast.Name)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and self._asks(node):
                yield from self._called(node, where)

    def _typed(self, line: str, body: str | None, where: str, *, once: bool) -> Iterator[Question]:
        """A question that is typed into a cell; none that cannot be asked, or that asks nobody."""
        try:
            asked = cell.parse(line, body)
        except VLReasonError:
            return
        if not asked.prompt.strip() or "dry_run" in asked.flags:
            return
        if asked.out:
            self._results.add(asked.out)
        filled = _FILLED_IN.split(asked.prompt) if "vars" in asked.flags else [asked.prompt]
        once = once and "each" not in asked.flags
        yield Question(where, self._notebook, tuple(filled), asked.options, once)

    def _asks(self, node: ast.expr) -> bool:
        """Is this a call of vlmagic's own `reason`, `stream` or `map`, or of a Result's `ask`?"""
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="vlmagic"), attr=word)):
                return word in _DOORS
            case ast.Call(func=ast.Name(id=word)):
                return self._imported and word in _DOORS - {"map"}
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="ask")):
                return name in self._results
            case ast.Call(func=ast.Attribute(value=ast.Call() as before, attr="ask")):
                return self._asks(before)
        return False

    def _called(self, node: ast.Call, where: str) -> Iterator[Question]:
        named = {word.arg: word.value for word in node.keywords if word.arg}
        options = {name: v.value for name, v in named.items() if isinstance(v, ast.Constant)}
        prompt = node.args[0] if node.args else named.get("prompt")
        if prompt is None:
            return
        for words in prompt.elts if isinstance(prompt, (ast.List, ast.Tuple)) else [prompt]:
            yield Question(where, self._notebook, _pieces(words), options)


def _pieces(words: ast.expr) -> tuple[str, ...]:
    """The words of an expression, with a gap wherever only running can tell."""
    match words:
        case ast.Constant(value=str() as text):
            return (text,)
        case ast.JoinedStr(values=values):
            pieces = [""]
            for value in values:
                if isinstance(value, ast.Constant):
                    pieces[-1] += str(value.value)
                else:
                    pieces.append("")
            return tuple(pieces)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            before, after = _pieces(left), _pieces(right)
            return (*before[:-1], before[-1] + after[0], *after[1:])
    return ("", "")
