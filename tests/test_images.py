"""Pictures of every kind come out as one kind, or are refused in one sentence."""

from __future__ import annotations

import base64
import contextlib
import gzip
import io
import socket
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
from PIL.PngImagePlugin import PngInfo

from vlmagic.catalog import find
from vlmagic.errors import ImageError
from vlmagic.images import Image, Video, normalise
from vlmagic.images.allowed import check

NOISE = np.random.default_rng(7)


def saved(picture: PIL.Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """The picture as a file of this format."""
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


def pixels(image: Image) -> Any:
    """What the model would see."""
    with PIL.Image.open(io.BytesIO(image.data)) as picture:
        return np.asarray(picture.convert("RGB"))


def scene(width: int = 60, height: int = 40, mode: str = "RGB") -> PIL.Image.Image:
    """White, with a red corner at the top left."""
    picture = PIL.Image.new("RGB", (width, height), "white")
    PIL.ImageDraw.Draw(picture).rectangle((0, 0, width // 3, height // 3), fill=(200, 30, 30))
    return picture.convert(mode)


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """Name and whole bytes of each chunk."""
    found, at = [], 8
    while at < len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        found.append((name, png[at : at + 12 + length]))
        at += 12 + length
    return found


def chunk(name: bytes, data: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def giant_png(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds no pixels: nobody may begin to decode it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def giant_jpeg(width: int, height: int, *, progressive: bool = False) -> bytes:
    """A small JPEG whose header claims another size."""
    source = bytearray(saved(scene(16, 16), "JPEG", progressive=progressive))
    at = source.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    struct.pack_into(">HH", source, at + 5, height, width)
    return bytes(source)


# -- what is passed on -----------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_an_opaque_png_is_passed_on_bare(mode: str) -> None:
    """Pixels are not encoded anew: IDAT is the same, everything that is no pixel is gone."""
    words = PngInfo()
    words.add_text("Software", "Matplotlib")
    words.add_itxt("Author", "someone", "en", "Author")
    source = saved(scene(mode=mode), pnginfo=words, dpi=(100, 100), icc_profile=b"profile")
    image = normalise(source + b"<?php trailing ?>", label="p")
    kept = chunks(image.data)
    assert {name for name, _ in kept} == {b"IHDR", b"IDAT", b"IEND"}
    assert kept == [item for item in chunks(source) if item[0] in (b"IHDR", b"IDAT", b"IEND")]
    assert (image.media_type, image.width, image.height) == ("image/png", 60, 40)
    assert image.original is None
    assert not image.notes


def test_nothing_but_pixels_is_sent() -> None:
    """Words in a file's metadata never leave: not EXIF, not comments, not profiles."""
    secret = b"Rue de la Paix 12"
    exif = PIL.Image.Exif()
    exif[0x010E] = secret.decode()
    for source in (
        saved(scene(), "JPEG", exif=exif, comment=secret, icc_profile=secret, dpi=(72, 72)),
        saved(scene(), "PNG", exif=exif, icc_profile=secret),
        saved(scene(mode="P"), "PNG", exif=exif, icc_profile=secret),
        saved(scene(), "WEBP", exif=exif, icc_profile=secret, lossless=True),
        saved(scene(), "TIFF", exif=exif, icc_profile=secret),
        saved(scene(mode="P"), "GIF", comment=secret),
    ):
        assert secret in source or b"iCCP" in source
        sent = normalise(source, label="p").data
        assert secret not in sent
        assert not {b"iCCP", b"eXIf", b"tEXt", b"pHYs"} & {sent[i : i + 4] for i in range(200)}


def test_the_digest_is_of_pixels() -> None:
    """The same pixels have one digest, whatever the encoding; one other pixel has another."""
    picture = scene()
    same = {
        normalise(source, label=label).digest
        for label, source in (
            ("a", saved(picture)),
            ("b", saved(picture, compress_level=1)),
            ("c", saved(picture, "BMP")),
            ("d", picture),
            ("e", np.asarray(picture)),
            ("f", saved(picture.convert("RGBA"))),
        )
    }
    assert len(same) == 1
    # A picture that is read back (from a recording) is the same picture.
    image = normalise(picture, label="p")
    again = Image("q", image.data, image.media_type, image.width, image.height)
    assert again.digest == image.digest
    picture.putpixel((59, 39), (254, 255, 255))
    assert normalise(picture, label="p").digest not in same


def test_a_photograph_goes_as_jpeg_and_a_chart_as_png() -> None:
    """Noise that PNG cannot compress becomes JPEG in full colour; a JPEG stays one."""
    noise = PIL.Image.fromarray(NOISE.integers(0, 256, (400, 500, 3), np.uint8))
    for source in (noise, saved(noise), saved(noise, "JPEG")):
        image = normalise(source, label="p")
        assert image.media_type == "image/jpeg"
        with PIL.Image.open(io.BytesIO(image.data)) as picture:
            assert [component[1:3] for component in picture.layer] == [(1, 1)] * 3  # type: ignore[attr-defined]
    assert normalise(scene(800, 600), label="p").media_type == "image/png"


def test_a_picture_is_never_larger_than_its_limit() -> None:
    """Seven megabytes hold whatever is sent, even noise at high resolution."""
    noise = NOISE.integers(0, 256, (3000, 4000, 3), np.uint8)
    image = normalise(noise, label="p", max_pixels=16384 * 32 * 32)
    assert len(image.data) <= 7 * 10**6
    assert image.original == (4000, 3000)


# -- size and shape --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "limit"),
    [((4000, 3000), 2560 * 1024), ((3000, 15), 1 << 15), ((200, 40_000), 1 << 20)],
)
def test_no_more_than_the_model_looks_at(size: tuple[int, int], limit: int) -> None:
    """Larger pictures are scaled down, in proportion, and say how large they were."""
    image = normalise(PIL.Image.new("RGB", size, "white"), label="p", max_pixels=limit)
    assert image.width * image.height <= limit
    assert max(image.width, image.height) <= 200 * min(image.width, image.height)
    assert image.width / image.height == pytest.approx(size[0] / size[1], rel=0.1)
    assert image.original == size


@pytest.mark.parametrize("size", [(1, 1), (10, 10), (7, 300), (1, 200), (11, 10)])
def test_tiny_pictures_are_enlarged_pixel_by_pixel(size: tuple[int, int]) -> None:
    """The service takes no side under 11: no colour is invented on the way there."""
    picture = PIL.Image.new("RGB", size, (10, 200, 30))
    picture.putpixel((0, 0), (250, 0, 250))
    image = normalise(picture, label="p")
    assert min(image.width, image.height) >= 32
    assert image.width * size[1] == image.height * size[0]
    assert {tuple(map(int, pixel)) for pixel in pixels(image).reshape(-1, 3)} <= {
        (10, 200, 30),
        (250, 0, 250),
    }
    assert "enlarged" in image.notes[0]
    assert image.original == size


@pytest.mark.parametrize("size", [(1, 5000), (5000, 1), (20, 5000), (1, 201), (8000, 11)])
def test_thin_pictures_are_padded(size: tuple[int, int]) -> None:
    """More than 200:1 is padded with white, and said."""
    image = normalise(PIL.Image.new("RGB", size, "black"), label="p")
    assert max(image.width, image.height) <= 200 * min(image.width, image.height)
    assert {0, 255} <= set(pixels(image).ravel().tolist())
    assert "200:1" in image.notes[0]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_turned_photograph_is_upright(form: str) -> None:
    """The eight EXIF orientations all give the picture as the camera held it, in every format."""
    for orientation in range(1, 9):
        exif = PIL.Image.Exif()
        exif[0x0112] = orientation
        image = normalise(saved(scene(90, 60), form, exif=exif), label="p")
        assert (image.width, image.height) == ((90, 60) if orientation < 5 else (60, 90))
        red = pixels(image)[:, :, 1] < 100
        rows, columns = np.nonzero(red)
        corner = (rows.mean() < image.height / 2, columns.mean() < image.width / 2)
        assert corner == {
            1: (True, True), 2: (True, False), 3: (False, False), 4: (False, True),
            5: (True, True), 6: (True, False), 7: (False, False), 8: (False, True),
        }[orientation]  # fmt: skip
        assert image.original is None


def test_a_large_jpeg_is_read_at_a_fraction() -> None:
    """48 megapixels become what the model looks at, and remember their upright size."""
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    image = normalise(saved(scene(8000, 6000), "JPEG", exif=exif), label="p")
    assert image.width * image.height <= 2560 * 1024 < 1.01 * image.width * image.height
    assert image.original == (6000, 8000)
    assert image.height > image.width


# -- modes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("palette", saved(scene(mode="P"))),
        ("one bit", saved(PIL.Image.new("1", (40, 40), 1))),
        ("cmyk jpeg", saved(scene(mode="CMYK"), "JPEG")),
        ("cmyk tiff", saved(scene(mode="CMYK"), "TIFF")),
        ("grey", saved(scene(mode="L"))),
        ("webp", saved(scene(), "WEBP")),
        ("bmp", saved(scene(), "BMP")),
        ("gif", saved(scene(mode="P"), "GIF")),
        ("ppm", saved(scene(), "PPM")),
        ("jpeg 2000", saved(scene(), "JPEG2000")),
        ("ycbcr", saved(scene(mode="YCbCr"), "TIFF")),
    ],
)
def test_every_kind_becomes_rgb(name: str, source: bytes) -> None:
    """Whatever the format and mode, light stays light, and no note is needed."""
    image = normalise(source, label=name)
    with PIL.Image.open(io.BytesIO(image.data)) as picture:
        assert picture.mode in ("RGB", "L")
    assert pixels(image)[-1, -1].min() >= 250
    assert not image.notes


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P"])
def test_transparent_means_white(mode: str) -> None:
    """What is transparent shows white, never the hidden colour below."""
    if mode == "P":
        palette = PIL.Image.new("P", (40, 40), 3)
        palette.putpalette([0, 0, 0] * 4)
        source: Any = saved(palette, transparency=3)
    else:
        source = PIL.Image.new("RGBA", (40, 40), (0, 0, 0, 0)).convert(mode)
    image = normalise(source, label="p")
    assert pixels(image).min() == 255
    assert image.notes == ("wholly transparent",)


def test_half_transparent_is_mixed_with_white() -> None:
    """Alpha is blended, not dropped."""
    image = normalise(saved(PIL.Image.new("RGBA", (40, 40), (255, 0, 0, 128))), label="p")
    assert pixels(image)[0, 0].tolist() == pytest.approx([255, 127, 127], abs=1)


def test_a_dark_theme_stays_readable() -> None:
    """Light ink on nothing goes on black, dark ink on white; the caller can decide."""

    def chart(ink: tuple[int, int, int]) -> bytes:
        picture = PIL.Image.new("RGBA", (200, 100), (0, 0, 0, 0))
        PIL.ImageDraw.Draw(picture).line((0, 0, 199, 99), fill=(*ink, 255), width=5)
        return saved(picture)

    assert pixels(normalise(chart((255, 255, 255)), label="p"))[0, -1].tolist() == [0, 0, 0]
    assert pixels(normalise(chart((20, 20, 90)), label="p"))[0, -1].tolist() == [255] * 3
    white = normalise(chart((255, 255, 255)), label="p", background="white")
    assert pixels(white).min() == 255
    black = normalise(chart((20, 20, 90)), label="p", background="black")
    assert pixels(black)[0, -1].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "source",
    [
        saved(PIL.Image.fromarray(np.linspace(1000, 60_000, 1600).reshape(40, 40).astype("u2"))),
        saved(PIL.Image.fromarray(np.linspace(-3, 900, 1600).reshape(40, 40).astype("f4")), "TIFF"),
        PIL.Image.fromarray(np.linspace(-9, 70_000, 1600).reshape(40, 40).astype("i4")),
    ],
    ids=["16 bit", "float", "32 bit"],
)
def test_deep_greys_are_stretched_and_said(source: Any) -> None:
    """Values beyond a byte span black to white instead of being clipped."""
    image = normalise(source, label="p")
    seen = pixels(image)
    assert (int(seen.min()), int(seen.max())) == (0, 255)
    assert 120 < seen.mean() < 135
    assert "black to white" in image.notes[0]


@pytest.mark.parametrize("kind", ["u1", "u2", "i8"])
def test_masks_and_labels_are_seen(kind: str) -> None:
    """Numbers so small that they would all be black are shown from black to white, and it is said."""
    labels: Any = np.arange(4, dtype=kind).repeat(400).reshape(40, 40)
    for source in (labels, *([saved(PIL.Image.fromarray(labels))] if kind == "u2" else [])):
        image = normalise(source, label="p")
        assert sorted(set(pixels(image)[:, :, 0].ravel().tolist())) == [0, 85, 170, 255]
        assert image.notes == ("values 0 to 3 are shown black to white",)
    bright: Any = np.full((40, 40, 3), 3, kind)
    assert pixels(normalise(bright, label="p")).max() == 3


def test_colours_are_those_of_the_screen() -> None:
    """A picture with a colour profile is taken to sRGB before the profile is left out."""
    from PIL import ImageCms

    # A profile in which red and blue have changed places, as its pixels have: plain red on a screen.
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = bytearray(srgb)
    tags = {
        srgb[at : at + 4]: at for at in range(132, 132 + 12 * int.from_bytes(srgb[128:132]), 12)
    }
    for part in (b"XYZ", b"TRC"):
        red, blue = (tags[colour + part] for colour in (b"r", b"b"))
        swapped[red + 4 : red + 12], swapped[blue + 4 : blue + 12] = (
            srgb[blue + 4 : blue + 12],
            srgb[red + 4 : red + 12],
        )
    described = (
        bytes(swapped)
        .replace(b"sRGB", b"BGRs")
        .replace("sRGB".encode("utf-16-be"), "BGRs".encode("utf-16-be"))
    )
    blue_pixels = PIL.Image.new("RGB", (40, 40), (0, 0, 255))
    for form in ("PNG", "JPEG"):
        image = normalise(saved(blue_pixels, form, icc_profile=described), label="p")
        assert pixels(image)[20, 20].tolist() == pytest.approx([255, 0, 0], abs=6)
        assert b"BGRs" not in image.data
        plain = normalise(saved(blue_pixels, form, icc_profile=srgb), label="p")
        assert pixels(plain)[20, 20].tolist() == pytest.approx([0, 0, 255], abs=6)


def test_one_of_many_frames_is_said() -> None:
    """An animation or a document of pages sends the frame it stands at, and says which."""
    frames = [PIL.Image.new("RGB", (40, 40), colour) for colour in ("red", "green", "blue")]
    for form in ("GIF", "WEBP", "PNG", "TIFF"):
        source = saved(frames[0], form, save_all=True, append_images=frames[1:])
        image = normalise(source, label="p")
        assert image.notes == ("frame 1 of 3",)
        assert pixels(image)[0, 0].tolist() == pytest.approx([255, 0, 0], abs=3)
        assert b"acTL" not in image.data
        with PIL.Image.open(io.BytesIO(source)) as picture:
            picture.seek(1)
            assert normalise(picture, label="p").notes == ("frame 2 of 3",)


# -- arrays ----------------------------------------------------------------------------------

RAMP: Any = np.linspace(0, 1, 40 * 30).reshape(40, 30)


class Tensor:
    """What torch's tensors look like from outside."""

    def __init__(self, values: Any) -> None:
        self.values, self.dtype = values, "torch.float32"

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> Any:
        return self.values


@pytest.mark.parametrize(
    ("name", "array", "corner", "noted"),
    [
        ("HxW uint8", (RAMP * 255).astype("u1"), 255, False),
        ("HxWx1", (RAMP * 255).astype("u1")[:, :, None], 255, False),
        ("HxWx3", np.dstack([(RAMP * 255).astype("u1")] * 3), 255, False),
        ("3xHxW", np.stack([(RAMP * 255).astype("u1")] * 3), 255, False),
        ("1xHxW", (RAMP * 255).astype("u1")[None], 255, False),
        ("1x3xHxW", np.stack([(RAMP * 255).astype("u1")] * 3)[None], 255, False),
        ("float 0..1", RAMP, 255, False),
        ("half of 0..1", RAMP / 2, 128, False),
        ("float32", RAMP.astype("f4"), 255, False),
        ("float16", RAMP.astype("f2"), 255, False),
        ("float other", RAMP * 7 - 3, 255, True),
        ("huge floats", (RAMP * 2 - 1) * 1.7e308, 255, True),
        ("bool", RAMP > 0.5, 255, False),
        ("int16", (RAMP * 9000 - 4000).astype("i2"), 255, True),
        ("int64 small", (RAMP * 255).astype("i8"), 255, False),
        ("uint64", (RAMP * 2**63).astype("u8"), 255, True),
        ("NaN", np.where(RAMP < 0.3, np.nan, RAMP), 255, True),
        ("infinite", np.where(RAMP < 0.3, np.inf, RAMP), 255, True),
        ("all NaN", RAMP * np.nan, 0, True),
        ("constant", np.full((40, 30), 1234.5), 0, True),
        ("masked", np.ma.masked_less(RAMP, 0.2), 255, True),
        ("not contiguous", np.asfortranarray((RAMP * 255).astype("u1"))[::-1, ::-1], 0, False),
        ("big-endian", (RAMP * 255).astype(">i4"), 255, False),
        ("tensor", Tensor(np.stack([RAMP.astype("f4")] * 3)), 255, False),
    ],
)
def test_arrays_are_pictures(name: str, array: Any, corner: int, noted: bool) -> None:
    """Every usual layout and number becomes the picture it means; what was changed is said."""
    image = normalise(array, label=name)
    assert (image.width, image.height) == (30, 40)
    assert pixels(image)[-1, -1].tolist() == pytest.approx([corner] * 3, abs=1)
    assert bool(image.notes) is noted


def test_four_channels_are_colour_and_alpha() -> None:
    """HxWx4 is RGBA: transparent shows white."""
    array: Any = np.zeros((20, 20, 4), np.uint8)
    array[:10, :, 3] = 255
    seen = pixels(normalise(array, label="p"))
    assert (seen[0, 0].max(), seen[-1, -1].min()) == (0, 255)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(50),
        np.zeros(()),
        np.zeros((0, 5)),
        np.zeros((5, 5, 0)),
        np.zeros((20, 20, 2)),
        np.zeros((9, 20, 20)),
        np.zeros((4, 20, 20, 3)),
        np.zeros((20, 20), complex),
        np.array([["a", "b"]]),
        np.array([[object()]]),
        np.array([["2020-01-01"]], "M8[D]"),
        np.broadcast_to(np.uint8(0), (9000, 9000)),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_that_are_no_pictures(array: Any) -> None:
    """The error names the array's label and what to do, before anything is allocated for it."""
    with pytest.raises(ImageError, match="heat") as caught:
        normalise(array, label="heat")
    assert caught.value.hint


# -- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"", "no bytes"),
        (b"<!DOCTYPE html><html>login</html>", "a web page"),
        (b"\xef\xbb\xbf\n <html lang='de'>", "a web page"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "a Git LFS pointer"),
        (b"a,b\n1,2\n", "text"),
        ("温度,湿度\n".encode() * 100, "text"),
        (b"\x00\x01\x02\x03" * 9, "an unknown format"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "an HEIC photograph"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
        (b"GIF89a", "this GIF is damaged"),
        (b"II*\0\x08\0\0\0\0\0" + bytes(9), "this TIFF is damaged"),
        (saved(scene(300, 300))[:200], "damaged or cut off"),
        (saved(scene(300, 300), "JPEG")[:900], "damaged or cut off"),
        (saved(scene(300, 300), "TIFF")[:900], "damaged or cut off"),
        (saved(scene())[:20], "damaged or cut off"),
        (saved(scene())[:-20].replace(b"IDAT", b"IDAX"), "damaged or cut off"),
        (giant_png(100_000, 100_000), "more than 64 megapixels"),
        (giant_png(10_000, 9_000), "more than 64 megapixels"),
        (saved(scene())[:8], "this PNG is damaged"),
        (saved(scene()).replace(b"IHDR", b"IHDr", 1), "damaged"),
        (PIL.Image.new("RGB", (0, 5)), "0×5 is no size"),
        (saved(scene(64, 64), "ICO", sizes=[(64, 64)]), "an unknown format"),
        (giant_jpeg(16_500, 16_500), "more than 256 megapixels"),
        (giant_jpeg(9_000, 9_000, progressive=True), "more than 64 megapixels"),
        (PIL.Image.new("1", (70_000, 1000)), "more than 64 megapixels"),
        (PIL.Image.new("1", (1, 130_000)), "too thin"),
        ("figure.png", "str is no picture"),
        (None, "NoneType is no picture"),
        ({"data": 1}, "dict is no picture"),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(source: Any, says: str) -> None:
    """The label, what it is instead, and a remedy; no warning, and nothing is decoded."""
    with pytest.raises(ImageError) as caught:
        normalise(source, label="@3")
    assert caught.value.message.startswith("@3: ")
    assert says in caught.value.message
    assert caught.value.hint.endswith((".", "pull", "numpy", "]."))
    assert "\n" not in str(caught.value)


def test_a_picture_whose_file_was_closed_says_so(tmp_path: Path) -> None:
    """A picture that Pillow has not read yet, and cannot read any more, names the way out."""
    scene().save(path := tmp_path / "a.png")
    with PIL.Image.open(path) as picture:
        pass
    with pytest.raises(ImageError, match="closed before its pixels were read"):
        normalise(picture, label="im")


def test_a_png_with_a_broken_part_is_encoded_anew() -> None:
    """Pillow forgives a wrong checksum in the middle; a service would not: it gets a whole file."""
    whole = saved(PIL.Image.fromarray(NOISE.integers(0, 255, (90, 90, 3), np.uint8)))
    (_, header), (_, data), (_, end) = [one for one in chunks(whole) if one[0] in (b"IHDR", b"IDAT", b"IEND")]  # fmt: skip
    half = len(data) // 2
    first, second = chunk(b"IDAT", data[8:half]), chunk(b"IDAT", data[half:-4])
    broken = b"\x89PNG\r\n\x1a\n" + header + first + second[:-1] + bytes([second[-1] ^ 1]) + end
    image = normalise(broken, label="p")
    assert (pixels(image) == pixels(normalise(whole, label="p"))).all()
    assert all(one == chunk(name, one[8:-4]) for name, one in chunks(image.data))
    twice = normalise(b"\x89PNG\r\n\x1a\n" + header + header + data + end, label="p")
    assert [name for name, _ in chunks(twice.data)] == [b"IHDR", b"IDAT", b"IEND"]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"])
def test_damage_never_surprises(form: str) -> None:
    """Any cut and any flipped byte gives a picture or an ImageError, nothing else."""
    source = saved(scene(64, 64, "P" if form == "GIF" else "RGB"), form)
    places = NOISE.integers(0, len(source), 60)
    for place in places:
        flipped = bytearray(source)
        flipped[place] ^= 0xFF
        for damaged in (source[:place], bytes(flipped)):
            with contextlib.suppress(ImageError):
                assert pixels(normalise(damaged, label="p")).size


def test_an_svg_is_drawn_or_the_way_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no converter the error names one; with one its picture is taken."""
    svg = b"<?xml version='1.0'?><!-- a --><svg xmlns='http://www.w3.org/2000/svg' width='9'/>"
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    with pytest.raises(ImageError, match="pip install vl-convert-python"):
        normalise(svg, label="p")


SVG = (
    "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' {}>{}</svg>"
)
GREEN = "<rect width='90' height='50' fill='#0a0'/>"


def test_an_svg_is_harmless(tmp_path: Path) -> None:
    """Nothing that a drawing names is fetched or read, and no script of it runs."""
    pytest.importorskip("vl_convert")
    secret = tmp_path / "secret.png"
    PIL.Image.new("RGB", (90, 50), "red").save(secret)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.png"
        inside = (
            "data:image/svg+xml;base64,"
            + base64.b64encode(
                SVG.format("", f"<image href='{secret}' width='90' height='50'/>").encode()
            ).decode()
        )
        body = GREEN + "".join(
            f"<image {href}='{way}' width='90' height='50'/>"
            for href in ("href", "xlink:href")
            for way in (address, str(secret), secret.as_uri(), "//127.0.0.1/a", inside)
        )
        body += f"<script>fetch('{address}')</script><style>@import url('{address}');</style>"
        body += "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>page</p></foreignObject>"
        image = normalise(
            SVG.format("width='90' height='50' onload='x()'", body).encode(), label="p"
        )
        with pytest.raises(TimeoutError):
            server.accept()
    assert {tuple(pixel) for pixel in pixels(image).reshape(-1, 3).tolist()} == {(0, 170, 0)}


def test_what_an_svg_carries_within_is_drawn() -> None:
    """Pictures written out in it and references to its own parts stay."""
    pytest.importorskip("vl_convert")
    red = base64.b64encode(saved(PIL.Image.new("RGB", (9, 9), "red"))).decode()
    body = (
        "<defs><linearGradient id='g'><stop stop-color='#0000ff'/></linearGradient>"
        "<rect id='r' width='45' height='50' fill='url(#g)'/></defs><use xlink:href='#r'/>"
        f"<image x='45' width='45' height='50' href='data:image/png;base64,{red}' preserveAspectRatio='none'/>"
    )
    seen = pixels(normalise(SVG.format("width='90' height='50'", body).encode(), label="p"))
    assert (seen[50, 20].tolist(), seen[50, 150].tolist()) == ([0, 0, 255], [255, 0, 0])


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ("width='50000' height='50000'", "50000×50000 is more than 64 megapixels"),
        ("width='1e9' height='1e9'", "more than 64 megapixels"),
        ("viewBox='0 0 90000 90000' width='100%'", "90000×90000 is more"),
        ("width='90in' height='9000cm'", "more than 64 megapixels"),
        ("width='9' height='9'><rect", "could not be drawn"),
        ("width='9' height='9'>&unknown;<g ", "could not be drawn"),
        ("width='9' height='9'>" + "<g>" * 5000 + "</g>" * 5000 + "<g/", "could not be drawn"),
    ],
)
def test_an_svg_of_any_size_is_refused_before_it_is_drawn(size: str, words: str) -> None:
    """A size that would take the memory, and what is no XML, are refused in a sentence."""
    with pytest.raises(ImageError, match=words):
        normalise(SVG.format(size, "").encode(), label="p")


@pytest.mark.parametrize(
    ("size", "drawn"),
    [
        ("width='50000%' height='50000%' viewBox='0 0 100 50'", (200, 100)),
        ("width='+90' height='60'", (180, 120)),
        ("viewBox='0 0 100 50' height='100'", (400, 200)),
        ("", (600, 300)),
    ],
)
def test_an_svg_is_drawn_at_the_size_that_was_checked(size: str, drawn: tuple[int, int]) -> None:
    """Percentages, signs, missing sizes, what lies outside: a converter never decides by itself."""
    pytest.importorskip("vl_convert")
    vast = "<rect width='80000' height='80000' fill='red'/>"
    image = normalise(SVG.format(size, vast).encode(), label="p")
    assert (image.width, image.height) == drawn


@pytest.mark.parametrize(
    "text",
    [
        "<text x='5' y='40' font-size='40'>Wide</text>",
        "<text x='5' y='40' font-size='40' font-family='No Such Font'>Wide</text>",
        "<text x='5' y='40' style='font-size:40px; font-family: Nobody'>Wide</text>",
        "<style>.a {font-family: Nobody; font-size: 40px}</style><text x='5' y='40' class='a'>Wide</text>",
    ],
)
def test_letters_of_an_svg_are_drawn(text: str) -> None:
    """Whatever font is named, or none: there is another one behind it."""
    pytest.importorskip("vl_convert")
    image = normalise(SVG.format("width='120' height='60'", text).encode(), label="p")
    assert (pixels(image) < 128).sum() > 500


@pytest.mark.parametrize(
    "begin",
    [
        "<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x' [ <!ENTITY ns 'http://e'> ]>",
        "<!-- a > b -->" + "<!-- " + "long " * 2000 + "-->",
    ],
    ids=["entities", "comments"],
)
def test_a_drawing_is_known_by_its_first_element(begin: str) -> None:
    """Whatever stands before it; packed, and in another encoding, too."""
    pytest.importorskip("vl_convert")
    whole = begin + SVG.format(
        "width='90' height='50'", "<rect width='90' height='50' fill='#0a0'/>"
    )
    utf16 = ("<?xml version='1.0' encoding='utf-16'?>" + whole).encode("utf-16")
    for source in (whole.encode(), gzip.compress(whole.encode()), utf16):
        assert pixels(normalise(source, label="p"))[20, 20].tolist() == [0, 170, 0]


def test_what_is_left_out_of_an_svg_is_said() -> None:
    """A picture from elsewhere and an effect are missed by who looks at it: a note says so."""
    pytest.importorskip("vl_convert")
    inside = "<image href='a.png' width='9' height='9'/><filter id='f'/><rect width='9' height='9' filter='url(#f)'/>"
    image = normalise(SVG.format("width='90' height='50'", inside).encode(), label="p")
    assert image.notes == ("left out of the drawing: pictures from elsewhere, effects",)
    assert (pixels(image) < 10).any()


def test_an_svg_becomes_a_picture() -> None:
    """The converter draws at twice the size, so that small text stays legible."""
    pytest.importorskip("vl_convert")
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' width='90' height='50'>"
        "<rect width='90' height='50' fill='#0a0'/></svg>"
    )
    image = normalise(svg.encode(), label="p")
    assert (image.width, image.height) == (180, 100)
    assert pixels(image)[50, 50].tolist() == [0, 170, 0]


# -- the value -------------------------------------------------------------------------------


def test_what_is_known_travels_along() -> None:
    """Label, origin, title and facts arrive unchanged; bytes and facts stay out of the repr."""
    image = normalise(
        scene(), label="@1", origin="matplotlib", title="Loss", facts='{"a":1}', facts_digest="d"
    )
    assert (image.label, image.origin, image.title) == ("@1", "matplotlib", "Loss")
    assert (image.facts, image.facts_digest) == ('{"a":1}', "d")
    assert "PNG" not in repr(image)
    assert '{"a"' not in repr(image)


def test_the_users_picture_is_left_alone() -> None:
    """Normalising changes neither the mode, nor the size, nor the notes of a PIL image."""
    picture = scene(mode="RGB")
    picture.info["dpi"] = (72, 72)
    before = (picture.mode, picture.size, dict(picture.info), picture.tobytes())
    for _ in range(2):
        normalise(picture, label="p", max_pixels=1024)
        normalise(picture, label="p")
    assert before == (picture.mode, picture.size, dict(picture.info), picture.tobytes())


def test_data_urls() -> None:
    """A picture is its bytes as a data URL; a remote one is its address, and is not fetched."""
    image = normalise(scene(), label="p")
    head, _, body = image.data_url().partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body) == image.data
    remote = Image.from_url("https://example.com/a.png?x=1", "@url")
    assert remote.data_url() == remote.url == "https://example.com/a.png?x=1"
    assert (remote.width, remote.height, remote.data) == (0, 0, b"")
    assert remote.digest != Image.from_url("https://example.com/b.png", "@url").digest


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a/b", "a.png", "https://", "oss://"])
def test_only_web_addresses_are_remote(url: str) -> None:
    """Nothing but http(s) and the service's own storage is handed to it as an address."""
    with pytest.raises(ImageError):
        Image.from_url(url, "p")


@pytest.mark.parametrize(
    ("url", "words", "hosted"),
    [
        ("http://localhost:8888/files/a.png", "cannot reach localhost", True),
        ("http://127.0.0.1/a.png", "cannot reach", True),
        ("http://[::1]/a.png", "cannot reach", True),
        ("https://192.168.1.5/a.png", "cannot reach", True),
        ("http://169.254.169.254/a", "cannot reach", True),
        ("http://nas/a.png", "cannot reach nas", True),
        ("http://cluster.internal/a.png", "cannot reach", True),
        ("https://me:word@example.com/a.png", "a name or a password", False),
        ("https://example.com/report.PDF?page=1", "of a page", False),
        ("https://example.com/index.html", "of a page", False),
        ("https://github.com/o/r/blob/main/a.png", "of a page", False),
    ],
)
def test_addresses_that_lead_to_no_picture(url: str, words: str, hosted: bool) -> None:
    """A private address, a password and a page are refused before anything is sent."""
    far = Image.from_url(url, "far")
    with pytest.raises(ImageError, match=words) as caught:
        check([far], None, hosted=hosted)
    assert "word@" not in str(caught.value)
    if hosted:
        check([far], None)  # a server of one's own may well reach it


def test_addresses_that_may_be_pictures_are_left_to_the_service() -> None:
    """No suffix, an odd one, a signed address: the service will see."""
    for url in ("https://example.com/a", "https://8.8.8.8/a.php?sig=1", "oss://bucket/a.png"):
        check([Image.from_url(url, "far")], None, "dashscope", hosted=True)


def test_more_than_the_model_takes() -> None:
    """By address, inline and as videos: one too many of each is refused before it is sent."""
    model = find("qwen3-vl-plus")
    assert model is not None
    far = Image.from_url("https://example.com/a", "far")
    film = Video.from_url("https://example.com/a.mp4", "film")
    near = normalise(scene(), label="near")
    check([far] * 256, model)
    check([near] * 250 + [far] * 6 + [film] * 64, model)
    for pictures in ([far] * 257, [near] * 251, [near] * 250 + [far] * 7, [film] * 65):
        with pytest.raises(ImageError, match="more than qwen3-vl-plus takes"):
            check(pictures, model)
