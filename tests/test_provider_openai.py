from __future__ import annotations

import json
import queue
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import PIL.Image
import pytest
from raw_server import HANG, Step, chunked, eventually, head, serving, sse

from vlmagic.dialects import DIALECTS, recognise
from vlmagic.emulator import Emulator
from vlmagic.errors import (
    AuthError,
    BrokenError,
    LimitError,
    RateError,
    RefusedError,
    ServiceError,
    SettingsError,
    UnexpectedError,
    UnreachableError,
)
from vlmagic.events import Answer, Done, Event, Notice
from vlmagic.images import normalise
from vlmagic.providers import connect
from vlmagic.providers.body import body, unsent
from vlmagic.providers.failures import unreachable
from vlmagic.providers.openai import OpenAISource
from vlmagic.providers.refusals import Asked
from vlmagic.request import Request, Turn
from vlmagic.settings import Key, Limits, Settings
from vlmagic.transcript import Transcript

KEY = "sk-0123456789abcdefghijklmnopqrstuv"
ASK = Request(model="m", prompt="why?")
PICTURE = normalise(PIL.Image.new("RGB", (20, 20), "red"), label="a")
ELSEWHERE = replace(PICTURE, data=b"", url="https://example.com/a.png")


def piece(**delta: Any) -> dict[str, Any]:
    """A chunk that carries this delta."""
    return {"choices": [{"delta": delta, "index": 0, "finish_reason": None}]}


STOP = {"choices": [{"finish_reason": "stop", "delta": {"content": ""}, "index": 0}]}
GOOD = chunked(sse(piece(content="A"), STOP))


def settings(url: str, **changes: Any) -> Settings:
    """Settings for one server, with a key whose origin is known."""
    made = Settings(api="openai", base_url=url, dialect="plain", key=Key(KEY, "TEST_KEY"))
    return replace(made, **changes)


@pytest.fixture
def source() -> Iterator[Any]:
    """Makes sources, and closes their idle connections at the end."""
    made: list[OpenAISource] = []

    def make(url: str, **changes: Any) -> OpenAISource:
        made.append(OpenAISource(settings(url, **changes)))
        return made[-1]

    yield make
    for each in made:
        each.lanes.close()


def ask(source: OpenAISource, request: Request = ASK) -> tuple[Transcript, ServiceError | None]:
    """What the user is left with, and the error if one came."""
    transcript = Transcript()
    try:
        for event in source.open(request):
            transcript.feed(event)
    except ServiceError as error:
        return transcript, error
    return transcript, None


def test_body_in_model_studios_dialect() -> None:
    """The body is the documented one: pictures first, once each, wishes explicit, params last."""
    request = Request(
        model="qwen3-vl-plus",
        prompt="这道题?",
        images=(PICTURE, ELSEWHERE),
        system="S",
        thinking=True,
        budget=100,
        max_tokens=9,
        seed=0,
        hi_res=True,
        params={"top_k": 3, "max_tokens": 8},
        history=(Turn("user", "first\udc80", (PICTURE,)), Turn("assistant", "yes")),
    )
    url = {"type": "image_url", "image_url": {"url": PICTURE.data_url()}}
    other = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    assert body(request, DIALECTS["modelstudio"]) == {
        "model": "qwen3-vl-plus",
        "messages": [
            {"role": "system", "content": "S"},
            {"role": "user", "content": [url, {"type": "text", "text": "first?"}]},
            {"role": "assistant", "content": "yes"},
            {"role": "user", "content": [other, {"type": "text", "text": "这道题?"}]},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "enable_thinking": True,
        "thinking_budget": 100,
        "vl_high_resolution_images": True,
        "max_tokens": 8,
        "seed": 0,
        "top_k": 3,
    }


@pytest.mark.parametrize("name", list(DIALECTS))
@pytest.mark.parametrize("thinking", [True, False, None])
def test_wishes_go_only_where_they_are_taken(name: str, thinking: bool | None) -> None:
    """Model Studio's own fields go nowhere else, and a wish that cannot be sent is told."""
    request = replace(ASK, thinking=thinking, budget=5 if thinking else None, hi_res=True)
    sent = body(request, DIALECTS[name])
    own = {"enable_thinking", "thinking_budget", "vl_high_resolution_images"} & set(sent)
    assert own <= ({*own} if name == "modelstudio" else set())
    if name == "modelstudio":
        assert ("enable_thinking" in sent) == (thinking is not None)
        assert unsent(request, DIALECTS[name]) == []
    if name == "plain":
        assert set(sent) == {"model", "messages", "stream", "stream_options"}
        assert len(unsent(request, DIALECTS[name])) == {True: 3, False: 2, None: 1}[thinking]
    assert "thinking" not in body(ASK, DIALECTS[name])
    assert body(request, DIALECTS[name]) == sent, "a row was changed"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", "modelstudio"),
        ("https://w.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1", "modelstudio"),
        ("http://127.0.0.1:11434/compatible-mode/v1", "modelstudio"),
        ("http://localhost:11434/v1", "ollama"),
        ("http://localhost:1234/v1", "lmstudio"),
        ("http://127.0.0.1:30000/v1", "sglang"),
        ("https://openrouter.ai/api/v1", "openrouter"),
        ("https://notopenrouter.ai/api/v1", "plain"),
        ("http://127.0.0.1:8000/v1", "plain"),
        ("http://[::1", "plain"),
        ("http://x:99999999/", "plain"),
        ("", "plain"),
    ],
)
def test_recognise(url: str, name: str) -> None:
    """A server is recognised by its address; an unknown one is spoken to plainly."""
    assert recognise(url) == name


def test_answer_over_http(source: Any) -> None:
    """A stream arrives, the key goes into one header, and the second ask uses the connection again."""
    with serving([GOOD]) as server:
        asked = source(server.url)
        for _ in range(3):
            transcript, error = ask(asked)
            assert error is None
            assert (transcript.answer, transcript.status) == ("A", "complete")
        assert server.connections == 1
        path, headers, sent = server.requests[0]
        assert path == "/v1/chat/completions"
        assert headers["authorization"] == f"Bearer {KEY}"
        assert sent == body(ASK, DIALECTS["plain"])


def test_without_a_key(source: Any) -> None:
    """A server of one's own is asked without a key."""
    with serving([GOOD]) as server:
        assert ask(source(server.url, key=None))[1] is None
        assert server.requests[0][1]["authorization"] == "Bearer none"


def test_workspace_goes_to_model_studio_only(source: Any) -> None:
    """A workspace is named to Model Studio, and to nobody else."""
    with serving([GOOD]) as server:
        ask(source(server.url, workspace="w1", dialect="modelstudio"))
        ask(source(server.url, workspace="w1"))
        named = [headers.get("x-dashscope-workspace") for _, headers, _ in server.requests]
        assert named == ["w1", None]


TEXT = sse(piece(content="half"), done=False)


@pytest.mark.parametrize(
    ("script", "kind", "answer"),
    [
        ([head() + TEXT], BrokenError, "half"),
        ([head(length=9999) + TEXT], BrokenError, "half"),
        ([head(length=9999) + sse(piece(reasoning_content="t"), done=False)], BrokenError, ""),
        ([head() + sse(piece(content="half"))], BrokenError, "half"),
        ([head() + TEXT + b'data: {"choices":[{"del'], BrokenError, "half"),
        ([head(), 0.01, b"data: [DONE]\n\n"], UnexpectedError, ""),
        ([head(length=0)], UnexpectedError, ""),
        ([b""], UnreachableError, ""),
        ([head(length=5)], UnreachableError, ""),
        ([b"SSH-2.0-x\r\n"], UnreachableError, ""),
        ([head(content_type="text/html") + b"<html>Log in"], UnexpectedError, ""),
        ([head(401) + json.dumps({"error": f"bad key {KEY}"}).encode()], AuthError, ""),
        ([head(429, extra="Retry-After: 2\r\n") + b"{}"], RateError, ""),
        ([head(307, extra="Location: http://other.example/x?q=1\r\n")], RefusedError, ""),
    ],
)
def test_faults(script: list[Step], kind: type[ServiceError], answer: str, source: Any) -> None:
    """Each fault of the wire has its own error, keeps the text, and never shows the key."""
    with serving(script) as server:
        transcript, error = ask(source(server.url))
        assert type(error) is kind
        assert error is not None
        assert transcript.answer == answer
        assert error.hint
        assert KEY not in f"{error!r} {error} {error.__dict__}"
        assert len(server.requests) == 1


def test_refused_key_names_its_origin(source: Any) -> None:
    """A refused key: by whom, and where it was set; the echoed key is masked."""
    with serving([head(401) + json.dumps({"error": {"message": f"no {KEY}!"}}).encode()]) as server:
        _, error = ask(source(server.url))
        assert error is not None
        assert f"127.0.0.1:{server.port}" in error.message
        assert "[key]" in error.message
        assert "TEST_KEY" in error.hint
        assert error.request_id == "req-7"


def test_redirect_is_not_followed(source: Any) -> None:
    """Another origin gets nothing, whatever a redirect says; the message names it."""
    with serving([GOOD]) as other:
        location = f"Location: http://127.0.0.1:{other.port}/v1/chat/completions\r\n"
        with serving([head(307, extra=location, length=0)]) as server:
            _, error = ask(source(server.url))
            assert isinstance(error, RefusedError)
            assert f"127.0.0.1:{other.port}" in error.message
        assert other.connections == 0


def test_key_echoed_over_two_deltas(source: Any) -> None:
    """A key that the server puts into the answer never reaches an event."""
    chunks = sse(piece(content=f"k {KEY[:9]}"), piece(content=f"{KEY[9:]}."), STOP)
    with serving([head() + chunks]) as server:
        transcript, _ = ask(source(server.url))
        assert transcript.answer == "k [key]."


def test_nobody_there(source: Any) -> None:
    """A closed port is unreachable, may be asked again, and is named."""
    with serving([GOOD]) as server:
        url = server.url
    _, error = ask(source(url))
    assert isinstance(error, UnreachableError)
    assert error.retryable
    assert url.split("/")[2] in error.message


def test_no_tls(source: Any) -> None:
    """A server that speaks no TLS gets no request in the clear, and is not tried again."""
    with serving([GOOD], first=b"HTTP/1.1 400 Bad Request\r\n\r\n") as server:
        _, error = ask(source(server.url.replace("http:", "https:")))
        assert isinstance(error, UnreachableError)
        assert not error.retryable
        assert server.requests == []


def test_untrusted_certificate() -> None:
    """A bad certificate names the way to trust it, and never the way to stop checking."""
    cause = ssl.SSLCertVerificationError("self-signed certificate")
    outer = OSError("connection failed")
    outer.__cause__ = cause
    error = unreachable(outer, Asked("example.com"))
    assert "certificate of example.com" in error.message
    assert "SSL_CERT_FILE" in error.hint
    assert not error.retryable


def test_close_wakes_a_handshake(source: Any) -> None:
    """Closed while the TLS handshake gets no reply, the reader ends at once."""
    with serving([GOOD], first=b"") as server:
        reading = Reading(source(server.url.replace("http:", "https:")).open(ASK))
        assert eventually(lambda: server.connections == 1)
        reading.stream.close()
        assert reading.ended()
        assert reading.error is None


@pytest.mark.parametrize("key", ["sk-\n0123456789", "sk-钥匙0123456"])
def test_key_that_no_header_takes(key: str, source: Any) -> None:
    """A key with odd characters is refused by name of its origin, and not shown."""
    with serving([GOOD]) as server:
        _, error = ask(source(server.url, key=Key(key, "TEST_KEY")))
        assert isinstance(error, AuthError)
        assert "TEST_KEY" in error.hint
        assert key[3:] not in str(error)


def test_limit_of_the_body(source: Any) -> None:
    """An endless stream ends at the limit, which the message names; the text is kept."""
    script = [head() + TEXT, *[b": ping\n\n" * 1000] * 50]
    with serving(script) as server:
        transcript, error = ask(source(server.url, limits=Limits(body=2**16)))
        assert isinstance(error, LimitError)
        assert "0.0625 MiB" in error.message
        assert transcript.answer == "half"


@pytest.mark.parametrize("status", [400, 422])
def test_asked_again_without_unknown_fields(status: int, source: Any) -> None:
    """A server that refuses fields by name is asked once more without them, and the user is told."""
    refusal = b'{"detail": "Unexpected fields in the request: {\'enable_thinking\'}"}'
    request = replace(ASK, thinking=True)
    with serving([head(status, length=len(refusal)) + refusal], [GOOD]) as server:
        transcript, error = ask(source(server.url, dialect="modelstudio"), request)
        assert error is None
        assert [notice.kind for notice in transcript.notices] == ["unsent"]
        assert "enable_thinking" in transcript.notices[0].text
        first, second = (sent for _, _, sent in server.requests)
        assert set(first) - set(second) == {"enable_thinking"}
    with serving([head(status, length=len(refusal)) + refusal]) as server:
        _, error = ask(source(server.url), request)
        assert isinstance(error, RefusedError)
        assert len(server.requests) == 1


@pytest.mark.parametrize("partial", [True, False])
def test_whole_answer(partial: bool, source: Any) -> None:
    """Without streaming one answer comes; a mark of the service says that it was cut short."""
    reply = {"choices": [{"message": {"content": "A"}, "finish_reason": "stop"}]}
    mark = "x-dashscope-partialresponse: true\r\n" if partial else ""
    with serving(
        [head(content_type="application/json", extra=mark) + json.dumps(reply).encode()]
    ) as server:
        transcript, error = ask(source(server.url), replace(ASK, stream=False))
        assert error is None
        assert transcript.answer == "A"
        assert transcript.notices == []
        assert transcript.end == Done("partial" if partial else "stop", "m", "req-7")
        assert "stream" not in server.requests[0][2]


class Reading:
    """A stream read on a thread of its own, as `run` does it."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.events: queue.Queue[Event] = queue.Queue()
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        try:
            for event in self.stream:
                self.events.put(event)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def ended(self, seconds: float = 5.0) -> bool:
        self.thread.join(seconds)
        return not self.thread.is_alive()


@pytest.mark.parametrize("again", [False, True], ids=["new connection", "kept connection"])
@pytest.mark.parametrize(
    "before",
    [[], [head()], [head() + TEXT], [head() + b"data: {"]],
    ids=["no headers", "headers", "text", "half an event"],
)
def test_close_wakes_a_blocked_reader(before: list[Step], again: bool, source: Any) -> None:
    """Closed from another thread, a reader blocked in the socket ends, says nothing, and hangs up."""
    scripts: list[list[Step]] = [[*before, HANG]]
    with serving(*([[GOOD], *scripts] if again else scripts)) as server:
        asked = source(server.url)
        if again:
            assert ask(asked)[1] is None
        reading = Reading(asked.open(ASK))
        assert eventually(lambda: len(server.requests) == 1 + again)
        if before and TEXT in before[0]:  # type: ignore[operator]
            assert reading.events.get(timeout=5) == Answer("half")
        reading.stream.close()
        reading.stream.close()
        assert reading.ended()
        assert reading.error is None
        assert reading.events.empty()
        server.scripts = [[GOOD]]
        assert ask(asked)[1] is None


def test_closed_before_it_began(source: Any) -> None:
    """A stream closed before it is read sends nothing."""
    with serving([GOOD]) as server:
        stream = source(server.url).open(ASK)
        stream.close()
        assert list(stream) == []
        assert server.requests == []


def test_closed_after_its_end_harms_nobody(source: Any) -> None:
    """Closing a stream that has ended does not cut the one that uses its connection now."""
    slow: list[Step] = [chunked(sse(piece(content="A"), done=False))[:-5], 0.2]
    slow.append(chunked(sse(STOP)).partition(b"\r\n\r\n")[2])
    with serving([GOOD], slow) as server:
        asked = source(server.url)
        first = asked.open(ASK)
        assert list(first)[-1] == Done("stop", "m")
        reading = Reading(asked.open(ASK))
        assert reading.events.get(timeout=5) == Answer("A")
        first.close()
        assert reading.ended()
        assert reading.error is None
        assert reading.events.get(timeout=5) == Done("stop", "m")
        assert server.connections == 1


def test_streams_are_independent(source: Any) -> None:
    """Two streams of one source, read in turns, never mix."""
    scripts: list[list[Step]] = [
        [head() + sse(piece(content=f"{who}{n}"), done=False) for n in range(20)] for who in "ab"
    ]
    for script, who in zip(scripts, "ab", strict=True):
        script[1:] = [sse(piece(content=f"{who}{n}"), done=False) for n in range(1, 20)]
        script.append(sse(STOP))
    with serving(*scripts) as server:
        asked = source(server.url)
        one, two = iter(asked.open(ASK)), iter(asked.open(ASK))
        events: tuple[list[Event], list[Event]] = ([], [])
        for left, right in zip(one, two, strict=True):
            events[0].append(left)
            events[1].append(right)
        assert [Transcript.of(found).answer for found in events] == [
            "".join(f"{who}{n}" for n in range(20)) for who in "ab"
        ]


def test_server_that_never_hangs_up(source: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the finish reason nobody waits long for a server that says no more: it is complete."""
    monkeypatch.setattr("vlmagic.providers.conversation._LINGER", 0.1)
    with serving([head() + sse(piece(content="A"), STOP, done=False), HANG]) as server:
        transcript, error = ask(source(server.url))
        assert error is None
        assert (transcript.answer, transcript.status) == ("A", "complete")


def test_received_is_a_heartbeat(source: Any) -> None:
    """Every byte counts, keep-alives too, so that `run` knows that the server lives."""
    with serving([head() + b": ping\n\n", HANG]) as server:
        reading = Reading(source(server.url).open(ASK))
        assert eventually(lambda: reading.stream.received == 8)
        reading.stream.close()
        assert reading.ended()


def test_connect_keeps_sources() -> None:
    """The same settings give the same source; another key or limit does not; others are refused."""
    url = "http://127.0.0.1:9/v1"
    assert connect(settings(url)) is connect(settings(url))
    assert connect(settings(url)) is not connect(settings(url, key=Key("sk-other-key", "TEST_KEY")))
    assert connect(settings(url)) is not connect(settings(url, limits=Limits(connect=1)))
    with pytest.raises(SettingsError):
        connect(settings(url, api="carrier-pigeon"))


def test_emulator_answers(emulator: Emulator, source: Any) -> None:
    """The emulated service takes our body and gives thinking, an answer and usage."""
    asked = source(emulator.compatible_url, dialect="modelstudio", key=Key(emulator.key, "test"))
    request = Request(model="qwen3-vl-plus", prompt="Say something.", thinking=True, budget=50)
    transcript, error = ask(asked, request)
    assert error is None
    assert transcript.status == "complete"
    assert transcript.thinking
    assert transcript.answer
    assert transcript.usage is not None
    assert transcript.usage.thinking_tokens
    assert not [event for event in transcript.events if isinstance(event, Notice)]
    _, error = ask(source(emulator.compatible_url, dialect="modelstudio"), request)
    assert isinstance(error, AuthError)
