"""An emulator in a process of its own, so that its CPU is not the kernel's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def served(*options: str) -> Iterator[tuple[str, str]]:
    """Its compatible base URL and its key."""
    process = subprocess.Popen(
        [sys.executable, "-m", "vlmagic", "emulate", *options],
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "VLMAGIC_LANGUAGE": "en",
        },
    )
    assert process.stdout is not None
    told = ""
    try:
        for line in process.stdout:
            told += line
            url = re.search(r"http://127\.0\.0\.1:\d+/compatible-mode/v1", told)
            key = re.search(r"sk-emulator-\w+", told)
            if url and key:
                yield url[0], key[0]
                return
        raise RuntimeError(f"the emulator did not start: {told}")
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
