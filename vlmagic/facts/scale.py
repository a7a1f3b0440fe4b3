"""One axis of a chart that a page draws: from the values of its specification to places and back.

Places are numbers as `data` has them: days since 1970, the number of a category, or the number
itself. This room refuses to know any library.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

from .axis import EPOCH
from .data import AxisData
from .numbers import numpy, short
from .view import EVERYTHING, Limits, widened

Kind = Literal["", "date", "category"]
_DATE = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{1,2}:\d{2}.*))?)?")
_ZONE = re.compile(r"T.*(?:Z|[+-]\d\d:?\d\d)$")
_MOST_CATEGORIES = 40


class Scale:
    """An axis: `places` reads values, `value` writes a place as the reader of the chart sees it.

    `names` are its categories in their order, `missing` what none is called; `ends` its range, if
    it is said; `clips` whether what lies beyond is hidden.
    """

    def __init__(
        self,
        label: str = "",
        kind: Kind = "",
        *,
        names: Sequence[str] = (),
        missing: str = "",
        scale: str = "linear",
        inverted: bool = False,
        ends: tuple[float, float] | None = None,
        pixels: float = 1.0,
    ) -> None:
        self.label, self.kind, self.scale, self.inverted = label[:200], kind, scale, inverted
        self.ends, self.pixels, self.clips = ends, pixels, True
        self.names, self.missing = list(names), missing
        self._spelled: dict[float, str] = {}
        self._place = {name: float(place) for place, name in enumerate(self.names)}
        self._low, self._high = float("inf"), float("-inf")

    def places(self, values: Iterable[Any]) -> Any:
        """The places of values, as an array; what has none is NaN."""
        np = numpy()
        if self.kind == "category":
            names = (word(one, self.missing) for one in values)
            return np.array([self._place.get(name, np.nan) for name in names], dtype=float)
        if self.kind == "date":
            return days(values)
        return floats(values)

    def spell(self, names: Iterable[tuple[float, str]]) -> None:
        """Write words at places of the axis, instead of what stands there; numbers stay numbers."""
        words = {round(at, 6): name for at, name in names if any(map(str.isalpha, name))}
        self._spelled = {at: name for at, name in sorted(words.items()) if at == at}

    def reach(self, places: Any) -> None:
        """Let the axis reach to these places, where its range is not said."""
        finite = places[numpy().isfinite(places)]
        if len(finite):
            self._low = min(self._low, float(finite.min()))
            self._high = max(self._high, float(finite.max()))

    def value(self, place: float) -> Any:
        """An ISO date, a category, or the number itself, shortened; None for no place."""
        if place - place != 0:
            return None
        if (name := self._spelled.get(round(float(place), 6))) is not None:
            return name[:60]
        if self.kind == "category":
            at = round(float(place))
            return self.names[at][:60] if 0 <= at < len(self.names) else short(place)
        if self.kind == "date":
            return _iso(float(place))
        return short(place)

    @property
    def _kind(self) -> Kind:
        """What it is for who reads it: words at places of numbers are categories."""
        return "category" if self._spelled and not self.kind else self.kind

    def _named(self) -> list[tuple[float, str]]:
        """The categories at their places, as they are written."""
        own = {float(place): name for place, name in enumerate(self.names)}
        return sorted((own | (self._spelled if self.kind != "date" else {})).items())

    @property
    def limits(self) -> Limits:
        """The lowest and the highest place that are seen."""
        return widened(*self.ends) if self.ends is not None and self.clips else EVERYTHING

    def facts(self) -> dict[str, Any]:
        """The axis as JSON data."""
        found: dict[str, Any] = {"label": self.label, "kind": self._kind}
        if self._kind == "category":
            names = [name for _, name in self._named()]
            found["categories"] = [name[:60] for name in names[:_MOST_CATEGORIES]]
        elif self.ends is not None:
            found |= {"min": self.value(min(self.ends)), "max": self.value(max(self.ends))}
        if self.scale != "linear":
            found["scale"] = self.scale
        found["inverted"] = self.inverted
        return {
            key: value
            for key, value in found.items()
            if value not in ("", []) and value is not False
        }

    def data(self) -> AxisData:
        """The axis for checking claims; a range that is not said is that of its values."""
        low, high = sorted(self.ends) if self.ends is not None else (self._low, self._high)
        names = tuple(self._named())
        low, high = (low, high) if low < high else (0.0, 1.0)
        return AxisData(
            self.label, self._kind, names, low, high, self.pixels, self.scale, self.inverted
        )


def word(value: Any, missing: str = "") -> str:
    """A category as it stands on its axis."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool):
        return str(value).lower()
    return missing if value is None or value != value else str(value)


def floats(values: Any) -> Any:
    """An array of floats; what is no number is NaN."""
    np = numpy()
    if isinstance(values, np.ndarray) and values.dtype.kind in "biuf":
        return values.astype(float).ravel()
    return np.array([_float(one) for one in values], dtype=float)


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def days(values: Any) -> Any:
    """Days since 1970 of dates, by the clock that stands in them; what is no date is NaN."""
    np = numpy()
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        stamps = values.astype("datetime64[us]").ravel()
        found = stamps.astype(np.int64) / 86_400e6
        found[np.isnat(stamps)] = np.nan
        return found
    return np.array([_day(one) for one in values], dtype=float)


def _day(value: Any) -> float:
    moment = moment_of(value)
    if moment is None:
        return float("nan")
    return (moment - EPOCH).total_seconds() / 86400


def moment_of(value: Any) -> dt.datetime | None:
    """A date or a time, without its zone; None for anything else."""
    if type(value).__module__ == "numpy" and hasattr(value, "astype"):
        value = value.astype("datetime64[us]").tolist() if value.dtype.kind == "M" else value
    try:
        if isinstance(value, str):
            return _written(value)
        if isinstance(value, dt.datetime):
            return dt.datetime.fromisoformat(_microseconds(value.isoformat())).replace(tzinfo=None)
        if isinstance(value, dt.date):
            return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001
    except (ValueError, TypeError):
        pass
    return None


@lru_cache(maxsize=1 << 15)
def _written(text: str) -> dt.datetime | None:
    """The moment that a text is: asked for of every value by its axis, its mark and the digest."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, time = found.groups()
    date = f"{year}-{int(month):02}-{int(day or 1):02}"
    clock = f"T{time.strip():0>5}" if time else ""
    return dt.datetime.fromisoformat(_microseconds(date + clock)).replace(tzinfo=None)


def zoned(value: Any) -> bool:
    """Whether a moment has a zone: a page shows it by the clock of who looks at it."""
    return bool(_ZONE.search(str(value)))


def _microseconds(text: str) -> str:
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def _iso(day: float) -> Any:
    try:
        moment = EPOCH + dt.timedelta(seconds=round(day * 86400, 3))
    except (OverflowError, ValueError):
        return short(day)
    return moment.isoformat(timespec="seconds").removesuffix("T00:00:00")


def kind_of(values: Iterable[Any]) -> Kind:
    """What an axis of such values is, where nobody says: dates, categories or numbers."""
    dates = words = others = 0
    for value in values:
        if value is None or value != value:
            continue
        if isinstance(value, str):
            number = _float(value) == _float(value)
            dated = not number and moment_of(value) is not None
            dates, words, others = dates + dated, words + (not number and not dated), others + number  # fmt: skip
        elif isinstance(value, bool):
            words += 1
        elif moment_of(value) is not None:
            dates += 1
        else:
            others += 1
    if words > max(dates, others):
        return "category"
    return "date" if dates > others else ""
