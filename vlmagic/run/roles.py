"""What takes part in a conversation: a source, its streams, the sinks, and the wish to stop.

This room refuses to do anything: it says what each has to keep.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Protocol

from vlmagic.events import Event
from vlmagic.request import Request
from vlmagic.result import Result
from vlmagic.transcript import Transcript


class Stream(Protocol):
    """One running conversation. Iterating raises a `VLReasonError` or ends with Done or Failed."""

    @property
    def received(self) -> int:
        """Bytes so far, keep-alives included: the heartbeat."""

    def __iter__(self) -> Iterator[Event]: ...

    def close(self) -> None:
        """End it, from any thread and more than once; a blocked reader wakes at once."""


class Source(Protocol):
    """Where answers come from. It keeps no state of a stream, so that streams may interleave."""

    @property
    def name(self) -> str:
        """The host, for the user's eyes."""

    def open(self, request: Request) -> Stream:
        """A stream that has not begun: its SDK is imported, and nothing is sent before iterating."""


class Sink(Protocol):
    """Where answers are shown or kept."""

    def start(self, request: Request) -> None:
        """The question is about to leave."""

    def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
        """What has just come; an empty batch, twice a second, lets a clock tick."""

    def finish(self, result: Result) -> None:
        """The last event has come."""


class Cancel:
    """A wish to stop, from any thread; `reason` is the first one given."""

    def __init__(self) -> None:
        self._wish = threading.Event()
        self._wake: list[threading.Event] = []
        self.reason: str | None = None

    def __call__(self, reason: str = "stopped") -> None:
        """Wish it."""
        if self.reason is None:
            self.reason = reason
        self._wish.set()
        for event in list(self._wake):
            event.set()

    @property
    def wished(self) -> bool:
        """Whether to stop."""
        return self._wish.is_set()

    def wakes(self, event: threading.Event) -> None:
        """Set this event, too, when the wish comes."""
        self._wake.append(event)
        if self.wished:
            event.set()
