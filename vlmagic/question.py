"""From settings, words and pictures to a question that may be sent: `prepare`, then `put`.

Every front door goes through here, so that a cell, a panel and a script refuse, count and book
alike. This room refuses to know how the words were typed or where the answer is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from . import providers, rules
from .catalog import find
from .errors import CellError
from .estimate import Estimate, estimate, receipt
from .images import Image
from .language import say
from .ledger import LEDGER
from .request import Request, Turn
from .result import Context, Result
from .run import Cancel, Sink, Source, ask
from .settings import Settings, no_key


@dataclass(frozen=True, slots=True)
class Question:
    """A request with everything that is known before it is sent."""

    request: Request
    settings: Settings
    context: Context

    @property
    def estimate(self) -> Estimate:
        """Tokens and money, before sending."""
        found = self.context.estimate
        assert found is not None
        return found

    def noting(self, text: str) -> Question:
        """The same question with one more notice."""
        told = (*self.context.notices, text)
        return replace(self, context=replace(self.context, notices=told))


def prepare(
    settings: Settings,
    prompt: str,
    images: Sequence[Image] = (),
    *,
    params: Mapping[str, Any] | None = None,
    notices: Sequence[str] = (),
    history: Sequence[Turn] = (),
) -> Question:
    """The question, checked and counted; raises what is wrong with it before anything is sent."""
    if not prompt.strip():
        raise CellError(say("There is no question."), say("Write it below the %%vlreason line."))
    rules.check(settings)
    request = Request(
        model=settings["model"],
        prompt=prompt,
        images=tuple(images),
        system=settings["system"],
        thinking=rules.thinks(settings),
        budget=settings["budget"],
        max_tokens=settings["max_tokens"],
        temperature=settings["temperature"],
        top_p=settings["top_p"],
        seed=settings["seed"],
        hi_res=bool(settings["hi_res"]),
        stream=bool(settings["stream"]),
        params=MappingProxyType(dict(params or {})),
        history=tuple(history),
    )
    counted = estimate(request, region=settings.region, hosted=settings.hosted)
    told = [*notices, *rules.remarks(settings)]
    told += [f"{image.label}: {note}" for image in images for note in image.notes]
    context = Context(
        host=settings.host,
        region=settings.region,
        hosted=settings.hosted,
        estimate=counted,
        receipt=tuple(receipt(request, counted)),
        facts=tuple(f"{image.label} {image.facts}" for image in images if image.facts),
        notices=tuple(told),
    )
    return Question(request, settings, context)


def max_pixels(settings: Settings) -> int:
    """Most pixels that the model looks at in one picture: more would be sent for nothing."""
    model = find(settings["model"]) or find("qwen3-vl-plus")
    assert model is not None
    return model.max_pixels(hi_res=bool(settings["hi_res"]))


def admit(question: Question) -> Source:
    """Where this question goes, once its key and its cost have been looked at.

    Everything that is refused before sending has been refused when this returns.
    """
    settings, counted = question.settings, question.estimate
    if settings.key is None and settings.needs_key():
        raise no_key(settings)
    LEDGER.guard(
        counted.cost_at_most,
        counted.currency,
        call=settings["max_cost"],
        total=settings["max_cost_total"],
    )
    return providers.connect(settings)


def put(
    question: Question,
    source: Source,
    *sinks: Sink,
    cancel: Cancel | None = None,
    result: Result | None = None,
) -> Result:
    """Ask it there, and book what it cost."""
    found = ask(
        question.request,
        source,
        *sinks,
        cancel=cancel,
        context=question.context,
        limits=question.settings.limits,
        result=result,
    )
    LEDGER.add(found)
    return found
