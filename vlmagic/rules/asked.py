"""What Model Studio would refuse about a question as a whole, refused before it is sent.

A range belongs to one parameter, a state to a combination; both are rows. Only what is certain
counts: an estimate refuses nothing. This room refuses settings that are wrong by themselves: the
rules of the package do that.

Source of ranges: Model Studio's API reference and "Error codes" page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from vlmagic.catalog import Model, find
from vlmagic.errors import SettingsError
from vlmagic.language import say
from vlmagic.settings import Settings

if TYPE_CHECKING:
    from vlmagic.estimate import Estimate
    from vlmagic.request import Request


class _Value(NamedTuple):
    """A parameter, what is fine, and what it takes."""

    name: str
    fine: Callable[[Any, Model, Settings], bool]
    takes: Callable[[Model, Settings], str]


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _between(least: int, most: int | None) -> str:
    if most is None:
        return say("a whole number, {least} or more", least=least)
    return say("a whole number from {least} to {most}", least=least, most=most)


def _most_seed(settings: Settings) -> int:
    return 2**63 - 1 if settings.api == "dashscope" else 2**31 - 1


_VALUES = (
    _Value("seed", lambda v, _, s: _whole(v) and 0 <= v <= _most_seed(s), lambda _, s: _between(0, _most_seed(s))),
    _Value("max_tokens", lambda v, m, _: _whole(v) and 1 <= v <= (m.max_output or v), lambda m, _: _between(1, m.max_output)),
    _Value("thinking_budget", lambda v, m, _: _whole(v) and 1 <= v <= (m.max_thinking or v), lambda m, _: _between(1, m.max_thinking)),
    _Value("temperature", lambda v, *_: _number(v) and 0 <= v < 2, lambda *_: say("a number, at least 0 and below 2")),
    _Value("top_p", lambda v, *_: _number(v) and 0 < v <= 1, lambda *_: say("a number above 0 and at most 1")),
    _Value("top_k", lambda v, *_: _whole(v) and v >= 0, lambda *_: _between(0, None)),
    _Value("repetition_penalty", lambda v, *_: _number(v) and v > 0, lambda *_: say("a number above 0")),
    _Value("presence_penalty", lambda v, *_: _number(v) and -2 <= v <= 2, lambda *_: say("a number from -2 to 2")),
    _Value("n", lambda v, *_: _whole(v) and 1 <= v <= 4, lambda *_: _between(1, 4)),
    _Value("stop", lambda v, *_: isinstance(v, (str, list)), lambda *_: say("a text, or a list of texts or tokens")),
)  # fmt: skip


class _State(NamedTuple):
    """A question that would be refused as a whole."""

    broken: Callable[[Request, Model], bool]
    error: Callable[[Model], tuple[str, str]]


def _thinking(request: Request, model: Model) -> bool:
    if model.mode != "hybrid":
        return model.mode == "thinking"
    wish = request.params.get("enable_thinking", request.thinking)
    return model.default_thinking if wish is None else bool(wish)


def _wants_json(request: Request) -> bool:
    wish = request.params.get("response_format", request.response_format)
    return isinstance(wish, Mapping) and wish.get("type") == "json_object"


def _says_json(request: Request) -> bool:
    said = (request.text, request.system or "", *(turn.text for turn in request.history))
    return any("json" in text.lower() for text in said)


def _tools(request: Request) -> str:
    tools = request.params.get("tools")
    return json.dumps(tools, default=str) if tools else ""


_STATES = (
    _State(
        lambda r, m: m.mode == "thinking" and r.params.get("enable_thinking") is False,
        lambda m: (
            say("{model} always thinks; it cannot be turned off.", model=m.name),
            say("Leave out --param {name}.", name="enable_thinking"),
        ),
    ),
    _State(
        lambda r, m: m.mode == "plain" and r.params.get("enable_thinking") is True,
        lambda m: (
            say("{model} does not think.", model=m.name),
            say("Leave out --param {name}.", name="enable_thinking"),
        ),
    ),
    _State(
        # Later families answer so as well, without a promise that it is JSON.
        lambda r, m: m.family in {"qwen3-vl", "qvq"} and _wants_json(r) and _thinking(r, m),
        lambda m: (
            say("{model} gives no structured answer while it thinks.", model=m.name),
            say("Add --no-think.")
            if m.mode == "hybrid"
            else say("Ask a hybrid model with --no-think: -m qwen3-vl-plus."),
        ),
    ),
    _State(
        lambda r, _: _wants_json(r) and not _says_json(r),
        lambda _: (
            say("A structured answer was asked for, and the question does not say JSON."),
            say("Structured answers need the word JSON in the question: write it there."),
        ),
    ),
    _State(
        lambda r, _: bool(r.params.get("enable_search")),
        lambda m: (
            say("{model} cannot search.", model=m.name),
            say("Leave out --param {name}.", name="enable_search"),
        ),
    ),
    _State(
        lambda r, m: m.family == "qvq" and bool(_tools(r)),
        lambda m: (
            say("{model} takes no tools.", model=m.name),
            say("Leave them out, or ask a hybrid model: -m qwen3-vl-plus."),
        ),
    ),
    _State(
        lambda r, _: '"name": "search"' in _tools(r),
        lambda _: (
            say("The service allows no tool by the name of search."),
            say("Give it another name."),
        ),
    ),
    _State(
        lambda r, m: (
            r.params.get("tool_choice") not in (None, "auto", "none")
            and (_thinking(r, m) or not isinstance(r.params["tool_choice"], Mapping))
        ),
        lambda _: (
            say("This tool_choice is not taken: a thinking model chooses for itself."),
            say("Give auto or none, or name one tool and add --no-think."),
        ),
    ),
)


def _wrong(
    request: Request, model: Model, settings: Settings, counted: Estimate
) -> Iterator[tuple[str, str]]:
    """Message and hint of everything that is wrong with a question."""
    sent = {"seed": request.seed, **request.params}
    for row in _VALUES:
        value = sent.get(row.name)
        if value is not None and not row.fine(value, model, settings):
            yield (
                say("{name} cannot be {value!r}.", name=row.name, value=value),
                say("It takes {what}.", what=row.takes(model, settings)),
            )
    for state in _STATES:
        if state.broken(request, model):
            yield state.error(model)
    tokens = sum(picture.tokens for picture in counted.pictures if picture.exact)
    tokens += counted.text_tokens if counted.text_exact else 0
    most = model.input_limit(thinking=_thinking(request, model))
    if most is not None and tokens > most:
        yield (
            say(
                "The question has {tokens} tokens; {model} takes {most}.",
                tokens=f"{tokens:,}",
                model=model.name,
                most=f"{most:,}",
            ),
            say("Send fewer or smaller pictures, or a shorter history."),
        )


def check_request(request: Request, settings: Settings, counted: Estimate) -> None:
    """Refuse a question that Model Studio would refuse; only what is certain counts."""
    model = find(request.model)
    if model is None or not settings.hosted:
        return
    for message, hint in _wrong(request, model, settings, counted):
        raise SettingsError(message, hint)
