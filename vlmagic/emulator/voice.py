"""What the emulator says: computed from the request, and introduced as such.

It is no model. Its first sentence, thinking or answering, says so; then come the pictures as they
were measured, the chart as the facts describe it, the question as it was asked, and the way to a
real key. In the language of the question. This room refuses to pretend.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from vlmagic.events import ToolCall

from . import words
from .checks import Asked
from .looking import colours, content_box, in_thousandths
from .pictures import NOMINAL, Picture
from .reading import read
from .schema import instance
from .slips import Sentences
from .telling import Telling, Tongue, code
from .watching import counted, watched

_KEY_PAGE = "https://help.aliyun.com/zh/model-studio/get-api-key"
_POINTING = re.compile(
    r"\b(box(es)?|bbox|bounding|pointing|point (at|to|out)|locate)\b|框|坐标|定位|标出",
    re.IGNORECASE,
)
_MOST_QUOTED = 300


def speak(asked: Asked, slip: str | None = None) -> tuple[str, str, list[ToolCall]]:
    """Thinking, answer and tool calls for a request; the same for the same request.

    `slip`: what it was told to say wrong (`slips.SLIPS`).
    """
    voice = _Voice(asked, slip)
    calls = voice.calls()
    if calls:
        answer = ""
    elif asked.wants_json:
        answer = voice.as_json()
    else:
        answer = voice.answer()
    return (voice.thinking() if asked.thinking else ""), answer, calls


class _Voice(Tongue):
    """One request, in one language."""

    def __init__(self, asked: Asked, slip: str | None) -> None:
        super().__init__(asked.question)
        self.asked = asked
        self.reading = read(asked.facts)
        self.telling = Telling(asked.question, self.reading)
        self.sentences = Sentences(asked.question, self.reading, asked.pictures, slip)

    # -- thinking --------------------------------------------------------------------------

    def thinking(self) -> str:
        asked = " ".join(self.asked.question.split())[:_MOST_QUOTED]
        parts = [
            self.t(
                "I am the vlmagic emulator, not a model: I do not reason, I compute what can be "
                "computed from the request. Let me go through it step by step.",
                "我是 vlmagic 模拟器，不是模型：我不会推理，只计算请求中能够计算的内容。下面一步一步来看。",
            ),
            self.t(f"The question is: “{asked}”.", f"问题是：“{asked}”。")
            + (
                self.t(
                    f" It is number {self.asked.turns} of this conversation.",
                    f"这是本次对话的第 {self.asked.turns} 个问题。",
                )
                if self.asked.turns > 1
                else ""
            ),
            *self._thought_pictures(),
            *self._thought_facts(),
            *self.sentences.thought(),
            self.t(
                "That is all that can be said without a model. I put it together: first that I "
                "am an emulator, then what the chart says, then the pictures and their tokens, "
                "and at the end how to ask a real model.",
                "不借助模型，能说的就是这些。下面整理回答：先说明我是模拟器，再说图表的内容，"
                "然后是图片及其 Token 数，最后说明如何向真正的模型提问。",
            ),
        ]
        return "\n\n".join(parts) + "\n"

    def _thought_pictures(self) -> Iterator[str]:
        if not self.asked.pictures and not self.asked.films:
            yield self.t("No picture came along.", "没有收到图片。")
        for number, picture in enumerate(self.asked.pictures, start=1):
            wide, high = picture.fit
            across, down = wide // picture.factor, high // picture.factor
            start = self.t(f"Picture {number}: ", f"图片 {number}：")
            start += self._looks(picture)
            yield start + self.t(
                f" The service rounds both sides to multiples of {picture.factor}: {wide}×{high}. "
                f"That makes {across}×{down} = {across * down} patches, and 2 marks around them: "
                f"{picture.tokens} tokens.",
                f"服务把两边取整为 {picture.factor} 的倍数：{wide}×{high}，"
                f"即 {across}×{down} = {across * down} 块，再加首尾 2 个标记：{picture.tokens} 个 Token。",
            )
        for film in self.asked.films:
            start = self.t("A video: ", "一段视频：") + watched(film, self)
            yield start + self.t(" ", "") + counted(film, self, self.asked.model.factor)

    def _thought_facts(self) -> Iterator[str]:
        if self.asked.facts:
            yield from self.telling.thought()
        else:
            yield self.t(
                "No exact figures came along, so I can say nothing about the values in it.",
                "请求中没有附带图表数据，所以无法说明其中的数值。",
            )

    # -- answering -------------------------------------------------------------------------

    def answer(self) -> str:
        parts = [
            self.t(
                "**This is the vlmagic emulator, not a model.** No neural network looked at your "
                "request; everything below is computed from it.",
                "**这是 vlmagic 模拟器，不是模型**。没有神经网络看过您的请求，以下内容都由请求本身计算得出。",
            )
        ]
        if _POINTING.search(self.asked.question):
            parts.extend(self._boxes())
        parts.extend(self.telling.chart())
        parts.extend(self.sentences.said())
        parts.extend(self._pictures())
        quoted = code(self.asked.question, _MOST_QUOTED)
        parts.append(
            self.t("### Your question", "### 您的问题")
            + "\n\n"
            + quoted
            + "\n\n"
            + self.t(
                f"A real model can answer it. [Get a key]({_KEY_PAGE}), set `DASHSCOPE_API_KEY` "
                "to it, and leave out the base URL that leads here.",
                f"真正的模型可以回答它：[获取 API Key]({_KEY_PAGE})，把它设为 `DASHSCOPE_API_KEY`，"
                "并去掉指向这里的 Base URL 即可。",
            )
        )
        return "\n\n".join(parts) + "\n"

    def _pictures(self) -> Iterator[str]:
        if not self.asked.pictures and not self.asked.films:
            yield self.t(
                "No picture came with the request; its text takes "
                f"{self.asked.usage.text_tokens} tokens.",
                f"请求中没有图片；文字占 {self.asked.usage.text_tokens} 个 Token。",
            )
            return
        yield self.t("### What I could measure", "### 我能测量的内容")
        bullets = []
        for number, picture in enumerate(self.asked.pictures, start=1):
            wide, high = picture.fit
            formula = rf"$\frac{{{wide}\cdot {high}}}{{{picture.factor}^2}}+2$"
            bullets.append(
                self.t(f"- Picture {number}: ", f"- 图片 {number}：")
                + self._looks(picture)
                + self.t(
                    f" It takes {picture.tokens} tokens: {formula}.",
                    f"占 {picture.tokens} 个 Token：{formula}。",
                )
            )
        bullets.extend(
            self.t("- A video: ", "- 一段视频：")
            + watched(film, self)
            + self.t(f" It takes {film.tokens} tokens.", f"占 {film.tokens} 个 Token。")
            for film in self.asked.films
        )
        yield "\n".join(bullets)

    def _looks(self, picture: Picture) -> str:
        """One sentence or two on what a picture looks like."""
        if picture.image is None:
            return self.t(
                f"behind {code(picture.name, 80)}. I did not look at it, since I fetch nothing; "
                f"it counts as {NOMINAL[0]}×{NOMINAL[1]}, which is nominal.",
                f"位于 {code(picture.name, 80)}。我没有查看它（我不下载任何内容），"
                f"名义上按 {NOMINAL[0]}×{NOMINAL[1]} 计。",
            )
        shades = ", ".join(
            f"{c.names[self.zh]} {c.hex} {c.share:.0%}" for c in colours(picture.image)
        )
        return self.t(
            f"{picture.kind}, {picture.width} × {picture.height} pixels, "
            f"{picture.size / 1000:.1f} kB; mostly {shades}.",
            f"{picture.kind}，{picture.width} × {picture.height} 像素，"
            f"{picture.size / 1000:.1f} kB；主要颜色：{shades}。",
        )

    # -- other wishes ----------------------------------------------------------------------

    def _boxes(self) -> Iterator[str]:
        boxes = self._found_boxes()
        if not boxes:
            yield self.t(
                "I can point at nothing: no picture was looked at.",
                "没有可查看的图片，无法给出坐标。",
            )
            return
        yield self.t(
            "I recognise nothing, but I can draw the box of everything that is not background "
            "(0 to 1000 along each side):",
            "我不会识别物体，但可以给出所有非背景像素的外接框（各边取 0 到 1000）：",
        )
        yield "```json\n" + json.dumps(boxes, ensure_ascii=False, indent=2) + "\n```"

    def _found_boxes(self) -> list[dict[str, Any]]:
        found = []
        for number, picture in enumerate(self.asked.pictures, start=1):
            box = content_box(picture.image) if picture.image is not None else None
            if box is not None:
                label = self.t("everything but the background", "背景以外的全部内容")
                if len(self.asked.pictures) > 1:
                    label += self.t(f" of picture {number}", f"（图片 {number}）")
                size = (picture.width, picture.height)
                found.append({"bbox_2d": in_thousandths(box, size), "label": label})
        return found

    def as_json(self) -> str:
        """The same computation as one JSON object, or as an instance of the schema."""
        data: dict[str, Any] = {
            "note": self.t(
                "This is the vlmagic emulator, not a model.", "这是 vlmagic 模拟器，不是模型。"
            ),
            "question": self.asked.question[:_MOST_QUOTED],
            "pictures": [
                {
                    "width": picture.width,
                    "height": picture.height,
                    "tokens": picture.tokens,
                    "looked_at": picture.image is not None,
                }
                for picture in self.asked.pictures
            ],
            "series": [
                {
                    "label": curve.label,
                    "n": curve.n,
                    "first": curve.first.y,
                    "last": curve.last.y,
                    "highest": {"x": curve.top.x, "y": curve.top.y},
                    "lowest": {"x": curve.bottom.x, "y": curve.bottom.y},
                    "trend": curve.trend,
                }
                for curve in self.reading.curves
            ],
            "boxes": self._found_boxes(),
        }
        if self.asked.schema is not None:
            return json.dumps(instance(self.asked.schema, data), ensure_ascii=False, indent=2)
        return json.dumps(data, ensure_ascii=False, indent=2)

    def calls(self) -> list[ToolCall]:
        """A call of each tool that the question names, unless results are back already."""
        if self.asked.has_results:
            return []
        found: list[ToolCall] = []
        for tool in self.asked.tools:
            function = tool.get("function")
            name = str(function.get("name", "")) if isinstance(function, dict) else ""
            if not name or name not in self.asked.question:
                continue
            assert isinstance(function, dict)
            arguments = json.dumps(
                instance(function.get("parameters") or {}, {}), ensure_ascii=False
            )
            index = len({call.index for call in found})
            identity = f"call_{index:024x}"
            pieces = words.tokens(arguments)
            half = "".join(pieces[: len(pieces) // 2])
            found.append(ToolCall(identity, name, half, index))
            found.append(ToolCall("", "", arguments[len(half) :], index))
        return found
