"""The reading of a chart in words: what the facts say, in English or Chinese.

Labels and places come from the request, so they are shown as code spans that they cannot leave.
This room refuses to compute: `reading` has done so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .reading import Curve, Point, Reading, brief

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LETTERS = re.compile(r"[A-Za-z]")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_MOST_ROWS = 8


def chinese(text: str) -> bool:
    """Is this asked in Chinese? A Chinese character weighs as much as three letters."""
    return 3 * len(_CHINESE.findall(text)) > len(_LETTERS.findall(text))


def code(text: str, most: int = 60) -> str:
    """Foreign text as a code span that it cannot leave, nor break a table with."""
    flat = " ".join(text.split()) or "-"
    flat = flat if len(flat) <= most else flat[: most - 1] + "…"
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", flat)), default=0))
    pad = " " if "`" in flat else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}".replace("|", "\\|")


def place(x: str) -> str:
    """Where a value stands: a number as it is, anything else as foreign text."""
    return x if re.fullmatch(r"-?[\d,.]+(e[+-]?\d+)?", x) else code(x, 24)


class Tongue:
    """The language of one question."""

    def __init__(self, question: str) -> None:
        self.question = question
        self.zh = chinese(question)

    def t(self, english: str, chinese_: str) -> str:
        """The one or the other."""
        return chinese_ if self.zh else english


class Telling(Tongue):
    """One reading, told for one question."""

    def __init__(self, question: str, reading: Reading) -> None:
        super().__init__(question)
        self.reading = reading

    def thought(self) -> Iterator[str]:
        """Paragraphs of thinking."""
        lead = self.t("Exact figures came along.", "请求附带了图表的精确数据。")
        if self.reading.titles:
            names = "”, “".join(title[:60] for title in self.reading.titles[:4])
            lead += self.t(f" Titles: “{names}”.", f"标题：“{names}”。")
        yield lead
        for curve in self.reading.curves[:_MOST_ROWS]:
            name = curve.label[:60]
            yield self.t(
                f"“{name}” has {curve.n} values. It begins with {brief(curve.first.y)} at "
                f"{curve.first.x} and ends with {brief(curve.last.y)} at {curve.last.x}. Its "
                f"highest value is {brief(curve.top.y)} at {curve.top.x}, its lowest "
                f"{brief(curve.bottom.y)} at {curve.bottom.x}.",
                f"“{name}”有 {curve.n} 个值，从 {curve.first.x} 处的 {brief(curve.first.y)} 开始，"
                f"到 {curve.last.x} 处的 {brief(curve.last.y)} 结束。最高 {brief(curve.top.y)}"
                f"（在 {curve.top.x}），最低 {brief(curve.bottom.y)}（在 {curve.bottom.x}）。",
            )
        if len(self.reading.curves) > 1:
            yield self.t(
                "Do they cross? I subtract one from the other and look for changes of sign.",
                "它们是否相交？两两相减，找符号变化的位置。",
            ) + (" ".join(self._crossings(plain=True)) or self.t(" There are none.", "没有交点。"))

    def chart(self) -> Iterator[str]:
        """Paragraphs of an answer: a heading, a table, a list."""
        curves = self.reading.curves
        if not curves and not self.reading.clouds:
            return
        yield self.t("### What your chart says", "### 您的图表说明了什么")
        if curves:
            head = self.t(
                "| series | n | first | last | highest | lowest | trend |",
                "| 序列 | 个数 | 起点 | 终点 | 最高 | 最低 | 趋势 |",
            )
            rows = [head, "|---|--:|--:|--:|--:|--:|---|"]
            for curve in curves[:_MOST_ROWS]:
                cells = (
                    code(curve.label, 40),
                    str(curve.n),
                    brief(curve.first.y),
                    brief(curve.last.y),
                    self._at(curve.top),
                    self._at(curve.bottom),
                    self._trend(curve),
                )
                rows.append(f"| {' | '.join(cells)} |")
            yield "\n".join(rows)
        bullets = [
            *self._asked_places(),
            *self._jumps(),
            *self._crossings(plain=False),
            *self._compared(),
            *self._clouds(),
        ]
        if bullets:
            yield "\n".join(f"- {bullet}" for bullet in bullets)

    def _at(self, point: Point) -> str:
        return f"{brief(point.y)} @ {place(point.x)}"

    def _trend(self, curve: Curve) -> str:
        if not curve.ordered:
            return "–"
        names = {
            "rises": self.t("rises", "上升"),
            "falls": self.t("falls", "下降"),
            "level": self.t("level", "持平"),
            "peaks": self.t("rises, then falls", "先升后降"),
            "dips": self.t("falls, then rises", "先降后升"),
        }
        text = names[curve.trend]
        if curve.first.y and curve.change:
            text += f" ({curve.change / abs(curve.first.y):+.0%})"
        return text

    def _asked_places(self) -> Iterator[str]:
        """What stands at the numbers that the question names."""
        for number in list(dict.fromkeys(_NUMBER.findall(self.question)))[:3]:
            for curve in self.reading.curves[:_MOST_ROWS]:
                found = curve.around(float(number)) if curve.ordered else None
                if found is None:
                    continue
                before, here, after = found
                path = " → ".join(brief(p.y) for p in (before, here, after) if p is not None)
                places = " → ".join(place(p.x) for p in (before, here, after) if p is not None)
                yield self.t(
                    f"You ask about {number}: around it {code(curve.label)} goes "
                    f"**{path}** (at {places}).",
                    f"您问到 {number}：{code(curve.label)} 在其附近为 **{path}**（位于 {places}）。",
                )

    def _jumps(self) -> Iterator[str]:
        for curve in self.reading.curves[:_MOST_ROWS]:
            if curve.ordered and curve.jump is not None:
                low, high = curve.jump
                yield self.t(
                    f"Largest step of {code(curve.label)}: from {brief(low.y)} at {place(low.x)} to "
                    f"{brief(high.y)} at {place(high.x)} ({high.y - low.y:+.4g}).",
                    f"{code(curve.label)} 变化最大的一步：从 {place(low.x)} 处的 {brief(low.y)} 到 "
                    f"{place(high.x)} 处的 {brief(high.y)}（{high.y - low.y:+.4g}）。",
                )

    def _crossings(self, *, plain: bool) -> Iterator[str]:
        for one, other, places in self.reading.crossings():
            shown = str if plain else place
            where = ", ".join(f"{shown(point.x)} ({brief(point.y)})" for point in places)
            names = [f"“{c.label[:60]}”" if plain else code(c.label) for c in (one, other)]
            yield self.t(
                f" {names[0]} and {names[1]} cross near {where}.",
                f"{names[0]} 与 {names[1]} 在 {where} 附近相交。",
            ).removeprefix("" if plain else " ")

    def _compared(self) -> Iterator[str]:
        curves = [curve for curve in self.reading.curves if curve.ordered]
        if len(curves) > 1:
            high = max(curves, key=lambda c: c.top.y)
            end = max(curves, key=lambda c: c.last.y)
            yield self.t(
                f"Of all series {code(high.label)} reaches the highest value, "
                f"{brief(high.top.y)} at {place(high.top.x)}; at the end {code(end.label)} is the "
                f"highest, with {brief(end.last.y)}.",
                f"各序列中 {code(high.label)} 达到的值最高（{place(high.top.x)} 处的 {brief(high.top.y)}）；"
                f"终点最高的是 {code(end.label)}（{brief(end.last.y)}）。",
            )
        for curve in self.reading.curves:
            if not curve.ordered and curve.bottom.y > 0 and curve.n > 1:
                ratio = brief(curve.top.y / curve.bottom.y)
                yield self.t(
                    f"In {code(curve.label)}, {code(curve.top.x)} is {ratio} times "
                    f"{code(curve.bottom.x)}.",
                    f"{code(curve.label)} 中，{code(curve.top.x)} 是 {code(curve.bottom.x)} 的 {ratio} 倍。",
                )

    def _clouds(self) -> Iterator[str]:
        for cloud in self.reading.clouds[:_MOST_ROWS]:
            text = self.t(
                f"{code(cloud.label)}: {cloud.n} points", f"{code(cloud.label)}：{cloud.n} 个点"
            )
            if cloud.r is not None:
                text += self.t(
                    f", correlation $r = {cloud.r:.3g}$", f"，相关系数 $r = {cloud.r:.3g}$"
                )
            yield text + self.t(".", "。")
