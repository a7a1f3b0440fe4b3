"""Tab, after `%vl`, `%vlreason` and `%%vlreason`: options, references, models, names and files.

One function says what may stand where the cursor is; two ways carry it to IPython, the newer of
which keeps Python's own names out of a line that is no Python. This room refuses to look at
anything but names: nothing is opened, drawn or asked.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import catalog, commands, shelf
from .cell import OPTIONS, Option
from .errors import VLReasonError
from .references import IMAGE_SUFFIXES, VIDEO_SUFFIXES, end_of, quoted
from .settings import BY_NAME
from .shelf.elsewhere import attached
from .shelf.kinds import pyplot_figures

if TYPE_CHECKING:
    from .magic import VLMagics

_MAGICS = ("%%vlreason", "%vlreason", "%vl")
_MOST_FILES = 50
_FLAG = re.compile(r"--?[a-z-]+=")
_QUOTE = re.compile(":[\"']")
_CHOICE = re.compile(r"(?<=[\[|])[a-z-]+")
"""`emulator [stop|--slip NAME]`: what a command takes, as its row says."""
_BY_FLAG = {flag: option for option in OPTIONS for flag in option.flags}


def candidates(magics: VLMagics, before: str) -> tuple[str, list[str]] | None:
    """The word that is being typed at the end of `before`, and the words that it may become.

    None where what is typed is none of ours: elsewhere, and in the words of a question.
    """
    words = _words(before)
    if len(words) < 2 or words[0] not in _MAGICS:
        return None
    word = words[-1]
    if words[0] == "%vl":
        return _beginning(word, _after_command(magics, words[1:-1]))
    option: Option | None = None
    for earlier in words[1:-1]:
        if option is not None:
            option = None  # this was its value
        elif earlier.partition("=")[0] not in _BY_FLAG:
            return None
        elif "=" not in earlier and _BY_FLAG[earlier].takes:
            option = _BY_FLAG[earlier]
    flag, equals, value = word.partition("=")
    if option is not None:
        return _beginning(word, _values(option, word, magics))
    if equals and flag in _BY_FLAG:
        return _beginning(value, _values(_BY_FLAG[flag], value, magics))
    return _beginning(word, _BY_FLAG) if word[:1] in ("", "-") else None


def _words(before: str) -> list[str]:
    """The words so far, the last of them as far as it is typed; an open quote holds it together."""
    words, at = [""], 0
    while at < len(before):
        start = at + len(before[at:]) - len(before[at:].lstrip())
        flag = _FLAG.match(before, start)
        at = end_of(before, flag.end() if flag else start)
        words[-1:] = [before[start:at], ""] if at < len(before) else [before[start:]]
    return words


def _after_command(magics: VLMagics, words: list[str]) -> list[str]:
    """What may follow these words of `%vl`."""
    if not words:
        return commands.names()
    if words == ["show"]:
        return commands.results(magics)
    if words == ["models"]:
        return [model.name for model in catalog.MODELS]
    if words == ["emulator", "--slip"]:
        from .emulator.slips import SLIPS

        return list(SLIPS)
    (known,) = [one.word for one in commands.COMMANDS if one.word.split()[0] == words[0]] or [""]
    return _CHOICE.findall(known) if len(words) == 1 else []


def _beginning(word: str, names: Any) -> tuple[str, list[str]]:
    """The names that begin so; a name in quotes may be begun without them."""
    return word, [
        name
        for name in names
        if name.startswith(word) or (word[:1] == "@" and _QUOTE.sub(":", name).startswith(word))
    ]


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
        hidden = getattr(magics.shell, "user_ns_hidden", ())
        for name, value in list(magics.shell.user_ns.items()):
            schema = isinstance(value, dict) or hasattr(value, "model_json_schema")
            if schema and name[0] != "_" and name not in hidden:
                yield name
    elif option.name in BY_NAME:
        yield from BY_NAME[option.name].choices


def _references(word: str, magics: VLMagics) -> Iterator[str]:
    """What was shown, newest first, then variables that are pictures, then files."""
    shown = list(reversed(shelf.figures(magics.shelf)))
    yield "@last"
    yield from (item.label for item in shown)
    single = word.startswith("@title:'")
    for title in dict.fromkeys(item.title for item in shown if item.title):
        quote = "'" if single or '"' in title else '"'
        yield f"@title:{quote}{title}{quote}"
    yield from ("@all", "@open", "@gcf")
    for number, figure in pyplot_figures().items():
        yield f"@fig:{quoted(str(figure.get_label() or number))}"
    yield from ("@md", "@clip")
    if word.startswith("@md:"):  # a notebook is read only for this
        with contextlib.suppress(VLReasonError):
            yield from (f"@md:{quoted(name)}" for name in attached(magics.shell.user_ns))
    hidden = frozenset(getattr(magics.shell, "user_ns_hidden", ()))
    yield from shelf.picturable(magics.shell.user_ns, hidden)
    if word[:1] != "@":
        yield from _files(word)


def _files(word: str) -> Iterator[str]:
    """Folders, pictures and films below the folder that has been typed; with blanks in quotes."""
    quote = word[:1] if word[:1] in ("'", '"') else ""
    typed, slash, start = word[len(quote) :].rpartition("/")
    found = 0
    with contextlib.suppress(OSError, RuntimeError):
        for path in sorted(Path(f"{typed}{slash}" or ".").expanduser().iterdir()):
            suffix = path.suffix.lower()
            if not path.name.startswith(start or path.name.lstrip(".")) or (
                " " in path.name and not quote
            ):
                continue
            if path.is_dir() or suffix in IMAGE_SUFFIXES | VIDEO_SUFFIXES:
                yield f"{quote}{typed}{slash}{path.name}{'/' if path.is_dir() else quote}"
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
            found = candidates(magics, context.text_until_cursor.lstrip())
            word, names = found or ("", [])
            if found and not names:
                names = [word]  # so that no name of Python takes its place
            return {
                "completions": [SimpleCompletion(text=name) for name in names],
                "matched_fragment": word,
                "ordered": True,
                "suppress": True,
            }

        self.matcher = match
        self.shell.Completer.custom_matchers.append(match)

    def _hook(self, _: Any, event: Any) -> list[str]:
        """IPython's symbol begins after its last delimiter, such as `@`."""
        word, found = candidates(self.magics, event.text_until_cursor.lstrip()) or ("", [])
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
