"""The three wraps through which the shelf sees what IPython shows, and the two cell callbacks.

They sit on the *instances* of one shell, so other shells are untouched, and they change nothing
that passes. `take_out` removes exactly what `put_in` put in; where somebody has wrapped us since,
our layer stays in place and does nothing. This room refuses to judge what is worth keeping.
"""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable
from typing import Any, Protocol

from .item import Run
from .kinds import draws, pyplot_figures
from .witness import Shot, watching

_MOST_RUNS = 64


class Keeper(Protocol):
    """Who is told: `wants` is asked about everything that is shown, so it has to be quick."""

    def wants(self, data: Any, owner: Any) -> bool:
        """Whether this bundle of this object is worth keeping."""

    def collect(
        self,
        data: Any,
        owner: Any,
        run: Run,
        metadata: Any,
        display_id: str | None,
        *,
        update: bool,
        shot: Shot | None,
    ) -> None:
        """Keep it; `shot` is what matplotlib drew for it."""


class Hooks:
    """Eyes in one shell: the keeper gets what it wants, with its object and its run."""

    def __init__(self, shell: Any, keeper: Keeper) -> None:
        self.shell = shell
        self.keeper = keeper
        self.on = False
        self.current = Run(serial=0, seen=0, depth=0)
        self._runs: dict[str | None, Run] = {}
        self._called: dict[str, Run] = {}
        self._opened: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._ahead = 0
        self._wraps: list[tuple[Any, str, Any, Any]] = []
        self._here = threading.local()
        self._publisher: Any = None

    def put_in(self) -> None:
        """Wrap the three methods and listen to the cells."""
        self.on = True
        self._publisher = self.shell.display_pub
        self.current.seen = self.shell.execution_count
        running = getattr(self.shell.displayhook, "exec_result", None)
        if running is not None:  # the cell that loads us may show something, too
            self.current.depth, self.current.count = 1, running.execution_count
            self._runs[self._key()] = self.current
        self._wrap(self.shell.display_formatter, "format", self._formatting)
        self._wrap(self._publisher, "publish", self._publishing)
        self._wrap(self.shell.displayhook, "write_format_data", self._writing)
        self.shell.events.register("pre_run_cell", self._before)
        self.shell.events.register("post_run_cell", self._after)

    def take_out(self) -> None:
        """Leave the shell as it was, apart from layers that somebody else has put over ours."""
        self.on = False
        for owner, name, ours, before in reversed(self._wraps):
            if owner.__dict__.get(name) is not ours:
                continue
            if before is None:
                delattr(owner, name)
            else:
                setattr(owner, name, before)
        self._wraps.clear()
        for event, callback in (("pre_run_cell", self._before), ("post_run_cell", self._after)):
            if callback in self.shell.events.callbacks[event]:
                self.shell.events.unregister(event, callback)

    def _wrap(self, owner: Any, name: str, layer: Callable[..., Any]) -> None:
        before = owner.__dict__.get(name)
        original = getattr(owner, name)

        @functools.wraps(original)
        def ours(*args: Any, **kwargs: Any) -> Any:
            if not self.on:
                return original(*args, **kwargs)
            return layer(original, *args, **kwargs)

        setattr(owner, name, ours)
        self._wraps.append((owner, name, ours, before))

    def _follow(self, publisher: Any) -> None:
        """Somebody put another publisher in place of ours; those of %%capture come and go."""
        if type(publisher).__name__ != "CapturingDisplayPublisher":
            self._publisher = publisher
            self._wrap(publisher, "publish", self._publishing)

    # -- what is shown ------------------------------------------------------------------

    def _formatting(self, original: Any, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Plotly publishes from inside the formatting of the figure: hence a stack of objects."""
        try:
            stack = self._here.stack
        except AttributeError:
            stack = self._here.stack = []
        stack.append(obj)
        shots: list[Shot] = []
        try:
            if draws(obj):
                with watching() as shots:
                    result = original(obj, *args, **kwargs)
            else:
                result = original(obj, *args, **kwargs)
        finally:
            stack.pop()
        try:
            shot = shots[-1] if shots else None
            self._here.last = (result[0], weakref.ref(obj), shot) if result[0] else None
        except (TypeError, LookupError):
            self._here.last = None
        return result

    def _publishing(
        self,
        original: Any,
        data: Any,
        metadata: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        result = original(data, metadata, *args, **kwargs)
        transient = kwargs.get("transient") or {}
        self._seen(data, metadata, transient.get("display_id"), update=bool(kwargs.get("update")))
        return result

    def _writing(self, original: Any, data: Any, metadata: Any = None) -> Any:
        result = original(data, metadata)
        self._seen(data, metadata, None, update=False)
        return result

    def _seen(self, data: Any, metadata: Any, display_id: str | None, *, update: bool) -> None:
        try:
            last = getattr(self._here, "last", None)
            stack = getattr(self._here, "stack", None)
            shot = None
            if last is not None and last[0] is data:
                owner, shot = last[1](), last[2]
                self._here.last = None
            else:
                owner = stack[-1] if stack else None
            if display_id is not None or self.keeper.wants(data, owner):
                self.keeper.collect(
                    data,
                    owner,
                    self._run(),
                    metadata,
                    display_id,
                    update=update,
                    shot=shot,
                )
        except Exception:  # noqa: BLE001 - looking on must never disturb what is shown
            return

    # -- which cell ---------------------------------------------------------------------

    def _key(self) -> str | None:
        """The message that asked for this cell; right even for the output of its threads."""
        header = getattr(self._publisher, "parent_header", None)
        return header.get("msg_id") if header else None

    def _parent(self) -> dict[str, Any]:
        """The message that is being answered."""
        return getattr(self.shell, "get_parent", dict)() or {}

    def _page(self) -> str:
        """JupyterLab and Notebook 7 send the cell's id along."""
        return str((self._parent().get("metadata") or {}).get("cellId") or "")

    def _run(self) -> Run:
        key = self._key()
        run = self._runs.get(key) or self._callback(key) or self.current
        if run.count is None and run.depth:
            result = getattr(self.shell.displayhook, "exec_result", None)
            run.count = getattr(result, "execution_count", None)
        return run

    def _callback(self, key: str | None) -> Run | None:
        """A run of its own, with the number 0, for what a widget's callback shows between cells.

        It takes the place of what the same widget has shown before.
        """
        parent = self._parent()
        header = parent.get("header") or {}
        if header.get("msg_type") != "comm_msg" or header.get("msg_id") != key:
            return None
        comm = str((parent.get("content") or {}).get("comm_id"))
        run = Run(serial=self.current.serial, seen=0, count=0, depth=0)
        run.instead_of = self._called.pop(comm, None)
        self._called[comm] = run
        self._remember(key, run)
        return run

    def _remember(self, key: str | None, run: Run) -> None:
        self._runs.pop(key, None)
        self._runs[key] = run
        for runs in (self._runs, self._called):
            if len(runs) > _MOST_RUNS:
                del runs[next(iter(runs))]  # type: ignore[arg-type]

    def _before(self, info: Any = None, *_: Any) -> None:
        key = self._key()
        run = self._runs.get(key)
        if run is not None and run.depth:
            run.depth += 1
            return
        if self.shell.display_pub is not self._publisher:
            self._follow(self.shell.display_pub)
        if key is not None and getattr(info, "store_history", True) is False:
            # What a front end asks behind the scenes is no cell, and has no number.
            self._remember(key, Run(serial=self.current.serial, seen=0, count=0))
            return
        serial = self.current.serial + 1
        self.current = Run(
            serial=serial, seen=self.shell.execution_count - self._ahead, page=self._page()
        )
        self._remember(key, self.current)

    def _after(self, result: Any = None, *_: Any) -> None:
        run = self._runs.get(self._key())
        if run is None or not run.depth or _is_blank(result):
            return
        run.depth -= 1
        if run.depth:
            return
        self._here.last = None
        for figure in pyplot_figures().values():
            self._opened.setdefault(figure, run.serial)
        count = getattr(result, "execution_count", None)
        if count is not None and run.count != 0:
            self._ahead += run.seen - count
            run.count = count

    def opened(self, figure: Any) -> int:
        """The serial number of the cell in which a figure of pyplot was open for the first time."""
        return self._opened.get(figure, self.current.serial)


def _is_blank(result: Any) -> bool:
    """Whether it is the end of a cell without a word, which had no beginning."""
    code = getattr(getattr(result, "info", None), "raw_cell", None)
    return isinstance(code, str) and not code.strip()
