"""Text for places that know no markup: control characters become pictures of themselves."""

from __future__ import annotations

_C0 = {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)}
_C1 = {code: f"<{code:02X}>" for code in range(0x80, 0xA0)}
_BIDI = {
    code: f"<U+{code:04X}>"
    for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
_SYMBOLS: dict[int, int | str] = {**_C0, **_C1, **_BIDI, 0x7F: 0x2421}
_CONTROLS: dict[int, int | str] = {**_C0, 0x7F: 0x2421}


def plain(text: str) -> str:
    """The text as a terminal may print it: nothing in it can move, colour, reverse or ring.

    C0 except newline and tab, DEL, C1 and the bidirectional controls are shown as symbols; each
    character stands for itself, so a text may be cut anywhere and the pieces shown one by one.
    """
    return whole(text).translate(_SYMBOLS)


def whole(text: str) -> str:
    """The text without lone surrogates, which no encoding can write; a split pair is joined."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def lines(text: str) -> str:
    """The text as Markdown is read: newlines are LF, other controls are symbols, all is UTF-8."""
    return whole(text.replace("\r\n", "\n").replace("\r", "\n")).translate(_CONTROLS)
