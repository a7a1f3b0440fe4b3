"""An answer's text -> the numbers and labels in it that look like boxes and points.

Understood are the objects that the Qwen models write (`{"bbox_2d": [...], "label": "..."}`), lists
of bare boxes, corners with names of their own, and the marks of the first Qwen-VL; with fences, prose around them, comments,
trailing commas, and lists that were cut off, of which the whole objects are kept. This room refuses
to know what the numbers mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_NUMBERS = re.compile(_NUMBER)
_IS = r"""["']?\s{0,20}[:=：]\s{0,20}"""
_KEYS = (
    r"(?:bbox_2d|bbox|bboxes|box_2d|box|boxes|bounding_box|bounding_boxes|坐标"
    r"|point_2d|point|points|points_2d)"
)
_PLACE = re.compile(
    rf"""["']?\b(?P<key>{_KEYS}){_IS}"""
    r"""(?P<list>[\[(][\s\[\](),，\d.eE+"'-]*[\])]|(?P<quote>["'])[\s\[\](),，\d.eE+-]*(?P=quote))""",
    re.IGNORECASE,
)
_KEYED = re.compile(rf"""\b{_KEYS}{_IS}[\[(]?\s{{0,20}}$""", re.IGNORECASE)
"""The end of what stands before an object that is itself the place."""
_CORNERS = [
    [re.compile(rf"""\b{name}{_IS}["']?(?P<number>{_NUMBER})""", re.IGNORECASE) for name in names]
    for names in (
        ("x1", "y1", "x2", "y2"),
        ("x_?min", "y_?min", "x_?max", "y_?max"),
        ("left", "top", "right", "bottom"),
    )
]
_LABEL = re.compile(
    r"""["']?\b(?P<key>label|标签|名称|name|text_content|text|class|category|description|type)"""
    rf"""{_IS}"""
    r"""(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)')""",
    re.IGNORECASE | re.DOTALL,
)
_FIRST, _LAST = ("label", "标签"), ("type",)
_PICTURE = re.compile(
    rf"""["']?\b(?:picture|image|figure|image_index|image_id|img|图片?|图像){_IS}"""
    r"""["']?(?:(?:picture|image|figure|图片?|图像)\s{0,20})?(?P<number>\d{1,9})["']?\s{0,20}(?=[,，}\n]|$)""",
    re.IGNORECASE,
)
_MARKED = re.compile(
    rf"(?:<\|object_ref_start\|>(?P<label>[^<]*)<\|object_ref_end\|>|<ref>(?P<ref>[^<]*)</ref>)?"
    rf"\s{{0,20}}<(?:\|box_start\||box)>\s*\(({_NUMBER}),\s*({_NUMBER})\)\s*,?\s*"
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
    found = [one for thing in _objects(answer) if thing.whole for one in _in_object(thing)]
    found = found or [_marked(match) for match in _MARKED.finditer(answer)]
    if not found and "{" not in answer:
        found = [one for line in answer.splitlines() for one in _in_line(line)]
    if not found and (text := _fenced(answer)).startswith("["):
        for match in _BARE.finditer(text):
            found.append(Found(tuple(map(float, match[1].split(","))), "", None))
    return found[:_MOST]


@dataclass(slots=True)
class _Object:
    """One `{...}` of a text, without those within it."""

    around: _Object | None
    keyed: bool
    """Whether it is the value of a key that names a place."""
    pieces: list[str] = field(default_factory=list)
    whole: bool = False
    text: str = ""
    bare: str = ""
    """The text without labels: these may quote what looks like a box, or a picture's number."""
    picture: int | None = None
    """Its own, or that of what stands around it."""


def _objects(text: str) -> list[_Object]:
    """Every object of a text, outer ones first; braces in quoted words are none."""
    found: list[_Object] = []
    inner: _Object | None = None
    quote, at, since = False, 0, 0
    while at < len(text):
        char = text[at]
        if quote:
            at += char == "\\"
            quote = char not in '"\n'
        elif char == "{":
            before = text[max(since, at - 80) : at]
            if inner is not None:
                inner.pieces.append(text[since:at])
            inner, since = _Object(inner, bool(_KEYED.search(before))), at + 1
            found.append(inner)
        elif char == "}" and inner is not None:
            inner.pieces.append(text[since:at])
            inner.whole = True
            inner, since = inner.around, at + 1
        elif inner is not None:
            quote = char == '"'
        at += 1
    for one in found:
        one.text = "".join(one.pieces)
        one.bare = _LABEL.sub("", one.text)
        said = _PICTURE.search(one.bare)
        outer = one.around.picture if one.around else None
        one.picture = int(said["number"]) if said else outer
    return found


def _in_object(thing: _Object) -> Iterator[Found]:
    places = list(_places(thing.bare)) or list(_corners(thing.bare))
    if not places:
        return
    label = _label(thing.text)
    if not label and thing.keyed and thing.around is not None:
        label = _label(thing.around.text)
    for numbers in places:
        yield Found(numbers, label, thing.picture)


def _in_line(line: str) -> Iterator[Found]:
    """Places that are named without braces around them, as in a list of words."""
    label, bare = _label(line), _LABEL.sub("", line)
    picture = _PICTURE.search(bare)
    for numbers in _places(bare):
        yield Found(numbers, label, int(picture["number"]) if picture else None)


def _places(bare: str) -> Iterator[tuple[float, ...]]:
    """The numbers of what is called a box or a point."""
    for match in _PLACE.finditer(bare):
        numbers = [float(number) for number in _NUMBERS.findall(match["list"])]
        size = 2 if match["key"].lower().startswith("point") else 4
        for at in range(0, len(numbers) - size + 1, size):
            yield tuple(numbers[at : at + size])


def _corners(bare: str) -> Iterator[tuple[float, ...]]:
    """A box whose four numbers have names of their own."""
    for names in _CORNERS:
        found = [match for name in names if (match := name.search(bare))]
        if len(found) == len(names):
            yield tuple(float(match["number"]) for match in found)
            return


def _label(text: str) -> str:
    """What an object is called: by its label first, by its type only where nothing else is said."""
    every = sorted(_LABEL.finditer(text), key=_rank)
    return _unquoted(every[0]) if every else ""


def _rank(match: re.Match[str]) -> int:
    key = match["key"].lower()
    return 0 if key in _FIRST else 2 if key in _LAST else 1


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
