"""Arrays that plotly packs for its page, as arrays again."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from .numbers import numpy


def unpacked(value: Any) -> Any:
    """An array that was packed for the page, unpacked; anything else as it is."""
    if not isinstance(value, Mapping) or "bdata" not in value:
        return value
    data = value["bdata"]
    raw = base64.b64decode(data) if isinstance(data, str) else bytes(data)
    found = numpy().frombuffer(raw, dtype=numpy().dtype(value["dtype"]).newbyteorder("<"))
    shape = value.get("shape")
    if shape is None:
        return found
    return found.reshape([int(n) for n in str(shape).strip("()[]").split(",") if n.strip()])
