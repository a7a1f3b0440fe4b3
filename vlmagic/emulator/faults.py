"""Everything that can go wrong on the wire, by name, as one table.

A fault either refuses, replaces the whole reply, changes what is said, or turns the frames into a
script of steps. Besides those in the table, `refuse:CODE` is any of the refusals that no request
can be blamed for (`refusals.STATES`). This room refuses to send: the server plays the script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from vlmagic.events import Answer, Done, Event, Failed, Thinking

from .refusals import STATES, Refusal, invalid, state
from .scripts import (
    CUT,
    HEADERS,
    STALL,
    Pause,
    Play,
    Step,
    bad_utf8,
    drip,
    each,
    ended,
    endless,
    event_error,
    event_of,
    finished_twice,
    forever,
    giant,
    insert,
    leave_out,
    no_usage,
    only,
    split_utf8,
    think_late,
    unstreamed,
    with_empties,
    within,
    without,
)


class Reply(NamedTuple):
    """A whole response of another kind."""

    status: int
    type: str
    body: str


@dataclass(frozen=True)
class Fault:
    """One way to go wrong; exactly one of the middle fields does it."""

    about: str
    refuse: Callable[[str], Refusal] | None = None
    """Takes the key that was presented."""
    reply: Reply | None = None
    say: Callable[[list[Event]], list[Event]] | None = None
    script: Callable[[Play], Iterable[Step]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """`{origin}` stands for another origin that leads back here."""
    unframed: bool = False
    """Neither chunks nor a length: the end of the body is the end of the connection."""


# -- the table -------------------------------------------------------------------------------

_BUSY = "Throttling.RateQuota"
_BROKEN = state("InternalError").message
_FLAT = {"code": "InternalError", "message": _BROKEN, "request_id": "req-1"}
_HTML = (
    "<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>"
)


def _state(name: str) -> Callable[[str], Refusal]:
    return lambda _: state(name)


def _echo(key: str) -> Refusal:
    words = f"Incorrect API key provided: {key}. You can find your key in the console."
    return Refusal(401, "InvalidApiKey", words, gateway=True)


FAULTS: dict[str, Fault] = {
    # before the stream
    "http-400": Fault(
        "refused: a bad parameter",
        lambda _: invalid("Required body invalid, please check the request body format."),
    ),
    "http-400-arrearage": Fault(
        "refused: the bill is not paid",
        _state("Arrearage"),
    ),
    "http-401": Fault("refused: the key", _state("InvalidApiKey")),
    "http-403": Fault(
        "refused: no access to the model",
        _state("AccessDenied.Unpurchased"),
    ),
    "http-404": Fault("refused: no such model", _state("ModelNotFound")),
    "http-429": Fault("too many requests", _state(_BUSY)),
    "http-429-retry-after": Fault(
        "too many requests; ask again in a second", _state(_BUSY), headers={"Retry-After": "1"}
    ),
    "http-429-long": Fault(
        "too many requests; ask again in an hour", _state(_BUSY), headers={"Retry-After": "3600"}
    ),
    "http-429-quota": Fault("the quota is used up", _state("Throttling.AllocationQuota")),
    "http-500": Fault("the service broke", _state("InternalError")),
    "http-502-html": Fault("a gateway's web page", reply=Reply(502, "text/html", _HTML)),
    "http-503": Fault("the service is full", _state("ModelServingError")),
    "http-503-retry-after": Fault(
        "the service is full; ask again in a second",
        _state("ModelServingError"),
        headers={"Retry-After": "1"},
    ),
    "echo-key-401": Fault("a refusal that repeats the key", _echo),
    "redirect": Fault(
        "go to another origin",
        reply=Reply(307, "text/plain", ""),
        headers={"Location": "{origin}/redirected"},
    ),
    "stall-before": Fault("headers never come", script=only(STALL)),
    "slow-first-byte": Fault(
        "two seconds before the first byte", script=lambda play: (HEADERS, Pause(2), *play.frames)
    ),
    "reset-before": Fault("the connection is lost before the headers", script=only(CUT)),
    # the stream stops
    "stall-in-thinking": Fault("silence in the thinking", script=within("thinking", STALL)),
    "stall-in-answer": Fault("silence in the answer", script=within("answer", STALL)),
    "cut-in-thinking": Fault("cut in the thinking", script=within("thinking", CUT)),
    "cut-in-answer": Fault("cut in the answer", script=within("answer", CUT)),
    "cut-silently": Fault(
        "cut where HTTP cannot tell", script=within("answer", CUT), unframed=True
    ),
    "cut-in-event": Fault(
        "ends inside an event", script=within("answer", b'data: {"choices":[{"del')
    ),
    "end-without-finish": Fault(
        "a clean end without a finish reason", script=leave_out("finish", "usage", "end")
    ),
    "no-done": Fault("no [DONE] after the finish reason", script=leave_out("end")),
    "done-only": Fault("nothing but [DONE]", script=only(b"data: [DONE]\n\n")),
    "empty-body": Fault("nothing at all", script=only(HEADERS)),
    # something else comes
    "html-200": Fault(
        "a web page with status 200", reply=Reply(200, "text/html; charset=utf-8", _HTML)
    ),
    "json-200": Fault(
        "the whole answer as JSON instead of a stream",
        script=unstreamed,
        headers={"Content-Type": "application/json"},
    ),
    "error-object": Fault(
        "an error object in the stream",
        script=within("answer", event_of(state(_BUSY).compatible_body("req-1"))),
    ),
    "error-flat": Fault("a flat error in the stream", script=within("answer", event_of(_FLAT))),
    "error-string": Fault(
        "an error that is a string", script=within("answer", event_of({"error": _BROKEN}))
    ),
    "error-event": Fault("an error event", script=event_error),
    "malformed-json": Fault(
        "one unreadable event", script=insert(b'data: {"choices":[{"delta":{"content":"lo\n\n')
    ),
    "malformed-json-3": Fault(
        "three unreadable events in a row", script=insert(*[b"data: {nonsense\n\n"] * 3)
    ),
    "huge-integer": Fault(
        "a number of 5,000 digits",
        script=insert(b'data: {"choices":[],"x":' + b"9" * 5000 + b"}\n\n"),
    ),
    "deep-json": Fault(
        "JSON 100,000 levels deep",
        script=insert(b"data: " + b"[" * 100_000 + b"]" * 100_000 + b"\n\n"),
    ),
    "surrogates": Fault(
        "half a character in each of two events",
        say=lambda said: [Answer("\ud83d"), Answer("\ude00 "), *said],
    ),
    "giant-event": Fault("an event of 12 MiB", script=giant),
    "endless-line": Fault(
        "a line that never ends", script=forever(b"x" * 65_536, 0.001, b"data: ")
    ),
    "endless-thinking": Fault("thinking that never ends", script=endless(Thinking("hm, "))),
    "endless-empty": Fault("empty deltas for ever", script=endless(Thinking(""))),
    "comments-only": Fault(
        "keep-alive comments for ever", script=forever(b": keep-alive\n\n", 0.05)
    ),
    # the same, written otherwise
    "bad-utf8": Fault("a byte that is no UTF-8", script=bad_utf8),
    "split-utf8": Fault("characters split over packets", script=split_utf8),
    "crlf": Fault("lines end in CRLF", script=each(lambda data: data.replace(b"\n", b"\r\n"))),
    "cr": Fault("lines end in CR", script=each(lambda data: data.replace(b"\n", b"\r"))),
    "bom": Fault("a byte order mark first", script=lambda play: (b"\xef\xbb\xbf", *play.frames)),
    "keepalives": Fault(
        "comments between events", script=each(lambda data: b": keep-alive\n\n" + data)
    ),
    "blank-lines": Fault("stray blank lines", script=each(lambda data: b"\n\n" + data)),
    "no-blank-lines": Fault("no blank line between events", script=each(lambda data: data[:-1])),
    "drip": Fault("one byte at a time", script=drip),
    "empty-deltas": Fault("empty deltas between the others", say=with_empties),
    "thinking-after-answer": Fault("thinking after the answer began", say=think_late),
    "duplicate-finish": Fault("the finish reason twice", script=finished_twice),
    "no-usage": Fault("no token counts", script=no_usage),
    # the answer ends early
    "content-filter": Fault("stopped by the content filter", say=ended(Done("filter"))),
    "filter-error": Fault(
        "the content filter as an error",
        say=ended(
            Failed(
                "filter",
                state("DataInspectionFailed#3").message,
                status=400,
                code="DataInspectionFailed",
            )
        ),
    ),
    "length": Fault("cut at the token limit", say=ended(Done("length"))),
    "thinking-only": Fault(
        "the whole budget went to thinking",
        say=lambda said: [*without(Answer)(said)[:-1], Done("length")],
    ),
    "empty-answer": Fault("an empty answer", say=without(Answer)),
    "partial-response": Fault(
        "cut by the time limit, said in a header",
        say=ended(Done("stop")),
        headers={"x-dashscope-partialresponse": "true"},
    ),
}


_REFUSE = "refuse:"
NAMES = (*FAULTS, *(_REFUSE + code for code in STATES))
"""All that `named` knows."""


def named(name: str | None) -> Fault | None:
    """The fault of this name ("429" is short for "http-429"); `ValueError` if there is none."""
    if not name:
        return None
    found = FAULTS.get(name) or FAULTS.get(f"http-{name}")
    code = name.removeprefix(_REFUSE)
    if found is None and code != name and code in STATES:
        found = Fault(f"refused: {code}", _state(code))
    if found is None:
        raise ValueError(f"no fault is called {name!r}; there are: {', '.join(NAMES)}")
    return found
