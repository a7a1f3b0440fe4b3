"""What picture a page output holds: the HTML and JavaScript that libraries write for the browser.

A specification is found again in the page that carries it, also when the object is gone; a page of
one picture or film is that picture. This room refuses to run scripts, and to choose: a page of
several pictures, or of a table, is none.
"""

from __future__ import annotations

import contextlib
import html
import json
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from vlmagic import facts

from .item import BOKEH, HTML, MOST_BYTES_PER_ITEM, PLOTLY, RASTERS, VEGA

_PLOTLY = "Plotly.newPlot("
_BOKEH = "docs_json = "
_MARKS = ("<img", "<IMG", "<video", "<svg", _PLOTLY, _BOKEH, "vegaEmbed", "Bokeh")
# None of these passes a sign at which it could begin again: long pages are read once.
_ELEMENT = re.compile(r"<(img|video|source)\b((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_JSON = re.compile(r"<script type=\"application/json\"[^<>]*>\s*(?=\{)")
_KEPT = (*RASTERS, "image/svg+xml")
_MARKDOWN = re.compile(r"!\[[^\[\]]*\]\(\s*<?([^\s<>()\[\]]+)>?(?:\s+[\"'][^\n()]*)?\)")
_WRITTEN = re.compile(r"data:(image/(?:png|jpeg|webp|gif));base64,", re.IGNORECASE)
_OUTSIDE = re.compile(r"\s*(?:file:|[/\\~]|[a-z]:[/\\]|(?:.*[/\\])?\.\.[/\\])", re.IGNORECASE)
_FRAME = re.compile(r'frames\[\d+\] = "data:image/\w+;base64,([^"]*)"')
_PAUSE = re.compile(r"new Animation\(frames, \w+, \w+, (\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Reel:
    """The frames (base64) of an animation that a page plays, and how many make a second."""

    frames: tuple[str, ...]
    fps: float


def speaks(data: Mapping[str, Any]) -> bool:
    """Whether a bundle may hold a picture in its page; quick, for it is asked of every output."""
    page = data.get("text/html")
    if isinstance(page, str):
        return any(mark in page for mark in _MARKS)
    return BOKEH in data or "![" in str(data.get("text/markdown", ""))


def found(data: Mapping[str, Any], folder: Path | None = None) -> tuple[str, Any] | None:
    """Mime type and payload of the picture in a bundle's page; None if there is none.

    `folder` is the notebook's, from where a page's addresses count.
    """
    script = data.get("application/javascript")
    if BOKEH in data and isinstance(script, str):
        document = _object_after(script, _BOKEH)
        return (BOKEH, next(iter(document.values()))) if document else None
    page = data.get("text/html")
    if not isinstance(page, str):
        addresses = _MARKDOWN.findall(str(data.get("text/markdown", "")))
        page = f'<img src="{html.escape(addresses[0])}">' if len(addresses) == 1 else ""
    if _PLOTLY in page:
        chart = _plotly(page)
        return (PLOTLY, chart) if chart else None
    if (document := _document(page)) is not None:
        return BOKEH, document
    specification = facts.embedded(page)
    if specification is not None:
        return f"{VEGA}5+json", specification
    if page.lstrip().startswith("<svg"):
        return "image/svg+xml", page
    inside = picture(page)
    if isinstance(inside, str) and (written := _WRITTEN.match(inside)):
        return written[1].lower(), inside[written.end() :]
    if isinstance(inside, str) and (file := _file(inside, folder)) is not None:
        return file
    return (HTML, page) if inside is not None else None


def picture(page: str) -> str | Reel | None:
    """The address of the one picture or film in a page, or the frames that it plays."""
    frames = _FRAME.findall(page)
    if frames:
        pause = _PAUSE.search(page)
        step = float(pause[1]) if pause else 200.0
        # The pictures are broken into lines, as JavaScript continues a string.
        return Reel(tuple(frame.replace("\\\n", "") for frame in frames), 1000 / max(step, 1.0))
    if "<script" in page or "<table" in page:
        return None
    sources = [
        (name.lower(), "".join(values))
        for name, inside in _ELEMENT.findall(page)
        for attribute, *values in _ATTRIBUTE.findall(inside)
        if attribute.lower() == "src"
    ]
    pictures = [address for name, address in sources if name == "img"]
    films = [address for name, address in sources if name != "img"]
    if len(pictures) + page.lower().count("<video") != 1:
        return None
    address = html.unescape((pictures or films or [""])[0])
    # A page shows no file but those beside the notebook: what it could not load is not looked at.
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if not (parts.scheme or parts.netloc):
        address = unquote(parts.path)
    return None if not address or _OUTSIDE.match(address) else address


def bokeh_root(document: Mapping[str, Any]) -> Any:
    """The plot or layout of a bokeh document."""
    from bokeh.document import Document

    return Document.from_json(document).roots[0]


def _file(address: str, folder: Path | None) -> tuple[str, bytes] | None:
    """A picture beside the notebook as it is now, for it may be another one tomorrow."""
    path, mime = (folder or Path()) / address, mimetypes.guess_type(address)[0]
    with contextlib.suppress(OSError, ValueError):
        if mime in _KEPT and path.is_file() and path.stat().st_size <= MOST_BYTES_PER_ITEM:
            return str(mime), path.read_bytes()
    return None


def _document(page: str) -> dict[str, Any] | None:
    """The bokeh document in a page that stands alone."""
    start = _JSON.search(page) if "Bokeh" in page else None
    if start is None:
        return None
    with contextlib.suppress(ValueError, AttributeError):
        found, _ = json.JSONDecoder().raw_decode(page, start.end())
        for document in found.values():
            if isinstance(document, dict) and document.get("roots"):
                return document
    return None


def _plotly(page: str) -> dict[str, Any] | None:
    """Data and layout, the second and third word of the call that draws them."""
    at, words = page.rindex(_PLOTLY) + len(_PLOTLY), list[Any]()
    try:
        for _ in range(3):
            while page[at] in " \t\r\n,":
                at += 1
            word, at = json.JSONDecoder().raw_decode(page, at)
            words.append(word)
    except (ValueError, IndexError):
        return None
    return {"data": words[1], "layout": words[2]}


def _object_after(text: str, mark: str) -> dict[str, Any] | None:
    try:
        value, _ = json.JSONDecoder().raw_decode(text, text.index(mark) + len(mark))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
