"""Recordings: what is written, what is matched, what is refused, and what CI is told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import PIL.Image
import PIL.ImageDraw
import pytest

from vlmagic import language
from vlmagic.errors import RecordingError, SettingsError
from vlmagic.events import Answer, Done, Event, Failed, Notice, Thinking, ToolCall, Usage
from vlmagic.images import Image, normalise
from vlmagic.recording import Cabinet, Folder, Plan, check, drawn, prunable, prune, read, rows
from vlmagic.recording.scrub import Scrub
from vlmagic.recording.write import Recorder
from vlmagic.request import Request, Turn
from vlmagic.result import Context, Result
from vlmagic.run import ask
from vlmagic.transcript import Transcript

SAID: tuple[Event, ...] = (
    Notice("retry", "Asking again.", at=0.01),
    Thinking("The loss ", at=0.02),
    Thinking("falls.\u2028\ud800", at=0.03),
    ToolCall("c1", "look", '{"at": ', at=0.035),
    ToolCall("", "", "1}", at=0.036),
    Answer("它在上升。", at=0.04),
    Answer("", at=0.05),
    Usage(input_tokens=10, output_tokens=5, thinking_tokens=3, at=0.05),
    Done("stop", "qwen3-vl-plus", "req-1", at=0.06),
)


class Told:
    """A stream that tells what it was given."""

    def __init__(self, events: tuple[Event, ...]) -> None:
        self.events = events
        self.received = 0

    def __iter__(self) -> Any:
        for event in self.events:
            self.received += 1
            yield event

    def close(self) -> None:
        """Nothing is open."""


class Teller:
    """A service in this process: it counts how often it is asked."""

    name = "teller.invalid"

    def __init__(self, *events: Event) -> None:
        self.events = events or SAID
        self.asked = 0

    def open(self, request: Request) -> Told:
        self.asked += 1
        return Told(self.events)


def picture(colour: str = "red", data: str | None = None, **more: Any) -> Image:
    """A picture of one mark; with `data`, a figure that says it holds that data."""
    drawn = PIL.Image.new("RGB", (100, 80), "white")
    PIL.ImageDraw.Draw(drawn).rectangle((10, 10, 19, 17), fill=colour)
    facts = {"facts": '{"axes":[]}', "facts_digest": data, "origin": "matplotlib"} if data else {}
    return normalise(drawn, label="@1.1", **{**facts, **more})


def question(prompt: str = "Why does the loss rise?", **more: Any) -> Request:
    """A question, without pictures unless they are given."""
    return Request(model="qwen3-vl-plus", prompt=prompt, **more)


def put(plan: Plan, asked: Request, service: Teller | None = None) -> Result:
    """Do what the plan says, as a front door would."""
    context = Context(notices=plan.notices)
    return ask(asked, plan.source or service or Teller(), *plan.sinks, context=context)


def record(folder: Path, asked: Request, *events: Event, **more: Any) -> str:
    """Record one asking in a cabinet of its own, as a kernel of its own would; its name."""
    plan = Cabinet(folder).plan(asked, more.pop("mode", "record"), **more)
    assert plan.sink is not None
    put(plan, asked, Teller(*events))
    return plan.sink.name


def test_a_recording_is_the_conversation(tmp_path: Path) -> None:
    """What is read back is event for event what came, and folds to the same transcript."""
    plan = Cabinet(tmp_path).plan(question(), "record", by="0.1.0")
    result = put(plan, question())
    assert plan.sink is not None
    found = read(plan.sink.folder, plan.sink.name)
    assert found.events == SAID == tuple(result.events)
    assert Transcript.of(found.events).thinking == result.thinking
    assert (found.complete, found.problem, found.head.asking) == (True, None, 1)
    assert found.request["prompt"] == question().prompt


def test_it_is_plain_text_for_git(tmp_path: Path) -> None:
    """One JSON object a line, words unescaped, a name for human eyes, a versioned head first."""
    asked = question("Why? 为什么 $\\alpha$")
    name = record(tmp_path, asked)
    assert name == f"why-alpha-{asked.digest()[:8]}-1.jsonl"
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert "它在上升。" in text
    assert "为什么" in text
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    assert (lines[0]["format"], lines[0]["version"]) == ("vlmagic.recording", 1)
    assert [line.get("event") for line in lines[2:-1]][:3] == ["notice", "thinking", "thinking"]
    assert lines[-1]["end"] == "complete"
    assert all(len(line["sum"]) == 8 for line in lines)


def test_line_ends_that_git_changed(tmp_path: Path) -> None:
    """A recording that was checked out with CRLF is whole."""
    path = tmp_path / record(tmp_path, question())
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read(Cabinet(tmp_path).folder, path.name).complete


def test_notices_of_this_run_are_not_kept(tmp_path: Path) -> None:
    """What was known before sending is told again by the next run, so it is not replayed."""
    cabinet = Cabinet(tmp_path)
    plan = cabinet.plan(question(), "record")
    assert plan.sink is not None
    ask(question(), Teller(), plan.sink, context=Context(notices=("made smaller",)))
    assert "made smaller" not in (tmp_path / plan.sink.name).read_text()


# -- modes ---------------------------------------------------------------------------------


def test_off_does_nothing(tmp_path: Path) -> None:
    """The default neither plays nor writes nor makes a folder."""
    assert Cabinet(tmp_path / "x").plan(question(), "off") == Plan()
    assert not (tmp_path / "x").exists()


def test_auto_asks_once(tmp_path: Path) -> None:
    """Auto asks and records, and the next kernel plays it and asks nobody."""
    service = Teller()
    first = put(Cabinet(tmp_path).plan(question(), "auto"), question(), service)
    plan = Cabinet(tmp_path).plan(question(), "auto", speed=0)
    again = put(plan, question(), service)
    assert service.asked == 1
    assert (again.answer, again.thinking, again.usage) == (
        first.answer,
        first.thinking,
        first.usage,
    )
    assert plan.replayed_from is not None
    assert "Replayed from why-does" in again.notices[0].text


@pytest.mark.parametrize(
    ("end", "played"),
    [
        (Done("stop"), True),
        (Done("length"), True),
        (Done("tool_calls"), True),
        (Done("partial"), False),
        (Done("stopped"), False),
        (Done("interrupted"), False),
        (Failed("rate", "too much"), False),
        (Failed("broken", "cut"), False),
    ],
)
def test_auto_plays_complete_runs_only(tmp_path: Path, end: Event, *, played: bool) -> None:
    """A run that was cut short is asked again in auto; replay plays it as it was."""
    name = record(tmp_path, question(), Answer("half"), end)
    assert (Cabinet(tmp_path).plan(question(), "replay").replayed_from) == name
    assert (Cabinet(tmp_path).plan(question(), "auto").source is not None) is played


def test_the_nth_asking_is_the_nth_recording(tmp_path: Path) -> None:
    """Three askings in one kernel are three recordings, played in their order in the next."""
    cabinet = Cabinet(tmp_path)
    for text in ("one", "two", "three"):
        put(cabinet.plan(question(), "auto"), question(), Teller(Answer(text), Done("stop")))
    again = Cabinet(tmp_path)
    answers = [put(again.plan(question(), "replay", speed=0), question()).answer for _ in range(3)]
    assert answers == ["one", "two", "three"]
    fourth = again.plan(question(), "replay", speed=0)
    assert put(fourth, question()).answer == "three"
    assert "Asking 4" in " ".join(fourth.notices)
    assert Cabinet(tmp_path).plan(question("Other?"), "auto").source is None


def test_fresh_takes_the_place(tmp_path: Path) -> None:
    """--fresh asks anew though it is recorded; the old file stays as it was, the new one counts."""
    old = tmp_path / record(tmp_path, question(), Answer("old"), Done("stop"))
    before = old.read_bytes()
    new = record(tmp_path, question(), Answer("new"), Done("stop"), mode="auto", fresh=True)
    assert old.read_bytes() == before
    assert Cabinet(tmp_path).plan(question(), "auto").replayed_from == new
    assert [(row.name, row.stale) for row in rows(Cabinet(tmp_path).folder)] == [
        (new, False),
        (old.name, True),
    ]


def test_a_refused_question_was_not_asked(tmp_path: Path) -> None:
    """A plan that is withdrawn leaves no file, and the asking is not counted."""
    cabinet = Cabinet(tmp_path)
    cabinet.plan(question(), "record").withdraw()
    assert not list(tmp_path.iterdir())
    plan = cabinet.plan(question(), "record")
    assert plan.sink is not None
    assert plan.sink.head.asking == 1
    plan.withdraw()


@pytest.mark.parametrize(("mode", "fresh"), [("rec", False), ("", False), ("replay", True)])
def test_misspelt_and_contradicting_modes(tmp_path: Path, mode: str, *, fresh: bool) -> None:
    """A misspelt mode fails loudly, and so does a wish to ask without asking."""
    with pytest.raises(SettingsError):
        Cabinet(tmp_path).plan(question(), mode, fresh=fresh)


# -- matching ------------------------------------------------------------------------------

ASKED = question(images=(picture(data="d1"),), temperature=0.5, history=(Turn("user", "Hello"),))


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"prompt": "Why does the loss fall?"}, "prompt: recorded"),
        ({"model": "qvq-max"}, "model: recorded qwen3-vl-plus, now qvq-max"),
        ({"temperature": 0.7}, "temperature: recorded 0.5, now 0.7"),
        ({"thinking": False}, "thinking: recorded –, now false"),
        ({"images": ()}, "pictures: recorded 1, now 0"),
        ({"images": (picture("blue", data="d2"),)}, "data of picture 1: recorded"),
        ({"images": (picture("blue", data="d1"),)}, "pixels of picture 1: recorded"),
        ({"images": (picture(),)}, "picture 1: recorded"),
        ({"history": ()}, "history: recorded"),
        ({"system": "Be brief."}, "system: recorded –, now Be brief."),
    ],
)
def test_another_question_is_refused(tmp_path: Path, changed: dict[str, Any], named: str) -> None:
    """Whatever differs, replay refuses, names the field, the nearest recording and the remedy."""
    name = record(tmp_path, ASKED)
    record(tmp_path, question("Something else altogether, with nothing in common?"))
    with pytest.raises(RecordingError) as caught:
        Cabinet(tmp_path).plan(replace(ASKED, **changed), "replay")
    assert name in caught.value.hint
    assert named in caught.value.hint
    assert "--record record" in caught.value.hint
    assert Cabinet(tmp_path).plan(replace(ASKED, **changed), "auto").source is None


def test_no_recording_at_all(tmp_path: Path) -> None:
    """Replay of an empty folder says so and makes nothing."""
    with pytest.raises(RecordingError, match="has none"):
        Cabinet(tmp_path / "none").plan(question(), "replay")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("data", "drawn_with", "played"),
    [("d1", "3.9.4", True), ("d1", None, False), ("d2", "3.9.4", False), (None, "3.9.4", False)],
)
def test_other_pixels_of_the_same_data(
    tmp_path: Path, data: str | None, drawn_with: str | None, *, played: bool, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Other pixels are taken only if all data agrees and the library's version differs; it is said."""
    if drawn_with:
        monkeypatch.setattr(drawn, "version", lambda _: drawn_with)
    record(tmp_path, question(images=(picture(data="d1"),)))
    monkeypatch.undo()
    monkeypatch.setenv("VLMAGIC_LANGUAGE", "en")
    plan = Cabinet(tmp_path).plan(question(images=(picture("blue", data=data),)), "auto")
    assert (plan.source is not None) is played
    if played:
        assert "matplotlib 3.9.4 → " in plan.notices[-1]
        assert "1.00% of them differ" in plan.notices[-1]


def test_labels_and_paths_do_not_count(tmp_path: Path) -> None:
    """The same pixels under another name are the same question."""
    name = record(tmp_path, question(images=(picture(),)))
    other = question(images=(replace(picture(), label="/data/x.png", title="x"),))
    assert Cabinet(tmp_path).plan(other, "replay").replayed_from == name


# -- pictures ------------------------------------------------------------------------------


def test_pictures_stand_beside_by_digest(tmp_path: Path) -> None:
    """Outside of git a picture is kept, once, under the digest of its pixels."""
    shown = picture()
    record(tmp_path, question(images=(shown,)))
    record(tmp_path, question("And here?", images=(shown,)))
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".png"] == [f"{shown.digest}.png"]
    assert (tmp_path / f"{shown.digest}.png").read_bytes() == shown.data


@pytest.mark.parametrize(("answer", "kept"), [(True, 1), (False, 0), (None, 0)])
def test_git_is_asked_about_once(tmp_path: Path, answer: bool | None, kept: int) -> None:
    """In a working copy the first picture is asked about, and nobody who shares the folder again."""
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "recordings"
    asked: list[str] = []

    def confirm(text: str) -> bool | None:
        asked.append(text)
        return answer

    for prompt in ("one", "two"):
        record(folder, question(prompt, images=(picture(),)), confirm=confirm)
    assert len(asked) == (2 if answer is None else 1)
    assert len(list(folder.glob("*.png"))) == kept
    plan = Cabinet(folder).plan(question("three", images=(picture(),)), "record")
    assert any("vlmagic recordings pictures keep" in n for n in plan.notices) is (answer is None)
    plan.withdraw()


def test_what_git_ignores_is_not_asked_about(tmp_path: Path) -> None:
    """Pictures in a folder that git ignores are shared with nobody."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("private/\n")
    assert not Folder(tmp_path / "private").tracked
    assert Folder(tmp_path / "shared").tracked
    record(tmp_path / "private", question(images=(picture(),)))
    assert len(list((tmp_path / "private").glob("*.png"))) == 1


# -- scrubbing -----------------------------------------------------------------------------

KEY = "sk-0123456789abcdefFEDCBA9876543210"


@pytest.fixture
def alice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user called alice.w on a machine called labbook7, at work in ~/thesis."""
    home = tmp_path / "alice.w"
    (home / "thesis").mkdir(parents=True)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name in ("LOGNAME", "USER"):
        monkeypatch.setenv(name, "alice.w")
    monkeypatch.setattr("socket.gethostname", lambda: "labbook7")
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    monkeypatch.chdir(home / "thesis")
    return home


def test_wherever_it_is_cut(alice: Path) -> None:
    """Whatever has been written when a secret has half come, none is put together by what follows."""
    secrets = [KEY, str(alice), "alice.w", "labbook7", "bobby", "carol", "z" * 20]
    prose = (
        f"See {KEY}: {alice}/thesis/a.png, {alice}/b.png and /home/bobby/c or C:\\Users\\carol\\d of "
        f"alice.w@labbook7 with Bearer {'z' * 20} in /Users/bobby."
    )
    scrub = Scrub()
    for cut in range(1, len(prose)):
        sure = cut - scrub.begun(prose[:cut])
        written = "".join(scrub.pieces([prose[:sure]]) + scrub.pieces([prose[sure:]]))
        assert not [secret for secret in secrets if secret in written], (cut, written)


def test_nothing_of_the_user_is_written(alice: Path) -> None:
    """Keys, home folders, user and host names reach no byte of a recording, split or whole."""
    other = "token-of-another-kind"
    secrets = [KEY, other, str(alice), "alice.w", "labbook7", "bobby", "carol", KEY[3:20]]
    prose = (
        f"{KEY} and {other}; {alice}/thesis/a.png, {alice}/b.png, /home/bobby/c, C:\\Users\\carol\\d; "
        f"alice.w@labbook7 Authorization: Bearer {'z' * 20}"
    )
    events: list[Event] = [Notice("n", prose)]
    for size in (1, 2, 7, 1000):
        events += [Thinking(prose[at : at + size]) for at in range(0, len(prose), size)]
        events.append(Usage(input_tokens=1))
        events += [Answer(prose[at : at + size]) for at in range(0, len(prose), size)]
        events += [ToolCall("i", "n", prose[at : at + size]) for at in range(0, len(prose), size)]
    events.append(Failed("refused", prose, prose))
    asked = question(
        prose,
        system=prose,
        params={"api_key": "hunter22", "note": prose, "deep": [{"Authorization": "hunter22"}]},
        images=(replace(picture(data="d"), label=str(alice / "x.png"), title=prose),),
    )
    name = record(alice / "rec", asked, *events, secrets=[other])
    raw = (alice / "rec" / name).read_text()
    for secret in [*secrets, "hunter22", "z" * 20]:
        assert secret not in raw, secret
    found = Cabinet(alice / "rec").recording(name)
    told = Transcript.of(found.events)
    for text in (told.thinking, told.answer):
        assert not [secret for secret in secrets if secret in text]
        assert text.count("./a.png") == 4
        assert text.count("~/b.png") == 4
    assert len([e for e in found.events if isinstance(e, Answer)]) == len(
        [e for e in events if isinstance(e, Answer)]
    )
    assert Cabinet(alice / "rec").plan(asked, "replay", secrets=[other]).replayed_from == name


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_path_is_one_wherever_a_batch_ends(alice: Path, size: int) -> None:
    """Pieces that are written when half of a path has come never cut the longer of two places."""
    prose = f"in {alice}/thesis/a.png, and {alice}/b.png"
    pieces = [prose[at : at + size] for at in range(0, len(prose), size)]
    for end in range(1, len(pieces)):
        sinks = Cabinet(alice / "r").plan(question("Where?"), "record").sinks
        recorder = next(sink for sink in sinks if isinstance(sink, Recorder))
        events = [Answer(piece) for piece in pieces]
        told = [*recorder._cleaned(events[:end]), *recorder._cleaned([*events[end:], Done("stop")])]
        words = "".join(event.text for event in told if isinstance(event, Answer))
        assert words == "in ./a.png, and ~/b.png"


def test_an_answer_keeps_its_words(alice: Path) -> None:
    """A word that happens to be a user's name stays in an answer, unless the question had it."""
    name = record(alice / "r", question("Why?"), Answer("labbook7 is green"), Done("stop"))
    assert Transcript.of(Cabinet(alice / "r").recording(name).events).answer == "labbook7 is green"


@pytest.mark.parametrize(
    "text",
    ["square root", "a/b and/or c", "\\frac{1}{2}", "https://example.org/home/x", "~/data", "sk-ip", "Users", "/usr/bin/python", "Bearer"],
)  # fmt: skip
def test_other_words_stay(text: str) -> None:
    """Nothing that identifies nobody is changed, in one piece or letter by letter."""
    scrub = Scrub()
    assert scrub.text(text) == text
    assert scrub.pieces(list(text)) == list(text)


# -- looking after -------------------------------------------------------------------------


def test_the_list_and_what_can_go(tmp_path: Path) -> None:
    """The list says how each ended; prune takes what was replaced, cut or is needed by none."""
    kept = record(tmp_path, question(images=(picture(),)))
    cut = record(tmp_path, question("Cut?", images=(picture("blue"),)))
    whole = (tmp_path / cut).read_bytes()
    (tmp_path / cut).write_bytes(whole[: len(whole) // 2])
    old = record(tmp_path, question("Twice?"))
    new = record(tmp_path, question("Twice?"))
    failed = record(tmp_path, question("Failed?"), Failed("rate", "too much"))
    cabinet = Cabinet(tmp_path)
    assert cabinet.plan(question(images=(picture(),)), "auto").replayed_from == kept
    listed = {row.name: row for row in rows(cabinet.folder, cabinet.used)}
    states = {name: row.state for name, row in listed.items()}
    assert states == {
        kept: "complete",
        cut: "unfinished",
        old: "complete",
        new: "complete",
        failed: "failed",
    }
    assert [name for name, row in listed.items() if row.used] == [kept]
    assert [name for name, row in listed.items() if row.stale] == [old]
    gone = [*sorted([cut, old]), f"{picture('blue').digest}.png"]
    assert prunable(cabinet.folder) == gone
    assert prune(cabinet.folder) == gone
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {kept, new, failed, f"{picture().digest}.png"}


def test_prune_leaves_what_is_being_written(tmp_path: Path) -> None:
    """A recording that a running kernel writes is neither stale nor prunable."""
    record(tmp_path, question())
    plan = Cabinet(tmp_path).plan(question(), "record")
    assert plan.sink is not None
    assert {row.name: row.state for row in rows(plan.sink.folder)}[
        plan.sink.name
    ] == "being written"
    assert prunable(plan.sink.folder) == []
    put(plan, question())
    assert len(prunable(plan.sink.folder)) == 1


def notebook(path: Path, *cells: str) -> Path:
    """A notebook of code cells."""
    made = [{"cell_type": "code", "source": text.splitlines(keepends=True)} for text in cells]
    path.write_text(json.dumps({"cells": made, "nbformat": 4}))
    return path


def test_check_says_what_ci_should_know(tmp_path: Path) -> None:
    """Every question has its recording and every recording its question; else each is named."""
    folder = tmp_path / "rec"
    cabinet = Cabinet(folder)
    for prompt in ("Why?", "Why?", "From Python?", "On a line?", "Is 7 much?", "Nobody asks?"):
        put(cabinet.plan(question(prompt), "auto"), question(prompt))
    record(folder, question("Cut?"), Answer("a"), Done("stopped"))
    (folder / "foreign.jsonl").write_text("{}\n")
    asking = notebook(
        tmp_path / "a.ipynb",
        "%%vlreason -o why\nWhy?\n",
        "import vlmagic\nvlmagic.reason('From Python?')\nother.stream('GET')",
        "x = 1\n%vlreason On a line?",
        "%%vlreason --vars\nIs {{x}} much?",
        "%%vlreason --dry-run\nNever asked",
        "%%vlreason\nWhy?",
    )
    found = check(cabinet.folder, [asking])
    named = {(finding.kind, finding.where.split("-")[0]) for finding in found}
    assert named == {("unused", "nobody"), ("unfinished", "cut"), ("unreadable", "foreign.jsonl")}
    asking = notebook(
        tmp_path / "b.ipynb",
        *["%%vlreason\nWhy?"] * 3,
        "%%vlreason -m qvq-max\nFrom Python?",
        "%%vlreason\nNew?",
    )
    found = [f for f in check(cabinet.folder, [asking]) if f.where.startswith("b.ipynb")]
    assert [(f.kind, f.where) for f in found] == [
        ("missing", "b.ipynb, cell 3"),
        ("stale", "b.ipynb, cell 4"),
        ("missing", "b.ipynb, cell 5"),
    ]
    assert "qwen3-vl-plus → qvq-max" in found[1].text


def test_check_knows_every_way_to_ask(tmp_path: Path) -> None:
    """Follow-ups, lists for map, words put together when it runs: none counts as nobody's question."""
    folder = tmp_path / "rec"
    prompts = ("Why?", "And then?", "And now?", "First?", "Second?", "Is 3 odd?", "Is 4 odd?")
    for prompt in prompts:
        record(folder, question(prompt))
    asking = notebook(
        tmp_path / "a.ipynb",
        "from vlmagic import reason",
        "%%vlreason -o why\nWhy?",
        "why.ask('And then?', images)\nother.ask('Not ours?')\nmap('x?', [])",
        "first = reason(prompt='First?')\nfirst.ask('And now?')",
        "import vlmagic\nrows = vlmagic.map(['Second?', 'Third?'], figures)",
        "for n in (3, 4):\n    reason(f'Is {n} odd?')",
    )
    found = check(Folder(folder), [asking])
    assert [(finding.kind, finding.text) for finding in found] == [
        ("missing", "no recording answers it: Third?")
    ]
    computed = notebook(tmp_path / "b.ipynb", "import vlmagic\nvlmagic.reason(words)")
    assert check(Folder(folder), [computed]) == []


def test_check_counts_askings_and_pictures(tmp_path: Path) -> None:
    """An asking that no cell makes is unused, unless it may stand in a loop; so is an idle picture."""
    cabinet = Cabinet(tmp_path / "rec")
    for _ in range(3):
        asked = question(images=(picture(),))
        put(cabinet.plan(asked, "auto"), asked)
    words = f"%%vlreason\n{question().prompt}"
    once = notebook(tmp_path / "a.ipynb", words, words)
    (finding,) = check(cabinet.folder, [once])
    assert (finding.kind, finding.text) == (
        "unused", "it is asking 3 of a question that is asked 2 times"
    )  # fmt: skip
    loop = notebook(tmp_path / "b.ipynb", f"for n in x:\n    %vlreason {question().prompt}")
    assert check(cabinet.folder, [loop]) == []
    cabinet.folder.keep_image("a" * 64, picture("blue").data, "image/png")
    assert [f.where for f in check(cabinet.folder, [loop])] == [f"{'a' * 64}.png"]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"cells": 1}', '{"cells": [1]}', "[" * 10**5])
def test_check_of_what_is_no_notebook(tmp_path: Path, content: str) -> None:
    """A file that is no notebook is refused in a sentence."""
    (tmp_path / "x.ipynb").write_text(content)
    with pytest.raises(RecordingError, match=r"x\.ipynb"):
        check(Cabinet(tmp_path).folder, [tmp_path / "x.ipynb"])


def test_this_room_is_light() -> None:
    """Recording needs neither Pillow nor anything that opens sockets or shows pages."""
    code = "import vlmagic.recording, sys; print(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    heavy = {"PIL", "numpy", "openai", "httpx", "IPython", "tornado", "vlmagic.providers"}
    assert not heavy & set(done.stdout.split())


def test_chinese_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal speaks the user's language without losing its facts."""
    monkeypatch.setattr(language, "_chosen", "zh")
    record(tmp_path, question())
    with pytest.raises(RecordingError, match="qvq-max"):
        Cabinet(tmp_path).plan(replace(question(), model="qvq-max"), "replay")
