"""What was typed, as a value: `(line, cell) -> Ask`.

One table (`OPTIONS`) drives the parsing, `%%vlreason?`, completion and the README. The prompt is
never touched: LaTeX, braces, `$x`, quotes and backslashes pass byte for byte. This room refuses
IPython and evaluation: it returns references, and errors that point at the place.
"""

from __future__ import annotations

import difflib
import json
import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from .errors import CellError, VLReasonError
from .language import say
from .references import Reference
from .references import parse as parse_reference
from .settings import BY_NAME

Kind = Literal["setting", "flag", "reference", "name", "word", "pair", "follow", "count", "models"]


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its spellings, what it takes, and one sentence of help."""

    flags: tuple[str, ...]
    name: str
    kind: Kind
    about: str
    metavar: str = ""
    value: Any = None
    """For kind "setting" without a metavar: the value that the bare option stands for."""

    @property
    def takes(self) -> bool:
        """Whether a value follows."""
        return bool(self.metavar)


OPTIONS: tuple[Option, ...] = (
    Option(("-i", "--image"), "image", "reference", "what to look at, repeatable; default: the last figure shown", "REF"),
    Option(("--no-image",), "no_image", "flag", "ask without a picture"),
    Option(("-o", "--out"), "out", "name", "bind the Result to this variable, however it ends", "NAME"),
    Option(("--each",), "each", "flag", "ask about each picture by itself; NAME becomes a MapResult"),
    Option(("--votes",), "votes", "count", "ask so many times at once; one table of where the answers agree", "N"),
    Option(("--compare",), "compare", "models", "ask these models at once, one alone beside the model of -m", "MODEL[,MODEL…]"),
    Option(("-m", "--model"), "model", "setting", "the model that is asked", "NAME"),
    Option(("--think",), "think", "setting", "think before answering (default: wherever the model can)", value=True),
    Option(("--no-think",), "think", "setting", "answer without thinking", value=False),
    Option(("--budget",), "budget", "setting", "most tokens of thinking; implies --think", "N"),
    Option(("--api",), "api", "setting", "the protocol that is spoken", "NAME"),
    Option(("--region",), "region", "setting", "the region of Model Studio", "NAME"),
    Option(("--base-url",), "base_url", "setting", "any OpenAI-compatible server", "URL"),
    Option(("--workspace",), "workspace", "setting", "a workspace of Model Studio", "ID"),
    Option(("--dialect",), "dialect", "setting", "how the server switches thinking", "NAME"),
    Option(("-c", "--continue"), "follow", "follow", "follow up the last answer of a cell, or -c=NAME the one in NAME"),
    Option(("--json",), "json", "flag", "answer in JSON, for Result.json()"),
    Option(("--schema",), "schema", "word", "answer in JSON that fits a pydantic model or JSON schema", "NAME"),
    Option(("--history",), "history", "setting", "most tokens of earlier turns to send along", "N"),
    Option(("--system",), "system", "setting", "a system message; left out by default, as the vendor advises", "TEXT"),
    Option(("--hi-res",), "hi_res", "setting", "let the model look at up to 16384 tokens a picture", value=True),
    Option(("--max-tokens",), "max_tokens", "setting", "most tokens of the answer", "N"),
    Option(("--temperature",), "temperature", "setting", "randomness of the words", "X"),
    Option(("--top-p",), "top_p", "setting", "nucleus of the words", "X"),
    Option(("--seed",), "seed", "setting", "seed of the randomness", "N"),
    Option(("--param",), "param", "pair", "anything else the API takes, repeatable", "KEY=VALUE"),
    Option(("--facts",), "facts", "setting", "send exact facts of live figures beside the pixels", value=True),
    Option(("--no-facts",), "facts", "setting", "send the pixels alone", value=False),
    Option(("--check",), "check", "setting", "mark the answer's numbers and steps that are right or wrong", value=True),
    Option(("--no-check",), "check", "setting", "leave the answer unchecked", value=False),
    Option(("--dpi",), "dpi", "setting", "draw live figures anew at this resolution", "N"),
    Option(("--thinking",), "thinking", "setting", "show the thinking: fold, open or hidden", "HOW"),
    Option(("--steps",), "steps", "setting", "a lesson: thinking hidden, the answer uncovered step by step", value=True),
    Option(("--no-stream",), "stream", "setting", "receive the answer in one piece, where the model allows it", value=False),
    Option(("--vars",), "vars", "flag", "fill in {{name}}, {{name.attr}} and {{name[key]}} from the notebook"),
    Option(("--dry-run",), "dry_run", "flag", "show what would be sent, its tokens and cost; nothing leaves"),
    Option(("--record",), "record", "setting", "off, auto (play, else ask and record), record, or replay (never ask)", "MODE"),
    Option(("--recordings",), "recordings", "setting", "the folder of the recordings", "FOLDER"),
    Option(("--fresh",), "fresh", "flag", "ask anew though a recording exists"),
    Option(("--speed",), "speed", "setting", "replay so many times as fast as recorded; 0: at once", "X"),
    Option(("--max-cost",), "max_cost_per_call", "setting", "refuse before sending if it could cost more", "X"),
    Option(("-b", "--background"), "background", "flag", "return at once; the Result fills itself (needs -o)"),
)  # fmt: skip
_BY_FLAG: Mapping[str, Option] = {flag: option for option in OPTIONS for flag in option.flags}


@dataclass(slots=True)
class Ask:
    """One question as it was typed."""

    prompt: str = ""
    images: list[Reference] = field(default_factory=list)
    out: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    """Settings by name, as typed."""
    params: dict[str, Any] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    follow: str | None = None
    """The variable to follow up; "" for the last answer of a cell, None for no follow-up."""
    schema: str | None = None
    """The variable that holds the schema."""
    votes: int | None = None
    """How many times each model is asked; None for one question."""
    compare: tuple[str, ...] = ()
    """The models that are asked at once."""


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


def _words(line: str) -> Iterator[_Word]:
    """The words of a line: quotes and brackets hold a word together, nothing is unescaped."""
    at, size = 0, len(line)
    while at < size:
        if line[at].isspace():
            at += 1
            continue
        start, depth, quote = at, 0, ""
        while at < size:
            letter = line[at]
            if quote:
                quote = "" if letter == quote else quote
            elif letter in "\"'" and (
                depth
                or at == start
                or line[at - 1] == "="
                or (line[at - 1] == ":" and line[start] == "@")
            ):
                quote = letter
            elif letter in "[(":
                depth += 1
            elif letter in "])":
                depth = max(0, depth - 1)
            elif letter.isspace() and not depth:
                break
            at += 1
        if quote or depth:  # nothing closes it: then it is an ordinary letter
            at = start
            while at < size and not line[at].isspace():
                at += 1
        yield _Word(line[start:at], start, at)


class _Line:
    """The words of one line, taken one after the other, and what they come to."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.words = list(_words(line))
        self.next = 0
        self.ask = Ask()

    def read(self) -> int:
        """Take the options; return where the prompt begins in the line."""
        while self.next < len(self.words):
            word = self.words[self.next]
            if word.text == "--":
                return word.end
            if not re.match(r"-{1,2}[A-Za-z]", word.text):
                return word.start
            self.next += 1
            self._option(word)
        return len(self.line)

    def _option(self, word: _Word) -> None:
        flag, equals, glued = word.text.partition("=")
        option = _BY_FLAG.get(flag)
        if option is None and len(word.text) > 2 and not word.text.startswith("--"):
            flag, glued, equals = word.text[:2], word.text[2:], "="  # -iREF
            option = _BY_FLAG.get(flag)
            option = option if option and option.takes else None
        if option is None:
            raise CellError(
                say("There is no option {flag} (column {column}).", flag=word.text.partition("=")[0], column=word.start + 1),
                _nearest(word.text.partition("=")[0]),
            )  # fmt: skip
        if option.kind == "follow":
            self.ask.follow = identifier(flag, glued) if equals else ""
        elif not option.takes:
            if equals:
                raise CellError(
                    say("{flag} takes no value.", flag=flag),
                    say("Leave out ={value}.", value=glued),
                )
            self._take(option, flag, None)
        elif equals:
            self._take(option, flag, glued)
        elif self.next < len(self.words):
            self.next += 1
            self._take(option, flag, self.words[self.next - 1].text)
        else:
            raise CellError(
                say("{flag} needs a value: {metavar}.", flag=flag, metavar=option.metavar),
                say("For example: {flag} {metavar}", flag=flag, metavar=_example(option)),
            )

    def _take(self, option: Option, flag: str, text: str | None) -> None:
        ask = self.ask
        match option.kind:
            case "flag":
                ask.flags.add(option.name)
            case "reference":
                ask.images.append(parse_reference(text or ""))
            case "name":
                ask.out = identifier(flag, _unquoted(text or ""))
            case "word":
                ask.schema = identifier(flag, _unquoted(text or ""))
            case "count":
                ask.votes = _count(flag, _unquoted(text or ""))
            case "models":
                ask.compare += _models(flag, _unquoted(text or ""))
            case "pair":
                key, value = _pair(flag, _unquoted(text or ""))
                ask.params[key] = value
            case "setting":
                value = (
                    option.value
                    if text is None
                    else BY_NAME[option.name].read(_unquoted(text), flag)
                )
                self._once(option, flag, value)

    def _once(self, option: Option, flag: str, value: Any) -> None:
        known = self.ask.options.get(option.name)
        if known is not None and known != value:
            raise CellError(
                say("{flag} contradicts an option before it.", flag=flag),
                say("Give one of the two."),
            )
        self.ask.options[option.name] = value


def parse(line: str, cell: str | None = None) -> Ask:
    """The question of `%%vlreason line / cell`, or of `%vlreason line` (cell None).

    In the line form the options end at the first word of the prompt. An error carries, as
    `error.out`, the name to bind if it could be read.
    """
    reader = _Line(line)
    try:
        begins = reader.read()
        rest = line[begins:].strip()
        if cell is not None and rest:
            raise CellError(
                say("{word!r} is no option.", word=rest.split()[0]),
                say("In a %%vlreason cell the question stands below the first line."),
            )
        _agree(reader.ask)
    except VLReasonError as error:
        error.out = reader.ask.out or _out_in(reader.words)
        raise
    reader.ask.prompt = rest if cell is None else cell.removesuffix("\n")
    return reader.ask


def _out_in(words: Sequence[_Word]) -> str | None:
    for here, following in pairwise(words):
        if here.text in {"-o", "--out"} and following.text.isidentifier():
            return following.text
    return None


def _agree(ask: Ask) -> None:
    if ask.votes is not None or ask.compare:
        wrong = [flag for name, flag in _NOT_POLL.items() if name in ask.flags]
        if ask.options.get("steps"):
            wrong.append("--steps")
        if len(ask.compare) > 1 and "model" in ask.options:
            wrong.append("-m")
        if wrong:
            flag = "--votes" if ask.votes is not None and wrong[0] != "-m" else "--compare"
            raise CellError(
                say("{one} and {other} contradict each other.", one=flag, other=wrong[0]),
                say("Give one of the two."),
            )
    if ask.images and "no_image" in ask.flags:
        raise CellError(
            say("-i and --no-image contradict each other."), say("Give one of the two.")
        )
    if "each" in ask.flags:
        other = next((flag for name, flag in _NOT_EACH.items() if name in ask.flags), None)
        if other is None and ask.follow is not None:
            other = "-c"
        if other is not None:
            raise CellError(
                say("--each and {flag} contradict each other.", flag=other),
                say("Give one of the two."),
            )
    if "background" in ask.flags and ask.out is None:
        raise CellError(
            say("A question in the background needs a name for its Result."),
            say("Add -o NAME."),
        )


_NOT_POLL = {"each": "--each", "background": "-b"}
_NOT_EACH = {"no_image": "--no-image", "background": "-b", "dry_run": "--dry-run"}


def _nearest(flag: str) -> str:
    known = list(_BY_FLAG)
    longer = [name for name in known if name.startswith("--") and (name in flag or flag in name)]
    close = sorted(longer, key=len, reverse=True)[:1] if flag.startswith("--") else []
    close = close or difflib.get_close_matches(flag.lower(), known, n=1, cutoff=0.5)
    if not close:
        close = difflib.get_close_matches("--" + flag.lstrip("-").lower(), known, n=1, cutoff=0.5)
    if close:
        return say("Did you mean {flag}? All options: %%vlreason?", flag=close[0])
    return say("All options: %%vlreason?")


def _example(option: Option) -> str:
    return {
        "REF": "@last",
        "NAME": "why",
        "N": "2000",
        "X": "0.5",
        "KEY=VALUE": "top_k=20",
        "MODE": "auto",
    }.get(
        option.metavar,
        option.metavar,
    )


def _unquoted(text: str) -> str:
    r"""The text between its quotes, if it has them; `\"` within is a quote, all else stays."""
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1].replace("\\" + text[0], text[0])
    return text


def identifier(flag: str, text: str) -> str:
    """The text, if it can name a variable; `flag` is where it was given, for the error."""
    if text.isidentifier() and not keyword.iskeyword(text):
        return text
    raise CellError(
        say("{flag} {name}: that is no name for a variable.", flag=flag, name=text),
        say("A name has letters, digits and _ only, and is no word of Python."),
    )


def _count(flag: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise CellError(
            say("{flag} {text}: that is no whole number.", flag=flag, text=text),
            say("For example: {flag} {metavar}", flag=flag, metavar="3"),
        ) from None


def _models(flag: str, text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if all(names):
        return names
    raise CellError(
        say("{flag} {text}: a model has no name.", flag=flag, text=text),
        say("For example: {flag} {metavar}", flag=flag, metavar="qwen3-vl-flash,qvq-max"),
    )


def _pair(flag: str, text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise CellError(
            say("{flag} {text}: that is not KEY=VALUE.", flag=flag, text=text),
            say("For example: --param top_k=20"),
        )
    try:
        return key.strip(), json.loads(value)
    except ValueError:
        return key.strip(), value


def usage() -> str:
    """The help of `%%vlreason?` in the current language, made from the option table."""
    from .settings import TABLE

    rows = [(f"{', '.join(o.flags)} {o.metavar}".strip(), say(o.about)) for o in OPTIONS]
    width = max(len(left) for left, _ in rows)
    lines = [f"  {left:<{width}}  {about}" for left, about in rows]
    defaults = ", ".join(f"{row.name}={row.default!r}" for row in TABLE if row.default is not None)
    return "\n".join(
        [
            say("Ask a visual reasoning model about the figures of this notebook."),
            "",
            "    " + say("%%vlreason [options]          the question stands below"),
            "    " + say("%vlreason [options] question  on one line"),
            "",
            *lines,
            "",
            say(
                "REF: @last, @-2 (the one before), @12 (all of In[12]), @12.2, @12.1-3, @all, @gcf, "
                "@open, @fig:3; a variable with .attr and [key]; a path or glob, in quotes if it could "
                "be a variable; an http(s) or data: URL."
            ),
            say(
                "Defaults: {defaults}. Change one with %config VLMagics.NAME = … or VLMAGIC_NAME in "
                "the environment.",
                defaults=defaults,
            ),
        ],
    )


_PLACE = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)


def interpolate(prompt: str, namespace: Mapping[str, Any]) -> str:
    """The prompt with `{{name}}`, `{{name.attr}}` and `{{name[key]}}` filled in, without `eval`.

    Only names, attributes that do not begin with an underscore, and constant keys; no calls.
    """
    from .references import Attribute, Variable, walk

    def fill(found: re.Match[str]) -> str:
        try:
            reference = parse_reference(found[1].strip())
        except CellError as error:
            raise CellError(
                say("{place} in the prompt: {problem}", place=found[0], problem=error.message),
                error.hint,
            ) from None
        hidden = isinstance(reference, Variable) and any(
            isinstance(step, Attribute) and step.name.startswith("_") for step in reference.steps
        )
        if not isinstance(reference, Variable) or hidden:
            raise CellError(
                say("{place} in the prompt is no variable.", place=found[0]),
                say("--vars fills in {{{{name}}}}, {{{{name.attr}}}} and {{{{name[key]}}}}."),
            )
        return str(walk(reference, namespace))

    return _PLACE.sub(fill, prompt)
