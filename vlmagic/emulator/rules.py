"""What the service refuses about parameters, in its own words: rows, and one walk over them.

A range belongs to one parameter, a state to a combination. Source of ranges and words: Model
Studio's API reference and "Error codes" page. This room refuses to look at messages or pictures.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from vlmagic.catalog import Model

from .refusals import Refusal, invalid

DialectName = Literal["compatible", "native"]

_INT64 = 2**63 - 1
_INT32 = 2**31 - 1


@dataclass(frozen=True)
class Case:
    """A request in one form, whichever dialect it came in."""

    dialect: DialectName
    name: str
    model: Model
    stream: bool
    params: Mapping[str, Any]
    messages: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def thinking(self) -> bool:
        """Will it think?"""
        if self.model.mode != "hybrid":
            return self.model.mode == "thinking"
        return bool(self.params.get("enable_thinking", self.model.default_thinking))


# -- values: a parameter, what is fine, and what is said otherwise -----------------------------


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _stops(value: object) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list)
        and all(isinstance(item, (str, int)) or _ints(item) for item in value)
    )


def _ints(value: object) -> bool:
    return isinstance(value, list) and all(_whole(item) for item in value)


class _Range(NamedTuple):
    name: str
    fine: Callable[[Any, Model], bool]
    says: str
    """May hold {output} and {thinking}, the model's own limits, and {value}."""
    compatible: str = ""
    algorithm: bool = False


_RANGES = (
    _Range(
        "max_tokens",
        lambda v, m: _whole(v) and 1 <= v <= (m.max_output or v),
        "Range of max_tokens should be [1, {output}]",
        algorithm=True,
    ),
    _Range(
        "thinking_budget",
        lambda v, m: not m.takes_budget or (_whole(v) and 1 <= v <= (m.max_thinking or v)),
        "The thinking_budget parameter must be a positive integer and not greater than {thinking}",
    ),
    _Range(
        "temperature",
        lambda v, _: _number(v) and 0 <= v < 2,
        "Temperature should be in [0.0, 2.0)",
    ),
    _Range("top_p", lambda v, _: _number(v) and 0 < v <= 1, "Range of top_p should be (0.0, 1.0]"),
    _Range(
        "top_k",
        lambda v, _: _whole(v) and v >= 0,
        "Parameter top_k be greater than or equal to 0",
    ),
    _Range(
        "repetition_penalty",
        lambda v, _: _number(v) and v > 0,
        "Repetition_penalty should be greater than 0.0",
    ),
    _Range(
        "presence_penalty",
        lambda v, _: _number(v) and -2 <= v <= 2,
        "Presence_penalty should be in [-2.0, 2.0]",
    ),
    _Range("n", lambda v, _: _whole(v) and 1 <= v <= 4, "Range of n should be [1, 4]"),
    _Range(
        "stop",
        lambda v, _: _stops(v),
        'The "stop" parameter must be of type "str", "list[str]", "list[int]", or "list[list[int]]"',
    ),
)
# The two interfaces differ in range and words.
_SEED = {
    "native": (
        _INT64,
        f"Range of seed should be [0, {_INT64}]",
        f"Range of seed should be [0, {_INT64}]",
    ),
    "compatible": (
        _INT32,
        "{value} is lesser than the minimum of 0 - 'seed'",
        f"{{value}} is greater than the maximum of {_INT32} - 'seed'",
    ),
}


# -- combinations: what must not be, and what is said ------------------------------------------


class _State(NamedTuple):
    wrong: Callable[[Case], bool]
    says: str
    """May hold {model}."""
    code: str = "InvalidParameter"


def _says_json(case: Case) -> bool:
    return "json" in json.dumps(case.messages, ensure_ascii=False).lower()


def wanted_format(case: Case) -> str:
    """The type of the response format: text, json_object or json_schema."""
    wish = case.params.get("response_format")
    return str(wish.get("type", "text")) if isinstance(wish, Mapping) else "text"


def _tool_names(case: Case) -> list[str]:
    tools = case.params.get("tools") or []
    return [str((tool.get("function") or {}).get("name", "")) for tool in tools]


_STATES = (
    _State(
        lambda c: c.model.stream_only and not c.stream,
        "This model only support stream mode, please enable the stream parameter to access "
        "the model.",
    ),
    _State(
        lambda c: c.model.mode == "thinking" and c.params.get("enable_thinking") is False,
        "The value of the enable_thinking parameter is restricted to True.",
    ),
    _State(
        lambda c: c.model.mode == "plain" and c.params.get("enable_thinking") is True,
        "The model {model} does not support enable_thinking.",
        "InvalidParameter.NotSupportEnableThinking",
    ),
    _State(
        lambda c: c.model.stream_only and c.params.get("incremental_output") is False,
        "The incremental_output parameter of this model cannot be set to False.",
    ),
    _State(
        lambda c: c.stream and c.thinking and c.params.get("incremental_output") is False,
        'The incremental_output parameter must be "true" when enable_thinking is true',
    ),
    _State(
        lambda c: c.thinking and c.params.get("result_format") == "text",
        'The result_format parameter must be "message" when enable_thinking is true',
    ),
    _State(
        lambda c: bool(c.params.get("enable_search")),
        "This model does not support enable_search.",
    ),
    _State(
        lambda c: wanted_format(c) == "json_object" and c.thinking,
        "Json mode response is not supported when enable_thinking is true",
    ),
    _State(
        lambda c: wanted_format(c) == "json_object" and not _says_json(c),
        "'messages' must contain the word 'json' in some form, to use 'response_format' of type "
        "'json_object'.",
    ),
    _State(
        lambda c: bool(c.params.get("tools")) and c.model.family == "qvq",
        "The tool call is not supported.",
    ),
    _State(
        lambda c: "search" in _tool_names(c),
        "Tool names are not allowed to be [search]",
    ),
    _State(
        lambda c: (
            c.params.get("tool_choice") not in (None, "auto", "none")
            and (c.thinking or not isinstance(c.params["tool_choice"], Mapping))
        ),
        'tool_choice is one of the strings that should be ["none", "auto"]',
    ),
)


def check_params(case: Case) -> None:
    """Combinations first, then ranges; the `Refusal` of the first that is wrong."""
    limits = {"output": case.model.max_output, "thinking": case.model.max_thinking}
    for state in _STATES:
        if state.wrong(case):
            raise Refusal(400, state.code, state.says.format(model=case.model.name))
    for rule in _RANGES:
        value = case.params.get(rule.name)
        if value is not None and not rule.fine(value, case.model):
            raise invalid(rule.says.format(**limits, value=value), algorithm=rule.algorithm)
    seed = case.params.get("seed")
    most, below, above = _SEED[case.dialect]
    if seed is not None and not (_whole(seed) and 0 <= seed <= most):
        low = not _whole(seed) or seed < 0
        raise invalid((below if low else above).format(value=seed))
