"""An answer as sentences: outside code and tables, each with the mark that ends it.

This room refuses to look inside a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .words import LASTING, SCOPE

_HIDDEN = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)|^[ \t]*\|[^\n]*$|`[^`\n]*`", re.DOTALL | re.MULTILINE)  # fmt: skip
_END = re.compile(r"[。！!？?；;\n]|\.(?=\s|$|[\"')*])")
_SHORT = re.compile(r"(?:\b(?:i\.e|e\.g|approx|ca|vs|etc|fig|incl|resp|cf|eq)|^[ \t]*\d{1,2})$", re.IGNORECASE | re.MULTILINE)  # fmt: skip
_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)$", re.IGNORECASE)
_GOES_ON = re.compile(r"[ \t]+[a-z0-9]")
_FILE = re.compile(
    r"\d\s*(?:(?:input|output|visual|image|text)\s+|个\s*)?(?P<unit>token|pixel|px\b|像素)"
    r"|(?:\b(?:png|jpeg|webp|picture|image|file)\b|图片|文件).*?\d\s*(?P<size>bytes?|[kmg]i?b|字节)(?![a-z])",
    re.IGNORECASE,
)
_SCOPE = re.compile(SCOPE, re.IGNORECASE)
_LASTING = re.compile(LASTING, re.IGNORECASE)


def is_elsewhere(text: str) -> bool:
    """Whether a sentence speaks of something other than the figure as it is."""
    return _SCOPE.search(text) is not None


def is_of_the_file(text: str, names: str) -> bool:
    """Whether a sentence counts the tokens, pixels or bytes of a picture, and no data of it.

    `names`: what the figures call things, in lower case; where one is measured so, it is of data.
    """
    found = _FILE.search(text)
    return found is not None and (found["unit"] or found["size"]).lower() not in names


def is_lasting(text: str) -> bool:
    """Whether what follows a sentence may do so, too."""
    return _LASTING.search(text) is not None


def sentences(answer: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, the mark that ends it) of each sentence outside code and tables."""
    hidden = [found.span() for found in _HIDDEN.finditer(answer)]
    begin = at = 0
    for mark in [*_END.finditer(answer), None]:
        stop = mark.start() if mark else len(answer)
        if mark and mark[0] == "." and _is_short(answer, begin, stop):
            continue
        while at < len(hidden) and hidden[at][1] <= begin:
            at += 1
        if not (at < len(hidden) and hidden[at][0] < stop):
            yield begin, stop, mark[0] if mark else ""
        begin = mark.end() if mark else stop


def _is_short(answer: str, begin: int, stop: int) -> bool:
    """Whether the dot at `stop` belongs to an abbreviation; that of a month may end a sentence, too."""
    if _MONTH.search(answer, max(begin, stop - 12), stop):
        return _GOES_ON.match(answer, stop + 1) is not None
    return _SHORT.search(answer, max(begin, stop - 12), stop) is not None
