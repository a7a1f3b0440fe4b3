"""SVG to pixels, by whichever converter is installed, once it has been made harmless.

A converter would fetch the addresses and read the files that a drawing names, and allocate whatever
size it claims. So nothing is left that leads out of it, no script, no foreign page, and its size is
checked first. This room refuses to load anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vlmagic.errors import ImageError
from vlmagic.language import say

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SCALE = 2.0
"""Small text stays legible."""
_ACTIVE = frozenset({"script", "foreignObject", "iframe", "audio", "video", "handler"})
_INSIDE = re.compile(r"\s*(?:#|data:image/(?:png|jpe?g|gif|webp)[;,]|$)", re.IGNORECASE)
_LENGTH = re.compile(r"\s*([\d.]+(?:e[+-]?\d+)?)\s*(px|pt|pc|in|cm|mm|em|ex)?\s*$", re.IGNORECASE)
_UNITS = {"": 1, "px": 1, "pt": 96 / 72, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4, "em": 16, "ex": 8}  # fmt: skip


def is_svg(data: bytes) -> bool:
    """Whether these bytes begin as a drawing does."""
    # Comments, a doctype and an XML declaration may stand before the root element.
    return bool(re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<[?!][^>]*>\s*)*<svg[\s>]", data[:4096]))


def rasterise(data: bytes, label: str, limit: int) -> bytes:
    """An SVG as PNG at twice its size; `limit` is the most pixels."""
    from xml.etree import ElementTree as ET

    try:
        # External entities are never loaded, and expat stops entities that grow.
        root = ET.fromstring(data)  # noqa: S314
    except (ET.ParseError, ValueError, LookupError) as error:
        raise _undrawn(label, error) from error
    width, height = _size(root)
    if not 0 < width * height <= limit:
        raise ImageError(
            say(
                "{label}: {width}×{height} is more than {limit} megapixels.",
                label=label,
                width=round(width),
                height=round(height),
                limit=limit // 10**6,
            ),
            say("Scale it down, or cut out the part that matters."),
        )
    _close(root)
    if root.tag == "svg":  # as pages write it, where no namespace is needed
        root.set("xmlns", "http://www.w3.org/2000/svg")
    scale = _SCALE if _SCALE**2 * width * height <= limit else 1.0
    try:
        return _convert(ET.tostring(root, "unicode"), label, scale)
    except RecursionError as error:
        raise _undrawn(label, error) from error


def _size(root: Element) -> tuple[float, float]:
    """Width and height in pixels, of the drawing or else of its view box."""
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    viewed = [_length(part) for part in box[2:4]] if len(box) == 4 else []
    width, height = viewed if len(viewed) == 2 else (100.0, 100.0)
    return _length(root.get("width", "")) or width, _length(root.get("height", "")) or height


def _length(text: str) -> float:
    """A length in pixels; 0 for one that depends on the page."""
    found = _LENGTH.match(text)
    try:
        return float(found[1]) * _UNITS[(found[2] or "").lower()] if found else 0.0
    except ValueError:
        return 0.0


def _close(root: Element) -> None:
    """Take out what runs, and what leads out of the drawing."""
    for element in list(root.iter()):
        for name, value in list(element.attrib.items()):
            if name.rpartition("}")[2] == "href" and not _INSIDE.match(value):
                del element.attrib[name]
        for child in list(element):
            if isinstance(child.tag, str) and child.tag.rpartition("}")[2] in _ACTIVE:
                element.remove(child)


def _convert(drawing: str, label: str, scale: float) -> bytes:
    try:
        try:
            import vl_convert

            return bytes(vl_convert.svg_to_png(drawing, scale=scale))
        except ImportError:
            import cairosvg  # type: ignore[import-not-found, unused-ignore]

            return bytes(cairosvg.svg2png(bytestring=drawing.encode(), scale=scale))
    except (ImportError, OSError) as error:  # cairosvg without the cairo library: OSError
        raise ImageError(
            say("{label}: an SVG has to be drawn first, and nothing here can.", label=label),
            say("Install a converter: pip install vl-convert-python"),
        ) from error
    except Exception as error:
        raise _undrawn(label, error) from error


def _undrawn(label: str, error: Exception) -> ImageError:
    return ImageError(
        say("{label}: the SVG could not be drawn ({error}).", label=label, error=error),
        say("Save the figure as PNG instead."),
    )
