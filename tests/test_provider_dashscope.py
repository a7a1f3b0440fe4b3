from __future__ import annotations

import importlib.util
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from asking import Reading, ask
from raw_server import HANG, Step, chunked, eventually, head, serving

from vlmagic import providers
from vlmagic.emulator import Emulator
from vlmagic.errors import (
    AuthError,
    BrokenError,
    FilteredError,
    LimitError,
    MissingExtra,
    RateError,
    RefusedError,
    ServiceError,
    SettingsError,
    UnavailableError,
    UnexpectedError,
    UnreachableError,
)
from vlmagic.events import Answer, Done, Event, Usage
from vlmagic.images import Image, normalise
from vlmagic.providers.native import NativeIncoming, NativeTranslator, messages, parameters, unsent
from vlmagic.providers.refusals import Asked
from vlmagic.request import Request, Turn
from vlmagic.settings import Key, Limits, Settings, resolve
from vlmagic.transcript import Transcript

OLD = os.environ.get("VLMAGIC_OLD_DASHSCOPE_PYTHON")
KEY = "sk-0123456789abcdefghijklmnopqrstuv"
ASK = Request(model="qwen3-vl-plus", prompt="why?")
RED = normalise(PIL.Image.new("RGB", (20, 20), "red"), label="a")
ELSEWHERE = Image.from_url("https://example.com/a.png", "b")
ASKED = Asked("example.com", "m", "TEST_KEY")

needs_sdk = pytest.mark.skipif(
    importlib.util.find_spec("dashscope") is None, reason="needs the dashscope package"
)


# -- the pure half: what is sent, what is understood -----------------------------------------


def test_body() -> None:
    """The body is the documented one: items keyed by modality, wishes explicit, params last."""
    request = Request(
        model="qwen3-vl-plus",
        prompt="这道题?",
        images=(RED, ELSEWHERE),
        system="S",
        thinking=True,
        budget=100,
        max_tokens=9,
        temperature=0.5,
        top_p=0.9,
        seed=0,
        hi_res=True,
        response_format={"type": "text"},
        params={"top_k": 3, "max_tokens": 8},
        history=(Turn("user", "first", (RED,)), Turn("assistant", "yes")),
    )
    assert messages(request) == [
        {"role": "system", "content": [{"text": "S"}]},
        {"role": "user", "content": [{"image": RED.data_url()}, {"text": "first"}]},
        {"role": "assistant", "content": [{"text": "yes"}]},
        {"role": "user", "content": [{"image": "https://example.com/a.png"}, {"text": "这道题?"}]},
    ]
    assert parameters(request) == {
        "result_format": "message",
        "incremental_output": True,
        "enable_thinking": True,
        "thinking_budget": 100,
        "vl_high_resolution_images": True,
        "max_tokens": 8,
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 0,
        "response_format": {"type": "text"},
        "top_k": 3,
    }


def test_nothing_is_sent_that_was_not_wished() -> None:
    """A bare question carries no wish; one that is not streamed says nothing about streams."""
    assert parameters(ASK) == {"result_format": "message", "incremental_output": True}
    assert parameters(replace(ASK, stream=False)) == {"result_format": "message"}
    assert parameters(replace(ASK, thinking=False))["enable_thinking"] is False


def test_how_it_arrives_is_ours() -> None:
    """A parameter that decides how the answer arrives is not passed on, and the user is told."""
    request = replace(ASK, params={"incremental_output": False, "top_k": 1})
    assert parameters(request)["incremental_output"] is True
    assert len(unsent(request)) == 1
    assert "incremental_output" in unsent(request)[0]
    assert unsent(ASK) == []


def frame(
    message: dict[str, Any], reason: str = "null", usage: dict[str, Any] | None = None
) -> dict[str, Any]:
    """One frame's data, as recorded."""
    choice = {"message": {**message, "role": "assistant"}, "finish_reason": reason}
    return {"output": {"choices": [choice]}, "usage": usage or {}, "request_id": "r-1"}


def native(*frames: dict[str, Any], blank: bytes = b"\n") -> bytes:
    """Frames as Model Studio writes them: no spaces, the status in a comment."""
    return b"".join(
        b"id:%d\nevent:result\n:HTTP_STATUS/200\ndata:%s\n" % (number, json.dumps(one).encode())
        + blank
        for number, one in enumerate(frames, start=1)
    )


def refusal(status: int, code: str, message: str = "No.") -> bytes:
    """A refusal inside a stream whose HTTP status is 200."""
    data = {"code": code, "message": message, "request_id": "r-9"}
    return b"id:9\nevent:error\n:HTTP_STATUS/%d\ndata:%s\n\n" % (status, json.dumps(data).encode())


def read(
    body: bytes, cut: int = 0, *, whole: bool = False
) -> tuple[Transcript, ServiceError | None]:
    """What the user is left with after these bytes, cut in pieces, and the error if one came."""
    translator = NativeTranslator(ASKED)
    incoming = NativeIncoming(translator, ASKED, most=2**24, most_event=2**20, whole=whole)
    transcript = Transcript()

    def events() -> Iterator[Event]:
        for at in range(0, len(body), cut or len(body)):
            yield from incoming.feed(body[at : at + cut] if cut else body)
        yield from incoming.end()
        yield from incoming.done()

    try:
        for event in events():
            transcript.feed(event)
    except ServiceError as error:
        for event in translator.flush():
            transcript.feed(event)
        return transcript, error
    return transcript, None


def counted(thought: int, said: int) -> dict[str, Any]:
    """Usage as it was recorded of qwen3.6-plus, one picture."""
    return {
        "input_tokens_details": {"image_tokens": 2503, "text_tokens": 388},
        "prompt_tokens_details": {},
        "total_tokens": 2891 + thought + said,
        "output_tokens": thought + said,
        "input_tokens": 2891,
        "output_tokens_details": {"reasoning_tokens": thought, "text_tokens": said},
        "image_tokens": 2503,
    }


THOUGHT = frame({"content": [], "reasoning_content": "用户"}, usage=counted(3, 0))
SAID = frame({"content": [{"text": "完美的"}]}, usage=counted(3, 60))
LAST = {
    "text and stop": frame({"content": [{"text": "周末。"}]}, "stop", counted(3, 64)),
    "nothing and stop": frame({"content": []}, "stop", counted(3, 64)),
    "a text model's": frame({"content": "", "reasoning_content": ""}, "stop", counted(3, 64)),
}
CALLS = [
    {"index": 0, "id": "call_a", "type": "function", "function": {"name": "f", "arguments": '{"a'}},
    {"index": 0, "id": "", "type": "function", "function": {"arguments": '": 1}'}},
    {"index": 1, "id": "call_b", "type": "function", "function": {"name": "g", "arguments": "{}"}},
]


@pytest.mark.parametrize("blank", [b"\n", b""], ids=["blank lines", "no blank lines"])
@pytest.mark.parametrize("cut", [0, 1, 7])
@pytest.mark.parametrize("last", LAST)
def test_recorded_stream(last: str, cut: int, blank: bytes) -> None:
    """The three recorded endings give the same, cut anywhere, with blank lines or without."""
    transcript, error = read(native(THOUGHT, SAID, LAST[last], blank=blank), cut)
    assert error is None
    assert transcript.thinking == "用户"
    assert transcript.answer == ("完美的周末。" if last == "text and stop" else "完美的")
    assert transcript.end == Done("stop", "m", "r-1")
    assert transcript.usage == Usage(
        input_tokens=2891,
        output_tokens=67,
        thinking_tokens=3,
        answer_tokens=64,
        image_tokens=2503,
        text_tokens=388,
    )


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (
            {"input_tokens": 9, "output_tokens": 2, "image_tokens": 7},
            Usage(input_tokens=9, output_tokens=2, image_tokens=7),
        ),
        (
            {
                "input_tokens": 9,
                "video_tokens": 5,
                "prompt_tokens_details": {"cached_tokens": 4},
                "output_tokens": 1,
            },
            Usage(input_tokens=9, output_tokens=1, video_tokens=5, cached_tokens=4),
        ),
        ({}, None),
    ],
    ids=["2024", "cache", "none"],
)
def test_usage_of_all_ages(usage: dict[str, Any], expected: Usage | None) -> None:
    """Counts are read from every shape they were ever sent in, and never guessed."""
    transcript, _ = read(native(frame({"content": [{"text": "A"}]}, "stop", usage)))
    assert transcript.usage == expected


def test_few_counts_none_lost() -> None:
    """Not every frame's count is passed on, but the last one always is, also of a cut stream."""
    frames = [
        frame({"content": [{"text": "a"}]}, usage=counted(0, number)) for number in range(1, 121)
    ]
    transcript, error = read(native(*frames))
    assert isinstance(error, BrokenError)
    counts = [event for event in transcript.events if isinstance(event, Usage)]
    assert 2 <= len(counts) < 10
    assert counts[0].output_tokens == 1
    assert counts[-1].output_tokens == 120


def test_tool_calls() -> None:
    """Fragments of calls are joined by their index; an empty id continues the last."""
    parts = [frame({"content": [], "tool_calls": [call]}) for call in CALLS]
    transcript, error = read(native(*parts, frame({"content": []}, "tool_calls")))
    assert error is None
    assert [(c.id, c.name, c.arguments) for c in transcript.tool_calls] == [
        ("call_a", "f", '{"a": 1}'),
        ("call_b", "g", "{}"),
    ]
    assert transcript.end == Done("tool_calls", "m", "r-1")


def test_halves_of_a_character() -> None:
    """A character whose halves come in two frames is whole; what is no text is left out."""
    halves = [
        frame({"content": [{"text": half}, {"image_hw": [[1, 2]]}, 3]}) for half in "\ud83d\ude00"
    ]
    transcript, _ = read(native(*halves, frame({"content": []}, "stop")))
    assert transcript.answer == "😀"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "InvalidParameter", RefusedError),
        (400, "Arrearage", AuthError),
        (401, "InvalidApiKey", AuthError),
        (429, "Throttling.RateQuota", RateError),
        (400, "DataInspectionFailed", FilteredError),
        (500, "InternalError.Algo", UnavailableError),
        (503, "ModelServingError", UnavailableError),
        (400, "SomethingNew", RefusedError),
        (503, "SomethingNew", UnavailableError),
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
@pytest.mark.parametrize("begun", [True, False])
def test_refused_inside_a_stream(
    status: int, code: str, kind: type[ServiceError], cut: int, begun: bool
) -> None:
    """A refusal under HTTP 200 is told by its code, then by the status in its comment."""
    transcript, error = read((native(SAID) if begun else b"") + refusal(status, code), cut)
    assert type(error) is kind
    assert error is not None
    assert (error.status, error.code, error.request_id) == (status, code, "r-9")
    assert transcript.answer == ("完美的" if begun else "")


def test_words_that_look_like_a_status() -> None:
    """The model's own words cannot change the status of a refusal."""
    words = frame({"content": [{"text": "\n:HTTP_STATUS/503"}]})
    _, error = read(native(words) + refusal(400, "SomethingNew", ":HTTP_STATUS/503 data"))
    assert type(error) is RefusedError


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (json.dumps(frame({"content": [{"text": "A"}]}, "stop")).encode(), None),
        (b'{"code":"InvalidParameter","message":"No.","request_id":"r"}', RefusedError),
        (b'{"output":null}', UnexpectedError),
        (b"<html>", UnexpectedError),
    ],
)
def test_whole_answer(body: bytes, kind: type[ServiceError] | None) -> None:
    """One JSON body is an answer or a refusal; anything else is named."""
    transcript, error = read(body, whole=True)
    assert (type(error) if error else None) is kind
    assert transcript.answer == ("A" if kind is None else "")
    assert transcript.notices == []


# -- the other half: what leaves, and how it ends ---------------------------------------------


def settings(url: str, **changes: Any) -> Settings:
    """Settings for one server, with a key whose origin is known."""
    made = Settings(api="dashscope", base_url=url, dialect="modelstudio", key=Key(KEY, "TEST_KEY"))
    return replace(made, **changes)


@pytest.fixture
def source() -> Iterator[Any]:
    """Makes sources, and closes their idle connections at the end."""
    from vlmagic.providers.dashscope import DashScopeSource

    made: list[DashScopeSource] = []

    def make(url: str, **changes: Any) -> DashScopeSource:
        made.append(DashScopeSource(settings(url, **changes)))
        return made[-1]

    yield make
    for each in made:
        each.lanes.close()


GOOD = chunked(native(frame({"content": [{"text": "A"}]}, "stop")))
HALF = native(frame({"content": [{"text": "half"}]}))


@needs_sdk
def test_request(source: Any) -> None:
    """Address, headers and body are the documented ones; connections are used again."""
    with serving([GOOD]) as server:
        asked = source(f"{server.url}/x", workspace="w1")
        for _ in range(3):
            transcript, error = ask(asked, ASK)
            assert error is None
            assert (transcript.answer, transcript.status) == ("A", "complete")
        assert server.connections == 1
        path, headers, sent = server.requests[0]
        assert path == "/v1/x/services/aigc/multimodal-generation/generation"
        assert headers["authorization"] == f"Bearer {KEY}"
        assert headers["x-dashscope-sse"] == "enable"
        assert headers["x-dashscope-workspace"] == "w1"
        assert headers["accept-encoding"] == "identity"
        assert "cookie" not in headers
        assert "x-dashscope-ossresourceresolve" not in headers
        assert sent == {
            "model": "qwen3-vl-plus",
            "input": {"messages": messages(ASK)},
            "parameters": parameters(ASK),
        }


@needs_sdk
def test_parameters_do_not_steer_the_sdk(source: Any) -> None:
    """A parameter is sent as one, whatever the SDK would take its name for."""
    names = {"base_address": "http://127.0.0.1:1", "headers": {"a": "b"}, "form": 1, "session": 2}
    with serving([GOOD]) as server:
        _, error = ask(source(server.url, workspace=None), replace(ASK, params=names))
        assert error is None
        sent = server.requests[0][2]["parameters"]
        assert {name: sent[name] for name in names} == names


@needs_sdk
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("form", ["plain", "file://", "~", "relative"])
def test_no_file_is_ever_uploaded(
    form: str,
    stream: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    emulator: Emulator,
    source: Any,
) -> None:
    """A text that names an existing file stays a text, wherever it stands: no file leaves."""
    planted = tmp_path / "secret.txt"
    planted.write_text("the secret", "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    words = {
        "plain": str(planted),
        "file://": f"file://{planted}",
        "~": "~/secret.txt",
        "relative": "secret.txt",
    }[form]
    request = Request(
        model="qwen3-vl-plus",
        prompt=words,
        system=words,
        stream=stream,
        history=(Turn("user", words), Turn("assistant", words)),
    )
    _, error = ask(source(emulator.native_url, key=Key(emulator.key, "K")), request)
    assert error is None
    assert emulator.uploads == {}
    assert [entry.path.rpartition("/")[2] for entry in emulator.log] == ["generation"]
    sent = emulator.log[0].body
    assert [part["text"] for m in sent["input"]["messages"] for part in m["content"]] == [words] * 4
    assert "the secret" not in json.dumps(sent)


@needs_sdk
def test_the_sdk_itself_would_upload(tmp_path: Path, emulator: Emulator) -> None:
    """The test above can fail: the SDK's own call does upload a file that the prompt names."""
    planted = tmp_path / "secret.txt"
    planted.write_text("the secret", "utf-8")
    code = (
        "import sys, dashscope; dashscope.base_http_api_url = sys.argv[1];"
        "dashscope.MultiModalConversation.call(model='qwen3-vl-plus', api_key=sys.argv[2],"
        "messages=[{'role': 'user', 'content': [{'text': sys.argv[3]}]}])"
    )
    arguments = [sys.executable, "-W", "ignore", "-c", code]
    subprocess.run([*arguments, emulator.native_url, emulator.key, str(planted)], check=True)
    assert list(emulator.uploads.values()) == [b"the secret"]


@needs_sdk
@pytest.mark.parametrize(
    ("script", "kind", "answer"),
    [
        ([head() + HALF], BrokenError, "half"),
        ([head(length=9999) + HALF], BrokenError, "half"),
        ([chunked(HALF)], BrokenError, "half"),
        ([head() + HALF + b'id:2\nevent:result\ndata:{"outp'], BrokenError, "half"),
        ([head(length=0)], UnexpectedError, ""),
        ([b""], UnreachableError, ""),
        ([head(length=5)], UnreachableError, ""),
        ([b"SSH-2.0-x\r\n"], UnreachableError, ""),
        ([head(content_type="text/html") + b"<html>Log in"], UnexpectedError, ""),
        ([head() + refusal(401, "InvalidApiKey", f"bad {KEY}")], AuthError, ""),
        (
            [head(401) + json.dumps({"code": "InvalidApiKey", "message": KEY}).encode()],
            AuthError,
            "",
        ),
        ([head(429, extra="Retry-After: 2\r\n") + b"{}"], RateError, ""),
        ([head(307, extra="Location: http://other.example/x?q=1\r\n")], RefusedError, ""),
        ([head(500, content_type="text/html"), *[b"<p>" * 30_000] * 9], UnavailableError, ""),
    ],
)
def test_faults(script: list[Step], kind: type[ServiceError], answer: str, source: Any) -> None:
    """Each fault of the wire has its own error, keeps the text, and never shows the key."""
    with serving(script) as server:
        transcript, error = ask(source(server.url), ASK)
        assert type(error) is kind
        assert error is not None
        assert transcript.answer == answer
        assert error.hint
        assert KEY not in f"{error!r} {error} {error.__dict__}"
        assert "0x" not in error.message
        assert len(server.requests) == 1


@needs_sdk
def test_redirect_is_not_followed(source: Any) -> None:
    """Another origin gets nothing, whatever a redirect says; the message names it."""
    with serving([GOOD]) as other:
        location = f"Location: http://127.0.0.1:{other.port}/v1/x\r\n"
        with serving([head(307, extra=location, length=0)]) as server:
            _, error = ask(source(server.url), ASK)
            assert isinstance(error, RefusedError)
            assert f"127.0.0.1:{other.port}" in error.message
        assert other.connections == 0


@needs_sdk
def test_nobody_there(source: Any) -> None:
    """A closed port is unreachable, may be asked again, and is named."""
    with serving([GOOD]) as server:
        url = server.url
    _, error = ask(source(url), ASK)
    assert isinstance(error, UnreachableError)
    assert error.retryable
    assert url.split("/")[2] in error.message


@needs_sdk
def test_no_tls_there(source: Any) -> None:
    """What is no TLS is not tried again, and nothing of the question leaves."""
    with socket.create_server(("127.0.0.1", 0)) as plain:
        reading = Reading(source(f"https://127.0.0.1:{plain.getsockname()[1]}/api/v1").open(ASK))
        peer, _ = plain.accept()
        with peer:
            hello = peer.recv(4096)
            peer.sendall(b"HTTP/1.0 400 Speak plainly\r\n\r\n")
            assert reading.ended()
        assert isinstance(reading.error, UnreachableError)
        assert not reading.error.retryable
        assert b"why?" not in hello


@needs_sdk
@pytest.mark.parametrize("key", ["sk-\n0123456789", "sk-钥匙0123456"])
def test_key_that_no_header_takes(key: str, source: Any) -> None:
    """A key with odd characters is refused by name of its origin, and not shown."""
    with serving([GOOD]) as server:
        _, error = ask(source(server.url, key=Key(key, "TEST_KEY")), ASK)
        assert isinstance(error, AuthError)
        assert "TEST_KEY" in error.hint
        assert key[3:] not in str(error)


@needs_sdk
def test_no_password_of_netrc(source: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password that .netrc knows for the host never takes the place of the key."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password mine", "utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with serving([GOOD]) as server:
        ask(source(server.url), ASK)
        assert server.requests[0][1]["authorization"] == f"Bearer {KEY}"


@needs_sdk
def test_no_cookie_is_kept(source: Any) -> None:
    """What a server wants remembered is forgotten."""
    with serving([GOOD.replace(b"\r\n", b"\r\nSet-Cookie: a=b\r\n", 1)]) as server:
        asked = source(server.url)
        ask(asked, ASK)
        ask(asked, ASK)
        assert "cookie" not in server.requests[1][1]


@needs_sdk
def test_nothing_is_logged(source: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the key, nor the question, nor the answer goes to any log."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("dashscope").setLevel(logging.DEBUG)
    with serving([chunked(native(frame({"content": [{"text": "Ananas"}]}, "stop")))]) as server:
        ask(source(server.url), replace(ASK, prompt="Banane?"))
    logging.getLogger("dashscope").setLevel(logging.NOTSET)
    assert KEY not in caplog.text
    assert "Banane" not in caplog.text
    assert "Ananas" not in caplog.text


@needs_sdk
def test_limit_of_the_body(source: Any) -> None:
    """An endless stream ends at the limit, which the message names; the text is kept."""
    with serving([head() + HALF, *[b": ping\n\n" * 1000] * 50]) as server:
        transcript, error = ask(source(server.url, limits=Limits(body=2**16)), ASK)
        assert isinstance(error, LimitError)
        assert "0.0625 MiB" in error.message
        assert transcript.answer == "half"


@needs_sdk
def test_text_that_is_no_text(source: Any) -> None:
    """Half a character from an odd file name is sent as a question mark, not an exception."""
    with serving([GOOD]) as server:
        _, error = ask(source(server.url), replace(ASK, prompt="a\udc80b"))
        assert error is None
        assert server.requests[0][2]["input"]["messages"][0]["content"] == [{"text": "a?b"}]


@needs_sdk
@pytest.mark.parametrize("mark", ["x-dashscope-partialresponse: true\r\n", ""])
def test_partial_response(mark: str, source: Any) -> None:
    """A mark of the service says that a whole answer was cut short."""
    reply = json.dumps(frame({"content": [{"text": "A"}]}, "stop")).encode()
    with serving([head(content_type="application/json", extra=mark) + reply]) as server:
        transcript, error = ask(source(server.url), replace(ASK, stream=False))
        assert error is None
        assert transcript.end == Done("partial" if mark else "stop", ASK.model, "req-7")
        assert "x-dashscope-sse" not in server.requests[0][1]


@needs_sdk
@pytest.mark.parametrize("again", [False, True], ids=["new connection", "kept connection"])
@pytest.mark.parametrize(
    "before",
    [[], [head()], [head() + HALF], [GOOD[:60]]],
    ids=["no headers", "headers", "text", "half the headers"],
)
def test_close_wakes_a_blocked_reader(before: list[Step], again: bool, source: Any) -> None:
    """Closed from another thread, a blocked reader ends and says nothing; the next question works."""
    scripts: list[list[Step]] = [[*before, HANG]]
    with serving(*([[GOOD], *scripts] if again else scripts)) as server:
        asked = source(server.url)
        if again:
            assert ask(asked, ASK)[1] is None
        reading = Reading(asked.open(ASK))
        assert eventually(lambda: len(server.requests) == 1 + again)
        if before == [head() + HALF]:
            assert reading.events.get(timeout=5) == Answer("half")
        reading.stream.close()
        reading.stream.close()
        assert reading.ended()
        assert reading.error is None
        assert reading.events.empty()
        server.scripts = [[GOOD]]
        assert ask(asked, ASK)[1] is None


@needs_sdk
def test_close_in_a_handshake(source: Any) -> None:
    """A server that accepts and never shakes hands holds nobody."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        reading = Reading(source(f"https://127.0.0.1:{deaf.getsockname()[1]}/api/v1").open(ASK))
        peer, _ = deaf.accept()
        with peer:
            assert peer.recv(5)[:1] == b"\x16"
            reading.stream.close()
            assert reading.ended()
            assert reading.error is None


@needs_sdk
def test_the_server_sees_that_we_left(emulator: Emulator, source: Any) -> None:
    """Closing hangs up: the service need not go on generating for nobody."""
    emulator.fault = "endless-thinking"
    reading = Reading(source(emulator.native_url, key=Key(emulator.key, "K")).open(ASK))
    reading.events.get(timeout=10)
    assert reading.stream.received > 0
    reading.stream.close()
    assert reading.ended()
    assert eventually(lambda: emulator.log[-1].gone is not None)


@needs_sdk
def test_server_that_never_hangs_up(source: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the finish reason nobody waits long for a server that says no more: it is complete."""
    monkeypatch.setattr("vlmagic.providers.conversation._LINGER", 0.1)
    body = native(frame({"content": [{"text": "A"}]}, "stop"))
    with serving([head() + body, HANG]) as server:
        transcript, error = ask(source(server.url), ASK)
        assert error is None
        assert (transcript.answer, transcript.status) == ("A", "complete")


@needs_sdk
def test_closed_before_it_began(source: Any) -> None:
    """A stream closed before it is read sends nothing."""
    with serving([GOOD]) as server:
        stream = source(server.url).open(ASK)
        stream.close()
        assert list(stream) == []
        assert server.requests == []


@needs_sdk
def test_proxy_of_the_environment(source: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that the environment names is used, and a stream through it can be closed, too."""
    with serving([head(), HANG]) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        reading = Reading(source("http://127.0.0.1:9/api/v1").open(ASK))
        assert eventually(lambda: len(proxy.requests) == 1)
        assert proxy.requests[0][0].startswith("http://127.0.0.1:9/api/v1/")
        reading.stream.close()
        assert reading.ended()


# -- the door ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({}, "https://dashscope.aliyuncs.com/api/v1"),
        ({"region": "singapore"}, "https://dashscope-intl.aliyuncs.com/api/v1"),
        (
            {"region": "tokyo", "workspace": "w1"},
            "https://w1.ap-northeast-1.maas.aliyuncs.com/api/v1",
        ),
        (
            {"base_url": "http://127.0.0.1:1/compatible-mode/v1/"},
            "http://127.0.0.1:1/api/v1",
        ),
        ({"base_url": "https://relay.example/api/v1"}, "https://relay.example/api/v1"),
    ],
)
def test_native_address(options: dict[str, str], url: str) -> None:
    """The native protocol is spoken at the native address of the same host, in its one dialect."""
    found = resolve({"api": "dashscope", **options})
    assert (found.base_url, found.dialect) == (url, "modelstudio")


@needs_sdk
def test_connect(emulator: Emulator) -> None:
    """`connect` gives a native source, kept while the settings stay the same."""
    from vlmagic.providers.dashscope import DashScopeSource

    found = Settings.plain(emulator.compatible_url, Key(emulator.key, "K"), api="dashscope")
    first = providers.connect(found)
    assert isinstance(first, DashScopeSource)
    assert providers.connect(found) is first
    assert ask(first, ASK)[1] is None
    first.lanes.close()


def test_unknown_protocol() -> None:
    """What is no protocol is refused by name, with those there are."""
    with pytest.raises(SettingsError, match="gopher") as caught:
        providers.connect(settings("http://127.0.0.1:1", api="gopher"))
    assert "dashscope" in caught.value.hint


def test_missing_sdk_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the SDK the error names the extra, before anything is sent."""
    from vlmagic.providers.dashscope import DashScopeSource

    monkeypatch.setitem(sys.modules, "dashscope", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match="vlmagic\\[dashscope\\]"):
        DashScopeSource(settings("http://127.0.0.1:1"))


@pytest.mark.skipif(OLD is None, reason="needs VLMAGIC_OLD_DASHSCOPE_PYTHON")
def test_oldest_sdk() -> None:
    """All of this holds with the oldest SDK that is promised."""
    assert OLD is not None
    here = Path(__file__).parent
    files = [here / "test_provider_dashscope.py", here / "test_both_providers.py"]
    environment = {
        name: value for name, value in os.environ.items() if name != "VLMAGIC_OLD_DASHSCOPE_PYTHON"
    }
    command = [OLD, "-m", "pytest", "-p", "no:cacheprovider", *map(str, files)]
    done = subprocess.run(
        command, cwd=here.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
