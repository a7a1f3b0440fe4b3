"""Which recording answers this asking; and when none does, which is nearest and how to record it.

This room refuses to take one recording for another: the same digest, or the same data drawn by
another version of the library, which it says.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from vlmagic.errors import RecordingError
from vlmagic.language import say
from vlmagic.request import Request

from . import match
from .folder import Entry, Folder
from .format import Head
from .read import Glance, Recording, glance, read
from .scrub import Scrub


class Search:
    """Looks through one folder; the beginning of a file is read once."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._glances: dict[Entry, Glance | None] = {}

    def glances(self) -> list[tuple[str, Glance]]:
        """Every recording that can be read, by name: its first two lines; a file is read once."""
        with self._lock:
            entries = self.folder.entries()
            known = self._glances
            self._glances = {
                entry: known[entry] if entry in known else glance(self.folder, entry.name)
                for entry in entries
            }
            return [(e.name, found) for e, found in self._glances.items() if found is not None]

    def find(
        self, request: Request, asking: int, *, unfinished_too: bool
    ) -> tuple[Recording, tuple[str, ...]] | None:
        """The recording that answers this asking, and what the user should know; None of none.

        `unfinished_too`: rather an unfinished one, or an earlier asking's, than none.
        """
        digest = request.digest()
        heads = [(name, found.head) for name, found in self.glances()]
        exact = [(name, head) for name, head in heads if head.digest == digest]
        if (chosen := self._choose(exact, asking, unfinished_too=unfinished_too)) is not None:
            return chosen, self._told(chosen, asking)
        like = match.alike(request)
        drawn = match.libraries(request)
        redrawn = [
            (name, head)
            for name, head in heads
            if head.alike == like and head.digest != digest and dict(head.libraries) != drawn
        ]
        if (chosen := self._choose(redrawn, asking, unfinished_too=unfinished_too)) is None:
            return None
        notice = self._redrawn(chosen, request, drawn)
        return chosen, (*self._told(chosen, asking), notice)

    def _choose(
        self, candidates: list[tuple[str, Head]], asking: int, *, unfinished_too: bool
    ) -> Recording | None:
        """The newest complete recording of this asking; in replay also an unfinished one, or the last."""
        for wanted in range(asking, 0, -1) if unfinished_too else (asking,):
            unfinished: Recording | None = None
            these = [(head.made, name) for name, head in candidates if head.asking == wanted]
            for _, name in sorted(these, reverse=True):
                try:
                    found = read(self.folder, name)
                except RecordingError:
                    continue
                if found.complete:
                    return found
                if unfinished is None and not self.folder.in_use(name):
                    unfinished = found
            if unfinished_too and unfinished is not None:
                return unfinished
        return None

    def _told(self, chosen: Recording, asking: int) -> tuple[str, ...]:
        head = chosen.head
        found = [
            say("Replayed from {name}, recorded {made}.", name=chosen.name, made=head.made[:10])
        ]
        if head.asking != asking:
            found.append(
                say(
                    "This is asking {asking} of the question, and {recorded} are recorded: the last "
                    "one is played again.",
                    asking=asking,
                    recorded=head.asking,
                )
            )
        if chosen.problem:
            found.append(say("{name} is not whole: {why}.", name=chosen.name, why=chosen.problem))
        return tuple(found)

    def _redrawn(self, chosen: Recording, request: Request, drawn: Mapping[str, str]) -> str:
        recorded = chosen.head.libraries
        versions = ", ".join(
            f"{name} {recorded.get(name) or '?'} → {new or '?'}"
            for name, new in drawn.items()
            if recorded.get(name) != new
        )
        before = chosen.request.get("images")
        shares = []
        for old, new in zip(
            before if isinstance(before, list) else [], request.images, strict=False
        ):
            digest = old.get("digest") if isinstance(old, dict) else None
            if digest != new.digest:
                kept = self.folder.image(digest) if isinstance(digest, str) else None
                share = match.changed_share(kept, new)
                shares.append(say("an unknown share") if share is None else f"{share:.2%}")
        return say(
            "The figure has the same data and other pixels ({versions}): {share} of them differ.",
            versions=versions,
            share=", ".join(shares) or say("an unknown share"),
        )

    def missing(self, request: Request, scrub: Scrub) -> RecordingError:
        """What is nearest, field by field, and the command that records anew."""
        command = say(
            "To record it: add `--record record` to the cell's first line, or set "
            "VLMAGIC_RECORD=record, and run it again."
        )
        glances = self.glances()
        if not glances:
            return RecordingError(
                say(
                    "There is no recording of this question: {folder} has none.", folder=self.folder
                ),
                command,
            )
        now = match.sketch(request, scrub)
        listed = ((name, found.request) for name, found in glances)
        near = match.nearest(listed, now)
        assert near is not None
        name, apart = near
        damaged = self._damaged(request.digest())
        lines = [say("The nearest is {name}:", name=name), *(f"  {one}" for one in apart)]
        if not apart:
            lines = damaged or [
                say("{name} looks the same, but is of another question.", name=name)
            ]
        return RecordingError(
            say("There is no recording of this question in {folder}.", folder=self.folder),
            "\n".join([*lines, command]),
        )

    def _damaged(self, digest: str) -> list[str]:
        found = []
        for name, seen in self.glances():
            if seen.head.digest == digest:
                try:
                    read(self.folder, name)
                except RecordingError as error:
                    found.append(str(error))
        return found
