"""Boxes and points on a copy of the picture that was sent.

This room refuses to touch the user's figure, and to draw a label as empty squares: where no font
has its characters, a number stands for it and the legend is said.
"""

from __future__ import annotations

import functools
import io
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vlmagic.errors import ImageError
from vlmagic.language import say

from .places import Box, Point

if TYPE_CHECKING:
    import PIL.Image

    from vlmagic.images import Image

_COLOURS = ("#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#e377c2", "#8c564b")
_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansSC-Regular.otf",
    "NotoSansCJKsc-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "STHeiti Light.ttc",
    "msyh.ttc",
    "simhei.ttf",
    "simsun.ttc",
    "Arial Unicode.ttf",
    "arialuni.ttf",
    "DejaVuSans.ttf",
)
"""Fonts with many characters, as Linux, macOS and Windows name their files."""
_LONGEST = 60


def draw(image: Image, places: Sequence[Box | Point]) -> PIL.Image.Image:
    """A copy of the picture with what was pointed at; RGB, of the size that was sent."""
    import PIL.Image
    import PIL.ImageDraw

    if not image.data:
        raise ImageError(
            say(
                "{label} was fetched by the service: there is nothing to draw on.",
                label=image.label,
            ),
            say("Give the picture as a file, then ask again."),
        )
    with PIL.Image.open(io.BytesIO(image.data)) as opened:
        canvas = opened.convert("RGB")
    pen = PIL.ImageDraw.Draw(canvas)
    size = max(11, min(canvas.size) // 32)
    width = max(2, min(canvas.size) // 240)
    unwritten = []
    for number, place in enumerate(places, start=1):
        colour = _COLOURS[(number - 1) % len(_COLOURS)]
        if isinstance(place, Box):
            corners = (place.left, place.top, place.right, place.bottom)
            pen.rectangle(corners, outline=colour, width=width)
            at = place.left, place.top
        else:
            around = width * 3
            corners = (place.x - around, place.y - around, place.x + around, place.y + around)
            pen.ellipse(corners, outline=colour, width=width)
            at = place.x + around, place.y - around
        text = _line(place.label)
        font = _font_for(text, size)
        if font is None:
            unwritten.append(f"{number}: {text}")
            text, font = str(number), _fallback(size)
        if text:
            _write(pen, canvas.size, at, text, font, colour)
    if unwritten:
        warnings.warn(
            say("No font here can write these labels: {labels}", labels="; ".join(unwritten)),
            stacklevel=2,
        )
    return canvas


def _line(label: str) -> str:
    text = " ".join("".join(char if char.isprintable() else " " for char in label).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _write(
    pen: Any,
    size: tuple[int, int],
    at: tuple[float, float],
    text: str,
    font: Any,
    colour: str,
) -> None:
    """A label on its own ground: over the place if there is room, else in it, never outside."""
    left, top, right, bottom = pen.textbbox((0, 0), text, font=font)
    high, wide = bottom - top + 4, right - left + 6
    x = max(0.0, min(at[0], size[0] - wide))
    y = at[1] - high if at[1] >= high else at[1]
    y = max(0.0, min(y, size[1] - high))
    pen.rectangle((x, y, x + wide, y + high), fill=colour)
    pen.text((x + 3 - left, y + 2 - top), text, font=font, fill="white")


def _font_for(text: str, size: int) -> Any:
    """A font that has every character of the text; None if there is none here."""
    for font in (_fallback(size), *_system_fonts(size)):
        if all(_has(font, char) for char in set(text) if not char.isspace()):
            return font
    return None


@functools.cache
def _fallback(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)


@functools.cache
def _system_fonts(size: int) -> tuple[Any, ...]:
    from PIL import ImageFont

    found = []
    for name in _FONTS:
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    return tuple(found)


def _has(font: Any, char: str) -> bool:
    """Whether a font draws this character as something else than its sign for what it lacks."""
    try:
        drawn, lacking = font.getmask(char), font.getmask("\U0010fffe")
    except (UnicodeError, OSError):
        return False
    return (drawn.size, bytes(drawn)) != (lacking.size, bytes(lacking))
