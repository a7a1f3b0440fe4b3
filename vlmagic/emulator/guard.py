"""Who may come in: programs of this machine that know the key, and no page of any browser.

Host and Origin are checked on every request (a name that was rebound to this address is not ours),
nothing is ever allowed across origins, and the key is compared in constant time. This room
refuses everybody else with 403, in plain text.
"""

from __future__ import annotations

import asyncio
import hmac
import time
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

import tornado.web

from .dialects import COMPATIBLE, NATIVE, Dialect, encode
from .refusals import Refusal, no_key, wrong_key
from .rules import DialectName

if TYPE_CHECKING:
    from . import Emulator, Received

DIALECTS: dict[str, Dialect] = {"compatible": COMPATIBLE, "native": NATIVE}


class Guarded(tornado.web.RequestHandler):
    """Every request: this machine only, no other page's script, the right key."""

    emulator: Emulator
    entry: Received
    dialect: ClassVar[DialectName] = "native"

    def initialize(self, emulator: Emulator) -> None:
        """Tornado's constructor: the emulator that this request reached."""
        self.emulator = emulator
        self.gone = asyncio.Event()
        self.request_id = str(uuid.uuid4())

    def set_default_headers(self) -> None:
        """The service's own server name, and ours."""
        self.clear_header("Server")
        self.set_header("server", "istio-envoy")
        self.set_header("x-vlmagic-emulator", "1")

    def prepare(self) -> None:
        """Log the request, then keep strangers out."""
        self.set_header("x-request-id", self.request_id)
        self.entry = self.emulator.note(self.request)
        headers = self.request.headers
        origin = headers.get("Origin")
        own = {f"http://{host}" for host in self.emulator.hosts}
        if (
            headers.get("Host") not in self.emulator.hosts
            or (origin is not None and origin not in own)
            or headers.get("Upgrade") is not None
            or self.request.method == "OPTIONS"
        ):
            self.deny("This emulator answers only programs on this machine.")

    def deny(self, why: str) -> None:
        """Leave it at 403, in plain text."""
        self.set_status(403)
        self.set_header("Content-Type", "text/plain")
        self.finish(why + "\n")

    def check_key(self) -> str:
        """The key that was presented; `Refusal` if it is not one of ours."""
        given = self.request.headers.get("Authorization", "")
        scheme, _, key = given.partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key:
            raise no_key()
        sent = key.encode("utf-8", "replace")
        if not any(hmac.compare_digest(sent, known.encode()) for known in self.emulator.own_keys):
            raise wrong_key()
        return key

    def refuse(self, refusal: Refusal) -> None:
        """An error body with its status."""
        self.set_status(refusal.status)
        self.set_header("Content-Type", "application/json")
        body = DIALECTS[self.dialect].error(refusal, self.request_id)
        self.finish(encode(body))

    def on_connection_close(self) -> None:
        """The client left before the end."""
        self.entry.gone = time.time()
        self.gone.set()

    def on_finish(self) -> None:
        """The response is complete."""
        self.entry.status = self.get_status()
        self.entry.finished = True

    def write_error(self, status_code: int, **_: Any) -> None:
        """A mistake of the emulator's own, in the service's form."""
        self.refuse(Refusal(status_code, "InternalError", self._reason))

    async def get(self, *_: str) -> None:
        """404, unless a handler serves it."""
        self._nothing()

    async def post(self, *_: str) -> None:
        """404, unless a handler serves it."""
        self._nothing()

    def _nothing(self) -> None:
        self.refuse(Refusal(404, "NotFound", f"Nothing is served at {self.request.path}"))
