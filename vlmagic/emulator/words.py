"""Text to tokens and deltas: a fixed rule, so that equal text always costs and breaks equally.

It is no model's vocabulary: about four letters of English or two Chinese characters a token, near
enough for counting. This room refuses to split a character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import cycle

from vlmagic.events import Answer, Done, DoneReason, Event, Thinking, ToolCall, Usage

_TOKEN = re.compile(
    r" ?[^\W\d_\u2e80-\uffff]{1,7}|\d{1,3}|[\u2e80-\ua4cf\uac00-\ufaff]{1,2}|\s+|.", re.DOTALL
)
# The service's deltas are several tokens wide, after a first of one.
_WIDTHS = (1, 3, 2, 4, 3)


def tokens(text: str) -> list[str]:
    """The tokens of a text; joined they are the text."""
    return _TOKEN.findall(text)


def count(text: str) -> int:
    """How many tokens a text has."""
    return sum(1 for _ in _TOKEN.finditer(text))


def deltas(parts: Iterable[str]) -> Iterator[tuple[str, int]]:
    """The tokens in groups, as (text, number of tokens)."""
    widths = cycle(_WIDTHS)
    group: list[str] = []
    width = next(widths)
    for part in parts:
        group.append(part)
        if len(group) == width:
            yield "".join(group), width
            group, width = [], next(widths)
    if group:
        yield "".join(group), len(group)


def utter(
    thinking: str,
    answer: str,
    asked: Usage,
    *,
    calls: Iterable[ToolCall] = (),
    budget: int | None = None,
    max_tokens: int | None = None,
) -> list[Event]:
    """What is thought and said, as events with cumulative usage before each.

    Thinking is cut at `budget` tokens, then the answer starts; `max_tokens` limits the answer
    alone, which then ends with `length`. `asked` holds the input's side of the usage.
    """
    said: list[Event] = []
    thought = 0
    answered = 0

    def say(event: Event) -> None:
        said.append(
            Usage(
                input_tokens=asked.input_tokens,
                output_tokens=thought + answered,
                thinking_tokens=thought if thinking else None,
                answer_tokens=answered,
                image_tokens=asked.image_tokens,
                video_tokens=asked.video_tokens,
                text_tokens=asked.text_tokens,
                cached_tokens=0,
            ),
        )
        said.append(event)

    for text, width in deltas(tokens(thinking)[:budget]):
        thought += width
        say(Thinking(text))
    spoken = tokens(answer)
    reason: DoneReason = "stop"
    if max_tokens is not None and len(spoken) > max_tokens:
        spoken, reason = spoken[:max_tokens], "length"
    for text, width in deltas(spoken):
        answered += width
        say(Answer(text))
    for call in calls:
        answered += count(call.name + call.arguments)
        reason = "tool_calls"
        say(call)
    say(Done(reason))
    return said
