"""The catalog: facts that other rooms rely on."""

from __future__ import annotations

import re

import pytest

from vlmagic.catalog import MODELS, REGIONS, Model, find, is_model_studio, near, region_of
from vlmagic.errors import SettingsError


def test_every_name_is_found_and_unique() -> None:
    """A name stands for one model, in any case, and finds itself."""
    names = [model.name for model in MODELS]
    assert len(set(names)) == len(names)
    for model in MODELS:
        assert find(model.name) is model
        assert find(f" {model.name.upper()} ") is model


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_no_model_contradicts_itself(model: Model) -> None:
    """Mode, default, budget, limits and prices of a model agree with each other."""
    assert model.default_thinking or model.mode != "thinking"
    assert not (model.mode == "plain" and (model.default_thinking or model.takes_budget))
    assert not (model.takes_budget and model.max_thinking is None)
    limits = (model.max_input, model.max_input_plain, model.max_output)
    assert all(limit is None or limit < (model.context or 0) for limit in limits)
    assert model.min_pixels < model.max_pixels() < model.max_pixels(hi_res=True)
    assert not {price.region for price in model.prices} & set(model.absent_from)
    for price in model.prices:
        assert price.region in REGIONS
        assert re.fullmatch(r"202\d-\d\d", price.dated)
        assert price.source
        bounds = [tier.up_to for tier in price.tiers]
        assert all(a is not None for a in bounds[:-1])
        assert bounds == sorted(bounds, key=lambda bound: bound or 0)
        assert all(0 < tier.input < tier.output for tier in price.tiers)
    if model.retired:
        assert re.fullmatch(r"202\d-\d\d-\d\d", model.retired.date)
        successor = find(model.retired.successor)
        assert successor is not None
        assert successor.retired is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("qwen3-vl-plus", ("hybrid", False, True, False, 32, 81_920, 32_768)),
        ("qwen3-vl-flash-2026-01-22-us", ("hybrid", False, True, False, 32, 81_920, 32_768)),
        ("qwen3-vl-8b-thinking", ("thinking", True, True, False, 32, 81_920, 32_768)),
        ("qwen3-vl-235b-a22b-instruct", ("plain", False, False, False, 32, None, 32_768)),
        ("qvq-max-2025-05-15", ("thinking", True, False, True, 28, 16_384, 8_192)),
        ("qwen3.5-27b", ("hybrid", True, True, False, 32, 81_920, 65_536)),
        ("qwen3.6-flash", ("hybrid", True, True, False, 32, 81_920, 65_536)),
    ],
)
def test_the_documented_behaviour(name: str, expected: tuple[object, ...]) -> None:
    """Mode, default, budget, stream-only, factor and limits are those of the vendor's pages."""
    model = find(name)
    assert model is not None
    assert expected == (
        model.mode,
        model.default_thinking,
        model.takes_budget,
        model.stream_only,
        model.factor,
        model.max_thinking,
        model.max_output,
    )


@pytest.mark.parametrize(
    ("name", "region", "tokens", "rates"),
    [
        ("qwen3-vl-plus", "beijing", 1, ("CNY", 1, 10)),
        ("qwen3-vl-plus", "beijing", 32 * 1024, ("CNY", 1, 10)),
        ("qwen3-vl-plus", "beijing", 32 * 1024 + 1, ("CNY", 1.5, 15)),
        ("qwen3-vl-plus-2025-09-23", "frankfurt", 260_096, ("CNY", 4.497, 35.972)),
        ("qwen3-vl-flash-us", "virginia", 1, ("CNY", 0.367, 2.936)),
        ("qvq-max", "singapore", 100_000, ("CNY", 8.807, 35.228)),
        ("qwen3.7-plus", "singapore", 300_000, ("USD", 1.2, 4.8)),
    ],
)
def test_a_price_is_that_of_the_whole_input(
    name: str, region: str, tokens: int, rates: tuple[str, float, float]
) -> None:
    """The tier is chosen by all the input of one request, its bound included."""
    model = find(name)
    assert model is not None
    price = model.price(region)
    assert price is not None
    tier = price.tier(tokens)
    assert (price.currency, tier.input, tier.output) == rates


def test_no_price_is_made_up() -> None:
    """A region without a published price gives None."""
    model = find("qvq-plus")
    assert model is not None
    assert model.price("tokyo") is None
    assert model.price("singapore") is None


@pytest.mark.parametrize(
    ("name", "mode", "factor", "floor"),
    [
        ("Qwen/Qwen3-VL-8B-Thinking", "thinking", 32, 64),
        ("Qwen3-VL-4B-Instruct-GGUF", "plain", 32, 64),
        ("qwen3-vl:8b", "thinking", 32, 64),
        ("qwen/qwen3-vl-30b-a3b-instruct:free", "plain", 32, 64),
        ("Qwen/QVQ-72B-Preview", "thinking", 28, 4),
        ("qwen2.5vl:7b", "plain", 28, 4),
        ("Qwen/Qwen3.5-9B", "hybrid", 32, 64),
    ],
)
def test_open_weights_elsewhere_are_counted_but_never_priced(
    name: str, mode: str, factor: int, floor: int
) -> None:
    """Other servers' names for open weights give the checkpoint's limits and no price."""
    model = find(name)
    assert model is not None
    assert (model.name, model.mode, model.factor, model.min_tokens) == (name, mode, factor, floor)
    assert not model.hosted
    assert not model.prices
    assert model.retired is None
    assert model.image_tokens() == 16_384


@pytest.mark.parametrize("name", ["", "gpt-4o", "qwen3-vl-plus-2031-01-01", "qvq-max-x", "llama"])
def test_an_unknown_name_is_none(name: str) -> None:
    """Nothing is guessed: not a future snapshot, not another vendor's model."""
    assert find(name) is None


def test_a_slip_finds_its_neighbour() -> None:
    """The likeliest known name comes first; nonsense has no neighbour."""
    assert near("qwen3-vl-pls")[0] == "qwen3-vl-plus"
    assert near("QVQ-mx")[0] == "qvq-max"
    assert near("zzzzzzzz") == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", True),
        ("https://DashScope-intl.aliyuncs.com/api/v1/", True),
        ("https://ws-1.eu-central-1.maas.aliyuncs.com/compatible-mode/v1", True),
        ("http://127.0.0.1:8123/compatible-mode/v1", True),
        ("http://127.0.0.1:8123/api/v1", True),
        ("http://[::1]:8123/api/v1", True),
        ("https://openrouter.ai/api/v1", False),
        ("http://localhost:8000/v1", False),
        ("https://dashscope.aliyuncs.com.evil.example/v1", False),
        ("https://evil.example/v1?x=dashscope.aliyuncs.com", False),
        ("https://dashscope.aliyuncs.com@evil.example/v1", False),
        ("http://[broken/compatible-mode/v1", False),
        ("", False),
    ],
)
def test_model_studio_is_known_by_its_host(url: str, *, expected: bool) -> None:
    """Its own parameters go to its hosts and to emulators of it, never to a look-alike."""
    assert is_model_studio(url) is expected


def test_regions_know_their_hosts() -> None:
    """Each region's addresses lead back to it, on the shared host and on a workspace's."""
    for region in REGIONS.values():
        own = region.at("ws-Ab1")
        assert region_of(own.compatible_url) is region
        assert own.native_url == f"https://ws-Ab1.{region.id}.maas.aliyuncs.com/api/v1"
        if not region.needs_workspace:
            assert region_of(region.native_url) is region


@pytest.mark.parametrize("workspace", ["", "a.b", "evil.example/", "a@b", "-a", "a b", "a\n"])
def test_a_workspace_cannot_name_another_host(workspace: str) -> None:
    """The workspace id becomes part of a host name: only a plain label is taken."""
    with pytest.raises(SettingsError):
        REGIONS["tokyo"].at(workspace)
