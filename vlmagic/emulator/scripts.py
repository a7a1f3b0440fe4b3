"""Ways to say something else, and ways to send it otherwise: what faults are made of.

A saying takes events and gives events; a script takes the finished frames and gives steps. This
room refuses to choose: `faults` names the combinations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple

from vlmagic.events import Answer, Done, Event, Thinking, Usage

from .dialects import FINISH, Dialect, Head, Kind, encode
from .refusals import Refusal
from .wire import Frame


class Pause(NamedTuple):
    """Silence for this many seconds."""

    seconds: float


class Mark(NamedTuple):
    """A step that is neither bytes nor time."""

    name: str


HEADERS = Mark("headers")
"""Send status and headers now; otherwise they go with the first bytes."""
STALL = Mark("stall")
"""Say nothing until the client leaves."""
CUT = Mark("cut")
"""Close the connection at once, in the middle of whatever it was."""

Step = bytes | Frame | Pause | Mark


@dataclass(frozen=True)
class Play:
    """One response about to be sent, as a fault finds it."""

    dialect: Dialect
    head: Head
    frames: list[Frame]

    def piece(self, said: Event, finish: str | None = None) -> bytes:
        """A frame that was not in the script."""
        body = self.dialect.piece(self.head, said, Usage(), finish, len(self.frames))
        return self.dialect.frame(len(self.frames), body)


BUSY = (429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later.")


# -- saying something else -------------------------------------------------------------------


def half(said: list[Event]) -> tuple[list[Event], list[Event]]:
    """Everything up to the middle of the answer, and the rest."""
    places = [at for at, event in enumerate(said) if isinstance(event, Answer)]
    at = places[len(places) // 2] if places else 0
    return said[:at], said[at:]


def ended(*ends: Event) -> Callable[[list[Event]], list[Event]]:
    """Half an answer, then these."""
    return lambda said: [*half(said)[0], *ends]


def without(kind: type[Event]) -> Callable[[list[Event]], list[Event]]:
    """Everything but one kind of event."""
    return lambda said: [event for event in said if not isinstance(event, kind)]


def think_late(said: list[Event]) -> list[Event]:
    """A thought in the middle of the answer."""
    before, after = half(said)
    return [*before, Thinking("One more thought. "), *after]


def with_empties(said: list[Event]) -> list[Event]:
    """An empty delta before each."""
    found: list[Event] = []
    for event in said:
        if isinstance(event, (Thinking, Answer)):
            found.append(type(event)(""))
        found.append(event)
    return found


# -- sending it otherwise --------------------------------------------------------------------


def within(kind: Kind, *steps: Step) -> Callable[[Play], Iterator[Step]]:
    """After two frames of a kind: these steps, and no more. Without any: half the first frame."""

    def script(play: Play) -> Iterator[Step]:
        seen = 0
        if all(frame.kind != kind for frame in play.frames):
            yield play.frames[0].data[: len(play.frames[0].data) // 2]
        else:
            for frame in play.frames:
                yield frame
                seen += frame.kind == kind
                if seen == 2:
                    break
        yield from steps

    return script


def insert(*extra: bytes) -> Callable[[Play], Iterator[Step]]:
    """Extra bytes between two pieces of the answer; nothing is lost."""

    def script(play: Play) -> Iterator[Step]:
        inserted = False
        for frame in play.frames:
            yield frame
            if frame.kind in ("answer", "body") and not inserted:
                inserted = True
                yield from extra

    return script


def each(change: Callable[[bytes], bytes]) -> Callable[[Play], Iterator[Step]]:
    """Every frame changed."""
    return lambda play: (frame._replace(data=change(frame.data)) for frame in play.frames)


def only(*steps: Step) -> Callable[[Play], Iterable[Step]]:
    """These steps instead of all frames."""
    return lambda _: steps


def leave_out(*kinds: Kind) -> Callable[[Play], Iterator[Step]]:
    """Without frames of these kinds; a native stream loses the reason on its last frame."""

    def script(play: Play) -> Iterator[Step]:
        for frame in play.frames:
            if frame.kind in kinds:
                continue
            data = frame.data
            if "finish" in kinds:
                data = re.sub(rb'"finish_reason":"\w+"', b'"finish_reason":"null"', data)
                data = (
                    data.replace(b'"finish_reason":"null"', b'"finish_reason":null')
                    if (play.dialect.name == "compatible")
                    else data
                )
            yield frame._replace(data=data)

    return script


def no_usage(play: Play) -> Iterator[Step]:
    """No usage frame, and empty usage where it rides along."""
    for frame in play.frames:
        if frame.kind != "usage":
            data = re.sub(
                rb'"usage":\{.*\},"(created|request_id)"', rb'"usage":{},"\1"', frame.data
            )
            yield frame._replace(data=data)


def finished_twice(play: Play) -> Iterator[Step]:
    """The finish frame a second time."""
    for frame in play.frames:
        if frame.kind == "end":
            yield play.piece(Answer(""), FINISH["stop"])
        yield frame
        if frame.kind == "finish":
            yield frame
    if not play.dialect.tail:
        yield play.piece(Answer(""), FINISH["stop"])


def bad_utf8(play: Play) -> Iterator[Step]:
    """A byte that is no UTF-8 inside the answer."""
    done = False
    for frame in play.frames:
        data = frame.data
        if frame.kind in ("answer", "body") and not done:
            done = True
            data = re.sub(rb'("content":"|"text":")', rb"\1" + b"\xc3(", data, count=1)
        yield frame._replace(data=data)


def split_utf8(play: Play) -> Iterator[Step]:
    """A packet ends inside a character."""
    for frame in play.frames:
        cut = re.search(rb"[\xc2-\xf4]", frame.data)
        if cut is None:
            yield frame
        else:
            yield frame.data[: cut.end()]
            yield Pause(0.01)
            yield frame.data[cut.end() :]


def drip(play: Play) -> Iterator[Step]:
    """One byte at a time, five a second."""
    for frame in play.frames:
        for at in range(len(frame.data)):
            yield frame.data[at : at + 1]
            yield Pause(0.2)


def endless(said: Event) -> Callable[[Play], Iterator[Step]]:
    """One piece again and again."""

    def script(play: Play) -> Iterator[Step]:
        yield from (frame for frame in play.frames if frame.kind == "open")
        for piece in repeat(play.piece(said)):
            yield piece
            yield Pause(0.001)

    return script


def forever(data: bytes, pause: float, before: bytes = b"") -> Callable[[Play], Iterator[Step]]:
    """The same bytes again and again."""

    def script(_: Play) -> Iterator[Step]:
        yield before
        while True:
            yield data
            yield Pause(pause)

    return script


def giant(play: Play) -> Iterator[Step]:
    """An event of 12 MiB in the answer."""
    yield from within("answer")(play)
    yield play.piece(Answer("giant " * (2 * 2**20)))
    yield from play.frames[-2:]


def event_error(play: Play) -> Iterator[Step]:
    """An error by its event name, in the middle of the answer."""
    yield from within("answer")(play)
    refusal = Refusal(*BUSY)
    body = play.dialect.error(refusal, play.head.id)
    frame = play.dialect.frame(len(play.frames), body, refusal=refusal)
    yield frame if play.dialect.name == "native" else b"event: error\n" + frame


def event_of(body: object) -> bytes:
    """A compatible frame around anything."""
    return b"data: " + encode(body) + b"\n\n"


def unstreamed(play: Play) -> Iterator[Step]:
    """The body of a call without streaming, on a call that asked for a stream."""
    said: list[Event] = [
        Thinking("It was not streamed. "),
        Answer("Here it is, whole. ×"),
        Done("stop"),
    ]
    yield encode(play.dialect.whole(play.head, said))
