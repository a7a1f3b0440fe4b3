"""What is being typed into a panel, read: wishes, name, and what the question will take.

This room refuses to ask and to remember.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vlmagic import ledger
from vlmagic.cell import identifier
from vlmagic.estimate import money
from vlmagic.language import say, then

if TYPE_CHECKING:
    from vlmagic.errors import VLReasonError
    from vlmagic.question import Question
    from vlmagic.settings import Settings

    from .entry import Entry

Draft = Mapping[str, Any]


def first(usual: Settings, text: str, name: str, entries: Sequence[Entry]) -> dict[str, Any]:
    """What the panel starts with: the usual settings, the newest figure ticked."""
    return {
        "n": 0,
        "page": "",
        "text": text,
        "ticks": [entries[-1].id] if entries else [],
        "model": usual["model"],
        "think": usual["think"] is not False,
        "budget": usual["budget"],
        "steps": bool(usual["steps"]),
        "name": name,
        "follow": "last",
    }


def wishes_of(draft: Draft) -> dict[str, Any]:
    """The settings that the panel's controls stand for."""
    think, budget = draft.get("think"), draft.get("budget")
    wishes: dict[str, Any] = {
        "model": str(draft["model"]),
        "think": think if isinstance(think, bool) else None,
        "budget": int(budget) if budget is not None and think is not False else None,
        "steps": bool(draft.get("steps")),
    }
    return wishes


def check_name(name: str) -> None:
    """Refuse a name that can be no variable's; none is fine."""
    if name:
        identifier(say("Keep as"), name)


def name_notices(name: str, namespace: Mapping[str, Any]) -> list[str]:
    """What a name that is to be bound takes away."""
    if not name:
        return []
    if name in namespace:
        kind = type(namespace[name]).__name__
        return [say("{name} is taken: a {kind} will be overwritten.", name=name, kind=kind)]
    if name not in namespace and hasattr(builtins, name):
        return [say("{name} hides Python's own {name} from now on.", name=name)]
    return []


def estimate_line(prepared: Question) -> str:
    """The estimate in one line: pictures, tokens, money."""
    counted = prepared.estimate
    about = "≈ " if counted.approximate else ""
    parts = [say("{tokens} tokens in", tokens=f"{about}{counted.input_tokens:,}")]
    if counted.output_at_most is not None:
        parts.append(say("at most {tokens} out", tokens=f"{counted.output_at_most:,}"))
    if counted.cost_in is not None and counted.cost_at_most is not None:
        parts.append(
            say(
                "in {cost_in} + at most {cost_out} out",
                cost_in=money(counted.cost_in, counted.currency),
                cost_out=money(counted.cost_at_most - counted.cost_in, counted.currency),
            )
        )
    spent = " + ".join(money(amount, c) for c, amount in ledger.LEDGER.total().items())
    if spent:
        parts.append(say("spent so far {total}", total=spent))
    return " · ".join(parts)


def sentence(error: VLReasonError) -> str:
    """What was wrong, and what to do."""
    return then(error.message, error.hint)
