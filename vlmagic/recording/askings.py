"""The how-manieth asking of a question this is, and how its answer will read when it is replayed.

The n-th asking in a kernel is the n-th recording, so only an asking that was kept to its end counts:
one that failed, was stopped, or could not be written gives its number back, and the next one has it.
An answer may be recorded without a key, a path or a name that stood in it; a follow-up is then known
by what a replay will hold. This room refuses files.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from vlmagic.events import Event
from vlmagic.request import Request
from vlmagic.transcript import Transcript

from .read import ran_out

if TYPE_CHECKING:
    from vlmagic.result import Result


class Askings:
    """The askings of one kernel; from any thread."""

    def __init__(self) -> None:
        self._taken: dict[str, set[int]] = {}
        self._rewritten: dict[str, str] = {}
        self._lock = threading.Lock()

    def claim(self, digest: str) -> Asking:
        """The first number of this question that is free."""
        with self._lock:
            taken = self._taken.setdefault(digest, set())
            number = next(n for n in range(1, len(taken) + 2) if n not in taken)
            taken.add(number)
        return Asking(number, lambda: self._free(digest, number))

    def _free(self, digest: str, number: int) -> None:
        with self._lock:
            self._taken[digest].discard(number)

    def learn(self, rewritten: Mapping[str, str]) -> None:
        """Texts of answers, and what their recording has instead."""
        with self._lock:
            self._rewritten.update((raw, text) for raw, text in rewritten.items() if raw != text)

    def replayed(self, request: Request) -> Request:
        """The question as it will be asked when the answers before it are replayed."""
        with self._lock:
            known = dict(self._rewritten)
        if not known:
            return request

        def read(text: str) -> str:
            for raw, written in known.items():
                text = text.replace(raw, written)
            return text

        history = tuple(
            replace(turn, text=read(turn.text), thinking=read(turn.thinking))
            for turn in request.history
        )
        return replace(request, prompt=read(request.prompt), history=history)


class Asking:
    """One asking: a sink that gives its number back when the answer is not kept to its end."""

    def __init__(self, number: int, free: Callable[[], None]) -> None:
        self.number = number
        self.kept: Callable[[Result], bool] = lambda _: True
        """Whether the recording of it is whole, once the answer has ended."""
        self._free: Callable[[], None] | None = free

    def give_back(self) -> None:
        """It does not count; a second time does nothing."""
        free, self._free = self._free, None
        if free is not None:
            free()

    def start(self, request: Request) -> None:
        """Nothing to prepare."""

    def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
        """Nothing to keep."""

    def finish(self, result: Result) -> None:
        """Count it, or not."""
        if not (self.kept(result) and ran_out(result.transcript.end)):
            self.give_back()
