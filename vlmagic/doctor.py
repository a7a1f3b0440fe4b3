"""What is set, from where, and whether the service answers. The key itself is never shown.

This room refuses to spend: it asks with an empty question, which every server refuses for nothing,
after it has looked at the key.
"""

from __future__ import annotations

import json
import platform
import urllib.error
import urllib.request
from importlib import metadata
from typing import Any

from . import __version__
from .language import say
from .render import pick
from .settings import Settings
from .table import Table

_PACKAGES = ("ipython", "ipykernel", "ipywidgets", "openai", "dashscope", "matplotlib", "pillow")


def examine(settings: Settings, *, emulator: bool = False) -> Table:
    """A table of findings: name, value, origin."""
    rows = [["vlmagic", __version__, ""], ["python", platform.python_version(), ""]]
    for package in _PACKAGES:
        try:
            rows.append([package, metadata.version(package), ""])
        except metadata.PackageNotFoundError:
            rows.append([package, say("not installed"), ""])
    for name, origin in settings.origins.items():
        if settings.values[name] is not None:
            rows.append([name, str(settings.values[name]), origin])
    rows.append([say("server"), settings.base_url, say("emulator") if emulator else ""])
    rows.append([say("dialect"), settings.dialect, ""])
    rows.append(
        [
            say("key"),
            say("set") if settings.key else say("not set"),
            settings.key.origin if settings.key else "",
        ]
    )
    rows.append([say("answer"), answer(settings), ""])
    rows.append([say("shown by"), *pick(settings["render"])])
    return Table([say("what"), say("value"), say("from")], rows)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_PATHS = {
    "openai": "/chat/completions",
    "dashscope": "/services/aigc/multimodal-generation/generation",
}


def answer(settings: Settings) -> str:
    """One sentence on what the service says to an empty question."""
    key = settings.key
    headers = {"Content-Type": "application/json"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key.reveal()}"
    elif settings.needs_key():
        return say("not asked: there is no key")
    asked = urllib.request.Request(  # noqa: S310 - settings admit http and https only
        settings.base_url + _PATHS[settings.api],
        data=json.dumps({}).encode(),
        headers=headers,
    )
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(asked, timeout=settings.limits.connect) as response:
            status = response.status
    except urllib.error.HTTPError as error:
        status = error.code
        error.close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return say(
            "{host} cannot be reached: {reason}.",
            host=settings.host,
            reason=str(reason)[:200].rstrip("."),
        )
    if status in {401, 403}:
        return say(
            "{host} answers, and refuses the key ({status}).", host=settings.host, status=status
        )
    if status in {200, 400, 422}:
        return (
            say("{host} answers, and takes the key.", host=settings.host)
            if key
            else say("{host} answers.", host=settings.host)
        )
    return say("{host} answers with status {status}.", host=settings.host, status=status)
