"""The services that answer: `connect(settings)` gives the source for a question.

Sources are kept while the settings stay the same, so that the next question finds its connection
open. This room refuses to know any service's protocol: each has a room of its own.
"""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING
from urllib.request import getproxies

from vlmagic.errors import SettingsError
from vlmagic.language import say

from .scrub import scrub

if TYPE_CHECKING:
    from vlmagic.run import Source
    from vlmagic.settings import Settings

__all__ = ["connect", "scrub"]

_KEPT = 8
_sources: dict[tuple[object, ...], Source] = {}
_lock = threading.Lock()


def connect(settings: Settings) -> Source:
    """Where a question with these settings goes. No I/O; the SDK comes with the first question."""
    # The key itself would make this table a secret.
    key = settings.key and hashlib.sha256(settings.key.reveal().encode("utf-8", "replace")).digest()
    origin = settings.key and settings.key.origin
    same = (
        settings.api,
        settings.base_url,
        settings.dialect,
        settings.workspace,
        settings.limits,
        key,
        origin,
        tuple(sorted(getproxies().items())),
    )
    with _lock:
        source = _sources.pop(same, None)
        if source is None:
            source = _made(settings)
        _sources[same] = source
        while len(_sources) > _KEPT:
            del _sources[next(iter(_sources))]
    return source


def _made(settings: Settings) -> Source:
    if settings.api == "openai":
        from .openai import OpenAISource

        return OpenAISource(settings)
    if settings.api == "dashscope":
        from .dashscope import DashScopeSource

        return DashScopeSource(settings)
    raise SettingsError(
        say("There is no protocol called {api}.", api=repr(settings.api)),
        say("It takes one of: {choices}.", choices="openai, dashscope"),
    )
