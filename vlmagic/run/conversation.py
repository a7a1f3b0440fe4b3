"""One conversation from its first notice to its last event.

A worker thread reads the source; the calling thread drains it at most 16 times a second (the first
event at once), so that a stalled socket never blocks Stop, an interrupt or the clock. This room
refuses to raise: in every ending it comes back with a Result.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from vlmagic.errors import BrokenError, InternalError, VLReasonError
from vlmagic.events import Done, Event, Failed, Notice, stamped
from vlmagic.language import say
from vlmagic.request import Request
from vlmagic.result import Result
from vlmagic.settings import Limits

from .patience import RETRIES, Clock, Watch, pause
from .reader import Reader
from .roles import Cancel, Sink, Source, Stream
from .sinks import Sinks

FRAME = 1 / 16
"""Seconds between two drains. 16 updates a second look as smooth as 20, and send an eighth less:
1.41 MB instead of 1.61 for 20,000 tokens of answer at 200 a second."""
TICK = 0.5
"""Seconds between two looks at the clock while nothing comes."""


class Conversation:
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
        self.sinks = Sinks(sinks, result.transcript)
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
            self.sinks.start(self.request)
            self._remark(Notice("before", text) for text in self.result.context.notices)
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
            self._feed(end)
        if not self.result.ended:
            self.result.settle(self.error)
            self.sinks.finish(self.result)

    def _feed(self, event: Event) -> Event:
        event = stamped(event, round(self.clock.now() - self.began, 4))
        self.transcript.feed(event)
        return event

    def _remark(self, notices: Iterable[Notice]) -> None:
        """Say what no source said, at once."""
        self.sinks.show([self._feed(notice) for notice in notices])

    def _converse(self) -> Done | Failed:
        """Ask until there is an ending: the one retry loop, only before the first byte."""
        for attempt in range(1, RETRIES + 2):
            try:
                return self._once(attempt)
            except VLReasonError as error:
                heard = self.transcript.thinking_length or self.transcript.answer_length
                seconds = None if heard else pause(error, attempt, self.clock)
                if seconds is None:
                    self.error = error
                    return Failed.of(error)
                text = say(
                    "{problem} Asking again ({attempt}/{most}) in {seconds} s.",
                    problem=error.message,
                    attempt=attempt,
                    most=RETRIES,
                    seconds=f"{seconds:.1f}",
                )
                self._remark([Notice("retry", text)])
                if self._wait(seconds):
                    return self._stopped()
        raise AssertionError("the last attempt returns")

    def _wait(self, seconds: float) -> bool:
        """Wait, showing the clock; True if the user wished to stop meanwhile."""
        until = self.clock.now() + seconds
        while (left := until - self.clock.now()) > 0 and not self.cancel.wished:
            self.sinks.show(())
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
        reader = Reader(self.stream, self.news, self.clock, self.began)
        shown_at, first = self.clock.now(), True
        watch = Watch(self.source.name, self.limits, shown_at, streams=self.request.stream)
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
                shown_at = self.clock.now()
                first = first and not batch
                watch.hear(self.stream.received, shown_at, news=bool(batch))
                if end is not None:
                    return end
                if self.cancel.wished:
                    return self._stopped()
                if ended:
                    raise self._silent_end(reader.error)
                watch.check(shown_at)
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
        self.sinks.show(batch)
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
