"""Charts that a page draws (plotly, Vega-Lite): from the object or its specification to facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import Facts
from .fit import fitted
from .ink import of_page
from .panels import data_of, facts_of


def specification(obj: Any) -> tuple[str, Mapping[str, Any]] | None:
    """("plotly" or "vega", its specification); None for anything else."""
    root = type(obj).__module__.partition(".")[0]
    if root == "altair" and hasattr(obj, "to_dict"):
        obj = obj.to_dict()
    elif root == "plotly" and hasattr(obj, "to_plotly_json") and hasattr(obj, "data"):
        from . import plotly

        return "plotly", plotly.specification(obj)
    if isinstance(obj, Mapping):
        if "vega-lite" in str(obj.get("$schema")):
            return "vega", obj
        if isinstance(obj.get("data"), (list, tuple)) and isinstance(obj.get("layout"), Mapping):
            return "plotly", obj
    return None


def read(library: str, spec: Mapping[str, Any], budget: int) -> Facts | None:
    """The facts of a specification within `budget` bytes; None if it draws nothing."""
    if library == "plotly":
        from . import plotly as reader
    else:
        from . import vega as reader  # type: ignore[no-redef]
    panels, title = reader.panels(spec), reader.heading(spec)
    if not panels:
        return None
    text = fitted(facts_of(panels, title), budget)
    if text is None:
        return None
    return Facts(text, of_page(reader.said(spec)), numbers=data_of(panels, title))
