"""A very long picture in pieces that can still be read: a scrolled page, a strip of panels.

Shrunk as a whole to what the model looks at, its letters would be gone. This room refuses to cut
what is merely large, and to send what nobody could read.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from vlmagic.errors import ImageError
from vlmagic.language import say

from .arrays import from_array, is_array
from .fit import flatten
from .sources import MAX_PIXELS, damaged, open_picture

if TYPE_CHECKING:
    import PIL.Image

_LONG = 4
"""From this ratio of the sides on a picture is long."""
_LEGIBLE = 0.6
"""Letters survive being scaled down to this."""
_LOST = 0.3
"""At this they are gone."""
MOST_PIECES = 6
_OVERLAP = 0.02
_MOST_RATIO = 200
"""The service pads what is thinner."""


def pieces(source: Any, label: str, max_pixels: int) -> list[PIL.Image.Image]:
    """The parts of a long picture along its long side, a little overlapping; [] if it fits.

    At most six: what is longer still is also scaled down. `ImageError` for what is damaged, and for
    what could not be read even so.
    """
    size = _size(source, label)
    if size is None:
        return []
    long, short = max(size), min(size)
    shrink = math.sqrt(max_pixels / (long * short))
    if long < _LONG * short or shrink >= _LEGIBLE:
        return []
    number = min(MOST_PIECES, math.ceil(1 / shrink**2))
    step = long / number
    if math.sqrt(max_pixels / (step * max(short, step / _MOST_RATIO))) < _LOST:
        raise ImageError(
            say("{label}: {width}×{height} is too long to be read, even in {count} pieces.",
                label=label, width=size[0], height=size[1], count=MOST_PIECES),
            say("Cut out the part that matters, and give that."),
        )  # fmt: skip
    try:
        upright = _upright(source, label)
    except ImageError:
        raise
    except Exception as error:
        raise damaged(label, error) from error
    # Decoded at a fraction, or turned by Pillow itself, it has other sides than it said.
    long, short = max(upright.size), min(upright.size)
    step, found = long / number, []
    for k in range(number):
        lap = step * _OVERLAP
        start, end = max(0, int(k * step - lap)), min(long, math.ceil((k + 1) * step + lap))
        tall = upright.height == long
        found.append(upright.crop((0, start, short, end) if tall else (start, 0, end, short)))
    return found


def _size(source: Any, label: str) -> tuple[int, int] | None:
    """Width and height; None for what is not looked at as one still picture."""
    if is_array(source) and not hasattr(source, "convert"):
        shape = [side for side in getattr(source, "shape", ()) if side > 4]
        return (shape[1], shape[0]) if len(shape) == 2 else None
    picture = open_picture(source, label) if isinstance(source, bytes) else source
    if not hasattr(picture, "convert") or getattr(picture, "n_frames", 1) > 1 or 0 in picture.size:
        return None
    return picture.size[0], picture.size[1]


def _upright(source: Any, label: str) -> PIL.Image.Image:
    """The whole picture, as it is held, on one ground, and no larger than may be decoded."""
    from PIL import ImageOps

    if is_array(source) and not hasattr(source, "convert"):
        return from_array(source, label, MAX_PIXELS)[0]
    picture: PIL.Image.Image = open_picture(source, label) if isinstance(source, bytes) else source
    if picture.width * picture.height > MAX_PIXELS:  # a JPEG
        picture.draft("RGB", (picture.width // 2, picture.height // 2))
    upright = ImageOps.exif_transpose(picture)
    return flatten(upright, "auto", [], label, ours=False)[0]
