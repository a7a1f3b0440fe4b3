"""The pictures that a panel offers: those of the shelf, those handed to it, and parts of either.

What is ticked stays at hand even when the shelf lets go of it. This room refuses to draw and to
encode: `entry` does.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vlmagic import facts, images, question, shelf
from vlmagic.errors import CellError
from vlmagic.language import say

from .entry import Box, Entry, cut

if TYPE_CHECKING:
    from vlmagic.images import Picture
    from vlmagic.settings import Settings

_MOST_OWN = 64


class Tray:
    """The pictures of one panel. Used from the panel's own thread and, read only, from others."""

    def __init__(self, shown: shelf.Shelf | None) -> None:
        self.shelf = shown
        self._entries: dict[str, Entry] = {}
        self._own = 0
        self._made: dict[tuple[Any, ...], Sequence[Picture]] = {}
        self._lock = threading.Lock()
        self.refresh(())

    @property
    def entries(self) -> list[Entry]:
        """Everything on offer: the shelf's oldest first, then what came by hand."""
        with self._lock:
            return list(self._entries.values())

    def refresh(self, ticked: Collection[str]) -> list[Entry]:
        """Look at the shelf again; the entries that are new or have new pixels."""
        items = self.shelf.items if self.shelf is not None else ()
        seen: dict[str, Entry] = {}
        fresh = []
        with self._lock:
            before = self._entries
            for item in items:
                name = f"s{item.run.serial}.{item.index}"
                old = before.get(name)
                if old is not None and old.item is item:
                    seen[name] = old
                    continue
                seen[name] = Entry(name, item.label, item.title, item.kind, item)
                fresh.append(seen[name])
            gone = {
                name: replace(entry, here=False)
                for name, entry in before.items()
                if name not in seen and entry.item is not None and name in ticked
            }
            own = {name: entry for name, entry in before.items() if entry.item is None}
            self._entries = {**gone, **seen, **own}
            self._made = {key: made for key, made in self._made.items() if key[0] in self._entries}
        return fresh

    def __getitem__(self, name: str) -> Entry:
        found = self._entries.get(name)
        if found is None:
            raise CellError(
                say("A ticked picture is no longer there."),
                say("Tick another one, or ask without."),
            )
        return found

    # -- what is handed over ------------------------------------------------------------

    def add(self, data: bytes, name: str) -> Entry:
        """A picture from outside; `ImageError` says what it is instead if it is none."""
        label = " ".join(name.split())[:60] or say("pasted")
        images.normalise(data, label=label)
        return self._keep(data, label, "", say("by hand"))

    def part(self, name: str, box: Box) -> Entry:
        """A part of a picture, from the best pixels there are."""
        entry = self[name]
        known = entry.item.known if entry.item is not None else entry.known
        label = f"{entry.label} ▣"
        return self._keep(
            cut(entry, box, busy=self._busy()), label, entry.title, say("part"), known
        )

    def drop(self, name: str) -> None:
        """Put away what came by hand."""
        with self._lock:
            if (entry := self._entries.get(name)) is not None and entry.item is None:
                del self._entries[name]

    def _keep(
        self, data: bytes, label: str, title: str, origin: str, known: facts.Facts | None = None
    ) -> Entry:
        with self._lock:
            self._own += 1
            taken = {entry.label for entry in self._entries.values()}
            if label in taken:
                label = f"{label} {self._own}"
            entry = Entry(f"o{self._own}", label, title, origin, data=data, known=known)
            self._entries[entry.id] = entry
            own = [name for name, kept in self._entries.items() if kept.item is None]
            for name in own[:-_MOST_OWN]:
                del self._entries[name]
        return entry

    def _busy(self) -> bool:
        """Whether a cell runs: its thread may be drawing."""
        hooks = self.shelf.hooks if self.shelf is not None else None
        return hooks is not None and hooks.current.depth > 0

    # -- what is sent -------------------------------------------------------------------

    def resolve(self, names: Iterable[str], settings: Settings) -> shelf.Resolved:
        """The pictures as they are sent; made once for the same wishes."""
        wishes: dict[str, Any] = {
            "max_pixels": question.max_pixels(settings),
            "facts": bool(settings["facts"]),
        }
        found = shelf.Resolved()
        for name in names:
            entry = self[name]
            revision = entry.item.revision if entry.item is not None else 0
            key = (name, revision, *wishes.values())
            if entry.item is None:
                if key not in self._made:
                    self._made[key] = [_own(entry, **wishes)]
                found.images.extend(self._made[key])
            elif key in self._made:
                found.images.extend(self._made[key])
            else:
                looked = shelf.shown([entry.item], **wishes)
                if not (looked.texts or looked.notices):
                    self._made[key] = looked.images
                found.images.extend(looked.images)
                found.texts.extend(looked.texts)
                found.notices.extend(looked.notices)
        return found


def _own(entry: Entry, *, max_pixels: int, facts: bool) -> Picture:
    known = entry.known if facts else None
    return images.normalise(
        entry.data,
        label=entry.label,
        title=entry.title,
        origin=entry.origin,
        max_pixels=max_pixels,
        facts=known.text if known else None,
        facts_digest=known.digest if known else None,
    )
