"""Every refusal that the vendor's pages name, as data: its words, how to provoke it, what it means.

Written by hand from the API reference, the model list, the vision guide and the "Error codes" page;
never from the code that is tested with it. The README's table of errors is made of the same rows.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import PIL.Image

from vlmagic.errors import (
    AuthError,
    FilteredError,
    RateError,
    RefusedError,
    ServiceError,
    UnavailableError,
)
from vlmagic.images import Image

BAD = "InvalidParameter"
FETCH = "InvalidParameter.DataInspection"
COMPATIBLE = {
    BAD: "invalid_parameter_error",
    FETCH: "invalid_parameter_error",
    "InvalidParameter.NotSupportEnableThinking": "invalid_parameter_error",
    "BadRequest.EmptyModel": "invalid_request_error",
    "InvalidApiKey": "invalid_api_key",
    "DataInspectionFailed": "data_inspection_failed",
    "AccessDenied": "access_denied",
    "ModelNotFound": "model_not_found",
    "Throttling.RateQuota": "limit_requests",
    "Throttling.BurstRate": "limit_burst_rate",
    "Throttling.AllocationQuota": "insufficient_quota",
    "InternalError": "internal_error",
}
"""The code of the compatible interface, where it is another one."""


@dataclass(frozen=True)
class Row:
    """One refusal. `remedy`: a word of the English hint."""

    status: int
    code: str
    says: str
    kind: type[ServiceError]
    remedy: str
    ask: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the request."""
    sent: Mapping[str, Any] = field(default_factory=dict)
    """Fields put in their place on the wire, whatever vlmagic itself would send."""
    native: Mapping[str, Any] | None = None
    """The same for the native interface, where it differs."""
    fault: str | None = None
    """For what no request can be blamed for."""
    key: str | None = None
    compatible: str = ""
    """The words of the compatible interface, where they differ."""
    only: str = ""
    """The one protocol that can be refused so."""
    before: bool = False
    """Whether vlmagic refuses it by itself, before it is sent (from `ask` and `sent` as params)."""

    @property
    def id(self) -> str:
        """A name for the test."""
        return f"{self.code}: {self.says[:50]}"


def remote(url: str) -> Image:
    """A picture behind an address, sent as it is."""
    return Image("a", b"", "", 0, 0, url=url)


def drawn(width: int, height: int, kind: str = "PNG") -> bytes:
    """The file of a picture that nobody has made fit."""
    found = io.BytesIO()
    PIL.Image.new("RGB", (width, height), "white").save(found, kind)
    return found.getvalue()


def holding(data: bytes) -> Image:
    """Bytes that are sent as a picture, whatever they are."""
    return remote("data:image/png;base64," + base64.b64encode(data).decode())


def turn(content: Any, role: str = "user") -> list[dict[str, Any]]:
    """Messages of one turn."""
    return [{"role": role, "content": content}]


HI = turn("hi")
SEARCH = [{"type": "function", "function": {"name": "search"}}]
PLUS, ALWAYS, NEVER = "qwen3-vl-plus", "qwen3-vl-8b-thinking", "qwen3-vl-8b-instruct"
WEB = "https://example.com/a.png"
FRAMES = ["https://example.com/1.jpg"] * 3
OFF = {"thinking": False}
QVQ = {"model": "qvq-max", "thinking": None}
JSON = {"response_format": {"type": "json_object"}}


def _bad(says: str, remedy: str, **how: Any) -> Row:
    return Row(400, BAD, says, RefusedError, remedy, **how)


def _state(
    status: int, code: str, says: str, kind: type[ServiceError], remedy: str, fault: str, **how: Any
) -> Row:
    return Row(status, code, says, kind, remedy, fault=f"refuse:{fault}", **how)


ROWS: tuple[Row, ...] = (
    # parameters
    _bad("The value of the enable_thinking parameter is restricted to True.", "--no-think", ask={"model": ALWAYS, "thinking": False}, sent={"enable_thinking": False}, before=True),
    Row(400, "InvalidParameter.NotSupportEnableThinking", f"The model {NEVER} does not support enable_thinking.", RefusedError, "--think", ask={"model": NEVER, "thinking": True}, sent={"enable_thinking": True}, before=True),
    _bad("The thinking_budget parameter must be a positive integer and not greater than 81920", "--budget", ask={"budget": 81921}, sent={"thinking_budget": 81921}, before=True),
    _bad("The thinking_budget parameter must be a positive integer", "--budget", sent={"thinking_budget": 0}, before=True),
    _bad('The incremental_output parameter must be "true" when enable_thinking is true', "--param", sent={"incremental_output": False}, only="dashscope"),
    _bad("The incremental_output parameter of this model cannot be set to False.", "--param", ask=QVQ, sent={"incremental_output": False}, only="dashscope"),
    _bad('The result_format parameter must be "message" when enable_thinking is true', "--param", sent={"result_format": "text"}, only="dashscope"),
    _bad("Range of max_tokens should be [1, 32768]", "--max-tokens", sent={"max_tokens": 0}, before=True),
    _bad("Range of max_tokens should be [1, 32768]", "--max-tokens", sent={"max_tokens": 32769}, before=True),
    _bad("Temperature should be in [0.0, 2.0)", "Change or leave out", sent={"temperature": 2.0}, before=True),
    _bad("Range of top_p should be (0.0, 1.0]", "Change or leave out", sent={"top_p": 0}, before=True),
    _bad("Parameter top_k be greater than or equal to 0", "Change or leave out", sent={"top_k": -1}, before=True),
    _bad("Repetition_penalty should be greater than 0.0", "Change or leave out", sent={"repetition_penalty": 0}, before=True),
    _bad("Presence_penalty should be in [-2.0, 2.0]", "Change or leave out", sent={"presence_penalty": 3}, before=True),
    _bad("Range of seed should be [0, 9223372036854775807]", "Change or leave out", sent={"seed": -1}, compatible="-1 is lesser than the minimum of 0 - 'seed'", before=True),
    _bad("Range of n should be [1, 4]", "Change or leave out", sent={"n": 5}, before=True),
    _bad('The "stop" parameter must be of type "str", "list[str]",', "Change or leave out", sent={"stop": {"a": 1}}, before=True),
    _bad("Json mode response is not supported when enable_thinking is true", "--no-think", sent=JSON, before=True),
    _bad("'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.", "JSON", ask=OFF, sent=JSON, before=True),
    _bad('tool_choice is one of the strings that should be ["none", "auto"]', "--param tools", sent={"tool_choice": "required"}, before=True),
    _bad("The tool call is not supported.", "--param tools", ask=QVQ, sent={"tools": SEARCH}, before=True),
    _bad("Tool names are not allowed to be [search]", "--param tools", sent={"tools": SEARCH}, before=True),
    _bad("This model does not support enable_search.", "enable_search", sent={"enable_search": True}, before=True),
    # the way of answering
    _bad("This model only support stream mode, please enable the stream parameter to access the model.", "--no-stream", ask={**QVQ, "stream": False}, before=True),
    _state(400, BAD, "current user api does not support http call.", RefusedError, "--no-stream", "InvalidParameter#6"),
    _state(400, BAD, "parameter.enable_thinking must be set to false for non-streaming calls", RefusedError, "--no-stream", "InvalidParameter#4"),
    _state(400, BAD, "parameter.enable_thinking only support stream call", RefusedError, "--no-stream", "InvalidParameter#5"),
    # messages
    _bad("Range of input length should be [1, 258048]", "fewer or smaller", ask={"images": (remote(WEB),) * 252}),
    _bad("[] is too short", "--param", sent={"messages": []}),
    _bad("The content field is a required field.", "--param", sent={"messages": [{"role": "user"}]}),
    _bad("The input messages do not contain elements with the role of user.", "--param", sent={"messages": turn("x", "system")}),
    _bad("Required body invalid, please check the request body format.", "--param", sent={"messages": "hi"}),
    _bad("Role must be user or assistant and Content length must be greater than 0", "--param", sent={"messages": turn("")}),
    _bad('Either "prompt" or "messages" must exist and cannot both be none', "--param", sent={"messages": None}, only="dashscope"),
    _bad("The item of content should be a message of a certain modal.", "--param", sent={"messages": turn([{"type": "text"}])}, only="dashscope"),
    Row(500, "InternalError.Algo", "list index out of range", RefusedError, "--param", sent={"messages": [*HI, *turn("x", "assistant")]}),
    _bad("url error, please check url！", "-m", sent={"path": "text-generation"}, only="dashscope"),
    Row(400, "BadRequest.EmptyModel", "you must provide a model parameter.", RefusedError, "-m", sent={"model": None}),
    # pictures and videos
    _bad("The image length and width do not meet the model restrictions. [height:50 or width:10 must be larger than 10]", "10 pixels", ask={"images": (holding(drawn(10, 50)),)}),
    _bad("The image length and width do not meet the model restrictions.", "200 times", ask={"images": (holding(drawn(11, 2300)),)}),
    _bad("The image size is not supported for the data inspection.", "Pictures", ask={"images": (holding(drawn(3841, 2161, "WEBP")),)}),
    _bad("The file format is illegal and cannot be opened.", "Pictures", ask={"images": (holding(b"no picture"),)}),
    _bad("Exceeded limit on max bytes per data-uri item : 10485760'. / Multimodal file size is too large", "7 MB", ask={"images": (holding(drawn(20, 20) + bytes(8 * 2**20)),)}),
    _bad("The number of images should be in [1, 256]", "fewer", ask={"images": (remote(WEB),) * 257}),
    _bad("The number of images should be in [1, 250]", "fewer", ask={"images": (Image("a", drawn(20, 20), "image/png", 20, 20),) * 251}),
    _bad("The provided URL does not appear to be valid. Ensure it is correctly formatted.", "local file", ask={"images": (remote("ftp://bucket/a.png"),)}),
    _state(400, FETCH, "Download the media resource timed out during the data inspection process.", RefusedError, "local file", FETCH),
    _state(400, FETCH, "Unable to download the media resource during the data inspection process.", RefusedError, "local file", f"{FETCH}#2"),
    _state(400, FETCH, "Don't have authorization to access the media resource during the data inspection process.", RefusedError, "local file", f"{FETCH}#3"),
    _state(400, FETCH, "The media format is not supported or incorrect for the data inspection.", RefusedError, "Pictures", f"{FETCH}#4"),
    _state(400, FETCH, "Failed to decode the image during the data inspection.", RefusedError, "Pictures", f"{FETCH}#5"),
    _state(500, "InternalError.Algo", "Missing Content-Length of multimodal url.", RefusedError, "local file", "InternalError.Algo#2"),
    _state(400, BAD, "Wrong Content-Type of multimodal url", RefusedError, "local file", BAD),
    _bad("Failed to download multimodal content.", "local file", ask={"images": (remote("oss://a/b.png"),)}, sent={"resolve": "enable"}, only="dashscope"),
    _bad(
        "The video modality input does not meet the requirements because: the range of sequence images shoule be (4, 2000).",
        "frames",
        sent={"messages": turn([{"type": "video", "video": FRAMES}, {"type": "text", "text": "hi"}])},
        native={"messages": turn([{"video": FRAMES}, {"text": "hi"}])},
    ),
    _state(400, BAD, "The video modality input does not meet the requirements because: The video file is too long.", RefusedError, "shorter", "InvalidParameter#2"),
    _state(400, BAD, "Invalid video file.", RefusedError, "MP4", "InvalidParameter#3"),
    # the account, the key, the workspace, the model
    Row(401, "InvalidApiKey", "Invalid API-key provided.", AuthError, "TEST_KEY", key="sk-unknown-0123456789", compatible="Incorrect API key provided."),
    _state(401, "InvalidApiKey", "No API-key provided.", AuthError, "TEST_KEY", "InvalidApiKey#2"),
    _state(401, "NOT AUTHORIZED", "Access denied: Either you are not authorized to access this workspace, or the workspace does not exist.", AuthError, "--workspace", "NOT AUTHORIZED"),
    _state(400, "Arrearage", "Access denied, please make sure your account is in good standing.", AuthError, "Pay", "Arrearage"),
    _state(403, "AccessDenied", "Access denied.", AuthError, "console", "AccessDenied"),
    _state(403, "AccessDenied", "Current user api does not support asynchronous calls.", AuthError, "X-DashScope-Async", "AccessDenied#2"),
    _state(403, "AccessDenied.Unpurchased", "Access to model denied. Please make sure you are eligible for using the model.", AuthError, "console", "AccessDenied.Unpurchased"),
    _state(403, "Model.AccessDenied", "Model access denied.", AuthError, "console", "Model.AccessDenied"),
    _state(403, "Workspace.AccessDenied", "Workspace access denied.", AuthError, "--workspace", "Workspace.AccessDenied"),
    _state(403, "AllocationQuota.FreeTierOnly", "The free tier of the model has been exhausted. If you wish to continue access the model on a paid basis,", RateError, "free quota", "AllocationQuota.FreeTierOnly"),
    Row(404, "ModelNotFound", "The model qwen-unknown does not exist or you do not have access to it.", RefusedError, "%vl models", ask={"model": "qwen-unknown"}),
    _state(404, "ModelNotFound", "The model qwen-does-not-exist does not exist.", RefusedError, "-m", "ModelNotFound#2"),
    _state(404, "ModelNotFound", "Model can not be found.", RefusedError, "-m", "ModelNotFound#3"),
    _state(400, BAD, "Model not exist.", RefusedError, "-m", "InvalidParameter#7"),
    _state(404, "model_not_supported", "Unsupported model qwen-does-not-exist for OpenAI compatibility mode.", RefusedError, "--api dashscope", "model_not_supported"),
    _state(404, "WorkSpaceNotFound", "WorkSpace can not be found.", AuthError, "--workspace", "WorkSpaceNotFound"),
    # the filter
    _state(400, "DataInspectionFailed", "Input or output data may contain inappropriate content.", FilteredError, "Rephrase", "DataInspectionFailed"),
    _state(400, "DataInspectionFailed", "Input data may contain inappropriate content.", FilteredError, "Rephrase", "DataInspectionFailed#2"),
    Row(400, "DataInspectionFailed", "Output data may contain inappropriate content.", FilteredError, "Rephrase", fault="filter-error"),
    # the load
    _state(429, "Throttling", "Requests throttling triggered.", RateError, "minute", "Throttling"),
    _state(429, "Throttling", "Too many requests in route. Please try again later.", RateError, "minute", "Throttling#2"),
    _state(429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later.", RateError, "minute", "Throttling.RateQuota", compatible="You exceeded your current requests list."),
    _state(429, "LimitRequests", "You exceeded your current requests list.", RateError, "minute", "LimitRequests"),
    _state(429, "Throttling.BurstRate", "Request rate increased too quickly. To ensure system stability, please adjust your client logic", RateError, "one question after another", "Throttling.BurstRate"),
    _state(429, "Throttling.AllocationQuota", "Allocated quota exceeded, please increase your quota limit.", RateError, "quota", "Throttling.AllocationQuota", compatible="You exceeded your current quota, please check your plan and billing details."),
    _state(500, "InternalError", "An internal error has occured, please try again later or contact service support.", UnavailableError, "later", "InternalError"),
    _state(500, "InternalError.Algo", "inference internal error.", UnavailableError, "later", "InternalError.Algo"),
    _state(500, "RequestTimeOut", "Request timed out, please try again later.", UnavailableError, "--no-stream", "RequestTimeOut"),
    _state(500, "RequestTimeOut", "Response timeout!", UnavailableError, "--no-stream", "RequestTimeOut#2"),
    _state(503, "ModelServingError", "Too many requests. Your requests are being throttled due to system capacity limits.", UnavailableError, "later", "ModelServingError"),
    _state(503, "ModelUnavailable", "Model is unavailable, please try again later.", UnavailableError, "later", "ModelUnavailable"),
)  # fmt: skip
