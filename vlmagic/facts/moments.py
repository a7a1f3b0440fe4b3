"""Moments as a page of Vega-Lite reads them: text that JavaScript understands, milliseconds, parts.

Each becomes ISO text, which is what every axis reads. Milliseconds since 1970 have a zone: the page
shows them by the clock of who looks at it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from .axis import EPOCH
from .scale import moment_of

_SPELLINGS = ("%m/%d/%Y", "%m/%d/%y", "%Y/%m/%d", "%b %Y", "%b %d %Y", "%d %b %Y", "%Y")
_CLOCK = re.compile(r"\s+(\d{1,2}:\d{2}(?::\d{2})?)$")
_MONTH = re.compile(r"([A-Za-z]{3})[a-z]*\.?")
_PARTS = {"year": 2012, "month": 1, "date": 1, "hours": 0, "minutes": 0, "seconds": 0}
"""The parts of a moment, and what Vega-Lite takes for those that are left out."""


def iso(value: Any) -> Any:
    """A moment as ISO text; what is none stays what it is."""
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        if isinstance(value, Mapping):
            return _of_parts(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return (EPOCH + dt.timedelta(milliseconds=value)).isoformat() + "Z"
        if isinstance(value, str) and moment_of(value) is None:
            return _of_text(value)
    return value


def _of_parts(parts: Mapping[str, Any]) -> str:
    found = {**_PARTS, **parts}
    if isinstance(month := found["month"], str):
        found["month"] = dt.datetime.strptime(month[:3], "%b").month  # noqa: DTZ007
    year, month, day, hour, minute, second = (int(found[name]) for name in _PARTS)
    return dt.datetime(year, month, day, hour, minute, second).isoformat()  # noqa: DTZ001


def _of_text(text: str) -> str:
    clock = _CLOCK.search(text)
    day = text[: clock.start()] if clock else text
    day = _MONTH.sub(r"\1", day.replace(",", " "))
    for spelling in _SPELLINGS:
        with contextlib.suppress(ValueError):
            found = dt.datetime.strptime(" ".join(day.split()), spelling).date().isoformat()  # noqa: DTZ007
            return f"{found}T{clock[1]:0>5}" if clock else found
    return text
