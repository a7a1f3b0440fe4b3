"""Wrong combinations, refused before anything is sent: what is wrong, and the fix.

Each rule is a row: when it applies, what it says. `check` looks at the settings, `check_request` at
the question that was made of them. This room refuses to send and to guess: an unknown model breaks
no rule, and what other servers take is theirs to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vlmagic.catalog import REGIONS, Model, find, near
from vlmagic.errors import SettingsError
from vlmagic.language import say
from vlmagic.settings import Settings

from .asked import check_request

__all__ = ["RULES", "Rule", "check", "check_request", "remarks", "thinks"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One wrong combination: when it applies, its sentence and its remedy.

    Both are templates over `_facts`: {model}, {budget}, {origin} (of the budget), {max_tokens}, {most_thinking},
    {most_output}, {region}, {regions}.
    """

    broken: Callable[[Model, Settings], bool]
    message: str
    hint: str


def _asks_budget(settings: Settings) -> bool:
    return settings["budget"] is not None


_CONTRADICTION = ("--budget limits thinking, and --no-think turns it off.", "Give one of the two.")
RULES: tuple[Rule, ...] = (
    Rule(lambda _, s: s["think"] is False and _asks_budget(s), *_CONTRADICTION),
    Rule(
        lambda model, s: model.mode == "thinking" and s["think"] is False,
        "{model} always thinks; it cannot be turned off.",
        "Leave out --no-think, or ask a hybrid model: -m qwen3-vl-plus.",
    ),
    Rule(
        lambda model, s: model.mode == "plain" and (bool(s["think"]) or _asks_budget(s)),
        "{model} does not think.",
        "Leave out --think and --budget, or ask a hybrid model: -m qwen3-vl-plus.",
    ),
    Rule(
        lambda model, s: _asks_budget(s) and not model.takes_budget,
        "{model} takes no thinking budget (set by {origin}).",
        "Leave it out, or ask Qwen3-VL: -m qwen3-vl-plus.",
    ),
    Rule(
        lambda model, s: bool(model.max_thinking and (s["budget"] or 0) > model.max_thinking),
        "A budget of {budget} is more than {model} can think.",
        "The most is --budget {most_thinking}.",
    ),
    Rule(
        lambda model, s: bool(model.max_output and (s["max_tokens"] or 0) > model.max_output),
        "{max_tokens} answer tokens are more than {model} can write.",
        "The most is --max-tokens {most_output}.",
    ),
    Rule(
        lambda model, s: model.stream_only and not s["stream"],
        "{model} answers only as a stream.",
        "Leave out --no-stream.",
    ),
    Rule(
        lambda _, s: s["temperature"] is not None and s["temperature"] >= 2,
        "The temperature must be at least 0 and below 2.",
        "Leave out --temperature for the model's own.",
    ),
    Rule(
        lambda _, s: s["top_p"] is not None and not 0 < s["top_p"] <= 1,
        "top_p must be above 0 and at most 1.",
        "Leave out --top-p for the model's own.",
    ),
    Rule(
        lambda model, s: s.region in model.absent_from,
        "{model} is not served in {region}.",
        "It is served in: {regions}.",
    ),
)


def _facts(model: Model, settings: Settings) -> dict[str, object]:
    return {
        "model": model.name,
        "budget": settings["budget"],
        "origin": settings.origins["budget"],
        "max_tokens": settings["max_tokens"],
        "most_thinking": model.max_thinking,
        "most_output": model.max_output,
        "region": settings.region,
        "regions": ", ".join(name for name in REGIONS if name not in model.absent_from),
    }


def check(settings: Settings) -> None:
    """Refuse a combination that the service would refuse, or that says two things at once."""
    model = find(settings["model"])
    if model is None or not settings.hosted:
        if settings["think"] is False and _asks_budget(settings):
            raise SettingsError(*map(say, _CONTRADICTION))
        return
    for rule in RULES:
        if rule.broken(model, settings):
            facts = _facts(model, settings)
            raise SettingsError(say(rule.message, **facts), say(rule.hint, **facts))


def remarks(settings: Settings) -> list[str]:
    """What the user should know about a question that is sent all the same."""
    name = settings["model"]
    model = find(name)
    found: list[str] = []
    if not settings.hosted:
        return found
    if model is None or not model.hosted:  # a slip in a name may look like open weights
        close = near(name)
        found.append(
            say("{model} is not in the catalog; it is asked all the same.", model=name)
            + (" " + say("Near names: {names}.", names=", ".join(close)) if close else ""),
        )
        return found
    if model.retired is not None:
        found.append(
            say(
                "{model} was to retire on {date}; its successor is {successor}.",
                model=model.name,
                date=model.retired.date,
                successor=model.retired.successor,
            ),
        )
    if model.system_ignored and settings["system"]:
        found.append(say("{model} ignores a system message.", model=model.name))
    return found


def thinks(settings: Settings) -> bool | None:
    """What to tell the service about thinking: True, False, or None where it has no switch.

    Wherever a model can think it is asked to, since a visual *reasoning* model is what one came for;
    Model Studio's own default for qwen3-vl-plus is off.
    """
    wish: Any = settings["think"]
    if settings["budget"] is not None:
        wish = True
    model = find(settings["model"])
    if model is None or not settings.hosted:
        return None if wish is None else bool(wish)
    if model.mode == "hybrid":
        return True if wish is None else bool(wish)
    return None
