"""One thing that the notebook has shown: its bytes as they went to the page, and what made it.

This room refuses to render and to encode: a payload is kept as it came, never copied.
"""

from __future__ import annotations

import base64
import builtins
import io
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from vlmagic.facts import Facts

RASTERS = ("image/png", "image/jpeg", "image/webp", "image/gif")
PLOTLY = "application/vnd.plotly.v1+json"
VEGA = "application/vnd.vegalite.v"
BOKEH = "application/vnd.bokehjs_exec.v0+json"
HTML = "text/html"
"""A page of one picture or film, kept as it was written."""
LIVE = "live"
"""The mime type of an item that has no picture of its own, only the object it was made from."""


MOST_BYTES_PER_ITEM = 24 * 2**20
_PER_NUMBER = 32
"""Bytes that a number takes in a tuple."""


@dataclass(slots=True, eq=False)
class Run:
    """One execution of one cell; its number is certain once the cell has ended."""

    serial: int
    """How many cells had been run before this one since the shelf was put up."""
    seen: int
    """The shell's counter when the cell began; one too many in some versions of IPython."""
    count: int | None = None
    shown: int = 0
    depth: int = 1
    page: str = ""
    """The cell's own id on its page, where the page tells it."""
    instead_of: Run | None = None
    """The run whose pictures went from the page when this one showed its own."""

    @property
    def number(self) -> int:
        """The number of the cell, as in `In [12]`; 0 for what was shown between cells."""
        return self.seen if self.count is None else self.count


@dataclass(slots=True, eq=False, repr=False)
class Item:
    """A picture on the shelf; `data` is None if only the object (`live()`) can be drawn anew."""

    run: Run
    index: int
    mime: str
    payload: Any
    kind: str
    weight: int
    """Bytes of memory that the payload holds."""
    title: str = ""
    known: Facts | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    display_id: str | None = None
    revision: int = 0
    owner: weakref.ref[Any] | None = None
    serial: int = 0
    """The run in which it was shown last: an update comes later than its cell."""
    ballast: int = 0
    """Bytes of memory that the numbers of its chart hold, about."""
    _size: tuple[int, int] | None = None

    @property
    def cell(self) -> int:
        """The number of the cell, as in `In [12]`."""
        return self.run.number

    @property
    def label(self) -> str:
        """`@12.1`: the first picture of cell 12."""
        return f"@{self.cell}.{self.index}"

    @property
    def data(self) -> builtins.bytes | None:
        """The encoded raster picture that was shown, or None."""
        if self.mime not in RASTERS or self.payload is None:
            return None
        return decoded(self.payload)

    @property
    def bytes(self) -> int:
        """How many bytes the picture has as a file; 0 if it has none."""
        if isinstance(self.payload, str) and self.mime in RASTERS:
            return len(self.payload.rstrip("=\n")) * 3 // 4
        return self.weight

    @property
    def facts(self) -> str | None:
        """Exact facts read when it was shown, as compact JSON."""
        return self.known.text if self.known else None

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels, where they can be read without drawing."""
        if self._size is None and (data := self.data) is not None:
            self._size = _measure(data)
        return self._size

    def unload(self) -> None:
        """Do without the numbers: an answer about it can be checked no more."""
        if self.known is not None:
            self.known, self.ballast = replace(self.known, numbers=None), 0

    def weigh(self) -> None:
        """Find out what the numbers of its chart hold."""
        numbers = self.known.numbers if self.known else None
        if numbers is not None:
            points = sum(len(one.x) + len(one.y) for axes in numbers.axes for one in axes.series)
            self.ballast = _PER_NUMBER * points

    def live(self) -> Any:
        """The object that was shown, while something else keeps it alive; else None."""
        return self.owner() if self.owner is not None else None

    def __str__(self) -> str:
        size = f" {self.size[0]}×{self.size[1]}" if self.size else ""
        title = f' "{self.title}"' if self.title else ""
        return f"{self.label} {self.kind}{size}{title}"

    def __repr__(self) -> str:
        return f"<{self}>"


def decoded(raw: str | builtins.bytes) -> builtins.bytes:
    """The bytes of a picture; what is no base64 after all is left for its reader to refuse."""
    try:
        return base64.b64decode(raw) if isinstance(raw, str) else builtins.bytes(raw)
    except ValueError:
        return str(raw).encode()


def _measure(data: builtins.bytes) -> tuple[int, int] | None:
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    import PIL.Image

    try:
        with PIL.Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except Exception:  # noqa: BLE001 - Pillow raises what it likes on damaged data
        return None
