"""A request of either dialect, checked: it becomes an `Asked`, or a `Refusal` in the service's words.

The order is the service's: model, messages, parameters, pictures, length. Parameters have their
rows in `rules`, pictures their checks in `pictures`. This room refuses to answer a question.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from vlmagic.catalog import Model, find
from vlmagic.events import Usage

from . import words
from .parts import parted
from .pictures import Film, Picture, look, watch
from .refusals import Refusal, invalid, no_model
from .rules import Case, DialectName, check_params, wanted_format
from .shapes import SHAPES, Shape

_BAD_BODY = "Required body invalid, please check the request body format."
_NO_MESSAGES = 'Either "prompt" or "messages" must exist and cannot both be none'
_TOO_SHORT = "[] is too short"
_NO_CONTENT = "The content field is a required field."
_EMPTY_CONTENT = "Role must be user or assistant and Content length must be greater than 0"
_NO_USER = "The input messages do not contain elements with the role of user."
_BAD_ITEM = "The item of content should be a message of a certain modal."
_NO_RESOLVE = "The provided URL does not appear to be valid. Ensure it is correctly formatted."
_MOST_FILMS = 64
_MARKUP = 4
"""Tokens that a message costs beside its text: role and separators."""


@dataclass(frozen=True)
class Asked:
    """A request that passed: everything the voice and the wire need."""

    dialect: DialectName
    name: str
    """The model's name as it was asked for."""
    model: Model
    stream: bool
    thinking: bool
    question: str
    """The words of the last user message, without the facts."""
    facts: tuple[Mapping[str, Any], ...]
    """What stood between the fact marks, one object per picture that had any."""
    pictures: tuple[Picture, ...]
    films: tuple[Film, ...]
    usage: Usage
    """The input's side."""
    budget: int | None = None
    max_tokens: int | None = None
    include_usage: bool = False
    incremental: bool = True
    wants_json: bool = False
    schema: Mapping[str, Any] | None = None
    tools: tuple[Mapping[str, Any], ...] = ()
    image_hw: bool = False
    has_results: bool = False
    """The last message is the result of a tool."""
    turns: int = 1
    """How many user messages there are."""


# -- the walk ----------------------------------------------------------------------------------


def check(
    dialect: DialectName,
    body: bytes,
    *,
    stream: bool = False,
    files: Mapping[str, bytes],
    find_model: Callable[[str], Model | None] = find,
    resolves: bool = False,
    shape: Shape = SHAPES["model-studio"],
) -> Asked:
    """What is asked for, or the `Refusal` of the first rule that is broken.

    `stream` is the native interface's header, `resolves` its leave to read `oss://`; `find_model`
    knows the models of this region. `shape` says which switches of thinking are known.
    """
    data = _parsed(body)
    name = data.get("model")
    if not isinstance(name, str) or not name:
        words_ = "you must provide a model parameter."
        raise Refusal(400, "BadRequest.EmptyModel", words_, gateway=True)
    model = find_model(name)
    if model is None:
        raise no_model(name)
    if dialect == "native":
        inside, params = data.get("input"), data.get("parameters") or {}
        messages = inside.get("messages") if isinstance(inside, Mapping) else None
        if messages is None or not isinstance(params, Mapping):
            raise invalid(_NO_MESSAGES)
    else:
        messages, params = data.get("messages"), _switched(data, shape)
        stream = data.get("stream") is True
        if messages is None:
            raise invalid("'messages' is a required property")
    case = Case(dialect, name, model, stream, params, _messages(messages, dialect))
    check_params(case)
    return _asked(case, files, resolves=resolves)


def _switched(data: Mapping[str, Any], shape: Shape) -> Mapping[str, Any]:
    """The parameters, another server's switches of thinking in the words of Model Studio's own."""
    own = SHAPES["model-studio"]
    if shape.switch == own.switch:
        return data
    found = {k: v for k, v in data.items() if k not in (*own.switch, *own.budget)}
    wish, most = _at(data, shape.switch), _at(data, shape.budget)
    if wish is not None:
        found[own.switch[0]] = wish != shape.off
    if most is not None:
        found[own.budget[0]] = most
    return found


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data if path else None


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise invalid(_BAD_BODY) from error
    if not isinstance(data, Mapping):
        raise invalid(_BAD_BODY)
    return data


def _messages(messages: Any, dialect: DialectName) -> list[Mapping[str, Any]]:
    if not isinstance(messages, list):
        raise invalid(_BAD_BODY)
    if not messages:
        raise invalid(_TOO_SHORT, compatible=f"{_TOO_SHORT} - 'messages'")
    for message in messages:
        if not isinstance(message, Mapping):
            raise invalid(_BAD_BODY)
        if message.get("role") not in ("system", "user", "assistant", "tool"):
            raise invalid(_EMPTY_CONTENT)
        calls = message.get("role") == "assistant" and message.get("tool_calls")
        if "content" not in message and not calls:
            raise invalid(_NO_CONTENT)
        if not message.get("content") and not calls:
            raise invalid(_EMPTY_CONTENT)
        content = message.get("content")
        if isinstance(content, list) and dialect == "native":
            for item in content:
                modal = ("image", "video", "audio", "text")
                if not isinstance(item, Mapping) or sum(key in item for key in modal) != 1:
                    raise invalid(_BAD_ITEM)
    if not any(message["role"] == "user" for message in messages):
        raise invalid(_NO_USER)
    last = messages[-1]
    if last["role"] not in ("user", "tool") and not last.get("partial"):
        raise Refusal(500, "InternalError.Algo", "list index out of range")
    return messages


class _Part(NamedTuple):
    kind: Literal["text", "image", "video"]
    value: Any
    knobs: Mapping[str, Any]


def _parts(content: Any, dialect: DialectName) -> Iterator[_Part]:
    """The parts of a message's content, the same for both dialects."""
    if isinstance(content, str):
        yield _Part("text", content, {})
        return
    if not isinstance(content, list):
        raise invalid(_BAD_BODY)
    for item in content:
        if not isinstance(item, Mapping):
            raise invalid(_BAD_BODY)
        if dialect == "native":
            kind = next(key for key in ("image", "video", "audio", "text") if key in item)
            value = item[kind]
        else:
            kind = str(item.get("type", "")).removesuffix("_url")
            value = item.get(str(item.get("type")))
            if isinstance(value, Mapping):
                value = value.get("url")
        if kind not in ("text", "image", "video") or value is None:
            raise invalid(_BAD_BODY if dialect == "compatible" else _BAD_ITEM)
        yield _Part(kind, value, item)  # type: ignore[arg-type]


def _asked(case: Case, files: Mapping[str, bytes], *, resolves: bool) -> Asked:
    """Walk the messages: pictures are looked at in order, all text is counted."""
    pictures: list[Picture] = []
    films: list[Film] = []
    text_tokens = inline = 0
    question = ""
    hi_res = case.params.get("vl_high_resolution_images") is True
    for message in case.messages:
        if message["role"] == "system" and case.model.system_ignored:
            continue
        text_tokens += _MARKUP
        said: list[str] = []
        for kind, value, knobs in _parts(message.get("content") or "", case.dialect):
            if kind == "text":
                said.append(str(value))
                continue
            urls = value if isinstance(value, list) else [value]
            for url in urls:
                if str(url).startswith("oss://") and not resolves:
                    raise invalid(_NO_RESOLVE, algorithm=True)
            inline += kind == "image" and str(value).startswith("data:")
            if kind == "image":
                pictures.append(look(value, knobs, case.model, files, hi_res=hi_res))
            else:
                films.append(watch(value, knobs, case.model, files))
        text = "\n".join(said)
        text_tokens += words.count(text)
        if message["role"] == "user":
            question = text
    _check_count("images", len(pictures), case.model.max_images)
    _check_count("images", inline, case.model.max_inline_images)
    _check_count("videos", len(films), _MOST_FILMS)
    image_tokens = sum(picture.tokens for picture in pictures)
    video_tokens = sum(film.tokens for film in films)
    total = text_tokens + image_tokens + video_tokens
    most = case.model.input_limit(thinking=case.thinking) or case.model.context
    if most is not None and total > most:
        raise invalid(f"Range of input length should be [1, {most}]", algorithm=True)
    question, facts = parted(question)
    params = case.params
    wish = params.get("response_format")
    schema = wish.get("json_schema") if isinstance(wish, Mapping) else None
    return Asked(
        dialect=case.dialect,
        name=case.name,
        model=case.model,
        stream=case.stream,
        thinking=case.thinking,
        question=question,
        facts=facts,
        pictures=tuple(pictures),
        films=tuple(films),
        usage=Usage(
            input_tokens=total,
            image_tokens=image_tokens or None,
            video_tokens=video_tokens or None,
            text_tokens=text_tokens,
        ),
        budget=params.get("thinking_budget") if case.model.takes_budget else None,
        max_tokens=params.get("max_tokens"),
        include_usage=bool((params.get("stream_options") or {}).get("include_usage")),
        incremental=params.get("incremental_output") is not False,
        wants_json=wanted_format(case) in ("json_object", "json_schema"),
        schema=schema.get("schema") if isinstance(schema, Mapping) else None,
        tools=() if params.get("tool_choice") == "none" else tuple(params.get("tools") or ()),
        image_hw=params.get("vl_enable_image_hw_output") is True,
        has_results=case.messages[-1]["role"] == "tool",
        turns=sum(message["role"] == "user" for message in case.messages),
    )


def _check_count(what: str, count: int, most: int) -> None:
    # The limits are published, the words are not.
    if count > most:
        raise invalid(f"The number of {what} should be in [1, {most}]", algorithm=True)
