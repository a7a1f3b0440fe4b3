"""The seven events and their JSON form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vlmagic import errors
from vlmagic.events import (
    Answer,
    Done,
    Event,
    Failed,
    Notice,
    Thinking,
    ToolCall,
    Usage,
    from_dict,
    from_json,
    stamped,
    to_dict,
    to_json,
)

EVERY: list[Event] = [
    Thinking("so", 0.5),
    Thinking(""),
    Answer("是 \ud83d? no: 😀", 1.0),
    ToolCall("call_1", "weather", '{"city": ', 0, 1.5),
    Usage(input_tokens=3, output_tokens=4, thinking_tokens=0, at=2.0),
    Notice("retry", "again in 2 s", 2.5),
    Done("stop", "qwen3-vl-plus", "req-1", 3.0),
    Failed("rate", "too fast", "wait", 429, "req-2", "Throttling", 3.5),
]


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_json_round_trip(event: Event) -> None:
    """Every event comes back from its JSON form as it was."""
    assert from_dict(json.loads(json.dumps(to_dict(event)))) == event


def test_a_conversation_round_trips_with_its_version() -> None:
    """A list of events carries its format and version, and comes back whole."""
    data = json.loads(json.dumps(to_json(EVERY)))
    assert (data["format"], data["version"]) == ("vlmagic.events", 1)
    assert from_json(data) == EVERY


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"event": "thinking"},
        {"event": "thinking", "text": 3},
        {"event": "thinking", "text": "x", "at": "soon"},
        {"event": "thinking", "text": "x", "at": True},
        {"event": "usage", "input_tokens": 1.5},
        {"event": "done", "reason": "bored"},
        {"event": "failed", "kind": "rate"},
        {"event": "eval", "text": "x"},
        {"event": ["thinking"]},
    ],
)
def test_anything_else_is_refused(data: dict[str, Any]) -> None:
    """Data that is no event is a ValueError, never a half-made event."""
    with pytest.raises(ValueError, match="event"):
        from_dict(data)


def test_a_newer_version_is_refused() -> None:
    """A reader never guesses at a later format."""
    with pytest.raises(ValueError, match="version"):
        from_json({"format": "vlmagic.events", "version": 2, "events": []})


@pytest.mark.parametrize("cls", errors.BY_KIND.values(), ids=lambda cls: cls.__name__)
def test_failed_and_its_error_are_inverse(cls: type[errors.VLReasonError]) -> None:
    """An exception becomes an event and the same exception again."""
    error = cls("what", "do", status=418, code="Teapot", request_id="r")
    back = Failed.of(error).to_error()
    assert type(back) is cls
    assert (back.message, back.hint, back.status, back.code, back.request_id) == (
        "what", "do", 418, "Teapot", "r",
    )  # fmt: skip


def test_a_stamp_is_given_once() -> None:
    """An event that has its time keeps it: a replayed event keeps the recorded one."""
    assert stamped(Thinking("x"), 2.0).at == 2.0
    assert stamped(Thinking("x", 1.0), 2.0).at == 1.0
