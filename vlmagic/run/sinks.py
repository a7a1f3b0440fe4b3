"""The sinks of one conversation: each may fail without harming the answer or the others.

A failure is said at once, in what is left: a recording that stops for a full disk is known while
the answer still comes. This room refuses to know what a sink does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vlmagic.errors import VLReasonError
from vlmagic.events import Event, Notice
from vlmagic.language import say
from vlmagic.request import Request
from vlmagic.result import Result
from vlmagic.transcript import Transcript

from .roles import Sink


class Sinks:
    """They are told in their order; who keeps the answer stands before who shows it."""

    def __init__(self, sinks: Sequence[Sink], transcript: Transcript) -> None:
        self._sinks = list(sinks)
        self._transcript = transcript
        self._lost: list[Event] = []

    def start(self, request: Request) -> None:
        """The question is about to leave."""
        self._tell(lambda sink: sink.start(request))

    def show(self, batch: Sequence[Event]) -> None:
        """What has just come; then, to those that are left, who failed at it."""
        self._tell(lambda sink: sink.show(self._transcript, batch))
        while self._lost:
            lost, self._lost = self._lost, []
            self._tell(lambda sink, lost=lost: sink.show(self._transcript, lost))  # type: ignore[misc]

    def finish(self, result: Result) -> None:
        """The last event has come; whoever is still to hear it hears first who failed at it."""

        def end(sink: Sink) -> None:
            if self._lost:
                sink.show(self._transcript, self._lost)
            sink.finish(result)

        self._tell(end)

    def _tell(self, call: Callable[[Sink], None]) -> None:
        for sink in tuple(self._sinks):
            try:
                call(sink)
            except Exception as error:  # noqa: BLE001 - a display that breaks must not lose the answer
                self._sinks.remove(sink)
                self._lose(sink, error)

    def _lose(self, sink: Sink, error: Exception) -> None:
        if isinstance(error, VLReasonError):
            text = say("{problem} The answer goes on.", problem=error.message)
        else:
            text = say(
                "{what} stopped working ({error}); the answer goes on.",
                what=type(sink).__name__,
                error=f"{type(error).__name__}: {error}"[:200],
            )
        notice = Notice("sink", text, at=self._transcript.seconds or 0.0)
        self._transcript.remark(notice)
        self._lost.append(notice)
