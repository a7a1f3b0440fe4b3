"""How far a map has come, for whoever watches: a bar by tqdm, a look now and then, or nothing.

This room refuses to know what the rows say.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from vlmagic.language import say

Wish: TypeAlias = bool | Callable[[], None]
"""A bar, nothing, or a function that is called twice a second on the calling thread."""
_EVERY = 0.5
"""Seconds between two looks."""


class Progress(Protocol):
    """Told after every round; `ended` counts the rows of this run that have come to an end."""

    def tell(self, ended: int, words: str) -> None:
        """So many, and what else there is to say in a few words."""

    def close(self) -> None:
        """It is over."""


class _Bar:
    """A bar of `tqdm.auto`: a widget in a notebook, a line elsewhere."""

    def __init__(self, total: int, before: int) -> None:
        from tqdm.auto import tqdm

        self._bar: Any = tqdm(total=total, initial=before, unit=" " + say("rows"))
        self._shown = 0

    def tell(self, ended: int, words: str) -> None:
        self._bar.set_postfix_str(words, refresh=False)
        self._bar.update(ended - self._shown)
        self._shown = ended

    def close(self) -> None:
        self._bar.close()


class _Looks:
    """Somebody who looks for himself, on the calling thread, twice a second at most."""

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._due = 0.0

    def tell(self, ended: int, words: str) -> None:
        if time.monotonic() >= self._due:
            self._look()
            self._due = time.monotonic() + _EVERY

    def close(self) -> None:
        self._look()


class _Nobody:
    def tell(self, ended: int, words: str) -> None:
        """Nobody listens."""

    def close(self) -> None:
        """Nobody listens."""


def begun(wish: Wish, total: int, wanted: int) -> Progress:
    """The progress that was wished for: True for a bar, or a function that looks for itself."""
    if callable(wish):
        return _Looks(wish)
    return _Bar(total, total - wanted) if wish else _Nobody()
