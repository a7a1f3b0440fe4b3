"""Many questions at once: pairs, failures by row, pace, cost, interrupts, nothing kept twice."""

from __future__ import annotations

import pickle
import signal
import threading
import time
from collections import Counter
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from vlmagic.batch import map as vlmap
from vlmagic.emulator import Emulator
from vlmagic.errors import CellError, ImageError, SettingsError
from vlmagic.ledger import LEDGER
from vlmagic.many import MapInterrupted, Pace, Task, Wishes
from vlmagic.many.task import Seen, parcel
from vlmagic.recording.cabinet import _opened as forget
from vlmagic.run import Clock
from vlmagic.settings import Key, Settings


def picture(number: int) -> Any:
    """A small picture like no other."""
    return np.full((24, 32, 3), (number * 7 % 256, number * 31 % 256, number % 256), "uint8")


def asks(service: Emulator) -> dict[str, Any]:
    """Options that lead to the emulator: quick, silent, and rich."""
    return {
        "base_url": service.compatible_url,
        "api_key": service.key,
        "think": False,
        "progress": False,
        "max_cost": 1000.0,
    }


def words(service: Emulator) -> list[str]:
    """The words of each question that arrived."""
    found = []
    for entry in service.log:
        content = entry.body["messages"][-1]["content"]
        texts = [content] if isinstance(content, str) else [c.get("text", "") for c in content]
        found.append("".join(texts))
    return found


# -- rows --------------------------------------------------------------------------------


ONE, TWO = picture(1), picture(2)


@pytest.mark.parametrize(
    ("prompt", "images", "rows"),
    [
        ("a", [ONE, TWO], [("a", "images[0]", 1), ("a", "images[1]", 1)]),
        (["a", "b"], ONE, [("a", "images", 1), ("b", "images", 1)]),
        (["a", "b"], [ONE, TWO], [("a", "images[0]", 1), ("b", "images[1]", 1)]),
        (["a", "b"], None, [("a", "", 0), ("b", "", 0)]),
        ("a", None, [("a", "", 0)]),
        ("a", iter([ONE]), [("a", "images[0]", 1)]),
        ("a", [[ONE, TWO], None], [("a", "images[0][0], images[0][1]", 2), ("a", "", 0)]),
        ("a", [ONE, ONE], [("a", "images[0]", 1), ("a", "images[1]", 1)]),
        ("a", [], []),
        ([], None, []),
        ([], [], []),
    ],
)
def test_rows_stand_in_order(
    emulator: Emulator, prompt: Any, images: Any, rows: list[tuple[str, str, int]]
) -> None:
    """One and many, many and one, pairs, several in a row, duplicates, none: all as they stand."""
    found = vlmap(prompt, images, **asks(emulator))
    assert [(r.prompt, r.label, len(r.result.images)) for r in found if r.result] == rows
    assert len(found.ok) == len(found) == len(rows) == len(emulator.log)
    assert [row.index for row in found] == list(range(len(rows)))
    assert len(found.frame()) == len(rows)


@pytest.mark.parametrize(
    ("prompt", "images", "options"),
    [
        (["a", "b"], [ONE], {}),
        (["a"], [ONE, TWO], {}),
        ("", [ONE], {}),
        (["a", 3], None, {}),
        (7, None, {}),
        ("a", "nowhere/*.png", {}),
        ("a", [ONE], {"modle": "x"}),
        ("a", [ONE], {"max_concurrency": 0}),
        ("a", [ONE], {"executor": "dask"}),
    ],
)
def test_what_is_wrong_with_all_is_raised(
    emulator: Emulator, prompt: Any, images: Any, options: dict[str, Any]
) -> None:
    """Lengths that make no pairs and the like are refused before anything is sent."""
    with pytest.raises((CellError, SettingsError)):
        vlmap(prompt, images, **{**asks(emulator), **options})
    assert not emulator.log


def test_a_bad_row_fails_alone(emulator: Emulator, tmp_path: Path) -> None:
    """What is no picture, no file or no question is the error of its row, and of no other."""
    good = tmp_path / "good.png"
    PIL.Image.fromarray(ONE).save(good)
    images = [good, b"no picture", tmp_path / "missing.png", object(), str(good), "nobody"]
    found = vlmap("What is it?", images, **asks(emulator))
    assert [row.status for row in found] == ["complete", *["failed"] * 3, "complete", "failed"]
    assert [row.error.kind for row in found.failed if row.error] == [
        "image",
        "cell",
        "image",
        "cell",
    ]
    assert len(emulator.log) == 2
    prompts = vlmap(["one", " ", "three"], None, **asks(emulator))
    assert [row.ok for row in prompts] == [True, False, True]
    assert prompts.answers[1] is None


def test_patterns_and_columns_are_rows(emulator: Emulator, tmp_path: Path) -> None:
    """A pattern is a row for each file, however many; a pandas column is a list."""
    import pandas as pd

    for number in range(40):
        PIL.Image.fromarray(picture(number)).save(tmp_path / f"{number:02}.png")
    found = vlmap("What is it?", f"{tmp_path}/*.png", **asks(emulator))
    assert [Path(row.label).stem for row in found.ok] == [f"{n:02}" for n in range(40)]
    table = pd.DataFrame({"words": ["a", "b"], "file": [tmp_path / "00.png", tmp_path / "01.png"]})
    assert len(vlmap(table["words"], table["file"], **asks(emulator)).ok) == 2  # type: ignore[arg-type]


def test_figures_are_drawn_with_their_facts(emulator: Emulator) -> None:
    """Live figures go along with their facts, as in a cell."""
    from matplotlib.figure import Figure

    figures = []
    for number in range(3):
        figure = Figure()
        figure.subplots().plot([1, 2, number], label=f"line {number}")
        figures.append(figure)
    found = vlmap("What is it?", figures, **asks(emulator))
    assert len(found.ok) == 3
    assert all(f"line {n}" in "".join(words(emulator)) for n in range(3))


# -- failures ----------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["http-401", "http-429-quota", "http-429-long"])
def test_what_every_row_would_meet_ends_the_map(emulator: Emulator, fault: str) -> None:
    """A refused key or a used-up quota is not asked again for each row; `retry` asks them all."""
    emulator.fault = fault
    found = vlmap(
        "What is it?", [picture(n) for n in range(40)], max_concurrency=2, **asks(emulator)
    )
    assert len(found.failed) == 40
    assert all(row.error for row in found)
    assert len(emulator.log) < 10
    assert str(found[39].error).startswith("Not asked")
    with pytest.raises(Exception, match=r"answered|refused"):
        found.raise_for_error()
    emulator.fault = None
    assert found.retry() is found
    assert len(found.ok) == 40


def test_rows_that_fail_on_their_own_do_not_end_the_map(emulator: Emulator) -> None:
    """Broken answers are their rows' errors; `retry` asks those rows and no other."""
    emulator.fault = ["cut-in-answer", None, None, "http-400", "cut-in-thinking"]
    found = vlmap([f"Row {n}" for n in range(8)], None, max_concurrency=1, **asks(emulator))
    failed = [row.prompt for row in found.failed]
    assert len(failed) == 3
    assert len(emulator.log) == 8
    broken = next(row for row in found.failed if row.answer)
    assert found.answers[broken.index] is None
    emulator.log.clear()
    found.retry()
    assert len(found.ok) == 8
    assert sorted(words(emulator)) == failed
    found.retry()
    assert len(emulator.log) == 3


def test_a_server_that_is_gone_ends_the_map() -> None:
    """After three rows in a row that found nobody, the rest is not asked."""
    with Emulator() as gone:
        options = asks(gone)
    found = vlmap([f"Row {n}" for n in range(30)], None, max_concurrency=3, **options)
    told = Counter(str(row.error).startswith("Not asked") for row in found)
    assert not found.ok
    assert told[True] >= 20
    assert told[False] >= 3


# -- pace --------------------------------------------------------------------------------


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = 0.0

    @property
    def clock(self) -> Clock:
        """The same as a Clock."""
        return Clock(now=lambda: self.time, jitter=lambda: 1.0)


def test_refusals_halve_once_for_all_that_left_before() -> None:
    """Eight refusals of one moment halve once; later ones halve again, down to one, never to none."""
    hand = Hand()
    pace = Pace(8, hand.clock)
    for _ in range(8):
        pace.slow(0.0, 2.0)
        hand.time += 0.01
    assert pace.limit == 4
    limits = []
    for _ in range(4):
        hand.time += 10
        pace.slow(hand.time)
        limits.append(pace.limit)
    assert limits == [2, 1, 1, 1]


def test_answers_bring_the_pace_back_by_one_a_round() -> None:
    """As many answers as are asked at once bring one more, up to the most and no further."""
    pace = Pace(8, Hand().clock)
    pace.slow(1.0, 0.0)
    pace.slow(1.0, 0.0)
    before = pace.limit
    for _ in range(int(before)):
        pace.quicken()
    assert before + 0.7 < pace.limit <= before + 1
    for _ in range(100):
        pace.quicken()
    assert pace.limit == 8


def test_nobody_asks_before_retry_after_is_over() -> None:
    """The longest wish of the service holds; without one the pauses grow to a limit."""
    hand = Hand()
    pace = Pace(8, hand.clock)
    pace.slow(0.0, 7.0)
    pace.slow(0.0, 3.0)
    assert pace.pause == 7.0
    hand.time = 7.0
    assert pace.pause == 0.0
    pauses = []
    for _ in range(8):
        hand.time += 100
        pauses.append(pace.slow(hand.time))
    assert pauses == sorted(pauses)
    assert pauses[-1] == 30.0


def test_places_are_never_more_than_the_limit() -> None:
    """However many wait, no more are inside than the limit says."""
    pace = Pace(3)
    inside, most, lock = 0, 0, threading.Lock()

    def one(_: int) -> None:
        nonlocal inside, most
        assert pace.enter(lambda: False, lambda: None)
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.002)
        with lock:
            inside -= 1
        pace.leave()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(one, range(40)))
    assert most == 3


def test_a_storm_of_refusals_loses_no_row(emulator: Emulator) -> None:
    """Every row refused for rate lines up again, is told so, and is answered and booked once."""
    emulator.fault = ["http-429-retry-after"] * 9
    before = sum(line.calls for line in LEDGER.lines)
    found = vlmap([f"Row {n}" for n in range(12)], None, max_concurrency=6, **asks(emulator))
    assert len(found.ok) == 12
    assert len(emulator.log) == 21
    told = [note for row in found if row.result for note in row.result.notices]
    assert len([note for note in told if note.kind == "retry"]) == 9
    assert sum(line.calls for line in LEDGER.lines) == before + 12


def test_lining_up_is_no_stall(emulator: Emulator) -> None:
    """A row that waits for its place is not taken for a silent service."""
    emulator.fault = ["http-429-retry-after"] * 2
    short: dict[str, Any] = {"connect_timeout": 0.1, "first_byte_timeout": 0.6, "idle_timeout": 0.8}
    found = vlmap(["a", "b"], None, max_concurrency=2, **short, **asks(emulator))
    assert [str(row.error) for row in found.failed] == []


def test_a_storm_without_end_ends(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row is put back only so often; then it fails with the service's own words."""
    monkeypatch.setattr("vlmagic.many.pace.LONGEST_PAUSE", 0.01)
    emulator.fault = "http-429"
    found = vlmap(["a", "b", "c"], None, max_concurrency=1, **asks(emulator))
    assert not found.ok
    assert max(Counter(words(emulator)).values()) == 9
    assert {row.error.kind for row in found if row.error} == {"rate"}


# -- interrupt ---------------------------------------------------------------------------


def test_an_interrupt_keeps_what_is_finished() -> None:
    """Every answer that had ended is in `.partial`; `retry` asks the others only."""
    with Emulator(rate=200) as slow:
        options = {**asks(slow), "model": "bench-20-200"}
        finished = threading.Event()

        def press() -> None:
            while sum(entry.finished for entry in slow.log) < 5:
                time.sleep(0.005)
            finished.set()
            signal.raise_signal(signal.SIGINT)

        threading.Thread(target=press, daemon=True).start()
        with pytest.raises(MapInterrupted) as stopped:
            vlmap([f"Row {n}" for n in range(60)], None, max_concurrency=2, **options)
        partial = stopped.value.partial
        assert finished.is_set()
        assert isinstance(stopped.value, KeyboardInterrupt)
        done = {row.index for row in partial.ok}
        assert 3 <= len(done) < 60
        assert {"missing"} <= {row.status for row in partial} <= {"missing", "stopped", "complete"}
        assert len(partial.frame()) == 60
        kept = {row.index: row.answer for row in partial.ok}
        partial.retry(model="bench-2-0")
        assert len(partial.ok) == 60
        again = [entry for entry in slow.log if entry.model == "bench-2-0"]
        assert len(again) == 60 - len(done)
        assert {index: partial[index].answer for index in done} == kept


def test_a_map_is_resumed_from_its_recordings(emulator: Emulator, tmp_path: Path) -> None:
    """After a restart the same call asks only what is not recorded as complete; the rest is free."""
    from vlmagic.recording import cabinet as recording

    options = {**asks(emulator), "record": "auto", "recordings": str(tmp_path / "kept")}
    emulator.fault = [None, "http-429-retry-after", None, "cut-in-answer"]
    images = [picture(n) for n in range(6)]
    first = vlmap("What is it?", images, max_concurrency=2, **options)
    assert len(first.failed) == 1
    emulator.log.clear()
    recording.__globals__["_opened"].cache_clear()  # as a restart does
    second = vlmap("What is it?", images, **options)
    assert len(second.ok) == 6
    assert len(emulator.log) == 1
    assert [row.answer for row in second if first[row.index].ok] == [r.answer for r in first.ok]
    assert second.cost["CNY"] < first.cost["CNY"]
    recording.__globals__["_opened"].cache_clear()
    offline = vlmap("What is it?", images, **{**options, "record": "replay", "max_cost": 0.0})
    assert len(offline.ok) == 6
    assert not offline.cost


# -- cost --------------------------------------------------------------------------------


def test_the_limit_of_cost_holds_for_all_rows_together(emulator: Emulator) -> None:
    """No row is handed out that could pass the limit; the rest says so and is asked with a higher one."""
    options = {**asks(emulator), "max_cost": 0.0009, "max_tokens": 20}
    found = vlmap([f"Row {n}" for n in range(30)], None, max_concurrency=4, **options)
    assert 0 < len(emulator.log) < 30
    assert found.cost["CNY"] <= 0.0009
    rest = [row.error for row in found if row.result is not None and row.result.request is None]
    assert rest
    assert all(isinstance(error, SettingsError) for error in rest)
    assert "limit is" in str(rest[0])
    found.retry(max_cost=50.0)
    assert all(row.result and row.result.request for row in found)


def test_nothing_is_asked_that_no_limit_allows(emulator: Emulator) -> None:
    """A first row that could cost too much is not asked, and no other."""
    found = vlmap("a", [ONE, TWO], **{**asks(emulator), "max_cost": 0.0001})
    assert not emulator.log
    assert {row.error.kind for row in found if row.error} == {"settings"}


# -- what is kept ------------------------------------------------------------------------


def test_no_picture_is_kept(emulator: Emulator, tmp_path: Path) -> None:
    """A Result knows size and digest; bytes are fetched anew, and only if they are the same."""
    path = tmp_path / "a.png"
    PIL.Image.fromarray(ONE).save(path)
    found = vlmap("What is it?", [path, TWO], **asks(emulator))
    for row in found:
        assert row.result is not None
        (image,) = row.result.images
        assert isinstance(image, Seen)
        assert "data" not in vars(image)
        assert (image.width, image.height) == (32, 24)
        assert len(image.data) > 60
        assert row.result.ask("And now?").ok
    PIL.Image.fromarray(TWO).save(path)
    assert found[0].result is not None
    with pytest.raises(ImageError, match="another picture"):
        _ = found[0].result.images[0].data


def test_sums_are_those_of_the_rows(emulator: Emulator) -> None:
    """Tokens and money of a map are the sums over its rows."""
    found = vlmap("What is it?", [picture(n) for n in range(5)], **asks(emulator))
    rows = [row.result for row in found if row.result]
    assert found.usage.input_tokens == sum(r.usage.input_tokens or 0 for r in rows)
    assert found.cost["CNY"] == pytest.approx(sum(r.cost.amount for r in rows if r.cost))
    assert found.cost["CNY"] > 0


# -- tables ------------------------------------------------------------------------------


SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "status": {"type": "string"}},
    "required": ["title", "status"],
}


def test_a_schema_makes_columns(emulator: Emulator) -> None:
    """Each field is a column, beside ours where the names meet; a row that does not fit says so."""
    options = {**asks(emulator), "model": "qwen3.7-plus"}
    found = vlmap("What is it?", [ONE, b"none", TWO], schema=SCHEMA, **options)
    frame = found.frame()
    assert list(frame.columns[:4]) == ["label", "prompt", "title", "answer.status"]
    assert [isinstance(value, str) for value in frame["title"]] == [True, False, True]
    assert [row.index for row in found.ok] == [0, 2]
    impossible = {**SCHEMA, "properties": {"title": {"type": "string", "minLength": 10**6}}}
    misfit = vlmap("What is it?", [ONE], schema=impossible, **options)
    assert not misfit.ok
    assert misfit[0].status == "complete"
    assert "does not fit" in misfit.frame()["error"][0]


def test_the_table_is_safe_and_says_all(emulator: Emulator) -> None:
    """The shown table has a line a row, errors among them, and no markup of the model's."""
    found = vlmap("<b>What</b> | is it?", [ONE, b"none"], **asks(emulator))
    bundle = found._repr_mimebundle_()
    assert set(bundle) == {"text/markdown", "text/plain"}
    assert "1 of 2 rows" in bundle["text/plain"]
    assert "no picture" in bundle["text/plain"]
    assert "<b>" not in bundle["text/markdown"]


def test_the_bar_counts_to_the_end(emulator: Emulator, capsys: pytest.CaptureFixture[str]) -> None:
    """The bar reaches its end, rows that failed included, and says how many did."""
    vlmap("What is it?", [ONE, b"none", TWO], **{**asks(emulator), "progress": True})
    said = capsys.readouterr().err
    assert "3/3" in said
    assert "1 failed" in said


# -- other executors ---------------------------------------------------------------------


def test_a_key_never_travels(emulator: Emulator) -> None:
    """What a worker is sent holds no key; a key that cannot travel is refused."""
    settings = Settings.plain(emulator.compatible_url, Key(emulator.key, "test"))
    sent = pickle.dumps(parcel(Task("a", (("x", ONE),)), Wishes(settings)))
    assert emulator.key.encode() not in sent
    with ThreadPoolExecutor(1) as pool, pytest.raises(CellError, match="travel"):
        vlmap("a", [ONE], executor=pool, **asks(emulator))


def worked(pool: Executor, service: Emulator, count: int, **options: Any) -> Any:
    """A map on somebody else's executor."""
    wanted = {**asks(service), **options}
    del wanted["api_key"]
    return vlmap("What is it?", [picture(n) for n in range(count)], executor=pool, **wanted)


def test_workers_read_their_own_key(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key in its environment a worker says so; with one, rows come back as from here."""
    with ThreadPoolExecutor(2) as pool:
        found = worked(pool, emulator, 6)
        assert "The worker" in str(found[0].error)
        assert not emulator.log
        monkeypatch.setenv("DASHSCOPE_API_KEY", emulator.key)
        emulator.fault = ["http-429-retry-after", None, "http-429-retry-after"]
        before = sum(line.calls for line in LEDGER.lines)
        found.retry()
    assert len(found.ok) == 6
    assert sum(line.calls for line in LEDGER.lines) == before + 6
    result = found[3].result
    assert result.images[0].label == "images[3]"
    assert result.context.settings is not None
    assert len(result.images[0].data) > 60


def test_an_executor_that_is_gone_fails_rows(emulator: Emulator) -> None:
    """What somebody else's executor raises is the rows' error."""
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    found = worked(pool, emulator, 3)
    assert ["stumbled" in str(row.error) for row in found] == [True] * 3
    assert not emulator.log


def test_fresh_asks_anew_what_was_recorded(emulator: Emulator, tmp_path: Path) -> None:
    """In the next kernel a recorded map is played; `fresh` asks every row again."""
    how = {**asks(emulator), "record": "auto", "recordings": str(tmp_path)}
    for fresh, asked in ((False, 1), (False, 1), (True, 2)):
        forget.cache_clear()  # as a restart does
        found = vlmap(["Hi?"], fresh=fresh, **how)
        assert len(found.ok) == 1
        assert len(emulator.log) == asked
