"""Answers that speak of a figure which has been shown again with other data.

    asked     remember what a question looks at, before it is asked
    answered  remember how its output can be told
    Stale     what `%vl stale` lists

A figure is the same one if it is the same object or display, is held by the same variable, or has
the same title in the same place of its cell; its data are compared by the digest of its facts, so a
picture without facts is never stale. This room refuses to keep a Result, a figure or a picture
alive: it keeps words, digests and weak references, of the newest answers only.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .facts import figure_of
from .images import Image
from .language import say
from .request import Request
from .result import Result
from .shelf import Item, Run, Shelf

MOST = 32
"""Answers that are remembered."""


def _nobody() -> Any:
    return None


Tell = Callable[[str], None]
"""Show this line with the answer; an empty one takes the line away."""


@dataclass(slots=True)
class Seen:
    """One figure as a question saw it, and what has become of it."""

    name: str
    """For people: its title, its variable, or where it was shown."""
    digest: str
    title: str = ""
    nth: int = 0
    """Which figure of this title it was in its cell, from 1; 0: unknown."""
    cell: str = ""
    display: str | None = None
    variable: str = ""
    owner: Callable[[], Any] = _nobody
    alone: bool = True
    """Whether its title told it apart from all other figures when it was asked about."""
    since: Run | None = None
    """The cell that showed it with other data, while that holds."""

    def is_shown(self, item: Item, thing: Any, nth: int, namespace: Mapping[str, Any]) -> bool:
        """Whether this is the same figure; `thing` is what was shown, its figure if it has one."""
        if thing is not None:
            now = namespace.get(self.variable) if self.variable else None
            if any(_thing(one) is thing for one in (self.owner(), now) if one is not None):
                return True
        if self.display is not None and item.display_id == self.display:
            return True
        if not self.title or item.title != self.title or nth != self.nth:
            return False
        return self.alone or bool(self.cell and item.run.page == self.cell)


@dataclass(slots=True, eq=False)
class Asked:
    """One answer: what it looked at, where it stands, and how to tell it."""

    run: Run
    prompt: str
    name: str
    """The variable it is bound to, or nothing."""
    figures: list[Seen]
    tell: Tell | None = None
    result: Callable[[], Result | None] = _nobody

    @property
    def line(self) -> str:
        """What stands with the answer while it is stale; a panel's has no cell to run again."""
        seen = next((one for one in self.figures if one.since is not None), None)
        if seen is None or seen.since is None:
            return ""
        what = say(
            "Stale since In [{cell}]: {figure} has been shown again with other data.",
            figure=seen.name,
            cell=seen.since.number,
        )
        if not self.run.number:
            return f"{what} {say('Ask again; %vl stale lists all.')}"
        return f"{what} {say('Run this cell again; %vl stale lists all.')}"


class Stale:
    """The answers of one shell, and what has become of their figures."""

    def __init__(self, shown: Shelf, namespace: Callable[[], Mapping[str, Any]]) -> None:
        self._shelf = shown
        self._namespace = namespace
        self._answers: list[Asked] = []
        self._lock = threading.RLock()
        self._unwatch: Callable[[], None] | None = None

    @property
    def answers(self) -> Sequence[Asked]:
        """Those that are stale now, oldest first."""
        with self._lock:
            return [one for one in self._answers if one.line]

    def asked(self, request: Request, name: str | None = None, *, in_cell: bool = True) -> Asked:
        """Remember a question that is about to be asked; what its cell asked before is forgotten."""
        hooks = self._shelf.hooks if in_cell else None
        run = hooks.current if hooks is not None else Run(0, 0)
        images = [*request.images, *(one for turn in request.history for one in turn.images)]
        found = Asked(run, request.prompt, name or "", [])
        found.figures += [seen for image in images if (seen := self._seen(image)) is not None]
        with self._lock:
            self._answers = [one for one in self._answers if not _again(one, found)][-MOST + 1 :]
            if found.figures:
                self._answers.append(found)
            self._look()
        return found

    def answered(self, asked: Asked, result: Result, tell: Tell | None) -> None:
        """Its output can be told from now on, if it stays."""
        with self._lock:
            asked.tell, asked.result = tell, weakref.ref(result)
            if asked.line:
                _told(asked)

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._answers.clear()
            self._look()

    def _run(self, item: Item) -> Run:
        """The cell that shows it now; what is updated in place stays with the cell it stands in."""
        hooks = self._shelf.hooks
        return hooks.current if hooks is not None and item.revision else item.run

    def _look(self) -> None:
        """Watch the shelf only while there is something to watch for."""
        if self._answers and self._unwatch is None:
            self._unwatch = self._shelf.watch(self._shown)
        elif not self._answers and self._unwatch is not None:
            self._unwatch()
            self._unwatch = None

    def _seen(self, image: object) -> Seen | None:
        if not isinstance(image, Image):
            return None
        items = self._shelf.items
        item = next((one for one in items if one.label == image.label), None)
        if item is None:
            value = self._namespace().get(image.label)
            if not image.facts_digest:
                return None
            name = f'"{image.title}"' if image.title and value is None else image.label
            return Seen(
                name,
                image.facts_digest,
                image.title,
                1,
                variable=image.label if value is not None else "",
                owner=_weak(value),
            )
        if item.known is None:
            return None
        others = [one for one in items if one.title == item.title and one.run.page != item.run.page]
        return Seen(
            f'"{item.title}"' if item.title else item.label,
            item.known.digest,
            item.title,
            _nth(item, items),
            item.run.page,
            item.display_id,
            owner=item.owner or _nobody,
            alone=not others,
        )

    def _shown(self) -> None:
        """The shelf has changed: its newest picture, or one that was updated in place."""
        items, namespace = self._shelf.items, self._namespace()
        changed = [one for one in items if one.revision or one is items[-1]]
        with self._lock:
            for item in changed:
                thing, nth = _thing(item.live()), _nth(item, items)
                for answer in self._answers:
                    before = answer.line
                    for seen in answer.figures:
                        if item.known and seen.is_shown(item, thing, nth, namespace):
                            same = item.known.digest == seen.digest
                            seen.since = None if same else seen.since or self._run(item)
                    if answer.line != before:
                        _told(answer)


def _again(before: Asked, now: Asked) -> bool:
    """Whether the same cell asks again."""
    if before.run.page and now.run.page:
        return before.run.page == now.run.page and before.run is not now.run
    return (before.prompt, before.name) == (now.prompt, now.name)


def _told(answer: Asked) -> None:
    result = answer.result()
    if result is not None:
        result.stale = answer.line
    if answer.tell is not None:
        answer.tell(answer.line)


def _thing(value: Any) -> Any:
    """The figure that it is or belongs to, or itself."""
    figure = figure_of(value)
    return value if figure is None else figure


def _nth(item: Item, items: Sequence[Item]) -> int:
    """Which figure of its title it is in its cell."""
    here = [one for one in items if one.run is item.run and one.title == item.title]
    return 1 + sum(one.index < item.index for one in here)


def _weak(value: object) -> Callable[[], Any]:
    try:
        return weakref.ref(value)
    except TypeError:
        return _nobody
