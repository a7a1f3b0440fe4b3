"""One question of a panel and its answer: the line to its pages, and how it is kept.

A lesson's words are held back here: pages get its steps once it is complete. This room refuses to
ask: the panel does, on a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vlmagic.events import Event
from vlmagic.language import say
from vlmagic.lesson import Lesson, divide
from vlmagic.markup import render_html, render_markdown, small
from vlmagic.render import lines
from vlmagic.render.channel import Channel
from vlmagic.render.widget import ending, head, news
from vlmagic.run import Cancel

if TYPE_CHECKING:
    from collections.abc import Callable

    from vlmagic.request import Request
    from vlmagic.result import Result
    from vlmagic.transcript import Transcript

_LARGEST_COPY = 300_000
"""Characters of the static copy of a thread; beyond, older thinking goes first, then older turns."""


class Turn:
    """A question, its Result, and everything a page must know of it. A `run.Sink`."""

    def __init__(
        self,
        number: int,
        result: Result,
        *,
        asked: str,
        name: str = "",
        mark: str = "",
        after: Turn | None = None,
        send: Callable[[dict[str, Any], list[bytes]], None],
        changed: Callable[[Turn], None],
    ) -> None:
        self.number = number
        self.result = result
        self.asked = asked
        self.name = name
        self.mark = mark
        self.after = after
        self.cancel = Cancel()
        self.lesson: Lesson | None = None
        self._saved: dict[str, dict[str, str]] = {}
        self._changed = changed
        self._channel = Channel(
            lambda message, data: send({"of": number, **message}, data), self.cancel
        )

    @property
    def taught(self) -> bool:
        """Whether it was asked for step by step."""
        return lines.is_lesson(self.result)

    def hear(self, message: Any) -> None:
        """What a page says to this conversation."""
        self._channel.hear(message)

    def about(self) -> dict[str, Any]:
        """What a page shows while it is folded."""
        ended = self.result.ended
        line = lines.ended(self.result) if ended else {}
        return {
            "id": self.number,
            "asked": self.asked,
            "name": self.name,
            "mark": self.mark,
            "follows": self.after.number if self.after else None,
            "status": self.result.status,
            "word": line.get("word", ""),
            "line": line.get("line", "").partition("\n")[0],
            "answered": ended and self.result.transcript.answer_length > 0,
            "lesson": self.taught,
        }

    def steps(self) -> list[dict[str, Any]]:
        """The lesson's steps as HTML; empty until it has ended."""
        if not (self.taught and self.result.ended):
            return []
        if self.lesson is None:
            self.lesson = divide(self.result.answer)
        return [
            {"hint": render_html(step.hint), "html": render_html(step.text)}
            for step in self.lesson.steps
        ]

    def saved(self, thinking: str = "fold") -> dict[str, str]:
        """What a notebook keeps of it, once it has ended; made once."""
        if thinking not in self._saved:
            self._saved[thinking] = self.result.bundle(thinking)
        return self._saved[thinking]

    # -- a sink -------------------------------------------------------------------------

    def start(self, request: Request) -> None:
        """Say who is asked, and about what; a second call says nothing."""
        above = head(request, lines.asked_of(self.result), stoppable=not self.result.ended)
        above["words"]["use_interrupt"] = say("The kernel is busy: Stop arrives when it is free.")
        self._channel.open(above, request.images)

    def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
        """What has come; of a lesson, only that it goes on."""
        self._channel.flush(news(self._channel, transcript, batch, hold=self.taught))

    def replay(self) -> Turn:
        """Tell the pages a conversation that has ended, all at once."""
        if self.result.request is not None:
            self.start(self.result.request)
            self.show(self.result.transcript, self.result.events)
        self.finish(self.result)
        return self

    def finish(self, result: Result) -> None:
        """How it ended."""
        self._channel.flush(ending(self._channel, result, hold=self.taught))
        self._changed(self)

    def outdated(self, line: str) -> None:
        """One of its figures was shown again with other data, or (no line) as it was."""
        self._saved.clear()
        words = line or say("Its figure is shown with the same data again.")
        self._channel.flush(self._channel.note(words))
        self._changed(self)


def copy(turns: Sequence[Turn]) -> dict[str, str]:
    """The whole thread as it is saved in the notebook: Markdown that needs no widget."""
    ended = [turn for turn in turns if turn.result.ended]
    if not ended:
        words = say("vlmagic panel: nothing has been asked yet.")
        return {"text/markdown": small(words), "text/plain": words}
    parts: list[str] = []
    left = _LARGEST_COPY
    for turn in reversed(ended):
        above = render_markdown(f"**{turn.number}.** {turn.asked}").strip("\n")
        quoted = "\n".join(f"> {line}".rstrip() for line in above.split("\n"))
        below = turn.saved()["text/markdown"]
        if len(below) > left:
            below = turn.saved("hidden")["text/markdown"]
        left -= len(below) + len(quoted)
        if left < 0 and parts:
            missing = say(
                "{count} earlier questions are left out here.", count=len(ended) - len(parts)
            )
            parts.append(small(missing))
            break
        parts.append(f"{quoted}\n\n{below}")
    said = "\n\n".join(f"{turn.asked}\n\n{turn.saved()['text/plain']}" for turn in ended)
    return {
        "text/markdown": "\n\n***\n\n".join(reversed(parts)) + "\n",
        "text/plain": said[-_LARGEST_COPY:],
    }
