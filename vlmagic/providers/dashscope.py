"""Model Studio's native API over HTTP, by way of the dashscope SDK.

The SDK brings the address, the headers and the body, from *below* its own preparation of messages:
that uploads every value of a user message which names an existing file, texts included. Here no
value is ever looked up. The bytes are sent and decoded here (`sessions`, `native`), so that no
redirect is followed, nothing is sent twice, logged or retried, and any thread can end it. This room
refuses to show and to time anything: `run` watches `received`.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from vlmagic.errors import MissingExtra
from vlmagic.events import Notice

from .conversation import Conversation
from .failures import unreachable
from .native import NativeIncoming, NativeTranslator, messages, parameters, unsent
from .refusals import Asked, of_response
from .scrub import Scrubber
from .sessions import SessionLanes

if TYPE_CHECKING:
    from vlmagic.request import Request
    from vlmagic.settings import Settings

    from .lanes import Lane

_CHUNK = 2**16
_MOST_REFUSAL = 2**16
"""Bytes of a refusal that are read."""


class DashScopeSource:
    """One host with one key. Streams of it are independent, and reuse its connections."""

    def __init__(self, settings: Settings) -> None:
        if importlib.util.find_spec("dashscope") is None:
            raise MissingExtra.of("dashscope", "dashscope")
        self.name = settings.host
        self.limits = settings.limits
        self.base_url = settings.base_url
        self.workspace = settings.workspace
        self.key = settings.key
        self.key_origin = settings.key.origin if settings.key else ""
        self.scrubber = Scrubber(settings.key.reveal() if settings.key else None)
        self.lanes = SessionLanes(settings.base_url, "", settings.limits.connect, {})

    def open(self, request: Request) -> DashScopeStream:
        """A stream that has not begun: nothing is sent before it is iterated."""
        import dashscope.api_entities.api_request_factory  # noqa: F401 - takes seconds, see run

        return DashScopeStream(self, request)

    def prepare(self, request: Request) -> tuple[str, Mapping[str, str], bytes]:
        """Address, headers and body of the question, as the SDK writes them."""
        from dashscope.api_entities.api_request_factory import _build_api_request

        built = _build_api_request(
            request.model,
            {"messages": messages(request)},
            "aigc",
            "multimodal-generation",
            "generation",
            self.key.reveal() if self.key else "none",
            stream=request.stream,
            base_address=self.base_url,
            headers={"X-DashScope-WorkSpace": self.workspace} if self.workspace else {},
        )
        # Not as arguments: some names of parameters would steer the SDK itself.
        built.data.parameters.update(parameters(request))
        _, _, body = built.data.get_http_payload()
        written = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        headers = {**built.headers, "Accept-Encoding": "identity"}
        if '"oss://' in written:
            headers["X-DashScope-OssResourceResolve"] = "enable"
        return built.url, headers, written.encode("utf-8", "replace")


class DashScopeStream(Conversation):
    """One question on its way. Iterate it once, on one thread; close it from any."""

    def __init__(self, source: DashScopeSource, request: Request) -> None:
        asked = Asked(source.name, request.model, source.key_origin)
        translator = NativeTranslator(asked)
        incoming = NativeIncoming(
            translator,
            asked,
            most=source.limits.body,
            most_event=source.limits.event,
            whole=not request.stream,
        )
        super().__init__(source, asked, translator, incoming)
        self._source = source
        self._request = request

    def _before(self) -> Iterator[Notice]:
        return (Notice("unsent", text) for text in unsent(self._request))

    def _send(self, lane: Lane) -> tuple[Any, list[Notice]]:
        from urllib3.exceptions import HTTPError

        session: Any = lane.client
        url, headers, body = self._source.prepare(self._request)
        try:
            response = session.post(
                url,
                data=body,
                headers=headers,
                stream=True,
                allow_redirects=False,
                timeout=(self._source.limits.connect, None),
            )
            if response.status_code == 200:
                return response, []
            with response:
                said = response.raw.read(_MOST_REFUSAL)
        except (HTTPError, OSError, UnicodeError) as error:
            raise unreachable(_cause(error), self._asked) from None
        raise of_response(response.status_code, response.headers, said, self._asked)

    def _chunks(self, response: Any) -> Iterator[bytes]:
        from urllib3.exceptions import HTTPError

        read = response.raw.read1
        try:
            while chunk := read(_CHUNK):
                yield chunk
        except HTTPError as error:
            raise ReadError(str(_cause(error))) from None

    def _breaks(self) -> tuple[type[BaseException], ...]:
        return (OSError,)


class ReadError(OSError):
    """The other side hung up; `failures` knows it by this name, which is httpx's."""


def _cause(error: BaseException) -> BaseException:
    """The first cause: around it each library has put its own words, addresses of objects included."""
    seen = [error]
    while (cause := seen[-1].__cause__ or seen[-1].__context__) and cause not in seen:
        seen.append(cause)
    first = seen[-1]
    hung_up = isinstance(first, (HTTPException, ConnectionResetError, BrokenPipeError))
    return ReadError(str(first)) if hung_up else first
