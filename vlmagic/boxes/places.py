"""Boxes and points as places in the picture that was sent, and in the chart that it shows.

Sources: QwenLM/Qwen3-VL issues 1486 and 1741 and its cookbooks (0 to 1000 along each side);
issues 676 and 866 (Qwen2.5-VL: pixels of the picture as the model resized it). QVQ has no
documented convention: it is told to count from 0 to 1000 (`asking`), and read so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vlmagic.catalog import find as find_model
from vlmagic.errors import ImageError
from vlmagic.images import Image, Picture, Video, resized
from vlmagic.images.frames import frames_at
from vlmagic.language import say

from .find import Found, find

_THOUSAND = 1000
_PIXEL_FAMILIES = frozenset({"qwen2.5-vl"})
_SLACK = 1.05
"""A model may point a little beyond the edge of what it was shown."""

Value = float | str | None


@dataclass(frozen=True, slots=True)
class Data:
    """A place in the values of a chart: numbers, ISO dates or categories; None where unknown.

    For a box, `x` and `y` hold (left, right) and (top, bottom); for a point, the value twice.
    """

    axes: int
    """Which axes of the figure, from 1, as in its facts."""
    x: tuple[Value, Value]
    y: tuple[Value, Value]
    twins: tuple[Data, ...] = ()
    """The same place in the values of other axes that lie on these."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the picture as it was sent, from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float
    label: str = ""
    picture: int = 1
    """Which picture of the question, from 1."""
    data: Data | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A place in pixels of the picture as it was sent, from its upper left corner."""

    x: float
    y: float
    label: str = ""
    picture: int = 1
    data: Data | None = None


def boxes(
    answer: str,
    model: str,
    images: Sequence[Picture],
    *,
    picture: int | None = None,
    hi_res: bool = False,
) -> list[Box | Point]:
    """Everything that an answer points at, in its order; an empty list if it is nothing.

    `images` are the pictures of the question as they were sent, `picture` the one (from 1) that is
    meant where the answer does not say; `ImageError` if it is needed and missing. Boxes without
    area, or outside the picture, are left out.
    """
    found = find(answer)
    if not found:
        return []
    pixels = _in_pixels(found, model, images, hi_res=hi_res)
    return list(_placed(found, model, images, picture, hi_res=hi_res, pixels=pixels))


def _in_pixels(found: list[Found], model: str, images: Sequence[Picture], *, hi_res: bool) -> bool:
    """Are the numbers pixels of the resized picture, rather than thousandths?

    By the model's family, unless the numbers refute it.
    """
    known = find_model(model)
    most = max(max(one.numbers) for one in found)
    if known is None or known.family not in _PIXEL_FAMILIES:
        return most > _THOUSAND * _SLACK
    sizes = [resized(i.width, i.height, model, hi_res) for i in images if _is_seen(i)]
    across = max(one.numbers[k] for one in found for k in range(0, len(one.numbers), 2))
    down = max(one.numbers[k] for one in found for k in range(1, len(one.numbers), 2))
    return any(across <= w * _SLACK and down <= h * _SLACK for w, h in sizes)


def _placed(
    found: list[Found],
    model: str,
    images: Sequence[Picture],
    picture: int | None,
    *,
    hi_res: bool,
    pixels: bool,
) -> Iterator[Box | Point]:
    unit = all(0 <= number <= 1 for one in found for number in one.numbers)
    for one in found:
        number = _number(one, images, picture)
        image = images[number - 1] if number else None
        if not isinstance(image, Image) or not _is_seen(image):
            continue
        assert number is not None
        if unit:
            full: tuple[float, float] = (1, 1)
        elif pixels:
            full = resized(image.width, image.height, model, hi_res)
        else:
            full = (_THOUSAND, _THOUSAND)
        place = _place(one, image, number, (image.width / full[0], image.height / full[1]))
        if place is not None:
            yield place


def _is_seen(image: Picture) -> bool:
    return image.width > 0 and image.height > 0


def _number(one: Found, images: Sequence[Picture], picture: int | None) -> int | None:
    """Which picture is meant; None for one that was not sent."""
    number = one.picture or picture
    if number is None:
        if len(images) > 1:
            raise ImageError(
                say(
                    "The answer does not say which of the {count} pictures it points at.",
                    count=len(images),
                ),
                say("Choose one: boxes(picture=1), or ask for an image number with each box."),
            )
        number = 1
    return number if 1 <= number <= len(images) else None


def _place(one: Found, image: Image, number: int, scale: tuple[float, float]) -> Box | Point | None:
    xs = [value * scale[0] for value in one.numbers[0::2]]
    ys = [value * scale[1] for value in one.numbers[1::2]]
    if not all(math.isfinite(value) for value in (*xs, *ys)):
        return None
    if len(xs) == 1:
        if not (0 <= xs[0] <= image.width * _SLACK and 0 <= ys[0] <= image.height * _SLACK):
            return None
        x, y = min(xs[0], float(image.width)), min(ys[0], float(image.height))
        return Point(x, y, one.label, number, _data(image, (x, x), (y, y)))
    left, right = (min(max(value, 0.0), float(image.width)) for value in sorted(xs))
    top, bottom = (min(max(value, 0.0), float(image.height)) for value in sorted(ys))
    if right <= left or bottom <= top:
        return None
    data = _data(image, (left, right), (top, bottom))
    return Box(left, top, right, bottom, one.label, number, data)


def _data(image: Image, x: tuple[float, float], y: tuple[float, float]) -> Data | None:
    across = x[0] / image.width, x[1] / image.width
    down = y[0] / image.height, y[1] / image.height
    found: tuple[Data, ...] = ()
    for frame in reversed(frames_at(image.axes, sum(across) / 2, sum(down) / 2)):
        values = (
            (frame.x_at(across[0]), frame.x_at(across[1])),
            (frame.y_at(down[0]), frame.y_at(down[1])),
        )
        found = (Data(frame.number, *values), *found)
    return replace(found[0], twins=found[1:]) if found else None


def on(
    places: Sequence[Box | Point], images: Sequence[Picture], picture: int | None = None
) -> tuple[Image, list[Box | Point]]:
    """The one picture that `places` are in, or the chosen one (from 1), and its places.

    `ImageError` where there is none or where several are pointed at.
    """
    numbers = {place.picture for place in places} or ({1} if len(images) == 1 else set())
    number = picture if picture is not None else numbers.pop() if len(numbers) == 1 else None
    image = images[number - 1] if number is not None and 1 <= number <= len(images) else None
    if isinstance(image, Video):
        raise ImageError(
            say("{label} is a video: places are drawn on pictures alone.", label=image.label),
            say("Give the frame that matters as a picture, then ask again."),
        )
    if not isinstance(image, Image):
        raise ImageError(
            say("There is no one picture to draw on: the answer points at {count} of {all}.",
                count=len(numbers), all=len(images)),
            say("Choose a picture by its number: draw(picture=1)."),
        )  # fmt: skip
    return image, [place for place in places if place.picture == number]
