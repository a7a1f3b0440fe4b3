"""Pictures for rows of their own: found now, looked at when the turn of each row comes.

What was shown or is written out in its reference is ready at once; files and objects are handed on
as they are, so that one that cannot be looked at is its own row's error. A table is text, and goes
with every row. This room refuses to draw.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vlmagic.references import Reference

from .kinds import is_table
from .look import Look


@dataclass(frozen=True, slots=True)
class Apart(Look):
    """A look that leaves files and objects for later."""

    things: list[tuple[str, Any]] = field(default_factory=list)
    """Everything in its order, under its label: pictures, and what is still to be looked at."""

    def at(self, reference: Reference) -> None:
        """Add what one reference means."""
        Look.at(self, reference)
        self._ready()

    def draw(self, obj: Any, label: str) -> None:
        """An object or a file, for later."""
        self._ready()
        if is_table(obj):
            Look.draw(self, obj, label)
        else:
            self.things.append((label, obj))

    def _ready(self) -> None:
        self.things.extend((image.label, image) for image in self.into.images)
        self.into.images.clear()
