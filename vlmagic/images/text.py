"""What goes as text beside the pictures: a table, or the facts of a chart that nothing here can draw.

This room refuses to send: the words stand in the question, and are counted with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """A text that goes where a picture was named, and what is known about where it came from."""

    label: str
    """How the user calls it: `df`, `@12.1`."""
    body: str = field(repr=False)
    """CSV of a table, compact JSON of a chart's facts."""
    origin: str = ""
    title: str = ""
    size: tuple[int, int] | None = None
    """Rows and columns of a table, as sent; None: these are the facts of a chart."""
    original: tuple[int, int] | None = None
    """Rows and columns of the whole table, where fewer go along."""
    numbers: Any = field(default=None, repr=False, compare=False)
    """A `facts.data.FigureData`: all numbers of the chart; never sent."""

    @property
    def is_facts(self) -> bool:
        """Whether these are a chart's facts."""
        return self.size is None


def below(prompt: str, texts: Iterable[Text]) -> str:
    """The prompt with these texts below it, each under its label."""
    return prompt + "".join(f"\n\n{text.label}:\n{text.body}" for text in texts)
