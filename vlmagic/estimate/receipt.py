"""What leaves the machine, in one line a picture or a text in its place; and amounts of money in words.

This room refuses control characters: a title comes from the figure, and may hold anything.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vlmagic.catalog import find
from vlmagic.images import Picture as Sent
from vlmagic.images import Text, Video
from vlmagic.language import say

from . import words

if TYPE_CHECKING:
    from vlmagic.request import Request

    from . import Estimate, Picture

_SIGNS = {"CNY": "¥", "USD": "$"}
_LONGEST_TITLE = 60


def receipt(request: Request, estimate: Estimate, texts: Sequence[Text] = ()) -> list[str]:
    """One line for each picture: `@12.1 "Loss" matplotlib 640×480 → 302 tokens · 24 kB`.

    Then one for each text in the place of one: `df table 24×3 → 310 tokens · 1.2 kB as text`.
    """
    model = find(request.model)
    family = model.family if model else None
    seen = zip(request.images, estimate.pictures, strict=True)
    return [
        *(_line(image, picture) for image, picture in seen),
        *(_text_line(text, family, exact=estimate.text_exact) for text in texts),
    ]


def _text_line(text: Text, family: str | None, *, exact: bool) -> str:
    title = f'"{_clean(text.title)}"' if text.title else ""
    if text.size is None:
        what = [_clean(text.label), title, text.origin, say("facts")]
    else:
        size = "×".join(map(str, text.size))
        if text.original is not None:
            size = say(
                "{size} (of {original})", size=size, original="×".join(map(str, text.original))
            )
        what = [_clean(text.label), title, say("table {size}", size=size)]
    counted = words.count(text.body, family)[0]
    tokens = say("{tokens} tokens", tokens=f"{'' if exact else '≈ '}{counted:,}")
    weight = _kilobytes(len(text.body.encode("utf-8", "replace")))
    return f"{' '.join(filter(None, what))} → {tokens} · {say('{size} as text', size=weight)}"


def _line(image: Sent, picture: Picture) -> str:
    title = f'"{_clean(image.title)}"' if image.title else ""
    size = "" if image.url is not None else f"{image.width}×{image.height}"
    if image.original is not None:
        size = say("{size} (of {original})", size=size, original="×".join(map(str, image.original)))
    if isinstance(image, Video) and image.frames:
        seconds = f"{image.seconds:.1f}".removesuffix(".0")
        size = say(
            "{size}, {count} frames of {seconds} s",
            size=size,
            count=len(image.frames),
            seconds=seconds,
        )
    tokens = f"{'' if picture.exact else '≈ '}{picture.tokens:,}"
    if not picture.tokens:
        sent = [say("went along before")]
    elif image.url is None:
        weight = image.size if isinstance(image, Video) else len(image.data)
        sent = [say("{tokens} tokens", tokens=tokens), _kilobytes(weight)]
    else:
        sent = [say("at most {tokens} tokens", tokens=tokens), say("fetched by the service")]
    if image.facts:
        sent.append(
            say("facts {size}", size=_kilobytes(len(image.facts.encode("utf-8", "replace"))))
        )
    origin = "" if image.url is not None and image.origin == "url" else image.origin
    address = _address(image.url) if image.url and image.url not in image.label else ""
    what = " ".join(
        part for part in (_clean(image.label), title, origin, size, _clean(address)) if part
    )
    return f"{what} → {' · '.join(sent)}"


def _address(url: str) -> str:
    """Where a picture is fetched, without what may be secret in its address."""
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}"


def _clean(text: str) -> str:
    """One line without control characters, and not endless."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST_TITLE else line[: _LONGEST_TITLE - 1] + "…"


def _kilobytes(size: int) -> str:
    kilobytes = size / 1000
    return f"{kilobytes:.0f} kB" if kilobytes >= 10 else f"{max(kilobytes, 0.1):.1f} kB"


def money(amount: float, currency: str) -> str:
    """An amount for people: `¥0.0013`, `¥0.276`, `¥1.15`; never rounded to nothing."""
    sign = _SIGNS.get(currency, f"{currency} ")
    if amount <= 0:
        return f"{sign}0"
    if amount < 1e-6:
        return f"< {sign}0.000001"
    if amount >= 1:
        return f"{sign}{amount:,.2f}"
    digits = 3 if amount >= 0.1 else 2
    places = digits - 1 - math.floor(math.log10(amount))
    whole, _, fraction = f"{amount:.{places}f}".partition(".")
    return f"{sign}{whole}.{fraction.rstrip('0'):0<2}"
