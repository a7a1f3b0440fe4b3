from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from vlmagic.errors import (
    AuthError,
    BrokenError,
    FilteredError,
    LimitError,
    RateError,
    RefusedError,
    ServiceError,
    UnavailableError,
    UnexpectedError,
)
from vlmagic.events import Answer, Done, Event, Notice, Thinking, ToolCall, Usage
from vlmagic.providers.incoming import Incoming
from vlmagic.providers.refusals import Asked, classify, of_response, plain, said
from vlmagic.providers.scrub import MASK, scrub
from vlmagic.providers.tags import TagSplitter
from vlmagic.providers.translate import Translator, translate
from vlmagic.transcript import Transcript

CORPORA = os.environ.get("VLMAGIC_CORPORA")
ASKED = Asked("example.com", "m", "DASHSCOPE_API_KEY")
STOP = {"choices": [{"finish_reason": "stop", "delta": {"content": "", "reasoning_content": None}}]}


def piece(**delta: Any) -> dict[str, Any]:
    """A chunk that carries this delta, as Model Studio writes it."""
    return {"choices": [{"delta": delta, "index": 0, "finish_reason": None}], "usage": None}


def spoken(*chunks: dict[str, Any]) -> Transcript:
    """What the user is left with after these chunks."""
    return Transcript.of(translate(chunks, ASKED))


def read(
    body: bytes, cut: int = 0, *, whole: bool = False, opens: bool = False, most_event: int = 2**20
) -> tuple[Transcript, ServiceError | None]:
    """What the user is left with after these bytes, cut in pieces, and the error if one came."""
    translator = Translator(ASKED, opens_thinking=opens)
    incoming = Incoming(translator, ASKED, most=2**24, most_event=most_event, whole=whole)
    transcript = Transcript()

    def feed(events: Iterable[Event]) -> None:
        for event in events:
            transcript.feed(event)

    try:
        for at in range(0, len(body), cut or len(body) or 1):
            feed(incoming.feed(body[at : at + cut] if cut else body))
        feed(incoming.end())
        feed(incoming.done())
    except ServiceError as error:
        feed(translator.flush())
        return transcript, error
    return transcript, None


def sse(*chunks: object, done: bool = True) -> bytes:
    """Chunks as server-sent events."""
    lines = [f"data: {json.dumps(c) if isinstance(c, dict) else c}\n\n".encode() for c in chunks]
    return b"".join([*lines, b"data: [DONE]\n\n" if done else b""])


RECORDED = [
    piece(content=None, role="assistant", reasoning_content=""),
    piece(content=None, reasoning_content="We"),
    piece(content=None, reasoning_content=" are asked:"),
    piece(content="3**", reasoning_content=None),
    piece(content="!", reasoning_content=None),
    STOP,
    {
        "choices": [],
        "usage": {
            "prompt_tokens": 24,
            "completion_tokens": 1355,
            "completion_tokens_details": {"reasoning_tokens": 1084, "text_tokens": 271},
            "prompt_tokens_details": {"cached_tokens": 0, "image_tokens": 20, "text_tokens": 4},
        },
        "id": "chatcmpl-1",
    },
]


def test_recorded_stream() -> None:
    """A recorded stream gives its thinking, its answer, its usage by kind, and Done, in order."""
    events = list(translate(RECORDED, ASKED))
    assert events == [
        Thinking("We"),
        Thinking(" are asked:"),
        Answer("3**"),
        Answer("!"),
        Usage(
            input_tokens=24,
            output_tokens=1355,
            thinking_tokens=1084,
            answer_tokens=271,
            image_tokens=20,
            text_tokens=4,
            cached_tokens=0,
        ),
        Done("stop", "m", "chatcmpl-1"),
    ]


@pytest.mark.parametrize(
    "delta",
    [
        {"reasoning_content": "hm"},
        {"reasoning": "hm", "reasoning_content": None},
        {"reasoning": "", "thinking": "hm"},
        {"reasoning_details": [{"type": "reasoning.text", "text": "h"}, {"text": "m"}, {"x": 1}]},
        {"reasoning_content": "hm", "reasoning": "hm"},
        {"content": "<think>\nhm\n</think>\n\n"},
    ],
)
def test_every_servers_thinking(delta: dict[str, Any]) -> None:
    """Thinking is found under each server's name for it, once."""
    transcript = spoken(piece(**delta), piece(content="A"), STOP)
    assert (transcript.thinking, transcript.answer) == ("hm", "A")


def test_both_fields_in_one_chunk() -> None:
    """A chunk may end the thinking and begin the answer."""
    transcript = spoken(piece(reasoning_content="t", content="a"), STOP)
    assert (transcript.thinking, transcript.answer) == ("t", "a")


TAGGED = [
    ("<think>\nfirst\n\nthen\n</think>\n\nAnswer <think>x</think>", False, "first\n\nthen"),
    (" \n<think>a<b</thin</think>Answer <think>x</think>", False, "a<b</thin"),
    ("<think>\n</think>\nAnswer <think>x</think>", False, ""),
    ("first\n</think>\n\nAnswer <think>x</think>", True, "first"),
    ("<think>\nfirst</think>\nAnswer <think>x</think>", True, "first"),
    ("Answer <think>x</think>", False, ""),
]


@pytest.mark.parametrize(("text", "opened", "thinking"), TAGGED)
def test_tags_do_not_depend_on_cuts(text: str, opened: bool, thinking: str) -> None:
    """Tags are found however the text is cut; later ones are the model's own words."""
    for size in range(1, len(text) + 1):
        splitter = TagSplitter(opened=opened)
        pairs = [splitter.feed(text[i : i + size]) for i in range(0, len(text), size)]
        pairs.append(splitter.flush(whole=True))
        assert "".join(thought for thought, _ in pairs) == thinking, size
        assert "".join(answer for _, answer in pairs) == "Answer <think>x</think>", size


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_opened_but_never_closed(size: int) -> None:
    """Where the template was thought to open the tag and did not, the answer is not lost."""
    text = "No tag\nhere <"
    chunks = [piece(content=text[i : i + size]) for i in range(0, len(text), size)]
    for reason, answer in (("stop", text), ("length", "")):
        translator = Translator(ASKED, opens_thinking=True)
        end = {"choices": [{"delta": {}, "finish_reason": reason}]}
        events = [e for chunk in [*chunks, end] for e in translator.feed(chunk)]
        transcript = Transcript.of([*events, *translator.flush(), *translator.finish()])
        assert (transcript.thinking, transcript.answer) == (text, answer)


def test_lone_closing_tag_is_told() -> None:
    """A closing tag without an opening one stays, and the user is told what it means."""
    transcript = spoken(piece(content="hm</th"), piece(content="ink>A"), STOP)
    assert transcript.answer == "hm</think>A"
    assert [notice.kind for notice in transcript.notices] == ["tags"]


def test_bytes_cut_anywhere() -> None:
    """However the bytes of a stream are cut, the transcript is the same."""
    body = sse(
        piece(content="<think>\n数"), piece(content="据</think>"), piece(content="答案🌍"), STOP
    )
    for cut in range(len(body)):
        transcript, error = read(body, cut)
        assert error is None
        assert (transcript.thinking, transcript.answer) == ("数据", "答案🌍"), cut


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([r"\ud83c", r"\udf0d!"], "🌍!"),
        ([r"a\ud83c", "b"], "a\ufffdb"),
        ([r"\udf0d"], "\ufffd"),
        ([r"x\ud83c"], "x\ufffd"),
        ([r"\ud83c", r"\ud83c\udf0d"], "\ufffd🌍"),
    ],
)
def test_surrogates(pieces: list[str], text: str) -> None:
    """Halves of a character are joined over two deltas; a lone one becomes U+FFFD."""
    body = sse(*[f'{{"choices":[{{"delta":{{"content":"{p}"}}}}]}}' for p in pieces], STOP)
    transcript, error = read(body)
    assert error is None
    assert transcript.answer == text
    transcript.answer.encode("utf-8")


def test_tool_calls_are_joined_by_index() -> None:
    """Fragments of a call share an index; a continuation has an empty id."""
    calls = [
        [{"index": 0, "id": "call_a", "function": {"name": "f", "arguments": ""}}],
        [{"index": 0, "id": "", "function": {"arguments": '{"x": '}}],
        [
            {"index": 0, "id": "", "function": {"arguments": "1}"}},
            {"index": 1, "id": "call_b", "function": {"name": "g", "arguments": "{}"}},
        ],
    ]
    transcript = spoken(
        *[piece(content=None, tool_calls=call) for call in calls],
        {"choices": [{"finish_reason": "tool_calls", "delta": {}, "index": 0}]},
    )
    assert transcript.tool_calls == [
        ToolCall("call_a", "f", '{"x": 1}', 0),
        ToolCall("call_b", "g", "{}", 1),
    ]
    assert transcript.status == "complete"
    assert transcript.notices == []


USAGE = {"prompt_tokens": 1, "completion_tokens": 2}


@pytest.mark.parametrize(
    "chunks",
    [
        [STOP, {"choices": [], "usage": USAGE}],
        [{**STOP, "usage": USAGE}],
        [{**piece(content=""), "usage": USAGE}, {**STOP, "usage": USAGE}, {"usage": USAGE}],
        [STOP, {"choices": [{"index": 0, "delta": {}}], "usage": USAGE}],
        [STOP, {"choices": [{"index": 0, "delta": {"content": "late"}}], "usage": USAGE}, STOP],
    ],
)
def test_usage_wherever_it_stands(chunks: list[dict[str, Any]]) -> None:
    """Usage counts once wherever it stands; nothing after the finish reason changes the ending."""
    events = list(translate([piece(content="a"), *chunks], ASKED))
    assert [e for e in events if isinstance(e, Usage)] == [Usage(input_tokens=1, output_tokens=2)]
    transcript = Transcript.of(events)
    assert (transcript.answer, transcript.status) == ("a", "complete")


def test_usage_missing_is_unknown() -> None:
    """A server that counts nothing, or nonsense, leaves the usage unknown, never 0."""
    odd = {"choices": [], "usage": {"prompt_tokens": "many", "completion_tokens": -1}}
    assert spoken(piece(content="a"), STOP, odd).usage is None


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("stop", "complete"),
        ("tool_calls", "complete"),
        ("length", "truncated"),
        ("content_filter", "truncated"),
    ],
)
def test_finish_reasons(reason: str, status: str) -> None:
    """Each reason of the service has its own ending."""
    end = {"choices": [{"delta": {}, "finish_reason": reason}]}
    assert spoken(piece(content="a"), end).status == status


@pytest.mark.parametrize("reason", [None, "", "null", "abort", "banana"])
def test_complete_only_with_a_reason(reason: str | None) -> None:
    """Without a known finish reason no answer is complete, not even after [DONE]; the text stays."""
    body = sse(piece(content="half"), {"choices": [{"delta": {}, "finish_reason": reason}]})
    transcript, error = read(body)
    assert isinstance(error, BrokenError)
    assert transcript.answer == "half"


@pytest.mark.parametrize(
    ("chunks", "kind"),
    [
        (
            [piece(reasoning_content="t"), {"choices": [{"delta": {}, "finish_reason": "length"}]}],
            "budget",
        ),
        ([{"choices": [{"delta": {}, "finish_reason": "length"}]}], "budget"),
        ([piece(reasoning_content="t"), STOP], "empty"),
        ([STOP], "empty"),
    ],
)
def test_no_answer_is_said(chunks: list[dict[str, Any]], kind: str) -> None:
    """An ending without an answer says so."""
    assert [notice.kind for notice in spoken(*chunks).notices] == [kind]


INSPECTION = {
    "message": "Output data may contain inappropriate content.",
    "code": "data_inspection_failed",
}
IN_STREAM: list[tuple[bytes, type[ServiceError], str]] = [
    (sse({"error": INSPECTION, "request_id": "r"}, done=False), FilteredError, "inappropriate"),
    (sse({"error": "a plain string"}, done=False), UnavailableError, "a plain string"),
    (sse('{"error": "a "broken" string"}', done=False), UnavailableError, 'a "broken" string'),
    (sse({"code": "InvalidParameter", "message": "bad", "request_id": "r"}), RefusedError, "bad"),
    (b'event: error\ndata: {"message":"too busy","code":503}\n\n', UnavailableError, "too busy"),
    (b"event: error\ndata: out of memory\n\n", UnavailableError, "out of memory"),
    (b'event:error\ndata:{"error":{"message":"m","code":"limit_requests"}}\n\n', RateError, "m"),
    (sse({"object": "error", "message": "boom", "code": 400}), RefusedError, "boom"),
    (sse({"detail": "Unexpected"}), UnavailableError, "Unexpected"),
    (
        sse(
            {"choices": [{"delta": {}, "finish_reason": "error", "error": {"message": "upstream"}}]}
        ),
        UnavailableError,
        "upstream",
    ),
    (
        sse(
            {"error": {"message": "upstream", "code": 502}, "choices": [{"delta": {"content": ""}}]}
        ),
        UnavailableError,
        "upstream",
    ),
]


@pytest.mark.parametrize(("body", "kind", "words"), IN_STREAM)
def test_error_inside_the_stream(body: bytes, kind: type[ServiceError], words: str) -> None:
    """An error inside the stream is found in every shape; the text before it is kept."""
    for cut in (0, 1, 7):
        transcript, error = read(sse(piece(content="text <"), done=False) + body, cut)
        assert type(error) is kind
        assert error is not None
        assert words in error.message
        assert transcript.answer == "text <"


UNEXPECTED = [
    (b"", "no answer"),
    (b"\n\n", "no answer"),
    (b"data: [DONE]\n\n", "no answer"),
    (b": ping\n\n: ping\n\n", "no answer"),
    (sse(piece(role="assistant")), "no answer"),
    (
        b"<html><head><style>x{}</style></head><body><h1>Sign in</h1><script>x()</script>",
        ": Sign in",
    ),
    (b"Bad Gateway\n", "Bad Gateway"),
    (b'{"choices": ', '{"choices":'),
    (b'{"hello": "world"}', "hello"),
    (b"[1, 2]", "[1, 2]"),
    (b"[" * 100000, "[[[["),
    (sse(piece(content="a"), "{bad", "{worse", "{worst"), "3 unreadable events"),
    (sse("1", "null", "[]"), "3 unreadable events"),
    (b"data: data\n\n\n", "data: data"),
]


@pytest.mark.parametrize(("body", "words"), UNEXPECTED)
def test_what_is_no_answer(body: bytes, words: str) -> None:
    """Nothing, a web page, damage: said in one plain line, never shown as an answer."""
    for cut in (0, 1, 1000) if len(body) < 1000 else (0, 1000):
        _, error = read(body, cut)
        assert type(error) is UnexpectedError
        assert words in error.message
        assert len(error.message) < 320
        assert "\n" not in error.message


@pytest.mark.parametrize(
    "damage",
    [
        "{bad",
        '{"choices": ' * 5000,
        '{"n": ' + "9" * 5000 + ', "choices": []}',
        "true",
        '{"choices": [[{}]]}',
    ],
)
def test_damage_between_good_events(damage: str) -> None:
    """One unreadable event is left out, said at most once, and the answer goes on."""
    transcript, error = read(sse(piece(content="a"), damage, piece(content="b"), STOP))
    assert error is None
    assert transcript.answer == "ab"
    assert len(transcript.notices) <= 1


def test_number_of_many_digits() -> None:
    """A number that Python refuses to read costs no text."""
    chunk = json.dumps(piece(content="a")).replace("null", "9" * 5000)
    transcript, error = read(sse(chunk, STOP))
    assert error is None
    assert (transcript.answer, transcript.notices) == ("a", [])


def test_events_without_blank_lines() -> None:
    """Events that a server glued together are read one by one."""
    lines = b"".join(
        line + b"\n"
        for line in sse(piece(content="a"), piece(content="b"), STOP).split(b"\n")
        if line
    )
    transcript, error = read(lines + b"\n")
    assert transcript.answer == "ab"
    assert error is None


def test_finish_without_done_marker() -> None:
    """A finish reason is enough: [DONE] may be missing, and an unfinished event may follow."""
    transcript, error = read(sse(piece(content="a"), STOP, done=False) + b"data: {")
    assert error is None
    assert transcript.status == "complete"


WHOLE = {
    "choices": [{"message": {"content": "A", "reasoning_content": "t"}, "finish_reason": "stop"}],
    "usage": USAGE,
}


@pytest.mark.parametrize(("whole", "notices"), [(True, []), (False, ["whole"])])
def test_whole_answer(whole: bool, notices: list[str]) -> None:
    """An answer in one piece is shown, with a note if a stream was asked for."""
    transcript, error = read(json.dumps(WHOLE, indent=1).encode(), 5, whole=whole)
    assert error is None
    assert (transcript.thinking, transcript.answer, transcript.status) == ("t", "A", "complete")
    assert [notice.kind for notice in transcript.notices] == notices
    assert transcript.usage == Usage(input_tokens=1, output_tokens=2)


def test_limits_keep_the_text() -> None:
    """A giant event ends the stream with the limit's name; the text before it is kept."""
    body = sse(piece(content="a"), piece(content="x" * 3000), piece(content="b"), STOP)
    for cut in (0, 1, 50):
        transcript, error = read(body, cut, most_event=2000)
        assert isinstance(error, LimitError)
        assert transcript.answer == "a"


@pytest.mark.parametrize(
    ("status", "body", "kind", "retryable"),
    [
        (400, {"error": {"message": "m", "code": "invalid_parameter_error"}}, RefusedError, False),
        (400, {"code": "Arrearage", "message": "Access denied"}, AuthError, False),
        (400, {"error": INSPECTION}, FilteredError, False),
        (
            401,
            {"error": {"message": "Incorrect API key provided.", "code": "invalid_api_key"}},
            AuthError,
            False,
        ),
        (401, "Unauthorized", AuthError, False),
        (403, {"code": "AllocationQuota.FreeTierOnly", "message": "m"}, RateError, False),
        (403, {"code": "Model.AccessDenied", "message": "m"}, AuthError, False),
        (
            404,
            {"error": {"message": "The model x does not exist", "code": "model_not_found"}},
            RefusedError,
            False,
        ),
        (404, "<h1>404 Not Found</h1>", RefusedError, False),
        (413, "", RefusedError, False),
        (422, {"detail": "Unexpected fields in the request: {'a'}"}, RefusedError, False),
        (422, {"detail": [{"loc": ["body"], "msg": "bad"}]}, RefusedError, False),
        (429, {"code": "Throttling.RateQuota", "message": "m"}, RateError, True),
        (429, {"error": {"message": "m", "code": "insufficient_quota"}}, RateError, False),
        (429, {"code": "Throttling.AllocationQuota", "message": "m"}, RateError, False),
        (500, {"error": "m"}, UnavailableError, True),
        (500, {"code": "InternalError.Algo.InvalidParameter", "message": "m"}, RefusedError, False),
        (503, {"code": "ModelUnavailable", "message": "m"}, UnavailableError, True),
        (504, "<html>Gateway Timeout</html>", UnavailableError, True),
    ],
)
def test_http_refusals(status: int, body: Any, kind: type[ServiceError], retryable: bool) -> None:
    """A refusal becomes the error that its code means, with the service's words and a remedy."""
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    error = of_response(status, {"x-request-id": "r1"}, raw, ASKED)
    assert type(error) is kind
    assert error.retryable is retryable
    assert error.status == status
    assert error.request_id == "r1"
    assert error.hint
    assert "<" not in error.message
    assert "\n" not in error.message


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [("2", 2, 2), ("0.5", 0.5, 0.5), ("-1", 0, 0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0)],
)
def test_retry_after(text: str, least: float, most: float) -> None:
    """The service's wish is read in seconds and as a date."""
    found = of_response(429, {"retry-after": text}, b"", ASKED).retry_after
    assert found is not None
    assert least <= found <= most


@pytest.mark.parametrize("text", ["soon", "nan", "inf", "1e400", ""])
def test_retry_after_nonsense(text: str) -> None:
    """A wish that is none is ignored."""
    assert of_response(429, {"retry-after": text}, b"", ASKED).retry_after is None


def test_words_of_the_service_are_plain() -> None:
    """Hostile words become one short line without markup and control characters."""
    text = plain("a\x1b[31m\r\n<b onclick=x>b</b> <script>alert(1)</script>\u202e" + "c" * 1000)
    assert len(text) == 500
    assert text.startswith("a [31m b")
    assert text.isprintable()


def test_what_is_no_refusal() -> None:
    """Ordinary chunks hold no refusal."""
    others: list[object] = [
        {"error": None, "choices": []},
        {"id": "x", "object": "y"},
        [],
        "x",
        None,
    ]
    for chunk in (*RECORDED, *others):
        assert said(chunk) is None
    flat = said({"error": [], "code": "x"})
    assert flat is not None
    assert isinstance(classify(flat, ASKED), ServiceError)


KEY = "sk-0123456789abcdefghijklmnopqrstuv"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20, 100])
def test_key_never_leaves(size: int) -> None:
    """The key, whole or encoded, is taken out of the text however it is cut; the rest stays."""
    encoded = base64.b64encode(b"ab" + KEY.encode()).decode()
    text = f"is sk-0 it {KEY}? s {encoded} sk"
    events: list[Event] = [Answer(text[i : i + size]) for i in range(0, len(text), size)]
    events.append(Done("stop"))
    transcript = Transcript.of(scrub(events, KEY))
    assert transcript.answer.startswith(f"is sk-0 it {MASK}? s ")
    assert transcript.answer.endswith(" sk")
    assert not any(KEY[i : i + 12] in transcript.answer for i in range(len(KEY) - 11))
    assert not any(encoded[i : i + 12] in transcript.answer for i in range(4, len(encoded) - 15))


def test_scrub_keeps_order_and_everything_else() -> None:
    """What is held back leaves before the next channel; without a key nothing changes."""
    events: list[Event] = [
        Thinking("this is"),
        Answer("a s"),
        ToolCall("i", "f", '"sk-'),
        ToolCall("", "", '0"'),
        Notice("n", f"see {KEY}"),
        Answer("s"),
    ]
    found = list(scrub(events, KEY))
    transcript = Transcript.of(found)
    assert (transcript.thinking, transcript.answer) == ("this is", "a ss")
    assert transcript.tool_calls[0].arguments == '"sk-0"'
    assert transcript.notices == [Notice("n", f"see {MASK}")]
    kinds = [type(event) for event in found]
    assert kinds.index(Answer) > max(i for i, kind in enumerate(kinds) if kind is Thinking)
    for key in (None, "x", "none"):
        assert list(scrub(events, key)) == events


CHAT_STATUS: dict[str, tuple[str, ...]] = {
    "complete": ("complete",),
    "truncated": ("truncated", "BrokenError", "LimitError"),
    "empty": ("complete", "UnexpectedError"),
    "filtered": ("truncated", "FilteredError"),
    "error": ("RefusedError", "AuthError", "RateError", "UnavailableError", "FilteredError"),
    "unexpected": ("UnexpectedError", "BrokenError"),
}


@pytest.mark.skipif(not CORPORA, reason="VLMAGIC_CORPORA is not set")
def test_corpus_of_chats() -> None:
    """Every chat of the corpus leaves the user with its text and its status, however it is cut."""
    streams = json.loads(Path(str(CORPORA), "sse.json").read_text("utf-8"))["streams"]
    chats = [stream for stream in streams if "chat" in stream]
    assert chats
    for stream in chats:
        expected = stream["chat"]
        for cut in (0, 1, 3, 50):
            transcript, error = read(base64.b64decode(stream["bytes_b64"]), cut)
            status = type(error).__name__ if error else transcript.status
            allowed = [expected["status"], *(v for k, v in expected.items() if k == "alt_status")]
            assert any(status in CHAT_STATUS[word] for word in allowed), stream["id"]
            for name in ("thinking", "answer"):
                texts = [
                    expected.get(name, ""),
                    expected.get(f"alt_{name}", expected.get(name, "")),
                ]
                assert getattr(transcript, name) in texts, stream["id"]
