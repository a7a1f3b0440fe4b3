"""Which recording answers this asking; and when none does, which is nearest and how to record it.

This room refuses to take one recording for another: the same digest, or the same data drawn by
another version of the library, which it says.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from vlmagic.errors import RecordingError
from vlmagic.language import say
from vlmagic.request import Request

from . import drawn, match
from .folder import Entry, Folder
from .format import Head
from .read import Glance, Recording, glance, read
from .scrub import Scrub


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the digests that it is known by."""

    request: Request
    """As a replay asks it."""
    digest: str
    """`Request.digest()`, as it is asked now."""
    replayed: str
    """The same when the answers that it repeats are replayed."""
    alike: str
    drawn: Mapping[str, str]
    """The libraries that drew its pictures."""

    @classmethod
    def of(cls, request: Request, replayed: Request) -> Asked:
        """The question as it is asked, and as a replay asks it."""
        digest = request.digest()
        again = digest if replayed is request else replayed.digest()
        return cls(replayed, digest, again, match.alike(replayed), drawn.libraries(request))

    def is_of(self, head: Head) -> bool:
        """Is this the head of a recording of this question?"""
        return bool({self.digest, self.replayed} & {head.digest, head.replayed})


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
        self, asked: Asked, asking: int, *, unfinished_too: bool
    ) -> tuple[Recording, tuple[str, ...]] | None:
        """The recording that answers this asking, and what the user should know; None of none.

        `unfinished_too`: rather an unfinished one, or an earlier asking's, than none.
        """
        heads = [(name, found.head) for name, found in self.glances()]
        exact = [(name, head) for name, head in heads if asked.is_of(head)]
        if (chosen := self._choose(exact, asking, unfinished_too=unfinished_too)) is not None:
            return chosen, self._told(chosen, asking)
        redrawn = [
            (name, head)
            for name, head in heads
            if head.alike == asked.alike and drawn.redrawn(head.libraries, asked.drawn)
        ]
        if (chosen := self._choose(redrawn, asking, unfinished_too=unfinished_too)) is None:
            return None
        notice = self._redrawn(chosen, asked)
        return chosen, (*self._told(chosen, asking), notice)

    def _choose(
        self, candidates: list[tuple[str, Head]], asking: int, *, unfinished_too: bool
    ) -> Recording | None:
        """The newest complete recording of this asking; in replay also an unfinished one, or another's."""
        recorded = {head.asking for _, head in candidates} if unfinished_too else {asking}
        for wanted in sorted(recorded, key=lambda n: (n > asking, abs(n - asking))):
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
                    "Asking {asking} of this question is not recorded; asking {recorded} is played.",
                    asking=asking,
                    recorded=head.asking,
                )
            )
        if chosen.problem:
            found.append(say("{name} is not whole: {why}.", name=chosen.name, why=chosen.problem))
        return tuple(found)

    def _redrawn(self, chosen: Recording, asked: Asked) -> str:
        shares = drawn.shares(chosen.request, asked.request, self.folder.image)
        words = [say("an unknown share") if share is None else f"{share:.2%}" for share in shares]
        return say(
            "The figure has the same data and other pixels ({versions}): {share} of them differ.",
            versions=", ".join(drawn.redrawn(chosen.head.libraries, asked.drawn)),
            share=", ".join(words) or say("an unknown share"),
        )

    def missing(self, asked: Asked, scrub: Scrub) -> RecordingError:
        """What is nearest, field by field, and the command that records anew."""
        command = _command()
        glances = self.glances()
        if not glances:
            return RecordingError(
                say(
                    "There is no recording of this question: {folder} has none.", folder=self.folder
                ),
                command,
            )
        now = match.sketch(asked.request, scrub)
        listed = ((name, found.request) for name, found in glances)
        near = match.nearest(listed, now)
        assert near is not None
        name, apart = near
        damaged = self._damaged(asked)
        lines = [say("The nearest is {name}:", name=name), *(f"  {one}" for one in apart)]
        if not apart:
            lines = damaged or [
                say("{name} looks the same, but is of another question.", name=name)
            ]
        return RecordingError(
            say("There is no recording of this question in {folder}.", folder=self.folder),
            "\n".join([*lines, command]),
        )

    def _damaged(self, asked: Asked) -> list[str]:
        found = []
        for name, seen in self.glances():
            if asked.is_of(seen.head):
                try:
                    read(self.folder, name)
                except RecordingError as error:
                    found.append(str(error))
        return found


def _command() -> str:
    """What records the question, where replaying was wished for."""
    if os.environ.get("VLMAGIC_RECORD") == "replay":
        return say(
            "To record it: set VLMAGIC_RECORD=auto instead of replay, and a key, and run the notebook "
            "again; only what is missing is asked."
        )
    return say("To record it: add `--record record` to the cell's first line, and run it again.")
