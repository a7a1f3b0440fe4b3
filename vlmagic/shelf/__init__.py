"""The figures that this notebook has shown, and the way from a reference to a picture.

`install(ip)` puts a `Shelf` up in one shell: from then on it keeps the very bytes that the page
got, for `@last`, `@12.2` and a question without `-i`. `resolve` turns references into pictures,
`default` finds the one that is meant when there is none. This room refuses to encode (images.py
does) and to talk to anything but IPython and the objects it is handed.
"""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vlmagic import facts

from . import pages
from .hooks import Hooks
from .item import BOKEH, LIVE, MOST_BYTES_PER_ITEM, PLOTLY, RASTERS, VEGA, Item, Run
from .kinds import chart_of, drawable, is_figure, kind_of, picturable, title_of
from .resolve import Resolved, apart, default, resolve, shown
from .witness import Shot

__all__ = [
    "Item",
    "Resolved",
    "Run",
    "Shelf",
    "apart",
    "default",
    "figures",
    "install",
    "of",
    "picturable",
    "remove",
    "resolve",
    "shown",
]

_PICTURES = (*RASTERS, "image/svg+xml", "application/pdf", PLOTLY)
MOST_ITEMS = 32
MOST_BYTES = 48 * 2**20


class Shelf:
    """The newest pictures, oldest first, within `MOST_ITEMS` and `MOST_BYTES`."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._held = 0
        self._between = 0
        self._waiting: dict[str, Run] = {}
        """Outputs that may be updated and hold no picture yet, by their display id."""
        self._lock = threading.Lock()
        self.hooks: Hooks | None = None
        self._watchers: list[Callable[[], None]] = []

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back, on whatever thread shows something, after each change; the answer undoes it."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback) if callback in self._watchers else None

    @property
    def items(self) -> Sequence[Item]:
        """What is on the shelf now, oldest first."""
        with self._lock:
            return tuple(self._items)

    @property
    def serial(self) -> int:
        """How many cells have been run since the shelf was put up."""
        return self.hooks.current.serial if self.hooks else 0

    @property
    def folder(self) -> Path:
        """Where the kernel was started, beside the notebook: its pages' addresses count from there."""
        names = getattr(self.hooks.shell, "user_ns", {}) if self.hooks else {}
        been = names.get("_dh") or [""]
        return Path(been[0])

    def wants(self, data: Mapping[str, Any], owner: Any) -> bool:
        """Whether there is a picture in a bundle, or an object that can become one."""
        if len(data) == 1 and "text/plain" in data:  # most of what cells show
            return drawable(owner)
        return _mime_in(data) is not None or drawable(owner) or pages.speaks(data)

    def collect(
        self,
        data: Mapping[str, Any],
        owner: Any,
        run: Run,
        metadata: Mapping[str, Any] | None = None,
        display_id: str | None = None,
        *,
        update: bool = False,
        shot: Shot | None = None,
    ) -> None:
        """Keep the picture in a bundle that was just shown, if there is one.

        `shot` is what matplotlib drew for it, if it did.
        """
        seen = _picture_in(data, owner, self.folder)
        if seen is None:
            if display_id is not None:
                self._forget(display_id, run)
            return
        mime, payload = seen
        weight = _weight(payload)
        said = _said(data, owner, mime, payload)
        item = Item(run, 0, mime, payload, kind_of(said, mime), weight, display_id=display_id)
        item.serial = max(run.serial, self.serial) if update else run.serial
        if weight > MOST_BYTES_PER_ITEM:
            item.payload, item.weight = None, 0
        if owner is not None:
            with contextlib.suppress(TypeError):
                item.owner = weakref.ref(owner)
        if shot is not None or not isinstance(said, (str, bytes)):
            item.title = title_of(said) or (title_of(shot.figure) if shot else "")
            item.known = _facts(said, shot)
            item.weigh()
        if metadata:
            inner = metadata.get(mime)
            item.metadata = {**metadata, **inner} if isinstance(inner, Mapping) else metadata
        with self._lock:
            self._keep(item, update=update)
        self._tell()

    def _tell(self) -> None:
        for callback in list(self._watchers):
            callback()

    def _forget(self, display_id: str, run: Run) -> None:
        """An output that may be updated holds no picture, or none any more."""
        with self._lock:
            gone = [one for one in self._items if one.display_id == display_id]
            self._items = [one for one in self._items if one.display_id != display_id]
            self._held = _sum(self._items)
            self._waiting[display_id] = gone[0].run if gone else self._waiting.pop(display_id, run)
            if len(self._waiting) > MOST_ITEMS:
                del self._waiting[next(iter(self._waiting))]
        if gone:
            self._tell()

    def _keep(self, item: Item, *, update: bool) -> None:
        if update:
            run = self._waiting.pop(item.display_id or "", None)
            if run is not None:  # what held words holds a picture now
                item.run = run
                self._append(item)
                return
            for place, old in enumerate(self._items):
                if item.display_id is not None and old.display_id == item.display_id:
                    self._items[place] = replace(
                        item, run=old.run, index=old.index, revision=old.revision + 1
                    )
            self._held = _sum(self._items)
            self._trim()
            return
        owner = item.live() if item.display_id is None else None  # one with a name may be updated
        if is_figure(owner) and any(
            _same(one, item, owner) for one in self._items if one.run is item.run
        ):
            return
        if item.run.instead_of is not None:
            self._items = [one for one in self._items if one.run is not item.run.instead_of]
            self._held = _sum(self._items)
            item.run.instead_of = None
        self._append(item)

    def _append(self, item: Item) -> None:
        item.run.shown += 1
        item.index = item.run.shown
        if item.run.count == 0:  # shown between cells: counted through, for all have one number
            self._between += 1
            item.index = self._between
        self._items.append(item)
        self._held += item.weight + item.ballast
        self._trim()

    def _trim(self) -> None:
        """The oldest go first, and before a picture goes, the numbers of the oldest charts."""
        for item in self._items[:-1] if self._held > MOST_BYTES else ():
            if self._held > MOST_BYTES:
                self._held -= item.ballast
                item.unload()
        while len(self._items) > MOST_ITEMS or self._held > MOST_BYTES:
            first = self._items.pop(0)
            self._held -= first.weight + first.ballast


def _sum(items: Sequence[Item]) -> int:
    """Bytes of memory that items hold."""
    return sum(item.weight + item.ballast for item in items)


def _said(data: Mapping[str, Any], owner: Any, mime: str, payload: Any) -> Any:
    """What facts, title and kind are read from: the object, or else the specification in the bundle."""
    if mime == BOKEH:
        with contextlib.suppress(Exception):  # anybody may publish anything
            return pages.bokeh_root(payload)
    if isinstance(payload, Mapping):
        return payload
    if owner is not None:
        return chart_of(owner)
    written = data.get(PLOTLY)
    return written if isinstance(written, Mapping) else payload


def _facts(owner: Any, shot: Shot | None) -> facts.Facts | None:
    """Facts of what was shown, or of the figure that was drawn for it and is gone in a moment."""
    figure = facts.figure_of(owner)
    if shot is None or (figure is not None and figure is not shot.figure):
        return facts.facts_of(owner)
    return facts.facts_of(shot.figure, region=shot.region)


def _mime_in(data: Mapping[str, Any]) -> str | None:
    """The picture to keep of a bundle: rasters first, then drawings, then specifications.

    One that is too large to be kept only if there is no other.
    """
    found = [mime for mime in _PICTURES if mime in data]
    for mime in found:
        if len(found) == 1 or _weight(data[mime]) <= MOST_BYTES_PER_ITEM:
            return mime
    for mime in data:
        if mime.startswith(VEGA):
            return mime
    return None


def _picture_in(data: Mapping[str, Any], owner: Any, folder: Path) -> tuple[str, Any] | None:
    """Mime type and payload of what was shown, what its page holds, or else the object itself."""
    mime = _mime_in(data)
    if mime is not None:
        return mime, data[mime]
    return pages.found(data, folder) or ((LIVE, None) if drawable(owner) else None)


def _same(last: Item, new: Item, owner: Any) -> bool:
    """A figure as the last line of its cell is shown twice: as its value and by the flush."""
    if last.live() is not owner or last.mime != new.mime:
        return False
    if last.known and new.known and last.mime not in RASTERS:
        # Matplotlib never writes the same drawing twice.
        return last.known.digest == new.known.digest
    return bool(last.payload == new.payload)


def _weight(payload: Any) -> int:
    if isinstance(payload, (str, bytes)):
        return len(payload)
    if isinstance(payload, Mapping):
        return 64 + sum(len(str(key)) + _weight(value) for key, value in payload.items())
    if isinstance(payload, (list, tuple)):
        return 64 + sum(_weight(value) for value in payload)
    return 32


_shelves: weakref.WeakKeyDictionary[Any, Shelf] = weakref.WeakKeyDictionary()


def of(ip: Any) -> Shelf | None:
    """The shelf of this shell, if it has one."""
    return _shelves.get(ip)


def figures(shelf: Shelf | None) -> list[Item]:
    """What `%vl figures` lists, oldest first."""
    return list(shelf.items) if shelf is not None else []


def install(ip: Any) -> Shelf:
    """Put a shelf up in the shell `ip`; the same one again if it already has one."""
    shelf = _shelves.get(ip)
    if shelf is None:
        shelf = _shelves[ip] = Shelf()
        shelf.hooks = Hooks(ip, shelf)
        shelf.hooks.put_in()
    return shelf


def remove(ip: Any) -> None:
    """Take the shelf down and leave the shell as it was."""
    shelf = _shelves.pop(ip, None)
    if shelf is not None and shelf.hooks is not None:
        shelf.hooks.take_out()
        shelf.hooks = None
