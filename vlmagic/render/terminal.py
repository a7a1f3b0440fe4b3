"""Plain text as it comes: for a terminal, and for a file that wants the words, too.

Thinking is dim, the answer is not; every control character is shown as a symbol, so that no answer
can move a cursor or write to a clipboard; what the stream's encoding lacks is shown as its number.
This room refuses to draw over what it has written.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from vlmagic.events import Answer, Event, Notice, Thinking
from vlmagic.language import say
from vlmagic.markup import plain

from . import lines

if TYPE_CHECKING:
    from vlmagic.request import Request
    from vlmagic.transcript import Transcript

    from .lines import Asked, Ended

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


class TerminalSink:
    """Writes a conversation to a text stream, front to back."""

    def __init__(self, asked: Asked, stream: TextIO | None = None) -> None:
        self._asked = asked
        self._stream = stream
        self._section = ""
        self._half = ""
        self._dim = False
        self.kept: tuple[str, dict[str, str]] | None = None

    def start(self, request: Request) -> None:
        """Who is asked, and what leaves the machine; a second call says nothing."""
        if self._section:
            return
        out = self._stream or sys.stdout
        self._stream = out
        wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self._dim = wanted and bool(getattr(out, "isatty", lambda: False)())
        self._section = "head"
        mode = lines.mode(request)
        self._line(f"{request.model} · {mode}" if mode else request.model)
        for line in self._asked.receipt:
            self._line(line)

    def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
        """What has come since."""
        for event in batch:
            match event:
                case Thinking() if event.text and self._asked.thinking != "hidden":
                    self._part("thinking", event.text)
                case Answer() if event.text:
                    self._part("answer", event.text)
                case Notice():
                    self._break()
                    self._line(f"[{event.text}]")
        if batch and self._stream is not None:
            self._stream.flush()

    def finish(self, result: Ended) -> None:
        """How it ended."""
        self._break()
        cause = lines.cause(result, raised=self._asked.raised)
        for line in (*lines.verdicts(result), lines.status_line(result), cause):
            if line:
                self._line(line)
        if self._stream is not None:
            self._stream.flush()

    def _part(self, section: str, text: str) -> None:
        if section != self._section:
            self._break()
            self._section = section
            title = say("Thinking") if section == "thinking" else say("Answer")
            self._write(f"── {title} ──\n", dim=True)
        text, self._half = self._half + text, ""
        if "\ud800" <= text[-1] <= "\udbff":  # the other half of the character comes next
            text, self._half = text[:-1], text[-1]
        self._write(plain(text), dim=section == "thinking")

    def _break(self) -> None:
        if self._section in {"thinking", "answer"}:
            self._write(plain(self._half), dim=self._section == "thinking")
            self._write("\n\n", dim=False)
            self._half, self._section = "", "head"

    def _line(self, text: str) -> None:
        self._write(plain(text) + "\n", dim=True)

    def _write(self, text: str, *, dim: bool) -> None:
        assert self._stream is not None
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        text = text.encode(encoding, "backslashreplace").decode(encoding)
        if text:
            self._stream.write(f"{_DIM}{text}{_PLAIN}" if dim and self._dim else text)


class FileSink(TerminalSink):
    """The same words, appended to a file; a file that cannot be written is one notice, no more."""

    def __init__(self, asked: Asked, path: str) -> None:
        super().__init__(asked)
        self._path = Path(path).expanduser()

    def start(self, request: Request) -> None:
        """Open it."""
        if self._stream is None:
            self._stream = self._path.open("a", encoding="utf-8", errors="replace")
            super().start(request)

    def finish(self, result: Ended) -> None:
        """Close it."""
        super().finish(result)
        assert self._stream is not None
        self._stream.write("\n")
        self._stream.close()
