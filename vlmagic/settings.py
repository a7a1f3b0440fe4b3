"""What holds for one question: option > %config > environment > default, each value with its origin.

One table (`TABLE`) drives the options, the `%config VLMagics` traits, the environment variables and
the help. The key is not in the table: it comes from the environment, from `api_key=`, or from the
emulator that was started here; it never prints. This room refuses IPython and the network.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, NoReturn
from urllib.parse import urlsplit

from . import catalog, dialects
from .errors import SettingsError
from .language import say

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
    Setting("check", "switch", False, "mark the answer's numbers and steps that are right or wrong"),
    Setting("dpi", "integer", None, "draw live figures anew at this resolution", least=20),
    Setting("thinking", "text", "fold", "show the thinking", choices=("fold", "open", "hidden")),
    Setting("steps", "switch", False, "uncover the answer step by step, as a lesson"),
    Setting("render", "text", "auto", "where to show", choices=("auto", "widget", "static", "terminal")),
    Setting("echo", "text", None, "a file that also gets the words as they come"),
    Setting("language", "text", "auto", "of vlmagic's own words", choices=("auto", "en", "zh")),
    Setting("record", "text", "off", "play recorded answers, record new ones", choices=("off", "auto", "record", "replay")),
    Setting("recordings", "text", "vlmagic-recordings", "the folder of the recordings"),
    Setting("speed", "number", None, "replay so many times as fast; 0: at once (default: as recorded, at once where nobody watches)", least=0),
    Setting("max_cost", "number", 10.0, "refuse a call that could cost more (in the price's currency)", least=0),
    Setting("max_cost_total", "number", None, "refuse to go on once this kernel has spent so much", least=0),
    Setting("connect_timeout", "number", 10.0, "seconds until a connection stands", least=0.1),
    Setting("first_byte_timeout", "number", 60.0, "seconds until the first byte of a stream", least=0.1),
    Setting("idle_timeout", "number", 60.0, "seconds of silence within a stream", least=0.1),
    Setting("total_timeout", "number", 3600.0, "seconds for the whole answer", least=0.1),
)  # fmt: skip
BY_NAME: Mapping[str, Setting] = MappingProxyType({row.name: row for row in TABLE})


class Key:
    """An API key that knows where it came from and never prints, copies or pickles itself."""

    __slots__ = ("_reveal", "origin")

    def __init__(self, text: str, origin: str) -> None:
        self._reveal: Callable[[], str] = lambda: text
        self.origin = origin

    def reveal(self) -> str:
        """The key itself, for the one place that puts it into a request header."""
        return self._reveal()

    def redact(self, text: str) -> str:
        """The text without the key."""
        secret = self._reveal()
        return text.replace(secret, "[key]") if len(secret) >= _SHORTEST else text

    def __repr__(self) -> str:
        return f"Key(from {self.origin})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never pickled")


_SHORTEST = 6
"""Shorter placeholders ("x", "none") are no secrets, and would tear words apart."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes after which a run ends; each is named in the message that says so."""

    connect: float = 10.0
    first_byte: float = 60.0
    idle: float = 60.0
    total: float = 3600.0
    body: int = 32 * 2**20
    event: int = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that holds for one question; `origins` says where each value came from."""

    api: str
    base_url: str
    dialect: str
    key: Key | None = None
    region: str = "beijing"
    workspace: str | None = None
    limits: Limits = field(default_factory=Limits)
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def plain(cls, base_url: str, key: Key | None = None, **values: Any) -> Settings:
        """Settings for one server and nothing else: for scripts and tests."""
        options: dict[str, Any] = {"base_url": base_url, **values}
        return resolve(options, key=key)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def changed(self, options: Mapping[str, Any]) -> Settings:
        """The same settings but for these options; the key stays where the host does."""
        known = {name: value for name, value in self.values.items() if value is not None}
        found = resolve({**known, **options}, key=self.key)
        if found.host != self.host:
            raise SettingsError(
                say("A follow-up goes to the same host, {host}.", host=self.host),
                say("Ask another host anew."),
            )
        return replace(found, origins=MappingProxyType({**found.origins, **_kept(self, options)}))

    @property
    def host(self) -> str:
        """The host and port that are asked, for the user's eyes."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]

    @property
    def hosted(self) -> bool:
        """Whether this is Model Studio (or its emulator), whose prices and counts are known."""
        return self.dialect == "modelstudio"

    def needs_key(self) -> bool:
        """Whether asking without a key is pointless: everywhere but on this very machine."""
        return self.hosted or not is_loopback(self.base_url)


def _kept(settings: Settings, options: Mapping[str, Any]) -> dict[str, str]:
    """The origins of what was not changed."""
    return {name: origin for name, origin in settings.origins.items() if name not in options}


def is_loopback(base_url: str) -> bool:
    """Whether the URL names this very machine."""
    host = (urlsplit(base_url).hostname or "").lower()
    return host in {"localhost", "::1"} or host.startswith("127.")


def resolve(
    options: Mapping[str, Any],
    config: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    key: Key | None = None,
) -> Settings:
    """Settings from what was typed, configured and exported; None means "not given" everywhere.

    `key` goes before the environment's. A key for Model Studio is never sent to another host:
    `DASHSCOPE_API_KEY` is read for Model Studio only, `OPENAI_API_KEY` for other hosts only.
    `SettingsError` for a name that is no setting, and for a value that cannot be.
    """
    for name in options:
        if name not in BY_NAME:
            near = difflib.get_close_matches(name, BY_NAME, 1)
            raise SettingsError(
                say("There is no option {name}.", name=name),
                say("Did you mean {name}?", name=near[0])
                if near
                else say("There are: {names}.", names=", ".join(BY_NAME)),
            )
    environ = environ or {}
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for row in TABLE:
        candidates = (
            (options.get(row.name), f"--{row.name.replace('_', '-')}"),
            ((config or {}).get(row.name), f"%config VLMagics.{row.name}"),
            (environ.get(row.variable) or None, row.variable),
        )
        for value, origin in candidates:
            if value is not None:
                values[row.name] = row.read(value, origin)
                origins[row.name] = origin
                break
        else:
            values[row.name] = row.default
            origins[row.name] = say("default")
    base_url = _base_url(values, origins)
    native = values["api"] == "dashscope"
    dialect = values["dialect"] or ("modelstudio" if native else dialects.recognise(base_url))
    return Settings(
        api=values["api"],
        base_url=base_url,
        dialect=dialect,
        key=key or _key(environ, hosted=dialect == "modelstudio"),
        region=_region(base_url, values["region"]),
        workspace=values["workspace"],
        limits=Limits(
            connect=values["connect_timeout"],
            first_byte=values["first_byte_timeout"],
            idle=values["idle_timeout"],
            total=values["total_timeout"],
        ),
        values=MappingProxyType(values),
        origins=MappingProxyType(origins),
    )


def _base_url(values: Mapping[str, Any], origins: Mapping[str, str]) -> str:
    given = values["base_url"]
    native = values["api"] == "dashscope"
    if given is None:
        region = catalog.REGIONS[values["region"]]
        if values["workspace"]:
            region = region.at(values["workspace"])
        if region.needs_workspace:
            raise SettingsError(
                say("{region} has no host without a workspace.", region=region.name),
                say("Name yours with --workspace, or take another --region."),
            )
        return region.native_url if native else region.compatible_url
    parts = urlsplit(given)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(
            say(
                "{url!r} ({origin}) is no address of a server.",
                url=given,
                origin=origins["base_url"],
            ),
            say("It looks like https://host/v1."),
        )
    if parts.username or parts.password:
        raise SettingsError(
            say("The address from {origin} holds a password.", origin=origins["base_url"]),
            say("Put the key into DASHSCOPE_API_KEY or OPENAI_API_KEY instead."),
        )
    if parts.scheme == "http" and not is_loopback(given):
        raise SettingsError(
            say("{url} would send your key and pictures unencrypted.", url=given),
            say(
                "Use https://, or bring its port to this machine: "
                "ssh -N -L 8000:localhost:8000 {host}, then http://localhost:8000/v1.",
                host=parts.hostname,
            ),
        )
    url = str(given).rstrip("/")
    if native and url.endswith(_COMPATIBLE):
        return url.removesuffix(_COMPATIBLE) + "/api/v1"
    return url


_COMPATIBLE = "/compatible-mode/v1"
"""The other protocol of the same host, which serves the native one at `/api/v1`."""


def _region(base_url: str, named: str) -> str:
    found = catalog.region_of(base_url)
    return found.name if found else named


def _key(environ: Mapping[str, str], *, hosted: bool) -> Key | None:
    for name in ("VLMAGIC_API_KEY", "DASHSCOPE_API_KEY" if hosted else "OPENAI_API_KEY"):
        text = environ.get(name, "").strip()
        if text:
            return Key(text, name)
    return None


def no_key(settings: Settings) -> SettingsError:
    """What to do when there is no key: get one, start the emulator, or ask a server of one's own."""
    variable = "DASHSCOPE_API_KEY" if settings.hosted else "OPENAI_API_KEY"
    return SettingsError(
        say(
            "There is no key for {host}: {variable} is not set.",
            host=settings.host,
            variable=variable,
        ),
        say(
            "Get one at https://help.aliyun.com/zh/model-studio/get-api-key and set {variable} before "
            "the kernel starts; or try without a key: `%vl emulator` starts the local emulator (it is "
            "no model and says so); or name a server of your own with --base-url.",
            variable=variable,
        ),
    )
