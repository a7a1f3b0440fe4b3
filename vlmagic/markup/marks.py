"""Marks in an answer, as the live view shows them: coloured, and labelled for whoever cannot see.

Each mark travels through the Markdown as one private character that the answer itself cannot hold,
and becomes its element before the fragment is sanitised; so no text of the model's can pass for a
mark. This room refuses to know what was checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

FIRST = 0x10F000
"""The first private character; there is one for each mark."""
_MOST = 0x800


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark behind `text[:at]`: what it shows, and what it says to whoever asks."""

    at: int
    verdict: Literal["right", "wrong", "unchecked"]
    shown: str
    said: str


def planted(markdown: str, marks: Sequence[Mark]) -> str:
    """The text with a private character for each mark; its own are shown as unknown."""
    if not marks:
        return markdown
    own = {FIRST + number: "\ufffd" for number in range(_MOST)}
    parts: list[str] = []
    last = 0
    for number, mark in sorted(enumerate(marks[:_MOST]), key=lambda pair: pair[1].at):
        parts += [markdown[last : mark.at].translate(own), " ", chr(FIRST + number)]
        last = max(last, mark.at)
    return "".join([*parts, markdown[last:].translate(own)])


def grown(html: str, marks: Sequence[Mark]) -> str:
    """HTML that is still to be sanitised, with the marks in place of their characters."""
    if not marks:
        return html
    return html.translate({FIRST + at: _element(mark) for at, mark in enumerate(marks[:_MOST])})


def _element(mark: Mark) -> str:
    said, shown = escape(mark.said), escape(mark.shown)
    kind = f"vl-mark vl-{mark.verdict}"
    return f'<span class="{kind}" role="img" title="{said}" aria-label="{said}">{shown}</span>'
