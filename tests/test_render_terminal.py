"""The terminal renderer: plain text as it comes, and nothing that a terminal obeys."""

from __future__ import annotations

import io
from typing import Any

import pytest

from vlmagic.events import Answer, Done, Event, Failed, Notice, Thinking, Usage
from vlmagic.render import choose, host
from vlmagic.render.lines import Asked
from vlmagic.render.static import StaticSink
from vlmagic.render.terminal import TerminalSink
from vlmagic.request import Request
from vlmagic.result import Result


class Screen(io.StringIO):
    """A terminal, or a pipe."""

    def __init__(self, *, tty: bool) -> None:
        super().__init__()
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty


def _played(events: list[Event], *, tty: bool = False, **asked: Any) -> str:
    screen = Screen(tty=tty)
    sink = TerminalSink(Asked(**asked), screen)
    result = Result(Request("qwen3-vl-plus", "Why?", thinking=True))
    assert result.request is not None
    sink.start(result.request)
    for event in events:
        result.transcript.feed(event)
        if not isinstance(event, (Done, Failed)):
            sink.show(result.transcript, [event])
    result.settle()
    sink.finish(result)
    return screen.getvalue()


USUAL: list[Event] = [
    Thinking("step "),
    Thinking("by step"),
    Answer("It is "),
    Answer("**5**."),
    Usage(input_tokens=1_204, image_tokens=302, output_tokens=1_420, thinking_tokens=812),
    Done("stop", "qwen3-vl-plus", at=14.2),
]


def test_words_come_as_they_are_said() -> None:
    """Head, thinking, answer and status, once each and in order; the answer is not rewritten."""
    shown = _played(USUAL, receipt=("@1 640×480 → 302 tokens",))
    order = ["qwen3-vl-plus", "302 tokens", "Thinking", "step by step", "Answer", "It is **5**."]
    order += ["1,204 in (302 image)", "1,420 out (812 thinking)", "complete"]
    places = [shown.index(word) for word in order]
    assert places == sorted(places)
    assert shown.count("step by step") == 1


@pytest.mark.parametrize(
    ("tty", "no_color", "term"),
    [(True, "", "xterm"), (True, "1", "xterm"), (True, "", "dumb"), (False, "", "xterm")],
)
def test_colour_is_for_terminals_that_want_it(
    monkeypatch: pytest.MonkeyPatch, tty: bool, no_color: str, term: str
) -> None:
    """Thinking is dim on a terminal, unless it is dumb or NO_COLOR is set; a pipe gets no escape."""
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", term)
    shown = _played(USUAL, tty=tty)
    if tty and not no_color and term != "dumb":
        assert "\x1b[2mstep \x1b[0m" in shown
        assert "\x1b[2mIt is" not in shown
    else:
        assert "\x1b" not in shown


HOSTILE = [
    "\x1b]0;title\x07",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x1b[2J\x1b[H\x1b[8m\x1b[?1049h",
    "\x9b31m\x9d0;t\x9c",
    "a\rb\bc\x7f\x00\x05\x0e\x0f\x1a",
    "\u202egnp.exe\u2066x\u2069\u200f",
    "\x1bc\x1b#8\x1b(0\x1bZ\x1b[6n",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("kind", [Answer, Thinking, lambda text: Notice("before", text)])
def test_no_control_character_gets_out(text: str, split: bool, kind: Any) -> None:
    """Whole or one character at a time, thought, said or noticed: symbols only."""
    pieces = list(text) if split else [text]
    shown = _played([*(kind(piece) for piece in pieces), Done("stop", text)])
    raw = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F))} - {
        "\n"
    }
    assert not raw & set(shown)
    assert not set("\u2066\u2067\u2068\u2069\u200e\u200f\u061c") & set(shown)


@pytest.mark.parametrize("kind", [Answer, Thinking])
def test_a_character_split_over_two_deltas_is_whole(kind: Any) -> None:
    """The halves of a surrogate pair are joined; a half that stays alone is shown as such."""
    joined = _played([kind("a\ud83d"), kind(""), kind("\ude00中文"), Done("stop")])
    assert "a😀中文" in joined
    assert "\ufffd" not in joined
    for alone in ([kind("a\ud83d"), kind("b")], [kind("a"), kind("\ude00b")]):
        assert "a\ufffdb" in _played([*alone, Done("stop")])
    assert "a\ufffd\n" in _played([kind("a\ud83d"), Done("stop")])
    other = Thinking("x") if kind is Answer else Answer("x")
    assert "a\ufffd\n" in _played([kind("a\ud83d"), other, kind("\ude00"), Done("stop")])


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk"])
def test_a_poor_encoding_loses_nothing(encoding: str) -> None:
    """What the stream's encoding lacks is shown as its number, and the rest goes on."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    sink = TerminalSink(Asked(), stream)
    result = Result(Request("qwen3-vl-plus", "Why?"))
    assert result.request is not None
    sink.start(result.request)
    for event in (Answer("中 😀 é"), Answer(" whole"), Done("stop")):
        result.transcript.feed(event)
        sink.show(result.transcript, [event])
    result.settle()
    sink.finish(result)
    shown = raw.getvalue().decode(encoding)
    assert " whole" in shown
    for character in "中😀é":
        assert character in shown or f"{ord(character):x}" in shown


def test_hidden_thinking_is_not_printed() -> None:
    """Whoever hides the thinking sees the answer only."""
    shown = _played(USUAL, thinking="hidden")
    assert "step by step" not in shown
    assert "It is **5**." in shown


def test_a_failure_says_cause_and_remedy() -> None:
    """The last lines say what happened and what to do; what came is still there."""
    shown = _played([Answer("half"), Failed("broken", "The stream was cut.", "Ask again.")])
    assert shown.index("half") < shown.index("The stream was cut. Ask again.")
    assert "failed" in shown


def test_a_failure_that_is_raised_is_not_said_before() -> None:
    """Where an exception follows, its cause is left to it."""
    shown = _played([Failed("broken", "The stream was cut.", "Ask again.")], raised=True)
    assert "failed" in shown
    assert "The stream was cut." not in shown


def test_thinking_after_the_answer_is_marked() -> None:
    """Sections alternate as often as the model does."""
    shown = _played([Answer("a"), Thinking("b"), Answer("c"), Done("stop")])
    assert shown.count("── Answer ──") == 2
    assert shown.count("── Thinking ──") == 1


def test_the_host_decides() -> None:
    """Plain Python and terminal IPython print; a kernel displays; a wish overrules both."""

    class Shell:
        kernel = object()

    assert host() == "plain"
    assert host(Shell()) == "kernel"
    assert host(object()) == "terminal"
    assert isinstance(choose("auto", Asked()), TerminalSink)
    assert isinstance(choose("static", Asked()), StaticSink)
    assert isinstance(choose("terminal", Asked(), shell=Shell()), TerminalSink)
