"""How large a model sees a picture, and how many tokens that takes.

The arithmetic is Model Studio's published estimator (billing pages, mid 2026) with the
`max(factor, …)` of the open libraries, without which a very thin side would round to nothing.
This room refuses to guess at other model families: an unknown name counts as Qwen3-VL.
"""

from __future__ import annotations

import math
from dataclasses import replace

from vlmagic.catalog import Model, find
from vlmagic.catalog import Video as Limits

_UNKNOWN = "qwen3-vl-plus"
_LEAST = 4
_MARKS = 2
"""The service counts the marks around a picture, vision start and vision end."""


def resized(
    width: int,
    height: int,
    model: str | Model,
    hi_res: bool = False,  # noqa: FBT001, FBT002
) -> tuple[int, int]:
    """Width and height in pixels that the model looks at; boxes and points refer to these."""
    if width < 1 or height < 1:
        raise ValueError(f"a picture cannot be {width}×{height}")
    kind = _model(model)
    factor = kind.factor
    fit_w = max(factor, round(width / factor) * factor)
    fit_h = max(factor, round(height / factor) * factor)
    most, least = kind.max_pixels(hi_res=hi_res), kind.min_pixels
    if fit_w * fit_h > most:
        shrink = math.sqrt(width * height / most)
        fit_w = max(factor, math.floor(width / shrink / factor) * factor)
        fit_h = max(factor, math.floor(height / shrink / factor) * factor)
    elif fit_w * fit_h < least:
        grow = math.sqrt(least / (width * height))
        fit_w = math.ceil(width * grow / factor) * factor
        fit_h = math.ceil(height * grow / factor) * factor
    return fit_w, fit_h


def token_count(
    width: int,
    height: int,
    model: str | Model,
    hi_res: bool = False,  # noqa: FBT001, FBT002
) -> int:
    """Tokens of one picture as the hosted service counts them, the two marks included."""
    fit_w, fit_h = resized(width, height, model, hi_res)
    return fit_w * fit_h // _model(model).factor ** 2 + _MARKS


def video_size(width: int, height: int, frames: int, model: str | Model) -> tuple[int, int]:
    """Width and height in pixels that the model looks at in each of so many frames.

    The more frames, the smaller they are seen: together they have no more than `total_pixels`.
    """
    kind = _model(model)
    limits = kind.video or Limits()
    factor = kind.factor
    shared = min(limits.frame_pixels, 2 * limits.total_pixels / frames)
    most = max(shared, 1.05 * _LEAST * factor**2)
    seen = replace(kind, image_tokens_default=int(most) // factor**2, min_tokens=_LEAST)
    return resized(width, height, seen)


def video_token_count(width: int, height: int, frames: int, model: str | Model) -> int:
    """Tokens of a video by the published formula: frames go in pairs, two marks around them all."""
    wide, high = video_size(width, height, frames, model)
    factor = _model(model).factor
    return math.ceil(frames / 2) * (wide // factor) * (high // factor) + _MARKS


def _model(model: str | Model) -> Model:
    if isinstance(model, Model):
        return model
    found = find(model) or find(_UNKNOWN)
    assert found is not None
    return found
