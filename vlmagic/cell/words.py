"""The words of a line: quotes and brackets hold a word together, nothing is unescaped.

This room refuses to know what an option is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One word and where it stands in the line."""

    text: str
    start: int
    end: int


def words(line: str) -> Iterator[Word]:
    """The words of a line: quotes and brackets hold a word together, nothing is unescaped."""
    at, size = 0, len(line)
    while at < size:
        if line[at].isspace():
            at += 1
            continue
        start, depth, quote = at, 0, ""
        while at < size:
            letter = line[at]
            if quote:
                quote = "" if letter == quote else quote
            elif letter in "\"'" and (
                depth
                or at == start
                or line[at - 1] == "="
                or (line[at - 1] == ":" and line[start] == "@")
            ):
                quote = letter
            elif letter in "[(":
                depth += 1
            elif letter in "])":
                depth = max(0, depth - 1)
            elif letter.isspace() and not depth:
                break
            at += 1
        if quote or depth:  # nothing closes it: then it is an ordinary letter
            at = start
            while at < size and not line[at].isspace():
                at += 1
        yield Word(line[start:at], start, at)


def unquoted(text: str) -> str:
    r"""The text between its quotes, if it has them; `\"` within is a quote, all else stays."""
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1].replace("\\" + text[0], text[0])
    return text
