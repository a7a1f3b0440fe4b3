"""The regions of Model Studio and their hosts.

Source: Model Studio base-URL pages, 2026. Keys belong to one region; a key of another is answered
with 401. This room refuses to connect: it knows addresses, not their health.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vlmagic.errors import SettingsError
from vlmagic.language import say

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORKSPACE = "{workspace}"


@dataclass(frozen=True, slots=True)
class Region:
    """One region: its name on our command line, its own id, and the host to talk to."""

    name: str
    id: str
    host: str
    """The shared host; where a region has none, a template with `{workspace}` in it."""

    @property
    def workspace_host(self) -> str:
        """Template of the host that belongs to one workspace (recommended since 2026)."""
        return f"{_WORKSPACE}.{self.id}.maas.aliyuncs.com"

    @property
    def needs_workspace(self) -> bool:
        """True where there is no shared host: `at(workspace)` must be used."""
        return _WORKSPACE in self.host

    @property
    def compatible_url(self) -> str:
        """Base URL of the OpenAI-compatible interface."""
        return f"https://{self.host}/compatible-mode/v1"

    @property
    def native_url(self) -> str:
        """Base URL of the native (DashScope) interface."""
        return f"https://{self.host}/api/v1"

    def at(self, workspace: str) -> Region:
        """The same region on the workspace's own host; `SettingsError` for an impossible id."""
        # The id becomes a part of the host: anything but a plain label could name another host.
        if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", workspace):
            raise SettingsError(
                say("{workspace} is no workspace id.", workspace=repr(workspace[:80])),
                say("It consists of letters, digits and hyphens only."),
            )
        return replace(self, host=self.workspace_host.replace(_WORKSPACE, workspace))


def _alone(name: str, id_: str) -> Region:
    return Region(name, id_, f"{_WORKSPACE}.{id_}.maas.aliyuncs.com")


REGIONS: Mapping[str, Region] = MappingProxyType(
    {
        region.name: region
        for region in (
            Region("beijing", "cn-beijing", "dashscope.aliyuncs.com"),
            Region("singapore", "ap-southeast-1", "dashscope-intl.aliyuncs.com"),
            Region("virginia", "us-east-1", "dashscope-us.aliyuncs.com"),
            Region("hongkong", "cn-hongkong", "cn-hongkong.dashscope.aliyuncs.com"),
            _alone("frankfurt", "eu-central-1"),
            _alone("tokyo", "ap-northeast-1"),
        )
    },
)


def _host(base_url: str) -> str:
    try:
        return (urlsplit(base_url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def region_of(base_url: str) -> Region | None:
    """The region whose host this URL names, or None for any other host."""
    host = _host(base_url)
    for region in REGIONS.values():
        if host == region.host or host.endswith(f".{region.id}.maas.aliyuncs.com"):
            return region
    return None


def is_model_studio(base_url: str) -> bool:
    """Does this address speak Model Studio's dialect (`enable_thinking` and its kin)?

    True for its own hosts, for any host serving `/compatible-mode/v1` (relays and emulators use
    that path for nothing else), and for `/api/v1` on this machine: elsewhere that path is common
    among unrelated services.
    """
    if region_of(base_url):
        return True
    try:
        path = urlsplit(base_url).path.rstrip("/")
    except ValueError:
        return False
    if path.endswith("/compatible-mode/v1"):
        return True
    return path.endswith("/api/v1") and _is_here(_host(base_url))


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
