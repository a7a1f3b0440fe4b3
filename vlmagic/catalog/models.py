"""The data: every model with its mode, limits and prices, as the vendor's pages give them.

A family is written once; a member is its family with what differs, a snapshot is its mainline
under another name. This room refuses rules: whoever needs one reads a field.

Sources: Model Studio model list (Mar 2026), price lists (Jun and Sep 2026), API reference (mid
2026), vision guide (second half of 2026), retirement notice (2026-07-13). Where a value was read
in another place or concluded, a comment says so.
"""

from __future__ import annotations

from dataclasses import replace

from .model import Model, Price, Retirement, Sampling, Tier, Video

K = 1024
"""The K of the price tiers. No page says 1000 or 1024; the last tier, 256K, covers the whole
262,144-token context only with 1024."""

_JUN = ("2026-06", "Model Studio price list, Jun 2026")
_AUG = ("2026-08", "notes on the Model Studio price list, Aug 2026")


def _flat(region: str, input_: float, output: float) -> Price:
    return Price(region, "CNY", (Tier(None, input_, output),), *_JUN)


def _three(region: str, *rates: tuple[float, float]) -> Price:
    tiers = tuple(Tier(k * K, *rate) for k, rate in zip((32, 128, 256), rates, strict=True))
    return Price(region, "CNY", tiers, *_JUN)


def _two(region: str, *rates: tuple[float, float]) -> Price:
    tiers = tuple(Tier(k * K, *rate) for k, rate in zip((256, 1024), rates, strict=True))
    return Price(region, "USD", tiers, *_AUG)


def _named(model: Model, *names: str) -> tuple[Model, ...]:
    return tuple(replace(model, name=name) for name in names)


# -- Qwen3-VL, the hosted pair ---------------------------------------------------------------

_LONG_VIDEO = Video(
    max_frames=2000,
    max_seconds=3600,
    frame_max_pixels=2_048_000,
    total_pixels=134_217_728,
)
_PLUS = Model(
    name="qwen3-vl-plus",
    family="qwen3-vl",
    mode="hybrid",
    default_thinking=False,
    takes_budget=True,
    context=262_144,
    max_input=258_048,
    max_input_plain=260_096,
    max_thinking=81_920,
    max_output=32_768,
    video=_LONG_VIDEO,
    sampling=Sampling(0.8, 0.95, 20, 0.0),
    sampling_plain=Sampling(0.7, 0.8, 20, 1.5),
    prices=(
        _three("beijing", (1, 10), (1.5, 15), (3, 30)),
        _three("singapore", (1.468, 11.743), (2.202, 17.614), (4.404, 35.228)),
        _three("virginia", (1, 10), (1.5, 15), (3, 30)),
        _three("frankfurt", (1.499, 11.991), (2.248, 17.986), (4.497, 35.972)),
    ),
)
_FLASH = replace(
    _PLUS,
    name="qwen3-vl-flash",
    prices=(
        _three("beijing", (0.15, 1.5), (0.3, 3), (0.6, 6)),
        _three("singapore", (0.367, 2.936), (0.55, 4.404), (0.881, 7.046)),
        _three("virginia", (0.15, 1.5), (0.3, 3), (0.6, 6)),
        _three("frankfurt", (0.375, 2.998), (0.562, 4.497), (0.899, 7.194)),
    ),
)
_FLASH_US = replace(
    _FLASH,
    name="qwen3-vl-flash-us",
    prices=(_three("virginia", (0.367, 2.936), (0.55, 4.404), (0.881, 7.046)),),
    absent_from=("beijing", "singapore", "frankfurt"),
)
# The 2026-10-10 date was reported by users of the retirement page, not read there.
_FLASH_RETIRED = replace(
    _FLASH,
    retired=Retirement("2026-10-10", "qwen3.6-flash", "notes on the retirement page"),
)

# -- Qwen3-VL, the open weights as hosted ----------------------------------------------------
# Only the 32b card was seen; its limits stand for the others too.

_OPEN = replace(
    _PLUS,
    name="qwen3-vl-32b-thinking",
    mode="thinking",
    default_thinking=True,
    context=131_072,
    max_input=126_976,
    max_input_plain=None,
    sampling_plain=None,
    video=Video(),
    prices=(),
)


def _open(size: str, thinking: tuple[Price, ...], instruct: tuple[Price, ...]) -> tuple[Model, ...]:
    video = _LONG_VIDEO if size.startswith("235b") else Video()
    thinker = replace(_OPEN, name=f"qwen3-vl-{size}-thinking", video=video, prices=thinking)
    plain = replace(
        thinker,
        name=f"qwen3-vl-{size}-instruct",
        mode="plain",
        default_thinking=False,
        takes_budget=False,
        max_input=129_024,
        max_thinking=None,
        sampling=_PLUS.sampling_plain,
        prices=instruct,
    )
    return thinker, plain


def _prices(*rates: tuple[float, float]) -> tuple[Price, ...]:
    return tuple(
        _flat(region, *rate)
        for region, rate in zip(("beijing", "singapore", "virginia"), rates, strict=True)
    )


_OPEN_MODELS = (
    *_open(
        "235b-a22b",
        _prices((2, 20), (2.936, 29.357), (2, 20)),
        _prices((2, 8), (2.936, 11.743), (2, 8)),
    ),
    *_open(
        "32b",
        _prices((2, 20), (1.174, 4.697), (1.174, 4.697)),
        _prices((2, 8), (1.174, 4.697), (1.174, 4.697)),
    ),
    *_open(
        "30b-a3b",
        _prices((0.75, 7.5), (1.468, 17.614), (0.75, 7.5)),
        _prices((0.75, 3), (1.468, 5.871), (0.75, 3)),
    ),
    *_open(
        "8b",
        _prices((0.5, 5), (1.321, 15.412), (0.5, 5)),
        _prices((0.5, 2), (1.321, 5.137), (0.5, 2)),
    ),
)

# -- QVQ, and what came before Qwen3-VL ------------------------------------------------------

_QVQ_PLUS = Model(
    name="qvq-plus",
    family="qvq",
    mode="thinking",
    default_thinking=True,
    takes_budget=False,
    stream_only=True,
    system_ignored=True,
    sampling_fixed=True,
    context=131_072,
    max_input=106_496,
    max_thinking=16_384,
    max_output=8_192,
    factor=28,
    min_tokens=4,
    image_tokens_default=1280,
    video=Video(
        max_seconds=10 * 60,
        frame_min_pixels=3_136,
        frame_pixels=501_760,
        frame_max_pixels=602_112,
        total_pixels=51_380_224,
    ),
    sampling=Sampling(0.5, 0.5, 10, 1.5, seed=3407),
    prices=(_flat("beijing", 2, 5),),
    absent_from=("singapore", "virginia", "frankfurt"),
)
_QVQ_MAX = replace(
    _QVQ_PLUS,
    name="qvq-max",
    prices=(_flat("beijing", 8, 32), _flat("singapore", 8.807, 35.228)),
    absent_from=("virginia", "frankfurt"),
    retired=Retirement("2026-07-13", "qwen3.7-plus"),
)
_QWEN_VL = Model(
    name="qwen-vl-max",
    family="qwen-vl",
    mode="plain",
    default_thinking=False,
    takes_budget=False,
    retired=Retirement("2026-07-13", "qwen3-vl-plus"),
    tokens_known=False,  # early snapshots count with 28, late ones with 32
)

# -- Qwen3.5 and later -----------------------------------------------------------------------
# That 3.6 and later think by default is concluded from 3.5, and their 81,920 of thinking too.

_Q35 = replace(
    _PLUS,
    name="qwen3.5-plus",
    family="qwen3.5",
    default_thinking=True,
    context=1_000_000,
    max_input=None,
    max_input_plain=None,
    max_output=65_536,
    takes_max_completion_tokens=True,
    video=replace(_LONG_VIDEO, max_frames=8000, max_seconds=7200),
    prices=(),
)
_Q35_OPEN = replace(_Q35, context=262_144, max_input=258_048, max_input_plain=260_096)
_Q36 = replace(_Q35, name="qwen3.6-plus", family="qwen3.6")
_Q36_FLASH = replace(_Q36, prices=(_two("singapore", (0.25, 1.5), (1, 4)),))
_Q37 = replace(_Q35, family="qwen3.7", max_images=2048)
_Q37_PLUS = replace(
    _Q37,
    json_schema=True,
    prices=(
        _two("beijing", (0.276, 1.101), (0.826, 3.301)),
        _two("singapore", (0.4, 1.6), (1.2, 4.8)),
    ),
)
_Q38_MAX = replace(
    _Q37,
    name="qwen3.8-max",
    family="qwen3.8",
    max_thinking=262_144,
    reasoning_effort=(("low", 4_096), ("medium", 16_384), ("xhigh", 262_144)),
    returns_thinking=True,
    json_schema=True,
)
_KIMI = Model(
    name="kimi-k2.5",
    family="kimi",
    mode="hybrid",
    default_thinking=False,
    takes_budget=False,
    tokens_known=False,
)

MODELS: tuple[Model, ...] = (
    _PLUS,
    *_named(_PLUS, "qwen3-vl-plus-2025-12-19", "qwen3-vl-plus-2025-09-23"),
    _FLASH_RETIRED,
    *_named(_FLASH, "qwen3-vl-flash-2026-01-22", "qwen3-vl-flash-2025-10-15"),
    _FLASH_US,
    *_named(_FLASH_US, "qwen3-vl-flash-2026-01-22-us", "qwen3-vl-flash-2025-10-15-us"),
    *_OPEN_MODELS,
    _QVQ_MAX,
    *_named(_QVQ_MAX, "qvq-max-latest", "qvq-max-2025-05-15", "qvq-max-2025-03-25"),
    _QVQ_PLUS,
    *_named(_QVQ_PLUS, "qvq-plus-latest", "qvq-plus-2025-05-15"),
    *_named(_Q35, "qwen3.5-plus", "qwen3.5-plus-2026-02-15", "qwen3.5-plus-2026-04-20"),
    *_named(_Q35, "qwen3.5-flash"),
    *_named(_Q35_OPEN, "qwen3.5-397b-a17b", "qwen3.5-122b-a10b", "qwen3.5-35b-a3b", "qwen3.5-27b"),
    *_named(_Q36, "qwen3.6-plus", "qwen3.6-plus-2026-04-02"),
    *_named(_Q36_FLASH, "qwen3.6-flash", "qwen3.6-flash-2026-04-16"),
    *_named(replace(_Q35_OPEN, family="qwen3.6"), "qwen3.6-35b-a3b", "qwen3.6-27b"),
    *_named(_Q37_PLUS, "qwen3.7-plus", "qwen3.7-plus-2026-05-26"),
    *_named(replace(_Q37, max_images=256), "qwen3.7-flash"),
    _Q38_MAX,
    *_named(replace(_Q37, family="qwen3.8", max_images=256), "qwen3.8-flash"),
    *_named(_KIMI, "kimi-k2.5", "kimi-k2.6"),
    *_named(_QWEN_VL, "qwen-vl-max", "qwen-vl-plus"),
)
