"""What a question would send: its pictures, and the dry run that shows them with tokens and cost.

This room refuses to send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vlmagic import question, shelf
from vlmagic.cell import Ask
from vlmagic.estimate import money
from vlmagic.language import say
from vlmagic.settings import Settings
from vlmagic.table import Table

if TYPE_CHECKING:
    from vlmagic.magic import VLMagics


def look(magics: VLMagics, asked: Ask, found: Settings, *, only_named: bool) -> shelf.Resolved:
    """The pictures that a cell asks about: its references, else the last figure shown.

    `only_named`: a follow-up has its pictures already, and looks at new ones only when told to.
    """
    if "no_image" in asked.flags or (only_named and not asked.images):
        return shelf.Resolved()
    namespace, how = magics.shell.user_ns, _how(magics, found)
    if asked.images:
        return shelf.resolve(asked.images, magics.shelf, namespace, **how)
    return shelf.default(magics.shelf, namespace, **how)


def look_apart(
    magics: VLMagics, asked: Ask, found: Settings
) -> tuple[list[tuple[str, Any]], shelf.Resolved]:
    """The same for rows: what each is about under its label, and what all have in common."""
    if not asked.images:
        looked = look(magics, asked, found, only_named=False)
        return [(image.label, image) for image in looked.images], looked
    namespace = magics.shell.user_ns
    return shelf.apart(asked.images, magics.shelf, namespace, **_how(magics, found))


def _how(magics: VLMagics, found: Settings) -> dict[str, Any]:
    return {
        "max_pixels": question.max_pixels(found),
        "facts": bool(found["facts"]),
        "dpi": found["dpi"],
        "hidden": frozenset(magics.shell.user_ns_hidden),
    }


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
