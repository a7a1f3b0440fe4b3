"""The conversation: endings, retries, cancelling, the clock. Sources here are plain generators."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from vlmagic import errors
from vlmagic.events import Answer, Done, Event, Failed, Notice, Thinking
from vlmagic.request import Request
from vlmagic.result import Context, Result
from vlmagic.run import FRAME, Cancel, Clock, ask
from vlmagic.settings import Limits
from vlmagic.transcript import Transcript

ASKED = Request(model="m", prompt="why?")
Script = Callable[[], Iterator[Event]]


class Told:
    """A stream that tells what a generator says, and can be closed while it blocks."""

    def __init__(self, script: Script, closed: threading.Event) -> None:
        self._script = script
        self.closed = closed
        self.received = 0

    def __iter__(self) -> Iterator[Event]:
        for event in self._script():
            self.received += 1
            if self.closed.is_set():
                return
            yield event

    def close(self) -> None:
        self.closed.set()


class Scripted:
    """A source with one script per attempt."""

    name = "test.invalid"

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts)
        self.opened: list[Told] = []

    def open(self, request: Request) -> Told:
        assert request is ASKED
        stream = Told(self.scripts[min(len(self.opened), len(self.scripts) - 1)], threading.Event())
        self.opened.append(stream)
        return stream


class Kept:
    """A sink that remembers its calls."""

    def __init__(self, fail_at: str = "") -> None:
        self.calls: list[str] = []
        self.batches: list[list[Event]] = []
        self.times: list[float] = []
        self.result: Result | None = None
        self.fail_at = fail_at

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if name == self.fail_at:
            raise OSError("display is gone")

    def start(self, request: Request) -> None:
        self._called("start")

    def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
        if batch:
            self.batches.append(list(batch))
            self.times.append(time.monotonic())
        self._called("show")

    def finish(self, result: Result) -> None:
        self.result = result
        self._called("finish")


def told(*events: Event | BaseException) -> Script:
    """A script that yields the events and raises the exceptions."""

    def script() -> Iterator[Event]:
        for event in events:
            if isinstance(event, BaseException):
                raise event
            yield event

    return script


def quick(**more: Any) -> Clock:
    """Real time, but no pause between retries."""
    return Clock(jitter=lambda: 0.0, **more)


FULL = (Thinking("t"), Answer("a"), Done("stop", "m"))


def test_a_whole_answer() -> None:
    """Events arrive in order, stamped, with one terminal event, last; the stream is closed."""
    source, sink = Scripted(told(*FULL)), Kept()
    result = ask(ASKED, source, sink)
    assert (result.thinking, result.answer, result.status) == ("t", "a", "complete")
    assert [type(e) for e in result.events] == [Thinking, Answer, Done]
    assert all(e.at is not None for e in result.events)
    assert sink.calls[0] == "start"
    assert sink.calls[-1] == "finish"
    assert sink.result is result
    assert source.opened[0].closed.is_set()


def test_nothing_after_the_terminal_event() -> None:
    """What a source says after Done is dropped."""
    result = ask(ASKED, Scripted(told(*FULL, Answer("late"))))
    assert result.answer == "a"
    assert isinstance(result.events[-1], Done)


@pytest.mark.parametrize(
    ("end", "status", "kind"),
    [
        (Failed("broken", "cut"), "failed", "broken"),
        (errors.StalledError("silent"), "failed", "timeout"),
        (errors.FilteredError("no"), "failed", "filter"),
        (ZeroDivisionError("ours"), "failed", "internal"),
        (None, "failed", "broken"),
        (Done("length"), "truncated", "length"),
        (Done("partial"), "truncated", "partial"),
    ],
)
def test_every_ending_keeps_the_text(end: Any, status: str, kind: str) -> None:
    """However it ends, the text before it is in the Result, and the error is one of ours."""
    script = told(Thinking("t"), Answer("a"), *([end] if end is not None else []))
    result = ask(ASKED, Scripted(script))
    assert (result.thinking, result.answer) == ("t", "a")
    assert (result.status, result.finish_reason) == (status, kind)
    assert (result.error is None) == (status != "failed")


def test_a_failure_is_raised_on_demand() -> None:
    """`raise_for_error` gives back the very exception of the source."""
    error = errors.AuthError("no", "do", status=401)
    result = ask(ASKED, Scripted(told(error)))
    with pytest.raises(errors.AuthError) as caught:
        result.raise_for_error()
    assert caught.value is error


def test_a_retryable_refusal_is_asked_again_and_said() -> None:
    """Before the first byte a retryable error is asked again at most twice, each time with a notice."""
    source = Scripted(
        told(errors.UnavailableError("busy")), told(errors.RateError("fast")), told(*FULL)
    )
    result = ask(ASKED, source, clock=quick())
    assert result.status == "complete"
    assert [n.kind for n in result.notices] == ["retry", "retry"]
    assert len(source.opened) == 3


def test_retries_end() -> None:
    """The third refusal is the answer."""
    source = Scripted(told(errors.UnavailableError("busy")))
    result = ask(ASKED, source, clock=quick())
    assert (result.status, len(source.opened)) == ("failed", 3)


@pytest.mark.parametrize("said", [Thinking("t"), Answer("a")])
def test_never_again_after_text(said: Event) -> None:
    """Once text has come, nothing is asked again: it was paid for."""
    source = Scripted(told(said, errors.UnavailableError("busy")))
    assert ask(ASKED, source, clock=quick()).status == "failed"
    assert len(source.opened) == 1


@pytest.mark.parametrize(
    "error", [errors.AuthError("x"), errors.RefusedError("x"), errors.CellError("x")]
)
def test_what_cannot_help_is_not_tried(error: errors.VLReasonError) -> None:
    """A refusal that asking again cannot change is not asked again."""
    source = Scripted(told(error))
    ask(ASKED, source, clock=quick())
    assert len(source.opened) == 1


@pytest.mark.parametrize(("wish", "attempts"), [(0.01, 3), (3600.0, 1)])
def test_retry_after_is_obeyed(wish: float, attempts: int) -> None:
    """The service's own pause is kept; one beyond a minute ends it instead of hanging."""
    waited: list[float] = []

    def wait(event: threading.Event, seconds: float) -> bool:
        waited.append(seconds)
        return event.wait(min(seconds, 0.02))

    error = errors.RateError("fast")
    error.retry_after = wish
    source = Scripted(told(error))
    ask(ASKED, source, clock=Clock(wait=wait, jitter=lambda: 0.0))
    assert len(source.opened) == attempts
    if attempts > 1:
        assert any(0 < seconds <= wish for seconds in waited)


def test_cancel_in_mid_thinking_keeps_the_text() -> None:
    """Stop ends it as stopped, keeps what came, and closes a stream that blocks."""
    cancel, reached = Cancel(), threading.Event()
    closed = threading.Event()

    def script() -> Iterator[Event]:
        yield Thinking("so far")
        reached.set()
        closed.wait(30)

    source = Scripted(script)
    real_open = source.open

    def opened(request: Request) -> Told:
        stream = real_open(request)
        stream.closed = closed
        return stream

    source.open = opened  # type: ignore[method-assign]

    def wish() -> None:
        reached.wait(10)
        cancel()

    threading.Thread(target=wish, daemon=True).start()
    result = ask(ASKED, source, cancel=cancel)
    assert (result.status, result.finish_reason, result.thinking) == (
        "stopped",
        "stopped",
        "so far",
    )
    assert result.error is None


def test_cancel_between_retries() -> None:
    """Stop works while waiting to ask again."""
    cancel = Cancel()
    error = errors.RateError("fast")
    error.retry_after = 50.0
    sink = Kept()
    threading.Timer(0.1, cancel).start()
    result = ask(ASKED, Scripted(told(error)), sink, cancel=cancel)
    assert result.status == "stopped"


def test_an_interrupt_keeps_the_text() -> None:
    """KeyboardInterrupt on the calling thread ends it as interrupted, and is not raised by `ask`."""
    calls = 0

    def wait(event: threading.Event, seconds: float) -> bool:
        nonlocal calls
        calls += 1
        if calls > 6:
            raise KeyboardInterrupt
        return event.wait(seconds)

    def script() -> Iterator[Event]:
        yield Thinking("t")
        time.sleep(0.05)
        yield Answer("a")
        time.sleep(20)

    result = ask(ASKED, Scripted(script), clock=Clock(wait=wait))
    assert (result.status, result.finish_reason) == ("stopped", "interrupted")
    assert result.thinking == "t"


@pytest.mark.parametrize(
    ("limits", "script", "setting"),
    [
        (Limits(connect=0.01, first_byte=0.05), told(), "first_byte_timeout"),
        (Limits(idle=0.05), told(Thinking("t")), "idle_timeout"),
        (Limits(total=0.05), told(Thinking("t")), "total_timeout"),
    ],
)
def test_silence_ends_within_its_limit(limits: Limits, script: Script, setting: str) -> None:
    """A stalled server ends as a timeout that names its setting, with the text before it."""

    def stalled() -> Iterator[Event]:
        yield from script()
        time.sleep(3)

    result = ask(ASKED, Scripted(stalled), limits=limits)
    assert (result.status, result.finish_reason) == ("failed", "timeout")
    assert setting in str(result.error)
    assert result.thinking == ("t" if setting != "first_byte_timeout" else "")


def test_at_most_sixteen_updates_a_second() -> None:
    """The first event is shown at once; after it, drains keep a frame's distance."""

    def script() -> Iterator[Event]:
        for _ in range(60):
            yield Thinking("x")
            time.sleep(0.005)
        yield Done("stop")

    sink = Kept()
    ask(ASKED, Scripted(script), sink)
    assert len(sink.batches[0]) <= 2
    assert sum(map(len, sink.batches)) == 60
    gaps = [later - sooner for sooner, later in zip(sink.times[:-2], sink.times[1:-1], strict=True)]
    assert all(gap > FRAME * 0.8 for gap in gaps)


@pytest.mark.parametrize("where", ["start", "show", "finish"])
def test_a_broken_display_never_loses_the_answer(where: str) -> None:
    """A sink that fails is left out and mentioned; the answer and the other sinks go on."""
    broken, whole = Kept(fail_at=where), Kept()
    result = ask(ASKED, Scripted(told(*FULL)), broken, whole)
    assert (result.answer, result.status) == ("a", "complete")
    assert whole.calls[-1] == "finish"
    assert [n.kind for n in result.notices] == ["sink"]
    assert isinstance(result.events[-1], Done)
    assert [n for batch in whole.batches for n in batch if isinstance(n, Notice)] == list(
        result.notices
    )


def test_a_failing_sink_is_told_while_the_answer_comes() -> None:
    """Who still listens hears of it before the next word, not at the end."""
    heard = threading.Event()

    class Hears(Kept):
        def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
            super().show(transcript, batch)
            if any(isinstance(event, Notice) for event in batch):
                heard.set()

    def script() -> Iterator[Event]:
        yield Thinking("t")
        assert heard.wait(30)
        yield from FULL

    for failing_first in (True, False):
        heard.clear()
        broken, whole = Kept(fail_at="show"), Hears()
        sinks = (broken, whole) if failing_first else (whole, broken)
        assert ask(ASKED, Scripted(script), *sinks).answer == "a"


def test_what_is_noticed_is_shown() -> None:
    """What was known before, and each retry, reaches the sinks as it is said."""
    sink, refused = Kept(), errors.UnavailableError("busy", "wait")
    refused.retry_after = 0.0
    ask(ASKED, Scripted(told(refused), told(*FULL)), sink, context=Context(notices=("small",)))
    shown = [event for batch in sink.batches for event in batch if isinstance(event, Notice)]
    assert [notice.kind for notice in shown] == ["before", "retry"]


def test_two_interleaved_conversations_stay_apart() -> None:
    """Two asks of one source at once share nothing."""
    gates = [threading.Event(), threading.Event()]
    counter = iter(range(2))

    def script() -> Iterator[Event]:
        me = next(counter)
        yield Thinking(f"t{me}")
        gates[me].set()
        gates[1 - me].wait(10)
        yield Answer(f"a{me}")
        yield Done("stop")

    source, found = Scripted(script), []
    threads = [threading.Thread(target=lambda: found.append(ask(ASKED, source))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted((r.thinking, r.answer) for r in found) == [("t0", "a0"), ("t1", "a1")]


def test_notices_of_the_question_come_first() -> None:
    """What was known before sending stands in the Result, too."""
    result = ask(ASKED, Scripted(told(*FULL)), context=Context(notices=("first frame only",)))
    assert result.events[0] == Notice("before", "first frame only", result.events[0].at)


def test_a_live_result_waits() -> None:
    """A Result that is still running makes its reader wait, not guess."""
    gate = threading.Event()

    def script() -> Iterator[Event]:
        yield Answer("a")
        gate.wait(10)
        yield Done("stop")

    result = Result(ASKED)
    thread = threading.Thread(target=lambda: ask(ASKED, Scripted(script), result=result))
    thread.start()
    with pytest.raises(TimeoutError):
        result.wait(0.05)
    gate.set()
    assert result.answer == "a"
    thread.join(10)
