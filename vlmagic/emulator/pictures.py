"""The pictures and videos of a request: decoded, measured, counted, or refused.

Checks run in the service's order: scheme, download or base64, decoding, size and ratio, bytes.
This room refuses the network: a remote URL is looked up among the files its owner gave, and
otherwise counts a nominal size, marked as not looked at.
"""

from __future__ import annotations

import base64
import binascii
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from vlmagic.catalog import Model
from vlmagic.images import resized, token_count

from .refusals import invalid

if TYPE_CHECKING:
    import PIL.Image

NOMINAL = (1024, 1024)
"""Size in pixels that a picture counts for if nobody looked at it."""
_NOMINAL_VIDEO = (1280, 720)
_NOMINAL_SECONDS = 10
_MAX_DATA_URI = 10 * 2**20
_SMALLEST = 10
_MAX_RATIO = 200
_FOUR_K = 3840 * 2160
_MOST_PIXELS = 8192 * 8192
_ALWAYS = ("JPEG", "MPO", "PNG")
_UP_TO_4K = ("BMP", "TIFF", "WEBP", "ICNS", "ICO", "JPEG2000", "SGI", "HEIF")

_BAD_URL = "The provided URL does not appear to be valid. Ensure it is correctly formatted."
_TOO_MANY_BYTES = (
    "Exceeded limit on max bytes per data-uri item : 10485760'. / Multimodal file size is too large"
)
_NOT_FETCHED = "Failed to download multimodal content."
_UNREADABLE = "The file format is illegal and cannot be opened."
_BAD_SIZE = (
    "The image length and width do not meet the model restrictions. "
    "[height:{height} or width:{width} must be larger than 10]"
)
_BAD_RATIO = "The image length and width do not meet the model restrictions."
_TOO_LARGE = "The image size is not supported for the data inspection."
_BAD_FRAMES = (
    "The video modality input does not meet the requirements because: "
    "the range of sequence images shoule be ({least}, {most})."
)


@dataclass(frozen=True)
class Picture:
    """One picture as the model would get it."""

    name: str
    """Where it came from, short enough to be shown."""
    kind: str
    """File format, or "" if nobody looked."""
    width: int
    height: int
    size: int
    """Bytes of the file."""
    fit: tuple[int, int]
    """Width and height in pixels after the service's resizing."""
    factor: int
    tokens: int
    image: PIL.Image.Image | None = None
    """The pixels in RGB, or None if nobody looked."""


@dataclass(frozen=True)
class Film:
    """One video: a film is not decoded, a list of frames is looked at."""

    name: str
    frames: int
    tokens: int
    fps: float = 2.0
    width: int = 0
    height: int = 0
    """Pixels of a frame; 0 if nobody looked."""
    fit: tuple[int, int] = (0, 0)
    kind: str = ""
    images: tuple[PIL.Image.Image, ...] = ()
    """First and last frame in RGB; nothing if nobody looked."""


def look(
    url: Any,
    knobs: Mapping[str, Any],
    model: Model,
    files: Mapping[str, bytes],
    *,
    hi_res: bool,
) -> Picture:
    """The picture behind a URL; `Refusal` as the service would.

    `knobs` are the fields beside it (`min_pixels`, `max_pixels`); `files` holds the bytes of
    remote pictures that may be looked at, by URL.
    """
    data = _bytes(url, files)
    if data is None:
        fit, tokens = _counted(*NOMINAL, knobs, model, hi_res=hi_res)
        return Picture(_short(url), "", *NOMINAL, 0, fit, model.factor, tokens)
    kind, image = _decoded(data)
    width, height = image.size
    if min(width, height) <= _SMALLEST:
        raise invalid(_BAD_SIZE.format(width=width, height=height), algorithm=True)
    if max(width, height) > _MAX_RATIO * min(width, height):
        raise invalid(_BAD_RATIO, algorithm=True)
    if len(url) > _MAX_DATA_URI and url.startswith("data:"):
        raise invalid(_TOO_MANY_BYTES, algorithm=True)
    fit, tokens = _counted(width, height, knobs, model, hi_res=hi_res)
    return Picture(_short(url), kind, width, height, len(data), fit, model.factor, tokens, image)


def watch(source: Any, knobs: Mapping[str, Any], model: Model, files: Mapping[str, bytes]) -> Film:
    """A video by URL or as a list of frames, counted by the published formula."""
    video = model.video
    if video is None:
        raise invalid(_BAD_URL, algorithm=True)
    fps = knobs.get("fps", 2.0)
    fps = fps if isinstance(fps, (int, float)) and 0.1 <= fps <= 10 else 2.0
    (width, height), kind, ends = _NOMINAL_VIDEO, "", list[Any]()
    if isinstance(source, list):
        if not video.min_frames <= len(source) <= video.max_frames:
            words = _BAD_FRAMES.format(least=video.min_frames, most=video.max_frames)
            raise invalid(words, algorithm=True)
        frames, name = len(source), f"{len(source)} frames"
        for number, url in enumerate(source):
            data = _bytes(url, files)
            if data is None:
                continue
            kind, image = _decoded(data)
            if min(image.size) <= _SMALLEST:
                words = _BAD_SIZE.format(width=image.width, height=image.height)
                raise invalid(words, algorithm=True)
            if max(image.size) > _MAX_RATIO * min(image.size):
                raise invalid(_BAD_RATIO, algorithm=True)
            if not ends:
                width, height = image.size
            if number in (0, frames - 1) and image.size == (width, height):
                ends.append(image)
    else:
        if len(str(source)) > _MAX_DATA_URI and str(source).startswith("data:"):
            raise invalid(_TOO_MANY_BYTES, algorithm=True)
        _bytes(source, files)
        frames, name = max(video.min_frames, round(_NOMINAL_SECONDS * fps)), _short(source)
    total = min(knobs.get("total_pixels", video.total_pixels), video.total_pixels)
    per_frame = min(knobs.get("max_pixels", video.frame_pixels), video.frame_max_pixels)
    factor = model.factor
    most = max(min(per_frame, total / frames * 2), 1.05 * 4 * factor**2)
    seen = replace(model, image_tokens_default=int(most) // factor**2, min_tokens=4)
    fit_w, fit_h = resized(width, height, seen)
    tokens = math.ceil(frames / 2) * (fit_w // factor) * (fit_h // factor) + 2
    size = (width, height) if ends else (0, 0)
    return Film(name, frames, tokens, fps, *size, (fit_w, fit_h), kind, tuple(ends))


def _counted(
    width: int, height: int, knobs: Mapping[str, Any], model: Model, *, hi_res: bool
) -> tuple[tuple[int, int], int]:
    """The size after resizing and the tokens, with the request's own pixel limits."""
    model = replace(model, min_tokens=4)  # the floor of the service's own estimator
    area = model.factor**2
    most, least = knobs.get("max_pixels"), knobs.get("min_pixels")
    if isinstance(most, int) and most >= area:
        tokens = min(most // area, model.image_tokens_hi_res)
        model = replace(model, image_tokens_default=tokens)
    if isinstance(least, int) and least >= area:
        model = replace(model, min_tokens=min(least // area, model.image_tokens_default))
    fit = resized(width, height, model, hi_res)
    return fit, token_count(width, height, model, hi_res)


def _check_scheme(url: Any) -> None:
    if not isinstance(url, str) or not url.startswith(("http://", "https://", "data:", "oss://")):
        raise invalid(_BAD_URL, algorithm=True)


def _bytes(url: Any, files: Mapping[str, bytes]) -> bytes | None:
    """What stands behind a URL; None for a remote one that was not given."""
    _check_scheme(url)
    if url.startswith("data:"):
        head, comma, payload = url.partition(",")
        if not comma or not head.endswith(";base64"):
            raise invalid(_BAD_URL, algorithm=True)
        try:
            return base64.b64decode(payload, validate=True)
        except (binascii.Error, ValueError) as error:
            raise invalid(_UNREADABLE, algorithm=True) from error
    if url.startswith("oss://") and url not in files:
        raise invalid(_NOT_FETCHED, algorithm=True)
    return files.get(url)


def _decoded(data: bytes) -> tuple[str, PIL.Image.Image]:
    """Format and RGB pixels of a file."""
    import PIL.Image

    try:
        with PIL.Image.open(io.BytesIO(data)) as opened:
            kind = opened.format or ""
            pixels = opened.width * opened.height
            if kind not in (*_ALWAYS, *_UP_TO_4K):
                raise invalid(_UNREADABLE, algorithm=True)
            if pixels > (_MOST_PIXELS if kind in _ALWAYS else _FOUR_K):
                raise invalid(_TOO_LARGE, algorithm=True)
            return kind, opened.convert("RGB")
    except PIL.Image.DecompressionBombError as error:
        raise invalid(_TOO_LARGE, algorithm=True) from error
    except (OSError, ValueError, SyntaxError, EOFError, Warning) as error:
        # A Warning arrives here only where its owner has turned warnings into errors.
        raise invalid(_UNREADABLE, algorithm=True) from error


def _short(url: Any) -> str:
    text = str(url)
    if text.startswith("data:"):
        return text.partition(";")[0]
    return text if len(text) <= 80 else f"{text[:50]}…{text[-25:]}"
