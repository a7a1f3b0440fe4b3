"""The emulator writes the frames that were recorded from the service, byte for byte."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vlmagic.emulator.dialects import COMPATIBLE, NATIVE, Dialect, Head
from vlmagic.emulator.refusals import Refusal
from vlmagic.emulator.shapes import SHAPES
from vlmagic.emulator.wire import frames
from vlmagic.emulator.words import utter
from vlmagic.events import Answer, Done, Event, Failed, Thinking, ToolCall, Usage

ID = "3792851e-8f1b-9182-a1dc-b84603c81344"
TAIL = (
    f'"created":1770764942,"system_fingerprint":null,"model":"qwen3-max","id":"chatcmpl-{ID}"}}\n\n'
)
CHUNK = f'"object":"chat.completion.chunk","usage":null,{TAIL}'
END = Usage(
    input_tokens=24,
    output_tokens=1355,
    thinking_tokens=1084,
    answer_tokens=271,
    image_tokens=18,
    text_tokens=6,
)


def head(**wishes: Any) -> Head:
    """The recorded response's head."""
    return Head(ID, 1770764942, "qwen3-max", **wishes)


def written(dialect: Dialect, said: list[Event], **wishes: Any) -> list[str]:
    """The frames as text."""
    return [frame.data.decode() for frame in frames(dialect, head(**wishes), said)]


def bodies(lines: list[str]) -> list[Any]:
    """The JSON of the frames that hold any."""
    return [json.loads(line[line.index("{") :]) for line in lines if "{" in line]


def test_compatible_thinking() -> None:
    """A thinking stream has the recorded bytes: role first, null partners, stop, usage, [DONE]."""
    said: list[Event] = [Thinking("We"), Thinking(" are asked:"), Answer("3**"), END, Done("stop")]
    assert written(COMPATIBLE, said, include_usage=True) == [
        (
            'data: {"choices":[{"delta":{"content":null,"role":"assistant","reasoning_content":""},'
            f'"index":0,"logprobs":null,"finish_reason":null}}],{CHUNK}'
        ),
        (
            'data: {"choices":[{"finish_reason":null,"logprobs":null,"delta":{"content":null,'
            f'"reasoning_content":"We"}},"index":0}}],{CHUNK}'
        ),
        (
            'data: {"choices":[{"delta":{"content":null,"reasoning_content":" are asked:"},'
            f'"finish_reason":null,"index":0,"logprobs":null}}],{CHUNK}'
        ),
        (
            'data: {"choices":[{"delta":{"content":"3**","reasoning_content":null},'
            f'"finish_reason":null,"index":0,"logprobs":null}}],{CHUNK}'
        ),
        (
            'data: {"choices":[{"finish_reason":"stop","delta":{"content":"","reasoning_content":'
            f'null}},"index":0,"logprobs":null}}],{CHUNK}'
        ),
        (
            'data: {"choices":[],"object":"chat.completion.chunk","usage":{"prompt_tokens":24,'
            '"completion_tokens":1355,"total_tokens":1379,"completion_tokens_details":'
            '{"reasoning_tokens":1084,"text_tokens":271},"prompt_tokens_details":'
            f'{{"cached_tokens":0,"image_tokens":18,"text_tokens":6}}}},{TAIL}'
        ),
        "data: [DONE]\n\n",
    ]


def test_compatible_plain() -> None:
    """Without thinking no frame has the key; without include_usage there is no usage frame."""
    lines = written(COMPATIBLE, [Answer("Hi"), END, Done("stop")], thinking=False)
    assert lines[0].startswith('data: {"choices":[{"delta":{"content":"","role":"assistant"},')
    assert not any("reasoning_content" in line for line in lines)
    assert [body["choices"][0]["delta"].get("content") for body in bodies(lines)] == ["", "Hi", ""]
    assert all(body["usage"] is None for body in bodies(lines))


def test_native_thinking() -> None:
    """A native stream has the recorded bytes: no spaces, cumulative usage, stop on the last text."""
    first = Usage(
        input_tokens=2891,
        output_tokens=3,
        thinking_tokens=3,
        answer_tokens=0,
        image_tokens=2503,
        text_tokens=388,
    )
    last = Usage(
        input_tokens=2891,
        output_tokens=620,
        thinking_tokens=556,
        answer_tokens=64,
        image_tokens=2503,
        text_tokens=388,
    )
    said: list[Event] = [first, Thinking("用户"), last, Answer("完美的周末。"), Done("stop")]
    assert written(NATIVE, said) == [
        (
            'id:1\nevent:result\n:HTTP_STATUS/200\ndata:{"output":{"choices":[{"message":{"content":[],'
            '"reasoning_content":"用户","role":"assistant"},"finish_reason":"null"}]},"usage":'
            '{"input_tokens_details":{"image_tokens":2503,"text_tokens":388},"prompt_tokens_details":{},'
            '"total_tokens":2894,"output_tokens":3,"input_tokens":2891,"output_tokens_details":'
            '{"reasoning_tokens":3,"text_tokens":0},"image_tokens":2503},'
            f'"request_id":"{ID}"}}\n\n'
        ),
        (
            'id:2\nevent:result\n:HTTP_STATUS/200\ndata:{"output":{"choices":[{"message":{"content":'
            '[{"text":"完美的周末。"}],"role":"assistant"},"finish_reason":"stop"}]},"usage":'
            '{"input_tokens_details":{"image_tokens":2503,"text_tokens":388},"prompt_tokens_details":{},'
            '"total_tokens":3511,"output_tokens":620,"input_tokens":2891,"output_tokens_details":'
            '{"reasoning_tokens":556,"text_tokens":64},"image_tokens":2503},'
            f'"request_id":"{ID}"}}\n\n'
        ),
    ]


def test_native_without_increments() -> None:
    """With incremental_output off each frame repeats the answer so far."""
    lines = written(NATIVE, [Answer("a"), Answer("b"), Done("stop")], incremental=False)
    texts = [body["output"]["choices"][0]["message"]["content"] for body in bodies(lines)]
    assert texts == [[{"text": "a"}], [{"text": "ab"}]]


def test_native_empty_answer() -> None:
    """A stream that says nothing still ends with a reason, on empty content."""
    body = bodies(written(NATIVE, [END, Done("length")]))[0]["output"]["choices"][0]
    assert body == {"message": {"content": [], "role": "assistant"}, "finish_reason": "length"}


@pytest.mark.parametrize("dialect", [COMPATIBLE, NATIVE])
def test_tool_calls(dialect: Dialect) -> None:
    """Fragments of a call go on with an empty id under their index, and end with tool_calls."""
    said: list[Event] = [
        ToolCall("call_1", "weather", ""),
        ToolCall("", "", '{"city": "x"}'),
        Done("tool_calls"),
    ]
    text = "".join(written(dialect, said))
    assert (
        '{"index":0,"id":"call_1","type":"function","function":{"name":"weather","arguments":""}}'
        in text
    )
    assert '{"index":0,"id":"","type":"function","function":{"arguments":"{\\"city' in text
    assert '"finish_reason":"tool_calls"' in text


def test_failure_in_the_stream() -> None:
    """A failure is the last frame, in the dialect's own form, and no [DONE] follows."""
    said: list[Event] = [
        Answer("Hi"),
        Failed("filter", "Output data.", status=400, code="DataInspectionFailed"),
    ]
    assert json.loads(written(COMPATIBLE, said)[-1].removeprefix("data: ")) == {
        "error": {
            "message": "Output data.",
            "type": "data_inspection_failed",
            "param": None,
            "code": "data_inspection_failed",
        },
        "request_id": ID,
    }
    assert written(NATIVE, said)[-1] == (
        "id:2\nevent:error\n:HTTP_STATUS/400\n"
        f'data:{{"code":"DataInspectionFailed","message":"Output data.","request_id":"{ID}"}}\n\n'
    )


def test_whole_bodies() -> None:
    """Without streaming both dialects answer with the recorded keys in the recorded order."""
    said: list[Event] = [Thinking("想"), Answer("海滩。"), END, Done("stop")]
    compatible = json.dumps(COMPATIBLE.whole(head(), said), ensure_ascii=False)
    assert compatible.startswith(
        '{"choices": [{"message": {"content": "海滩。", "reasoning_content": "想", "role": '
        '"assistant"}, "finish_reason": "stop", "index": 0, "logprobs": null}], "object": '
        '"chat.completion", "usage": {"prompt_tokens": 24,'
    )
    native = json.dumps(NATIVE.whole(head(), said), ensure_ascii=False)
    assert native.startswith(
        '{"output": {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", '
        '"content": [{"text": "海滩。"}], "reasoning_content": "想"}}]}, "usage": {'
    )


def test_algorithm_prefix() -> None:
    """What the model server refuses carries a prefix in the compatible interface alone."""
    refusal = Refusal(400, "InvalidParameter", "Range of input length", algorithm=True)
    inner: Any = refusal.compatible_body("r")["error"]
    assert inner["message"] == "<400> InternalError.Algo.InvalidParameter: Range of input length"
    assert refusal.native_body("r")["message"] == "Range of input length"


def test_half_surrogates_stay_json() -> None:
    """Half a character from a request cannot break the encoding of the reply."""
    line = written(COMPATIBLE, [Answer("\ud83d"), Done("stop")], thinking=False)[1]
    assert json.loads(line.removeprefix("data: "))["choices"][0]["delta"]["content"] == "\ud83d"


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ("vllm", '"delta":{"reasoning":"hm"}'),
        ("ollama", '"delta":{"role":"assistant","reasoning":"hm"}'),
        ("openrouter", '"reasoning_details":[{"type":"reasoning.text","text":"hm","index":0}]'),
        ("think-tags", '"delta":{"content":"<think>\\nhm"}'),
        ("close-tag-only", '"delta":{"content":"\\n</think>\\n\\nHi"}'),
        ("transformers", '"finish_reason":"stop","delta":{"content":""},"index":0}],'),
        ("litellm", '"choices":[{"index":0,"delta":{}}]'),
    ],
)
def test_other_servers(shape: str, found: str) -> None:
    """Each server's shape puts the thinking where that server puts it."""
    said: list[Event] = [Thinking("hm"), Answer("Hi"), END, Done("stop")]
    text = "".join(written(COMPATIBLE, said, shape=SHAPES[shape], include_usage=True))
    assert found in text
    assert text.endswith("data: [DONE]\n\n") is SHAPES[shape].done


def test_deltas_hold_whole_characters_and_count() -> None:
    """Any text comes back whole from its deltas, and the usage ends at the tokens it has."""
    text = "读图：peak at 12 😀👨‍👩‍👧\n\n| a | b |\n"
    said = utter("想一想 " * 9, text, Usage(input_tokens=5))
    assert "".join(event.text for event in said if isinstance(event, Answer)) == text
    usage = [event for event in said if isinstance(event, Usage)][-1]
    assert usage.output_tokens == (usage.thinking_tokens or 0) + (usage.answer_tokens or 0)
    for event in said:
        if isinstance(event, (Thinking, Answer)):
            event.text.encode()


def test_limits() -> None:
    """The budget cuts thinking alone and the answer starts; max_tokens cuts the answer alone."""
    said = utter("one two three four", "five six seven eight", Usage(), budget=2, max_tokens=3)
    usage = [event for event in said if isinstance(event, Usage)][-1]
    assert (usage.thinking_tokens, usage.answer_tokens) == (2, 3)
    assert said[-1] == Done("length")
