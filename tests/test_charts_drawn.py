"""Charts that a page draws, drawn by the rasterisers that their libraries name."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from typing import Any

import PIL.Image
import PIL.ImageChops
import pytest

from vlmagic.shelf import charts, pixels
from vlmagic.shelf.drawn import Drawn, problem

CHROME = any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))


def plotly_chart() -> Any:
    """Two bars, one of them twice as high, of one colour."""
    graphs = pytest.importorskip("plotly.graph_objects")
    figure = graphs.Figure(graphs.Bar(x=["a", "b"], y=[1, 2], marker_color="#ff0000"))
    return figure.update_layout(title="Two", template="simple_white")


def altair_chart() -> Any:
    """The same bars."""
    altair = pytest.importorskip("altair")
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"k": ["a", "b"], "v": [1, 2]})
    return altair.Chart(frame, title="Two").mark_bar(color="#ff0000").encode(x="k:N", y="v:Q")


def heights(drawn: Drawn) -> tuple[int, int]:
    """How high the red stands in the left and in the right half of what is red."""
    assert isinstance(drawn.source, bytes)
    picture = PIL.Image.open(io.BytesIO(drawn.source)).convert("RGB")
    bands = [band.point(lambda v: 255 * (v > 200)) for band in picture.split()]
    red = PIL.ImageChops.subtract(bands[0], PIL.ImageChops.lighter(bands[1], bands[2]))
    box = red.getbbox()
    assert box is not None
    middle = (box[0] + box[2]) // 2
    sides = (box[0], 0, middle, red.height), (middle, 0, box[2], red.height)
    left, right = (red.crop(side).getbbox() for side in sides)
    assert left is not None
    assert right is not None
    return left[3] - left[1], right[3] - right[1]


@pytest.mark.parametrize(
    ("chart", "needs"),
    [
        pytest.param(altair_chart, "vl_convert", id="altair"),
        pytest.param(
            plotly_chart,
            "kaleido",
            id="plotly",
            marks=[pytest.mark.browser, pytest.mark.skipif(not CHROME, reason="needs Chromium: apt-get install chromium")],
        ),
    ],
)  # fmt: skip
def test_a_chart_is_drawn_by_its_rasteriser(chart: Callable[[], Any], needs: str) -> None:
    """Live or as its page got it, a chart is its pixels, and the facts of its data stand beside."""
    pytest.importorskip(needs)
    alive = chart()
    drawn = pixels.draw(alive)
    low, high = heights(drawn)
    assert high == pytest.approx(2 * low, rel=0.02)
    assert (drawn.title, drawn.notices) == ("Two", ())
    assert drawn.facts is not None
    written = charts.vega(alive.to_dict()) if needs == "vl_convert" else charts.plotly_json(alive.to_dict())  # fmt: skip
    assert written is not None
    assert heights(written) == (low, high)
    assert (written.facts, written.title) == (drawn.facts, "Two")


def test_a_rasteriser_that_fails_is_said_in_one_line() -> None:
    """Of an error that is many sentences the first is told."""
    assert problem(ValueError("It fell.", "Read the log.", "Try again.")) == "ValueError: It fell."
    assert problem(OSError(2, "No such file")) == "FileNotFoundError: [Errno 2] No such file"
