"""The key: shown to nobody, and read for the one host that it is for.

It is not in the table: it comes from the environment, from `api_key=`, or from the emulator that was
started here. This room refuses to print.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn


class Key:
    """An API key that knows where it came from and never prints, copies or pickles itself."""

    __slots__ = ("_reveal", "origin")

    def __init__(self, text: str, origin: str) -> None:
        self._reveal: Callable[[], str] = lambda: text
        self.origin = origin

    def reveal(self) -> str:
        """The key itself, for the one place that puts it into a request header."""
        return self._reveal()

    def redact(self, text: str) -> str:
        """The text without the key."""
        secret = self._reveal()
        return text.replace(secret, "[key]") if len(secret) >= _SHORTEST else text

    def __repr__(self) -> str:
        return f"Key(from {self.origin})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never pickled")


_SHORTEST = 6
"""Shorter placeholders ("x", "none") are no secrets, and would tear words apart."""


def key_of(environ: Mapping[str, str], *, hosted: bool) -> Key | None:
    """The key in the environment for Model Studio (`hosted`) or for another host."""
    for name in ("VLMAGIC_API_KEY", "DASHSCOPE_API_KEY" if hosted else "OPENAI_API_KEY"):
        text = environ.get(name, "").strip()
        if text:
            return Key(text, name)
    return None
