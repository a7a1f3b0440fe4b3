"""Tab, after `%vl`, `%vlreason` and `%%vlreason`: options, references, models, names and files.

One function says what may stand where the cursor is; two ways carry it to IPython, the newer of
which keeps Python's own names out of a line that is no Python. This room refuses to look at
anything but names: nothing is opened, drawn or asked.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import catalog, commands, shelf
from .cell import OPTIONS, Option
from .references import IMAGE_SUFFIXES, VIDEO_SUFFIXES
from .settings import BY_NAME

if TYPE_CHECKING:
    from .magic import VLMagics

_MAGICS = ("%%vlreason", "%vlreason", "%vl")
_MOST_FILES = 50
_BY_FLAG = {flag: option for option in OPTIONS for flag in option.flags}


def candidates(magics: VLMagics, before: str) -> tuple[str, list[str]]:
    """The word that is being typed at the end of `before`, and the words that it may become."""
    words = before.split()
    if before[-1:].isspace():
        words.append("")
    if len(words) < 2 or words[0] not in _MAGICS:
        return "", []
    word, previous = words[-1], words[-2]
    if words[0] == "%vl":
        names = commands.results(magics) if previous == "show" else commands.names()
        return _beginning(word, names)
    flag, equals, value = word.partition("=")
    if equals and (option := _BY_FLAG.get(flag)):
        return _beginning(value, _values(option, value, magics))
    option = _BY_FLAG.get(previous)
    if option is not None and option.takes:
        return _beginning(word, _values(option, word, magics))
    return _beginning(word, _BY_FLAG)


def _beginning(word: str, names: Any) -> tuple[str, list[str]]:
    return word, [name for name in names if name.startswith(word)]


def _values(option: Option, word: str, magics: VLMagics) -> Iterator[str]:
    """What an option takes, the likeliest first."""
    if option.name == "image":
        yield from _references(word, magics)
    elif option.name in ("model", "compare"):
        before = word[: word.rfind(",") + 1]
        yield from (before + model.name for model in catalog.MODELS)
    elif option.name in ("out", "follow"):
        yield from commands.results(magics)
    elif option.name == "schema":
        yield from (name for name in magics.shell.user_ns if name[0] != "_")
    elif option.name in BY_NAME:
        yield from BY_NAME[option.name].choices


def _references(word: str, magics: VLMagics) -> Iterator[str]:
    """What was shown, newest first, then variables that are pictures, then files."""
    shown = list(reversed(shelf.figures(magics.shelf)))
    yield "@last"
    yield from (item.label for item in shown)
    yield from dict.fromkeys(f'@title:"{item.title}"' for item in shown if item.title)
    yield from ("@all", "@open", "@gcf", "@md", "@clip")
    hidden = frozenset(getattr(magics.shell, "user_ns_hidden", ()))
    yield from shelf.picturable(magics.shell.user_ns, hidden)
    if word[:1] != "@":
        yield from _files(word)


def _files(word: str) -> Iterator[str]:
    """Folders, pictures and films below the folder that has been typed."""
    typed, slash, start = word.rpartition("/")
    found = 0
    with contextlib.suppress(OSError, RuntimeError):
        for path in sorted(Path(f"{typed}{slash}" or ".").expanduser().iterdir()):
            suffix = path.suffix.lower()
            if not path.name.startswith(start or path.name.lstrip(".")) or " " in path.name:
                continue
            if path.is_dir() or suffix in IMAGE_SUFFIXES | VIDEO_SUFFIXES:
                yield f"{typed}{slash}{path.name}{'/' if path.is_dir() else ''}"
                found += 1
            if found == _MOST_FILES:
                return


class Completion:
    """Our words in one shell's completer, until `remove`."""

    def __init__(self, magics: VLMagics) -> None:
        self.magics = magics
        self.shell = magics.shell
        self.matcher: Any = None
        try:
            from IPython.core.completer import SimpleCompletion, context_matcher
        except ImportError:  # before 8.6
            for word in _MAGICS:
                self.shell.set_hook("complete_command", self._hook, str_key=word)
            return

        @context_matcher(identifier="vlmagic", priority=200)
        def match(context: Any) -> dict[str, Any]:
            word, found = candidates(magics, context.text_until_cursor.lstrip())
            return {
                "completions": [SimpleCompletion(text=name) for name in found],
                "matched_fragment": word,
                "ordered": True,
                "suppress": True,
            }

        self.matcher = match
        self.shell.Completer.custom_matchers.append(match)

    def _hook(self, _: Any, event: Any) -> list[str]:
        """IPython's symbol begins after its last delimiter, such as `@`."""
        word, found = candidates(self.magics, event.text_until_cursor.lstrip())
        begin = len(word) - len(event.symbol)
        return [name[begin:] for name in found] if begin >= 0 else []

    def remove(self) -> None:
        """Take our words out again."""
        matchers = self.shell.Completer.custom_matchers
        if self.matcher is not None and self.matcher in matchers:
            matchers.remove(self.matcher)
        hooks = self.shell.strdispatchers.get("complete_command")
        for word in _MAGICS if hooks is not None and self.matcher is None else ():
            hooks.strs.pop(word, None)
