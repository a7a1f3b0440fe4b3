"""The conversation itself: a source's events into one transcript, and on to the sinks.

    ask           ask, show, and come back with the Result
    roles         what a source, a stream and a sink have to keep; the wish to stop
    patience      pauses, limits, the clock
    reader        the thread that reads a stream
    sinks         each may fail without harming the answer

This is the only room with a clock, a retry loop and knowledge that sources and sinks exist
together. It refuses to know which source, which sink and which host.
"""

from __future__ import annotations

from vlmagic.request import Request
from vlmagic.result import Context, Result
from vlmagic.settings import Limits

from .conversation import FRAME, TICK, Conversation
from .patience import LONGEST_RETRY_AFTER, RETRIES, Clock
from .roles import Cancel, Sink, Source, Stream

__all__ = [
    "FRAME",
    "LONGEST_RETRY_AFTER",
    "RETRIES",
    "TICK",
    "Cancel",
    "Clock",
    "Sink",
    "Source",
    "Stream",
    "ask",
]


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
    return Conversation(
        request, source, sinks, cancel, limits or Limits(), clock or Clock(), result
    ).go()
