"""Model Studio's native protocol as pure functions: a `Request` -> its body, its answer -> events.

A frame's choices look like those of the compatible protocol, with lists for texts and the string
"null" for no finish reason; usage is cumulative and stands on every frame; a refusal is an event of
its own, whose HTTP status stands in a comment. This room refuses to send.

Source: Model Studio "DashScope API reference"; streams recorded from 2024 to 2026.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vlmagic.events import Event, Notice
from vlmagic.images import Picture, Video
from vlmagic.language import say
from vlmagic.request import new_in
from vlmagic.sse import Decoder

from .incoming import Incoming, _parse
from .refusals import Asked, classify, plain, said
from .translate import Translator

if TYPE_CHECKING:
    from vlmagic.request import Request

OURS = ("stream", "incremental_output", "result_format")
"""Parameters that decide how an answer arrives, not what it says: vlmagic sets them itself."""

_STATUS = b":HTTP_STATUS/"
_EVERY = 50
"""Tokens between two counts that are passed on: every frame has one, and few are looked at."""


def messages(request: Request) -> list[dict[str, Any]]:
    """`input.messages`: pictures before words, each picture once; a turn's thinking if it has any."""
    seen: set[str] = set()
    found: list[dict[str, Any]] = []
    if request.system is not None:
        found.append({"role": "system", "content": [{"text": request.system}]})
    for turn in request.history:
        message: dict[str, Any] = {
            "role": turn.role,
            "content": _content(turn.text, turn.images, seen),
        }
        if turn.thinking:
            message["reasoning_content"] = turn.thinking
        found.append(message)
    found.append({"role": "user", "content": _content(request.text, request.images, seen)})
    return found


def parameters(request: Request) -> dict[str, Any]:
    """`parameters`: the wishes by the service's own names; `request.params` is merged last and wins.

    A stream is always incremental, an answer always a message: thinking models take nothing else.
    """
    found: dict[str, Any] = {"result_format": "message"}
    if request.stream:
        found["incremental_output"] = True
    wishes = {
        "enable_thinking": request.thinking,
        "thinking_budget": request.budget,
        "vl_high_resolution_images": request.hi_res or None,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "seed": request.seed,
        "response_format": request.response_format and dict(request.response_format),
    }
    found.update((name, value) for name, value in wishes.items() if value is not None)
    found.update((name, value) for name, value in request.params.items() if name not in OURS)
    return found


def unsent(request: Request) -> list[str]:
    """What the user wished for and is not sent, one sentence each."""
    named = [name for name in OURS if name in request.params]
    if not named:
        return []
    return [say("vlmagic sets {names} itself: not sent.", names=", ".join(named))]


def _content(text: str, images: Sequence[Picture], seen: set[str]) -> list[dict[str, Any]]:
    # Those of earlier turns are left out: the facts number the pictures of this one.
    parts = [_part(image) for image in new_in(images, seen)]
    return [*parts, {"text": text}]


def _part(picture: Picture) -> dict[str, Any]:
    if not isinstance(picture, Video):
        return {"image": picture.data_url()}
    urls = picture.url or [frame.data_url() for frame in picture.frames]
    return {"video": urls, "fps": picture.fps}


class NativeTranslator(Translator):
    """The state of one native answer: `feed` every frame, then `finish` once."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        self.status: int | None = None
        """What the comment of the last frame says; the HTTP status itself is 200."""
        self._counts: Mapping[str, Any] = {}
        self._told: int | None = None

    def feed(self, chunk: Mapping[str, Any], event: str = "message") -> list[Event]:
        """The events of one frame; raises what the service reports inside the stream.

        `event`: the type of the server-sent event that brought it.
        """
        output = chunk.get("output")
        if event != "error" and isinstance(output, dict):
            return self._frame(chunk, output)
        refusal = said(chunk)
        if refusal is None and event == "error":
            refusal = said({"error": dict(chunk)})
        if refusal is None or self.finished is not None:
            return []
        status = self.status if self.status != 200 else None
        error = classify(refusal, self._asked, status)
        error.request_id = error.request_id or self.request_id
        raise error

    def _frame(self, chunk: Mapping[str, Any], output: Mapping[str, Any]) -> list[Event]:
        found: list[Event] = []
        if self._chunk_id is None and isinstance(chunk.get("request_id"), str):
            self._chunk_id = plain(chunk["request_id"], 100)
        choices = output.get("choices")
        if isinstance(choices, list) and self.finished is None:
            for choice in choices:
                if isinstance(choice, dict) and not choice.get("index"):
                    _flatten(choice.get("message"))
                    self._choice(choice, found)
        usage = chunk.get("usage")
        if isinstance(usage, dict):
            self._count(usage, found)
        return found

    def flush(self) -> list[Event]:
        """What is still held, when nothing more will come: half characters and the last count."""
        found = super().flush()
        self._tell(found)
        return found

    def _count(self, usage: Mapping[str, Any], found: list[Event]) -> None:
        self._counts = usage
        spent = usage.get("output_tokens")
        if self.finished or not isinstance(spent, int) or spent >= (self._told or 0):
            self._told = spent + _EVERY if isinstance(spent, int) else None
            self._tell(found)

    def _tell(self, found: list[Event]) -> None:
        super()._count(_compatible(self._counts), found)


def _flatten(message: object) -> None:
    """A message's list of texts as one text; a half character at its end stays a half."""
    parts = message.get("content") if isinstance(message, dict) else None
    if isinstance(message, dict) and isinstance(parts, list):
        texts = [part.get("text") for part in parts if isinstance(part, dict)]
        message["content"] = "".join(text for text in texts if isinstance(text, str))


def _compatible(usage: Mapping[str, Any]) -> dict[str, Any]:
    """Usage in the compatible protocol's words. Frames of 2024 count pictures at the top alone."""
    cached = usage.get("prompt_tokens_details")
    within = usage.get("input_tokens_details")
    return {
        "prompt_tokens": usage.get("input_tokens"),
        "completion_tokens": usage.get("output_tokens"),
        "prompt_tokens_details": {
            "image_tokens": usage.get("image_tokens"),
            "video_tokens": usage.get("video_tokens"),
            **(cached if isinstance(cached, Mapping) else {}),
            **(within if isinstance(within, Mapping) else {}),
        },
        "completion_tokens_details": usage.get("output_tokens_details"),
    }


class NativeIncoming(Incoming):
    """The bytes of a native answer: frames may lack the blank line between them."""

    def __init__(
        self,
        translator: NativeTranslator,
        asked: Asked,
        *,
        most: int,
        most_event: int,
        whole: bool,
    ) -> None:
        super().__init__(translator, asked, most=most, most_event=most_event, whole=whole)
        self._decoder = Decoder(limit=most_event, loose=True)
        self._native = translator
        self._before = b"\n"

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that these bytes complete, then what the service says went wrong, raised."""
        text = self._before + chunk
        self._before = text[-len(_STATUS) - 4 :]
        at = text.rfind(_STATUS)
        while at > 0 and text[at - 1] not in b"\r\n":  # the model's own words
            at = text.rfind(_STATUS, 0, at)
        digits = text[at + len(_STATUS) :][:3] if at > 0 else b""
        if len(digits) == 3 and digits.isdigit():
            self._native.status = int(digits)
        return super().feed(chunk)

    def end(self) -> list[Event]:
        """What the end of the bytes completes; raises if they held no answer at all."""
        found = [event for sent in self._decoder.flush() for event in self._message(sent)]
        return found + super().end()

    def _body(self, raw: bytes) -> list[Event]:
        """The events of a body that is no stream: a whole native answer, or anything else."""
        chunks, _ = _parse(raw.decode("utf-8-sig", "replace"))
        if len(chunks) != 1 or not isinstance(chunks[0].get("output"), Mapping):
            return super()._body(raw)
        found = self._translator.feed(chunks[0])
        if not self._whole:
            found.append(
                Notice("whole", say("The server did not stream: the answer came at once."))
            )
        return found
