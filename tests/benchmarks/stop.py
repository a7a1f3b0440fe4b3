"""Seconds from ■ (a kernel interrupt) to idle, while the server stalls.

python tests/benchmarks/stop.py
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from served import served
from stream import kernel


def main() -> None:
    """Print one line for each protocol and each place where the server stalls."""
    for fault in ("stall-before", "stall-in-thinking", "stall-in-answer"):
        with served("--fault", fault) as (url, key), kernel(url, key) as running:
            for api in ("openai", "dashscope"):
                running.run(f"%config VLMagics.api = '{api}'")
                seconds = []
                for _ in range(3):
                    asked = running.client.execute("%%vlreason --no-image\nwhat is it?")
                    time.sleep(2.5)
                    before = time.monotonic()
                    running.manager.interrupt_kernel()
                    running.outputs(asked, timeout=30)
                    seconds.append(round(time.monotonic() - before, 3))
                print(json.dumps({"fault": fault, "api": api, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
