"""The table of a poll while it fills: one display that is updated, or one print at the end.

This room refuses to know what is in the table.
"""

from __future__ import annotations

import time
from typing import Any

from .agreement import Agreement

_EVERY = 0.5
"""Seconds between two updates."""


class Poster:
    """Shows an Agreement in this shell; without a notebook, only once it is whole."""

    def __init__(self, agreement: Agreement, shell: Any) -> None:
        self._agreement = agreement
        self._shell = shell
        self._due = 0.0
        self._handle: Any = None
        if getattr(shell, "kernel", None) is not None:
            from IPython.display import DisplayHandle

            self._handle = DisplayHandle()
            self._handle.display(agreement)

    def look(self) -> None:
        """Show how far it is, twice a second at most."""
        if self._handle is not None and time.monotonic() >= self._due:
            self._handle.update(self._agreement)
            self._due = time.monotonic() + _EVERY

    def close(self) -> None:
        """Show what it came to."""
        if self._handle is not None:
            self._handle.update(self._agreement)
        else:
            self._shell.display_pub.publish(self._agreement._repr_mimebundle_())
