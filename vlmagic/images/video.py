"""Moving pictures as a value: frames that are sent, or an address that the service fetches.

A video is sampled before it is sent: evenly, each frame from the middle of its stretch of time, so
that what is sent is what was counted. This room refuses to open files and to decode films; it
takes the frames.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlsplit

from vlmagic.errors import ImageError
from vlmagic.language import say

from .arrays import from_array, is_array
from .fit import normalise
from .frames import Frame
from .image import Image
from .sources import MAX_PIXELS, open_picture

LEAST_FRAMES = 4
"""Fewer are no video for the service (vision guide, 2026)."""
MOST_FRAMES = 64
"""More are sampled down to this: a request is held in memory, and every two frames cost tokens."""
FRAME_PIXELS = 655_360
"""What Qwen3-VL looks at in one frame (API reference, mid 2026)."""
FPS = 2.0
"""The service's own default: frames a second that are looked at."""
_SLOWEST, _FASTEST = 0.1, 10.0
_MOST_DECODED = 2 * 10**9


@dataclass(frozen=True)
class Video:
    """A video as it is sent: `frames` in their order, or the `url` of a remote one.

    It answers to the names that an `Image` has; `data` is empty, since nothing but frames is sent.
    """

    label: str
    frames: tuple[Image, ...] = field(repr=False)
    fps: float
    """Frames a second, as sent: 0.1 to 10."""
    seconds: float
    """How long the whole lasts; 0 where that is not known."""
    url: str | None = None
    origin: str = "video"
    title: str = ""
    notes: tuple[str, ...] = ()
    source: str | None = None
    """SHA-256 (hex) of the file that the frames were sampled from; never sent."""

    data: ClassVar[bytes] = b""
    media_type: ClassVar[str] = ""
    facts: ClassVar[str | None] = None
    facts_digest: ClassVar[str | None] = None
    original: ClassVar[tuple[int, int] | None] = None
    axes: ClassVar[tuple[Frame, ...]] = ()
    piece: ClassVar[None] = None

    @classmethod
    def from_url(cls, url: str, label: str, fps: float = FPS) -> Video:
        """A remote video: nothing is fetched here, so its size and length are unknown (0)."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https", "oss") or not parts.hostname:
            raise ImageError(
                say("{label}: this is no web address.", label=label),
                say("The service fetches http:// and https:// only; give a file by its path."),
            )
        return cls(label, (), fps, 0.0, url, origin="url")

    @property
    def width(self) -> int:
        """Pixels of a frame as sent; 0 for a remote video."""
        return self.frames[0].width if self.frames else 0

    @property
    def height(self) -> int:
        """Pixels of a frame as sent; 0 for a remote video."""
        return self.frames[0].height if self.frames else 0

    @property
    def size(self) -> int:
        """Bytes of all frames together."""
        return sum(len(frame.data) for frame in self.frames)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over speed and the frames' own digests; of a remote one over its URL."""
        words = [f"video {self.fps:g}", self.url or "", *(frame.digest for frame in self.frames)]
        return hashlib.sha256("\n".join(words).encode("utf-8", "surrogatepass")).hexdigest()


Picture = Image | Video


def sample(count: int, seconds: float, fps: float = FPS, most: int = MOST_FRAMES) -> list[float]:
    """The moments to take, as shares (0..1) of the whole: the middles of even stretches.

    As many as the service would take (`seconds` × `fps`, 4 at least, an even number), no more than
    `most` and than there are (`count`; 0 where that is unknown).
    """
    wanted = math.floor(seconds * fps / 2 + 1e-6) * 2
    least = max(LEAST_FRAMES, wanted)
    number = min(least, most, count or least)
    return [(k + 0.5) / number for k in range(number)]


def spread(frames: Sequence[Any]) -> list[Any]:
    """The frames as they are; of fewer than a video needs each one several times, evenly."""
    count = len(frames)
    if not 0 < count < LEAST_FRAMES:
        return list(frames)
    return [frames[at * count // LEAST_FRAMES] for at in range(LEAST_FRAMES)]


def sent_fps(number: int, seconds: float, notes: list[str]) -> float:
    """Frames a second of a sample, within what the service takes; says what does not fit."""
    real = number / seconds if seconds > 0 else FPS
    fps = round(min(_FASTEST, max(_SLOWEST, real)), 3)
    if not _SLOWEST <= real <= _FASTEST:
        notes.append(
            say(
                "sent as {fps} frames a second, the service's limit: the model's times are wrong",
                fps=f"{fps:g}",
            )
        )
    return fps


def film(
    frames: Sequence[Any] | Any,
    *,
    fps: float = FPS,
    label: str = "video",
    origin: str = "video",
    title: str = "",
    photographs: bool = False,
    most: int = MOST_FRAMES,
    of: int = 0,
) -> Video:
    """Frames (pictures of one size, or an array of shape frames × height × width × channels) as a
    video; `fps` is how many of them make a second. They are sampled down to `most` frames, and to
    10 a second, the quickest that the service takes. `of` is how many there were, where some have
    been left out already.

    Raises `ImageError` for fewer than 4 frames, frames of different sizes, and what is no picture.
    """
    if not fps > 0 or not math.isfinite(fps):
        raise ImageError(
            say("{label}: {fps} frames a second is no speed.", label=label, fps=fps),
            say("Give the frames a second as a number over 0."),
        )
    count = len(frames)
    if count < LEAST_FRAMES:
        raise ImageError(
            say("{label}: a video needs {least} frames at least, this has {count}.",
                label=label, least=LEAST_FRAMES, count=count),
            say("Give them as pictures instead, one -i each."),
        )  # fmt: skip
    notes: list[str] = []
    # What is there is taken as it is, unless it is quicker than the service takes.
    shares = sample(count, count / fps, min(fps, _FASTEST), most)
    chosen = [min(count - 1, int(share * count)) for share in shares]
    if len(chosen) < max(of, count):
        notes.append(say("{sent} of {count} frames", sent=len(chosen), count=max(of, count)))
    taken = _even(frames, chosen, label, notes)
    pictures = tuple(
        normalise(
            frame,
            label=f"{label} {number}",
            max_pixels=FRAME_PIXELS,
            origin=origin,
            photograph=photographs or None,
        )
        for number, frame in enumerate(taken, start=1)
    )
    sizes = {(picture.width, picture.height) for picture in pictures}
    if len(sizes) > 1:
        raise ImageError(
            say("{label}: the frames differ in size: {sizes}.", label=label,
                sizes=", ".join(f"{w}×{h}" for w, h in sorted(sizes)[:4])),
            say("Make them one size, or give them as pictures, one -i each."),
        )  # fmt: skip
    for picture in pictures:
        notes.extend(note for note in picture.notes if note not in notes)
    seconds = count / fps
    return Video(
        label,
        pictures,
        sent_fps(len(pictures), seconds, notes),
        seconds,
        origin=origin,
        title=title,
        notes=tuple(notes),
    )


def _even(frames: Any, chosen: list[int], label: str, notes: list[str]) -> list[Any]:
    """The chosen frames; those of one array are read with one brightness for all."""
    if not is_array(frames):
        return [frames[at] for at in chosen]
    parts = frames[chosen]
    shape = tuple(parts.shape)
    if len(shape) == 4 and shape[1] in (1, 3, 4) and shape[3] not in (1, 3, 4):
        parts = (
            parts.permute(0, 2, 3, 1) if hasattr(parts, "permute") else parts.transpose(0, 2, 3, 1)
        )
        shape = tuple(parts.shape)
    if len(shape) not in (3, 4) or not all(shape):
        raise ImageError(
            say("{label}: an array of shape {shape} is no video.", label=label, shape=shape),
            say("It must be frames × height × width, with 1, 3 or 4 channels at most."),
        )
    strip, read = from_array(parts.reshape(shape[0] * shape[1], *shape[2:]), label, MAX_PIXELS)
    notes.extend(read)
    return [
        strip.crop((0, at * shape[1], strip.width, (at + 1) * shape[1])) for at in range(shape[0])
    ]


def animation(data: bytes, label: str, title: str = "", origin: str = "file") -> Video | None:
    """An animated GIF, WebP or PNG as a video; None for anything with fewer than 4 frames.

    Frames are taken by the time they are shown, so a long last frame counts as long.
    """
    if not _may_move(data):
        return None
    picture = open_picture(data, label)
    count = getattr(picture, "n_frames", 1)
    if count < LEAST_FRAMES:
        return None
    if count * picture.width * picture.height > _MOST_DECODED:
        raise ImageError(
            say("{label}: {count} frames of {width}×{height} are too much to decode.", label=label,
                count=count, width=picture.width, height=picture.height),
            say("Save a shorter or smaller copy."),
        )  # fmt: skip
    ends, total = [], 0.0
    for number in range(count):
        picture.seek(number)
        if picture.format == "WEBP":
            picture.load()  # only then it knows how long the frame is shown
        total += max(20.0, float(picture.info.get("duration") or 100.0))
        ends.append(total)
    wanted = [share * total for share in sample(count, total / 1000)]
    chosen = {next(k for k, end in enumerate(ends) if end > moment) for moment in wanted}
    if len(chosen) < LEAST_FRAMES:  # a slide show of long and short frames
        chosen = {int(share * count) for share in sample(count, total / 1000)}
    taken = []
    for number in sorted(chosen):
        picture.seek(number)
        taken.append(picture.convert("RGBA"))
    fps = len(taken) / (total / 1000)
    made = film(taken, fps=fps, label=label, origin=origin, title=title, of=count)
    return replace(made, seconds=total / 1000, source=hashlib.sha256(data).hexdigest())


def _may_move(data: bytes) -> bool:
    """Whether the first bytes are those of a format that can hold more than one frame."""
    return (
        data.startswith(b"GIF8")
        or (data.startswith(b"RIFF") and b"ANIM" in data[:64])
        or (data.startswith(b"\x89PNG") and b"acTL" in data[:4096])
    )
