"""The lines of a recording: JSON objects, each with a checksum that continues the one before.

    {"format": "vlmagic.recording", "version": 1, "digest": …, "asking": 1, …}   the head
    {"request": {…}}                                     the question, scrubbed, for human eyes
    {"event": "thinking", "text": …, "at": 0.61}         the events, as `events.to_dict` writes them
    {"end": "complete", "cost": {…}}                     written last: the run was kept to its end

`sum` is the CRC-32 (hex) of the line without it, begun with the sum of the line before: a line that
is missing, moved, mixed in or changed is noticed. Plain text, so that git shows what changed. This
room refuses files, and everything that is not JSON within the limits.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any, NoReturn

from vlmagic.language import say

FORMAT = "vlmagic.recording"
VERSION = 1
"""A reader refuses a greater one; a new field needs no new version."""
MAX_LINE = 4 * 2**20
"""Bytes of a line."""
MAX_FILE = 24 * 2**20
"""Bytes of a recording: ten times the longest thinking of today's models."""
MAX_LINES = 150_000
_WORD = re.compile(r"[\w.-]{1,40} [\w.+-]{0,40}")
_HEX = re.compile(r"[0-9a-f]{64}")
_WORDS = ("digest", "alike", "model", "replayed", "made", "by")


def encode(data: Mapping[str, Any], before: int) -> tuple[bytes, int]:
    """The line for the data, with its newline, and its sum; `before` is the sum of the last line.

    The names of the data are our own words.
    """
    fields = [f'"{name}": {_value(value)}' for name, value in data.items()]
    text = "{" + ", ".join(fields) + "}"
    try:
        raw = text.encode()
    except UnicodeEncodeError:  # a lone surrogate, which UTF-8 cannot write
        raw = json.dumps(data).encode()
    checksum = zlib.crc32(raw, before)
    return b'%s, "sum": "%08x"}\n' % (raw[:-1], checksum), checksum


def _value(value: object) -> str:
    """A value as JSON. The encoder takes three times as long for a number as for a text."""
    if type(value) is float and isfinite(value):
        return repr(value)
    return _ENCODER.encode(value)


def decode(line: bytes, before: int) -> tuple[dict[str, Any], int]:
    """The data of a line (without its newline) and its sum; `ValueError` for any other line."""
    raw, checksum = checked(line, before)
    return parse(raw), checksum


def checked(line: bytes, before: int) -> tuple[bytes, int]:
    """The line without its sum, and the sum; `ValueError` if that is not right."""
    line = line.removesuffix(b"\r")  # git may have changed the line ends
    raw = line[:-_SUM] + b"}"
    checksum = zlib.crc32(raw, before)
    if line[-_SUM:] != b', "sum": "%08x"}' % checksum:
        raise ValueError(say("the checksum is wrong"))
    return raw, checksum


def parse(raw: bytes) -> dict[str, Any]:
    """One JSON object; `ValueError` for anything else, deep nesting and NaN included."""
    try:
        data = _DECODER.decode(raw.decode())
    except RecursionError:
        raise ValueError(say("it is nested too deep")) from None
    if not isinstance(data, dict):
        raise ValueError(say("it is no JSON object"))  # noqa: TRY004 - the value of a file is wrong
    return data


def _no_constant(word: str) -> NoReturn:
    raise ValueError(say("{word} is no number", word=word))


_SUM = len(b', "sum": "00000000"}')
_ENCODER = json.JSONEncoder(ensure_ascii=False)
_DECODER = json.JSONDecoder(parse_constant=_no_constant)


class Newer(ValueError):  # noqa: N818 - it names what the file is
    """The file is of a newer version than this reader."""


@dataclass(frozen=True, slots=True)
class Head:
    """The first line: what a recording is matched by, and when and with what it was made."""

    digest: str
    """`Request.digest()`, of the question as it was asked."""
    alike: str
    """The same with figures known by their data instead of their pixels (`match.alike`)."""
    model: str
    replayed: str = ""
    """The digest of the question as a replay asks it, if it repeats an answer that was rewritten."""
    asking: int = 1
    """The how-manieth asking of this question in its kernel, from 1."""
    made: str = ""
    """UTC, ISO 8601."""
    by: str = ""
    """The vlmagic that wrote it."""
    libraries: Mapping[str, str] = field(default_factory=dict)
    """Versions of what drew the pictures (`drawn.libraries`)."""

    def to_dict(self) -> dict[str, Any]:
        """The line, without its sum."""
        values = {"format": FORMAT, "version": VERSION, **asdict(self)}
        return values if self.replayed else {k: v for k, v in values.items() if k != "replayed"}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Head:
        """The head that `to_dict` wrote; `ValueError` for another, `Newer` for a later version."""
        if data.get("format") != FORMAT:
            raise ValueError(say("it is no recording of vlmagic"))
        version = data.get("version")
        if type(version) is not int or version < 1:
            raise ValueError(say("its version is no number"))
        if version > VERSION:
            raise Newer(
                say(
                    "it is of version {version}, and this vlmagic reads {known}",
                    version=version,
                    known=VERSION,
                )
            )
        asking, libraries = data.get("asking"), data.get("libraries", {})
        if type(asking) is not int or not 1 <= asking <= 10**6:
            raise ValueError(say("its asking is no number"))
        if not isinstance(libraries, dict) or not all(
            _WORD.fullmatch(f"{library} {version}") for library, version in libraries.items()
        ):
            raise ValueError(say("its libraries are no versions"))
        words = {name: data.get(name, "") for name in _WORDS}
        if not all(
            isinstance(word, str) and len(word) <= 200 and word.isprintable()
            for word in words.values()
        ):
            raise ValueError(say("its head is no text"))
        digests = [words["digest"], words["alike"], words["replayed"] or words["digest"]]
        if not all(map(is_digest, digests)):
            raise ValueError(say("its digest is none"))
        return cls(**words, asking=asking, libraries=libraries)


def is_digest(text: object) -> bool:
    """Is this a SHA-256 in lower-case hex?"""
    return isinstance(text, str) and _HEX.fullmatch(text) is not None
