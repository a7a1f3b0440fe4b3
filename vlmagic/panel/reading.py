"""A draft read as a question: with the settings of a cell, the ticked pictures, the turn it follows.

This room refuses to ask: it counts, and says what would be refused.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

from vlmagic import question, recording, settings
from vlmagic.errors import VLReasonError
from vlmagic.language import say
from vlmagic.lesson import refer

from . import ascell
from .draft import Draft, check_name, estimate_line, name_notices, sentence, wishes_of

if TYPE_CHECKING:
    from vlmagic.request import Request
    from vlmagic.run import Source
    from vlmagic.stale import Stale

    from .tray import Tray
    from .turn import Turn


class Reader:
    """Reads the drafts of one panel; `turns` is the panel's own list, which grows."""

    def __init__(
        self, shell: Any, options: Mapping[str, Any], tray: Tray, turns: Sequence[Turn]
    ) -> None:
        self._shell = shell
        self._options = options
        self._tray = tray
        self._turns = turns
        self._warm = False

    @property
    def namespace(self) -> MutableMapping[str, Any]:
        """The notebook's variables."""
        found: MutableMapping[str, Any] = self._shell.user_ns if self._shell is not None else {}
        return found

    @property
    def _loaded(self) -> Any:
        """The extension, where it is loaded."""
        manager = getattr(self._shell, "magics_manager", None)
        return manager.registry.get("VLMagics") if manager is not None else None

    @property
    def stale(self) -> Stale | None:
        """What remembers the figures that answers speak of, where the extension is loaded."""
        found: Stale | None = getattr(self._loaded, "stale", None)
        return found

    def settle(self, options: Mapping[str, Any]) -> settings.Settings:
        """Settings as a cell would have them: the extension's, if it is loaded."""
        wished = {**self._options, **options}
        if self._loaded is not None:
            found: settings.Settings = self._loaded.settle(wished)
            return found
        return settings.resolve(wished, None, os.environ)

    def question(self, draft: Draft, text: str) -> tuple[question.Question, Turn | None]:
        """The question and the turn it follows up; raises what is wrong with it."""
        after = self._followed(draft)
        options = wishes_of(draft)
        found = self.settle(options)
        if after is not None and after.result.context.settings is not None:
            found = after.result.context.settings.changed(options, os.environ)
        looked = self._tray.resolve(draft.get("ticks", ()), found)
        if after is not None and after.taught:
            after.steps()
            text = refer(text, after.lesson) if after.lesson else text
        prepared = question.prepare(
            found,
            text,
            looked.images,
            texts=looked.texts,
            notices=[*looked.notices, *name_notices(str(draft.get("name") or ""), self.namespace)],
            after=after.result if after is not None else None,
        )
        return prepared, after

    def _followed(self, draft: Draft) -> Turn | None:
        """The turn that is followed up: the last one with an answer, or the one that was chosen."""
        wished = draft.get("follow", "last")
        if wished is None:
            return None
        answered = [t for t in self._turns if t.result.ended and t.result.transcript.answer_length]
        if wished == "last":
            return answered[-1] if answered else None
        return next((turn for turn in answered if turn.number == wished), None)

    def estimate(self, draft: Draft) -> dict[str, Any]:
        """What a page says below what is being typed: the estimate, or why it would be refused."""
        told: dict[str, Any] = {"text": "", "refused": "", "notices": []}
        try:
            check_name(str(draft.get("name") or ""))
            prepared, _ = self.question(draft, str(draft.get("text") or "?"))
            told["notices"] = list(prepared.context.notices)
            if played := _played(prepared):
                told["text"] = played
                return told
            told["text"] = estimate_line(prepared)
            source, warnings = question.admit(prepared)
            told["notices"] += warnings
            if not self._warm and draft.get("text"):
                self._warm = True
                warm = threading.Thread(target=_warm, args=(source, prepared.request), daemon=True)
                warm.start()
        except VLReasonError as error:
            told["refused"] = sentence(error)
        return told

    def cell(self, draft: Draft) -> tuple[str, list[str]]:
        """The cell that asks the same, and what its reader should know."""
        check_name(str(draft.get("name") or ""))
        after = self._followed(draft)
        return ascell.cell(
            draft,
            [self._tray[name] for name in draft.get("ticks", ())],
            self._tray.shelf.items if self._tray.shelf is not None else (),
            self.settle(wishes_of(draft)),
            self.settle({}),
            self.namespace,
            after.name if after is not None else None,
        )


def _played(prepared: question.Question) -> str:
    """That a recording answers this, so that it needs no key and costs nothing; "" if none does."""
    chosen = prepared.settings
    if chosen["record"] == "replay":
        return say("Only recordings are played: nothing is sent, nothing is paid.")
    cabinet = recording.cabinet(chosen["recordings"])
    if cabinet.has(prepared.request, chosen["record"]):
        return say("A recording answers this: nothing is sent, nothing is paid.")
    return ""


def _warm(source: Source, request: Request) -> None:
    """Import the source's SDK, which takes seconds, while the reader types; nothing is sent."""
    with contextlib.suppress(VLReasonError):
        source.open(request).close()
