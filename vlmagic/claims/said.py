"""A clause sorted: who, where, how much, and what is said of it.

A number belongs to the word before it ("from 3", "by 2", "in 2020"); a clause that only gives a
place or a value belongs to its neighbour. This room refuses to look anything up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .clauses import Clause, Item
from .measure import Silent
from .numbers import Quantity
from .subjects import Line

_PLACING = re.compile(r"V?[ai]*(?:[CD]|xN|(?<=[ai])N)x?a?")


@dataclass
class Said:
    """A clause sorted: who, where, how much, and the letters of what is said."""

    lines: list[Line] = field(default_factory=list)
    places: dict[str, list[Item]] = field(default_factory=dict)
    """By the word before: "" for plain, f from, t to."""
    numbers: dict[str, list[Quantity]] = field(default_factory=dict)
    """The same; b by, and "@" for `at 12`, which may be a place or a value."""
    maybe: list[Item] = field(default_factory=list)
    verbs: str = ""

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


def merged(found: list[Clause]) -> list[Clause]:
    """`…, reaching 120` and `…，为 120` belong to the clause before."""
    kept: list[Clause] = []
    for clause in found:
        bare = (
            set(clause.letters) <= set("VNaw~&")
            and "N" in clause.letters
            and clause.letters.count("N") == 1
        )
        before = kept[-1] if kept else None
        takes = (
            before is not None
            and set(before.letters) & set("MmDC")
            and "N" not in re.sub("x?V?N" if "x" in before.letters else "iN", "", before.letters)
        )
        placed = _placing(clause)
        if (
            (bare and takes and before is not None)
            or (before is not None and not before.later and _placing(before))
            or (
                placed
                and before is not None
                and "N" in before.letters
                and not set(before.letters) & set("DC")
            )
        ):
            before.items.extend(clause.items)
            before.end = clause.end
        else:
            kept.append(clause)
    return kept


def _placing(clause: Clause) -> bool:
    """`In 2020,` or `At epoch 12,` opens the clause that follows."""
    return bool(_PLACING.fullmatch(clause.letters))


def read(clause: Clause) -> Said:
    """Who, where, how much. `Silent` where a number's part is open."""
    said = Said()
    phase = role = ""
    about = on_axis = between = False
    items = clause.items
    for at, item in enumerate(items):
        letter = item.letter
        before = items[at - 1] if at else None
        after = items[at + 1].letter if at + 1 < len(items) else ""
        counted = before is not None and before.letter == "N"
        if letter == "S" and item.line is not None:
            said.lines.append(item.line)
            role = ""
            if between:
                phase, between = ("t", True) if phase == "f" else ("", False)
        elif letter in "CD" or (letter == "N" and _places(item, role, on_axis=on_axis)):
            said.places.setdefault(phase, []).append(item)
            if between:
                phase, between = ("t", True) if phase == "f" else ("", False)
            role, about, on_axis = "", False, False
        elif letter == "N" and item.number is not None:
            then = items[at + 2].letter if at + 2 < len(items) else ""
            if after == "x" and then != "N":
                raise Silent  # "the top 3 months"
            number = item.number.about() if about else item.number
            value = "V" in said.verbs[-2:] and not set(said.verbs) & set("MmX")
            if role == "a" and not value:
                said.maybe.append(item)
            else:
                said.numbers.setdefault("b" if role == "b" else phase, []).append(number)
            if between:
                phase, between = ("t", True) if phase == "f" else ("", False)
            role, about, on_axis = "", False, False
        elif letter == "x":
            on_axis = after == "N" or (after in ("V", "~") and after != "" and not counted)
        elif letter in "ft":
            phase, role, between = letter, "", False
        elif letter in "bai":
            role = role if letter == "a" and role == "i" else letter
        elif letter == "w":
            phase, between = "f", True
        elif letter == "~":
            about = True
        elif letter == "s":
            raise Silent
        elif letter in "clp" and not counted:
            continue  # "the curves cross": nothing is counted
        elif (
            letter == "T"
            and before is not None
            and before.number is not None
            and before.number.percent
        ):
            continue  # "25% of the total"
        else:
            said.verbs += letter
            if letter in "RF":
                phase = "t" if item.text.endswith(("到", "至")) else phase
            role = "" if letter in "MmRFX><ke" else role
            on_axis = on_axis and letter == "V"
    return said


def _places(item: Item, role: str, *, on_axis: bool) -> bool:
    """Whether a number says where and not how much: `epoch 12`, `in 2020`."""
    return on_axis or (role == "i" and item.number is not None and not item.number.percent)
