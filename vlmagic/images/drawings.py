"""SVG to pixels, by whichever converter is installed, once it has been made harmless.

A converter would fetch the addresses and read the files that a drawing names, and allocate whatever
size it claims. So nothing is left that leads out of it, no script, no foreign page, and its size is
checked first. This room refuses to load anything.
"""

from __future__ import annotations

import contextlib
import re
import zlib
from typing import TYPE_CHECKING
from xml.parsers import expat

from vlmagic.errors import ImageError
from vlmagic.language import say

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SCALE = 2.0
"""Small text stays legible."""
_UNSIZED = (300.0, 150.0)
"""What browsers make of a drawing without any size, in pixels."""
_ACTIVE = frozenset({"script", "foreignObject", "iframe", "audio", "video", "handler"})
_INSIDE = re.compile(r"\s*(?:#|data:image/(?:png|jpe?g|gif|webp)[;,]|$)", re.IGNORECASE)
_LENGTH = re.compile(r"\s*\+?([\d.]+(?:e[+-]?\d+)?)\s*(px|pt|pc|in|cm|mm|em|ex)?$", re.IGNORECASE)
_UNITS = {"": 1, "px": 1, "pt": 96 / 72, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4, "em": 16, "ex": 8}  # fmt: skip
_FONT = re.compile(r"(font-family\s*:\s*)([^;}]+)", re.IGNORECASE)
_EFFECT = re.compile(r"(?<![\w-])(?:filter|mask)\s*:[^;}]*;?", re.IGNORECASE)
_MOST_LENGTH = 40
_MOST_MASKS = 6
"""More of them, one in the other, take a converter forever."""
_HEAD = 1 << 16
_MOST_UNPACKED = 64 << 20


def is_svg(data: bytes) -> bool:
    """Whether the first element of these bytes, packed or not, is a drawing."""
    found: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, _: found.append(name)
    with contextlib.suppress(expat.ExpatError, zlib.error, LookupError, ValueError):
        parser.Parse(_unpacked(data, _HEAD)[:_HEAD])
    return bool(found) and found[0].rpartition(" ")[2] == "svg"


def _unpacked(data: bytes, most: int) -> bytes:
    """The bytes themselves, or those that gzip made them of, no more than `most`."""
    return zlib.decompressobj(31).decompress(data, most) if data[:2] == b"\x1f\x8b" else data


def rasterise(data: bytes, label: str, limit: int) -> tuple[bytes, list[str]]:
    """An SVG as PNG at twice its size, and what was left out of it; `limit` is the most pixels."""
    from xml.etree import ElementTree as ET

    try:
        # External entities are never loaded, and expat stops entities that grow.
        root = ET.fromstring(_unpacked(data, _MOST_UNPACKED))  # noqa: S314
    except (ET.ParseError, ValueError, LookupError, zlib.error) as error:
        raise _undrawn(label, error) from error
    width, height = _sized(root)
    if not 0 < width * height <= limit:
        raise ImageError(
            say(
                "{label}: {width}×{height} is more than {limit} megapixels.",
                label=label,
                width=f"{width:.0f}",
                height=f"{height:.0f}",
                limit=limit // 10**6,
            ),
            say("Scale it down, or cut out the part that matters."),
        )
    lost = _closed(root)
    _lettered(root)
    if root.tag == "svg":  # as pages write it, where no namespace is needed
        root.set("xmlns", "http://www.w3.org/2000/svg")
    scale = _SCALE if _SCALE**2 * width * height <= limit else 1.0
    try:
        drawn = _convert(ET.tostring(root, "unicode"), label, scale)
    except RecursionError as error:
        raise _undrawn(label, error) from error
    return drawn, [say("left out of the drawing: {parts}", parts=", ".join(lost))] if lost else []


def _sized(root: Element) -> tuple[float, float]:
    """Width and height in pixels, of the drawing or else of its view box; written into it.

    So that a converter draws what was counted here, whatever it would have made of the words.
    """
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    viewed = [_length(part) for part in box[2:4]] if len(box) == 4 else []
    width, height = _length(root.get("width", "")), _length(root.get("height", ""))
    if len(viewed) == 2 and all(viewed):
        across, up = viewed
        width, height = width or (height * across / up or across), height or (width * up / across or up)  # fmt: skip
    width, height = width or _UNSIZED[0], height or _UNSIZED[1]
    root.set("width", f"{width:.6g}")
    root.set("height", f"{height:.6g}")
    return width, height


def _length(text: str) -> float:
    """A length in pixels; 0 for one that depends on the page."""
    found = _LENGTH.match(text.strip()[:_MOST_LENGTH])
    try:
        return float(found[1]) * _UNITS[(found[2] or "").lower()] if found else 0.0
    except ValueError:
        return 0.0


def _closed(root: Element) -> list[str]:
    """Take out what runs, what leads out of the drawing, and effects of any size; say what is missed."""
    lost = dict[str, None]()
    masks = sum(_name(element) == "mask" for element in root.iter())
    effects = ("filter", "mask") if masks > _MOST_MASKS else ("filter",)
    for element in list(root.iter()):
        for name, value in list(element.attrib.items()):
            if name.rpartition("}")[2] == "href" and not _INSIDE.match(value):
                del element.attrib[name]
                if _name(element) in ("image", "use", "feImage"):
                    lost[say("pictures from elsewhere")] = None
            elif name in effects:
                del element.attrib[name]
                lost[say("effects")] = None
            elif name == "style":
                element.set(name, _EFFECT.sub("", value))
        if _name(element) == "style" and element.text:
            element.text = _EFFECT.sub("", element.text)
        for child in list(element):
            if _name(child) in (*_ACTIVE, *effects):
                element.remove(child)
            if _name(child) == "foreignObject":
                lost[say("a page within it")] = None
    return list(lost)


def _lettered(root: Element) -> None:
    """A font that is always there behind those that are named: without it letters are not drawn."""
    for element in root.iter():
        if element.get("font-family"):
            element.set("font-family", f"{element.get('font-family')}, sans-serif")
        if element.get("style"):
            element.set("style", _FONT.sub(r"\1\2, sans-serif", element.get("style", "")))
        if _name(element) == "style" and element.text:
            element.text = _FONT.sub(r"\1\2, sans-serif", element.text)
    if not root.get("font-family"):
        root.set("font-family", "sans-serif")


def _name(element: Element) -> str:
    """The name of an element without its namespace; comments have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


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
        say(
            "{label}: the SVG could not be drawn ({error}).",
            label=label,
            error=str(error).partition("\n")[0],
        ),
        say("Save the figure as PNG instead."),
    )
