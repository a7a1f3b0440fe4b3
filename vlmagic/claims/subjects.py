"""What a figure calls things: series, categories, axes. A name is one thing exactly, or nothing.

This room refuses to match by likeness: a name that stands for two things stands for none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vlmagic.facts.data import AxesData, AxisData, FigureData, Series

from . import units
from .words import lexicon

_UNIT = re.compile(r"\s*[(（\[]\s*([^()（）\[\]]{1,24})\s*[)）\]]\s*$|\s*/\s*([A-Za-z°%]{1,8})\s*$")
_SAME = (
    "epoch epochs 轮 轮次 周期 训练轮次", "year years 年 年份", "month months 月 月份", "day days 天 日 日期", "week weeks 周",
    "hour hours 小时", "step steps 步 步数", "iteration iterations 迭代 迭代次数", "time 时间", "date 日期",
    "sales 销量 销售额 销售量", "temperature temperatures 温度 气温", "accuracy 准确率 精度", "loss 损失 损失值", "price prices 价格 股价",
    "revenue revenues 收入 营收", "population 人口", "profit profits 利润", "speed 速度", "count counts 数量 计数", "score scores 分数 得分",
    "rainfall 降雨量 降水量", "city cities 城市", "region regions 地区", "product products 产品", "voltage 电压", "frequency 频率",
    "°c degrees 度 摄氏度 ℃ celsius", "usd $ dollars dollar 美元", "cny ¥ yuan rmb 元", "kg kilograms 千克 公斤", "s seconds second 秒",
    "units 单位 件",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A series with its axes."""

    axes: AxesData
    series: Series
    place: int
    """Its number among all series of all figures."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a phrase stands for: S a series, C a category, x and y an axis; ? two things."""

    letter: Literal["S", "C", "x", "y", "?"]
    line: Line | None = None
    text: str = ""


class Subjects:
    """The names of some figures."""

    def __init__(self, figures: Sequence[FigureData]) -> None:
        self.lines: list[Line] = []
        self.names: dict[str, Name] = {}
        self.spellings: list[str] = []
        """How the figures write their units."""
        self.measures: set[str] = set()
        """The units themselves, and other words for them."""
        self.dated = False
        self.known = lexicon()
        for figure in figures:
            for axes in figure.axes:
                for series in axes.series:
                    self.lines.append(Line(axes, series, len(self.lines)))
        self._series()
        for axes in {id(line.axes): line.axes for line in self.lines}.values():
            self._axes(axes)
        for figure in figures:
            self._words(figure.title, "y")
        phrases = sorted(self.names, key=len, reverse=True)
        self.pattern = (
            re.compile("|".join(map(_bounded, phrases)), re.IGNORECASE) if phrases else None
        )

    @property
    def only(self) -> Line | None:
        """The one series there is, if nothing else is drawn."""
        return self.lines[0] if len(self.lines) == 1 else None

    def found(self, phrase: str) -> Name:
        """What stands at a place that `pattern` matched."""
        if len(phrase) == 1 and phrase not in self.names:
            return Name("?")
        return self.names.get(phrase) or self.names.get(phrase.lower()) or Name("?")

    def _add(self, phrase: str, name: Name) -> None:
        phrase = phrase.strip()
        key = phrase if len(phrase) == 1 else phrase.lower()
        if not key:
            return
        before = self.names.get(key)
        if before is None:
            self.names[key] = name
        elif (
            before == name
            or (before.letter == name.letter and name.letter in "xy")
            or (before.letter == "C" and name.letter == "C")
            or (name.letter in "xy" and before.letter in "SC")
        ):
            return
        else:
            self.names[key] = Name("?")

    def _series(self) -> None:
        for line in self.lines:
            if line.series.kind == "pie":
                for name in line.series.label.split("\n"):
                    self._category(name)
            else:
                self._add(line.series.label, Name("S", line, line.series.label))

    def _category(self, text: str) -> None:
        self._add(text, Name("C", None, text))

    def _axes(self, axes: AxesData) -> None:
        for _, text in axes.across.names:
            self._category(text)
        self.dated = self.dated or axes.across.kind == "date"
        alone = len(axes.series) == 1 and axes.series[0].kind != "pie"
        others = [line for line in self.lines if line.axes is not axes]
        bare = _UNIT.sub("", axes.up.label).strip()
        unlike = all(
            _UNIT.sub("", line.axes.up.label).strip().lower() != bare.lower() for line in others
        )
        if alone and others and unlike and bare:
            line = next(line for line in self.lines if line.axes is axes)
            if not line.series.label or line.series.label.lower() == bare.lower():
                self.names.pop(bare.lower(), None)
                for phrase in _alike(bare):
                    self._add(phrase, Name("S", line, bare))
        self._words(axes.across.label, "x")
        self._words(axes.up.label, "y")
        self._words(axes.title, "y")
        for axis in (axes.across, axes.up):
            self.spellings += units.spellings(axis.label)

    def _words(self, label: str, letter: Literal["x", "y"]) -> None:
        unit = _UNIT.search(label)
        bare = _UNIT.sub("", label)
        for phrase in _alike(bare):
            self._add(phrase, Name(letter, None, phrase))
        if letter == "y":
            for word in re.findall(r"[A-Za-z]{4,}", bare):
                for form in (word, word.removesuffix("s"), word.removesuffix("s") + "ed"):
                    if form.lower() not in self.known:
                        self._add(form, Name("y", None, form))
        self.measures.update(_alike((unit[1] or unit[2]) if unit else ""))
        for phrase in _alike((unit[1] or unit[2]) if unit else ""):
            self._add(phrase, Name("y", None, phrase))


def _alike(phrase: str) -> list[str]:
    found = [phrase]
    for group in _SAME:
        words = group.split()
        if phrase.strip().lower() in words:
            found.extend(words)
    if phrase and phrase[-1].isascii() and phrase[-1].isalpha() and len(phrase) > 3:
        found.append(phrase + "s")
    return found


def _bounded(phrase: str) -> str:
    before = r"(?<![A-Za-z0-9_])" if phrase[0].isascii() and phrase[0].isalnum() else ""
    after = r"(?![A-Za-z0-9_])" if phrase[-1].isascii() and phrase[-1].isalnum() else ""
    return before + re.escape(phrase) + after


def category(axis: AxisData, text: str) -> float | None:
    """The place of a category on an axis."""
    found = [place for place, name in axis.names if name.strip().lower() == text.strip().lower()]
    return found[0] if len(found) == 1 else None
