"""Settings as they hold for one question, and how they come about.

This room refuses IPython and the network.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from vlmagic import dialects
from vlmagic.errors import SettingsError
from vlmagic.language import say

from .address import base_url, is_loopback, region_of
from .key import Key, key_of
from .table import BY_NAME, TABLE


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

    def changed(self, options: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
        """The same settings but for these options; the key stays where the host does.

        Of the environment only a wish to replay counts: it is the last word here, too.
        """
        known = {name: value for name, value in self.values.items() if value is not None}
        last = {"VLMAGIC_RECORD": "replay"} if replays(environ) else {}
        found = resolve({**known, **options}, None, last, key=self.key)
        if found.host != self.host:
            raise SettingsError(
                say("A follow-up goes to the same host, {host}.", host=self.host),
                say("Ask another host anew."),
            )
        kept = {
            name: origin
            for name, origin in self.origins.items()
            if name not in options and found[name] == self[name]
        }
        return replace(found, origins=MappingProxyType({**found.origins, **kept}))

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


def replays(environ: Mapping[str, str]) -> bool:
    """Whether the environment forbids to ask: whoever sets it relies on nothing being asked."""
    return environ.get("VLMAGIC_RECORD") == "replay"


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
    if replays(environ):
        values["record"], origins["record"] = "replay", "VLMAGIC_RECORD"
    address = base_url(values, origins)
    native = values["api"] == "dashscope"
    dialect = values["dialect"] or ("modelstudio" if native else dialects.recognise(address))
    return Settings(
        api=values["api"],
        base_url=address,
        dialect=dialect,
        key=key or key_of(environ, hosted=dialect == "modelstudio"),
        region=region_of(address, values["region"]),
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
            "Python starts; or try the local emulator, which is no model and says so (in a notebook "
            "`%vl emulator`, in a script `vlmagic.Emulator()`); or name a server of your own with "
            "--base-url or base_url=.",
            variable=variable,
        ),
    )
