"""One row: from words and things that may be pictures to an answer, here or in another process.

What travels to another process is plain: settings without a key, words, bytes, paths, arrays. What
comes back is plain, too: the question without its pictures' bytes, and the events as JSON. A key
never travels: a worker reads its own from its environment. This room refuses to know about other
rows.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from vlmagic import events, language, question, settings, shelf
from vlmagic.errors import ImageError, SettingsError, VLReasonError
from vlmagic.images import Image, Picture, Text, Video
from vlmagic.language import say
from vlmagic.references import Place, Reference, Variable
from vlmagic.result import Result
from vlmagic.run import Cancel
from vlmagic.settings import Settings

from .pace import Pace
from .progress import Wish

_PLAIN = frozenset({"builtins", "numpy", "PIL", "pathlib", "pandas", "polars", "vlmagic"})
"""Libraries whose objects can be looked at on any thread, and sent to another process."""


@dataclass(frozen=True, slots=True)
class Task:
    """One row: its words, and its pictures as they were handed over, each with its label."""

    prompt: str
    pictures: tuple[tuple[str, Any], ...] = ()
    texts: tuple[Text, ...] = ()
    """What goes as text, already made ready."""
    notices: tuple[str, ...] = ()
    """What was to be said when it was made ready."""

    @property
    def label(self) -> str:
        """What the row is about."""
        return ", ".join(label for label, _ in self.pictures)

    @property
    def plain(self) -> bool:
        """Whether another thread or process may look at it; figures are drawn where they live."""
        return all(type(p).__module__.partition(".")[0] in _PLAIN for _, p in self.pictures)


@dataclass(frozen=True)
class Wishes:
    """What all rows have in common."""

    settings: Settings
    params: Mapping[str, Any] | None = None
    schema: Any = None
    as_json: bool = False
    fresh: bool = False
    """Ask anew what was recorded."""
    most: int = 8
    """Questions at once."""
    executor: Any = None
    """A `concurrent.futures.Executor`, or None for threads of our own."""
    progress: Wish = True
    notices: tuple[str, ...] = ()
    """What is to be said with every row."""


def look(task: Task, found: Settings) -> shelf.Resolved:
    """The pictures of a row, made ready to be sent; a table becomes text."""
    looked = shelf.Resolved(texts=list(task.texts), notices=list(task.notices))
    for label, thing in task.pictures:
        if isinstance(thing, Picture):
            looked.images.append(thing)
            continue
        reference: Reference
        namespace: dict[str, object] = {}
        if isinstance(thing, Reference):
            reference = thing
        elif isinstance(thing, Path):
            reference = Place(label, str(thing))
        else:
            reference, namespace = Variable(label, "picture"), {"picture": thing}
        seen = shelf.resolve(
            [reference],
            None,
            namespace,
            max_pixels=question.max_pixels(found),
            facts=bool(found["facts"]),
            dpi=found["dpi"],
        )
        looked.images += seen.images
        looked.texts += seen.texts
        looked.notices += seen.notices
    return looked


def made_plain(task: Task, found: Settings) -> Task:
    """The same row with its figures drawn; call it where the figures live."""
    if task.plain:
        return task
    looked = look(task, found)
    pictures = tuple((one.label, one) for one in looked.images)
    return Task(task.prompt, pictures, tuple(looked.texts), tuple(looked.notices))


def ask(
    task: Task, wishes: Wishes, pace: Pace, cancel: Cancel, refused: list[int] | None = None
) -> Result | None:
    """The row's Result, without the bytes of its pictures; None if it was stopped before it left.

    Raises what is wrong with it before anything is sent. `refused` gets the refusals for rate.
    """
    looked = look(task, wishes.settings)
    prepared = question.prepare(
        wishes.settings,
        task.prompt,
        looked.images,
        texts=looked.texts,
        params=wishes.params,
        notices=[*wishes.notices, *looked.notices],
        as_json=wishes.as_json,
        schema=wishes.schema,
    )
    with pace.turn(cancel) as turn:
        if turn is None:
            return None
        prepared, source = question.route(prepared, fresh=wishes.fresh)
        result = question.put(prepared, turn.through(source), cancel=cancel)
        if refused is not None:
            refused.append(turn.refusals)
    assert result.request is not None
    result.request = replace(
        result.request, images=tuple(unkept(image) for image in result.request.images)
    )
    return result


# -- pictures that are not kept ----------------------------------------------------------


class Seen(Image):
    """A picture that was sent: all that is known of it, its bytes only when somebody asks.

    Then it is looked at again; `ImageError` if it is another one by now.
    """

    def __getattr__(self, name: str) -> bytes:
        again: Callable[[], Image] | None = vars(self).get("_again")
        if name != "data" or again is None:
            raise AttributeError(name)
        image = again()
        if image.digest != self.digest:
            raise ImageError(
                say("{label} is another picture by now.", label=self.label),
                say("map() keeps no pictures: ask about it anew."),
            )
        return image.data


def unkept(picture: Picture) -> Picture:
    """The picture without its bytes."""
    if isinstance(picture, Video):
        light = replace(picture, frames=tuple(_bare(frame) for frame in picture.frames))
        vars(light)["digest"] = picture.digest
        return light
    return _bare(picture)


def _bare(image: Image) -> Image:
    if image.url is not None:
        return image
    light = object.__new__(Seen)
    known = {name: value for name, value in vars(image).items() if name != "data"}
    vars(light).update(known, digest=image.digest)
    return light


def tied(result: Result, task: Task, found: Settings) -> Result:
    """The Result, whose pictures can now find their bytes again."""

    def again(place: int, frame: int | None) -> Image:
        picture = look(task, found).images[place]
        image = picture if frame is None else picture.frames[frame]  # type: ignore[union-attr]
        assert isinstance(image, Image)
        return image

    sent = result.request.images if result.request else ()
    for place, picture in enumerate(sent):
        frames = picture.frames if isinstance(picture, Video) else (picture,)
        for number, image in enumerate(frames):
            frame = number if isinstance(picture, Video) else None
            if isinstance(image, Seen):
                vars(image)["_again"] = partial(again, place, frame)
    return result


# -- there and back ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row on its way to a worker. There is no key in it."""

    task: Task
    values: Mapping[str, Any]
    """Settings by name."""
    language: str
    params: Mapping[str, Any] | None
    schema: Mapping[str, Any] | None
    as_json: bool
    fresh: bool


def parcel(task: Task, wishes: Wishes) -> Parcel:
    """What a worker needs for a row."""
    from vlmagic.extract import schema_of

    return Parcel(
        task=task,
        values={name: value for name, value in wishes.settings.values.items() if value is not None},
        language=language.current(),
        params=dict(wishes.params) if wishes.params is not None else None,
        schema=schema_of(wishes.schema) if wishes.schema is not None else None,
        as_json=wishes.as_json,
        fresh=wishes.fresh,
    )


_KEYS = ("VLMAGIC_API_KEY", "DASHSCOPE_API_KEY", "OPENAI_API_KEY")


def work(sent: Parcel) -> dict[str, Any]:
    """Ask in a worker; the answer is a value that travels."""
    language.choose(sent.language)
    refused: list[int] = []
    try:
        result = _asked(sent, refused)
    except VLReasonError as error:
        result = Result.refused(error)
    assert result is not None  # nobody can stop it here
    request = result.request and replace(result.request, params=dict(result.request.params))
    return {
        "by": _place(),
        "refused": sum(refused),
        "request": request,
        "context": replace(result.context, settings=None, schema=None),
        **events.to_json(result.transcript.events),
    }


def _asked(sent: Parcel, refused: list[int]) -> Result | None:
    keys = {name: os.environ[name] for name in _KEYS if name in os.environ}
    found = settings.resolve(sent.values, None, keys)
    wishes = Wishes(found, sent.params, sent.schema, sent.as_json, sent.fresh)
    try:
        return ask(sent.task, wishes, Pace(1), Cancel(), refused)
    except SettingsError:
        if found.key is not None or not found.needs_key():
            raise
        raise SettingsError(
            say("The worker {place} has no key for {host}.", place=_place(), host=found.host),
            say(
                "A key is never sent along: set {variable} in the environment that the workers "
                "start in.",
                variable="DASHSCOPE_API_KEY" if found.hosted else "OPENAI_API_KEY",
            ),
        ) from None


def received(answer: Mapping[str, Any], wishes: Wishes) -> tuple[Result, int, bool]:
    """The Result that a worker sent, its refusals for rate, and whether it is of another process."""
    request = answer["request"]
    if request is not None:
        request = replace(request, params=MappingProxyType(request.params))
    context = replace(answer["context"], settings=wishes.settings, schema=wishes.schema)
    result = Result(request, context)
    for event in events.from_json(answer):
        result.transcript.feed(event)
    result.settle()
    return result, answer["refused"], answer["by"] != _place()


def _place() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
