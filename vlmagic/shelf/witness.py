"""Looking on while matplotlib draws: which figure it was, and which part of it the picture shows.

Some libraries make a figure, draw it and drop it within one display, and the part that a tight
picture shows is nowhere kept; finding it out anew would cost a fifth of the drawing. So two
methods of matplotlib are layered for as long as a display lasts, and only this thread's drawing
is noted. This room refuses to change what passes and to hold a figure longer than it is asked to.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vlmagic.facts.frames import Region

_lock = threading.Lock()
_watching = 0
_before: list[tuple[Any, str, Any, Any]] = []
_here = threading.local()


@dataclass(slots=True)
class Shot:
    """One drawing of a figure; `region` is None where only part of it was wanted."""

    figure: Any
    pad: float | None
    region: Region | None


@contextlib.contextmanager
def watching() -> Iterator[list[Shot]]:
    """The list of what this thread draws with matplotlib, filled until the block ends."""
    outer, shots = getattr(_here, "shots", None), list[Shot]()
    _here.shots = shots
    _come()
    try:
        yield shots
    finally:
        _go()
        _here.shots = outer


def _come() -> None:
    global _watching
    with _lock:
        _watching += 1
        if _watching > 1 or "matplotlib.backend_bases" not in sys.modules:
            return
        canvas = sys.modules["matplotlib.backend_bases"].FigureCanvasBase
        figure = sys.modules["matplotlib.figure"].Figure
        _layer(canvas, "print_figure", _printing)
        _layer(figure, "get_tightbbox", _tightening)


def _go() -> None:
    global _watching
    with _lock:
        _watching -= 1
        if _watching:
            return
        while _before:
            owner, name, ours, original = _before.pop()
            if owner.__dict__.get(name) is not ours:
                continue  # somebody layered over us; ours notes nothing outside a display
            if original is None:
                delattr(owner, name)
            else:
                setattr(owner, name, original)


def _layer(owner: Any, name: str, note: Any) -> None:
    own, original = owner.__dict__.get(name), getattr(owner, name)

    def ours(self: Any, *args: Any, **kwargs: Any) -> Any:
        shots = getattr(_here, "shots", None)
        if shots is None:
            return original(self, *args, **kwargs)
        return note(shots, original, self, *args, **kwargs)

    setattr(owner, name, ours)
    _before.append((owner, name, ours, own))


def _printing(shots: list[Shot], original: Any, canvas: Any, *args: Any, **kwargs: Any) -> Any:
    settings = sys.modules["matplotlib"].rcParams
    figure = canvas.figure
    box, pad, dpi = (kwargs.get(key) for key in ("bbox_inches", "pad_inches", "dpi"))
    dpi = dpi if dpi is not None else settings["savefig.dpi"]
    dpi = getattr(figure, "_original_dpi", figure.dpi) if isinstance(dpi, str) else dpi
    pad = pad if pad is not None else settings["savefig.pad_inches"]
    whole = (box if box is not None else settings["savefig.bbox"]) in (None, "standard")
    width, height = map(float, figure.get_size_inches())
    region = Region(0, 0, width, height, float(dpi)) if whole else None
    shots.append(Shot(figure, None if isinstance(pad, str) else float(pad), region))
    return original(canvas, *args, **kwargs)


def _tightening(shots: list[Shot], original: Any, figure: Any, *args: Any, **kwargs: Any) -> Any:
    found = original(figure, *args, **kwargs)
    shot = shots[-1] if shots else None
    if shot is not None and shot.figure is figure and shot.region is None and shot.pad is not None:
        box = found.padded(shot.pad)
        shot.region = Region(
            float(box.x0), float(box.y0), float(box.width), float(box.height), float(figure.dpi)
        )
    return found
