"""One display without a widget: a short status while it runs, the saved bundle when it has ended.

For hosts without widgets, and for runs that nobody watches. While it streams it shows the last
lines, at most twice a second, never the whole again: that would grow with the square of the text.
This room refuses to accumulate: it asks the transcript.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vlmagic.events import Event, Notice
from vlmagic.language import say
from vlmagic.markup import running

from . import lines

if TYPE_CHECKING:
    from vlmagic.request import Request
    from vlmagic.transcript import Transcript

    from .lines import Asked, Ended

_PAUSE = 0.5
"""Seconds between two updates."""
_TAIL = 480
"""Characters of the last lines."""


class StaticSink:
    """Shows a question in one output that it updates; from any thread, through its own handle."""

    def __init__(self, asked: Asked, handle: Any = None) -> None:
        self._asked = asked
        self._handle = handle
        self._model = ""
        self._began = self._shown = 0.0
        self.kept: tuple[str, dict[str, str]] | None = None

    def start(self, request: Request) -> None:
        """Put the output up, or take over the one that was given; a second call finds it there."""
        if self._model:
            return
        from IPython.display import display

        self._model = request.model
        self._began = self._shown = time.monotonic()
        first = self._bundle([f"{request.model} · {say('waiting')}"], "")
        if self._handle is None:
            self._handle = display(first, raw=True, display_id=True)
        else:
            self._handle.update(first, raw=True)

    def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
        """The last lines, if the last update was long enough ago; a notice at once."""
        now = time.monotonic()
        noticed = any(isinstance(event, Notice) for event in batch)
        if now - self._shown < _PAUSE and not noticed:
            return
        self._shown = now
        status = f"{self._model} · {lines.live(transcript, now - self._began)}"
        hidden = transcript.phase == "thinking" and self._asked.thinking == "hidden"
        hidden = hidden or self._asked.hold
        tail = "" if hidden else transcript.tail(_TAIL).strip("\n")
        notices = [notice.text for notice in transcript.notices]
        self._handle.update(self._bundle([*notices, status], tail), raw=True)

    def finish(self, result: Ended) -> None:
        """What is saved."""
        saved = lines.saved(result, self._asked)
        self._handle.update(saved, raw=True)
        self.kept = (self._handle.display_id, saved)

    def _bundle(self, status: Sequence[str], tail: str) -> dict[str, str]:
        return running([*self._asked.receipt, *status], tail)
