"""Is it the same question? And if not: which recording is nearest, and what differs.

`Request.digest()` decides. A figure drawn by another version of its library has other pixels and
the same data; `alike` is the digest in which such figures are equal. This room refuses to guess:
anything else is another question.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vlmagic.images import Picture, Video
from vlmagic.language import say
from vlmagic.request import FACTS_OPEN, Request

from .drawn import data_digest, drawn_by
from .scrub import Scrub

_SHOWN = 80
"""Characters of a value in a comparison."""


def alike(request: Request) -> str:
    """SHA-256 (hex) of the question with every figure known by all its data and text.

    A picture without such a digest is known by its pixels. The facts that are sent are part of the
    figure, so they do not count apart, but whether any are sent does.
    """
    parts = request.parts()
    parts["text"] = request.prompt
    parts["images"] = [_known(image) for image in request.images]
    for turn, asked in zip(parts["history"], request.history, strict=True):
        turn["images"] = [_known(image) for image in asked.images]
        turn["text"] = asked.text.partition(f"\n\n{FACTS_OPEN}\n")[0]
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _known(image: Picture) -> list[str]:
    if known := data_digest(image):
        return ["data", known, "facts" if image.facts else ""]
    return ["pixels", image.digest]


def sketch(request: Request, scrub: Scrub) -> dict[str, Any]:
    """The question for human eyes and for comparing: scrubbed, without what was not wished."""
    parts = request.parts()
    del parts["text"], parts["images"], parts["history"]
    kept = {name: value for name, value in parts.items() if value not in (None, {}, False)}
    found: dict[str, Any] = {"model": kept.pop("model"), "prompt": request.prompt, **kept}
    found |= {"thinking": False} if request.thinking is False else {}
    if request.images:
        found["images"] = [_picture(image) for image in request.images]
    if request.history:
        found["history"] = [
            {"role": turn.role, "text": turn.text, "images": [_picture(i) for i in turn.images]}
            | ({"thinking": turn.thinking} if turn.thinking else {})
            for turn in request.history
        ]
    return dict(scrub.data(found))


def _picture(image: Picture) -> dict[str, Any]:
    label = image.label.replace("\\", "/").rpartition("/")[2] or image.label
    found = {
        "label": label,
        "title": image.title,
        "size": [image.width, image.height],
        "digest": image.digest,
        "data": data_digest(image),
        "frames": len(image.frames) if isinstance(image, Video) else 0,
        "facts": image.facts,
        "by": drawn_by(image),
    }
    return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which a recording is of another question."""

    field: str
    recorded: str
    now: str

    def __str__(self) -> str:
        return say(
            "{field}: recorded {recorded}, now {now}",
            field=self.field,
            recorded=self.recorded,
            now=self.now,
        )


def differences(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    """What differs, field by field, in the order of the question; the labels of pictures do not count."""
    found: list[Difference] = []
    for name in dict.fromkeys((*now, *recorded)):
        before, after = recorded.get(name), now.get(name)
        if name == "images":
            found += _pictures(_list(before), _list(after))
        elif before != after:
            found.append(Difference(name, *_shown(before, after)))
    return found


def _pictures(before: Sequence[Any], after: Sequence[Any]) -> Iterator[Difference]:
    if len(before) != len(after):
        yield Difference(say("pictures"), str(len(before)), str(len(after)))
        return
    for number, (old, new) in enumerate(zip(before, after, strict=True), start=1):
        if not isinstance(old, dict):
            yield Difference(say("picture {number}", number=number), _short(old), _named(new))
            continue
        same_data = old.get("data") == new.get("data")
        if old.get("digest") != new.get("digest") or not same_data:
            what = say("picture {number}", number=number)
            if old.get("data") and same_data:
                what = say("pixels of picture {number}", number=number)
            elif old.get("data") and new.get("data"):
                what = say("data of picture {number}", number=number)
            yield Difference(what, _named(old), _named(new))
        elif old.get("facts") != new.get("facts"):
            what = say("facts of picture {number}", number=number)
            yield Difference(what, *_shown(old.get("facts"), new.get("facts")))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _named(picture: Mapping[str, Any]) -> str:
    size = picture.get("size")
    size = "×".join(map(str, size)) if isinstance(size, list) else "?"
    digest = str(picture.get("data") or picture.get("digest") or "?")
    return f"{_short(picture.get('title') or picture.get('label') or '?')} {size} {digest[:8]}"


def _shown(before: Any, after: Any) -> tuple[str, str]:
    """Two values, cut to where they begin to differ."""
    texts = (_text(before), _text(after))
    if max(map(len, texts)) > _SHOWN:
        start = max(0, _same_begin(*texts) - _SHOWN // 3)
        texts = ("…" * bool(start) + texts[0][start:], "…" * bool(start) + texts[1][start:])
    return _short(texts[0]), _short(texts[1])


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(value: Any) -> str:
    text = "".join(letter if letter.isprintable() else " " for letter in _text(value))
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def nearest(
    recorded: Iterable[tuple[str, Mapping[str, Any]]],
    now: Mapping[str, Any],
) -> tuple[str, list[Difference]] | None:
    """The recording with the fewest differences, the likest prompt among equals; None of none."""
    prompt = str(now.get("prompt"))[:500]
    ranked = [
        (_apart(asked, now), -_alike_ends(str(asked.get("prompt"))[:500], prompt), name, asked)
        for name, asked in recorded
    ]
    if not ranked:
        return None
    *_, name, asked = min(ranked, key=lambda row: row[:3])
    return name, differences(asked, now)


def _apart(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> int:
    return sum(recorded.get(name) != now.get(name) for name in {*recorded, *now})


def _alike_ends(one: str, other: str) -> int:
    """How many characters two texts share at their beginning and at their end."""
    begin = _same_begin(one, other)
    return begin + _same_begin(one[begin:][::-1], other[begin:][::-1])


def _same_begin(one: str, other: str) -> int:
    shorter = min(len(one), len(other))
    return next((at for at in range(shorter) if one[at] != other[at]), shorter)
