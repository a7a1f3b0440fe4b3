"""A clause sorted: who, where, how much, and the letters of what is said.

A number belongs to the word before it ("from 3", "by 2", "in 2020"); where its part is open, it
may be a place or a value (`maybe`). This room refuses to look anything up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from .clauses import Clause, Item
from .measure import Silent
from .numbers import Quantity
from .subjects import Line


@dataclass
class Said:
    """A clause sorted."""

    lines: list[Line] = field(default_factory=list)
    places: dict[str, list[Item]] = field(default_factory=dict)
    """By the word before: "" for plain, f from, t to."""
    numbers: dict[str, list[Quantity]] = field(default_factory=dict)
    """The same; b by, * times."""
    maybe: list[Item] = field(default_factory=list)
    counts: list[float] = field(default_factory=list)
    others: Quantity | None = None
    """What is said of the second of two: `lower than South's 700`."""
    spanned: bool = False
    """Whether a number stands behind "between": it is a value or a place."""
    rank: int = 0
    verbs: str = ""
    inherited: bool = False
    """Whether its place is the one that the sentence opened with."""
    reaching: bool = False
    """Whether its verb may speak of a peak: `reaches`."""
    later: bool = False
    """Whether it goes on from what was said before: `then`."""
    local: bool = False
    """Whether its extreme may be one of several: `peaks`, `bottoms out`."""
    own: bool = False
    """Whether its extreme is the series' own: `its peak`, not `the highest of them`."""

    def number(self, role: str = "") -> Quantity | None:
        """The one number of a role; `Silent` if there are several."""
        found = self.numbers.get(role, [])
        if len(found) > 1:
            raise Silent
        return found[0] if found else None

    def place(self, role: str = "") -> Item | None:
        """The one place of a role; `Silent` if there are several."""
        found = self.places.get(role, [])
        if len(found) > 1:
            raise Silent
        return found[0] if found else None

    def value(self) -> Quantity | None:
        """The one plain number, be it behind `at` or not; `Silent` if there are several."""
        number = self.number()
        if not self.maybe:
            return number
        if number is not None or len(self.maybe) > 1:
            raise Silent
        return self.maybe[0].number

    def none_but(self, places: str = "", numbers: str = "") -> None:
        """`Silent` where there is a place or a number in any other role than these."""
        allowed = [set(places.replace("-", "")), set(numbers.replace("-", ""))]
        for roles, held, plain in (
            (allowed[0], self.places, "-" in places),
            (allowed[1], self.numbers, "-" in numbers),
        ):
            if {role for role, found in held.items() if found} - (
                roles | ({""} if plain else set())
            ):
                raise Silent


_OWN = frozenset(
    "peak peaks peaked peaking maximum max maxima minimum min minima trough troughs bottom bottoms bottomed bottoming "  # noqa: SIM905
    "maximal 峰值 最大值 最高值 最高点 顶点 峰 高峰 最高峰 见顶 谷值 最小值 最低值 最低点 谷底 低谷 见底".split()
)


@dataclass
class Context:
    """What a clause may lean on: what its sentence has said before."""

    line: Line | None = None
    opened: Item | None = None
    """The place that the sentence opened with: `In April, …`."""
    last: Item | None = None
    """The last place that a value or an extreme was said of."""
    valued: Item | None = None
    """The place of the value that was said just before."""
    span: tuple[int, int, int] | None = None
    """(series, first, last) of the last trend, as places among all series and points."""
    lines: list[Line] = field(default_factory=list)
    """All series that the sentence has named, each once."""
    rises: bool = True
    """Which way the last trend went, as it was said."""
    reached: tuple[int, int] | None = None
    """(series, point) that the last claim led to."""
    rank: int = 0
    """How many have been named from the top."""


_REACHING = frozenset(
    "reach reaches reached reaching hit hits hitting attains attained achieves achieved scored scores 达到 达 到达 达到了 高达".split()  # noqa: SIM905
)


_LOCAL = re.compile("peak|trough|bottom|峰|高峰|谷|低谷|顶点|见")


class Reader:
    """One clause read from left to right."""

    def __init__(self, clause: Clause) -> None:
        self.items = clause.items
        self.said = Said()
        self.phase = self.role = ""
        self.about = self.on_axis = self.between = self.points = self.latin = False

    def read(self) -> Said:
        """Who, where, how much. `Silent` where a number's part is open."""
        for at, item in enumerate(self.items):
            self._item(at, item)
        return self.said

    def _item(self, at: int, item: Item) -> None:
        letter, said = item.letter, self.said
        before = self.items[at - 1] if at else None
        after = self.items[at + 1].letter if at + 1 < len(self.items) else ""
        counted = before is not None and before.letter in "N#"
        if letter == "S" and item.line is not None:
            said.lines.append(item.line)
            self.role = ""
            self._step()
        elif letter in "CD" or (letter == "N" and self._is_place(item)):
            if letter == "N" and after == "x" and not self.on_axis:
                raise Silent  # "in 3 epochs"
            said.places.setdefault(self.phase, []).append(item)
            self._step()
            self._free()
        elif letter == "N" and item.number is not None:
            if after in ("M", "m") and self.items[at + 1].text.isascii():
                raise Silent  # "3 peaks"
            self._number(at, item, item.number, after)
        elif letter == "#" and item.number is not None:
            if after == "*":
                said.numbers.setdefault("*", []).append(item.number)
            elif after not in "clpxu" or not after:
                raise Silent
            else:
                said.counts.append(item.number.value)
        elif letter == "x":
            self.on_axis = after == "N" or (after in ("V", "~") and after != "" and not counted)
        elif letter in "ft":
            self.phase, self.role, self.between = letter, "", False
        elif letter in "bai":
            self.role = self.role if letter == "a" and self.role == "i" else letter
        elif letter == "w":
            self.phase, self.between = "f", True
        elif letter == "~":
            self.about = True
        elif letter == "s":
            said.later = True
        elif letter == "p" and self.points:
            self.points = False
        elif letter in "clpu" and not counted:
            return  # "the curves cross": nothing is counted
        else:
            self._verb(item, before, after)

    def _number(self, at: int, item: Item, plain: Quantity, after: str) -> None:
        said = self.said
        then = self.items[at + 2].letter if at + 2 < len(self.items) else ""
        if after == "x" and then != "N":
            raise Silent  # "the top 3 months"
        if after == "p" and (set(said.verbs) & set("d><gG") or plain.value != int(plain.value)):
            plain, after, self.points = replace(plain, unit="pp"), "", True  # "5.7 points"
        said.spanned = said.spanned or self.between
        number = plain.about() if self.about else plain
        after_two = "[><gG]h?$" if self.latin else "[><gG]h$"
        compared = re.search(after_two, said.verbs) and self.items[at - 1].letter in "SC"
        if compared and at and self.role != "b":
            said.others = number
        elif after == "*":
            said.numbers.setdefault("*", []).append(number)
        elif after in "clpu" and after:
            said.counts.append(number.value)
        elif self.role == "a" and not (
            number.unit
            or number.percent
            or number.scale != 1
            or ("V" in said.verbs[-2:] and not set(said.verbs) & set("MmX"))
        ):
            said.maybe.append(item)
        else:
            said.numbers.setdefault("b" if self.role == "b" else self.phase, []).append(number)
        self._step()
        self._free()

    def _verb(self, item: Item, before: Item | None, after: str) -> None:
        letter, said = item.letter, self.said
        if letter == "F" and item.text in ("falls", "fell") and set(said.verbs) & set("Mm"):
            letter = "V"  # "the peak falls in July"
        if letter == "T" and before is not None and before.number is not None and before.number.percent:  # fmt: skip
            letter = "H"  # "25% of the total"
        if letter == "*" and item.number is not None:
            said.numbers.setdefault("*", []).append(item.number)
        if item.text == "sign" and after == "N":
            raise Silent  # "<= 1M" is no sentence
        if letter == "2":
            said.rank = int(item.text)
        said.verbs += letter
        self.latin = item.text.isascii()
        if letter == "V" and self.between and set(said.verbs) & set("dBWMm") and not said.places:
            self.phase, self.between = "", False  # "between the highest and the lowest is 5"
        said.reaching = said.reaching or item.text in _REACHING
        said.local = said.local or (letter in "Mm" and _LOCAL.match(item.text) is not None)
        if letter in "Mm" and item.text in _OWN:
            said.own = True
        if letter in "RF":
            self.phase = "t" if item.text.endswith(("到", "至")) else self.phase
            by = item.text.endswith((" of", " by", "为")) or item.text[:2] in ("增幅", "涨幅", "降幅", "跌幅")  # fmt: skip
            self.role = "b" if by else ""
        elif letter == "V" and {"f", "t"} <= set(said.places):
            self.phase = ""  # "the growth from Q1 to Q4 is 5 %"
        elif letter in "MmX><kegGBWT2":
            self.role = ""
        self.on_axis = self.on_axis and letter == "V"

    def _step(self) -> None:
        if self.between:
            self.phase, self.between = ("t", True) if self.phase == "f" else ("", False)

    def _free(self) -> None:
        self.role, self.about, self.on_axis = "", False, False

    def _is_place(self, item: Item) -> bool:
        """Whether a number says where and not how much: `epoch 12`, `in 2020`."""
        number = item.number
        if self.on_axis:
            return True
        said = self.said
        if self.between and {"f", "t"} <= set(said.numbers):
            return True  # "from 38 to 24 between 2015 and 2021"
        if self.phase == "t" and number is not None and not (number.unit or number.percent):
            first = said.places.get("f", [])
            if first and first[-1].letter == "N" and "f" not in said.numbers and not self.role:
                return True  # "between epoch 3 and 5"
        return self.role == "i" and number is not None and not number.percent and not number.unit


def read(clause: Clause) -> Said:
    """A clause sorted. `Silent` where a number's part is open."""
    return Reader(clause).read()
