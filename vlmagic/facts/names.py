"""What a series is called: by its own label, or by the legend entry of its colour."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

from .numbers import numpy


def named(artist: Any) -> str:
    """The label the user gave; the library's own begin with an underscore."""
    label = str(artist.get_label() or "")
    return "" if label.startswith("_") else label[:100]


def rgba(colour: Any) -> tuple[float, ...]:
    """Any colour of the library as four numbers."""
    return tuple(sys.modules["matplotlib.colors"].to_rgba(colour))


def colours(legend: Any) -> dict[tuple[float, ...], str]:
    """Colour to label, for series whose name stands only in the legend (as seaborn does)."""
    found: dict[tuple[float, ...], str] = {}
    handles = getattr(legend, "legend_handles", ()) if legend is not None else ()
    for handle, text in zip(handles, legend.get_texts() if handles else (), strict=False):
        with contextlib.suppress(Exception):
            if hasattr(handle, "get_color"):
                found[rgba(handle.get_color())] = text.get_text()[:60]
            else:
                found[tuple(numpy().ravel(handle.get_facecolor())[:4])] = text.get_text()[:60]
    return found
