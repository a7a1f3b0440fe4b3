"""The panel: figures to tick, a question, a model, a button, and a thread of answers.

    panel = vlmagic.Panel()        # or %vl panel
    panel.results                  # what was asked in it

It asks through `question`, as a cell does, on threads of its own, so that the kernel stays free.
This room refuses to know protocols, and to run anything but questions.
"""

from __future__ import annotations

from .desk import Panel

__all__ = ["Panel"]
