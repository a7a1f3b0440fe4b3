"""What sort of thing an object is, told by its type alone.

No library is imported for it: an object of matplotlib cannot exist before matplotlib does. This
room refuses to draw and to read data.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from vlmagic.facts import figure_of
from vlmagic.references import IMAGE_SUFFIXES, VIDEO_SUFFIXES

from .item import BOKEH, PLOTLY, VEGA

_NAMES = {"mpl_toolkits": "matplotlib", "_plotly_utils": "plotly"}
_ADDRESSES = ("http://", "https://", "oss://", "data:")
_DEEPEST = 8
"""Lists within lists; one that holds itself goes on for ever."""
_DRAWING = frozenset({"matplotlib", "seaborn", "plotnine", "ipympl"})
_ALIVE = {
    "altair": {"TopLevelMixin", "JupyterChart"},
    "bokeh": {"Plot", "GridPlot", "Row", "Column", "Tabs"},
    "plotly": {"BaseFigureWidget"},
    "PIL": {"Image"},
    "ipywidgets": {"Image"},
}
"""What is a picture though its bundle holds none: widgets, what a terminal shows as its name."""


def library_of(obj: Any) -> str:
    """The library that an object comes from: `matplotlib`, `PIL`, `pandas`, ..."""
    root = type(obj).__module__.partition(".")[0]
    return _NAMES.get(root, root)


def kind_of(obj: Any, mime: str = "") -> str:
    """The word for a shown thing: what its mime type says, or else its library."""
    if mime in (PLOTLY, BOKEH):
        return "plotly" if mime == PLOTLY else "bokeh"
    if mime.startswith(VEGA):
        return "altair"
    if isinstance(obj, Mapping) and "layout" in obj:
        return "plotly"
    named = obj is not None and library_of(obj) not in ("builtins", "ipykernel", "__main__")
    return library_of(obj) if named else "picture"


def draws(obj: Any) -> bool:
    """Whether showing this makes matplotlib draw: its figures, and plots of others that use it."""
    return library_of(obj) in _DRAWING or is_figure(obj)


def is_figure(obj: Any) -> bool:
    """Whether it is a whole figure of matplotlib."""
    library = sys.modules.get("matplotlib.figure")
    return library is not None and isinstance(obj, library.Figure)


def chart_of(obj: Any) -> Any:
    """The chart that a widget of altair shows; any other object itself."""
    return obj.chart if type(obj).__name__ == "JupyterChart" else obj


def moves_on(obj: Any) -> bool:
    """Whether it is a widget whose page follows what becomes of it: a canvas of ipympl, ..."""
    return library_of(obj) == "ipympl" or type(obj).__name__ in ("FigureWidget", "JupyterChart")


def is_table(obj: Any) -> bool:
    """Whether it goes as text: a frame or a series of pandas or polars."""
    return library_of(obj) in ("pandas", "polars")


def is_empty(figure: Any) -> bool:
    """Whether there is nothing in a figure of matplotlib but its background."""
    return len(figure.get_children()) <= 1


def drawable(obj: Any) -> bool:
    """Whether an object that was shown without a picture can be drawn later on.

    The inline backend shows an empty figure as nothing but its name: that is no picture.
    """
    if obj is None or type(obj).__module__ == "builtins":
        return False
    root = library_of(obj)
    if root == "matplotlib":
        return is_figure(obj) and not is_empty(obj)
    if root not in _ALIVE:
        return False
    return any(cls.__name__ in _ALIVE[root] for cls in type(obj).__mro__)


def title_of(obj: Any) -> str:
    """The title of a figure in one line of at most 60 characters, or nothing."""
    try:
        figure = figure_of(obj)
        if figure is not None:
            titles = [figure.get_suptitle()] if hasattr(figure, "get_suptitle") else []
            titles += [axes.get_title() for axes in figure.axes]
        else:
            titles = [_specified(obj) if isinstance(obj, Mapping) else _declared(obj)]
    except Exception:  # noqa: BLE001 - other people's objects
        return ""
    title = " ".join(next((text for text in titles if text), "").split())
    return title if len(title) <= 60 else title[:59] + "…"


def _specified(chart: Mapping[str, Any]) -> str:
    """The title in the specification of plotly, of altair, or of a bokeh document."""
    if "roots" in chart:
        chart = chart["roots"][0]["attributes"]
        return str(chart.get("title", {}).get("attributes", {}).get("text", ""))
    title = chart.get("layout", chart).get("title", "")
    return str(title.get("text", "") if isinstance(title, Mapping) else title)


def _declared(obj: Any) -> str:
    if library_of(obj) == "plotly":
        return str(obj.layout.title.text or "")
    if library_of(obj) == "plotnine":
        return str(getattr(getattr(obj, "labels", None), "title", None) or "")
    if library_of(obj) == "bokeh":
        return str(getattr(getattr(obj, "title", None), "text", None) or "")
    title = getattr(obj, "title", "") if library_of(obj) == "altair" else ""
    return title if isinstance(title, str) else ""


def looks_like_picture(obj: Any) -> bool:
    """Whether a variable is worth offering as a picture."""
    root = library_of(obj)
    if root in ("plotnine", "plotly", "altair"):
        return drawable(obj) or type(obj).__name__ in ("ggplot", "Figure", "FigureWidget")
    if root in ("numpy", "torch"):
        shape = getattr(obj, "shape", ())
        return len(shape) in (2, 3) and min(shape) >= 1 and max(shape) >= 16
    if root == "PIL":
        return hasattr(obj, "size") and hasattr(obj, "convert")
    if root == "IPython":
        return type(obj).__name__ in ("Image", "SVG", "CapturedIO")
    try:
        return figure_of(obj) is not None
    except Exception:  # noqa: BLE001 - other people's objects
        return False


def picturable(namespace: Mapping[str, Any], hidden: frozenset[str] = frozenset()) -> list[str]:
    """Variables that look like pictures, IPython's own (`_`, `_12`, `Out`) left out."""
    return [
        name
        for name, value in list(namespace.items())
        if isinstance(name, str)
        and not name.startswith("_")
        and name not in hidden
        and not isinstance(value, type)
        and looks_like_picture(value)
    ]


def pyplot_figures() -> dict[int, Any]:
    """The figures that pyplot holds open, by number, the current one last."""
    helper = sys.modules.get("matplotlib._pylab_helpers")
    if helper is None:
        return {}
    return {number: manager.canvas.figure for number, manager in list(helper.Gcf.figs.items())}


def members_of(value: Any) -> dict[str, Any]:
    """The one object itself, or the pictures in a collection, by the way to each of them.

    Parts of one figure are one. A dictionary is a collection if there may be pictures in it.
    """
    if figure_of(value) is not None:
        return {"": value}
    found: dict[str, Any] = {}
    known: set[int] = set()
    for path, member in _flat(value):
        figure = figure_of(member)
        thing = member if figure is None else figure
        if id(thing) not in known:
            known.add(id(thing))
            found[path] = thing
    if isinstance(value, dict):
        objects = [one for one in found.values() if not isinstance(one, str)]
        return found if any(map(may_be_picture, objects)) else {"": value}
    return found or {"": value}


def may_be_picture(obj: Any) -> bool:
    """Whether it is worth a look: what a library made, bytes, and the way to a picture."""
    if isinstance(obj, str):
        places = IMAGE_SUFFIXES | VIDEO_SUFFIXES
        return PurePath(obj).suffix.lower() in places or obj.startswith(_ADDRESSES)
    if isinstance(obj, (bytes, bytearray, PurePath)):
        return True
    single = getattr(obj, "shape", None) == () or isinstance(obj, dt.date)
    return not single and library_of(obj) not in sys.stdlib_module_names


def _flat(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """What is in a collection and in those within it, each with the way to it."""
    if depth == _DEEPEST:
        return
    inside: Iterable[tuple[str, Any]]
    if library_of(value) == "numpy" and str(getattr(value, "dtype", "")) == "object":
        inside = (
            (", ".join(map(str, at)), value[at]) for at in sys.modules["numpy"].ndindex(value.shape)
        )
    elif isinstance(value, dict):
        inside = ((repr(key).strip("()"), member) for key, member in value.items())
    elif isinstance(value, (list, tuple)) and figure_of(value) is None:
        inside = ((str(at), member) for at, member in enumerate(value))
    else:
        yield path, value
        return
    for key, member in inside:
        yield from _flat(member, f"{path}[{key}]", depth + 1)
