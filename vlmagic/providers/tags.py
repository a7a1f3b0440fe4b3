"""Thinking that came inside the text: `<think>…</think>` split out, however the pieces are cut.

Only at the beginning of the text; later tags are the model's own words. Newlines that touch a tag
are the template's and are dropped. This room refuses to take back what it has given out.
"""

from __future__ import annotations

from typing import Literal

_OPEN = "<think>"
_CLOSE = "</think>"


class TagSplitter:
    """Pieces of text in, pieces of (thinking, answer) out.

    `opened`: the template has opened the tag, so the text begins as thinking; if it ends without
    `</think>` after all, it was an answer, and `flush` returns the whole of it as one. Without
    `opened`, a lone `</think>` stays in the text and sets `lone`: what came before it has been
    given out as an answer already.
    """

    def __init__(self, *, opened: bool = False) -> None:
        self.state: Literal["start", "lead", "inside", "trail", "answer"] = "start"
        self.split = False
        """Whether a closing tag has ended the thinking."""
        self.lone = False
        self._opened = opened
        self._rest = ""
        self._thought: list[str] = []

    def apart(self) -> None:
        """The thinking came by itself: no template has opened a tag within this text."""
        if self.state == "start":
            self._opened = False

    def feed(self, text: str) -> tuple[str, str]:
        """The thinking and the answer that this piece completes."""
        if self.state == "answer":
            return "", self._answer(text)
        text = self._rest + text
        self._rest = thought = ""
        if self.state == "start":
            bare = text.lstrip()
            if len(bare) < len(_OPEN) and _OPEN.startswith(bare):
                self._rest = text
                return "", ""
            if bare.startswith(_OPEN):
                text, self._opened = bare[len(_OPEN) :], False
            elif not self._opened:
                self.state = "answer"
                return "", self._answer(text)
            self.state = "lead"
        if self.state == "lead":
            text = text.lstrip("\n")
            if not text:
                return "", ""
            self.state = "inside"
        if self.state == "inside":
            thought, tag, text = text.partition(_CLOSE)
            bare = thought[: len(thought) - (0 if tag else _held(thought))].rstrip("\n")
            if not tag:
                self._rest = thought[len(bare) :]
                if self._opened:
                    self._thought.append(bare)
                return bare, ""
            thought, self.split, self.state = bare, True, "trail"
        text = text.lstrip("\n")
        if text:
            self.state = "answer"
        return thought, text

    def _answer(self, text: str) -> str:
        if not self.split and not self.lone:
            seen = self._rest + text
            self.lone = _CLOSE in seen
            self._rest = seen[1 - len(_CLOSE) :]
        return text

    def flush(self, *, whole: bool) -> tuple[str, str]:
        """What is held when the text ends; `whole`: it ended as the model intended."""
        rest, self._rest = self._rest, ""
        if self.state == "start":
            return "", rest
        if self.state != "inside":
            return "", ""
        return rest, "".join((*self._thought, rest)) if self._opened and whole else ""


def _held(text: str) -> int:
    """How many characters at the end of the text may be the beginning of the closing tag."""
    at = text.rfind("<", 1 - len(_CLOSE))
    return len(text) - at if at >= 0 and _CLOSE.startswith(text[at:]) else 0
