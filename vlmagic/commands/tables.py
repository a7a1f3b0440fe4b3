"""What can be looked up: figures, models, usage, stale answers, the doctor's findings, each a table.

This room refuses to change anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from vlmagic import catalog, shelf
from vlmagic import doctor as health
from vlmagic.errors import CellError
from vlmagic.estimate import money
from vlmagic.language import say
from vlmagic.ledger import LEDGER
from vlmagic.shelf.item import LIVE
from vlmagic.table import Table

if TYPE_CHECKING:
    from vlmagic.magic import VLMagics


def figures(magics: VLMagics, _: Sequence[str]) -> Table:
    """What this notebook has shown, and how to point at it."""
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


def usage(magics: VLMagics, _: Sequence[str]) -> Table:
    """What this kernel has asked and spent, per model."""
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


def stale(magics: VLMagics, _: Sequence[str]) -> Table:
    """Answers whose figure was shown again with other data."""
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


def doctor(magics: VLMagics, _: Sequence[str]) -> Table:
    """What is set, from where, and whether the service answers."""
    return health.examine(magics.settle({}), emulator=magics.emulator is not None)
