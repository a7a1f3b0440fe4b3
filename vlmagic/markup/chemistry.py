r"""`\ce{…}` in the words of plain LaTeX, so that every reader of formulas can show it.

mhchem is not loaded everywhere, and its arrows hold `<` and `>`, which saved Markdown may not.
Formulas, charges, isotopes, states, arrows and bonds are rewritten; this room refuses to balance.
"""

from __future__ import annotations

import re

_GROUP = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
_COMMAND = re.compile(r"\\ce\s*" + _GROUP)
_ARROWS = {
    "<=>": "rightleftharpoons",
    "<->": "leftrightarrow",
    "<-": "leftarrow",
    "->": "rightarrow",
}
_PART = re.compile(
    r"\s*(?P<arrow><=>|<->|<-|->)(?:\[(?P<over>[^\[\]]*)\])?(?:\[(?P<under>[^\[\]]*)\])?\s*"
    r"|(?P<mark>[\^_])(?:\{(?P<held>[^{}]*)\}|(?P<bare>\d*[+-]|\d+))"
    r"|(?<=[A-Za-z)\]}])(?P<count>\d+)"
    r"|(?<=[A-Za-z0-9)\]}])(?P<charge>[+-])(?=\s|$|\))"
    r"|(?<=\s)(?P<state>[v^])(?=\s|$)"
    r"|(?<=[A-Za-z0-9)\]])(?P<bond>[=#])(?=[A-Za-z])"
    r"|(?P<dot>\s*[.*]\s*)(?=\d*[A-Z])"
    r"|(?P<plus>\s+\+\s+)"
)


def plain_chemistry(tex: str) -> str:
    r"""The formula with each `\ce{…}` as upright letters with indices; other LaTeX stays."""
    return _COMMAND.sub(lambda found: rf"\mathrm{{{_PART.sub(_written, found[1])}}}", tex)


def _written(found: re.Match[str]) -> str:
    if found["arrow"]:
        arrow = rf"\{_ARROWS[found['arrow']]}"
        if found["over"]:
            arrow = rf"\overset{{{_PART.sub(_written, found['over'])}}}{{{arrow}}}"
        if found["under"]:
            arrow = rf"\underset{{{_PART.sub(_written, found['under'])}}}{{{arrow}}}"
        return rf"\;{arrow}\;"
    if found["mark"]:
        return f"{found['mark']}{{{found['held'] or found['bare']}}}"
    if found["count"]:
        return f"_{{{found['count']}}}"
    if found["charge"]:
        return f"^{{{found['charge']}}}"
    if found["state"]:
        return r"\downarrow " if found["state"] == "v" else r"\uparrow "
    if found["bond"]:
        return "=" if found["bond"] == "=" else r"{\equiv}"
    return r"\cdot " if found["dot"] else " + "
