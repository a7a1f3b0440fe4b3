"""Where an answer is shown: in a live widget, in one updated output, or as lines of a terminal.

`choose` looks at the host and says why. This room refuses to accumulate text: renderers get the
transcript and what is new.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from vlmagic.language import say
from vlmagic.markup import topped

from .lines import Asked

if TYPE_CHECKING:
    from vlmagic.events import Event
    from vlmagic.request import Request
    from vlmagic.transcript import Transcript

    from .channel import Stoppable

__all__ = ["Asked", "Shown", "again", "choose", "current_shell", "host", "pick", "retold"]


class Shown(Protocol):
    """What every renderer can do."""

    kept: tuple[str, dict[str, str]] | None
    """Once it has ended: the display that stays, and what it holds; None where nothing can be told."""

    def start(self, request: Request) -> None:
        """The question is about to leave."""

    def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
        """What has just come."""

    def finish(self, result: Any) -> None:
        """The last event has come."""


def host(shell: Any = None) -> str:
    """What runs us: "terminal", "kernel" (with or without a front end), or "plain" Python."""
    shell = shell or current_shell()
    if shell is None:
        return "plain"
    return "kernel" if getattr(shell, "kernel", None) is not None else "terminal"


def current_shell() -> Any:
    """IPython's shell of this process, or None; without a notebook IPython is not even imported."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def pick(render: str = "auto", shell: Any = None) -> tuple[str, str]:
    """The renderer that suits this host, and why; a `render` other than "auto" overrules."""
    if render != "auto":
        return render, say("the setting says so")
    if host(shell) != "kernel":
        return "terminal", say("there is no notebook")
    if "google.colab" in sys.modules:
        return "static", say("Colab shows widgets only once it is told to")
    # JupyterLab and Notebook 7 send the cell's id along; nbclient, papermill and consoles do not.
    parent: dict[str, Any] = getattr(shell or current_shell(), "get_parent", dict)() or {}
    cell = str((parent.get("metadata") or {}).get("cellId") or "")
    if not cell:
        return "static", say("no notebook page is watching")
    if ":" in cell:  # VS Code's ids are addresses
        return "static", say("VS Code shows widgets only with modules from the network")
    return "widget", say("a notebook page is watching")


def choose(
    render: str,
    asked: Asked,
    *,
    shell: Any = None,
    stop: Stoppable | None = None,
    blocks: bool = False,
) -> Shown:
    """The renderer for this host, as `pick` finds it.

    `blocks`: the kernel does nothing but this until it ends, so that interrupting it is a way to
    stop.
    """
    render, _ = pick(render, shell)
    if render == "widget":
        from .widget import LiveSink

        return LiveSink(asked, stop, blocks=blocks)
    if render == "static":
        from .static import StaticSink

        return StaticSink(asked)
    from .terminal import TerminalSink

    return TerminalSink(asked)


def retold(shown: Shown) -> Callable[[str], None] | None:
    """A function that puts a line above what stays of an answer, or takes it away with ""."""
    if shown.kept is None:
        return None
    display_id, saved = shown.kept

    def tell(line: str) -> None:
        from IPython.display import DisplayHandle

        DisplayHandle(display_id).update(topped(saved, line), raw=True)

    return tell


def again(result: Any, render: str, *, shell: Any = None) -> Any:
    """Something to display that shows a Result once more: the interactive view where there is one."""
    render, _ = pick(render, shell)
    if render != "widget" or result.request is None or not result.ended:
        return result
    from . import widget

    return widget.again(result)
