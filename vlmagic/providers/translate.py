"""Chunks of an OpenAI-compatible answer -> events: pure, and for every server's own habits.

Takes streamed chunks (`delta`) and whole answers (`message`) alike. Thinking is the first of
`reasoning_content`, `reasoning`, `thinking`, `reasoning_details[].text` that holds anything, or
what stands between `<think>` tags at the beginning of the text. The answer is complete only if a
finish reason was seen. This room refuses bytes, clocks and hosts; it raises what `run` folds.

Source: recorded streams of Model Studio, vLLM, Ollama, llama.cpp, transformers and LiteLLM.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vlmagic.errors import BrokenError, ServiceError, UnexpectedError
from vlmagic.events import Answer, Done, DoneReason, Event, Notice, Thinking, ToolCall, Usage
from vlmagic.language import say

from .refusals import Asked, Refusal, classify, plain, said
from .tags import TagSplitter

_REASONS: dict[str, DoneReason] = {
    **dict.fromkeys(("stop", "end_turn", "eos", "eos_token", "stop_sequence", "completed"), "stop"),
    **dict.fromkeys(("length", "max_tokens", "model_length", "max_output_tokens"), "length"),
    **dict.fromkeys(("content_filter", "sensitive", "safety"), "filter"),
    **dict.fromkeys(("tool_calls", "function_call", "tool_use"), "tool_calls"),
}
_SURROGATE = re.compile("[\ud800-\udfff]")


class Translator:
    """The state of one answer: `feed` every chunk, then `finish` once."""

    def __init__(self, asked: Asked, *, opens_thinking: bool = False) -> None:
        self.finished: DoneReason | None = None
        self.model = asked.model
        self.request_id: str | None = None
        self.thought = False
        self.answered = False
        self._asked = asked
        self._called = False
        self._usage: Usage | None = None
        self._tags = TagSplitter(opened=opens_thinking)
        self._half: dict[type[Thinking | Answer], str] = {Thinking: "", Answer: ""}
        self._chunk_id: str | None = None
        self._strange = ""
        self._error: ServiceError | None = None

    def feed(self, chunk: Mapping[str, Any], event: str = "message") -> list[Event]:
        """The events of one chunk; raises what the service reports inside the stream.

        `event`: the type of the server-sent event that brought it.
        """
        found: list[Event] = []
        choices = chunk.get("choices")
        if not choices or event == "error" or chunk.get("error"):
            refusal = said(chunk)
            if event == "error" and refusal is None:
                refusal = said({"error": dict(chunk)})
            if refusal is not None and self.finished is None:
                error = classify(refusal, self._asked)
                error.request_id = error.request_id or self.request_id
                raise error
        if self._chunk_id is None and isinstance(chunk.get("id"), str):
            self._chunk_id = plain(chunk["id"], 100)
        if isinstance(choices, list) and self.finished is None:
            for choice in choices:
                if isinstance(choice, Mapping) and not choice.get("index"):
                    self._choice(choice, found)
        usage = chunk.get("usage")
        if isinstance(usage, Mapping):
            self._count(usage, found)
        return found

    def _choice(self, choice: Mapping[str, Any], found: list[Event]) -> None:
        part = choice.get("delta")
        if not isinstance(part, Mapping):
            part = choice.get("message")
        if isinstance(part, Mapping):
            thought = _thinking(part)
            if thought:
                self._tags.apart()
                self._say(Thinking, thought, found)
            content = part.get("content")
            if content:
                self._content(content if isinstance(content, str) else _joined(content), found)
            elif isinstance(part.get("refusal"), str):
                self._say(Answer, part["refusal"], found)
            calls = part.get("tool_calls")
            if isinstance(calls, list):
                self._call(calls, found)
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason not in {"", "null"}:
            if choice.get("error"):
                self._error = classify(said(choice) or Refusal(), self._asked)
            self.finished = _REASONS.get(reason.lower())
            self._strange = "" if self.finished else plain(reason, 60)

    def _content(self, text: str, found: list[Event]) -> None:
        tags = self._tags
        if tags.state == "answer" and (tags.split or self.thought):
            self._say(Answer, text, found)
            return
        thought, answer = tags.feed(text)
        if thought:
            self._say(Thinking, thought, found)
        if answer:
            self._say(Answer, answer, found)

    def _say(self, kind: type[Thinking | Answer], text: str, found: list[Event]) -> None:
        """One piece of text, its surrogate halves joined across pieces; lone ones become U+FFFD."""
        half = self._half[kind]
        if half or (not text.isascii() and _SURROGATE.search(text)):
            text, self._half[kind] = half + text, ""
            if "\ud800" <= text[-1:] <= "\udbff":
                text, self._half[kind] = text[:-1], text[-1]
            text = _whole(text)
        if text:
            if kind is Thinking:
                self.thought = True
            else:
                self.answered = True
            found.append(kind(text))

    def _call(self, calls: list[Any], found: list[Event]) -> None:
        for place, call in enumerate(calls):
            function = call.get("function") if isinstance(call, Mapping) else None
            if not isinstance(function, Mapping):
                continue
            index = call.get("index")
            self._called = True
            found.append(
                ToolCall(
                    id=_text(call.get("id")),
                    name=_text(function.get("name")),
                    arguments=_text(function.get("arguments")),
                    index=index if isinstance(index, int) and 0 <= index < 1000 else place,
                ),
            )

    def _count(self, usage: Mapping[str, Any], found: list[Event]) -> None:
        within, out = usage.get("prompt_tokens_details"), usage.get("completion_tokens_details")
        counted = Usage(
            input_tokens=_number(usage, "prompt_tokens"),
            output_tokens=_number(usage, "completion_tokens"),
            thinking_tokens=_number(out, "reasoning_tokens"),
            answer_tokens=_number(out, "text_tokens"),
            image_tokens=_number(within, "image_tokens"),
            video_tokens=_number(within, "video_tokens"),
            text_tokens=_number(within, "text_tokens"),
            cached_tokens=_number(within, "cached_tokens"),
        )
        if counted not in (self._usage, Usage()):
            self._usage = counted
            found.append(counted)

    def flush(self) -> list[Event]:
        """What is still held, when nothing more will come."""
        found: list[Event] = []
        thought, answer = self._tags.flush(whole=self.finished == "stop" and not self.answered)
        if thought:
            self._say(Thinking, thought, found)
        if answer:
            self._say(Answer, answer, found)
        for kind, half in self._half.items():
            if half:
                found.append(kind("\ufffd"))
                self._half[kind] = ""
        return found

    def finish(self, *, said_done: bool = False, partial: bool = False) -> list[Event]:
        """The ending. `said_done`: `[DONE]` came; `partial`: the service cut a whole answer short.

        Raises `UnexpectedError` if nothing came, `BrokenError` if no finish reason did. Call
        `flush` before, so that what raises loses no text.
        """
        host = self._asked.host
        if self._error is not None:
            raise self._error
        if self.finished is None:
            if not (self.thought or self.answered or self._called):
                error = UnexpectedError(
                    say("{host} sent no answer.", host=host),
                    say("Ask again; if it stays so, check the address and the model."),
                    request_id=self.request_id or self._chunk_id,
                )
                error.retryable = True
                raise error
            raise BrokenError(
                say(
                    "{host} ended for an unknown reason: {reason}.", host=host, reason=self._strange
                )
                if self._strange
                else say("{host} ended without saying why.", host=host)
                if said_done
                else say("{host} closed the stream early.", host=host),
                say("The answer may be cut; what came is kept. Ask again for the whole of it."),
                request_id=self.request_id or self._chunk_id,
            )
        reason: DoneReason = "partial" if partial else self.finished
        found: list[Event] = [*self._remarks(reason)]
        found.append(Done(reason, self.model, self.request_id or self._chunk_id))
        return found

    def _remarks(self, reason: DoneReason) -> Iterator[Notice]:
        if self._tags.lone and not self.thought:
            yield Notice(
                "tags",
                say(
                    "The words before </think> are the model's thinking: the server did not keep "
                    "them apart. Start it with its reasoning parser.",
                ),
            )
        if self.answered or self._called:
            return
        if reason == "length":
            yield Notice(
                "budget",
                say(
                    "There is no answer: all the tokens went into thinking. "
                    "Raise --max-tokens, or lower --budget."
                )
                if self.thought
                else say("There is no answer: the token limit left no room. Raise --max-tokens."),
            )
        elif reason == "stop":
            yield Notice("empty", say("The model returned an empty answer."))


_SOMEBODY = Asked("the server")


def translate(chunks: Iterable[Mapping[str, Any]], asked: Asked = _SOMEBODY) -> Iterator[Event]:
    """Events of parsed chunks, up to Done; raises a `ServiceError` in the other endings."""
    translator = Translator(asked)
    for chunk in chunks:
        yield from translator.feed(chunk)
    yield from translator.flush()
    yield from translator.finish()


def _thinking(part: Mapping[str, Any]) -> str:
    for name in ("reasoning_content", "reasoning", "thinking"):
        text = part.get(name)
        if text and isinstance(text, str):
            return text
    details = part.get("reasoning_details")
    return _joined(details) if details else ""


def _joined(pieces: object) -> str:
    """The texts of a list of {"text": ...} parts."""
    if not isinstance(pieces, list):
        return ""
    return "".join(_text(piece.get("text")) for piece in pieces if isinstance(piece, Mapping))


def _text(value: object) -> str:
    return _whole(value) if isinstance(value, str) else ""


def _whole(text: str) -> str:
    """Pairs of surrogates joined, lone ones replaced: a text that can be written as UTF-8."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _number(counts: object, name: str) -> int | None:
    value = counts.get(name) if isinstance(counts, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
