"""The source that plays a recording: the same events, in the rhythm in which they came.

`received` moves while a pause is waited for, as keep-alives did when it was recorded; closing
wakes a reader at once. This room refuses the network: there is nothing here that could open it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from vlmagic.errors import RecordingError
from vlmagic.events import Event
from vlmagic.language import say
from vlmagic.request import Request

from .read import Recording

_BEAT = 0.5
"""Seconds of a pause after which the heartbeat moves."""


class Replay:
    """A recording as a source. `speed` 1 is as recorded, 2 twice as fast, 0 at once."""

    def __init__(self, recording: Recording, speed: float = 1.0) -> None:
        self.recording = recording
        self.speed = speed

    @property
    def name(self) -> str:
        """The recording's own name: nobody else is asked."""
        return self.recording.name

    def open(self, request: Request) -> Playing:
        """The answer from its beginning."""
        return Playing(self.recording, self.speed)


class Playing:
    """One playing of a recording."""

    def __init__(self, recording: Recording, speed: float) -> None:
        self.received = 0
        self._recording = recording
        self._speed = speed
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Event]:
        began = time.monotonic()
        for event in self._recording.events:
            if event.at is not None and self._speed > 0:
                self._until(began + event.at / self._speed)
            if self._closed.is_set():
                return
            self.received += 1
            yield event
        if self._recording.end is None and not self._closed.is_set():
            raise RecordingError(
                say(
                    "{name} ends before the answer does: {why}.",
                    name=self._recording.name,
                    why=self._recording.problem,
                ),
                say("What is whole was played. Record it anew with --record record."),
            )

    def _until(self, moment: float) -> None:
        """Wait for the moment, in beats."""
        while (left := moment - time.monotonic()) > 0 and not self._closed.wait(min(left, _BEAT)):
            self.received += 1

    def close(self) -> None:
        """End it, from any thread and more than once."""
        self._closed.set()
