"""The front door for many questions: `map`.

It pairs prompts with pictures and hands the rows on. This room refuses magics and the network.
"""

from __future__ import annotations

import concurrent.futures
import glob
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import shelf
from .calls import settle
from .errors import CellError
from .language import say
from .many import MapResult, Task, Wishes, begin
from .references import Attachment, Clipboard, Open, Place, Shown
from .references import parse as parse_reference
from .settings import Settings


def map(  # noqa: A001 - its name is vlmagic.map
    prompt: str | Sequence[str],
    images: object = None,
    *,
    max_concurrency: int = 8,
    executor: Any = None,
    schema: Any = None,
    progress: bool = True,
    fresh: bool = False,
    params: Mapping[str, Any] | None = None,
    api_key: str | None = None,
    max_cost: float | None = None,
    **options: Any,
) -> MapResult:
    """Ask about many pictures, or ask many things: one row each, in order, all kept.

    One prompt and a list of pictures, a list of prompts and one picture (or none), or two lists of
    the same length. A picture is what `reason` takes; a list within the list is one row with several
    pictures; "@all" and "plots/*.png" are a row for each. Nothing is merged: a question that stands
    there twice is asked twice.

    What is wrong with all rows (an option, the lengths) is raised; what goes wrong in one is that
    row's `result.error`. After a refused key, a used-up quota or three rows that found nobody, the
    rest is not asked. `max_concurrency` questions are asked at once, fewer while the service answers
    429. `max_cost`: the most that all rows together may cost (default: the setting
    `max_cost_per_call`);
    nothing is handed out that could pass it. An interrupt raises `MapInterrupted` (an
    `Interrupted`), whose `.partial` is this MapResult; `retry()` on it asks what is missing.

    With `record="auto"` every answer is recorded as it comes, so the same call after a restart asks
    only what is missing, unless `fresh=True`.

    `schema` (a pydantic model or a JSON schema) gives each row a `value` and `frame()` its columns.
    `executor` is any `concurrent.futures.Executor`, such as `dask.distributed.Client().get_executor()`:
    pictures are then read and made ready where the work is done, so paths have to lead somewhere
    there, and each worker reads its key from its own environment. `options` are settings by name.
    """
    if max_cost is not None:
        options["max_cost_per_call"] = max_cost
    if max_concurrency < 1:
        raise CellError(
            say("max_concurrency cannot be {value!r}.", value=max_concurrency),
            say("The least is {least}.", least=1),
        )
    _check(executor, api_key)
    found = settle(options, api_key)
    wishes = Wishes(
        found,
        params,
        schema,
        fresh=fresh,
        most=max_concurrency,
        executor=executor,
        progress=progress,
    )
    return begin(_rows(prompt, images, found), wishes).retry()


def _check(executor: Any, api_key: str | None) -> None:
    if executor is None:
        return
    if not isinstance(executor, concurrent.futures.Executor):
        hint = say("It takes a concurrent.futures.Executor.")
        if hasattr(executor, "get_executor"):
            hint = say("Give its .get_executor().")
        kind = type(executor).__name__
        raise CellError(say("executor= cannot be of type {kind}.", kind=kind), hint)
    if api_key is not None:
        raise CellError(
            say("api_key= does not travel to an executor."),
            say("Set the key in the environment that the workers start in."),
        )


_Picture = tuple[str, Any]


def _rows(prompt: object, images: object, found: Settings) -> list[Task]:
    """One task for each row."""
    prompts = [prompt] if isinstance(prompt, str) else _listed(prompt)
    for number, words in enumerate(prompts or []):
        if not isinstance(words, str):
            kind = type(words).__name__
            raise CellError(
                say("prompt[{number}] is no text but {kind}.", number=number, kind=kind),
                say("Prompts are texts; pictures come second."),
            )
    if prompts is None:
        raise CellError(
            say("A prompt cannot be of type {kind}.", kind=type(prompt).__name__),
            say("Give one text or a list of texts."),
        )
    asked: list[str] = [str(words) for words in prompts]
    if isinstance(prompt, str) and not prompt.strip():
        raise CellError(say("There is no question."), say("Give one text or a list of texts."))
    several = _pictures(images, found)
    if several is None:
        one = tuple(_unfolded("images", images, found)) if images is not None else ()
        return [Task(words, one) for words in asked]
    if isinstance(prompt, str):
        asked = asked * len(several)
    if len(asked) != len(several):
        raise CellError(
            say(
                "{prompts} prompts and {images} pictures make no pairs.",
                prompts=len(asked),
                images=len(several),
            ),
            say("Give as many of both, or one of either alone, not in a list."),
        )
    return [Task(words, row) for words, row in zip(asked, several, strict=True)]


def _pictures(images: object, found: Settings) -> list[tuple[_Picture, ...]] | None:
    """The pictures of each row, or None if there is one for all, or none."""
    if isinstance(images, str):
        unfolded = _unfolded("images", images, found)
        return [(one,) for one in unfolded] if len(unfolded) != 1 else None
    listed = _listed(images)
    if listed is None:
        return None
    rows: list[tuple[_Picture, ...]] = []
    for number, item in enumerate(listed):
        label = f"images[{number}]"
        if item is None:
            rows.append(())
        elif isinstance(item, (list, tuple)):
            inner = [_unfolded(f"{label}[{k}]", one, found) for k, one in enumerate(item)]
            rows.append(tuple(one for some in inner for one in some))
        else:
            rows += [(one,) for one in _unfolded(label, item, found)]
    return rows


def _listed(value: object) -> list[Any] | None:
    """The members of what is a list of things, None for what is one thing."""
    if isinstance(value, (list, tuple, Iterator)):
        return list(value)
    root = type(value).__module__.partition(".")[0]
    if root == "pandas" and type(value).__name__ in ("Series", "Index"):
        return list(value)  # type: ignore[call-overload, no-any-return]
    return None


def _unfolded(label: str, item: object, found: Settings) -> list[_Picture]:
    """The pictures behind one thing: the thing itself, or what a reference leads to now."""
    if isinstance(item, Path):
        return [(str(item), item)]
    if not isinstance(item, str):
        return [(label, item)]
    reference = parse_reference(item)
    if isinstance(reference, Place) and reference.pattern and not Path(reference.path).exists():
        pattern = str(Path(reference.path).expanduser())
        paths = [Path(name) for name in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207
        files = [(str(path), path) for path in paths if path.is_file()]
        if not files:
            raise CellError(
                say("No file matches {pattern}.", pattern=reference.text),
                say("Paths count from the folder of the kernel: {folder}", folder=Path.cwd()),
            )
        return files
    if isinstance(reference, (Shown, Open, Clipboard, Attachment)):
        module = sys.modules.get("IPython")
        shell = module.get_ipython() if module is not None else None
        looked = shelf.resolve(
            [reference],
            shelf.of(shell) if shell is not None else None,
            {},
            facts=bool(found["facts"]),
            dpi=found["dpi"],
        )
        return [(image.label, image) for image in looked.images]
    return [(item, reference)]
