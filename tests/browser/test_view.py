"""The live view in real front ends: what a reader sees, touches and stops."""

from __future__ import annotations

from typing import Any

import pytest
from lab import LOAD, Desk, Notebook
from teller import Teller

pytest_plugins = ["desks"]
pytestmark = pytest.mark.browser

PLOT = (
    "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3], [4, 2, 3]); plt.title('Loss'); plt.show()"
)
ASK = "%%vlreason --no-image --max-cost 1000 -o r\nhi"
NEXT = "import time\nfor _ in range(15): time.sleep(0.1)\nprint('whole', r.status)"
LINES = [f"Line {number} of what it thinks.\n" for number in range(60)]
ANSWER = """## What it shows

The loss **falls**, by $\\eta = 10^{-3}$.

| epoch | loss |
|------:|-----:|
| 1 | 2.31 |

```python
best = min(losses)
```
"""


def thoughts(view: Any, text: str) -> None:
    """Wait until the view shows exactly this thinking."""
    view.page.wait_for_function(
        "([node, text]) => node.querySelector('.vl-thoughts')?.textContent === text",
        arg=[view.element_handle(), text],
    )


def phase(view: Any, name: str) -> None:
    """Wait until the view is so far."""
    view.page.wait_for_function(
        "([node, name]) => node.dataset.phase === name", arg=[view.element_handle(), name]
    )


def folded(view: Any) -> bool:
    """Whether the thinking is out of sight."""
    return view.locator("details.vl-thinking").get_attribute("open") is None


def asking(desk: Desk, teller: Teller, *more: str, app: str = "lab", ask: str = ASK) -> Notebook:
    """A notebook whose second cell asks, and has been told one thought."""
    notebook = desk.open([teller.asked, ask, *more], app)
    notebook.run(0)
    notebook.start(1)
    teller.think("Hm. ")
    thoughts(notebook.view(1), "Hm. ")
    return notebook


def test_thinking_streams_folds_and_gives_way(desk: Desk, teller: Teller) -> None:
    """Thinking grows in an open pane, folds when the answer starts, and the saved output follows."""
    notebook = asking(desk, teller)
    view = notebook.view(1)
    assert view.get_attribute("data-phase") == "thinking"
    assert not folded(view)
    teller.think("So it is. ")
    thoughts(view, "Hm. So it is. ")
    moves = "node => getComputedStyle(node.querySelector('.vl-status'), '::before').animationName"
    assert view.evaluate(moves) == "vl-breathe"
    notebook.page.emulate_media(reduced_motion="reduce")
    assert view.evaluate(moves) == "none"
    notebook.page.emulate_media(reduced_motion="no-preference")
    time = view.locator(".vl-time")
    notebook.page.wait_for_function(
        "([node, before]) => node.textContent > before",
        arg=[time.element_handle(), time.text_content()],
    )
    teller.answer(ANSWER)
    phase(view, "answering")
    assert folded(view)
    assert "Thought for" in view.locator("details.vl-thinking > summary").inner_text()
    view.locator(".vl-answer table").wait_for()
    view.locator(".vl-answer math").wait_for()
    teller.answer("\n" + "Long and unfinished, " * 100)
    teller.answer("so.")
    view.locator(".vl-answer", has_text="so.").wait_for()
    said = ANSWER + "\n" + "Long and unfinished, " * 100 + "so."
    for name, text in (("Copy answer", said), ("Copy thinking", "Hm. So it is. ")):
        button = view.locator(".vl-copy", has_text=name).element_handle()
        button.click()
        notebook.page.wait_for_function("node => node.textContent === 'Copied'", arg=button)
        assert notebook.page.evaluate("() => navigator.clipboard.readText()") == text
    teller.done()
    notebook.done(1)
    view.wait_for(state="detached")
    (output,) = notebook.save()["cells"][1]["outputs"]
    assert set(output["data"]) == {"text/markdown", "text/plain"}
    assert "<details>" in "".join(output["data"]["text/markdown"])
    assert not desk.said


def test_what_the_reader_holds_stays(desk: Desk, teller: Teller) -> None:
    """Thinking follows its tail; scrolled up, it neither follows nor folds; scrolled down, it follows."""
    notebook = asking(desk, teller)
    view, told = notebook.view(1), "Hm. "
    pane = view.locator(".vl-thoughts")

    def more() -> None:
        nonlocal told
        teller.think("".join(LINES))
        told += "".join(LINES)
        thoughts(view, told)

    def until(law: str) -> None:
        notebook.page.wait_for_function(f"node => {law}", arg=pane.element_handle())

    end = "node.scrollTop + node.clientHeight > node.scrollHeight - 24"
    more()
    until(f"node.scrollTop && {end}")
    pane.evaluate("node => node.scrollIntoView({block: 'center'})")
    pane.hover()
    notebook.page.mouse.wheel(0, -100_000)
    until("node.scrollTop === 0")
    more()
    until("node.scrollTop === 0")
    notebook.page.mouse.wheel(0, 100_000)
    until(end)
    more()
    until(end)
    teller.answer("It is.")
    phase(view, "answering")
    assert not folded(view)


def test_folding_moves_nothing_that_is_read(desk: Desk, teller: Teller) -> None:
    """Who reads further down keeps the line that is being read where it is."""
    notebook = desk.open([teller.asked, ASK, "print('\\n'.join(map(str, range(120))))"])
    notebook.run(0)
    notebook.run(2)
    notebook.start(1)
    view, read = notebook.view(1), notebook.output(2)
    teller.think("".join(LINES))
    thoughts(view, "".join(LINES))
    height = view.locator(".vl-thoughts").evaluate("node => node.offsetHeight")
    read.evaluate("node => node.scrollIntoView({block: 'end'})")
    place = """node => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
      done(node.getBoundingClientRect().bottom))))"""
    before = read.evaluate(place)
    teller.answer("It is.")
    phase(view, "answering")
    assert folded(view)
    assert abs(read.evaluate(place) - before) < height / 3


@pytest.mark.parametrize(("app", "streams"), [("lab", False), ("notebook", False), ("lab", True)])
def test_stop_reaches_a_blocking_cell(
    desk: Desk, teller: Teller, app: str, *, streams: bool
) -> None:
    """Stop ends the cell, also while the server says nothing; the next one runs whole."""
    if streams:
        notebook = desk.open([LOAD, f"{ASK} there".replace("-o", "-m bench-9000-60-100 -o"), NEXT])
        notebook.run(0)
        notebook.start(1)
        notebook.view(1).locator(".vl-thoughts").wait_for()
    else:
        notebook = asking(desk, teller, NEXT, app=app)
    notebook.start(2)
    notebook.view(1).get_by_role("button", name="Stop").press("Enter")
    notebook.done(1)
    notebook.done(2)
    assert "whole stopped" in notebook.output(2).inner_text()
    assert "stopped" in notebook.output(1).inner_text()


def test_a_late_stop_does_nothing_to_the_next_cell(desk: Desk, teller: Teller) -> None:
    """A Stop that arrives when its question has ended interrupts nobody."""
    notebook = asking(desk, teller, NEXT)
    stop = notebook.view(1).get_by_role("button", name="Stop").element_handle()
    notebook.start(2)
    teller.done()
    notebook.done(1)
    stop.evaluate("node => node.click()")
    notebook.done(2)
    assert "whole complete" in notebook.output(2).inner_text()


def test_a_stop_that_nobody_hears_goes_by_the_server(desk: Desk, teller: Teller) -> None:
    """Where the page's message does not arrive, the server's interrupt of this kernel ends the cell."""
    deaf = (
        "from vlmagic.render.channel import Channel\nhear = Channel.hear\n"
        "Channel.hear = lambda self, said: said['t'] == 'stop' or hear(self, said)"
    )
    notebook = desk.open([f"{teller.asked}\n{deaf}", ASK])
    notebook.run(0)
    notebook.start(1)
    teller.think("Hm. ")
    thoughts(notebook.view(1), "Hm. ")
    notebook.view(1).get_by_role("button", name="Stop").click()
    notebook.done(1)
    assert "stopped" in notebook.output(1).inner_text()
    assert "Traceback" not in notebook.output(1).inner_text()


def test_a_lost_message_is_made_good(desk: Desk, teller: Teller) -> None:
    """A page that misses messages is sent the whole again, and shows no gap."""
    lossy = (
        "import ipywidgets\nlost, send = [], ipywidgets.Widget.send\n"
        "def drop(widget, content, buffers=None):\n"
        "    if content.get('seq') in {3, 4, 5, 7}: lost.append(content['seq'])\n"
        "    else: send(widget, content, buffers)\n"
        "ipywidgets.Widget.send = drop"
    )
    notebook = desk.open([f"{teller.asked}\n{lossy}", ASK, "print(lost)"])
    notebook.run(0)
    notebook.start(1)
    view, told = notebook.view(1), ""
    for line in LINES[:8]:
        teller.think(line)
        told += line
        view.wait_for()
        notebook.page.wait_for_timeout(100)
    thoughts(view, told)
    teller.done()
    notebook.done(1)
    notebook.run(2)
    assert "[3, 4, 5, 7]" in notebook.output(2).inner_text()


def test_views_of_one_output_agree(desk: Desk, teller: Teller) -> None:
    """A second view of a running output shows everything so far, and goes on like the first."""
    notebook = asking(desk, teller)
    notebook.page.evaluate(
        """() => { const app = window.jupyterapp; app.shell.currentWidget.content.activeCellIndex = 1;
           app.commands.execute('notebook:create-output-view'); }"""
    )
    second = notebook.page.locator(".jp-LinkedOutputView .vl")
    second.wait_for()
    thoughts(second, "Hm. ")
    teller.think("Both. ")
    for view in (second, notebook.view(1)):
        thoughts(view, "Hm. Both. ")
    second.get_by_role("button", name="Stop").click()
    notebook.done(1)


def test_a_reopened_page_shows_everything_so_far(desk: Desk, teller: Teller) -> None:
    """Closed in mid-stream and opened again, a notebook shows the running view, whole, and stops it."""
    notebook = asking(desk, teller, ask=ASK.replace("-o r", "-b -o r"))
    notebook.save()
    notebook.leave()
    teller.think("Nobody saw this. ")
    view = notebook.back().view(1)
    view.wait_for()
    thoughts(view, "Hm. Nobody saw this. ")
    view.get_by_role("button", name="Stop").click()
    notebook.page.wait_for_selector(".vl[data-status=stopped]")


def test_a_page_reopened_on_a_busy_kernel_shows_the_end(desk: Desk, teller: Teller) -> None:
    """A blocked kernel tells a new page nothing; once it is free, the page shows the whole answer."""
    notebook = asking(desk, teller)
    notebook.save()
    notebook.leave()
    notebook.back()
    teller.think("Nobody saw this. ")
    teller.answer(ANSWER)
    teller.done()
    notebook.page.wait_for_selector(".vl[data-status=complete]")
    view = notebook.view(1)
    assert view.locator(".vl-answer table").count() == 1
    thoughts(view, "Hm. Nobody saw this. ")


def test_a_closed_page_harms_nothing(desk: Desk, teller: Teller) -> None:
    """The page closed in mid-stream, the kernel still finishes and keeps the answer."""
    notebook = asking(desk, teller, "print(r.status, r.answer)")
    notebook.save()
    notebook.leave()
    teller.answer("It is.")
    teller.done()
    notebook.back().ready()
    notebook.run(2)
    assert "complete It is." in notebook.output(2).inner_text()


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
    notebook = desk.open([LOAD, HOSTILE, "%vl show r"])
    notebook.run(0)
    notebook.run(1)
    notebook.run(2)
    view = notebook.view(2)
    view.locator(".vl-answer").wait_for()
    view.get_by_text("complete", exact=True).wait_for()
    view.locator("details.vl-thinking > summary").click()
    assert (
        view.evaluate("node => node.querySelector('.vl-thoughts').textContent.length") > 1_100_000
    )
    assert view.evaluate("node => node.scrollWidth <= node.clientWidth")
    assert notebook.page.evaluate("() => window.hacked") is None
    assert not [url for url in desk.asked if "evil" in url]
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


STOP_OF_TAB = """() => { const node = document.activeElement, style = getComputedStyle(node);
  return [node.getBoundingClientRect().top - node.closest('.vl').getBoundingClientRect().top, `${style.outlineStyle} ${style.outlineWidth}`,
    node.getAttribute('aria-label') || node.textContent]; }"""


def test_the_look(desk: Desk) -> None:
    """Shown again: readable in light and dark, nothing wider than 360 px, the picture opens larger."""
    bench = "%%vlreason -o r --max-cost 1000 -m bench-400-0-50\nWhy?"
    notebook = desk.open([LOAD, PLOT, bench, "%vl show r"])
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


def test_by_keyboard_and_in_chinese(desk: Desk) -> None:
    """Tab goes through the view from top to bottom, each stop ringed and named, in the reader's language."""
    bench = "%%vlreason -o r --max-cost 1000 -m bench-400-0-50\nWhy?"
    chinese = "%config VLMagics.language = 'zh'"
    notebook = desk.open([f"{LOAD}\n{chinese}", PLOT, bench, "%vl show r"])
    for number in range(4):
        notebook.run(number)
    view, keys = notebook.view(3), notebook.page.keyboard
    view.get_by_text("完成", exact=True).wait_for()
    assert view.get_attribute("lang") == "zh"
    view.locator("details.vl-thinking > summary").press("Enter")
    view.get_by_role("button", name="放大").focus()
    stops = []
    while view.evaluate("node => node.contains(document.activeElement)"):
        stops.append(view.evaluate(STOP_OF_TAB))
        keys.press("Tab")
    heights = [top for top, _, _ in stops]
    assert heights == sorted(heights)
    assert [stop for stop in stops if stop[1] != "solid 2px"] == []
    names = [name for _, _, name in stops]
    assert names[1] == "随图发送的数据"
    assert names[2].startswith("思考了")
    assert names[3] == "思考"
    assert names[-2:] == ["复制回答", "复制思考"]
    assert view.locator("[aria-live]").count() == 0
    assert view.get_by_role("status").count() == 1
