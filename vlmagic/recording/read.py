"""From a file to a recording: as far as it is whole, and not one line further.

A file that was cut by a kill, a full disk or a careless hand is read up to the first line that is
not right, and says which that is. This room refuses to trust: size, lines, depth and every value
are checked, and what is foreign or newer is refused by name.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from vlmagic.errors import RecordingError
from vlmagic.events import Done, Event, Failed, from_dict
from vlmagic.language import say

from .folder import Folder
from .format import MAX_FILE, MAX_LINE, MAX_LINES, Head, Newer, checked, decode, parse

_LONGEST = 7 * 24 * 3600.0
"""Seconds that an event may claim to have taken."""
_RAN_OUT = frozenset({"stop", "tool_calls", "length", "filter"})
"""Endings that asking again would not better: the model's own and its limits."""
_PEEK = 2**14


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as it was read: everything in it is whole, but it may not be all."""

    name: str
    head: Head
    request: Mapping[str, Any]
    """The question, scrubbed, as `match.sketch` made it."""
    events: tuple[Event, ...] = field(repr=False)
    problem: str | None = None
    """Why reading ended before the end; None if it did not."""
    cost: tuple[float, str] | None = None
    """Money that the run cost, and its currency."""
    size: int = 0

    @property
    def end(self) -> Done | Failed | None:
        """The terminal event, if it was kept."""
        last = self.events[-1] if self.events else None
        return last if isinstance(last, (Done, Failed)) else None

    @property
    def complete(self) -> bool:
        """Did the run come to its own end, and is all of it here?"""
        return self.problem is None and ran_out(self.end)


def ran_out(end: Done | Failed | None) -> bool:
    """Did a run come to its own end, so that asking again would not better it?"""
    return isinstance(end, Done) and end.reason in _RAN_OUT


def read(folder: Folder, name: str) -> Recording:
    """The recording of this name; `RecordingError` if it is absent, foreign or newer."""
    data = folder.read(name, MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise _bad(name, say("it is larger than {limit} bytes", limit=MAX_FILE))
    return recording_of(name, data)


def recording_of(name: str, data: bytes) -> Recording:
    """The recording that these bytes are; `RecordingError` if they begin like none."""
    lines = _lines(data)
    try:
        head, checksum = _head(*next(lines, (0, b"")))
        request, checksum = _request(next(lines, (0, b""))[1], checksum)
    except ValueError as error:
        raise _bad(name, str(error), newer=isinstance(error, Newer)) from None
    events: list[Event] = []
    last: dict[str, Any] | None = None
    problem: str | None = None
    number = 2
    try:
        for number, line in lines:  # noqa: B007 - the message names it
            if not line:
                raise ValueError(say("it is cut off"))
            values, checksum = decode(line, checksum)
            if last is not None:
                raise ValueError(say("it comes after the end"))
            if "end" in values:
                last = values
                continue
            if events and isinstance(events[-1], (Done, Failed)):
                raise ValueError(say("it comes after the last event"))
            events.append(_event(values))
    except ValueError as error:
        problem = say("line {number} is not right: {why}", number=number, why=error)
    if problem is None and last is None:
        problem = say("it has no end: the kernel that wrote it was stopped")
    if problem is None and not (events and isinstance(events[-1], (Done, Failed))):
        problem = say("its last event is missing")
    return Recording(name, head, request, tuple(events), problem, money(last or {}), len(data))


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers, without newlines; the last may be cut."""
    start, number = 0, 0
    while start < len(data):
        number += 1
        end = data.find(b"\n", start)
        whole = end >= 0
        end = end if whole else len(data)
        if end - start > MAX_LINE:
            raise ValueError(say("it is longer than {limit} bytes", limit=MAX_LINE))
        if number > MAX_LINES:
            raise ValueError(say("there are more than {limit} lines", limit=MAX_LINES))
        yield number, data[start:end] if whole else b""
        start = end + 1


def _head(_: int, line: bytes) -> tuple[Head, int]:
    """The first line. Its format is looked at before its sum, so that a newer one is named."""
    head = Head.from_dict(parse(line))
    return head, checked(line, 0)[1]


def _request(line: bytes, before: int) -> tuple[Mapping[str, Any], int]:
    values, checksum = decode(line, before)
    request = values.get("request")
    if not isinstance(request, dict):
        raise ValueError(say("its second line is no question"))  # noqa: TRY004 - as in parse
    return request, checksum


def _event(values: Mapping[str, Any]) -> Event:
    event = from_dict(values)
    if event.at is not None and not (math.isfinite(event.at) and 0 <= event.at <= _LONGEST):
        raise ValueError(say("the time {at} cannot be", at=event.at))
    return event


def money(last: Mapping[str, Any]) -> tuple[float, str] | None:
    """The amount and the currency that the last line tells."""
    cost = last.get("cost")
    if not isinstance(cost, dict):
        return None
    amount, currency = cost.get("amount"), cost.get("currency")
    if not isinstance(amount, (int, float)) or not isinstance(currency, str):
        return None
    return (float(amount), currency) if 0 <= amount < 10**9 and currency.isidentifier() else None


def _bad(name: str, why: str, *, newer: bool = False) -> RecordingError:
    return RecordingError(
        say("{name} is no recording that can be read: {why}.", name=name[:200], why=why),
        say("Upgrade vlmagic: pip install -U vlmagic")
        if newer
        else say("Record it anew with --record record, or restore the file."),
    )


@dataclass(frozen=True)
class Glance:
    """What the first two lines say, without reading what follows."""

    head: Head
    _line: bytes = field(repr=False)
    _before: int = field(repr=False)

    @cached_property
    def request(self) -> Mapping[str, Any]:
        """The question; empty if its line is not right."""
        try:
            return _request(self._line, self._before)[0]
        except ValueError:
            return {}


def glance(folder: Folder, name: str) -> Glance | None:
    """The first two lines of a recording, or None if it does not begin like one."""
    try:
        data = folder.read(name, _PEEK)
        if len(data) == _PEEK and data.count(b"\n") < 2:
            data = folder.read(name, 2 * MAX_LINE)
        lines = _lines(data)
        head, checksum = _head(*next(lines, (0, b"")))
        return Glance(head, next(lines, (0, b""))[1], checksum)
    except (RecordingError, ValueError):
        return None
