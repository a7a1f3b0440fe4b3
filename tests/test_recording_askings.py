"""Which asking it is: what failed does not count; and how a follow-up finds what was rewritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_recording import KEY, Teller, put, question, record
from test_recording_faults import failing
from test_replay import SLOW, StopAt

from vlmagic.events import Answer, Done, Event, Failed, Thinking
from vlmagic.recording import Cabinet, Folder, rows
from vlmagic.recording.askings import Askings
from vlmagic.request import Request, Turn
from vlmagic.run import Cancel, ask

SHORT: list[tuple[Event, ...]] = [
    (Failed("unreachable", "no line"),),
    (Answer("half"), Failed("broken", "cut")),
    (Thinking("half"), Done("stopped")),
    (Answer("half"), Done("interrupted")),
    (Answer("half"), Done("partial")),
]


@pytest.mark.parametrize("first", SHORT)
def test_what_failed_does_not_count(tmp_path: Path, first: tuple[Event, ...]) -> None:
    """Asked again in the same kernel, it is still the first asking; a restart finds it as the first."""
    cabinet = Cabinet(tmp_path)
    for events in (first, (Answer("whole"), Done("stop")), (Answer("second"), Done("stop"))):
        put(cabinet.plan(question(), "auto"), question(), Teller(*events))
    for mode in ("auto", "replay"):
        again = Cabinet(tmp_path)
        plans = [again.plan(question(), mode, speed=0) for _ in range(2)]
        assert [put(plan, question()).answer for plan in plans] == ["whole", "second"]
        assert all(len(plan.notices) == 1 for plan in plans)


def test_what_was_not_written_does_not_count(tmp_path: Path) -> None:
    """A recording that met a full disk leaves its number to the next one."""
    cabinet = Cabinet(tmp_path)
    plan = cabinet.plan(question(), "auto")
    assert plan.sink is not None
    plan.sink._write = failing(1, tear=False)
    assert put(plan, question()).ok
    again = cabinet.plan(question(), "auto")
    assert again.sink is not None
    assert again.sink.head.asking == 1
    assert put(again, question()).ok
    assert Cabinet(tmp_path).plan(question(), "auto").replayed_from == again.sink.name


def test_a_replay_that_was_stopped_begins_anew(tmp_path: Path) -> None:
    """Stop in a replay, run the cell again: the same recording, not the next one."""
    record(tmp_path, question(), *SLOW)
    cabinet, cancel = Cabinet(tmp_path), Cancel()
    plan = cabinet.plan(question(), "replay")
    assert plan.source is not None
    ask(question(), plan.source, *plan.sinks, StopAt(cancel, "one two "), cancel=cancel)
    again = cabinet.plan(question(), "replay", speed=0)
    assert put(again, question()).answer == "never"
    assert len(again.notices) == 1


def test_askings_at_once_have_numbers_of_their_own() -> None:
    """The first free number is taken; one that is given back twice is free once."""
    askings = Askings()
    first, second, third = (askings.claim("d") for _ in range(3))
    assert [asking.number for asking in (first, second, third)] == [1, 2, 3]
    second.give_back()
    again = askings.claim("d")
    second.give_back()
    assert (again.number, askings.claim("d").number, askings.claim("other").number) == (2, 4, 1)


def test_a_number_that_is_missing(tmp_path: Path) -> None:
    """If the first recording was deleted, replay plays the next one and says so; auto asks."""
    cabinet = Cabinet(tmp_path)
    names = []
    for text in ("one", "two"):
        plan = cabinet.plan(question(), "auto")
        put(plan, question(), Teller(Answer(text), Done("stop")))
        assert plan.sink is not None
        names.append(plan.sink.name)
    (tmp_path / names[0]).unlink()
    asks = Cabinet(tmp_path).plan(question(), "auto")
    assert asks.source is None
    asks.withdraw()
    plan = Cabinet(tmp_path).plan(question(), "replay", speed=0)
    assert put(plan, question()).answer == "two"
    assert "Asking 1 of this question is not recorded; asking 2 is played." in plan.notices


def test_follow_ups_of_an_answer_that_was_rewritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Live they repeat the answer as it came, replayed as it was recorded: both find the recording."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    said = (Thinking(f"{KEY}?"), Answer("The file is "), Answer(f"{KEY}."), Done("stop"))
    live = Cabinet(tmp_path)
    first = put(live.plan(question(), "auto"), question(), Teller(*said))
    assert KEY in first.answer

    def follow_ups(answer: str) -> list[Request]:
        history = (Turn("user", question().prompt), Turn("assistant", answer))
        return [question("And?", history=history), question(f"What is this: {answer}")]

    for asked in follow_ups(first.answer):
        put(live.plan(asked, "auto"), asked, Teller(Answer("more"), Done("stop")))
    assert KEY not in "".join(path.read_text() for path in tmp_path.iterdir())

    monkeypatch.setenv("DASHSCOPE_API_KEY", "another-key-of-another-person")
    there = Cabinet(tmp_path)
    replayed = put(there.plan(question(), "replay", speed=0), question())
    assert KEY not in replayed.answer
    for asked in follow_ups(replayed.answer):
        assert put(there.plan(asked, "replay", speed=0), asked).answer == "more"

    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    fresh = Cabinet(tmp_path)
    put(fresh.plan(question(), "record", fresh=True), question(), Teller(*said))
    for asked in follow_ups(first.answer):
        assert put(fresh.plan(asked, "auto", speed=0), asked, Teller(Answer("no"), Done("stop"))).answer == "more"  # fmt: skip
    assert [row.state for row in rows(Folder(tmp_path))] == ["complete"] * 4
