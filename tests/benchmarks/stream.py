"""Kernel CPU and iopub bytes of one streamed answer, as ratios to the bare openai SDK loop.

    python tests/benchmarks/stream.py [--tokens 20000,80000] [--thinking 70] [--render static] [--rounds 3]

A kernel and an emulator, each in a process of its own; the kernel asks the same stream in turn with
the bare SDK loop (no display), with bytes + json.loads alone, and with %%vlreason. Wall time depends
on the machine's load; CPU seconds and their ratio hardly do.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from conftest import Kernel
from served import served

BARE = """
from openai import OpenAI
_client = OpenAI(base_url={url!r}, api_key={key!r})
_asked = dict(model={model!r}, messages=[dict(role="user", content="hi")], stream=True)
_thought, _answered = [], []
for _chunk in _client.chat.completions.create(**_asked):
    if _chunk.choices:
        _delta = _chunk.choices[0].delta
        if getattr(_delta, "reasoning_content", None): _thought.append(_delta.reasoning_content)
        if _delta.content: _answered.append(_delta.content)
"""
BYTES = """
import json
_texts = []
with _client.chat.completions.with_streaming_response.create(**_asked) as _response:
    for _line in _response.iter_lines():
        if _line.startswith("data: {{"): _texts.append(json.loads(_line[6:]))
"""
OURS = "%%vlreason --no-image --max-cost 1000 -m {model} --render {render}\nhi"


@contextmanager
def kernel(url: str, key: str) -> Iterator[Kernel]:
    """A kernel wired to that service."""
    running = Kernel({"DASHSCOPE_API_KEY": key, "VLMAGIC_BASE_URL": url, "VLMAGIC_LANGUAGE": "en"})
    try:
        running.run("%load_ext vlmagic")
        yield running
    finally:
        running.stop()


def measured(running: Kernel, code: str) -> tuple[float, int, int]:
    """CPU seconds of the kernel, iopub bytes and messages of one cell."""
    process = psutil.Process(running.manager.provisioner.pid)
    before = sum(process.cpu_times()[:2])
    asked = running.client.execute(code)
    size = messages = 0
    session, socket = running.client.session, running.client.iopub_channel.socket
    while True:
        frames = socket.recv_multipart()
        size += sum(map(len, frames))
        messages += 1
        _, parts = session.feed_identities(frames)
        message = session.deserialize(parts)
        if message["msg_type"] == "error":
            raise SystemExit("\n".join(message["content"]["traceback"]))
        if message["parent_header"].get("msg_id") != asked:
            continue
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return sum(process.cpu_times()[:2]) - before, size, messages


def main() -> None:
    """Print one line a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", default="20000,80000")
    parser.add_argument("--thinking", type=int, default=70, help="per cent")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--render", default="static")
    parser.add_argument("--api", default="openai")
    asked = parser.parse_args()
    ours = OURS.replace(" --render {render}", "")
    with served() as (url, key), kernel(url, key) as running:
        running.run(f"%config VLMagics.render = '{asked.render}'")
        running.run(f"%config VLMagics.api = '{asked.api}'")
        for code in (BARE, BYTES, ours):  # imports and caches
            measured(running, code.format(url=url, key=key, model=f"bench-50-0-{asked.thinking}"))
        for tokens in map(int, asked.tokens.split(",")):
            model = f"bench-{tokens}-0-{asked.thinking}"
            rows: dict[str, list[float]] = {"sdk": [], "bytes": [], "ours": []}
            size = messages = 0
            for _ in range(asked.rounds):
                for name, code in (("sdk", BARE), ("bytes", BYTES), ("ours", ours)):
                    cpu, sent, count = measured(running, code.format(url=url, key=key, model=model))
                    rows[name].append(cpu)
                    if name == "ours":
                        size, messages = sent, count
            median = {name: statistics.median(found) for name, found in rows.items()}
            print(
                json.dumps(
                    {
                        "tokens": tokens,
                        "render": asked.render,
                        "sdk_cpu_s": round(median["sdk"], 2),
                        "bytes_ratio": round(median["bytes"] / median["sdk"], 3),
                        "ours_ratio": round(median["ours"] / median["sdk"], 3),
                        "iopub_kB": round(size / 1000, 1),
                        "messages": messages,
                    }
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()
