"""A server that sends exactly the given bytes: for answers that no decent server would send."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

Step = bytes | float
"""Bytes to send, or seconds to wait; `HANG` waits until the server is stopped."""
HANG = float("inf")


def head(
    status: int = 200, content_type: str = "text/event-stream", extra: str = "", length: int = -1
) -> bytes:
    """The head of an answer; without a length, the body ends when the connection does."""
    size = f"Content-Length: {length}\r\n" if length >= 0 else ""
    return (
        f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nX-Request-Id: req-7\r\nConnection: close\r\n{size}{extra}\r\n"
    ).encode()


def chunked(*pieces: bytes) -> bytes:
    """The whole answer, chunked, so that the connection can be used again."""
    start = (
        b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    return start + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def sse(*chunks: object, done: bool = True) -> bytes:
    """Chunks as server-sent events, written as Model Studio writes them."""
    lines = [f"data: {json.dumps(c) if isinstance(c, dict) else c}\n\n".encode() for c in chunks]
    return b"".join([*lines, b"data: [DONE]\n\n" if done else b""])


class RawServer:
    """Each request is answered with the next script; the last one is repeated.

    `first`: bytes that are sent to whoever connects, before anything is read; None: nothing.
    """

    def __init__(self, *scripts: Iterable[Step], first: bytes | None = None) -> None:
        self.first = first
        self.scripts = list(scripts)
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        self.connections = 0
        self._stop = threading.Event()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._start(self._accept)

    @property
    def url(self) -> str:
        """The base URL, without any path that would name a dialect."""
        return f"http://127.0.0.1:{self.port}/v1"

    def stop(self) -> None:
        """Hang up on everybody and wait for the threads."""
        self._stop.set()
        for known in (self._listening, *self._sockets):
            with contextlib.suppress(OSError):
                known.shutdown(socket.SHUT_RDWR)
            known.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: Any, *args: Any) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                found, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(found)
            self._start(self._serve, found)

    def _serve(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError), peer, peer.makefile("rb") as incoming:
            if self.first is not None:
                peer.sendall(self.first)
                self._stop.wait()
                return
            while self._read(incoming):
                script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
                closes = True
                for step in script:
                    if isinstance(step, bytes):
                        peer.sendall(step)
                        closes = closes and b"chunked" not in step
                    elif self._stop.wait(None if step == HANG else step):
                        return
                if closes:
                    return

    def _read(self, incoming: Any) -> bool:
        first = incoming.readline().decode("latin-1")
        if not first:
            return False
        headers = {}
        while line := incoming.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = incoming.read(int(headers.get("content-length", 0)))
        self.requests.append((first.split()[1], headers, json.loads(body) if body else None))
        return True


@contextlib.contextmanager
def serving(*scripts: Iterable[Step], first: bytes | None = None) -> Iterator[RawServer]:
    """A running server, stopped at the end."""
    server = RawServer(*scripts, first=first)
    try:
        yield server
    finally:
        server.stop()


def eventually(true: Any, seconds: float = 10.0) -> bool:
    """Wait until something holds; False if it never does."""
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.005)
    return bool(true())
