"""Settings, their origins, and the key that never prints."""

from __future__ import annotations

import copy
import json
import pickle
import traceback
from typing import Any

import pytest

from vlmagic import rules
from vlmagic.errors import SettingsError
from vlmagic.settings import BY_NAME, Key, Settings, no_key, resolve

SECRET = "sk-0123456789abcdef"  # a planted one


def test_an_option_beats_config_beats_environment_beats_default() -> None:
    """Each value comes from the nearest place that has one, and says which."""
    environ = {"VLMAGIC_MODEL": "qvq-max", "VLMAGIC_SEED": "1", "VLMAGIC_TOP_P": "0.5"}
    found = resolve({"model": "a"}, {"model": "b", "seed": 2}, environ)
    assert (found["model"], found["seed"], found["top_p"], found["stream"]) == ("a", 2, 0.5, True)
    assert (found.origins["model"], found.origins["top_p"]) == ("--model", "VLMAGIC_TOP_P")
    assert found.origins["seed"] == "%config VLMagics.seed"


def test_a_wish_to_replay_in_the_environment_is_the_last_word() -> None:
    """Whoever exports it relies on nothing being asked, whatever a notebook says of itself."""
    found = resolve({"record": "record"}, {"record": "auto"}, {"VLMAGIC_RECORD": "replay"})
    assert (found["record"], found.origins["record"]) == ("replay", "VLMAGIC_RECORD")
    assert resolve({"record": "off"}, None, {"VLMAGIC_RECORD": "auto"})["record"] == "off"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", "many"),
        ("stream", "perhaps"),
        ("thinking", "loud"),
        ("budget", 0),
        ("seed", True),
        ("model", 3),
    ],
)
def test_a_bad_value_names_its_origin(name: str, value: object) -> None:
    """A value of the wrong kind is refused, with the place it came from."""
    with pytest.raises(SettingsError, match="VLMagics"):
        resolve({}, {name: value})


@pytest.mark.parametrize(
    ("options", "environ", "origin"),
    [
        ({}, {"DASHSCOPE_API_KEY": SECRET, "OPENAI_API_KEY": "x"}, "DASHSCOPE_API_KEY"),
        ({}, {"OPENAI_API_KEY": SECRET}, None),
        ({"base_url": "https://host/v1"}, {"DASHSCOPE_API_KEY": SECRET}, None),
        ({"base_url": "https://host/v1"}, {"OPENAI_API_KEY": SECRET}, "OPENAI_API_KEY"),
        ({"base_url": "https://host/v1"}, {"VLMAGIC_API_KEY": SECRET}, "VLMAGIC_API_KEY"),
    ],
)
def test_a_key_goes_only_where_it_belongs(
    options: dict[str, Any], environ: dict[str, str], origin: str | None
) -> None:
    """Model Studio's key is never sent to another host, nor another host's to Model Studio."""
    key = resolve(options, None, environ).key
    assert (key.origin if key else None) == origin


def exits(key: Key) -> list[str]:
    """Ways in which an object finds its way into text."""
    settings = Settings.plain("https://host/v1", key)
    found = [
        repr(key),
        str(key),
        f"{key}",
        f"{key!r}",
        format(key),
        ascii(key),
        repr([key]),
    ]
    found += [repr(settings), str(settings), repr(settings.values), repr(dict(settings.origins))]
    found += [repr(getattr(key, name)) for name in dir(key) if name != "reveal"]
    for attempt in (
        lambda: pickle.dumps(key),
        lambda: copy.copy(key),
        lambda: copy.deepcopy(key),
        lambda: vars(key),
        lambda: json.dumps(key),
        lambda: pickle.dumps(settings),
    ):
        try:
            found.append(repr(attempt()))
        except Exception as error:  # noqa: BLE001 - whatever it is, its text must not hold the key
            found += [str(error), traceback.format_exc()]
    try:
        raise no_key(settings)
    except SettingsError:
        found.append(
            "".join(
                traceback.TracebackException(
                    *__import__("sys").exc_info(), capture_locals=True
                ).format()
            )
        )
    return found


def test_the_key_never_prints() -> None:
    """No twelve characters of the key appear in any of its exits."""
    for text in exits(Key(SECRET, "TEST")):
        for at in range(len(SECRET) - 11):
            assert SECRET[at : at + 12] not in text


def test_redaction() -> None:
    """A text that holds the key loses it; a placeholder tears no words apart."""
    assert Key(SECRET, "T").redact(f"bad key {SECRET}!") == "bad key [key]!"
    assert Key("x", "T").redact("explain x") == "explain x"


@pytest.mark.parametrize(
    "url",
    ["host/v1", "ftp://host/v1", "https://", "https://me:pw@host/v1", "http://host.example/v1"],
)
def test_an_impossible_address_is_refused(url: str) -> None:
    """A base URL must be https, or http on this machine, and hold no password."""
    with pytest.raises(SettingsError):
        resolve({"base_url": url})


def test_a_local_server_needs_no_key() -> None:
    """Only Model Studio and far hosts need one."""
    assert not resolve({"base_url": "http://127.0.0.1:8000/v1"}).needs_key()
    assert resolve({"base_url": "https://host/v1"}).needs_key()
    assert resolve({}).needs_key()


def test_without_a_key_the_remedy_is_complete() -> None:
    """The refusal names the variable, the page, the emulator and a server of one's own."""
    hint = no_key(resolve({})).hint
    doors = ("%vl emulator", "vlmagic.Emulator()", "--base-url", "base_url=")  # cell and script
    for word in ("DASHSCOPE_API_KEY", "help.aliyun.com", *doors):
        assert word in hint


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"budget": 100, "think": False}, "--no-think"),
        ({"model": "qvq-max", "think": False}, "always thinks"),
        ({"model": "qwen3-vl-32b-thinking", "think": False}, "always thinks"),
        ({"model": "qvq-max", "budget": 100}, "no thinking budget"),
        ({"budget": 81921}, "81921"),
        ({"model": "qvq-max", "stream": False}, "only as a stream"),
        ({"model": "qwen3-vl-8b-instruct", "think": True}, "does not think"),
        ({"temperature": 2.0}, "temperature"),
        ({"top_p": 1.5}, "top_p"),
        ({"max_tokens": 10**6}, "answer tokens"),
        ({"model": "qvq-max", "region": "virginia"}, "not served"),
    ],
)
def test_wrong_combinations_are_refused_before_sending(options: dict[str, Any], word: str) -> None:
    """What the service would refuse is refused here, with a remedy."""
    with pytest.raises(SettingsError) as caught:
        rules.check(resolve(options))
    assert word in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, True),
        ({"think": False}, False),
        ({"budget": 10}, True),
        ({"model": "qvq-max"}, None),
        ({"model": "qwen3-vl-8b-instruct"}, None),
        ({"base_url": "http://127.0.0.1:8000/v1"}, None),
        ({"base_url": "http://127.0.0.1:8000/v1", "think": False}, False),
    ],
)
def test_thinking_is_asked_for_wherever_there_is_a_switch(
    options: dict[str, Any], expected: bool | None
) -> None:
    """Hybrid models are asked to think unless told otherwise; no other host is sent what it may refuse."""
    assert rules.thinks(resolve(options)) is expected


def test_every_setting_says_what_it_is() -> None:
    """The table has a sentence for every row, and a default of its own kind."""
    for row in BY_NAME.values():
        assert row.about
        if row.default is not None:
            assert row.read(row.default, "default") == row.default


def test_an_unknown_option_is_refused_with_a_near_one() -> None:
    """A name that is no setting is refused, wherever options come from; a near one is named."""
    with pytest.raises(SettingsError) as caught:
        resolve({"modle": "x"})
    assert "modle" in caught.value.message
    assert caught.value.hint == "Did you mean model?"


def test_plain_http_to_another_machine_says_how_else() -> None:
    """Unencrypted addresses of other machines are refused, with a tunnel that works for that host."""
    with pytest.raises(SettingsError) as caught:
        resolve({"base_url": "http://192.168.1.7:8000/v1"})
    assert "ssh -N -L 8000:localhost:8000 192.168.1.7" in caught.value.hint
