"""From a live matplotlib figure to the plain numbers of `images.frames`: where its axes lie.

This room refuses to measure: what part of the figure a picture shows is told by who drew it.
"""

from __future__ import annotations

import contextlib
import math
from typing import Any, NamedTuple

from vlmagic.images.frames import Frame, Ruler

from .axis import EPOCH, Axis


class Region(NamedTuple):
    """The part of a figure that a picture shows, in inches from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float
    dpi: float


def frames(figure: Any, axes: list[Any], region: Region) -> tuple[Frame, ...]:
    """One frame for each straight axes; what cannot be read is left out."""
    found = []
    for number, one in enumerate(axes, start=1):
        with contextlib.suppress(Exception):
            if one.name == "rectilinear":
                found.append(_frame(figure, one, number, region))
    return tuple(found)


def _frame(figure: Any, axes: Any, number: int, region: Region) -> Frame:
    # The canvas is cut to whole pixels at the right and at the top; rows count from there.
    width = math.floor(region.width * region.dpi + 1e-6) / region.dpi
    height = math.floor(region.height * region.dpi + 1e-6) / region.dpi
    left, bottom, right, top = (value / figure.dpi for value in axes.bbox.extents)
    return Frame(
        number=number,
        left=(left - region.left) / width,
        top=1 - (top - region.bottom) / height,
        right=(right - region.left) / width,
        bottom=1 - (bottom - region.bottom) / height,
        x=_ruler(axes, "x", *axes.get_xlim()),
        y=_ruler(axes, "y", *reversed(axes.get_ylim())),
    )


def _ruler(axes: Any, which: str, start: float, end: float) -> Ruler | None:
    axis = Axis(axes, which)
    start, end = axis.plain(float(start)), axis.plain(float(end))
    if axis.scale not in ("linear", "log") or axis.period is not None:
        return None
    if axis.kind == "date":
        moment = axis.moment(start)
        if moment is None:
            return None
        clock = (moment - EPOCH).total_seconds() / 86400 - start
        return Ruler(float(start) + clock, float(end) + clock, date=True)
    names = tuple(sorted(axis.names.items()))[:200]
    return Ruler(float(start), float(end), log=axis.scale == "log", names=names)
