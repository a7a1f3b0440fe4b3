"""Recordings under kills, full disks, other kernels and hostile files. VLMAGIC_ALL=1 runs the long form."""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from test_recording import SAID, Teller, picture, put, question, record

from vlmagic.errors import RecordingError, VLReasonError
from vlmagic.events import Answer, Done, Event, Notice, Thinking
from vlmagic.recording import Cabinet, Folder, Head, Recorder, read, rows
from vlmagic.recording.drawn import changed_share
from vlmagic.recording.folder import is_safe, slug
from vlmagic.recording.format import MAX_FILE, MAX_LINE, MAX_LINES, encode, parse
from vlmagic.recording.scrub import Scrub
from vlmagic.request import Request
from vlmagic.result import Result
from vlmagic.run import ask
from vlmagic.transcript import Transcript

ALL = bool(os.environ.get("VLMAGIC_ALL"))
ROOT = Path(__file__).parent.parent

# -- kills ---------------------------------------------------------------------------------

WRITER = """
import sys, time
from vlmagic.events import Answer, Done, Thinking
from vlmagic.recording import Cabinet
from vlmagic.request import Request
from vlmagic.run import ask

class Told:
    received = 0
    def __iter__(self):
        for number in range(count):
            self.received += 1
            yield Thinking(f"word{number} ")
            if number % 20 == 19:
                time.sleep(pause)
        yield Done("stop")
    def close(self): pass

class Teller:
    name = "teller"
    def open(self, request): return Told()

class Heard:
    def start(self, request): pass
    def show(self, transcript, batch):
        print(sum(1 for e in transcript.events), flush=True)
    def finish(self, result): print("finished", result.status, [n.text for n in result.notices], flush=True)

from vlmagic.recording import write
write.WRITE = float(sys.argv[6])
folder, prompt, count, pause = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
asked = Request(model="m", prompt=prompt)
cabinet = Cabinet(folder)
for _ in range(int(sys.argv[5])):
    plan = cabinet.plan(asked, "record")
    print("plan", plan.sink.name if plan.sink else None, *plan.notices, flush=True)
    ask(asked, Teller(), *([plan.sink] if plan.sink else []), Heard())
"""


def writer(
    folder: Path, count: int, pause: float, rounds: int = 1, every: float = 0.0, **more: Any
) -> Any:
    """A process that records, and says how many events it has handed on; it writes `every` seconds."""
    words = [str(folder), "Killed?", str(count), str(pause), str(rounds), str(every)]
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, *words], stdout=subprocess.PIPE, text=True, cwd=ROOT, **more
    )


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """SIGKILL at random points: all that was handed on can be read, as does every older recording."""
    chance = random.Random(7)
    before: dict[str, bytes] = {}
    for _ in range(200 if ALL else 6):
        with writer(tmp_path, 100_000, 0.002) as process:
            process.stdout.readline()
            seen = "0"
            for _ in range(chance.randrange(1, 12)):
                seen = process.stdout.readline()
            time.sleep(chance.random() * 0.05)
            process.kill()
            rest = process.stdout.read()
        last = [line for line in rest.split("\n")[:-1] if line.isdigit()]
        promised = int(last[-1] if last else seen)
        new = {p.name: p for p in tmp_path.iterdir() if p.name not in before}
        (path,) = new.values()
        found = read(Folder(tmp_path), path.name)
        assert found.problem
        assert not found.complete
        assert len(found.events) >= promised
        text = "".join(e.text for e in found.events if isinstance(e, Thinking))
        assert text == "".join(f"word{n} " for n in range(len(found.events)))
        for name, data in before.items():
            assert (tmp_path / name).read_bytes() == data
        before[path.name] = path.read_bytes()
        assert {row.state for row in rows(Folder(tmp_path))} == {"unfinished"}


def test_at_most_a_second_is_lost(tmp_path: Path) -> None:
    """A kill takes no more than what came within the last second."""
    with writer(tmp_path, 100_000, 0.02, every=0.5) as process:
        name = process.stdout.readline().split()[1]
        told = [(time.monotonic(), int(process.stdout.readline())) for _ in range(50)]
        process.kill()
    count = len(read(Folder(tmp_path), name).events)
    assert count >= max(events for at, events in told if at <= told[-1][0] - 1)
    assert count > 100


def test_cut_at_every_byte(tmp_path: Path) -> None:
    """A recording that ends at any byte is read up to its last whole line, and is never complete."""
    path = tmp_path / record(tmp_path, question())
    data = path.read_bytes()
    folder, whole = Folder(tmp_path), read(Folder(tmp_path), path.name)
    head = data.find(b"\n", data.find(b"\n") + 1) + 1
    for size in range(len(data)):
        path.write_bytes(data[:size])
        if size < head:
            with pytest.raises(RecordingError):
                read(folder, path.name)
            continue
        found = read(folder, path.name)
        kept = data[:size].count(b"\n") - 2
        assert found.events == whole.events[:kept]
        assert not found.complete
        assert found.problem


def test_every_changed_byte_is_noticed(tmp_path: Path) -> None:
    """A byte that is changed anywhere ends the reading there: nothing false is read."""
    path = tmp_path / record(tmp_path, question())
    data, folder = path.read_bytes(), Folder(tmp_path)
    events = read(folder, path.name).events
    for at in range(0, len(data), 1 if ALL else 3):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        try:
            found = read(folder, path.name)
        except RecordingError:
            continue
        assert not found.complete
        assert found.events == events[: len(found.events)]


def test_lines_moved_dropped_or_mixed(tmp_path: Path) -> None:
    """The sums are a chain: a line that is missing, doubled, swapped or another file's is noticed."""
    path = tmp_path / record(tmp_path, question())
    other = (tmp_path / record(tmp_path, question("Other?"))).read_bytes().splitlines(keepends=True)
    lines = path.read_bytes().splitlines(keepends=True)
    for at in range(2, len(lines)):
        for changed in (
            lines[:at] + lines[at + 1 :],
            [*lines[:at], lines[at], *lines[at:]],
            [*lines[:at], *lines[at + 1 : at + 2], lines[at], *lines[at + 2 :]],
            [*lines[:at], other[at], *lines[at:]],
        ):
            if changed == lines:
                continue
            path.write_bytes(b"".join(changed))
            assert not read(Folder(tmp_path), path.name).complete


# -- the disk ------------------------------------------------------------------------------


def recorder(folder: Path, **more: Any) -> Recorder:
    """A sink whose writing can be made to fail."""
    asked = question()
    head = Head(asked.digest(), "0" * 64, asked.model, made="2026-01-01")
    found = Recorder(Folder(folder), asked, head, Scrub(), **more)
    found.start(asked)
    return found


LONG: tuple[Event, ...] = (*(Thinking(f"word{n} ") for n in range(300)), Answer("x"), Done("stop"))


class Slowly(Teller):
    """Tells so slowly that there are many writings."""

    def open(self, request: Any) -> Any:
        told = super().open(request)
        each = list(told.events)

        def events() -> Any:
            for number, event in enumerate(each):
                if number % 40 == 0:
                    time.sleep(0.06)
                yield event

        told.events = events()
        return told


def failing(nth: int, *, tear: bool) -> Callable[[int, bytes], int]:
    """A write that fails the n-th time and ever after, perhaps after a part."""
    calls = 0

    def write(fd: int, data: bytes) -> int:
        nonlocal calls
        calls += 1
        if calls == nth and tear:
            return os.write(fd, data[: len(data) // 2])
        if calls >= nth:
            raise OSError(28, "No space left on device")
        return os.write(fd, data)

    return write


@pytest.mark.parametrize("tear", [False, True])
@pytest.mark.parametrize("nth", range(2, 9))
def test_every_nth_write_failing(tmp_path: Path, nth: int, *, tear: bool) -> None:
    """Whichever write fails: the answer is whole and says so, the file is valid to its last line."""
    sink = recorder(tmp_path, write=failing(nth, tear=tear))
    result = ask(question(), Slowly(*LONG), sink)
    assert (result.status, result.answer) == ("complete", "x")
    data = (tmp_path / sink.name).read_bytes()
    found = read(Folder(tmp_path), sink.name)
    assert data.endswith(b"\n")
    assert not found.complete
    assert found.events == tuple(result.events[: len(found.events)])
    assert ["No space left" in n.text for n in result.notices] == [True]


def test_a_full_disk_is_said_at_once(tmp_path: Path) -> None:
    """While the answer still comes, whoever watches reads that it is recorded no further."""
    sink, told = recorder(tmp_path, write=failing(3, tear=True)), threading.Event()

    class Watches:
        def start(self, request: Request) -> None:
            """Nothing to prepare."""

        def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
            """Wait for the notice."""
            if any(isinstance(e, Notice) and "No space left" in e.text for e in batch):
                told.set()

        def finish(self, result: Result) -> None:
            """Nothing to end."""

    class Patient(Teller):
        def open(self, request: Any) -> Any:
            stream: Any = super().open(request)

            def events() -> Iterator[Event]:
                yield Thinking("one ")
                while not told.wait(0.1):
                    yield Thinking("more ")
                yield from (Answer("whole"), Done("stop"))

            stream.events = events()
            return stream

    result = ask(question(), Patient(), sink, Watches())
    assert (result.status, result.answer) == ("complete", "whole")
    found = read(Folder(tmp_path), sink.name)
    assert found.events == tuple(result.events[: len(found.events)])


def test_short_writes_are_continued(tmp_path: Path) -> None:
    """A system that takes a few bytes at a time gets them all."""
    sink = recorder(tmp_path, write=lambda fd, data: os.write(fd, data[:7]))
    assert ask(question(), Teller(), sink).ok
    assert read(Folder(tmp_path), sink.name).complete


def test_a_failing_flush(tmp_path: Path) -> None:
    """A disk that cannot be flushed ends the recording, not the answer."""

    def sync(_: int) -> None:
        raise OSError(5, "Input/output error")

    sink = recorder(tmp_path, sync=sync)
    assert ask(question(), Teller(), sink).ok


def test_the_first_write_failing(tmp_path: Path) -> None:
    """A disk that takes not even the question leaves no file."""
    with pytest.raises(RecordingError, match="No space left"):
        recorder(tmp_path, write=failing(1, tear=True))
    assert not list(tmp_path.iterdir())


def test_a_real_limit_of_size(tmp_path: Path) -> None:
    """The system's own limit of file size: the process goes on, the file is valid."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    with writer(tmp_path, 2000, 0.001, preexec_fn=limit) as process:
        said = process.stdout.read()
    assert process.returncode == 0
    assert "finished complete" in said
    assert "Nothing can be recorded" in said
    (path,) = tmp_path.iterdir()
    assert path.stat().st_size <= 20_000
    found = read(Folder(tmp_path), path.name)
    assert len(found.events) > 200
    assert path.read_bytes().endswith(b"\n")


@pytest.mark.parametrize("kind", ["file", "below a file", "link"])
def test_a_folder_that_is_none(tmp_path: Path, kind: str) -> None:
    """Where no folder can be, the question goes on unrecorded and says why at once."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    place = {"file": "file", "below a file": "file/x", "link": "link"}[kind]
    plan = Cabinet(tmp_path / place).plan(question(), "record")
    assert plan.sink is None
    assert len(plan.notices) == 1
    assert put(plan, question()).ok
    assert not list((tmp_path / "elsewhere").iterdir())


def test_the_recorder_keeps_to_the_readers_limits(tmp_path: Path) -> None:
    """What would be too long to read is split over lines, or not written at all."""
    vast = Answer("\ud800" * (3 * MAX_LINE // 8))
    name = record(tmp_path, question(), vast, Done("stop"))
    found = read(Folder(tmp_path), name)
    assert found.complete
    assert len(found.events) > 2
    assert "".join(e.text for e in found.events if isinstance(e, Answer)) == vast.text
    huge = question("Much?")
    plan = Cabinet(tmp_path).plan(huge, "record")
    assert plan.sink is not None
    result = put(plan, huge, Teller(*[Answer("x" * 2**20)] * 30, Done("stop")))
    assert result.ok
    assert any("not recorded further" in notice.text for notice in result.notices)
    assert (tmp_path / plan.sink.name).stat().st_size <= MAX_FILE
    assert Cabinet(tmp_path).plan(question("z" * MAX_LINE), "record").sink is None


# -- other kernels -------------------------------------------------------------------------


@pytest.mark.parametrize("kernels", [2, 8])
def test_kernels_share_a_folder(tmp_path: Path, kernels: int) -> None:
    """Kernels that record the same question at once: every run is whole, in a file of its own."""
    rounds = (100 if ALL else 6) if kernels == 2 else (100 if ALL else 3)
    running = [writer(tmp_path, 40, 0.01, rounds) for _ in range(kernels)]
    said = [process.communicate()[0] for process in running]
    names = [line.split()[1] for text in said for line in text.splitlines() if line[:4] == "plan"]
    assert len(set(names)) == len(names) == kernels * rounds
    for name in names:
        found = read(Folder(tmp_path), name)
        assert found.complete
        assert len(found.events) == 41
    assert {path.name for path in tmp_path.iterdir()} == set(names)


def test_a_name_in_use_is_left_alone(tmp_path: Path) -> None:
    """The second kernel takes a new name and says so; both recordings are whole."""
    with writer(tmp_path, 400, 0.05) as process:
        first = process.stdout.readline().split()[1]
        asked = question("Killed?")
        asked = type(asked)(model="m", prompt="Killed?")
        plan = Cabinet(tmp_path).plan(asked, "record")
        assert plan.sink is not None
        assert plan.notices == (
            f"{first} is in use by another kernel; recording to {plan.sink.name}.",
        )
        put(plan, asked)
        process.stdout.read()
    assert read(Folder(tmp_path), first).complete
    assert read(Folder(tmp_path), plan.sink.name).complete


# -- hostile files -------------------------------------------------------------------------

HEAD = {"format": "vlmagic.recording", "version": 1, "digest": "a" * 64, "alike": "b" * 64, "model": "m", "asking": 1}  # fmt: skip


def made(*lines: Any) -> bytes:
    """A file of these lines with right sums: what an attacker can make."""
    found, checksum = [], 0
    for line in lines:
        if isinstance(line, bytes):
            checksum = zlib.crc32(line, checksum)
            raw = line[:-1] + b', "sum": "%08x"}\n' % checksum
        else:
            raw, checksum = encode(line, checksum)
        found.append(raw)
    return b"".join(found)


ASKED = {"request": {"prompt": "p"}}
DEEP = b'{"event": "answer", "text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
BAD: dict[str, bytes] = {
    "empty": b"",
    "no json": b"hello\nworld\n",
    "binary": bytes(range(256)) * 40,
    "a list": made(b"[1]", ASKED),
    "pickle": b"\x80\x04\x95.",
    "yaml": b"!!python/object/apply:os.system ['true']\n",
    "another format": made({**HEAD, "format": "cassette"}, ASKED),
    "newer": made({**HEAD, "version": 2}, ASKED),
    "version of a kind": made({**HEAD, "version": True}, ASKED),
    "no digest": made({**HEAD, "digest": "../../etc/passwd"}, ASKED),
    "digest is a list": made({**HEAD, "digest": ["a"]}, ASKED),
    "asking below one": made({**HEAD, "asking": -1}, ASKED),
    "asking without end": made(json.dumps({**HEAD, "asking": 0})[:-2].encode() + b"9" * 5000 + b"}", ASKED),
    "libraries of lists": made({**HEAD, "libraries": {"matplotlib": []}}, ASKED),
    "escape in the head": made({**HEAD, "made": "\x1b[2J"}, ASKED),
    "question is a text": made(HEAD, {"request": "p"}),
    "no question": made(HEAD),
    "deep head": b"[" * 200_000,
    "one huge line": b'{"format": "' + b"x" * (MAX_LINE + 10) + b'"}\n',
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_heads_are_refused(tmp_path: Path, name: str) -> None:
    """What does not begin like a recording is refused by name, listed as unreadable, and left alone."""
    (tmp_path / "bad.jsonl").write_bytes(BAD[name])
    with pytest.raises(RecordingError, match=r"bad\.jsonl") as caught:
        read(Folder(tmp_path), "bad.jsonl")
    assert ("version 2" in str(caught.value)) is (name == "newer")
    assert ("Upgrade" in caught.value.hint) is (name == "newer")
    assert [row.state for row in rows(Folder(tmp_path))] == ["unreadable"]
    assert Cabinet(tmp_path).plan(question(), "auto").source is None
    assert (tmp_path / "bad.jsonl").read_bytes() == BAD[name]


EVENTS: dict[str, bytes] = {
    "deep": DEEP,
    "big number": b'{"event": "usage", "input_tokens": ' + b"9" * 5000 + b"}",
    "nan": b'{"event": "answer", "text": "x", "at": NaN}',
    "never": b'{"event": "answer", "text": "x", "at": 1e999}',
    "before": b'{"event": "answer", "text": "x", "at": -1}',
    "a year": b'{"event": "answer", "text": "x", "at": 31536000}',
    "no event": b'{"event": "exec", "text": "x"}',
    "no text": b'{"event": "answer", "text": {"__reduce__": 1}}',
    "reason": b'{"event": "done", "reason": "hacked"}',
    "utf-16": b'{"event": "answer", "text": "\xff\xfe"}',
}


@pytest.mark.parametrize("name", EVENTS)
def test_bad_events_end_the_reading(tmp_path: Path, name: str) -> None:
    """A line with a right sum and wrong values is not taken, nor anything after it."""
    good = {"event": "answer", "text": "good"}
    data = made(HEAD, ASKED, good, EVENTS[name], good, {"event": "done", "reason": "stop"}, {"end": "complete"})  # fmt: skip
    (tmp_path / "x.jsonl").write_bytes(data)
    found = read(Folder(tmp_path), "x.jsonl")
    assert found.events == (Answer("good"),)
    assert "line 4" in str(found.problem)
    assert not found.complete


@pytest.mark.parametrize(
    "lines",
    [
        [{"event": "done", "reason": "stop"}, {"event": "answer", "text": "late"}],
        [{"event": "done", "reason": "stop"}, {"event": "done", "reason": "stop"}],
        [{"event": "done", "reason": "stop"}, {"end": "complete"}, {"end": "complete"}],
        [{"end": "complete"}],
        [{"end": "complete"}, {"event": "done", "reason": "stop"}],
        [{"event": "done", "reason": "stop"}],
        [],
    ],
)
def test_the_end_is_the_end(tmp_path: Path, lines: list[dict[str, str]]) -> None:
    """Only one terminal event followed by the last line makes a complete recording."""
    (tmp_path / "x.jsonl").write_bytes(made(HEAD, ASKED, *lines))
    found = read(Folder(tmp_path), "x.jsonl")
    assert not found.complete
    assert found.problem


def test_too_much_is_refused(tmp_path: Path) -> None:
    """A file above the limit is not read; one with too many lines is read up to the limit."""
    with (tmp_path / "big.jsonl").open("wb") as file:
        file.write(made(HEAD, ASKED))
        file.truncate(2**40)
    with pytest.raises(RecordingError, match="larger than"):
        read(Folder(tmp_path), "big.jsonl")
    (tmp_path / "big.jsonl").unlink()
    empty = b'{"event": "answer", "text": ""}'
    (tmp_path / "many.jsonl").write_bytes(made(HEAD, ASKED, *[empty] * (MAX_LINES + 5)))
    found = read(Folder(tmp_path), "many.jsonl")
    assert len(found.events) == MAX_LINES - 2
    assert found.problem


def test_mutated_files(tmp_path: Path) -> None:
    """Ten thousand (here: some) mutations: nothing but our own errors, and never a false whole."""
    path = tmp_path / record(tmp_path, question(images=(picture(data="d"),)), *SAID)
    data, folder, chance = path.read_bytes(), Folder(tmp_path), random.Random(11)
    truth = read(folder, path.name).events
    for _ in range(10_000 if ALL else 300):
        changed = bytearray(data)
        for _ in range(chance.randrange(1, 4)):
            at, size = chance.randrange(len(changed)), chance.randrange(1, 60)
            match chance.randrange(5):
                case 0:
                    changed[at : at + size] = chance.randbytes(size)
                case 1:
                    del changed[at : at + size]
                case 2:
                    changed[at:at] = changed[at : at + size]
                case 3:
                    changed[at:at] = b"[{" * size
                case _:
                    changed[at:at] = b"\n"
        path.write_bytes(bytes(changed))
        rows(folder)
        try:
            found = read(folder, path.name)
        except RecordingError:
            continue
        assert found.events == truth[: len(found.events)]
        assert found.complete is (bytes(changed) == data)


NAMES = [
    "../x.jsonl", "/etc/passwd", "a/b.jsonl", "a\\b.jsonl", "..", ".", "", "x\0.jsonl", "con.jsonl",
    "NUL.x.jsonl", "com1.jsonl", "-rf.jsonl", ".hidden.jsonl", "C:x.jsonl", "x" * 300 + ".jsonl",
    "x.jsonl\n", "x.jsonl/", "x.json", "é.jsonl", "~.jsonl", "$HOME.jsonl", "a b.jsonl", "x.jsonl::$DATA",
    "%2e%2e.jsonl", "\u202e.jsonl", "*.jsonl", "|.jsonl", "aux.jsonl", "lpt9.jsonl", "prn.jsonl",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_in_the_folder(tmp_path: Path, name: str) -> None:
    """No name leads out of the folder or to a device; the refusal is our own."""
    (tmp_path / "x.jsonl").write_bytes(made(HEAD, ASKED))
    (tmp_path / "in").mkdir()
    assert not is_safe(name)
    with pytest.raises(RecordingError):
        read(Folder(tmp_path / "in"), name)


PROMPTS = [
    *NAMES,
    "../../../../etc/cron.d/x",
    "CON",
    "为什么",
    "a" * 10_000,
    "\n\n",
    "\ud800",
    "日本 -- x",
]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_prompt_is_never_a_path(tmp_path: Path, prompt: str) -> None:
    """Whatever the question says, its recording stands in the folder under a safe name."""
    folder = tmp_path / "in"
    name = record(folder, question(prompt))
    assert is_safe(name)
    assert len(slug(prompt)) <= 40
    assert [p.name for p in tmp_path.rglob("*")] == ["in", name]


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link, a folder or a pipe that is named like a recording is not read, and never written."""
    folder, outside = tmp_path / "in", tmp_path / "outside"
    folder.mkdir()
    plan = Cabinet(folder).plan(question(), "record")
    assert plan.sink is not None
    name, shown = plan.sink.name, picture()
    plan.withdraw()
    outside.write_bytes(made(HEAD, ASKED))
    (folder / name).symlink_to(outside)
    (folder / f"{shown.digest}.png").symlink_to(tmp_path / "new")
    (folder / "dir.jsonl").mkdir()
    os.mkfifo(folder / "pipe.jsonl")
    before = outside.read_bytes()
    for bad in (name, "dir.jsonl", "pipe.jsonl"):
        with pytest.raises(RecordingError):
            read(Folder(folder), bad)
    assert rows(Folder(folder)) == []
    asked = question(images=(shown,))
    record(folder, asked)
    record(folder, question())
    assert outside.read_bytes() == before
    assert not (tmp_path / "new").exists()
    assert Folder(folder).image(shown.digest) is None


def test_a_hostile_picture_beside() -> None:
    """A damaged picture, or one that claims to be vast, only leaves the share unknown."""
    shown = picture()
    for bad in (b"", b"\x89PNG\r\n\x1a\n" + b"x" * 50, shown.data[:-30], _bomb()):
        assert changed_share(bad, shown) is None
    assert changed_share(picture("blue").data, shown) == pytest.approx(0.01)


def _bomb() -> bytes:
    """A PNG whose head claims 60000 x 60000 pixels."""
    data = bytearray(picture().data)
    data[16:24] = (60_000).to_bytes(4) * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4)
    return bytes(data)


@pytest.mark.parametrize("request_line", [{"images": 7}, {"images": [7, {"digest": 5}]}, {"history": [3]}, {"prompt": None}])  # fmt: skip
def test_strange_questions_are_compared(tmp_path: Path, request_line: dict[str, Any]) -> None:
    """A recording whose question has odd values can still be listed, compared and pruned around."""
    (tmp_path / "odd.jsonl").write_bytes(made(HEAD, {"request": request_line}))
    cabinet = Cabinet(tmp_path)
    with pytest.raises(VLReasonError, match="no recording of this question"):
        cabinet.plan(question(images=(picture(),)), "replay")
    assert [row.state for row in rows(cabinet.folder)] == ["unfinished"]


def test_json_is_all_that_is_read() -> None:
    """No object of Python can come out of a line: only what JSON has."""
    found = parse(b'{"__class__": "x", "py/object": "os.system"}')
    assert found == {"__class__": "x", "py/object": "os.system"}
