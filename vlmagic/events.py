"""The seven events that a conversation with a model is made of, and their JSON form.

Grammar: any number of `Thinking | Answer | ToolCall | Usage | Notice`, in any order, then exactly
one `Done | Failed`, last, always. A delta may be empty. Nobody may assume that thinking comes
before the answer. This room refuses behaviour: no text is joined here, nothing is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias, get_args

from . import errors

FORMAT = 1
"""Version of the JSON form. A reader refuses a greater one."""

DoneReason = Literal["stop", "tool_calls", "length", "filter", "partial", "stopped", "interrupted"]


@dataclass(frozen=True, slots=True)
class Thinking:
    """A piece of the model's thinking."""

    text: str
    at: float | None = None
    """Seconds since the request left; `run` stamps events that carry none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A piece of the model's answer."""

    text: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A fragment of a tool call: fragments of one call share `index`; arguments are JSON pieces."""

    id: str
    name: str
    arguments: str
    index: int = 0
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the service counted them, cumulative: the last one counts. None: not told."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    thinking_tokens: int | None = None
    answer_tokens: int | None = None
    image_tokens: int | None = None
    video_tokens: int | None = None
    text_tokens: int | None = None
    cached_tokens: int | None = None
    at: float | None = None

    @property
    def total_tokens(self) -> int | None:
        """Input and output together, or None if either is unknown."""
        if self.input_tokens is None or self.output_tokens is None:
            return None
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know and nobody may lose: a retry, an unreadable event, a replay."""

    kind: str
    text: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The answer ended as intended, at a limit, or because the user wished it."""

    reason: DoneReason
    model: str = ""
    request_id: str | None = None
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer ended otherwise: what happened, what to do, and the service's own marks."""

    kind: str
    message: str
    hint: str = ""
    status: int | None = None
    request_id: str | None = None
    code: str | None = None
    at: float | None = None

    @classmethod
    def of(cls, error: errors.VLReasonError) -> Failed:
        """The event that says what the exception says."""
        return cls(
            kind=error.kind,
            message=error.message,
            hint=error.hint,
            status=error.status,
            request_id=error.request_id,
            code=error.code,
        )

    def to_error(self) -> errors.VLReasonError:
        """The exception that says what the event says: the inverse of `of`."""
        cls = errors.BY_KIND.get(self.kind, errors.InternalError)
        return cls(
            self.message,
            self.hint,
            status=self.status,
            code=self.code,
            request_id=self.request_id,
        )


Event: TypeAlias = Thinking | Answer | ToolCall | Usage | Notice | Done | Failed

_BY_NAME: dict[str, type[Event]] = {
    "thinking": Thinking,
    "answer": Answer,
    "tool_call": ToolCall,
    "usage": Usage,
    "notice": Notice,
    "done": Done,
    "failed": Failed,
}
_NAMES: dict[type[Event], str] = {cls: name for name, cls in _BY_NAME.items()}
_FIELDS: dict[type[Event], tuple[str, ...]] = {
    cls: tuple(field.name for field in fields(cls)) for cls in _NAMES
}
_REQUIRED: dict[type[Event], tuple[str, ...]] = {
    Thinking: ("text",),
    Answer: ("text",),
    ToolCall: ("id", "name", "arguments"),
    Usage: (),
    Notice: ("kind", "text"),
    Done: ("reason",),
    Failed: ("kind", "message"),
}
_NUMBERS = frozenset({"at"})
_INTEGERS = frozenset({"status", "index"} | {name for name in _FIELDS[Usage] if name != "at"})


def to_dict(event: Event) -> dict[str, Any]:
    """The event as JSON data: its name under "event", its fields that are not None."""
    found: dict[str, Any] = {"event": _NAMES[type(event)]}
    for name in _FIELDS[type(event)]:
        value = getattr(event, name)
        if value is not None:
            found[name] = value
    return found


def from_dict(data: Mapping[str, Any]) -> Event:
    """The event that `to_dict` wrote; `ValueError` says what is wrong with anything else.

    Unknown fields are ignored, so that a newer writer of the same version can add one.
    """
    name = data.get("event")
    cls = _BY_NAME.get(name) if isinstance(name, str) else None
    if cls is None:
        raise ValueError(f"no event is called {name!r}")
    values: dict[str, Any] = {}
    for field in _FIELDS[cls]:
        value = data.get(field)
        if value is None:
            if field in _REQUIRED[cls]:
                raise ValueError(f"a {name} event needs {field!r}")
            continue
        if field in _NUMBERS:
            fits = isinstance(value, (int, float)) and not isinstance(value, bool)
        elif field in _INTEGERS:
            fits = isinstance(value, int) and not isinstance(value, bool)
        else:
            fits = isinstance(value, str)
        if not fits:
            raise ValueError(f"{field!r} of a {name} event cannot be {value!r:.40}")
        values[field] = value
    if cls is Done and values["reason"] not in get_args(DoneReason):
        raise ValueError(f"a done event cannot have the reason {values['reason']!r:.40}")
    return cls(**values)


def to_json(events: Iterable[Event]) -> dict[str, Any]:
    """A whole conversation as JSON data, with its format version."""
    return {"format": "vlmagic.events", "version": FORMAT, "events": [to_dict(e) for e in events]}


def from_json(data: Mapping[str, Any]) -> list[Event]:
    """The conversation that `to_json` wrote; `ValueError` for another format or a newer version."""
    if data.get("format") != "vlmagic.events":
        raise ValueError("this is not a list of vlmagic events")
    version = data.get("version")
    if not isinstance(version, int) or version > FORMAT:
        raise ValueError(f"these events are of version {version!r}; this vlmagic reads {FORMAT}")
    return [from_dict(item) for item in data["events"]]


def stamped(event: Event, at: float) -> Event:
    """The same event with its time, unless it already has one (a replayed event keeps its own)."""
    return event if event.at is not None else replace(event, at=at)
