"""What an option's text must be: a name of a variable, a number, models, KEY=VALUE.

This room refuses with the flag, the text, and an example that works.
"""

from __future__ import annotations

import json
import keyword
from typing import Any

from vlmagic.errors import CellError
from vlmagic.language import say


def identifier(flag: str, text: str) -> str:
    """The text, if it can name a variable; `flag` is where it was given, for the error."""
    if text.isidentifier() and not keyword.iskeyword(text):
        return text
    raise CellError(
        say("{flag} {name}: that is no name for a variable.", flag=flag, name=text),
        say("A name has letters, digits and _ only, and is no word of Python."),
    )


def count(flag: str, text: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        raise CellError(
            say("{flag} {text}: that is no whole number.", flag=flag, text=text),
            say("For example: {flag} {metavar}", flag=flag, metavar="3"),
        ) from None


def models(flag: str, text: str) -> tuple[str, ...]:
    """Names with commas between them."""
    names = tuple(name.strip() for name in text.split(","))
    if all(names):
        return names
    raise CellError(
        say("{flag} {text}: a model has no name.", flag=flag, text=text),
        say("For example: {flag} {metavar}", flag=flag, metavar="qwen3-vl-flash,qvq-max"),
    )


def pair(flag: str, text: str) -> tuple[str, Any]:
    """KEY=VALUE; the value as JSON where it is some, else as text."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise CellError(
            say("{flag} {text}: that is not KEY=VALUE.", flag=flag, text=text),
            say("For example: --param top_k=20"),
        )
    try:
        return key.strip(), json.loads(value)
    except ValueError:
        return key.strip(), value
