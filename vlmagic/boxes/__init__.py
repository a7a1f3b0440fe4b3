"""What a model pointed at: read from its answer, laid over what was sent, drawn on a copy.

`boxes` finds boxes and points in an answer and turns them into pixels of the picture as it was
sent, and into the values of the chart's axes where those are known; `draw` shows them. This room
refuses to believe: numbers from an answer are clamped to the picture, labels are drawn as text.
"""

from __future__ import annotations

from .draw import draw
from .places import Box, Data, Point, boxes, on

__all__ = ["Box", "Data", "Point", "boxes", "draw", "on"]
