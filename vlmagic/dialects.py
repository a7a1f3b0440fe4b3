"""How each kind of OpenAI-compatible server switches thinking on, off and short.

Rows of data: body fields beyond OpenAI's own, sent only to servers that are known to take them
(others refuse them, or ignore them silently). A server is recognised by its address; one that is
not recognised is spoken to plainly. This room refuses to ask a server what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from .catalog import is_model_studio


def _fields(**values: Any) -> Mapping[str, Any]:
    return MappingProxyType(values)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of server: body fields for each wish; None where it has no such switch."""

    name: str
    on: Mapping[str, Any] | None = None
    off: Mapping[str, Any] | None = None
    budget: tuple[str, ...] | None = None
    """Path of the field that limits the tokens of thinking."""
    hi_res: Mapping[str, Any] | None = None
    opens_thinking: bool = False
    """Its prompt template may open `<think>` itself, so that the text holds only `</think>`."""
    hosts: tuple[str, ...] = field(default=())
    """Host names (and their subdomains) that speak it."""
    port: int | None = None
    """The port it listens on by default."""


_TEMPLATE_ON = _fields(chat_template_kwargs={"enable_thinking": True})
_TEMPLATE_OFF = _fields(chat_template_kwargs={"enable_thinking": False})

_ROWS = (
    Dialect(
        "modelstudio",
        on=_fields(enable_thinking=True),
        off=_fields(enable_thinking=False),
        budget=("thinking_budget",),
        hi_res=_fields(vl_high_resolution_images=True),
    ),
    Dialect(
        # The budget needs the server's own --reasoning-config.
        "vllm",
        on=_TEMPLATE_ON,
        off=_TEMPLATE_OFF,
        budget=("thinking_token_budget",),
        opens_thinking=True,
    ),
    Dialect("sglang", on=_TEMPLATE_ON, off=_TEMPLATE_OFF, opens_thinking=True, port=30000),
    Dialect(
        "ollama",
        on=_fields(reasoning_effort="medium"),
        off=_fields(reasoning_effort="none"),
        port=11434,
    ),
    Dialect(
        "llamacpp",
        on=_TEMPLATE_ON,
        off=_TEMPLATE_OFF,
        budget=("thinking_budget_tokens",),
    ),
    Dialect("lmstudio", opens_thinking=True, port=1234),
    Dialect(
        "openrouter",
        on=_fields(reasoning={"enabled": True}),
        off=_fields(reasoning={"enabled": False}),
        budget=("reasoning", "max_tokens"),
        hosts=("openrouter.ai",),
    ),
    Dialect("transformers", on=_TEMPLATE_ON, off=_TEMPLATE_OFF),
    Dialect("plain"),
)

DIALECTS: Mapping[str, Dialect] = MappingProxyType({row.name: row for row in _ROWS})


def recognise(base_url: str) -> str:
    """The name of the dialect that the server at this address is likely to speak, else "plain"."""
    try:
        parts = urlsplit(base_url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "plain"
    if is_model_studio(base_url):
        return "modelstudio"
    for row in _ROWS:
        if any(host == name or host.endswith(f".{name}") for name in row.hosts):
            return row.name
    return next((row.name for row in _ROWS if port is not None and row.port == port), "plain")
