"""A local emulator of Alibaba Model Studio: the same wire, no model behind it.

    with Emulator() as service:
        client = OpenAI(api_key=service.key, base_url=service.compatible_url)

It speaks both dialects, refuses what the service refuses, and answers with what can be computed
from the request. It serves this machine only, and it says in its first sentence what it is. This
room refuses to import anything that talks to a service: a shared mistake would test itself.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from vlmagic.catalog import Model, find

if TYPE_CHECKING:
    import asyncio

    from tornado.httputil import HTTPServerRequest

__all__ = ["Emulator", "Received"]


@dataclass
class Received:
    """One request as the emulator saw it; the key is never kept."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    """Parsed JSON, or the text of anything else."""
    at: float
    """Unix time."""
    status: int | None = None
    model: str = ""
    fault: str | None = None
    sent: int = 0
    """Bytes of the response body handed to the connection."""
    gone: float | None = None
    """Unix time when the client left before the end."""
    finished: bool = False


class Emulator:
    """One emulated service on a port of this machine; a context manager.

    `keys`: the keys that are known, each plain or "region=key" (keys of another region are refused
    as the service does); None: a random one. `images`: files that stand for remote URLs.
    `rate`: tokens a second (None: at once). `fault`: a name, or a sequence of names and Nones, one
    for each request; the header `x-emulator-fault` overrides it. `retired`: models with a last
    day answer 404, as after it. `shape`: whose compatible stream it writes (`emulator.shapes`).
    `play`: a folder of recordings, played when their question comes. `slip`: what it says wrong on
    purpose, and says so (`emulator.slips`).
    """

    def __init__(
        self,
        port: int = 0,
        *,
        keys: Iterable[str] | None = None,
        region: str = "beijing",
        images: Mapping[str, str | Path | bytes] | None = None,
        rate: float | None = None,
        fault: str | Sequence[str | None] | None = None,
        retired: bool = False,
        shape: str = "model-studio",
        play: str | Path | None = None,
        slip: str | None = None,
    ) -> None:
        from .playing import Playlist
        from .shapes import SHAPES

        if shape not in SHAPES:
            raise ValueError(f"no server shape is called {shape!r}; there are: {', '.join(SHAPES)}")
        given = list(keys) if keys is not None else [f"sk-emulator-{secrets.token_hex(12)}"]
        pairs = [key.split("=", 1) if "=" in key else [region, key] for key in given]
        self.own_keys = tuple(key for place, key in pairs if place == region)
        if not self.own_keys:
            raise ValueError(f"no key is of the region {region!r}")
        self.key = self.own_keys[0]
        self.region = region
        self.rate = rate
        self.retired = retired
        self.shape = SHAPES[shape]
        self.files: dict[str, bytes] = {
            url: source if isinstance(source, bytes) else Path(source).expanduser().read_bytes()
            for url, source in (images or {}).items()
        }
        self.uploads: dict[str, bytes] = {}
        """What was uploaded, by its `oss://` name."""
        self.signatures: dict[str, str] = {}
        """The folder that each upload policy allows."""
        self.playlist = Playlist(play) if play is not None else None
        """What is played instead of its own voice."""
        self.log: list[Received] = []
        self.port = port
        self._fault: str | None = None
        self._faults: list[str | None] = []
        self.fault = fault
        self.slip = slip
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    # -- where it is -----------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The origin, without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def compatible_url(self) -> str:
        """Base URL of the OpenAI-compatible interface."""
        return f"{self.url}/compatible-mode/v1"

    @property
    def native_url(self) -> str:
        """Base URL of the native interface."""
        return f"{self.url}/api/v1"

    @property
    def other_origin(self) -> str:
        """Another origin that leads here too: whoever follows a redirect shows up in the log."""
        return f"http://localhost:{self.port}"

    @property
    def hosts(self) -> tuple[str, str]:
        """What a Host header may say."""
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    # -- what is wrong with it -------------------------------------------------------------

    @property
    def fault(self) -> str | Sequence[str | None] | None:
        """The fault of every request, or a sequence with one for each of the next requests."""
        return self._faults or self._fault

    @fault.setter
    def fault(self, wish: str | Sequence[str | None] | None) -> None:
        from .faults import named

        for name in [wish] if wish is None or isinstance(wish, str) else wish:
            named(name)
        if wish is None or isinstance(wish, str):
            self._fault, self._faults = wish, []
        else:
            self._fault, self._faults = None, list(wish)

    @property
    def slip(self) -> str | None:
        """What it says wrong on purpose, in every answer."""
        return self._slip

    @slip.setter
    def slip(self, wish: str | None) -> None:
        from .slips import named

        self._slip = named(wish)

    def next_fault(self) -> str | None:
        """The name of the fault for the request that is being answered."""
        with self._lock:
            return self._faults.pop(0) if self._faults else self._fault

    # -- what it knows ---------------------------------------------------------------------

    def find_model(self, name: str) -> Model | None:
        """The model of this name, if this region has it."""
        from . import bench
        from .shapes import SHAPES

        work = bench.parse(name)
        elsewhere = self.shape is not SHAPES["model-studio"]
        if work is not None or (elsewhere and find(name) is None):
            like = find("qwen3-vl-plus")
            assert like is not None
            if work is None:
                return replace(like, name=name)
            return replace(like, name=name, default_thinking=work.share > 0, mode="hybrid")
        model = find(name)
        if model is None or (not model.hosted and not elsewhere):
            return None
        if self.region in model.absent_from:
            return None
        if self.retired and model.retired is not None:
            return None
        return model

    def rate_of(self, model: str) -> float | None:
        """Tokens a second for this model."""
        from . import bench

        work = bench.parse(model)
        return (work.rate or None) if work is not None else self.rate

    def note(self, request: HTTPServerRequest) -> Received:
        """Put a request into the log."""
        import json
        import time

        try:
            body: Any = json.loads(request.body) if request.body else None
        except (ValueError, RecursionError):
            body = request.body.decode("utf-8", "replace")
        headers = {
            name: "…" if name.lower() in ("authorization", "cookie") else value
            for name, value in request.headers.get_all()
        }
        entry = Received(request.method or "", request.path, headers, body, time.time())
        self.log.append(entry)
        return entry

    # -- its life --------------------------------------------------------------------------

    def start(self) -> Self:
        """Open the port and serve from a thread of its own; `OSError` if the port is taken."""
        import asyncio
        import socket

        if self._thread is not None:
            return self
        ready = threading.Event()
        failed: list[BaseException] = []

        async def serve() -> None:
            from tornado.httpserver import HTTPServer

            from .server import MAX_BODY, application

            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            listener = socket.create_server(("127.0.0.1", self.port))
            listener.setblocking(False)
            self.port = listener.getsockname()[1]
            server = HTTPServer(application(self), max_buffer_size=MAX_BODY)
            server.add_socket(listener)
            ready.set()
            await self._stop.wait()
            server.stop()
            # A client that keeps its connection open must not keep us.
            for connection in list(server._connections):
                connection.stream.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(server.close_all_connections(), 1)

        def run() -> None:
            try:
                asyncio.run(serve())
            except BaseException as error:  # noqa: BLE001 - handed over to the caller of start()
                failed.append(error)
                ready.set()

        self._thread = threading.Thread(target=run, name="vlmagic-emulator", daemon=True)
        self._thread.start()
        ready.wait()
        if failed:
            self._thread.join()
            self._thread = None
            raise failed[0]
        return self

    def stop(self) -> None:
        """Close every connection and the port."""
        if self._thread is None or self._loop is None or self._stop is None:
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
