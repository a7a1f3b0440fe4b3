"""Events to bytes, in either dialect: pure, and byte for byte as recorded.

`frames` walks the events and asks the dialect for bodies. This room refuses to decide what is
said, and to open a socket.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vlmagic.events import Answer, Done, Event, Failed, Thinking, ToolCall, Usage

from .dialects import FINISH, Dialect, Head, Kind
from .refusals import Refusal


class Frame(NamedTuple):
    """One server-sent event as bytes, what it carries, and how many tokens that is."""

    kind: Kind
    data: bytes
    tokens: int = 0


def tagged(said: Iterable[Event], opening: str, closing: str) -> Iterator[Event]:
    """Thinking as part of the answer, between tags, as servers without a parser send it."""
    inside: bool | None = None
    for event in said:
        if isinstance(event, Thinking):
            yield Answer((opening if inside is None else "") + event.text)
            inside = True
        elif isinstance(event, Answer) and inside:
            yield Answer(closing + event.text)
            inside = False
        else:
            yield event


_KINDS: dict[type[Event], Kind] = {Thinking: "thinking", Answer: "answer", ToolCall: "tool"}


def frames(dialect: Dialect, head: Head, said: Iterable[Event]) -> Iterator[Frame]:
    """The whole stream of one conversation, frame by frame."""
    shape = head.shape
    if shape.tags:
        said = tagged(said, *shape.tags)
    if shape.comment:
        yield Frame("comment", f": {shape.comment}\n\n".encode())
    number, usage, paid = 0, Usage(), 0
    held: Event | None = None
    told = ""

    def piece(event: Event, finish: str | None = None) -> Frame:
        nonlocal number, paid
        number += 1
        spent = (usage.output_tokens or 0) - paid
        paid = usage.output_tokens or 0
        body = dialect.piece(head, event, usage, finish, number)
        return Frame(_KINDS[type(event)], dialect.frame(number, body), spent)

    opening = dialect.opening(head)
    if opening is not None:
        number += 1
        yield Frame("open", dialect.frame(number, opening))
    counted = usage
    for event in said:
        if isinstance(event, Usage):
            counted = event
        elif isinstance(event, (Thinking, Answer, ToolCall)):
            if held is not None:
                yield piece(held)
            if isinstance(event, Answer):
                told += event.text
            whole = isinstance(event, Answer) and not head.incremental
            held = Answer(told) if whole else event
            usage = counted
        elif isinstance(event, Done):
            reason = FINISH.get(event.reason, "stop")
            if held is not None:
                yield piece(held, reason if dialect.merges else None)
            if held is None or not dialect.merges:
                for kind, body in dialect.closing(head, reason, counted):
                    number += 1
                    yield Frame(kind, dialect.frame(number, body))
            held = None
        elif isinstance(event, Failed):
            if held is not None:
                yield piece(held)
            number += 1
            refusal = Refusal(event.status or 500, event.code or "InternalError", event.message)
            body = dialect.error(refusal, head.id)
            yield Frame("error", dialect.frame(number, body, refusal=refusal))
            return
    if dialect.tail and shape.done:
        yield Frame("end", dialect.tail)
