"""The words of a request, apart: the question, and the facts of figures that stand under it.

Facts stand in a block beneath the question, a line a picture; those of a chart that came without
its pixels stand by themselves, under the chart's name. This room refuses to complain: what is not
of the expected form belongs to the question.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from vlmagic.request import FACTS_CLOSE, FACTS_OPEN

_CHART = re.compile(r"\n\n[^\n]{1,200}:\n(?P<facts>\{\"axes\":[^\n]*\})\s*\Z")


def parted(text: str) -> tuple[str, tuple[Mapping[str, Any], ...]]:
    """The question, and the facts that stood under it; unreadable facts are none."""
    before, mark, rest = text.partition(FACTS_OPEN)
    inside, closed, after = rest.rpartition(FACTS_CLOSE)
    if not mark or not closed:
        question, charts = _charts(text)
        return question, tuple(charts)
    question, found = _charts(before)
    for line in inside.splitlines():
        number, _, body = line.partition("] ")
        if number.startswith("[") and (data := _read(body)) is not None:
            found.append(data)
    return (question.strip() + after).strip(), tuple(found)


def _charts(text: str) -> tuple[str, list[Mapping[str, Any]]]:
    """The question, and the facts of the charts that follow it without their pixels."""
    found: list[Mapping[str, Any]] = []
    while (chart := _CHART.search(text)) and (data := _read(chart["facts"])) is not None:
        found.insert(0, data)
        text = text[: chart.start()]
    return text, found


def _read(line: str) -> Mapping[str, Any] | None:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, Mapping) else None
