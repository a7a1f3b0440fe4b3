"""Seconds from the view's Stop, and from ■, to the end of the cell, in a page, while the server stalls.

    python tests/benchmarks/stop_page.py [PYTHON ...]

JupyterLab and Notebook 7 in headless Chromium, with this Python's kernel and those of the Pythons
that are named (each with vlmagic's dependencies and some other ipykernel).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS / "browser"), str(TESTS), str(TESTS.parent)]

from lab import CHROMIUM, FLAGS, Desk, Lab, Notebook
from playwright.sync_api import sync_playwright
from served import served

CELLS = ["%load_ext vlmagic", "%%vlreason --no-image\nwhat is it?"]
STOP = """how => new Promise(done => {
  const began = performance.now();
  const cell = document.querySelectorAll('.jp-Notebook .jp-Cell')[1];
  const look = () => /\\[\\d+\\]/.test(cell.querySelector('.jp-InputPrompt').textContent)
    ? done((performance.now() - began) / 1000) : setTimeout(look, 5);
  if (how === 'button') cell.querySelector('.vl-stop').click();
  else window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt();
  look();
})"""


def kernels(lab: Lab, pythons: list[str]) -> dict[str, str]:
    """Kernels of these Pythons, by their versions of ipykernel; this one's is "python3"."""
    found = {"python3": sys.executable} | {f"other{k}": python for k, python in enumerate(pythons)}
    for name, python in found.items():
        argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        place = lab.data / "kernels" / name
        place.mkdir(parents=True)
        spec = {"argv": argv, "display_name": name, "language": "python"}
        (place / "kernel.json").write_text(json.dumps(spec))
    ask = "import ipykernel; print(ipykernel.__version__)"
    return {
        name: subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
        for name, python in found.items()
    }  # fmt: skip


def stopped(notebook: Notebook, how: str) -> float:
    """Seconds of one Stop."""
    notebook.run(0)
    notebook.start(1)
    notebook.view(1).locator(".vl-thoughts").wait_for()
    notebook.page.wait_for_timeout(1500)
    return round(float(notebook.page.evaluate(STOP, how)), 2)


def main() -> None:
    """Print one line for each front end, kernel and way to stop."""
    os.environ["NO_PROXY"] = "127.0.0.1,localhost"
    folder = Path(tempfile.mkdtemp(prefix="vlmagic-stop-"))
    with served("--fault", "stall-in-thinking") as (url, key), sync_playwright() as play:
        env = {"DASHSCOPE_API_KEY": key, "VLMAGIC_BASE_URL": url, "VLMAGIC_LANGUAGE": "en"}
        lab = Lab(folder, env)
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            desk = Desk(lab, browser.new_context(viewport={"width": 1100, "height": 900}))
            names = kernels(lab, sys.argv[1:])
            for app in ("lab", "notebook"):
                for name, version in names.items():
                    desk.open(CELLS, app).page.evaluate(
                        "name => window.jupyterapp.shell.currentWidget.sessionContext.changeKernel({name})",
                        name,
                    )
                    for how in ("button", "■"):
                        seconds = [stopped(desk.open(CELLS, app), how) for _ in range(3)]
                        row = {"app": app, "ipykernel": version, "how": how, "seconds": seconds}
                        print(json.dumps(row, ensure_ascii=False), flush=True)
        finally:
            browser.close()
            lab.stop()


if __name__ == "__main__":
    main()
