"""The address of the server that is asked: a region's own, or the one that was given.

This room refuses addresses that would send a key or a picture unencrypted, and the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from vlmagic import catalog
from vlmagic.errors import SettingsError
from vlmagic.language import say


def is_loopback(base_url: str) -> bool:
    """Whether the URL names this very machine."""
    host = (urlsplit(base_url).hostname or "").lower()
    return host in {"localhost", "::1"} or host.startswith("127.")


def base_url(values: Mapping[str, Any], origins: Mapping[str, str]) -> str:
    """The base URL of these values, or a `SettingsError` that says where a bad one came from."""
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


def region_of(base_url: str, named: str) -> str:
    """The region that an address belongs to, else the one that was named."""
    found = catalog.region_of(base_url)
    return found.name if found else named
