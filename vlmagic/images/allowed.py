"""What a model and an interface take of pictures and videos, looked at before anything is sent.

This room refuses to change a picture: it says what is wrong and what to do.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from vlmagic.catalog import Model
from vlmagic.errors import ImageError
from vlmagic.language import say

from .video import Picture, Video

_NO_PICTURES = frozenset(
    {".csv", ".htm", ".html", ".ipynb", ".json", ".md", ".pdf", ".txt", ".zip"}
)
_NEAR = (".local", ".localhost", ".internal", ".lan", ".home", ".intranet")


def check(
    pictures: Sequence[Picture], model: Model | None, api: str = "openai", *, hosted: bool = False
) -> None:
    """`ImageError` for what this model (None: unknown) or interface does not take.

    `hosted`: the service is elsewhere, and reaches no address of this machine or its network.
    Sources: vision guide (videos, numbers of pictures), error table (`oss://`), both of 2026.
    """
    for picture in pictures:
        if picture.url is not None:
            _check_address(picture.url, picture.label, hosted=hosted)
        if (picture.url or "").startswith("oss://") and api != "dashscope":
            raise ImageError(
                say("{label}: only the native interface reads oss:// addresses.", label=picture.label),
                say("Add --api dashscope, or give an https:// address."),
            )  # fmt: skip
        if isinstance(picture, Video) and model is not None and model.hosted:
            _check_video(picture, model)
    if model is None or not model.hosted:
        return
    stills = [picture for picture in pictures if not isinstance(picture, Video)]
    inline = sum(picture.url is None for picture in stills)
    if inline > model.max_inline_images or len(stills) > model.max_images:
        limit = model.max_images if inline <= model.max_inline_images else model.max_inline_images
        raise ImageError(
            say(
                "{count} pictures are more than {model} takes.", count=len(stills), model=model.name
            ),
            say("At most {limit} go along in one question.", limit=limit),
        )
    if len(pictures) - len(stills) > model.max_videos:
        raise ImageError(
            say("{count} videos are more than {model} takes.", count=len(pictures) - len(stills),
                model=model.name),
            say("At most {limit} go along in one question.", limit=model.max_videos),
        )  # fmt: skip


def _check_address(url: str, label: str, *, hosted: bool) -> None:
    """`ImageError` for an address that leads the service to no picture, or to a secret."""
    parts = urlsplit(url)
    host, path = (parts.hostname or "").lower(), PurePosixPath(parts.path)
    if parts.username is not None:
        raise ImageError(
            say("{label}: the address holds a name or a password.", label=label),
            say("Download the picture and give the file: whoever is asked would see the password."),
        )
    page = path.suffix.lower() in _NO_PICTURES
    if page or (host == "github.com" and "blob" in path.parts):
        raise ImageError(
            say("{label}: this is the address of a page, not of a picture.", label=label),
            say("Give the address of the picture itself, or download it and give the file."),
        )
    if hosted and parts.scheme != "oss" and _is_near(host):
        raise ImageError(
            say("{label}: the service cannot reach {host}.", label=label, host=host),
            say("Download the picture and give the file."),
        )


def _is_near(host: str) -> bool:
    """Whether a host is this machine, or one that only its own network knows."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_NEAR)


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
