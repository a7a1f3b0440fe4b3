"""Where an answer is shown: in a live widget, in one updated output, or as lines of a terminal.

`choose` looks at the host and says why. This room refuses to accumulate text: renderers get the
transcript and what is new.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from .lines import Asked

if TYPE_CHECKING:
    from vlmagic.events import Event
    from vlmagic.request import Request
    from vlmagic.transcript import Transcript

    from .widget import Stoppable

__all__ = ["Asked", "Shown", "choose", "host"]


class Shown(Protocol):
    """What every renderer can do."""

    def start(self, request: Request) -> None:
        """The question is about to leave."""

    def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
        """What has just come."""

    def finish(self, result: Any) -> None:
        """The last event has come."""


def host(shell: Any = None) -> str:
    """What runs us: "terminal", "kernel" (with or without a front end), or "plain" Python."""
    if shell is None:
        module = sys.modules.get("IPython")
        shell = module.get_ipython() if module is not None else None
    if shell is None:
        return "plain"
    return "kernel" if getattr(shell, "kernel", None) is not None else "terminal"


def choose(render: str, asked: Asked, *, shell: Any = None, stop: Stoppable | None = None) -> Shown:
    """The renderer for this host; `render` other than "auto" overrules."""
    if render == "auto":
        render = {"kernel": "static"}.get(host(shell), "terminal")
    if render == "widget":
        from .widget import LiveSink

        return LiveSink(asked, stop)
    if render == "static":
        from .static import StaticSink

        return StaticSink(asked)
    from .terminal import TerminalSink

    return TerminalSink(asked)
