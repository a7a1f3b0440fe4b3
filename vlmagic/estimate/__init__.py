"""What a question will take and cost at most, before it is sent, and what it did cost after.

Image tokens by the service's published formula, text by Qwen's own vocabulary where that is
installed, prices from the catalog with their dates. Whatever is not known for certain is marked,
and shown with `≈`. This room refuses to promise: where a limit or a price is unknown, so is the
cost.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vlmagic.catalog import Currency, Model, find
from vlmagic.catalog import Video as Limits
from vlmagic.images import Image, Video, resized, token_count, video_token_count
from vlmagic.images import Picture as Sent

from . import words
from .receipt import money, receipt

if TYPE_CHECKING:
    from vlmagic.events import Usage
    from vlmagic.request import Request

__all__ = ["Cost", "Estimate", "Picture", "cost", "estimate", "money", "receipt"]

# The published chat template (Qwen3-VL), assumed to be the hosted one: each message stands between
# <|im_start|>role\n and <|im_end|>\n, then comes <|im_start|>assistant\n with an opened or an
# empty think block.
_PER_MESSAGE = 5
_OPENING = 3
_THINK_OPEN, _THINK_EMPTY = 2, 4
_MILLION = 1_000_000
_LEAST = 4
"""The floor of the billing page's estimator, in tokens."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Tokens of one picture or video; `exact` is False where documents are silent or disagree."""

    tokens: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens by kind and their cost, before anything is sent. Costs are None where unknown."""

    pictures: tuple[Picture, ...]
    """One for each picture of the question, in order."""
    prompt_tokens: int
    """The question and the system message."""
    facts_tokens: int
    """The exact facts that go beside the pictures."""
    history_tokens: int
    """Earlier turns, with their pictures."""
    template_tokens: int
    """The marks between messages, by the published template: right to a few tokens."""
    images_exact: bool
    text_exact: bool
    thinking_at_most: int | None
    answer_at_most: int | None
    output_at_most: int | None
    """Thinking and answer together; None where no page gives a limit."""
    cost_in: float | None = None
    cost_at_most: float | None = None
    """Input and the most output together."""
    currency: Currency = "CNY"
    price_dated: str = ""
    """Year and month of the price list; empty without a price."""

    @property
    def image_tokens(self) -> int:
        """Tokens of the question's own pictures."""
        return sum(picture.tokens for picture in self.pictures)

    @property
    def text_tokens(self) -> int:
        """Tokens of the question's own words, the facts and the marks around them included."""
        return self.prompt_tokens + self.facts_tokens + self.template_tokens

    @property
    def input_tokens(self) -> int:
        """Everything that is sent."""
        return self.image_tokens + self.text_tokens + self.history_tokens

    @property
    def approximate(self) -> bool:
        """Show the sum with `≈`: a picture or a word in it was not counted for certain.

        The template alone does not make it so: it is public, and a few tokens long.
        """
        return not (self.images_exact and self.text_exact)


@dataclass(frozen=True, slots=True, repr=False)
class Cost:
    """What a call cost by the service's own count, beside what was expected."""

    amount: float
    currency: Currency
    price_dated: str
    estimate: Estimate | None = None
    """What was counted before it was sent."""
    input_tokens: int = 0
    """What was sent, as the service counted it."""

    @property
    def difference(self) -> int | None:
        """Tokens of input that the service counted beyond the estimate; None without an estimate."""
        return None if self.estimate is None else self.input_tokens - self.estimate.input_tokens

    @property
    def ratio(self) -> float | None:
        """The service's count of the input by the estimate's; None without an estimate."""
        expected = self.estimate.input_tokens if self.estimate else 0
        return self.input_tokens / expected if expected else None

    def __repr__(self) -> str:
        said = [money(self.amount, self.currency), f"input {self.input_tokens:,} tokens"]
        if self.estimate is not None and self.ratio is not None:
            known = "≈ " if self.estimate.approximate else ""
            said.append(
                f"estimated {known}{self.estimate.input_tokens:,} ({self.difference:+,}, "
                f"{self.ratio:.3f} ×)"
            )
            if self.estimate.cost_at_most is not None:
                most = money(self.estimate.cost_at_most, self.estimate.currency)
                said.append(f"at most {most} expected")
        return f"Cost({', '.join(said)}, prices of {self.price_dated})"


def estimate(request: Request, *, region: str = "beijing", hosted: bool = True) -> Estimate:
    """Tokens and cost of a question in a region; `hosted` is False on other servers than its own.

    Without a price (another server, an unknown model or region) the costs are None.
    """
    model = find(request.model)
    family = model.family if model else None
    before = {image.digest for image in request.earlier}
    pictures = tuple(
        Picture(0, exact=True)
        if before and image.digest in before
        else _picture(image, request, model, hosted=hosted)
        for image in request.images
    )
    prompt, prompt_exact = words.count(request.prompt, family)
    text, text_exact = words.count(request.text, family)
    system, system_exact = words.count(request.system or "", family)
    tools = request.params.get("tools")
    listed, _ = words.count(json.dumps(tools, ensure_ascii=False, default=str) if tools else "")
    earlier, earlier_exact, seen_exact = _history(request, model, hosted=hosted)

    thinking = _thinks(request, model)
    messages = 1 + (request.system is not None)
    template = _PER_MESSAGE * messages + _OPENING + (_THINK_OPEN if thinking else _THINK_EMPTY)
    thinking_at_most, answer_at_most, output_at_most = _output(request, model, thinking=thinking)
    counted = Estimate(
        pictures=pictures,
        prompt_tokens=prompt + system,
        facts_tokens=text - prompt,
        history_tokens=earlier,
        template_tokens=template + listed,
        images_exact=all(picture.exact for picture in pictures) and seen_exact,
        text_exact=hosted
        and not tools
        and prompt_exact
        and text_exact
        and system_exact
        and earlier_exact,
        thinking_at_most=thinking_at_most,
        answer_at_most=answer_at_most,
        output_at_most=output_at_most,
    )
    return _priced(counted, model, region, thinking=thinking) if hosted else counted


def cost(
    usage: Usage,
    model: str,
    region: str,
    *,
    thought: bool,
    estimate: Estimate | None = None,
) -> Cost | None:
    """What the service's own count comes to; None without a price or a count.

    `thought`: did it think? A model in thinking mode that did not is billed as not thinking
    (Model Studio's rule). Discounts for cached input are left out: they differ by kind of cache,
    so with a cache hit this is a little more than what is billed.
    """
    known = find(model)
    price = known.price(region) if known else None
    if price is None or usage.input_tokens is None or usage.output_tokens is None:
        return None
    tier = price.tier(usage.input_tokens, thought=thought)
    amount = (usage.input_tokens * tier.input + usage.output_tokens * tier.output) / _MILLION
    return Cost(amount, price.currency, price.dated, estimate, usage.input_tokens)


def _picture(image: Sent, request: Request, model: Model | None, *, hosted: bool) -> Picture:
    kind = model or request.model
    if isinstance(image, Video):
        return _video(image, model, hosted=hosted)
    if image.url is not None:
        # Nobody has looked at it: the most that the model takes for one picture.
        size = model or find("qwen3-vl-plus")
        assert size is not None
        return Picture(size.image_tokens(hi_res=request.hi_res) + 2, exact=False)
    tokens = token_count(image.width, image.height, kind, request.hi_res)
    certain = hosted and model is not None and model.hosted and model.tokens_known
    return Picture(tokens, exact=certain and not _disputed(image, model))


def _video(video: Video, model: Model | None, *, hosted: bool) -> Picture:
    """Tokens of a video; of a remote one, the most that the model takes for one.

    Other servers get its frames as pictures.
    """
    kind = model or find("qwen3-vl-plus")
    assert kind is not None
    if video.url is not None:
        limits = kind.video or Limits()
        return Picture(limits.total_pixels // kind.factor**2 + 2, exact=False)
    if not hosted:
        frames = (token_count(frame.width, frame.height, kind) for frame in video.frames)
        return Picture(sum(frames), exact=False)
    tokens = video_token_count(video.width, video.height, len(video.frames), kind)
    return Picture(tokens, exact=model is not None and model.hosted and model.tokens_known)


def _disputed(image: Image, model: Model | None) -> bool:
    """Is it so small that the documents differ: by their floors, of 64 tokens and of 4, or by what
    becomes of a side that rounds to nothing?
    """
    if model is None or 2 * min(image.width, image.height) <= model.factor:
        return True
    if model.min_tokens == _LEAST:
        return False
    least = replace(model, min_tokens=_LEAST)
    return resized(image.width, image.height, model) != resized(image.width, image.height, least)


def _history(request: Request, model: Model | None, *, hosted: bool) -> tuple[int, bool, bool]:
    """Tokens of the earlier turns; are their words exact, are their pictures?"""
    pictures = [_picture(image, request, model, hosted=hosted) for image in request.earlier]
    tokens, words_exact = sum(picture.tokens for picture in pictures), True
    for turn in request.history:
        said, exact = words.count(turn.text, model.family if model else None)
        tokens += said + _PER_MESSAGE
        words_exact = words_exact and exact
    return tokens, words_exact, all(picture.exact for picture in pictures)


def _thinks(request: Request, model: Model | None) -> bool:
    if model is not None and model.mode != "hybrid":
        return model.mode == "thinking"
    if request.thinking is not None:
        return request.thinking
    return model.default_thinking if model else False


def _output(
    request: Request, model: Model | None, *, thinking: bool
) -> tuple[int | None, int | None, int | None]:
    """Most tokens of thinking, of answer, and of both."""
    answer = request.max_tokens or (model.max_output if model else None)
    thought: int | None = 0
    if thinking:
        thought = model.max_thinking if model else None
        if model is None or model.takes_budget:
            efforts = dict(model.reasoning_effort) if model else {}
            effort = efforts.get(str(request.params.get("reasoning_effort")))
            thought = request.budget or effort or thought
    both = None if thought is None or answer is None else thought + answer
    together = request.params.get("max_completion_tokens")
    if isinstance(together, int) and model is not None and model.takes_max_completion_tokens:
        both = together if both is None else min(both, together)
    answers = request.params.get("n")
    if both is not None and isinstance(answers, int):
        both *= max(1, answers)
    return thought, answer, both


def _priced(counted: Estimate, model: Model | None, region: str, *, thinking: bool) -> Estimate:
    price = model.price(region) if model else None
    if price is None:
        return counted
    tier = price.tier(counted.input_tokens, thought=thinking)
    cost_in = counted.input_tokens * tier.input / _MILLION
    out = counted.output_at_most
    return replace(
        counted,
        cost_in=cost_in,
        cost_at_most=None if out is None else cost_in + out * tier.output / _MILLION,
        currency=price.currency,
        price_dated=price.dated,
    )
