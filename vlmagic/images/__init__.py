"""Pictures as values: what is sent, how large it is, and how many tokens it takes.

`normalise` turns bytes, PIL images and arrays into one kind of picture that every service takes:
RGB, upright, no metadata, no larger than the model looks at. This room refuses to *find* pictures
(the shelf does), to touch the network, and to decode what could exhaust the memory. Pillow and
numpy are imported by the functions that need them.
"""

from __future__ import annotations

from .fit import normalise
from .image import Image, Piece
from .pieces import pieces
from .text import Text, below
from .tokens import resized, token_count, video_size, video_token_count
from .video import Picture, Video, animation, film

__all__ = [
    "Image",
    "Picture",
    "Piece",
    "Text",
    "Video",
    "animation",
    "below",
    "film",
    "normalise",
    "pieces",
    "resized",
    "token_count",
    "video_size",
    "video_token_count",
]
