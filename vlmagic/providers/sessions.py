"""Lanes over requests, the HTTP library of the dashscope SDK: one session, one connection each.

Of every connection a copy of its socket is kept: shutting that down wakes a reader in any state,
before the headers, in a TLS handshake, in the body. The SDK's own sending is not used: it follows
redirects, sends twice, and cannot be cut. This room refuses to know what is asked.
"""

from __future__ import annotations

import os
import socket
from http.cookiejar import DefaultCookiePolicy
from typing import Any

from .lanes import Lane, Lanes


class SessionLane(Lane):
    """A requests session, its one connection, and the way to cut it."""

    def __init__(self) -> None:
        self._connection: Any = None
        super().__init__(_session(self))

    def hold(self, connection: Any, found: socket.socket) -> None:
        """A new connection stands, still without TLS; an earlier one is gone."""
        with self._lock:
            self._drop()
            self._connection, self._dup = connection, found.dup()
            if self.cut_off:
                self._shut()

    def rest(self) -> None:
        """Nothing is being read: let go of a connection that is closed already."""
        with self._lock:
            if self._connection is not None and self._connection.sock is None:
                self._drop()

    def close(self) -> None:
        """Give the connection back to the system."""
        super().close()
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        if self._dup is not None:
            self._dup.close()
        self._connection = self._dup = None


class SessionLanes(Lanes):
    """The lanes of a source that speaks through requests."""

    def give(self, lane: Lane) -> None:
        """Keep the lane for the next question, unless it was cut."""
        if isinstance(lane, SessionLane):
            lane.rest()
        super().give(lane)

    def _new(self) -> Lane:
        return SessionLane()


def _session(lane: SessionLane) -> Any:
    """A session that adds nothing of its own: no cookies, no password from .netrc, no compression."""
    import requests
    from requests.adapters import HTTPAdapter

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            _watch(self.poolmanager, lane)

        def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
            known = set(self.proxy_manager)
            found = super().proxy_manager_for(*args, **kwargs)
            if set(self.proxy_manager) - known:
                _watch(found, lane)
            return found

    session = requests.Session()
    session.headers.clear()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    # Without one, requests would put a password of .netrc in the place of the key.
    session.auth = lambda request: request
    session.verify = os.environ.get("SSL_CERT_FILE") or True
    for scheme in ("http://", "https://"):
        session.mount(scheme, Adapter(pool_connections=1, pool_maxsize=1))
    return session


def _watch(manager: Any, lane: SessionLane) -> None:
    """Let the lane know of each connection that this manager's pools will make."""

    def watched(pool: Any) -> Any:
        class Connection(pool.ConnectionCls):  # type: ignore[misc]
            def _new_conn(self) -> Any:
                found = super()._new_conn()
                lane.hold(self, found)
                return found

        return type(pool.__name__, (pool,), {"ConnectionCls": Connection})

    pools = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: watched(pool) for scheme, pool in pools.items()}
