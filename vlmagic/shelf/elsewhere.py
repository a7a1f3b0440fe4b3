"""Pictures outside the kernel's memory: files, the saved notebook, the clipboard.

This room refuses the network: an address is handed on as it is.
"""

from __future__ import annotations

import base64
import binascii
import glob
import json
import os
import stat
import sys
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vlmagic.errors import CellError, ImageError
from vlmagic.language import say
from vlmagic.references import Attachment, Attribute, DataURL, Place, Variable, quoted

from .item import decoded

MOST_FILES = 32
_MOST_FILE = 200 * 2**20


def home(path: Path) -> Path:
    """The path with `~` written out, where that is somebody's home."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def is_file(path: Path) -> bool:
    """Whether there is a regular file; what is too long for a name is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def regular(path: Path) -> Path:
    """The path of a file that has an end; ImageError for a folder, a pipe and a device."""
    path = home(path)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if stat.S_ISDIR(mode):
        raise ImageError(
            say("{path} is a folder.", path=path),
            say("Write {path}/*.png for all the pictures in it.", path=path),
        )
    if not stat.S_ISREG(mode):
        raise ImageError(
            say("{path} is a pipe or a device, no file.", path=path),
            say("Save what comes out of it to a file, and give its path."),
        )
    return path


def content(path: Path) -> bytes:
    """The bytes of a file; ImageError for what cannot be read or is no size for a picture."""
    path = regular(path)
    try:
        with path.open("rb") as opened:
            data = opened.read(_MOST_FILE + 1)
            size = max(len(data), path.stat().st_size)
    except OSError as error:
        raise _unreadable(path, error) from error
    if size > _MOST_FILE:
        raise ImageError(
            say("{path} has {size} MB.", path=path, size=size // 10**6),
            say("The limit is {limit} MB: save a smaller copy.", limit=_MOST_FILE // 10**6),
        )
    return data


def _unreadable(path: Path, error: Exception) -> ImageError:
    problem = getattr(error, "strerror", None) or error
    return ImageError(
        say("{path} cannot be read: {problem}.", path=path, problem=problem),
        say("Paths count from the folder of the kernel: {folder}", folder=Path.cwd()),
    )


def files(place: Place) -> list[Path]:
    """The file of a path, or the sorted files of a pattern (at most `MOST_FILES`)."""
    path = home(Path(place.path))
    try:
        if path.exists():
            return [path]
    except OSError as error:  # a name that no file can have
        raise _unreadable(path, error) from error
    if not place.pattern:
        raise _missing(place, path)
    found = [Path(name) for name in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
    found = [one for one in found if is_file(one)]
    if not found:
        raise CellError(
            say("No file matches {pattern}.", pattern=place.text),
            say("Paths count from the folder of the kernel: {folder}", folder=Path.cwd()),
        )
    if len(found) > MOST_FILES:
        raise CellError(
            say("{pattern} matches {count} files.", pattern=place.text, count=len(found)),
            say("At most {limit} go along: narrow the pattern.", limit=MOST_FILES),
        )
    return found


def _missing(place: Place, path: Path) -> CellError:
    what = say("There is no file {path}.", path=place.path)
    if "," in place.path:
        return CellError(what, say("Write one -i for each picture: -i a -i b."))
    if path.is_symlink():
        return CellError(
            say("{path} is a link that leads nowhere.", path=place.path),
            say("Give the file itself."),
        )
    near = _beside(path)
    if near:
        return CellError(what, say("Did you mean {path}?", path=near))
    return CellError(
        what,
        say("Paths count from the folder of the kernel: {folder}", folder=Path.cwd()),
    )


def _beside(path: Path) -> str:
    """The file whose name is most like this one's, as it would be written; "" if there is none."""
    import difflib

    try:
        names = [entry.name for entry in path.parent.iterdir() if is_file(entry)]
    except OSError:
        return ""
    same = [name for name in names if name.lower() == path.name.lower()]
    near = same or difflib.get_close_matches(path.name, names, 1, 0.6)
    found = str(path.parent / near[0]) if near else ""
    return f'"{found}"' if " " in found else found


def mistyped(reference: Variable) -> None:
    """CellError for `plot.pgn` where there is no variable `plot`, but a file plot.png."""
    if any(isinstance(step, Attribute) for step in reference.steps):
        near = _beside(Path(reference.text))
        if near:
            raise CellError(
                say("There is no variable {name}.", name=reference.name),
                say("Did you mean {path}?", path=near),
            )


def _attachments(namespace: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """(name, name with its number, data) of the pictures in the saved notebook's Markdown cells.

    The first of a name is number 1: `image.png.1`.
    """
    path = _notebook(namespace)
    found: list[tuple[str, str, Any]] = []
    counts: dict[str, int] = {}
    try:
        notebook = json.loads(path.read_text("utf-8"))
        for cell in notebook["cells"]:
            for name, bundle in (cell.get("attachments") or {}).items():
                for mime in sorted(bundle, key=_liked)[:1]:
                    if mime.startswith("image/"):
                        counts[name] = counts.get(name, 0) + 1
                        found.append((name, f"{name}.{counts[name]}", bundle[mime]))
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise CellError(
            say("The notebook {path} cannot be read: {problem}", path=path, problem=error),
            say("Save the notebook and try again."),
        ) from error
    return [(name, unique if counts[name] > 1 else name, data) for name, unique, data in found]


def attached(namespace: Mapping[str, Any]) -> list[str]:
    """The names by which `@md:` leads to the pictures of the saved notebook."""
    return [unique for _, unique, _ in _attachments(namespace)]


def attachment(reference: Attachment, namespace: Mapping[str, Any]) -> tuple[str, bytes]:
    """Name and bytes of a picture in a Markdown cell of the notebook, as it was last saved."""
    found = _attachments(namespace)
    wanted = [one for one in found if reference.name in (None, one[0])]
    wanted = wanted or [one for one in found if reference.name == one[1]]
    if not wanted:
        raise CellError(
            say("{text} is not in the saved notebook.", text=reference.text),
            say("Attached are: {names}.", names=", ".join(unique for _, unique, _ in found))
            if found
            else say("No Markdown cell has a picture attached; save the notebook first."),
        )
    if len(wanted) > 1:
        raise CellError(
            say("{text} is {count} pictures.", text=reference.text, count=len(wanted)),
            say("Choose: {items}.", items=", ".join(f"@md:{quoted(one[1])}" for one in wanted)),
        )
    name, _, data = wanted[0]
    text = "".join(data) if isinstance(data, list) else str(data)
    return name, text.encode() if text.lstrip().startswith("<") else decoded(text)


def _liked(mime: str) -> tuple[bool, bool]:
    """Of one picture in several forms pixels come first, drawings next."""
    return not mime.startswith("image/"), mime == "image/svg+xml"


def _notebook(namespace: Mapping[str, Any]) -> Path:
    for known in (
        namespace.get("__session__"),
        namespace.get("__vsc_ipynb_file__"),
        os.environ.get("JPY_SESSION_NAME"),
    ):
        if isinstance(known, str) and known.endswith(".ipynb"):
            return Path(known)
    raise CellError(
        say("The file of this notebook is not known here."),
        say("Save the picture to a file and give its path."),
    )


def clipboard() -> Any:
    """The picture in the clipboard of the machine that runs the kernel."""
    from PIL import ImageGrab, UnidentifiedImageError

    local = sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    grabbed: Any = None
    try:
        if local:
            grabbed = ImageGrab.grabclipboard()
    except UnidentifiedImageError:  # it holds words
        grabbed = None
    except (NotImplementedError, OSError, ValueError) as error:
        raise ImageError(
            say("The clipboard cannot be read: {problem}", problem=error),
            say("Install wl-clipboard or xclip, or save the picture to a file."),
        ) from error
    if isinstance(grabbed, list) and grabbed:
        return content(Path(grabbed[0]))
    if grabbed is None or isinstance(grabbed, list):
        raise ImageError(
            say("There is no picture in the clipboard of the machine that runs the kernel.")
            if local
            else say("The machine that runs the kernel has no clipboard."),
            say("Save the picture to a file and give its path."),
        )
    return grabbed


def data_url(reference: DataURL) -> tuple[bytes, str]:
    """The bytes in a data URL, and a label that is short enough to show."""
    text = reference.text
    head, comma, body = text.strip("\"'").partition(",")
    label = f"{head},…"
    try:
        if not comma:
            raise ValueError(head)
        raw = urllib.parse.unquote_to_bytes(body)
        return (base64.b64decode(raw, validate=True) if head.endswith(";base64") else raw), label
    except (ValueError, binascii.Error) as error:
        raise ImageError(
            say("The data URL {start} is damaged.", start=text[:40]),
            say("It has to read data:image/png;base64,… without blanks."),
        ) from error
