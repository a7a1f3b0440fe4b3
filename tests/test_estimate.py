"""What a question takes and costs: counted where it can be, marked where it cannot."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import PIL.Image
import pytest

from vlmagic.catalog import Price, Tier, find
from vlmagic.estimate import Estimate, cost, estimate, money, receipt, words
from vlmagic.events import Usage
from vlmagic.images import Image, Text
from vlmagic.request import Request, Turn


def png(shade: int) -> bytes:
    """A picture of one shade, with so much behind it that it has 24.1 kB."""
    target = io.BytesIO()
    PIL.Image.new("L", (9, 9), shade).save(target, "PNG")
    return target.getvalue().ljust(24_100, b"x")


PICTURE = Image("@12.1", png(0), "image/png", 640, 480, origin="matplotlib", title="Loss")
OTHER = replace(PICTURE, data=png(1))
SMALL = replace(PICTURE, width=100, height=80)
THIN = replace(PICTURE, width=12, height=2400)
REMOTE = Image.from_url("https://example.com/a.png", "@far")
FACTS = json.dumps({"axes": [{"title": "Loss", "lines": [{"label": "train", "mean": 0.125}]}]})

needs_vocabulary = pytest.mark.skipif(
    words._encoding() is None, reason="dashscope and tiktoken are not installed"
)

TEXTS = [
    "",
    "Why does the loss jump at epoch 12?",
    "为什么训练损失在第12个周期突然上升？请结合图中的数据说明原因。",
    "def f(x: int) -> float:\n\treturn x ** 2 / 3.14159  # comment\n\n",
    "It's $E=mc^2$, isn't it?  两者 混合 mixed text 123456.789e-10 — “quotes” 🙂👩‍👩‍👧",
    FACTS,
    " \n\n \t trailing   spaces   \r\n",
    "café naïve Å ﬁ",
]


def ask(**wishes: Any) -> Request:
    """A question about one picture."""
    return Request(**{"model": "qwen3-vl-plus", "prompt": TEXTS[1], "images": (PICTURE,), **wishes})


# -- words -----------------------------------------------------------------------------------


@needs_vocabulary
@pytest.mark.parametrize("text", TEXTS)
def test_text_is_counted_as_qwen_counts_it(text: str) -> None:
    """Our reading of the vocabulary gives what dashscope's own tokeniser gives."""
    tokenizers = pytest.importorskip("dashscope.tokenizers")
    assert words.count(text) == (len(tokenizers.get_tokenizer("qwen-7b-chat").encode(text)), True)


@needs_vocabulary
@pytest.mark.parametrize("text", TEXTS[1:6])
def test_the_rule_of_thumb_is_near_and_rather_high(text: str) -> None:
    """Without the vocabulary the guess is within a third of the truth."""
    exact, _ = words.count(text)
    assert 0.85 * exact - 1 <= words._by_thumb(text) <= 1.35 * exact + 3


@needs_vocabulary
def test_long_texts_are_counted_without_trouble() -> None:
    """A text of any length and content is counted; in pieces, it is no longer called exact."""
    assert words.count("a" * 250_000)[1] is False
    tokens, _ = words.count("word \ud800 " * 30_000)
    assert tokens >= 60_000


@needs_vocabulary
def test_another_vocabulary_is_marked() -> None:
    """Families with another vocabulary are counted with this one, and marked."""
    assert words.count("hello", "qwen3-vl") == (1, True)
    assert words.count("hello", "qwen3.5") == (1, False)
    assert words.count("hello", None) == (1, False)


def test_without_the_vocabulary_everything_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No dashscope: a guess, marked; nothing to count is still exact."""
    monkeypatch.setattr(words, "_encoding", lambda: None)
    assert words.count("") == (0, True)
    tokens, exact = words.count("Why does it jump?")
    assert 3 <= tokens <= 7
    assert not exact
    assert estimate(ask()).approximate


def test_dashscope_is_not_imported() -> None:
    """Counting reads one file of that package; importing it would take seconds."""
    code = (
        "import sys; from vlmagic.estimate import words; words.count('hello');"
        "sys.exit('dashscope' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# -- tokens ----------------------------------------------------------------------------------


def test_tokens_by_kind() -> None:
    """Pictures, prompt, facts, history and marks are counted apart, and add up."""
    turn = Turn("user", "Earlier question", (PICTURE,))
    plain = estimate(ask())
    full = estimate(ask(images=(replace(OTHER, facts=FACTS),), history=(turn,), system="Be brief"))
    assert plain.image_tokens == 302
    assert plain.facts_tokens == plain.history_tokens == 0
    assert full.facts_tokens > 40
    assert full.history_tokens > 302
    assert full.prompt_tokens > plain.prompt_tokens
    assert full.input_tokens == full.image_tokens + full.text_tokens + full.history_tokens
    assert full.text_tokens == full.prompt_tokens + full.facts_tokens + full.template_tokens
    assert estimate(ask(hi_res=True, images=(replace(PICTURE, width=6000),))).image_tokens > 2562


@needs_vocabulary
@pytest.mark.parametrize(
    ("wishes", "hosted", "images", "text"),
    [
        ({}, True, True, True),
        ({"images": (SMALL,)}, True, False, True),
        ({"images": (SMALL,), "model": "qvq-max"}, True, True, True),
        ({"images": (THIN,), "model": "qvq-max"}, True, False, True),
        ({"images": (THIN,)}, True, False, True),
        ({"images": (REMOTE,)}, True, False, True),
        ({"history": (Turn("user", "a", (SMALL,)),)}, True, False, True),
        ({}, False, False, False),
        ({"model": "a-model-nobody-knows"}, True, False, False),
        ({"model": "Qwen/Qwen3-VL-8B-Thinking"}, True, False, True),
        ({"model": "qwen3.6-plus"}, True, True, False),
        ({"model": "kimi-k2.5"}, True, False, False),
        ({"params": {"tools": [{"type": "function"}]}}, True, True, False),
    ],
)
def test_what_is_not_certain_is_marked(
    wishes: dict[str, Any], hosted: bool, images: bool, text: bool
) -> None:
    """Small and remote pictures, other servers and vocabularies: never shown as exact."""
    counted = estimate(ask(**wishes), hosted=hosted)
    assert (counted.images_exact, counted.text_exact) == (images, text)
    assert counted.approximate is not (images and text)


def test_what_went_along_before_is_not_counted_again() -> None:
    """A picture of an earlier turn is sent once: counted there, and its receipt says so here."""
    turn = Turn("user", "Earlier question", (PICTURE,))
    again = ask(images=(PICTURE, OTHER), history=(turn, Turn("assistant", "So it is."), turn))
    counted = estimate(again)
    assert counted.image_tokens == 302
    assert 302 < counted.history_tokens < 400
    first, second = receipt(again, counted)
    assert first.endswith("→ went along before")
    assert "302 tokens" in second


def test_a_remote_picture_counts_as_the_largest() -> None:
    """Nobody looked at it, so it is taken for the most that the model takes."""
    assert estimate(ask(images=(REMOTE,))).image_tokens == 2562
    assert estimate(ask(images=(REMOTE,), hi_res=True)).image_tokens == 16_386


# -- output and cost -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wishes", "thinking", "answer", "both"),
    [
        ({"thinking": True}, 81_920, 32_768, 114_688),
        ({"thinking": False}, 0, 32_768, 32_768),
        ({}, 0, 32_768, 32_768),
        ({"thinking": True, "budget": 500, "max_tokens": 100}, 500, 100, 600),
        ({"model": "qvq-max"}, 16_384, 8_192, 24_576),
        ({"model": "qvq-max", "budget": 9}, 16_384, 8_192, 24_576),
        ({"model": "qwen3-vl-8b-instruct", "thinking": True}, 0, 32_768, 32_768),
        ({"model": "qwen3.6-plus"}, 81_920, 65_536, 147_456),
        ({"model": "qwen3.6-plus", "params": {"max_completion_tokens": 99}}, 81_920, 65_536, 99),
        ({"model": "qwen3.8-max", "params": {"reasoning_effort": "low"}}, 4_096, 65_536, 69_632),
        ({"params": {"n": 3}}, 0, 32_768, 98_304),
        ({"model": "nobody", "thinking": True}, None, None, None),
        ({"model": "nobody", "thinking": True, "budget": 7, "max_tokens": 5}, 7, 5, 12),
    ],
)
def test_the_most_that_can_come_back(
    wishes: dict[str, Any], thinking: int | None, answer: int | None, both: int | None
) -> None:
    """Thinking up to the budget or the model's limit, the answer up to max_tokens or its limit."""
    counted = estimate(ask(**wishes))
    assert (counted.thinking_at_most, counted.answer_at_most) == (thinking, answer)
    assert counted.output_at_most == both


def test_the_cost_before() -> None:
    """Input at its price, and at most so much more; with the date of the price list."""
    counted = estimate(ask(thinking=True))
    assert counted.cost_in == pytest.approx(counted.input_tokens * 1e-6)
    assert counted.cost_at_most == pytest.approx(counted.input_tokens * 1e-6 + 114_688 * 10e-6)
    assert (counted.currency, counted.price_dated) == ("CNY", "2026-06")
    dollars = estimate(ask(model="qwen3.7-plus"), region="singapore")
    assert (dollars.currency, dollars.price_dated) == ("USD", "2026-08")


def test_a_long_question_is_priced_at_its_tier() -> None:
    """The whole input decides the tier of input and output alike."""
    many = estimate(ask(images=(replace(PICTURE, width=1600, height=1600),) * 20))
    assert many.input_tokens > 32 * 1024
    assert many.cost_in == pytest.approx(many.input_tokens * 1.5e-6)


@pytest.mark.parametrize(
    ("model", "region", "hosted"),
    [("nobody", "beijing", True), ("qvq-plus", "tokyo", True), ("qwen3-vl-plus", "beijing", False)],
)
def test_no_price_no_cost(model: str, region: str, hosted: bool) -> None:
    """An unknown price is None, never zero."""
    counted = estimate(ask(model=model), region=region, hosted=hosted)
    assert counted.cost_in is counted.cost_at_most is None
    assert counted.price_dated == ""


def test_the_cost_after() -> None:
    """What the service counted, at the price of its tier; None if it did not count."""
    before = estimate(ask())
    usage = Usage(input_tokens=1000, output_tokens=200, thinking_tokens=150)
    found = cost(usage, "qwen3-vl-plus", "beijing", thought=True, estimate=before)
    assert found is not None
    assert found.amount == pytest.approx(1000e-6 + 200 * 10e-6)
    assert found.estimate is before
    assert cost(usage, "nobody", "beijing", thought=True) is None
    assert cost(usage, "qwen3-vl-plus", "tokyo", thought=True) is None
    assert cost(Usage(output_tokens=5), "qwen3-vl-plus", "beijing", thought=True) is None


def test_real_stands_beside_estimated() -> None:
    """After the call one reads how far the estimate was off, in tokens and as a ratio."""
    expected = estimate(ask())
    sent = expected.input_tokens + 3
    after = cost(
        Usage(input_tokens=sent, output_tokens=100),
        "qwen3-vl-plus",
        "beijing",
        thought=True,
        estimate=expected,
    )
    assert after is not None
    assert (after.estimate, after.input_tokens, after.difference) == (expected, sent, 3)
    assert after.ratio == sent / expected.input_tokens
    shown = repr(after)
    assert len(shown) < 200
    assert all(
        part in shown for part in (f"input {sent:,}", "+3", "×", "at most ¥", "prices of 20")
    )
    bare = replace(after, estimate=None)
    assert (bare.difference, bare.ratio) == (None, None)
    assert "estimated" not in repr(bare)


def test_thinking_that_did_not_happen_is_not_billed_as_such(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A model in thinking mode that emitted none is billed at the price without thinking."""
    model = find("qwen3-vl-plus")
    assert model is not None
    price = Price("beijing", "CNY", (Tier(None, 1, 10),), "2026-06", "x", (Tier(None, 1, 4),))
    priced = replace(model, prices=(price,))
    monkeypatch.setattr("vlmagic.estimate.find", lambda _: priced)
    usage = Usage(input_tokens=0, output_tokens=1_000_000)
    amounts = [cost(usage, "m", "beijing", thought=thought) for thought in (True, False)]
    assert [found and found.amount for found in amounts] == [10, 4]


# -- words for people ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (0.0013, "CNY", "¥0.0013"),
        (0.00131234, "CNY", "¥0.0013"),
        (1.149, "CNY", "¥1.15"),
        (10, "CNY", "¥10.00"),
        (12_345.6, "USD", "$12,345.60"),
        (0.276, "USD", "$0.276"),
        (0.4, "USD", "$0.40"),
        (0.99999, "CNY", "¥1.00"),
        (0.05, "CNY", "¥0.05"),
        (0.0000031, "CNY", "¥0.0000031"),
        (1e-9, "CNY", "< ¥0.000001"),
        (0, "CNY", "¥0"),
        (2, "EUR", "EUR 2.00"),
    ],
)
def test_money(amount: float, currency: str, shown: str) -> None:
    """Small amounts keep two digits that count; nothing that costs is shown as nothing."""
    assert money(amount, currency) == shown


def lines(*images: Image, **wishes: Any) -> list[str]:
    """The receipt of a question about these pictures."""
    request = ask(images=images, **wishes)
    return receipt(request, estimate(request))


def test_the_receipt() -> None:
    """One line a picture: what it is, its size, its tokens, its bytes, its facts."""
    exact = replace(PICTURE, facts="é" * 450)
    scaled = replace(PICTURE, title="", original=(8000, 6000))
    assert lines(exact, scaled, SMALL, REMOTE) == [
        '@12.1 "Loss" matplotlib 640×480 → 302 tokens · 24 kB · facts 0.9 kB',
        "@12.1 matplotlib 640×480 (of 8000×6000) → 302 tokens · 24 kB",
        '@12.1 "Loss" matplotlib 100×80 → ≈ 74 tokens · 24 kB',
        "@far example.com/a.png → at most ≈ 2,562 tokens · fetched by the service",
    ]
    assert lines(model="qvq-max") == []


def test_what_goes_as_text_has_a_line() -> None:
    """A table says how much of it goes, a chart that it goes as facts; tokens are those of the text."""
    body = "a,b\n" + "1,2\n" * 299
    request = ask(images=())
    tokens = words.count(body)[0]
    assert receipt(
        request,
        estimate(request),
        [
            Text("df", body, "pandas", size=(24, 3)),
            Text("df", body, "pandas", size=(200, 3), original=(1000, 3)),
            Text("@3", body, "plotly", "Sales"),
        ],
    ) == [
        f"df table 24×3 → {tokens:,} tokens · 1.2 kB as text",
        f"df table 200×3 (of 1000×3) → {tokens:,} tokens · 1.2 kB as text",
        f'@3 "Sales" plotly facts → {tokens:,} tokens · 1.2 kB as text',
    ]


def test_an_address_is_told_without_its_secrets() -> None:
    """What the service fetches is named where its label does not: host and path, no query."""
    request = ask(images=(Image.from_url("https://example.com/p/a.png?token=s3cret", "@3.1"),))
    (line,) = receipt(request, estimate(request))
    assert line.startswith("@3.1 example.com/p/a.png → at most ≈ 2,562 tokens")
    assert "s3cret" not in line


def test_a_hostile_title_stays_one_line() -> None:
    """Control characters and endless titles cannot reshape the receipt."""
    (line,) = lines(replace(PICTURE, title="a\n\x1b[31mb\u202e" + "c" * 500))
    assert line.isprintable()
    assert len(line) < 140


def test_an_estimate_without_pictures() -> None:
    """A text question has no picture tokens and no receipt lines."""
    counted = estimate(ask(images=()))
    assert isinstance(counted, Estimate)
    assert counted.image_tokens == 0
    assert counted.input_tokens > 8
