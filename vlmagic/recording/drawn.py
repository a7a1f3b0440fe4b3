"""What drew a picture, and how far another drawing of the same data is from it.

The same figure has other pixels under another version of its library, and on another kind of
machine. This room refuses to decide whether that matters.
"""

from __future__ import annotations

import hashlib
import io
import platform
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import metadata
from typing import Any

from vlmagic.images import Picture, Video
from vlmagic.request import Request

_SPEC_LIBRARIES = ("plotly", "altair")
_FAR = 4
"""So many times as large, a picture is not compared with another."""


@cache
def version(library: str) -> str:
    """The installed version of a library, or an empty text."""
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""


def data_digest(image: Picture) -> str | None:
    """What stays the same when it is drawn anew: a figure's data and text, a video's file."""
    if not isinstance(image, Video):
        return image.facts_digest
    sampled = f"{len(image.frames)} × 1/{image.fps:g} s of {image.source}"
    return hashlib.sha256(sampled.encode()).hexdigest() if image.source else None


def drawn_by(image: Picture) -> str | None:
    """The library whose version decides the pixels of this picture; None if none is known."""
    if isinstance(image, Video) and image.source:
        return "av" if image.origin == "video" else "pillow"
    if image.origin in _SPEC_LIBRARIES:
        return image.origin
    return "matplotlib" if image.facts_digest or image.origin == "matplotlib" else None


def libraries(request: Request) -> dict[str, str]:
    """What drew the pictures, with versions: plotting libraries, Pillow, and the kind of machine.

    The same version draws other pixels on another processor; Pillow scales what is too large.
    """
    drawn = {library for image in _images(request) if (library := drawn_by(image))}
    if not drawn:
        return {}
    machine = f"{platform.system()}-{platform.machine()}"
    return {name: version(name) for name in sorted({*drawn, "pillow"})} | {"machine": machine}


def redrawn(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What draws otherwise than before, in words: "matplotlib 3.9.4 → 3.11.2"."""
    return [
        f"{name} {before[name] or '?'} → {new or '?'}"
        for name, new in now.items()
        if before.get(name, new) != new
    ]


def _images(request: Request) -> Iterator[Picture]:
    yield from request.images
    for turn in request.history:
        yield from turn.images


def shares(
    recorded: Mapping[str, Any], request: Request, kept: Callable[[str], bytes | None]
) -> list[float | None]:
    """For each picture that has other pixels than when it was recorded, how many of them differ.

    `recorded` is the question as the recording shows it; `kept` finds a picture by its digest.
    """
    digests = _digests(recorded)
    return [
        changed_share(kept(digest), image)
        for digest, image in zip(digests, _images(request), strict=False)
        if digest != image.digest
    ]


def _digests(recorded: Mapping[str, Any]) -> Iterator[str]:
    """The digests that a recorded question names, in the order of `_images`, odd values as none."""
    for part in (recorded, *_list(recorded.get("history"))):
        for image in _list(part.get("images")) if isinstance(part, dict) else []:
            digest = image.get("digest") if isinstance(image, dict) else None
            yield digest if isinstance(digest, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def changed_share(before: bytes | None, after: Picture) -> float | None:
    """Share (0 to 1) of the pixels that differ, the upper left corners laid upon each other.

    Of pictures of different sizes, what only one of them has differs. None if one cannot be read,
    or is far larger than the other.
    """
    if not before or not after.data:
        return None
    import PIL.Image
    import PIL.ImageChops

    bombs = (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning)
    try:
        with (
            PIL.Image.open(io.BytesIO(before), formats=("PNG", "JPEG")) as old,
            PIL.Image.open(io.BytesIO(after.data), formats=("PNG", "JPEG")) as new,
        ):
            most = max(old.width, new.width) * max(old.height, new.height)
            if most > _FAR * new.width * new.height:  # it bounds what a hostile file can cost
                return None
            part = (0, 0, min(old.width, new.width), min(old.height, new.height))
            apart = PIL.ImageChops.difference(
                old.convert("RGB").crop(part), new.convert("RGB").crop(part)
            )
    except (OSError, ValueError, SyntaxError, *bombs):
        return None
    red, green, blue = apart.split()
    brightest = PIL.ImageChops.lighter(PIL.ImageChops.lighter(red, green), blue)
    same: int = brightest.histogram()[0]
    return 1 - same / (most or 1)
