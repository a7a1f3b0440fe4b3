"""What belongs together: a number to the clause before, an aside to the word before it.

Two claims that share a verb are taken apart here. This room refuses to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from .clauses import Clause, Item

_PLACING = re.compile(r"V?b?[ai]*(?:[CD]|xN|(?<=[ai])N)x?a?")
_SPANNING = re.compile(r"i?[fw](?:[CD]|x?N)(?:[t&])(?:[CD]|x?N)a?")
_CLAIMS = frozenset("MmkeBWRF2o")
_TIGHT = frozenset("whTHdA/*X><")


def placing(clause: Clause) -> Literal["", "one", "span"]:
    """Whether a clause is only a place, `In 2020`, or a stretch, `From January to July`."""
    letters = clause.letters
    if _SPANNING.fullmatch(letters):
        return "span"
    return "one" if _PLACING.fullmatch(letters) else ""


def merged(found: list[Clause]) -> list[Clause]:
    """`…, reaching 120` and `…, in July` belong to the clause before."""
    kept: list[Clause] = []
    for clause in found:
        before = kept[-1] if kept else None
        if before is not None and (_completes(clause, before) or _places(clause, before)):
            before.items.extend(clause.items)
            before.end = clause.end
        else:
            kept.append(clause)
    return kept


def _completes(clause: Clause, before: Clause) -> bool:
    """A bare number after an extreme, a rank or a place that lacks one."""
    letters = clause.letters
    bare = set(letters) <= set("VNaw~&") and letters.count("N") == 1
    lacks = "N" not in re.sub("x?V?N" if "x" in before.letters else "iN", "", before.letters)
    return bare and lacks and bool(set(before.letters) & set("MmBW2DC")) and not placing(before)


def _places(clause: Clause, before: Clause) -> bool:
    """A place behind a number that lacks one."""
    letters = before.letters
    return placing(clause) == "one" and "N" in letters and not set(letters) & set("DC")


def parts(clause: Clause) -> Iterator[Clause]:
    """`A is 4 and B 5`: each with what it shares with the one before."""
    rest = clause
    while True:
        at = _seam(rest)
        if at is None:
            yield rest
            return
        left, right = rest.items[:at], rest.items[at + 1 :]
        yield rest.of(left)
        rest = rest.of([*_shared(left, right), *right])


def _seam(clause: Clause) -> int | None:
    """Where an "and" joins two claims."""
    for at, item in enumerate(clause.items):
        if item.letter != "&":
            continue
        left = _letters(clause.items[:at])
        right = _letters(clause.items[at + 1 :])
        if set(left + right) & _TIGHT:
            return None
        numbers = "N" in left and "N" in right and (set(right) & set("SCDx") or "iN" in right)
        named = "S" in left and "S" in right and set(left) & set("Mmke") and set(right) & set("NCD")
        if numbers or named:
            return at
    return None


def _shared(left: list[Item], right: list[Item]) -> list[Item]:
    """The items of the left that the right leaves out."""
    there = _letters(right)
    shared: list[Item] = []
    verbless = not set(there) & _CLAIMS
    for at, item in enumerate(left):
        before = left[at - 1].letter if at else ""
        named = item.letter == "S" and "S" not in there and _letters(left).count("S") == 1
        verb = item.letter in _CLAIMS and verbless
        spot = item.letter in "CD" and not set(there) & set("CD") and verbless and "V" not in there
        if (
            item.letter == "N"
            and before == "i"
            and "iN" not in there
            and verbless
            and "V" not in there
        ):
            shared += [left[at - 1], item]
        if named or verb or (spot and before not in "ft" and not set(_letters(left)) & _CLAIMS):
            shared.append(item)
    return shared


def asides(clause: Clause) -> Iterator[Clause]:
    """The clause with its brackets worked in, then those brackets that claim by themselves."""
    plain = [item for item in clause.items if item.letter != "("]
    if not plain:
        yield clause.of(clause.items[0].inside)
        return
    alone: list[Clause] = []
    kept: list[Item] = []
    letters = _letters(plain)
    for item in clause.items:
        if item.letter != "(":
            kept.append(item)
            continue
        inside = _letters(item.inside)
        anchor = kept[-1] if kept else None
        if "?" in inside or "n" in inside:
            kept.append(item)  # nobody knows what it changes
        elif set(inside) <= set("N~V") and inside.count("N") == 1 and anchor is not None:
            number = [one for one in item.inside if one.letter in "N~"]
            if anchor.letter in "CD" and not set(letters) & set("RFd*H"):
                subject = [one for one in plain if one.letter == "S"]
                alone.append(clause.of([*(subject if len(subject) == 1 else []), anchor, *number]))
            elif anchor.letter == "S" and not set(letters) & set("RFd*HMmkeBW"):
                spots = [one for one in plain if one.letter in "CD"]
                if len(spots) == 1:
                    alone.append(clause.of([anchor, *spots, *number]))
            elif anchor.letter in "Mm" and "N" not in letters:
                kept.extend(number)
        elif _fills(inside, letters):
            kept.extend(item.inside)
        elif set(inside) & set("NRFMm"):
            alone.append(clause.of(item.inside))
    yield clause.of(kept)
    yield from alone


def _fills(inside: str, letters: str) -> bool:
    """Whether an aside is the place, or the place and the number, that its clause lacks."""
    if set(letters) & set("CD"):
        return False
    if re.fullmatch(r"[aix]*[CD]|[ai]*xN", inside):
        return True
    return bool(set(inside) & set("ND")) and set(inside) <= set("NDC~Vaix") and "N" not in letters


def _letters(items: list[Item]) -> str:
    return "".join(item.letter[0] for item in items)
