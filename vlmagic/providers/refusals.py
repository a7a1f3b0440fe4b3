"""A service's refusal, in any of the known shapes -> one of our errors, its words and a remedy.

What the codes and words mean stands in `remedies`. The words of the service are hostile text: one
line, at most 500 characters, no markup. This room refuses to connect.

Source: Model Studio "Error codes"; the shapes of vLLM, transformers, llama.cpp and LiteLLM.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

from vlmagic.errors import AuthError, FilteredError, RefusedError, ServiceError
from vlmagic.language import say

from . import remedies

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
    row = remedies.meaning(refusal, status)
    mark = refusal.code or status or ""
    what = refusal.message or say("no reason given")
    if row.kind is AuthError and row.hint is remedies.key:
        message = say(
            "{host} refused the key ({mark}): {what}", host=asked.host, mark=mark, what=what
        )
    elif row.kind is FilteredError:
        message = say("{host}'s content filter stopped this: {what}", host=asked.host, what=what)
    elif mark:
        message = say("{host} answered {mark}: {what}", host=asked.host, mark=mark, what=what)
    else:
        message = say("{host} answered with an error: {what}", host=asked.host, what=what)
    error = row.kind(
        message,
        row.hint(asked),
        status=status,
        code=refusal.code or None,
        request_id=refusal.request_id,
    )
    if row.retryable is not None:
        error.retryable = row.retryable
    return error


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
