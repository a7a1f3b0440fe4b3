"""A `Request` as the JSON body of a chat completion, in one server's dialect.

Source: the OpenAI chat API and Model Studio's additions to it; the other servers' own pages. This
room refuses to send.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from vlmagic.dialects import Dialect
from vlmagic.images import Picture, Video
from vlmagic.language import say
from vlmagic.request import new_in

if TYPE_CHECKING:
    from vlmagic.request import Request

_OURS = "modelstudio"


def body(request: Request, dialect: Dialect) -> dict[str, Any]:
    """The body: pictures before words, each picture once; a turn's thinking if it has any.

    Wishes about thinking are sent only where the dialect has a field for them (`unsent` tells of
    the others); `request.params` is merged last and wins.
    """
    found: dict[str, Any] = {"model": request.model, "messages": _messages(request, dialect)}
    if request.stream:
        found["stream"] = True
        found["stream_options"] = {"include_usage": True}
    for name in ("max_tokens", "temperature", "top_p", "seed"):
        value = getattr(request, name)
        if value is not None:
            found[name] = value
    if request.response_format is not None:
        found["response_format"] = dict(request.response_format)
    if request.thinking is not None:
        _merge(found, (dialect.on if request.thinking else dialect.off) or {})
    if request.budget is not None and dialect.budget is not None:
        value = request.budget
        for name in reversed(dialect.budget):
            value = {name: value}
        _merge(found, value)
    if request.hi_res and dialect.hi_res:
        _merge(found, dialect.hi_res)
    found.update(request.params)
    return found


def unsent(request: Request, dialect: Dialect) -> list[str]:
    """What the user wished for and this dialect has no field for, one sentence each."""
    found = []
    if request.thinking is not None and (dialect.on if request.thinking else dialect.off) is None:
        found.append(
            say("This server has no known switch for thinking: it decides. (--param can name one.)")
        )
    if request.budget is not None and dialect.budget is None:
        found.append(say("This server has no known limit for thinking: --budget was not sent."))
    if request.hi_res and dialect.hi_res is None:
        found.append(say("This server has no known switch for --hi-res: it was not sent."))
    if dialect.name != _OURS and any(isinstance(p, Video) and p.frames for p in request.images):
        found.append(say("This server has no known kind for videos: the frames go as pictures."))
    return found


def _messages(request: Request, dialect: Dialect) -> list[dict[str, Any]]:
    seen: set[str] = set()
    found: list[dict[str, Any]] = []
    if request.system is not None:
        found.append({"role": "system", "content": _clean(request.system)})
    found.extend(
        {"role": turn.role, "content": _content(turn.text, turn.images, seen, dialect)}
        for turn in request.history
    )
    found.append({"role": "user", "content": _content(request.text, request.images, seen, dialect)})
    return found


def _content(
    text: str, images: Sequence[Picture], seen: set[str], dialect: Dialect
) -> str | list[dict[str, Any]]:
    # Only pictures of earlier turns are left out: the facts number those of this one.
    parts: list[dict[str, Any]] = [
        part for image in new_in(images, seen) for part in _parts(image, dialect)
    ]
    if not parts:
        return _clean(text)
    return [*parts, {"type": "text", "text": _clean(text)}]


def _parts(picture: Picture, dialect: Dialect) -> Iterator[dict[str, Any]]:
    """A picture, or a video: Model Studio has a kind of its own for it, others get its frames."""
    if not isinstance(picture, Video):
        yield {"type": "image_url", "image_url": {"url": picture.data_url()}}
    elif picture.url is not None:
        yield {"type": "video_url", "video_url": {"url": picture.url}, "fps": picture.fps}
    elif dialect.name == _OURS:
        urls = [frame.data_url() for frame in picture.frames]
        yield {"type": "video", "video": urls, "fps": picture.fps}
    else:
        for frame in picture.frames:
            yield {"type": "image_url", "image_url": {"url": frame.data_url()}}


def _clean(text: str) -> str:
    """A text that can be written as UTF-8: half characters from odd file names become "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _merge(found: dict[str, Any], fields: Any) -> None:
    for name, value in fields.items():
        if isinstance(found.get(name), dict) and isinstance(value, dict):
            _merge(found[name], value)
        else:
            found[name] = deepcopy(value)
