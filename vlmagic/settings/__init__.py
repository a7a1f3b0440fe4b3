"""What holds for one question: option > %config > environment > default, each value with its origin.

    TABLE, BY_NAME    one row for each setting
    resolve(...)      -> Settings, from what was typed, configured and exported
    Key               an API key that never prints
    no_key(settings)  what to do when there is none

This room refuses IPython and the network.
"""

from __future__ import annotations

from .address import is_loopback
from .key import Key
from .resolved import Limits, Settings, no_key, resolve
from .table import BY_NAME, TABLE, Kind, Setting

__all__ = [
    "BY_NAME",
    "TABLE",
    "Key",
    "Kind",
    "Limits",
    "Setting",
    "Settings",
    "is_loopback",
    "no_key",
    "resolve",
]
