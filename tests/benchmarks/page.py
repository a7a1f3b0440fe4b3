"""What a page in JupyterLab has to do while a long answer streams into the live view.

    python tests/benchmarks/page.py [--only thinking,answer,...]

A real JupyterLab in headless Chromium; the kernel's own conversation loop feeds the live view from a
source that says N tokens at once and then 200 a second. Busy: main-thread seconds of the page from
the first token until the last one is painted; the saved output that replaces the view comes after.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS / "browser"), str(TESTS), str(TESTS.parent)]

from lab import CHROMIUM, FLAGS, Desk, Lab
from playwright.sync_api import sync_playwright

SOURCE = """
import time
from itertools import cycle, islice
from vlmagic.emulator.bench import _PROSE, tokens
from vlmagic.events import Answer, Done, Thinking
from vlmagic.render import Asked
from vlmagic.render.widget import LiveSink
from vlmagic.request import Request
from vlmagic.run import Cancel, ask

class Paced:
    name, received = "bench", 0
    def __init__(self, burst, count, rate, kind, text):
        self.asked, self.at = (burst, count, rate, kind, text), {}
    def open(self, request):
        return self
    def close(self):
        pass
    def __iter__(self):
        burst, count, rate, kind, text = self.asked
        words = list(islice(cycle(tokens(text)), burst + count))
        say = {"thinking": Thinking, "answer": Answer}[kind]
        time.sleep(1)
        self.at["first"] = time.time()
        self.received += 1
        for word in words[:burst]:
            self.received += 1
            yield say(word)
        if burst:
            time.sleep(2)
        self.at["slow"] = began = time.time()
        for number, word in enumerate(words[burst:]):
            while time.time() < began + number / rate:
                time.sleep(0.002)
            self.received += 1
            yield say(word)
        yield say(" THE-END")
        self.at["last"] = time.time()
        time.sleep(4)
        yield Done("stop")

def paced(burst, count, rate, kind, text=_PROSE):
    source = Paced(burst, count, rate, kind, text)
    sink = LiveSink(Asked(), Cancel(), blocks=True)
    before = time.process_time()
    result = ask(Request(model="bench", prompt="hi"), source, sink)
    print("MARK", source.at["first"], source.at["last"], time.process_time() - before, len(result.events))
"""
WATCH = """() => {
  const seen = window.seen = { long: [], first: 0, last: 0 };
  new PerformanceObserver(list => { for (const e of list.getEntries()) seen.long.push([performance.timeOrigin + e.startTime, e.duration]); })
    .observe({ type: 'longtask' });
  const now = () => performance.timeOrigin + performance.now();
  const look = () => {
    const thinking = document.querySelector('.vl-thoughts'), answer = document.querySelector('.vl-answer');
    const end = node => node?.lastElementChild?.textContent.slice(-200) + (node?.lastElementChild?.previousElementSibling?.textContent.slice(-200) || '');
    if (!seen.first && (thinking?.textContent || answer?.textContent)) requestAnimationFrame(() => { seen.first ||= now(); });
    if (!seen.last && (end(thinking) + end(answer)).includes('THE-END')) requestAnimationFrame(() => requestAnimationFrame(() => { seen.last ||= now(); }));
    if (!seen.last) requestAnimationFrame(look);
  };
  look();
}"""
ROWS = {
    "thinking": (76_000, 4_000, 200, "thinking"),
    "answer": (76_000, 4_000, 200, "answer"),
    "burst": (80_000, 0, 1, "answer"),
    "burst-thinking": (80_000, 0, 1, "thinking"),
    "slow-10k": (0, 10_000, 200, "answer"),
    "slow-20k": (0, 20_000, 200, "answer"),
    "fence-10k": (0, 10_000, 200, "answer"),
    "fence-20k": (0, 20_000, 200, "answer"),
    "short": (0, 2_000, 200, "thinking"),
}
FENCE = 'text="```python\\n" + "x = 1; y = [x, 2]  # 说明\\n" * 30000'


def measured(desk: Desk, name: str) -> dict[str, Any]:
    """One row."""
    burst, count, rate, kind = ROWS[name]
    more = f", {FENCE}" if name.startswith("fence") else ""
    call = f"paced({burst}, {count}, {rate}, {kind!r}{more})"
    notebook = desk.open([SOURCE, "paced(0, 20, 200, 'thinking')", call])
    page = notebook.page
    notebook.run(0)
    notebook.run(1)
    devtools = desk.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    devtools.send("Network.enable")
    frames: list[tuple[float, int]] = []

    def came(event: dict[str, Any]) -> None:
        response = event["response"]
        data = response["payloadData"]
        frames.append(
            (event["timestamp"], len(data) * 3 // 4 if response["opcode"] == 2 else len(data))
        )

    devtools.on("Network.webSocketFrameReceived", came)

    def metrics() -> dict[str, float]:
        devtools.send("HeapProfiler.collectGarbage")
        return {m["name"]: m["value"] for m in devtools.send("Performance.getMetrics")["metrics"]}

    page.evaluate(WATCH)
    notebook.start(2)
    notebook.view(2).wait_for()
    before = metrics()
    page.wait_for_function("() => window.seen.last", timeout=180_000)
    after = metrics()
    seconds = [at for at, _ in frames]
    size = sum(bytes_ for _, bytes_ in frames)
    notebook.done(2)
    page.wait_for_timeout(500)
    seen = page.evaluate("() => window.seen")
    printed = notebook.output(2).inner_text().split("MARK ")[1].split()
    first, last, cpu = float(printed[0]), float(printed[1]), float(printed[2])
    live = [ms for at, ms in seen["long"] if first * 1000 - 200 <= at <= seen["last"]]
    ending = [ms for at, ms in seen["long"] if at > seen["last"]]
    inside = list(seconds)
    most = max((sum(1 for b in inside if a <= b < a + 1) for a in inside), default=0)
    return {
        "row": name,
        "busy_s": round(after["TaskDuration"] - before["TaskDuration"], 1),
        "longest_ms": round(max(live, default=0)),
        "last_to_paint_s": round(seen["last"] / 1000 - last, 3),
        "first_to_pixel_ms": round(seen["first"] - first * 1000),
        "ws_MB": round(size / 1e6, 3),
        "frames_per_s": most,
        "heap_MB": round((after["JSHeapUsedSize"] - before["JSHeapUsedSize"]) / 1e6, 2),
        "nodes": round(after["Nodes"] - before["Nodes"]),
        "kernel_cpu_s": round(cpu, 2),
        "ending_longest_ms": round(max(ending, default=0)),
    }


def main() -> None:
    """Print one line a row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(ROWS))
    asked = parser.parse_args()
    os.environ["NO_PROXY"] = "127.0.0.1,localhost"
    folder = Path(tempfile.mkdtemp(prefix="vlmagic-page-"))
    running = Lab(folder, {"VLMAGIC_LANGUAGE": "en"})
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            desk = Desk(running, browser.new_context(viewport={"width": 1100, "height": 900}))
            for name in asked.only.split(","):
                print(json.dumps(measured(desk, name)), flush=True)
            browser.close()
    finally:
        running.stop()


if __name__ == "__main__":
    main()
