"""The OpenAI-compatible chat API over HTTP, by way of the openai SDK.

The SDK brings key, URL, proxies and timeouts; the bytes are decoded here (`incoming`), since its
own chunk objects are most of its cost. No redirect is followed and nothing is retried, but a server
that refuses fields by name is asked once more without them. This room refuses to show and to time
anything: `run` watches `received`.
"""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vlmagic.catalog import find
from vlmagic.dialects import DIALECTS, Dialect
from vlmagic.errors import RefusedError, ServiceError
from vlmagic.events import Event, Notice
from vlmagic.language import say

from .body import body, unsent
from .failures import lost, unreachable
from .incoming import Incoming
from .lanes import Lane, Lanes, http_module
from .refusals import Asked, of_response
from .scrub import Scrubber
from .translate import Translator

if TYPE_CHECKING:
    from vlmagic.request import Request
    from vlmagic.settings import Settings

_LINGER = 5.0
"""Seconds for usage and `[DONE]` after the finish reason: some servers never hang up."""
_UNKNOWN_FIELD = re.compile(
    r"unexpected|unknown|unrecogni[sz]ed|unsupported|extra|not permitted|not allowed|additional",
    re.IGNORECASE,
)
_OPENAI_FIELDS = frozenset(
    [
        "model",
        "messages",
        "stream",
        "max_tokens",
        "temperature",
        "top_p",
        "seed",
        "response_format",
        "stop",
        "n",
        "tools",
        "tool_choice",
        "presence_penalty",
        "frequency_penalty",
    ]
)


class OpenAISource:
    """One server with one key. Streams of it are independent, and reuse its connections."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.host
        self.dialect: Dialect = DIALECTS[settings.dialect]
        self.limits = settings.limits
        self.key_origin = settings.key.origin if settings.key else ""
        key = settings.key.reveal() if settings.key else None
        self.scrubber = Scrubber(key)
        headers = {"Accept-Encoding": "identity"}
        if settings.workspace and self.dialect.name == "modelstudio":
            headers["X-DashScope-WorkSpace"] = settings.workspace
        self.lanes = Lanes(settings.base_url, key or "none", settings.limits.connect, headers)

    def open(self, request: Request) -> OpenAIStream:
        """A stream that has not begun: nothing is sent before it is iterated."""
        import openai  # noqa: F401 - takes seconds the first time, which are not the service's

        return OpenAIStream(self, request)


class OpenAIStream:
    """One question on its way. Iterate it once, on one thread; close it from any."""

    def __init__(self, source: OpenAISource, request: Request) -> None:
        self._source = source
        self._request = request
        self._asked = Asked(source.name, request.model, source.key_origin)
        self._translator = Translator(self._asked, opens_thinking=_opens(source.dialect, request))
        self._incoming = Incoming(
            self._translator,
            self._asked,
            most=source.limits.body,
            most_event=source.limits.event,
            whole=not request.stream,
        )
        self._lock = threading.Lock()
        self._lane: Lane | None = None
        self._closed = False

    @property
    def received(self) -> int:
        """Bytes of the answer so far, keep-alives included."""
        return self._incoming.received

    def close(self) -> None:
        """End it, from any thread and more than once; a blocked reader wakes at once."""
        with self._lock:
            self._closed = True
            if self._lane is not None:
                self._lane.cut()

    def __iter__(self) -> Iterator[Event]:
        """The events up to Done, or a `ServiceError` raised; once closed, neither."""
        scrubber = self._source.scrubber
        try:
            for event in scrubber.stream(self._events()):
                if self._closed:
                    return
                yield event
        except ServiceError as error:
            if self._closed:
                return
            error.message = scrubber.whole(error.message)
            error.args = (error.message,)
            raise

    def _events(self) -> Iterator[Event]:
        if self._closed:
            return
        for text in unsent(self._request, self._source.dialect):
            yield Notice("unsent", text)
        lane = self._source.lanes.take()
        with self._lock:
            self._lane = lane
            if self._closed:
                lane.cut()
        try:
            response, notices = self._send(lane)
            yield from notices
            self._translator.request_id = response.headers.get("x-request-id")
            yield from self._read(response, lane)
            partial = response.headers.get("x-dashscope-partialresponse") == "true"
            yield from self._incoming.done(partial=partial)
        finally:
            with self._lock:
                self._lane = None
            self._source.lanes.give(lane)

    def _read(self, response: Any, lane: Lane) -> Iterator[Event]:
        """All that the body says, its held text included, before any error of it is raised."""
        incoming, translator = self._incoming, self._translator
        http = http_module()
        linger: threading.Timer | None = None
        try:
            for chunk in response.iter_bytes():
                yield from incoming.feed(chunk)
                if linger is None and translator.finished is not None:
                    linger = threading.Timer(_LINGER, lane.cut)
                    linger.daemon = True
                    linger.start()
            yield from incoming.end()
        except ServiceError:
            yield from translator.flush()
            raise
        except (http.HTTPError, http.StreamError, ssl.SSLError, OSError) as error:
            yield from translator.flush()
            if translator.finished is not None:
                return
            if not incoming.received:
                raise unreachable(error, self._asked) from None
            raise lost(
                self._asked,
                thought=translator.thought,
                answered=translator.answered,
                request_id=translator.request_id,
            ) from None
        finally:
            if linger is not None:
                linger.cancel()
                linger.join()
            response.close()

    def _send(self, lane: Lane) -> tuple[Any, list[Notice]]:
        """The response, its headers received; asked once more without fields refused by name."""
        sent = body(self._request, self._source.dialect)
        try:
            return self._post(lane, sent), []
        except RefusedError as refusal:
            named = _refused_fields(sent, refusal)
            if not named:
                raise
        for name in named:
            del sent[name]
        text = say(
            "{host} does not know {names}; asked again without.",
            host=self._source.name,
            names=", ".join(named),
        )
        return self._post(lane, sent), [Notice("unsent", text)]

    def _post(self, lane: Lane, sent: Mapping[str, Any]) -> Any:
        import openai

        try:
            return lane.client.post(
                "/chat/completions",
                cast_to=http_module().Response,
                body=sent,
                stream=True,
                stream_cls=openai.Stream[object],
            )
        except openai.APIStatusError as error:
            response = error.response
            raise of_response(
                error.status_code, response.headers, response.content, self._asked
            ) from None
        except (openai.APIConnectionError, UnicodeError) as error:
            raise unreachable(error.__cause__ or error, self._asked) from None


def _refused_fields(sent: Mapping[str, Any], refusal: RefusedError) -> list[str]:
    """The fields beyond OpenAI's own that a refusal calls unknown."""
    if refusal.status not in {400, 422} or not _UNKNOWN_FIELD.search(refusal.message):
        return []
    words = set(re.findall(r"\w+", refusal.message))
    return [name for name in sent if name not in _OPENAI_FIELDS and name in words]


def _opens(dialect: Dialect, request: Request) -> bool:
    """Whether the text of this answer is likely to begin within thinking, its tag not sent.

    So it is where a template opens the tag and the server runs without a reasoning parser: for
    thinking-only models, and where thinking was asked for.
    """
    if not dialect.opens_thinking or request.thinking is False:
        return False
    model = find(request.model)
    return request.thinking is True or (model is not None and model.mode == "thinking")
