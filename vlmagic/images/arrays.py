"""Numbers as pictures: numpy arrays, and whatever can become one.

This room refuses to guess: a shape that is no picture is an error that names the shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vlmagic.errors import ImageError
from vlmagic.language import say

if TYPE_CHECKING:
    import PIL.Image

_CHANNELS = (1, 3, 4)
_BLOCK = 1 << 20
"""Values that are worked on at once: of many megapixels no copies of eight bytes a value are made."""
_MOST_LABELS = 16
"""Whole numbers below this are no brightness, but masks or labels."""


def is_array(source: object) -> bool:
    """Can numpy read this: an array, a tensor, a frame of numbers?"""
    return any(hasattr(source, name) for name in ("__array__", "__array_interface__", "detach"))


def from_array(source: Any, label: str, limit: int) -> tuple[PIL.Image.Image, list[str]]:
    """A greyscale, RGB or RGBA picture of an array, and notes on how its values were read.

    Takes HxW, HxWx1, HxWx3, HxWx4 and 3xHxW; bool, integers, floats. Values of 0..255 (integers)
    and 0..1 (floats) are read as brightness; any other range is stretched to black..white, and so
    are the deep greys of a picture, and masks and labels, which would be black. `limit` is the most
    pixels.
    """
    import PIL.Image

    deep = isinstance(source, PIL.Image.Image) and source.mode.startswith("I")
    array = _layout(_as_numpy(source, label), label)
    if array.shape[0] * array.shape[1] > limit:
        raise ImageError(
            say(
                "{label}: {width}×{height} is more than {limit} megapixels.",
                label=label,
                width=array.shape[1],
                height=array.shape[0],
                limit=limit // 10**6,
            ),
            say("Take a part of it, or every n-th value: a[::4, ::4]."),
        )
    values, notes = _to_bytes(array, deep=deep)
    return PIL.Image.fromarray(values), notes


def _as_numpy(source: Any, label: str) -> Any:
    try:
        import numpy as np
    except ImportError as error:
        raise ImageError(
            say("{label}: arrays need numpy, which is not installed.", label=label),
            say("Install it with: pip install numpy"),
        ) from error
    try:
        if hasattr(source, "detach"):
            source = source.detach().cpu()
            # numpy has no bfloat16, and says so with a TypeError.
            source = source.float() if "bfloat16" in str(source.dtype) else source
            source = source.numpy()
        if isinstance(source, np.ma.MaskedArray) and np.ma.is_masked(source):
            source = np.ma.filled(source.astype(float), np.nan)
        array = np.asarray(source)
    except Exception as error:
        raise ImageError(
            say("{label}: {type} cannot be read as an array.", label=label, type=type(source)),
            say("Turn it into a numpy array first."),
        ) from error
    if array.dtype.kind not in "buif":
        raise ImageError(
            say("{label}: an array of {dtype} is no picture.", label=label, dtype=array.dtype),
            say("Use real numbers: bool, integers or floats."),
        )
    return array


def _layout(array: Any, label: str) -> Any:
    """The array as HxW or HxWxC with 3 or 4 channels."""
    shape = array.shape
    while array.ndim > 3 and array.shape[0] == 1:
        array = array[0]
    if array.ndim == 3 and array.shape[2] not in _CHANNELS and array.shape[0] in _CHANNELS:
        array = array.transpose(1, 2, 0)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    fits = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in _CHANNELS)
    if not fits or array.size == 0:
        raise ImageError(
            say("{label}: an array of shape {shape} is no picture.", label=label, shape=shape),
            say("It must be height × width, with 1, 3 or 4 channels at most; take one with a[0]."),
        )
    return array


def _to_bytes(array: Any, *, deep: bool) -> tuple[Any, list[str]]:
    import numpy as np

    few = array.ndim == 2 and array.dtype.kind in "iu" and 0 < array.max() < _MOST_LABELS
    if array.dtype == np.uint8 and not few:
        return np.ascontiguousarray(array), []
    if array.dtype.kind == "b":
        return array.astype(np.uint8) * 255, []
    notes: list[str] = []
    finite = np.isfinite(array) if array.dtype.kind == "f" else np.True_
    missing = int(array.size - np.count_nonzero(finite)) if array.dtype.kind == "f" else 0
    if missing:
        notes.append(say("{count} values that are no numbers are shown black", count=missing))
        if missing == array.size:
            return np.zeros(array.shape, np.uint8), notes
    ends = (array.max(), array.min()) if not missing else (np.inf, -np.inf)
    low = array.min(where=finite, initial=ends[0]).item()
    high = array.max(where=finite, initial=ends[1]).item()
    white = 255 if array.dtype.kind in "iu" else 1
    if low < 0 or high > white or few or deep:
        notes.append(
            say(
                "values {low} to {high} are shown black to white", low=f"{low:g}", high=f"{high:g}"
            ),
        )
    else:
        low, high = 0, white
    # Halved first, so that the distance of two extreme values cannot overflow.
    span = max(high / 2 - low / 2, np.finfo(np.float64).tiny)
    levels = np.empty(array.shape, np.uint8)
    rows = max(1, _BLOCK // max(1, array[0].size))
    for at in range(0, len(array), rows):
        block = array[at : at + rows].astype(np.float64)
        level = np.nan_to_num((block / 2 - low / 2) / span, nan=0.0, posinf=0.0, neginf=0.0)
        levels[at : at + rows] = np.rint(np.clip(level, 0, 1) * 255)
    return levels, notes
