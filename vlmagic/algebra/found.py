"""Where the mathematics stands in an answer: formulas between delimiters, and lines of nothing else.

Code is passed over. This room refuses to understand a formula.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

_FENCE = re.compile(
    r"^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE
)
_FORMULA = re.compile(
    r"(?<!\\)\$\$(?P<a>[^$]{1,4000}?)\$\$"
    r"|\\\[(?P<b>.{1,4000}?)\\\]"
    r"|\\\((?P<c>.{1,4000}?)\\\)"
    r"|(?P<d>\\begin\{(?P<frame>align|aligned|gather|equation|split|eqnarray)(?P<star>\*?)\}.{1,4000}?"
    r"\\end\{(?P=frame)(?P=star)\})"
    r"|(?<![\\$\d])\$(?P<e>(?:[^$\n\\]|\\.){1,1500}?)(?<!\s)\$(?!\d)"
    r"|`[^`\n]*`",
    re.DOTALL,
)
_MARK = re.compile(
    r"\s*(?:[-*+>]\s+|\(?\d{1,2}[.)、:：]\s*|(?:\*\*)?(?:step|步骤|第)\s*[\d一二三四五六七八九十]+\s*步?\s*[.:：)]?(?:\*\*)?\s*[:：]?)?\s*",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[A-Za-z]{2,}|[^\x00-\x7f×÷·−≤≥≠≈±√π²³⁰¹⁴-⁹⇒→∞，。；＝＋（）°⟹∴]")
_PLAIN = frozenset("sin cos tan ln log lg exp sqrt arcsin arccos arctan pi".split())  # noqa: SIM905


class Formula(NamedTuple):
    """A formula without its delimiters, its place, its delimited end, and the words before it."""

    text: str
    start: int
    end: int
    before: str
    """The answer's words since the last formula."""
    item: bool
    """Whether it begins a line of a list."""
    after: int
    """Where the answer goes on behind its closing delimiter."""


def formulas(answer: str) -> Iterator[Formula]:
    """The formulas of an answer in their order."""
    fences = [found.span() for found in _FENCE.finditer(answer)]
    hidden = list(fences)
    spots: list[tuple[int, int, int, int]] = []
    for found in _FORMULA.finditer(answer):
        name = found.lastgroup if found.lastgroup in ("a", "b", "c", "e") else "d"
        if found[name] is None or _meets(fences, found.start(), found.start() + 1):
            hidden.append(found.span())
            continue
        spots.append((found.start(), found.end(), found.start(name), found.end(name)))
        hidden.append(found.span())
    spots.extend(_lines(answer, _apart(hidden)))
    last = 0
    for outer, after, start, end in sorted(spots):
        line = answer.rfind("\n", 0, outer) + 1
        item = _MARK.fullmatch(answer[line:outer]) is not None and bool(answer[line:outer].strip())
        yield Formula(answer[start:end], start, end, answer[last:outer], item, after)
        last = after


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans sorted, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _meets(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of some spans, sorted and apart, has a letter in common with this one."""
    at = bisect_left(spans, (end,))
    return at > 0 and spans[at - 1][1] > start


def _lines(answer: str, hidden: list[tuple[int, int]]) -> Iterator[tuple[int, int, int, int]]:
    """Lines without words that hold a relation: mathematics without delimiters."""
    at = 0
    for line in answer.split("\n"):
        start, end = at, at + len(line)
        at = end + 1
        if not ("=" in line or "≈" in line or "＝" in line) or len(line) > 400:
            continue
        if _meets(hidden, start, end):
            continue
        mark = _MARK.match(line)
        begin = start + (mark.end() if mark else 0)
        text = answer[begin:end].rstrip(" .,。，;；*")
        words = [word for word in _WORDS.findall(text) if word.lower() not in _PLAIN]
        if words or not re.search(r"[=≈＝]", text):
            continue
        yield begin, end, begin, begin + len(text)
