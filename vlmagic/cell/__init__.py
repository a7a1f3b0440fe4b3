"""What was typed, as a value: `(line, cell) -> Ask`.

    OPTIONS        the option table
    parse          a line and the text below it, as an `Ask`
    identifier     a text that can name a variable
    interpolate    `{{name}}` in a prompt, filled in with `--vars`
    usage          the help of `%%vlreason?`

The prompt is never touched. This room refuses IPython and evaluation.
"""

from __future__ import annotations

from .fill import interpolate
from .options import OPTIONS, Option
from .typed import Ask, parse
from .usage import usage
from .values import identifier

__all__ = ["OPTIONS", "Ask", "Option", "identifier", "interpolate", "parse", "usage"]
