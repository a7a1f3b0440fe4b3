"""What must not be written: keys, home folders, the names of this user and this machine.

Keys that a service echoes are gone before an event is made; this is for what the user typed, and
for what the model repeats of it. This room refuses to change what cannot identify anybody: other
words, and other paths, stay as they are.
"""

from __future__ import annotations

import getpass
import os
import re
import socket
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any
from urllib.parse import quote

_SHORTEST = 6
"""Shorter placeholders ("x", "none") are no secrets."""
_HELD = 512
"""Most characters that are held back until it is known whether they begin something."""
_VARIABLE = re.compile(r"(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD)$", re.IGNORECASE)
_FIELD = re.compile(
    r"(?:authori[sz]ation|api[-_]?key|token|secret|password|cookie)$", re.IGNORECASE
)
_EVERYBODY = frozenset(
    [
        "root",
        "admin",
        "administrator",
        "ubuntu",
        "debian",
        "jovyan",
        "user",
        "users",
        "guest",
        "runner",
        "vscode",
        "codespace",
        "default",
        "student",
        "teacher",
        "localhost",
        "python",
        "jupyter",
        "notebook",
        "host",
        "linux",
        "windows",
    ]
)
_KEYS = r"\bsk-[A-Za-z0-9_-]{16,}|\bBearer +[A-Za-z0-9._~+/=-]{8,}"
# The letter of a drive may have been written before the rest of its path came.
_HOMES = r"(?:(?<!\w)/home|(?<!\w)/Users|[A-Za-z]?:\\Users)[/\\][^/\\\s\"'`<>|:*?]+"
_BEGUN = re.compile(
    r"(?:\bsk-[\w-]*|\bBearer +\S*|(?:/home|/Users|[A-Za-z]?:\\Users)[/\\]?[^/\\\s\"'`<>|:*?]*)\Z"
)
_BEGINNINGS = ("/home", "/Users", ":\\Users")
_OPENINGS = ("sk-", "Bearer ", "/home/", "/Users/", ":\\Users\\")


class Scrub:
    """Takes secrets out of texts: `text` and `data` whole, `pieces` for one that comes in parts."""

    def __init__(self, secrets: Iterable[str] = (), *, names: bool = True) -> None:
        keys = {*secrets, *_exported()}
        keys |= {quote(key, safe="") for key in keys}
        self._keys = sorted((key for key in keys if len(key) >= _SHORTEST), key=len, reverse=True)
        self._places = _places()
        self._names = [name for name in _own_names() if names]
        words = [*self._keys, *self._places, *self._names]
        self._openings = (*words, *_OPENINGS)
        self._longest = max(map(len, self._openings))
        self._firsts = frozenset(opening[0] for opening in self._openings)
        parts = [f"(?P<key>{_any(self._keys)}{_KEYS})"]
        if self._places:
            parts.append(rf"(?P<place>(?<!\w)(?:{_any(self._places)[:-1]})(?![\w-]))")
        parts.append(f"(?P<home>{_HOMES})")
        if self._names:
            parts.append(rf"(?P<name>\b(?:{_any(self._names)[:-1]})\b)")
        self._pattern = re.compile("|".join(parts))

    def echoing(self, asked: str) -> Scrub:
        """The scrub for an answer: a bare name is only taken out if the question had it.

        A user may be called "green"; the model may say it of a line.
        """
        return Scrub(self._keys, names=any(name in asked for name in self._names))

    def _mask(self, found: re.Match[str]) -> str:
        match found.lastgroup:
            case "key":
                return "[key]"
            case "place":
                return self._places[found.group()]
            case "home":
                return "~"
        return "[name]"

    def text(self, text: str) -> str:
        """The text without them."""
        return self._pattern.sub(self._mask, text) if self._suspect(text) else text

    def _suspect(self, text: str) -> bool:
        """May there be anything in it? Quicker than the pattern, which is nearly never needed."""
        return any(opening in text for opening in self._openings)

    def data(self, data: Any) -> Any:
        """JSON data without them; the values of fields that are named like keys are masked whole."""
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, Mapping):
            return {
                self.text(str(name)): "[key]"
                if _FIELD.search(str(name)) and value
                else self.data(value)
                for name, value in data.items()
            }
        if isinstance(data, (list, tuple)):
            return [self.data(item) for item in data]
        if data is None or isinstance(data, int) or (isinstance(data, float) and isfinite(data)):
            return data
        return self.text(str(data))

    def begun(self, text: str) -> int:
        """How many characters at the end may be the beginning of something to take out."""
        tail = text[-_HELD:]
        held = 0
        if self._suspect(tail) or any(word in tail for word in _BEGINNINGS):
            if (open_end := _BEGUN.search(tail)) is not None:
                held = len(tail) - open_end.start()
            for found in self._pattern.finditer(tail):
                if found.end() == len(tail):
                    held = max(held, found.end() - found.start())
        for size in range(min(len(tail), self._longest), held, -1):
            if tail[-size] in self._firsts and any(
                opening.startswith(tail[-size:]) for opening in self._openings
            ):
                return size
        return held

    def pieces(self, texts: Sequence[str]) -> list[str]:
        """The pieces of one text, without what spans them; as many as there were."""
        whole = "".join(texts)
        if not self._suspect(whole):
            return list(texts)
        found = [(m.start(), m.end(), self._mask(m)) for m in self._pattern.finditer(whole)]
        clean, at = [], 0
        for text in texts:
            until, out, here = at + len(text), [], at
            for start, end, mask in found:
                if end <= here or start >= until:
                    continue
                out.append(whole[here : max(here, start)])
                if at <= start:
                    out.append(mask)
                here = min(end, until)
            out.append(whole[here:until])
            clean.append("".join(out))
            at = until
        return clean


def _any(words: Iterable[str]) -> str:
    """An alternation of literal words with a bar at its end; empty without words."""
    return "".join(re.escape(word) + "|" for word in words)


def _exported() -> set[str]:
    return {value for name, value in os.environ.items() if _VARIABLE.search(name) and value}


def _places() -> dict[str, str]:
    """Folders that say who and where: home and here, the longer first."""
    found = {str(Path.cwd()): ".", str(Path.home()): "~"}
    return {place: found[place] for place in sorted(found, key=len, reverse=True) if len(place) > 3}


def _own_names() -> list[str]:
    try:
        names = {getpass.getuser(), Path.home().name, socket.gethostname()}
    except (OSError, KeyError, ImportError):
        names = {Path.home().name}
    return sorted(
        (name for name in names if len(name) >= 4 and name.lower() not in _EVERYBODY),
        key=len,
        reverse=True,
    )
