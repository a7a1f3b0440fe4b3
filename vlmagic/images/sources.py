"""Bytes to a picture that Pillow can decode, or one sentence on why they are none.

Formats are tried one by one from a list, so that nothing exotic is ever opened (PostScript starts
a program, an icon can hide a far larger picture), and Pillow's own size warning is replaced by our limit, which is checked
before a pixel is decoded. This room refuses to change what it opened.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from vlmagic.errors import ImageError
from vlmagic.language import say

from .drawings import is_svg, rasterise

if TYPE_CHECKING:
    import PIL.Image

MAX_PIXELS = 64 * 10**6
"""Most pixels that are decoded."""
MAX_JPEG_PIXELS = 256 * 10**6
"""Most pixels of a baseline JPEG: it is decoded at a fraction of its size."""

_SIGNATURES = {
    "PNG": (b"\x89PNG",),
    "JPEG": (b"\xff\xd8\xff",),
    "GIF": (b"GIF8",),
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "WEBP": (b"RIFF",),
}
"""How files of these formats begin, and of no other that is understood."""
_COMMON = ("PNG", "JPEG", "GIF", "BMP", "PPM")
_OTHERS = ("WEBP", "TIFF", "JPEG2000", "SGI", "QOI", "AVIF", "HEIF")


def open_picture(data: bytes, label: str) -> PIL.Image.Image:
    """The picture in these bytes, its header read and its size allowed; `ImageError` otherwise."""
    import PIL.Image

    if not data:
        raise ImageError(
            say("{label}: there are no bytes in it.", label=label),
            say("Save or download it again."),
        )
    if is_svg(data):
        data, _ = rasterise(data, label, MAX_PIXELS)
    picture = _recognise(data, _COMMON, label)
    if picture is None:
        PIL.Image.init()
        picture = _recognise(data, _OTHERS, label)
    if picture is None:
        raise _unreadable(data, label)
    # A progressive JPEG is held whole in memory, at whatever fraction it is read.
    sliced = picture.format in ("JPEG", "MPO") and not picture.info.get("progressive")
    check_size(picture, label, MAX_JPEG_PIXELS if sliced else MAX_PIXELS)
    return picture


def check_size(picture: PIL.Image.Image, label: str, limit: int = MAX_PIXELS) -> None:
    """`ImageError` if it has more pixels than the limit."""
    if picture.width * picture.height > limit:
        raise ImageError(
            say(
                "{label}: {width}×{height} is more than {limit} megapixels.",
                label=label,
                width=picture.width,
                height=picture.height,
                limit=limit // 10**6,
            ),
            say("Scale it down, or cut out the part that matters."),
        )


def _recognise(data: bytes, formats: tuple[str, ...], label: str) -> PIL.Image.Image | None:
    import PIL.Image

    PIL.Image.preinit()
    prefix = data[:16].ljust(16, b"\0")
    for name in formats:
        if name not in PIL.Image.OPEN:
            continue
        factory, accept = PIL.Image.OPEN[name]
        try:
            # `accept` answers with a sentence where the format is known but its library missing.
            if accept is not None and accept(prefix) is not True:
                continue
            return factory(io.BytesIO(data), "")
        except SyntaxError as error:  # Pillow's way to say: another format after all
            if data.startswith(_SIGNATURES.get(name, ())):
                raise _broken(label, name) from error
        except Exception as error:
            raise damaged(label, error) from error
    return None


def _broken(label: str, name: str) -> ImageError:
    """The error for bytes that are of a format by their first ones, and then are not."""
    if name == "TIFF":
        hint = say("If it opens elsewhere: read it with tifffile, and give the array.")
    else:
        hint = say("Save or download it again.")
    return ImageError(
        say("{label}: this {kind} is damaged, or of a kind that Pillow cannot read.", label=label, kind=name),
        hint,
    )  # fmt: skip


def damaged(label: str, error: Exception) -> ImageError:
    """The error for a picture that begins well and cannot be decoded."""
    return ImageError(
        say("{label}: the picture is damaged or cut off ({error}).", label=label, error=error),
        say("Save or download it again."),
    )


def _unreadable(data: bytes, label: str) -> ImageError:
    """What these bytes are instead of a picture, with their beginning."""
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        kind = say("a web page")
        hint = say("The address probably led to a login or an error page; download it again.")
    elif head.startswith(b"%!ps"):
        kind, hint = say("PostScript"), say("Save the figure as PNG.")
    elif head.startswith(b"%pdf-"):
        kind, hint = say("a PDF"), say("Save the page or figure as PNG.")
    elif head.startswith(b"version https://git-lfs"):
        kind, hint = say("a Git LFS pointer"), say("Fetch the file itself: git lfs pull")
    elif data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc"):
        kind, hint = say("an HEIC photograph"), say("Save it as JPEG or PNG.")
    elif _is_text(data[:512]):
        kind, hint = say("text"), say("Give a picture, or put the text into the question.")
    else:
        kind = say("an unknown format")
        hint = say("PNG, JPEG, WebP, GIF, TIFF and BMP are understood.")
    begins = _show(data[:24])
    return ImageError(
        say(
            "{label}: this is no picture but {kind} (it begins with {begins}).",
            label=label,
            kind=kind,
            begins=begins,
        ),
        hint,
    )


def _is_text(data: bytes) -> bool:
    text = data.decode("utf-8", "replace").rstrip("\ufffd")  # the end may cut a character
    return bool(text) and all(char.isprintable() or char in "\t\r\n" for char in text)


def _show(data: bytes) -> str:
    return repr(data)[1:]
