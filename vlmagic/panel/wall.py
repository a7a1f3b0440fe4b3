"""The pictures of a panel as its pages show them: the list, thumbnails, a large one.

This room refuses to choose: the tray says what there is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from .entry import Entry, large, small
from .tray import Tray


class Wall:
    """Hangs what lies on the tray on every page. Used from the panel's own thread."""

    def __init__(self, tray: Tray, widget: Any) -> None:
        self._tray = tray
        self._widget = widget

    def refresh(self) -> None:
        """Look at the shelf again."""
        fresh = self._tray.refresh(set(self._widget.draft.get("ticks", ())))
        self._list()
        self.thumbs(fresh)

    def hang(self, entry: Entry) -> None:
        """A picture that has just come."""
        self._list()
        self.thumbs([entry])

    def drop(self, name: str) -> None:
        """Put away what came by hand."""
        self._tray.drop(name)
        self._list()

    def thumbs(self, entries: Sequence[Entry]) -> None:
        """Thumbnails, the newest first."""
        for entry in reversed(entries):
            data, mime = small(entry)
            revision = entry.item.revision if entry.item is not None else 0
            told = {"t": "thumb", "id": entry.id, "revision": revision, "mime": mime}
            self._widget.send(told, [data])

    def again(self, names: Collection[str]) -> None:
        """Thumbnails that a page has missed."""
        self.thumbs([entry for entry in self._tray.entries if entry.id in names])

    def large(self, name: str) -> None:
        """A picture large enough to mark out a part of it."""
        data, mime = large(self._tray[name])
        self._widget.send({"t": "large", "id": name, "mime": mime}, [data])

    def _list(self) -> None:
        self._widget.pictures = [entry.about() for entry in self._tray.entries]
