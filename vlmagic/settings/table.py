"""The table of settings: each row its name, its default, what it takes, one sentence about it.

The options, the `%config VLMagics` traits, the environment variables and the help are made from it.
This room refuses to know where a value comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from vlmagic import catalog, dialects
from vlmagic.errors import SettingsError
from vlmagic.language import say

Kind = Literal["text", "integer", "number", "switch"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: a name, its default, what it takes, and one sentence about it."""

    name: str
    kind: Kind
    default: Any
    about: str
    choices: tuple[str, ...] = ()
    least: float | None = None

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"VLMAGIC_{self.name.upper()}"

    def read(self, value: object, origin: str) -> Any:
        """The value as its kind wants it, or a `SettingsError` that says where it came from."""
        found: Any = value
        if isinstance(value, str) and self.kind != "text":
            found = _from_text(self.kind, value.strip())
        elif self.kind == "number" and isinstance(value, int) and not isinstance(value, bool):
            found = float(value)
        elif not isinstance(value, _TYPES[self.kind]) or (
            self.kind == "integer" and isinstance(value, bool)
        ):
            found = None
        if found is None:
            raise self._refused(value, origin, say("It takes {what}.", what=_WHAT[self.kind]()))
        if self.choices and found not in self.choices:
            remedy = say("It takes one of: {choices}.", choices=", ".join(self.choices))
            raise self._refused(value, origin, remedy)
        if self.least is not None and found < self.least:
            raise self._refused(
                value, origin, say("The least is {least}.", least=f"{self.least:g}")
            )
        return found

    def _refused(self, value: object, origin: str, remedy: str) -> SettingsError:
        return SettingsError(
            say(
                "{name} ({origin}) cannot be {value!r}.", name=self.name, origin=origin, value=value
            ),
            remedy,
        )


_TYPES: dict[Kind, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "number": (float,),
    "switch": (bool,),
}
_WHAT: dict[Kind, Callable[[], str]] = {
    "text": lambda: say("a text"),
    "integer": lambda: say("a whole number"),
    "number": lambda: say("a number"),
    "switch": lambda: say("on or off"),
}
_SWITCH = {"1": True, "true": True, "on": True, "yes": True} | {
    "0": False,
    "false": False,
    "off": False,
    "no": False,
}


def _from_text(kind: Kind, text: str) -> object:
    if kind == "switch":
        return _SWITCH.get(text.lower())
    try:
        return int(text) if kind == "integer" else float(text)
    except ValueError:
        return None


TABLE: tuple[Setting, ...] = (
    Setting("model", "text", "qwen3-vl-plus", "the model that is asked"),
    Setting("api", "text", "openai", "the protocol that is spoken", choices=("openai", "dashscope")),
    Setting("region", "text", "beijing", "the region of Model Studio", choices=tuple(catalog.REGIONS)),
    Setting("base_url", "text", None, "any OpenAI-compatible server, instead of Model Studio"),
    Setting("workspace", "text", None, "a workspace of Model Studio"),
    Setting("dialect", "text", None, "how the server switches thinking", choices=tuple(dialects.DIALECTS)),
    Setting("think", "switch", None, "think before answering (default: wherever the model can)"),
    Setting("budget", "integer", None, "most tokens of thinking; implies think", least=1),
    Setting("system", "text", None, "a system message (the vendor advises against one)"),
    Setting("max_tokens", "integer", None, "most tokens of the answer", least=1),
    Setting("temperature", "number", None, "randomness of the words", least=0),
    Setting("top_p", "number", None, "nucleus of the words", least=0),
    Setting("seed", "integer", None, "seed of the randomness", least=0),
    Setting("history", "integer", 32_000, "most tokens of earlier turns that go along", least=0),
    Setting("hi_res", "switch", False, "let the model look at up to 16384 tokens a picture"),
    Setting("stream", "switch", True, "receive the words as they come"),
    Setting("facts", "switch", True, "send exact facts of live figures beside the pixels"),
    Setting("check", "switch", True, "mark the answer's numbers and steps that are right or wrong"),
    Setting("dpi", "integer", None, "draw live figures anew at this resolution", least=20),
    Setting("thinking", "text", "fold", "show the thinking", choices=("fold", "open", "hidden")),
    Setting("steps", "switch", False, "uncover the answer step by step, as a lesson"),
    Setting("render", "text", "auto", "where to show", choices=("auto", "widget", "static", "terminal")),
    Setting("echo", "text", None, "a file that also gets the words as they come"),
    Setting("language", "text", "auto", "of vlmagic's own words", choices=("auto", "en", "zh")),
    Setting("record", "text", "off", "play recorded answers, record new ones", choices=("off", "auto", "record", "replay")),
    Setting("recordings", "text", "vlmagic-recordings", "the folder of the recordings"),
    Setting("speed", "number", None, "replay so many times as fast; 0: at once (default: as recorded, at once where nobody watches)", least=0),
    Setting("max_cost_per_call", "number", 10.0, "refuse a call that could cost more (in the price's currency)", least=0),
    Setting("max_cost_total", "number", None, "refuse to go on once this kernel has spent so much", least=0),
    Setting("connect_timeout", "number", 10.0, "seconds until a connection stands", least=0.1),
    Setting("first_byte_timeout", "number", 60.0, "seconds until the first byte of a stream", least=0.1),
    Setting("idle_timeout", "number", 60.0, "seconds of silence within a stream", least=0.1),
    Setting("total_timeout", "number", 3600.0, "seconds for the whole answer", least=0.1),
)  # fmt: skip
BY_NAME: Mapping[str, Setting] = MappingProxyType({row.name: row for row in TABLE})
