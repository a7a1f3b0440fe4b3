"""What the shelf costs: microseconds a cell, microseconds a figure, facts beside rendering.

python tests/benchmarks/shelf_overhead.py
"""

from __future__ import annotations

import io
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
from IPython.core.interactiveshell import InteractiveShell

from vlmagic import shelf as shelves
from vlmagic.facts import facts_of
from vlmagic.shelf.item import Run


def cells(ip: Any, code: str, count: int = 100) -> float:
    """Median microseconds of a cell."""
    times = []
    for _ in range(count):
        start = time.perf_counter()
        ip.run_cell(code)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def charts() -> dict[str, Any]:
    """Figures from light to heavy."""
    random = np.random.default_rng(0)
    found: dict[str, Any] = {}
    draws: dict[str, Callable[[Any], Any]] = {
        "line": lambda axes: axes.plot(random.normal(size=200)),
        "line 1e6": lambda axes: axes.plot(random.normal(size=10**6)),
        "scatter 1e4": lambda axes: axes.scatter(*random.normal(size=(2, 10**4))),
        "bar": lambda axes: axes.bar(range(20), range(20)),
        "photo": lambda axes: axes.imshow(random.integers(0, 255, (480, 640, 3), np.uint8)),
    }
    for name, draw in draws.items():
        figure, axes = plt.subplots()
        draw(axes)
        found[name] = figure
    figure, panels = plt.subplots(4, 5, figsize=(10, 8))
    for axes in panels.flat:
        axes.plot(random.normal(size=50))
    return found | {"4x5 panels": figure}


def main() -> None:
    """Print the numbers."""
    ip: Any = InteractiveShell.instance()
    ip.displayhook.write_output_prompt = ip.displayhook.finish_displayhook = lambda: None
    ip.displayhook.write_format_data = lambda *_, **__: None
    out = sys.stdout.write
    for code in ("pass", "1", "x = [1, 2]; x"):
        bare, more = [], []
        for _ in range(40):
            bare.append(cells(ip, code))
            shelves.install(ip)
            more.append(cells(ip, code))
            shelves.remove(ip)
        extra = statistics.median(b - a for a, b in zip(bare, more, strict=True))
        out(
            f"cell {code!r}: {statistics.median(bare):.1f} us bare, {extra:+.1f} us with the shelf\n"
        )
    shelf, run, bundle = shelves.Shelf(), Run(1, 1, 1), {"image/png": "x" * 30_000}
    start = time.perf_counter()
    for _ in range(10_000):
        shelf.collect(bundle, None, run)
    out(f"figure, facts not counted: {(time.perf_counter() - start) * 100:.1f} us\n")
    for name, figure in charts().items():
        figure.savefig(io.BytesIO(), format="png")
        start = time.process_time()
        figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
        render = time.process_time() - start
        facts = min(_timed(figure) for _ in range(5))
        out(f"facts of {name}: {facts * 1e3:.2f} ms, {facts / render:.1%} of rendering\n")


def _timed(figure: Any) -> float:
    start = time.process_time()
    facts_of(figure)
    return time.process_time() - start


if __name__ == "__main__":
    main()
