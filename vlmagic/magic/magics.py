"""The front door of a notebook: `%%vlreason`, `%vlreason` and `%vl`.

It parses, looks, asks and binds; everything it decides is decided further down. It refuses to know
protocols, and how a shell is given it.
"""

from __future__ import annotations

import builtins
import difflib
import os
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_cell_magic, line_magic, magics_class, no_var_expand

from vlmagic import cell, commands, jury, language, question, settings
from vlmagic.cell import Ask
from vlmagic.errors import CellError, Interrupted, VLReasonError
from vlmagic.events import Done
from vlmagic.jury import Agreement
from vlmagic.language import say
from vlmagic.many import MapResult
from vlmagic.render import Asked, Shown, choose, retold
from vlmagic.result import Result
from vlmagic.run import Cancel, Sink
from vlmagic.settings import Settings
from vlmagic.stale import Stale

from . import several
from .traits import Configured

if TYPE_CHECKING:
    from vlmagic.shelf import Resolved


@magics_class
class VLMagics(Configured):  # type: ignore[misc] # its traits come from the table
    """Ask a visual reasoning model about the figures of this notebook."""

    def __init__(self, shell: Any, shelf: Any) -> None:
        super().__init__(shell=shell)
        self.shelf = shelf
        self.emulator: Any = None
        self.latest: Result | None = None
        self._asked: dict[str, str] = {}
        self.stale = Stale(shelf, lambda: shell.user_ns)

    # -- settings ------------------------------------------------------------------------

    def configured(self) -> dict[str, Any]:
        """What `%config VLMagics` has set."""
        return {
            name: value for name in settings.BY_NAME if (value := getattr(self, name)) is not None
        }

    def settle(self, options: Mapping[str, Any]) -> Settings:
        """Settings of one question; while the emulator runs here, it is asked unless told otherwise."""
        config, environ, key = self.configured(), dict(os.environ), None
        elsewhere = {"base_url", "region", "workspace"} & options.keys()
        if self.emulator is not None and not elsewhere:
            config["base_url"] = self.emulator.compatible_url
            key = settings.Key(self.emulator.key, "%vl emulator")
        found = settings.resolve(options, config, environ, key=key)
        before = language.current()
        language.choose(found["language"])
        if language.current() != before:
            speak(found["language"])
        return found

    # -- asking --------------------------------------------------------------------------

    @no_var_expand
    @line_cell_magic
    def vlreason(self, line: str, body: str | None = None) -> None:
        """Replaced by `cell.usage()`."""
        asked: Ask | None = None
        rows: MapResult | Agreement | None = None
        try:
            asked = cell.parse(line, body)
            if asked.votes is not None or asked.compare:
                found = self.settle(asked.options)
                ballots = several.ballots(self, asked, found)
                if "dry_run" in asked.flags:
                    planned = jury.planned(ballots.ballots, found)
                    self.shell.display_pub.publish(planned._repr_mimebundle_())
                    return
                rows = ballots
                several.poll(self, ballots, asked, found)
                return
            if "each" in asked.flags:
                rows = several.rows(self, asked)
                several.each(self, rows, asked.out)
                return
            prepared, seen = self.prepare(asked)
            if "dry_run" in asked.flags:
                self.shell.display_pub.publish(commands.dry_run(prepared)._repr_mimebundle_())
                return
            prepared, source = question.route(
                prepared,
                fresh="fresh" in asked.flags,
                watched=self._watched(),
                confirm=self._confirm,
            )
            cancel = Cancel()
            shown, *echo = self._sinks(prepared, cancel, blocks="background" not in asked.flags)
            sinks: list[Sink] = [shown, *echo]
        except VLReasonError as error:
            name = asked.out if asked else getattr(error, "out", None)
            if name and rows is None:
                self.bind(name, Result.refused(error))
            raise
        result = Result(prepared.request, prepared.context)
        if asked.out:
            self.bind(asked.out, result)
        looked = self.stale.asked(prepared.request, asked.out)

        def run() -> None:
            question.put(prepared, source, *sinks, cancel=cancel, result=result)
            self._asked[seen] = _remembered(result)
            self.stale.answered(looked, result, retold(shown))

        if "background" in asked.flags:
            for sink in sinks:  # a display made on another thread would land in a later cell
                sink.start(prepared.request)
            threading.Thread(target=run, name="vlmagic-background", daemon=True).start()
            return
        run()
        self.latest = result
        end = result.transcript.end
        if isinstance(end, Done) and end.reason == "interrupted":
            raise Interrupted(say("What came is kept."))
        result.raise_for_error()
        if asked.schema and result.ok:
            result.json()

    def prepare(self, asked: Ask) -> tuple[question.Question, str]:
        """The question that was typed, and the digest that it is remembered by."""
        after = self._followed(asked)
        if after is not None and after.request is not None:
            asked.options.setdefault("model", after.request.model)
        found = self.settle(asked.options)
        prompt, looked = self.look(asked, found, only_named=after is not None)
        notices = list(looked.notices)
        if asked.out and hasattr(builtins, asked.out):
            notices.append(say("{name} hides Python's own {name} from now on.", name=asked.out))
        prepared = question.prepare(
            found,
            prompt,
            looked.images,
            texts=looked.texts,
            params=asked.params,
            notices=notices,
            after=after,
            as_json="json" in asked.flags,
            schema=self.named(asked.schema) if asked.schema else None,
        )
        seen = prepared.request.digest()
        if before := self._asked.get(seen):
            prepared = prepared.noting(before)
        return prepared, seen

    def look(self, asked: Ask, found: Settings, *, only_named: bool) -> tuple[str, Resolved]:
        """The words of the question, and what goes with them."""
        prompt = self.words(asked)
        return prompt, commands.look(self, asked, found, only_named=only_named)

    def words(self, asked: Ask) -> str:
        """The question as it was typed, with its variables filled in where that was wished."""
        prompt = asked.prompt
        if "vars" in asked.flags:
            prompt = cell.interpolate(prompt, self.shell.user_ns)
        if not prompt.strip():
            raise CellError(
                say("There is no question."),
                say("Write it below the %%vlreason line, or behind %vlreason."),
            )
        return prompt

    def _followed(self, asked: Ask) -> Result | None:
        """The Result that is followed up, or None."""
        if asked.follow is None:
            return None
        found = self.named(asked.follow) if asked.follow else self.latest
        if isinstance(found, Result):
            return found
        if asked.follow:
            raise CellError(
                say("{name} is no Result.", name=asked.follow), say("Bind one with -o NAME.")
            )
        raise CellError(
            say("There is no answer of a cell to follow up."), say("Ask first, without -c.")
        )

    def named(self, name: str) -> Any:
        """The variable of this name."""
        if name in self.shell.user_ns:
            return self.shell.user_ns[name]
        close = difflib.get_close_matches(name, list(self.shell.user_ns), n=1)
        raise CellError(
            say("There is no variable {name}.", name=name),
            say("Did you mean {name}?", name=close[0]) if close else say("Define it first."),
        )

    def _sinks(self, prepared: question.Question, cancel: Cancel, *, blocks: bool) -> list[Shown]:
        found, context = prepared.settings, prepared.context
        hold = bool(found["steps"])
        asked = Asked(
            context.receipt,
            context.facts,
            "hidden" if hold else found["thinking"],
            hold,
            raised=blocks,
        )
        sinks: list[Shown] = [
            choose(found["render"], asked, shell=self.shell, stop=cancel, blocks=blocks)
        ]
        if found["echo"]:
            from vlmagic.render.terminal import FileSink

            sinks.append(FileSink(replace(asked, raised=False), found["echo"]))
        return sinks

    def _watched(self) -> bool:
        """Does somebody see the output come? A kernel that may not ask for input runs alone."""
        kernel = getattr(self.shell, "kernel", None)
        if kernel is None:
            return sys.stdout.isatty()
        return bool(getattr(kernel, "_allow_stdin", False))

    def _confirm(self, text: str) -> bool | None:
        """Yes or no from whoever watches, or None if nobody does."""
        if not self._watched():
            return None
        try:
            return input(f"{text} ").strip().lower() in {"y", "yes", "是"}
        except (EOFError, OSError):
            return None

    def bind(self, name: str, result: Result | MapResult | Agreement) -> None:
        """Give the notebook a variable."""
        self.shell.push({name: result}, interactive=True)

    # -- everything else -----------------------------------------------------------------

    @no_var_expand
    @line_magic
    def vl(self, line: str) -> Any:
        """Replaced by `commands.usage()`."""
        self.settle({})
        return commands.run(self, line)


def _remembered(result: Result) -> str:
    """The sentence for the next time the very same question is asked."""
    from vlmagic.estimate import money

    at = time.strftime("%H:%M:%S")
    if result.cost is not None and not result.replayed_from:
        cost = money(result.cost.amount, result.cost.currency)
        return say("The same question was asked at {at} and cost {cost}.", at=at, cost=cost)
    return say("The same question was asked at {at}.", at=at)


def speak(language_wished: str | None) -> None:
    """Speak this language, in the help of the magics, too."""
    language.choose(language_wished)
    VLMagics.vlreason.__doc__ = cell.usage()
    VLMagics.vl.__doc__ = commands.usage()
