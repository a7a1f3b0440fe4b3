"""The saved output of one conversation: receipt, thinking folded, answer, status.

Two MIME types, never `text/html`: `text/markdown` for notebooks, `text/plain` for terminals.
This room refuses to know what the lines say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Literal

from vlmagic.language import say

from .plain import lines, plain
from .saved import fence, render_markdown

Fold = Literal["fold", "open", "hidden"]
_HEAD, _TAIL = 2_000, 20_000
_LONGEST = 24_000


def bundle(
    *,
    receipt: Sequence[str],
    thinking: str,
    answer: str,
    notices: Sequence[str],
    status_line: str,
    thinking_summary: str,
    facts: Sequence[str],
    fold: Fold,
    cause: str = "",
    steps: Sequence[tuple[str, str]] = (),
    words: str = "",
) -> dict[str, str]:
    """`text/markdown` and `text/plain` of a conversation that has ended, however it ended.

    `receipt`: one line per picture that was sent; `facts`: what was sent along, folded under it;
    `thinking_summary`: the line that the folded thinking shows; `cause`: why there is no more, and
    what to do; `steps`: hint and text of each, where the answer is a lesson; `words`: the answer
    without the marks of its check, which `text/plain` holds.
    """
    parts = [small(*receipt)]
    if facts:
        shown = _cut("\n".join(facts), 4_000, 0)
        parts.append(_details(say("Facts sent along"), fence(shown, "text", "~")))
    if thinking.strip() and fold != "hidden":
        shown = _cut(thinking, _HEAD, _TAIL)
        parts.append(_details(thinking_summary, fence(shown, "text", "~"), is_open=fold == "open"))
    if steps:
        parts.append(covered(steps))
    elif answer.strip():
        parts.append(
            fence(lines(answer.strip()), "json")
            if _is_json(answer)
            else render_markdown(answer).strip("\n")
        )
    parts.append(_tagged("p", cause))
    parts.append(small(*notices, status_line))
    return {
        "text/markdown": _joined(parts),
        "text/plain": plain(
            (words or answer) if answer.strip() else f"{status_line}\n{cause}".strip()
        ),
    }


def _is_json(answer: str) -> bool:
    """Whether the whole answer is a JSON object or list: Markdown would run its lines together."""
    if answer.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(answer)
    except (ValueError, RecursionError):
        return False
    return True


def topped(saved: dict[str, str], line: str) -> dict[str, str]:
    """What is saved with a line above it that nobody passes over; the same without one."""
    words = " ".join(_words(line).split())
    if not words:
        return saved
    return {
        "text/markdown": f"> <strong>⚠ {words}</strong>\n\n{saved['text/markdown']}",
        "text/plain": plain(f"⚠ {line}\n\n") + saved["text/plain"],
    }


def covered(steps: Sequence[tuple[str, str]]) -> str:
    """Steps (hint, Markdown) as nested details: each is uncovered by a click on its hint."""
    inner = ""
    for number, (hint, text) in reversed(list(enumerate(steps, start=1))):
        words = f"{number}. " + re.sub(r"\*\*|__|`|^\s*(?:#+|\d+[.)]|[-*+])\s+", "", hint)
        body = [render_markdown(text).strip("\n"), inner]
        inner = _details(words, "\n\n".join(part for part in body if part))
    return inner


def running(status: Sequence[str], tail: str) -> dict[str, str]:
    """The same two types while it still runs: how it stands, and the last lines as plain text."""
    shown = fence(lines(tail), "text", "~") if tail.strip() else ""
    return {
        "text/markdown": _joined([small(*status), shown]),
        "text/plain": plain("\n".join((*status, tail)).strip()),
    }


def _cut(text: str, head: int, tail: int) -> str:
    """The text, its middle left out if it is too long for a notebook."""
    text = lines(text)
    if len(text) <= max(_LONGEST if tail else head, head + tail):
        return text
    left = len(text) - head - tail
    note = say("… {left} characters left out; the full text is in .thinking …", left=left)
    if not tail:
        note = say("… {left} characters left out …", left=left)
    return f"{text[:head]}\n\n{note}\n\n{text[len(text) - tail :]}"


def _details(summary: str, body: str, *, is_open: bool = False) -> str:
    words = " ".join(_words(summary).split())
    opening = "<details open>" if is_open else "<details>"
    return f"{opening}\n<summary>{words}</summary>\n\n{body}\n\n</details>"


def small(*lines: str) -> str:
    """Lines in small print, in one paragraph; their words are never markup."""
    return _tagged("small", *lines)


def _tagged(tag: str, *lines: str) -> str:
    """The lines inside one tag: on one line of source, where none of them can begin a list."""
    shown = [words for line in lines if (words := " ".join(_words(line).split()))]
    return f"<{tag}>{'<br>'.join(shown)}</{tag}>" if shown else ""


def _joined(parts: Sequence[str]) -> str:
    """The parts that say something, an empty paragraph below what is folded.

    JupyterLab sets the next words right under `details`; elsewhere the paragraph takes no room.
    """
    found: list[str] = []
    for part in filter(None, parts):
        if found and found[-1].endswith("</details>") and not part.startswith("<details"):
            found.append("<p></p>")
        found.append(part)
    return "\n\n".join(found) + "\n"


def _words(text: str) -> str:
    """Words inside an HTML tag inside Markdown: no mark in them can be read as one.

    Dollars and backslashes stand alone in a tag, since MathJax looks for pairs in the page itself.
    """
    return "".join(
        f"<span>&#{ord(c)};</span>" if c in "$\\" else f"&#{ord(c)};" if c in _MARKS else c
        for c in lines(text)
    )


_MARKS = frozenset("&<>\"'`*_~[]|{}!@#")
