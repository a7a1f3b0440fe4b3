"""One SHA-256 over all data and all text of a matplotlib figure.

Equal for the same chart drawn by another version of the library: colours, fonts and private names
are left out, what is computed only when it is drawn, and limits, unless they hide something.
"""

from __future__ import annotations

from typing import Any

from .axis import Axis
from .ink import Ink
from .numbers import numpy


def digest(figure: Any, axes: list[Any], cut: list[Any]) -> str:
    """SHA-256 (hex) of everything that the figure says, in the order it was drawn.

    `cut` are those of its axes whose limits hide some of the data.
    """
    ink = Ink()
    for part in parts(figure):
        ink.text("figure")
        _words(ink, part.texts)
        for legend in part.legends:
            _legend(ink, legend)
        for image in part.images:
            _image(ink, image)
    for one in axes:
        _axes(ink, one)
    for one in cut:
        limits = [*sorted(one.get_xlim()), *sorted(one.get_ylim())]
        ink.text("seen", str(axes.index(one)), *(f"{limit:.6g}" for limit in limits))
    return ink.sha.hexdigest()


def parts(figure: Any) -> list[Any]:
    """The figure and the subfigures in it, and in them."""
    return [figure, *(inner for part in figure.subfigs for inner in parts(part))]


def _words(ink: Ink, texts: Any) -> None:
    # In which order a library writes its words (names and shares of a pie) is its own affair.
    ink.text("words", *sorted(words for text in texts if (words := text.get_text())))


def _axes(ink: Ink, axes: Any) -> None:
    titles = (axes.get_title(where) for where in ("center", "left", "right"))
    ink.text("axes", axes.name, *titles)
    for which in "xyz" if hasattr(axes, "zaxis") else "xy":
        axis = Axis(axes, which)
        ink.text("axis", axis.axis.get_label_text(), axis.scale)
        for place, name in sorted(axis.names.items()):
            ink.text(f"{place:.10g}", name)
    for artists, read in (
        (axes.lines, _line),
        (axes.patches, _patch),
        (axes.collections, _collection),
        (axes.images, _image),
        (axes.tables, _table),
    ):
        for artist in artists:
            try:
                read(ink, artist)
            except Exception as error:  # noqa: BLE001 - what cannot be read is known by how
                ink.text("unreadable", type(artist).__name__, type(error).__name__)
    _words(ink, axes.texts)
    for scale in (one for one in axes.child_axes if not hasattr(one, "plot")):
        ink.text("scale", scale.get_xlabel(), scale.get_ylabel())
    if hasattr(axes, "zz_dataLim"):
        ink.numbers(
            "space", [axes.xy_dataLim.get_points().ravel(), axes.zz_dataLim.intervalx.repeat(2)]
        )
    if axes.get_legend() is not None:
        _legend(ink, axes.get_legend())


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
    else:
        ink.numbers("path", patch.get_patch_transform().transform(patch.get_path().vertices))


def _collection(ink: Ink, collection: Any) -> None:
    kind = type(collection).__name__
    values, space = collection.get_array(), "3D" in kind
    ink.text("collection", _label(collection))
    if not space:
        ink.numbers("offsets", collection.get_offsets())
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
    elif not space and (values is None or hasattr(collection, "levels")):
        for path in collection.get_paths():
            ink.numbers("path", path.vertices)


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


def _table(ink: Ink, table: Any) -> None:
    for place, cell in sorted(table.get_celld().items()):
        ink.text("cell", str(place), cell.get_text().get_text())


def _legend(ink: Ink, legend: Any) -> None:
    texts = [legend.get_title(), *legend.get_texts()]
    ink.text("legend", *(text.get_text() for text in texts))


def _label(artist: Any) -> str:
    label = str(artist.get_label() or "")
    return "" if label.startswith("_") else label
