"""The only reducer: events in, the state of the conversation out.

Feeding live and folding a recording give the same transcript. It holds fragments and joins them
on read (a growing string would cost quadratic time). This room refuses hosts and clocks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, assert_never

from .events import Answer, Done, Event, Failed, Notice, Thinking, ToolCall, Usage

Phase = Literal["waiting", "thinking", "answering", "ended"]
Status = Literal["running", "complete", "truncated", "stopped", "failed"]

_STATUS: dict[str, Status] = {
    "stop": "complete",
    "tool_calls": "complete",
    "length": "truncated",
    "filter": "truncated",
    "partial": "truncated",
    "stopped": "stopped",
    "interrupted": "stopped",
}


class _Text:
    """Fragments of one text, joined on read."""

    __slots__ = ("_length", "_parts")

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0

    def add(self, piece: str) -> None:
        self._parts.append(piece)
        self._length += len(piece)

    def __len__(self) -> int:
        return self._length

    def join(self) -> str:
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""

    def tail(self, size: int) -> str:
        """The last `size` characters, without joining the whole."""
        found: list[str] = []
        left = size
        for part in reversed(self._parts):
            found.append(part)
            left -= len(part)
            if left <= 0:
                break
        return "".join(reversed(found))[-size:] if size > 0 else ""


class Transcript:
    """What has been thought, answered, counted and noticed so far. One writer, many readers."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.usage: Usage | None = None
        self.notices: list[Notice] = []
        self.end: Done | Failed | None = None
        self.thinking_began: float | None = None
        self.answer_began: float | None = None
        self._thinking = _Text()
        self._answer = _Text()
        self._calls: dict[int, ToolCall] = {}

    @classmethod
    def of(cls, events: Iterable[Event]) -> Transcript:
        """The whole meaning of a list of events."""
        transcript = cls()
        for event in events:
            transcript.feed(event)
        return transcript

    def feed(self, event: Event) -> None:
        """Take one more event; after the terminal one, none is taken."""
        if self.end is not None:
            raise ValueError("nothing comes after Done or Failed")
        self.events.append(event)
        match event:
            case Thinking():
                if event.text and self.thinking_began is None:
                    self.thinking_began = event.at
                self._thinking.add(event.text)
            case Answer():
                if event.text and self.answer_began is None:
                    self.answer_began = event.at
                self._answer.add(event.text)
            case ToolCall():
                self._call(event)
            case Usage():
                self.usage = event
            case Notice():
                self.notices.append(event)
            case Done() | Failed():
                self.end = event
            case _:
                assert_never(event)

    def remark(self, notice: Notice) -> None:
        """Take a notice at any time; one that comes after the terminal event stands before it."""
        if self.end is None:
            self.feed(notice)
        else:
            self.events.insert(-1, notice)
            self.notices.append(notice)

    def _call(self, piece: ToolCall) -> None:
        known = self._calls.get(piece.index)
        if known is None:
            self._calls[piece.index] = piece
        else:
            self._calls[piece.index] = ToolCall(
                id=known.id or piece.id,
                name=known.name or piece.name,
                arguments=known.arguments + piece.arguments,
                index=piece.index,
                at=known.at,
            )

    @property
    def thinking(self) -> str:
        """All of the thinking so far."""
        return self._thinking.join()

    @property
    def answer(self) -> str:
        """All of the answer so far."""
        return self._answer.join()

    @property
    def thinking_length(self) -> int:
        """Characters of thinking so far, without joining them."""
        return len(self._thinking)

    @property
    def answer_length(self) -> int:
        """Characters of answer so far, without joining them."""
        return len(self._answer)

    def tail(self, size: int) -> str:
        """The last characters of what is being written now: the answer, else the thinking."""
        return (self._answer if len(self._answer) else self._thinking).tail(size)

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The calls the model wished for, whole, in order. vlmagic runs none of them."""
        return [self._calls[index] for index in sorted(self._calls)]

    @property
    def phase(self) -> Phase:
        """Where the conversation stands."""
        if self.end is not None:
            return "ended"
        if len(self._answer):
            return "answering"
        return "thinking" if len(self._thinking) else "waiting"

    @property
    def status(self) -> Status:
        """The table of endings in one word; "running" until there is one."""
        if self.end is None:
            return "running"
        return "failed" if isinstance(self.end, Failed) else _STATUS[self.end.reason]

    @property
    def seconds(self) -> float | None:
        """From the request's leaving to the last event."""
        return self.events[-1].at if self.events else None

    @property
    def thinking_seconds(self) -> float | None:
        """From the first thought to the first word of the answer, or to the end."""
        if self.thinking_began is None:
            return None
        until = self.answer_began
        if until is None or until < self.thinking_began:
            until = self.seconds
        return None if until is None else until - self.thinking_began
