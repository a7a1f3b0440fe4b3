"""The bytes of an answer -> events, whatever the body turns out to be: pure, and cut anywhere.

A stream of events, one whole JSON answer, a refusal with status 200, a login page: told apart by
their first byte, since the content type of such servers is often wrong. This room refuses sockets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from vlmagic.errors import LimitError, UnexpectedError
from vlmagic.events import Event, Notice
from vlmagic.language import say
from vlmagic.sse import Decoder
from vlmagic.sse import Event as Sent

from .refusals import Asked, plain, said
from .translate import Translator

_UNREADABLE_IN_A_ROW = 3
_SHOWN = 200
"""Characters of something unexpected that are shown."""
_HEAD = 4000
"""Bytes of a stream that are kept until it has spoken."""
_BOM = b"\xef\xbb\xbf"


class Incoming:
    """One answer on its way in: `feed` the bytes, then `end` and `done`.

    `most`, `most_event`: limits in bytes; `whole`: one JSON answer was asked for, no stream.
    """

    def __init__(
        self, translator: Translator, asked: Asked, *, most: int, most_event: int, whole: bool
    ) -> None:
        self.received = 0
        self.said_done = False
        self._translator = translator
        self._asked = asked
        self._most = most
        self._whole = whole
        self._decoder = Decoder(limit=most_event)
        self._kind = ""
        self._head = bytearray()
        self._unreadable = 0
        self._spoke = False

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that these bytes complete, then what the service says went wrong, raised."""
        self.received += len(chunk)
        if self.received > self._most:
            raise LimitError(
                say(
                    "{host} sent more than the limit of {limit} MiB.",
                    host=self._asked.host,
                    limit=f"{self._most / 2**20:g}",
                ),
                say("What came so far is kept."),
            )
        if self._kind != "events" or not (self._spoke or len(self._head) > _HEAD):
            self._head += chunk
        if not self._kind:
            self._kind = _kind(chunk if len(self._head) > 3 else bytes(self._head))
            chunk = bytes(self._head)
        if self._kind != "events":
            return
        for sent in self._decoder.feed(chunk):
            if not self.said_done:
                yield from self._message(sent)

    def end(self) -> list[Event]:
        """What the end of the bytes completes; raises if they held no answer at all."""
        self._decoder.flush()
        head = bytes(self._head)
        found: list[Event] = []
        if self._kind == "body":
            found += self._body(head)
        elif not (self._spoke or _is_silence(head)):
            raise self._no_answer(head)
        found += self._translator.flush()
        return found

    def done(self, *, partial: bool = False) -> list[Event]:
        """The ending itself; raises if no finish reason was seen. `partial`: cut by the service."""
        return self._translator.finish(said_done=self.said_done, partial=partial)

    def _message(self, sent: Sent) -> list[Event]:
        """The events of one server-sent event."""
        if sent.data.startswith("[DONE]"):
            self.said_done = self._spoke = True
            return []
        chunks, bad = _parse(sent.data)
        found: list[Event] = []
        for chunk in chunks:
            self._unreadable = 0
            self._spoke = True
            found += self._translator.feed(chunk, sent.event)
        if bad:
            found += self._strange(sent)
        return found

    def _strange(self, sent: Sent) -> list[Event]:
        """An event that is no JSON object: an error in plain words, or damage."""
        text = sent.data.strip()
        if sent.event == "error" or text.startswith('{"error"'):
            # Some servers write an error by hand, and not quite as JSON.
            words = text.removeprefix('{"error"').strip(' :"{}')
            return self._translator.feed({"error": words or text}, "error")
        self._unreadable += 1
        if self._unreadable < _UNREADABLE_IN_A_ROW:
            return [Notice("unreadable", say("1 event of the stream was unreadable and left out."))]
        raise UnexpectedError(
            say(
                "{host} sent {count} unreadable events in a row, the last one: {text}",
                host=self._asked.host,
                count=self._unreadable,
                text=plain(text, _SHOWN),
            ),
            say("What came before is kept. Check the address, and what stands between."),
        )

    def _body(self, raw: bytes) -> list[Event]:
        """The events of a body that is no stream: a whole answer, a refusal, or something else."""
        chunks, _ = _parse(raw.decode("utf-8-sig", "replace"))
        if len(chunks) != 1 or not (chunks[0].get("choices") or said(chunks[0])):
            raise self._no_answer(raw)
        found = self._translator.feed(chunks[0])
        if not self._whole:
            found.append(
                Notice("whole", say("The server did not stream: the answer came at once."))
            )
        return found

    def _no_answer(self, raw: bytes) -> UnexpectedError:
        return UnexpectedError(
            say(
                "{host} did not send an answer, but this: {text}",
                host=self._asked.host,
                text=plain(raw.decode("utf-8", "replace"), _SHOWN),
            ),
            say("Check the address: it may belong to a website, a proxy or a login page."),
            request_id=self._translator.request_id,
        )


def _kind(head: bytes) -> str:
    """What the body is by its first byte: "events", "body", or "" while nothing is known."""
    text = head.removeprefix(_BOM).lstrip()
    if not text or _BOM.startswith(text):
        return ""
    return "body" if text[:1] in b'{["<' else "events"


def _is_silence(text: bytes) -> bool:
    """Nothing but comments, empty lines and the names of events without data."""
    lines = text.removeprefix(_BOM).splitlines()
    return all(
        not line.strip() or line.startswith((b":", b"event", b"id", b"retry")) for line in lines
    )


def _parse(data: str) -> tuple[list[Mapping[str, Any]], bool]:
    """The JSON objects in the data of one event, and whether something in it was no JSON object.

    Where a server forgets the blank line between two events, each line is one of its own.
    """
    try:
        return _objects(json.loads(data))
    except RecursionError:
        return [], True
    except json.JSONDecodeError:
        if "\n" not in data:
            return [], True
        pieces = [_parse(line) for line in data.split("\n") if line.strip()]
        return [chunk for chunks, _ in pieces for chunk in chunks], any(bad for _, bad in pieces)
    except ValueError:
        # Python refuses to read integers of more than 4300 digits; nobody needs the number.
        return _objects(json.loads(data, parse_int=lambda digits: int(digits[:300])))


def _objects(value: object) -> tuple[list[Mapping[str, Any]], bool]:
    return ([value], False) if isinstance(value, dict) else ([], True)
