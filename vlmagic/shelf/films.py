"""Moving things as frames: video files, read by PyAV, and what leads to them.

This room refuses the network, and containers that lead to other files (playlists).
"""

from __future__ import annotations

import base64
import hashlib
import io
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vlmagic.errors import ImageError, MissingExtra
from vlmagic.images import Video, film
from vlmagic.images.sources import MAX_PIXELS, open_picture
from vlmagic.images.video import FRAME_PIXELS, MOST_FRAMES, sample, spread
from vlmagic.language import say
from vlmagic.references import VIDEO_SUFFIXES, DataURL, scrubbed

from .animations import draw, moves
from .elsewhere import data_url, home, is_file, regular
from .item import decoded
from .kinds import library_of
from .pages import Reel, picture

_FORMATS = "mov,matroska,webm,avi,flv,asf,mpeg,mpegts,mpegvideo,gif,ogg,m4v"
_LEFT_RIGHT = 0  # PIL.Image.Transpose.FLIP_LEFT_RIGHT
_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"m4v", b"qt"}
    | {b"m4vh", b"m4vp", b"msnv", b"dash", b"mmp4", b"3gp4", b"3gp5", b"3gp6", b"f4v"},
)
"""How films say that they are some, beside pictures (HEIC, AVIF) in the same container."""
_SPARSE = 4.0
"""Seconds between two frames from which on seeking is quicker than decoding all between them."""


def of(obj: Any, label: str) -> Video | None:
    """The video that an object is, or None for anything that does not move."""
    if isinstance(obj, Video):
        return replace(obj, label=label)
    if isinstance(obj, Path):
        return read(obj, label) if is_film(obj) else None
    if moves(obj):
        return draw(obj, label)
    word, root = type(obj).__name__, library_of(obj)
    if root == "IPython" and word in ("Video", "YouTubeVideo"):
        return _shown(obj, label)
    if root == "IPython" and word == "HTML":
        return _paged(obj.data, label)
    if root in ("numpy", "torch") and len(obj.shape) == 4 and obj.shape[0] > 1:
        return film(obj, label=label, origin=root)
    return None


def is_film(path: Path) -> bool:
    """Whether it is a film by its name; animated pictures are told by what is in them."""
    return path.suffix.lower() in VIDEO_SUFFIXES and is_file(home(path))


def holds_film(data: bytes) -> bool:
    """Whether these bytes begin as those of a film, whatever their name."""
    if data[4:8] == b"ftyp":
        return data[8:12].strip().lower() in _BRANDS
    return data.startswith((b"\x1aE\xdf\xa3", b"FLV\x01")) or (
        data.startswith(b"RIFF") and data[8:12] == b"AVI "
    )


def is_remote_film(url: str) -> bool:
    """Whether an address is that of a film by its name."""
    return Path(urlsplit(url).path).suffix.lower() in VIDEO_SUFFIXES


def _shown(obj: Any, label: str) -> Video:
    """IPython's Video: a file, bytes, or an address that the service can fetch."""
    if getattr(obj, "filename", None):
        return read(Path(obj.filename), label)
    data = getattr(obj, "data", None)
    if data:
        return read(base64.b64decode(data) if isinstance(data, str) else bytes(data), label)
    url = str(getattr(obj, "url", None) or getattr(obj, "src", ""))
    if "://" not in url:
        raise ImageError(
            say("There is no file {path}.", path=url),
            say("Paths count from the folder of the kernel: {folder}", folder=Path.cwd()),
        )
    if not is_remote_film(url):
        raise ImageError(
            say("{label}: {url} is a page, not a video file.", label=label, url=scrubbed(url)),
            say("Give the address of the file itself, or a file."),
        )
    return Video.from_url(url, label)


def _paged(page: Any, label: str) -> Video | None:
    """The animation or the film that is written out in a page."""
    inside = picture(page) if isinstance(page, str) else None
    if isinstance(inside, Reel):
        return reel(inside, label)
    if inside is not None and inside.lower().startswith("data:video/"):
        return read(data_url(DataURL(inside))[0], label)
    return None


def reel(found: Reel, label: str) -> Video:
    """An animation as a page plays it."""
    frames = [open_picture(decoded(frame), label) for frame in found.frames]
    evenly = spread(frames)
    fps = found.fps * len(evenly) / len(frames)
    return film(evenly, fps=fps, label=label, origin="page")


def read(source: Path | bytes, label: str, name: str = "") -> Video:
    """The video in a file or in its bytes; the sound is left out."""
    try:
        import av
    except ImportError as error:
        raise MissingExtra.of("av", "video") from error
    opened = regular(source).open("rb") if isinstance(source, Path) else io.BytesIO(source)
    name = source.name if isinstance(source, Path) else name
    try:
        with opened, av.open(
            opened, container_options={"format_whitelist": _FORMATS}, metadata_errors="replace"
        ) as container:  # fmt: skip
            if not container.streams.video:
                raise ImageError(
                    say("{label}: there is no picture in it, only sound.", label=label),
                    say("Give a video or a picture."),
                )
            frames, seconds = _taken(container, container.streams.video[0], label)
            opened.seek(0)
            known = hashlib.file_digest(opened, "sha256").hexdigest()
    except (av.FFmpegError, EOFError, ValueError, OSError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise ImageError(
            say(
                "{label}: this is no video that can be read ({error}).", label=label, error=problem
            ),
            say("MP4, MKV, MOV, AVI, WebM and FLV are understood; save it as MP4."),
        ) from error
    if not frames:
        raise ImageError(
            say("{label}: no frame of it can be read.", label=label),
            say("Save or download it again."),
        )
    frames = spread(frames)
    fps = len(frames) / seconds if seconds > 0 else 2.0
    made = film(frames, fps=fps, label=label, origin="video", title=name, photographs=True)
    return replace(made, source=known)


def _taken(container: Any, stream: Any, label: str) -> tuple[list[Any], float]:
    """The sampled frames as PIL images, and the length in seconds."""
    stream.thread_type = "AUTO"
    if stream.width * stream.height > MAX_PIXELS:
        raise ImageError(
            say(
                "{label}: {width}×{height} is more than {limit} megapixels.",
                label=label,
                width=stream.width,
                height=stream.height,
                limit=MAX_PIXELS // 10**6,
            ),
            say("Scale it down, or cut out the part that matters."),
        )
    start, seconds = _span(container, stream)
    if seconds <= 0:
        return _unmeasured(container, stream)
    moments = [start + share * seconds for share in sample(stream.frames or 0, seconds)]
    frames = [_image(frame, _aspect(stream)) for frame in _at(moments, container, stream, seconds)]
    if 0 < len(frames) < len(moments):
        seconds *= len(frames) / len(moments)
    return frames, seconds


def _at(moments: list[float], container: Any, stream: Any, seconds: float) -> Iterator[Any]:
    """The frame that stands on the screen at each moment: the last that began by then.

    They end early where the file ends before its time.
    """
    pause = 1 / float(stream.average_rate or 25)
    sparse = seconds / len(moments) > _SPARSE
    coming, now, ahead = _decoded(container, stream), None, None
    for moment in moments:
        if sparse:
            container.seek(int(moment / stream.time_base), stream=stream)
            coming, now, ahead = _decoded(container, stream), None, None
        while True:
            ahead = ahead or next(coming, None)
            if ahead is None or (now and ahead.time is not None and ahead.time > moment + 1e-6):
                break
            now, ahead = ahead, None
            if now.time is None:  # its time is not known: one for each moment
                break
        if now is None or (ahead is None and now.time is not None and moment > _end(now, pause)):
            return
        yield now


def _end(frame: Any, pause: float) -> float:
    """Until when the last frame of a file may stand; headers are not exact about it."""
    lasts = float(frame.duration * frame.time_base) if frame.duration and frame.time_base else 0.0
    return float(frame.time) + max(1.0, 2 * pause, lasts)


def _span(container: Any, stream: Any) -> tuple[float, float]:
    """Where the pictures begin, and how long they last, in seconds; 0 where no one says."""
    start = float(stream.start_time * stream.time_base) if stream.start_time else 0.0
    if stream.duration:
        return start, float(stream.duration * stream.time_base)
    return start, float(container.duration or 0) / 1e6


def _decoded(container: Any, stream: Any) -> Iterator[Any]:
    """Frames until the end, or until the file is damaged: what came before counts."""
    import av

    try:
        yield from container.decode(stream)
    except (av.FFmpegError, EOFError):
        return


def _unmeasured(container: Any, stream: Any) -> tuple[list[Any], float]:
    """A stream that does not say how long it is: every n-th frame, n doubled when they get many."""
    kept: list[Any] = []
    step, end = 1, 0.0
    for number, frame in enumerate(_decoded(container, stream)):
        end = frame.time if frame.time is not None else end
        if number % step == 0:
            kept.append(_image(frame, _aspect(stream)))
        if len(kept) >= 2 * MOST_FRAMES:
            kept, step = kept[::2], step * 2
    rate = float(stream.average_rate or 25)
    return kept, end + 1 / rate if kept else 0.0


def _image(frame: Any, aspect: float = 1.0) -> Any:
    """One frame, upright, of square pixels, no larger than a model looks at."""
    scale = min(1.0, (FRAME_PIXELS / (frame.width * frame.height * aspect)) ** 0.5)
    width = max(1, round(frame.width * aspect * scale))
    height = max(1, int(frame.height * scale))
    picture = frame.to_image(width=width, height=height)
    turned = round(getattr(frame, "rotation", 0) or 0) % 360
    if _mirrored(frame):
        picture, turned = picture.transpose(_LEFT_RIGHT), (turned + 180) % 360
    return picture.rotate(turned, expand=True) if turned else picture


def _mirrored(frame: Any) -> bool:
    """Whether a film says of itself that left and right change places when it is shown."""
    for one in frame.side_data:
        if one.type.name == "DISPLAYMATRIX":
            a, b, _, c, d, *_ = struct.unpack("=9i", bytes(one)[:36])
            return bool(a * d < b * c)
    return False


def _aspect(stream: Any) -> float:
    """How many times wider than high a pixel is."""
    ratio = float(stream.sample_aspect_ratio or 1)
    return ratio if 0.1 < ratio < 10 else 1.0  # a slip in the file
