"""One suite for both protocols: the same question to the same service gets the same answer."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import PIL.Image
import pytest
from asking import Reading, ask
from raw_server import HANG, Step, eventually, head, serving

from vlmagic.emulator import Emulator
from vlmagic.emulator.faults import FAULTS
from vlmagic.errors import ServiceError
from vlmagic.images import normalise
from vlmagic.providers.openai import OpenAISource
from vlmagic.request import Request, Turn
from vlmagic.settings import Key, Limits, Settings
from vlmagic.transcript import Transcript

if importlib.util.find_spec("dashscope") is None:
    pytest.skip("needs the dashscope package", allow_module_level=True)

from vlmagic.providers.dashscope import DashScopeSource

RED = normalise(PIL.Image.new("RGB", (200, 100), "red"), label="a")
BLUE = normalise(PIL.Image.new("RGB", (64, 64), "blue"), label="b")
ASK = Request(model="qwen3-vl-plus", prompt="Why?", images=(RED,), thinking=True)
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
QUESTIONS: dict[str, Request] = {
    "thinking": ASK,
    "no thinking": replace(ASK, thinking=False),
    "the service's default": replace(ASK, thinking=None),
    "budget": replace(ASK, budget=20),
    "whole": replace(ASK, stream=False),
    "whole, no thinking": replace(ASK, stream=False, thinking=False),
    "system": replace(ASK, system="Be brief."),
    "short": replace(ASK, max_tokens=10),
    "numbers": replace(ASK, temperature=0.5, top_p=0.9, seed=1, params={"top_k": 3}),
    "json": replace(
        ASK, prompt="As json.", thinking=False, response_format={"type": "json_object"}
    ),
    "tools": replace(ASK, prompt="Call get_weather.", params={"tools": [TOOL]}),
    "tools, whole": replace(
        ASK, prompt="Call get_weather.", params={"tools": [TOOL]}, stream=False
    ),
    "history": replace(
        ASK, images=(BLUE,), history=(Turn("user", "Hm?", (RED,)), Turn("assistant", "Yes."))
    ),
    "high resolution": replace(ASK, hi_res=True),
    "Chinese": replace(ASK, prompt="这道题怎么做？"),
    "no picture": replace(ASK, images=()),
    "qvq": replace(ASK, model="qvq-max", thinking=None),
    "thinking only": replace(ASK, model="qwen3-vl-8b-thinking", thinking=None),
}
REFUSED: dict[str, Request] = {
    "qvq, whole": replace(ASK, model="qvq-max", thinking=None, stream=False),
    "unknown model": replace(ASK, model="qwen-unknown"),
    "budget too large": replace(ASK, budget=10**6),
    "temperature": replace(ASK, temperature=2.0),
    "off where it cannot be": replace(ASK, model="qwen3-vl-8b-thinking", thinking=False),
}
FOREVER = {
    name
    for name in FAULTS
    if name.startswith(("stall", "endless")) or name in {"drip", "comments-only", "slow-first-byte"}
}
TELLS_COUNTS = {"content-filter", "length", "partial-response", "thinking-only", "empty-answer"}
"""Cut answers: one protocol counts up to the last words, the other what was paid."""
NEVER_BLANK = {"no-blank-lines"}
"""Only native streams are known to lack the blank lines."""


def settings(api: str, url: str, key: str) -> Settings:
    """Settings for one protocol of one server, with small limits."""
    return Settings(
        api=api,
        base_url=url,
        dialect="modelstudio",
        key=Key(key, "TEST_KEY"),
        limits=Limits(body=2**21, event=2**20),
    )


@pytest.fixture(scope="module")
def service() -> Iterator[Emulator]:
    """One emulator for all questions."""
    with Emulator() as running:
        yield running


@pytest.fixture(scope="module")
def sources(service: Emulator) -> Iterator[tuple[Any, Any]]:
    """The compatible and the native source of the emulator."""
    compatible = OpenAISource(settings("openai", service.compatible_url, service.key))
    native = DashScopeSource(settings("dashscope", service.native_url, service.key))
    yield compatible, native
    for each in (compatible, native):
        each.lanes.close()


def said(transcript: Transcript) -> dict[str, Any]:
    """What both protocols must agree on."""
    counts = transcript.usage
    end = transcript.end
    return {
        "thinking": transcript.thinking,
        "answer": transcript.answer,
        "calls": [replace(call, at=None) for call in transcript.tool_calls],
        "end": end and replace(end, request_id=None),
        "status": transcript.status,
        "notices": [(notice.kind, notice.text) for notice in transcript.notices],
        # Nothing cached is 0 in one protocol and absent in the other.
        "usage": counts and replace(counts, cached_tokens=counts.cached_tokens or None),
    }


def refused(error: ServiceError | None) -> Any:
    """What both protocols must agree on when it goes wrong."""
    return error and (type(error), error.hint, error.retryable, error.retry_after)


@pytest.mark.parametrize("name", QUESTIONS)
def test_same_answer(name: str, sources: tuple[Any, Any]) -> None:
    """Every kind of question is answered alike: words, calls, counts by kind, ending."""
    (one, none), (two, neither) = (ask(source, QUESTIONS[name]) for source in sources)
    assert none is None
    assert neither is None
    assert said(one) == said(two)
    assert one.answer or one.tool_calls
    assert one.status == ("truncated" if name == "short" else "complete")
    assert two.usage is not None
    assert two.usage.input_tokens
    assert two.end is not None
    assert two.end.request_id


@pytest.mark.parametrize("name", REFUSED)
def test_same_refusal(name: str, sources: tuple[Any, Any]) -> None:
    """What one protocol refuses the other refuses alike: the error, its status, its remedy."""
    (_, one), (_, two) = (ask(source, REFUSED[name]) for source in sources)
    assert one is not None
    assert two is not None
    assert refused(one) == refused(two)
    assert one.status == two.status
    assert one.request_id
    assert two.request_id


@pytest.mark.parametrize("name", sorted(set(FAULTS) - FOREVER - NEVER_BLANK))
def test_same_fault(name: str, service: Emulator, sources: tuple[Any, Any]) -> None:
    """Whatever goes wrong on the wire ends alike in both: the error, the text that is kept."""
    service.fault = name
    try:
        (one, fault), (two, other) = (ask(source, ASK) for source in sources)
    finally:
        service.fault = None
    assert refused(fault) == refused(other)
    first, second = said(one), said(two)
    if fault is not None or name in TELLS_COUNTS or one.usage is None or two.usage is None:
        first.pop("usage"), second.pop("usage")
    assert first == second
    assert service.key not in f"{fault!r} {other!r} {two.answer}"


TEXTS = {
    "openai": b'data: {"choices":[{"delta":{"content":"half"},"index":0}]}\n\n',
    "dashscope": b'id:1\nevent:result\n:HTTP_STATUS/200\ndata:{"output":{"choices":[{"message":'
    b'{"content":[{"text":"half"}]},"finish_reason":"null"}]}}\n\n',
}


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("before", ["nothing", "headers", "text", "half an event"])
@pytest.mark.parametrize("api", TEXTS)
def test_close_wakes_a_blocked_reader(api: str, before: str, stream: bool) -> None:
    """Closed from another thread, a reader blocked in the socket ends, and the server sees it."""
    script: Sequence[Step] = {
        "nothing": [],
        "headers": [head()],
        "text": [head() + TEXTS[api]],
        "half an event": [head() + b'data: {"out'],
    }[before]
    made = {"openai": OpenAISource, "dashscope": DashScopeSource}[api]
    with serving([*script, HANG]) as server:
        source: Any = made(settings(api, server.url, "sk-0123456789"))
        reading = Reading(source.open(replace(ASK, stream=stream)))
        assert eventually(lambda: len(server.requests) == 1)
        if before == "text" and stream:
            assert reading.events.get(timeout=5)
        assert not reading.ended(0.1)
        reading.stream.close()
        reading.stream.close()
        assert reading.ended()
        assert reading.error is None
        source.lanes.close()
