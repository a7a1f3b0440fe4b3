"""Moving things as frames: video files by PyAV, animations of matplotlib by drawing them.

This room refuses the network, and containers that lead to other files (playlists).
"""

from __future__ import annotations

import base64
import hashlib
import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vlmagic.errors import ImageError, MissingExtra
from vlmagic.images import Video, film
from vlmagic.images.sources import MAX_PIXELS, open_picture
from vlmagic.images.video import FRAME_PIXELS, LEAST_FRAMES, MOST_FRAMES, sample
from vlmagic.language import say
from vlmagic.references import VIDEO_SUFFIXES

from .elsewhere import home, is_file, regular
from .kinds import library_of
from .pages import Reel

_FORMATS = "mov,matroska,webm,avi,flv,asf,mpeg,mpegts,mpegvideo,gif,ogg,m4v"
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
    if root in ("numpy", "torch") and len(obj.shape) == 4 and obj.shape[0] > 1:
        return film(obj, label=label, origin=root)
    return None


def is_film(path: Path) -> bool:
    """Whether it is a film by its name; animated pictures are told by what is in them."""
    return path.suffix.lower() in VIDEO_SUFFIXES and is_file(home(path))


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
            say("{label}: {url} is a page, not a video file.", label=label, url=url),
            say("Give the address of the file itself, or a file."),
        )
    return Video.from_url(url, label)


def reel(found: Reel, label: str) -> Video:
    """An animation as a page plays it."""
    frames = [open_picture(base64.b64decode(frame), label) for frame in found.frames]
    return film(frames, fps=found.fps, label=label, origin="page")


def moves(obj: Any) -> bool:
    """Whether it is an animation of matplotlib."""
    library = sys.modules.get("matplotlib.animation")
    return library is not None and isinstance(obj, library.Animation)


def read(source: Path | bytes, label: str) -> Video:
    """The video in a file or in its bytes; the sound is left out."""
    try:
        import av
    except ImportError as error:
        raise MissingExtra.of("av", "video") from error
    opened = regular(source).open("rb") if isinstance(source, Path) else io.BytesIO(source)
    name = source.name if isinstance(source, Path) else ""
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
    while len(frames) < LEAST_FRAMES:  # a clip of a moment stands still
        frames.append(frames[-1])
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
    sparse = seconds / len(moments) > _SPARSE
    gap = max(1.0, 2 / float(stream.average_rate or 25))
    frames: list[Any] = []
    decoded = _decoded(container, stream)
    last: Any = None
    for moment in moments:
        if sparse:
            container.seek(int(moment / stream.time_base), stream=stream)
            decoded = _decoded(container, stream)
        for frame in decoded:
            last = frame
            if frame.time is None or frame.time >= moment - 1e-6:
                break
        if last is None or moment - (last.time or moment) > gap:
            break  # the file ends before its time
        frames.append(_image(last))
    if 0 < len(frames) < len(moments):
        seconds *= len(frames) / len(moments)
    return frames, seconds


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
            kept.append(_image(frame))
        if len(kept) >= 2 * MOST_FRAMES:
            kept, step = kept[::2], step * 2
    rate = float(stream.average_rate or 25)
    return kept, end + 1 / rate if kept else 0.0


def _image(frame: Any) -> Any:
    """One frame, upright, no larger than a model looks at."""
    scale = min(1.0, (FRAME_PIXELS / (frame.width * frame.height)) ** 0.5)
    width, height = max(1, int(frame.width * scale)), max(1, int(frame.height * scale))
    picture = frame.to_image(width=width, height=height)
    turned = round(getattr(frame, "rotation", 0) or 0) % 360
    return picture.rotate(turned, expand=True) if turned else picture


def draw(animation: Any, label: str) -> Video:
    """An animation of matplotlib, every frame drawn by its own functions and then sampled.

    As when it is saved or shown as a film, the figure is left at the last frame.
    """
    library = sys.modules["matplotlib.animation"]
    pictures: list[Any] = []
    step = 1

    class Catcher(library.AbstractMovieWriter):  # type: ignore[misc, name-defined, unused-ignore]
        """Keeps what was drawn instead of encoding it."""

        seen = 0

        def setup(self, fig: Any, outfile: Any, dpi: Any = None) -> None:
            self.fig = fig

        def grab_frame(self, **_: Any) -> None:
            nonlocal pictures, step
            if self.seen % step == 0:
                pictures.append(_canvas(self.fig))
                if len(pictures) >= 2 * MOST_FRAMES:
                    pictures, step = pictures[::2], step * 2
            self.seen += 1

        def finish(self) -> None:
            """Nothing is open."""

    catcher = Catcher()
    try:
        animation.save("", writer=catcher)
    except Exception as error:
        raise ImageError(
            say("{label}: the animation cannot be drawn: {problem}", label=label,
                problem=f"{type(error).__name__}: {error}"[:300]),
            say("Show it with HTML(animation.to_jshtml()) to see what is wrong with it."),
        ) from error  # fmt: skip
    pause = float(getattr(animation.event_source, "interval", None) or 200)
    return film(pictures, fps=1000 / pause / step, label=label, origin="matplotlib")


def _canvas(figure: Any) -> Any:
    import PIL.Image
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = figure.canvas
    if not hasattr(canvas, "buffer_rgba"):  # a window's canvas
        canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = canvas.buffer_rgba()
    height, width = pixels.shape[:2]
    return PIL.Image.frombuffer("RGBA", (width, height), bytes(pixels), "raw", "RGBA", 0, 1)
