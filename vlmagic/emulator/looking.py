"""What can be measured in a picture: its colours, and the box of what is not background.

This room refuses to recognise anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import PIL.Image

_NAMES: dict[tuple[int, int, int], tuple[str, str]] = {
    (255, 255, 255): ("white", "白色"),
    (0, 0, 0): ("black", "黑色"),
    (128, 128, 128): ("grey", "灰色"),
    (211, 211, 211): ("light grey", "浅灰色"),
    (214, 39, 40): ("red", "红色"),
    (255, 127, 14): ("orange", "橙色"),
    (240, 220, 60): ("yellow", "黄色"),
    (44, 160, 44): ("green", "绿色"),
    (23, 190, 207): ("cyan", "青色"),
    (31, 119, 180): ("blue", "蓝色"),
    (148, 103, 189): ("purple", "紫色"),
    (227, 119, 194): ("pink", "粉色"),
    (140, 86, 75): ("brown", "棕色"),
}
_DIFFERENT = 24
"""A pixel this far from the background, in one channel, is not background."""


Box = tuple[int, int, int, int]


class Colour(NamedTuple):
    """A colour, its name in English and Chinese, and its share of the picture."""

    rgb: tuple[int, int, int]
    names: tuple[str, str]
    share: float

    @property
    def hex(self) -> str:
        """As in a stylesheet."""
        return "#{:02x}{:02x}{:02x}".format(*self.rgb)


def colours(image: PIL.Image.Image, most: int = 4) -> list[Colour]:
    """The most frequent colours, after quantising to eight."""
    small = image.resize((min(image.width, 256), min(image.height, 256)), resample=0)
    coded = small.quantize(8)
    palette = coded.getpalette() or []
    found: list[Colour] = []
    total = small.width * small.height
    for count, index in sorted(coded.getcolors() or [], reverse=True):
        assert isinstance(index, int)
        red, green, blue = palette[index * 3 : index * 3 + 3]
        nearest = min(
            _NAMES, key=lambda c: (c[0] - red) ** 2 + (c[1] - green) ** 2 + (c[2] - blue) ** 2
        )
        found.append(Colour((red, green, blue), _NAMES[nearest], count / total))
    return found[:most]


def content_box(image: PIL.Image.Image) -> Box | None:
    """Left, top, right, bottom (pixels, exclusive) of all that differs from the commonest colour."""
    import PIL.Image
    import PIL.ImageChops

    background = PIL.Image.new("RGB", image.size, colours(image, 1)[0].rgb)
    return _marked(PIL.ImageChops.difference(image, background)).getbbox()


def _marked(difference: PIL.Image.Image) -> PIL.Image.Image:
    """255 where a difference shows in one channel, 0 elsewhere."""
    import PIL.ImageChops

    bands = difference.split()
    most = bands[0]
    for band in bands[1:]:
        most = PIL.ImageChops.lighter(most, band)
    return most.point([0] * _DIFFERENT + [255] * (256 - _DIFFERENT))


def changed(one: PIL.Image.Image, other: PIL.Image.Image) -> tuple[float, Box | None]:
    """The share of pixels in which two pictures of one size differ, and the box around those."""
    import PIL.ImageChops

    marks = _marked(PIL.ImageChops.difference(one, other))
    return marks.histogram()[255] / (one.width * one.height), marks.getbbox()


def in_thousandths(box: Box, size: tuple[int, int]) -> list[int]:
    """A box in pixels as the Qwen3-VL models write one: 0 to 1000 along each side."""
    width, height = size
    left, top, right, bottom = box
    return [
        round(left * 1000 / width),
        round(top * 1000 / height),
        round(right * 1000 / width),
        round(bottom * 1000 / height),
    ]
