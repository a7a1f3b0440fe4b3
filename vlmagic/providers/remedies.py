"""What each refusal of a service means, and what to do about it: rows, and one walk over them.

The service's code comes first, since one status stands for many causes; then its words, then the
status. Each row gives a class of error and the remedy. This room refuses to read any body:
`refusals` does.

Source: Model Studio "Error codes"; the words of vLLM, Ollama, llama.cpp and others for the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vlmagic.errors import AuthError, FilteredError, RateError, RefusedError, ServiceError
from vlmagic.errors import UnavailableError as Unavailable
from vlmagic.language import say

if TYPE_CHECKING:
    from .refusals import Asked, Refusal

Hint = Callable[["Asked"], str]


@dataclass(frozen=True, slots=True)
class Row:
    """A pattern for the whole code, or for a piece of the message; the class; the remedy."""

    kind: type[ServiceError]
    hint: Hint
    code: str = ""
    words: str = ""
    retryable: bool | None = None

    def means(self, refusal: Refusal) -> bool:
        """Is it this one?"""
        if self.code:
            return re.fullmatch(self.code, refusal.code, re.IGNORECASE) is not None
        return re.search(self.words, refusal.message, re.IGNORECASE) is not None


# -- remedies that several rows share ----------------------------------------------------------


def key(asked: Asked) -> str:
    """Where the key came from, or where to put one."""
    if not asked.key_origin:
        return say("Set DASHSCOPE_API_KEY (Model Studio) or OPENAI_API_KEY (other servers).")
    return say(
        "The key came from {origin}. Keys belong to one region and one service: check both, "
        "or set another one there.",
        origin=asked.key_origin,
    )


def _model(asked: Asked) -> str:
    return say(
        "{host} does not offer the model {model} to this key. `%vl models` lists the known names; "
        "choose one with -m.",
        host=asked.host,
        model=asked.model,
    )


def _bill(_: Asked) -> str:
    return say("Pay the bill or top up the account, then ask again.")


def _access(_: Asked) -> str:
    return say("Open the model for this account or workspace in the service's console.")


def _workspace(_: Asked) -> str:
    return say("Check --workspace: it must exist, and the key must belong to it.")


def _rate(_: Asked) -> str:
    return say("Wait a minute, or ask for a higher limit in the service's console.")


def _later(_: Asked) -> str:
    return say("This is the service's own trouble; ask again later.")


def _picture(_: Asked) -> str:
    return say(
        "Pictures must be wider and higher than 10 pixels, at most 200 times longer than wide, "
        "and about 7 MB before encoding.",
    )


def _fetch(_: Asked) -> str:
    return say("The service could not fetch the picture itself; name a local file instead.")


def _shorter(_: Asked) -> str:
    return say("Send fewer or smaller pictures, or a shorter history.")


def _option(_: Asked) -> str:
    return say("Change or leave out the option that the message names.")


# -- the rows ----------------------------------------------------------------------------------

_ROWS = (
    # by code: the key, the account, the load
    Row(
        FilteredError,
        lambda _: say("Rephrase the question or use another picture; asking again does not help."),
        code=r"data_?inspection_?failed|content_?(filter|policy).*",
    ),
    Row(AuthError, key, code=r"(invalid|no)_?api_?key|(invalid_)?authentication_?error"),
    Row(AuthError, key, code=r"unauthorized"),
    Row(AuthError, key, words=r"(incorrect|invalid|no) api[- ]key provided"),
    Row(AuthError, _bill, code=r"arrearage"),
    Row(
        RateError,
        lambda _: say(
            "Turn off the mode that uses the free quota alone in the service's console, or ask "
            "another model."
        ),
        code=r"allocationquota\.freetieronly",
        retryable=False,
    ),
    Row(
        RateError,
        lambda _: say(
            "The quota is used up: wait a minute if it counts by the minute, raise it in the "
            "service's console, or ask another model."
        ),
        code=r"throttling\.allocationquota|insufficient_quota|quota_?exceeded",
        retryable=False,
    ),
    Row(
        RateError,
        lambda _: say("Wait a minute, then ask one question after another, not many at once."),
        code=r"throttling\.burstrate|limit_burst_rate",
    ),
    Row(RateError, _rate, code=r"throttling.*|limit_?requests|rate_?limit.*"),
    Row(
        RefusedError,
        lambda _: say("This model speaks the native protocol alone: add --api dashscope."),
        code=r"model_not_supported",
    ),
    Row(RefusedError, _model, code=r"model_?not_?found"),
    Row(RefusedError, _model, words=r"model not exist|model .{0,80}does not exist"),
    Row(
        AuthError,
        lambda _: say(
            "vlmagic never asks for that: something on the way adds the header "
            "X-DashScope-Async; take it out."
        ),
        words=r"asynchronous calls",
    ),
    Row(AuthError, _workspace, code=r"workspace\.?(access_?denied|not_?found)|not authorized"),
    Row(AuthError, _access, code=r"((model|endpoint)\.)?access_?denied(\..*)?"),
    Row(
        Unavailable,
        lambda _: say(
            "The answer took too long to come in one piece: leave out --no-stream, or lower "
            "--budget and --max-tokens."
        ),
        code=r"request_?time_?out",
    ),
    # by words: the question as a whole
    Row(RefusedError, _shorter, words=r"range of input length|context.{0,20}(length|window|size)"),
    Row(RefusedError, _shorter, words=r"too many tokens|number of (images|videos) should"),
    Row(
        RefusedError,
        lambda _: say("This model does not look at pictures: choose one that does with -m."),
        words=r"not support (images?|vision)|image input is not supported|not a multimodal model"
        r"|endpoints found that support image|required for image input",
    ),
    Row(
        RefusedError,
        lambda _: say(
            "Thinking comes only as a stream here: leave out --no-stream, or add --no-think."
        ),
        words=r"enable_thinking.{0,40}(non-streaming|only support stream)",
    ),
    Row(
        RefusedError,
        lambda _: say("This model answers only as a stream: leave out --no-stream."),
        words=r"only support stream|does not support http call",
    ),
    Row(
        RefusedError,
        lambda _: say(
            "Model and address do not fit each other: check -m, --base-url and --api; "
            "`%vl models` lists the models that see."
        ),
        words=r"url error, please check url",
    ),
    Row(RefusedError, lambda _: say("Name a model with -m."), words=r"must provide a model"),
    Row(
        RefusedError,
        lambda _: say(
            "The question has lost its form on the way: leave out any --param that takes the place "
            "of a part of it, such as messages."
        ),
        words=r"\[\] is too short|content field is a required|elements with the role of user"
        r"|required body invalid|prompt\W+or\W+messages|role must be user|list index out of range"
        r"|should be a message of a certain modal|messages' is a required",
    ),
    # by words: a parameter
    Row(
        RefusedError,
        lambda _: say("This model always thinks: leave out --no-think."),
        words=r"enable_thinking parameter is restricted to true",
    ),
    Row(
        RefusedError,
        lambda _: say(
            "This model does not think: leave out --think and --budget, or ask a hybrid model: "
            "-m qwen3-vl-plus."
        ),
        words=r"not support enable_thinking",
    ),
    Row(
        RefusedError,
        lambda _: say("Lower --budget to what the message allows."),
        words=r"thinking_budget",
    ),
    Row(
        RefusedError,
        lambda _: say("Change --max-tokens to what the message allows."),
        words=r"range of max_tokens",
    ),
    Row(
        RefusedError,
        lambda _: say("vlmagic sets this itself: leave out the --param of that name."),
        words=r"incremental_output|result_format",
    ),
    Row(
        RefusedError,
        lambda _: say("Structured answers need --no-think on this model."),
        words=r"json mode .*enable_thinking",
    ),
    Row(
        RefusedError,
        lambda _: say("Structured answers need the word JSON in the question: write it there."),
        words=r"must contain the word .json",
    ),
    Row(
        RefusedError,
        lambda _: say("Leave out --param tools, or give it as the message asks."),
        words=r"tool call is not supported|tool_choice|tool names",
    ),
    Row(
        RefusedError,
        lambda _: say("This model cannot search: leave out --param enable_search."),
        words=r"support enable_search",
    ),
    # by words: what is looked at
    Row(
        RefusedError,
        lambda _: say(
            "Give a shorter video, or as many frames as the message allows, in a common format "
            "such as MP4."
        ),
        words=r"video modality|sequence images|video file",
    ),
    Row(RefusedError, _picture, words=r"image (length|size)|data-uri|file size is too large"),
    Row(RefusedError, _picture, words=r"decode the image|(media|file) format|too small"),
    Row(RefusedError, _fetch, words=r"download|access the media|url does not appear"),
    Row(RefusedError, _fetch, words=r"multimodal url|invalid image input"),
    # whatever is left
    Row(RefusedError, _option, code=r"(.*\.)?invalid_?parameter(_error)?(\..*)?"),
    Row(RefusedError, _option, words=r"InternalError\.Algo\.InvalidParameter"),
    Row(
        Unavailable,
        _later,
        code=r"internal_?(server_?)?error.*|model(_?serving)?(error|unavailable)"
        r"|server_error|(server_)?overloaded(_error)?|service_?unavailable|engine_?dead.*",
    ),
)

_BY_STATUS: Mapping[int, Row] = {
    401: Row(AuthError, key),
    402: Row(AuthError, _bill),
    403: Row(AuthError, _access),
    404: Row(RefusedError, _model),
    408: Row(Unavailable, _later),
    413: Row(RefusedError, lambda _: say("Send fewer or smaller pictures.")),
    429: Row(RateError, _rate),
}


def meaning(refusal: Refusal, status: int | None) -> Row:
    """The row of a refusal: by its code or words, else by the HTTP status."""
    found = next((row for row in _ROWS if row.means(refusal)), None)
    if found is not None:
        return found
    if status is None or status >= 500:
        return Row(Unavailable, _later)
    return _BY_STATUS.get(status, Row(RefusedError, _option))
