"""What the panel takes in JupyterLab: its first paint, a question's way out, a keystroke, a long thread.

    python tests/benchmarks/panel.py [--only paint,ask,typing,thread]

A real JupyterLab in headless Chromium, its kernel, and the emulator as the service. paint: from the
run of `%vl panel` in a warm kernel until its frame, and all of 32 thumbnails, are painted. ask: from
Ctrl+Enter until the service has the whole request. typing: from a key until the next frame, with an
idle kernel and with a cell that computes. thread: the longest task of the page while an answer
streams at 200 tokens a second, as the only turn and as the hundredth.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS / "browser"), str(TESTS), str(TESTS.parent)]

from lab import CHROMIUM, FLAGS, Desk, Lab, Notebook
from playwright.sync_api import sync_playwright

from vlmagic.emulator import Emulator

LOAD = "%load_ext vlmagic\nimport vlmagic, numpy as np, matplotlib.pyplot as plt"
PLOTS = """for k in range({}):
    plt.plot(np.random.default_rng(k).normal(size=(80, 4)).cumsum(0)); plt.title(f'Walk {{k}}'); plt.show()"""
CLEAR = "from IPython.display import clear_output; clear_output()"
PAINT = """() => new Promise((done) => {
  const app = window.jupyterapp, book = app.shell.currentWidget.content;
  book.activeCellIndex = 4; book.deselectAll();
  const began = performance.now(); let frame = 0;
  const look = () => {
    const panel = book.widgets[4].node.querySelector('.vl-panel');
    if (panel && !frame) requestAnimationFrame(() => { frame ||= performance.now() - began; });
    const shown = panel ? [...panel.querySelectorAll('.vl-card img')].filter((i) => i.src && i.complete && i.naturalWidth).length : 0;
    if (shown >= 32 && frame) requestAnimationFrame(() => done({ frame, all: performance.now() - began }));
    else requestAnimationFrame(look);
  };
  app.commands.execute('notebook:run-cell');
  look();
})"""
WATCH = """() => {
  if (window.late) return;
  window.late = []; window.long = [];
  document.addEventListener('keydown', (event) => {
    const at = event.timeStamp;
    if (event.key === 'Enter') window.pressed = performance.timeOrigin + at;
    requestAnimationFrame(() => window.late.push(performance.now() - at));
  }, true);
  new PerformanceObserver((list) => { for (const one of list.getEntries()) window.long.push([one.startTime, one.duration]); })
    .observe({ type: 'longtask' });
  let before = performance.now(); window.gap = 0;
  const frame = (now) => { window.gap = Math.max(window.gap, now - before); before = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
}"""
THREAD = """panel = vlmagic.Panel(model='bench-2400-200-30', max_cost_per_call=1e9)
def ask(n):
    short = {{**panel.widget.draft, 'model': 'bench-120-0', 'ticks': [], 'follow': None}}
    panel._ask(f'm{{n}}', {{**short, 'page': 'none', 'text': f'Question {{n}}'}})
    panel.results[-1].wait()
for n in range({} - 1):
    ask(n)
panel"""
BUSY = "import time\nuntil = time.time() + 8\nwhile time.time() < until: sum(range(1000))"


def opened(desk: Desk, figures: int, *more: str) -> Notebook:
    """A notebook with figures shown, and a panel that has been made once."""
    notebook = desk.open([LOAD, PLOTS.format(figures), "%vl panel", CLEAR, "%vl panel", *more])
    for number in range(3):
        notebook.run(number)
    notebook.page.wait_for_timeout(1500)
    notebook.page.evaluate(WATCH)
    return notebook


def paint(desk: Desk, _: Emulator) -> dict[str, Any]:
    """Milliseconds from Shift+Enter to the panel's frame, and to all of its 32 thumbnails."""
    rows = []
    notebook = opened(desk, 32)
    for _again in range(4):
        rows.append(notebook.page.evaluate(PAINT))
        notebook.page.wait_for_timeout(1500)
    return {
        "frame_ms": round(statistics.median(row["frame"] for row in rows)),
        "all_32_ms": round(statistics.median(row["all"] for row in rows)),
        "worst_ms": round(max(row["all"] for row in rows)),
    }


def ask(desk: Desk, service: Emulator) -> dict[str, Any]:
    """Milliseconds from Ctrl+Enter until the service has the request; the first one warms up."""
    notebook = opened(desk, 4)
    panel = notebook.cell(2).locator(".vl-panel")
    rows = []
    for number in range(12):
        before = len(service.log)
        panel.locator(".vl-card input").first.check()
        panel.locator("textarea").press_sequentially(f"Why {number}?")
        notebook.page.wait_for_timeout(1200)
        panel.locator("textarea").press("Control+Enter")
        notebook.page.wait_for_function(
            "n => document.querySelectorAll('.vl-turn[data-status=complete]').length === n",
            arg=number + 1,
        )
        rows.append(1000 * service.log[before].at - notebook.page.evaluate("() => window.pressed"))
    warm = rows[2:]
    return {
        "first_ms": round(rows[0]),
        "median_ms": round(statistics.median(warm), 1),
        "best_ms": round(min(warm), 1),
        "worst_ms": round(max(warm), 1),
    }


def typing(desk: Desk, _: Emulator) -> dict[str, Any]:
    """Milliseconds from a key to the next frame."""
    notebook = opened(desk, 32, BUSY)
    area = notebook.cell(2).locator("textarea")

    def typed() -> list[float]:
        notebook.page.evaluate("() => { window.late = []; }")
        area.press_sequentially("Why does it rise and then fall again?", delay=60)
        found: list[float] = notebook.page.evaluate("() => window.late")
        return found

    idle = typed()
    notebook.start(5)
    notebook.page.wait_for_timeout(300)
    busy = typed()
    ratio = statistics.median(busy) / statistics.median(idle)
    return {
        "idle_median_ms": round(statistics.median(idle), 1),
        "busy_median_ms": round(statistics.median(busy), 1),
        "busy_to_idle": round(ratio, 2),
        "busy_worst_ms": round(max(busy), 1),
    }


def thread(desk: Desk, _: Emulator) -> dict[str, Any]:
    """The longest task while the last turn streams, alone and after ninety-nine others."""
    found: dict[str, Any] = {}
    for count in (1, 100):
        notebook = opened(desk, 1, THREAD.format(count))
        notebook.run(5)
        panel = notebook.cell(5).locator(".vl-panel")
        notebook.page.wait_for_function(
            "n => document.querySelectorAll('.vl-turn').length === n - 1", arg=count, timeout=60_000
        )
        notebook.page.wait_for_timeout(1500)
        panel.locator("textarea").fill("And the last one?")
        notebook.page.wait_for_timeout(800)
        notebook.page.evaluate("() => { window.long = []; window.gap = 0; }")
        panel.locator("textarea").press("Control+Enter")
        panel.locator(".vl-turn[data-status=running]").wait_for()
        notebook.page.wait_for_timeout(8000)
        took = [ms for _, ms in notebook.page.evaluate("() => window.long")]
        text = panel.locator(".vl-turn").first.inner_text()
        found[f"of_{count}"] = {
            "longest_task_ms": round(max(took, default=0)),
            "longest_gap_between_frames_ms": round(notebook.page.evaluate("() => window.gap")),
            "characters_shown": len(text),
        }
    return found


ROWS: dict[str, Callable[[Desk, Emulator], dict[str, Any]]] = {
    "paint": paint,
    "ask": ask,
    "typing": typing,
    "thread": thread,
}


def main() -> None:
    """Print one line a row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(ROWS))
    asked = parser.parse_args()
    os.environ["NO_PROXY"] = "127.0.0.1,localhost"
    with Emulator() as service:
        env = {
            "VLMAGIC_LANGUAGE": "en",
            "DASHSCOPE_API_KEY": service.key,
            "VLMAGIC_BASE_URL": service.compatible_url,
            "NO_PROXY": "127.0.0.1,localhost",
        }
        running = Lab(Path(tempfile.mkdtemp(prefix="vlmagic-panel-")), env)
        try:
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                desk = Desk(running, browser.new_context(viewport={"width": 1100, "height": 900}))
                desk.context.set_default_timeout(240_000)
                for name in asked.only.split(","):
                    print(json.dumps({"row": name, **ROWS[name](desk, service)}), flush=True)
                browser.close()
        finally:
            running.stop()


if __name__ == "__main__":
    main()
