"""`vlmagic demo`: the main job on a fresh machine, with no key and no display.

It starts the emulator, runs the example notebook in a real kernel, prints thinking and answer as
they come, and keeps the executed notebook and an HTML copy. It refuses to speak to anything but
the emulator that it started.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .emulator import Emulator
from .errors import MissingExtra, VLReasonError
from .language import say

NOTEBOOK = "ask-about-your-chart.ipynb"


def examples() -> Path:
    """The folder of the example notebooks: beside the package in a clone, within it when installed."""
    here = Path(__file__).resolve().parent
    for folder in (here.parent / "examples", here / "examples"):
        if (folder / NOTEBOOK).is_file():
            return folder
    raise VLReasonError(
        say("The example notebooks are not beside the package."),
        say("Run the demo from a clone of vlmagic."),
    )


def wired(emulator: Emulator) -> Mapping[str, str]:
    """The environment of a kernel that asks this emulator and nobody else."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("VLMAGIC_", "OPENAI_"))
    }
    language = os.environ.get("VLMAGIC_LANGUAGE")
    return {
        **kept,
        **({"VLMAGIC_LANGUAGE": language} if language else {}),
        "DASHSCOPE_API_KEY": emulator.key,
        "VLMAGIC_BASE_URL": emulator.compatible_url,
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }


@contextmanager
def _followed(path: Path) -> Iterator[None]:
    """Print what is appended to the file, as it is appended."""
    over = threading.Event()

    def follow() -> None:
        with path.open(encoding="utf-8", errors="replace") as file:
            while True:
                last = over.is_set()
                if text := file.read():
                    sys.stdout.write(text)
                    sys.stdout.flush()
                elif last:
                    return
                over.wait(0.05)

    thread = threading.Thread(target=follow, name="vlmagic-demo", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(5)


def run(out: str) -> int:
    """Run the example; the exit status is 0 when every cell ran."""
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError
        from nbconvert import HTMLExporter
    except ImportError as error:
        raise MissingExtra.of(error.name or "nbclient", "demo") from None

    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.read(examples() / NOTEBOOK, as_version=4)
    failed: CellExecutionError | None = None
    with tempfile.TemporaryDirectory() as scratch, Emulator(rate=120) as emulator:
        echo = Path(scratch) / "echo.txt"
        echo.touch()
        print(
            say(
                "The local emulator answers at {url}; it is no model.", url=emulator.compatible_url
            ),
            flush=True,
        )
        client = NotebookClient(
            notebook,
            timeout=300,
            kernel_name="python3",
            resources={"metadata": {"path": str(examples())}},
        )
        # This interpreter's own kernel, whatever kernelspecs the machine has.
        client.km = client.create_kernel_manager()
        client.km.kernel_spec.argv[0] = sys.executable
        with _followed(echo):
            try:
                client.execute(env={**wired(emulator), "VLMAGIC_ECHO": str(echo)})
            except CellExecutionError as error:
                failed = error
    executed = folder / NOTEBOOK
    nbformat.write(notebook, executed)
    page, _ = HTMLExporter().from_notebook_node(notebook)
    copy = executed.with_suffix(".html")
    copy.write_text(page, encoding="utf-8")
    print()
    if failed is not None:
        print(f"{failed.ename}: {failed.evalue}", file=sys.stderr)
    print(say("The executed notebook: {path}", path=executed))
    print(say("An HTML copy: {path}", path=copy))
    return 1 if failed else 0


def lab(*, port: int, browser: bool) -> int:
    """Open JupyterLab on the examples, wired to an emulator that lives as long as it does."""
    from importlib.util import find_spec

    if find_spec("jupyterlab") is None:
        raise MissingExtra.of("jupyterlab", "demo")
    with Emulator() as emulator:
        words = [
            sys.executable,
            "-m",
            "jupyterlab",
            f"--notebook-dir={examples()}",
            f"--port={port}",
            "--ip=127.0.0.1",
        ]
        if not browser:
            words.append("--no-browser")
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            words.append("--allow-root")
        print(
            say(
                "The local emulator answers at {url}; it is no model.", url=emulator.compatible_url
            ),
            flush=True,
        )
        try:
            return subprocess.run(words, env=dict(wired(emulator)), check=False).returncode  # noqa: S603
        except KeyboardInterrupt:
            return 0
