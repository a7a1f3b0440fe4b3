"""The settings of a call from Python: as in a cell, where there are cells.

In a notebook that has loaded the extension, what `%config VLMagics` and `%vl` have set holds for
`reason`, `stream` and `map`, too. This room refuses to load the extension.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .render import current_shell
from .settings import Key, Settings, resolve


def settle(options: Mapping[str, Any], api_key: str | None = None) -> Settings:
    """Settings of one call: its own options, then the notebook's, then the environment's."""
    shell = current_shell()
    magics = shell.magics_manager.registry.get("VLMagics") if shell is not None else None
    if magics is not None and api_key is None:
        found: Settings = magics.settle(options)
        return found
    config = magics.configured() if magics is not None else None
    key = Key(api_key, "api_key=") if api_key else None
    return resolve(options, config, os.environ, key=key)
