"""A line and the text below it, read into an `Ask`.

The prompt is never touched: LaTeX, braces, `$x`, quotes and backslashes pass byte for byte. This
room refuses IPython and evaluation: it returns references, and errors that point at the place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from vlmagic.errors import CellError, VLReasonError
from vlmagic.language import say
from vlmagic.references import Reference
from vlmagic.references import parse as parse_reference
from vlmagic.settings import BY_NAME

from .options import BY_FLAG, Option, example, nearest
from .values import count, identifier, models, pair
from .words import Word, unquoted, words


@dataclass(slots=True)
class Ask:
    """One question as it was typed."""

    prompt: str = ""
    images: list[Reference] = field(default_factory=list)
    out: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    """Settings by name, as typed."""
    params: dict[str, Any] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    follow: str | None = None
    """The variable to follow up; "" for the last answer of a cell, None for no follow-up."""
    schema: str | None = None
    """The variable that holds the schema."""
    votes: int | None = None
    """How many times each model is asked; None for one question."""
    compare: tuple[str, ...] = ()
    """The models that are asked at once."""


class _Line:
    """The words of one line, taken one after the other, and what they come to."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.words = list(words(line))
        self.next = 0
        self.ask = Ask()

    def read(self) -> int:
        """Take the options; return where the prompt begins in the line."""
        while self.next < len(self.words):
            word = self.words[self.next]
            if word.text == "--":
                return word.end
            if not re.match(r"-{1,2}[A-Za-z]", word.text):
                return word.start
            self.next += 1
            self._option(word)
        return len(self.line)

    def _option(self, word: Word) -> None:
        flag, equals, glued = word.text.partition("=")
        option = BY_FLAG.get(flag)
        if option is None and len(word.text) > 2 and not word.text.startswith("--"):
            flag, glued, equals = word.text[:2], word.text[2:], "="  # -iREF
            option = BY_FLAG.get(flag)
            option = option if option and option.takes else None
        if option is None:
            raise CellError(
                say("There is no option {flag} (column {column}).", flag=word.text.partition("=")[0], column=word.start + 1),
                nearest(word.text.partition("=")[0]),
            )  # fmt: skip
        if option.kind == "follow":
            self.ask.follow = identifier(flag, glued) if equals else ""
        elif not option.takes:
            if equals:
                raise CellError(
                    say("{flag} takes no value.", flag=flag),
                    say("Leave out ={value}.", value=glued),
                )
            self._take(option, flag, None)
        elif equals:
            self._take(option, flag, glued)
        elif self.next < len(self.words):
            self.next += 1
            self._take(option, flag, self.words[self.next - 1].text)
        else:
            raise CellError(
                say("{flag} needs a value: {metavar}.", flag=flag, metavar=option.metavar),
                say("For example: {flag} {metavar}", flag=flag, metavar=example(option)),
            )

    def _take(self, option: Option, flag: str, text: str | None) -> None:
        ask = self.ask
        match option.kind:
            case "flag":
                ask.flags.add(option.name)
            case "reference":
                ask.images.append(parse_reference(text or ""))
            case "name":
                ask.out = identifier(flag, unquoted(text or ""))
            case "word":
                ask.schema = identifier(flag, unquoted(text or ""))
            case "count":
                ask.votes = count(flag, unquoted(text or ""))
            case "models":
                ask.compare += models(flag, unquoted(text or ""))
            case "pair":
                key, value = pair(flag, unquoted(text or ""))
                ask.params[key] = value
            case "setting":
                value = (
                    option.value
                    if text is None
                    else BY_NAME[option.name].read(unquoted(text), flag)
                )
                self._once(option, flag, value)

    def _once(self, option: Option, flag: str, value: Any) -> None:
        known = self.ask.options.get(option.name)
        if known is not None and known != value:
            raise CellError(
                say("{flag} contradicts an option before it.", flag=flag),
                say("Give one of the two."),
            )
        self.ask.options[option.name] = value


def parse(line: str, cell: str | None = None) -> Ask:
    """The question of `%%vlreason line / cell`, or of `%vlreason line` (cell None).

    In the line form the options end at the first word of the prompt. An error carries, as
    `error.out`, the name to bind if it could be read.
    """
    reader = _Line(line)
    try:
        begins = reader.read()
        rest = line[begins:].strip()
        if cell is not None and rest:
            raise CellError(
                say("{word!r} is no option.", word=rest.split()[0]),
                say("In a %%vlreason cell the question stands below the first line."),
            )
        _agree(reader.ask)
    except VLReasonError as error:
        error.out = reader.ask.out or _out_in(reader.words)
        raise
    reader.ask.prompt = rest if cell is None else cell.removesuffix("\n")
    return reader.ask


def _out_in(words: Sequence[Word]) -> str | None:
    for here, following in pairwise(words):
        if here.text in {"-o", "--out"} and following.text.isidentifier():
            return following.text
    return None


def _agree(ask: Ask) -> None:
    if ask.votes is not None or ask.compare:
        wrong = [flag for name, flag in _NOT_POLL.items() if name in ask.flags]
        if ask.options.get("steps"):
            wrong.append("--steps")
        if len(ask.compare) > 1 and "model" in ask.options:
            wrong.append("-m")
        if wrong:
            flag = "--votes" if ask.votes is not None and wrong[0] != "-m" else "--compare"
            raise CellError(
                say("{one} and {other} contradict each other.", one=flag, other=wrong[0]),
                say("Give one of the two."),
            )
    if ask.images and "no_image" in ask.flags:
        raise CellError(
            say("-i and --no-image contradict each other."), say("Give one of the two.")
        )
    if "each" in ask.flags:
        other = next((flag for name, flag in _NOT_EACH.items() if name in ask.flags), None)
        if other is None and ask.follow is not None:
            other = "-c"
        if other is not None:
            raise CellError(
                say("--each and {flag} contradict each other.", flag=other),
                say("Give one of the two."),
            )
    if "background" in ask.flags and ask.out is None:
        raise CellError(
            say("A question in the background needs a name for its Result."),
            say("Add -o NAME."),
        )


_NOT_POLL = {"each": "--each", "background": "-b"}
_NOT_EACH = {"no_image": "--no-image", "background": "-b", "dry_run": "--dry-run"}
