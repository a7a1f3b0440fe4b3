"""The pictures that a panel offers: those of the shelf, those handed to it, and parts of either.

What is ticked stays at hand even when the shelf lets go of it. This room refuses to draw on another
thread while a cell runs: then a part is cut out of the pixels that were shown.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from vlmagic import facts, images, question, shelf
from vlmagic.errors import CellError, ImageError
from vlmagic.language import say
from vlmagic.shelf.pixels import savefig

if TYPE_CHECKING:
    from vlmagic.images import Picture
    from vlmagic.settings import Settings

_SMALL = 32_000
"""Bytes; a smaller picture is its own thumbnail."""
_SIDE = 240
_LARGE = 1600
"""Most pixels of a side: of a thumbnail, and of the picture on which a part is marked out."""
_SHARP = 1100
"""Pixels that the longer side of a part is drawn with, where the figure is still alive."""
_MOST_ZOOM = 4.0
_LEAST_PART = 8
_MOST_OWN = 64
Box = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions of width and height."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One picture on offer: an item of the shelf, or bytes of its own."""

    id: str
    label: str
    title: str
    origin: str
    item: shelf.Item | None = None
    data: bytes = b""
    known: facts.Facts | None = None
    here: bool = True
    """Whether it still stands on the shelf, if it came from there."""

    @property
    def raster(self) -> tuple[bytes, str]:
        """Its bytes and their type as a page can show them; nothing where it has no pixels yet."""
        if self.item is None:
            return self.data, "image/png"
        if (data := self.item.data) is not None:
            return data, self.item.mime
        if self.item.mime == "image/svg+xml" and self.item.payload is not None:
            return str(self.item.payload).encode(), self.item.mime
        return b"", ""

    def about(self) -> dict[str, Any]:
        """What a page says about it."""
        revision = self.item.revision if self.item is not None else 0
        return {
            "id": self.id,
            "label": self.label,
            "title": self.title,
            "kind": self.origin,
            "revision": revision,
            "own": self.item is None,
            "here": self.here,
        }


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
            _cut(entry, box, busy=self._busy()), label, entry.title, say("part"), known
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


def small(entry: Entry, side: int = _SIDE) -> tuple[bytes, str]:
    """The picture for a page, no side longer than `side`; nothing where there are no pixels."""
    data, mime = entry.raster
    if not data or mime == "image/svg+xml" or len(data) <= _SMALL:
        return (data, mime) if len(data) <= 2_000_000 else (b"", "")
    from PIL import Image as Pillow

    try:
        with Pillow.open(io.BytesIO(data)) as opened:
            if side >= max(opened.size) and len(data) <= 400_000:
                return data, mime
            opened.draft("RGB", (side, side))
            copy = opened if opened.mode in ("L", "RGB", "RGBA") else _flat(opened)
            copy.thumbnail((side, side), reducing_gap=2.0)
            copy = _flat(copy)
    except Exception:  # noqa: BLE001 - Pillow raises what it likes on damaged data
        return b"", ""
    written = io.BytesIO()
    copy.save(written, "JPEG", quality=82)
    return written.getvalue(), "image/jpeg"


def large(entry: Entry) -> tuple[bytes, str]:
    """The picture on which a part is marked out."""
    return small(entry, _LARGE)


def _flat(picture: Any) -> Any:
    """RGB, transparent parts white."""
    if picture.mode not in ("RGBA", "LA", "PA", "P"):
        return picture.convert("RGB")
    from PIL import Image as Pillow

    full = picture.convert("RGBA")
    ground = Pillow.new("RGB", full.size, "white")
    ground.paste(full, mask=full.getchannel("A"))
    return ground


def _cut(entry: Entry, box: Box, *, busy: bool) -> bytes:
    left, top, right, bottom = (min(1.0, max(0.0, float(edge))) for edge in box)
    data = entry.raster[0]
    figure = None if busy or entry.item is None else _alive(entry.item)
    if figure is not None:
        wide = figure.get_figwidth() * figure.dpi * (right - left)
        high = figure.get_figheight() * figure.dpi * (bottom - top)
        zoom = min(_MOST_ZOOM, max(1.0, _SHARP / max(1.0, wide, high)))
        data = savefig(figure, figure.dpi * zoom)
    elif entry.item is not None and (not data or entry.item.mime == "image/svg+xml"):
        (picture,) = shelf.shown([entry.item]).images or (None,)
        data = picture.data if isinstance(picture, images.Image) else b""
    if not data:
        raise ImageError(
            say("{label} has no pixels to cut from.", label=entry.label),
            say("Tick the whole of it."),
        )
    from PIL import Image as Pillow

    with Pillow.open(io.BytesIO(data)) as whole:
        size = whole.size
        edges = (left * size[0], top * size[1], right * size[0], bottom * size[1])
        if edges[2] - edges[0] < _LEAST_PART or edges[3] - edges[1] < _LEAST_PART:
            raise ImageError(
                say("That part is smaller than {least} pixels.", least=_LEAST_PART),
                say("Drag a larger box."),
            )
        part = _flat(whole.crop(edges))
    written = io.BytesIO()
    part.save(written, "PNG")
    return written.getvalue()


def _alive(item: shelf.Item) -> Any:
    """The figure behind an item, if it still looks as it was shown."""
    from vlmagic.shelf.kinds import is_figure

    owner = item.live()
    if not is_figure(owner):
        return None
    now = facts.facts_of(owner)
    same = (now.digest if now else None) == (item.known.digest if item.known else None)
    return owner if same else None


def names(namespace: Mapping[str, Any], entry: Entry) -> list[str]:
    """The variables that hold what was shown, so that a cell can name it for good."""
    owner = entry.item.live() if entry.item is not None else None
    if owner is None:
        return []
    return [
        name
        for name, value in list(namespace.items())
        if value is owner and name.isidentifier() and not name.startswith("_")
    ]
