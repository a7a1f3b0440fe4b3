"""What a shell is given, and what is taken away again: exactly that.

This room refuses to leave anything behind.
"""

from __future__ import annotations

import os
from typing import Any

from IPython.core.inputtransformer2 import EscapedCommand, HelpEnd

from vlmagic import settings, shelf
from vlmagic.completion import Completion
from vlmagic.render import widget

from .magics import VLMagics, speak
from .traits import forget_nonsense


class _Question(EscapedCommand):  # type: ignore[misc] # IPython ships no types
    """`%vlreason What is this?` as a call, before IPython takes the last `?` for a wish for help."""

    priority = HelpEnd.priority - 1

    @classmethod
    def find(cls, tokens_by_line: list[list[Any]]) -> _Question | None:
        """The first such line that asks something; a bare `%vlreason?` is a wish for help."""
        for line in tokens_by_line:
            words = [token for token in line if token.string.strip()]
            if len(words) > 2 and [token.string for token in words[:2]] == ["%", "vlreason"]:
                apart = words[2].start[1] > words[1].end[1]
                if apart and words[-1].string == "?":
                    return cls(words[0].start)
        return None


class _Loaded:
    """What one shell was given, so that exactly that can be taken away."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        speak(settings.resolve({}, None, os.environ)["language"])
        forget_nonsense(shell.config)
        self.magics = VLMagics(shell, shelf.install(shell))
        shell.register_magics(self.magics)
        if self.magics not in shell.configurables:  # newer IPython has done so
            shell.configurables.append(self.magics)
        shell.input_transformer_manager.token_transformers.append(_Question)
        self.completion = Completion(self.magics)

    def remove(self) -> None:
        shell, magics = self.shell, self.magics
        widget.forget()
        if magics.emulator is not None:
            magics.emulator.stop()
        magics.stale.close()
        shelf.remove(shell)
        manager = shell.magics_manager
        for kind, names in magics.magics.items():
            for name in names:
                owner = getattr(manager.magics[kind].get(name), "__self__", None)
                if owner is magics:
                    del manager.magics[kind][name]
        if manager.registry.get("VLMagics") is magics:
            del manager.registry["VLMagics"]
        transformers = shell.input_transformer_manager.token_transformers
        if _Question in transformers:
            transformers.remove(_Question)
        if magics in shell.configurables:
            shell.configurables.remove(magics)
        self.completion.remove()


_loaded: dict[int, _Loaded] = {}


def load(shell: Any) -> None:
    """Give the shell our magics, shelf and completion; twice is once."""
    if id(shell) not in _loaded:
        _loaded[id(shell)] = _Loaded(shell)


def unload(shell: Any) -> None:
    """Take away exactly what `load` gave."""
    found = _loaded.pop(id(shell), None)
    if found is not None:
        found.remove()
