"""What the checks cost: milliseconds for an answer of 1,000 words with 30 claims, and for 30 steps.

python tests/benchmarks/checks.py
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import claim_figures

from vlmagic import algebra, claims

DATA = Path(__file__).parent.parent / "data"
_FIRST = (
    "import time; start = time.perf_counter(); from vlmagic.algebra import check; check({!r}); "
    "print(1000 * (time.perf_counter() - start))"
)


def answers(name: str, figure: str = "") -> list[str]:
    """The answers of a set, without their marks."""
    rows = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return [re.sub("⟦.⟧", "", row["answer"]) for row in rows if row.get("figure", figure) == figure]


def charted() -> str:
    """A thousand words about one figure, a good thirty claims among them."""
    filler = (
        "The picture has a legend and two axes, and a light grid helps the reader find his way. "
    )
    text = "\n\n".join(answers("claims_third", "temperature"))
    return text + "\n\n" + filler * ((1000 - len(text.split())) // len(filler.split()) + 1)


def derived() -> str:
    """Some thirty steps, with limits and integrals among them."""
    found = ""
    for text in answers("steps_third"):
        if len(algebra.check(found)) < 30:
            found += text + "\n\n"
    return found


def took(work: Callable[[], Any], times: int = 9) -> float:
    """Median milliseconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(1000 * (time.perf_counter() - start))
    return statistics.median(found)


def first(answer: str) -> float:
    """Milliseconds of the first use in a fresh process, imports counted."""
    code = _FIRST.format(answer)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Print the numbers."""
    figure = claim_figures.data("temperature")
    chart, steps = charted(), derived()
    told, found = claims.check(chart, [figure]), algebra.check(steps)
    plain = took(lambda: claims.check(chart, [figure]))
    print(f"{len(chart.split())} words, {len(told)} claims: {plain:.0f} ms")
    print(f"{len(found)} steps: {took(lambda: algebra.check(steps)):.0f} ms")
    print(f"first use, those steps: {first(steps):.0f} ms; no mathematics: {first(chart):.0f} ms")
    print(f"sympy in this process: {'sympy' in sys.modules}")


if __name__ == "__main__":
    main()
