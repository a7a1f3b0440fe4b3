"""Asking a source in a test: to its end, or on a thread of its own as `run` does it."""

from __future__ import annotations

import queue
import threading
from typing import Any

from vlmagic.errors import ServiceError
from vlmagic.events import Event
from vlmagic.request import Request
from vlmagic.transcript import Transcript


def ask(source: Any, request: Request) -> tuple[Transcript, ServiceError | None]:
    """What the user is left with, and the error if one came."""
    transcript = Transcript()
    try:
        for event in source.open(request):
            transcript.feed(event)
    except ServiceError as error:
        return transcript, error
    return transcript, None


class Reading:
    """A stream that is being read on a thread of its own."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.events: queue.Queue[Event] = queue.Queue()
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        try:
            for event in self.stream:
                self.events.put(event)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def ended(self, seconds: float = 5.0) -> bool:
        """Whether the reader comes to its end."""
        self.thread.join(seconds)
        return not self.thread.is_alive()
