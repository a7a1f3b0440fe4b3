"""The values between what looks, what draws and what sends. This room refuses to know a library."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vlmagic import facts
from vlmagic.images import Picture


@dataclass(frozen=True, slots=True)
class Drawn:
    """One object, drawn: exactly one of `source`, `url` and `text` is there."""

    source: Any = None
    """bytes, PIL.Image.Image or numpy.ndarray, as images.normalise takes them."""
    url: str | None = None
    text: str | None = None
    origin: str = ""
    title: str = ""
    facts: facts.Facts | None = None
    notices: tuple[str, ...] = ()
    background: str = "auto"


@dataclass(slots=True)
class Resolved:
    """What references led to: pictures in their order, tables as text, and what to say aloud."""

    images: list[Picture] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    """(label, text) of what goes as text: a table as CSV, a chart without pixels as its facts."""
    notices: list[str] = field(default_factory=list)

    def below(self, prompt: str) -> str:
        """The prompt with what goes as text below it, each under its label."""
        return prompt + "".join(f"\n\n{label}:\n{text}" for label, text in self.texts)


def problem(error: Exception) -> str:
    """What went wrong, in one short line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
