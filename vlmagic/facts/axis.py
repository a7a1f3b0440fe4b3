"""One axis of a matplotlib chart: label, range, scale, and what its numbers stand for."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise
from typing import Any

from .numbers import numpy, short
from .view import EVERYTHING, Limits, widened

_MOST_CATEGORIES = 40
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001
"""What days are counted from."""


def every_axes(figure: Any) -> list[Any]:
    """The visible axes of a figure with their insets; colour bars belong to what they explain."""
    found: list[Any] = []
    for axes in figure.axes:
        for one in (axes, *axes.child_axes):
            colourbar = one.get_label() == "<colorbar>"
            if one.get_visible() and not colourbar and hasattr(one, "plot") and one not in found:
                found.append(one)
    return found


class Axis:
    """The x or y axis of `axes`; `facts` describes it, `value` reads a number on it."""

    def __init__(self, axes: Any, which: str) -> None:
        self.axis = getattr(axes, f"{which}axis")
        self.names: dict[float, str] = {}
        self.kind = ""
        self.period = getattr(axes, "freq", None) if which == "x" else None
        convert = getattr(self.axis, "get_converter", None)
        converter = type(convert() if convert else self.axis.converter).__name__
        if "Date" in converter or "Period" in converter:
            self.kind = "date"
        elif type(self.axis.get_major_locator()).__name__ == "FixedLocator":
            self._named(list(self.axis.get_major_locator().locs))
        if "Category" in converter and not self.names:
            places = getattr(self.axis.units, "_mapping", {})
            self._known((place, str(name)) for name, place in places.items())
        self.scale = self.axis.get_scale()

    def _named(self, places: list[Any]) -> None:
        """Labels that were set by hand are categories, unless they are numbers on an axis of them.

        Numbers are names where they stand side by side and are not their own places.
        """
        form = self.axis.get_major_formatter()
        if type(form).__name__ not in ("FixedFormatter", "FuncFormatter"):
            return
        labels = [str(form(place, number)) for number, place in enumerate(places)]
        steps = {round(b - a, 6) for a, b in pairwise(places)}
        if steps != {1} or all(map(_repeats, labels, places)):
            labels = ["" if _number(one) is not None else one for one in labels]
        self._known(zip(places, labels, strict=True))

    def _known(self, pairs: Iterable[tuple[float, str]]) -> None:
        self.names = {round(float(at), 6): label[:100] for at, label in pairs if label}
        self.kind = "category" if self.names else ""

    def value(self, number: float) -> Any:
        """The number as the reader sees it: an ISO date, a category, or itself, shortened."""
        name = self.names.get(round(float(number), 6)) if self.names else None
        if name is not None:
            return name
        if self.kind == "date":
            return self._date(number)
        return short(number)

    def place(self, bound: float | str) -> float:
        """The number of a value as the reader sees it; ValueError or KeyError if it has no place.

        A category by its name, a date as ISO text, and a whole number of four digits on an axis of
        dates is a year.
        """
        if self.kind == "category" and isinstance(bound, str):
            return {name: place for place, name in self.names.items()}[bound]
        if self.kind != "date" or isinstance(bound, float):
            return float(bound)
        if isinstance(bound, int) and not 1000 <= bound <= 9999:
            raise ValueError(bound)
        moment = numpy().datetime64(str(bound).strip(), "us").item()
        if self.period is not None and "pandas" in sys.modules:
            return float(sys.modules["pandas"].Period(moment, freq=self.period).ordinal)
        number = float(sys.modules["matplotlib.dates"].date2num(moment))
        shown = self.moment(number)
        return number + ((moment - shown).total_seconds() / 86400 if shown else 0.0)

    def _date(self, number: float) -> Any:
        moment = self.moment(number)
        if moment is None:
            return short(number)
        return moment.isoformat(timespec="seconds").removesuffix("T00:00:00")

    def moment(self, number: float) -> dt.datetime | None:
        """A place on an axis of dates, by the clock that the axis shows; None beyond all dates."""
        try:
            if self.period is not None and "pandas" in sys.modules:
                period = sys.modules["pandas"].Period(ordinal=int(number), freq=self.period)
                found = period.start_time.to_pydatetime()
            else:
                found = sys.modules["matplotlib.dates"].num2date(number, self.zone)
            return found.replace(tzinfo=None)  # type: ignore[no-any-return]
        except (ValueError, OverflowError, KeyError, TypeError):
            return None

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


def _number(text: str) -> float | None:
    try:
        return float(text.replace("\N{MINUS SIGN}", "-").rstrip("%"))
    except ValueError:
        return None


def _repeats(text: str, place: float) -> bool:
    """Whether a label only says where it stands, as a number or in percent."""
    number = _number(text)
    return number is not None and place in (number, number / 100 if "%" in text else number)
