"""Charts that a page draws by itself: plotly, altair, bokeh. Drawn here by their own rasterisers.

Where nothing can draw a chart it goes as its facts, and that is said. This room refuses to install
anything, and to start a browser that the library would not start itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from vlmagic import facts
from vlmagic.errors import ImageError, MissingExtra, VLReasonError
from vlmagic.language import say

from . import pages
from .drawn import Drawn, problem
from .kinds import chart_of, title_of

_RASTERISERS = {
    "plotly": ("kaleido", "kaleido (it needs Chrome or Chromium)"),
    "altair": ("vl_convert", "vl-convert-python"),
    "bokeh": ("selenium", "selenium (it needs Chrome or Firefox, and its driver)"),
}
"""Library -> the module that draws for it, and what to install."""


def plotly(obj: Any) -> Drawn | None:
    """A figure of plotly; None for its other objects."""
    if not hasattr(obj, "to_image"):
        return None
    return _drawn("plotly", obj, lambda: obj.to_image(format="png", scale=2))


def plotly_json(specification: Mapping[str, Any]) -> Drawn | None:
    """A figure of plotly as its page got it."""
    from plotly.graph_objects import Figure

    wanted = {key: specification[key] for key in ("data", "layout") if key in specification}
    return plotly(Figure(wanted, skip_invalid=True))


def altair(obj: Any) -> Drawn | None:
    """A chart of altair, or the widget that shows one; None for its other objects."""
    obj = chart_of(obj)
    if not hasattr(obj, "to_dict"):
        return None
    try:
        specification = obj.to_dict()
    except Exception as error:
        raise ImageError(
            say(
                "This chart of {library} cannot be drawn: {problem}",
                library="altair",
                problem=problem(error),
            ),
            say("Show it in a cell of its own to see what is wrong with it."),
        ) from error
    return vega(specification)


def vega(specification: Mapping[str, Any]) -> Drawn:
    """A chart of altair as its page got it."""

    def draw() -> bytes:
        import vl_convert

        return bytes(vl_convert.vegalite_to_png(json.dumps(specification), scale=2))

    return _drawn("altair", specification, draw)


def bokeh(obj: Any) -> Drawn | None:
    """A plot or layout of bokeh; None for its other objects."""
    if not hasattr(obj, "select"):
        return None

    def draw() -> Any:
        from bokeh.io.export import get_screenshot_as_png

        return get_screenshot_as_png(obj)

    return _drawn("bokeh", obj, draw)


def bokeh_json(document: Mapping[str, Any]) -> Drawn | None:
    """A plot or layout of bokeh as its page got it."""
    try:
        return bokeh(pages.bokeh_root(document))
    except Exception as error:
        raise _undrawn("bokeh", error) from error


def _drawn(what: str, chart: Any, draw: Callable[[], Any]) -> Drawn:
    """What `draw` draws; the facts alone of what cannot be drawn here."""
    known, title = facts.facts_of(chart), title_of(chart)
    module, package = _RASTERISERS[what]
    error: VLReasonError
    if find_spec(module) is None:
        error = MissingExtra(
            say("A chart of {library} has to be drawn first, and {package} is not installed.",
                library=what, package=package.partition(" ")[0]),
            say("pip install {package}, or save the chart as PNG and give the file.", package=package),
        )  # fmt: skip
    else:
        try:
            return Drawn(draw(), origin=what, title=title, facts=known)
        except Exception as caught:  # noqa: BLE001 - a browser and a driver fail in many ways
            error = _undrawn(what, caught)
    if known is None:
        raise error
    notice = say("{problem} It goes as facts, without its pixels.", problem=error.message)
    return Drawn(text=known.text, origin=what, title=title, facts=known, notices=(notice,))


def _undrawn(what: str, error: Exception) -> ImageError:
    return ImageError(
        say(
            "This chart of {library} cannot be drawn: {problem}",
            library=what,
            problem=problem(error),
        ),
        say("Save it as PNG and give the file."),
    )
