"""What is drawn in one axes: lines, points, bars, boxes, bands, pictures, words.

Each kind is told by the type's name and its public attributes, so nothing of the plotting library
has to be imported. Artists that belong to a container (bars with their errors) are read once.
"""

from __future__ import annotations

import contextlib
from typing import Any

from . import clouds, collections, patches, view
from .axis import Axis
from .curves import MOST_POINTS, curve, path
from .names import colours, named, rgba
from .numbers import array, short

_MOST_SERIES = 60


class Marks:
    """The marks of `axes`: `found` maps the names of the facts to what was read."""

    def __init__(self, axes: Any, x: Axis, y: Axis) -> None:
        self.axes, self.x, self.y = axes, x, y
        self.found: dict[str, Any] = {}
        self.cut = False
        """Whether something lies outside of what is seen."""
        self._taken: set[int] = set()
        self._legend = colours(axes.get_legend())
        self._containers()
        self._boxes()
        for line in axes.lines[:_MOST_SERIES]:
            self._try(self._line, line)
        self._patches()
        for collection in axes.collections[:_MOST_SERIES]:
            self._try(self._collection, collection)
        if "violins" in self.found:
            with contextlib.suppress(Exception):
                lines = patches.inside_violins(self.found["violins"], self.found.get("lines", []))
                self.found["lines"] = lines
                self.found.pop("segments", None)
        for image in axes.images[:_MOST_SERIES]:
            self._try(self._image, image)
        for table in axes.tables[:4]:
            self._try(self._table, table)
        self._texts()

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
        for container in self.axes.containers[:_MOST_SERIES]:
            reader = {
                "BarContainer": self._bars,
                "ErrorbarContainer": self._errorbar,
                "StemContainer": self._stem,
            }.get(type(container).__name__)
            if reader is None:
                continue
            with contextlib.suppress(Exception):
                reader(container)
                for child in container.get_children():
                    self._taken.add(id(child))

    def _bars(self, container: Any) -> None:
        every = list(container.patches)
        across = getattr(container, "orientation", "vertical") == "horizontal"
        axis, value_axis = (self.y, self.x) if across else (self.x, self.y)
        bars = view.bars(axis, every, lying=across)
        if not bars:
            return
        start = [bar.get_y() if across else bar.get_x() for bar in bars]
        width = [bar.get_height() if across else bar.get_width() for bar in bars]
        length = [bar.get_width() if across else bar.get_height() for bar in bars]
        base = [bar.get_x() if across else bar.get_y() for bar in bars]
        ends = [s + w for s, w in zip(start, width, strict=True)]
        near = 1e-6 * max(abs(end) for end in (*start, *ends)) + 1e-12
        touching = all(abs(ends[i] - start[i + 1]) <= near for i in range(len(bars) - 1))
        lifted = any(abs(value) > 0 for value in base) and value_axis.scale == "linear"
        label = named(container) or self._legend.get(tuple(bars[0].get_facecolor()), "")
        outside = len(every) - len(bars) or None
        if touching and len(every) > 2 and axis.kind != "category":
            edges = [axis.value(v) for v in (*start, ends[-1])]
            counts = {"edges": edges, "counts": [short(v) for v in length]}
            more = {"horizontal": across, "outside": outside}
            self.add("histogram", {"label": label} | counts | more)
            return
        values = [
            [self._bar_name(axis, s, w), short(v)]
            for s, w, v in zip(start, width, length, strict=True)
        ]
        self.add(
            "bars",
            {
                "label": label,
                "values": values,
                "horizontal": across,
                "stacked": lifted,
                "from": [value_axis.value(v) for v in base] if lifted else None,
                "errors": container.errorbar is not None,
                "outside": outside,
            },
        )

    def _bar_name(self, axis: Axis, start: float, width: float) -> Any:
        """A bar of a group stands beside its tick: the nearest category within half a step."""
        middle = start + width / 2
        if axis.names:
            place = min(axis.names, key=lambda at: abs(at - middle))
            if abs(place - middle) <= 0.5 or place == round(start, 6):
                return axis.names[place]
        return axis.value(middle)

    def _errorbar(self, container: Any) -> None:
        data, _, bars = container.lines
        label = named(container)
        if data is not None:
            self._curve(data, label)
        for number, segments in enumerate(bars):
            across = container.has_xerr and number == 0
            ends = [array(segment).reshape(-1, 2) for segment in segments.get_segments()]
            at = 0 if across else 1
            points = [
                [
                    self.x.value(end[:, 0].mean()),
                    self.y.value(end[:, 1].mean()),
                    short((end[:, at].max() - end[:, at].min()) / 2),
                ]
                for end in ends[:MOST_POINTS]
                if len(end)
            ]
            self.add(
                "errorbars",
                {"label": label, "of": "x" if across else "y", "n": len(ends), "points": points},
            )

    def _stem(self, container: Any) -> None:
        self._curve(container.markerline, named(container))

    # -- lines --------------------------------------------------------------------------

    def _boxes(self) -> None:
        with contextlib.suppress(Exception):
            for box, parts in patches.boxes(self.axes):
                axis = self.y if box.pop("horizontal", False) else self.x
                name = str(self._bar_name(axis, box.pop("at"), 0))
                colour = box.pop("colour")
                hue = self._legend.get(tuple(colour), "") if colour is not None else ""
                label = ", ".join(filter(None, dict.fromkeys((name, hue))))
                self.add("box", {"label": label} | {k: short(v) for k, v in box.items()})
                self._taken.update(parts)

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
        if not across:
            self.add("rules", {"y": self.y.value(y[0]), "label": label})
        elif not up:
            self.add("rules", {"x": self.x.value(x[0]), "label": label})
        elif not label and len(x) <= 3 and "bars" in self.found and _straight(x, y):
            for bars in self.found["bars"]:
                bars["errors"] = True
        else:
            self._curve(line, label or self._legend.get(rgba(line.get_color()), ""))

    def _curve(self, line: Any, label: str) -> None:
        data = line.get_xdata(orig=False), line.get_ydata(orig=False)
        # Of more lines than this no points are told.
        pointed = len(self.axes.lines) <= MOST_POINTS
        if found := curve(*data, label, self.x, self.y, pointed=pointed):
            self.add("lines", found)

    # -- patches, collections, pictures, words -------------------------------------------

    def _patches(self) -> None:
        left = [p for p in self.axes.patches if id(p) not in self._taken and p.get_visible()]
        wedges = [patch for patch in left if hasattr(patch, "theta1")]
        if wedges and not self.found:
            with contextlib.suppress(Exception):
                self.found["pie"] = patches.pie(wedges, self.axes.texts)
        for patch in left[:_MOST_SERIES]:
            with contextlib.suppress(Exception):
                steps = patches.steps(patch)
                if steps is not None:
                    self._steps(patch, *steps)
                span = patches.span(patch, self.axes)
                if span is not None:
                    which, low, high = span
                    axis = self.x if which == "x" else self.y
                    self.add(
                        "spans",
                        {which: [axis.value(low), axis.value(high)], "label": named(patch)},
                    )

    def _steps(self, patch: Any, edges: Any, counts: Any) -> None:
        kept = view.seen(self.x, (edges[:-1] + edges[1:]) / 2).nonzero()[0]
        if not len(kept):
            return
        first, last = int(kept[0]), int(kept[-1]) + 1
        self.add(
            "histogram",
            {
                "label": named(patch),
                "edges": [self.x.value(v) for v in edges[first : last + 1]],
                "counts": [short(v) for v in counts[first:last]],
                "outside": len(counts) - (last - first) or None,
            },
        )

    def _collection(self, collection: Any) -> None:
        kind, found = collections.read(collection, self.axes, self.x, self.y)
        if kind == "other":
            other = self.found.setdefault("other", {})
            other[found[0]] = other.get(found[0], 0) + 1
            return
        for facts in found:
            self.add(kind or facts.pop("kind"), {"label": named(collection)} | facts)

    def _image(self, image: Any) -> None:
        if image.get_array() is None:
            return
        # Other pictures than those of `imshow` lie where they like.
        plain = type(image).__name__ == "AxesImage"
        facts = clouds.picture(image, self.x, self.y) if plain else clouds.grid(image)
        if facts is not None:
            self.add("images", {"label": named(image)} | facts)

    def _table(self, table: Any) -> None:
        cells = sorted(table.get_celld().items())[:_MOST_SERIES]
        rows: dict[int, list[str]] = {}
        for (row, _), cell in cells:
            rows.setdefault(row, []).append(cell.get_text().get_text()[:60])
        self.found.setdefault("tables", []).append(list(rows.values()))

    def _texts(self) -> None:
        texts = [t for t in self.axes.texts if t.get_visible() and t.get_text().strip()]
        told = [sum(len(b["values"]) for b in self.found.get("bars", ()))]
        told += [i["shape"][0] * i["shape"][-1] for i in self.found.get("images", ())]
        if "pie" in self.found or (len(texts) > 1 and len(texts) in told):
            return
        for text in texts[:20]:
            with contextlib.suppress(Exception):
                across, up = text.get_transform().contains_branch_seperately(self.axes.transData)
                place: Any = text.get_position() if across and up else None
                if getattr(text, "xycoords", None) == "data":
                    place = text.xy
                facts: dict[str, Any] = {"say": text.get_text()[:200]}
                if place is not None:
                    at = (
                        float(self.axes.convert_xunits(place[0])),
                        float(self.axes.convert_yunits(place[1])),
                    )
                    facts = {"at": [self.x.value(at[0]), self.y.value(at[1])]} | facts
                self.add("text", facts)


def _straight(x: Any, y: Any) -> bool:
    """Whether a short line stands upright or lies: the error of a bar, where seaborn draws it."""
    return bool(len(x) > 1 and ((x == x[0]).all() or (y == y[0]).all()))
