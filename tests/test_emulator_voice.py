"""The emulator says what can be computed, and that it is no model."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import PIL.Image
import PIL.ImageDraw
import pytest

from vlmagic.emulator import words
from vlmagic.emulator.checks import Asked, check
from vlmagic.emulator.reading import crossings, read
from vlmagic.emulator.telling import chinese, code
from vlmagic.emulator.voice import speak


def line(label: str, points: list[list[Any]]) -> dict[str, Any]:
    """A line as the facts describe one."""
    return {
        "label": label,
        "n": len(points),
        "min": min(points, key=lambda p: p[1]),
        "max": max(points, key=lambda p: p[1]),
        "first": points[0],
        "last": points[-1],
        "points": points,
    }


FALLING = [[0, 2.0], [1, 1.0], [2, 0.5], [3, 1.75], [4, 1.5]]
LEVEL = [[0, 1.2], [1, 1.2], [2, 1.2], [3, 1.2], [4, 1.2]]
FACTS = {
    "axes": [
        {
            "title": "Loss",
            "lines": [line("train", FALLING), line("val", LEVEL)],
            "bars": [{"label": "sales", "values": [["A", 3], ["B", 12]]}],
        }
    ]
}


def drawing() -> str:
    """A white picture with a blue block, as a data URL."""
    image = PIL.Image.new("RGB", (640, 480), "white")
    PIL.ImageDraw.Draw(image).rectangle((64, 48, 319, 239), fill=(31, 119, 180))
    found = io.BytesIO()
    image.save(found, "PNG")
    return "data:image/png;base64," + base64.b64encode(found.getvalue()).decode()


def ask(prompt: str, facts: Any = None, *, url: str | None = None, **wishes: Any) -> Asked:
    """A checked request."""
    if facts is not None:
        prompt += f"\n\n<figure_facts>\nExact facts\n[1] {json.dumps(facts)}\n</figure_facts>"
    content: list[dict[str, Any]] = [{"type": "text", "text": prompt}]
    if url is not None:
        content.insert(0, {"type": "image_url", "image_url": {"url": url}})
    body = {
        "model": "qwen3-vl-plus",
        "enable_thinking": True,
        "messages": [{"role": "user", "content": content}],
        **wishes,
    }
    return check("compatible", json.dumps(body).encode(), files={})


@pytest.mark.parametrize(
    ("prompt", "thinks", "says"),
    [
        ("Why does it jump?", "I am the vlmagic emulator, not a model", "This is the vlmagic emul"),
        ("损失为什么跳变？", "我是 vlmagic 模拟器，不是模型", "这是 vlmagic 模拟器，不是模型"),
    ],
)
def test_first_sentence(prompt: str, thinks: str, says: str) -> None:
    """Thinking and answer begin by saying what speaks, in the language of the question."""
    thinking, answer, _ = speak(ask(prompt, FACTS))
    assert thinking.startswith(thinks)
    assert answer.startswith(f"**{says}")
    assert prompt in thinking
    assert prompt in answer


def test_determinism() -> None:
    """The same request gets the same words."""
    assert speak(ask("Why?", FACTS, url=drawing())) == speak(ask("Why?", FACTS, url=drawing()))


def test_reads_the_chart() -> None:
    """Peaks, troughs, jumps, crossings, comparisons and the place asked about are right."""
    _, answer, _ = speak(ask("What happens at 3?", FACTS))
    assert "| `train` | 5 | 2 | 1.5 | 2 @ 0 | 0.5 @ 2 | falls, then rises (-25%) |" in answer
    assert "| `val` | 5 | 1.2 | 1.2 | 1.2 @ 0 | 1.2 @ 0 | level |" in answer
    assert "around it `train` goes **0.5 → 1.75 → 1.5** (at 2 → 3 → 4)" in answer
    assert "Largest step of `train`: from 0.5 at 2 to 1.75 at 3 (+1.25)" in answer
    assert "`train` and `val` cross near 0.8 (1.2), 2.56 (1.2)" in answer
    assert "`B` is 4 times `A`" in answer


def test_reads_charts_that_came_without_pixels() -> None:
    """Facts that stand by themselves under a chart's name are read, and are no part of the question."""
    charts = "".join(f"\n\n{name}:\n{json.dumps(FACTS)}" for name in ("@3.1", "fig"))
    asked = ask(f"What happens at 3?{charts}", FACTS)
    assert asked.question == "What happens at 3?"
    assert len(asked.facts) == 3
    broken = 'Why?\n\nfig:\n{"axes": [}'
    assert ask(broken).question == broken


def test_dates() -> None:
    """Lines over dates are compared at their dates."""
    one = line("one", [["2024-01-01", 1], ["2024-02-01", 2], ["2024-03-01", 3]])
    two = line("two", [["2024-01-01", 3], ["2024-02-01", 2], ["2024-03-01", 1]])
    curves = read([{"axes": [{"lines": [one, two]}]}]).curves
    assert [point.x for point in crossings(*curves)] == ["2024-02-01"]


def test_measures_the_picture() -> None:
    """Size, colours and tokens of a picture are told, with the formula worked out."""
    thinking, answer, _ = speak(ask("What is this, at the fourth point?", url=drawing()))
    assert "bbox_2d" not in answer
    assert "PNG, 640 × 480 pixels" in answer
    assert "white #ffffff 84%, blue #1f77b4 16%" in answer
    assert r"302 tokens: $\frac{640\cdot 480}{32^2}+2$" in answer
    assert "20×15 = 300 patches" in thinking


def test_remote_pictures_are_not_looked_at() -> None:
    """A URL that nobody gave a file for is named as not looked at, its size as nominal."""
    _, answer, _ = speak(ask("What is this?", url="https://example.com/a.png"))
    assert "I did not look at it" in answer
    assert "nominal" in answer


@pytest.mark.parametrize(
    "prompt", ["Give the bounding box", "Point at the peak", "请框出图形的坐标"]
)
def test_points(prompt: str) -> None:
    """Asked to point, it gives the box of what is not background, 0 to 1000."""
    _, answer, _ = speak(ask(prompt, url=drawing()))
    boxes = json.loads(answer.partition("```json\n")[2].partition("\n```")[0])
    assert boxes[0]["bbox_2d"] == [100, 100, 500, 500]


def test_json() -> None:
    """Asked for JSON, the whole answer is JSON, from the same computation."""
    wish = {"response_format": {"type": "json_object"}, "enable_thinking": False}
    found = json.loads(speak(ask("As json please", FACTS, url=drawing(), **wish))[1])
    assert "not a model" in found["note"]
    assert found["series"][0]["highest"] == {"x": "0", "y": 2.0}
    assert found["pictures"][0]["tokens"] == 302


def test_schema() -> None:
    """Asked for a schema, the answer is an instance of it."""
    schema = {
        "type": "object",
        "properties": {
            "note": {"type": "string"},
            "kind": {"enum": ["line", "bar"]},
            "values": {"type": "array", "items": {"type": "integer", "minimum": 3}},
        },
    }
    wish = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    found = json.loads(speak(ask("Go", response_format=wish, enable_thinking=False))[1])
    assert found["kind"] == "line"
    assert found["values"] == [3]
    assert "not a model" in found["note"]


def test_tools() -> None:
    """A tool that the question names is called, once, with arguments its schema allows."""
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": parameters}}]
    _, answer, calls = speak(ask("Use get_weather", tools=tools))
    assert answer == ""
    assert json.loads("".join(call.arguments for call in calls)) == {"city": "city"}
    assert not speak(ask("Use nothing", tools=tools))[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello", False),
        ("", False),
        ("这道题怎么解答?", True),
        ("解释 train_loss 曲线的变化", True),
    ],
)
def test_language(text: str, expected: bool) -> None:
    """A question is Chinese by the weight of its Chinese characters."""
    assert chinese(text) is expected


@pytest.mark.parametrize("text", ["`x`", "a|b", "<script>", "``", "line\nbreak", "[a](http://b)"])
def test_foreign_text_stays_in_its_span(text: str) -> None:
    """Labels and questions are shown as code, whatever they hold, on one line."""
    span = code(text)
    ticks = len(span) - len(span.lstrip("`"))
    inner = span[ticks:-ticks]
    assert span.endswith("`" * ticks)
    assert "`" * ticks not in inner.replace("`" * (ticks + 1), "")
    assert "\n" not in span
    assert "|" not in span.replace("\\|", "")


@pytest.mark.parametrize(
    "facts",
    [
        {"axes": None},
        {"axes": [{"lines": [{"label": 3, "first": "x"}, None, {"points": [[1], [2, None]]}]}]},
        {"axes": [{"lines": [{"points": [[0, 1]]}], "pie": [[None, 1]], "histogram": [{}]}]},
        {"axes": [{"bars": [{"values": [["A", float("inf")]]}], "scatter": [{"n": "many"}]}]},
        {"figure": {"a": 1}, "axes": [[], 1, "x"]},
    ],
)
def test_odd_facts(facts: dict[str, Any]) -> None:
    """Facts of an unexpected form are passed over, never a crash."""
    thinking, answer, _ = speak(ask("Why?", facts))
    assert thinking
    assert answer


def test_thinking_is_long_enough_to_be_seen() -> None:
    """With a chart the thinking has some hundred tokens."""
    thinking, _, _ = speak(ask("Why?", FACTS, url=drawing()))
    assert 150 <= words.count(thinking) <= 600
