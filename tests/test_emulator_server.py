"""The emulator serves this machine only, goes wrong as told, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import PIL.Image
import pytest

from vlmagic.emulator import Emulator
from vlmagic.emulator.faults import FAULTS
from vlmagic.emulator.serve import serve

CHAT = "/compatible-mode/v1/chat/completions"
NATIVE = "/api/v1/services/aigc/multimodal-generation/generation"
ASK = {
    "model": "qwen3-vl-plus",
    "messages": [{"role": "user", "content": "Why? 为什么"}],
    "stream": True,
    "stream_options": {"include_usage": True},
    "enable_thinking": True,
}
ASK_NATIVE = {
    "model": "qwen3-vl-plus",
    "input": {"messages": [{"role": "user", "content": [{"text": "Why? 为什么"}]}]},
    "parameters": {"enable_thinking": True},
}


@pytest.fixture
def service() -> Iterator[Emulator]:
    """A fresh emulator."""
    with Emulator() as running:
        yield running


class Client:
    """One bare connection: every header is the test's own."""

    def __init__(self, service: Emulator) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
        self.headers = {
            "Host": f"127.0.0.1:{service.port}",
            "Authorization": f"Bearer {service.key}",
            "Content-Type": "application/json",
        }

    def send(
        self, path: str, body: Any = None, method: str = "POST", **headers: str
    ) -> http.client.HTTPResponse:
        """Send a request and read the head of the reply."""
        self.connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        data = json.dumps(body).encode() if body is not None else b""
        for name, value in {**self.headers, "Content-Length": str(len(data)), **headers}.items():
            self.connection.putheader(name, value)
        self.connection.endheaders(data)
        return self.connection.getresponse()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def fetch(service: Emulator, fault: str | None = None, *, native: bool = False) -> bytes:
    """All that comes before the end or the cut."""
    with Client(service) as client:
        extra = {"x-emulator-fault": fault} if fault else {}
        if native:
            reply = client.send(NATIVE, ASK_NATIVE, **{"X-DashScope-SSE": "enable"}, **extra)
        else:
            reply = client.send(CHAT, ASK, **extra)
        found = b""
        with contextlib.suppress(http.client.IncompleteRead):
            while piece := reply.read1(65536):
                found += piece
        reply.close()
        return found


def nameless(data: bytes) -> bytes:
    """A reply without the ids and times that differ from one to the next."""
    return re.sub(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\"created\":\d+", b"", data)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Host": "127.0.0.1.nip.io:80"},
        {"Host": "[::1]:80"},
        {"Host": "0.0.0.0:80"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Upgrade": "websocket", "Connection": "Upgrade"},
    ],
)
@pytest.mark.parametrize("path", [CHAT, NATIVE, "/", "/api/v1/uploads"])
def test_strangers(headers: dict[str, str], path: str, service: Emulator) -> None:
    """Another Host, another Origin or a WebSocket gets 403, whatever the path and the key."""
    with Client(service) as client:
        reply = client.send(path, ASK, **headers)
        assert reply.status == 403
        assert service.key.encode() not in reply.read()


def test_preflight_and_cors(service: Emulator) -> None:
    """No page may ask across origins: preflight is 403 and no reply has a CORS header."""
    with Client(service) as client:
        reply = client.send(CHAT, None, "OPTIONS", Origin="https://evil.example")
        assert reply.status == 403
        reply.read()
        reply = client.send(CHAT, ASK)
        reply.read()
        assert not any(name.lower().startswith("access-control") for name in reply.headers)


def test_own_names(service: Emulator) -> None:
    """Both loopback names and the own origin are let in."""
    for host in service.hosts:
        with Client(service) as client:
            reply = client.send(CHAT, ASK, Host=host, Origin=f"http://{host}")
            assert reply.status == 200
            reply.read()


def test_loopback_only(service: Emulator) -> None:
    """The port is bound to 127.0.0.1 and to nothing else."""
    with socket.socket() as other:
        other.settimeout(2)
        with pytest.raises(OSError):  # noqa: PT011 - refused or unreachable, by platform
            other.connect(("127.0.0.2", service.port))


def test_key_is_never_kept(service: Emulator) -> None:
    """The log has every request, without the key."""
    fetch(service)
    entry = service.log[-1]
    assert (entry.method, entry.path, entry.status) == ("POST", CHAT, 200)
    assert entry.body["model"] == "qwen3-vl-plus"
    assert service.key not in repr(service.log)


def test_headers(service: Emulator) -> None:
    """A stream carries the headers that the service sends."""
    with Client(service) as client:
        reply = client.send(CHAT, ASK)
        reply.read()
    assert reply.headers["content-type"] == "text/event-stream;charset=UTF-8"
    assert reply.headers["x-dashscope-call-gateway"] == "true"
    assert reply.headers["x-dashscope-finished"] == "false"
    assert len(reply.headers["x-request-id"]) == 36
    assert reply.headers["x-vlmagic-emulator"] == "1"


def test_nothing_else_is_served(service: Emulator) -> None:
    """An unknown path is 404 in the service's form; a text model's address says so."""
    with Client(service) as client:
        reply = client.send("/../../etc/passwd", None, "GET")
        assert reply.status == 404
        assert json.loads(reply.read())["request_id"]
        reply = client.send("/api/v1/services/aigc/text-generation/generation", ASK_NATIVE)
        assert json.loads(reply.read())["message"] == "url error, please check url！"


ENDLESS = {"endless-line", "endless-thinking", "endless-empty", "comments-only", "drip"}
SILENT = {"stall-before", "stall-in-thinking", "stall-in-answer", "reset-before"}
SLOW = {"slow-first-byte"}
QUIET = sorted(set(FAULTS) - ENDLESS - SILENT - SLOW)


@pytest.mark.parametrize("fault", QUIET)
@pytest.mark.parametrize("native", [False, True])
def test_faults_end(fault: str, native: bool, service: Emulator) -> None:
    """Every fault that ends does so, differs from a good reply, and hurts one request only."""
    good = nameless(fetch(service, native=native))
    bad = nameless(fetch(service, fault, native=native))
    # One differs in its packets alone, and the native stream has no [DONE] to leave out.
    same = fault == "split-utf8" or (native and fault == "no-done")
    assert (bad == good) is same
    assert service.log[-1].fault == fault
    assert nameless(fetch(service, native=native)) == good


@pytest.mark.parametrize("fault", ["cut-in-thinking", "cut-in-answer"])
def test_cuts_break_the_framing(fault: str, service: Emulator) -> None:
    """A cut is seen by HTTP: the last chunk never comes."""
    with Client(service) as client:
        reply = client.send(CHAT, ASK, **{"x-emulator-fault": fault})
        with pytest.raises(http.client.IncompleteRead):
            reply.read()


def test_silent_cut(service: Emulator) -> None:
    """A silent cut looks like a normal end to HTTP, and has no finish reason."""
    with Client(service) as client:
        reply = client.send(CHAT, ASK, **{"x-emulator-fault": "cut-silently"})
        text = reply.read()
    assert b'"content":"' in text
    assert b'"finish_reason":"stop"' not in text


@pytest.mark.parametrize("fault", sorted(ENDLESS | {"stall-in-thinking", "stall-in-answer"}))
def test_clients_may_leave(fault: str, service: Emulator) -> None:
    """When the client leaves an endless or silent stream the emulator notices and stops."""
    with Client(service) as client:
        reply = client.send(CHAT, ASK, **{"x-emulator-fault": fault})
        assert reply.read(10)
        reply.close()
    for _ in range(500):
        if service.log[-1].gone is not None:
            break
        time.sleep(0.01)
    assert service.log[-1].gone is not None


def test_faults_in_turn(service: Emulator) -> None:
    """A sequence of faults goes to one request each, then all is well; a name may be short."""
    service.fault = ["429", None, "503"]
    statuses = []
    for _ in range(4):
        with Client(service) as client:
            reply = client.send(CHAT, ASK)
            reply.read()
            statuses.append(reply.status)
    assert statuses == [429, 200, 503, 200]


def test_unknown_faults(service: Emulator) -> None:
    """A misspelt fault is an error at once, not a test that passes for nothing."""
    with pytest.raises(ValueError, match="no fault is called 'cut'"):
        service.fault = "cut"
    with pytest.raises(ValueError, match="no fault"):
        Emulator(fault="nonsense")
    assert b"no fault is called" in fetch(service, "nonsense")


def test_partial_response_header() -> None:
    """An answer cut by the time limit says so in its header, without streaming."""
    with Emulator(fault="partial-response") as service, Client(service) as client:
        reply = client.send(CHAT, {**ASK, "stream": False})
        assert reply.headers["x-dashscope-partialresponse"] == "true"
        assert json.loads(reply.read())["choices"][0]["message"]["content"]


def test_redirect_leads_to_another_origin(service: Emulator) -> None:
    """A redirect names another origin that leads back here, so that following it shows."""
    with Client(service) as client:
        reply = client.send(CHAT, ASK, **{"x-emulator-fault": "redirect"})
        reply.read()
    assert reply.status == 307
    assert reply.headers["Location"] == f"http://localhost:{service.port}/redirected"


def form(**fields: bytes) -> bytes:
    """A multipart form; `file` is a file."""
    parts = []
    for name, value in fields.items():
        extra = '; filename="a.png"' if name == "file" else ""
        head = f'--x\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
        parts.append(head.encode() + value + b"\r\n")
    return b"".join(parts) + b"--x--\r\n"


def test_uploads(service: Emulator) -> None:
    """A file goes where its policy allows, and is seen only with the resolve header."""
    picture = io.BytesIO()
    PIL.Image.new("RGB", (32, 64), "red").save(picture, "PNG")
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    with Client(service) as client:
        reply = client.send("/api/v1/uploads?action=getPolicy&model=qwen3-vl-plus", None, "GET")
        policy = json.loads(reply.read())["data"]
        assert policy["upload_host"] == f"{service.url}/bucket"
        name = f"{policy['upload_dir']}/a.png"
        for signature, key, status in (
            ("wrong", name, 403),
            (policy["signature"], "elsewhere/a.png", 403),
            (policy["signature"], name, 200),
        ):
            fields = {"Signature": signature.encode(), "key": key.encode()}
            body = form(**fields, file=picture.getvalue())
            client.connection.request("POST", "/bucket", body, kind)
            reply = client.connection.getresponse()
            reply.read()
            assert reply.status == status
        message = {"role": "user", "content": [{"image": f"oss://{name}"}, {"text": "What?"}]}
        ask = {"model": "qwen3-vl-plus", "input": {"messages": [message]}}
        assert client.send(NATIVE, ask).read().startswith(b'{"code":"InvalidParameter"')
        reply = client.send(NATIVE, ask, **{"X-DashScope-OssResourceResolve": "enable"})
        assert "32 × 64 pixels" in reply.read().decode()


def test_workload(service: Emulator) -> None:
    """A benchmark model says as many pieces as its name tells, thinking first."""
    with Client(service) as client:
        reply = client.send(CHAT, {**ASK, "model": "bench-1000-0-50"})
        lines = [json.loads(x[6:]) for x in reply.read().decode().split("\n\n") if "{" in x]
    deltas = [x["choices"][0]["delta"] for x in lines[1:-2]]
    assert len(deltas) == 1000
    assert all(delta["reasoning_content"] for delta in deltas[:500])
    assert all(delta["content"] for delta in deltas[500:])


def test_several_at_once() -> None:
    """Two emulators serve side by side, each with its own key."""
    with Emulator() as one, Emulator() as other:
        assert one.key != other.key
        assert one.port != other.port
        with Client(one) as client:
            client.headers["Authorization"] = f"Bearer {other.key}"
            reply = client.send(CHAT, ASK)
            reply.read()
            assert reply.status == 401


def test_stops_with_a_client_waiting() -> None:
    """Stopping closes open connections, joins its thread and frees the port."""
    before = threading.active_count()
    service = Emulator(fault="stall-in-thinking").start()
    with Client(service) as client:
        reply = client.send(CHAT, ASK)
        assert reply.read(10)
        service.stop()
        reply.close()
    assert threading.active_count() == before
    again = Emulator(service.port).start()
    again.stop()


def test_taken_port() -> None:
    """A port that is taken is an error of start(), in the caller's thread."""
    with Emulator() as service, pytest.raises(OSError):  # noqa: PT011 - the number differs by platform
        Emulator(service.port).start()


def test_remote_pictures_by_file(tmp_path: Path) -> None:
    """A URL given with a file is looked at; nothing is read because a request names it."""
    path = tmp_path / "a.png"
    PIL.Image.new("RGB", (64, 64), "red").save(path)
    url = "https://example.com/a.png"
    with Emulator(images={url: path}) as service, Client(service) as client:
        part: dict[str, Any] = {"type": "image_url", "image_url": {"url": url}}
        message = {"role": "user", "content": [part, {"type": "text", "text": "What?"}]}
        reply = client.send(CHAT, {**ASK, "messages": [message]})
        assert b"64 \xc3\x97 64 pixels" in b"".join(
            json.loads(x[6:])["choices"][0]["delta"].get("content", "").encode()
            for x in reply.read().decode().split("\n\n")
            if '"content":"' in x
        )
        part["image_url"] = {"url": f"file://{path}"}
        assert client.send(CHAT, {**ASK, "messages": [message]}).status == 400


def test_command_refuses_what_it_cannot_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Bad options of the command end with a sentence and status 2."""
    for argv in (["--fault", "nonsense"], ["--image", "nopath"], ["--region", "mars"]):
        with pytest.raises(SystemExit) as ended:
            serve(argv)
        assert ended.value.code == 2
    assert "nopath" in capsys.readouterr().err


def test_command_runs_until_interrupted() -> None:
    """The command prints its URL and key, serves, and ends quietly on an interrupt."""
    command = (
        "import sys; from vlmagic.emulator.serve import serve; sys.exit(serve(['--rate', '0']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as running:
        assert running.stdout is not None
        lines = []
        for line in running.stdout:
            lines.append(line)
            if line.startswith("export VLMAGIC_BASE_URL="):
                break
        key = next(x for x in lines if x.startswith("export VLMAGIC_API_KEY=")).strip()
        port = int(lines[-1].split(":")[2].split("/")[0])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        headers = {"Authorization": f"Bearer {key.partition('=')[2]}"}
        connection.request("POST", CHAT, json.dumps(ASK), headers)
        assert connection.getresponse().read().endswith(b"data: [DONE]\n\n")
        connection.close()
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=20)
    assert (running.returncode, errors) == (0, "")
