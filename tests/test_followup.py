"""Follow-ups and structured answers, against the emulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from conftest import Kernel

import vlmagic
from vlmagic.emulator import Emulator
from vlmagic.errors import AnswerError, RecordingError, VLReasonError
from vlmagic.events import Answer, Done
from vlmagic.question import prepare, turns
from vlmagic.request import Request
from vlmagic.result import Context, Result
from vlmagic.settings import Key, Settings, resolve

RED = PIL.Image.new("RGB", (200, 100), "red")


def asked(emulator: Emulator, prompt: str = "What is this?", **options: Any) -> Result:
    """A Result from the emulator."""
    return vlmagic.reason(
        prompt, images=RED, base_url=emulator.compatible_url, api_key=emulator.key, **options
    )


def messages(emulator: Emulator) -> list[dict[str, Any]]:
    """The messages of the last request."""
    found: list[dict[str, Any]] = emulator.log[-1].body["messages"]
    return found


def test_a_follow_up_sends_the_turns_and_each_picture_once(emulator: Emulator) -> None:
    """The earlier question, its picture and its answer go along; thinking does not."""
    first = asked(emulator)
    second = first.ask("And now?")
    assert second.status == "complete"
    sent = messages(emulator)
    assert [m["role"] for m in sent] == ["user", "assistant", "user"]
    assert sent[1]["content"] == first.answer
    assert "reasoning_content" not in sent[1]
    assert str(sent).count("data:image/png") == 1
    third = second.ask("And then?", think=False)
    assert len(messages(emulator)) == 5
    assert third.thinking == ""
    assert str(messages(emulator)).count("data:image/png") == 1


def test_a_system_message_stays(emulator: Emulator) -> None:
    """The system message of the first question holds for its follow-ups."""
    asked(emulator, system="Be brief.").ask("And now?")
    assert messages(emulator)[0] == {"role": "system", "content": "Be brief."}


def test_thinking_goes_back_only_where_it_is_required() -> None:
    """A model that wants its thinking back gets it; no other does."""
    result = Result(Request(model="qwen3.8-max", prompt="?"), Context())
    for event in (vlmagic.events.Thinking("so"), Answer("a"), Done("stop")):
        result.transcript.feed(event)
    result.settle()
    assert turns(result)[1].thinking == "so"
    object.__setattr__(result, "request", Request(model="qwen3-vl-plus", prompt="?"))
    assert turns(result)[1].thinking == ""


def test_old_turns_are_left_out_and_said(emulator: Emulator) -> None:
    """History has a budget; what does not fit is dropped oldest first, with a notice."""
    first = asked(emulator)
    second = first.ask("And now?", history=10)
    assert len(messages(emulator)) == 1
    assert any("left out" in notice.text for notice in second.notices)


@pytest.mark.parametrize("options", [{"base_url": "https://elsewhere/v1"}, {"nonsuch": 1}])
def test_a_follow_up_stays_with_its_host(emulator: Emulator, options: dict[str, Any]) -> None:
    """Another host, or an option that is none, is refused before anything is sent."""
    first = asked(emulator)
    with pytest.raises(VLReasonError):
        first.ask("And now?", **options)


@pytest.mark.parametrize("options", [{}, {"record": "record"}, {"record": "off"}])
def test_an_environment_that_replays_has_the_last_word(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: dict[str, Any]
) -> None:
    """With VLMAGIC_RECORD=replay neither a follow-up nor a retry asks, whatever is wished."""
    first = asked(emulator)
    emulator.fault = "http-400"
    rows = vlmagic.map(
        "?", [RED], base_url=emulator.compatible_url, api_key=emulator.key, progress=False
    )
    emulator.fault = None
    monkeypatch.setenv("VLMAGIC_RECORD", "replay")
    sent, options = len(emulator.log), {"recordings": str(tmp_path), **options}
    with pytest.raises(RecordingError):
        first.ask("And now?", **options)
    assert isinstance(rows.retry(**options)[0].error, RecordingError)
    assert len(emulator.log) == sent


def test_nothing_to_follow_up() -> None:
    """A question that was refused cannot be followed up."""
    with pytest.raises(VLReasonError, match="no answer to follow up"):
        Result.refused(VLReasonError("no")).ask("And now?")


def test_continue_in_cells(kernel: Kernel, service: Emulator) -> None:
    """`-c` follows the last answer of a cell, `-c=NAME` the one in NAME, with its model."""
    kernel.run("%vlreason --no-image -m qvq-max -o first One")
    kernel.run("%vlreason --no-image -o second Two")
    kernel.run("%vlreason -c -o third Three")
    assert [str(m["content"])[:3] for m in messages(service)] == ["Two", "**T", "Thr"]
    kernel.run("%vlreason -c=first -o fourth Four")
    assert kernel.value("fourth.request.model") == "qvq-max"
    assert str(messages(service)[0]["content"]) == "One"
    outputs = kernel.run("%vlreason -c=nonsuch Five")
    assert "nonsuch" in str(outputs)


def wish(options: dict[str, Any], **more: Any) -> Any:
    """The request that a structured question becomes."""
    settings = resolve(options, key=Key("sk-0123456789", "TEST"))
    return prepare(settings, "List the colours.", **more)


SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


def test_json_turns_thinking_off_and_says_so() -> None:
    """The service gives JSON only without thinking, and only if the prompt speaks of it."""
    question = wish({}, as_json=True)
    assert question.request.response_format == {"type": "json_object"}
    assert question.request.thinking is False
    assert "JSON" in question.request.prompt
    assert any("Thinking is off" in notice for notice in question.context.notices)


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"model": "qvq-max"}, None),
        ({"model": "qwen3-vl-32b-thinking"}, None),
        ({"model": "qwen3-vl-plus"}, "json_object"),
        ({"model": "qwen3.7-plus"}, "json_schema"),
        ({"model": "any", "base_url": "http://127.0.0.1:8000/v1"}, "json_schema"),
    ],
)
def test_a_schema_is_asked_for_as_the_model_takes_it(
    options: dict[str, Any], kind: str | None
) -> None:
    """By `response_format` where the model has it, else in words; never both missing."""
    request = wish(options, schema=SCHEMA).request
    assert (request.response_format or {}).get("type") == kind
    assert ("integer" in request.prompt) == (kind != "json_schema")


def test_json_from_the_emulator(emulator: Emulator) -> None:
    """`--json` gives what `Result.json()` reads; a misfit keeps the text."""
    settings = Settings.plain(emulator.compatible_url, Key(emulator.key, "TEST"))
    question = prepare(settings, "Describe it.", as_json=True)
    result = vlmagic.question.put(question, vlmagic.question.admit(question)[0])
    assert isinstance(result.json(), dict)
    with pytest.raises(AnswerError, match="does not fit"):
        result.json({"type": "object", "required": ["nonsuch"]})
    assert result.answer


def test_schema_in_a_cell(kernel: Kernel) -> None:
    """`--schema NAME` checks the answer; a misfit is the cell's error, and the Result is bound."""
    kernel.run("fits = {'type': 'object'}\nnever = {'type': 'object', 'required': ['nonsuch']}")
    outputs = kernel.run("%vlreason --no-image --schema fits -o r Describe")
    assert not [o for o in outputs if o["output_type"] == "error"]
    assert kernel.value("isinstance(r.json(), dict)")
    outputs = kernel.run("%vlreason --no-image --schema never -o r Describe")
    assert "nonsuch" in str(outputs[-1]["evalue"])
    assert kernel.value("r.status") == "complete"


def test_pictures_keep_their_numbers_through_a_conversation(emulator: Emulator) -> None:
    """Facts and boxes of a follow-up count all pictures of the conversation, each of them once."""
    import matplotlib.pyplot as plt

    figures = []
    for title in ("one", "two"):
        figure, axes = plt.subplots()
        axes.plot([1, 2, 3])
        axes.set_title(title)
        figures.append(figure)
    how: dict[str, Any] = {
        "base_url": emulator.compatible_url,
        "api_key": emulator.key,
        "think": False,
    }
    first = vlmagic.reason("What?", images=figures[0], **how)
    both = vlmagic.reason("And?", images=[figures[1], figures[0]], **how)
    plt.close("all")
    second = first.ask("Which is higher?", both.images)
    assert second.request is not None
    lines = [line for line in second.request.text.splitlines() if line.startswith("[")]
    assert [line[:3] for line in lines] == ["[2]", "[1]"]
    assert ['"one"' in line for line in lines] == [False, True]
    assert [picture.title for picture in second.request.pictures] == ["one", "two"]
    third = first.ask("Give me a box of what is drawn.")
    (box,) = third.boxes()
    assert box.picture == 1
    assert third.draw().size == (first.images[0].width, first.images[0].height)
