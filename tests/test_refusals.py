"""What the service refuses: said in its own words, explained in the user's language, with a remedy."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from asking import ask
from service_refusals import COMPATIBLE, ROWS, Row

import vlmagic
from vlmagic import language, rules
from vlmagic.emulator import Emulator
from vlmagic.emulator.faults import named
from vlmagic.emulator.refusals import STATES
from vlmagic.errors import SettingsError
from vlmagic.estimate import estimate
from vlmagic.providers.openai import OpenAISource
from vlmagic.request import Request
from vlmagic.settings import Key, Settings, resolve

if importlib.util.find_spec("dashscope") is None:
    pytest.skip("needs the dashscope package", allow_module_level=True)

from vlmagic.providers.dashscope import DashScopeSource

ASK = Request(model="qwen3-vl-plus", prompt="Why?", thinking=True)


class Changed(DashScopeSource):
    """The native source, with fields of its body replaced just before they leave."""

    change: Mapping[str, Any] = {}

    def prepare(self, request: Request) -> tuple[str, Mapping[str, str], bytes]:
        """As it would be sent, then changed."""
        url, headers, data = super().prepare(request)
        body = json.loads(data)
        for name, value in self.change.items():
            if name == "path":
                url = url.replace("multimodal-generation", value)
            elif name == "resolve":
                headers = {**headers, "X-DashScope-OssResourceResolve": value}
            elif name == "model":
                body[name] = value
            else:
                body["input" if name == "messages" else "parameters"][name] = value
        return url, headers, json.dumps(body).encode()


def settings(api: str, service: Emulator, key: str) -> Settings:
    """Settings for one protocol of the emulator."""
    url = service.compatible_url if api == "openai" else service.native_url
    return Settings(api=api, base_url=url, dialect="modelstudio", key=Key(key, "TEST_KEY"))


@pytest.fixture(scope="module")
def service() -> Iterator[Emulator]:
    """One emulator for all rows."""
    with Emulator() as running:
        yield running


@pytest.fixture(scope="module")
def sources(service: Emulator) -> Iterator[dict[tuple[str, str | None], Any]]:
    """A source for each protocol and each key."""
    found: dict[tuple[str, str | None], Any] = {}
    for key in {row.key for row in ROWS}:
        known = key or service.key
        found["openai", key] = OpenAISource(settings("openai", service, known))
        found["dashscope", key] = Changed(settings("dashscope", service, known))
    yield found
    for source in found.values():
        source.lanes.close()


@pytest.fixture
def spoken() -> Iterator[None]:
    """The language that a test chooses is taken back."""
    yield
    language.choose(None)


CASES = [
    pytest.param(row, api, id=f"{api} {row.id}")
    for row in ROWS
    for api in ("openai", "dashscope")
    if row.only in ("", api)
]


@pytest.mark.parametrize(("row", "api"), CASES)
@pytest.mark.usefixtures("spoken")
def test_every_refusal_is_explained(
    row: Row, api: str, service: Emulator, sources: dict[tuple[str, str | None], Any]
) -> None:
    """The right class, the service's own code and words, and a remedy, in English and in Chinese."""
    source = sources[api, row.key]
    request = replace(ASK, **row.ask)
    if api == "openai":
        request = replace(request, params=row.sent)
        code, words = COMPATIBLE.get(row.code, row.code), row.compatible or row.says
    else:
        source.change = row.sent if row.native is None else row.native
        code, words = row.code, row.says
    service.fault = row.fault
    try:
        language.choose("en")
        _, english = ask(source, request)
        language.choose("zh")
        _, chinese = ask(source, request)
    finally:
        service.fault = None
    assert english is not None
    assert chinese is not None
    assert type(english) is type(chinese) is row.kind, english
    if row.fault != "filter-error" or api == "dashscope":  # a compatible stream holds no status
        assert english.status == row.status
    assert english.code == code
    assert words in english.message
    assert words in chinese.message
    assert row.remedy in english.hint
    assert any("一" <= letter <= "鿿" for letter in chinese.hint), chinese.hint
    assert english.request_id


def test_no_refusal_is_left_out() -> None:
    """Every refusal that the emulator knows by name is provoked by a row, and can be asked for."""
    told = {row.fault.removeprefix("refuse:") for row in ROWS if row.fault}
    by_request = {"InvalidApiKey", "ModelNotFound"}
    in_midstream = {"DataInspectionFailed#3"}
    assert set(STATES) - told == by_request | in_midstream
    for code in STATES:
        assert named(f"refuse:{code}") is not None
    with pytest.raises(ValueError, match="no fault"):
        named("refuse:Nonsense")


@pytest.mark.parametrize("row", [row for row in ROWS if row.before], ids=lambda row: row.id)
@pytest.mark.parametrize("api", ["openai", "dashscope"])
def test_what_can_be_known_is_refused_before_sending(row: Row, api: str) -> None:
    """A question that the service would refuse for its own sake never leaves."""
    wishes = {"think": row.ask.get("thinking", True), "api": api}
    wishes |= {name: row.ask[name] for name in ("model", "budget", "stream") if name in row.ask}
    found = resolve(wishes)
    request = replace(ASK, **{**row.ask, "params": row.sent})

    def checked() -> None:
        rules.check(found)
        rules.check_request(request, found, estimate(request))

    with pytest.raises(SettingsError) as caught:
        checked()
    assert caught.value.message
    assert caught.value.hint


def test_nothing_leaves_that_would_be_refused(service: Emulator) -> None:
    """Through the front door, a wrong parameter is refused here, and the service hears nothing."""
    before = len(service.log)
    with pytest.raises(SettingsError, match="top_k"):
        vlmagic.reason(
            "Why?",
            images=None,
            base_url=service.compatible_url,
            api_key=service.key,
            params={"top_k": -1},
        )
    assert len(service.log) == before


GOOD: dict[str, dict[str, Any]] = {
    "plain": {},
    "numbers": {
        "params": {
            "top_k": 0,
            "n": 4,
            "repetition_penalty": 1,
            "presence_penalty": -2,
            "seed": 2**31 - 1,
            "stop": ["x"],
            "thinking_budget": 81920,
            "max_tokens": 32768,
        }
    },
    "tools": {"params": {"tools": [{"function": {"name": "look"}}], "tool_choice": "auto"}},
    "one tool": {"thinking": False, "params": {"tool_choice": {"type": "function"}}},
    "json": {
        "prompt": "As JSON.",
        "thinking": False,
        "params": {"response_format": {"type": "json_object"}},
    },
    "json of a later model": {
        "model": "qwen3.7-plus",
        "prompt": "As json.",
        "params": {"response_format": {"type": "json_object"}},
    },
    "unknown model": {"model": "somebody-elses", "params": {"top_k": -1}},
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_taken_is_not_refused(name: str) -> None:
    """Limits themselves are fine, and an unknown model breaks no rule."""
    request = replace(ASK, **GOOD[name])
    rules.check_request(request, resolve({"model": request.model}), estimate(request))


def test_another_server_decides_for_itself() -> None:
    """Model Studio's ranges hold on Model Studio alone."""
    request = replace(ASK, params={"top_k": -1})
    elsewhere = resolve({"base_url": "http://127.0.0.1:8000/v1"})
    rules.check_request(request, elsewhere, estimate(request))


def test_the_longest_question_is_known() -> None:
    """Pictures that were counted for certain and pass the limit are refused before sending."""
    from vlmagic.images import Image

    large = Image("a", b"", "image/png", 1600, 1600)
    request = replace(ASK, images=(large,) * 120)
    with pytest.raises(SettingsError, match="258,048"):
        rules.check_request(request, resolve({}), estimate(request))


@pytest.mark.parametrize("api", ["openai", "dashscope"])
def test_a_partial_response_is_truncated(
    api: str, service: Emulator, sources: dict[tuple[str, str | None], Any]
) -> None:
    """An answer that the service cut at its time limit says so, and is never called complete."""
    source = sources[api, None]
    source.change = {}
    for stream in (True, False):
        service.fault = "partial-response"
        try:
            transcript, error = ask(source, replace(ASK, stream=stream))
        finally:
            service.fault = None
        assert error is None
        assert transcript.answer
        assert transcript.status == "truncated"
