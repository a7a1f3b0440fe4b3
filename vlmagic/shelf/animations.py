"""Animations of matplotlib, drawn frame by frame by their own functions, without any encoder.

This room refuses to draw for ever: of an animation that does not end only its beginning is drawn.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

from vlmagic.errors import ImageError
from vlmagic.images import Video, film
from vlmagic.images.video import MOST_FRAMES, spread
from vlmagic.language import say

_MOST_DRAWN = 2000
_MOST_UNKNOWN = 500
"""Frames of an animation that does not know how many it has: most of these never end."""


class _Enough(Exception):  # noqa: N818 - no error: matplotlib has no other way to be stopped
    """The animation goes on, and is not followed further."""


def moves(obj: Any) -> bool:
    """Whether it is an animation of matplotlib."""
    library = sys.modules.get("matplotlib.animation")
    return library is not None and isinstance(obj, library.Animation)


def draw(animation: Any, label: str) -> Video:
    """An animation of matplotlib, every frame drawn by its own functions and then sampled.

    As when it is saved or shown as a film, the figure is left at the last frame.
    """
    library = sys.modules["matplotlib.animation"]
    pictures: list[Any] = []
    step = 1
    unknown = getattr(animation, "_save_count", 0) is None
    most = _MOST_UNKNOWN if unknown else _MOST_DRAWN

    class Catcher(library.AbstractMovieWriter):  # type: ignore[misc, name-defined, unused-ignore]
        """Keeps what was drawn instead of encoding it."""

        seen = 0

        def setup(self, fig: Any, outfile: Any, dpi: Any = None) -> None:
            self.fig = fig

        def grab_frame(self, **_: Any) -> None:
            nonlocal pictures, step
            if self.seen == most:
                raise _Enough
            if self.seen % step == 0:
                pictures.append(_canvas(self.fig))
                if len(pictures) >= 2 * MOST_FRAMES:
                    pictures, step = pictures[::2], step * 2
            self.seen += 1

        def finish(self) -> None:
            """Nothing is open."""

    catcher, endless = Catcher(), False
    try:
        animation.save("", writer=catcher)
    except _Enough:
        endless = True
    except Exception as error:
        raise ImageError(
            say("{label}: the animation cannot be drawn: {problem}", label=label,
                problem=f"{type(error).__name__}: {error}"[:300]),
            say("Show it with HTML(animation.to_jshtml()) to see what is wrong with it."),
        ) from error  # fmt: skip
    pause = float(getattr(animation.event_source, "interval", None) or 200)
    frames = spread(pictures)
    fps = 1000 / pause / step * len(frames) / max(1, len(pictures))
    made = film(frames, fps=fps, label=label, origin="matplotlib", of=catcher.seen)
    if endless:
        note = say("it goes on after {count} frames, where the drawing was stopped", count=most)  # fmt: skip
        made = replace(made, notes=(note, *made.notes))
    return made


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
