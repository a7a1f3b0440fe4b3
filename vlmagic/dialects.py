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
    title: str
    """What its makers call it."""
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
    """The port it listens on by default, where no other kind of server does."""
    reads: tuple[str, ...] = ("reasoning_content",)
    """Where its answers carry the thinking, the newest way first; "<think>" is the text itself."""
    needs: str = ""
    """What the server must be started with, or what it cannot do."""


_TEMPLATE_ON = _fields(chat_template_kwargs={"enable_thinking": True})
_TEMPLATE_OFF = _fields(chat_template_kwargs={"enable_thinking": False})

_ROWS = (
    Dialect(
        "modelstudio",
        "Alibaba Cloud Model Studio",
        on=_fields(enable_thinking=True),
        off=_fields(enable_thinking=False),
        budget=("thinking_budget",),
        hi_res=_fields(vl_high_resolution_images=True),
    ),
    Dialect(
        "vllm",
        "vLLM",
        on=_TEMPLATE_ON,
        off=_TEMPLATE_OFF,
        budget=("thinking_token_budget",),
        opens_thinking=True,
        reads=("reasoning", "reasoning_content", "<think>"),
        needs="start it with `--reasoning-parser qwen3`; a budget also needs `--reasoning-config`",
    ),
    Dialect(
        "sglang",
        "SGLang",
        on=_TEMPLATE_ON,
        off=_TEMPLATE_OFF,
        opens_thinking=True,
        port=30000,
        reads=("reasoning_content", "<think>"),
        needs="start it with `--reasoning-parser qwen3`; it limits thinking only by a logit processor of your own",
    ),
    Dialect(
        "ollama",
        "Ollama",
        on=_fields(reasoning_effort="medium"),
        off=_fields(reasoning_effort="none"),
        port=11434,
        reads=("reasoning",),
        needs="takes pictures from this machine only, no web addresses",
    ),
    Dialect(
        "llamacpp",
        "llama.cpp server",
        on=_TEMPLATE_ON,
        off=_TEMPLATE_OFF,
        budget=("thinking_budget_tokens",),
        reads=("reasoning_content", "<think>"),
        needs="with `--reasoning-format none` the thinking stands in the text",
    ),
    Dialect(
        "lmstudio",
        "LM Studio",
        opens_thinking=True,
        port=1234,
        reads=("reasoning_content", "reasoning", "<think>"),
        needs="thinking is switched in the model's own settings there",
    ),
    Dialect(
        "openrouter",
        "OpenRouter",
        on=_fields(reasoning={"enabled": True}),
        off=_fields(reasoning={"enabled": False}),
        budget=("reasoning", "max_tokens"),
        hosts=("openrouter.ai",),
        reads=("reasoning", "reasoning_details"),
    ),
    Dialect(
        "transformers",
        "transformers serve",
        on=_TEMPLATE_ON,
        off=_TEMPLATE_OFF,
    ),
    Dialect(
        "plain",
        "anything else",
        reads=("reasoning_content", "reasoning", "thinking", "reasoning_details", "<think>"),
        needs="name its own fields with `--param`",
    ),
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
