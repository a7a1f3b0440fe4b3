"""What was drawn, made ready to be sent: as a film, in pieces, or as one picture.

This room refuses to find and to draw: it is handed the bytes or the pixels.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from vlmagic.images import Picture, Piece, animation, normalise, pieces

from . import films

if TYPE_CHECKING:
    from vlmagic.facts import Facts

    from .drawn import Drawn
    from .item import Item

Ground = Literal["auto", "white", "black"]
_SHARPEST = 3.5
"""Pixels of a screen for one of a page, at the most."""
_ENOUGH = 2560 * 32 * 32
_COSTLY = 1000 * 32 * 32
"""Pixels of a thousand tokens: a retina picture with more is no more legible than at half of it."""


def ready(
    drawn: Drawn,
    label: str,
    *,
    max_pixels: int,
    most: int | None = None,
    facts: Facts | None = None,
    told: bool = True,
    ground: Ground = "auto",
) -> list[Picture]:
    """The pictures that go for it: several only where one is cut into pieces that can be read.

    `most`: of more pixels it needs only these. `told`: its facts go along.
    """
    source, origin, title = drawn.source, drawn.origin, drawn.title
    if isinstance(source, bytes):
        if films.holds_film(source):
            return [films.read(source, label, title)]
        if film := animation(source, label, title, origin):
            return [film]
    if facts is None and (parts := pieces(source, label, max_pixels)):
        down = parts[0].height + parts[-1].height > parts[0].width + parts[-1].width
        every = enumerate(parts, start=1)
        return [
            replace(
                normalise(
                    part,
                    label=f"{label} {number}/{len(parts)}",
                    max_pixels=max_pixels,
                    origin=origin,
                    title=title,
                ),
                piece=Piece(number, len(parts), down),
            )
            for number, part in every
        ]
    known = facts if told else None
    picture = normalise(
        source,
        label=label,
        max_pixels=min(max_pixels, most or max_pixels),
        origin=origin,
        title=title,
        facts=known.text if known else None,
        facts_digest=known.digest if known else None,
        axes=facts.axes if facts else (),
        numbers=facts.numbers if facts else None,
        background=ground,
    )
    return [picture]


def enough(item: Item, max_pixels: int) -> tuple[float, float] | None:
    """Width and height of a retina picture as its page shows it, where more would only cost tokens."""
    size, width, height = item.size, item.metadata.get("width"), item.metadata.get("height")
    if size is None or max_pixels > _ENOUGH:
        return None
    if not isinstance(width, (int, float)) or not isinstance(height, (int, float)):
        return None
    if size[0] * size[1] <= _COSTLY or not 1.5 * width <= size[0] <= _SHARPEST * width:
        return None  # less is a thumbnail
    return width, height


def ground_of(item: Item) -> Ground:
    """What a transparent picture needs behind it, if it was said when it was shown."""
    wanted = str(item.metadata.get("needs_background"))
    return "white" if wanted == "light" else "black" if wanted == "dark" else "auto"
