"""The panel's widget: state that pages read, messages that they send.

Everything a page shows while nothing happens is a trait, so that a page that comes late has it at
once; what happens goes as messages. This room refuses to decide.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from vlmagic.render.widget import FRONT, module


@cache
def panel_class() -> type[Any]:
    """The widget's class; anywidget is imported when the first panel is made."""
    import anywidget
    import traitlets

    class PanelView(anywidget.AnyWidget):  # type: ignore[misc] # anywidget ships no types
        """A panel on a page."""

        _esm = module("panel")
        _css = "".join(
            (FRONT / name).read_text(encoding="utf-8") for name in ("view.css", "panel.css")
        )
        own = traitlets.Unicode("").tag(sync=True)
        """Its own id, by which a page finds it among the outputs."""
        words = traitlets.Dict().tag(sync=True)
        lang = traitlets.Unicode("en").tag(sync=True)
        host = traitlets.Unicode("").tag(sync=True)
        models = traitlets.List().tag(sync=True)
        pictures = traitlets.List().tag(sync=True)
        turns = traitlets.List().tag(sync=True)
        draft = traitlets.Dict().tag(sync=True)
        """What is being typed, by the page that types it."""
        instead: dict[str, str]
        """What a host shows that knows no widgets."""

        def _repr_mimebundle_(self, **how: Any) -> Any:
            data, metadata = super()._repr_mimebundle_(**how)
            return {**data, **self.instead}, metadata

    return PanelView
