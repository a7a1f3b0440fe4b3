"""What `%vl WORD` and `vlmagic WORD` show: figures, models, usage, a Result, the doctor's findings.

Each command is a row of one table. This room refuses to ask a model anything.
"""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import archive, catalog, doctor, question, recording, render, shelf
from .cell import Ask
from .errors import CellError
from .estimate import money
from .language import say
from .ledger import LEDGER
from .render import lines
from .result import Result
from .settings import Settings
from .shelf.item import LIVE
from .table import Table

if TYPE_CHECKING:
    from .magic import VLMagics


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


def _figures(magics: VLMagics, _: Sequence[str]) -> Table:
    rows = [
        [
            item.label,
            item.kind,
            f"{item.size[0]}×{item.size[1]}" if item.size else "–",
            item.title,
            f"{item.bytes / 1000:.1f} kB" if item.mime != LIVE else "–",
            f"{len(item.facts.encode()) / 1000:.1f} kB" if item.facts else "–",
        ]
        for item in shelf.figures(magics.shelf)
    ]
    heads = [say("figure"), say("kind"), say("size"), say("title"), say("bytes"), say("facts")]
    below = [] if rows else [say("Nothing has been shown since vlmagic was loaded in this kernel.")]
    return Table(heads, rows, below)


WANTS: Mapping[str, Callable[[catalog.Model], bool]] = {
    "video": lambda model: model.video is not None,
    "no-think": lambda model: model.mode != "thinking",
    "budget": lambda model: model.takes_budget,
    "no-stream": lambda model: not model.stream_only,
    "current": lambda model: model.retired is None,
    "cheapest": lambda _: True,
}
"""What one may want of a model; "cheapest" sorts what is left, and leaves out what has no price."""


def models(words: Sequence[str] = (), region: str = "beijing") -> Table:
    """The catalog as a table; each word is one of `WANTS`, or a part of the name.

    Words that fit no model are refused with `CellError`.
    """
    wishes = [word.lower() for word in words]
    found = [
        model
        for model in catalog.MODELS
        if all(WANTS[word](model) if word in WANTS else word in model.name for word in wishes)
    ]
    if "cheapest" in wishes:
        priced = [(price, model) for model in found if (price := model.price(region))]
        # Each currency by itself: no rate of exchange is known here.
        priced.sort(
            key=lambda pair: (pair[0].currency, pair[0].tier(0).output, pair[0].tier(0).input)
        )
        found = [model for _, model in priced]
    narrow = say("Narrow it with a part of a name, or with: {words}.", words=", ".join(WANTS))
    if not found:
        raise CellError(say("No known model fits {words}.", words=" ".join(words)), narrow)
    rows = []
    for model in found:
        price = model.price(region)
        tier = price.tier(0) if price else None
        rows.append(
            [
                model.name,
                {"hybrid": say("on or off"), "thinking": say("always"), "plain": say("never")}[model.mode],
                f"{model.max_thinking:,}" if model.takes_budget and model.max_thinking else "–",
                say("only") if model.stream_only else say("or not"),
                f"{money(tier.input, price.currency)} / {money(tier.output, price.currency)}" if tier and price else "–",
                f"{model.retired.date} → {model.retired.successor}" if model.retired else "",
            ],
        )  # fmt: skip
    heads = [
        say("model"),
        say("thinks"),
        say("budget up to"),
        say("streams"),
        say("price in / out"),
        say("retires"),
    ]
    dated = next((p.dated for m in catalog.MODELS if (p := m.price(region))), "?")
    note = say(
        "Prices per million tokens in {region}, lowest tier, of {dated}.",
        region=region,
        dated=dated,
    )
    return Table(heads, rows, [note, narrow])


def _usage(magics: VLMagics, _: Sequence[str]) -> Table:
    rows = [
        [
            line.model,
            str(line.calls),
            f"{line.tokens_in:,}",
            f"{line.tokens_out:,}",
            " + ".join(money(amount, currency) for currency, amount in line.money.items()) or "–",
            str(line.uncounted or ""),
        ]
        for line in LEDGER.lines
    ]
    total = " + ".join(money(amount, currency) for currency, amount in LEDGER.total().items())
    heads = [
        say("model"),
        say("calls"),
        say("tokens in"),
        say("tokens out"),
        say("cost"),
        say("without a price"),
    ]
    below = (
        [say("Together: {total}.", total=total)]
        if total
        else [say("Nothing has been spent in this kernel.")]
    )
    settings = magics.settle({})
    model = catalog.find(settings["model"])
    price = model.price(settings.region) if model is not None else None
    if price is not None:
        limits = [settings["max_cost_per_call"], settings["max_cost_total"]]
        call, whole = (
            money(limit, price.currency) if limit is not None else "" for limit in limits
        )
        below.append(
            say("The limits are {call} a call and {total} for this kernel.", call=call, total=whole)
            if whole
            else say("The limit is {call} a call.", call=call)
        )
    return Table(heads, rows, below)


def names() -> list[str]:
    """The words that may follow `%vl`."""
    return [command.word.split()[0] for command in COMMANDS]


def results(magics: VLMagics) -> list[str]:
    """The names of the Results in the notebook, without those that IPython keeps for itself."""
    names = magics.shell.user_ns.items()
    return [name for name, value in names if isinstance(value, Result) and name[0] != "_"]


def _show(magics: VLMagics, words: Sequence[str]) -> object:
    if len(words) != 1:
        raise CellError(say("%vl show takes one name."), say("For example: %vl show why"))
    found = magics.shell.user_ns.get(words[0])
    if isinstance(found, Result) and found.ended and lines.is_lesson(found) and found.ok:
        from . import Panel

        return Panel.of(found, shell=magics.shell)
    if isinstance(found, Result):
        return render.again(found, magics.settle({})["render"], shell=magics.shell)
    names = results(magics)
    raise CellError(
        say("{name} is no Result.", name=words[0]),
        say("There are: {names}.", names=", ".join(names))
        if names
        else say("Bind one with -o NAME."),
    )


def _stale(magics: VLMagics, _: Sequence[str]) -> Table:
    rows = [
        [
            " ".join(
                [f"In [{one.run.number}]" if one.run.number else say("panel"), one.name]
            ).strip(),
            _short(one.prompt),
            seen.name,
            f"In [{seen.since.number}]",
        ]
        for one in magics.stale.answers
        for seen in one.figures
        if seen.since is not None
    ]
    heads = [say("answer"), say("question"), say("figure"), say("other data since")]
    below = (
        say("Run the cells of these answers again, or ask again in the panel.")
        if rows
        else say("No answer is stale.")
    )
    return Table(heads, rows, [below])


def _short(prompt: str) -> str:
    words = " ".join(prompt.split())
    return words if len(words) <= 80 else words[:79] + "…"


def _panel(magics: VLMagics, words: Sequence[str]) -> object:
    if words:
        raise CellError(
            say("%vl panel takes nothing."), say("Its settings are in the panel itself.")
        )
    if render.host(magics.shell) != "kernel":
        raise CellError(
            say("The panel needs a notebook."), say("Here, ask with %%vlreason or %vlreason.")
        )
    from . import Panel  # the public name: a floor above this one, like the reader who types it

    return Panel(shell=magics.shell)


def _emulator(magics: VLMagics, words: Sequence[str]) -> str | None:
    from .emulator import Emulator
    from .emulator.slips import SLIPS

    if list(words) == ["stop"]:
        if magics.emulator is None:
            print(say("The emulator is not running."))
        else:
            magics.emulator.stop()
            magics.emulator = None
            print(say("The emulator has stopped; questions go to the real service again."))
        return None
    slip = words[1] if list(words[:1]) == ["--slip"] and len(words) == 2 else None
    if words and slip not in SLIPS:
        raise CellError(
            say("%vl emulator takes nothing, stop, or --slip NAME."),
            say("There are: {names}.", names=", ".join(SLIPS)),
        )
    if magics.emulator is None:
        magics.emulator = Emulator()
        magics.emulator.start()
    magics.emulator.slip = slip
    print(
        say(
            "The local emulator answers at {url} until `%vl emulator stop`.",
            url=magics.emulator.compatible_url,
        ),
        say("It is no model: it computes what it says from what it is sent, and says so."),
        *([say("It slips on purpose from now on: {slip}.", slip=slip)] if slip else []),
        sep="\n",
    )
    return None


def _doctor(magics: VLMagics, _: Sequence[str]) -> Table:
    return doctor.examine(magics.settle({}), emulator=magics.emulator is not None)


def _recordings(magics: VLMagics, words: Sequence[str]) -> object:
    switched = list(words) in (["on"], ["off"])
    if switched:
        magics.record = "auto" if words[0] == "on" else "off"
    found = magics.settle({})
    cabinet = recording.cabinet(found["recordings"])
    if not switched:
        shown, _ = archive.act(found["recordings"], words, more=("on", "off"))
        if not isinstance(shown, str):
            return shown
        print(shown)
        return None
    if found["record"] == "auto":
        cabinet.folder.make()
    print(archive.told(cabinet, found["record"]))
    return None


COMMANDS: tuple[Command, ...] = (
    Command("figures", "what this notebook has shown, and how to point at it", _figures),
    Command(
        "models [WORD]",
        "the models, what they can do and cost",
        lambda m, w: models(w, m.settle({}).region),
    ),
    Command("usage", "what this kernel has asked and spent, per model", _usage),
    Command("show NAME", "a Result again", _show),
    Command("stale", "answers whose figure was shown again with other data", _stale),
    Command("panel", "ask with pictures to tick, a model to choose and a button", _panel),
    Command(
        "emulator [stop|--slip NAME]",
        "answer locally, without a key; it is no model and says so",
        _emulator,
    ),
    Command(
        "recordings [on|off]",
        "the recorded answers; on: play them, ask and record what is missing",
        _recordings,
    ),
    Command("doctor", "what is set, from where, and whether the service answers", _doctor),
)


def usage() -> str:
    """The help of `%vl?` in the current language, made from the table."""
    width = max(len(command.word) for command in COMMANDS)
    return "\n".join(f"%vl {c.word:<{width}}  {say(c.about)}" for c in COMMANDS)


def look(magics: VLMagics, asked: Ask, found: Settings, *, only_named: bool) -> shelf.Resolved:
    """The pictures that a cell asks about: its references, else the last figure shown.

    `only_named`: a follow-up has its pictures already, and looks at new ones only when told to.
    """
    how: dict[str, Any] = {
        "max_pixels": question.max_pixels(found),
        "facts": bool(found["facts"]),
        "dpi": found["dpi"],
        "hidden": frozenset(magics.shell.user_ns_hidden),
    }
    if "no_image" in asked.flags or (only_named and not asked.images):
        return shelf.Resolved()
    namespace = magics.shell.user_ns
    if asked.images:
        return shelf.resolve(asked.images, magics.shelf, namespace, **how)
    return shelf.default(magics.shelf, namespace, **how)


def dry_run(prepared: question.Question) -> Table:
    """What would be sent: nothing has left."""
    request, settings, counted = prepared.request, prepared.settings, prepared.estimate
    about = "≈ " if counted.approximate else ""
    thinking = {True: say("on"), False: say("off"), None: say("as the model does")}[
        request.thinking
    ]
    if request.budget is not None:
        thinking += ", " + say("at most {tokens} tokens", tokens=f"{request.budget:,}")
    rows = [
        [say("to"), f"{settings.host} ({settings.origins['base_url'] if settings['base_url'] else settings.region})"],
        [say("model"), f"{request.model} ({settings.origins['model']})"],
        [say("thinking"), thinking],
        *([say("picture"), line] for line in prepared.context.receipt),
        *([say("facts"), line] for line in prepared.context.facts),
        [say("question"), request.prompt if len(request.prompt) <= 300 else request.prompt[:300] + "…"],
        [say("tokens in"), f"{about}{counted.input_tokens:,}"],
        [say("tokens out"), say("at most {tokens}", tokens=f"{counted.output_at_most:,}") if counted.output_at_most else "?"],
        [say("cost"), cost_line(prepared)],
    ]  # fmt: skip
    return Table([say("dry run"), say("nothing has left")], rows, list(prepared.context.notices))


def cost_line(prepared: question.Question) -> str:
    """The estimate in words: "in ¥0.0013 + at most ¥1.15 out"."""
    counted = prepared.estimate
    if counted.cost_in is None or counted.cost_at_most is None:
        return say("unknown")
    out = counted.cost_at_most - counted.cost_in
    return say(
        "in {cost_in} + at most {cost_out} out (prices of {dated})",
        cost_in=money(counted.cost_in, counted.currency),
        cost_out=money(out, counted.currency),
        dated=counted.price_dated,
    )
