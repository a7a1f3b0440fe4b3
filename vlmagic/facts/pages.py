"""Charts that a page draws: from the object of plotly, altair or bokeh, or its specification, to facts."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from . import Facts
from .fit import fitted
from .ink import of_page
from .panels import data_of, facts_of


def specification(obj: Any) -> tuple[str, Any] | None:
    """("plotly", "vega" or "bokeh", and what is read of it); None for anything else."""
    root = type(obj).__module__.partition(".")[0]
    if root == "altair" and hasattr(obj, "to_dict"):
        obj = obj.to_dict()
    elif root == "plotly" and hasattr(obj, "to_plotly_json") and hasattr(obj, "data"):
        from . import plotly

        return "plotly", plotly.specification(obj)
    elif root == "bokeh" and hasattr(obj, "select"):
        return "bokeh", obj
    if isinstance(obj, Mapping):
        if "vega-lite" in str(obj.get("$schema")):
            return "vega", obj
        if isinstance(obj.get("data"), (list, tuple)) and isinstance(obj.get("layout"), Mapping):
            return "plotly", obj
    return None


def read(library: str, spec: Any, budget: int) -> Facts | None:
    """The facts of a specification within `budget` bytes; None if it draws nothing."""
    reader = import_module(f".{library}", __package__)
    panels, title = reader.panels(spec), reader.heading(spec)
    if not panels:
        return None
    text = fitted(facts_of(panels, title), budget)
    if text is None:
        return None
    return Facts(text, of_page(reader.said(spec)), numbers=data_of(panels, title))
