"""Text -> reference, by shape alone. This room refuses to evaluate and to look at the disk."""

from __future__ import annotations

import ast
import difflib
import keyword
import re
import warnings
from dataclasses import replace
from pathlib import PurePath
from urllib.parse import urlsplit

from vlmagic.errors import CellError
from vlmagic.language import say

from .forms import (
    IMAGE_SUFFIXES,
    VIDEO_SUFFIXES,
    Attachment,
    Attribute,
    Clipboard,
    DataURL,
    Item,
    Key,
    Name,
    Open,
    Part,
    Place,
    Reference,
    Remote,
    Shown,
    Slice,
    Step,
    Variable,
)
from .written import scrubbed

_QUOTES = "\"'"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_SHOWN = re.compile(r"@(\d+)(?:\.(\d+)(?:-(\d+))?)?")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_DIGITS = r"\d+(?:_\d+)*"
_BOUND = (
    rf"[+-]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?\d+)?"
    r"""|"[^"]*"|'[^']*'"""
)
_KEY = re.compile(
    rf"""\s*(?:(?P<slice>(?P<start>{_BOUND})?\s*:\s*(?P<stop>{_BOUND})?(?:\s*:\s*(?P<step>-?\d+)?)?)"""
    r"""|(?P<int>-?\d+)"""
    r"""|(?P<str>"[^"]*"|'[^']*')|(?P<name>[^\W\d]\w*))\s*(?P<end>[\],])""",
)
_NAME = re.compile(r"[^\W\d]\w*")


def end_of(text: str, start: int = 0) -> int:
    """Where the reference that begins at `start` ends: the next blank outside quotes and brackets.

    Quotes count at the beginning, after a `:` of an @-reference, and inside brackets; a backslash
    is a letter like any other, so Windows paths and `d["a b"]` stay whole.
    """
    depth, quote, at = 0, "", start
    while at < len(text):
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in _QUOTES and (
            at == start or depth or (text[start] == "@" and text[at - 1] == ":")
        ):
            quote = char
        elif char.isspace() and not depth:
            break
        elif char in "[]":
            depth = max(0, depth + (1 if char == "[" else -1))
        at += 1
    return at


def parse(text: str) -> Reference:
    """The one reference that `text` is; CellError says what it could have meant."""
    text = text.strip()
    if not text.strip(_QUOTES) and len(text) in (0, 2):
        raise CellError(
            say("A picture reference is empty."),
            say("Write a variable, a path, a URL, or @last."),
        )
    if text[0] in _QUOTES:
        return _quoted(text)
    if text[0] == "@":
        return _at(text)
    addressed = _addressed(text, text)
    if addressed is not None:
        return addressed
    if _is_path(text):
        return _place(text, text)
    return _variable(text) or _refused(text)


def _quoted(text: str) -> Reference:
    inner = text[1:-1]
    if len(text) < 2 or text[-1] != text[0] or text[0] in inner:
        raise CellError(
            say("The quotes in {text} do not match.", text=text),
            say("One reference per -i; a quoted path ends with the quote it began with."),
        )
    return _addressed(text, inner) or _place(text, inner)


def _place(text: str, path: str) -> Place:
    return Place(text, path, pattern=any(sign in path for sign in "*?["))


def _addressed(text: str, inner: str) -> Reference | None:
    """A reference that begins with a scheme: URL, data URL, file URL."""
    lower = inner.lower()
    if lower.startswith("data:"):
        return DataURL(text)
    if lower.startswith("file://"):
        from urllib.request import url2pathname  # brings http and ssl along

        address = urlsplit(inner)
        if address.netloc not in ("", "localhost"):
            raise CellError(
                say("{text} is a file on another machine.", text=text),
                say("Copy the file to where the kernel runs, and write its path."),
            )
        return Place(text, url2pathname(address.path))
    if lower.startswith(("http://", "https://", "oss://")):
        return Remote(text, inner)
    scheme = _SCHEME.match(inner)
    if scheme:
        raise CellError(
            say(
                "{scheme} addresses cannot be looked at: {text}",
                scheme=scheme[0],
                text=scrubbed(text),
            ),
            say("Give a path, an https:// or an oss:// address."),
        )
    return None


def _at(text: str) -> Reference:
    head, part = _parted(text)
    found = _named_by_sign(head)
    if part is None:
        return found
    if not isinstance(found, (Shown, Open)):
        raise CellError(
            say("{text}: only figures have parts.", text=text), say("Give the whole picture.")
        )
    return replace(found, text=text, part=part)


def _parted(text: str) -> tuple[str, Part | None]:
    """An @-reference and the part that is meant of it: the brackets at its end, full of slices."""
    at = text.rfind("[")
    keys, end = _keys(text, at) if at > 0 and text[-1] == "]" else ((), 0)
    slices = [key for key in keys if isinstance(key, Slice)]
    if end != len(text) or not 0 < len(slices) == len(keys) <= 2:
        return text, None
    return text[:at], Part(text[at:], *slices)


def _named_by_sign(text: str) -> Reference:
    word, colon, name = text[1:].partition(":")
    if len(name) > 1 and name[0] in _QUOTES and name[-1] == name[0]:
        name = name[1:-1]
    if colon and name:
        if word == "fig":
            return Open(text, int(name) if name.isdecimal() else name)
        if word == "md":
            return Attachment(text, name)
        if word == "title":
            return Shown(text, title=name)
    plain: dict[str, Reference] = {
        "last": Shown(text, back=1),
        "all": Shown(text, newest=0),
        "gcf": Open(text),
        "open": Open(text, every=True),
        "md": Attachment(text),
        "clip": Clipboard(text),
    }
    if word in plain and not colon:
        return plain[word]
    number = re.fullmatch(r"@(-|all)([1-9]\d*)", text)
    if number:
        count = int(number[2])
        return Shown(text, back=count) if number[1] == "-" else Shown(text, newest=count)
    shown = _SHOWN.fullmatch(text)
    if shown:
        cell, first, last = (int(group) if group else None for group in shown.groups())
        if first is None or (first >= 1 and (last is None or last >= first)):
            return Shown(text, cell=cell, first=first, last=last or first)
    if "," in text:
        raise CellError(*_one_each(text))
    near = difflib.get_close_matches(word, [*plain, "fig:3"], 1, 0.5)
    raise CellError(
        say("{text} is no reference.", text=text),
        (say("Did you mean @{near}?", near=near[0]) + " " if near else "")
        + say(
            'There are @last @-2 @12 @12.2 @12.1-3 @title:"Loss" @all @all3 @gcf @open @fig:3 @md @clip.'
        ),
    )


def _is_path(text: str) -> bool:
    """Whether the shape alone says path: a suffix, a separator, a wildcard, a `~` or a drive."""
    head = text.partition("[")[0]
    return (
        PurePath(text).suffix.lower() in IMAGE_SUFFIXES | VIDEO_SUFFIXES
        or text[0] in "~./\\"
        or bool(_DRIVE.match(text))
        or any(sign in head for sign in "/\\?")
        or ("*" in head and ("." in head or head.endswith("*")))
    )


def _variable(text: str) -> Variable | None:
    name = _NAME.match(text)
    if not name or keyword.iskeyword(name[0]):
        return None
    steps: list[Step] = []
    at = name.end()
    while at < len(text):
        attribute = _NAME.match(text, at + 1) if text[at] == "." else None
        if attribute:
            steps.append(Attribute(attribute[0]))
            at = attribute.end()
            continue
        keys, at = _keys(text, at)
        if not keys:
            return None
        only = keys[0]
        if len(keys) > 1:
            steps.append(Item(keys))
        else:
            steps.append(only if isinstance(only, Slice) else Item(only))
    return Variable(text, name[0], tuple(steps))


def _keys(text: str, at: int) -> tuple[tuple[Key, ...], int]:
    """The keys in the brackets that open at `at`, and where these end; none if they are none."""
    keys: list[Key] = []
    while match := _KEY.match(text, at + 1) if text[at] in "[," else None:
        keys.append(_key(match))
        at = match.end() - 1
        if match["end"] == "]":
            return tuple(keys), at + 1
    return (), at


def _key(match: re.Match[str]) -> Key:
    if match["slice"] is not None:
        step = match["step"]
        return Slice(_bound(match["start"]), _bound(match["stop"]), int(step) if step else None)
    if match["int"] is not None:
        return int(match["int"])
    return match["str"][1:-1] if match["str"] is not None else Name(match["name"])


def _bound(text: str | None) -> int | float | str | None:
    if text is None or text[0] in _QUOTES:
        return text and text[1:-1]
    return float(text) if set(text) & set(".eE") else int(text)


def _refused(text: str) -> Reference:
    """An expression is refused with the way out; anything else can only be a file's name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree: ast.expr | None = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        tree = None
    if isinstance(tree, ast.Tuple):
        raise CellError(*_one_each(text))
    if isinstance(tree, ast.Constant) and type(tree.value) is int:
        raise CellError(
            say("{text} is a number, not a picture.", text=text),
            say("Write @{text} for what In[{text}] has shown.", text=text),
        )
    if tree is None and text.count("[") > text.count("]"):
        raise CellError(
            say("In {text} a bracket is not closed.", text=text),
            say("A reference goes on until its last bracket is closed: d[0], fig[0:10]."),
        )
    if tree is None and "[" not in text and "(" not in text:
        return Place(text, text)
    raise CellError(
        say("{text} is an expression; references are not evaluated.", text=text),
        say(
            "Assign it first: picture = {text}, then -i picture. A file of this name needs quotes.",
            text=text,
        ),
    )


def _one_each(text: str) -> tuple[str, str]:
    return (
        say("{text} is more than one reference.", text=text),
        say("Write one -i for each picture: -i a -i b."),
    )
