"""What recording costs beside the run that is recorded, and how long matching takes among many.

    python tests/benchmarks/recordings.py [--tokens 20000] [--rate 200] [--files 1000]

The recorder's CPU is that of its own calls; the run's is that of the kernel while the cell runs and
an emulator in another process streams, at the rate of a live model (to reach: 5 %) and as fast as it
can. Finding one among many recordings (to reach: 0.3 s for 1,000) stands beside merely reading the
first 16 KiB of each.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from conftest import Kernel
from served import served
from stream import kernel

from vlmagic.events import Answer, Done, Thinking, Usage
from vlmagic.recording import Cabinet
from vlmagic.request import Request
from vlmagic.run import ask

TIMED = """
import time
from vlmagic.recording import Recorder
spent = [0.0]
def timed(method):
    def call(*given):
        began = time.thread_time()
        try: return method(*given)
        finally: spent[0] += time.thread_time() - began
    return call
for name in ("start", "show", "finish"):
    setattr(Recorder, name, timed(getattr(Recorder, name)))
"""


def share(running: Kernel, model: str) -> tuple[float, float]:
    """CPU seconds of the recorder, and of the kernel while the cell ran."""
    running.run("spent[0], began = 0.0, time.process_time()")
    outputs = running.run(f"%%vlreason --no-image --max-cost 1000 -m {model} -o found\nhi")
    assert running.value("found.ok"), outputs
    return running.value("spent[0]"), running.value("time.process_time() - began")


class Told:
    """An answer as long as a common one, at once."""

    name = "here"
    received = 1

    def open(self, request: Request) -> Told:
        return self

    def __iter__(self) -> Any:
        yield from (Thinking(f"word {number} ", at=number / 50) for number in range(400))
        yield from (Answer(f"word {number} ", at=number / 50) for number in range(400, 700))
        yield Usage(input_tokens=700, output_tokens=700, at=14.0)
        yield Done("stop", "qwen3-vl-plus", at=14.0)

    def close(self) -> None:
        """Nothing is open."""


def opening(folder: Path, files: int) -> tuple[float, float]:
    """Seconds to find one question among so many recordings, and to read the beginning of each."""
    cabinet = Cabinet(folder)
    for number in range(files):
        asked = Request(model="qwen3-vl-plus", prompt=f"What does figure {number} show?")
        plan = cabinet.plan(asked, "record")
        ask(asked, Told(), *plan.sinks)
    wanted = Request(model="qwen3-vl-plus", prompt=f"What does figure {files // 2} show?")
    found, plain = [], []
    for _ in range(5):
        began = time.perf_counter()
        assert Cabinet(folder).plan(wanted, "auto").source is not None
        found.append(time.perf_counter() - began)
        began = time.perf_counter()
        for path in folder.iterdir():
            fd = os.open(path, os.O_RDONLY)
            os.read(fd, 2**14)
            os.close(fd)
        plain.append(time.perf_counter() - began)
    return min(found), min(plain)


def main() -> None:
    """Print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=20_000)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--render", default="static")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        with served() as (url, key), kernel(url, key) as running:
            running.run(TIMED)
            running.run(f"%config VLMagics.render = {asked.render!r}")
            running.run(f"%config VLMagics.recordings = {str(folder / 'kept')!r}")
            running.run("%config VLMagics.record = 'record'")
            share(running, "bench-50-0-50")  # imports
            for name, rate in ((f"{asked.rate} tokens/s", asked.rate), ("at full speed", 0)):
                tokens = asked.rate * 20 if rate else asked.tokens
                ours, whole = share(running, f"bench-{tokens}-{rate}-50")
                print(
                    f"recording {tokens} tokens {name}, {asked.render}: "
                    f"{ours:.3f} of {whole:.3f} CPU s = {ours / whole:.1%}",
                    flush=True,
                )
        found, plain = opening(folder / "many", asked.files)
        print(
            f"finding one among {asked.files} recordings: {found:.3f} s, "
            f"{found / plain:.1f} × reading their beginnings"
        )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
