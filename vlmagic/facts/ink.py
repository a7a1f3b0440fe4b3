"""The ink of digests: words and numbers into one SHA-256, and whole specifications.

Floats are rounded to about ten significant digits, so the last bits of a computation do not count.
Of a million numbers SHA-256 alone would cost more than all other facts. Large arrays are therefore
folded first, sixteen numbers into one: a multilinear hash (Carter and Wegman, 1979) with odd
weights modulo 2**64, which any change of one number and any exchange of two must change. Of small
arrays there may be thousands: they are gathered and rounded together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from .numbers import numpy
from .scale import moment_of

_BLOCK = 1 << 14
_FOLD = 16
_SMALL = 1 << 10


class Ink:
    """A digest in the making: words, small arrays and large ones each in their order.

    The words of an array are its name and its shape, so it is known which numbers are whose.
    """

    def __init__(self) -> None:
        self._sha = hashlib.sha256()
        self._words = bytearray()
        self._small: list[Any] = []

    def hexdigest(self) -> str:
        """The digest of everything so far."""
        if self._small:
            self._round(numpy().concatenate(self._small))
            self._small = []
        self._sha.update(self._words)
        self._words.clear()
        return self._sha.hexdigest()

    def text(self, *words: str) -> None:
        """Words, each with its length, so that no two lists of them are alike."""
        for word in words:
            raw = str(word).encode("utf-8", "surrogatepass")
            self._words += b"%d:%b" % (len(raw), raw)

    def numbers(self, word: str, values: Any) -> None:
        """An array: whole numbers as they are, floats rounded to 34 bits of mantissa."""
        np = numpy()
        if isinstance(values, np.ma.MaskedArray):
            hidden = np.ma.is_masked(values)
            values = values.astype(float).filled(np.nan) if hidden else values.data
        data = np.asarray(values)
        self.text(word, repr(data.shape))
        if data.dtype.kind in "bu" and data.dtype.itemsize == 1:
            self._sha.update(np.ascontiguousarray(data).data)
        elif data.size <= _SMALL and data.dtype.kind in "iuf":
            self._small.append(data.reshape(-1))
        else:
            self._round(data)

    def paths(self, paths: Sequence[Any]) -> None:
        """The corners of many paths at once, after how many each has."""
        corners = [path.vertices for path in paths]
        self.numbers("lengths", numpy().array([*map(len, corners)], int))
        if corners:
            self.numbers("paths", numpy().concatenate(corners))

    def _round(self, data: Any) -> None:
        np = numpy()
        # Block by block: what fits the processor's cache costs a third of passes over the whole.
        flat, room = data.reshape(-1), np.empty(min(_BLOCK, data.size))
        for at in range(0, flat.size, _BLOCK):
            block = flat[at : at + _BLOCK]
            rounded = np.add(block, 0.0, out=room[: block.size], casting="unsafe")
            holes = np.isnan(rounded) if np.isnan(rounded.sum()) else None
            bits = rounded.view(np.int64)
            bits += 1 << 17
            bits &= -1 << 18
            if holes is not None:
                bits[holes] = 0x7FF8 << 48
            if flat.size > _BLOCK:
                room[block.size :] = 0
                bits = _folded(room.view(np.int64))
            self._sha.update(bits.data)


def _folded(bits: Any) -> Any:
    """Whole numbers whose lowest 18 bits are zero, a sixteenth as many; spoils what it is given."""
    bits >>= 18
    lanes = bits.reshape(_FOLD, -1)
    lanes *= _weights()
    return lanes.sum(axis=0)


@cache
def _weights() -> Any:
    np = numpy()
    drawn = np.frombuffer(hashlib.shake_128(b"vlmagic").digest(_FOLD * 8), np.int64)
    return (drawn | 1).reshape(_FOLD, 1)


def of_page(said: Any) -> str:
    """SHA-256 (hex) of what a specification says: its columns of numbers, its words, its shape."""
    ink = Ink()
    _tree(ink, said)
    return ink.hexdigest()


def _tree(ink: Ink, tree: Any) -> None:
    if isinstance(tree, Mapping):
        ink.text("{")
        for key in sorted(tree, key=str):
            if tree[key] is not None:
                ink.text(str(key))
                _tree(ink, tree[key])
        ink.text("}")
        return
    if _is_array(tree) and tree.dtype.kind not in "biuf":
        tree = list(tree)
    if isinstance(tree, (list, tuple)) and not any(map(_is_leaf, tree)):
        ink.text("[")
        for one in tree:
            _tree(ink, one)
        ink.text("]")
    elif isinstance(tree, (list, tuple)) and not all(map(_is_number, tree)):
        ink.text("column", *("" if one is None or one != one else _as_text(one) for one in tree))
    elif _is_array(tree) or isinstance(tree, (list, tuple)):
        ink.numbers("numbers", numpy().asarray(tree, dtype=float))
    else:
        ink.text(_as_text(tree))


def _is_leaf(value: Any) -> bool:
    return not isinstance(value, (Mapping, list, tuple)) and not _is_array(value)


def _is_array(value: Any) -> bool:
    """Whether it is an array; single values of one have no shape."""
    return bool(getattr(value, "shape", ())) and hasattr(value, "dtype")


def _is_number(value: Any) -> bool:
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    return value is None or isinstance(value, (int, float)) or kind in ("b", "i", "u", "f")


def _as_text(value: Any) -> str:
    """One spelling for a moment or a number, whoever wrote it."""
    moment = moment_of(value)
    if moment is not None:
        return moment.isoformat()
    return f"{value:.10g}" if isinstance(value, float) else str(value)
