"""What is drawn in one axes: lines, points, bars, boxes, bands, pictures, words.

Each kind is told by the type's name and its public attributes, so nothing of the plotting library
has to be imported. Artists that belong to a container (bars with their errors) are read once.
"""

from __future__ import annotations

import contextlib
from typing import Any

from . import clouds, collections, patches, view, words
from .axis import Axis
from .bars import erring, errors
from .bars import read as read_bars
from .boxes import boxes
from .curves import MOST_POINTS, curve, path
from .names import Names, named
from .numbers import array, numpy, short

_MOST_SERIES = 60


class Marks:
    """The marks of `axes`: `found` maps the names of the facts to what was read."""

    def __init__(self, axes: Any, x: Axis, y: Axis) -> None:
        self.axes, self.x, self.y = axes, x, y
        self.found: dict[str, Any] = {}
        self.cut = False
        """Whether something lies outside of what is seen."""
        self._erring, self._taken = erring(axes)
        lines = list(axes.lines)  # the library makes this list anew at every access
        self._pointed = len(lines) <= MOST_POINTS
        """Whether points are told; of more lines than so many none are."""
        self._names = Names(axes)
        self._containers()
        self._boxes()
        for line in lines[:_MOST_SERIES]:
            self._try(self._line, line)
        rest = lines[_MOST_SERIES:]
        unread = sum(1 for one in rest if id(one) not in self._taken and one.get_visible())
        if unread and "lines" in self.found:
            self.found["unread"] = {"lines": unread}
        self._patches()
        for collection in axes.collections[:_MOST_SERIES]:
            self._try(self._collection, collection)
        if "violins" in self.found:
            with contextlib.suppress(Exception):
                lines = patches.inside_violins(self.found["violins"], self.found.get("lines", []))
                self.found["lines"] = lines
                patches.mark_violins(self.found["violins"], self.found.pop("segments", []))
                for violin in self.found["violins"]:
                    axis = self.y if violin.get("horizontal") else self.x
                    violin["at"] = axis.beside(violin.pop("place"))
        self._stacked_lines()
        for image in axes.images[:_MOST_SERIES]:
            self._try(self._image, image)
        for table in axes.tables[:4]:
            self._try(
                lambda one: self.found.setdefault("tables", []).append(words.rows(one)), table
            )
        for text in words.texts(axes, self.found):
            self._try(self._text, text)

    def _try(self, reader: Any, artist: Any) -> None:
        """One artist that cannot be read costs only itself."""
        if id(artist) not in self._taken and artist.get_visible():
            with contextlib.suppress(Exception):
                reader(artist)

    def add(self, kind: str, facts: dict[str, Any]) -> None:
        """One more of a kind; empty values are left out."""
        kept = {
            key: value
            for key, value in facts.items()
            if value is not None and value is not False and value != "" and value != []
        }
        self.cut = self.cut or "outside" in kept
        self.found.setdefault(kind, []).append(kept)

    # -- containers ---------------------------------------------------------------------

    def _containers(self) -> None:
        erring: dict[int, str] = {}
        for container in self.axes.containers[:_MOST_SERIES]:
            kind = type(container).__name__
            with contextlib.suppress(Exception):
                if kind == "BarContainer":
                    erring[id(container.errorbar)] = self._bars(container)
                elif kind == "StemContainer":
                    self._stem(container)
                elif kind != "ErrorbarContainer":
                    continue
                self._taken.update(map(id, container.get_children()))
        # The errors of bars come before the bars that they belong to.
        for container in self.axes.containers[:_MOST_SERIES]:
            if type(container).__name__ == "ErrorbarContainer":
                with contextlib.suppress(Exception):
                    self._errorbar(container, erring.get(id(container), ""))
                    self._taken.update(map(id, container.get_children()))

    def _bars(self, container: Any) -> str:
        """The label of the bars, which are told."""
        bars = read_bars(container, self.x, self.y, self._names)
        if bars is None:
            self.cut = self.cut or any(bar.get_visible() for bar in container.patches)
            return named(container)
        axis, value_axis = (self.y, self.x) if bars.lies else (self.x, self.y)
        values: list[Any] = [value_axis.number(value) for value in bars.values]
        tops = [base + value for base, value in zip(bars.base, bars.values, strict=True)]
        self.cut = self.cut or not all(view.touches(value_axis, top, top) for top in tops)
        label = {"label": bars.label}
        more = {"horizontal": bars.lies, "stacked": bars.stacked, "outside": bars.outside or None}
        places = bars.places(axis)
        if bars.touching and None in places:
            held = bars.held(axis) if axis.names else None
            if held is not None:
                counts = [[name, value_axis.number(value)] for name, value in held]
                self.add("bars", label | {"values": counts} | more)
                return bars.label
            read = axis.number if axis.names else axis.value
            edges = [read(place) for place in (*bars.start, bars.ends[-1])]
            self.add("histogram", label | {"edges": edges, "counts": values} | more)
            return bars.label
        told = [
            axis.value(middle) if place is None else axis.names[place]
            for place, middle in zip(places, bars.middle, strict=True)
        ]
        base = [value_axis.value(value) for value in bars.base] if bars.stacked else None
        pairs = [list(pair) for pair in zip(told, values, strict=True)]
        loose = bars.errors or id(container) in self._erring
        self.add("bars", label | {"values": pairs} | more | {"from": base, "errors": loose})
        return bars.label

    def _errorbar(self, container: Any, label: str) -> None:
        data, _, bars = container.lines
        label = named(container) or label
        if data is not None and data.get_visible():
            self._curve(data, label)
        for number, segments in enumerate(bars):
            if segments.get_visible():
                across = container.has_xerr and number == 0
                found = errors(segments, data, self.x, self.y, across=across)
                self.add("errorbars", {"label": label} | found)

    def _stem(self, container: Any) -> None:
        if container.markerline.get_visible():
            self._curve(container.markerline, named(container))

    # -- lines --------------------------------------------------------------------------

    def _boxes(self) -> None:
        with contextlib.suppress(Exception):
            for box, parts in boxes(self.axes):
                lies = box.pop("horizontal", False)
                axis, values = (self.y, self.x) if lies else (self.x, self.y)
                at = box.pop("at")
                name, hue = str(axis.beside(at)), self._names.of(box.pop("colour"), "box")
                self._taken.update(parts)
                if not view.touches(axis, at, at) or not view.touches(
                    values, box["low"], box["high"]
                ):
                    self.cut = True
                    continue
                label = ", ".join(filter(None, dict.fromkeys((name, hue))))
                self.add("box", {"label": label} | {k: values.number(v) for k, v in box.items()})

    def _line(self, line: Any) -> None:
        label = named(line)
        if hasattr(line, "get_data_3d"):
            if found := path(line.get_data_3d(), label, self.x, self.y):
                self.add("paths", found)
            return
        x, y = array(line.get_xdata(orig=False)), array(line.get_ydata(orig=False))
        if type(line).__name__ == "AxLine":
            slope = line.get_slope() if hasattr(line, "get_slope") else None
            if slope is not None:
                through = [short(v) for v in line.get_xy1()]
                self.add("rules", {"through": through, "slope": short(slope), "label": label})
            return
        across, up = line.get_transform().contains_branch_seperately(self.axes.transData)
        if not (across or up) or not len(x):
            return
        if not (across and up):
            which, axis, at = ("x", self.x, x[0]) if across else ("y", self.y, y[0])
            if view.touches(axis, at, at):
                self.add("rules", {which: axis.value(at), "label": label})
            self.cut = self.cut or not view.touches(axis, at, at)
        else:
            self._curve(line, label or self._names.of(line.get_color(), "line"))

    def _curve(self, line: Any, label: str) -> None:
        data = line.get_xdata(orig=False), line.get_ydata(orig=False)
        if found := curve(*data, label, self.x, self.y, pointed=self._pointed):
            self.add("lines", found)
        elif len(data[0]):
            self.cut = True

    def _stacked_lines(self) -> None:
        """A line along the upper edge of an area on another does not have its values for heights."""
        for line in self.found.get("lines", ()):
            for band in self.found.get("bands", ()):
                edge = [line["min"][1], line["max"][1]]
                same = line.get("label") and line["label"] == band.get("label")
                if same and any(band["low"]) and band["high"] == edge:
                    line["stacked"] = True

    # -- patches, collections, pictures, words -------------------------------------------

    def _patches(self) -> None:
        left = [p for p in self.axes.patches if id(p) not in self._taken and p.get_visible()]
        wedges = [patch for patch in left if hasattr(patch, "theta1")]
        if wedges and not self.found:
            with contextlib.suppress(Exception):
                rings = patches.rings(wedges, self._names)
                self.found["pie"] = rings[0]
                if len(rings) > 1:
                    self.found["pie"] = []
                    self.found["rings"] = [{"values": ring} for ring in rings]
        for patch in left[:_MOST_SERIES]:
            with contextlib.suppress(Exception):
                steps = patches.steps(patch)
                if steps is not None:
                    self._steps(patch, steps)
                span = patches.span(patch, self.axes)
                if span is not None:
                    which, low, high = span
                    axis = self.x if which == "x" else self.y
                    if view.touches(axis, low, high):
                        ends = [axis.value(low), axis.value(high)]
                        self.add("spans", {which: ends, "label": named(patch)})
                    self.cut = self.cut or not view.touches(axis, low, high)

    def _steps(self, patch: Any, steps: patches.Steps) -> None:
        edges, counts = steps.edges, steps.counts
        axis, values = (self.y, self.x) if steps.lies else (self.x, self.y)
        kept = view.seen(axis, (edges[:-1] + edges[1:]) / 2).nonzero()[0]
        if not len(kept):
            self.cut = True
            return
        first, last = int(kept[0]), int(kept[-1]) + 1
        self.add(
            "histogram",
            {
                "label": named(patch) or self._names.of(_colour(patch), "steps"),
                "edges": [
                    axis.number(v) if axis.names else axis.value(v) for v in edges[first : last + 1]
                ],
                "counts": [values.number(v) for v in counts[first:last]],
                "horizontal": steps.lies,
                "stacked": steps.stacked,
                "outside": len(counts) - (last - first) or None,
            },
        )

    def _collection(self, collection: Any) -> None:
        kind, found = collections.read(collection, self.axes, self.x, self.y)
        if kind == "other":
            other = self.found.setdefault("other", {})
            other[found[0]] = other.get(found[0], 0) + 1
            return
        label = named(collection)
        if not label and "Poly" in type(collection).__name__:
            label = self._names.of(_colour(collection), "area")
        for facts in found:
            self.add(kind or facts.pop("kind"), {"label": label} | facts)
        if not found:
            self.cut = True

    def _text(self, text: Any) -> None:
        facts = words.text(text, self.axes, self.x, self.y)
        if facts is not None:
            self.add("text", facts)
        self.cut = self.cut or facts is None

    def _image(self, image: Any) -> None:
        if image.get_array() is None:
            return
        # Other pictures than those of `imshow` lie where they like.
        plain = type(image).__name__ == "AxesImage"
        facts = clouds.picture(image, self.x, self.y) if plain else clouds.grid(image)
        if facts is not None:
            self.add("images", {"label": named(image)} | facts)
        self.cut = self.cut or facts is None


def _colour(artist: Any) -> Any:
    """The colour of an area: of its face, or of its edge if it has none."""
    for colours in (artist.get_facecolor(), artist.get_edgecolor()):
        colour = numpy().ravel(colours)[:4]
        if len(colour) == 4 and colour[3] > 0:
            return tuple(map(float, colour))
    return None
