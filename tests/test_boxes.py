"""What a model points at: found in its answer, laid over what was sent, drawn on a copy."""

from __future__ import annotations

import datetime as dt
import io
import json
import time
import warnings
from typing import Any

import pytest

from vlmagic.boxes import Box, Point, boxes, draw, on
from vlmagic.errors import ImageError
from vlmagic.images import Image, film, normalise, resized
from vlmagic.images.frames import Frame, Ruler

np = pytest.importorskip("numpy")

MODEL = "qwen3-vl-plus"
OLDER = "Qwen/Qwen2.5-VL-7B-Instruct"


def blank(width: int = 400, height: int = 200, **more: Any) -> Image:
    """A white picture."""
    return normalise(np.full((height, width, 3), 255, np.uint8), label="@1.1", **more)


def corners(found: list[Box | Point]) -> list[tuple[float, ...]]:
    """Pixels of each box or point."""
    return [
        (one.left, one.top, one.right, one.bottom) if isinstance(one, Box) else (one.x, one.y)
        for one in found
    ]


ONE = '{"bbox_2d": [100, 200, 300, 400], "label": "peak"}'


@pytest.mark.parametrize(
    "answer",
    [
        ONE,
        f"[{ONE}]",
        f"```json\n[\n\t{ONE},\n]\n```",
        f"Here it is:\n```\n{ONE}\n```\nas you asked.",
        f'[{ONE}, {{"bbox_2d": [1, 2, 3',
        f'[{ONE}, {{"bbox_2d": [1, 2, 3, 4], "label": "cut of',
        '{"objects": [{"label": "peak", "bbox_2d": [100.0, 200.0, 300.0, 400.0]}]}',
        "{'bbox_2d': [100, 200, 300, 400], 'label': 'peak'}",
        '{"bbox_2d": [[100, 200], [300, 400]], "label": "peak"} // a comment',
        '{"bbox_2d": [300, 400, 100, 200], "label": "peak"}',
        '{"label": "peak", "bbox": (100, 200, 300, 400),}',
        "<|object_ref_start|>peak<|object_ref_end|><|box_start|>(100,200),(300,400)<|box_end|>",
        "<ref>peak</ref><box>(100,200),(300,400)</box>",
        '{"label": "peak", "bbox_2d": [100, 200, 300, 400], "sub": {"a": "}"}}',
        '{"bbox_2d": ["100", "200", "300", "400"], "label": "peak"}',
        '{"bbox_2d": "100, 200, 300, 400", "label": "peak"}',
        '{"bbox_2d": "[100, 200, 300, 400]", "label": "peak"}',
        '{"bbox_2d": [100，200，300，400]， "label"： "peak"}',
        '{"bbox": {"x1": 100, "y1": 200, "x2": 300, "y2": 400}, "label": "peak"}',
        '{"label": "peak", "bboxes": [{"xmin": 100, "ymin": 200, "xmax": 300, "ymax": 400}]}',
        '{"x1": 100, "y1": 200, "x2": 300, "y2": 400, "label": "peak"}',
        '{"left": 100, "top": "200", "right": 300, "bottom": 400, "name": "peak"}',
        '{"bboxes": [[100, 200, 300, 400]], "label": "peak"}',
        '{"boxes": [[100, 200, 300, 400], [1, 2, 3, 4]], "label": "peak"}',
        '{"坐标": [100, 200, 300, 400], "标签": "peak"}',
        "bbox_2d: [100, 200, 300, 400], label: 'peak'",
        '- label: "peak", bbox_2d = [100, 200, 300, 400]',
        '{"type": "bbox", "bbox_2d": [100, 200, 300, 400], "label": "peak"}',
        '{"image": "2024.png", "bbox_2d": [100, 200, 300, 400], "label": "peak"}',
    ],
)
def test_a_box_is_found_however_it_is_wrapped(answer: str) -> None:
    """Fences, prose, trailing commas, swapped corners and cut-off lists do not hide a whole box."""
    found = boxes(answer, MODEL, [blank()])
    assert corners(found)[0] == (40, 40, 120, 80)
    assert found[0].label == "peak"


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "There is a peak at [1, 2, 3, 4] and at x = 5.",
        '{"bbox_2d": [1, 2, 3]}',
        '{"bbox_2d": [5, 5, 5, 90]}',
        '{"bbox_2d": "everything"}',
        '{"label": "bbox_2d: [1, 2, 3, 4]"}',
        '{"bbox_2d": [1e999, 1, 2, 3]}',
        "{" * 5000,
        "```json\n[[1, 2], [3, 4]]\n```",
    ],
)
def test_what_is_no_box_is_none(answer: str) -> None:
    """Numbers in prose, boxes without area and rubbish give nothing, and raise nothing."""
    assert boxes(answer, MODEL, [blank()]) == []


def test_a_list_of_bare_boxes_is_read() -> None:
    """An answer that is nothing but lists of four numbers is a list of boxes."""
    found = boxes("```json\n[[0, 0, 500, 500], [500, 500, 1000, 1000]]\n```", MODEL, [blank()])
    assert corners(found) == [(0, 0, 200, 100), (200, 100, 400, 200)]


def test_points_are_points() -> None:
    """`point_2d` gives a place without a size."""
    found = boxes('{"point_2d": [250, 500], "label": "a"}', MODEL, [blank()])
    assert found == [Point(100, 100, "a")]


@pytest.mark.parametrize(
    ("model", "size"),
    [
        (MODEL, (640, 480)),
        (MODEL, (615, 435)),
        ("qvq-max", (1230, 870)),
        (OLDER, (640, 480)),
        (OLDER, (615, 435)),
        (OLDER, (100, 37)),
        (OLDER, (1917, 1071)),
        ("qwen3.5-plus", (3000, 20)),
    ],
)
def test_a_box_comes_back_within_half_a_pixel(model: str, size: tuple[int, int]) -> None:
    """Each family's own coordinates lead to the place that was meant: the pixels sent."""
    image = blank(*size)
    want = (0.2 * size[0], 0.25 * size[1], 0.7 * size[0], 0.9 * size[1])
    full = resized(image.width, image.height, model) if model == OLDER else (1000, 1000)
    asked = [
        want[0] / size[0] * full[0],
        want[1] / size[1] * full[1],
        want[2] / size[0] * full[0],
        want[3] / size[1] * full[1],
    ]
    found = boxes(json.dumps({"bbox_2d": asked}), model, [image])
    for got, wanted, side in zip(corners(found)[0], want, (*size, *size), strict=True):
        assert abs(got - wanted * (image.width / size[0] if side == size[0] else 1)) <= 0.5


@pytest.mark.parametrize("seed", range(40))
def test_random_sizes_come_back_within_half_a_pixel(seed: int) -> None:
    """Whatever the size, the family and the place: the mapping itself loses nothing."""
    random = np.random.default_rng(seed)
    size = (int(random.integers(30, 4000)), int(random.integers(30, 3000)))
    image = blank(*size)
    x, y = np.sort(random.random((2, 2)), axis=1)
    for model in (MODEL, OLDER, "qvq-max"):
        full = resized(image.width, image.height, model) if model == OLDER else (1000, 1000)
        hi = max(full) if model == OLDER else 0
        asked = [x[0] * full[0], y[0] * full[1], x[1] * full[0], y[1] * full[1]]
        if max(asked) <= 1 or hi > 20_000:
            continue
        (found,) = corners(boxes(json.dumps({"bbox_2d": asked}), model, [image]))
        wanted = (x[0] * image.width, y[0] * image.height, x[1] * image.width, y[1] * image.height)
        assert np.abs(np.subtract(found, wanted)).max() <= 0.5


@pytest.mark.parametrize("seed", range(12))
def test_a_place_of_any_chart_is_its_data(seed: int) -> None:
    """Logarithmic, inverted, dated and twin axes: a pixel leads back to the data drawn there."""
    pyplot = pytest.importorskip("matplotlib.pyplot")
    random = np.random.default_rng(seed)
    figure, axes = pyplot.subplots(figsize=random.uniform(2, 9, 2))
    dated, twin = bool(random.integers(2)), bool(random.integers(2))
    start = dt.datetime(2024, 1, 1)  # noqa: DTZ001
    axes.plot([start, start + dt.timedelta(days=90)] if dated else [1, 900], [1, 900])
    axes.set_ylim(1, 900)
    axes.set_yscale(str(random.choice(["linear", "log"])))
    if random.integers(2):
        axes.invert_yaxis()
    if random.integers(2):
        axes.invert_xaxis()
    other = axes.twinx() if twin else None
    if other is not None:
        other.set_ylim(-5, 5)
    image = shown(figure, dpi=int(random.integers(60, 200)))
    frame = image.axes[0]
    share = random.uniform(0.05, 0.95, 2)
    across = frame.left + share[0] * (frame.right - frame.left)
    down = frame.top + share[1] * (frame.bottom - frame.top)
    (point,) = boxes(json.dumps({"point_2d": [across * 1000, down * 1000]}), MODEL, [image])
    assert point.data is not None
    x, y = axes.transData.inverted().transform(axes.transAxes.transform((share[0], 1 - share[1])))
    got = point.data.x[0]
    if dated:
        true = start + dt.timedelta(days=x - axes.convert_xunits(start))
        assert abs(dt.datetime.fromisoformat(str(got)) - true) < dt.timedelta(hours=1)
    else:
        assert got == pytest.approx(x, rel=1e-6)
    assert point.data.y[0] == pytest.approx(y, rel=1e-6)
    assert len(point.data.twins) == twin
    if other is not None:
        assert point.data.twins[0].y[0] == pytest.approx(5 - 10 * share[1])
        assert point.data.twins[0].axes == 2
    pyplot.close(figure)


def test_the_numbers_refute_the_family() -> None:
    """Shares of 1 and pixels over 1000 are read as what they are, whatever the model is known for."""
    image = blank(2000, 1000)
    assert corners(boxes('{"bbox": [0.1, 0.2, 0.5, 0.5]}', MODEL, [image]))[0] == pytest.approx(
        (200, 200, 1000, 500)
    )
    fit = resized(image.width, image.height, MODEL)
    answer = json.dumps({"bbox_2d": [fit[0] // 2, 0, fit[0], fit[1]]})
    assert corners(boxes(answer, MODEL, [image]))[0] == pytest.approx((1000, 0, 2000, 1000), abs=1)
    small = blank(100, 100)
    assert corners(boxes('{"bbox_2d": [500, 500, 900, 900]}', OLDER, [small])) == [(50, 50, 90, 90)]


def test_a_box_never_leaves_its_picture() -> None:
    """Numbers are clamped to the picture; a box wholly outside is none."""
    image = blank()
    found = boxes('{"bbox_2d": [-50, -10, 1010, 2000]}', "unknown-model", [image])
    for left, top, right, bottom in corners(found):
        assert 0 <= left < right <= 400
        assert 0 <= top < bottom <= 200
    assert boxes('{"bbox_2d": [1001, 0, 1004, 10]}', MODEL, [image]) == []


def test_which_of_several_pictures() -> None:
    """The picture that a box names is its picture; without a name nobody guesses."""
    images = [blank(), blank(100, 100)]
    found = boxes('[{"image": 2, "bbox_2d": [0, 0, 500, 500]}]', MODEL, images)
    assert found == [Box(0, 0, 50, 50, "", 2)]
    with pytest.raises(ImageError, match="2 pictures"):
        boxes(ONE, MODEL, images)
    assert boxes(ONE, MODEL, images, picture=2)[0].picture == 2
    assert boxes('{"image": 7, "bbox_2d": [0, 0, 500, 500]}', MODEL, images) == []


# -- in the values of the chart -------------------------------------------------------------------


def shown(figure: Any, **how: Any) -> Image:
    """A live figure as it is sent."""
    from vlmagic.references import parse
    from vlmagic.shelf import resolve

    found = resolve([parse("figure")], None, {"figure": figure}, **how).images[0]
    assert isinstance(found, Image)
    return found


@pytest.mark.parametrize("dpi", [None, 100, 144])
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_a_box_stands_in_the_chart(dpi: int | None, scale: str) -> None:
    """A spot of a tight picture is found at its own data within half a pixel, whatever the dpi."""
    pyplot = pytest.importorskip("matplotlib.pyplot")
    figure, axes = pyplot.subplots()
    axes.set(xlim=(0, 10), ylim=(1, 100), xlabel="a label\nof two lines", yscale=scale)
    axes.set_title("title\n\n\nfar up")
    low, high = (15, 25) if scale == "linear" else (16, 25)
    axes.add_patch(pyplot.Rectangle((4.5, low), 1, high - low, color="#ff0000", lw=0, snap=False))
    image = shown(figure, dpi=dpi)
    pyplot.close(figure)
    import PIL.Image

    pixels = np.asarray(PIL.Image.open(io.BytesIO(image.data)).convert("RGB")).astype(int)
    red = (pixels[:, :, 0] > 200) & (pixels[:, :, 1:] < 80).all(axis=2)
    rows, columns = np.nonzero(red)
    across = (columns.mean() + 0.5) / image.width
    down = (rows.mean() + 0.5) / image.height
    answer = json.dumps({"point_2d": [across * 1000, down * 1000]})
    (point,) = boxes(answer, MODEL, [image])
    assert point.data is not None
    assert point.data.axes == 1
    x, y = point.data.x[0], point.data.y[0]
    assert isinstance(x, float)
    assert isinstance(y, float)
    frame = image.axes[0]
    per_pixel = 1 / (image.width * (frame.right - frame.left))
    assert abs(x - 5) / 10 <= 0.5 * per_pixel
    per_pixel = 1 / (image.height * (frame.bottom - frame.top))
    off = abs(y - 20) / 99 if scale == "linear" else abs(np.log10(y / 20)) / 2
    assert off <= 0.5 * per_pixel


def test_dates_and_categories_are_named() -> None:
    """On an axis of dates a box has dates, on one of categories their names; a 3-D one has none."""
    pyplot = pytest.importorskip("matplotlib.pyplot")
    figure, (one, two) = pyplot.subplots(1, 2)
    one.plot([dt.datetime(2024, 1, 1), dt.datetime(2024, 12, 31)], [0, 1])  # noqa: DTZ001
    one.set_xlim(dt.datetime(2024, 1, 1), dt.datetime(2024, 12, 31))  # noqa: DTZ001
    two.bar(["apples", "pears"], [3, 4])
    two.invert_yaxis()
    image = shown(figure)
    pyplot.close(figure)
    dated, named = image.axes
    assert str(dated.x_at(dated.left)) == "2024-01-01"
    assert str(dated.x_at(dated.right)) == "2024-12-31"
    middle = (named.left + named.right) / 2
    assert named.x_at((named.left + middle) / 2) == "apples"
    assert named.x_at((named.right + middle) / 2) == "pears"
    top = named.y_at(named.top)
    assert isinstance(top, float)
    assert abs(top) < 1e-9
    figure = pyplot.figure()
    figure.add_subplot(projection="3d")
    assert shown(figure).axes == ()
    pyplot.close(figure)


def test_frames_are_never_sent() -> None:
    """Where the axes lie stays here: neither the picture's digest nor its bytes know of it."""
    frame = Frame(1, 0.1, 0.1, 0.9, 0.9, Ruler(0, 1), None)
    with_axes, without = blank(axes=(frame,)), blank()
    assert (with_axes.digest, with_axes.data) == (without.digest, without.data)
    found = boxes('{"point_2d": [500, 500]}', MODEL, [with_axes])[0]
    assert found.data is not None
    assert found.data.x == (0.5, 0.5)
    assert found.data.y == (None, None)


# -- drawn back -----------------------------------------------------------------------------------


def test_boxes_are_drawn_on_a_copy() -> None:
    """The copy has the picture's size and the boxes' colour; what was sent is unchanged."""
    image = blank()
    before = image.data
    canvas = draw(image, [Box(40, 40, 120, 80, "peak"), Point(300, 150, "low")])
    assert canvas.size == (400, 200)
    assert canvas.getpixel((40, 60)) == (0xD6, 0x27, 0x28)
    assert canvas.getpixel((80, 60)) == (255, 255, 255)
    assert image.data is before
    assert draw(image, []).getcolors() == [(400 * 200, (255, 255, 255))]


@pytest.mark.parametrize(
    "label", ["Größe ≥ 3", "最高点", "峰值 peak", "\U0001f600", "a" * 500, "x\n\x1b[2Jy"]
)
def test_labels_are_written_or_said(label: str) -> None:
    """A label whose characters no font has is said, with the number that stands for it."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        canvas = draw(blank(), [Box(350, 180, 399, 199, label)])
    assert len(told) in (0, 1)
    assert all("1: " in str(warning.message) for warning in told)
    colours = canvas.getcolors(1 << 20) or []
    assert any(colour == (0xD6, 0x27, 0x28) for _, colour in colours)


def test_there_must_be_a_picture_to_draw_on() -> None:
    """A picture that only the service has seen cannot be drawn on, and that is said."""
    with pytest.raises(ImageError, match="fetched by the service"):
        draw(Image.from_url("https://example.com/a.png", "a"), [])


def test_the_one_picture_that_is_pointed_at() -> None:
    """What is drawn on is the picture that the boxes are in; among several, the chosen one."""
    images = [blank(), blank(100, 100)]
    one, other = Box(0, 0, 5, 5, "", 1), Box(0, 0, 5, 5, "", 2)
    assert on([other], images) == (images[1], [other])
    assert on([one, other], images, 1) == (images[0], [one])
    assert on([], images[:1]) == (images[0], [])
    for places, number in (([one, other], None), ([], None), ([], 3)):
        with pytest.raises(ImageError, match="no one picture"):
            on(places, images, number)


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ('{"picture": "Picture 2", "bbox_2d": [100, 200, 300, 400]}', 2),
        ('{"picture": "图片 2", "bbox_2d": [100, 200, 300, 400]}', 2),
        ('{"image": 2, "objects": [{"bbox_2d": [100, 200, 300, 400], "label": "a"}]}', 2),
        ('{"image": 2, "objects": [{"bbox_2d": [100, 200, 300, 400]}, {"bbox_2d": [1, 2', 2),
        (
            '{"image": 1, "of": {"image": 2, "bbox": {"x1": 100, "y1": 200, "x2": 300, "y2": 400}}}',
            2,
        ),
        ('{"image": 2, "bbox_2d": [100, 200, 300, 400], "label": "image: 1"}', 2),
        ("bbox_2d: [100, 200, 300, 400], image: 2", 2),
    ],
)
def test_the_picture_is_the_one_that_the_answer_says(answer: str, number: int) -> None:
    """By its number, with or without a word, of the box itself or of what stands around it."""
    assert [one.picture for one in boxes(answer, MODEL, [blank(), blank()])] == [number]


def test_names_of_files_and_labels_are_no_numbers_of_pictures() -> None:
    """`2024.png` and a label with a number do not make a box that of a picture not sent."""
    for more in ('"image": "2024.png"', '"label": "image: 3"'):
        answer = f'{{{more}, "bbox_2d": [100, 200, 300, 400]}}'
        assert corners(boxes(answer, MODEL, [blank()])) == [(40, 40, 120, 80)]


@pytest.mark.parametrize(
    "answer",
    [
        "{" + " " * 200_000,
        "{" + " " * 200_000 + "}",
        '"bbox": ' * 20_000,
        "{" + '"bbox": [' * 20_000 + "}",
        "{" * 5_000 + '"bbox": [1, 2, 3' + "}" * 5_000,
        "[" + '{"a": 1, "bbox_2d": [5, 5, 5, 5]},' * 5_000 + "]",
        '{"a": 1, "bbox_2d": [5, 5, 5, 5], "in": ' * 3_000 + "}" * 3_000,
        "<ref>" * 40_000,
        '{"label' + " " * 100_000 + ':"a"}',
    ],
    ids=["blanks", "object", "keys", "brackets", "braces", "many", "deep", "marks", "label"],
)
def test_answers_are_read_in_no_time(answer: str) -> None:
    """Whatever an answer holds, it is read in time that grows with its length alone."""
    begun = time.perf_counter()
    assert boxes(answer, MODEL, [blank()]) == []
    assert time.perf_counter() - begun < 1.5


def test_on_a_video_nothing_is_drawn() -> None:
    """Places are drawn on a picture; of a video it is said that it is one."""
    video = film([np.zeros((20, 20, 3), np.uint8)] * 4, label="clip")
    with pytest.raises(ImageError, match="clip is a video"):
        on([], [video])
