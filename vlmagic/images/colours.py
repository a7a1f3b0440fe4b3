"""Colours as a screen shows them: pictures that bring a colour profile along are taken to sRGB.

The profile itself is not sent, so without this the model would see other colours than the user.
This room refuses to guess: a profile that cannot be read is left out, as if it were not there.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import PIL.Image

_MODES = ("RGB", "RGBA", "CMYK", "L")


def on_screen(picture: PIL.Image.Image) -> PIL.Image.Image:
    """The picture in sRGB; itself if it has no profile of its own, or one of no consequence."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in _MODES:
        return picture
    try:
        from PIL import ImageCms

        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(given):
            return picture
        screen = ImageCms.createProfile("sRGB")
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(picture, given, screen, outputMode=mode) or picture
    except Exception:  # noqa: BLE001 - Pillow without its colour library, or a profile for another mode
        return picture
