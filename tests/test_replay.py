"""Replay as a source: the laws that hold for every source, the rhythm, and no network at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from test_recording import SAID, Teller, put, question, record

from vlmagic.errors import RecordingError
from vlmagic.events import Answer, Done, Event, Failed, Notice, Thinking, Usage
from vlmagic.recording import Cabinet, Recording, Replay, read
from vlmagic.result import Result
from vlmagic.run import Cancel, ask
from vlmagic.settings import Limits
from vlmagic.transcript import Transcript


def recorded(folder: Path, *events: Event, prompt: str = "Why?") -> Recording:
    """A recording of these events."""
    return read(Cabinet(folder).folder, record(folder, question(prompt), *events))


SLOW: tuple[Event, ...] = (
    Thinking("one ", at=0.0),
    Thinking("two ", at=0.1),
    Thinking("never", at=3600.0),
    Answer("never", at=3601.0),
    Done("stop", at=3602.0),
)

ENDINGS: list[tuple[Event, ...]] = [
    SAID,
    (Done("length"),),
    (Answer("a"), Failed("rate", "too much", "wait", 429, "r", "Throttling")),
    (Thinking("t"), Done("interrupted")),
    (Notice("retry", "again"), Usage(), Answer(""), Done("stop")),
]


@pytest.mark.parametrize("events", ENDINGS)
def test_one_terminal_event_last(tmp_path: Path, events: tuple[Event, ...]) -> None:
    """A replay ends with exactly one terminal event, the recorded one, and means the same."""
    found = recorded(tmp_path, *events)
    played = list(Replay(found, speed=0).open(question()))
    assert played == list(found.events)
    assert [isinstance(e, (Done, Failed)) for e in played] == [False] * (len(played) - 1) + [True]
    result = ask(question(), Replay(found, speed=0))
    assert result.transcript.end == found.end
    assert result.transcript.answer == Transcript.of(events).answer
    assert result.transcript.status == Transcript.of(events).status


def test_nothing_after_close(tmp_path: Path) -> None:
    """A closed stream gives nothing more, closed before, in between, or twice."""
    replay = Replay(recorded(tmp_path, *SAID), speed=0)
    stream = replay.open(question())
    events = iter(stream)
    assert next(events) == SAID[0]
    stream.close()
    stream.close()
    assert list(events) == []
    unborn = replay.open(question())
    unborn.close()
    assert list(unborn) == []


def test_close_wakes_a_pause(tmp_path: Path) -> None:
    """A reader that waits an hour for the next event ends as soon as the stream is closed."""
    stream = Replay(recorded(tmp_path, *SLOW)).open(question())
    two, heard = threading.Event(), list[Event]()

    def listen() -> None:
        for event in stream:
            heard.append(event)
            if len(heard) == 2:
                two.set()

    thread = threading.Thread(target=listen)
    thread.start()
    assert two.wait(30)
    stream.close()
    thread.join(30)
    assert not thread.is_alive()
    assert heard == list(SLOW[:2])


def test_two_streams_stay_apart(tmp_path: Path) -> None:
    """Two streams of one source, and of two, interleaved, tell each its own story."""
    first = Replay(recorded(tmp_path, *SAID), speed=0)
    other = Replay(recorded(tmp_path, Answer("other"), Done("stop"), prompt="Else?"), speed=0)
    streams = [first.open(question()), first.open(question()), other.open(question())]
    told: list[list[Event]] = [[], [], []]
    for row in zip_longest(*streams):
        for number, event in enumerate(row):
            if event is not None:
                told[number].append(event)
    assert told[0] == told[1] == list(SAID)
    assert [type(e) for e in told[2]] == [Answer, Done]


class StopAt:
    """A sink that wishes to stop once there is so much thinking."""

    def __init__(self, cancel: Cancel, text: str) -> None:
        self.cancel, self.text = cancel, text

    def start(self, request: object) -> None:
        """Nothing to prepare."""

    def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
        """Stop at the text."""
        if transcript.thinking == self.text:
            self.cancel()

    def finish(self, result: Result) -> None:
        """Nothing to end."""


def test_stop_in_mid_thinking_keeps_the_text(tmp_path: Path) -> None:
    """Stop works in a replay as it does live."""
    cancel = Cancel()
    replay = Replay(recorded(tmp_path, *SLOW))
    result = ask(question(), replay, StopAt(cancel, "one two "), cancel=cancel)
    assert (result.status, result.thinking, result.answer) == ("stopped", "one two ", "")


class Waits:
    """A stand-in for the wish to stop that counts how long is waited for it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.beats: list[float] = []

    def is_set(self) -> bool:
        """Never."""
        return False

    def wait(self, seconds: float) -> bool:
        """The seconds pass at once."""
        self.beats.append(seconds)
        self.now += seconds
        return False


@pytest.mark.parametrize(("speed", "arrivals"), [(1.0, [0.5, 2.5, 2.5]), (2.0, [0.25, 1.25, 1.25]), (0.0, [0, 0, 0])])  # fmt: skip
def test_rhythm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speed: float, arrivals: list[float]
) -> None:
    """Events come when they came, so many times faster, or at once; the heart beats in pauses."""
    found = recorded(tmp_path, Thinking("a", at=0.5), Answer("b", at=2.5), Done("stop", at=2.5))
    stream, waits = Replay(found, speed).open(question()), Waits()
    monkeypatch.setattr(stream, "_closed", waits)
    monkeypatch.setattr("vlmagic.recording.replay.time.monotonic", lambda: waits.now)
    heard, at = 0, []
    for _ in stream:
        at.append(waits.now)
        assert stream.received > heard
        heard = stream.received
    assert at == arrivals
    assert max(waits.beats, default=0) <= 0.5


def test_a_pause_is_no_silence(tmp_path: Path) -> None:
    """A recorded pause longer than the idle limit does not end the replay."""
    found = recorded(tmp_path, Thinking("a", at=0.0), Answer("b", at=1.5), Done("stop", at=1.5))
    result = ask(question(), Replay(found), limits=Limits(first_byte=0.7, connect=0.0, idle=0.7))
    assert (result.status, result.answer) == ("complete", "b")


def test_a_torn_recording_says_so(tmp_path: Path) -> None:
    """What is whole is played, then it says where the recording ends; nobody is asked."""
    path = tmp_path / record(tmp_path, question("Why?"), Answer("one"), Answer("two"), Done("stop"))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]) + lines[3][:-9])
    plan = Cabinet(tmp_path).plan(question("Why?"), "replay", speed=0)
    result = put(plan, question("Why?"), Teller(Answer("never")))
    assert (result.answer, result.status) == ("one", "failed")
    assert isinstance(result.error, RecordingError)
    assert "line 4" in str(result.error)
    assert any("not whole" in notice for notice in plan.notices)


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Any socket that is made fails the test, and is counted."""
    made: list[str] = []

    def refuse(*_: Any, **__: Any) -> None:
        made.append("socket")
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "socketpair", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    return made


@pytest.mark.parametrize("prompt", ["Why?", "Something else?"])
def test_replay_opens_no_socket(tmp_path: Path, no_sockets: list[str], prompt: str) -> None:
    """Neither a recording that is played nor one that is missing leads to a socket."""
    record(tmp_path, question("Why?"))
    try:
        put(Cabinet(tmp_path).plan(question(prompt), "replay", speed=0), question(prompt))
    except RecordingError:
        assert prompt == "Something else?"
    assert no_sockets == []


def test_the_guard_guards(no_sockets: list[str]) -> None:
    """The guard of the test above does fail when a socket is made."""
    with pytest.raises(AssertionError):
        socket.socket()
    assert no_sockets
