"""Moving pictures: sampled, counted, written in both dialects, checked and described."""

from __future__ import annotations

import base64
import io
import itertools
import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from vlmagic.catalog import find
from vlmagic.dialects import DIALECTS
from vlmagic.emulator.checks import check as emulate
from vlmagic.emulator.rules import DialectName
from vlmagic.emulator.voice import speak
from vlmagic.errors import ImageError, MissingExtra
from vlmagic.estimate import estimate, receipt
from vlmagic.images import Image, Video, film, normalise, video_size, video_token_count
from vlmagic.images.allowed import check
from vlmagic.images.video import MOST_FRAMES, sample
from vlmagic.providers import body as compatible
from vlmagic.providers import native
from vlmagic.references import parse
from vlmagic.request import Request
from vlmagic.shelf import animations, resolve

np = pytest.importorskip("numpy")

MODEL = "qwen3-vl-plus"


def walking(count: int = 8, size: tuple[int, int] = (96, 64)) -> list[PIL.Image.Image]:
    """Frames in which a red square walks from left to right."""
    frames = []
    for number in range(count):
        frame = PIL.Image.new("RGB", size, "white")
        left = number * (size[0] - 16) // max(1, count - 1)
        frame.paste((214, 39, 40), (left, 20, left + 16, 36))
        frames.append(frame)
    return frames


def looked_at(value: Any, reference: str = "thing") -> Any:
    """What a reference to a value comes to."""
    return resolve([parse(reference)], None, {"thing": value}).images[0]


def asking(video: Video, model: str = MODEL) -> Request:
    """A question about a video."""
    return Request(model, "What moves?", (video,))


# -- the value ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "seconds", "wanted"),
    [(100, 10, 20), (100, 1, 4), (3, 1, 3), (0, 5.3, 10), (10**6, 3600, MOST_FRAMES), (6, 10, 6)],
)
def test_samples_are_even_and_bounded(count: int, seconds: float, wanted: int) -> None:
    """Two a second, 4 at least, a bounded number; from the middles of even stretches of time."""
    shares = sample(count, seconds)
    assert len(shares) == wanted
    steps = {round(b - a, 9) for a, b in pairwise(shares)}
    assert len(steps) <= 1
    assert math.isclose(shares[0], 1 - shares[-1])


def test_frames_become_a_video() -> None:
    """Frames in their order, at the speed that was given; equal frames, equal identity."""
    video = film(walking(), fps=4, label="clip")
    assert (len(video.frames), video.fps, video.seconds) == (8, 4, 2)
    assert (video.width, video.height, video.label) == (96, 64, "clip")
    assert video.digest == film(walking(), fps=4).digest
    assert video.digest != film(walking(), fps=2).digest
    assert video.digest != film(walking()[::-1], fps=4).digest


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [((6, 20, 30, 3), "u1"), ((6, 20, 30), "f8"), ((6, 3, 20, 30), "u1"), ((6, 20, 30, 1), "f4")],
)
def test_arrays_of_four_dimensions_are_videos(shape: tuple[int, ...], dtype: str) -> None:
    """An array of frames is a video; its brightness is read once for all frames."""
    array = (np.arange(math.prod(shape)).reshape(shape) % 200).astype(dtype)
    video = film(array)
    assert (len(video.frames), video.width, video.height) == (6, 30, 20)
    assert len(video.notes) <= 1
    if len(shape) == 4:
        assert isinstance(looked_at(array), Video)


@pytest.mark.parametrize(
    ("frames", "word"),
    [
        (walking(3), "4 frames"),
        ([*walking(4), PIL.Image.new("RGB", (5, 50))], "differ in size"),
        (["a", "b", "c", "d"], "no picture"),
    ],
)
def test_what_is_no_video_is_refused(frames: Any, word: str) -> None:
    """Too few frames, frames of different sizes and what is no frame are one sentence each."""
    with pytest.raises(ImageError, match=word):
        film(frames)


@pytest.mark.parametrize("fps", [0, -1, math.nan, math.inf])
def test_a_speed_must_be_one(fps: float) -> None:
    """Frames a second are a number over 0."""
    with pytest.raises(ImageError, match="frames a second"):
        film(walking(), fps=fps)


def test_speeds_beyond_the_service_are_said() -> None:
    """30 frames a second are sampled to 10; one in a minute is sent as 0.1, and that is said."""
    quick = film(walking(30), fps=30)
    assert (len(quick.frames), quick.fps, quick.seconds) == (10, 10, 1)
    slow = film(walking(4), fps=1 / 60)
    assert slow.fps == 0.1
    assert any("limit" in note for note in slow.notes)


# -- where they come from -------------------------------------------------------------------------


def animated(form: str, count: int, **how: Any) -> bytes:
    """An animated picture of some format."""
    target = io.BytesIO()
    first, *rest = walking(count)
    first.save(target, form, save_all=True, append_images=rest, **how)
    return target.getvalue()


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_animated_pictures_are_videos(form: str, tmp_path: Path) -> None:
    """GIF, WebP and PNG with 4 frames or more go as videos of their own length."""
    path = tmp_path / f"walk.{form.lower()}"
    path.write_bytes(animated(form, 10, duration=500))
    video = looked_at(path)
    assert isinstance(video, Video)
    assert (len(video.frames), video.seconds, video.fps) == (10, 5.0, 2.0)
    assert video.title == path.name


def test_a_picture_of_two_frames_stays_a_picture(tmp_path: Path) -> None:
    """Fewer than 4 frames are no video for the service: the first is sent, and that is said."""
    path = tmp_path / "blink.gif"
    path.write_bytes(animated("GIF", 2, duration=500))
    image = looked_at(path)
    assert isinstance(image, Image)
    assert "frame 1 of 2" in image.notes


def filmed(path: Path, count: int, rate: int = 10) -> Path:
    """A film of the walking square."""
    av = pytest.importorskip("av")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for frame in walking(count):
            container.mux(stream.encode(av.VideoFrame.from_image(frame)))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "mov"])
def test_films_are_sampled(suffix: str, tmp_path: Path) -> None:
    """A film is two frames a second, in their order, and as long as it was."""
    video = looked_at(filmed(tmp_path / f"walk.{suffix}", 40))
    assert isinstance(video, Video)
    assert len(video.frames) == 8
    assert abs(video.seconds - 4) < 0.2
    places = []
    for frame in video.frames:
        with PIL.Image.open(io.BytesIO(frame.data)) as picture:
            red = np.asarray(picture.convert("RGB")).astype(int)
        places.append(np.nonzero((red[:, :, 0] - red[:, :, 1]) > 80)[1].mean())
    assert places == sorted(places)
    assert places[-1] - places[0] > 50


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html></html>",
        b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        b"\0\0\0\x18ftypmp42" + b"\0" * 300,
    ],
)
def test_what_is_no_film_is_refused(content: bytes, tmp_path: Path) -> None:
    """Rubbish is one sentence; playlists, which lead elsewhere, are never followed."""
    pytest.importorskip("av")
    path = tmp_path / "bad.mp4"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=r"no video that can be read|no picture in it"):
        looked_at(path)


def test_a_film_that_is_cut_off_ends_there(tmp_path: Path) -> None:
    """Of a film whose end is missing the rest goes along, no frame twice."""
    path = filmed(tmp_path / "long.mkv", 400, rate=5)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    video = looked_at(path)
    assert isinstance(video, Video)
    assert 4 <= len(video.frames) < MOST_FRAMES
    assert len({frame.digest for frame in video.frames}) >= len(video.frames) - 2


def test_without_pyav_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyAV is missing, the error says what to install."""
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(MissingExtra, match="av"):
        looked_at(path)


def test_animations_are_drawn() -> None:
    """An animation of matplotlib is a video of its own frames, without any encoder."""
    pyplot = pytest.importorskip("matplotlib.pyplot")
    from matplotlib.animation import FuncAnimation

    figure, axes = pyplot.subplots(figsize=(2, 1.5))
    (line,) = axes.plot([0, 1], [0, 1])

    def step(number: int) -> tuple[Any, ...]:
        line.set_ydata([number / 8, 1])
        return (line,)

    video = looked_at(FuncAnimation(figure, step, frames=8, interval=500))
    pyplot.close(figure)
    assert isinstance(video, Video)
    assert (video.fps, video.seconds) == (2.0, 4.0)
    assert len({frame.digest for frame in video.frames}) == 8


def test_ipython_videos(tmp_path: Path) -> None:
    """IPython's Video is its file, its bytes or its address; a page is none."""
    display = pytest.importorskip("IPython.display")
    remote = looked_at(display.Video(url="https://example.com/a.mp4"))
    assert (remote.url, remote.frames) == ("https://example.com/a.mp4", ())
    with pytest.raises(ImageError, match="page"):
        looked_at(display.YouTubeVideo("x"))
    path = filmed(tmp_path / "walk.mp4", 20)
    assert len(looked_at(display.Video(str(path))).frames) == 4
    assert len(looked_at(display.Video(str(path), embed=True)).frames) == 4


def test_remote_films_stay_remote() -> None:
    """An address of a film is fetched by the service, as a video."""
    video = resolve([parse("https://example.com/v/a.MP4?x=1")], None, {}).images[0]
    assert isinstance(video, Video)
    assert video.url == "https://example.com/v/a.MP4?x=1"


# -- counted --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "frames", "model", "fit", "tokens"),
    [
        ((640, 360), 8, MODEL, (640, 352), 4 * 20 * 11 + 2),
        ((1920, 1080), 24, MODEL, (1056, 576), 12 * 33 * 18 + 2),
        ((1920, 1080), 2000, MODEL, (480, 256), 1000 * 15 * 8 + 2),
        ((320, 240), 5, MODEL, (320, 256), 3 * 10 * 8 + 2),
        ((640, 480), 8, "qvq-max", (644, 476), 4 * 23 * 17 + 2),
    ],
)
def test_tokens_of_videos(
    size: tuple[int, int], frames: int, model: str, fit: tuple[int, int], tokens: int
) -> None:
    """Frames are counted in pairs, each as large as the whole leaves room for."""
    assert video_size(*size, frames, model) == fit
    assert video_token_count(*size, frames, model) == tokens


def test_the_estimate_is_what_the_emulator_counts() -> None:
    """The receipt's tokens of a video are those of the service's formula."""
    request = asking(film(walking(), fps=4, label="clip"))
    counted = estimate(request)
    asked = emulate("compatible", written(request), files={})
    assert counted.pictures[0].tokens == asked.usage.video_tokens
    assert counted.pictures[0].exact
    assert "clip" in receipt(request, counted)[0]
    assert "8 frames of 2 s" in receipt(request, counted)[0]
    remote = asking(Video.from_url("https://example.com/a.mp4", "far"))
    assert estimate(remote).pictures[0].tokens == 131_072 + 2
    assert not estimate(remote).pictures[0].exact


# -- sent -----------------------------------------------------------------------------------------


def written(request: Request, dialect: str = "modelstudio") -> bytes:
    """The body as it goes over the wire."""
    return json.dumps(compatible.body(request, DIALECTS[dialect])).encode()


def test_both_dialects_write_videos() -> None:
    """Compatible: `video` with frames, `video_url`; native: `video`; the speed stands beside it."""
    video = film(walking(), fps=4)
    urls = [frame.data_url() for frame in video.frames]
    content = json.loads(written(asking(video)))["messages"][0]["content"]
    assert content[0] == {"type": "video", "video": urls, "fps": 4}
    assert native.messages(asking(video))[0]["content"][0] == {"video": urls, "fps": 4}
    far = Video.from_url("https://example.com/a.mp4", "far", fps=1)
    content = json.loads(written(asking(far)))["messages"][0]["content"]
    assert content[0] == {"type": "video_url", "video_url": {"url": far.url}, "fps": 1}
    assert native.messages(asking(far))[0]["content"][0] == {"video": far.url, "fps": 1}


def test_other_servers_get_the_frames() -> None:
    """A server without a kind for videos gets the frames as pictures, and that is told."""
    request = asking(film(walking()))
    content = json.loads(written(request, "plain"))["messages"][0]["content"]
    assert [part["type"] for part in content] == ["image_url"] * 8 + ["text"]
    assert any("frames" in told for told in compatible.unsent(request, DIALECTS["plain"]))
    assert not compatible.unsent(request, DIALECTS["modelstudio"])


def test_a_video_is_part_of_the_question() -> None:
    """Other frames or another speed are another question."""
    one, other = film(walking(), fps=4), film(walking(), fps=2)
    assert asking(one).digest() == asking(film(walking(), fps=4)).digest()
    assert asking(one).digest() != asking(other).digest()


@pytest.mark.parametrize("question", ["What moves?", "什么在动？"])
def test_the_emulator_describes_what_it_saw(question: str) -> None:
    """It decodes the frames and says what changes between them, in the question's language."""
    request = Request(MODEL, question, (film(walking(), fps=4),), thinking=True)
    asked = emulate("compatible", written(request), stream=True, files={})
    thinking, answer, _ = speak(asked)
    for text in (thinking, answer):
        assert "96 × 64" in text
        assert "(0, 20)" in text
        assert "(96, 36)" in text
    assert asked.films[0].frames == 8


def _gif(folder: Path) -> Any:
    path = folder / "walk.gif"
    path.write_bytes(animated("GIF", 8, duration=500))
    return path


def _shown(folder: Path) -> Any:
    display = pytest.importorskip("IPython.display")
    return display.Video(str(filmed(folder / "shown.mp4", 40)))


def _drawn(_: Path) -> Any:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    from matplotlib.animation import FuncAnimation

    figure, axes = pyplot.subplots(figsize=(2, 1.5))
    (line,) = axes.plot([0, 1], [0, 1])
    found = FuncAnimation(figure, lambda n: (line.set_ydata([n, 1]),), frames=6)
    pyplot.close(figure)
    return found


@pytest.mark.parametrize(
    "source",
    [
        lambda folder: filmed(folder / "walk.mp4", 40),
        _gif,
        _shown,
        _drawn,
        lambda _: film(walking(9), fps=3),
        lambda _: np.stack([np.asarray(frame) for frame in walking(20)]),
    ],
    ids=["file", "gif", "IPython", "FuncAnimation", "frames", "array"],
)
@pytest.mark.parametrize("model", [MODEL, "qwen3-vl-8b-thinking", "qvq-max"])
def test_every_kind_of_video_is_counted_as_the_service_counts(
    source: Any, model: str, tmp_path: Path
) -> None:
    """In both dialects the tokens of the receipt are those of the published formula."""
    video = looked_at(source(tmp_path))
    assert isinstance(video, Video)
    picture = normalise(walking(1)[0], label="beside")
    request = Request(model, "What moves?", (video, picture), thinking=True)
    counted = estimate(request).pictures
    dashscope = {
        "model": model,
        "input": {"messages": native.messages(request)},
        "parameters": {"incremental_output": True},
    }
    bodies: dict[DialectName, bytes] = {
        "compatible": written(request),
        "native": json.dumps(dashscope).encode(),
    }
    for dialect, body in bodies.items():
        asked = emulate(dialect, body, stream=True, files={})
        assert asked.usage.video_tokens == counted[0].tokens
        assert len(asked.films) == 1
        assert asked.films[0].frames == len(video.frames)


# -- refused --------------------------------------------------------------------------------------


def sound(path: Path) -> Path:
    """A film of nothing but a second of silence."""
    av = pytest.importorskip("av")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        for at in range(40):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            frame.sample_rate, frame.pts = 44100, at * 1024
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    """A file with a sound track only is refused by name."""
    with pytest.raises(ImageError, match="only sound"):
        looked_at(sound(tmp_path / "sound.mp4"))


@pytest.mark.parametrize(
    "nothing", [[], np.zeros((0, 8, 8, 3), np.uint8), np.zeros((4, 0, 8, 3), np.uint8)]
)
def test_no_frames_are_no_video(nothing: Any) -> None:
    """Of nothing nothing is made."""
    with pytest.raises(ImageError):
        film(nothing)


def test_three_hours_are_sampled_over_their_whole_length(tmp_path: Path) -> None:
    """A very long film is sent as frames from all of it, and the note says what that means."""
    av = pytest.importorskip("av")
    path = tmp_path / "long.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=1)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 32, 32, "yuv420p", 60
        for at in range(3 * 3600):
            shade = at * 255 // (3 * 3600)
            image = np.full((32, 32, 3), shade, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode(None))
    video = looked_at(path)
    assert isinstance(video, Video)
    assert len(video.frames) == MOST_FRAMES
    assert abs(video.seconds - 3 * 3600) < 10
    assert any("limit" in note for note in video.notes)
    shades = []
    for frame in video.frames:
        with PIL.Image.open(io.BytesIO(frame.data)) as picture:
            shades.append(np.asarray(picture).mean())
    assert shades == sorted(shades)
    assert shades[0] < 10
    assert shades[-1] > 240


def test_models_without_videos_are_named() -> None:
    """A model that looks at no videos, and oss:// on the wrong interface, are refused by name."""
    video = film(walking())
    check([video], find(MODEL))
    check([video], None)
    blind = next(m for m in map(find, ["kimi-k2.5", "kimi-k2.6"]) if m and m.video is None)
    with pytest.raises(ImageError, match="no videos"):
        check([video], blind)
    stored = Image.from_url("oss://dashscope-instant/a.png", "a")
    check([stored], find(MODEL), "dashscope")
    with pytest.raises(ImageError, match="native interface"):
        check([stored], find(MODEL))
    picture = normalise(walking(1)[0], label="a")
    with pytest.raises(ImageError, match="251 pictures"):
        check([picture] * 251, find(MODEL))


# -- the right frames -----------------------------------------------------------------------------


def slides(path: Path, moments: list[float]) -> list[tuple[int, ...]]:
    """A film whose pictures change at these moments (seconds); the colours that are sent of it."""
    av = pytest.importorskip("av")
    from fractions import Fraction

    packets: list[Any] = []
    colours = ["red", "lime", "blue", "white"]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=1000)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for at, colour in zip(moments, colours, strict=False):
            frame = av.VideoFrame.from_image(PIL.Image.new("RGB", (64, 64), colour))
            frame.pts, frame.time_base = int(at * 1000), Fraction(1, 1000)
            packets += stream.encode(frame)
        packets += stream.encode(None)
        for packet in packets:
            packet.duration = 40
            container.mux(packet)
    seen = []
    for sent in looked_at(path).frames:
        with PIL.Image.open(io.BytesIO(sent.data)) as picture:
            seen.append(
                tuple(int(part > 128) for part in np.asarray(picture.convert("RGB"))[32, 32])
            )
    return seen


RED, GREEN, BLUE, WHITE = (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ([0, 10, 20, 30], [RED, GREEN, GREEN, BLUE]),
        ([0, 3, 3.5, 4], [RED, RED, RED, BLUE]),
        ([0, 0.04, 0.08], [RED, RED, GREEN, BLUE]),
        ([0, 0.04, 0.08, 0.12], [RED, GREEN, BLUE, WHITE]),
    ],
    ids=["slow", "uneven", "three", "four"],
)
def test_a_frame_is_what_stands_on_the_screen(
    moments: list[float], expected: list[tuple[int, ...]], tmp_path: Path
) -> None:
    """At a moment one sees the last picture that began by then, however slow or uneven the film."""
    assert slides(tmp_path / "deck.mp4", moments) == expected


def turned(path: Path, rows: tuple[int, int, int, int], aspect: int = 1) -> list[str]:
    """Where the white quarter (upper left when encoded) of a film of 96×64 is when it is shown."""
    av = pytest.importorskip("av")
    import struct
    from fractions import Fraction

    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(aspect, 1)
        picture = PIL.Image.new("RGB", (96, 64))
        picture.paste((255, 255, 255), (0, 0, 48, 32))
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode(None))
    data = bytearray(path.read_bytes())
    at = data.find(b"tkhd") + 4 + 4 + 20 + 8 + 8
    a, b, c, d = (number << 16 for number in rows)
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    frame = looked_at(path).frames[0]
    with PIL.Image.open(io.BytesIO(frame.data)) as sent:
        pixels = np.asarray(sent.convert("L"))
    down, across = (int(one.mean()) for one in np.nonzero(pixels > 128))
    height, width = pixels.shape
    return [f"{width}×{height}", "upper" if down < height / 2 else "lower",
            "left" if across < width / 2 else "right"]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "aspect", "seen"),
    [
        ((1, 0, 0, 1), 1, "96×64 upper left"),
        ((-1, 0, 0, -1), 1, "96×64 lower right"),
        ((0, 1, -1, 0), 1, "64×96 upper right"),
        ((-1, 0, 0, 1), 1, "96×64 upper right"),
        ((1, 0, 0, -1), 1, "96×64 lower left"),
        ((1, 0, 0, 1), 2, "192×64 upper left"),
    ],
    ids=["as it is", "half a turn", "a quarter", "mirrored", "upside down", "wide pixels"],
)
def test_films_are_seen_as_players_show_them(
    rows: tuple[int, int, int, int], aspect: int, seen: str, tmp_path: Path
) -> None:
    """Turned, mirrored and with wide pixels, as the film itself says."""
    assert " ".join(turned(tmp_path / "turned.mp4", rows, aspect)) == seen


def test_a_film_is_told_by_what_is_in_it(tmp_path: Path) -> None:
    """As bytes, in a data URL, in a page and without a suffix a film is one."""
    display = pytest.importorskip("IPython.display")
    data = filmed(tmp_path / "walk.mp4", 20).read_bytes()
    (tmp_path / "bare").write_bytes(data)
    written = "data:video/mp4;base64," + base64.b64encode(data).decode()
    page = display.HTML(f'<video src="{written}"></video>')
    for value in (data, tmp_path / "bare", written, page):
        assert len(looked_at(value).frames) == 4
    assert looked_at(tmp_path / "bare").title == "bare"


def moving(count: Any, **how: Any) -> Any:
    """An animation of matplotlib, and its figure closed."""
    pyplot = pytest.importorskip("matplotlib.pyplot")
    from matplotlib.animation import FuncAnimation

    figure, axes = pyplot.subplots(figsize=(1, 1))
    (line,) = axes.plot([0, 1], [0, 1])
    found = FuncAnimation(figure, lambda n: (line.set_ydata([n % 9, 1]),), frames=count, **how)
    pyplot.close(figure)
    return found


@pytest.mark.filterwarnings("ignore:frames=")
@pytest.mark.parametrize("frames", [None, itertools.count], ids=["none given", "generator"])
def test_an_endless_animation_is_drawn_for_a_while(
    frames: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What never ends is stopped: its beginning is sent, and that is said, the second time too."""
    monkeypatch.setattr(animations, "_MOST_UNKNOWN", 300)
    animation = moving(frames, interval=100, cache_frame_data=False)
    known = moving(10**9, interval=100, cache_frame_data=False)
    monkeypatch.setattr(animations, "_MOST_DRAWN", 300)
    for each in (animation, animation, known):
        video = looked_at(each)
        assert len(video.frames) == MOST_FRAMES
        assert "goes on after 300 frames" in video.notes[0]


def test_drawn_frames_are_counted_before_any_is_left_out() -> None:
    """Of 300 frames 64 are sent, and the note says 300."""
    assert looked_at(moving(300, interval=100)).notes == ("64 of 300 frames",)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_short_animations_stand_still(count: int) -> None:
    """An animation of a moment, drawn or in its page, has each frame longer, and lasts as long."""
    display = pytest.importorskip("IPython.display")
    animation = moving(count, interval=1000)
    for value in (animation, display.HTML(animation.to_jshtml())):
        video = looked_at(value)
        assert len(video.frames) == 4
        assert video.seconds == pytest.approx(count)
        assert len({frame.digest for frame in video.frames}) == count
