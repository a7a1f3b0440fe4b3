"""The loop that keeps questions on their way: one for threads of our own and for any executor.

The calling thread hands out rows, takes answers in, watches the cost and hears the interrupt.
Figures are drawn here, since their libraries know one thread only; everything else is made ready
where it is asked. A refusal that holds for every row (the key, the account, a used-up quota, the
limit of cost) ends the map: the rest is not asked, and says so. This room refuses to know what a
row is about.
"""

from __future__ import annotations

import concurrent.futures as futures
import os
import queue
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from vlmagic.errors import InternalError, VLReasonError
from vlmagic.estimate import money
from vlmagic.language import say
from vlmagic.ledger import LEDGER
from vlmagic.result import Result
from vlmagic.run import TICK, Cancel

from .pace import Pace
from .progress import Progress, Wish, begun
from .purse import Purse
from .rows import MapInterrupted, MapResult, Row
from .task import Task, Wishes, ask, made_plain, parcel, received, tied, work

_FATAL = frozenset({"auth", "rate", "settings"})
"""Kinds of errors that the next row would meet, too, if they came before the first word."""
_UNREACHABLE = 3
"""So many rows in a row that found nobody end the map."""
_GRACE = 5.0
"""Seconds for rows on their way to end after an interrupt."""


class Drive:
    """One run over the rows that are wanted."""

    def __init__(self, found: MapResult, tasks: Sequence[Task], wishes: Wishes) -> None:
        self.found = found
        self.tasks = tasks
        self.wishes = wishes
        self.pace = Pace(wishes.most)
        self.over: VLReasonError | None = None
        self._lost = self._ended = self._failed = 0
        self._cancels: dict[int, Cancel] = {}
        self._flying: dict[futures.Future[Any], tuple[int, float, float]] = {}
        """Row, when it left, and what it can cost at most."""
        self._landing: queue.SimpleQueue[futures.Future[Any]] = queue.SimpleQueue()
        self._purse = Purse(wishes, sum(found.cost.values()))

    def run(self) -> None:
        """Ask every row that is not ok."""
        wanted = deque(row.index for row in self.found if not row.ok)
        if not wanted:
            return
        own = None if self.wishes.executor else self._threads()
        progress = begun(self.wishes.progress, len(self.found), len(wanted))
        try:
            while wanted or self._flying:
                self._hand_out(wanted, own or self.wishes.executor)
                if self.over is not None:
                    self._give_up(wanted)
                self._take_in(progress)
        except KeyboardInterrupt:
            with suppress(KeyboardInterrupt):
                self._stop()
            raise MapInterrupted(self.found) from None
        finally:
            if own is not None:
                own.shutdown(wait=False, cancel_futures=True)
            progress.close()

    def _threads(self) -> futures.ThreadPoolExecutor:
        # Some rows are made ready while others are asked: the pace lets only `most` of them ask.
        return futures.ThreadPoolExecutor(self._most, thread_name_prefix="vlmagic-map")

    @property
    def _most(self) -> int:
        """Rows in hand at once."""
        most = self.wishes.most
        return int(self.pace.limit) if self.wishes.executor else most + max(2, most // 8)

    # -- out -----------------------------------------------------------------------------

    def _hand_out(self, wanted: deque[int], executor: futures.Executor) -> None:
        while wanted and self.over is None and len(self._flying) < self._most:
            if self.wishes.executor and self.pace.pause:
                return
            index = wanted[0]
            task = self.tasks[index]
            try:
                at_most = self._purse.at_most(task)
                if not self._purse.opens_for(at_most):
                    if self._flying:
                        return
                    raise self._purse.empty(at_most)
                task = made_plain(task, self.wishes.settings)
            except VLReasonError as error:
                wanted.popleft()
                self._settle(index, Result.refused(error))
                continue
            wanted.popleft()
            try:
                future = self._submit(executor, index, task)
            except Exception as error:  # noqa: BLE001 - it is somebody else's executor
                self._settle(index, self._stumbled(error))
                continue
            self._purse.held += at_most
            self._flying[future] = (index, self.pace.now(), at_most)
            future.add_done_callback(self._landing.put)

    def _submit(self, executor: futures.Executor, index: int, task: Task) -> futures.Future[Any]:
        if self.wishes.executor:
            return executor.submit(work, parcel(task, self.wishes))
        cancel = self._cancels[index] = Cancel()
        return executor.submit(ask, task, self.wishes, self.pace, cancel)

    # -- in ------------------------------------------------------------------------------

    def _take_in(self, progress: Progress) -> None:
        wait = TICK if self._flying else min(self.pace.pause, TICK)
        with suppress(queue.Empty):
            self._land(self._landing.get(timeout=wait))
            while True:
                self._land(self._landing.get_nowait())
        progress.tell(self._ended, self._told())

    def _land(self, future: futures.Future[Any]) -> None:
        # An interrupt may come at any line: until the row is kept, its answer stays among the flying.
        index, left, at_most = self._flying[future]
        result = self._result(future, left)
        if result is not None:
            self._purse.pay(result, at_most)
            self._settle(index, tied(result, self.tasks[index], self.wishes.settings))
        elif self.over is not None:
            self._keep(index, self._not_asked())
        del self._flying[future]
        self._cancels.pop(index, None)
        self._purse.held -= at_most

    def _result(self, future: futures.Future[Any], left: float) -> Result | None:
        try:
            came = future.result()
        except VLReasonError as error:
            return Result.refused(error)
        except futures.CancelledError:
            return None
        except Exception as error:  # noqa: BLE001 - a worker that died must not lose the other rows
            return self._stumbled(error)
        if not isinstance(came, dict):
            return came  # type: ignore[no-any-return]
        result, refusals, elsewhere = received(came, self.wishes)
        if refusals:
            self.pace.slow(left)
        else:
            self.pace.quicken()
        if elsewhere:
            LEDGER.add(result)
        return result

    def _stumbled(self, error: Exception) -> Result:
        """What was not foreseen: a worker that died, a thing that does not travel."""
        lost = InternalError(
            say("vlmagic stumbled: {error}", error=f"{type(error).__name__}: {error}"[:300]),
            say("The other rows go on; .retry() asks this one again."),
        )
        lost.__cause__ = error
        if isinstance(error, futures.BrokenExecutor):
            self.over = lost
        return Result.refused(lost)

    def _settle(self, index: int, result: Result) -> None:
        self._keep(index, result)
        kind = result.error.kind if result.error else ""
        heard = result.transcript.answer_length or result.transcript.thinking_length
        self._lost = self._lost + 1 if kind == "unreachable" else 0
        if (kind in _FATAL and not heard) or self._lost >= _UNREACHABLE:
            self.over = self.over or result.error

    def _give_up(self, wanted: deque[int]) -> None:
        """The rest is not asked; what is on its way may come back."""
        self.pace.close()
        while wanted:
            self._keep(wanted.popleft(), self._not_asked())

    def _not_asked(self) -> Result:
        assert self.over is not None
        error = type(self.over)(
            say("Not asked, since an earlier row met this: {why}", why=self.over.message),
            self.over.hint,
        )
        return Result.refused(error)

    def _keep(self, index: int, result: Result) -> None:
        row = replace(self.found[index], result=result)
        self.found.put(row)
        self._ended += 1
        self._failed += not row.ok

    def _stop(self) -> None:
        """End what is on its way, and keep what has ended; a worker elsewhere is not waited for."""
        for cancel in self._cancels.values():
            cancel("interrupted")
        self.pace.wake()
        for future in self._flying:
            future.cancel()
        here = [] if self.wishes.executor else list(self._flying)
        futures.wait(here, _GRACE)
        for future in [one for one in self._flying if one.done()]:
            self._land(future)

    def _told(self) -> str:
        """What stands behind the bar."""
        words = []
        if self._failed:
            words.append(say("{count} failed", count=self._failed))
        if self._purse.spent:
            words.append(money(self._purse.spent, self._purse.currency))
        if self.pace.limit < self.pace.most:
            words.append(say("{count} at once", count=int(self.pace.limit)))
        return ", ".join(words)


def begin(tasks: Sequence[Task], wishes: Wishes) -> MapResult:
    """The rows, none asked yet: `retry()` asks them."""

    def run(found: MapResult, progress: Wish | None, options: dict[str, Any]) -> None:
        told = replace(
            wishes,
            progress=wishes.progress if progress is None else progress,
            settings=wishes.settings.changed(options, os.environ),
        )
        Drive(found, tasks, told).run()

    rows = [Row(i, task.prompt, task.label, None, wishes.schema) for i, task in enumerate(tasks)]
    return MapResult(rows, run, wishes.schema)
