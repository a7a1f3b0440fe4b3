"""What a service's refusal means: its code, status and words -> one of our errors, and what to do.

Rows of data, the service's code first, since one status stands for many causes. The words of the
service are hostile text: one line, at most 500 characters, no markup. This room refuses to connect.

Source: Model Studio "Error codes"; the shapes of vLLM, transformers, llama.cpp and LiteLLM.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

from vlmagic.errors import (
    AuthError,
    FilteredError,
    RateError,
    RefusedError,
    ServiceError,
    UnavailableError,
)
from vlmagic.language import say

LONGEST = 500
"""Most characters of the service's own words in a message."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom we asked for what, as far as a remedy needs to know it."""

    host: str
    model: str = ""
    key_origin: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the service said, freed from its many shapes."""

    message: str = ""
    code: str = ""
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    """A pattern for the whole code, or for a piece of the message; the class; the remedy."""

    kind: type[ServiceError]
    hint: Callable[[Asked], str]
    code: str = ""
    words: str = ""
    retryable: bool | None = None


def _key_hint(asked: Asked) -> str:
    if not asked.key_origin:
        return say("Set DASHSCOPE_API_KEY (Model Studio) or OPENAI_API_KEY (other servers).")
    return say(
        "The key came from {origin}. Keys belong to one region and one service: check both, "
        "or set another one there.",
        origin=asked.key_origin,
    )


def _bill_hint(_: Asked) -> str:
    return say("Pay the bill or top up the account, then ask again.")


def _picture_hint(_: Asked) -> str:
    return say(
        "Pictures must be wider and higher than 10 pixels, at most 200 times longer than wide, "
        "and about 7 MB before encoding.",
    )


def _fetch_hint(_: Asked) -> str:
    return say("The service could not fetch the picture itself; name a local file instead.")


def _later_hint(_: Asked) -> str:
    return say("This is the service's own trouble; ask again later.")


def _access_hint(_: Asked) -> str:
    return say("Open the model for this account or workspace in the service's console.")


def _quota_hint(_: Asked) -> str:
    return say("The quota is used up: raise it in the service's console, or ask another model.")


def _model_hint(asked: Asked) -> str:
    return say(
        "{host} does not offer the model {model} to this key. `%vl models` lists the known names; "
        "choose one with -m.",
        host=asked.host,
        model=asked.model,
    )


def _rate_hint(_: Asked) -> str:
    return say("Wait a minute, or ask for a higher limit in the service's console.")


def _filter_hint(_: Asked) -> str:
    return say("Rephrase the question or use another picture; asking again does not help.")


def _option_hint(_: Asked) -> str:
    return say("Change or leave out the option that the message names.")


_ROWS = (
    _Row(FilteredError, _filter_hint, code=r"data_?inspection_?failed|content_?(filter|policy).*"),
    _Row(AuthError, _key_hint, code=r"invalid_?api_?key|(invalid_)?authentication_?error"),
    _Row(AuthError, _key_hint, code=r"no_?api_?key|unauthorized"),
    _Row(AuthError, _key_hint, words=r"(incorrect|invalid|no) api[- ]key provided"),
    _Row(AuthError, _bill_hint, code=r"arrearage"),
    _Row(RateError, _quota_hint, code=r"allocationquota\.freetieronly", retryable=False),
    _Row(
        RateError,
        _quota_hint,
        code=r"throttling\.allocationquota|insufficient_quota|quota_?exceeded",
        retryable=False,
    ),
    _Row(
        RateError, _rate_hint, code=r"throttling.*|limit_?requests|limit_burst_rate|rate_?limit.*"
    ),
    _Row(RefusedError, _model_hint, code=r"model_?not_?found|model_not_supported"),
    _Row(RefusedError, _model_hint, words=r"model not exist|model .{0,80}does not exist"),
    _Row(AuthError, _access_hint, code=r"((model|workspace|endpoint)\.)?access_?denied(\..*)?"),
    _Row(AuthError, _key_hint, code=r"not authorized|workspacenotfound"),
    _Row(
        RefusedError,
        lambda _: say("Send fewer or smaller pictures, or a shorter history."),
        words=r"range of input length|context.{0,20}(length|window)|too many tokens",
    ),
    _Row(
        RefusedError,
        lambda _: say("This model answers only as a stream: leave out --no-stream."),
        words=r"only support stream|does not support http call",
    ),
    _Row(
        RefusedError,
        lambda _: say("Structured answers need --no-think on this model."),
        words=r"json mode .*enable_thinking",
    ),
    _Row(RefusedError, _picture_hint, words=r"image (length|size)|data-uri|file size is too large"),
    _Row(RefusedError, _picture_hint, words=r"decode the image|(media|file) format|too small"),
    _Row(RefusedError, _fetch_hint, words=r"download|access the media|url does not appear"),
    _Row(RefusedError, _fetch_hint, words=r"multimodal url|invalid image input"),
    _Row(RefusedError, _option_hint, code=r"(.*\.)?invalid_?parameter(_error)?(\..*)?"),
    _Row(RefusedError, _option_hint, words=r"InternalError\.Algo\.InvalidParameter"),
    _Row(
        UnavailableError,
        _later_hint,
        code=r"internal_?(server_?)?error.*|request_?time_?out|model(_?serving)?(error|unavailable)"
        r"|server_error|(server_)?overloaded(_error)?|service_?unavailable|engine_?dead.*",
    ),
)
_CODES = [re.compile(row.code, re.IGNORECASE) if row.code else None for row in _ROWS]
_WORDS = [re.compile(row.words, re.IGNORECASE) if row.words else None for row in _ROWS]

_BY_STATUS: Mapping[int, tuple[type[ServiceError], Callable[[Asked], str]]] = {
    401: (AuthError, _key_hint),
    402: (AuthError, _bill_hint),
    403: (AuthError, _access_hint),
    404: (RefusedError, _model_hint),
    408: (UnavailableError, _later_hint),
    413: (RefusedError, lambda _: say("Send fewer or smaller pictures.")),
    429: (RateError, _rate_hint),
}


def plain(text: object, longest: int = LONGEST) -> str:
    """The service's words as one safe line: no markup, no control characters, not too long."""
    words = str(text)[: longest * 20]
    if "<" in words:
        words = re.sub(r"(?is)<(script|style)\b.*?(</\1\s*>|\Z)", " ", words)
        words = re.sub(r"<[!/?A-Za-z][^<>]*>", " ", words)
    words = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def said(body: object) -> Refusal | None:
    """The refusal that a JSON body or a JSON event holds, in any of the known shapes, or None.

    Shapes: {"error": {message, code, type}}, {"error": "words"}, {"code", "message"} beside no
    choices, {"detail": ...}; the request's id stands inside or beside.
    """
    if not isinstance(body, Mapping):
        return None
    error: Any = body.get("error")
    if not error:
        if body.get("choices") is not None or not (_FLAT & body.keys()):
            return None
        error = body
    if isinstance(error, Mapping):
        message = error.get("message") or error.get("detail") or error.get("msg")
        code = error.get("code") or error.get("type")
        if message is None:
            inner = error.get("error")
            message = json.dumps(inner or dict(error), ensure_ascii=False, default=str)
        elif not isinstance(message, str):
            message = json.dumps(message, ensure_ascii=False, default=str)
    else:
        message, code = error, body.get("code")
        if isinstance(body.get("message"), str):
            message = f"{error}: {body['message']}"
    found = body.get("request_id") or (isinstance(error, Mapping) and error.get("request_id"))
    return Refusal(
        message=plain(message),
        code=plain(code, 80) if isinstance(code, (str, int)) and code else "",
        request_id=plain(found, 80) if isinstance(found, str) else None,
    )


_FLAT = frozenset({"code", "message", "detail"})


def classify(refusal: Refusal, asked: Asked, status: int | None = None) -> ServiceError:
    """The error that stands for a refusal: by its code, then by its words, then by the status."""
    if status is None and refusal.code.isdecimal() and 400 <= int(refusal.code) <= 599:
        status = int(refusal.code)
    kind, hint, retryable = _meaning(refusal, status)
    mark = refusal.code or status or ""
    what = refusal.message or say("no reason given")
    if kind is AuthError and hint is _key_hint:
        message = say(
            "{host} refused the key ({mark}): {what}", host=asked.host, mark=mark, what=what
        )
    elif kind is FilteredError:
        message = say("{host}'s content filter stopped this: {what}", host=asked.host, what=what)
    elif mark:
        message = say("{host} answered {mark}: {what}", host=asked.host, mark=mark, what=what)
    else:
        message = say("{host} answered with an error: {what}", host=asked.host, what=what)
    error = kind(
        message,
        hint(asked),
        status=status,
        code=refusal.code or None,
        request_id=refusal.request_id,
    )
    if retryable is not None:
        error.retryable = retryable
    return error


def _meaning(
    refusal: Refusal,
    status: int | None,
) -> tuple[type[ServiceError], Callable[[Asked], str], bool | None]:
    for row, code, words in zip(_ROWS, _CODES, _WORDS, strict=True):
        if (code and code.fullmatch(refusal.code)) or (words and words.search(refusal.message)):
            return row.kind, row.hint, row.retryable
    if status is not None and status in _BY_STATUS:
        return *_BY_STATUS[status], None
    if status is None or status >= 500:
        return UnavailableError, _later_hint, None
    return RefusedError, _option_hint, None


def of_response(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    asked: Asked,
) -> ServiceError:
    """The error for a whole HTTP answer that is no success."""
    if 300 <= status < 400:
        other = re.sub(
            r"^[a-z]+://([^/?#]*@)?", "", headers.get("location", ""), flags=re.IGNORECASE
        )
        return RefusedError(
            say(
                "{host} wants to send you on to {other}; vlmagic does not follow.",
                host=asked.host,
                other=plain(re.split(r"[/?#]", other)[0], 100) or "?",
            ),
            say("If you trust that address, name it with --base-url."),
            status=status,
        )
    text = body.decode("utf-8", "replace")
    try:
        refusal = said(json.loads(text))
    except (ValueError, RecursionError):
        refusal = None
    refusal = refusal or Refusal(plain(text, 200))
    error = classify(refusal, asked, status)
    error.request_id = error.request_id or headers.get("x-request-id")
    error.retry_after = _seconds(headers.get("retry-after"))
    return error


def _seconds(text: str | None) -> float | None:
    """`Retry-After` in seconds, given in seconds or as an HTTP date (RFC 9110, 10.2.3)."""
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        try:
            found = parsedate_to_datetime(text).timestamp() - time()
        except (ValueError, OverflowError):
            return None
    return max(found, 0.0) if found == found and found < 1e9 else None
