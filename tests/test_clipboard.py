"""`@clip` with a real clipboard, on a screen that nobody sees."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import PIL.Image
import pytest

from vlmagic.errors import ImageError
from vlmagic.references import parse
from vlmagic.shelf import resolve

pytestmark = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xclip")),
    reason="needs a screen and its clipboard: apt-get install xvfb xclip",
)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A screen of its own, with a clipboard of its own."""
    with subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "320x240x8"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        monkeypatch.setenv("DISPLAY", f":{server.stdout.readline().strip()}")
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        yield
        server.terminate()


def copied(kind: str, content: bytes) -> None:
    """Put something into the clipboard; whoever holds it leaves with the screen."""
    subprocess.run(
        ["xclip", "-selection", "clipboard", "-t", kind, "-i"],
        input=content,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.usefixtures("screen")
def test_the_picture_in_the_clipboard(tmp_path: Path) -> None:
    """A copied picture is looked at; copied words are none, and nothing is."""
    with pytest.raises(ImageError, match="There is no picture in the clipboard"):
        resolve([parse("@clip")], None, {})
    PIL.Image.new("RGB", (40, 30), "red").save(path := tmp_path / "red.png")
    copied("image/png", path.read_bytes())
    (image,) = resolve([parse("@clip")], None, {}).images
    assert (image.width, image.height, image.origin) == (40, 30, "clipboard")
    copied("UTF8_STRING", b"words")
    with pytest.raises(ImageError, match="There is no picture in the clipboard"):
        resolve([parse("@clip")], None, {})
