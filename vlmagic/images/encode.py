"""Pixels to bytes: PNG, or JPEG for what is plainly a photograph.

PNG keeps text and lines sharp and is the smaller of the two for most charts. This room refuses
metadata: nothing but pixels is written, and a PNG that is passed on loses everything else.
"""

from __future__ import annotations

import io
import struct
import zlib
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import PIL.Image

MAX_BYTES = 7 * 10**6
"""The vendor's advice for a picture inside a request: base64 makes a third more of it."""
_SMALL = 300_000
_BYTES_PER_PIXEL = 1.2
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_ESSENTIAL = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_END = b"\0\0\0\0IEND\xaeB`\x82"


def is_heavy(size: int, pixels: int) -> bool:
    """Is a PNG of this many bytes so large for its pixels that it must be a photograph?"""
    return size > max(_SMALL, _BYTES_PER_PIXEL * pixels) or size > MAX_BYTES


def encode(picture: PIL.Image.Image, *, photograph: bool) -> tuple[bytes, str, PIL.Image.Image]:
    """An RGB picture as PNG, or as JPEG (quality 90, full colour): bytes, media type, pixels.

    `photograph` skips the attempt as PNG. Neither is ever larger than `MAX_BYTES`: what cannot be
    compressed into that, noise of many megapixels, is scaled down.
    """
    # What Pillow read from the file (profiles, comments, resolution) it would write again.
    picture.info.clear()
    if not photograph:
        png = _save(picture, "PNG")
        if not is_heavy(len(png), picture.width * picture.height):
            return png, "image/png", picture
    while True:
        jpeg = _save(picture, "JPEG", quality=90, subsampling=0)
        if len(jpeg) <= MAX_BYTES:
            return jpeg, "image/jpeg", picture
        picture = picture.resize((picture.width * 4 // 5, picture.height * 4 // 5))


def _save(picture: PIL.Image.Image, form: str, **options: int) -> bytes:
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


def strip_png(data: bytes) -> bytes | None:
    """The PNG with only the chunks that make its pixels, those byte for byte.

    None for anything that is no 8-bit grey, RGB or RGBA PNG made of whole chunks: encode that anew.
    """
    if data[:8] != _SIGNATURE:
        return None
    kept, names, at = [_SIGNATURE], list[bytes](), 8
    while at + 12 <= len(data) and (not names or names[-1] != b"IEND"):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if name in _ESSENTIAL:
            # Pillow is more lenient than a service may be.
            if not _is_whole(data[at:end], length):
                return None
            kept.append(data[at:end])
            names.append(name)
        at = end
    changes = [name for name, _ in groupby(names)]
    depth, colour = data[24], data[25]
    if changes != [b"IHDR", b"IDAT", b"IEND"] or names[1] != b"IDAT":
        return None
    if depth != 8 or colour not in (0, 2, 6) or kept[-1] != _END:
        return None
    return b"".join(kept)


def _is_whole(chunk: bytes, length: int) -> bool:
    """Whether all of it is there, with the right checksum."""
    return len(chunk) == length + 12 and zlib.crc32(chunk[4:-4]).to_bytes(4) == chunk[-4:]
