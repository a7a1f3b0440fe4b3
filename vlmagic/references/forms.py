"""The eight kinds of reference, as frozen values. This room refuses behaviour."""

from __future__ import annotations

from dataclasses import dataclass

IMAGE_SUFFIXES = frozenset(
    {".apng", ".avif", ".bmp", ".eps", ".gif", ".heic", ".heif", ".ico", ".jp2", ".jpe", ".jpeg"}
    | {".jpg", ".pbm", ".pdf", ".pgm", ".png", ".ppm", ".svg", ".tga", ".tif", ".tiff", ".webp"},
)
VIDEO_SUFFIXES = frozenset(
    {".avi", ".flv", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm", ".wmv"},
)


@dataclass(frozen=True, slots=True)
class _Written:
    text: str
    """As the user wrote it."""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Slice:
    """`[start:stop:step]`: several pictures of a collection, or a part of a chart by its data."""

    start: int | float | str | None
    stop: int | float | str | None
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Part(_Written):
    """What lies between two places of the data, along the x axis and along the y axis."""

    x: Slice
    y: Slice | None = None


@dataclass(frozen=True, slots=True)
class Shown(_Written):
    """Pictures as they were shown; exactly one of `cell`, `back`, `newest` and `title` is set."""

    cell: int | None = None
    first: int | None = None
    last: int | None = None
    """First and last picture of `cell`, from 1; both None: all of them."""
    back: int | None = None
    """1 is the last picture shown."""
    newest: int | None = None
    """So many of the newest; 0 is the whole shelf."""
    title: str | None = None
    """The last picture with this title."""
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Open(_Written):
    """Figures that pyplot holds open: the current one, `figure` by number or label, or `every`."""

    figure: int | str | None = None
    every: bool = False
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """`.name`"""

    name: str


@dataclass(frozen=True, slots=True)
class Name:
    """A variable used as a key: `results[key]`."""

    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """`[key]`, or `[key, key]` as one tuple."""

    key: int | str | Name | tuple[Key, ...]


Key = int | str | Name | Slice
Step = Attribute | Item | Slice


@dataclass(frozen=True, slots=True)
class Variable(_Written):
    """A name in the notebook, and the way from there to the picture."""

    name: str = ""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Place(_Written):
    """A file, or with `pattern` all files that match; `~` is not yet expanded."""

    path: str = ""
    pattern: bool = False


@dataclass(frozen=True, slots=True)
class Remote(_Written):
    """A picture that the service fetches by itself."""

    url: str = ""


@dataclass(frozen=True, slots=True)
class DataURL(_Written):
    """A picture written out in the reference; not yet decoded."""


@dataclass(frozen=True, slots=True)
class Attachment(_Written):
    """A picture attached to a Markdown cell of the saved notebook; the newest without `name`."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class Clipboard(_Written):
    """The picture in the clipboard."""


Reference = Shown | Open | Variable | Place | Remote | DataURL | Attachment | Clipboard
