"""Bytes to server-sent events, by the WHATWG rules: incremental, and it never raises on bad bytes.

Lines end in CR, LF or CRLF, cut anywhere; one leading BOM is dropped; bad UTF-8 becomes U+FFFD; an
event that is unfinished when the bytes end is discarded (`Decoder.unfinished` tells). `retry` is
ignored: nobody reconnects here. This room refuses JSON and everything else about what is in an
event.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .errors import LimitError
from .language import say

_BOM = b"\xef\xbb\xbf"


class Event(NamedTuple):
    """One event: its type ("message" unless told), its data lines joined by LF, the last id."""

    event: str
    data: str
    id: str


class Decoder:
    """The state between two chunks.

    `limit`: most bytes of one event; `LimitError` beyond it. `loose`: an `id` line after data
    begins a new event, as in recorded native streams of Model Studio that lack the blank line.
    """

    def __init__(self, *, limit: int | None = None, loose: bool = False) -> None:
        self._limit = limit
        self._loose = loose
        self._line: list[bytes] = []
        self._data: list[bytes] = []
        self._size = 0
        self._event = ""
        self._id = ""
        self._begun = False
        self._after_cr = False
        self._over: LimitError | None = None

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that this chunk completes; those before a giant one come before its error."""
        if self._over is not None:
            raise self._over
        if self._after_cr and chunk:
            self._after_cr = False
            if chunk.startswith(b"\n"):
                chunk = chunk[1:]
        returns = b"\r" in chunk
        if not returns and b"\n" not in chunk:
            if chunk:
                self._line.append(chunk)
                self._grow(len(chunk))
            return []
        if self._line:
            chunk = b"".join((*self._line, chunk))
            self._size -= sum(map(len, self._line))
            self._line.clear()
        if not self._begun:
            self._begun = True
            chunk = chunk.removeprefix(_BOM)
        if returns:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        found: list[Event] = []
        try:
            self._blocks(chunk, found)
        except LimitError as error:
            if not found:
                raise
            self._over = error
        return found

    def flush(self) -> list[Event]:
        """The end of the bytes: the last event of a loose stream, if its lines are whole."""
        if self._over is not None:
            raise self._over
        found: list[Event] = []
        if self._loose and not self._line:
            self._dispatch(found)
        return found

    @property
    def unfinished(self) -> bool:
        """Whether an event has begun and its blank line has not come."""
        return bool(self._data or self._event or (self._line and self._line[0][:1] != b":"))

    def _blocks(self, text: bytes, found: list[Event]) -> None:
        """Events of a text whose lines all end in LF; what follows the last LF is kept."""
        if self._data or self._event:
            # The lines so far belong to the first block, whose blank line may come first.
            head, blank, rest = (b"", b"\n", text[1:]) if text[0] == 10 else text.partition(b"\n\n")
            if not blank:
                self._tail(text, found)
                return
            self._lines(head, found)
            self._dispatch(found)
            text = rest
        blocks = text.split(b"\n\n")
        tail = blocks.pop()
        limit, last_id = self._limit, self._id
        for block in blocks:
            if limit is not None and len(block) > limit:
                self._grow(len(block))
            if block.startswith(b"data: ") and b"\n" not in block:
                found.append(Event("message", block[6:].decode("utf-8", "replace"), last_id))
            else:
                self._lines(block, found)
                self._dispatch(found)
                last_id = self._id
        self._tail(tail, found)

    def _tail(self, text: bytes, found: list[Event]) -> None:
        lines, newline, rest = text.rpartition(b"\n")
        if newline:
            self._lines(lines, found)
        if rest:
            self._line.append(rest)
            self._grow(len(rest))

    def _lines(self, text: bytes, found: list[Event]) -> None:
        for line in text.split(b"\n"):
            name, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if name == b"data":
                self._data.append(value)
                self._grow(len(value) + 1)
            elif name == b"event":
                self._event = value.decode("utf-8", "replace")
            elif name == b"id" and b"\0" not in value:
                if self._loose and self._data:
                    self._dispatch(found)
                self._id = value.decode("utf-8", "replace")

    def _dispatch(self, found: list[Event]) -> None:
        if self._data:
            data = b"\n".join(self._data).decode("utf-8", "replace")
            found.append(Event(self._event or "message", data, self._id))
            self._data.clear()
        self._size = 0
        self._event = ""

    def _grow(self, size: int) -> None:
        self._size += size
        if self._limit is not None and self._size > self._limit:
            raise LimitError(
                say(
                    "One event of the stream is over {limit} MiB.", limit=f"{self._limit / 2**20:g}"
                ),
                say("What came before it is kept. No model writes such events; check the server."),
            )


def decode(chunks: Iterable[bytes], *, limit: int | None = None) -> Iterator[Event]:
    """Server-sent events of a stream of bytes; how the bytes are cut makes no difference.

    `limit`: most bytes of one event; `LimitError` beyond it, and no other exception ever.
    """
    decoder = Decoder(limit=limit)
    for chunk in chunks:
        yield from decoder.feed(chunk)
    yield from decoder.flush()
