"""What a model and an interface take of pictures and videos, looked at before anything is sent.

This room refuses to change a picture: it says what is wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence

from vlmagic.catalog import Model
from vlmagic.errors import ImageError
from vlmagic.language import say

from .video import Picture, Video


def check(pictures: Sequence[Picture], model: Model | None, api: str = "openai") -> None:
    """`ImageError` for what this model (None: unknown) or interface does not take.

    Sources: vision guide (videos, numbers of pictures), error table (`oss://`), both of 2026.
    """
    for picture in pictures:
        if (picture.url or "").startswith("oss://") and api != "dashscope":
            raise ImageError(
                say("{label}: only the native interface reads oss:// addresses.", label=picture.label),
                say("Add --api dashscope, or give an https:// address."),
            )  # fmt: skip
        if isinstance(picture, Video) and model is not None and model.hosted:
            _check_video(picture, model)
    inline = sum(picture.url is None and not isinstance(picture, Video) for picture in pictures)
    if model is not None and model.hosted and inline > model.max_inline_images:
        raise ImageError(
            say("{count} pictures are more than {model} takes.", count=inline, model=model.name),
            say("At most {limit} go along in one question.", limit=model.max_inline_images),
        )


def _check_video(video: Video, model: Model) -> None:
    limits = model.video
    if limits is None:
        raise ImageError(
            say("{model} looks at no videos.", model=model.name),
            say("Choose a Qwen3-VL model, or give single frames as pictures."),
        )
    if video.frames and not limits.min_frames <= len(video.frames) <= limits.max_frames:
        raise ImageError(
            say("{model} takes {least} to {most} frames, this video has {count}.", model=model.name,
                least=limits.min_frames, most=limits.max_frames, count=len(video.frames)),
            say("Sample it anew, or give single frames as pictures."),
        )  # fmt: skip
