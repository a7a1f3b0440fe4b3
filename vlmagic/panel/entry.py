"""One picture on offer: what it is, how a page shows it, and a part of it, cut out.

This room refuses to draw on another thread while a cell runs: then a part is cut out of the pixels
that were shown.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from vlmagic import facts, images, shelf
from vlmagic.errors import ImageError
from vlmagic.language import say
from vlmagic.shelf.kinds import is_figure
from vlmagic.shelf.pixels import savefig

_SMALL = 32_000
"""Bytes; a smaller picture is its own thumbnail."""
_SIDE = 240
_LARGE = 1600
"""Most pixels of a side: of a thumbnail, and of the picture on which a part is marked out."""
_SHARP = 1100
"""Pixels that the longer side of a part is drawn with, where the figure is still alive."""
_MOST_ZOOM = 4.0
_LEAST_PART = 8
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


def cut(entry: Entry, box: Box, *, busy: bool) -> bytes:
    """A part as PNG, drawn anew and sharper where the figure is alive and no cell is `busy`."""
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
    owner = item.live()
    if not is_figure(owner):
        return None
    now = facts.facts_of(owner)
    same = (now.digest if now else None) == (item.known.digest if item.known else None)
    return owner if same else None
