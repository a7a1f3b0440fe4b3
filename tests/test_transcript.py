"""The one reducer."""

from __future__ import annotations

import pytest

from vlmagic.events import Answer, Done, Event, Failed, Notice, Thinking, ToolCall, Usage
from vlmagic.transcript import Transcript


def test_texts_are_joined_in_order_of_arrival() -> None:
    """Thinking after the answer, and empty deltas, change neither text's order."""
    events: list[Event] = [
        Thinking("a", 1), Answer("", 2), Answer("x", 3), Thinking("b", 4), Answer("y", 5), Done("stop", at=6),
    ]  # fmt: skip
    transcript = Transcript.of(events)
    assert (transcript.thinking, transcript.answer) == ("ab", "xy")
    assert transcript.thinking_seconds == 2
    assert transcript.events == events


def test_reading_midway_changes_nothing() -> None:
    """Joining on read is invisible: reading after each event gives the same end."""
    transcript = Transcript()
    for piece in "abc":
        transcript.feed(Answer(piece))
        assert transcript.answer.endswith(piece)
    assert transcript.answer == "abc"
    assert transcript.answer_length == 3


def test_phases() -> None:
    """The phase follows from what has come, with nobody to announce it."""
    transcript = Transcript()
    phases = [transcript.phase]
    for event in (Notice("n", "t"), Thinking(""), Thinking("t"), Answer("a"), Done("stop")):
        transcript.feed(event)
        phases.append(transcript.phase)
    assert phases == ["waiting", "waiting", "waiting", "thinking", "answering", "ended"]


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (Done("stop"), "complete"),
        (Done("tool_calls"), "complete"),
        (Done("length"), "truncated"),
        (Done("filter"), "truncated"),
        (Done("partial"), "truncated"),
        (Done("stopped"), "stopped"),
        (Done("interrupted"), "stopped"),
        (Failed("broken", "cut"), "failed"),
    ],
)
def test_the_table_of_endings(end: Done | Failed, status: str) -> None:
    """Every ending has its one status."""
    assert Transcript.of([Answer("x"), end]).status == status


def test_nothing_comes_after_the_end() -> None:
    """A second terminal event, or text after the first, is a mistake of the caller."""
    transcript = Transcript.of([Done("stop")])
    with pytest.raises(ValueError, match="nothing comes after"):
        transcript.feed(Answer("late"))


def test_the_last_usage_counts() -> None:
    """Usage is cumulative: it is replaced, never added."""
    transcript = Transcript.of([Usage(output_tokens=1), Usage(output_tokens=5), Done("stop")])
    assert transcript.usage == Usage(output_tokens=5)


def test_tool_calls_are_joined_by_index() -> None:
    """Continuation fragments carry an empty id and no name."""
    transcript = Transcript.of(
        [
            ToolCall("call_1", "weather", '{"city": ', 0),
            ToolCall("", "", '"Hangzhou"}', 0),
            ToolCall("call_2", "time", "", 1),
            ToolCall("", "", "{}", 1),
        ]
    )
    assert [(c.id, c.name, c.arguments) for c in transcript.tool_calls] == [
        ("call_1", "weather", '{"city": "Hangzhou"}'),
        ("call_2", "time", "{}"),
    ]


@pytest.mark.parametrize("size", [0, 1, 3, 5, 99])
def test_the_tail_is_the_end_of_the_text(size: int) -> None:
    """The tail equals the last characters, however the text was cut."""
    transcript = Transcript()
    for piece in ("ab", "", "cde", "f"):
        transcript.feed(Answer(piece))
    assert transcript.tail(size) == ("abcdef"[-size:] if size else "")
