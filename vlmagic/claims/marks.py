"""The marks of a checked answer, put into its Markdown: ✓, ✗ with the true value, or ?.

A mark stands behind its clause, outside of formulas and emphasis; several at one place stand side
by side. What is true may hold a name from the figure, so it is escaped. This room refuses to
change a single letter of the answer itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from vlmagic.algebra import Step
from vlmagic.algebra.found import formulas

from . import Claim

_SIGNS = {"right": "✓", "wrong": "✗", "unchecked": "?"}
_CLOSING = "*_`\"'”’）)"


def marked(answer: str, claims: Sequence[Claim], steps: Sequence[Step] = ()) -> str:
    """The answer as Markdown with its marks."""
    ends = (
        [(formula.start, formula.after) for formula in formulas(answer)] if claims or steps else []
    )
    found: dict[int, list[str]] = {}
    every: list[Claim | Step] = [*claims, *steps]
    for one in sorted(every, key=lambda each: each.end):
        place = next((after for start, after in ends if start <= one.end <= after), one.end)
        while place < len(answer) and answer[place] in _CLOSING:
            place += 1
        truth = f" ({_escaped(one.truth)})" if one.verdict == "wrong" and one.truth else ""
        found.setdefault(place, []).append(_SIGNS[one.verdict] + truth)
    parts: list[str] = []
    last = 0
    for place in sorted(found):
        parts += [answer[last:place], " ", " ".join(found[place])]
        last = place
    return "".join([*parts, answer[last:]])


def _escaped(text: str) -> str:
    return "".join(
        "\\" + one if one in "\\`*_[]<>$|~#&!" else one for one in text.replace("\n", " ")
    )
