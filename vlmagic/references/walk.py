"""From a variable reference to the object. This room refuses to call and to evaluate."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from vlmagic.errors import CellError
from vlmagic.language import say

from .forms import Attribute, Item, Name, Part, Slice, Variable


def walk(variable: Variable, namespace: Mapping[str, Any]) -> Any:
    """The object that `variable` leads to; CellError says at which step the way ended."""
    value, sofar = _named(variable.name, namespace), variable.name
    for step in variable.steps:
        try:
            if isinstance(step, Attribute):
                value, sofar = getattr(value, step.name), f"{sofar}.{step.name}"
            else:
                key = _filled(step, namespace)
                value, sofar = value[key], f"{sofar}[{_shown(key)}]"
        except CellError:
            raise
        except Exception as error:  # noqa: BLE001 - a property may raise anything
            raise CellError(
                say(
                    "{whole} leads nowhere: after {sofar} came {problem}.",
                    whole=variable.text,
                    sofar=sofar,
                    problem=f"{type(error).__name__}: {error}"[:200],
                ),
                _nearest(step.name, dir(value))
                if isinstance(step, Attribute)
                else _keys_of(value, sofar),
            ) from None
    return value


def part_of(variable: Variable) -> tuple[Variable, Part] | None:
    """What `variable` would be a part of, if its last step has only slices: `fig`, `[0:10]`."""
    step = variable.steps[-1] if variable.steps else None
    keys = step.key if isinstance(step, Item) and isinstance(step.key, tuple) else (step,)
    slices = [key for key in keys if isinstance(key, Slice)]
    if not 0 < len(slices) == len(keys) <= 2:
        return None
    at = variable.text.rfind("[")
    whole = Variable(variable.text[:at], variable.name, variable.steps[:-1])
    return whole, Part(variable.text[at:], *slices)


def _named(name: str, namespace: Mapping[str, Any]) -> Any:
    try:
        return namespace[name]
    except KeyError:
        raise CellError(
            say("There is no variable {name}.", name=name),
            _nearest(name, namespace) or say("Has the cell that makes it been run?"),
        ) from None


def _filled(step: Item | Slice, namespace: Mapping[str, Any]) -> Any:
    def fill(key: int | str | Name | Slice) -> Any:
        if isinstance(key, Slice):
            return slice(key.start, key.stop, key.step)
        return _named(key.name, namespace) if isinstance(key, Name) else key

    if isinstance(step, Slice):
        return fill(step)
    return tuple(fill(key) for key in step.key) if isinstance(step.key, tuple) else fill(step.key)


def _shown(key: Any) -> str:
    if isinstance(key, slice):
        return f"{'' if key.start is None else key.start}:{'' if key.stop is None else key.stop}"
    return repr(key)[:60]


def _nearest(name: str, names: Iterable[Any]) -> str:
    candidates = [n for n in names if isinstance(n, str) and not n.startswith("_")]
    near = difflib.get_close_matches(name, candidates, 3, 0.6)
    return say("Did you mean {names}?", names=", ".join(near)) if near else ""


def _keys_of(value: Any, sofar: str) -> str:
    if isinstance(value, Mapping):
        keys = ", ".join(repr(key)[:40] for key in list(value)[:8])
        return say("{name} has the keys {keys}.", name=sofar, keys=keys)
    if isinstance(value, (list, tuple)):
        return say("{name} has {count} items.", name=sofar, count=len(value))
    return ""
