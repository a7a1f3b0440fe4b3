"""Tables as text: whole rows of CSV, as many as go along. This room refuses to cut within a row."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from vlmagic.errors import ImageError
from vlmagic.language import say

from .drawn import Drawn, problem
from .kinds import library_of

_MOST_ROWS = 200
_MOST_TABLE = 20_000


def table(obj: Any) -> Drawn | None:
    """A frame or a series of pandas or polars; None for their other objects."""
    frame = getattr(obj, "data", obj) if type(obj).__name__ == "Styler" else obj
    if not hasattr(frame, "shape") or not hasattr(frame, "head"):
        return None
    if not hasattr(frame, "to_csv") and hasattr(frame, "to_frame"):
        frame = frame.to_frame()
    rows = int(frame.shape[0])
    columns = int(frame.shape[1]) if len(frame.shape) > 1 else 1

    def written(count: int) -> str:
        shown = frame.head(count)
        return str(shown.write_csv() if hasattr(shown, "write_csv") else shown.to_csv())

    def length(count: int) -> int:
        return len(written(count))

    try:
        sent = bisect_right(range(min(rows, _MOST_ROWS) + 1), _MOST_TABLE, key=length) - 1
        text = written(max(0, sent))
    except Exception as error:
        raise ImageError(
            say("This table cannot be written as CSV: {problem}", problem=problem(error)),
            say("Give the columns that matter: df[['a', 'b']]."),
        ) from error
    if sent < min(1, rows):
        raise ImageError(
            say("A row of this table is longer than {limit} characters.", limit=_MOST_TABLE),
            say("Give the columns that matter: df[['a', 'b']]."),
        )
    notices = [say("A table goes as text (CSV), not as a picture.")]
    if sent < rows:
        notices.append(say("Of {rows} rows only the first {sent} go along.", rows=rows, sent=sent))
    return Drawn(
        text=text,
        origin=library_of(obj),
        size=(sent, columns),
        original=(rows, columns) if sent < rows else None,
        notices=tuple(notices),
    )
