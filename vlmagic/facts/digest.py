"""One SHA-256 over all data and all text of a matplotlib figure.

Equal for the same chart drawn by another version of the library: colours, fonts and private names
are left out, what is computed only when it is drawn, and limits, unless they hide something. Of
colours only counts which marks have the same one, and what the legend calls it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from .axis import Axis
from .classes import classes, first_seen
from .ink import Ink
from .names import Names, label_of, legend_of, said, title
from .numbers import array, numpy
from .words import place


def digest(figure: Any, axes: list[Any], cut: list[Any]) -> str:
    """SHA-256 (hex) of everything that the figure says, in the order it was drawn.

    `cut` are those of its axes whose limits hide some of the data.
    """
    ink = Ink()
    for part in parts(figure):
        ink.text("figure")
        ink.text("words", *sorted(filter(None, map(said, part.texts))))
        for legend in part.legends:
            if legend.get_visible():
                _legend(ink, legend)
        for image in part.images:
            if image.get_visible():
                _image(ink, image)
    for one in axes:
        _axes(ink, one)
    for one in cut:
        limits = [*sorted(one.get_xlim()), *sorted(one.get_ylim())]
        ink.text("seen", str(axes.index(one)), *(f"{limit:.6g}" for limit in limits))
    return ink.hexdigest()


def parts(figure: Any) -> list[Any]:
    """The figure and the subfigures in it, and in them."""
    return [figure, *(inner for part in figure.subfigs for inner in parts(part))]


def _axes(ink: Ink, axes: Any) -> None:
    ink.text("axes", axes.name, title(axes))
    for which in "xyz" if hasattr(axes, "zaxis") else "xy":
        axis = Axis(axes, which)
        ink.text("axis", label_of(axes, which), axis.scale)
        _names(ink, axis)
    names, looks = Names(axes), set(_looks(axes))
    for container in axes.containers:
        if type(container).__name__ == "BarContainer" and container.patches:
            ink.text("bars", _label(container))
            _classes(ink, [bar.get_facecolor() for bar in container.patches], names)
    for artists, read in (
        (axes.lines, _line),
        (axes.patches, _patch),
        (axes.collections, _collection),
        (axes.images, _image),
        (axes.tables, _table),
    ):
        for artist in artists:
            if not artist.get_visible() or id(artist) in looks:
                continue
            try:
                read(ink, artist)
                if read is _line and not _label(artist):
                    ink.text("named", names.of(artist.get_color(), ""))
                elif read is _collection and artist.get_array() is None:
                    _marked(ink, artist, names)
            except Exception as error:  # noqa: BLE001 - what cannot be read is known by how
                ink.text("unreadable", type(artist).__name__, type(error).__name__)
    _words(ink, axes)
    for scale in (one for one in axes.child_axes if not hasattr(one, "plot")):
        if scale.get_visible():
            _scale(ink, scale)
    if hasattr(axes, "zz_dataLim"):
        ink.numbers(
            "space", [axes.xy_dataLim.get_points().ravel(), axes.zz_dataLim.intervalx.repeat(2)]
        )
    if legend_of(axes) is not None:
        _legend(ink, axes.get_legend())


def _names(ink: Ink, axis: Axis) -> None:
    for at, name in sorted(axis.names.items()):
        ink.text(f"{at:.10g}", name)


def _looks(axes: Any) -> Iterator[int]:
    """What is drawn for the look alone, by id: caps of errors, shadows, frames about insets."""
    for container in axes.containers:
        if type(container).__name__ == "ErrorbarContainer":
            # An end that is an arrow says that it is a limit.
            yield from (id(cap) for cap in container.lines[1] if cap.get_marker() in ("_", "|"))
    for patch in axes.patches:
        kind = type(patch).__name__
        frame = patch.get_label() == "_indicate_inset"
        frame = frame or (kind == "ConnectionPatch" and not isinstance(patch.coords1, str))
        if kind == "Shadow" or frame:
            yield id(patch)


def _words(ink: Ink, axes: Any) -> None:
    """Words where they stand, in the order they were written.

    Where a library puts the names and shares of a pie and the levels of contours is its own affair.
    """
    lines = [text for one in axes.collections for text in getattr(one, "labelTexts", ())]
    ink.text("levels", *sorted({text.get_text() for text in lines}))
    loose, aside = any(hasattr(one, "theta1") for one in axes.patches), set(map(id, lines))
    found = []
    for text in axes.texts:
        if not text.get_visible() or id(text) in aside:
            continue
        at = None
        if not loose:
            with contextlib.suppress(Exception):
                at = place(text, axes)
        if text.get_text() or (at is not None and getattr(text, "arrow_patch", None) is not None):
            found.append((text.get_text(), "" if at is None else f"{at[0]:.6g} {at[1]:.6g}"))
    for words, where in sorted(found) if loose else found:
        ink.text("words", words, where)


def _scale(ink: Ink, scale: Any) -> None:
    """A second scale, and what it makes of some numbers."""
    ink.text("scale", scale.get_xlabel(), scale.get_ylabel())
    with contextlib.suppress(Exception):
        made = [float(scale._functions[0](numpy().array([at]))[0]) for at in (1.0, 2.0, 10.0)]
        ink.numbers("made", made)


def _classes(ink: Ink, colours: Any, names: Names) -> None:
    """Which of many have the same colour, and what the legend calls it."""
    found, order = classes(colours)
    if names:
        ink.text("named", *(names.of(tuple(map(float, colour)), "") for colour in found))
    if len(found) > 1:
        ink.numbers("classes", order)


def _marked(ink: Ink, collection: Any, names: Names) -> None:
    """What colours and markers tell apart in a collection."""
    if "3D" in type(collection).__name__:
        return  # their colours depend on where they are looked at from
    for colours in (collection.get_facecolor(), collection.get_edgecolor()):
        if len(colours):
            _classes(ink, colours, names)
    if type(collection).__name__ == "PathCollection" and len(collection.get_paths()) > 1:
        ink.numbers(
            "markers", first_seen([path.vertices.tobytes() for path in collection.get_paths()])
        )


def _line(ink: Ink, line: Any) -> None:
    if hasattr(line, "get_data_3d"):
        # What a line in space has for x and y depends on where it is looked at from.
        ink.text("line", _label(line))
        for word, values in zip("xyz", line.get_data_3d(), strict=True):
            ink.numbers(word, values)
    elif hasattr(line, "get_xy1"):
        slope = line.get_slope()
        ink.text("line", _label(line))
        ink.numbers("through", line.get_xy1())
        ink.numbers("to", line.get_xy2() if slope is None else [slope])
    elif len(line.get_xdata(orig=False)):
        ink.text("line", _label(line))
        ink.numbers("x", line.get_xdata(orig=False))
        ink.numbers("y", line.get_ydata(orig=False))


def _patch(ink: Ink, patch: Any) -> None:
    ink.text(type(patch).__name__, _label(patch))
    if hasattr(patch, "theta1"):
        # Older versions compute in single precision.
        ink.numbers("wedge", [round(float(turn), 3) for turn in (patch.theta1, patch.theta2)])
    elif hasattr(patch, "get_width") and hasattr(patch, "get_x"):
        box = [patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height()]
        ink.numbers("box", box)
    elif hasattr(patch, "get_arrowstyle"):
        # Its path is made in pixels.
        ink.numbers("arrow", getattr(patch, "_posA_posB", None) or ())
    elif hasattr(patch, "get_center") and hasattr(patch, "angle"):
        # Its transform costs more than all else about it.
        centre, ends = patch.get_center(), (patch.width, patch.height)
        across, up = patch.convert_xunits, patch.convert_yunits
        sizes = (across(ends[0]), up(ends[1]), patch.angle)
        ink.numbers("ellipse", [across(centre[0]), up(centre[1]), *sizes])
    else:
        ink.numbers("path", patch.get_patch_transform().transform(patch.get_path().vertices))


def _collection(ink: Ink, collection: Any) -> None:
    kind = type(collection).__name__
    values, space = collection.get_array(), "3D" in kind
    ink.text("collection", _label(collection))
    if space:
        _in_space(ink, collection)
    else:
        ink.numbers("offsets", _offsets(collection))
    if values is not None:
        ink.numbers("array", values)
        _bar(ink, collection)
    if hasattr(collection, "U") or hasattr(collection, "u"):
        # Arrows and barbs: their paths are made in pixels.
        for word in "UVuv":
            ink.numbers(word, getattr(collection, word, ()))
    elif kind == "PathCollection":
        sizes = numpy().ravel(collection.get_sizes())
        if len(sizes) > 1:
            ink.numbers("sizes", sizes)
    elif hasattr(collection, "get_coordinates"):
        ink.numbers("mesh", collection.get_coordinates())
    elif getattr(collection, "labelTexts", None):
        # Lines are broken where their labels stand, which is in pixels.
        ink.numbers("levels", [*collection.levels, collection.zmin, collection.zmax])
    elif not space and (values is None or hasattr(collection, "levels")):
        ink.paths(collection.get_paths())


def _offsets(collection: Any) -> Any:
    """Where marks stand; those of a swarm are moved aside when it is drawn, which is no data."""
    spots = collection.get_offsets()
    if "draw" not in vars(collection) or len(spots) == 0:
        return spots
    spots = numpy().array(spots, dtype=float)
    for at, which in enumerate("xy"):
        if Axis(collection.axes, which).kind == "category":
            spots[:, at] = numpy().round(spots[:, at])
    return spots


def _in_space(ink: Ink, collection: Any) -> None:
    """Points, lines and faces in space: the library has no public words for them."""
    if (spots := getattr(collection, "_offsets3d", None)) is not None:
        for word, values in zip("xyz", spots, strict=True):
            ink.numbers(word, array(values))
    elif (lines := getattr(collection, "_segments3d", None)) is not None:
        for line in lines:
            ink.numbers("path", line)
    elif (corners := getattr(collection, "_vec", None)) is not None:
        ink.numbers("faces", corners[:3].T)
    elif (faces := getattr(collection, "_faces", None)) is not None:
        corners = numpy().ma.getdata(faces).reshape(-1, 3)
        hidden = getattr(collection, "_invalid_vertices", False)
        if hidden is not False:
            corners = corners[~numpy().ravel(hidden)]
        ink.numbers("faces", corners)


def _image(ink: Ink, image: Any) -> None:
    ink.text("image", _label(image))
    if image.get_array() is not None:
        ink.numbers("array", image.get_array())
        _bar(ink, image)
    if hasattr(image, "get_extent"):
        ink.numbers("extent", image.get_extent())


def _bar(ink: Ink, artist: Any) -> None:
    bar = getattr(artist, "colorbar", None)
    if bar is not None:
        ink.text("colorbar", bar.ax.get_title(), bar.ax.get_xlabel(), bar.ax.get_ylabel())
        for which in "xy":
            _names(ink, Axis(bar.ax, which))


def _table(ink: Ink, table: Any) -> None:
    for at, cell in sorted(table.get_celld().items()):
        ink.text("cell", str(at), cell.get_text().get_text())


def _legend(ink: Ink, legend: Any) -> None:
    ink.text("legend", *map(said, (legend.get_title(), *legend.get_texts())))


def _label(artist: Any) -> str:
    label = str(artist.get_label() or "")
    return "" if label.startswith("_") else label
