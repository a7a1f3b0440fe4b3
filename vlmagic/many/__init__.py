"""Many questions at once: rows of words and pictures in, rows with Results out.

    Task        one row's question; its pictures are looked at when its turn comes
    Wishes      what all rows have in common: settings, parameters, schema, how many at once, where
    begin(tasks, wishes) -> MapResult, none of its rows asked yet
    MapResult   the rows and their Results; `retry()` asks whatever has no good answer yet

`batch.map` and `%%vlreason --each` are the doors to it. This room refuses to decide anything about
a single question: `question` does, for a row as for a cell.
"""

from __future__ import annotations

from .drive import begin
from .pace import Pace
from .rows import MapInterrupted, MapResult, Row
from .task import Task, Wishes

__all__ = ["MapInterrupted", "MapResult", "Pace", "Row", "Task", "Wishes", "begin"]
