"""Words that are written into axes: texts, annotations, tables."""

from __future__ import annotations

import re
from typing import Any

from . import view
from .axis import Axis

_MOST_CELLS = 60
_MOST_TEXTS = 20
_NUMBER = re.compile(
    r"[^\w\s]{0,2}\s?\d[\d.,\s]*(e[+-]?\d+)?\s?[%\N{PER MILLE SIGN}kKMB]?|nan", re.IGNORECASE
)


def rows(table: Any) -> list[list[str]]:
    """What stands in a table, row by row."""
    found: dict[int, list[str]] = {}
    for (row, _), cell in sorted(table.get_celld().items())[:_MOST_CELLS]:
        found.setdefault(row, []).append(cell.get_text().get_text()[:60])
    return list(found.values())


def texts(axes: Any, told: dict[str, Any]) -> list[Any]:
    """The texts in axes, unless they only say the values that are told anyway."""
    found = [text for text in axes.texts if text.get_visible() and text.get_text().strip()]
    words = [text for text in found if not _is_number(text.get_text())]
    counts = [sum(len(bars["values"]) for bars in told.get("bars", ()))]
    counts += [image["shape"][0] * image["shape"][-1] for image in told.get("images", ())]
    if "pie" in told:
        return []
    if len(found) > 1 and {len(found), len(found) - len(words)} & {*counts}:
        found = words
    return found[:_MOST_TEXTS]


def _is_number(text: str) -> bool:
    """Whether words only say a value, with its unit before or behind it."""
    return _NUMBER.fullmatch(text.strip()) is not None


def place(text: Any, axes: Any) -> tuple[float, float] | None:
    """Where words stand, or what they point at; None if it is no place of the data."""
    across, up = text.get_transform().contains_branch_seperately(axes.transData)
    spot: Any = text.get_position() if across and up else None
    if getattr(text, "xycoords", None) == "data":
        spot = text.xy
    if spot is None:
        return None
    return float(axes.convert_xunits(spot[0])), float(axes.convert_yunits(spot[1]))


def text(one: Any, axes: Any, x: Axis, y: Axis) -> dict[str, Any] | None:
    """What a text says, and where; None if limits hide it."""
    said: dict[str, Any] = {"say": one.get_text()[:200]}
    at = place(one, axes)
    if at is None:
        return said
    inside = view.touches(x, at[0], at[0]) and view.touches(y, at[1], at[1])
    if not inside and _clipped(one):
        return None
    return {"at": [x.value(at[0]), y.value(at[1])]} | said


def _clipped(one: Any) -> bool:
    """Whether words beyond the limits are not drawn, or not in the picture."""
    if hasattr(one, "xycoords"):
        return one.get_annotation_clip() is not False
    return bool(one.get_clip_on() or not one.get_in_layout())
