"""How fast `vlmagic.map` is: `python tests/benchmarks/map_rate.py [rate | dask]`.

rate: 1,000 opaque PNG figures, 32 at once, a service that takes 200 ms; the ideal rate is 32 / 0.2 s.
dask: large pictures made ready by one worker process and by two, with a service that takes no time.
The service is a few lines of asyncio in a process of its own, so that its CPU is not ours.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
ROWS, MOST, DELAY = 1000, 32, 0.2


def reply() -> bytes:
    """One whole streamed answer."""
    first = {
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": "A falling line."}}]
    }
    last = {"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "stop"}]}
    usage = {"choices": [], "usage": {"prompt_tokens": 300, "completion_tokens": 5}}
    lines = [f"data: {json.dumps(event)}\n\n" for event in (first, last, usage)]
    body = "".join([*lines, "data: [DONE]\n\n"]).encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def serve(delay: float) -> None:
    """Answer every request after `delay` seconds; the port is printed."""
    said = reply()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                size = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
                await reader.readexactly(size)
                await asyncio.sleep(delay)
                writer.write(said)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=2**20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def service(delay: float) -> Iterator[str]:
    """Its base URL."""
    with subprocess.Popen(
        [sys.executable, __file__, "serve", str(delay)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        finally:
            process.terminate()


def figures(folder: Path, count: int, size: tuple[int, int]) -> list[Path]:
    """Opaque PNG charts, all different."""
    import math

    import PIL.Image
    import PIL.ImageDraw

    found = []
    for number in range(count):
        picture = PIL.Image.new("RGB", size, "white")
        pen = PIL.ImageDraw.Draw(picture)
        pen.rectangle((60, 40, size[0] - 40, size[1] - 50), outline="black")
        for line in range(3):
            points = [
                (60 + x, size[1] * (0.5 + 0.3 * math.sin((x + number * 7) / (40 + 20 * line))))
                for x in range(0, size[0] - 100, 3)
            ]
            pen.line(points, fill=("#1f77b4", "#ff7f0e", "#2ca02c")[line], width=2)
        path = folder / f"figure-{number:04}.png"
        picture.save(path)
        found.append(path)
    return found


def rate() -> None:
    """Rows a second against the ideal, and memory for a tenth and for all of them."""
    import vlmagic

    with tempfile.TemporaryDirectory() as folder, service(DELAY) as url:
        paths = figures(Path(folder), ROWS, (640, 480))
        options: dict[str, Any] = {
            "base_url": url, "model": "any", "progress": False, "max_concurrency": MOST
        }  # fmt: skip
        vlmagic.map("Warm up.", paths[:MOST], **options)
        memory = []
        for count in (ROWS // 10, ROWS):
            began, cpu = time.perf_counter(), time.process_time()
            found = vlmagic.map("What does it show?", paths[:count], **options)
            took, used = time.perf_counter() - began, time.process_time() - cpu
            assert len(found.ok) == count, found[0].error
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
            ideal = MOST / DELAY
            print(
                f"{count:5} rows: {count / took:6.1f} rows/s, {count / took / ideal:4.0%} of the ideal "
                f"{ideal:.0f}; {used / count * 1000:.1f} ms CPU a row; peak {memory[-1]:.0f} MB"
            )
        print(f"memory: {(memory[1] - memory[0]) * 1024 / (ROWS * 0.9):.1f} kB for each more row")


def dask() -> None:
    """Rows a second with one worker and with two, in turns, where making pictures ready is the work."""
    with tempfile.TemporaryDirectory() as folder, service(0) as url:
        paths = figures(Path(folder), 24, (6000, 4000))
        rates: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(3):
            for workers, found in rates.items():
                found.append(made_ready(workers, paths, url))
                print(f"{workers} worker(s): {found[-1]:.2f} rows/s")
        one, two = (statistics.median(found) for found in rates.values())
        print(f"two against one: {two / one:.2f} x")


def made_ready(workers: int, paths: list[Path], url: str) -> float:
    """Rows a second on a cluster of so many processes, each of which has asked before."""
    from distributed import Client, LocalCluster

    import vlmagic

    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        options: dict[str, Any] = {
            "base_url": url, "model": "any", "progress": False, "max_concurrency": 4,
            "executor": client.get_executor(),
        }  # fmt: skip
        vlmagic.map("Warm up.", paths[: 3 * workers], **options)
        began = time.perf_counter()
        found = vlmagic.map("What does it show?", paths, **options)
        took = time.perf_counter() - began
        assert len(found.ok) == len(paths), found[0].error
        return len(paths) / took


def main() -> None:
    """Whatever was asked for."""
    os.environ.setdefault("PYTHONPATH", str(ROOT))
    words = sys.argv[1:]
    if words[:1] == ["serve"]:
        asyncio.run(serve(float(words[1])))
        return
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for part in (rate, dask):
        if not words or part.__name__ in words:
            part()


if __name__ == "__main__":
    main()
