"""A very long picture in pieces that can still be read: a scrolled page, a strip of panels.

Shrunk as a whole to what the model looks at, its letters would be gone. This room refuses to cut
what is merely large.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .sources import open_picture

if TYPE_CHECKING:
    import PIL.Image

_LONG = 4
"""From this ratio of the sides on a picture is long."""
_LEGIBLE = 0.6
"""Letters survive being scaled down to this."""
MOST_PIECES = 6
_OVERLAP = 0.02


def pieces(source: Any, label: str, max_pixels: int) -> list[PIL.Image.Image]:
    """The parts of a long picture along its long side, a little overlapping; [] if it fits.

    At most six: what is longer still is also scaled down.
    """
    import PIL.Image
    from PIL import ImageOps

    if isinstance(source, bytes):
        picture = open_picture(source, label)
    elif isinstance(source, PIL.Image.Image):
        picture = source
    else:
        return []
    long, short = max(picture.size), min(picture.size)
    shrink = math.sqrt(max_pixels / (long * short))
    if long < _LONG * short or shrink >= _LEGIBLE or getattr(picture, "n_frames", 1) > 1:
        return []
    upright = ImageOps.exif_transpose(picture)
    number = min(MOST_PIECES, math.ceil(1 / shrink**2))
    step = long / number
    lap = step * _OVERLAP
    found = []
    for k in range(number):
        start, end = max(0, int(k * step - lap)), min(long, math.ceil((k + 1) * step + lap))
        tall = upright.height == long
        box = (0, start, short, end) if tall else (start, 0, end, short)
        found.append(upright.crop(box))
    return found
