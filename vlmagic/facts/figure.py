"""A matplotlib figure as facts: reads attributes of artists, draws nothing, changes nothing."""

from __future__ import annotations

from typing import Any

from . import Facts
from .axis import Axis, every_axes
from .data import data_of
from .digest import digest, parts
from .fit import factored, fitted
from .frames import Region, frames
from .marks import Marks
from .names import heading, label_of, legend_of, said, title
from .numbers import short

_MOST_TEXT = 200


def read(figure: Any, budget: int, region: Region | None = None) -> Facts | None:
    """The facts of a figure within `budget` bytes; None if it has no axes."""
    axes = every_axes(figure)
    if not axes:
        return None
    tree: dict[str, Any] = {}
    if words := heading(figure):
        tree["figure"] = words[:_MOST_TEXT]
    for key in ("supxlabel", "supylabel"):
        if words := said(getattr(figure, f"_{key}", None)):
            tree[key] = words[:_MOST_TEXT]
    read = [_axes(one, number, axes) for number, one in enumerate(axes)]
    tree["axes"] = [facts for facts, _ in read]
    told = set(map(str, tree.values()))
    every = (said(text) for part in parts(figure) for text in part.texts)
    loose = [word[:_MOST_TEXT] for word in every if word.strip() and word[:_MOST_TEXT] not in told]
    if loose:
        tree["text"] = loose[:10]
    boxes = [box for part in parts(figure) for box in part.legends if box.get_visible()]
    legends = [said(text)[:60] for box in boxes for text in box.get_texts()]
    if legends:
        tree["legend"] = legends[:20]
    text = fitted(factored(tree), budget)
    if text is None:
        return None
    placed = frames(figure, axes, region) if region is not None else ()
    cut = [axes[number] for number, (_, outside) in enumerate(read) if outside]
    return Facts(text, digest(figure, axes, cut), placed, data_of(figure))


def _axes(axes: Any, number: int, every: list[Any]) -> tuple[dict[str, Any], bool]:
    """The facts of one pair of axes, and whether something lies outside of its limits."""
    x, y = Axis(axes, "x"), Axis(axes, "y")
    marks = Marks(axes, x, y)
    above = title(axes)
    found: dict[str, Any] = {"title": above[:_MOST_TEXT]} if above else {}
    if axes.name != "rectilinear":
        found["projection"] = axes.name
    if "pie" not in marks.found:
        found["x"] = x.facts(label_of(axes, "x"))
        found["y"] = y.facts(label_of(axes, "y"))
        if axes.name == "polar":
            found["x"]["unit"] = "radians"
        if hasattr(axes, "get_zlabel"):
            low, high = axes.get_zlim()
            found["z"] = {"min": short(low), "max": short(high)}
            data = [short(value) for value in sorted(axes.zz_dataLim.intervalx)]
            if None not in data:
                found["z"]["data"] = data
            if words := label_of(axes, "z"):
                found["z"]["label"] = words[:_MOST_TEXT]
    for before, other in enumerate(every[:number], start=1):
        if _on_top(axes, other):
            found["twin"] = before
    if (legend := legend_of(axes)) is not None:
        entries = [said(text)[:60] for text in legend.get_texts()]
        above = said(legend.get_title())
        found["legend"] = ([above[:60] + ":"] if above else []) + entries[:20]
    return {key: value for key, value in (found | marks.found).items() if value}, marks.cut


def _on_top(axes: Any, other: Any) -> bool:
    """Whether two axes stand in the same place and share their x axis, or their y axis."""
    if axes.get_position(original=True).bounds != other.get_position(original=True).bounds:
        return False
    return bool(
        axes.get_shared_x_axes().joined(axes, other) or axes.get_shared_y_axes().joined(axes, other)
    )
