"""A service that says what a test says, when it says it: no test waits for a pace, or races with one.

teller.think("First, the peak. ")
teller.answer("It is at 3.")
teller.done()
"""

from __future__ import annotations

from itertools import chain
from queue import SimpleQueue

from lab import LOAD
from raw_server import RawServer, head, sse

USAGE = {
    "prompt_tokens": 302,
    "completion_tokens": 1500,
    "total_tokens": 1802,
    "completion_tokens_details": {"reasoning_tokens": 1234},
}


class Teller:
    """One conversation, with whoever asks first."""

    def __init__(self) -> None:
        self._told: SimpleQueue[bytes | None] = SimpleQueue()
        self._server = RawServer(chain([head()], iter(self._told.get, None)))

    @property
    def asked(self) -> str:
        """The first cell of a notebook that is to ask it."""
        return f"{LOAD}\n%config VLMagics.base_url = '{self._server.url}'"

    def think(self, text: str) -> None:
        """More thinking."""
        self._say({"reasoning_content": text})

    def answer(self, text: str) -> None:
        """More of the answer."""
        self._say({"content": text})

    def done(self) -> None:
        """The end."""
        self._told.put(
            sse({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}, done=False)
        )
        self._told.put(sse({"choices": [], "usage": USAGE}))
        self._told.put(None)

    def stop(self) -> None:
        """Hang up."""
        self._told.put(None)
        self._server.stop()

    def _say(self, delta: dict[str, str]) -> None:
        self._told.put(sse({"choices": [{"index": 0, "delta": delta}]}, done=False))
