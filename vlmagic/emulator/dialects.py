"""The two interfaces of the service, each as a small table of bodies and one way of framing.

Key order, spaces and nulls are those of recorded responses. This room refuses to walk a
conversation: `wire` does, and knows neither dialect.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from vlmagic.events import Answer, Done, Event, Thinking, ToolCall, Usage

from .refusals import Refusal
from .shapes import SHAPES, Shape

Json = dict[str, Any]
Kind = Literal[
    "open", "thinking", "answer", "tool", "finish", "usage", "end", "error", "comment", "body"
]

FINISH = {
    "stop": "stop",
    "tool_calls": "tool_calls",
    "length": "length",
    "filter": "content_filter",
}


@dataclass(frozen=True, slots=True)
class Head:
    """What every frame of one response has in common."""

    id: str
    """The request id, a UUID."""
    created: int
    """Unix time in seconds."""
    model: str
    thinking: bool = True
    include_usage: bool = False
    """Compatible only: `stream_options.include_usage`."""
    incremental: bool = True
    """Native only: `incremental_output`; False repeats everything said so far in each frame."""
    image_hw: Sequence[Sequence[int]] | None = None
    """Native only: [height, width] of the pictures as resized, if they were asked for."""
    shape: Shape = field(default=SHAPES["model-studio"])


class Dialect(Protocol):
    """How one interface of the service writes."""

    name: str
    merges: bool
    """The finish reason rides on the last piece, not on a frame of its own."""
    tail: bytes

    def frame(self, number: int, body: Json, *, refusal: Refusal | None = None) -> bytes:
        """One event around a body."""

    def opening(self, head: Head) -> Json | None:
        """What comes before the first piece."""

    def piece(self, head: Head, said: Event, usage: Usage, finish: str | None, number: int) -> Json:
        """One delta; with a finish reason if it is the last."""

    def closing(self, head: Head, reason: str, usage: Usage) -> list[tuple[Kind, Json]]:
        """What comes after the last piece."""

    def whole(self, head: Head, said: Sequence[Event]) -> Json:
        """The body of a response that is not streamed."""

    def error(self, refusal: Refusal, request_id: str) -> Json:
        """The body that says no."""


def encode(body: Any) -> bytes:
    """Compact JSON as the service writes it: UTF-8 unescaped, half surrogates as escapes."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


# -- the OpenAI-compatible interface ---------------------------------------------------------

# The order of keys within a choice differs from frame to frame; these are the recorded ones.
_ORDER = {
    "open": ("delta", "index", "logprobs", "finish_reason"),
    "first": ("finish_reason", "logprobs", "delta", "index"),
    "piece": ("delta", "finish_reason", "index", "logprobs"),
    "finish": ("finish_reason", "delta", "index", "logprobs"),
}


class _Compatible:
    name = "compatible"
    merges = False
    tail = b"data: [DONE]\n\n"

    def frame(self, number: int, body: Json, *, refusal: Refusal | None = None) -> bytes:
        return b"data: " + encode(body) + b"\n\n"

    def opening(self, head: Head) -> Json | None:
        delta: Json = {"content": "", "role": "assistant"}
        if head.thinking and head.shape.thinking:
            delta = {"content": None, "role": "assistant", head.shape.thinking: ""}
        return self._chunk(head, "open", delta)

    def piece(self, head: Head, said: Event, usage: Usage, finish: str | None, number: int) -> Json:
        order = "first" if number == 2 and head.thinking else "piece"
        return self._chunk(head, order, self._delta(head, said))

    def closing(self, head: Head, reason: str, usage: Usage) -> list[tuple[Kind, Json]]:
        shape = head.shape
        delta: Json = {"content": ""}
        if reason == "tool_calls":
            delta = {}
        elif head.thinking and shape.thinking:
            delta[shape.thinking] = None
        finish = self._chunk(head, "finish", delta, reason)
        counted = compatible_usage(usage)
        if shape.usage == "finish":
            return [("finish", {**finish, "usage": counted})]
        found: list[tuple[Kind, Json]] = [("finish", finish)]
        if head.include_usage and shape.usage != "never":
            choices = [{"index": 0, "delta": {}}] if shape.usage == "choice" else []
            found.append(("usage", self._around(head, choices, counted)))
        return found

    def whole(self, head: Head, said: Sequence[Event]) -> Json:
        thinking, answer, calls, usage, reason = _joined(said)
        message: Json = {"content": answer}
        if head.thinking:
            message[head.shape.thinking or "reasoning_content"] = thinking
        message["role"] = "assistant"
        if calls:
            message["tool_calls"] = [_call(call) for call in calls]
        choice = {"message": message, "finish_reason": reason, "index": 0, "logprobs": None}
        body = self._around(head, [choice], compatible_usage(usage))
        return {**body, "object": "chat.completion"}

    def error(self, refusal: Refusal, request_id: str) -> Json:
        return refusal.compatible_body(request_id)

    def _delta(self, head: Head, said: Event) -> Json:
        shape = head.shape
        delta: Json = {"role": "assistant"} if shape.role_everywhere else {}
        if isinstance(said, ToolCall):
            return {**delta, "tool_calls": [_call(said)]}
        if isinstance(said, Thinking):
            delta |= {"content": None, shape.thinking: said.text}
            if shape.details:
                detail = {"type": "reasoning.text", "text": said.text, "index": 0}
                delta["reasoning_details"] = [detail]
        elif isinstance(said, Answer):
            delta["content"] = said.text
            if head.thinking and shape.thinking:
                delta[shape.thinking] = None
        return delta

    def _chunk(self, head: Head, order: str, delta: Json, finish: str | None = None) -> Json:
        if not head.shape.nulls:
            delta = {key: value for key, value in delta.items() if value is not None}
        values = {"delta": delta, "finish_reason": finish, "index": 0, "logprobs": None}
        choice = {key: values[key] for key in _ORDER[order]}
        if not head.shape.nulls:
            choice = {key: value for key, value in choice.items() if value is not None}
        return self._around(head, [choice], None)

    def _around(self, head: Head, choices: list[Json], usage: Json | None) -> Json:
        body: Json = {
            "choices": choices,
            "object": "chat.completion.chunk",
            "usage": usage,
            "created": head.created,
            "system_fingerprint": None,
            "model": head.model,
            "id": f"chatcmpl-{head.id}",
        }
        if not head.shape.nulls:
            body = {key: value for key, value in body.items() if value is not None}
        return body


def compatible_usage(usage: Usage) -> Json:
    """Usage in the compatible interface's words."""
    spent: Json = {}
    if usage.thinking_tokens is not None:
        spent["reasoning_tokens"] = usage.thinking_tokens
    spent["text_tokens"] = usage.answer_tokens
    asked: Json = {"cached_tokens": usage.cached_tokens or 0}
    for name in ("image_tokens", "video_tokens"):
        if getattr(usage, name):
            asked[name] = getattr(usage, name)
    asked["text_tokens"] = usage.text_tokens
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
        "completion_tokens_details": spent,
        "prompt_tokens_details": asked,
    }


# -- the native interface --------------------------------------------------------------------


class _Native:
    name = "native"
    merges = True
    tail = b""

    def frame(self, number: int, body: Json, *, refusal: Refusal | None = None) -> bytes:
        event, status = ("error", refusal.status) if refusal else ("result", 200)
        lead = f"id:{number}\nevent:{event}\n:HTTP_STATUS/{status}\ndata:"
        return lead.encode() + encode(body) + b"\n\n"

    def opening(self, head: Head) -> Json | None:
        return None

    def piece(self, head: Head, said: Event, usage: Usage, finish: str | None, number: int) -> Json:
        message: Json = {"content": []}
        if isinstance(said, Thinking):
            message["reasoning_content"] = said.text
        elif isinstance(said, Answer) and said.text:
            message["content"] = [{"text": said.text}]
        elif isinstance(said, ToolCall):
            message["tool_calls"] = [_call(said)]
        message["role"] = "assistant"
        if finish and head.image_hw is not None:
            message["content"].append({"image_hw": head.image_hw})
        return self._body(head, {"message": message, "finish_reason": finish or "null"}, usage)

    def closing(self, head: Head, reason: str, usage: Usage) -> list[tuple[Kind, Json]]:
        return [("finish", self.piece(head, Answer(""), usage, reason, 0))]

    def whole(self, head: Head, said: Sequence[Event]) -> Json:
        thinking, answer, calls, usage, reason = _joined(said)
        message: Json = {"role": "assistant", "content": [{"text": answer}] if answer else []}
        if head.thinking:
            message["reasoning_content"] = thinking
        if calls:
            message["tool_calls"] = [_call(call) for call in calls]
        if head.image_hw is not None:
            message["content"].append({"image_hw": head.image_hw})
        return self._body(head, {"finish_reason": reason, "message": message}, usage)

    def error(self, refusal: Refusal, request_id: str) -> Json:
        return refusal.native_body(request_id)

    def _body(self, head: Head, choice: Json, usage: Usage) -> Json:
        counted = native_usage(usage)
        return {"output": {"choices": [choice]}, "usage": counted, "request_id": head.id}


def native_usage(usage: Usage) -> Json:
    """Usage in the native interface's words."""
    seen = {
        name: getattr(usage, name)
        for name in ("image_tokens", "video_tokens")
        if getattr(usage, name)
    }
    spent: Json = {"text_tokens": usage.answer_tokens}
    if usage.thinking_tokens is not None:
        spent = {"reasoning_tokens": usage.thinking_tokens, **spent}
    return {
        "input_tokens_details": {**seen, "text_tokens": usage.text_tokens},
        "prompt_tokens_details": {},
        "total_tokens": usage.total_tokens,
        "output_tokens": usage.output_tokens,
        "input_tokens": usage.input_tokens,
        "output_tokens_details": spent,
        **seen,
    }


COMPATIBLE: Dialect = _Compatible()
NATIVE: Dialect = _Native()


# -- what both share -------------------------------------------------------------------------


def _call(call: ToolCall) -> Json:
    function = {"name": call.name} if call.name else {}
    function["arguments"] = call.arguments
    return {"index": call.index, "id": call.id, "type": "function", "function": function}


def _joined(said: Sequence[Event]) -> tuple[str, str, list[ToolCall], Usage, str]:
    """Thinking, answer, whole tool calls, last usage and finish reason of a conversation."""
    thinking = "".join(event.text for event in said if isinstance(event, Thinking))
    answer = "".join(event.text for event in said if isinstance(event, Answer))
    calls: dict[int, ToolCall] = {}
    usage, reason = Usage(), "stop"
    for event in said:
        if isinstance(event, ToolCall):
            first = calls.get(event.index, ToolCall(event.id, event.name, "", event.index))
            joined = first.arguments + event.arguments
            calls[event.index] = ToolCall(first.id, first.name, joined, event.index)
        elif isinstance(event, Usage):
            usage = event
        elif isinstance(event, Done):
            reason = FINISH.get(event.reason, "stop")
    return thinking, answer, list(calls.values()), usage, reason
