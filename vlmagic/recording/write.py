"""The sink that keeps an answer while it comes.

What has come is handed to the system twice a second and to the disk each second, in whole lines:
whatever kills this process, what stands in the file can be read to its last whole line. This room
refuses to retry: when nothing can be written any more, it says so and lets go.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from vlmagic.errors import RecordingError
from vlmagic.events import Answer, Event, Failed, Notice, Thinking, ToolCall, to_dict
from vlmagic.language import say
from vlmagic.request import Request
from vlmagic.transcript import Transcript

from .folder import Folder, refused, slug
from .format import MAX_FILE, MAX_LINE, MAX_LINES, Head, encode
from .match import sketch
from .read import read
from .scrub import Scrub

if TYPE_CHECKING:
    from vlmagic.result import Result

WRITE = 0.5
"""Seconds between two writings, in the long run: fewer and larger ones cost a fifth as much."""
SYNC = 1.0
"""Seconds between two writings to the disk itself."""
_LONGEST = MAX_LINE // 16
"""Characters of a text that stand on one line: escaped they take at most six bytes each."""
_ABOUT_THIS_RUN = frozenset({"before", "sink"})
"""Notices about this run and machine, which a replay has of its own."""
_Spoken: TypeAlias = Thinking | Answer | ToolCall


class Recorder:
    """Keeps one conversation in one new file of the folder.

    `write` and `sync` are `os.write` and `os.fsync` unless a test makes them fail.
    """

    def __init__(
        self,
        folder: Folder,
        request: Request,
        head: Head,
        scrub: Scrub,
        *,
        write: Callable[[int, bytes], int] = os.write,
        sync: Callable[[int], None] = os.fsync,
    ) -> None:
        self.folder = folder
        self.head = head
        self.name = ""
        self.busy: str | None = None
        """The name that would have been taken, had not another kernel been writing to it."""
        self._request = request
        self._header_scrub = scrub
        self._scrub = scrub.echoing(request.text)
        self._write, self._sync = write, sync
        self._fd = -1
        self._size = 0
        self._lines = 0
        self._sum = 0
        self._began = self._wrote = self._synced = time.monotonic()
        self._dirty = False
        self._taken = 0
        """How many events of the transcript have been looked at."""
        self._held: list[_Spoken] = []
        self._channel: object = None
        """Of which text they are."""
        self.whole = False
        """Whether everything has been written, to the last line."""
        self._rewrote = False

    def start(self, request: Request) -> None:
        """Take a new name in the folder and write the question there; twice is once."""
        if self.name:
            return
        stem = f"{slug(request.prompt)}-{self.head.digest[:8]}-{self.head.asking}"
        self._fd, self.name, self.busy = self.folder.create(stem)
        try:
            self._put([self.head.to_dict(), {"request": sketch(request, self._header_scrub)}])
        except RecordingError:
            self.withdraw()
            raise

    def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
        """Write what has come since the last time, the events that are in no batch included.

        At first that is at once, so that a full disk is noticed while the answer still comes.
        """
        now = time.monotonic()
        if now - self._wrote >= min(WRITE, (now - self._began) / 8):
            self._wrote = now
            self._take(transcript)
        if self._dirty and now - self._synced >= SYNC:
            self._to_disk()

    def finish(self, result: Result) -> None:
        """Write the last event and the line that says that all is here."""
        self._take(result.transcript)
        self._put([*map(to_dict, self._release()), _end(result)])
        self._to_disk()
        self._close()
        self.whole = True

    def rewritten(self, result: Result) -> dict[str, str]:
        """Thinking and answer, and how they read in the recording, where something was taken out."""
        if not self._rewrote:
            return {}
        told = Transcript.of(read(self.folder, self.name).events)
        return {result.thinking: told.thinking, result.answer: told.answer}

    def withdraw(self) -> None:
        """Take the file away again: the question never left."""
        self._close()
        if self.name:
            self.folder.remove(self.name)

    # -- lines ---------------------------------------------------------------------------

    def _take(self, transcript: Transcript) -> None:
        events = transcript.events
        if self._taken < len(events):
            new, self._taken = events[self._taken :], len(events)
            self._put(map(to_dict, self._cleaned(new)))

    def _cleaned(self, events: Iterable[Event]) -> Iterable[Event]:
        """The events without secrets; the last text is held back while it may begin one."""
        ready: list[Event] = []
        for event in events:
            if isinstance(event, (Thinking, Answer, ToolCall)):
                words = event.arguments if isinstance(event, ToolCall) else event.text
                channel = event.index if isinstance(event, ToolCall) else type(event)
                if channel != self._channel:
                    ready += self._release()
                    self._channel = channel
                if len(words) > _LONGEST:
                    self._held += _split(event)
                else:
                    self._held.append(event)
                continue
            ready += self._release()
            if isinstance(event, Notice):
                if event.kind not in _ABOUT_THIS_RUN:
                    ready.append(replace(event, text=self._scrub.text(event.text)))
            elif isinstance(event, Failed):
                clean = self._scrub.text
                ready.append(replace(event, message=clean(event.message), hint=clean(event.hint)))
            else:
                ready.append(event)
        if self._held:
            ready += self._release(self._sure())
        return ready

    def _sure(self) -> int:
        """How many of the held pieces end where nothing can have begun.

        Only whole pieces leave: what stays for the last letter of one may cut a path in two, so what
        is left is asked again.
        """
        words = [_words(piece) for piece in self._held]
        count = len(words)
        while begun := self._scrub.begun("".join(words[:count])):
            while begun > 0 and count:
                count -= 1
                begun -= len(words[count])
        return count

    def _release(self, count: int | None = None) -> list[_Spoken]:
        """The first `count` held pieces (all of them without a number), clean; the rest stays."""
        count = len(self._held) if count is None else count
        leaving, self._held = self._held[:count], self._held[count:]
        words = [_words(piece) for piece in leaving]
        clean = self._scrub.pieces(words)
        if clean == words:
            return leaving
        self._rewrote = True
        return [_with(piece, words) for piece, words in zip(leaving, clean, strict=True)]

    def _put(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Append lines in one go; a failure leaves the file as it was before them."""
        written, checksum, count = [], self._sum, 0
        for line in lines:
            raw, checksum = encode(line, checksum)
            if len(raw) > MAX_LINE:
                self._fail(say("a line would be longer than {limit} bytes", limit=MAX_LINE))
            written.append(raw)
            count += 1
        if not written:
            return
        data = b"".join(written)
        if self._size + len(data) > MAX_FILE or self._lines + count > MAX_LINES:
            self._fail(say("it would be larger than {limit} bytes", limit=MAX_FILE))
        left = data
        try:
            while left:
                left = left[self._write(self._fd, left) :]
        except OSError as error:
            # Of what was taken, whole lines stay; half a line would only look damaged.
            taken = data.rfind(b"\n", 0, len(data) - len(left)) + 1
            with suppress(OSError):
                os.ftruncate(self._fd, self._size + taken)
            self._close()
            raise refused(self.folder, error) from None
        self._size += len(data)
        self._lines += count
        self._sum = checksum
        self._dirty = True

    def _fail(self, why: str) -> None:
        self._close()
        raise RecordingError(
            say("{name} is not recorded further: {why}.", name=self.name, why=why),
            say("What was written is whole."),
        )

    def _to_disk(self) -> None:
        try:
            self._sync(self._fd)
        except OSError as error:
            self._close()
            raise refused(self.folder, error) from None
        self._synced, self._dirty = time.monotonic(), False

    def _close(self) -> None:
        fd, self._fd = self._fd, -1
        if fd >= 0:
            with suppress(OSError):
                os.close(fd)

    def __del__(self) -> None:
        self._close()


def _end(result: Result) -> dict[str, Any]:
    """The last line: the status, and what it cost."""
    found: dict[str, Any] = {"end": result.status}
    cost = result.cost
    if cost is not None:
        found["cost"] = {"amount": cost.amount, "currency": cost.currency}
    return found


def _split(event: _Spoken) -> list[_Spoken]:
    """A text that is too long for a line, as several events: they join to the same."""
    words = _words(event)
    return [_with(event, words[at : at + _LONGEST]) for at in range(0, len(words), _LONGEST)]


def _words(event: _Spoken) -> str:
    return event.arguments if isinstance(event, ToolCall) else event.text


def _with(event: _Spoken, words: str) -> _Spoken:
    if isinstance(event, ToolCall):
        return replace(event, arguments=words)
    return replace(event, text=words)
