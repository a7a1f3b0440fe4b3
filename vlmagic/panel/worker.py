"""One thread that does what it is told, in order. This room refuses to know what that is."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

Job = Callable[[], None]


class Worker:
    """The thread of one panel; one job's trouble is not the next one's."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        threading.Thread(
            target=_work, args=(self._jobs,), name="vlmagic-panel", daemon=True
        ).start()

    def do(self, job: Job) -> None:
        """Do this once all before it is done."""
        self._jobs.put(job)

    def end(self) -> None:
        """Do what has come, and nothing more."""
        self._jobs.put(None)


def _work(jobs: queue.SimpleQueue[Job | None]) -> None:
    while (job := jobs.get()) is not None:
        try:
            job()
        except Exception as error:  # noqa: BLE001 - the thread must outlive any picture
            what = type(error).__name__
            logging.getLogger("vlmagic").warning("panel: %s: %s", what, error)
        del job
