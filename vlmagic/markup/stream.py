"""The live view piece by piece: a finished block is sent once, only the last one is drawn again.

Law, for every text and every cutting: all appended blocks and the tail of `finish()`, joined, are
`render_html` of the whole. A block that another one follows on a whole line is final (parser.py).
Cost is linear: a tail is read again only when enough new text has come to pay for it, and only the
part of its HTML that differs is sent. This room refuses to know how updates travel.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .fragment import sanitise, unsafe_html
from .parser import blocks
from .plain import lines

_CREDIT = 8
"""Characters of tail that may be read again for each new character."""
_CALM = 6_000
"""Up to this length a tail waits for its next reading instead of showing raw text."""
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)")
_SURROGATES = ("\ud800", "\udbff")


@dataclass(frozen=True, slots=True)
class Update:
    """What changed in the view. `append`: finished blocks, in order, before the tail.

    The new tail is the first `keep` UTF-16 units of the old `tail` and `add` after them; `grow` is
    plain text (not HTML) to put at the end of its innermost last element, until the next tail
    brings it as markup. `tail` is the whole tail, for a view that starts now.
    """

    append: list[str]
    tail: str
    keep: int
    add: str
    grow: str = ""


class Incremental:
    """Markdown that is still being written, as HTML that is sent once. Not thread-safe."""

    def __init__(self) -> None:
        self._source = ""
        self._waiting: list[str] = []
        self._held = ""
        self._credit = 0
        self._shown = ""
        self._fence: re.Pattern[str] | None = None
        self._grown = 0
        self.html: list[str] = []
        """All finished blocks so far: with the tail, what a view that starts now must show."""

    def feed(self, piece: str) -> Update:
        """Take more text; the update shows it, its unfinished end calm.

        An empty piece is a pause: what waits for its next reading is read.
        """
        piece = self._held + piece
        self._held = ""
        if piece and (piece[-1] == "\r" or _SURROGATES[0] <= piece[-1] <= _SURROGATES[1]):
            piece, self._held = piece[:-1], piece[-1]
        paused = not piece and any(self._waiting)
        self._waiting.append(piece)
        self._credit += _CREDIT * len(piece)
        size = len(self._source) + sum(map(len, self._waiting))
        ended = self._fence is not None and self._fence.search("\n" + "".join(self._waiting))
        if self._credit >= size or ended or paused:
            self._credit = 0
            return self._read(calm=True)
        if self._fence is None and size < _CALM:
            return Update([], self._shown, _units(self._shown), "")
        new = "".join(self._waiting)
        grow, self._grown = new[self._grown :], len(new)
        return Update([], self._shown, _units(self._shown), "", lines(grow))

    def finish(self) -> Update:
        """The end of the text, as it is: nothing is made calm. More may be fed all the same."""
        self._waiting.append(self._held)
        self._held = ""
        return self._read(calm=False)

    def _read(self, *, calm: bool) -> Update:
        self._grown = 0
        self._source += "".join(self._waiting)
        self._waiting.clear()
        append: list[str] = []
        whole = self._source.replace("\r\n", "\n").replace("\r", "\n")
        end = whole.rfind("\n") + 1
        finished = blocks(whole[:end])[:-1] if end else []
        if finished:
            append = [sanitise(unsafe_html(block)) for block in finished]
            last = finished[-1]
            rows = last.line + last.source.count("\n") + 1
            self._source = whole = whole.split("\n", rows)[rows]
            self.html.extend(append)
        opening = _FENCE.match(whole)
        self._fence = None
        if opening and not (opening[1][0] == "`" and "`" in opening[2]):
            mark = re.escape(opening[1])
            self._fence = re.compile(rf"\n {{0,3}}{mark}{re.escape(opening[1][0])}*[ \t]*\n")
        shown = settle(whole) if calm else whole
        html = sanitise("".join(unsafe_html(block) for block in blocks(shown)))
        same = "" if append else _common(self._shown, html)
        self._shown = html
        return Update(append, html, _units(same), html[len(same) :])


def _common(one: str, other: str) -> str:
    """The beginning that two texts share; found by halves, since comparing is cheap."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return one[:low]


def _units(text: str) -> int:
    """Its length as JavaScript counts."""
    return len(text.encode("utf-16-le")) // 2


_TOKEN = re.compile(
    r"\\[()\[\]]|\\.|(?P<ticks>`+)|(?P<mark>\*{1,3}|~~)|(?P<dollar>\$\$?)"
    r"|(?P<image>!?)\[(?P<label>[^\[\]\n]*)(?:\](?:\((?P<url>[^()\s]*)?)?)?\Z",
    re.DOTALL,
)
_HALF_LINE = re.compile(
    r"(?:\A|\n) {0,3}(?:[-=]{1,2}|[-+*]|#{1,6}|\d{1,9}[.)]?|`{1,2}|~{1,2}|>|\|) *\Z"
)
_HALF_FORMULA = re.compile(r"\s*(\$\$|\\\[)(.*)\Z", re.DOTALL)
_CLOSING = {"$$": "$$", "\\[": "\\]", "\\(": "\\)"}


def settle(markdown: str) -> str:
    """The unfinished end of a text, calm: what is open is closed or not shown yet.

    A half link is its words, half emphasis is emphasis, half a formula is its source in code, half
    a table head is a table; a line that is only a marker waits until it is more.
    """
    begin = markdown.rfind("\n\n") + 1
    head, last = markdown[:begin], markdown[begin:]
    if _open_fence(markdown):
        return markdown
    formula = _HALF_FORMULA.match(last)
    if formula and _CLOSING[formula[1]] not in formula[2]:
        source = " ".join(formula[2].replace("`", " ").rstrip("$\\").split())
        return f"{head}\n`{source}`" if source else head
    last = _HALF_LINE.sub("", last)
    if re.match(r"\s*\|", last):
        last = _table(last)
    return head + _closed(last)


def _open_fence(markdown: str) -> bool:
    rail = ""
    for line in markdown.split("\n"):
        found = re.match(r"[ >]*(?:[-*+] +|\d+[.)] +)?(`{3,}|~{3,})", line)
        if not found:
            continue
        if not rail:
            rail = found[1]
        elif found[1].startswith(rail) and not line.strip(" >" + rail[0]):
            rail = ""
    return bool(rail)


def _table(last: str) -> str:
    """Half a head, or a head with half a rule under it, as a table with that head."""
    rows = last.strip("\n").split("\n")
    if len(rows) > 2 or (len(rows) == 2 and not re.fullmatch(r"[\s|:-]*", rows[1])):
        return last
    cells = [cell for cell in rows[0].strip().strip("|").split("|") if cell.strip()]
    if not cells:
        return ""
    return f"\n| {' | '.join(cells)} |\n|{'---|' * len(cells)}\n"


def _closed(last: str) -> str:
    """The last paragraph, its open delimiters closed in their order."""
    opened: list[tuple[str, int]] = []
    at = 0
    while found := _TOKEN.search(last, at):
        text, at = found[0], found.end()
        inside = opened[-1][0] if opened and opened[-1][0][0] in "`$\\" else ""
        if inside:
            if text == _CLOSING.get(inside, inside):
                opened.pop()
        elif found["label"] is not None:
            last = last[: found.start()] + found["label"]
            break
        elif text in ("\\(", "\\[") or found["ticks"]:
            opened.append((text, found.start()))
        elif found["dollar"]:
            if len(text) == 2 or re.match(r"[^\s\d$]|\Z", last[at : at + 1]):
                opened.append((text, found.start()))
        elif found["mark"]:
            if opened and opened[-1][0] == text:
                opened.pop()
            elif at == len(last) or not last[at].isspace():
                opened.append((text, found.start()))
    for mark, position in reversed(opened):
        rest = last[position + len(mark) :].rstrip()
        if not rest.strip():
            last = last[:position]
        elif mark[0] in "$\\":
            last = f"{last[:position]}`{rest.replace('`', ' ')}`"
        else:
            last = last.rstrip() + mark
    return last
