"""Which of many marks look the same: the classes that colours and markers tell apart.

This room refuses to know what a colour is: classes are numbered in the order they first appear.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from .numbers import numpy


def first_seen(keys: Iterable[Hashable]) -> list[int]:
    """The number of the class of each key."""
    known: dict[Hashable, int] = {}
    return [known.setdefault(key, len(known)) for key in keys]


def classes(colours: Any) -> tuple[Any, Any]:
    """The colours there are, and the number of that of each; `colours` are rows of RGBA."""
    np = numpy()
    rows = np.asarray(colours, dtype=float).reshape(-1, 4)
    packed = (np.clip(rows, 0, 1) * 255).round().astype(np.uint8).view(np.uint32).ravel()
    if not len(packed) or (packed == packed[0]).all():
        return rows[:1], np.zeros(len(rows), dtype=int)
    _, first, order = np.unique(packed, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=int)
    rank[first.argsort()] = np.arange(len(first))
    return rows[np.sort(first)], rank[order.ravel()]
