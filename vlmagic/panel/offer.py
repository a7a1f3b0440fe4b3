"""What a panel offers and says: the models with what each can do, and its own words.

This room refuses to decide what is allowed: `rules` does, before anything is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vlmagic import catalog
from vlmagic.estimate import money
from vlmagic.language import say

if TYPE_CHECKING:
    from vlmagic.settings import Settings

_LEAST_BUDGET = 64


def models(settings: Settings) -> list[dict[str, Any]]:
    """The models to choose from, in the catalog's order, retired ones last; the one set, always."""
    region = settings.region
    chosen = catalog.find(settings["model"])
    found = [
        _about(model, region, hosted=settings.hosted)
        for model in catalog.MODELS
        if settings.hosted and (model is chosen or region not in model.absent_from)
    ]
    found.sort(key=lambda one: bool(one["retired"]))
    if not any(one["name"] == settings["model"] for one in found):
        found.insert(0, _unknown(settings["model"]) if chosen is None or not settings.hosted
                     else _about(chosen, region, hosted=True))  # fmt: skip
    return found


def _about(model: catalog.Model, region: str, *, hosted: bool) -> dict[str, Any]:
    price = model.price(region) if hosted else None
    tier = price.tier(0) if price else None
    thinks = {
        "hybrid": say("thinks on or off"),
        "thinking": say("always thinks"),
        "plain": say("does not think"),
    }[model.mode]
    parts = [
        thinks,
        say("budget up to {tokens}", tokens=f"{model.max_thinking:,}")
        if model.takes_budget and model.max_thinking
        else "",
        say("streams only") if model.stream_only else "",
        say("video, too") if model.video is not None else "",
        say(
            "{cost_in} in, {cost_out} out per million tokens",
            cost_in=money(tier.input, price.currency),
            cost_out=money(tier.output, price.currency),
        )
        if tier is not None and price is not None
        else "",
        say("retired on {date}; successor {successor}", date=model.retired.date, successor=model.retired.successor)
        if model.retired
        else "",
    ]  # fmt: skip
    fixed = {
        "hybrid": "",
        "thinking": say("{model} always thinks.", model=model.name),
        "plain": say("{model} does not think.", model=model.name),
    }[model.mode]
    unbudgeted = fixed if model.mode == "plain" else ""
    if not unbudgeted and not model.takes_budget:
        unbudgeted = say("{model} takes no thinking budget.", model=model.name)
    return {
        "name": model.name,
        "family": say("retired") if model.retired else model.family,
        "retired": bool(model.retired),
        "about": " · ".join(part for part in parts if part),
        "thinks": {"hybrid": None, "thinking": True, "plain": False}[model.mode],
        "why": fixed,
        "least": _LEAST_BUDGET,
        "most": model.max_thinking or 32_768,
        "unbudgeted": unbudgeted,
    }


def _unknown(name: str) -> dict[str, Any]:
    """A model that no page describes, or one of another server."""
    return {
        "name": name,
        "family": "",
        "retired": False,
        "about": say("not in the catalog: it is asked as it is"),
        "thinks": None,
        "why": "",
        "least": _LEAST_BUDGET,
        "most": 32_768,
        "unbudgeted": "",
    }


def words() -> dict[str, str]:
    """What the panel says, in the current language."""
    return {
        "panel": say("Ask about your figures"),
        "pictures": say("Pictures"),
        "none": say("Figures appear here as your cells show them. Drop, paste or add a picture, too."),
        "add": say("Add a picture"),
        "enlarge": say("Show {label} larger, or mark out a part of it"),
        "part": say("Drag a box over the part you mean, or type its edges:"),
        "left": say("left edge"),
        "top": say("top edge"),
        "right": say("right edge"),
        "bottom": say("bottom edge"),
        "ask_part": say("Tick this part"),
        "loading": say("loading…"),
        "no_pixels": say("drawn when sent"),
        "remove": say("Remove {label}"),
        "away": say("no longer on the shelf"),
        "drop": say("Drop a picture here"),
        "too_large": say("{name} has {size} MB; the limit is {limit} MB: scale it down.",
                         name="{name}", size="{size}", limit="{limit}"),
        "question": say("Your question"),
        "hint": say("What do you want to know? Ctrl+Enter asks."),
        "model": say("Model"),
        "think": say("Think"),
        "budget": say("at most"),
        "tokens": say("{n} tokens", n="{n}"),
        "unlimited": say("no limit"),
        "budget_off": say("Thinking is off."),
        "steps": say("Step by step"),
        "steps_about": say("A lesson: the answer is held back and uncovered one step at a time."),
        "name": say("Keep as"),
        "name_about": say("A variable for the Result"),
        "ask": say("Ask"),
        "stop": say("Stop"),
        "close": say("Close"),
        "cell": say("As a cell"),
        "insert": say("Insert below"),
        "copy": say("Copy"),
        "copied": say("Copied"),
        "not_copied": say("Not copied"),
        "follows": say("Follows up {n}", n="{n}"),
        "anew": say("Ask anew instead"),
        "follow": say("Follow up from here"),
        "no_question": say("Write a question first."),
        "asking": say("asking…"),
        "busy": say("The kernel is busy with a cell: the question leaves when it is free."),
        "use_interrupt": say("The kernel is busy: Stop arrives when it is free."),
        "dead": say("The kernel was restarted: run this cell again to ask. What stands here can still be copied."),
        "running": say("running"),
        "estimating": say("counting…"),
        "next": say("Show step {n}", n="{n}"),
        "all": say("Show all {n} steps", n="{n}"),
        "held": say("The answer is being written; its steps appear here when it is complete."),
        "step": say("Step {n} of {of}", n="{n}", of="{of}"),
        "explain": say("Explain this step"),
        "turn": say("Question {n}", n="{n}"),
    }  # fmt: skip
