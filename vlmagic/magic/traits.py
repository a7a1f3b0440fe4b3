"""The settings as traits of `%config VLMagics`, made from the table.

This room refuses values of its own: the table reads and refuses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets
from IPython.core.magic import Magics
from traitlets.config.loader import DeferredConfig

from vlmagic import settings
from vlmagic.language import say

_TRAITS: Mapping[settings.Kind, type[traitlets.TraitType[Any, Any]]] = {
    "text": traitlets.Unicode,
    "integer": traitlets.Integer,
    "number": traitlets.Float,
    "switch": traitlets.Bool,
}


def _trait(row: settings.Setting) -> traitlets.TraitType[Any, Any]:
    """A `%config` trait for a row of the settings table; None means that it is not set here."""
    about = row.about if row.default is None else f"{row.about} (default: {row.default!r})"
    if row.choices:
        trait: traitlets.TraitType[Any, Any] = traitlets.Enum(
            row.choices,
            default_value=None,
            allow_none=True,
            help=about,
        )
    else:
        trait = _TRAITS[row.kind](None, allow_none=True, help=about)
    return trait.tag(config=True)


Configured: Any = type("Configured", (Magics,), {row.name: _trait(row) for row in settings.TABLE})


def forget_nonsense(config: Any) -> None:
    """Take out of IPython's configuration, with a sentence, what no setting of ours can be.

    `%config` leaves there what it has refused, and loading again would stumble over it.
    """
    kinds = Configured.class_traits()
    for name, value in list(config["VLMagics"].items()):
        try:
            if name in kinds and value is not None and not isinstance(value, DeferredConfig):
                kinds[name].validate(None, value)
        except traitlets.TraitError:
            del config["VLMagics"][name]
            print(
                say("VLMagics.{name} cannot be {value!r}; it is left out.", name=name, value=value)
            )
