"""How to point, told to models whose own way is documented nowhere.

Qwen3-VL counts from 0 to 1000 by itself, Qwen2.5-VL in pixels; QVQ is told. This room refuses to
speak where nobody asked for places.
"""

from __future__ import annotations

import re

from vlmagic.catalog import find

_ASKED = re.compile(
    r"\b(?:box(?:es)?|bbox\w*|bounding|point_2d|coordinates?|locate|localize|mark where|point(?:ing)? (?:at|to|out))\b"
    r"|框|坐标|定位|标出",
    re.IGNORECASE,
)
_TOLD = frozenset({"qvq"})
HOW = (
    'Write places as JSON: {"bbox_2d": [left, top, right, bottom], "label": "..."} for a box, '
    '{"point_2d": [x, y], "label": "..."} for a point, all numbers from 0 to 1000 along the '
    "picture's width and height."
)

HOW_IN_CHINESE = (
    '位置请写成 JSON：方框为 {"bbox_2d": [左, 上, 右, 下], "label": "..."}，点为 {"point_2d": [x, y], '
    '"label": "..."}，所有数值均以图片宽、高的 0 到 1000 计。'
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def how_to_point(prompt: str, model: str) -> str:
    """What to add to a question that asks for places, in its language; nothing for other models."""
    known = find(model)
    told = known is not None and known.family in _TOLD and _ASKED.search(prompt)
    if not told:
        return ""
    return HOW_IN_CHINESE if _CHINESE.search(prompt) else HOW
