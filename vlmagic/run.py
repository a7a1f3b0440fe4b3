"""The conversation itself: a source's events into one transcript, and on to the sinks.

A worker thread reads the source; `ask` drains it on the calling thread at most 20 times a second
(the first event at once), so that a stalled socket never blocks Stop, an interrupt or the clock.
This is the only room with a clock, a retry loop and knowledge that sources and sinks exist
together. It refuses to know which source, which sink and which host.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .errors import (
    BrokenError,
    InternalError,
    ServiceError,
    StalledError,
    VLReasonError,
)
from .events import Done, Event, Failed, Notice, stamped
from .language import say
from .request import Request
from .result import Context, Result
from .settings import Limits
from .transcript import Transcript

FRAME = 0.05
"""Seconds between two drains: at most 20 updates a second."""
TICK = 0.5
"""Seconds between two looks at the clock while nothing comes."""
RETRIES = 2
LONGEST_RETRY_AFTER = 60.0
"""Seconds; a service that asks for a longer pause is not waited for."""


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


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, so that a test can hold them: seconds, a wait on an event, a jitter in [0, 1)."""

    now: Callable[[], float] = time.monotonic
    wait: Callable[[threading.Event, float], bool] = field(
        default=lambda event, seconds: event.wait(seconds),
    )
    jitter: Callable[[], float] = random.random


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


class _Reader:
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
        return self.over.is_set()

    def take(self) -> list[Event]:
        with self._lock:
            batch, self._waiting = self._waiting, []
        return batch


class _Sinks:
    """The sinks, each of which may fail without harming the answer or the others."""

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._sinks = list(sinks)
        self.lost: list[Notice] = []

    def tell(self, call: Callable[[Sink], None]) -> None:
        for sink in tuple(self._sinks):
            try:
                call(sink)
            except Exception as error:  # noqa: BLE001 - a display that breaks must not lose the answer
                self._sinks.remove(sink)
                self.lost.append(
                    Notice(
                        "sink",
                        say(
                            "{what} stopped working ({error}); the answer goes on.",
                            what=type(sink).__name__,
                            error=f"{type(error).__name__}: {error}"[:200],
                        ),
                    ),
                )


def ask(
    request: Request,
    source: Source,
    *sinks: Sink,
    cancel: Cancel | None = None,
    context: Context | None = None,
    limits: Limits | None = None,
    clock: Clock | None = None,
    result: Result | None = None,
) -> Result:
    """Ask, show, and come back with the Result: in every ending, without raising.

    An interrupt (KeyboardInterrupt on the calling thread) ends it as "interrupted"; the caller
    raises `errors.Interrupted` once the Result is bound. Given a `result`, it is filled in place.
    """
    result = result or Result(request, context)
    cancel = Cancel() if cancel is None else cancel
    return _Run(request, source, sinks, cancel, limits or Limits(), clock or Clock(), result).go()


class _Run:
    """One call of `ask`."""

    def __init__(
        self,
        request: Request,
        source: Source,
        sinks: Sequence[Sink],
        cancel: Cancel,
        limits: Limits,
        clock: Clock,
        result: Result,
    ) -> None:
        self.request = request
        self.source = source
        self.sinks = _Sinks(sinks)
        self.cancel = cancel
        self.limits = limits
        self.clock = clock
        self.result = result
        self.transcript = result.transcript
        self.began = clock.now()
        self.news = threading.Event()
        self.error: VLReasonError | None = None
        self.stream: Stream | None = None
        cancel.wakes(self.news)

    def go(self) -> Result:
        """The whole conversation."""
        try:
            self.sinks.tell(lambda sink: sink.start(self.request))
            for text in self.result.context.notices:
                self._feed(Notice("before", text))
            end = self._converse()
        except KeyboardInterrupt:
            end = Done("interrupted", self.request.model)
        try:
            self._end(end)
        except KeyboardInterrupt:  # pressed twice: the second must not lose what the first kept
            self._end(Done("interrupted", self.request.model))
        return self.result

    def _end(self, end: Done | Failed) -> None:
        if self.stream is not None:
            self.stream.close()
        if self.transcript.end is None:
            for notice in self.sinks.lost:
                self._feed(notice)
            self._feed(end)
        if not self.result.ended:
            self.result.settle(self.error)
            self.sinks.tell(lambda sink: sink.finish(self.result))

    def _feed(self, event: Event) -> None:
        self.transcript.feed(stamped(event, round(self.clock.now() - self.began, 4)))

    def _converse(self) -> Done | Failed:
        """Ask until there is an ending: the one retry loop, only before the first byte."""
        for attempt in range(1, RETRIES + 2):
            try:
                return self._once(attempt)
            except VLReasonError as error:
                pause = self._pause(error, attempt)
                if pause is None:
                    self.error = error
                    return Failed.of(error)
                text = say(
                    "{problem} Asking again ({attempt}/{most}) in {seconds} s.",
                    problem=error.message,
                    attempt=attempt,
                    most=RETRIES,
                    seconds=f"{pause:.1f}",
                )
                self._feed(Notice("retry", text))
                if self._wait(pause):
                    return self._stopped()
        raise AssertionError("the last attempt returns")

    def _pause(self, error: VLReasonError, attempt: int) -> float | None:
        """Seconds until asking again may help, or None if it may not."""
        heard = self.transcript.thinking_length or self.transcript.answer_length
        if attempt > RETRIES or heard or not isinstance(error, ServiceError) or not error.retryable:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= LONGEST_RETRY_AFTER else None
        return float(2 ** (attempt - 1)) * (0.5 + 0.5 * self.clock.jitter())

    def _wait(self, seconds: float) -> bool:
        """Wait, showing the clock; True if the user wished to stop meanwhile."""
        until = self.clock.now() + seconds
        while (left := until - self.clock.now()) > 0 and not self.cancel.wished:
            self.sinks.tell(lambda sink: sink.show(self.transcript, ()))
            self.news.clear()
            if self.cancel.wished:
                break
            self.clock.wait(self.news, min(left, TICK))
        return self.cancel.wished

    def _stopped(self) -> Done:
        return Done(
            "interrupted" if self.cancel.reason == "interrupted" else "stopped", self.request.model
        )

    def _once(self, attempt: int) -> Done | Failed:
        """One attempt, to its ending; raises what the source raised."""
        self.stream = self.source.open(self.request)
        if attempt == 1:
            self.began = self.clock.now()  # importing an SDK takes seconds that are nobody's answer
        self.news.clear()
        reader = _Reader(self.stream, self.news, self.clock, self.began)
        began = heard_at = shown_at = self.clock.now()
        heard, first = 0, True
        try:
            while True:
                if not first:
                    left = FRAME - (self.clock.now() - shown_at)
                    if left > 0 and not self.cancel.wished:
                        self.clock.wait(reader.over, left)  # the end is worth showing at once
                self.clock.wait(self.news, TICK)
                self.news.clear()
                ended = reader.ended
                batch = reader.take()
                end = self._take(batch)
                now = shown_at = self.clock.now()
                first = first and not batch
                if self.stream.received != heard or batch:
                    heard, heard_at = self.stream.received, now
                if end is not None:
                    return end
                if self.cancel.wished:
                    return self._stopped()
                if ended:
                    raise self._silent_end(reader.error)
                self._watch(now, began, heard_at, heard)
        finally:
            self.stream.close()

    def _take(self, batch: list[Event]) -> Done | Failed | None:
        """Feed what came, show it, and return the terminal event, unfed, if it was among them."""
        end: Done | Failed | None = None
        for index, event in enumerate(batch):
            if isinstance(event, (Done, Failed)):
                end, batch = event, batch[:index]
                break
            self.transcript.feed(event)
        self.sinks.tell(lambda sink: sink.show(self.transcript, batch))
        return end

    def _silent_end(self, error: BaseException | None) -> VLReasonError:
        """What a source that stopped without a terminal event has to say."""
        if isinstance(error, VLReasonError):
            return error
        if error is not None:
            broken = InternalError(
                say("vlmagic stumbled: {error}", error=f"{type(error).__name__}: {error}"[:300]),
                say("What came so far is kept. Please report this."),
            )
            broken.__cause__ = error
            return broken
        return BrokenError(
            say("{host} ended without saying why.", host=self.source.name),
            say("The answer may be incomplete; ask again."),
        )

    def _watch(self, now: float, began: float, heard_at: float, heard: int) -> None:
        limits = self.limits
        if now - began > limits.total:
            raise _late(self.source.name, "total_timeout", limits.total, heard)
        if not self.request.stream:
            return
        if not heard and now - began > limits.first_byte + limits.connect:
            raise _late(self.source.name, "first_byte_timeout", limits.first_byte, heard)
        if heard and now - heard_at > limits.idle:
            raise _late(self.source.name, "idle_timeout", limits.idle, heard)


def _late(host: str, setting: str, seconds: float, heard: int) -> StalledError:
    what = {
        "first_byte_timeout": say(
            "{host} sent nothing for {seconds} s.", host=host, seconds=f"{seconds:g}"
        ),
        "idle_timeout": say(
            "{host} fell silent for {seconds} s.", host=host, seconds=f"{seconds:g}"
        ),
        "total_timeout": say(
            "{host} took more than {seconds} s.", host=host, seconds=f"{seconds:g}"
        ),
    }[setting]
    kept = say("What came is kept.") + " " if heard else ""
    return StalledError(
        what,
        kept + say("Wait longer with %config VLMagics.{setting} = …", setting=setting),
    )
