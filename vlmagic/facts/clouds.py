"""Many marks at once, and pictures within charts: scatters, hexagons, heat maps."""

from __future__ import annotations

from typing import Any

from .axis import Axis
from .numbers import array, numpy, short

_MOST_POINTS = 12
_MOST_CELLS = 100


def scatter(collection: Any, axes: Any, x: Axis, y: Axis) -> dict[str, Any] | None:
    """Ranges, centre and correlation of a cloud of points; None if it is not in data space."""
    np = numpy()
    across, up = collection.get_offset_transform().contains_branch_seperately(axes.transData)
    spots = array(collection.get_offsets()).reshape(-1, 2).T
    u, v = np.ascontiguousarray(spots[0]), np.ascontiguousarray(spots[1])
    good = np.isfinite(u) & np.isfinite(v)
    if not good.all():
        u, v = u[good], v[good]
    if not len(u) or not (across and up):
        return None
    middle = float(u.mean()), float(v.mean())
    facts: dict[str, Any] = {
        "n": len(u),
        "x": [x.value(u.min()), x.value(u.max())],
        "y": [y.value(v.min()), y.value(v.max())],
        "mean": [x.value(middle[0]), y.value(middle[1])],
        "r": _correlation(u - middle[0], v - middle[1]) if len(u) > 2 else None,
    }
    if len(u) <= _MOST_POINTS:
        facts["points"] = [[x.value(u[i]), y.value(v[i])] for i in u.argsort(kind="stable")]
    values = collection.get_array()
    if values is not None and np.size(values):
        facts["color"] = [short(np.nanmin(values)), short(np.nanmax(values))]
        facts["colorbar"] = _colorbar(collection)
    return facts


def _correlation(u: Any, v: Any) -> float | None:
    scale = float((u @ u) * (v @ v)) ** 0.5
    return round(float(u @ v) / scale, 4) + 0.0 if scale > 0 else None


def hexbin(collection: Any, x: Axis, y: Axis) -> dict[str, Any]:
    """How many hexagons, and the fullest of them."""
    np = numpy()
    counts = array(collection.get_array())
    top = int(np.nanargmax(counts))
    spot = array(collection.get_offsets()[top])
    return {
        "cells": len(counts),
        "min": short(np.nanmin(counts)),
        "max": short(counts[top]),
        "at": [x.value(spot[0]), y.value(spot[1])],
        "colorbar": _colorbar(collection),
    }


def grid(artist: Any) -> dict[str, Any]:
    """Shape, range and highest cell of a matrix; its values if they are few; a photo's shape."""
    np = numpy()
    values = artist.get_array()
    shape = [int(n) for n in np.shape(values)]
    if len(shape) != 2 or not np.isfinite(data := array(values).reshape(shape)).any():
        return {"shape": shape}
    row, column = (int(n) for n in np.unravel_index(np.nanargmax(data), data.shape))
    facts: dict[str, Any] = {
        "shape": shape,
        "min": short(np.nanmin(data)),
        "max": short(np.nanmax(data)),
        "argmax": [row, column],
        "colorbar": _colorbar(artist),
    }
    if data.size <= _MOST_CELLS:
        facts["values"] = [[short(v) for v in line] for line in data]
    return facts


def _colorbar(artist: Any) -> str:
    bar = getattr(artist, "colorbar", None)
    return str(bar.ax.get_ylabel() or bar.ax.get_xlabel())[:100] if bar is not None else ""
