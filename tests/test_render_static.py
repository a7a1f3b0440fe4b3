"""The static renderer: one output, few updates, the saved bundle at the end."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from vlmagic.errors import UnavailableError
from vlmagic.events import Answer, Done, Event, Failed, Thinking, Usage
from vlmagic.render.lines import Asked
from vlmagic.render.static import StaticSink
from vlmagic.request import Request
from vlmagic.result import Context, Result


class Output:
    """Stands where the front end is: keeps what an output shows, and counts the bytes."""

    display_id = "one"

    def __init__(self) -> None:
        self.shown: list[dict[str, str]] = []

    def display(self, data: dict[str, str], **options: Any) -> Output:
        assert options == {"raw": True, "display_id": True}
        self.shown.append(data)
        return self

    def update(self, data: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.shown.append(data)

    @property
    def size(self) -> int:
        return sum(len(text.encode()) for data in self.shown for text in data.values())


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Output:
    """The output that `IPython.display.display` puts up."""
    import IPython.display

    found = Output()
    monkeypatch.setattr(IPython.display, "display", found.display)
    return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, as its last item."""
    found = [100.0]
    monkeypatch.setattr("vlmagic.render.static.time.monotonic", lambda: found[-1])
    return found


def _played(
    sink: StaticSink, events: list[Event], clock: list[float], *, pause: float = 0.05
) -> Result:
    request = Request("qwen3-vl-plus", "Why?")
    result = Result(request, Context(receipt=("@1 640×480",), facts=("[1] {}",)))
    sink.start(request)
    for event in events:
        result.transcript.feed(event)
        if not isinstance(event, (Done, Failed)):
            sink.show(result.transcript, [event])
        clock.append(clock[-1] + pause)
    result.settle()
    sink.finish(result)
    return result


def _long(tokens: int) -> list[Event]:
    return [
        Thinking("step by step ", at=0.1),
        *(Answer("word ", at=0.2) for _ in range(tokens)),
        Usage(input_tokens=10, output_tokens=tokens),
        Done("stop", "qwen3-vl-plus"),
    ]


def test_it_updates_at_most_twice_a_second(output: Output, clock: list[float]) -> None:
    """However fast events come, the output changes every half second, and once at the end."""
    _played(StaticSink(Asked(("@1",))), _long(200), clock)
    seconds = clock[-1] - clock[0]
    assert seconds < len(output.shown) <= 2 + seconds / 0.5


def test_it_ticks_while_nothing_comes(output: Output, clock: list[float]) -> None:
    """An empty batch moves the seconds."""
    sink = StaticSink(Asked())
    result = Result(Request("qwen3-vl-plus", "Why?"))
    assert result.request is not None
    sink.start(result.request)
    for _ in range(3):
        clock.append(clock[-1] + 1)
        sink.show(result.transcript, [])
    texts = [data["text/plain"] for data in output.shown]
    assert len(set(texts)) == 4
    assert "3.0 s" in texts[-1]


def test_twenty_thousand_tokens_are_few_bytes(output: Output, clock: list[float]) -> None:
    """What is sent does not grow with the square of the answer: 0.3 MB for 20,000 fast tokens."""
    _played(StaticSink(Asked(("@1",))), _long(20_000), clock, pause=0.0005)
    assert output.size < 300_000 + 2 * 20_000 * len("word ")
    assert output.size < 500_000


def test_what_stays_is_the_bundle(output: Output, clock: list[float]) -> None:
    """The last update is the Result's own bundle: two types, thinking folded, the counts."""
    result = _played(StaticSink(Asked(("@1 640×480",), ("[1] {}",))), _long(3), clock)
    assert output.shown[-1] == result.bundle()
    assert set(output.shown[-1]) == {"text/markdown", "text/plain"}
    saved = output.shown[-1]["text/markdown"]
    assert "<details>\n<summary>Thought" in saved
    assert "step by step" in saved
    assert "complete" in saved
    assert output.shown[-1]["text/plain"].strip() == "word word word"


@pytest.mark.parametrize("fold", ["fold", "open", "hidden"])
def test_the_wish_about_thinking_is_obeyed(output: Output, clock: list[float], fold: Any) -> None:
    """Hidden thinking is nowhere, neither while it runs nor after; else it is in the end."""
    _played(StaticSink(Asked(thinking=fold)), _long(1), clock, pause=1)
    words = "".join(data["text/markdown"] for data in output.shown)
    assert ("step by step" in words) is (fold != "hidden")


def test_a_failure_keeps_the_text_and_says_what_to_do(output: Output, clock: list[float]) -> None:
    """Partial text stays; under it stand the cause and the remedy."""
    error = UnavailableError("The service failed.", "Ask again later.")
    _played(StaticSink(Asked()), [Answer("half of it"), Failed.of(error)], clock)
    saved = output.shown[-1]["text/markdown"]
    assert saved.index("half of it") < saved.index("The service failed.")
    assert "Ask again later." in saved
    assert output.shown[-1]["text/plain"] == "half of it"


def test_running_text_is_words_only(output: Output, clock: list[float]) -> None:
    """The last lines of a running answer are shown as text, whatever they are."""
    events: list[Event] = [Answer("<img src=x onerror=alert(1)>\x1b[2J ~~~~\n"), Done("stop")]
    _played(StaticSink(Asked()), events, clock, pause=1)
    for data in output.shown:
        assert "\x1b" not in data["text/plain"] + data["text/markdown"]
    assert "&lt;img" in output.shown[-1]["text/markdown"]


def test_another_thread_may_drive_it(output: Output, clock: list[float]) -> None:
    """After `start` it uses its own handle only, which works from any thread."""
    sink = StaticSink(Asked())
    request = Request("qwen3-vl-plus", "Why?")
    sink.start(request)
    sink.start(request)
    worker = threading.Thread(target=_played, args=(sink, _long(2), clock))
    worker.start()
    worker.join()
    assert output.shown[-1]["text/plain"].strip() == "word word"
    assert sum("waiting" in data["text/plain"] for data in output.shown) == 1
