"""What matplotlib draws many of at once, by the kind of its collection: (kind of facts, facts).

Clouds, meshes, bands, contours, arrows, events, straight strokes. What is none of these is named.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import clouds, patches
from .axis import Axis
from .curves import MOST_POINTS
from .numbers import array, extent, numpy, short

Read = tuple[str, list[Any]]
_MOST_SHAPES = 60


def read(collection: Any, axes: Any, x: Axis, y: Axis) -> Read:
    """The kind of facts and them, or ("other", [the name of its type])."""
    word = type(collection).__name__
    for known, reader in _READERS.items():
        if known in word:
            found = reader(collection, axes, x, y)
            return found if found is not None else ("other", [word])
    if hasattr(collection, "levels"):
        return "contours", [_contours(collection)]
    if hasattr(collection, "U"):
        return "arrows", [_arrows(collection)]
    return "other", [word]


def _cloud(collection: Any, axes: Any, x: Axis, y: Axis) -> Read:
    facts = clouds.scatter(collection, axes, x, y)
    return "scatter", [facts] if facts is not None else []


def _cloud_in_space(collection: Any, _: Any, x: Axis, y: Axis) -> Read | None:
    """The library has no public word for where the points are."""
    spots = getattr(collection, "_offsets3d", None)
    if spots is None:
        return None
    columns = [array(one) for one in spots]
    ends = [[float(numpy().nanmin(one)), float(numpy().nanmax(one))] for one in columns if len(one)]
    if len(ends) < 3:
        return "clouds", []
    (a, b), (c, d), (e, f) = ends
    across = {"x": [x.value(a), x.value(b)], "y": [y.value(c), y.value(d)]}
    return "clouds", [{"n": len(columns[0])} | across | {"z": [short(e), short(f)]}]


def _mesh(collection: Any, _: Any, x: Axis, y: Axis) -> Read:
    facts = clouds.mesh(collection, x, y) if collection.get_array() is not None else None
    return "images", [facts] if facts is not None else []


def _shapes(collection: Any, axes: Any, x: Axis, y: Axis) -> Read:
    """Hexagons, coloured shapes, bars that are broken, bands, or violins."""
    values, paths = collection.get_array(), collection.get_paths()
    if values is not None and len(collection.get_offsets()) > 1:
        return "hexbin", [clouds.hexbin(collection, x, y)]
    if values is not None or len(paths) > _MOST_SHAPES:
        seen = array(values) if values is not None else array([])
        ends = extent(seen) if len(seen) else None
        return "shapes", [{"n": len(paths), "color": ends}]
    outlines = [array(path.vertices).reshape(-1, 2) for path in paths]
    boxes = [patches.corners(outline) for outline in outlines]
    if "FillBetween" not in type(collection).__name__ and boxes and all(boxes):
        return "intervals", [
            {"x": _reach(x, box[0], box[1]), "y": _reach(y, box[2], box[3])}
            for box in boxes
            if box is not None
        ]
    along = getattr(collection, "t_direction", None)
    found = [patches.band(outline, x, y, along, axes) for outline in outlines]
    return "", [{"kind": kind} | facts for kind, facts in found if kind]


def _reach(axis: Axis, low: float, high: float) -> Any:
    """From where to where, or the name on which it lies."""
    place = axis.nearest((low + high) / 2)
    if place is not None and abs(place - (low + high) / 2) <= (high - low) / 8:
        return axis.names[place]
    return [axis.value(low), axis.value(high)]


def _surface(collection: Any, *_: Any) -> Read:
    values = collection.get_array()
    z = array(values) if values is not None else array([])
    seen = extent(z) if len(z) else None
    return "surfaces", [{"facets": len(z) or None, "z": seen}]


def _contours(collection: Any) -> dict[str, Any]:
    return {
        "levels": [short(level) for level in collection.levels[:MOST_POINTS]],
        "n": len(collection.levels) if len(collection.levels) > MOST_POINTS else None,
        "range": [short(collection.zmin), short(collection.zmax)],
        "filled": bool(collection.filled),
        "colorbar": clouds.colorbar(collection),
    }


def _arrows(collection: Any) -> dict[str, Any]:
    speed = numpy().hypot(array(collection.U), array(collection.V))
    return {"n": len(speed), "length": extent(speed)}


def _events(collection: Any, _: Any, x: Axis, y: Axis) -> Read:
    places = numpy().sort(_positions(collection))
    lies = collection.get_orientation() == "horizontal"
    along, across = (x, y) if lies else (y, x)
    facts: dict[str, Any] = {"at": across.value(collection.get_lineoffset()), "n": len(places)}
    if len(places):
        facts |= {"first": along.value(places[0]), "last": along.value(places[-1])}
    if len(places) <= MOST_POINTS:
        facts["values"] = [along.value(place) for place in places]
    return "events", [facts | {"upright": not lies}]


def _positions(collection: Any) -> Any:
    """Where events are, read from their paths: the library takes each of them apart for it."""
    which = 0 if collection.get_orientation() == "horizontal" else 1
    return array([path.vertices[0, which] for path in collection.get_paths()])


def _strokes(collection: Any, axes: Any, x: Axis, y: Axis) -> Read | None:
    """Straight strokes, all upright or all lying, as `vlines` and `hlines` draw them."""
    across, up = collection.get_transform().contains_branch_seperately(axes.transData)
    paths = collection.get_paths()[: _MOST_SHAPES + 1]
    ends = [array(path.vertices).reshape(-1, 2) for path in paths]
    if not ends or not (across and up) or any(len(one) != 2 for one in ends):
        return None
    if not numpy().isfinite(ends).all():
        return None
    for which, along, over, at in (("x", y, x, 0), ("y", x, y, 1)):
        if all(one[0, at] == one[1, at] for one in ends):
            rows = [
                [over.value(one[0, at]), *(along.value(v) for v in sorted(one[:, 1 - at]))]
                for one in ends[:MOST_POINTS]
            ]
            return "segments", [{"at": which, "n": len(collection.get_paths()), "values": rows}]
    return None


_READERS: dict[str, Callable[[Any, Any, Axis, Axis], Read | None]] = {
    "Path3DCollection": _cloud_in_space,
    "Poly3DCollection": _surface,
    "QuadMesh": _mesh,
    "PathCollection": _cloud,
    "RegularPolyCollection": _cloud,
    "PolyCollection": _shapes,
    "FillBetween": _shapes,
    "EventCollection": _events,
    "LineCollection": _strokes,
}
