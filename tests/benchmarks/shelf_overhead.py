"""What the shelf costs: microseconds a cell, microseconds a figure.

python tests/benchmarks/shelf_overhead.py
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from vlmagic import shelf as shelves
from vlmagic.shelf.item import Run


def cells(ip: Any, code: str, count: int = 100) -> float:
    """Median microseconds of a cell."""
    times = []
    for _ in range(count):
        start = time.perf_counter()
        ip.run_cell(code)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


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


if __name__ == "__main__":
    main()
