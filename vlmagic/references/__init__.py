"""What `-i` means: one reference as a value, before anything is looked at.

    @last @-2 @12 @12.2 @12.1-3 @all @all3     shown: what this notebook has displayed
    @gcf @open @fig:3 @fig:name                open: pyplot's figures, while they are open
    fig[0:10] @last[0:10, 2:5]                 part of a matplotlib figure, by its data
    name.attr["key"][0, 1][2:5]                variable: walked step by step, never evaluated
    path  "quoted path"  plots/*.png  ~/x.png  file:///x.png      place
    https://…  oss://…                         remote: the service fetches it, we do not
    data:image/png;base64,…                    data URL
    @md  @md:name  @md:name.2                  attachment of a Markdown cell; the second of its name
    @clip                                      the clipboard of the machine that runs the kernel

One reference per `-i`: a comma belongs to data URLs. This room refuses to evaluate and to find
anything: `parse` is pure, and `walk` only follows attributes and items.
"""

from __future__ import annotations

from .forms import (
    IMAGE_SUFFIXES,
    VIDEO_SUFFIXES,
    Attachment,
    Attribute,
    Clipboard,
    DataURL,
    Item,
    Name,
    Open,
    Part,
    Place,
    Reference,
    Remote,
    Shown,
    Slice,
    Step,
    Variable,
)
from .grammar import end_of, parse
from .walk import part_of, walk
from .written import quoted, scrubbed

__all__ = [
    "IMAGE_SUFFIXES",
    "VIDEO_SUFFIXES",
    "Attachment",
    "Attribute",
    "Clipboard",
    "DataURL",
    "Item",
    "Name",
    "Open",
    "Part",
    "Place",
    "Reference",
    "Remote",
    "Shown",
    "Slice",
    "Step",
    "Variable",
    "end_of",
    "parse",
    "part_of",
    "quoted",
    "scrubbed",
    "walk",
]
