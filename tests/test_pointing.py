"""A question for places tells QVQ how to count them, and nobody else."""

from __future__ import annotations

import PIL.Image
import pytest

import vlmagic
from vlmagic.boxes import Box
from vlmagic.boxes.asking import HOW, HOW_IN_CHINESE, how_to_point
from vlmagic.emulator import Emulator


@pytest.mark.parametrize(
    ("prompt", "model", "told"),
    [
        ("Where is the peak? Give me a box.", "qvq-max", HOW),
        ("把最高的柱子框出来", "qvq-plus", HOW_IN_CHINESE),
        ("Give the bbox_2d of each bar", "QVQ-Max", HOW),
        ("Which bar is the tallest?", "qvq-max", ""),
        ("What is the point of this chart?", "qvq-max", ""),
        ("Where is the peak? Give me a box.", "qwen3-vl-plus", ""),
        ("Where is the peak? Give me a box.", "a-model-nobody-knows", ""),
    ],
)
def test_who_is_told_how_to_point(prompt: str, model: str, told: str) -> None:
    """Only a model without a way of its own is told, and only when it is asked for places."""
    assert how_to_point(prompt, model) == told


def test_boxes_of_qvq_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The question holds the rule, the answer keeps to it, and its box lies where the ink is."""
    picture = PIL.Image.new("RGB", (400, 300), "white")
    picture.paste("red", (100, 60, 200, 150))
    with Emulator() as service:
        monkeypatch.setenv("DASHSCOPE_API_KEY", service.key)
        result = vlmagic.reason(
            "Give me a box of what is drawn.",
            images=picture,
            model="qvq-max",
            base_url=service.compatible_url,
        )
    assert result.request is not None
    assert result.request.prompt.endswith(HOW)
    assert any("how to count places" in notice.text for notice in result.notices)
    (box,) = result.boxes()
    assert isinstance(box, Box)
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx((100, 60, 200, 150), abs=1)
