"""The thread that reads one stream, so that a stalled socket blocks nobody.

This room refuses to look at what it reads.
"""

from __future__ import annotations

import threading

from vlmagic.events import Event, stamped

from .patience import Clock
from .roles import Stream


class Reader:
    """Reads one stream on a thread of its own, into a list that `take` empties."""

    def __init__(self, stream: Stream, news: threading.Event, clock: Clock, began: float) -> None:
        self.stream = stream
        self.over = threading.Event()
        self.error: BaseException | None = None
        self._news = news
        self._clock = clock
        self._began = began
        self._waiting: list[Event] = []
        self._lock = threading.Lock()
        self.thread = threading.Thread(target=self._read, name="vlmagic-reader", daemon=True)
        self.thread.start()

    def _read(self) -> None:
        now, began, lock, news = self._clock.now, self._began, self._lock, self._news
        try:
            for event in self.stream:
                at = stamped(event, round(now() - began, 4))
                with lock:
                    self._waiting.append(at)
                if not news.is_set():
                    news.set()
        except BaseException as error:  # noqa: BLE001 - a thread has nobody to raise to: `ask` folds it
            self.error = error
        finally:
            self.over.set()
            news.set()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.over.is_set()

    def take(self) -> list[Event]:
        """What came since the last time, each event with its moment."""
        with self._lock:
            batch, self._waiting = self._waiting, []
        return batch
