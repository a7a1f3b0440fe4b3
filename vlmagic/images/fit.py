"""Any picture to the one kind that is sent: RGB, upright, bare, and of a size the model takes.

The rules are those of Model Studio's vision guide (2026): both sides over 10 pixels, at most
200:1, and no more pixels than the model looks at. This room refuses silence: whatever changes the
meaning of a picture is said in its notes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from vlmagic.errors import ImageError
from vlmagic.language import say

from .arrays import from_array, is_array
from .colours import on_screen
from .drawings import is_svg, rasterise
from .encode import encode, is_heavy, strip_png
from .frames import Frame
from .image import Image, pixel_digest
from .sources import MAX_PIXELS, check_size, damaged, open_picture

if TYPE_CHECKING:
    import PIL.Image

Background = Literal["auto", "white", "black"]
Colour = tuple[int, int, int]

_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_LEAST_SIDE = 11
_ZOOMED_SIDE = 32
_MOST_RATIO = 200
_ORIENTATION = 0x0112  # the EXIF tag


def normalise(
    source: Any,
    *,
    label: str,
    max_pixels: int = 2560 * 32 * 32,
    origin: str = "",
    title: str = "",
    facts: str | None = None,
    facts_digest: str | None = None,
    axes: Sequence[Frame] = (),
    numbers: Any = None,
    background: Background = "auto",
    photograph: bool | None = None,
) -> Image:
    """The picture in `source` (bytes of a file, a PIL image, an array or tensor), ready to send.

    `max_pixels` is what the model looks at; more is scaled down. Transparent parts become
    `background`: "auto" is white, or black under a chart drawn in light colours. An opaque PNG that
    fits is passed on without encoding it anew. `photograph` goes as JPEG; None: as it came. Raises `ImageError` for what is no picture.
    """
    picture, data, notes = _open(source, label)
    try:
        count = 1 if picture.format == "MPO" else getattr(picture, "n_frames", 1)
        if count > 1:
            notes.append(say("frame {number} of {count}", number=picture.tell() + 1, count=count))
        size = picture.size
        drafted = bool(data) and _draft(picture, max_pixels)
        rgb, ground, opaque = flatten(picture, background, notes, label, ours=bool(data))
        # Pillow turns some formats by itself when it reads their pixels, and then forgets the wish.
        size = size if drafted else picture.size
        turn = _turn(picture)
    except ImageError:
        raise
    except Exception as error:
        raise damaged(label, error) from error
    if turn is not None:
        upright = rgb.transpose(turn)
        size = size if upright.size == rgb.size else size[::-1]
        rgb = upright
    padded = _is_thin(rgb)
    fitted = _fit(rgb, max_pixels, ground, notes, label, drafted=drafted)

    png = strip_png(data) if opaque and fitted is rgb and turn is None else None
    if png is not None and not is_heavy(len(png), fitted.width * fitted.height):
        encoded, media_type = png, "image/png"
    else:
        if photograph is None:
            photograph = picture.format in ("JPEG", "MPO")
        encoded, media_type, fitted = encode(fitted, photograph=photograph)
    image = Image(
        label=label,
        data=encoded,
        media_type=media_type,
        width=fitted.width,
        height=fitted.height,
        origin=origin,
        title=title,
        original=size if size != fitted.size else None,
        facts=facts,
        facts_digest=facts_digest,
        # A padded picture is no longer the one that its axes were measured in.
        axes=() if padded else tuple(axes),
        numbers=numbers,
        notes=tuple(notes),
    )
    if media_type == "image/png":
        # The pixels are at hand and a PNG loses none: spares decoding it for its digest.
        vars(image)["digest"] = pixel_digest(*fitted.size, fitted.tobytes())
    return image


def _open(source: Any, label: str) -> tuple[PIL.Image.Image, bytes, list[str]]:
    """The picture, the bytes it came from if any, and notes on how it was read."""
    import PIL.Image

    if isinstance(source, (bytes, bytearray, memoryview)):
        data, notes = bytes(source), list[str]()
        if is_svg(data):
            data, notes = rasterise(data, label, MAX_PIXELS)
        return open_picture(data, label), data, notes
    if isinstance(source, PIL.Image.Image):
        check_size(source, label)
        return _opened(source, label), b"", []
    if is_array(source):
        picture, notes = from_array(source, label, MAX_PIXELS)
        return picture, b"", notes
    raise ImageError(
        say("{label}: {type} is no picture.", label=label, type=type(source).__name__),
        say("Give the bytes of a picture file, a PIL image or a numpy array."),
    )


def _opened(picture: PIL.Image.Image, label: str) -> PIL.Image.Image:
    """The picture itself, if its pixels can still be had."""
    if 0 in picture.size:
        raise ImageError(
            say("{label}: {width}×{height} is no size of a picture.", label=label,
                width=picture.width, height=picture.height),
            say("Give a picture that has pixels."),
        )  # fmt: skip
    file = getattr(picture, "fp", None)
    if getattr(picture, "tile", ()) and (file is None or file.closed):
        raise ImageError(
            say("{label}: its file was closed before its pixels were read.", label=label),
            say("Open it again, and call its load() before the file is closed."),
        )
    return picture


def is_deep(picture: PIL.Image.Image) -> bool:
    """Whether its values are more than bytes."""
    return picture.mode == "F" or picture.mode.startswith("I")


def _turn(picture: PIL.Image.Image) -> PIL.Image.Transpose | None:
    """How a camera's EXIF wants the picture turned."""
    from PIL.Image import Transpose

    try:
        orientation = picture.getexif().get(_ORIENTATION)
    except Exception:  # noqa: BLE001 - damaged metadata spoils no picture
        return None
    return {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation)  # type: ignore[arg-type]  # the tag may hold anything


def _draft(picture: PIL.Image.Image, max_pixels: int) -> bool:
    """Let a large JPEG be decoded at 1/2, 1/4 or 1/8, still no smaller than what is sent."""
    before = picture.size
    shrink = math.sqrt(max_pixels / (picture.width * picture.height))
    if shrink < 1:
        picture.draft(
            "RGB",
            (math.ceil(picture.width * shrink), math.ceil(picture.height * shrink)),
        )
    return picture.size != before


def flatten(
    picture: PIL.Image.Image,
    background: Background,
    notes: list[str],
    label: str,
    *,
    ours: bool,
) -> tuple[PIL.Image.Image, Colour, bool]:
    """Its RGB pixels, the colour behind them, and whether its own bytes say the same.

    What is `ours` needs no copy: nobody else looks at it.
    """
    import PIL.Image

    ground = _BLACK if background == "black" else _WHITE
    deep = is_deep(picture)
    if deep:
        picture, read = from_array(picture, label, MAX_PIXELS)
        notes.extend(read)
    picture.load()
    shown = on_screen(picture)
    if "transparency" not in picture.info and shown.mode not in ("RGBA", "LA", "PA", "RGBa", "La"):
        same = shown is picture and not deep
        if shown.mode == "RGB" and (ours or shown is not picture):
            return shown, ground, same
        return shown.convert("RGB"), ground, same
    rgba = shown.convert("RGBA")
    alpha = rgba.getchannel("A")
    lowest, highest = alpha.getextrema()
    if lowest == 255:
        return rgba.convert("RGB"), ground, shown is picture and not deep
    if highest == 0:
        notes.append(say("wholly transparent"))
    elif background == "auto" and _is_light_on_nothing(rgba, alpha):
        ground = _BLACK
    below = PIL.Image.new("RGBA", rgba.size, (*ground, 255))
    return PIL.Image.alpha_composite(below, rgba).convert("RGB"), ground, False


def _is_light_on_nothing(rgba: PIL.Image.Image, alpha: PIL.Image.Image) -> bool:
    """Light ink on more than a fifth of nothing: a dark theme saved with transparency."""
    from PIL import ImageStat

    counts = alpha.histogram()
    if sum(counts[:128]) <= 0.2 * sum(counts):
        return False
    ink = ImageStat.Stat(rgba.convert("RGB").convert("L"), alpha.point(lambda a: 255 * (a >= 128)))
    return ink.count[0] > 0 and ink.mean[0] > 200


def _is_thin(picture: PIL.Image.Image) -> bool:
    return max(picture.size) > _MOST_RATIO * min(picture.size)


def _fit(
    picture: PIL.Image.Image,
    max_pixels: int,
    ground: Colour,
    notes: list[str],
    label: str,
    *,
    drafted: bool,
) -> PIL.Image.Image:
    """The picture padded, enlarged or scaled down to what the service takes; itself if it fits."""
    import PIL.Image

    width, height = picture.size
    if _is_thin(picture):
        side = max(_ZOOMED_SIDE, math.ceil(max(width, height) / _MOST_RATIO))
        size = (max(width, side), max(height, side))
        if size[0] * size[1] > MAX_PIXELS:
            raise ImageError(
                say(
                    "{label}: {width}×{height} is too thin to be looked at.",
                    label=label,
                    width=width,
                    height=height,
                ),
                say("The service takes at most 200:1; cut it into pieces."),
            )
        padded = PIL.Image.new("RGB", size, ground)
        padded.paste(picture, ((size[0] - width) // 2, (size[1] - height) // 2))
        notes.append(say("padded: the service takes at most 200:1"))
        picture = padded
    if min(picture.size) < _LEAST_SIDE:
        zoom = math.ceil(_ZOOMED_SIDE / min(picture.size))
        picture = picture.resize(
            (picture.width * zoom, picture.height * zoom),
            PIL.Image.Resampling.NEAREST,
        )
        notes.append(say("enlarged {zoom} times: the service takes no side under 11", zoom=zoom))
    if picture.width * picture.height > max_pixels:
        shrink = math.sqrt(max_pixels / (picture.width * picture.height))
        short = max(_LEAST_SIDE, math.floor(min(picture.size) * shrink))
        # Rounding the short side down must not push the shape over the ratio again.
        long = min(math.floor(max(picture.size) * shrink), _MOST_RATIO * short)
        size = (long, short) if picture.width >= picture.height else (short, long)
        # What was decoded at a fraction is smooth already: twice as quick, and no worse.
        how = PIL.Image.Resampling.HAMMING if drafted else PIL.Image.Resampling.LANCZOS
        picture = picture.resize(size, how, reducing_gap=3.0)
    return picture
