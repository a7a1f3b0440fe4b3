"""The contract that every source keeps, run over each of them with real SDKs over real HTTP.

A conversation has one terminal event, last; nothing comes after closing; streams of one source are
independent; a cut, a stall or a refusal ends as the table of endings says, with the text before it.
"""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from asking import Reading

from vlmagic.emulator import Emulator
from vlmagic.events import Answer, Done, Event, Failed, Thinking
from vlmagic.providers import connect
from vlmagic.request import Request
from vlmagic.result import Result
from vlmagic.run import Cancel, Clock, Source, ask
from vlmagic.settings import Key, Limits, Settings
from vlmagic.transcript import Transcript

ASKED = Request(model="qwen3-vl-plus", prompt="What is two and two?", thinking=True)
APIS = ["openai", "dashscope"]
LIMITS = Limits(connect=2, first_byte=1, idle=1, total=8)


@pytest.fixture(params=APIS)
def api(request: pytest.FixtureRequest) -> str:
    """The protocol of this round."""
    if request.param == "dashscope" and importlib.util.find_spec("dashscope") is None:
        pytest.skip("needs the dashscope package")
    return str(request.param)


@pytest.fixture(scope="module")
def service() -> Iterator[Emulator]:
    """One emulator for all rounds."""
    with Emulator() as running:
        yield running


def source_of(service: Emulator, api: str) -> Source:
    """A source of this protocol that asks the emulator."""
    return connect(Settings.plain(service.compatible_url, Key(service.key, "TEST"), api=api))


def put(service: Emulator, api: str, fault: str | None = None, **more: object) -> Result:
    """Ask once, through `run`."""
    service.fault = fault
    clock = Clock(jitter=lambda: 0.0)
    return ask(ASKED, source_of(service, api), limits=LIMITS, clock=clock, **more)  # type: ignore[arg-type]


def test_one_terminal_event_last(service: Emulator, api: str) -> None:
    """A whole conversation ends with exactly one Done or Failed."""
    events = put(service, api).events
    assert [type(e) for e in events if isinstance(e, (Done, Failed))] == [Done]
    assert isinstance(events[-1], Done)
    assert events[-1].reason == "stop"


def test_nothing_after_close(service: Emulator, api: str) -> None:
    """A stream that was closed says nothing more, and its reader comes to an end."""
    service.fault = "stall-in-thinking"
    stream = source_of(service, api).open(ASKED)
    reading = Reading(stream)
    first = reading.events.get(timeout=10)
    assert isinstance(first, Thinking)
    stream.close()
    assert reading.ended(2)
    left = reading.events.qsize()
    time.sleep(0.2)
    assert reading.events.qsize() == left
    assert reading.error is None


def test_two_interleaved_streams_are_independent(service: Emulator, api: str) -> None:
    """Two questions to one source at once get each its own answer."""
    service.fault = None
    source = source_of(service, api)
    asked = [Request(model="qwen3-vl-plus", prompt=f"Number {n}?", thinking=True) for n in (1, 2)]
    streams = [iter(source.open(request)) for request in asked]
    transcripts = [Transcript(), Transcript()]
    left = {0, 1}
    while left:
        for index in sorted(left):
            try:
                transcripts[index].feed(next(streams[index]))
            except StopIteration:
                left.discard(index)
    for number, transcript in enumerate(transcripts, start=1):
        assert f"Number {number}?" in transcript.answer
        assert f"Number {3 - number}?" not in transcript.answer


class _After:
    """A sink that cancels once something has been thought."""

    def __init__(self, cancel: Cancel) -> None:
        self.cancel = cancel

    def start(self, request: Request) -> None:
        """Nothing yet."""

    def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
        """Stop at the first thought."""
        if transcript.thinking_length:
            self.cancel()

    def finish(self, result: Result) -> None:
        """Nothing more."""


def test_cancel_in_mid_thinking_keeps_the_text(service: Emulator, api: str) -> None:
    """Stop while the server stalls: at once, with what had come."""
    service.fault = "stall-in-thinking"
    cancel = Cancel()
    result = ask(ASKED, source_of(service, api), _After(cancel), cancel=cancel, limits=Limits())
    assert (result.status, result.finish_reason) == ("stopped", "stopped")
    assert result.thinking
    assert not result.answer


@pytest.mark.parametrize("fault", ["stall-before", "stall-in-thinking", "stall-in-answer"])
def test_stop_reaches_a_blocked_reader(service: Emulator, api: str, fault: str) -> None:
    """Wherever the server stalls, Stop ends the run without waiting for a limit."""
    service.fault = fault
    cancel = Cancel()
    done = threading.Event()
    found: list[Result] = []

    def run() -> None:
        found.append(ask(ASKED, source_of(service, api), cancel=cancel, limits=Limits()))
        done.set()

    threading.Thread(target=run, daemon=True).start()
    time.sleep(0.7)
    cancel()
    assert done.wait(3)
    assert found[0].status == "stopped"


ENDINGS: list[tuple[str, str, str, str]] = [
    # fault, status, reason or kind, what must have been kept
    ("http-400", "failed", "refused", ""),
    ("http-401", "failed", "auth", ""),
    ("http-403", "failed", "auth", ""),
    ("http-404", "failed", "refused", ""),
    ("http-429-long", "failed", "rate", ""),
    ("http-429-quota", "failed", "rate", ""),
    ("http-500", "failed", "unavailable", ""),
    ("http-503", "failed", "unavailable", ""),
    ("redirect", "failed", "refused", ""),
    ("stall-before", "failed", "timeout", ""),
    ("stall-in-thinking", "failed", "timeout", "thinking"),
    ("stall-in-answer", "failed", "timeout", "answer"),
    ("cut-in-thinking", "failed", "broken", "thinking"),
    ("cut-in-answer", "failed", "broken", "answer"),
    ("end-without-finish", "failed", "broken", "answer"),
    ("empty-body", "failed", "unexpected", ""),
    ("html-200", "failed", "unexpected", ""),
    ("error-object", "failed", "", "thinking"),
    ("error-flat", "failed", "", "thinking"),
    ("filter-error", "failed", "filter", ""),
    ("content-filter", "truncated", "filter", "answer"),
    ("length", "truncated", "length", "answer"),
    ("empty-answer", "complete", "stop", "thinking"),
    ("bad-utf8", "complete", "stop", "answer"),
    ("split-utf8", "complete", "stop", "answer"),
    ("crlf", "complete", "stop", "answer"),
    ("keepalives", "complete", "stop", "answer"),
    ("empty-deltas", "complete", "stop", "answer"),
    ("malformed-json", "complete", "stop", "answer"),
    ("no-usage", "complete", "stop", "answer"),
    ("thinking-after-answer", "complete", "stop", "answer"),
    ("duplicate-finish", "complete", "stop", "answer"),
]


@pytest.mark.parametrize(("fault", "status", "reason", "kept"), ENDINGS)
def test_every_fault_ends_as_the_table_says(
    service: Emulator, api: str, fault: str, status: str, reason: str, kept: str
) -> None:
    """Its status, its reason, one terminal event, the text before it, and never the key."""
    result = put(service, api, fault)
    assert result.status == status, result.error
    assert result.finish_reason == reason or not reason
    assert sum(isinstance(e, (Done, Failed)) for e in result.events) == 1
    if kept:
        assert getattr(result, kept)
    if status == "failed":
        assert result.error is not None
        assert result.error.message
        assert service.key not in str(result.error)
    assert (result.answer == "") or any(isinstance(e, Answer) for e in result.events)
