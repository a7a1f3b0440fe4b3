"""The fixtures of browser tests: `pytest_plugins = ["desks"]` in a test module gives `desk`.

A plugin and no conftest.py: a second module of that name would hide the other tests' own. The browser
lives as long as a module: as long as it does, an event loop counts as running in this thread, which
tests elsewhere could not bear.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from lab import CHROMIUM, FLAGS, Desk, Lab
from teller import Teller

from vlmagic.emulator import Emulator

MISSING = "no Chromium: `apt-get install chromium` (Debian), or any chromium on PATH"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless browser, or a skipped test; in CI a failed one."""
    if not CHROMIUM:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def model_studio() -> Iterator[Emulator]:
    """The emulator that all notebooks of a session ask."""
    with Emulator() as running:
        yield running


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, model_studio: Emulator) -> Iterator[Lab]:
    """A Jupyter server whose kernels ask the emulator."""
    env = {
        "DASHSCOPE_API_KEY": model_studio.key,
        "VLMAGIC_BASE_URL": model_studio.compatible_url,
        "VLMAGIC_LANGUAGE": "en",
        "NO_PROXY": "127.0.0.1,localhost",
    }
    running = Lab(tmp_path_factory.mktemp("lab"), env)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def window(chromium: Any, lab: Lab) -> Iterator[Desk]:
    """A fresh browser window, logged in."""
    context = chromium.new_context(viewport={"width": 1100, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield Desk(lab, context)
    context.close()


@pytest.fixture
def desk(window: Desk) -> Iterator[Desk]:
    """That window; whatever a test does in it, no page asks another machine for anything."""
    yield window
    hosts = {urlsplit(url).hostname for url in window.asked} - {None}
    assert hosts <= {"127.0.0.1", "localhost"}


@pytest.fixture
def teller() -> Iterator[Teller]:
    """A service that says what the test says, when the test says it."""
    running = Teller()
    yield running
    running.stop()
