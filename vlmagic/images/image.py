"""One picture as it is sent. This room refuses to change a pixel."""

from __future__ import annotations

import base64
import hashlib
import io
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from vlmagic.errors import ImageError
from vlmagic.language import say

from .frames import Frame


def pixel_digest(width: int, height: int, rgb: bytes) -> str:
    """SHA-256 (hex) of a size and its RGB pixels: the identity of what a model sees."""
    digest = hashlib.sha256(f"{width}x{height}\n".encode())
    digest.update(rgb)
    return digest.hexdigest()


class Piece(NamedTuple):
    """Which part of one long picture: `number` (from 1) of `of`, from its top or from its left."""

    number: int
    of: int
    down: bool


@dataclass(frozen=True)
class Image:
    """A picture ready to be sent, and what is known about where it came from."""

    label: str
    """How the user calls it: `@12.1`, a variable, a path."""
    data: bytes = field(repr=False)
    """The encoded picture; empty for a remote one."""
    media_type: str
    width: int
    """Pixels, as sent; 0 for a remote picture."""
    height: int
    origin: str = ""
    title: str = ""
    original: tuple[int, int] | None = None
    """Width and height before it was made to fit, where that changed them."""
    facts: str | None = field(default=None, repr=False)
    """Exact facts of the live figure, as compact JSON."""
    facts_digest: str | None = None
    url: str | None = None
    """Address of a remote picture, which the service fetches itself."""
    axes: tuple[Frame, ...] = field(default=(), repr=False)
    """Where the axes of a chart lie in it; never sent."""
    numbers: Any = field(default=None, repr=False, compare=False)
    """A `facts.data.FigureData`: all numbers of the live figure; never sent."""
    notes: tuple[str, ...] = ()
    """What was done to it that its reader should know."""
    piece: Piece | None = None

    @classmethod
    def from_url(cls, url: str, label: str) -> Image:
        """A remote picture: nothing is fetched here, so its size is unknown (0)."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https", "oss") or not parts.hostname:
            raise ImageError(
                say("{label}: this is no web address.", label=label),
                say("The service fetches http:// and https:// only; give a file by its path."),
            )
        return cls(label=label, data=b"", media_type="", width=0, height=0, origin="url", url=url)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over size and RGB pixels, so never of an encoding; a remote one's URL."""
        if self.url is not None:
            return hashlib.sha256(f"url\n{self.url}".encode("utf-8", "surrogatepass")).hexdigest()
        import PIL.Image

        with PIL.Image.open(io.BytesIO(self.data), formats=("PNG", "JPEG")) as picture:
            return pixel_digest(*picture.size, picture.convert("RGB").tobytes())

    def data_url(self) -> str:
        """The picture itself as a `data:` URL; the address of a remote one."""
        if self.url is not None:
            return self.url
        return f"data:{self.media_type};base64,{base64.b64encode(self.data).decode('ascii')}"
