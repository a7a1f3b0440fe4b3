"""One axis of a matplotlib chart: label, range, scale, and what its numbers stand for."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import sys
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

from .numbers import digits, numpy, short
from .view import EVERYTHING, Limits, widened

_MOST_CATEGORIES = 40
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001
"""What days are counted from."""
_PERIODS = {"M": "{:%Y-%m}", "Q": "{:%Y}-Q{quarter}", "Y": "{:%Y}", "A": "{:%Y}"}
"""How periods longer than a week are called, by the first letter of their frequency."""


def every_axes(figure: Any) -> list[Any]:
    """The visible axes of a figure with their insets; colour bars belong to what they explain."""
    found: list[Any] = []
    for axes in figure.axes:
        for one in (axes, *axes.child_axes):
            colourbar = one.get_label() == "<colorbar>" or hasattr(one, "_colorbar")
            if one.get_visible() and not colourbar and hasattr(one, "plot") and one not in found:
                found.append(one)
    return found


class Axis:
    """The x or y axis of `axes`; `facts` describes it, `value` reads a number on it."""

    def __init__(self, axes: Any, which: str) -> None:
        self.axis = getattr(axes, f"{which}axis")
        self.names: dict[float, str] = {}
        self.kind = ""
        self.scale = self.axis.get_scale()
        self.base: float | None = None
        """What its places are powers of, where only their logarithms are drawn (plotnine)."""
        converter, units = _converter(axes, which)
        form = self.axis.get_major_formatter()
        kinds = f"{converter} {type(form).__name__} {type(self.axis.get_major_locator()).__name__}"
        self.period = None
        if which == "x":
            self.period = getattr(axes, "freq", None) or getattr(form, "freq", None)
        if "Date" in kinds or "Period" in kinds:
            self.kind = "date"
        elif type(self.axis.get_major_locator()).__name__ == "FixedLocator":
            with contextlib.suppress(Exception):  # the user's own function may do anything
                self._named(form, list(self.axis.get_major_locator().locs))
        if "Category" in kinds and not self.names:
            places = getattr(units, "_mapping", None) or getattr(form, "_units", {})
            self._known((place, str(name)) for name, place in places.items())

    def _named(self, form: Any, places: list[Any]) -> None:
        """Labels that were set by hand are names, unless each only says where it stands."""
        if not {"FixedFormatter", "FuncFormatter"} & {one.__name__ for one in type(form).__mro__}:
            return
        said = [(float(at), str(form(at, number))) for number, at in enumerate(places)]
        said = [(at, label) for at, label in said if label.strip()]
        if all(_repeats(label, at) for at, label in said):
            return
        if all(_dates(label, at) for at, label in said):
            self.kind = "date"
            return
        numbers = [(at, _number(label)) for at, label in said]
        for base in (10.0, 2.0) if self.scale == "linear" and len(said) > 2 else ():
            if all(number is not None and _close(number, base**at) for at, number in numbers):
                self.base, self.scale = base, "log"
                return
        self._known(said)

    def _known(self, pairs: Iterable[tuple[float, str]]) -> None:
        self.names = {round(float(at), 6): label[:100] for at, label in pairs if label}
        self.kind = "category" if self.names else ""

    def plain(self, places: Any) -> Any:
        """Places as the numbers that they stand for: an array, or one."""
        return places if self.base is None else self.base**places

    def number(self, value: float) -> float | int | None:
        """A number with as many digits as tell places on this axis apart."""
        return short(value, self._digits)

    def nearest(self, at: float) -> float | None:
        """The place of the name beside which something stands: none if half a step away."""
        if not self.names:
            return None
        places = sorted(self.names)
        step = min((b - a for a, b in pairwise(places)), default=1.0)
        place = min(places, key=lambda one: abs(one - at))
        return place if abs(place - at) <= min(step, 1.0) / 2 + 1e-6 else None

    def beside(self, at: float) -> Any:
        """What stands in a group beside its tick is told by the name there."""
        place = self.nearest(at)
        return self.value(at) if place is None else self.names[place]

    @cached_property
    def _digits(self) -> int:
        return digits(*self.axis.get_view_interval()) if self.scale == "linear" else 6

    def value(self, number: float) -> Any:
        """The number as the reader sees it: an ISO date, a category, or itself, shortened."""
        name = self.names.get(round(float(number), 6)) if self.names else None
        if name is not None:
            return name
        if self.kind == "date":
            return self._date(number)
        return self.number(self.plain(number))

    def place(self, bound: float | str, *, last: bool = False) -> float:
        """The number of a value as the reader sees it; ValueError or KeyError if it has no place.

        A category by its name, a date as ISO text, and a whole number of four digits on an axis of
        dates is a year. `last` asks for the end of a year, a month or a day instead of its start.
        """
        if self.kind == "category" and (
            isinstance(bound, str) or str(bound) in self.names.values()
        ):
            return {name: place for place, name in self.names.items()}[str(bound)]
        if self.base is not None:
            return math.log(float(bound), self.base)
        if self.kind != "date" or isinstance(bound, float):
            return float(bound)
        if isinstance(bound, int) and not 1000 <= bound <= 9999:
            raise ValueError(bound)
        text = str(bound).strip()
        if (aware := _aware(text)) is not None:
            if self.period is not None:
                raise ValueError(bound)  # periods know no zones
            return float(sys.modules["matplotlib.dates"].date2num(aware))
        start = numpy().datetime64(text)
        if last and numpy().datetime_data(start)[0] in ("Y", "M", "D"):
            # Short of the next by more than the limits of an axis are widened.
            start = (start + 1).astype("datetime64[us]") - numpy().timedelta64(5, "s")
        moment = start.astype("datetime64[us]").item()
        if self.period is not None and "pandas" in sys.modules:
            return float(sys.modules["pandas"].Period(moment, freq=self.period).ordinal)
        number = float(sys.modules["matplotlib.dates"].date2num(moment))
        shown = self.moment(number)
        return number + ((moment - shown).total_seconds() / 86400 if shown else 0.0)

    def _date(self, number: float) -> Any:
        moment = self.moment(number)
        if moment is None:
            return short(number)
        if form := _PERIODS.get(str(getattr(self.period, "name", self.period))[:1]):
            return form.format(moment, quarter=(moment.month + 2) // 3)
        return moment.isoformat(timespec="seconds").removesuffix("T00:00:00")

    def moment(self, number: float) -> dt.datetime | None:
        """A place on an axis of dates, by the clock that the axis shows; None beyond all dates."""
        try:
            if self.period is not None and "pandas" in sys.modules:
                period = sys.modules["pandas"].Period(ordinal=int(number), freq=self.period)
                weekly = str(period.freqstr).startswith("W")  # a week has the name of its last day
                found = (
                    period.end_time.normalize() if weekly else period.start_time
                ).to_pydatetime()
            else:
                found = sys.modules["matplotlib.dates"].num2date(number, self.zone)
            return found.replace(tzinfo=None)  # type: ignore[no-any-return]
        except (ValueError, OverflowError, KeyError, TypeError):
            return None

    def days(self, places: Sequence[float]) -> list[float]:
        """Places on an axis of dates as days since 1970; NaN for those beyond all dates."""
        if self.period is not None and "pandas" in sys.modules:
            with contextlib.suppress(ValueError, OverflowError, TypeError):
                return self._starts(places)
        moments = map(self.moment, places)
        return [
            float("nan") if one is None else (one - EPOCH).total_seconds() / 86400
            for one in moments
        ]

    def _starts(self, places: Sequence[float]) -> list[float]:
        """The days on which periods begin, all at once; ValueError if one is beyond all dates."""
        np, pandas = numpy(), sys.modules["pandas"]
        kind = pandas.PeriodDtype(self.period)
        periods = pandas.arrays.PeriodArray(np.array([*map(int, places)], np.int64), dtype=kind)
        weekly = str(kind.freq.freqstr).startswith("W")  # a week has the name of its last day
        found = (
            periods.to_timestamp(how="end").normalize()
            if weekly
            else periods.to_timestamp(how="start")
        )
        stamps = np.asarray(found).astype("datetime64[us]").astype(np.int64)
        return (stamps / 86400e6).tolist()  # type: ignore[no-any-return]

    @property
    def zone(self) -> Any:
        """The time zone of the clock that the axis shows; None for that of the library."""
        for one in (self.axis.get_major_formatter(), self.axis.get_major_locator()):
            if getattr(one, "tz", None) is not None:
                return one.tz
        return None

    @cached_property
    def limits(self) -> Limits:
        """The lowest and the highest place that are seen; all, where no straight axes are."""
        if self.axis.axes.name != "rectilinear":
            return EVERYTHING
        return widened(*map(float, self.axis.get_view_interval()))

    def facts(self, label: str) -> dict[str, Any]:
        """The axis as JSON data."""
        low, high = sorted(self.axis.get_view_interval())
        found: dict[str, Any] = {"label": label[:200]} if label else {}
        if self.kind == "category":
            names = [self.names[place][:60] for place in sorted(self.names)]
            found |= {"kind": "category", "categories": names[:_MOST_CATEGORIES]}
        else:
            found |= {"min": self.value(low), "max": self.value(high)}
            if self.kind:
                found["kind"] = self.kind
        if self.scale != "linear":
            found["scale"] = self.scale
        if self.axis.get_inverted():
            found["inverted"] = True
        return found


def _converter(axes: Any, which: str) -> tuple[str, Any]:
    """The name of what makes places of values, and its units; those of axes that share the axis.

    Only the first of shared axes may have been told what is drawn on all.
    """
    shared = getattr(axes, f"get_shared_{which}_axes", None)
    for one in (axes, *(shared().get_siblings(axes) if shared else ())):
        axis = getattr(one, f"{which}axis")
        get = getattr(axis, "get_converter", None)
        converter = get() if get else axis.converter
        if converter is not None:
            return type(converter).__name__, axis.units
    return "", None


def _aware(text: str) -> dt.datetime | None:
    """A moment that says its own time zone; None for any other text."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _number(text: str) -> float | None:
    plain = text.replace("\N{MINUS SIGN}", "-").replace(",", "").strip()
    try:
        return float(plain.rstrip("%"))
    except ValueError:
        return None


def _repeats(text: str, place: float) -> bool:
    """Whether a label only says where it stands, rounded, as a number or in percent."""
    number = _number(text)
    if number is None:
        return False
    decimals = len(text.rpartition(".")[2].strip("% ")) if "." in text else 0
    near = (
        1e-9 * abs(number)
        if place == round(place)
        else 10.0**-decimals * (1 if decimals else 0.499)
    )
    if "e" in text.lower():
        near = 1e-3 * abs(number)
    return any(
        abs(at - number) <= near for at in ((place, place * 100) if "%" in text else (place,))
    )


def _dates(text: str, place: float) -> bool:
    """Whether a label is the ISO date, or the beginning of it, of the day that its place counts."""
    try:
        return len(text) >= 4 and (EPOCH + dt.timedelta(days=place)).isoformat().startswith(text)
    except OverflowError:
        return False


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * abs(one)
