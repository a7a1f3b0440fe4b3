"""The values between what looks, what draws and what sends. This room refuses to know a library."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vlmagic import facts
from vlmagic.images import Picture, Text


@dataclass(frozen=True, slots=True)
class Drawn:
    """One object, drawn: exactly one of `source`, `url` and `text` is there."""

    source: Any = None
    """bytes, PIL.Image.Image or numpy.ndarray, as images.normalise takes them."""
    url: str | None = None
    text: str | None = None
    origin: str = ""
    title: str = ""
    size: tuple[int, int] | None = None
    """Rows and columns of a table that goes as text; `original`: of all of it, where more."""
    original: tuple[int, int] | None = None
    facts: facts.Facts | None = None
    notices: tuple[str, ...] = ()
    background: str = "auto"

    def as_text(self, label: str, title: str = "") -> Text:
        """What goes instead of pixels, under this label."""
        return Text(
            label,
            self.text or "",
            self.origin,
            title or self.title,
            self.size,
            self.original,
            self.facts.numbers if self.facts else None,
        )


@dataclass(slots=True)
class Resolved:
    """What references led to: pictures in their order, what goes as text, and what to say aloud."""

    images: list[Picture] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def problem(error: Exception) -> str:
    """What went wrong, in one short line; of several sentences the first."""
    said = all(isinstance(one, str) for one in error.args) and len(error.args) > 1
    return " ".join(f"{type(error).__name__}: {error.args[0] if said else error}".split())[:300]
