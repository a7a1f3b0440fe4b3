"""An answer's text -> the numbers and labels in it that look like boxes and points.

Understood are the objects that the Qwen models write (`{"bbox_2d": [...], "label": "..."}`), lists
of bare boxes, and the marks of the first Qwen-VL; with fences, prose around them, comments,
trailing commas, and lists that were cut off, of which the whole objects are kept. This room refuses
to know what the numbers mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_NUMBERS = re.compile(_NUMBER)
_PLACE = re.compile(
    r"""["']?\b(?P<key>bbox_2d|bbox|box_2d|box|bounding_box|point_2d|point|points|points_2d)["']?"""
    r"""\s*[:=]\s*(?P<list>[\[(][\s\[\](),\d.eE+-]*[\])])""",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"""["']?\b(?:label|name|text_content|text|class|category|description|type)["']?\s*[:=]\s*"""
    r"""(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)')""",
    re.IGNORECASE | re.DOTALL,
)
_PICTURE = re.compile(
    r"""["']?\b(?:picture|image|figure|image_index|image_id|img)["']?\s*[:=]\s*["']?(?P<number>\d+)""",
    re.IGNORECASE,
)
_MARKED = re.compile(
    rf"(?:<\|object_ref_start\|>(?P<label>[^<]*)<\|object_ref_end\|>|<ref>(?P<ref>[^<]*)</ref>)?"
    rf"\s*<(?:\|box_start\||box)>\s*\(({_NUMBER}),\s*({_NUMBER})\)\s*,?\s*"
    rf"(?:\(({_NUMBER}),\s*({_NUMBER})\)\s*)?<(?:\|box_end\||/box)>",
)
_BARE = re.compile(rf"\[\s*({_NUMBER}(?:\s*,\s*{_NUMBER}){{3}})\s*\]")
_MOST = 1000


class Found(NamedTuple):
    """Four numbers of a box or two of a point, as they were written."""

    numbers: tuple[float, ...]
    label: str
    picture: int | None
    """Which picture, if the answer says so; counted from 1."""


def find(answer: str) -> list[Found]:
    """All boxes and points of an answer, in its order; at most a thousand."""
    found = [one for text in _objects(answer) for one in _in_object(text)]
    found = found or [_marked(match) for match in _MARKED.finditer(answer)]
    if not found and (text := _fenced(answer)).startswith("["):
        for match in _BARE.finditer(text):
            found.append(Found(tuple(map(float, match[1].split(","))), "", None))
    return found[:_MOST]


def _objects(text: str) -> list[str]:
    """Every whole `{...}` of a text without those within it; braces in quoted words are none."""
    found: list[tuple[int, str]] = []
    open_: list[tuple[int, list[str]]] = []
    quote, at, since = False, 0, 0
    while at < len(text):
        char = text[at]
        if quote:
            at += char == "\\"
            quote = char not in '"\n'
        elif char == "{":
            if open_:
                open_[-1][1].append(text[since:at])
            open_.append((at, []))
            since = at + 1
        elif char == "}" and open_:
            start, pieces = open_.pop()
            found.append((start, "".join([*pieces, text[since:at]])))
            since = at + 1
        elif open_:
            quote = char == '"'
        at += 1
    return [inside for _, inside in sorted(found)]


def _in_object(text: str) -> Iterator[Found]:
    label, picture = _LABEL.search(text), _PICTURE.search(text)
    # A label may quote what looks like a box.
    bare = text if label is None else text[: label.start()] + text[label.end() :]
    for match in _PLACE.finditer(bare):
        numbers = [float(number) for number in _NUMBERS.findall(match["list"])]
        size = 2 if match["key"].lower().startswith("point") else 4
        for at in range(0, len(numbers) - size + 1, size):
            yield Found(
                tuple(numbers[at : at + size]),
                _unquoted(label) if label else "",
                int(picture["number"]) if picture else None,
            )


def _unquoted(match: re.Match[str]) -> str:
    raw = match["double"] if match["double"] is not None else match["single"].replace('"', '\\"')
    try:
        return str(json.loads(f'"{raw}"', strict=False))
    except ValueError:
        return raw


def _marked(match: re.Match[str]) -> Found:
    numbers = tuple(float(number) for number in match.groups()[2:] if number is not None)
    return Found(numbers, (match["label"] or match["ref"] or "").strip(), None)


def _fenced(answer: str) -> str:
    """What stands in the first code fence, else the whole answer."""
    _, fence, rest = answer.partition("```")
    inside = rest.partition("```")[0].partition("\n")[2] if fence else answer
    return inside.strip()
