"""How the compatible streams of other servers differ from Model Studio's: data only.

Sources: the servers' own documentation and source, and streams recorded from transformers,
llama.cpp and LiteLLM. This room refuses behaviour: `wire` reads the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Shape:
    """What one server's stream looks like."""

    thinking: str = "reasoning_content"
    """The key that carries thinking; empty where thinking stands in the content, between tags."""
    tags: tuple[str, str] | None = None
    nulls: bool = True
    """Keys without a value are sent as null; False: they are left out."""
    role_everywhere: bool = False
    details: bool = False
    """The thinking comes a second time, as `reasoning_details`."""
    usage: Literal["frame", "finish", "choice", "never"] = "frame"
    """Usage in a frame of its own, on the finish frame, beside an empty choice, or never."""
    done: bool = True
    """Whether `[DONE]` is sent."""
    comment: str = ""
    """A comment line before the first frame."""
    switch: tuple[str, ...] = ("enable_thinking",)
    """Path of the field that turns thinking on and off."""
    off: object = False
    """Its value that means off."""
    budget: tuple[str, ...] = ("thinking_budget",)
    """Path of the field that limits thinking; empty where there is none."""


_TEMPLATE = ("chat_template_kwargs", "enable_thinking")
SHAPES: dict[str, Shape] = {
    "model-studio": Shape(),
    "vllm": Shape(
        thinking="reasoning", nulls=False, switch=_TEMPLATE, budget=("thinking_token_budget",)
    ),
    "sglang": Shape(switch=_TEMPLATE, budget=()),
    "ollama": Shape(
        thinking="reasoning",
        role_everywhere=True,
        nulls=False,
        switch=("reasoning_effort",),
        off="none",
        budget=(),
    ),
    "openrouter": Shape(
        thinking="reasoning",
        details=True,
        comment="OPENROUTER PROCESSING",
        switch=("reasoning", "enabled"),
        budget=("reasoning", "max_tokens"),
    ),
    "transformers": Shape(nulls=False, usage="finish", done=False, switch=_TEMPLATE, budget=()),
    "llama.cpp": Shape(nulls=False, switch=_TEMPLATE, budget=("thinking_budget_tokens",)),
    "litellm": Shape(nulls=False, usage="choice"),
    "think-tags": Shape(
        thinking="", tags=("<think>\n", "\n</think>\n\n"), switch=_TEMPLATE, budget=()
    ),
    "close-tag-only": Shape(thinking="", tags=("", "\n</think>\n\n"), switch=_TEMPLATE, budget=()),
    "no-usage": Shape(usage="never"),
}
