"""The panel without a page: what it answers to the messages that a page would send."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import PIL.Image
import pytest
from conftest import Kernel

import vlmagic
from vlmagic import shelf
from vlmagic.emulator import Emulator
from vlmagic.errors import CellError
from vlmagic.panel import offer
from vlmagic.panel.entry import small
from vlmagic.panel.tray import Tray
from vlmagic.settings import Settings

mpl.use("agg")


def png(size: tuple[int, int] = (320, 200), colour: str = "white") -> bytes:
    """A picture as a file."""
    written = io.BytesIO()
    PIL.Image.new("RGB", size, colour).save(written, "PNG")
    return written.getvalue()


class Page:
    """What a page of the panel sees and says."""

    def __init__(self, panel: vlmagic.Panel) -> None:
        self.panel = panel
        self.heard: list[dict[str, Any]] = []
        panel.widget.send = lambda message, buffers=None: self.heard.append(
            {**message, "data": list(buffers or [])}
        )
        self.marks = 0

    def say(self, t: str, *, data: bytes = b"", **values: Any) -> None:
        """A message, as the kernel hands it on."""
        message = {"t": t, "page": "p", **values}
        self.panel.widget._handle_custom_msg(message, [data] if data else [])

    def draft(self, **values: Any) -> dict[str, Any]:
        """The panel's draft with these changes."""
        return {**self.panel.widget.draft, "page": "p", "n": 1, **values}

    def wait(self, t: str, **like: Any) -> dict[str, Any]:
        """The next message of this kind."""
        found: dict[str, Any] = self.until(
            lambda: next(
                (
                    m
                    for m in self.heard
                    if m.get("t") == t and all(m.get(k) == v for k, v in like.items())
                ),
                None,
            )
        )
        return found

    def until(self, found: Callable[[], Any]) -> Any:
        """What the function gives, once it gives something."""
        for _ in range(2000):
            if (it := found()) is not None and it is not False:
                return it
            time.sleep(0.01)
        raise AssertionError("it did not come")

    def ask(self, text: str, **values: Any) -> dict[str, Any]:
        """Ask; the answer to the click, asked or refused."""
        self.marks += 1
        mark = f"m{self.marks}"
        self.say("ask", n=mark, draft=self.draft(text=text, **values))
        found: dict[str, Any] = self.until(
            lambda: next(
                (m for m in self.heard if m.get("n") == mark and m["t"] in ("asked", "refused")),
                None,
            )
        )
        return found


@pytest.fixture
def page(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A panel wired to the emulator, and its page."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", emulator.key)
    panel = vlmagic.Panel(base_url=emulator.compatible_url)
    yield Page(panel)
    panel.close()


def test_ask_runs_beside_the_kernel(page: Page, emulator: Emulator) -> None:
    """Ask answers at once; the Result fills itself, and its turn is on every page."""
    assert page.ask("What is this?")["t"] == "asked"
    (result,) = page.panel.results
    assert result.wait(30).ok
    (turn,) = page.until(
        lambda: [t for t in page.panel.widget.turns if t["status"] == "complete"] or None
    )
    assert turn["answered"]
    assert len(emulator.log) == 1


def test_the_same_click_asks_once(page: Page, emulator: Emulator) -> None:
    """A click that arrives twice is one question; a second one waits for the first's end."""
    draft = page.draft(text="Tell me a long story")
    page.say("ask", n="x", draft=draft)
    page.say("ask", n="x", draft=draft)
    page.say("ask", n="y", draft=draft)
    assert "still answering" in page.wait("refused", n="y")["text"]
    page.panel.results[0].wait(30)
    assert len(page.panel.results) == len(emulator.log) == 1


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"text": "  "}, "no question"),
        ({"text": "hi", "name": "class"}, "no name for a variable"),
        ({"text": "hi", "name": "a b"}, "no name for a variable"),
        ({"text": "hi", "ticks": ["s9.9"]}, "no longer there"),
        ({"text": "hi", "model": "qvq-max", "think": False}, "always thinks"),
    ],
)
def test_refused_before_sending(
    page: Page, emulator: Emulator, values: dict[str, Any], says: str
) -> None:
    """What cannot be asked is refused in a sentence, and nothing leaves."""
    answer = page.ask(**values)
    assert answer["t"] == "refused"
    assert says in answer["text"]
    assert not emulator.log


def test_a_follow_up_goes_on_and_anew_does_not(page: Page) -> None:
    """The second question takes the first answer along, unless it is asked anew."""
    for text, follow in (("one", "last"), ("two", "last"), ("three", None)):
        assert page.ask(text, follow=follow)["t"] == "asked"
        page.panel.results[-1].wait(30)
    assert [len(r.request.history) if r.request else -1 for r in page.panel.results] == [0, 2, 0]


def test_the_estimate_is_that_of_the_question(page: Page) -> None:
    """What a draft is said to cost is what its question is said to cost; a refusal comes early."""
    page.say("draft", n=5, draft=page.draft(text="How much?", n=5))
    told = page.wait("estimate", n=5)
    assert "tokens in" in told["text"]
    assert "¥" in told["text"]
    page.say("draft", n=6, draft=page.draft(text="x", n=6, name="lambda"))
    assert "no name" in page.wait("estimate", n=6)["refused"]


def test_a_builtins_name_is_said(page: Page) -> None:
    """A name that hides one of Python's own is bound, and that is said beforehand."""
    page.say("draft", n=7, draft=page.draft(text="x", n=7, name="list"))
    assert any("hides Python's own" in text for text in page.wait("estimate", n=7)["notices"])


def test_what_a_name_overwrites_is_said(kernel: Kernel) -> None:
    """A name that is taken is bound all the same; what it takes away is said beforehand."""
    kernel.run("import vlmagic\npanel = vlmagic.Panel('x')\nmine = {1: 2}")
    told = "panel._reader.estimate({**panel.widget.draft, 'name': 'mine'})['notices']"
    assert kernel.value(told) == ["mine is taken: a dict will be overwritten."]
    kernel.run("%vlreason --no-image -o mine hi")
    assert kernel.value(told) == ["mine is taken: a Result will be overwritten."]
    kernel.run("panel.close()")


def test_what_is_no_picture_is_said(page: Page) -> None:
    """A file that is no picture stays out, and its sentence says what it is."""
    page.say("picture", name="notes.txt", data=b"just some words, and no picture at all", n=0)
    assert "no picture but text" in page.wait("said")["text"]
    assert not page.panel.widget.pictures


def test_a_picture_by_hand_is_asked_about(page: Page) -> None:
    """A pasted picture and a part of it are offered, sent as they are, and can be put away."""
    page.say("picture", name="photo.png", data=png(colour="red"), n=0)
    first = page.wait("added")["id"]
    page.say("part", id=first, box=[0.5, 0, 1, 0.5], n=0)
    part = page.until(
        lambda: next((m["id"] for m in page.heard if m["t"] == "added" and m["id"] != first), None)
    )
    assert page.ask("Compare.", ticks=[first, part])["t"] == "asked"
    sent = page.panel.results[0].wait(30).images
    assert [(image.width, image.height) for image in sent] == [(320, 200), (160, 100)]
    page.say("drop", id=first)
    page.until(lambda: [p["id"] for p in page.panel.widget.pictures] == [part])


def test_a_part_too_small_is_refused(page: Page) -> None:
    """A box of a few pixels is no question about anything."""
    page.say("picture", name="photo.png", data=png(), n=0)
    page.say("part", id=page.wait("added")["id"], box=[0, 0, 0.01, 0.01], n=0)
    assert "smaller than" in page.wait("said")["text"]


def test_a_lesson_is_held_back(page: Page) -> None:
    """No word of a lesson goes to a page before it has ended; then its steps go, as safe HTML."""
    page.ask("Teach me", steps=True)
    page.panel.results[0].wait(30)
    steps = page.wait("steps")["steps"]
    ops = [op for m in page.heard if m.get("of") == 1 and "ops" in m for op in m["ops"]]
    assert not [op for op in ops if op[0] in ("think", "blocks", "tail", "grow")]
    assert steps
    assert all("<script" not in step["html"] for step in steps)
    assert "<details>" in page.panel.results[0].bundle()["text/markdown"]


def test_one_step_is_explained(page: Page) -> None:
    """To explain a step is a follow-up that quotes that step, and is no lesson itself."""
    page.ask("Teach me", steps=True)
    page.panel.results[0].wait(30)
    page.wait("steps")
    page.say("explain", of=1, step=1, n="e", draft=page.draft(steps=True))
    assert page.wait("asked", n="e")
    request = page.panel.results[1].wait(30).request
    assert request is not None
    assert len(request.history) == 2
    assert "step 1" in request.prompt
    assert page.panel.widget.turns[1]["lesson"] is False


def test_stop_reaches_a_question_still_waiting(page: Page) -> None:
    """Ask and Stop in one breath: the question is stopped."""
    page.say("ask", n="q", draft=page.draft(text="Tell me a long story"))
    page.say("stop")
    page.wait("asked", n="q")
    assert page.panel.results[0].wait(30).status == "stopped"


def test_the_static_copy_keeps_the_whole_thread(page: Page) -> None:
    """The saved copy has every question and answer, oldest first; before the first, it says so."""
    from vlmagic.panel.turn import copy

    assert "nothing has been asked" in copy([])["text/plain"]
    for text in ("first & <b>", "second"):
        page.ask(text)
        page.panel.results[-1].wait(30)
    kept = copy(page.panel._turns)["text/markdown"]
    assert kept.index("first &") < kept.index("second")
    assert "<b>" not in kept.splitlines()[0]


def test_two_panels_do_not_mix(page: Page, emulator: Emulator) -> None:
    """Each panel hears and keeps its own."""
    other = Page(vlmagic.Panel(base_url=emulator.compatible_url))
    page.ask("one")
    other.ask("two")
    assert page.panel.results[0].wait(30).request is not None
    assert [r.request.prompt for r in other.panel.results if r.request] == ["two"]
    assert not [m for m in other.heard if m.get("n") == "m1" and m.get("id") == 2]
    other.panel.close()


def test_an_unknown_option_is_refused() -> None:
    """Options are those of a cell."""
    with pytest.raises(CellError, match="no option"):
        vlmagic.Panel(temprature=1)


def test_models_say_what_they_can() -> None:
    """Every model on offer says what it can; where there is no choice, why."""
    chosen = Settings.plain("https://dashscope.aliyuncs.com/compatible-mode/v1")
    found = {one["name"]: one for one in offer.models(chosen)}
    assert found["qwen3-vl-plus"]["thinks"] is None
    assert found["qvq-max"]["thinks"] is True
    assert found["qvq-max"]["why"]
    assert found["qvq-max"]["unbudgeted"]
    assert all(one["about"] for one in found.values())


class Owner:
    """Somebody's figure."""


def on_shelf(count: int) -> shelf.Shelf:
    """A shelf on which so many pictures have been put."""
    shelved = shelf.Shelf()
    run = shelf.Run(serial=1, seen=3)
    for number in range(count):
        shelved.collect({"image/png": png(colour=f"#0000{number:02x}")}, None, run)
    return shelved


def test_the_shelf_calls_back() -> None:
    """A watcher is told of each change until it stops watching."""
    told: list[int] = []
    shelved = on_shelf(1)
    stop = shelved.watch(lambda: told.append(1))
    shelved.collect({"image/png": png(colour="red")}, None, shelf.Run(serial=2, seen=4))
    stop()
    shelved.collect({"image/png": png(colour="blue")}, None, shelf.Run(serial=3, seen=5))
    assert told == [1]


def test_a_ticked_figure_outlives_the_shelf() -> None:
    """What is ticked can be asked about after the shelf has let go of it; what is not is gone."""
    shelved = on_shelf(2)
    tray = Tray(shelved)
    kept, lost = (entry.id for entry in tray.entries)
    for number in range(shelf.MOST_ITEMS):
        shelved.collect(
            {"image/png": png(colour=f"#00{number:02x}00")},
            None,
            shelf.Run(serial=9 + number, seen=9),
        )
    tray.refresh({kept})
    chosen = Settings.plain("http://127.0.0.1:1/v1")
    assert [entry.here for entry in tray.entries if entry.id == kept] == [False]
    assert len(tray.resolve([kept], chosen).images) == 1
    with pytest.raises(CellError, match="no longer there"):
        tray.resolve([lost], chosen)


def test_a_live_figure_is_cut_sharper_than_it_was_shown() -> None:
    """A part of a figure that is still alive, and unchanged, is drawn anew with more pixels."""
    from matplotlib.figure import Figure

    from vlmagic.shelf.pixels import savefig

    figure = Figure()
    axes = figure.subplots()
    axes.plot(np.arange(5))
    shelved = shelf.Shelf()
    shelved.collect({"image/png": savefig(figure)}, figure, shelf.Run(serial=1, seen=1))
    tray = Tray(shelved)
    name = tray.entries[0].id
    box = (0.25, 0.25, 0.5, 0.5)
    sharp = PIL.Image.open(io.BytesIO(tray.part(name, box).data))
    axes.set_title("changed since")
    plain = PIL.Image.open(io.BytesIO(tray.part(name, box).data))
    assert sharp.width > 3 * plain.width


def test_thumbnails_are_small() -> None:
    """A page gets a thumbnail, not the picture; a transparent one on white."""
    noise = np.random.default_rng(1).integers(0, 255, (900, 1200, 4), dtype=np.uint8)
    written = io.BytesIO()
    PIL.Image.fromarray(noise, "RGBA").save(written, "PNG")
    shelved = shelf.Shelf()
    shelved.collect({"image/png": written.getvalue()}, None, shelf.Run(serial=1, seen=1))
    data, kind = small(Tray(shelved).entries[0])
    assert kind == "image/jpeg"
    assert len(data) < 60_000


def test_as_a_cell_says_the_same(page: Page) -> None:
    """The cell for what was clicked parses, and asks for the same."""
    from vlmagic.cell import parse

    draft = page.draft(text="Why $x^2$?\nSecond line", model="qvq-max", name="why", steps=True)
    page.say("cell", n=0, draft=draft)
    first, _, prompt = page.wait("cell")["text"].partition("\n")
    asked = parse(first.removeprefix("%%vlreason"), prompt)
    assert asked.prompt == draft["text"]
    assert asked.out == "why"
    assert asked.options == {"model": "qvq-max", "steps": True}
    assert "no_image" in asked.flags


def test_a_figure_in_a_cell_keeps_its_name_when_all_is_run_again(kernel: Kernel) -> None:
    """By its variable, else by its title, else by a variable made for it: never by a cell's number."""
    kernel.run("import vlmagic, io\nkept, axes = plt.subplots(); axes.plot([1, 2]); plt.show()")
    kernel.run("plt.plot([1, 2]); plt.title('Loss \\'24'); plt.show()")
    kernel.run("for n in range(2): plt.plot([n, 2]); plt.title('Twice'); plt.show()")
    kernel.run("plt.plot([1, 3]); plt.show()")
    kernel.run("panel = vlmagic.Panel('What?')\npicture_1 = 'taken'\nentries = panel._tray.entries")
    cell = "panel._reader.cell({**panel.widget.draft, 'ticks': [e.id for e in entries]})"
    assert kernel.value(f"{cell}[0].splitlines()[0]") == (
        '%%vlreason -i kept -i @title:"Loss \'24" -i picture_2 -i @title:"Twice" -i picture_3'
    )
    assert len(kernel.value(f"{cell}[1]")) == 2
    outputs = kernel.run(kernel.value(f"{cell}[0]").replace("-i kept", "-o same -i kept"))
    assert outputs[0]["output_type"] == "display_data", outputs
    sent = "[i.digest for i in same.images][1:]"
    ticked = "panel._tray.resolve([e.id for e in entries], panel._reader.settle({})).images"
    assert kernel.value(f"{sent} == [i.digest for i in {ticked}][1:]")
    kernel.run("panel.close()")


def test_a_recording_needs_no_key_to_be_counted(
    page: Page, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is played costs nothing, and the estimate says that instead of asking for a key."""
    monkeypatch.setenv("VLMAGIC_RECORDINGS", str(tmp_path))
    monkeypatch.setenv("VLMAGIC_RECORD", "auto")
    page.ask("One?", ticks=[])
    page.panel.results[0].wait(30)
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    monkeypatch.setenv("VLMAGIC_RECORD", "replay")
    page.say("draft", n=5, draft=page.draft(text="One?", n=5, follow=None))
    told = page.wait("estimate", n=5)
    assert told["refused"] == ""
    assert "nothing is paid" in told["text"]
    again = Page(vlmagic.Panel(base_url=page.panel.results[0].context.settings["base_url"]))  # type: ignore[index]
    monkeypatch.setenv("VLMAGIC_RECORD", "auto")
    again.say("draft", n=6, draft=again.draft(text="Two?", n=6))
    assert "key" in again.wait("estimate", n=6)["refused"]
    again.panel.close()


@pytest.mark.usefixtures("page")
def test_a_result_goes_on_in_a_panel(emulator: Emulator) -> None:
    """A lesson that was asked for elsewhere can be uncovered, and followed up, in a panel."""
    found = vlmagic.reason("Teach me", steps=True, base_url=emulator.compatible_url)
    other = Page(vlmagic.Panel.of(found))
    other.say("line", of=1, say={"t": "resync"})
    ops = [op for m in other.heard if m.get("of") == 1 and "ops" in m for op in m["ops"]]
    assert ops[-1][0] == "end"
    assert not [op for op in ops if op[0] == "blocks"]
    other.say("steps", of=1)
    assert other.wait("steps")["steps"]
    assert other.ask("And why?")["t"] == "asked"
    request = other.panel.results[1].wait(30).request
    assert request is not None
    assert len(request.history) == 2
    other.panel.close()


def test_a_message_beside_a_cell_leaves_its_figures_alone(kernel: Kernel) -> None:
    """What a page says while a cell draws is heard at once, and shows no figure before its time."""
    kernel.run("import threading, vlmagic\npanel = vlmagic.Panel()\nheard = threading.Semaphore(0)")
    kernel.run("panel.widget.on_msg(lambda *_: heard.release())")
    if not kernel.value("getattr(get_ipython().kernel, '_supports_kernel_subshells', False)"):
        pytest.skip("this ipykernel has no subshells")
    client = kernel.client
    client.control_channel.send(client.session.msg("create_subshell_request"))
    subshell = client.get_control_msg(timeout=20)["content"]["subshell_id"]
    comm_id = kernel.value("panel.widget.comm.comm_id")
    cell = client.execute(
        "plt.plot([1, 2])\nprint([heard.acquire(timeout=20) for _ in range(2)])\n"
        "plt.title('whole')\nplt.show()"
    )
    comm = {"comm_id": comm_id, "data": {"method": "custom", "content": {"t": "hello"}}}
    for _ in range(2):  # the second is heard once all of the first is done
        message = client.session.msg("comm_msg", comm)
        message["header"]["subshell_id"] = subshell
        client.shell_channel.send(message)
    outputs = kernel.outputs(cell)
    said = [o["text"] for o in outputs if o["output_type"] == "stream"]  # one print may be several
    assert "".join(said).strip() == "[True, True]"
    shown = [o["output_type"] for o in outputs if o["output_type"] != "stream"]
    assert shown == ["display_data"]
    assert kernel.value("[i.title for i in vlmagic.figures()]") == ["whole"]
    kernel.run("panel.close()")


def test_a_question_leaves_the_kernel_free(kernel: Kernel) -> None:
    """While a panel's question streams, cells run; Stop on its page ends it, and only it."""
    kernel.run(
        "import vlmagic\npanel = vlmagic.Panel(model='bench-90000-100-100', max_cost_per_call=1e9)"
    )
    comm_id, draft = kernel.value("(panel.widget.comm.comm_id, panel.widget.draft)")

    def say(**content: Any) -> None:
        client = kernel.client
        told = {"comm_id": comm_id, "data": {"method": "custom", "content": content}}
        client.shell_channel.send(client.session.msg("comm_msg", told))

    say(t="ask", n="a", draft={**draft, "text": "Tell me", "page": "p"})
    streams = "panel.results and panel.results[0].transcript.thinking_length > 0"
    kernel.run(f"import time\nwhile not ({streams}): time.sleep(0.02)")
    assert kernel.value("panel.results[0].status") == "running"
    say(t="stop")
    assert kernel.value("panel.results[0].wait(20).status") == "stopped"
    assert kernel.value("len(panel.results[0].transcript.thinking) > 0")
    kernel.run("panel.close()")
