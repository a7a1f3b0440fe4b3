"""The messages of one conversation to its page: numbered, each piece once, all again on demand.

Thinking travels as plain text, the answer as sanitised HTML. A page that missed a message (Jupyter's
servers drop them under load), or that comes late, is sent the whole again; pages that missed
nothing pass over that. This room refuses to know widgets: it is given a way to send.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from vlmagic.images import Video
from vlmagic.markup import Incremental

if TYPE_CHECKING:
    from vlmagic.images import Picture

_PIECE = 150_000
"""Most characters of one message of a snapshot: Jupyter's servers drop what comes in floods."""
_LARGEST_PICTURE = 200_000
"""Bytes; a larger picture goes to the page as a smaller copy."""
_COPY = 1280
"""Most pixels of a side of that copy."""

Op = list[Any]
Send = Callable[[dict[str, Any], list[bytes]], None]


class Stoppable(Protocol):
    """Somebody to tell that the reader wishes to stop."""

    def __call__(self, reason: str = "stopped") -> None:
        """Stop."""


class Channel:
    """One conversation's line to every page that shows it."""

    def __init__(self, send: Send, stop: Stoppable | None = None) -> None:
        self.pages: set[str] = set()
        """The pages that have said that they are there."""
        self.ended = False
        self._send = send
        self._stop = stop
        self._seq = 0
        self._wanted = False
        self._lock = threading.RLock()
        self._head: dict[str, Any] = {}
        self._began = 0.0
        self._pictures: list[Op] = []
        self._buffers: list[bytes] = []
        self._answer = Incremental()
        self._thought: list[str] = []
        self._said: list[str] = []
        self._tail = ""
        self._grown: list[str] = []
        self._notes: list[str] = []
        self._phase = "waiting"
        self._summary = ""
        self._end: Op | None = None

    def hear(self, message: Any) -> None:
        """What a page says; on some kernels this runs on a thread of its own."""
        match message.get("t") if isinstance(message, dict) else None:
            case "here":
                page = str(message.get("page"))[:40]
                if self.pages and page not in self.pages:
                    self.repeat()
                self.pages.add(page)
                self._send({"t": "there"}, [])
            case "resync":
                self.repeat()
            case "stop":
                if not self.ended and self._stop is not None:
                    self._stop("stopped")
                self._send({"t": "stopping"}, [])
            case "text":
                self._send({"t": "text", "text": "".join(self._said)}, [])

    def repeat(self) -> None:
        """Send everything again: with the next news, or now if there will be none."""
        self._wanted = True
        if self.ended:  # nobody calls `flush` any more
            self.flush([])

    def open(self, head: dict[str, Any], pictures: Sequence[Picture], elapsed: float = 0.0) -> None:
        """The first message: who is asked, about what, and since when."""
        self.begin(head, pictures, elapsed)
        self._tell(self._opening(), self._buffers)

    def begin(
        self, head: dict[str, Any], pictures: Sequence[Picture], elapsed: float = 0.0
    ) -> None:
        """The same, kept for `repeat`."""
        for number, picture in enumerate(pictures):
            data, kind = _small(picture)
            if data:
                self._pictures.append(["picture", number, len(self._buffers), kind])
                self._buffers.append(data)
        self._head, self._began = head, time.monotonic() - elapsed

    def _opening(self) -> list[Op]:
        elapsed = round((time.monotonic() - self._began) * 1000)
        return [*self._pictures, ["head", self._head, elapsed]]

    def flush(self, ops: list[Op]) -> None:
        """Send what is new, be it nothing: a page knows by it that the question still runs."""
        with self._lock:
            if self._wanted:
                self._wanted = False
                for number, piece in enumerate(self._whole()):
                    self._tell(piece, [] if number else self._buffers, whole=True)
            else:
                self._tell(ops, [])

    def _tell(self, ops: list[Op], buffers: list[bytes], *, whole: bool = False) -> None:
        self._seq += 1
        message: dict[str, Any] = {"seq": self._seq, "ops": ops}
        if whole:
            message["whole"] = True
        self._send(message, buffers)

    def _whole(self) -> list[list[Op]]:
        """The conversation so far, in messages that a server lets through."""
        ops: list[Op] = [["reset"], *self._opening()]
        thinking = "".join(self._thought)
        ops += [["think", thinking[at : at + _PIECE]] for at in range(0, len(thinking), _PIECE)]
        ops += [["blocks", [block]] for block in self._answer.html]
        ops += [["tail", 0, self._tail], ["grow", "".join(self._grown)], ["phase", self._phase]]
        ops += [["note", text] for text in self._notes]
        if self._summary:
            ops.append(["thought", self._summary])
        if self._end is not None:
            ops.append(self._end)
        pieces: list[list[Op]] = [[]]
        room = _PIECE
        for op in ops:
            weight = 50 + sum(len(value) for value in op if isinstance(value, str))
            weight += len(op[1][0]) if op[0] == "blocks" else 0
            if weight > room and pieces[-1]:
                pieces.append([])
                room = _PIECE
            pieces[-1].append(op)
            room -= weight
        return pieces

    # -- what is new --------------------------------------------------------------------

    def think(self, text: str) -> list[Op]:
        """More thinking."""
        self._thought.append(text)
        return [["think", text]]

    def write(self, text: str | None) -> list[Op]:
        """More answer; "" is a pause of it, None its end."""
        if text:
            self._said.append(text)
        update = self._answer.finish() if text is None else self._answer.feed(text)
        ops: list[Op] = []
        if update.append:
            ops.append(["blocks", update.append])
        if update.append or update.tail is not self._tail:
            ops.append(["tail", update.keep, update.add])
            self._grown.clear()
        if update.grow:
            ops.append(["grow", update.grow])
            self._grown.append(update.grow)
        self._tail = update.tail
        return ops

    def mark(self, answer: list[str]) -> list[Op]:
        """The whole answer once more, with the marks of its check."""
        self._answer.html, self._tail = list(answer), ""
        self._grown.clear()
        return [["marked", answer]]

    def note(self, text: str) -> list[Op]:
        """A notice."""
        self._notes.append(text)
        return [["note", text]]

    def phase(self, phase: str, seconds: float | None) -> list[Op]:
        """The phase, if it is another one, and how long the question has been out by now."""
        if phase == self._phase:
            return []
        self._phase = phase
        if seconds is None:
            return [["phase", phase]]
        self._began = time.monotonic() - seconds
        return [["phase", phase, round(seconds * 1000)]]

    def summary(self, text: str) -> list[Op]:
        """The line above the folded thinking, if it is another one."""
        if text == self._summary:
            return []
        self._summary = text
        return [["thought", text]]

    def end(self, end: dict[str, str]) -> list[Op]:
        """How it ended; nothing that a page wishes after this stops anything."""
        self.ended = True
        self._phase = "ended"
        self._end = ["end", end]
        return [self._end]


def _small(picture: Picture) -> tuple[bytes, str]:
    """The picture as the page gets it, of a video the first frame; nothing for a remote one, which
    nobody here has seen.
    """
    if isinstance(picture, Video):
        return _small(picture.frames[0]) if picture.frames else (b"", "")
    if len(picture.data) <= _LARGEST_PICTURE:
        return picture.data, picture.media_type
    import io

    from PIL import Image as Pillow

    with Pillow.open(io.BytesIO(picture.data)) as opened:
        opened.draft("RGB", (_COPY, _COPY))
        copy = opened.convert("RGB")
    copy.thumbnail((_COPY, _COPY))
    written = io.BytesIO()
    copy.save(written, "JPEG", quality=80)
    return written.getvalue(), "image/jpeg"
