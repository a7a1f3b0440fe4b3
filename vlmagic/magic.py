"""The front door of a notebook: `%%vlreason`, `%vlreason` and `%vl`.

It parses, looks, asks and binds; everything it decides is decided further down. It refuses to know
protocols, and to leave anything behind: `unload` takes away exactly what `load` put in.
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

import traitlets
from IPython.core.inputtransformer2 import EscapedCommand, HelpEnd
from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, no_var_expand
from traitlets.config.loader import DeferredConfig

from . import cell, commands, jury, language, question, settings
from .cell import Ask
from .completion import Completion
from .errors import CellError, Interrupted, VLReasonError
from .events import Done
from .jury import Agreement, Ballot
from .language import say
from .many import MapResult, Task, Wishes, begin
from .render import Asked, Shown, choose, retold
from .result import Result
from .run import Cancel, Sink
from .settings import Settings
from .stale import Stale

if TYPE_CHECKING:
    from .shelf import Resolved

_TRAITS: Mapping[settings.Kind, type[traitlets.TraitType[Any, Any]]] = {
    "text": traitlets.Unicode,
    "integer": traitlets.Integer,
    "number": traitlets.Float,
    "switch": traitlets.Bool,
}


def _trait(row: settings.Setting) -> traitlets.TraitType[Any, Any]:
    """A `%config` trait for a row of the settings table; None means that it is not set here."""
    about = row.about if row.default is None else f"{row.about} (default: {row.default!r})"
    if row.choices:
        trait: traitlets.TraitType[Any, Any] = traitlets.Enum(
            row.choices,
            default_value=None,
            allow_none=True,
            help=about,
        )
    else:
        trait = _TRAITS[row.kind](None, allow_none=True, help=about)
    return trait.tag(config=True)


_Configured = type("_Configured", (Magics,), {row.name: _trait(row) for row in settings.TABLE})


@magics_class
class VLMagics(_Configured):  # type: ignore[misc, valid-type] # its traits come from the table
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
            _speak(found["language"])
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
                ballots = self._ballots(asked, found)
                if "dry_run" in asked.flags:
                    planned = jury.planned(ballots.ballots, found)
                    self.shell.display_pub.publish(planned._repr_mimebundle_())
                    return
                rows = ballots
                self._poll(ballots, asked, found)
                return
            if "each" in asked.flags:
                rows = self._rows(asked)
                self._ask_each(rows, asked.out)
                return
            prepared, seen = self._prepare(asked)
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
                self._bind(name, Result.refused(error))
            raise
        result = Result(prepared.request, prepared.context)
        if asked.out:
            self._bind(asked.out, result)
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

    def _prepare(self, asked: Ask) -> tuple[question.Question, str]:
        after = self._followed(asked)
        if after is not None and after.request is not None:
            asked.options.setdefault("model", after.request.model)
        found = self.settle(asked.options)
        prompt, looked = self._look(asked, found, only_named=after is not None)
        notices = list(looked.notices)
        if asked.out and hasattr(builtins, asked.out):
            notices.append(say("{name} hides Python's own {name} from now on.", name=asked.out))
        prepared = question.prepare(
            found,
            prompt,
            looked.images,
            params=asked.params,
            notices=notices,
            after=after,
            as_json="json" in asked.flags,
            schema=self._named(asked.schema) if asked.schema else None,
        )
        seen = prepared.request.digest()
        if before := self._asked.get(seen):
            prepared = prepared.noting(before)
        return prepared, seen

    def _look(self, asked: Ask, found: Settings, *, only_named: bool) -> tuple[str, Resolved]:
        """The words of the question, tables among them, and its pictures."""
        prompt = asked.prompt
        if "vars" in asked.flags:
            prompt = cell.interpolate(prompt, self.shell.user_ns)
        if not prompt.strip():
            raise CellError(
                say("There is no question."),
                say("Write it below the %%vlreason line, or behind %vlreason."),
            )
        looked = commands.look(self, asked, found, only_named=only_named)
        return looked.below(prompt), looked

    def _rows(self, asked: Ask) -> MapResult:
        """A row for each picture, none asked yet."""
        found = self.settle(asked.options)
        prompt, looked = self._look(asked, found, only_named=False)
        tasks = [Task(prompt, ((image.label, image),)) for image in looked.images]
        wishes = Wishes(
            found,
            asked.params,
            self._named(asked.schema) if asked.schema else None,
            as_json="json" in asked.flags,
            fresh="fresh" in asked.flags,
            notices=tuple(looked.notices),
        )
        return begin(tasks or [Task(prompt)], wishes)

    def _ask_each(self, rows: MapResult, out: str | None) -> None:
        """Ask row after row under one table that fills; raises only if no row has an answer."""
        if out:
            self._bind(out, rows)
        if getattr(self.shell, "kernel", None) is None:
            rows.retry()
            self.shell.display_pub.publish(rows._repr_mimebundle_())
        else:
            from IPython.display import DisplayHandle

            handle = DisplayHandle()
            handle.display(rows)
            rows.retry(progress=lambda: handle.update(rows))
        if not rows.ok:
            rows.raise_for_error()

    def _ballots(self, asked: Ask, found: Settings) -> Agreement:
        """Every model as often as it is to be asked, none asked yet."""
        votes = 1 if asked.votes is None else asked.votes
        models = jury.models_of(asked.compare, found["model"])
        jury.check(votes, models)

        def prepare(model: str) -> question.Question:
            return self._prepare(replace(asked, options={**asked.options, "model": model}))[0]

        return Agreement([b for one in models for b in Ballot.of_model(one, votes, prepare)])

    def _poll(self, rows: Agreement, asked: Ask, found: Settings) -> None:
        """Ask all of them under one table; raises only if nobody answers."""
        if asked.out:
            self._bind(asked.out, rows)
        poster = jury.Poster(rows, self.shell)
        try:
            jury.poll(rows, found, look=poster.look, fresh="fresh" in asked.flags)
        finally:
            poster.close()
        rows.raise_for_error()

    def _followed(self, asked: Ask) -> Result | None:
        """The Result that is followed up, or None."""
        if asked.follow is None:
            return None
        found = self._named(asked.follow) if asked.follow else self.latest
        if isinstance(found, Result):
            return found
        if asked.follow:
            raise CellError(
                say("{name} is no Result.", name=asked.follow), say("Bind one with -o NAME.")
            )
        raise CellError(
            say("There is no answer of a cell to follow up."), say("Ask first, without -c.")
        )

    def _named(self, name: str) -> Any:
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
            from .render.terminal import FileSink

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

    def _bind(self, name: str, result: Result | MapResult | Agreement) -> None:
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
    from .estimate import money

    at = time.strftime("%H:%M:%S")
    if result.cost is not None and not result.replayed_from:
        cost = money(result.cost.amount, result.cost.currency)
        return say("The same question was asked at {at} and cost {cost}.", at=at, cost=cost)
    return say("The same question was asked at {at}.", at=at)


def _speak(language_wished: str | None) -> None:
    """Speak this language, in the help of the magics, too."""
    language.choose(language_wished)
    VLMagics.vlreason.__doc__ = cell.usage()
    VLMagics.vl.__doc__ = commands.usage()


class _Question(EscapedCommand):  # type: ignore[misc] # IPython ships no types
    """`%vlreason What is this?` as a call, before IPython takes the last `?` for a wish for help."""

    priority = HelpEnd.priority - 1

    @classmethod
    def find(cls, tokens_by_line: list[list[Any]]) -> _Question | None:
        """The first such line that asks something; a bare `%vlreason?` is a wish for help."""
        for line in tokens_by_line:
            words = [token for token in line if token.string.strip()]
            if len(words) > 2 and [token.string for token in words[:2]] == ["%", "vlreason"]:
                apart = words[2].start[1] > words[1].end[1]
                if apart and words[-1].string == "?":
                    return cls(words[0].start)
        return None


def _forget_nonsense(config: Any) -> None:
    """Take out of IPython's configuration, with a sentence, what no setting of ours can be.

    `%config` leaves there what it has refused, and loading again would stumble over it.
    """
    kinds = VLMagics.class_traits()
    for name, value in list(config["VLMagics"].items()):
        try:
            if name in kinds and value is not None and not isinstance(value, DeferredConfig):
                kinds[name].validate(None, value)
        except traitlets.TraitError:
            del config["VLMagics"][name]
            print(
                say("VLMagics.{name} cannot be {value!r}; it is left out.", name=name, value=value)
            )


class _Loaded:
    """What one shell was given, so that exactly that can be taken away."""

    def __init__(self, shell: Any) -> None:
        from . import shelf

        self.shell = shell
        _speak(settings.resolve({}, None, os.environ)["language"])
        _forget_nonsense(shell.config)
        self.magics = VLMagics(shell, shelf.install(shell))
        shell.register_magics(self.magics)
        if self.magics not in shell.configurables:  # newer IPython has done so
            shell.configurables.append(self.magics)
        shell.input_transformer_manager.token_transformers.append(_Question)
        self.completion = Completion(self.magics)

    def remove(self) -> None:
        from . import shelf
        from .render import widget

        shell, magics = self.shell, self.magics
        widget.forget()
        if magics.emulator is not None:
            magics.emulator.stop()
        magics.stale.close()
        shelf.remove(shell)
        manager = shell.magics_manager
        for kind, names in magics.magics.items():
            for name in names:
                owner = getattr(manager.magics[kind].get(name), "__self__", None)
                if owner is magics:
                    del manager.magics[kind][name]
        if manager.registry.get("VLMagics") is magics:
            del manager.registry["VLMagics"]
        transformers = shell.input_transformer_manager.token_transformers
        if _Question in transformers:
            transformers.remove(_Question)
        if magics in shell.configurables:
            shell.configurables.remove(magics)
        self.completion.remove()


_loaded: dict[int, _Loaded] = {}


def load(shell: Any) -> None:
    """Give the shell our magics, shelf and completion; twice is once."""
    if id(shell) not in _loaded:
        _loaded[id(shell)] = _Loaded(shell)


def unload(shell: Any) -> None:
    """Take away exactly what `load` gave."""
    found = _loaded.pop(id(shell), None)
    if found is not None:
        found.remove()
