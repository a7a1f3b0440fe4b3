"""`{{name}}` in a prompt, filled in with `--vars`, without evaluation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from vlmagic.errors import CellError
from vlmagic.language import say
from vlmagic.references import Attribute, Variable, walk
from vlmagic.references import parse as parse_reference

_PLACE = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)


def interpolate(prompt: str, namespace: Mapping[str, Any]) -> str:
    """The prompt with `{{name}}`, `{{name.attr}}` and `{{name[key]}}` filled in, without `eval`.

    Only names, attributes that do not begin with an underscore, and constant keys; no calls.
    """

    def fill(found: re.Match[str]) -> str:
        try:
            reference = parse_reference(found[1].strip())
        except CellError as error:
            raise CellError(
                say("{place} in the prompt: {problem}", place=found[0], problem=error.message),
                error.hint,
            ) from None
        hidden = isinstance(reference, Variable) and any(
            isinstance(step, Attribute) and step.name.startswith("_") for step in reference.steps
        )
        if not isinstance(reference, Variable) or hidden:
            raise CellError(
                say("{place} in the prompt is no variable.", place=found[0]),
                say("--vars fills in {{{{name}}}}, {{{{name.attr}}}} and {{{{name[key]}}}}."),
            )
        return str(walk(reference, namespace))

    return _PLACE.sub(fill, prompt)
