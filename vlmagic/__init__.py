"""Ask a visual reasoning model about the figures in your notebook, and watch it think."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .batch import map  # noqa: A004 - the word is the field's own
    from .emulator import Emulator
    from .errors import VLReasonError
    from .images import Image, Video, film
    from .jury import Agreement
    from .many.rows import MapResult
    from .panel import Panel
    from .result import Result
    from .script import compare, figures, reason, stream

__version__ = "0.1.0"
__all__ = [
    "Agreement",
    "Emulator",
    "Image",
    "MapResult",
    "Panel",
    "Result",
    "VLReasonError",
    "Video",
    "compare",
    "figures",
    "film",
    "map",
    "reason",
    "stream",
]

_HOMES = {
    "Agreement": "jury",
    "compare": "script",
    "Emulator": "emulator",
    "Image": "images",
    "Video": "images",
    "film": "images",
    "Panel": "panel",
    "Result": "result",
    "VLReasonError": "errors",
    "figures": "script",
    "map": "batch",
    "MapResult": "many",
    "reason": "script",
    "stream": "script",
}


def __getattr__(name: str) -> Any:
    """The public names, imported when they are first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'vlmagic' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext vlmagic`."""
    from .magic import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """`%unload_ext vlmagic`."""
    from .magic import unload

    unload(shell)
