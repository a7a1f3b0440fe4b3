"""The shapes that the catalogue's facts are written in: a model, its limits, its prices.

This room refuses data: every value stands in `models.py`, with its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mode = Literal["hybrid", "thinking", "plain"]
Currency = Literal["CNY", "USD"]


@dataclass(frozen=True, slots=True)
class Tier:
    """Prices per million tokens for requests of up to `up_to` input tokens (None: any)."""

    up_to: int | None
    input: float
    output: float


@dataclass(frozen=True, slots=True)
class Price:
    """What one region asks, and when the page said so."""

    region: str
    currency: Currency
    tiers: tuple[Tier, ...]
    dated: str
    """Year and month of the price list."""
    source: str
    plain_tiers: tuple[Tier, ...] | None = None
    """Prices of an answer without thinking, where they differ."""

    def tier(self, input_tokens: int, *, thought: bool = True) -> Tier:
        """The tier of a request: chosen by its whole input, applied to all its tokens."""
        tiers = self.tiers if thought or self.plain_tiers is None else self.plain_tiers
        for tier in tiers:
            if tier.up_to is None or input_tokens <= tier.up_to:
                return tier
        return tiers[-1]


@dataclass(frozen=True, slots=True)
class Retirement:
    """When calls began to fail, and what to use instead."""

    date: str
    successor: str
    source: str = "Model Studio retirement notice"


@dataclass(frozen=True, slots=True)
class Sampling:
    """The service's defaults of the sampling parameters."""

    temperature: float
    top_p: float
    top_k: int
    presence_penalty: float
    repetition_penalty: float = 1.0
    seed: int = 1234


@dataclass(frozen=True, slots=True)
class Video:
    """What a video may be: frames, seconds, and the pixels that are looked at."""

    min_frames: int = 4
    max_frames: int = 512
    min_seconds: int = 2
    max_seconds: int = 20 * 60
    frame_min_pixels: int = 4_096
    frame_pixels: int = 655_360
    """Default of a frame's `max_pixels`."""
    frame_max_pixels: int = 786_432
    total_pixels: int = 67_108_864


@dataclass(frozen=True, slots=True)
class Model:
    """One model. Limits are in tokens, pixels or bytes; None means that no page says."""

    name: str
    family: str
    mode: Mode
    default_thinking: bool
    """The service's own default of `enable_thinking`."""
    takes_budget: bool
    stream_only: bool = False
    system_ignored: bool = False
    sampling_fixed: bool = False
    """The vendor says not to change temperature, top_p, top_k or the penalties."""
    context: int | None = None
    max_input: int | None = None
    max_input_plain: int | None = None
    """Most input when not thinking, where that differs."""
    max_thinking: int | None = None
    max_output: int | None = None
    """Most tokens of the answer, thinking not counted."""
    takes_max_completion_tokens: bool = False
    """Takes `max_completion_tokens`, which limits thinking and answer together."""
    factor: Literal[32, 28] = 32
    """Pixels along the side of one image token."""
    image_tokens_default: int = 2560
    image_tokens_hi_res: int = 16384
    min_tokens: int = 64
    """Fewest tokens of one picture; a smaller one is enlarged.

    64 by the API reference (`min_pixels` 65,536) and the open checkpoints of Qwen3-VL and later; the
    billing page's estimator has 4, as all pages have for QVQ and Qwen2.5-VL.
    """
    tokens_known: bool = True
    """False where the image token formula is not published for this model."""
    max_images: int = 256
    """Most pictures by URL."""
    max_inline_images: int = 250
    """Most pictures inside the request (base64)."""
    max_videos: int = 64
    max_image_bytes: int = 10 * 2**20
    """Most bytes of one picture as base64: the older, lower one of two documented values."""
    video: Video | None = None
    sampling: Sampling | None = None
    sampling_plain: Sampling | None = None
    """Defaults when not thinking, where they differ."""
    reasoning_effort: tuple[tuple[str, int], ...] = ()
    """Words for the budget, with the tokens each stands for; never together with a budget."""
    json_schema: bool = False
    """Takes `response_format` of the type `json_schema` (structured-output page, second half of 2026)."""
    returns_thinking: bool = False
    """Earlier thinking must be sent back with the history (`preserve_thinking`)."""
    prices: tuple[Price, ...] = ()
    absent_from: tuple[str, ...] = ()
    """Regions whose price list leaves it out."""
    retired: Retirement | None = None
    hosted: bool = True
    """False for open weights under another server's name: no price, limits of the checkpoint."""

    @property
    def thinks(self) -> bool:
        """Can it think at all?"""
        return self.mode != "plain"

    def image_tokens(self, *, hi_res: bool = False) -> int:
        """Most tokens that one picture may take."""
        return self.image_tokens_hi_res if hi_res else self.image_tokens_default

    def max_pixels(self, *, hi_res: bool = False) -> int:
        """Most pixels that the model looks at in one picture."""
        return self.image_tokens(hi_res=hi_res) * self.factor**2

    @property
    def min_pixels(self) -> int:
        """A smaller picture is enlarged to this many pixels."""
        return self.min_tokens * self.factor**2

    def input_limit(self, *, thinking: bool) -> int | None:
        """Most input tokens, thinking or not."""
        return self.max_input if thinking else self.max_input_plain or self.max_input

    def price(self, region: str) -> Price | None:
        """What it costs in a region, or None if no page says."""
        return next((price for price in self.prices if price.region == region), None)
