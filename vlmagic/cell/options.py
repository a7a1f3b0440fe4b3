"""The options of `%%vlreason`, a row for each.

One table drives the parsing, `%%vlreason?`, completion and the README. This room refuses to read
a line.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from vlmagic.language import say

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
BY_FLAG: Mapping[str, Option] = {flag: option for option in OPTIONS for flag in option.flags}


def nearest(flag: str) -> str:
    """What to say of a flag that is not there: the one that was meant, if one is near."""
    known = list(BY_FLAG)
    longer = [name for name in known if name.startswith("--") and (name in flag or flag in name)]
    close = sorted(longer, key=len, reverse=True)[:1] if flag.startswith("--") else []
    close = close or difflib.get_close_matches(flag.lower(), known, n=1, cutoff=0.5)
    if not close:
        close = difflib.get_close_matches("--" + flag.lstrip("-").lower(), known, n=1, cutoff=0.5)
    if close:
        return say("Did you mean {flag}? All options: %%vlreason?", flag=close[0])
    return say("All options: %%vlreason?")


def example(option: Option) -> str:
    """A value that the option takes, for an error."""
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
