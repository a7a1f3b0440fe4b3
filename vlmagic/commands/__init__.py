"""What `%vl WORD` and `vlmagic WORD` show: figures, models, usage, a Result, the doctor's findings.

    run         do what a line says
    COMMANDS    a row for each word
    look        the pictures that a cell asks about
    look_apart  the same for rows, each of which looks when its turn comes
    dry_run     what would be sent

This room refuses to ask a model anything.
"""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vlmagic.errors import CellError
from vlmagic.language import say
from vlmagic.table import Table

from . import acts, tables
from .acts import results
from .sending import cost_line, dry_run, look, look_apart
from .tables import WANTS, models

if TYPE_CHECKING:
    from vlmagic.magic import VLMagics

__all__ = [
    "COMMANDS",
    "WANTS",
    "Command",
    "cost_line",
    "dry_run",
    "look",
    "look_apart",
    "models",
    "names",
    "results",
    "run",
    "usage",
]


@dataclass(frozen=True, slots=True)
class Command:
    """One word after `%vl`: what it does, and the function that does it."""

    word: str
    about: str
    act: Callable[[VLMagics, Sequence[str]], object]


def run(magics: VLMagics, line: str) -> object:
    """Do what the line says; a bare `%vl`, or `%vl help`, lists the commands."""
    words = shlex.split(line, posix=False)
    if not words or words == ["help"]:
        return Table(
            [say("command"), say("what it does")],
            [[f"%vl {c.word}", say(c.about)] for c in COMMANDS],
        )
    for command in COMMANDS:
        if command.word.split()[0] == words[0]:
            return command.act(magics, words[1:])
    known = names()
    close = difflib.get_close_matches(words[0], known, n=1)
    hint = (
        say("Did you mean %vl {word}?", word=close[0])
        if close
        else say("There are: {words}.", words=", ".join(known))
    )
    raise CellError(say("%vl has no command {word!r}.", word=words[0]), hint)


def names() -> list[str]:
    """The words that may follow `%vl`."""
    return [command.word.split()[0] for command in COMMANDS]


COMMANDS: tuple[Command, ...] = (
    Command("figures", "what this notebook has shown, and how to point at it", tables.figures),
    Command(
        "models [WORD]",
        "the models, what they can do and cost",
        lambda m, w: tables.models(w, m.settle({}).region),
    ),
    Command("usage", "what this kernel has asked and spent, per model", tables.usage),
    Command("show NAME", "a Result again", acts.show),
    Command("stale", "answers whose figure was shown again with other data", tables.stale),
    Command("panel", "ask with pictures to tick, a model to choose and a button", acts.panel),
    Command(
        "emulator [stop|--slip NAME]",
        "answer locally, without a key; it is no model and says so",
        acts.emulator,
    ),
    Command(
        "recordings [on|off]",
        "the recorded answers; on: play them, ask and record what is missing",
        acts.recordings,
    ),
    Command("doctor", "what is set, from where, and whether the service answers", tables.doctor),
)


def usage() -> str:
    """The help of `%vl?` in the current language, made from the table."""
    width = max(len(command.word) for command in COMMANDS)
    return "\n".join(f"%vl {c.word:<{width}}  {say(c.about)}" for c in COMMANDS)
