"""The live view in real front ends: what a reader sees, touches and stops."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from lab import Desk, Notebook

from vlmagic.emulator import Emulator
from vlmagic.emulator.bench import _PROSE
from vlmagic.emulator.words import tokens

pytest_plugins = ["desks"]
pytestmark = pytest.mark.browser

LOAD = "%load_ext vlmagic"
PLOT = (
    "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3], [4, 2, 3]); plt.title('Loss'); plt.show()"
)
SLOW = "%%vlreason --no-image --max-cost 1000 -o r -m bench-{}\nhi"
NEXT = "import time\nfor _ in range(15): time.sleep(0.1)\nprint('whole', r.status)"


ONCE = sum(1 for _ in tokens(_PROSE))
"""Tokens until a bench model begins anew."""


def told(length: int) -> str:
    """The first characters of what a bench model says."""
    return "".join(itertools.islice(itertools.cycle(_PROSE), length))


def thoughts(view: Any) -> str:
    """The thinking, as the page has it."""
    return str(view.locator(".vl-thoughts").text_content())


def grown(view: Any, length: int) -> None:
    """Wait until the thinking is so long."""
    view.page.wait_for_function(
        "([node, length]) => node.querySelector('.vl-thoughts').textContent.length >= length",
        arg=[view.element_handle(), length],
    )


def asking(desk: Desk, name: str, model: str, *more: str, app: str = "lab") -> Notebook:
    """A notebook whose second cell asks that model, and thinks by now."""
    notebook = desk.open(name, [LOAD, SLOW.format(model), *more], app=app)
    notebook.run(0)
    notebook.start(1)
    notebook.view(1).locator(".vl-thoughts").wait_for()
    return notebook


def test_thinking_streams_folds_and_gives_way(desk: Desk) -> None:
    """Thinking grows in an open pane, folds when the answer starts, and the saved output follows."""
    notebook = asking(desk, "stream.ipynb", f"{2 * ONCE}-60-50")
    view = notebook.view(1)
    assert view.get_attribute("data-phase") == "thinking"
    assert view.locator("details.vl-thinking").get_attribute("open") is not None
    before = thoughts(view)
    grown(view, len(before) + 40)
    assert thoughts(view).startswith(before)
    assert told(1000).startswith(thoughts(view))
    notebook.page.wait_for_selector(".vl[data-phase=answering]")
    assert view.locator("details.vl-thinking").get_attribute("open") is None
    assert "Thought for" in view.locator("details.vl-thinking > summary").inner_text()
    view.locator(".vl-answer table").first.wait_for()
    view.locator(".vl-answer math").first.wait_for()
    view.get_by_role("button", name="Copy answer").click()
    view.get_by_role("button", name="Copied").wait_for()
    copied = notebook.page.evaluate("() => navigator.clipboard.readText()")
    assert "| epoch | train | validation |" in copied
    assert "$\\eta" in copied or "```python" in copied
    view.get_by_role("button", name="Copy thinking").click()
    notebook.done(1)
    view.wait_for(state="detached")
    (output,) = notebook.save()["cells"][1]["outputs"]
    assert set(output["data"]) == {"text/markdown", "text/plain"}
    assert "<details>" in "".join(output["data"]["text/markdown"])
    assert not desk.said


def test_what_the_reader_holds_stays(desk: Desk) -> None:
    """Scrolled up, the thinking neither follows its tail nor folds when the answer starts."""
    notebook = asking(desk, "held.ipynb", f"{6 * ONCE}-150-50")
    view = notebook.view(1)
    pane = view.locator(".vl-thoughts")
    grown(view, 1200)
    pane.evaluate("node => node.scrollIntoView({block: 'center'})")
    pane.hover()
    notebook.page.mouse.wheel(0, -4000)
    notebook.page.wait_for_function("node => node.scrollTop === 0", arg=pane.element_handle())
    grown(view, 1700)
    assert pane.evaluate("node => node.scrollTop") == 0
    notebook.page.wait_for_selector(".vl[data-phase=answering]")
    assert view.locator("details.vl-thinking").get_attribute("open") is not None


@pytest.mark.parametrize("app", ["lab", "notebook"])
@pytest.mark.parametrize("stalled", [False, True])
def test_stop_reaches_a_blocking_cell(
    desk: Desk, model_studio: Emulator, app: str, *, stalled: bool
) -> None:
    """Stop ends the cell, also while the server says nothing; the next one runs whole."""
    if stalled:
        model_studio.fault = ["stall-in-thinking"]
        notebook = desk.open(
            f"stall-{app}.ipynb", [LOAD, "%%vlreason --no-image -o r\nhi", NEXT], app=app
        )
        notebook.run(0)
        notebook.start(1)
        notebook.view(1).locator(".vl-thoughts").wait_for()
    else:
        notebook = asking(desk, f"stop-{app}.ipynb", "9000-60-100", NEXT, app=app)
    notebook.start(2)
    notebook.view(1).get_by_role("button", name="Stop").press("Enter")
    notebook.done(1, 10)
    notebook.done(2, 10)
    assert "whole stopped" in notebook.output(2).inner_text()
    assert "stopped" in notebook.output(1).inner_text()


def test_a_late_stop_does_nothing_to_the_next_cell(desk: Desk) -> None:
    """A Stop that arrives when its question has ended interrupts nobody."""
    notebook = asking(desk, "late.ipynb", "60-40-50", NEXT)
    stop = notebook.view(1).get_by_role("button", name="Stop").element_handle()
    notebook.start(2)
    notebook.done(1)
    stop.evaluate("node => node.click()")
    notebook.done(2)
    assert "whole complete" in notebook.output(2).inner_text()


def test_a_stop_that_nobody_hears_goes_by_the_server(desk: Desk) -> None:
    """Where the page's message does not arrive, the server's interrupt of this kernel ends the cell."""
    deaf = (
        "from vlmagic.render.channel import Channel\nhear = Channel.hear\n"
        "Channel.hear = lambda self, said: said['t'] == 'stop' or hear(self, said)"
    )
    notebook = desk.open("deaf.ipynb", [LOAD, deaf, SLOW.format("9000-60-100")])
    notebook.run(0)
    notebook.run(1)
    notebook.start(2)
    notebook.view(2).locator(".vl-thoughts").wait_for()
    notebook.view(2).get_by_role("button", name="Stop").click()
    notebook.done(2, 10)
    assert "stopped" in notebook.output(2).inner_text()
    assert "Traceback" not in notebook.output(2).inner_text()


def test_a_lost_message_is_made_good(desk: Desk) -> None:
    """A page that misses messages is sent the whole again, and shows no gap."""
    lost: list[int] = []

    def relay(socket: Any) -> None:
        server = socket.connect_to_server()

        def came(message: Any) -> None:
            text = message if isinstance(message, bytes) else message.encode()
            if (
                b'"think"' in text
                and b'"seq": 5' in text.replace(b'"seq":5', b'"seq": 5')
                and len(lost) < 3
            ):
                lost.append(len(text))
                return
            socket.send(message)

        server.on_message(came)

    desk.context.route_web_socket("**/channels*", relay)
    notebook = asking(desk, "lost.ipynb", "600-60-100")
    view = notebook.view(1)
    grown(view, 800)
    assert lost
    assert told(4000).startswith(thoughts(view))


def test_views_of_one_output_agree(desk: Desk) -> None:
    """A second view of a running output shows everything so far, and goes on like the first."""
    notebook = asking(desk, "two.ipynb", "1200-60-100")
    notebook.page.evaluate(
        """() => { const app = window.jupyterapp; app.shell.currentWidget.content.activeCellIndex = 1;
           app.commands.execute('notebook:create-output-view'); }"""
    )
    second = notebook.page.locator(".jp-LinkedOutputView .vl")
    second.wait_for()
    grown(second, 600)
    both = [thoughts(view) for view in (second, notebook.view(1))]
    assert all(told(9000).startswith(text) for text in both)
    assert min(map(len, both)) >= 600
    second.get_by_role("button", name="Stop").click()
    notebook.done(1, 10)


def reopened(desk: Desk, notebook: Notebook) -> Notebook:
    """The same notebook on a new page, the old one saved and closed in mid-stream."""
    grown(notebook.view(1), 100)
    notebook.save()
    notebook.page.close()
    page = desk.context.new_page()
    page.goto(f"{desk.lab.url}doc/tree/{notebook.path.name}")
    return Notebook(page, notebook.path)


def test_a_reopened_page_shows_everything_so_far(desk: Desk) -> None:
    """Closed in mid-stream and opened again, a notebook shows the running view, whole, and stops it."""
    notebook = desk.open(
        "again.ipynb", [LOAD, SLOW.format("1500-60-100").replace("-o r", "-b -o r")]
    )
    notebook.run(0)
    notebook.start(1)
    later = reopened(desk, notebook)
    view = later.view(1)
    view.wait_for()
    grown(view, 600)
    assert told(9000).startswith(thoughts(view))
    view.get_by_role("button", name="Stop").click()
    later.page.wait_for_selector(".vl[data-status=stopped]")


def test_a_page_reopened_on_a_busy_kernel_shows_the_end(desk: Desk) -> None:
    """A blocked kernel tells a new page nothing; once it is free, the page shows the whole answer."""
    later = reopened(desk, asking(desk, "busy.ipynb", f"{4 * ONCE}-60-50"))
    later.page.wait_for_selector(".vl[data-status=complete]")
    view = later.view(1)
    view.locator("details.vl-thinking > summary").click()
    assert thoughts(view) == _PROSE * 2
    assert view.locator(".vl-answer table").count() == 2


HOSTILE = """
from vlmagic.events import Answer, Done, Thinking
from vlmagic.render import Asked
from vlmagic.render.widget import LiveSink, again
from vlmagic.request import Request
from vlmagic.run import ask
BAD = '''<img src="http://evil.example/a.png" onerror="window.hacked=1"><script>window.hacked=2</script>
![x](http://evil.example/b.png) [click](javascript:window.hacked=3) <iframe src="http://evil.example"></iframe>
<svg onload="window.hacked=4"><a href="http://evil.example/c" ping="http://evil.example/p">p</a></svg>
<style>@import "http://evil.example/d.css"; body{display:none}</style>
$\\\\href{javascript:window.hacked=5}{x}$ \\u202eabc\\u200b\\u2066 عربي

``` unclosed
'''
class Evil:
    name, received = "evil", 1
    def open(self, request): return self
    def close(self): pass
    def __iter__(self):
        yield Thinking(BAD + "\\n" * 100_000 + "y" * 1_000_000)
        yield Answer(BAD)
        yield Answer("x" * 1_000_000 + "\\n" * 1000 + "$$ \\\\frac{ | a | ** `")
        yield Done("stop")
r = ask(Request(model="<b>evil</b>", prompt="hi"), Evil(), LiveSink(Asked(("<img src=x onerror=window.hacked=6>",), ("<script>",))))
"""


def test_a_hostile_answer_runs_and_loads_nothing(desk: Desk) -> None:
    """Neither while it streams, nor saved, nor shown again does a model's text run or fetch anything."""
    notebook = desk.open("evil.ipynb", [LOAD, HOSTILE, "%vl show r"])
    notebook.run(0)
    notebook.run(1)
    notebook.run(2)
    view = notebook.view(2)
    view.locator(".vl-answer").wait_for()
    view.get_by_text("complete", exact=True).wait_for()
    view.locator("details.vl-thinking > summary").click()
    assert notebook.page.evaluate("() => window.hacked") is None
    assert not [url for url in desk.asked if "evil" in url and "evil.ipynb" not in url]
    assert (
        view.locator(".vl-answer :is(img, script, iframe, svg, style, form, [onerror])").count()
        == 0
    )
    assert view.locator("a[href^='javascript']").count() == 0
    assert notebook.page.evaluate("() => getComputedStyle(document.body).display") != "none"


CONTRAST = """node => {
  const pen = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const grounds = node => node ? [...grounds(node.parentElement), getComputedStyle(node).backgroundColor] : ['white'];
  const painted = colors => { for (const c of colors) { pen.fillStyle = c; pen.fillRect(0, 0, 1, 1); }
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3); };
  const light = rgb => rgb.map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const poor = [];
  for (const at of node.querySelectorAll('*')) {
    if (![...at.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !at.checkVisibility()) continue;
    const ground = grounds(at);
    const [a, b] = [light(painted([...ground, getComputedStyle(at).color])), light(painted(ground))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push([at.className || at.tagName, at.textContent.slice(0, 20), ratio.toFixed(2)]);
  }
  return poor;
}"""


def test_the_look(desk: Desk) -> None:
    """Shown again: readable in light and dark, nothing wider than 360 px, the picture opens larger."""
    bench = f"%%vlreason -o r --max-cost 1000 -m bench-{2 * ONCE}-0-50\nWhy?"
    notebook = desk.open("look.ipynb", [LOAD, PLOT, bench, "%vl show r"])
    for number in range(4):
        notebook.run(number)
    page, view = notebook.page, notebook.view(3)
    view.get_by_text("complete", exact=True).wait_for()
    view.locator("details.vl-thinking > summary").click()
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        notebook.theme(theme)
        assert view.evaluate(CONTRAST) == []
    view.get_by_role("button", name="Show larger").press("Enter")
    page.locator("dialog.vl-large[open] img").wait_for()
    page.keyboard.press("Escape")
    page.locator("dialog.vl-large").wait_for(state="detached")
    assert view.get_by_role("button", name="Stop").count() == 0
    assert view.get_by_role("status").inner_text() == "complete"
    view.evaluate("node => { node.style.width = '360px'; }")
    assert view.evaluate("node => node.scrollWidth <= node.clientWidth")
    names = "node => [...node.querySelectorAll('button, summary, a, [tabindex]')].filter(n => n.checkVisibility()).map(n => n.tabIndex)"
    assert set(view.evaluate(names)) == {0}


def test_a_closed_page_harms_nothing(desk: Desk) -> None:
    """The page closed in mid-stream, the kernel still finishes and keeps the answer."""
    notebook = asking(desk, "closed.ipynb", "120-60-50", "print(r.status, len(r.answer) > 50)")
    notebook.page.close()
    later = desk.open("closed.ipynb")
    later.run(2)
    assert "complete True" in later.output(2).inner_text()
