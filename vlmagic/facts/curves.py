"""A curve in few words: its ends, its extremes, its mean, and the points that draw it best."""

from __future__ import annotations

from typing import Any, Protocol

from . import view
from .numbers import array, chosen, numpy, short

MOST_POINTS = 12


class Reader(view.Limited, Protocol):
    """An axis: its scale, and what a place on it is to the reader of the chart."""

    scale: str
    kind: Any

    def value(self, number: float) -> Any:
        """The number as it stands on the axis."""


def curve(
    xs: Any, ys: Any, label: str, x: Reader, y: Reader, *, pointed: bool = True
) -> dict[str, Any] | None:
    """The facts of what is seen of a line, with the points that draw it if `pointed`.

    None if no point is.
    """
    np = numpy()
    u, v = array(xs), array(ys)
    good = np.isfinite(u) & np.isfinite(v)
    n, missing = len(u), int(len(u) - good.sum())
    if missing == n:
        return None
    if missing:
        u, v = u[good], v[good]
    if len(u) > 1 and u[0] > u[-1] and bool((u[1:] <= u[:-1]).all()):
        u, v = u[::-1], v[::-1]
    rising = bool((u[1:] >= u[:-1]).all())
    every, (u, v) = n - missing, view.of_line(u, v, x, y, rising=rising)
    if not len(u):
        return None
    if missing and len(u) < every:
        missing = int(view.seen(x, array(xs)[~good]).sum())

    def at(i: int) -> list[Any]:
        return [x.value(u[i]), y.value(v[i])]

    points = chosen(u, v, MOST_POINTS, log=y.scale == "log") if rising and pointed else []
    return {
        "label": label,
        "n": len(u) + missing,
        "outside": n - missing - len(u) or None,
        "min": at(int(v.argmin())),
        "max": at(int(v.argmax())),
        "first": at(0),
        "last": at(-1),
        "mean": y.value(v.mean()) if y.kind != "category" and adds(y) else None,
        "missing": missing or None,
        "curve": not rising,
        "points": [at(i) for i in points],
    }


def adds(axis: Reader) -> bool:
    """Whether a mean of places is the place of the mean."""
    return getattr(axis, "base", None) is None


def path(data: Any, label: str, x: Reader, y: Reader) -> dict[str, Any] | None:
    """A line through space: its ends, its highest and its lowest point; None without any."""
    points = numpy().column_stack([array(values) for values in data])
    points = points[numpy().isfinite(points).all(axis=1)]
    if not len(points):
        return None

    def at(i: int) -> list[Any]:
        return [x.value(points[i, 0]), y.value(points[i, 1]), short(points[i, 2])]

    low, high = int(points[:, 2].argmin()), int(points[:, 2].argmax())
    ends = {"first": at(0), "last": at(-1), "lowest": at(low), "highest": at(high)}
    return {"label": label, "n": len(points)} | ends
