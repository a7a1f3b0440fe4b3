"""The OpenAI-compatible chat API over HTTP, by way of the openai SDK.

The SDK brings key, URL, proxies and timeouts; the bytes are decoded here (`incoming`), since its
own chunk objects are most of its cost. No redirect is followed and nothing is retried, but a server
that refuses fields by name is asked once more without them. This room refuses to show and to time
anything: `run` watches `received`.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from vlmagic.catalog import find
from vlmagic.dialects import DIALECTS, Dialect
from vlmagic.errors import RefusedError
from vlmagic.events import Notice
from vlmagic.language import say

from .body import body, unsent
from .conversation import Conversation
from .failures import unreachable
from .incoming import Incoming
from .lanes import Lane, Lanes, http_module
from .refusals import Asked, of_response
from .scrub import Scrubber
from .translate import Translator

if TYPE_CHECKING:
    from vlmagic.request import Request
    from vlmagic.settings import Settings

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


class OpenAIStream(Conversation):
    """One question on its way. Iterate it once, on one thread; close it from any."""

    def __init__(self, source: OpenAISource, request: Request) -> None:
        asked = Asked(source.name, request.model, source.key_origin)
        translator = Translator(asked, opens_thinking=_opens(source.dialect, request))
        incoming = Incoming(
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
        return (Notice("unsent", text) for text in unsent(self._request, self._source.dialect))

    def _chunks(self, response: Any) -> Iterator[bytes]:
        return cast("Iterator[bytes]", response.iter_bytes())

    def _breaks(self) -> tuple[type[BaseException], ...]:
        http = http_module()
        return http.HTTPError, http.StreamError, ssl.SSLError, OSError

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
