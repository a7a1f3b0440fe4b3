"""How long is waited, and for what: pauses before asking again, limits on silence, the clock itself.

This room refuses to ask, and to know what was answered.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vlmagic.errors import ServiceError, StalledError, VLReasonError
from vlmagic.language import say
from vlmagic.settings import Limits

RETRIES = 2
LONGEST_RETRY_AFTER = 60.0
"""Seconds; a service that asks for a longer pause is not waited for."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, so that a test can hold them: seconds, a wait on an event, a jitter in [0, 1)."""

    now: Callable[[], float] = time.monotonic
    wait: Callable[[threading.Event, float], bool] = field(
        default=lambda event, seconds: event.wait(seconds),
    )
    jitter: Callable[[], float] = random.random


def pause(error: VLReasonError, attempt: int, clock: Clock) -> float | None:
    """Seconds until asking again may help, or None if it may not; `attempt` counts from 1."""
    if attempt > RETRIES or not isinstance(error, ServiceError) or not error.retryable:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= LONGEST_RETRY_AFTER else None
    return float(2 ** (attempt - 1)) * (0.5 + 0.5 * clock.jitter())


class Watch:
    """Looks after one attempt: when it began, and when its stream was last heard of."""

    def __init__(self, host: str, limits: Limits, now: float, *, streams: bool) -> None:
        self._host = host
        self._limits = limits
        self._began = self._heard_at = now
        self._heard = 0
        self._streams = streams

    def hear(self, received: int, now: float, *, news: bool) -> None:
        """Note the stream's heartbeat, and whether events came."""
        if news or received != self._heard:
            self._heard, self._heard_at = received, now

    def check(self, now: float) -> None:
        """Raise `StalledError` if it takes too long, or has been silent for too long."""
        limits = self._limits
        if now - self._began > limits.total:
            raise self._late("total_timeout", limits.total)
        if not self._streams:
            return
        if not self._heard and now - self._began > limits.first_byte + limits.connect:
            raise self._late("first_byte_timeout", limits.first_byte)
        if self._heard and now - self._heard_at > limits.idle:
            raise self._late("idle_timeout", limits.idle)

    def _late(self, setting: str, seconds: float) -> StalledError:
        words = {"host": self._host, "seconds": f"{seconds:g}"}
        what = {
            "first_byte_timeout": say("{host} sent nothing for {seconds} s.", **words),
            "idle_timeout": say("{host} fell silent for {seconds} s.", **words),
            "total_timeout": say("{host} took more than {seconds} s.", **words),
        }[setting]
        kept = say("What came is kept.") + " " if self._heard else ""
        return StalledError(
            what,
            kept + say("Wait longer with %config VLMagics.{setting} = …", setting=setting),
        )
