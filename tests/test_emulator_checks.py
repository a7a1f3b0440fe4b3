"""The emulator refuses what the service refuses, in the service's words, over real HTTP."""

from __future__ import annotations

import base64
import io
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, NamedTuple

import PIL.Image
import pytest

from vlmagic.emulator import Emulator

HI = [{"role": "user", "content": "hi"}]
PNG = "data:image/png;base64,"


def picture(width: int, height: int, kind: str = "PNG", padding: int = 0) -> str:
    """A picture as a data URL; padding makes its file larger."""
    found = io.BytesIO()
    PIL.Image.new("RGB", (width, height), "white").save(found, kind)
    return PNG + base64.b64encode(found.getvalue() + bytes(padding)).decode()


def showing(*urls: Any) -> list[dict[str, Any]]:
    """Compatible messages with pictures."""
    parts: list[dict[str, Any]] = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return [{"role": "user", "content": [*parts, {"type": "text", "text": "hi"}]}]


def filming(count: int) -> list[dict[str, Any]]:
    """Compatible messages with a video of so many frames."""
    part = {"type": "video", "video": ["https://example.com/1.jpg"] * count}
    return [{"role": "user", "content": [part, {"type": "text", "text": "hi"}]}]


class Reply(NamedTuple):
    """What came back."""

    status: int
    type: str
    text: str


@pytest.fixture(scope="module")
def service() -> Iterator[Emulator]:
    """One emulator for the table."""
    with Emulator() as running:
        yield running


def post(
    service: Emulator, url: str, body: Any, *, key: str | None = None, **headers: str
) -> Reply:
    """One request, its reply whatever the status."""
    sent = {"Content-Type": "application/json", **headers}
    if key != "":
        sent["Authorization"] = f"Bearer {key or service.key}"
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, sent)
    try:
        with urllib.request.urlopen(request) as reply:
            return Reply(reply.status, reply.headers["Content-Type"], reply.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.headers["Content-Type"], error.read().decode())


def compatible(service: Emulator, body: Any, **wishes: str) -> Reply:
    """A compatible request."""
    return post(service, f"{service.compatible_url}/chat/completions", body, **wishes)


def native(service: Emulator, body: Any, **wishes: str) -> Reply:
    """A native request."""
    path = "/services/aigc/multimodal-generation/generation"
    return post(service, service.native_url + path, body, **wishes)


NO_JSON = "'messages' must contain the word 'json' in some form, to use 'response_format' of type"
URL = "The provided URL does not appear to be valid. Ensure it is correctly formatted."
SIZE = "The image length and width do not meet the model restrictions."
FILE = "The file format is illegal and cannot be opened."
ONLY_STREAM = "This model only support stream mode, please enable the stream parameter"
CHOICE = 'tool_choice is one of the strings that should be ["none", "auto"]'
SEARCH = [{"type": "function", "function": {"name": "search"}}]
CODE = "invalid_parameter_error"


@pytest.mark.parametrize(
    ("wishes", "status", "code", "words"),
    [
        ({"model": None}, 400, "invalid_request_error", "you must provide a model parameter."),
        ({"model": "gpt-4"}, 404, "model_not_found", "The model gpt-4 does not exist"),
        ({"messages": []}, 400, CODE, "[] is too short"),
        ({"messages": "hi"}, 400, CODE, "Required body invalid"),
        ({"messages": [{"role": "user"}]}, 400, CODE, "The content field is a required field."),
        ({"messages": [{"role": "robot", "content": "x"}]}, 400, CODE, "Role must be user or"),
        ({"messages": [{"role": "user", "content": ""}]}, 400, CODE, "Content length must be"),
        (
            {"messages": [{"role": "system", "content": "x"}]},
            400,
            CODE,
            "The input messages do not contain elements with the role of user.",
        ),
        (
            {"messages": [*HI, {"role": "assistant", "content": "x"}]},
            500,
            "InternalError.Algo",
            "list index out of range",
        ),
        ({"model": "qvq-max", "stream": False}, 400, CODE, ONLY_STREAM),
        (
            {"model": "qwen3-vl-8b-thinking", "enable_thinking": False},
            400,
            CODE,
            "The value of the enable_thinking parameter is restricted to True.",
        ),
        (
            {"model": "qwen3-vl-8b-instruct", "enable_thinking": True},
            400,
            CODE,
            "The model qwen3-vl-8b-instruct does not support enable_thinking.",
        ),
        (
            {"enable_thinking": True, "thinking_budget": 81921},
            400,
            CODE,
            "The thinking_budget parameter must be a positive integer and not greater than 81920",
        ),
        ({"enable_thinking": True, "thinking_budget": 0}, 400, CODE, "must be a positive integer"),
        ({"max_tokens": 0}, 400, CODE, "Range of max_tokens should be [1, 32768]"),
        ({"max_tokens": 32769}, 400, CODE, "Range of max_tokens should be [1, 32768]"),
        ({"temperature": 2.0}, 400, CODE, "Temperature should be in [0.0, 2.0)"),
        ({"top_p": 0}, 400, CODE, "Range of top_p should be (0.0, 1.0]"),
        ({"top_k": -1}, 400, CODE, "Parameter top_k be greater than or equal to 0"),
        ({"repetition_penalty": 0}, 400, CODE, "Repetition_penalty should be greater than 0.0"),
        ({"presence_penalty": 3}, 400, CODE, "Presence_penalty should be in [-2.0, 2.0]"),
        ({"seed": -1}, 400, CODE, "-1 is lesser than the minimum of 0 - 'seed'"),
        ({"n": 5}, 400, CODE, "Range of n should be [1, 4]"),
        ({"stop": {}}, 400, CODE, 'The "stop" parameter must be of type "str"'),
        ({"enable_search": True}, 400, CODE, "This model does not support enable_search."),
        ({"response_format": {"type": "json_object"}}, 400, CODE, NO_JSON),
        (
            {"response_format": {"type": "json_object"}, "enable_thinking": True},
            400,
            CODE,
            "Json mode response is not supported when enable_thinking is true",
        ),
        ({"tools": SEARCH}, 400, CODE, "Tool names are not allowed to be [search]"),
        ({"model": "qvq-max", "tools": SEARCH}, 400, CODE, "The tool call is not supported."),
        ({"tool_choice": "required"}, 400, CODE, CHOICE),
        (
            {"enable_thinking": True, "tool_choice": {"type": "function"}},
            400,
            CODE,
            CHOICE,
        ),
        ({"messages": showing("/etc/passwd")}, 400, CODE, URL),
        ({"messages": showing("oss://bucket/a.png")}, 400, CODE, URL),
        ({"messages": showing(PNG + "!!!!")}, 400, CODE, FILE),
        ({"messages": showing(PNG + "aGVsbG8=")}, 400, CODE, FILE),
        ({"messages": showing(picture(20, 20, "GIF"))}, 400, CODE, FILE),
        ({"messages": showing(picture(10, 50))}, 400, CODE, "width:10 must be larger than 10]"),
        ({"messages": showing(picture(11, 2300))}, 400, CODE, SIZE),
        (
            {"messages": showing(picture(20, 20, padding=8 * 2**20))},
            400,
            CODE,
            "Exceeded limit on max bytes per data-uri item : 10485760'. / Multimodal file",
        ),
        (
            {"messages": showing(*["https://example.com/a.png"] * 257)},
            400,
            CODE,
            "number of images",
        ),
        (
            {"messages": showing(*["https://example.com/a.png"] * 255)},
            400,
            CODE,
            "Range of input length should be [1, 260096]",
        ),
        ({"messages": filming(3)}, 400, CODE, "the range of sequence images shoule be (4, 2000)."),
    ],
)
def test_refusals(
    wishes: dict[str, Any], status: int, code: str, words: str, service: Emulator
) -> None:
    """Each broken rule is refused with the service's status, code and words."""
    body = {"model": "qwen3-vl-plus", "messages": HI, "stream": True, **wishes}
    reply = compatible(service, body)
    assert reply.status == status, reply.text
    error = json.loads(reply.text)["error"]
    assert error["code"] == code
    assert words in error["message"]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        (
            {"enable_thinking": True, "incremental_output": False},
            'The incremental_output parameter must be "true" when enable_thinking is true',
        ),
        (
            {"enable_thinking": True, "result_format": "text"},
            'The result_format parameter must be "message" when enable_thinking is true',
        ),
        ({"seed": -1}, "Range of seed should be [0, 9223372036854775807]"),
    ],
)
def test_native_refuses_inside_the_stream(
    params: dict[str, Any], words: str, service: Emulator
) -> None:
    """A native stream opens with 200 and holds one error event with the real status."""
    body = {"model": "qwen3-vl-plus", "input": {"messages": HI}, "parameters": params}
    reply = native(service, body, **{"X-DashScope-SSE": "enable"})
    assert (reply.status, reply.type) == (200, "text/event-stream;charset=UTF-8")
    assert reply.text.startswith("id:1\nevent:error\n:HTTP_STATUS/400\ndata:{")
    assert json.loads(reply.text.partition("data:")[2])["message"] == words


def test_native_refuses_with_a_flat_body(service: Emulator) -> None:
    """Without a stream the native interface answers with the status and a flat body."""
    reply = native(service, {"model": "qwen3-vl-plus", "messages": HI})
    body = json.loads(reply.text)
    assert (reply.status, body["code"]) == (400, "InvalidParameter")
    assert body["message"] == 'Either "prompt" or "messages" must exist and cannot both be none'
    item = [{"role": "user", "content": [{"type": "text"}]}]
    reply = native(service, {"model": "qwen3-vl-plus", "input": {"messages": item}})
    assert "should be a message of a certain modal" in reply.text


def test_qvq_keeps_its_increments(service: Emulator) -> None:
    """QVQ has no other way than incremental output."""
    body = {
        "model": "qvq-max",
        "input": {"messages": HI},
        "parameters": {"incremental_output": False},
    }
    reply = native(service, body, **{"X-DashScope-SSE": "enable"})
    assert "The incremental_output parameter of this model cannot be set to False." in reply.text


def test_keys(service: Emulator) -> None:
    """No key and a wrong key are refused with 401, each in its own words, in both dialects."""
    body = {"model": "qwen3-vl-plus", "messages": HI}
    assert "No API-key provided." in compatible(service, body, key="").text
    wrong = compatible(service, body, key="sk-wrong")
    assert wrong.status == 401
    assert json.loads(wrong.text)["error"]["code"] == "invalid_api_key"
    reply = json.loads(native(service, body, key="sk-wrong").text)
    assert (reply["code"], reply["message"]) == ("InvalidApiKey", "Invalid API-key provided.")


def test_keys_belong_to_a_region() -> None:
    """The key of another region is as wrong as any other, and models differ by region."""
    with Emulator(keys=["sk-a", "singapore=sk-b"], region="singapore") as service:
        body = {"model": "qwen3-vl-plus", "messages": HI}
        assert compatible(service, body, key="sk-b").status == 200
        body["model"] = "qvq-plus"
        assert compatible(service, body, key="sk-b").status == 404
    with Emulator(keys=["sk-a", "singapore=sk-b"]) as service:
        assert compatible(service, body, key="sk-b").status == 401


def test_retired_models() -> None:
    """The models of the vendor's page live, unless the emulator is told to play the day after."""
    body = {"model": "qvq-max", "messages": HI, "stream": True}
    for retired, status in ((False, 200), (True, 404)):
        with Emulator(retired=retired) as service:
            assert compatible(service, body).status == status


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 100_000])
def test_unreadable_bodies(body: bytes, service: Emulator) -> None:
    """Whatever is no JSON object is refused, never a crash."""
    reply = compatible(service, body)
    assert (reply.status, "Required body invalid" in reply.text) == (400, True)


@pytest.mark.parametrize(
    ("part", "tokens"),
    [
        ({"image_url": {"url": picture(1024, 406)}}, 418),
        ({"image_url": {"url": picture(1024, 406)}, "max_pixels": 65536}, 62),
        ({"image_url": {"url": picture(11, 11)}}, 6),
    ],
)
def test_image_tokens(part: dict[str, Any], tokens: int, service: Emulator) -> None:
    """Pictures are counted by the published formula, with the request's own pixel limits."""
    messages = [{"role": "user", "content": [{"type": "image_url", **part}]}]
    reply = compatible(service, {"model": "qwen3-vl-plus", "messages": messages})
    usage = json.loads(reply.text)["usage"]
    assert usage["prompt_tokens_details"]["image_tokens"] == tokens


def test_system_is_ignored_by_qvq(service: Emulator) -> None:
    """QVQ neither obeys nor counts a system message."""
    counts = []
    for model in ("qvq-max", "qwen3-vl-8b-thinking"):
        for messages in (HI, [{"role": "system", "content": "Be brief. " * 50}, *HI]):
            body = {
                "model": model,
                "messages": messages,
                "stream": True,
                "stream_options": {"include_usage": True},
            }
            lines = compatible(service, body).text.split("\n\n")
            counts.append(json.loads(lines[-3].removeprefix("data: "))["usage"]["prompt_tokens"])
    assert counts[0] == counts[1]
    assert counts[2] < counts[3]
