"""The lines that every renderer shows alike: who is asked, how it stands, how it ended, what is saved.

This room refuses to display: it says, others show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from vlmagic.catalog import find
from vlmagic.estimate import Cost, money
from vlmagic.events import Failed
from vlmagic.language import say, then
from vlmagic.lesson import divide
from vlmagic.markup import bundle, topped

if TYPE_CHECKING:
    from vlmagic.algebra import Step
    from vlmagic.claims import Claim
    from vlmagic.errors import VLReasonError
    from vlmagic.markup import Mark
    from vlmagic.request import Request
    from vlmagic.transcript import Transcript

Fold = Literal["fold", "open", "hidden"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known before the first word: what leaves the machine, and how to show the thinking."""

    receipt: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    thinking: Fold = "fold"
    hold: bool = False
    """A lesson: no word of it is shown before it has ended."""
    raised: bool = False
    """A failure is raised where the question was asked: its cause stands there, not here, too."""


class Ended(Protocol):
    """A Result, as far as its last lines need it."""

    transcript: Transcript
    request: Request | None
    error: VLReasonError | None
    context: Any
    stale: str

    @property
    def cost(self) -> Cost | None:
        """What it cost."""

    @property
    def model(self) -> str:
        """Who answered."""

    @property
    def seconds(self) -> float | None:
        """How long it took."""

    @property
    def claims(self) -> Sequence[Claim]:
        """What it says of the figures, judged."""

    @property
    def checks(self) -> Sequence[Step]:
        """Its steps of mathematics, judged."""

    @property
    def checked(self) -> str:
        """How many were right, wrong, or neither; nothing where nothing was checked."""

    @property
    def marked(self) -> str:
        """The answer as Markdown, with its marks."""

    @property
    def marks(self) -> Sequence[Mark]:
        """The same marks with their places."""


def asked_of(result: Ended, thinking: str = "fold") -> Asked:
    """What was known before the first word of a Result."""
    fold: Fold = "open" if thinking == "open" else "hidden" if thinking == "hidden" else "fold"
    hold = is_lesson(result)
    return Asked(result.context.receipt, result.context.facts, "hidden" if hold else fold, hold)


def mode(request: Request) -> str:
    """How it thinks, in two words; nothing where nobody knows."""
    model = find(request.model)
    if request.thinking is False or (model is not None and model.mode == "plain"):
        return say("no thinking")
    if request.budget is not None:
        return say("thinking ≤ {budget} tokens", budget=f"{request.budget:,}")
    if request.thinking or (model is not None and model.mode == "thinking"):
        return say("thinking")
    return ""


def time(seconds: float) -> str:
    """Seconds for people: `0.4 s`, `12 s`, `2 min 5 s`."""
    if seconds < 10:
        return say("{n} s", n=f"{seconds:.1f}")
    if seconds < 120:
        return say("{n} s", n=f"{seconds:.0f}")
    return say("{m} min {n} s", m=int(seconds // 60), n=f"{seconds % 60:.0f}")


def thought(transcript: Transcript) -> str:
    """The line above the folded thinking; empty while there is none."""
    if not transcript.thinking_length:
        return ""
    seconds, usage = transcript.thinking_seconds, transcript.usage
    words = say("Thought for {time}", time=time(seconds)) if seconds is not None else say("Thought")
    if usage is not None and usage.thinking_tokens:
        words += " · " + say("{n} tokens", n=f"{usage.thinking_tokens:,}")
    return words


def live(transcript: Transcript, seconds: float) -> str:
    """How it stands right now, in one line."""
    doing = {
        "waiting": say("waiting"),
        "thinking": say("thinking"),
        "answering": say("answering"),
        "ended": say("complete"),
    }[transcript.phase]
    return f"{doing} · {time(seconds)}"


def word(status: str) -> str:
    """The ending in one word."""
    return {
        "complete": say("complete"),
        "truncated": say("cut short"),
        "stopped": say("stopped"),
        "failed": say("failed"),
    }.get(status, status)


def status_line(result: Ended) -> str:
    """Who answered, tokens by kind, cost, seconds and the ending."""
    transcript = result.transcript
    parts = [result.model, *counted(result)]
    if result.seconds:
        parts.append(time(result.seconds))
    parts.append(word(transcript.status))
    return " · ".join(part for part in parts if part)


def cause(result: Ended, *, raised: bool = False) -> str:
    """Why there is no more, and what to do; nothing where all is said, or where it is raised."""
    end = result.transcript.end
    if isinstance(end, Failed):
        return "" if raised else then(end.message, end.hint)
    return {
        "length": say("The token limit was reached; allow more with --max-tokens."),
        "filter": say("The service's content filter ended the answer."),
        "partial": say("The service's own time limit cut the answer; streaming has none."),
    }.get(end.reason if end is not None else "", "")


def counted(result: Ended) -> list[str]:
    """Tokens in and out, by kind, and what they cost; "unknown" where nobody counted."""
    usage = result.transcript.usage
    if usage is None or usage.input_tokens is None or usage.output_tokens is None:
        if result.transcript.status == "failed":
            return []
        return [say("tokens: unknown")]
    kinds = [
        say("{n} image", n=f"{usage.image_tokens:,}") if usage.image_tokens else "",
        say("{n} video", n=f"{usage.video_tokens:,}") if usage.video_tokens else "",
        say("{n} cached", n=f"{usage.cached_tokens:,}") if usage.cached_tokens else "",
    ]
    within = ", ".join(kind for kind in kinds if kind)
    came_in = say("{n} in", n=f"{usage.input_tokens:,}") + (f" ({within})" if within else "")
    out = say("{n} out", n=f"{usage.output_tokens:,}")
    if usage.thinking_tokens:
        out += f" ({say('{n} thinking', n=f'{usage.thinking_tokens:,}')})"
    found = [f"{came_in} + {out}"]
    cost = result.cost
    if cost is not None:
        found.append(money(cost.amount, cost.currency))
    return found


def ended(result: Ended) -> dict[str, str]:
    """How it ended, for the view: status, its word, the lines of counts, the time."""
    every = (status_line(result), result.checked, cause(result))
    return {
        "status": result.transcript.status,
        "word": word(result.transcript.status),
        "line": "\n".join(filter(None, every)),
        "time": time(result.seconds) if result.seconds else "",
    }


def verdicts(result: Ended) -> list[str]:
    """The summary of a checked answer and what was wrong in it, where no mark can stand beside it."""
    every: list[Claim | Step] = [*result.claims, *result.checks]
    wrong = [
        f"✗ {one.text.strip()}" + (f" → {one.truth}" if one.truth else "")
        for one in every
        if one.verdict == "wrong"
    ]
    return [result.checked, *wrong] if result.checked else []


def is_lesson(result: Ended) -> bool:
    """Whether it was asked for step by step."""
    settings = result.context.settings
    return bool(settings is not None and settings["steps"])


def saved(result: Ended, asked: Asked | None = None) -> dict[str, str]:
    """What stays in the notebook: `text/markdown` and `text/plain`, and nothing else.

    Of a lesson, the thinking stays hidden and the steps are folded into one another.
    """
    asked, transcript = asked or asked_of(result), result.transcript
    taught = divide(result.marked).steps if is_lesson(result) else ()
    notices: list[str] = [notice.text for notice in transcript.notices]
    if result.checked:
        notices.append(result.checked)
    found = bundle(
        receipt=asked.receipt,
        thinking=transcript.thinking,
        answer=result.marked,
        words=result.transcript.answer,
        notices=notices,
        status_line=status_line(result),
        cause=cause(result, raised=asked.raised),
        thinking_summary=thought(transcript),
        facts=asked.facts,
        fold=asked.thinking,
        steps=[(step.hint, step.text) for step in taught],
    )
    return topped(found, result.stale)
