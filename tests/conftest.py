"""What every test stands on: no key, no network but loopback, English; an emulator; a real kernel."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vlmagic.emulator import Emulator

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, no setting and no language of the machine reaches a test."""
    for name in list(os.environ):
        if name.startswith(("VLMAGIC_", "DASHSCOPE_", "OPENAI_")) and name not in {
            "VLMAGIC_CORPORA",
            "VLMAGIC_ALL",
            "VLMAGIC_NODE_MODULES",
            "VLMAGIC_OLD_DASHSCOPE_PYTHON",
            "VLMAGIC_OLD_MATPLOTLIB_PYTHON",
        }:
            monkeypatch.delenv(name)
    monkeypatch.setenv("VLMAGIC_LANGUAGE", "en")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anywhere but this machine is a failure."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = str(address[0])
            if not (host.startswith("127.") or host in {"::1", "localhost"}):
                pytest.fail(f"a test connected to {host}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """A running emulator of its own."""
    with Emulator() as running:
        yield running


class Kernel:
    """A real kernel in a process of its own; `run` gives the outputs of one cell."""

    def __init__(self, env: dict[str, str], python: str = sys.executable) -> None:
        from jupyter_client.manager import KernelManager

        self.manager = KernelManager(kernel_name="python3")
        self.manager.kernel_spec.argv[0] = python
        self.manager.start_kernel(env={**os.environ, **env})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, code: str, timeout: float = 60) -> list[dict[str, Any]]:
        """Execute a cell to its end; its outputs as a notebook would save them."""
        return self.outputs(self.client.execute(code, stop_on_error=False), timeout)

    def outputs(self, asked: str, timeout: float = 60) -> list[dict[str, Any]]:
        """The outputs of a cell that was started with `client.execute`, once it is idle."""
        found: list[dict[str, Any]] = []
        shown: dict[str, dict[str, Any]] = {}
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            kind, content = message["msg_type"], message["content"]
            if kind == "update_display_data":
                known = shown.get(content["transient"]["display_id"])
                if known is not None:  # else it is of an earlier cell, whose question runs on
                    known["data"] = content["data"]
                continue
            if message["parent_header"].get("msg_id") != asked:
                continue
            if kind == "status" and content["execution_state"] == "idle":
                return found
            if kind in {"stream", "display_data", "execute_result", "error"}:
                output = {"output_type": kind, **content}
                found.append(output)
                if display_id := (content.get("transient") or {}).get("display_id"):
                    shown[display_id] = output

    def value(self, expression: str) -> Any:
        """The value of an expression in the kernel, through its repr."""
        import ast

        asked = self.client.execute(
            "", user_expressions={"it": f"repr({expression})"}, store_history=False
        )
        found = self.reply(asked)["user_expressions"]["it"]
        assert found["status"] == "ok", found
        return ast.literal_eval(ast.literal_eval(found["data"]["text/plain"]))

    def reply(self, asked: str) -> Any:
        """The content of the kernel's answer to a request."""
        while True:
            reply = self.client.get_shell_msg(timeout=60)
            if reply["parent_header"].get("msg_id") == asked:
                return reply["content"]

    def completed(self, code: str) -> list[str]:
        """What the code may become if Tab is pressed at its end."""
        found = self.reply(self.client.complete(code, len(code)))
        return [code[: found["cursor_start"]] + match for match in found["matches"]]

    def stop(self) -> None:
        """End the process."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


@pytest.fixture(scope="module")
def shared_emulator() -> Iterator[Emulator]:
    """One emulator for the kernel tests of a module."""
    with Emulator() as running:
        yield running


@pytest.fixture(scope="module")
def shared_kernel() -> Iterator[Kernel]:
    """One kernel process for the tests of a module: starting one takes seconds."""
    environment = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::ResourceWarning"}
    running = Kernel(
        {**environment, "VLMAGIC_LANGUAGE": "en", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    )
    try:
        running.run(
            "import os\n%load_ext vlmagic\n%matplotlib inline\nimport matplotlib.pyplot as plt"
        )
        yield running
    finally:
        running.stop()


@pytest.fixture
def service(shared_emulator: Emulator) -> Emulator:
    """The emulator behind `kernel`, as good as new."""
    shared_emulator.fault = None
    shared_emulator.log.clear()
    return shared_emulator


@pytest.fixture
def kernel(shared_kernel: Kernel, service: Emulator) -> Kernel:
    """A kernel with vlmagic freshly loaded, nothing shown, wired to the emulator."""
    environment = {
        "DASHSCOPE_API_KEY": service.key,
        "VLMAGIC_BASE_URL": service.compatible_url,
    }
    shared_kernel.run(
        "%reload_ext vlmagic\nplt.close('all')\n%xmode Context\n"
        "[os.environ.pop(n) for n in list(os.environ) if n.startswith(('VLMAGIC_B', 'DASHSCOPE_'))]\n"
        f"os.environ.update({environment!r})"
    )
    return shared_kernel
