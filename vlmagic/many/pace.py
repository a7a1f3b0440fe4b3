"""How many questions may be on their way at once: fewer when the service says "too fast".

A refusal for rate (429) halves the number, once for all that left before it, and nobody asks until
the service's `Retry-After`, or a growing pause, is over; each answer brings the number up again by
its share of one (additive increase, multiplicative decrease). This room refuses to know what is
asked.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vlmagic.errors import RateError
from vlmagic.events import Event, Notice
from vlmagic.language import say
from vlmagic.request import Request
from vlmagic.run import LONGEST_RETRY_AFTER, TICK, Cancel, Clock, Source, Stream

LONGEST_PAUSE = 30.0
"""Seconds between two tries where the service names none."""
MOST_PUT_BACK = 8
"""So many refusals for rate in a row fail a question."""


class Pace:
    """`limit` questions at once, `most` at best."""

    def __init__(self, most: int, clock: Clock | None = None) -> None:
        self.most = most
        self.limit = float(most)
        self._clock = clock or Clock()
        self._inside = 0
        self._line: deque[threading.Event] = deque()
        """Who waits, the first first: rows are asked in their order."""
        self._slowed = float("-inf")
        self._until = float("-inf")
        self._refusals = 0
        self._closed = False
        self._lock = threading.Lock()

    @property
    def pause(self) -> float:
        """Seconds until anybody may ask again."""
        return max(0.0, self._until - self._clock.now())

    def now(self) -> float:
        """The moment a question leaves, for `slow`."""
        return self._clock.now()

    def slow(self, left: float, after: float | None = None) -> float:
        """A question that left at `left` was refused for rate; the pause in seconds."""
        with self._lock:
            now = self._clock.now()
            if left > self._slowed:
                self.limit = max(1.0, self.limit / 2)
                self._slowed = now
                self._refusals += 1
            pause = after
            if pause is None:
                pause = min(LONGEST_PAUSE, 0.5 * 2 ** (self._refusals - 1))
                pause *= 0.5 + 0.5 * self._clock.jitter()
            self._until = max(self._until, now + pause)
            return pause

    def quicken(self) -> None:
        """A question was answered."""
        with self._lock:
            self._refusals = 0
            self.limit = min(float(self.most), self.limit + 1 / self.limit)
            self._call()

    def enter(self, gone: Callable[[], bool], beat: Callable[[], None]) -> bool:
        """Wait for a place, with a `beat` now and then; False if the asker is `gone`, or all is over."""
        mine = threading.Event()
        with self._lock:
            self._line.append(mine)
        try:
            while not (gone() or self._closed):
                with self._lock:
                    pause = self.pause
                    if not pause and self._line[0] is mine and self._inside < int(self.limit):
                        self._inside += 1
                        return True
                    mine.clear()
                mine.wait(min(pause, TICK) if pause else TICK)
                beat()
            return False
        finally:
            with self._lock:
                self._line.remove(mine)
                self._call()

    def leave(self) -> None:
        """Give the place back."""
        with self._lock:
            self._inside -= 1
            self._call()

    def close(self) -> None:
        """Let nobody in any more; who waits goes away, who is inside may finish."""
        self._closed = True
        self.wake()

    def wake(self) -> None:
        """Let all who wait look whether they are gone."""
        with self._lock:
            for waiting in self._line:
                waiting.set()

    def _call(self) -> None:
        """The first in the line may go in: only that one is woken."""
        if self._line and self._inside < int(self.limit):
            self._line[0].set()

    @contextmanager
    def turn(self, cancel: Cancel) -> Iterator[Turn | None]:
        """A row's place among those that ask, or None if the user wished to stop meanwhile."""
        turn = Turn(self, cancel)
        if not turn.enter():
            yield None
            return
        try:
            yield turn
        finally:
            turn.end()


class Turn:
    """One row's place; a refusal for rate costs it, and it lines up again."""

    def __init__(self, pace: Pace, cancel: Cancel) -> None:
        self.refusals = 0
        self._pace = pace
        self._cancel = cancel
        self._left: float | None = None

    def enter(
        self, closed: Callable[[], bool] = lambda: False, beat: Callable[[], None] = lambda: None
    ) -> bool:
        """Line up for a place."""
        if not self._pace.enter(lambda: self._cancel.wished or closed(), beat):
            return False
        self._left = self._pace.now()
        return True

    def put_back(self, error: RateError) -> float | None:
        """Give the place up after a refusal; the pause in seconds, or None if it is final."""
        self.refusals += 1
        left, self._left = self._left, None
        assert left is not None
        self._pace.leave()
        patient = error.retry_after is None or error.retry_after <= LONGEST_RETRY_AFTER
        if not (error.retryable and patient and self.refusals <= MOST_PUT_BACK):
            return None
        return self._pace.slow(left, error.retry_after)

    def end(self) -> None:
        """The row has come to its end."""
        if self._left is not None:
            self._pace.leave()
            self._pace.quicken()

    def through(self, source: Source) -> Source:
        """The source, asked when there is a place, and again when it was refused for rate."""
        return _Paced(source, self)

    @property
    def wake(self) -> Callable[[], None]:
        """Let the waiting row look whether it is gone."""
        return self._pace.wake


class _Paced:
    """A source for one row."""

    def __init__(self, source: Source, turn: Turn) -> None:
        self.name = source.name
        self._source = source
        self._turn = turn

    def open(self, request: Request) -> Stream:
        """A stream that lines up again by itself."""
        return _Stream(self._source, self._turn, request)


class _Stream:
    """One conversation, begun anew as often as it was refused for rate before its first word."""

    def __init__(self, source: Source, turn: Turn, request: Request) -> None:
        self._source = source
        self._turn = turn
        self._request = request
        self._inner = source.open(request)
        self._beats = 0
        self._closed = False

    @property
    def received(self) -> int:
        """Bytes, and beats while it waits: a row that lines up has not stalled."""
        return self._beats + self._inner.received

    def _beat(self) -> None:
        self._beats += 1

    def __iter__(self) -> Iterator[Event]:
        began, refused = False, RateError("")
        while True:
            try:
                for event in self._inner:
                    began = began or not isinstance(event, Notice)
                    yield event
                return
            except RateError as error:
                pause = None if began else self._turn.put_back(error)
                error.retryable = False  # `run` need not ask again what has lined up again
                if pause is None:
                    raise
                refused = error
                told = say(
                    "{problem} Asking again in {seconds} s, more slowly.",
                    problem=error.message,
                    seconds=f"{pause:.1f}",
                )
            yield Notice("retry", told)
            if not self._turn.enter(lambda: self._closed, self._beat):
                if self._closed:
                    return
                raise refused
            self._beats += self._inner.received
            self._inner = self._source.open(self._request)
            if self._closed:
                return

    def close(self) -> None:
        """End it, from any thread; a row that waits for its place stops waiting."""
        self._closed = True
        self._inner.close()
        self._turn.wake()
