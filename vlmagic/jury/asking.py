"""Asking all ballots at once: cost guarded before, recordings in their order, everything kept.

Each question is routed on the calling thread in its order, so that the n-th asking is the n-th
recording; the answers come on threads. An interrupt stops all of them and keeps what came. This
room refuses to look at answers.
"""

from __future__ import annotations

import concurrent.futures as futures
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from vlmagic import question
from vlmagic.errors import CellError, InternalError, Interrupted, VLReasonError
from vlmagic.estimate import money
from vlmagic.events import Done
from vlmagic.language import say
from vlmagic.ledger import LEDGER
from vlmagic.result import Result
from vlmagic.run import TICK, Cancel
from vlmagic.settings import Settings
from vlmagic.table import Table

from .agreement import Agreement

MOST = 20
"""Questions in one poll."""
_AT_ONCE = 8
_GRACE = 5.0
"""Seconds for answers on their way to end after an interrupt."""


@dataclass(slots=True)
class Ballot:
    """One asking of the question: who is asked, the how many-th time, and what came of it."""

    model: str
    number: int
    of: int
    """How many times this model is asked."""
    prepared: question.Question | None
    result: Result
    cancel: Cancel = field(default_factory=Cancel)

    @classmethod
    def of_model(
        cls, model: str, votes: int, prepare: Callable[[str], question.Question]
    ) -> list[Ballot]:
        """The ballots of one model; a question that cannot be put is a refusal in each of them."""
        try:
            found = prepare(model)
        except VLReasonError as error:
            return [cls(model, n + 1, votes, None, Result.refused(error)) for n in range(votes)]
        return [
            cls(model, n + 1, votes, found, Result(found.request, found.context))
            for n in range(votes)
        ]

    @property
    def name(self) -> str:
        """`qwen3-vl-plus`, or `qwen3-vl-plus #2` where it is asked several times."""
        return f"{self.model} #{self.number}" if self.of > 1 else self.model

    def standing(self) -> tuple[str, str]:
        """Its status, and the last words so far."""
        script = self.result.transcript
        status = script.status if self.result.ended else script.phase
        words = " ".join(script.tail(100).split()) if script.answer_length else ""
        return _status(status), words


def _status(status: str) -> str:
    return {
        "waiting": say("waiting"),
        "thinking": say("thinking"),
        "answering": say("answering"),
        "complete": say("complete"),
        "truncated": say("cut short"),
        "stopped": say("stopped"),
        "failed": say("failed"),
    }.get(status, status)


def check(votes: int, models: Sequence[str]) -> None:
    """Refuse a poll of nobody, of the same model twice, or of too many."""
    if votes < 1:
        raise CellError(
            say("--votes {votes}: nobody would be asked.", votes=votes),
            say("Ask at least twice: --votes 3"),
        )
    for model in models:
        if list(models).count(model) > 1:
            raise CellError(
                say("--compare names {model} twice.", model=model),
                say("To ask a model several times, add --votes 2."),
            )
    if votes * len(models) > MOST:
        raise CellError(
            say(
                "{count} questions are too many for one comparison.",
                count=votes * len(models),
            ),
            say("At most {most} are asked at once: fewer votes or fewer models.", most=MOST),
        )


def models_of(named: Sequence[str], own: str) -> tuple[str, ...]:
    """Who is asked: those that are named; a single one beside the model that would be asked anyway."""
    if not named:
        return (own,)
    return tuple(dict.fromkeys((own, *named))) if len(named) == 1 else tuple(named)


def planned(ballots: Sequence[Ballot], settings: Settings) -> Table:
    """What would be asked and could cost: nothing has left."""
    rows = []
    for one in ballots:
        if one.prepared is None:
            why = one.result.error
            rows.append([one.name, "–", why.message if why else "–"])
            continue
        counted = one.prepared.estimate
        known = counted.cost_at_most
        cost = money(known, counted.currency) if known is not None else say("unknown")
        rows.append([one.name, f"{counted.input_tokens:,}", say("at most {cost}", cost=cost)])
    heads = [say("dry run"), say("tokens in"), say("cost")]
    sent = Agreement(ballots).sent(facts=True)
    return Table(heads, rows, [*sent, *guarded(ballots, settings)])


def guarded(ballots: Sequence[Ballot], settings: Settings) -> list[str]:
    """What all of it can cost, said and held against the limits; raises before anything is sent."""
    sums: dict[Any, float] = {}
    asked = [one for one in ballots if one.prepared is not None]
    for one in asked:
        assert one.prepared is not None
        counted = one.prepared.estimate
        if counted.cost_at_most is not None and one.prepared.settings["record"] != "replay":
            sums[counted.currency] = sums.get(counted.currency, 0.0) + counted.cost_at_most
    told = []
    for currency, amount in sums.items():
        told.append(
            say(
                "{count} questions, together at most {cost}.",
                count=len(asked),
                cost=money(amount, currency),
            )
            if len(asked) > 1
            else say("One question, at most {cost}.", cost=money(amount, currency))
        )
        told += LEDGER.guard(
            amount, currency, call=settings["max_cost_per_call"], total=settings["max_cost_total"]
        )
    return told


def _sameness(ballots: Sequence[Ballot]) -> list[str]:
    """Why votes may well be one and the same."""
    several = [one for one in ballots if one.of > 1 and one.prepared is not None]
    if not several or several[0].prepared is None:
        return []
    request = several[0].prepared.request
    seed = request.params.get("seed", request.seed)
    if seed is not None:
        return [say("All votes have the seed {seed}: expect one and the same answer.", seed=seed)]
    if request.temperature == 0:
        return [say("At temperature 0 the votes of a model hardly differ.")]
    return []


def poll(
    found: Agreement,
    settings: Settings,
    *,
    look: Callable[[], None] = lambda: None,
    fresh: bool = False,
) -> Agreement:
    """Ask all of them; `look` is called on this thread while they answer.

    What is wrong with one ballot is its own error. Raises where it could cost too much, and
    `Interrupted`, once everything that came is kept.
    """
    ballots = found.ballots
    try:
        found.notices += [*guarded(ballots, settings), *_sameness(ballots)]
    except VLReasonError as error:
        for one in ballots:
            if not one.result.ended:
                one.result.refuse(error)
        raise
    flying: dict[futures.Future[Result], Ballot] = {}
    waiting = [one for one in ballots if one.prepared is not None]
    pool = futures.ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="vlmagic-jury")
    try:
        while waiting or flying:
            while waiting and len(flying) < _AT_ONCE:
                one = waiting[0]
                future = _put(one, pool, fresh=fresh)
                if future is not None:
                    flying[future] = one
                waiting.pop(0)
            ended, _ = futures.wait(flying, TICK, futures.FIRST_COMPLETED)
            for future in ended:
                _land(flying.pop(future), future)
            look()
    except KeyboardInterrupt:
        with suppress(KeyboardInterrupt):
            _stop(flying)
        for one in ballots:
            if not one.result.ended and one not in flying.values():
                one.result.transcript.feed(Done("interrupted", one.model))
                one.result.settle()
        look()
        raise Interrupted(say("What came is kept.")) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return found


def _put(one: Ballot, pool: futures.Executor, *, fresh: bool) -> futures.Future[Result] | None:
    """Send it on its way; a refusal is its result."""
    assert one.prepared is not None
    try:
        prepared, source = question.route(one.prepared, fresh=fresh)
    except VLReasonError as error:
        one.result.refuse(error)
        return None
    one.result.context = prepared.context
    return pool.submit(question.put, prepared, source, cancel=one.cancel, result=one.result)


def _land(one: Ballot, future: futures.Future[Result]) -> None:
    """What nobody foresaw is that ballot's own error, too."""
    error = future.exception()
    if error is not None and not one.result.ended:
        lost = InternalError(
            say("vlmagic stumbled: {error}", error=f"{type(error).__name__}: {error}"[:300]),
            say("What came so far is kept. Please report this."),
        )
        lost.__cause__ = error
        one.result.refuse(lost)


def _stop(flying: dict[futures.Future[Result], Ballot]) -> None:
    for one in flying.values():
        one.cancel("interrupted")
    futures.wait(flying, _GRACE)
