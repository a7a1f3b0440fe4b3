"""Cells that ask more than once: `--each` picture, `--votes` and `--compare`, under one table that fills.

This room refuses to decide what a single question is: the magic prepares it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vlmagic import commands, jury, question
from vlmagic.cell import Ask
from vlmagic.jury import Agreement, Ballot
from vlmagic.many import MapResult, Task, Wishes, begin
from vlmagic.settings import Settings

if TYPE_CHECKING:
    from .magics import VLMagics


def rows(magics: VLMagics, asked: Ask) -> MapResult:
    """A row for each picture, none asked yet; files and objects are looked at when asked about."""
    found = magics.settle(asked.options)
    prompt = magics.words(asked)
    things, looked = commands.look_apart(magics, asked, found)
    texts = tuple(looked.texts)
    tasks = [Task(prompt, (thing,), texts) for thing in things]
    wishes = Wishes(
        found,
        asked.params,
        magics.named(asked.schema) if asked.schema else None,
        as_json="json" in asked.flags,
        fresh="fresh" in asked.flags,
        notices=tuple(looked.notices),
    )
    return begin(tasks or [Task(prompt, texts=texts)], wishes)


def each(magics: VLMagics, rows: MapResult, out: str | None) -> None:
    """Ask row after row under one table that fills; raises only if no row has an answer."""
    if out:
        magics.bind(out, rows)
    if getattr(magics.shell, "kernel", None) is None:
        rows.retry()
        magics.shell.display_pub.publish(rows._repr_mimebundle_())
    else:
        from IPython.display import DisplayHandle

        handle = DisplayHandle()
        handle.display(rows)
        rows.retry(progress=lambda: handle.update(rows))
    if not rows.ok:
        rows.raise_for_error()


def ballots(magics: VLMagics, asked: Ask, found: Settings) -> Agreement:
    """Every model as often as it is to be asked, none asked yet."""
    votes = 1 if asked.votes is None else asked.votes
    models = jury.models_of(asked.compare, found["model"])
    jury.check(votes, models)

    def prepare(model: str) -> question.Question:
        return magics.prepare(replace(asked, options={**asked.options, "model": model}))[0]

    return Agreement([b for one in models for b in Ballot.of_model(one, votes, prepare)])


def poll(magics: VLMagics, rows: Agreement, asked: Ask, found: Settings) -> None:
    """Ask all of them under one table; raises only if nobody answers."""
    if asked.out:
        magics.bind(asked.out, rows)
    poster = jury.Poster(rows, magics.shell)
    try:
        jury.poll(rows, found, look=poster.look, fresh="fresh" in asked.flags)
    finally:
        poster.close()
    rows.raise_for_error()
