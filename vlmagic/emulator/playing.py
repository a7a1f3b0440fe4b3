"""Recordings that the emulator plays instead of its own voice: the same question, the same words.

It reads the lines itself, leniently, and knows a question by its model and its words. This room
refuses to check sums: that is for whoever relies on a recording.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from vlmagic.events import Done, Event, Failed, Notice, from_dict

_MOST = 24 * 2**20
"""Bytes of a file that is read."""


class Playlist:
    """The recordings of a folder (or one file), by question, in the order of their askings."""

    def __init__(self, place: str | Path) -> None:
        path = Path(place).expanduser()
        if not path.exists():
            raise ValueError(f"there are no recordings at {place}")
        found: dict[tuple[str, str], list[tuple[int, str, list[Event]]]] = {}
        for file in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
            if file.stat().st_size <= _MOST and (told := _told(file)) is not None:
                question, asking, made, events = told
                found.setdefault(question, []).append((asking, made, events))
        self._found = {
            question: list({asking: said for asking, _, said in sorted(those, key=lambda t: t[:2])}.values())
            for question, those in found.items()
        }  # fmt: skip
        self._asked: Counter[tuple[str, str]] = Counter()

    def said(self, model: str, prompt: str) -> list[Event] | None:
        """The events of the n-th recording at the n-th asking, the last one ever after; None of none."""
        question = (model, prompt.strip())
        those = self._found.get(question)
        if those is None:
            return None
        self._asked[question] += 1
        return list(those[min(self._asked[question], len(those)) - 1])


def _told(file: Path) -> tuple[tuple[str, str], int, str, list[Event]] | None:
    try:
        lines: list[Any] = [json.loads(line) for line in file.read_bytes().splitlines()]
        head, asked = lines[0], lines[1]["request"]
        if head["format"] != "vlmagic.recording":
            return None
        events = [from_dict(line) for line in lines[2:] if "event" in line]
        question = (str(asked["model"]), str(asked["prompt"]).strip())
        asking, made = int(head["asking"]), str(head["made"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    # Only an answer can be written to the wire; a retry or a failure was vlmagic's own word.
    if not events or not isinstance(events[-1], Done) or any(isinstance(e, Failed) for e in events):
        return None
    return question, asking, made, [e for e in events if not isinstance(e, Notice)]
