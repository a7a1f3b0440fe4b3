"""One question on its way over HTTP: what every service's stream has in common.

A lane is taken, the question sent, the body read to its end or to `close`; the key is taken out of
everything that leaves. A service adds how it sends and how its HTTP library reads. This room
refuses to know any protocol, to show and to time anything: `run` watches `received`.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from vlmagic.errors import ServiceError
from vlmagic.events import Event, Notice

from .failures import lost, unreachable
from .refusals import Asked

if TYPE_CHECKING:
    from .incoming import Incoming
    from .lanes import Lane, Lanes
    from .scrub import Scrubber
    from .translate import Translator

_LINGER = 5.0
"""Seconds for usage and `[DONE]` after the finish reason: some servers never hang up."""


class Service(Protocol):
    """What a stream needs of its source."""

    @property
    def lanes(self) -> Lanes:
        """Its connections."""

    @property
    def scrubber(self) -> Scrubber:
        """What takes its key out of texts."""


class Conversation(ABC):
    """One question on its way. Iterate it once, on one thread; close it from any."""

    def __init__(
        self, source: Service, asked: Asked, translator: Translator, incoming: Incoming
    ) -> None:
        self._lanes = source.lanes
        self._scrubber = source.scrubber
        self._asked = asked
        self._translator = translator
        self._incoming = incoming
        self._lock = threading.Lock()
        self._lane: Lane | None = None
        self._closed = False

    @abstractmethod
    def _before(self) -> Iterator[Notice]:
        """What the user should know before the question leaves."""

    @abstractmethod
    def _send(self, lane: Lane) -> tuple[Any, list[Notice]]:
        """The response, its headers received, and what is to be told about it."""

    @abstractmethod
    def _chunks(self, response: Any) -> Iterator[bytes]:
        """The body, as it comes."""

    @abstractmethod
    def _breaks(self) -> tuple[type[BaseException], ...]:
        """What the HTTP library raises when the body breaks."""

    @property
    def received(self) -> int:
        """Bytes of the answer so far, keep-alives included."""
        return self._incoming.received

    def close(self) -> None:
        """End it, from any thread and more than once; a blocked reader wakes at once."""
        with self._lock:
            self._closed = True
            if self._lane is not None:
                self._lane.cut()

    def __iter__(self) -> Iterator[Event]:
        """The events up to Done, or a `ServiceError` raised; once closed, neither."""
        scrubber = self._scrubber
        try:
            for event in scrubber.stream(self._events()):
                if self._closed:
                    return
                yield event
        except ServiceError as error:
            if self._closed:
                return
            error.message = scrubber.whole(error.message)
            error.args = (error.message,)
            raise

    def _events(self) -> Iterator[Event]:
        if self._closed:
            return
        yield from self._before()
        lane = self._lanes.take()
        with self._lock:
            self._lane = lane
            if self._closed:
                lane.cut()
        try:
            response, notices = self._send(lane)
            yield from notices
            self._translator.request_id = response.headers.get("x-request-id")
            yield from self._read(response, lane)
            partial = response.headers.get("x-dashscope-partialresponse") == "true"
            yield from self._incoming.done(partial=partial)
        finally:
            with self._lock:
                self._lane = None
            self._lanes.give(lane)

    def _read(self, response: Any, lane: Lane) -> Iterator[Event]:
        """All that the body says, its held text included, before any error of it is raised."""
        incoming, translator = self._incoming, self._translator
        linger: threading.Timer | None = None
        try:
            for chunk in self._chunks(response):
                yield from incoming.feed(chunk)
                if linger is None and translator.finished is not None:
                    linger = threading.Timer(_LINGER, lane.cut)
                    linger.daemon = True
                    linger.start()
            yield from incoming.end()
        except ServiceError:
            yield from translator.flush()
            raise
        except self._breaks() as error:
            yield from translator.flush()
            if translator.finished is not None:
                return
            if not incoming.received:
                raise unreachable(error, self._asked) from None
            raise lost(
                self._asked,
                thought=translator.thought,
                answered=translator.answered,
                request_id=translator.request_id,
            ) from None
        finally:
            if linger is not None:
                linger.cancel()
                linger.join()
            response.close()
