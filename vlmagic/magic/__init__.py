"""The front door of a notebook: `%%vlreason`, `%vlreason` and `%vl`.

    load(shell), unload(shell)    give them to a shell, and take them away again
    VLMagics                      the magics themselves, configured by `%config`

It parses, looks, asks and binds; everything it decides is decided further down.
"""

from __future__ import annotations

from .loaded import load, unload
from .magics import VLMagics

__all__ = ["VLMagics", "load", "unload"]
