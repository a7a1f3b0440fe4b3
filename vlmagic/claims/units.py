"""Units, by their one name, whatever they are written as.

A unit that the figure does not use is no number of this figure. This room refuses to convert:
metres are never compared with feet, nor degrees with degrees of another kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SAME = (
    "°c|℃|° c|degrees celsius|celsius|degrees|degree|摄氏度|度|°|º", "°f|fahrenheit|degrees fahrenheit|华氏度",
    "$|usd|us$|dollars|dollar|美元", "€|eur|euros|euro|欧元", "£|gbp|英镑", "¥|cny|rmb|yuan|元|人民币",
    "kg|kilograms|kilogram|千克|公斤", "g|grams|gram|克", "t|tons|tonnes|ton|tonne|吨", "mg|毫克",
    "m|metres|meters|metre|meter|米", "km|kilometres|kilometers|公里|千米", "cm|centimetres|centimeters|厘米", "mm|millimetres|millimeters|毫米",
    "s|sec|secs|seconds|秒", "ms|milliseconds|毫秒", "min|minutes|分钟", "h|hrs|hours|小时",
    "分", "ppm", "ppb", "units|unit|件|单位", "people|persons|inhabitants|人|人口", "users|user|用户", "visits|次|人次",
    "mph", "km/h", "kwh|千瓦时|度电", "mwh", "gwh", "twh", "gw", "mw", "kw", "w|watts|瓦", "v|volts|伏", "a|amperes|安", "hz", "khz", "mhz", "ghz",
    "gb", "mb", "kb", "tb", "pa", "hpa", "kpa", "mpa", "db", "l|litres|liters|升", "ml", "ug/m3|µg/m³|μg/m³|µg/m3|微克/立方米",
    "pp|percentage points|percentage point|个百分点|百分点", "images/s|images per second", "fps", "bpm", "rpm",
)  # fmt: skip
_NAMES = {word: group.partition("|")[0] for group in _SAME for word in group.split("|")}
_AFTER = re.compile(
    r"\s?(?P<unit>"
    + "|".join(
        re.escape(word) + (r"(?![A-Za-z0-9])" if word[-1].isascii() and word[-1].isalnum() else "")
        for word in sorted(_NAMES, key=len, reverse=True)
    )
    + ")",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?P<sign>[-−]\s?)?(?P<unit>(?:us)?[$€£¥])\s?(?=\d)", re.IGNORECASE)
_INSIDE = re.compile(r"[(（\[]\s*([^()（）\[\]]{1,24})\s*[)）\]]")
_SCALES = re.compile(
    r"^(?:in\s+)?(thousands?|millions?|billions?|trillions?|bn|mn|百万|十亿|千万|万亿|万|亿|千|k(?=[$€£¥])|(?<![a-z])m(?=[$€£¥])|(?<=[$€£¥])[kmb]\b)?\s*(?:of\s+)?",
    re.IGNORECASE,
)
_FACTORS = {
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "bn": 1e9, "mn": 1e6, "k": 1e3, "m": 1e6, "b": 1e9,
    "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "十亿": 1e9, "万亿": 1e12,
}  # fmt: skip


def name(text: str) -> str:
    """The one name of a unit; in small letters if it is none that is known here."""
    plain = text.strip().lower()
    return _NAMES.get(plain, plain)


def after(answer: str, at: int, own: Iterable[str]) -> tuple[str, int]:
    """(unit, its end) of the number that ends at `at`; the figure's own spellings come first."""
    for word in own:
        for gap in ("", " "):
            found = gap + word
            if answer[at : at + len(found)].lower() == found.lower():
                rest = answer[at + len(found) : at + len(found) + 1]
                if not (rest.isalnum() and rest.isascii() and word[-1].isalnum()):
                    return name(word), at + len(found)
    match = _AFTER.match(answer, at)
    if match is None or (len(match["unit"]) == 1 and match["unit"].isalpha() and match["unit"].isascii() and answer[at].isspace()):  # fmt: skip
        return "", at  # "in 2020 a …" is no current
    return name(match["unit"]), match.end()


def before(answer: str, at: int, end: int) -> tuple[str, int, bool]:
    """(unit, where the number starts, whether a minus stands before) of a currency's sign."""
    match = _BEFORE.match(answer, at, end)
    return (name(match["unit"]), match.end(), bool(match["sign"])) if match else ("", at, False)


def of_label(label: str) -> tuple[str, float]:
    """(unit, factor) that an axis's label gives; "" if it says nothing."""
    inside = _INSIDE.findall(label)
    if not inside:
        plain = name(label)
        return (plain if label.strip().lower() in _NAMES else ""), 1.0
    text = inside[-1].strip()
    for sign in "$€£¥":  # "$M" is "M$"
        if re.fullmatch(rf"\{sign}\s?(?:k|m|b|bn|mn)", text, re.IGNORECASE):
            text = text[1:].strip() + sign
    scale = _SCALES.match(text)
    factor, rest = 1.0, text
    if scale and scale[1]:
        factor = _FACTORS.get(scale[1].lower().removesuffix("s"), 1.0)
        rest = text[scale.end() :]
    elif re.fullmatch(r"(?:bn|mn|[kKMB])[$€£¥]", text):
        factor, rest = _FACTORS[text[:-1].lower()], text[-1]
    return name(rest), factor


def spellings(label: str) -> list[str]:
    """How a label itself writes its unit."""
    inside = [text.strip() for text in _INSIDE.findall(label)]
    return [text for text in inside if text and not text[0].isdigit()]
