"""A formula as statements: `a = b < c`, alternatives (`x = 2` or `x = 3`), rows and arrows between.

This room refuses to judge; an expression that the grammar cannot read is kept with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from .calculus import Known
from .grammar import Parser
from .node import Node, Unclear, signs, sym
from .tokens import Token, tokens

RELATIONS = frozenset({"=", "<", ">", "\\le", "\\ge", "\\ne", "\\approx"})
_ARROWS = frozenset({"\\Rightarrow", "\\Leftrightarrow", "\\therefore"})
_OR = frozenset({"or", "或", "或者"})
_AND = frozenset({"and", "且", "和", "", ".", ","})
_SO = re.compile(r"so|then|thus|hence|therefore|所以|因此|故|则|即|得|得到|于是", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Side:
    """One expression of a statement: its tree, or why there is none, and its place."""

    node: Node | None
    reason: str
    start: int
    end: int


@dataclass(slots=True)
class Statement:
    """Expressions with relations between them; `sides[0]` is None where it goes on from before."""

    sides: list[Side | None]
    relations: list[str]
    arrow: bool = False
    """Whether an arrow (or "so") leads to it."""
    row: int = 0
    reason: str = ""
    """Why nothing in it can be judged."""
    others: list[Statement] = field(default_factory=list)
    """Alternatives: `or`, and the two signs of ±."""

    @property
    def start(self) -> int:
        """Where it begins in the answer."""
        return next((one.start for one in self.sides if one), 0)

    @property
    def end(self) -> int:
        """Where it ends in the answer."""
        return next((one.end for one in reversed(self.sides) if one), 0)


def statements(text: str, offset: int, known: Known) -> list[Statement]:
    """The statements of a formula. `Unclear` if not even its tokens are known."""
    found: list[Statement] = []
    row, arrow, alternative, blocked = 0, False, False, ""
    for piece, cut in _split(tokens(text, offset)):
        if piece:
            one = _statement(piece, known)
            one.row, one.arrow, one.reason = row, arrow, one.reason or blocked
            if alternative and found:
                found[-1].others.append(one)
            else:
                found.append(one)
            arrow = alternative = False
        if cut is None:
            break
        if cut.kind == "row":
            row, blocked = row + 1, ""
        elif cut.text in _ARROWS or (
            cut.kind == "text" and _SO.fullmatch(cut.text.strip(" ,，:："))
        ):
            arrow = True
        elif cut.text in _OR:
            alternative = True
        elif cut.text not in _AND and cut.text not in ",;":
            blocked = "text"
    return _alternatives(found)


def _split(found: Sequence[Token]) -> Iterator[tuple[list[Token], Token | None]]:
    """Pieces between rows, arrows, commas and words, each with the token that ended it."""
    piece: list[Token] = []
    depth = 0
    for at, token in enumerate(found):
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind == "amp":
            continue
        outside = depth <= 0
        word = token.kind == "text" and not _is_name(found, at)
        cuts = token.kind == "row" or token.text in _ARROWS or token.text in (",", ";") or word
        if token.kind == "row" or (outside and cuts):
            yield piece, token
            piece = []
        elif token.text == "\\because":
            continue
        else:
            piece.append(token)
    while piece and piece[-1].text in (".", ":"):
        piece.pop()
    yield piece, None


def _is_name(found: Sequence[Token], at: int) -> bool:
    r"""`\text{Area}` alone on one side names a quantity."""
    if _SO.fullmatch(found[at].text) or found[at].text in _OR or found[at].text in _AND:
        return False
    before = found[at - 1].text if at else "\\\\"
    after = found[at + 1] if at + 1 < len(found) else None
    starts = before in ("\\\\", ",") or (at > 0 and before in _ARROWS)
    return starts and after is not None and (after.text in RELATIONS or after.kind == "amp")


def _statement(piece: Sequence[Token], known: Known) -> Statement:
    sides: list[Side | None] = []
    relations: list[str] = []
    part: list[Token] = []
    depth = 0
    for token in [*piece, None]:
        if token is not None:
            depth += (token.kind == "open") - (token.kind == "close")
        if token is None or (depth <= 0 and token.text in RELATIONS):
            sides.append(_side(part, known) if part else None)
            part = []
            if token is not None:
                relations.append(token.text)
        else:
            part.append(token)
    broken = any(one is None for one in sides[1:])
    return Statement(sides, relations, reason="syntax" if broken else "")


def _side(part: Sequence[Token], known: Known) -> Side:
    start, end = part[0].start, part[-1].end
    if len(part) == 1 and part[0].kind == "text":
        return Side(sym(part[0].text), "", start, end)
    try:
        return Side(_euler(Parser(part, known.functions, known.symbols).whole()), "", start, end)
    except Unclear as unclear:
        return Side(None, str(unclear), start, end)
    except RecursionError:
        return Side(None, "deep", start, end)


def _alternatives(found: list[Statement]) -> list[Statement]:
    """`x_1 = 2, x_2 = 3` and `x = 2, x = 3` are alternatives of one statement about x."""
    kept: list[Statement] = []
    for one in found:
        before = kept[-1] if kept and kept[-1].row == one.row and not one.arrow else None
        name = _solved(before) if before else None
        if before and name is not None and name == _solved(one):
            before.others.append(one)
        else:
            kept.append(one)
    return kept


def _euler(node: Node) -> Node:
    """The e of e^x is Euler's number; that of e^2 and of a bare e may be a letter."""
    args = tuple(_euler(one) for one in node.args)
    if node.op == "pow" and args[0] == sym("e") and args[1].op != "num":
        args = (Node("const", name="e"), args[1])
    return replace(node, args=args) if args else node


def _solved(one: Statement) -> str | None:
    """The unknown that a statement of the form `x = …` or `x_1 = …` gives."""
    if len(one.sides) < 2 or one.sides[0] is None or one.relations[0] != "=":
        return None
    node = one.sides[0].node
    return base(node.name) if node is not None and node.op == "sym" else None


def base(name: str) -> str:
    """The letter of `x_1` and `x_2`, which number the values of one unknown."""
    letter, _, label = name.partition("_")
    return letter if label.isdigit() else name


def equations(one: Statement) -> list[tuple[Node, Node]]:
    """(left, last right) of a statement and its alternatives, ± written out; `Unclear` if it cannot be."""
    found: list[tuple[Node, Node]] = []
    for each in (one, *one.others):
        if any(relation != "=" for relation in each.relations) or len(each.sides) < 2:
            raise Unclear("relation")
        left, right = each.sides[0], each.sides[-1]
        if left is None or right is None or left.node is None or right.node is None:
            raise Unclear("syntax")
        lefts, rights = signs(left.node), signs(right.node)
        if len(lefts) > 1 and len(rights) > 1:
            raise Unclear("sign")
        found.extend((a, b) for a in lefts for b in rights)
    return found
