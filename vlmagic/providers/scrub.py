"""The key never leaves through a text: not whole, not encoded, not in pieces, not over two deltas.

A server may echo the key it was sent, in an error or in an answer. This room refuses to know which.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias
from urllib.parse import quote

from vlmagic.events import Answer, Event, Failed, Notice, Thinking, ToolCall

_Spoken: TypeAlias = Thinking | Answer | ToolCall

MASK = "[key]"
_PIECE = 12
"""Characters of the key that must never stand together."""
_SHORTEST = 6
"""Shorter placeholders ("x", "none") are no secrets, and would tear words apart."""
_RUN = re.compile(r"[!-~]{6,}")


class Scrubber:
    """Takes one key out of texts: `whole` for a text, `stream` for a conversation."""

    def __init__(self, key: str | None) -> None:
        forms = [] if key is None or len(key) < _SHORTEST else [key, *_encoded(key)]
        self._forms = tuple(dict.fromkeys(forms))
        self._firsts = frozenset(form[0] for form in self._forms)
        self._pieces = frozenset(
            form[at : at + _PIECE] for form in self._forms for at in range(len(form) - _PIECE + 1)
        )

    def whole(self, text: str) -> str:
        """The text without the key, its encodings, and pieces of twelve characters of either."""
        if not self._forms or not _RUN.search(text):
            return text
        for form in self._forms:
            text = text.replace(form, MASK)
        hits = [
            at for at in range(len(text) - _PIECE + 1) if text[at : at + _PIECE] in self._pieces
        ]
        found, until = [], 0
        for number, at in enumerate(hits):
            if number == 0 or at > hits[number - 1] + _PIECE:
                found += [text[until:at], MASK]
            until = at + _PIECE
        return "".join((*found, text[until:])) if hits else text

    def begun(self, text: str) -> int:
        """How many characters at the end of the text may be the beginning of the key."""
        firsts = self._firsts
        longest = max(map(len, self._forms)) - 1
        for at in range(max(0, len(text) - longest), len(text)):
            if text[at] in firsts and any(form.startswith(text[at:]) for form in self._forms):
                return len(text) - at
        return 0

    def stream(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events without the key; a possible beginning of it is held back until it is resolved.

        What is held leaves before an event of another channel, so that the order stays.
        """
        if not self._forms:
            yield from events
            return
        held: _Spoken | None = None
        try:
            for event in events:
                if isinstance(event, (Thinking, Answer, ToolCall)):
                    if held is not None and _channel(held) != _channel(event):
                        yield _with(held, self.whole(_words(held)))
                        held = None
                    now, held = self._cut(held, event)
                    if now is not None:
                        yield now
                    continue
                if held is not None:
                    yield _with(held, self.whole(_words(held)))
                    held = None
                yield self._told(event) if isinstance(event, (Notice, Failed)) else event
        except Exception:
            if held is not None:
                yield _with(held, self.whole(_words(held)))
            raise
        if held is not None:
            yield _with(held, self.whole(_words(held)))

    def _cut(self, held: _Spoken | None, event: _Spoken) -> tuple[_Spoken | None, _Spoken | None]:
        """What may leave now, and what is held back: of this event with what was held before it."""
        words = _words(event) if held is None else _words(held) + _words(event)
        hold = self.begun(words)
        if not hold and held is None:
            safe = self.whole(words)
            return (event if safe is words else _with(event, safe)), None
        leaves = len(words) - hold
        now = _with(event, self.whole(words[:leaves]))
        return (
            now if leaves or isinstance(event, ToolCall) else None,
            _with(event, words[leaves:]) if hold else None,
        )

    def _told(self, event: Notice | Failed) -> Notice | Failed:
        if isinstance(event, Notice):
            return replace(event, text=self.whole(event.text))
        return replace(event, message=self.whole(event.message), hint=self.whole(event.hint))


def scrub(events: Iterable[Event], key: str | None) -> Iterator[Event]:
    """The events without the key, even if it is split over two deltas."""
    return Scrubber(key).stream(events)


def _encoded(key: str) -> Iterator[str]:
    """The key as a URL and as base64 would write it, at each of base64's three alignments."""
    yield quote(key, safe="")
    raw = key.encode("utf-8", "replace")
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw).decode()
        yield text[(0, 2, 3)[shift] :].rstrip("=")[: -1 if (len(raw) + shift) % 3 else None]


def _channel(event: _Spoken) -> tuple[type[Event], int]:
    return type(event), event.index if isinstance(event, ToolCall) else 0


def _words(event: _Spoken) -> str:
    return event.arguments if isinstance(event, ToolCall) else event.text


def _with(event: _Spoken, words: str) -> _Spoken:
    if isinstance(event, ToolCall):
        return replace(event, arguments=words)
    return replace(event, text=words)
