"""The live view: one anywidget a question, fed at most 16 messages a second.

When the answer has ended, the widget gives way to the saved bundle, so that the notebook keeps no
widget. Where no page answers, it gives way at once to what needs no widget. This room refuses to
render and to number: `markup` and `channel` do.
"""

from __future__ import annotations

import re
import sys
import time
from collections import deque
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlmagic import language
from vlmagic.events import Answer, Event, Notice, Thinking
from vlmagic.language import say
from vlmagic.markup import marked_html

from . import lines
from .channel import Channel, Op, Stoppable
from .static import StaticSink

if TYPE_CHECKING:
    from vlmagic.request import Request
    from vlmagic.transcript import Transcript

    from .lines import Asked, Ended

FRONT = Path(__file__).resolve().parent.parent / "front"
_PATIENCE = 5.0
"""Seconds that a page has to say that its widget lives."""
_KEPT = 4
_ended: deque[Any] = deque()
"""Widgets whose question has ended, for pages that come late: one that was opened again while the
kernel was busy hears nothing until the cell has ended, and nobody can replace the output it shows.
"""


@cache
def module(name: str) -> str:
    """The front end's one module, ending in the part that a widget of this name exports."""
    parts = {"live": ("live.js",), "panel": ("desk.js", "tray.js", "thread.js", "panel.js")}[name]
    files = ("view.js", "host.js", *parts)
    return "".join((FRONT / file).read_text(encoding="utf-8") for file in files)


@cache
def _view_class() -> type[Any]:
    import anywidget
    import traitlets

    class LiveView(anywidget.AnyWidget):  # type: ignore[misc] # anywidget ships no types
        """A conversation as it happens."""

        _esm = module("live")
        _css = (FRONT / "view.css").read_text(encoding="utf-8")
        kernel = traitlets.Unicode("").tag(sync=True)
        """The id of this kernel, where interrupting it stops nothing but this question."""
        prompt = traitlets.Bool(default_value=False).tag(sync=True)
        """Whether the page's messages arrive while a cell runs."""
        own = traitlets.Unicode("").tag(sync=True)
        """Its own id, where a saved notebook keeps what stands beside it instead."""
        instead: dict[str, str]
        """What a host shows that knows no widgets."""

        def _repr_mimebundle_(self, **how: Any) -> Any:
            data, metadata = super()._repr_mimebundle_(**how)
            return {**data, **self.instead}, metadata

    return LiveView


def kernel_id() -> str:
    """The id under which a Jupyter server knows this kernel, or an empty text."""
    if "ipykernel" not in sys.modules:
        return ""
    try:
        from ipykernel.connect import get_connection_file

        found = re.search(r"kernel-(.+)\.json", get_connection_file())
    except RuntimeError:
        return ""
    return found[1] if found else ""


def _prompt() -> bool:
    """Whether this kernel hears a page while a cell runs: ipykernel 7 has subshells for that."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return bool(getattr(getattr(shell, "kernel", None), "_supports_kernel_subshells", False))


def words() -> dict[str, str]:
    """What the view itself says, in the current language."""
    return {
        "region": say("Answer of {model}", model="{model}"),
        "stop": say("Stop"),
        "stopping": say("stopping…"),
        "use_interrupt": say("Stop did not arrive: use ■ Interrupt."),
        "behind": say("Some of this view got lost on its way; the whole comes at the end."),
        "facts": say("Facts sent along"),
        "thinking": say("Thinking…"),
        "thoughts": say("Thinking"),
        "answer": say("Answer"),
        "waiting": say("waiting"),
        "thinking_now": say("thinking"),
        "answering": say("answering"),
        "seconds": say("{n} s", n="{n}"),
        "minutes": say("{m} min {n} s", m="{m}", n="{n}"),
        "enlarge": say("Show larger: {line}", line="{line}"),
        "close": say("Close"),
        "copy_answer": say("Copy answer"),
        "copy_thinking": say("Copy thinking"),
        "copied": say("Copied"),
        "not_copied": say("Not copied"),
    }


def head(request: Request, asked: Asked, *, stoppable: bool) -> dict[str, Any]:
    """What the view says above the conversation."""
    return {
        "model": request.model,
        "thinks": lines.mode(request),
        "receipt": list(asked.receipt),
        "facts": list(asked.facts),
        "fold": asked.thinking,
        "stoppable": stoppable,
        "lang": language.current(),
        "words": words(),
    }


def promptly(widget: Any) -> None:
    """Let what a page says to this widget arrive while a cell runs, where the kernel can."""
    # ipykernel 7.4 answers on the subshell that the kernel last published from, which is none for a
    # widget made in a cell, so a click would wait for the cell's end; the front end's own choice
    # arrives at once. Private, hence guarded: without it Stop goes by the server's interrupt.
    comm = getattr(widget, "comm", None)
    if comm is not None and hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda _, default: default
    # To a comm, a message is a small cell: before and after it matplotlib shows, and closes, whatever
    # is open. Beside a cell that draws, that would be a figure half done, on two threads at once.
    callback = getattr(comm, "_msg_callback", None)
    if comm is not None and callback is not None:
        comm.handle_msg = callback


def connect(widget: Any, stop: Stoppable | None) -> Channel:
    """A channel over this widget's comm."""
    promptly(widget)
    channel = Channel(widget.send, stop)
    widget.on_msg(lambda _, message, __: channel.hear(message))
    return channel


def news(
    channel: Channel, transcript: Transcript, batch: Sequence[Event], *, hold: bool = False
) -> list[Op]:
    """What has come since the last message, for the page; `hold`: without its words."""
    if hold:
        batch = [event for event in batch if not isinstance(event, (Answer, Thinking))]
    thought = "".join(event.text for event in batch if isinstance(event, Thinking))
    written = "".join(event.text for event in batch if isinstance(event, Answer))
    ops: list[Op] = channel.think(thought) if thought else []
    ops += channel.phase(transcript.phase, transcript.seconds)
    if transcript.phase == "answering":
        ops += channel.summary(lines.thought(transcript))
    if written or (not batch and transcript.answer_length):
        ops += channel.write(written)
    for event in batch:
        if isinstance(event, Notice):
            ops += channel.note(event.text)
    return ops


def ending(channel: Channel, result: Ended, *, hold: bool = False) -> list[Op]:
    """The last words, the marks of a checked answer, and how it ended; `hold`: without its words."""
    ops = [] if hold else channel.write(None)
    if not hold and result.marks:
        ops = channel.mark(marked_html(result.transcript.answer, result.marks))
    return [*ops, *channel.end(lines.ended(result))]


class LiveSink:
    """Shows a question in a widget while it runs, and leaves the saved bundle behind.

    `blocks`: the kernel does nothing else meanwhile, so that Stop may interrupt it.
    """

    def __init__(
        self, asked: Asked, stop: Stoppable | None = None, *, blocks: bool = False
    ) -> None:
        self._asked = asked
        self._stop = stop
        self._blocks = blocks
        self._channel: Channel | None = None
        self._widget: Any = None
        self._handle: Any = None
        self._request: Request | None = None
        self._plain: StaticSink | None = None
        self._until = 0.0
        self.kept: tuple[str, dict[str, str]] | None = None

    def start(self, request: Request) -> None:
        """Put the widget up; a second call finds it there."""
        if self._channel is not None:
            return
        from IPython.display import display

        prompt = _prompt() or not self._blocks
        self._widget = _view_class()(kernel=kernel_id() if self._blocks else "", prompt=prompt)
        self._widget.instead = {"text/plain": f"{request.model} · {say('waiting')}"}
        self._channel = connect(self._widget, self._stop)
        self._request = request
        self._until = time.monotonic() + _PATIENCE if prompt else float("inf")
        self._handle = display(self._widget, display_id=True)
        self._channel.open(
            head(request, self._asked, stoppable=self._stop is not None), request.images
        )

    def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
        """One message for everything that has come since the last one."""
        channel = self._channel
        assert channel is not None
        if self._plain is None and not channel.pages and time.monotonic() > self._until:
            assert self._request is not None
            self._plain = StaticSink(self._asked, self._handle)
            self._plain.start(self._request)
        if self._plain is not None:
            self._plain.show(transcript, batch)
        else:
            channel.flush(news(channel, transcript, batch, hold=self._asked.hold))

    def finish(self, result: Ended) -> None:
        """Give way to what is saved."""
        channel = self._channel
        assert channel is not None
        saved = lines.saved(result, self._asked)
        self._handle.update(saved, raw=True)
        self.kept = (self._handle.display_id, saved)
        channel.flush(ending(channel, result, hold=self._asked.hold))
        _ended.append(self._widget)
        forget(_KEPT)


def forget(kept: int = 0) -> None:
    """Close the widgets of ended questions, but for the last ones."""
    while len(_ended) > kept:
        widget = _ended.popleft()
        widget.layout.close()  # a widget of its own, which nobody closes else
        widget.close()


def again(result: Ended) -> Any:
    """A widget that shows a conversation that has ended, for `%vl show`."""
    transcript, request = result.transcript, result.request
    assert request is not None
    widget = _view_class()()
    widget.instead = lines.saved(result)
    widget.own = widget.model_id or ""
    channel = connect(widget, None)
    asked = lines.asked_of(result)
    channel.begin(head(request, asked, stoppable=False), request.images, result.seconds or 0.0)
    news(channel, transcript, transcript.events)
    channel.summary(lines.thought(transcript))
    if result.stale:
        channel.note(result.stale)
    ending(channel, result)
    channel.repeat()
    return widget
