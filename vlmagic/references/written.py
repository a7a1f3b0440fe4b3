"""Names and addresses as a user may read and write them. This room refuses to show a password."""

from __future__ import annotations

import re

_USER = re.compile(r"(?<=:/)(/?)(?:[^/?#\s@]*@|[^/\s@]*:(?!\d+/)[^\s@]*@)+")


def quoted(name: str) -> str:
    """A name as it stands after `@fig:`, `@md:` or `@title:`: in quotes where it needs them."""
    if name and not re.search(r"[\s\"'\[\],]", name):
        return name
    return f"'{name}'" if '"' in name else f'"{name}"'


def scrubbed(address: str) -> str:
    """An address without the name and the password that may stand in it."""
    return _USER.sub(r"\1…@", address)
