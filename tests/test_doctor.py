"""What the doctor says of the service and the key: only what the service itself said."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from vlmagic.doctor import answer, examine
from vlmagic.emulator import Emulator
from vlmagic.settings import Key, Settings

PLANTED = "sk-planted-0123456789"


@pytest.mark.parametrize("api", ["openai", "dashscope"])
def test_the_key_is_judged_by_the_service(emulator: Emulator, api: str) -> None:
    """A good key is taken and a bad one refused, over either protocol; neither is shown."""
    good = Settings.plain(emulator.compatible_url, Key(emulator.key, "TEST"), api=api)
    assert "takes the key" in answer(good)
    bad = Settings.plain(emulator.compatible_url, Key(PLANTED, "TEST"), api=api)
    assert "refuses the key" in answer(bad)
    assert PLANTED not in answer(bad)
    assert all(entry.path.startswith(("/compatible-mode/v1", "/api/v1")) for entry in emulator.log)


class _Nowhere(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Knows no such path, and never looks at a key."""
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def nowhere() -> Iterator[str]:
    """A server without the path that is asked."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Nowhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def test_a_path_that_is_not_there_says_nothing_of_the_key(nowhere: str) -> None:
    """404 is no word on the key: the doctor says that there is an answer, and which."""
    said = answer(Settings.plain(nowhere, Key(PLANTED, "TEST")))
    assert "takes the key" not in said
    assert "404" in said


def test_a_closed_door_is_said() -> None:
    """A host that does not answer is named, with the reason."""
    assert "cannot be reached" in answer(Settings.plain("http://127.0.0.1:9/v1", Key(PLANTED, "T")))


@pytest.mark.parametrize(
    ("wish", "row"),
    [("auto", ["shown by", "terminal", "there is no notebook"]),
     ("static", ["shown by", "static", "the setting says so"])],
)  # fmt: skip
def test_where_answers_appear_and_why(emulator: Emulator, wish: str, row: list[str]) -> None:
    """The renderer that this host gets is named, with the reason."""
    plain = Settings.plain(emulator.compatible_url, Key(emulator.key, "TEST"), render=wish)
    assert row in examine(plain).rows
