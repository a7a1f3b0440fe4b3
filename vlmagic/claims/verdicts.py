"""How a rule ends: right, wrong with the true value, or in silence.

This room refuses to choose: whatever lies between right and wrong is silence.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from . import Verdict
from .measure import Silent, near, pixel
from .numbers import Quantity
from .said import Said
from .subjects import Line, Subjects


class Found(NamedTuple):
    """A verdict and what is true."""

    verdict: Verdict
    truth: str = ""


def told(line: Line, number: Quantity, truth: float, where: str = "") -> Found:
    """A number beside the true one."""
    text = f"{truth:.6g}" + (f" ({where})" if where else "")
    return decided(near(line, number, truth), text)


def decided(held: bool | None, truth: str = "") -> Found:  # noqa: FBT001 - three values
    """Right, wrong, or unchecked for None."""
    if held is None:
        return Found("unchecked")
    return Found("right" if held else "wrong", truth)


def every(*found: Found) -> Found:
    """Right if every part is; wrong if one is."""
    verdicts = [one.verdict for one in found]
    if "wrong" in verdicts:
        wrong = [one.truth for one in found if one.truth and one.verdict == "wrong"]
        return Found("wrong", "; ".join(dict.fromkeys(wrong)))
    if "unchecked" in verdicts or not verdicts:
        return Found("unchecked")
    return Found("right", "; ".join(dict.fromkeys(one.truth for one in found if one.truth)))


def line_of(said: Said, subjects: Subjects) -> Line:
    """The one series that is meant; `Silent` if that is open."""
    if len(said.lines) == 1:
        return said.lines[0]
    only = subjects.only
    if said.lines or only is None or not only.series.whole or only.series.summary:
        raise Silent
    return only


def beside(line: Line, subjects: Subjects) -> list[Line]:
    """All series on the same axes, each with its numbers; `Silent` if one has none."""
    found = [one for one in subjects.lines if one.axes is line.axes]
    if any(not one.series.whole or one.series.summary for one in found):
        raise Silent
    return found


def blur(line: Line) -> float:
    """The worth of one pixel where it is worth most."""
    return max(pixel(line.axes.up, y) for y in line.series.y)


_LESS_IS_BETTER = re.compile(r"loss|error|latency|duration|perplexity|rmse|mse|mae\b|cost|time|损失|误差|延迟|耗时|时间|成本|错误", re.IGNORECASE)  # fmt: skip
_MORE_IS_BETTER = re.compile(r"accura|score|precision|recall|\bf1\b|\bauc\b|throughput|revenue|sales|profit|/s\b|per second|fps|准确率|得分|分数|销售|收入|利润|吞吐|精度", re.IGNORECASE)  # fmt: skip


def better_is_more(line: Line) -> bool:
    """Which way is better on its axis; `Silent` where its label does not say."""
    label = f"{line.axes.up.label} {line.axes.title}"
    less, more = _LESS_IS_BETTER.search(label), _MORE_IS_BETTER.search(label)
    if bool(less) == bool(more):
        raise Silent
    return bool(more)
