"""The panel itself: it hears its pages, counts, asks on threads, and keeps the thread.

A page's messages are taken in on whatever thread the kernel hears them, and done on one thread of
the panel's own, in their order. This room refuses to draw and to say: the tray and the turns do.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from vlmagic import language, question, settings, shelf
from vlmagic.errors import CellError, VLReasonError
from vlmagic.language import say
from vlmagic.lesson import explain
from vlmagic.render import current_shell
from vlmagic.render.widget import promptly
from vlmagic.result import Result

from . import offer
from .draft import Draft, check_name, first, sentence
from .entry import Entry
from .reading import Reader
from .tray import Tray
from .turn import Turn, copy
from .wall import Wall
from .widget import panel_class
from .worker import Worker

if TYPE_CHECKING:
    pass


class Panel:
    """A panel in the output of its cell. Several do not mix, nor do they with a running cell.

    `options` are settings by name (`model=`, `budget=`, `steps=`, `base_url=`, ...), from which the
    panel starts; the rest is as in a cell. Without `%load_ext vlmagic` it sees no figures of the
    notebook, only what is dropped, pasted or added.
    """

    def __init__(
        self, question: str = "", *, name: str = "", shell: Any = None, **options: Any
    ) -> None:
        unknown = [option for option in options if option not in settings.BY_NAME]
        if unknown:
            raise CellError(
                say("There is no option {name}.", name=unknown[0]),
                say("There are: {names}.", names=", ".join(settings.BY_NAME)),
            )
        self._shell = shell if shell is not None else current_shell()
        self._tray = Tray(shelf.of(self._shell) if self._shell is not None else None)
        self._turns: list[Turn] = []
        self._asks: set[str] = set()
        self._worker = Worker()
        self._copies: list[Any] = []
        self._reader = Reader(self._shell, options, self._tray, self._turns)
        usual = self._reader.settle({})
        self.widget = panel_class()(
            words=offer.words(),
            lang=language.current(),
            host=usual.host,
            models=offer.models(usual),
            pictures=[entry.about() for entry in self._tray.entries],
            draft=first(usual, question, name, self._tray.entries),
        )
        self.widget.instead = {
            "text/plain": say("vlmagic panel: run this cell to use it."),
            "text/markdown": say("vlmagic panel: run this cell to use it."),
        }
        self.widget.own = self.widget.model_id or ""
        promptly(self.widget)
        self._wall = Wall(self._tray, self.widget)
        self.widget.on_msg(lambda _, message, buffers: self._hear(message, buffers))
        self._unwatch: Callable[[], None] = lambda: None
        if self._tray.shelf is not None:
            self._unwatch = self._tray.shelf.watch(self._changed)
        entries = self._tray.entries
        self._worker.do(lambda: self._wall.thumbs(entries))

    @classmethod
    def of(cls, result: Result, *, shell: Any = None) -> Panel:
        """A panel that goes on from a Result that has ended, as if it had been asked in it."""
        model = result.request.model if result.request is not None else None
        panel = cls(shell=shell, **({"model": model} if model else {}))
        asked = result.request.prompt if result.request is not None else ""
        turn = Turn(1, result.wait(), asked=asked, send=panel._send, changed=panel._ended)
        panel._turns.append(turn.replay())
        panel._list_turns()
        panel.widget.draft = {**panel.widget.draft, "ticks": []}
        return panel

    @property
    def results(self) -> list[Result]:
        """The Results of everything asked in it, in order; the last one may still be running."""
        return [turn.result for turn in self._turns]

    def close(self) -> None:
        """Stop what runs, and take the panel off its pages; the saved copy of the thread stays."""
        self._unwatch()
        self._stop()
        self._worker.end()
        self.widget.close()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.widget)
        self._copies.append(display(copy(self._turns), raw=True, display_id=True))

    # -- what a page says ---------------------------------------------------------------

    def _hear(self, message: Any, buffers: Sequence[Any] = ()) -> None:
        if not isinstance(message, dict):
            return
        data = bytes(buffers[0]) if buffers else b""
        match message.get("t"):
            case "line":
                turn = self._turn(message.get("of"))
                if turn is not None:
                    turn.hear(message.get("say"))
            case "hello":
                self.widget.send({"t": "there"})
            case "draft":
                self.widget.draft = message["draft"]
                self._worker.do(lambda: self._count(message["draft"]))
            case "ask":
                self._worker.do(lambda: self._ask(message["n"], message["draft"]))
            case "explain":
                self._worker.do(lambda: self._explain(message))
            case "stop":
                self._stop()
                self._worker.do(self._stop)  # once more, after an Ask that still waits to be done
            case "picture":
                self._worker.do(
                    lambda: self._added(message, lambda: self._tray.add(data, message["name"]))
                )
            case "part":
                cut = message["box"]
                self._worker.do(
                    lambda: self._added(message, lambda: self._tray.part(message["id"], cut))
                )
            case "drop":
                self._worker.do(lambda: self._wall.drop(message["id"]))
            case "thumbs":
                self._worker.do(lambda: self._wall.again(message["ids"]))
            case "list":
                self._worker.do(lambda: self.widget.send_state(["pictures", "turns"]))
            case "large":
                self._worker.do(lambda: self._wall.large(message["id"]))
            case "steps":
                self._worker.do(lambda: self._steps(self._turn(message["of"])))
            case "cell":
                self._worker.do(lambda: self._as_cell(message))

    def _send(self, message: dict[str, Any], data: list[bytes]) -> None:
        self.widget.send(message, data)

    def _turn(self, number: Any) -> Turn | None:
        return next((turn for turn in self._turns if turn.number == number), None)

    # -- pictures -----------------------------------------------------------------------

    def _changed(self) -> None:
        """The shelf has: called on the thread that shows a figure, so only remember it."""
        self._worker.do(self._wall.refresh)

    def _added(self, message: Draft, make: Callable[[], Entry]) -> None:
        try:
            entry = make()
        except VLReasonError as error:
            self._tell("said", message, text=sentence(error))
        else:
            self._wall.hang(entry)
            self._tell("added", message, id=entry.id)

    def _tell(self, kind: str, message: Draft, **values: Any) -> None:
        """An answer to one page's message; other pages pass over it."""
        self.widget.send({"t": kind, "page": message.get("page"), "n": message.get("n"), **values})

    # -- counting -----------------------------------------------------------------------

    def _count(self, draft: Draft) -> None:
        """The estimate of what is being typed; of several drafts in a row, only the last one's."""
        if draft.get("n") == self.widget.draft.get("n"):
            ended = sum(turn.result.ended for turn in self._turns)
            self._tell("estimate", draft, ended=ended, **self._reader.estimate(draft))

    def _as_cell(self, message: Draft) -> None:
        try:
            text, notes = self._reader.cell(message["draft"])
        except VLReasonError as error:
            self._tell("said", message, text=sentence(error))
        else:
            self._tell("cell", message, text=text, notes=notes)

    # -- asking -------------------------------------------------------------------------

    def _ask(self, mark: str, draft: Draft, shown: str = "") -> None:
        """Put a question, unless it is the same click again or another one still runs."""
        if mark in self._asks:
            return
        self._asks.add(mark)
        text, name = str(draft.get("text") or ""), str(draft.get("name") or "")
        message = {"page": draft.get("page"), "n": mark}
        try:
            check_name(name)
            if not text.strip():
                raise CellError(say("There is no question."), say("Write one into the panel."))
            if self._turns and not self._turns[-1].result.ended:
                raise CellError(
                    say("This panel is still answering."), say("Stop it, or open another panel.")
                )
            try:
                prepared, after = self._reader.question(draft, text)
                prepared, source = question.route(prepared, watched=True)
            except VLReasonError as error:
                if name:
                    self._bind(name, Result.refused(error))
                raise
        except VLReasonError as error:
            self._tell("refused", message, text=sentence(error))
            return
        result = Result(prepared.request, prepared.context)
        turn = Turn(
            len(self._turns) + 1,
            result,
            asked=shown or text,
            name=name,
            mark=mark,
            after=after,
            send=self._send,
            changed=self._ended,
        )
        self._turns.append(turn)
        if name:
            self._bind(name, result)
        watch = self._reader.stale
        looked = watch.asked(prepared.request, name, in_cell=False) if watch is not None else None
        tell = weakref.WeakMethod(turn.outdated)

        def run() -> None:
            question.put(prepared, source, turn, cancel=turn.cancel, result=result)
            if watch is not None and looked is not None:
                watch.answered(looked, result, lambda line: (now := tell()) and now(line))

        threading.Thread(target=run, name="vlmagic-ask", daemon=True).start()
        self._tell("asked", message, id=turn.number)
        self._list_turns()

    def _explain(self, message: Draft) -> None:
        """Ask about just one step of a lesson."""
        turn = self._turn(message.get("of"))
        if turn is None or not turn.steps() or turn.lesson is None:
            return
        number = int(message["step"])
        draft = {
            **message["draft"],
            "text": explain(turn.lesson, number),
            "ticks": [],
            "follow": turn.number,
            "name": "",
            "steps": False,
        }
        hint = turn.lesson.steps[number - 1].hint
        self._ask(
            message["n"], draft, say("Explain step {number}: {hint}", number=number, hint=hint)
        )

    def _stop(self) -> None:
        for turn in self._turns:
            turn.cancel()

    def _bind(self, name: str, result: Result) -> None:
        if self._shell is not None:
            self._shell.push({name: result}, interactive=True)

    def _ended(self, turn: Turn) -> None:
        """An answer is complete, or will not be: said to the pages, kept in the saved copy."""
        self._worker.do(self._list_turns)
        self._worker.do(lambda: self._steps(turn))
        self._worker.do(self._save)

    def _list_turns(self) -> None:
        self.widget.turns = [turn.about() for turn in self._turns]

    def _steps(self, turn: Turn | None) -> None:
        if turn is not None and (steps := turn.steps()):
            self.widget.send({"t": "steps", "of": turn.number, "steps": steps})

    def _save(self) -> None:
        kept = copy(self._turns)
        for handle in self._copies:
            handle.update(kept, raw=True)
