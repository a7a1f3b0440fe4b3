"""One SHA-256 over all data and all text of a matplotlib figure.

Equal for the same chart drawn by another version of the library: colours, limits, fonts and
private names are left out, and floats are rounded to about ten significant digits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from .numbers import numpy
from .scale import moment_of


def digest(figure: Any, axes: list[Any]) -> str:
    """SHA-256 (hex) of everything that the figure says, in the order it was drawn."""
    ink = _Ink()
    ink.text("figure", _suptitle(figure))
    for one in axes:
        _axes(ink, one)
    for legend in figure.legends:
        _legend(ink, legend)
    return ink.sha.hexdigest()


def of_page(said: Any) -> str:
    """SHA-256 (hex) of what a specification says: its columns of numbers, its words, its shape."""
    ink = _Ink()
    _tree(ink, said)
    return ink.sha.hexdigest()


def _tree(ink: _Ink, tree: Any) -> None:
    if isinstance(tree, Mapping):
        ink.text("{")
        for key in sorted(tree, key=str):
            if tree[key] is not None:
                ink.text(str(key))
                _tree(ink, tree[key])
        ink.text("}")
        return
    if hasattr(tree, "dtype") and tree.dtype.kind not in "biuf":
        tree = list(tree)
    if isinstance(tree, (list, tuple)) and any(map(_is_leaf, tree)) is False:
        ink.text("[")
        for one in tree:
            _tree(ink, one)
        ink.text("]")
    elif isinstance(tree, (list, tuple)) and not all(map(_is_number, tree)):
        ink.text("column", *("" if one is None else _as_text(one) for one in tree))
    elif hasattr(tree, "dtype") or isinstance(tree, (list, tuple)):
        ink.numbers("numbers", numpy().asarray(tree, dtype=float))
    else:
        ink.text(_as_text(tree))


def _is_leaf(value: Any) -> bool:
    return not isinstance(value, (Mapping, list, tuple)) and not hasattr(value, "dtype")


def _is_number(value: Any) -> bool:
    return value is None or isinstance(value, (int, float))


def _as_text(value: Any) -> str:
    """One spelling for a moment or a number, whoever wrote it."""
    moment = moment_of(value)
    if moment is not None:
        return moment.isoformat()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _suptitle(figure: Any) -> str:
    return figure.get_suptitle() if hasattr(figure, "get_suptitle") else ""


class _Ink:
    def __init__(self) -> None:
        self.sha = hashlib.sha256()

    def text(self, *words: str) -> None:
        for word in words:
            raw = str(word).encode("utf-8", "surrogatepass")
            self.sha.update(b"%d:" % len(raw))
            self.sha.update(raw)

    def numbers(self, word: str, values: Any) -> None:
        """An array: whole numbers as they are, floats rounded to 34 bits of mantissa."""
        np = numpy()
        if np.ma.is_masked(values):
            values = values.astype(float).filled(np.nan)
        data = np.asarray(np.ma.getdata(values))
        self.text(word, repr(data.shape))
        if data.dtype.kind in "bu" and data.dtype.itemsize == 1:
            self.sha.update(np.ascontiguousarray(data).data)
            return
        flat = np.array(data, dtype=np.float64, order="C") + 0.0
        bits = flat.reshape(-1).view(np.int64)
        bits += 1 << 17
        bits &= -1 << 18
        bits[np.isnan(flat).reshape(-1)] = 0x7FF8 << 48
        self.sha.update(bits.data)


def _axes(ink: _Ink, axes: Any) -> None:
    ink.text("axes", axes.get_title(), axes.get_xlabel(), axes.get_ylabel())
    ink.text(axes.get_xscale(), axes.get_yscale())
    for artists, read in (
        (axes.lines, _line),
        (axes.patches, _patch),
        (axes.collections, _collection),
        (axes.images, _image),
    ):
        for artist in artists:
            try:
                read(ink, artist)
            except Exception as error:  # noqa: BLE001 - what cannot be read is known by how
                ink.text("unreadable", type(artist).__name__, type(error).__name__)
    # In which order a library writes its words (names and shares of a pie) is its own affair.
    ink.text("words", *sorted(words for text in axes.texts if (words := text.get_text())))
    if hasattr(axes, "zz_dataLim"):
        ink.text(axes.get_zlabel())
        ink.numbers(
            "space", [axes.xy_dataLim.get_points().ravel(), axes.zz_dataLim.intervalx.repeat(2)]
        )
    if axes.get_legend() is not None:
        _legend(ink, axes.get_legend())


def _line(ink: _Ink, line: Any) -> None:
    if hasattr(line, "get_data_3d"):
        # What a line in space has for x and y depends on where it is looked at from.
        ink.text("line", _label(line))
        for word, values in zip("xyz", line.get_data_3d(), strict=True):
            ink.numbers(word, values)
    elif len(line.get_xdata(orig=False)):
        ink.text("line", _label(line))
        ink.numbers("x", line.get_xdata(orig=False))
        ink.numbers("y", line.get_ydata(orig=False))


def _patch(ink: _Ink, patch: Any) -> None:
    ink.text(type(patch).__name__, _label(patch))
    if hasattr(patch, "theta1"):
        # Older versions compute in single precision.
        ink.numbers("wedge", [round(float(turn), 3) for turn in (patch.theta1, patch.theta2)])
    elif hasattr(patch, "get_width") and hasattr(patch, "get_x"):
        box = [patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height()]
        ink.numbers("box", box)
    else:
        ink.numbers("path", patch.get_path().vertices)


def _collection(ink: _Ink, collection: Any) -> None:
    ink.text("collection", _label(collection))
    if "3D" not in type(collection).__name__:
        ink.numbers("offsets", collection.get_offsets())
    if collection.get_array() is not None:
        ink.numbers("array", collection.get_array())
    elif type(collection).__name__ != "PathCollection" and "3D" not in type(collection).__name__:
        for path in collection.get_paths():
            ink.numbers("path", path.vertices)


def _image(ink: _Ink, image: Any) -> None:
    ink.text("image", _label(image))
    if image.get_array() is not None:
        ink.numbers("array", image.get_array())


def _legend(ink: _Ink, legend: Any) -> None:
    ink.text("legend", *(text.get_text() for text in legend.get_texts()))


def _label(artist: Any) -> str:
    label = str(artist.get_label() or "")
    return "" if label.startswith("_") else label
