"""A conversation over HTTP: guard, fault, checks, voice, wire, then the script is played.

This room refuses to read a file because a request named it, and to go on for a client that left.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import tornado.iostream
import tornado.web

from vlmagic.events import Event

from . import bench, words
from .checks import Asked, check
from .dialects import NATIVE, Head, encode
from .faults import Fault, named
from .guard import DIALECTS, Guarded
from .refusals import Refusal
from .scripts import CUT, HEADERS, STALL, Pause, Play, Step
from .uploads import UPLOADS
from .voice import speak
from .wire import Frame, frames

if TYPE_CHECKING:
    from . import Emulator

MAX_BODY = 128 * 2**20
_BATCH = 64
"""Frames that leave together when there is no rate to keep."""


class Chat(Guarded):
    """A conversation, in either dialect."""

    async def post(self, *_: str) -> None:
        """One question: refuse it, spoil it, or answer it."""
        try:
            key = self.check_key()
            name = self.request.headers.get("x-emulator-fault") or self.emulator.next_fault()
            fault = named(name)
        except Refusal as refusal:
            self.refuse(refusal)
            return
        except ValueError as error:
            self.refuse(Refusal(400, "InvalidParameter", str(error)))
            return
        self.entry.fault = name
        if fault is not None:
            for name, value in fault.headers.items():
                self.set_header(name, value.format(origin=self.emulator.other_origin))
            if fault.reply is not None:
                self.set_status(fault.reply.status)
                self.set_header("Content-Type", fault.reply.type)
                self.finish(fault.reply.body)
                return
        sse = self._sse()
        try:
            if fault is not None and fault.refuse is not None:
                raise fault.refuse(key)
            loop = asyncio.get_running_loop()
            asked, head, script = await loop.run_in_executor(None, self._answer, fault)
        except Refusal as refusal:
            # The native interface opens the stream first and refuses inside it.
            if sse and not refusal.gateway:
                self._announce(streaming=True)
                body = NATIVE.error(refusal, self.request_id)
                self.finish(NATIVE.frame(1, body, refusal=refusal))
            else:
                self.refuse(refusal)
            return
        self.entry.model = head.model
        await self._send(asked.stream, script, fault)

    def _sse(self) -> bool:
        headers = self.request.headers
        return self.dialect == "native" and (
            headers.get("X-DashScope-SSE", "").lower() == "enable"
            or headers.get("Accept", "") == "text/event-stream"
        )

    def _answer(self, fault: Fault | None) -> tuple[Asked, Head, Iterable[Step]]:
        """Check, speak and write; runs beside the loop, since pictures take time."""
        emulator = self.emulator
        asked = check(
            self.dialect,
            self.request.body,
            stream=self._sse(),
            files={**emulator.files, **emulator.uploads},
            find_model=emulator.find_model,
            resolves=self.request.headers.get("X-DashScope-OssResourceResolve") == "enable",
            shape=emulator.shape,
        )
        workload = bench.parse(asked.name)
        playlist = emulator.playlist
        played = playlist.said(asked.name, asked.question) if playlist else None
        said: list[Event]
        if played is not None:
            said = played
        elif workload is not None:
            said = bench.said(workload)
        else:
            thinking, answer, calls = speak(asked, emulator.slip)
            said = words.utter(
                thinking,
                answer,
                asked.usage,
                calls=calls,
                budget=asked.budget,
                max_tokens=asked.max_tokens,
            )
        if fault is not None and fault.say is not None:
            said = fault.say(said)
        head = Head(
            id=self.request_id,
            created=int(time.time()),
            model=asked.name,
            thinking=asked.thinking,
            include_usage=asked.include_usage,
            incremental=asked.incremental,
            image_hw=[[p.fit[1], p.fit[0]] for p in asked.pictures] if asked.image_hw else None,
            shape=emulator.shape,
        )
        dialect = DIALECTS[self.dialect]
        if not asked.stream:
            written = [Frame("body", encode(dialect.whole(head, said)))]
        elif workload is not None and fault is None:
            written = bench.written(workload, dialect, head)
        else:
            written = list(frames(dialect, head, said))
        if fault is not None and fault.script is not None:
            return asked, head, fault.script(Play(dialect, head, written))
        return asked, head, written

    def _announce(self, *, streaming: bool) -> None:
        """The headers that the service sends along."""
        if self._headers.get("Content-Type", "").startswith("text/html"):
            kind = "text/event-stream;charset=UTF-8" if streaming else "application/json"
            self.set_header("Content-Type", kind)
        now = int(time.time() * 1000)
        began = int(self.request._start_time * 1000)
        for name, value in (
            ("x-dashscope-call-gateway", "true"),
            ("x-dashscope-timeout", "600"),
            ("x-dashscope-finished", "false" if streaming else "true"),
            ("req-cost-time", str(now - began)),
            ("req-arrive-time", str(began)),
            ("resp-start-time", str(now)),
        ):
            self.set_header(name, value)

    async def _send(self, streaming: bool, script: Iterable[Step], fault: Fault | None) -> None:  # noqa: FBT001
        """Play the script; ends when it does, or when the client leaves."""
        self._announce(streaming=streaming)
        self.entry.status = self.get_status()
        rate = self.emulator.rate_of(self.entry.model)
        began, spoken, waiting = time.monotonic(), 0, 0
        raw = self._unframed() if fault is not None and fault.unframed else None
        try:
            for step in script:
                if self.gone.is_set():
                    return
                if isinstance(step, Pause):
                    await self._flush(raw)
                    await self._rest(step.seconds)
                elif step is HEADERS:
                    await self._flush(raw)
                elif step is STALL:
                    if self._headers_written or self._write_buffer:
                        await self._flush(raw)
                    await self.gone.wait()
                    return
                elif step is CUT:
                    if raw is None and (self._headers_written or self._write_buffer):
                        await self._flush(raw)
                    self._cut(raw)
                    return
                else:
                    data = step.data if isinstance(step, Frame) else step
                    assert isinstance(data, bytes)
                    self.entry.sent += len(data)
                    if raw is not None:
                        await raw.write(data)
                    else:
                        self.write(data)
                    waiting += 1
                    if isinstance(step, Frame):
                        spoken += step.tokens
                    late = began + spoken / rate - time.monotonic() if rate else 0.0
                    if late > 0.002 or waiting >= _BATCH:
                        await self._flush(raw)
                        waiting = 0
                        if late > 0:
                            await self._rest(late)
            if raw is not None:
                raw.close()
            else:
                await self.finish()
        except tornado.iostream.StreamClosedError:
            self.on_connection_close()

    async def _flush(self, raw: tornado.iostream.IOStream | None) -> None:
        if raw is None:
            await self.flush()

    async def _rest(self, seconds: float) -> None:
        """Wait, but not for somebody who has left."""
        if seconds < 0.01:
            await asyncio.sleep(seconds)
            return
        try:
            await asyncio.wait_for(self.gone.wait(), seconds)
        except TimeoutError:
            return

    def _unframed(self) -> tornado.iostream.IOStream:
        """The bare connection, after a head that promises no length."""
        raw = self.detach()
        lines = [f"{name}: {value}" for name, value in self._headers.get_all()]
        head = "\r\n".join(["HTTP/1.1 200 OK", *lines, "Connection: close", "", ""])
        raw.write(head.encode("latin-1"))
        return raw

    def _cut(self, raw: tornado.iostream.IOStream | None) -> None:
        (raw or self.detach()).close()
        self.entry.finished = True


class Compatible(Chat):
    """`/compatible-mode/v1/chat/completions`."""

    dialect = "compatible"


class Native(Chat):
    """`/api/v1/services/aigc/multimodal-generation/generation`."""

    dialect = "native"


class Elsewhere(Guarded):
    """The native text interface: these models are not there."""

    async def post(self, *_: str) -> None:
        """The service's words for a model at the wrong address."""
        self.refuse(Refusal(400, "InvalidParameter", "url error, please check url！"))


def application(emulator: Emulator) -> tornado.web.Application:
    """All the routes of one emulator."""
    given = {"emulator": emulator}
    return tornado.web.Application(
        [
            (r"/compatible-mode/v1/chat/completions", Compatible, given),
            (r"/api/v1/services/aigc/multimodal-generation/generation", Native, given),
            (r"/api/v1/services/aigc/text-generation/generation", Elsewhere, given),
            *((path, handler, given) for path, handler in UPLOADS),
            (r".*", Guarded, given),
        ],
        log_function=lambda _: None,
        default_handler_class=None,
    )
