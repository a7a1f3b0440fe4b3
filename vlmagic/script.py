"""The front door of a script: `reason`, `stream` and `figures`, without magics.

The same settings, refusals and events as a cell; nothing is displayed unless asked for.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import jury, question, shelf
from .calls import settle
from .errors import Interrupted
from .events import Done, Event, Failed
from .jury import Agreement
from .references import Reference
from .references import parse as parse_reference
from .render import current_shell
from .request import Request
from .result import Result
from .run import Cancel, Sink
from .settings import Settings
from .transcript import Transcript


def reason(
    prompt: str,
    images: object = None,
    *,
    show: bool = False,
    fresh: bool = False,
    params: Mapping[str, Any] | None = None,
    api_key: str | None = None,
    **options: Any,
) -> Result:
    """Ask, wait and return the Result; `raise_for_error()` on it raises what went wrong.

    `images` is one picture or a list of them: a figure, an array, a PIL image, bytes, a path, a URL,
    or a reference such as "@last". `options` are those of the cell, by their setting's name
    (`model=`, `think=`, `budget=`, `base_url=`, ...). `show=True` shows it as it comes.
    With `record="auto"` an answer that was recorded is played, unless `fresh=True`.
    """
    prepared, source = question.route(
        _prepare(prompt, images, params, api_key, options), fresh=fresh, watched=show
    )
    sinks: list[Sink] = []
    if show:
        from .render import Asked, choose

        found, context = prepared.settings, prepared.context
        asked = Asked(context.receipt, context.facts, found["thinking"])
        sinks.append(choose(found["render"], asked))
    result = question.put(prepared, source, *sinks)
    end = result.transcript.end
    if isinstance(end, Done) and end.reason == "interrupted":
        raise Interrupted
    return result


def compare(
    prompt: str,
    images: object = None,
    models: str | Sequence[str] = (),
    *,
    votes: int = 1,
    fresh: bool = False,
    params: Mapping[str, Any] | None = None,
    api_key: str | None = None,
    **options: Any,
) -> Agreement:
    """Ask several models, or one several times (`votes`), all at once; where do they agree?

    A single model is asked beside the one of `model=`. Everything else is as in `reason`. What goes
    wrong with one answer is its own error; `raise_for_error()` raises where none came.
    """
    named = (models,) if isinstance(models, str) else tuple(models)
    found = settle(options, api_key)
    asked = jury.models_of(named, found["model"])
    jury.check(votes, asked)

    def prepare(model: str) -> question.Question:
        return _prepare(prompt, images, params, api_key, {**options, "model": model})

    ballots = [one for model in asked for one in jury.Ballot.of_model(model, votes, prepare)]
    return jury.poll(jury.Agreement(ballots), found, fresh=fresh)


class _Queue:
    """A sink that hands events on to another thread."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def start(self, request: Request) -> None:
        """Nothing to prepare."""

    def show(self, transcript: Transcript, batch: Sequence[Event]) -> None:
        """Hand on what came."""
        for event in batch:
            self.events.put(event)

    def finish(self, result: Result) -> None:
        """Hand on the terminal event."""
        end = result.transcript.end
        assert end is not None
        self.events.put(end)


def stream(
    prompt: str,
    images: object = None,
    *,
    params: Mapping[str, Any] | None = None,
    api_key: str | None = None,
    **options: Any,
) -> Iterator[Event]:
    """The events of the answer as they come, the terminal one last; closing the iterator stops it."""
    prepared, source = question.route(
        _prepare(prompt, images, params, api_key, options), watched=True
    )
    sink, cancel = _Queue(), Cancel()
    worker = threading.Thread(
        target=question.put,
        args=(prepared, source, sink),
        kwargs={"cancel": cancel},
        name="vlmagic-stream",
        daemon=True,
    )
    return _events(worker, sink, cancel)


def _events(worker: threading.Thread, sink: _Queue, cancel: Cancel) -> Iterator[Event]:
    worker.start()
    try:
        while True:
            event = sink.events.get()
            yield event
            if isinstance(event, (Done, Failed)):
                return
    finally:
        cancel()


def figures() -> list[Any]:
    """What this notebook has shown since the extension was loaded, the newest last."""
    shell = current_shell()
    shown = shelf.of(shell) if shell is not None else None
    return list(shelf.figures(shown)) if shown is not None else []


def _prepare(
    prompt: str,
    images: object,
    params: Mapping[str, Any] | None,
    api_key: str | None,
    options: Mapping[str, Any],
) -> question.Question:
    found = settle(options, api_key)
    looked = _look(images, found)
    return question.prepare(
        found,
        prompt,
        looked.images,
        texts=looked.texts,
        params=params,
        notices=looked.notices,
    )


def _look(images: object, found: Settings) -> shelf.Resolved:
    """The pictures behind whatever was handed over: objects as they are, texts as references."""
    if images is None:
        wanted: list[object] = []
    elif isinstance(images, (list, tuple)):
        wanted = list(images)
    else:
        wanted = [images]
    namespace: dict[str, object] = {}
    references: list[Reference] = []
    for number, item in enumerate(wanted, start=1):
        if isinstance(item, str):
            references.append(parse_reference(item))
        else:
            name = f"images_{number}" if len(wanted) > 1 else "images"
            namespace[name] = item
            references.append(parse_reference(name))
    shell = current_shell()
    return shelf.resolve(
        references,
        shelf.of(shell) if shell is not None else None,
        namespace,
        max_pixels=question.max_pixels(found),
        facts=bool(found["facts"]),
        dpi=found["dpi"],
    )
