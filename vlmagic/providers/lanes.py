"""HTTP connections that another thread can cut, and that are kept for the next question.

A lane is one openai client with one connection at a time, so that the socket a reader is blocked
in is always known (closing the response from another thread does not wake that reader; shutting
the socket down does, at once). This room refuses to know what is asked.
"""

from __future__ import annotations

import contextlib
import importlib
import socket
import ssl
import threading
import weakref
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import openai

_KEPT = 32
"""Most idle connections of one source."""
_KEPT_SECONDS = 120.0


class Lane:
    """One client, its one connection, and the way to cut it."""

    def __init__(self, client: openai.OpenAI) -> None:
        self.client = client
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._dup: socket.socket | None = None
        self.cut_off = False

    def cut(self) -> None:
        """End whatever it is doing; a reader blocked in it wakes at once. From any thread."""
        with self._lock:
            self.cut_off = True
            self._shut()

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        """What the connection pool reports: remember each new socket, in its handshake too."""
        step = name.partition(".")[2]
        if step not in _STEPS:
            return
        with self._lock:
            if step == "start_tls.started":
                # The handshake detaches the socket's own descriptor: only a copy can be shut.
                self._dup = self._socket.dup() if self._socket else None
            else:
                if self._dup is not None:
                    self._dup.close()
                    self._dup = None
                stream = info.get("return_value")
                self._socket = stream.get_extra_info("socket") if stream is not None else None
            if self.cut_off:
                self._shut()

    def _shut(self) -> None:
        for known in (self._socket, self._dup):
            if known is not None:
                with contextlib.suppress(OSError):
                    # Of the plain socket, since an SSL object may be in use by the reader.
                    socket.socket.shutdown(known, socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the connection back to the system."""
        self.client.close()


_STEPS = frozenset(
    {"connect_tcp.complete", "start_tls.started", "start_tls.complete", "start_tls.failed"}
)


class Lanes:
    """The lanes of one source: `take` an idle or a new one, `give` it back."""

    def __init__(self, base_url: str, key: str, connect: float, headers: Mapping[str, str]) -> None:
        self._base_url = base_url
        self._key = key
        self._connect = connect
        self._headers = dict(headers)
        self._idle: list[Lane] = []
        self._lock = threading.Lock()
        self._ssl: ssl.SSLContext | None = None
        weakref.finalize(self, _close, self._idle)

    def take(self) -> Lane:
        """A lane of one's own; imports the SDK at the first call."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._new()

    def give(self, lane: Lane) -> None:
        """Keep the lane for the next question, unless it was cut."""
        with self._lock:
            if not lane.cut_off and len(self._idle) < _KEPT:
                self._idle.append(lane)
                return
        lane.close()

    def close(self) -> None:
        """Close the idle connections; the next question opens a new one."""
        with self._lock:
            _close(self._idle)

    def _new(self) -> Lane:
        import openai

        http = http_module()
        with self._lock:
            if self._ssl is None:
                self._ssl = http.create_ssl_context()
        lane: Lane

        def follow(request: Any) -> None:
            request.extensions = {**request.extensions, "trace": lane.trace}

        lane = Lane(
            openai.OpenAI(
                api_key=self._key,
                base_url=self._base_url,
                max_retries=0,
                default_headers=self._headers,
                http_client=openai.DefaultHttpxClient(
                    follow_redirects=False,
                    verify=self._ssl,
                    timeout=http.Timeout(None, connect=self._connect),
                    limits=http.Limits(
                        max_connections=1,
                        max_keepalive_connections=1,
                        keepalive_expiry=_KEPT_SECONDS,
                    ),
                    event_hooks={"request": [follow]},
                ),
            )
        )
        return lane


def http_module() -> ModuleType:
    """The HTTP library of the installed SDK: httpx, or httpx2 since openai 3."""
    import openai

    base = openai.DefaultHttpxClient.__mro__[1]
    return importlib.import_module(base.__module__.partition(".")[0])


def _close(lanes: list[Lane]) -> None:
    while lanes:
        lanes.pop().close()
