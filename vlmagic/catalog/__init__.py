"""Which models there are, what they can do and cost, and where they live.

`find` answers for the hosted names of Model Studio and, so that tokens can be counted, for the
names under which other servers offer the same open weights. This room refuses to decide anything:
it holds dated facts, and an unknown name is answered with None, never with a guess.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import replace

from .model import Currency, Mode, Model, Price, Retirement, Sampling, Tier, Video
from .models import MODELS
from .regions import REGIONS, Region, is_model_studio, region_of

__all__ = [
    "MODELS",
    "REGIONS",
    "Currency",
    "Mode",
    "Model",
    "Price",
    "Region",
    "Retirement",
    "Sampling",
    "Tier",
    "Video",
    "find",
    "is_model_studio",
    "near",
    "region_of",
]

_BY_NAME = {model.name: model for model in MODELS}

# Open weights elsewhere, first match wins: "Qwen/Qwen3-VL-8B-Thinking", "qwen3-vl:8b",
# "qwen2.5vl:7b", "Qwen3-VL-4B-Instruct-GGUF". Each pattern, the hosted model whose family it
# shares, and the checkpoint's own smallest picture in tokens (preprocessor_config.json).
_ELSEWHERE: tuple[tuple[re.Pattern[str], str, int], ...] = tuple(
    (re.compile(pattern), likeness, floor)
    for pattern, likeness, floor in (
        (r"qwen-?3-?vl.*(instruct|non-?thinking)", "qwen3-vl-8b-instruct", 64),
        (r"qwen-?3-?vl", "qwen3-vl-8b-thinking", 64),
        (r"qwen-?3\.5", "qwen3.5-27b", 64),
        (r"qwen-?3\.6", "qwen3.6-27b", 64),
        (r"qvq", "qvq-plus", 4),
        (r"qwen-?2\.?5-?vl", "qwen-vl-max", 4),
    )
)
_CHECKPOINT_TOKENS = 16_384


def find(name: str) -> Model | None:
    """The model of this name, in any case; None if it is unknown.

    A name of open weights on another server gives a model like the hosted one, with
    `hosted=False`, no prices and the checkpoint's own image limits.
    """
    key = name.strip().lower()
    if key in _BY_NAME:
        return _BY_NAME[key]
    weights = key.rsplit("/", 1)[-1]
    # A dated or regional name of a hosted line is no open weights: it is simply not known.
    if weights.startswith(tuple(f"{line}-" for line in _HOSTED_LINES)):
        return None
    for pattern, likeness, floor in _ELSEWHERE:
        if pattern.match(weights):
            return replace(
                _BY_NAME[likeness],
                name=name.strip(),
                family="qwen2.5-vl" if likeness == "qwen-vl-max" else _BY_NAME[likeness].family,
                stream_only=False,
                factor=28 if floor == 4 else 32,
                image_tokens_default=_CHECKPOINT_TOKENS,
                min_tokens=floor,
                tokens_known=True,
                prices=(),
                absent_from=(),
                retired=None,
                hosted=False,
            )
    return None


_HOSTED_LINES = tuple(
    name for name in _BY_NAME if re.fullmatch(r"(qwen3(-vl|\.\d)|qvq)-(plus|flash|max)", name)
)


def near(name: str) -> list[str]:
    """Known names that look like this one, the likeliest first."""
    return difflib.get_close_matches(name.strip().lower(), _BY_NAME, n=3, cutoff=0.6)
