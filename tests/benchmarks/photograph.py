"""What a photograph of 48 megapixels costs to make ready, beside decoding it at a quarter.

python tests/benchmarks/photograph.py
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import PIL.Image

from vlmagic.images import normalise


def photograph(grain: int) -> bytes:
    """A JPEG of 48 megapixels: shades with so much noise on them."""
    shades = np.linspace(0, 200, 8000).astype(np.uint8)[None, :, None]
    noise = np.random.default_rng(0).integers(0, grain, (6000, 8000, 3), np.uint8)
    buffer = io.BytesIO()
    PIL.Image.fromarray(noise + shades).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def seconds(work: Callable[[], Any]) -> float:
    """CPU seconds, the least of five."""
    times = []
    for _ in range(5):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def decode(data: bytes) -> None:
    """What any reader of the file has to do."""
    with PIL.Image.open(io.BytesIO(data)) as picture:
        picture.draft("RGB", (1900, 1400))
        picture.load()


def main() -> None:
    """Print the numbers: by day, and by night, when nearly all of the time goes into decoding."""
    for grain in (8, 40):
        data = photograph(grain)
        ready = seconds(lambda data=data: normalise(data, label="photograph"))  # type: ignore[misc]
        decoded = seconds(lambda data=data: decode(data))  # type: ignore[misc]
        sys.stdout.write(
            f"{len(data) / 1e6:.1f} MB: ready in {ready:.3f} s of CPU, "
            f"{ready / decoded:.2f} x decoding it at a quarter\n"
        )


if __name__ == "__main__":
    main()
