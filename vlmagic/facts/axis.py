"""One axis of a matplotlib chart: label, range, scale, and what its numbers stand for."""

from __future__ import annotations

import sys
from typing import Any

from .numbers import short

_MOST_CATEGORIES = 40


class Axis:
    """The x or y axis of `axes`; `facts` describes it, `value` reads a number on it."""

    def __init__(self, axes: Any, which: str) -> None:
        self.axis = getattr(axes, f"{which}axis")
        self.names: dict[float, str] = {}
        self.kind = ""
        self.period = getattr(axes, "freq", None) if which == "x" else None
        convert = getattr(self.axis, "get_converter", None)
        converter = type(convert() if convert else self.axis.converter).__name__
        if "Category" in converter:
            places = list(self.axis.get_major_locator().tick_values(None, None))
            self._named(places)
        elif "Date" in converter or "Period" in converter:
            self.kind = "date"
        elif type(self.axis.get_major_locator()).__name__ == "FixedLocator":
            self._named(list(self.axis.get_major_locator().locs))
        self.scale = self.axis.get_scale()

    def _named(self, places: list[Any]) -> None:
        """Labels that were set by hand are categories, unless they only repeat the number."""
        form = self.axis.get_major_formatter()
        if type(form).__name__ not in ("StrCategoryFormatter", "FixedFormatter", "FuncFormatter"):
            return
        for number, place in enumerate(places):
            if type(form).__name__ == "StrCategoryFormatter":
                label = form.format_ticks([place])[0]
            else:
                label = str(form(place, number))
            if label and not _is_number(label):
                self.names[round(float(place), 6)] = label[:60]
        self.kind = "category" if self.names else ""

    def value(self, number: float) -> Any:
        """The number as the reader sees it: an ISO date, a category, or itself, shortened."""
        name = self.names.get(round(float(number), 6)) if self.names else None
        if name is not None:
            return name
        if self.kind == "date":
            return self._date(number)
        return short(number)

    def _date(self, number: float) -> Any:
        try:
            if self.period is not None and "pandas" in sys.modules:
                period = sys.modules["pandas"].Period(ordinal=int(number), freq=self.period)
                moment = period.start_time.to_pydatetime()
            else:
                moment = sys.modules["matplotlib.dates"].num2date(number)
            text = moment.replace(tzinfo=None).isoformat(timespec="seconds")
        except (ValueError, OverflowError, KeyError, TypeError):
            return short(number)
        return text.removesuffix("T00:00:00")

    def facts(self, label: str) -> dict[str, Any]:
        """The axis as JSON data."""
        low, high = sorted(self.axis.get_view_interval())
        found: dict[str, Any] = {"label": label[:200]} if label else {}
        if self.kind == "category":
            names = [self.names[place] for place in sorted(self.names)]
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


def _is_number(text: str) -> bool:
    try:
        float(text.replace("\N{MINUS SIGN}", "-").rstrip("%"))
    except ValueError:
        return False
    return True
