"""What numbers cannot settle is asked of sympy, in a process that is killed when its time is over.

The tree goes as JSON and is built node by node: no text is parsed by sympy. The process is
started at the first question, serves all later ones, and ends with its parent. Run as a module,
this file is that process.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

from .node import Node

SECONDS = 2.0
"""For one question, the process's own start not counted."""
_START = 20.0
_lock = threading.Lock()
_server: _Server | None = None
_answer = threading.local()


class _Server:
    """The process, and the answers that it has given."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.answers: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self._read, name="vlmagic-algebra", daemon=True)
        self.reader.start()
        self.ready = False

    def wake(self, seconds: float) -> bool:
        """Whether it has come up, waiting so long at most; one that has not may yet."""
        self.ready = self.ready or self._wait(seconds) == "ready"
        return self.ready

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.answers.put(line.strip())
        self.answers.put("")

    def _wait(self, seconds: float) -> str:
        try:
            return self.answers.get(timeout=seconds)
        except queue.Empty:
            return ""

    def ask(self, question: str, seconds: float) -> str:
        """One line in, one line out; nothing where it took too long or the process is gone."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(question + "\n")
            self.process.stdin.flush()
        except OSError:
            return ""
        return self._wait(seconds)

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        self.process.wait()
        self.reader.join(1)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def close() -> None:
    """End the process, if there is one."""
    global _server
    if _server is not None:
        _server.close()
        _server = None


atexit.register(close)


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """All questions of this thread together get so long: one answer's."""
    before = getattr(_answer, "until", float("inf"))
    _answer.until = time.monotonic() + seconds
    try:
        yield
    finally:
        _answer.until = before


def ask(left: Node, right: Node) -> str:
    """Whether two sides are the "same" or "different"; else why that is not known."""
    global _server
    if find_spec("sympy") is None:
        return "extra"
    left_over = getattr(_answer, "until", float("inf")) - time.monotonic()
    if left_over <= 0:
        return "time"
    with _lock:
        if _server is None:
            _server = _Server()
        if not _server.wake(min(_START, left_over)):
            if _server.process.poll() is not None or left_over > _START:
                close()
            return "time"
        question = json.dumps([to_json(left), to_json(right)])
        answer = _server.ask(question, min(SECONDS, left_over))
        if not answer:
            close()
            return "time"
    return answer if answer in ("same", "different") else "value"


def to_json(node: Node) -> list[Any]:
    """A tree as nested lists."""
    return [node.op, node.name, str(node.value), *map(to_json, node.args)]


def from_json(data: list[Any]) -> Node:
    """The tree that `to_json` wrote."""
    return Node(data[0], tuple(map(from_json, data[3:])), data[1], Fraction(data[2]))


def _serve() -> None:
    import sympy

    from .symbolic import same

    same(sympy, Node("call", (Node("num"),), name="sin"), Node("num"))  # sympy loads itself on use
    print("ready", flush=True)
    for line in sys.stdin:
        try:
            left, right = (from_json(one) for one in json.loads(line))
            answer = same(sympy, left, right)
        except Exception:  # noqa: BLE001 - sympy raises what it likes
            answer = "value"
        print(answer, flush=True)


if __name__ == "__main__":
    _serve()
