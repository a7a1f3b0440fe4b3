from __future__ import annotations

import base64
import json
import os
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from vlmagic.errors import LimitError
from vlmagic.sse import Decoder, Event, decode

CORPORA = os.environ.get("VLMAGIC_CORPORA")

VECTORS: list[tuple[bytes, list[Event]]] = [
    (b"data: a\n\ndata: b\n\n", [Event("message", "a", ""), Event("message", "b", "")]),
    (b"data: a\r\n\r\ndata:b\r\r", [Event("message", "a", ""), Event("message", "b", "")]),
    (b"\xef\xbb\xbfdata: a\n\n", [Event("message", "a", "")]),
    (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", [Event("message", "b", "")]),
    (b"data: \xff\xe4\xbd\n\n", [Event("message", "\ufffd\ufffd", "")]),
    (b"data: a\ndata:  b\ndata\n\n", [Event("message", "a\n b\n", "")]),
    (b":ping\n\n: \xe4\xbd\xa0\nid:1\nevent:result\n:x\ndata:{}\n\n", [Event("result", "{}", "1")]),
    (b"data: a\n\nid: 2\ndata: lost", [Event("message", "a", "")]),
    (b"data: a\n\ndata: lost\n", [Event("message", "a", "")]),
    (
        b"id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n",
        [Event("message", "a", "1"), Event("message", "b", "1")],
    ),
    (b"id: 1\n\nid\ndata: b\n\n", [Event("message", "b", "")]),
    (b"event: x\n\ndata: b\nretry: 9\nother: c\n\n", [Event("message", "b", "")]),
    (b"data\n\n\n\n", [Event("message", "", "")]),
    ("data: a\u2028b\x0bc\x85\n\n".encode(), [Event("message", "a\u2028b\x0bc\x85", "")]),
    ("\n\ndata: 你好🌍\n\n".encode(), [Event("message", "你好🌍", "")]),
    (b"", []),
    (b"\r", []),
]


def cuttings(data: bytes, splits: list[int] | None = None) -> list[list[bytes]]:
    """The bytes whole, one by one, at every single place if short, and at random places."""
    chance = random.Random(len(data))
    found = [[data], [data[i : i + 1] for i in range(len(data))]]
    places = [[i] for i in range(len(data))] if len(data) < 200 else []
    places += [sorted(chance.sample(range(len(data) + 1), min(7, len(data)))) for _ in range(5)]
    if splits:
        places.append(splits)
    for cut in places:
        edges = [0, *cut, len(data)]
        found.append([data[a:b] for a, b in pairwise(edges)])
    return found


@pytest.mark.parametrize(("data", "events"), VECTORS)
def test_events_do_not_depend_on_cuts(data: bytes, events: list[Event]) -> None:
    """However the bytes are cut, the events are those of the standard."""
    for chunks in cuttings(data):
        assert list(decode(chunks)) == events, chunks


def _streams() -> list[dict[str, Any]]:
    if not CORPORA:
        return []
    found: list[dict[str, Any]] = json.loads(Path(CORPORA, "sse.json").read_text("utf-8"))[
        "streams"
    ]
    return found


@pytest.mark.skipif(not CORPORA, reason="VLMAGIC_CORPORA is not set")
def test_corpus() -> None:
    """Every stream of the corpus gives its expected events, however it is cut."""
    streams = _streams()
    assert streams
    for stream in streams:
        expected = [Event(e["event"], e["data"], e["id"]) for e in stream["expected"]["events"]]
        for chunks in cuttings(base64.b64decode(stream["bytes_b64"]), stream.get("splits")):
            assert list(decode(chunks)) == expected, stream["id"]


def test_any_bytes() -> None:
    """Random bytes never raise, and never depend on the cuts."""
    chance = random.Random(5)
    alphabet = [b"\r", b"\n", b"data", b"id", b":", b" ", b"\xff", b"\xe4\xbd\xa0", b"\0", b"x"]
    for _ in range(300):
        data = b"".join(chance.choices(alphabet, k=40))
        whole = list(decode([data]))
        for chunks in cuttings(data)[1:4]:
            assert list(decode(chunks)) == whole, data


@pytest.mark.parametrize("piece", [1, 3, 1000])
@pytest.mark.parametrize(
    "data",
    [b"data: " + b"x" * 300, b"data: x\n" * 60, b"data: x\ndata: " + b"y" * 300 + b"\n\n"],
)
def test_limit(data: bytes, piece: int) -> None:
    """An event over the limit raises, ended or not, in one line or many; what came before stands."""
    data = b"data: first\n\n" + data
    events = decode([data[i : i + piece] for i in range(0, len(data), piece)], limit=100)
    assert next(events) == Event("message", "first", "")
    with pytest.raises(LimitError):
        next(events)


def test_limit_is_of_one_event() -> None:
    """Many events together may be larger than the limit."""
    assert len(list(decode([b"data: 12345\n\n" * 1000], limit=20))) == 1000


@pytest.mark.parametrize(
    ("data", "unfinished"),
    [(b"data: a\n\n", False), (b"data: a\n", True), (b"da", True), (b"data: a\n\n: pin", False)],
)
def test_unfinished(data: bytes, unfinished: bool) -> None:
    """A decoder can tell that an event was dropped because its end never came."""
    decoder = Decoder()
    decoder.feed(data)
    assert decoder.unfinished is unfinished
    assert decoder.flush() == []


def test_loose() -> None:
    """A native stream without blank lines is read event by event, its last one included."""
    data = b"id:1\nevent:result\n:HTTP_STATUS/200\ndata:{1}\nid:2\nevent:result\ndata:{2}\n"
    for chunks in cuttings(data):
        decoder = Decoder(loose=True)
        found = [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.flush()
        assert found == [Event("result", "{1}", "1"), Event("result", "{2}", "2")]
    whole = data.replace(b"\nid", b"\n\nid") + b"\n"
    assert Decoder(loose=True).feed(whole) == found
