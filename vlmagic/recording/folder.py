"""One folder of recordings on the disk: safe names, exclusive creation, locks, pictures by digest.

Every file stands in the folder itself, is a regular file, and is opened without following a link.
A file that exists is never written again. This room refuses to know what the lines mean.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vlmagic.errors import RecordingError
from vlmagic.language import say

from .format import MAX_FILE, is_digest

if sys.platform != "win32":
    import fcntl

SUFFIX = ".jsonl"
MAX_IMAGE = 16 * 2**20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,180}\.jsonl")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_TYPES = {"image/png": ".png", "image/jpeg": ".jpg"}
_CONSENT = "pictures.txt"
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | _NOFOLLOW | _BINARY | getattr(os, "O_NONBLOCK", 0)
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | _NOFOLLOW | _BINARY


@dataclass(frozen=True, slots=True)
class Entry:
    """A recording as the folder lists it."""

    name: str
    size: int
    changed: int
    """Nanoseconds since 1970."""


def is_safe(name: str) -> bool:
    """Is this the name of a recording and nothing else: no folder, no device, no option?"""
    return _NAME.fullmatch(name) is not None and _DEVICE.fullmatch(name) is None


def slug(text: str) -> str:
    """The first words of a text as a piece of a file name, for human eyes; never empty."""
    words = re.findall(r"[a-z0-9]+", text[:400].lower())
    return "-".join(words)[:40].strip("-") or "question"


class Folder:
    """A folder of recordings; it need not exist before the first one is written."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser().absolute()

    def __str__(self) -> str:
        with suppress(ValueError):
            return str(self.path.relative_to(Path.cwd()))
        return str(self.path)

    # -- reading -------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """The recordings, by name; links, folders and foreign files are passed over."""
        found: list[Entry] = []
        try:
            with os.scandir(self.path) as listing:
                for item in listing:
                    if is_safe(item.name):
                        with suppress(OSError):  # it may be gone by now
                            status = item.stat(follow_symlinks=False)
                            if stat.S_ISREG(status.st_mode):
                                found.append(Entry(item.name, status.st_size, status.st_mtime_ns))
        except OSError:
            return []
        return sorted(found, key=lambda entry: entry.name)

    def read(self, name: str, at_most: int = MAX_FILE) -> bytes:
        """The first bytes of a recording; `RecordingError` if it is not there or no plain file."""
        try:
            return self._read(name if is_safe(name) else None, at_most)
        except (OSError, ValueError) as error:
            raise RecordingError(
                say("The recording {name} cannot be read.", name=name[:200]),
                say("It has to be a plain file in {folder} ({problem}).", folder=self, problem=_why(error)),
            ) from None  # fmt: skip

    def _read(self, name: str | None, at_most: int, *, end: bool = False) -> bytes:
        if name is None:
            raise ValueError("this is no name of one")
        fd = os.open(self.path / name, _READ)
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise ValueError("this is no file")
            if end:
                os.lseek(fd, max(0, status.st_size - at_most), os.SEEK_SET)
            pieces = []
            while at_most > 0 and (piece := os.read(fd, min(at_most, 2**20))):
                pieces.append(piece)
                at_most -= len(piece)
            return b"".join(pieces)
        finally:
            os.close(fd)

    def end(self, name: str, size: int = 4096) -> bytes:
        """The last bytes of a recording; empty if it cannot be read."""
        try:
            return self._read(name if is_safe(name) else None, size, end=True)
        except (OSError, ValueError):
            return b""

    def in_use(self, name: str) -> bool:
        """Is another kernel writing it at this moment? (Never known on Windows.)"""
        if sys.platform == "win32":
            return False
        try:
            fd = os.open(self.path / name, _READ)
        except OSError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:  # a file system without locks
            return False
        finally:
            os.close(fd)
        return False

    # -- writing -------------------------------------------------------------------------

    def make(self) -> None:
        """Make the folder; `RecordingError` if it is a link or cannot be."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise refused(self, error) from None
        if self.path.is_symlink():
            raise RecordingError(
                say("The folder {folder} is a link.", folder=self),
                say("Name the folder it leads to, with --recordings or VLMAGIC_RECORDINGS."),
            )

    def create(self, stem: str) -> tuple[int, str, str | None]:
        """A new file, locked: its descriptor, its name, and the name that another kernel is using.

        A name that exists is left alone, whoever made it; the next number is taken.
        """
        self.make()
        busy: str | None = None
        for number in range(1, 10_000):
            name = f"{stem}-{number}{SUFFIX}" if number > 1 else f"{stem}{SUFFIX}"
            try:
                fd = os.open(self.path / name, _CREATE, 0o666)
            except FileExistsError:
                if busy is None and self.in_use(name):
                    busy = name
                continue
            except OSError as error:
                raise refused(self, error) from None
            if sys.platform != "win32":
                with suppress(OSError):
                    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return fd, name, busy
        raise RecordingError(
            say("There are too many recordings of {name} in {folder}.", name=stem, folder=self),
            say("Remove old ones: vlmagic recordings prune"),
        )

    def remove(self, name: str) -> None:
        """Delete one file of the folder."""
        (self.path / Path(name).name).unlink(missing_ok=True)

    # -- pictures ------------------------------------------------------------------------

    def keep_image(self, digest: str, data: bytes, media_type: str) -> None:
        """Write a picture under its digest, unless it is there."""
        suffix = _TYPES.get(media_type)
        if suffix is None or not is_digest(digest) or not data:
            return
        try:
            fd = os.open(self.path / f"{digest}{suffix}", _CREATE, 0o666)
        except FileExistsError:
            return
        try:
            with os.fdopen(fd, "wb") as file:
                file.write(data)
        except OSError:
            self.remove(f"{digest}{suffix}")  # half a picture is worse than none
            raise

    def image(self, digest: str) -> bytes | None:
        """The bytes of a picture that was kept, or None."""
        for suffix in _TYPES.values():
            if is_digest(digest):
                with suppress(OSError, ValueError):
                    return self._read(f"{digest}{suffix}", MAX_IMAGE)
        return None

    def images(self) -> Iterator[tuple[str, str]]:
        """Names and digests of the pictures."""
        with suppress(OSError), os.scandir(self.path) as listing:
            for item in listing:
                digest, dot, suffix = item.name.partition(".")
                if is_digest(digest) and dot + suffix in _TYPES.values():
                    yield item.name, digest

    @property
    def tracked(self) -> bool:
        """Does the folder lie in a working copy of git, which does not ignore it?"""
        for parent in (self.path, *self.path.parents):
            if (parent / ".git").exists():
                return not _ignored(parent, self.path)
        return False

    @property
    def consent(self) -> bool | None:
        """Whether pictures may be kept here, as it was answered once; None: not asked yet."""
        try:
            word = self._read(_CONSENT, 16).decode("ascii", "replace").strip()
        except (OSError, ValueError):
            return None
        return {"keep": True, "leave": False}.get(word)

    def agree(self, keep: bool) -> None:  # noqa: FBT001 - it is the answer itself
        """Remember the answer in the folder, so that nobody who shares it is asked again."""
        self.make()
        try:
            self.remove(_CONSENT)
            fd = os.open(self.path / _CONSENT, _CREATE, 0o666)
            with os.fdopen(fd, "w", encoding="ascii") as file:
                file.write("keep\n" if keep else "leave\n")
        except OSError as error:
            raise refused(self, error) from None


@cache
def _ignored(copy: Path, path: Path) -> bool:
    """Whether this working copy of git ignores the path; without git nobody knows."""
    words = ["git", "-C", str(copy), "check-ignore", "-q", "--no-index", str(path / _CONSENT)]
    try:
        return subprocess.run(words, capture_output=True, timeout=5, check=False).returncode == 0  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False


def refused(folder: object, error: OSError) -> RecordingError:
    """What to say when nothing can be written there."""
    return RecordingError(
        say("Nothing can be recorded in {folder}: {problem}.", folder=folder, problem=_why(error)),
        say("Make room or make it writable, or take another folder with VLMAGIC_RECORDINGS."),
    )


def _why(error: Exception) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)
