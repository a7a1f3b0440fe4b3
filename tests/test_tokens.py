"""Image tokens: the hosted service's formula, against vectors of two other implementations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vlmagic.images import resized, token_count

VECTORS = Path(__file__).parent / "data" / "image-token-vectors.json"
ROWS: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))["rows"]


@pytest.mark.parametrize(
    ("column", "model", "hi_res"),
    [
        ("q3_studio", "qwen3-vl-plus", False),
        ("q3_studio", "qwen3.7-plus", False),
        ("q3_model", "qwen3-vl-flash", True),
        ("q3_model", "Qwen/Qwen3-VL-8B-Thinking", False),
        ("q25_studio", "qvq-max", False),
        ("q25_model", "qvq-plus", True),
        ("q25_model", "Qwen/Qwen2.5-VL-7B-Instruct", False),
    ],
)
def test_the_vectors(column: str, model: str, hi_res: bool) -> None:
    """Wherever two open implementations agree, the count is theirs plus the two marks."""
    checked = 0
    for row in ROWS:
        width, height = row["size"]
        if column not in row:
            continue
        fit_w, fit_h, tokens = row[column]
        assert resized(width, height, model, hi_res) == (fit_w, fit_h), row
        assert token_count(width, height, model, hi_res) == tokens + 2, row
        checked += 1
    assert checked > 300


@pytest.mark.parametrize(
    ("width", "height", "model", "hi_res", "tokens"),
    [
        (1024, 406, "qwen3-vl-plus", False, 418),
        (1024, 406, "qvq-max", False, 520),
        (1920, 1080, "qwen3-vl-plus", False, 2042),
        (1920, 1080, "qvq-max", False, 1224),
        (4000, 3000, "qwen3-vl-plus", False, 2496),
        (4000, 3000, "qvq-max", False, 1232),
        (4000, 3000, "qwen3-vl-plus", True, 11752),
        (11, 11, "qwen3-vl-plus", False, 66),
        (2048, 1365, "qwen3.6-plus", False, 2503),
        (640, 480, "a-model-nobody-knows", False, 302),
    ],
)
def test_the_published_examples(
    width: int, height: int, model: str, hi_res: bool, tokens: int
) -> None:
    """Counts of the published estimator, one of them seen in the service's usage, come out exactly."""
    assert token_count(width, height, model, hi_res) == tokens


@pytest.mark.parametrize("model", ["qwen3-vl-plus", "qvq-max", "qwen3-vl:8b"])
def test_a_picture_stays_within_the_window(model: str) -> None:
    """Whatever the size, no count is above the cap, and no side vanishes."""
    for width in (1, 11, 15, 33, 200, 999, 5000, 12_000):
        for height in (1, 12, 16, 47, 480, 3000):
            for hi_res in (False, True):
                fit = resized(width, height, model, hi_res)
                assert min(fit) >= 28
                assert 4 <= token_count(width, height, model, hi_res) - 2 <= 16_384


def test_no_size_is_no_picture() -> None:
    """A side of zero is a mistake of the caller, and says so."""
    with pytest.raises(ValueError, match="0×5"):
        token_count(0, 5, "qwen3-vl-plus")
