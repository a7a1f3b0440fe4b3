"""The vendor's own samples, run as they stand against the emulator.

The files in `samples/` hold the text of the help page, re-indented; only the base URL is replaced
at run time, and the key comes from the environment, as the page wants it.

The page's Java samples are unverified: they need `com.alibaba:dashscope-sdk-java` from Maven, and
a JDK. They send the native requests that the Python and curl samples send.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import PIL.Image
import pytest

from vlmagic.emulator import Emulator

SAMPLES = Path(__file__).parent / "samples"
NAMES = ("qvq", "thinking", "budget")
HOST = "https://dashscope.aliyuncs.com"
THINKING, ANSWER = "思考过程", "完整回复"


@pytest.fixture(scope="module")
def service() -> Iterator[Emulator]:
    """One emulator for all samples."""
    with Emulator() as running:
        yield running


@pytest.fixture(scope="module")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with node_modules/openai: that of VLMAGIC_NODE_MODULES, or a fresh one."""
    given = os.environ.get("VLMAGIC_NODE_MODULES")
    folder = Path(given).parent if given else tmp_path_factory.mktemp("node")
    if not (folder / "node_modules" / "openai").is_dir():
        npm = shutil.which("npm")
        command = [
            npm or "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--prefix",
            str(folder),
            "openai",
        ]
        if npm is None or subprocess.run(command, capture_output=True, check=False).returncode:
            how = "get node and npm, then: npm install openai; VLMAGIC_NODE_MODULES=…/node_modules"
            if os.environ.get("CI") == "true":
                pytest.fail(how)
            pytest.skip(how)
    return folder


def run(
    service: Emulator, name: str, folder: Path, *changes: tuple[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a sample with the base URL replaced and the given changes made."""
    text = (SAMPLES / name).read_text("utf-8")
    for old, new in ((HOST, service.url), *changes):
        assert old in text or old == HOST
        text = text.replace(old, new)
    script = folder / name
    script.write_text(text, "utf-8")
    command = {".py": sys.executable, ".mjs": "node", ".sh": "sh"}[script.suffix]
    environment = {
        **os.environ,
        "DASHSCOPE_API_KEY": service.key,
        # The native sample names no URL at all: it uses the SDK's default, and this is its setting.
        "DASHSCOPE_HTTP_BASE_URL": service.native_url,
        "PYTHONUTF8": "1",
        "PYTHONWARNINGS": "ignore",
    }
    return subprocess.run(
        [command, script],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )


def check_printed(output: str, *, usage: bool = False) -> None:
    """Thinking under its heading, then the answer under its own, neither with a stray None."""
    thinking, mark, answer = output.partition(f"{'=' * 20}{ANSWER}{'=' * 20}")
    assert mark
    assert f"{'=' * 20}{THINKING}{'=' * 20}" in thinking
    assert "我是 vlmagic 模拟器" in thinking
    assert "这是 vlmagic 模拟器" in answer
    assert "None" not in re.split(r"\nUsage:", answer)[0]
    assert ("\nUsage:" in output) is usage


@pytest.mark.parametrize("sample", NAMES)
def test_python_compatible(sample: str, service: Emulator, tmp_path: Path) -> None:
    """The vendor's Python code for the openai SDK prints thinking, then the answer."""
    check_printed(run(service, f"compatible_{sample}.py", tmp_path).stdout)


def test_python_usage(service: Emulator, tmp_path: Path) -> None:
    """Uncommented as the page says, the sample prints the usage of the last chunk."""
    commented = '# stream_options={\n    # "include_usage": True\n    # }'
    wanted = 'stream_options={\n    "include_usage": True\n    }'
    done = run(service, "compatible_budget.py", tmp_path, (commented, wanted))
    check_printed(done.stdout, usage=True)
    assert re.search(r"reasoning_tokens=[1-9]", done.stdout)


def test_python_without_thinking(service: Emulator, tmp_path: Path) -> None:
    """Switched off, the sample prints an answer alone."""
    off = ("enable_thinking = True", "enable_thinking = False")
    printed = run(service, "compatible_thinking.py", tmp_path, off).stdout
    assert THINKING not in printed
    assert "这是 vlmagic 模拟器" in printed.partition(ANSWER)[2]


def test_python_budget(service: Emulator, tmp_path: Path) -> None:
    """A small budget cuts the thinking, and the answer still comes whole."""
    printed = run(service, "compatible_budget.py", tmp_path, ("81920", "5")).stdout
    thinking, _, answer = printed.partition(ANSWER)
    assert len(thinking) < 100
    assert "DASHSCOPE_API_KEY" in answer


@pytest.mark.node
@pytest.mark.parametrize("sample", NAMES)
def test_node_compatible(sample: str, service: Emulator, node_modules: Path) -> None:
    """The vendor's Node code for the openai package prints thinking, then the answer."""
    check_printed(run(service, f"compatible_{sample}.mjs", node_modules).stdout)


@pytest.mark.parametrize("sample", NAMES)
@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl_compatible(sample: str, service: Emulator, tmp_path: Path) -> None:
    """The vendor's curl call gets a stream with usage, and [DONE] at its end."""
    lines = run(service, f"compatible_{sample}.sh", tmp_path).stdout.split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    usage = json.loads(lines[-3].removeprefix("data: "))
    assert usage["choices"] == []
    assert usage["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0


@pytest.mark.parametrize("sample", NAMES)
def test_python_native(sample: str, service: Emulator, tmp_path: Path) -> None:
    """The vendor's Python code for the dashscope SDK prints thinking, then the answer."""
    pytest.importorskip("dashscope", reason="needs the dashscope package")
    check_printed(run(service, f"native_{sample}.py", tmp_path).stdout)


def test_python_upload(service: Emulator, tmp_path: Path) -> None:
    """A local picture in the sample is uploaded by the SDK, looked at, and measured."""
    pytest.importorskip("dashscope", reason="needs the dashscope package")
    path = tmp_path / "problem.png"
    PIL.Image.new("RGB", (96, 64), "white").save(path)
    sample = (SAMPLES / "native_thinking.py").read_text("utf-8")
    url = re.search(r'"(https://img[^"]+)"', sample)
    assert url is not None
    done = run(service, "native_thinking.py", tmp_path, (url[1], f"file://{path}"))
    check_printed(done.stdout)
    assert "PNG，96 × 64 像素" in done.stdout


@pytest.mark.parametrize("sample", NAMES)
@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl_native(sample: str, service: Emulator, tmp_path: Path) -> None:
    """The vendor's curl call gets the native stream, which stops without [DONE]."""
    printed = run(service, f"native_{sample}.sh", tmp_path).stdout
    assert printed.startswith("id:1\nevent:result\n:HTTP_STATUS/200\ndata:{")
    last = json.loads(printed.split("\n\n")[-2].rpartition("\ndata:")[2])
    assert last["output"]["choices"][0]["finish_reason"] == "stop"
