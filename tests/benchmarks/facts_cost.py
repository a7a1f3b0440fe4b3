"""What facts cost: processor time to read a figure, beside that of drawing it, for every kind.

PYTHONPATH=.:tests python tests/benchmarks/facts_cost.py [KIND...]
"""

from __future__ import annotations

import io
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import figure_kinds
import matplotlib.pyplot as plt
import numpy as np

from vlmagic.facts import facts_of


def _many(draw: Callable[[Any, Any], Any]) -> Callable[[], Any]:
    def made() -> Any:
        figure, axes = plt.subplots()
        draw(axes, np.random.default_rng(0))
        return figure

    return made


def _panels() -> Any:
    figure, panels = plt.subplots(4, 5, figsize=(10, 8))
    for axes in panels.flat:
        axes.plot(np.random.default_rng(0).normal(size=50))
    return figure


HEAVY: dict[str, Callable[[], Any]] = {
    "line 1e6": _many(lambda axes, random: axes.plot(random.normal(size=10**6))),
    "scatter 1e4": _many(lambda axes, random: axes.scatter(*random.normal(size=(2, 10**4)))),
    "scatter 1e6": _many(lambda axes, random: axes.scatter(*random.normal(size=(2, 10**6)), s=1)),
    "lines 50": _many(lambda axes, random: axes.plot(random.normal(size=(200, 50)))),
    "image 1e6": _many(lambda axes, random: axes.imshow(random.normal(size=(1000, 1000)))),
    "panels 20": _panels,
}


def clocked(work: Callable[[], Any], times: int) -> float:
    """The least processor time of several runs, in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken) * 1e3


def saved(figure: Any) -> None:
    """Draw it as a notebook does."""
    figure.savefig(io.BytesIO(), bbox_inches="tight")


def main() -> None:
    """Print the ratios, the worst last."""
    warnings.simplefilter("ignore")
    kinds: dict[str, Callable[[], Any]] = {
        name: partial(figure_kinds.draw, name) for name in figure_kinds.KINDS
    }
    rows = []
    for name, made in (kinds | HEAVY).items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        figure = made()
        drawn = clocked(partial(saved, figure), 3)
        read = clocked(partial(facts_of, figure), 5)
        rows.append((read / drawn, name, read, drawn))
        plt.close(figure)
    for ratio, name, read, drawn in sorted(rows):
        print(f"{name:16} facts {read:7.2f} ms, drawing {drawn:7.1f} ms: {ratio:6.2%}")
    ratios = [row[0] for row in rows]
    over = [row[1] for row in rows if row[0] > 0.05]
    print(
        f"{len(rows)} kinds: median {statistics.median(ratios):.2%}, worst {max(ratios):.2%}, over 5 %: {', '.join(over) or 'none'}"
    )


if __name__ == "__main__":
    main()
