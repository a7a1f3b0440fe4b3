"""Other servers: each is asked in its own words, and its thinking is read where it puts it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from asking import ask
from raw_server import head, serving, sse

from vlmagic import rules
from vlmagic.dialects import DIALECTS
from vlmagic.emulator import Emulator
from vlmagic.emulator.shapes import SHAPES
from vlmagic.errors import AuthError, RateError, RefusedError, ServiceError, UnavailableError
from vlmagic.events import Notice
from vlmagic.providers.openai import OpenAISource
from vlmagic.request import Request
from vlmagic.settings import Key, Settings, resolve
from vlmagic.transcript import Transcript

MODEL = "Qwen/Qwen3.5-9B"
KEY = "sk-0123456789abcdef"


def settings(url: str, key: str = KEY, **options: Any) -> Settings:
    """Settings as a user makes them."""
    return resolve({"base_url": url, "model": MODEL, **options}, key=Key(key, "TEST_KEY"))


def put(
    found: Settings, *, params: Mapping[str, Any] | None = None, **wishes: Any
) -> tuple[Transcript, ServiceError | None]:
    """One question with these settings, through the real provider."""
    request = Request(
        model=found["model"],
        prompt="Why is the sky blue?",
        thinking=rules.thinks(found),
        budget=found["budget"],
        stream=found["stream"],
        params=params or {},
    )
    source = OpenAISource(found)
    try:
        return ask(source, replace(request, **wishes))
    finally:
        source.lanes.close()


ON: dict[str, Any] = {"chat_template_kwargs": {"enable_thinking": True}}
OFF: dict[str, Any] = {"chat_template_kwargs": {"enable_thinking": False}}
# From the servers' own documentation: fields for on, for off, and for at most 50 tokens.
BODIES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "modelstudio": (
        {"enable_thinking": True},
        {"enable_thinking": False},
        {"enable_thinking": True, "thinking_budget": 50},
    ),
    "vllm": (ON, OFF, {**ON, "thinking_token_budget": 50}),
    "sglang": (ON, OFF, ON),
    "ollama": (
        {"reasoning_effort": "medium"},
        {"reasoning_effort": "none"},
        {"reasoning_effort": "medium"},
    ),
    "llamacpp": (ON, OFF, {**ON, "thinking_budget_tokens": 50}),
    "lmstudio": ({}, {}, {}),
    "openrouter": (
        {"reasoning": {"enabled": True}},
        {"reasoning": {"enabled": False}},
        {"reasoning": {"enabled": True, "max_tokens": 50}},
    ),
    "transformers": (ON, OFF, ON),
    "plain": ({}, {}, {}),
}
SPEAKS = {
    "modelstudio": ["model-studio"],
    "vllm": ["vllm", "think-tags", "close-tag-only"],
    "sglang": ["sglang", "think-tags", "close-tag-only"],
    "ollama": ["ollama"],
    "llamacpp": ["llama.cpp", "think-tags"],
    "lmstudio": ["sglang", "vllm", "think-tags", "close-tag-only"],
    "openrouter": ["openrouter"],
    "transformers": ["transformers"],
    "plain": ["litellm", "vllm", "no-usage", "think-tags"],
}
"""What each kind of server writes, by version and by how it was started."""


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Emulator]]:
    """An emulated server of each shape."""
    found = {shape: Emulator(shape=shape).start() for shape in SHAPES}
    yield found
    for server in found.values():
        server.stop()


def test_every_server_is_in_the_tables() -> None:
    """No dialect is without its documented fields and without a server that speaks it."""
    assert set(BODIES) == set(SPEAKS) == set(DIALECTS)
    assert set(SHAPES) == {shape for shapes in SPEAKS.values() for shape in shapes}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("wish", ["on", "off", "budget"])
def test_a_wish_is_sent_in_the_servers_own_words(
    name: str, wish: str, servers: dict[str, Emulator]
) -> None:
    """On, off and a limit become the documented fields, work there, and are told where there is none."""
    server = servers[SPEAKS[name][0]]
    place = ("on", "off", "budget").index(wish)
    options = ({"think": True}, {"think": False}, {"budget": 50})[place]
    model = "qwen3-vl-plus" if name == "modelstudio" else MODEL
    found = settings(server.compatible_url, server.key, dialect=name, **{"model": model, **options})
    transcript, error = put(found)
    assert error is None
    body = server.log[-1].body
    own = {"model", "messages", "stream", "stream_options"}
    assert {key: value for key, value in body.items() if key not in own} == BODIES[name][place]
    told = [notice for notice in transcript.notices if notice.kind == "unsent"]
    dialect = DIALECTS[name]
    switch = dialect.off if wish == "off" else dialect.on
    assert len(told) == (switch is None) + (wish == "budget" and dialect.budget is None)
    assert bool(transcript.thinking) == (wish != "off" or dialect.off is None)
    assert transcript.usage is not None
    if wish == "budget" and dialect.budget is not None:
        assert transcript.usage.thinking_tokens == 50


@pytest.mark.parametrize(
    ("name", "shape"), [(name, shape) for name, shapes in SPEAKS.items() for shape in shapes]
)
@pytest.mark.parametrize("stream", [True, False])
def test_thinking_is_read_where_it_stands(
    name: str, shape: str, stream: bool, servers: dict[str, Emulator]
) -> None:
    """Thinking, answer and counts are the same words on every server, and never mixed."""
    first = servers["model-studio"]
    own = settings(first.compatible_url, first.key, model="qwen3-vl-8b-thinking")
    expected, _ = put(own, stream=stream)
    server = servers[shape]
    found = settings(
        server.compatible_url, server.key, dialect=name, model="qwen3-vl-8b-thinking", think=True
    )
    transcript, error = put(found, stream=stream)
    assert error is None
    assert expected.thinking
    assert transcript.status == "complete"
    if stream or not SHAPES[shape].tags:
        assert transcript.thinking.strip() == expected.thinking.strip()
    assert transcript.answer.strip() == expected.answer.strip()
    counted = transcript.usage
    if shape == "no-usage" and stream:
        assert counted is None
    else:
        assert counted is not None
        assert counted == expected.usage
    where = SHAPES[shape].thinking or "<think>"
    assert where in DIALECTS[name].reads


def test_a_server_without_its_parser_is_told_of(servers: dict[str, Emulator]) -> None:
    """Where only `</think>` comes and nobody said so before, the words are kept and explained."""
    server = servers["close-tag-only"]
    found = settings(server.compatible_url, server.key, dialect="plain")
    transcript, error = put(found)
    assert error is None
    assert "</think>" in transcript.answer
    assert [notice.kind for notice in transcript.notices] == ["tags"]


@pytest.mark.parametrize(
    ("config", "environ", "options", "expected"),
    [
        ({}, {}, {}, "plain"),
        ({}, {"VLMAGIC_DIALECT": "sglang"}, {}, "sglang"),
        ({"dialect": "llamacpp"}, {"VLMAGIC_DIALECT": "sglang"}, {}, "llamacpp"),
        ({"dialect": "llamacpp"}, {}, {"dialect": "vllm"}, "vllm"),
    ],
)
def test_a_dialect_is_chosen(
    config: dict[str, str], environ: dict[str, str], options: dict[str, str], expected: str
) -> None:
    """A server that its address does not give away is named by option, `%config` or environment."""
    options = {"base_url": "http://127.0.0.1:8000/v1", **options}
    assert resolve(options, config, environ).dialect == expected


def test_a_param_says_what_no_dialect_knows(servers: dict[str, Emulator]) -> None:
    """`--param` reaches any server as it is, and goes before what the dialect would send."""
    server = servers["litellm"]
    found = settings(server.compatible_url, server.key, dialect="plain")
    assert put(found, params={"thinking": {"type": "disabled"}})[1] is None
    assert server.log[-1].body["thinking"] == {"type": "disabled"}
    found = settings(server.compatible_url, server.key, dialect="ollama", think=True)
    assert put(found, params={"reasoning_effort": "high"})[1] is None
    assert server.log[-1].body["reasoning_effort"] == "high"


def refused(status: int, body: object) -> list[bytes]:
    """A whole answer that says no."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    kind = "text/plain" if isinstance(body, str) else "application/json"
    return [head(status, kind, length=len(data)) + data]


def midway(chunk: object) -> list[bytes]:
    """Half an answer, then an error within the stream."""
    piece = {"choices": [{"delta": {"content": "half"}, "index": 0, "finish_reason": None}]}
    return [head() + sse(piece, chunk, done=False)]


LONG = "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens."
ERRORS: dict[str, tuple[str, list[bytes], type[ServiceError], str]] = {
    "vllm, long": (
        "vllm",
        refused(
            400, {"error": {"message": LONG, "type": "BadRequestError", "param": None, "code": 400}}
        ),
        RefusedError,
        "fewer or smaller",
    ),
    "vllm, long, before 2025": (
        "vllm",
        refused(
            400,
            {
                "object": "error",
                "message": LONG,
                "type": "BadRequestError",
                "param": None,
                "code": 400,
            },
        ),
        RefusedError,
        "fewer or smaller",
    ),
    "vllm, no model": (
        "vllm",
        refused(
            404,
            {
                "error": {
                    "message": "The model `m` does not exist.",
                    "type": "NotFoundError",
                    "code": 404,
                }
            },
        ),
        RefusedError,
        "-m",
    ),
    "sglang, key": ("sglang", refused(401, {"error": "Unauthorized"}), AuthError, "TEST_KEY"),
    "ollama, address": (
        "ollama",
        refused(
            400,
            {
                "error": {
                    "message": "invalid image input",
                    "type": "invalid_request_error",
                    "param": None,
                    "code": None,
                }
            },
        ),
        RefusedError,
        "local file",
    ),
    "ollama, no model": (
        "ollama",
        refused(
            404,
            {"error": {"message": "model 'm' not found", "type": "not_found_error", "code": None}},
        ),
        RefusedError,
        "-m",
    ),
    "llama.cpp, long": (
        "llamacpp",
        refused(
            400,
            {
                "error": {
                    "code": 400,
                    "message": "the request exceeds the available context size, try increasing it",
                    "type": "exceed_context_size_error",
                }
            },
        ),
        RefusedError,
        "fewer or smaller",
    ),
    "llama.cpp, loading": (
        "llamacpp",
        refused(
            503,
            {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}},
        ),
        UnavailableError,
        "later",
    ),
    "lm studio": (
        "lmstudio",
        refused(400, {"error": "Model does not support images. Please use a model that does."}),
        RefusedError,
        "-m",
    ),
    "openrouter, credit": (
        "openrouter",
        refused(402, {"error": {"code": 402, "message": "Insufficient credits"}}),
        AuthError,
        "Pay",
    ),
    "openrouter, rate": (
        "openrouter",
        refused(429, {"error": {"code": 429, "message": "Rate limit exceeded", "metadata": {}}}),
        RateError,
        "minute",
    ),
    "openrouter, midway": (
        "openrouter",
        midway(
            {
                "id": "gen-1",
                "error": {"code": 502, "message": "Provider disconnected"},
                "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
            }
        ),
        UnavailableError,
        "later",
    ),
    "transformers, picture": (
        "transformers",
        refused(500, "Internal Server Error"),
        UnavailableError,
        "later",
    ),
    "transformers, midway": (
        "transformers",
        midway({"error": "CUDA out of memory"}),
        UnavailableError,
        "later",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_of_other_servers(case: str) -> None:
    """What each server says when it refuses is shown, classed, and answered with a remedy."""
    name, script, kind, remedy = ERRORS[case]
    with serving(script) as server:
        transcript, error = put(settings(server.url, dialect=name, think=True))
    assert error is not None
    assert type(error) is kind, error
    assert remedy in error.hint
    assert ("midway" in case) == (transcript.answer == "half")


def test_fields_that_a_server_refuses_are_left_out() -> None:
    """A server that calls a switch unknown is asked once more without it, and the user is told."""
    detail = {"detail": "Unexpected fields in the request: {'enable_thinking'}"}
    stop = {"choices": [{"finish_reason": "stop", "delta": {"content": "A"}, "index": 0}]}
    with serving(refused(422, detail), [head() + sse(stop)]) as server:
        transcript, error = put(
            settings(server.url, dialect="plain"), params={"enable_thinking": True}
        )
    assert error is None
    assert transcript.answer == "A"
    assert any(
        isinstance(notice, Notice) and "enable_thinking" in notice.text
        for notice in transcript.notices
    )
