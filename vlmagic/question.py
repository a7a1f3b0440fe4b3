"""From settings, words and pictures to a question that may be sent: `prepare`, `route`, `put`.

Every front door goes through here, so that a cell, a panel and a script refuse, count and book
alike. This room refuses to know how the words were typed or where the answer is shown.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from . import __version__, providers, recording, rules
from .boxes.asking import how_to_point
from .catalog import find
from .errors import CellError
from .estimate import Estimate, estimate, receipt
from .extract import schema_of
from .images import Picture, Text, below
from .images.allowed import check as check_pictures
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
    keepers: tuple[Sink, ...] = ()
    """Where its answer is kept, once it is routed."""

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
    images: Sequence[Picture] = (),
    *,
    texts: Sequence[Text] = (),
    params: Mapping[str, Any] | None = None,
    notices: Sequence[str] = (),
    after: Result | None = None,
    as_json: bool = False,
    schema: Any = None,
) -> Question:
    """The question, checked and counted; raises what is wrong with it before anything is sent.

    `texts` go below the prompt; `after` is the Result that it follows up; `as_json` and `schema` ask for a structured answer.
    """
    if not prompt.strip():
        raise CellError(
            say("There is no question."),
            say("Write it below the %%vlreason line, or behind %vlreason."),
        )
    prompt = below(prompt, texts)
    rules.check(settings)
    check_pictures(
        images,
        find(settings["model"]) if settings.hosted else None,
        settings.api,
        hosted=settings.hosted,
    )
    thinking, response_format = rules.thinks(settings), None
    told = list(notices)
    if (images or after is not None) and (how := how_to_point(prompt, settings["model"])):
        prompt += f"\n\n{how}"
        told.append(say("{model} is told how to count places.", model=settings["model"]))
    if as_json or schema is not None:
        prompt, thinking, response_format, said = structured(
            settings, prompt, thinking=thinking, schema=schema
        )
        told += said
    history: tuple[Turn, ...] = ()
    system = settings["system"]
    if after is not None:
        history = turns(after)
        system = system or (after.request.system if after.request else None)
    request = Request(
        model=settings["model"],
        prompt=prompt,
        images=tuple(images),
        system=system,
        thinking=thinking,
        budget=settings["budget"],
        max_tokens=settings["max_tokens"],
        temperature=settings["temperature"],
        top_p=settings["top_p"],
        seed=settings["seed"],
        hi_res=bool(settings["hi_res"]),
        stream=bool(settings["stream"]),
        response_format=response_format,
        params=MappingProxyType(dict(params or {})),
        history=tuple(history),
    )
    request, counted, dropped = _fitting(request, settings)
    if dropped:
        told.append(
            say("The oldest {count} turns were left out: they would pass the limit.", count=dropped)
        )
    rules.check_request(request, settings, counted)
    told += rules.remarks(settings)
    told += [f"{image.label}: {note}" for image in images for note in image.notes]
    context = Context(
        host=settings.host,
        region=settings.region,
        hosted=settings.hosted,
        estimate=counted,
        receipt=tuple(receipt(request, counted, texts)),
        facts=(
            *(f"{image.label} {image.facts}" for image in images if image.facts),
            *(f"{text.label} {text.body}" for text in texts if text.is_facts),
        ),
        texts=tuple(texts),
        notices=tuple(told),
        settings=settings,
        schema=schema,
    )
    return Question(request, settings, context)


def turns(result: Result) -> tuple[Turn, ...]:
    """The conversation so far, the Result's own question and answer last.

    Thinking is sent back only to models that require it (Model Studio's `preserve_thinking`).
    """
    request = result.request
    if request is None or not result.answer:
        raise _no_answer(result)
    model = find(request.model)
    thinking = result.thinking if model is not None and model.returns_thinking else ""
    return (
        *request.history,
        Turn("user", request.text, request.images),
        Turn("assistant", result.answer, thinking=thinking),
    )


def _no_answer(result: Result) -> CellError:
    return CellError(
        say("There is no answer to follow up: it {status}.", status=result.status),
        say("Follow up another one with -c=NAME, or ask anew."),
    )


def _fitting(request: Request, settings: Settings) -> tuple[Request, Estimate, int]:
    """The request with as many of its newest turns as fit, its estimate, and how many were left out."""
    model = find(request.model)
    thinking = request.thinking is not False
    most = model.input_limit(thinking=thinking) if model is not None else None
    dropped = 0
    while True:
        counted = estimate(request, region=settings.region, hosted=settings.hosted)
        over = counted.history_tokens > settings["history"]
        over = over or (most is not None and counted.input_tokens > most)
        if not request.history or not over:
            return request, counted, dropped
        request = replace(request, history=request.history[2:])
        dropped += 2


def structured(
    settings: Settings,
    prompt: str,
    *,
    thinking: bool | None,
    schema: Any,
) -> tuple[str, bool | None, Mapping[str, Any] | None, list[str]]:
    """Prompt, thinking and `response_format` for an answer in JSON, and what the user should know.

    Model Studio gives `json_object` only to models that do not think, and only if the prompt speaks
    of JSON; `json_schema` only to its newest models (structured-output page, 2026). Elsewhere the
    wish stands in the prompt alone.
    """
    told: list[str] = []
    wanted = schema_of(schema) if schema is not None else None
    model = find(settings["model"])
    always = settings.hosted and model is not None and model.mode == "thinking"
    takes = not settings.hosted or (model is not None and model.json_schema)
    native = wanted is not None and takes
    if wanted is not None and not native:
        prompt += "\n\n" + say("Answer with JSON alone, fitting this JSON schema:") + "\n"
        prompt += json.dumps(wanted, ensure_ascii=False)
    elif "json" not in prompt.lower():
        prompt += "\n\n" + say("Answer with JSON alone.")
    if always:
        told.append(
            say(
                "{model} always thinks, so JSON is only asked for, not enforced.",
                model=settings["model"],
            )
        )
        return prompt, thinking, None, told
    if settings.hosted and thinking:
        told.append(say("Thinking is off: the service gives JSON only without it."))
        thinking = False
    if native:
        named = {"name": "answer", "schema": wanted, "strict": True}
        return prompt, thinking, {"type": "json_schema", "json_schema": named}, told
    return prompt, thinking, {"type": "json_object"}, told


def follow(
    result: Result, prompt: str, images: Sequence[Picture], options: Mapping[str, Any]
) -> Result:
    """Ask a follow-up of a Result, with its settings but for these options."""
    before = result.context.settings
    if before is None or result.request is None:
        raise _no_answer(result)
    prepared = prepare(before.changed(options, os.environ), prompt, images, after=result)
    return put(*route(prepared))


def max_pixels(settings: Settings) -> int:
    """Most pixels that the model looks at in one picture: more would be sent for nothing."""
    model = find(settings["model"]) or find("qwen3-vl-plus")
    assert model is not None
    most = model.max_pixels(hi_res=bool(settings["hi_res"]))
    if settings.hosted and not model.hosted and not settings["hi_res"]:
        # Of open weights the service looks at no more than of its own models (API reference, 2026).
        most = min(most, (1280 if model.factor == 28 else 2560) * model.factor**2)
    return most


def admit(question: Question) -> tuple[Source, list[str]]:
    """Where this question goes once key and cost have been looked at, and what comes near a limit.

    Everything that is refused before sending has been refused when this returns.
    """
    settings, counted = question.settings, question.estimate
    if settings.key is None and settings.needs_key():
        raise no_key(settings)
    warnings = LEDGER.guard(
        counted.cost_at_most,
        counted.currency,
        call=settings["max_cost_per_call"],
        total=settings["max_cost_total"],
    )
    return providers.connect(settings), warnings


def route(
    question: Question,
    *,
    fresh: bool = False,
    watched: bool = False,
    confirm: Callable[[str], bool | None] | None = None,
) -> tuple[Question, Source]:
    """Where an answer comes from: a recording, which needs no key and costs nothing, or `admit`.

    The question comes back with what its reader should know and with what keeps the answer; a
    refusal leaves no trace. `fresh`: ask anew. `watched`: somebody sees the answer come, so that a
    replay keeps its rhythm. `confirm` asks that somebody yes or no.
    """
    settings = question.settings
    speed = settings["speed"]
    plan = recording.cabinet(settings["recordings"]).plan(
        question.request,
        settings["record"],
        fresh=fresh,
        speed=speed if speed is not None else float(watched),
        secrets=[settings.key.reveal()] if settings.key else [],
        confirm=confirm,
        by=__version__,
    )
    try:
        source, warnings = (plan.source, []) if plan.source else admit(question)
    except BaseException:
        plan.withdraw()
        raise
    told = (*question.context.notices, *plan.notices, *warnings)
    context = replace(question.context, notices=told, replayed_from=plan.replayed_from)
    return replace(question, context=context, keepers=plan.sinks), source


def put(
    question: Question,
    source: Source,
    *sinks: Sink,
    cancel: Cancel | None = None,
    result: Result | None = None,
) -> Result:
    """Ask it there, keep the answer where that was wished, and book what it cost."""
    counted = question.estimate
    at_most = None if question.context.replayed_from else counted.cost_at_most
    with LEDGER.holding(at_most, counted.currency):
        found = ask(
            question.request,
            source,
            *question.keepers,
            *sinks,
            cancel=cancel,
            context=question.context,
            limits=question.settings.limits,
            result=result,
        )
        LEDGER.add(found)
    return found
