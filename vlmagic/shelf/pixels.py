"""An object as a picture: what images.py can take in, or text where a picture makes no sense.

Drawing never changes what is drawn: a figure of matplotlib has the same pixels and the same facts
afterwards. Rasterisers of other libraries are used if they are installed and named if they are
not. This room refuses to search: it is handed one object.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from vlmagic import facts
from vlmagic.errors import ImageError
from vlmagic.images.sources import MAX_PIXELS
from vlmagic.language import say

from . import charts, elsewhere, pages
from .drawn import Drawn, problem
from .item import BOKEH, HTML, PLOTLY, RASTERS, VEGA, decoded
from .kinds import is_empty, kind_of, library_of, title_of
from .tables import table
from .witness import watching


def draw(obj: Any, *, dpi: int | None = None, name: str = "") -> Drawn:
    """The picture of `obj` as it is now; ImageError if it has none.

    `dpi` is for figures of matplotlib; None is the figure's own.
    """
    figure = facts.figure_of(obj)
    if figure is not None:
        if is_empty(figure):
            raise ImageError(
                say("{label} is an empty figure.", label=name or say("This")),
                say("Draw in it first, or choose another with -i."),
            )
        with watching() as shots:
            data = savefig(figure, dpi)
        return Drawn(
            data,
            origin="matplotlib",
            title=title_of(figure),
            facts=facts.facts_of(figure, region=shots[-1].region if shots else None),
        )
    if isinstance(obj, (bytes, bytearray, memoryview)):
        return Drawn(bytes(obj), origin="bytes")
    if isinstance(obj, Path):
        return read(obj)
    drawer = _DRAWERS.get(library_of(obj))
    drawn = drawer(obj) if drawer else None
    if type(obj).__name__ == "CapturedIO":
        drawn = _captured(obj, name)
    if drawn is None:
        drawn = _by_representation(obj)
    if drawn is None:
        raise ImageError(
            say("{name} is no picture but {kind}.", name=name or say("This"), kind=_type(obj)),
            say("Pictures are figures, images, arrays of pixels, tables, and paths of files."),
        )
    return drawn


def savefig(figure: Any, dpi: int | None = None) -> bytes:
    """The figure as the notebook would show it: PNG, tight, in its own colours."""
    resolution = dpi or figure.dpi
    width, height = (round(inches * resolution) for inches in figure.get_size_inches())
    if width * height > MAX_PIXELS:
        raise ImageError(
            say(
                "{label}: {width}×{height} is more than {limit} megapixels.",
                label=say("the figure"),
                width=width,
                height=height,
                limit=MAX_PIXELS // 10**6,
            ),
            say("Make the figure smaller, or lower --dpi."),
        )
    buffer = io.BytesIO()
    try:
        figure.savefig(
            buffer,
            format="png",
            bbox_inches="tight",
            dpi=resolution,
            facecolor=figure.get_facecolor(),
            edgecolor=figure.get_edgecolor(),
        )
    except Exception as error:
        raise ImageError(
            say("matplotlib cannot draw this figure: {problem}", problem=problem(error)),
            say("Show the figure in a cell of its own to see what is wrong with it."),
        ) from error
    return buffer.getvalue()


def read(path: Path) -> Drawn:
    """The picture in a file; ImageError for what is none, before anything is decoded."""
    return Drawn(elsewhere.content(path), origin="file", title=path.name)


def bundle(data: Mapping[str, Any], origin: str = "picture") -> Drawn | None:
    """The picture in a mime bundle, as the page got it; None if there is none."""
    for mime in RASTERS:
        if mime in data:
            return Drawn(decoded(data[mime]), origin=origin)
    if "image/svg+xml" in data:
        drawing = data["image/svg+xml"]
        return Drawn(drawing.encode() if isinstance(drawing, str) else drawing, origin=origin)
    if PLOTLY in data:
        return charts.plotly_json(data[PLOTLY])
    if "roots" in data.get(BOKEH, ()):
        return charts.bokeh_json(data[BOKEH])
    for mime, specification in data.items():
        if mime.startswith(VEGA):
            return charts.vega(specification)
    inside = pages.found(data)
    return bundle(dict([inside]), origin) if inside and inside[0] != HTML else None


def _pil(obj: Any) -> Drawn | None:
    return Drawn(obj, origin="PIL") if hasattr(obj, "convert") else None


def _array(obj: Any) -> Drawn | None:
    if str(getattr(obj, "dtype", "object")) == "object":
        return None
    return Drawn(obj, origin=library_of(obj))


def _captured(obj: Any, name: str) -> Drawn | None:
    """The one picture that `%%capture` has kept."""
    found = {
        f"{name}.outputs[{number}]": drawn
        for number, output in enumerate(obj.outputs)
        if (drawn := bundle(output.data, "captured"))
    }
    if len(found) > 1:
        raise ImageError(
            say("{count} pictures were captured.", count=len(found)),
            say("Choose: {items}.", items=", ".join(found)),
        )
    return next(iter(found.values()), None)


def _ipython(obj: Any) -> Drawn | None:
    word = type(obj).__name__
    if word == "RichOutput":
        return bundle(obj.data, "captured")
    if word == "HTML":
        return bundle({"text/html": obj.data}, "page")
    if word not in ("Image", "SVG"):
        return None
    if obj.data is not None:
        data = obj.data.encode() if isinstance(obj.data, str) else bytes(obj.data)
        return Drawn(data, origin="IPython")
    if getattr(obj, "filename", None):
        return read(Path(obj.filename))
    return Drawn(url=str(obj.url), origin="url")


def _widget(obj: Any) -> Drawn | None:
    return Drawn(bytes(obj.value), origin="ipywidgets") if hasattr(obj, "format") else None


def _by_representation(obj: Any) -> Drawn | None:
    """Anything that can draw itself for a notebook: plotnine, seaborn.objects, ..."""
    if isinstance(obj, type):
        return None
    origin = kind_of(obj)
    for method, mime in (
        ("_repr_png_", "image/png"),
        ("_repr_jpeg_", "image/jpeg"),
        ("_repr_svg_", "image/svg+xml"),
        ("_repr_mimebundle_", ""),
    ):
        call = getattr(obj, method, None)
        if call is None:
            continue
        try:
            with watching() as shots:
                result = call()
        except Exception as error:
            raise ImageError(
                say("{kind} cannot draw itself: {problem}", kind=origin, problem=problem(error)),
                say("Show it in a cell of its own to see what is wrong with it."),
            ) from error
        found = result[0] if isinstance(result, tuple) else result
        drawn = bundle({mime: found} if mime and found else found or {}, origin)
        if drawn is not None:
            shot = shots[-1] if shots else None
            known = facts.facts_of(shot.figure, region=shot.region) if shot else None
            known = known or drawn.facts
            return replace(drawn, origin=origin, title=title_of(obj), facts=known)
    return None


def _type(obj: Any) -> str:
    return f"{library_of(obj)}.{type(obj).__name__}".removeprefix("builtins.")


_DRAWERS = {
    "PIL": _pil,
    "numpy": _array,
    "torch": _array,
    "pandas": table,
    "polars": table,
    "IPython": _ipython,
    "ipywidgets": _widget,
    "plotly": charts.plotly,
    "altair": charts.altair,
    "bokeh": charts.bokeh,
}
