"""Many marks at once, and pictures within charts: scatters, hexagons, heat maps."""

from __future__ import annotations

from typing import Any, NamedTuple

from . import view
from .axis import Axis
from .curves import Reader, adds
from .numbers import array, digits, extent, numpy, short

_MOST_POINTS = 12
_MOST_CELLS = 100
_BLOCK = 1 << 14


def scatter(collection: Any, axes: Any, x: Axis, y: Axis) -> dict[str, Any] | None:
    """The facts of a cloud of points; None if it is not in data space."""
    across, up = collection.get_offset_transform().contains_branch_seperately(axes.transData)
    spots = array(collection.get_offsets()).reshape(-1, 2)
    facts = cloud(spots, x, y)
    if facts is None or not (across and up):
        return None
    kept = view.seen(x, spots[:, 0]) & view.seen(y, spots[:, 1]) if facts["outside"] else None
    if (values := _of_each(collection.get_array(), kept)) is not None:
        facts["color"] = extent(values)
        facts["colorbar"] = colorbar(collection)
    sizes = _of_each(collection.get_sizes(), kept)
    if sizes is not None and len(sizes) > 1 and sizes.min() < sizes.max():
        facts["size"] = extent(sizes)
    return {key: value for key, value in facts.items() if value is not None}


def _of_each(values: Any, kept: Any) -> Any:
    """The values of those points that are kept (all, if None); None without any."""
    if values is None or not numpy().size(values):
        return None
    found = array(values)
    if kept is not None and len(found) == len(kept):
        found = found[kept]
    return found if numpy().isfinite(found).any() else None


def cloud(spots: Any, x: Reader, y: Reader) -> dict[str, Any] | None:
    """Ranges, centre and correlation of the points that are seen; None without any.

    `spots` is an array of pairs.
    """
    measured, outside = _measured(spots), 0
    if measured is None:
        return None
    if not all(view.seen(axis, numpy().array(ends)).all() for axis, *ends in (
        (x, measured.low[0], measured.high[0]), (y, measured.low[1], measured.high[1])
    )):  # fmt: skip
        spots, every = spots[view.seen(x, spots[:, 0]) & view.seen(y, spots[:, 1])], measured.n
        measured = _measured(spots)
        if measured is None:
            return None
        outside = every - measured.n
    facts: dict[str, Any] = {
        "n": measured.n,
        "outside": outside or None,
        "x": [x.value(measured.low[0]), x.value(measured.high[0])],
        "y": [y.value(measured.low[1]), y.value(measured.high[1])],
        "mean": [x.value(measured.mean[0]), y.value(measured.mean[1])]
        if adds(x) and adds(y)
        else None,
        "r": measured.r,
    }
    if len(spots) <= _MOST_POINTS:
        seen = spots[numpy().isfinite(spots).all(axis=1)]
        order = seen[:, 0].argsort(kind="stable")
        facts["points"] = [[x.value(seen[i, 0]), y.value(seen[i, 1])] for i in order]
    return facts


class _Cloud(NamedTuple):
    n: int
    low: Any
    high: Any
    mean: Any
    r: float | None


def _measured(spots: Any) -> _Cloud | None:
    """Number, ranges, centre and correlation of the finite points.

    Block by block: what fits the processor's cache costs a third of passes over the whole.
    """
    np = numpy()
    n, low, high = 0, np.full(2, np.inf), np.full(2, -np.inf)
    sums, squares, origin = np.zeros(2), np.zeros((2, 2)), None
    for at in range(0, len(spots), _BLOCK):
        block = spots[at : at + _BLOCK]
        if not np.isfinite(block.sum()):
            block = block[np.isfinite(block).all(axis=1)]
        if not len(block):
            continue
        pairs = np.array(
            block.T, order="C"
        )  # a copy, always: it is worked on, and it is the user's
        n += len(block)
        low, high = np.minimum(low, pairs.min(axis=1)), np.maximum(high, pairs.max(axis=1))
        origin = pairs.mean(axis=1) if origin is None else origin
        pairs -= origin[:, None]
        sums += pairs.sum(axis=1)
        squares += pairs @ pairs.T
    if origin is None:
        return None
    (a, b), (_, d) = squares - np.outer(sums, sums) / n
    r = round(float(b / (a * d) ** 0.5), 4) + 0.0 if n > 2 and a > 0 and d > 0 else None
    return _Cloud(n, low, high, origin + sums / n, r)


def hexbin(collection: Any, x: Axis, y: Axis) -> dict[str, Any]:
    """How many hexagons are seen, and the fullest of them."""
    np = numpy()
    counts, spots = array(collection.get_array()), array(collection.get_offsets()).reshape(-1, 2)
    kept = view.seen(x, spots[:, 0]) & view.seen(y, spots[:, 1])
    hidden = len(counts) - int(kept.sum())
    counts, spots = counts[kept], spots[kept]
    top = int(np.nanargmax(counts))
    return {
        "cells": len(counts),
        "outside": hidden or None,
        "min": short(np.nanmin(counts)),
        "max": short(counts[top]),
        "at": [x.value(spots[top, 0]), y.value(spots[top, 1])],
        "colorbar": colorbar(collection),
    }


def grid(artist: Any) -> dict[str, Any]:
    """The facts of a heat map or a picture, with the words at its colour bar."""
    return matrix(artist.get_array()) | {"colorbar": colorbar(artist)}


def mesh(artist: Any, x: Axis, y: Axis) -> dict[str, Any] | None:
    """The facts of the rows and columns of a mesh that are seen; None if none is."""
    np = numpy()
    corners = np.ma.getdata(artist.get_coordinates())
    values = artist.get_array()
    rows, columns = corners.shape[0] - 1, corners.shape[1] - 1
    if np.ndim(values) == 1 and np.size(values) == rows * columns:
        values = values.reshape(rows, columns)
    if np.shape(values)[:2] == (rows, columns):
        corners = (corners[:-1, :-1] + corners[1:, 1:]) / 2
    elif np.shape(values)[:2] != corners.shape[:2]:
        return grid(artist)
    seen = view.seen(x, corners[..., 0]) & view.seen(y, corners[..., 1])
    if seen.all():
        return matrix(values) | {"colorbar": colorbar(artist)}
    high, wide = (seen.any(axis=at).nonzero()[0] for at in (1, 0))
    if not len(high):
        return None
    return _part(values, range(high[0], high[-1] + 1), range(wide[0], wide[-1] + 1), artist)


def picture(image: Any, x: Axis, y: Axis) -> dict[str, Any] | None:
    """The facts of what is seen of a picture within a chart; None if nothing of it is.

    Rows and columns count from 0 in the whole array, whichever part is seen.
    """
    values = image.get_array()
    left, right, bottom, top = image.get_extent()
    ends = (top, bottom) if image.origin == "upper" else (bottom, top)
    columns = _seen_cells(left, right, values.shape[1], x)
    rows = _seen_cells(*ends, values.shape[0], y)
    if not columns or not rows:
        return None
    return _part(values, rows, columns, image)


def _part(values: Any, rows: range, columns: range, artist: Any) -> dict[str, Any]:
    """The facts of a part of a matrix; rows and columns count from 0 in the whole of it."""
    seen = values[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    facts = matrix(seen) | {"colorbar": colorbar(artist)}
    if seen.shape == values.shape:
        return facts
    if "argmax" in facts:
        facts["argmax"] = [int(facts["argmax"][0] + rows[0]), int(facts["argmax"][1] + columns[0])]
    cells = int(values.shape[0] * values.shape[1])
    ends_of = {
        "rows": [int(rows[0]), int(rows[-1])],
        "columns": [int(columns[0]), int(columns[-1])],
    }
    return facts | ends_of | {"outside": cells - len(rows) * len(columns)}


def _seen_cells(start: float, end: float, count: int, axis: Axis) -> range:
    """The cells of a row, from `start` to `end`, of which the middle is seen."""
    middles = start + (end - start) * (numpy().arange(count) + 0.5) / count
    kept = view.seen(axis, middles).nonzero()[0]
    return range(int(kept[0]), int(kept[-1]) + 1) if len(kept) else range(0)


def matrix(values: Any) -> dict[str, Any]:
    """Shape, range and highest cell of a matrix; its values if they are few; a photo's shape."""
    np = numpy()
    shape = [int(n) for n in np.shape(values)]
    if len(shape) != 2:
        return {"shape": shape}
    data = array(values).reshape(shape)
    # Functions that mind what is missing take twice as long.
    whole = bool(np.isfinite(data.sum()))
    if not whole and not np.isfinite(data).any():
        return {"shape": shape}
    top = int(data.argmax() if whole else np.nanargmax(data))
    low, high = data.min() if whole else np.nanmin(data), data.flat[top]
    most = digits(low, high)
    facts: dict[str, Any] = {
        "shape": shape,
        "min": short(low, most),
        "max": short(high, most),
        "argmax": list(divmod(top, shape[1])),
    }
    if data.size <= _MOST_CELLS:
        facts["values"] = [[short(v, most) for v in line] for line in data]
    return facts


def colorbar(artist: Any) -> str:
    """The words at the colour bar of a mark; none if it has no colour bar."""
    bar = getattr(artist, "colorbar", None)
    return str(bar.ax.get_ylabel() or bar.ax.get_xlabel())[:100] if bar is not None else ""
