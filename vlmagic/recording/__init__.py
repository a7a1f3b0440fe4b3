"""Answers kept in files, and played again without the network.

    cabinet(folder).plan(request, mode)   what to do: play, record, both in turn, or neither
    Recorder                              the sink that keeps an answer while it comes
    Replay                                the source that plays it again, in its rhythm
    read                                  a recording, as far as it is whole
    rows, prune, check                    looking after a folder

A recording is a text file of JSON lines (format.py), one for each asking, with its pictures beside
it by their digest. This room refuses HTTP, IPython, and every format that could run code.
"""

from __future__ import annotations

from .cabinet import FOLDER, MODES, Cabinet, Mode, Plan, cabinet
from .check import Finding, check
from .folder import Folder
from .format import Head
from .listing import Row, prunable, prune, rows
from .read import Recording, read
from .replay import Replay
from .write import Recorder

__all__ = [
    "FOLDER",
    "MODES",
    "Cabinet",
    "Finding",
    "Folder",
    "Head",
    "Mode",
    "Plan",
    "Recorder",
    "Recording",
    "Replay",
    "Row",
    "cabinet",
    "check",
    "prunable",
    "prune",
    "read",
    "rows",
]
