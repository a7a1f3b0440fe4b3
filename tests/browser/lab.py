r"""A real JupyterLab and Notebook 7 in headless Chromium, wired to an emulator: the browser tests' floor.

    notebook = desk.open(["%load_ext vlmagic", "%%vlreason\nhi"])
    notebook.run(0)

The server keeps its defaults: a token, XSRF checks, rate limits. Loading a page takes seconds, so each
front end has one page, with one notebook, that is opened again with other cells and a kernel that
knows nothing any more.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat

import vlmagic

HOME = Path(vlmagic.__file__).parent.parent
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 90
"""Seconds for whatever a test waits for: a busy machine is slow, and no test asserts a time."""
LOAD = f"""%load_ext vlmagic
from vlmagic.render import widget
widget._PATIENCE = {PATIENCE}"""
"""The first cell of a notebook; the view, too, has patience with a page."""
QUIET = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}


class Lab:
    """A Jupyter server with its defaults, in a folder of its own."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        places = {name: folder / ".jupyter" / name.lower() for name in (
            "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR",
            "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR",
        )}  # fmt: skip
        for place in places.values():
            place.mkdir(parents=True)
        quiet = places["JUPYTERLAB_SETTINGS_DIR"] / "@jupyterlab" / "apputils-extension"
        quiet.mkdir(parents=True)
        (quiet / "notification.jupyterlab-settings").write_text(json.dumps(QUIET))
        self.data = places["JUPYTER_DATA_DIR"]
        theirs = ("VLMAGIC_", "DASHSCOPE_", "OPENAI_")
        everything = {name: it for name, it in os.environ.items() if not name.startswith(theirs)}
        everything |= {"PYTHONPATH": str(HOME), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        everything |= {name: str(place) for name, place in places.items()} | dict(env)
        self._log = (folder / ".jupyter" / "log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0",
             "--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"],
            cwd=folder, env=everything, stdout=self._log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        told = self._told(places["JUPYTER_RUNTIME_DIR"])
        self.url, self.token = str(told["url"]), str(told["token"])

    def _told(self, runtime: Path) -> dict[str, Any]:
        """What the server writes about itself once it serves."""
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            for path in runtime.glob("jpserver-*.json"):
                text = path.read_text()
                if text.endswith("}"):
                    found: dict[str, Any] = json.loads(text)
                    return found
            time.sleep(0.05)
        raise RuntimeError("the Jupyter server did not start")

    def stop(self) -> None:
        """End the server and its kernels."""
        self.process.terminate()
        self.process.wait(20)
        self._log.close()


class Notebook:
    """A notebook on a page: its cells can be run, and its outputs looked at."""

    def __init__(self, page: Any, path: Path, url: str) -> None:
        self.page = page
        self.path = path
        self.url = url

    def fill(self, cells: Sequence[str]) -> Notebook:
        """These cells instead of those that were there, and a kernel that has run nothing."""
        self.page.evaluate(
            """async cells => { const app = window.jupyterapp;
               const widgets = [...app.shell.widgets('main')];
               const panel = widgets.find(widget => widget.sessionContext);
               widgets.filter(widget => widget !== panel).forEach(widget => widget.close());
               app.shell.activateById(panel.id);
               const book = panel.content.model.sharedModel;
               const context = panel.sessionContext;
               const answers = async () => {
                 while (context.session?.kernel?.connectionStatus !== 'connected') {
                   await new Promise(done => setTimeout(done, 20));
                 }
                 await context.session.kernel.requestKernelInfo();
               };
               await answers();
               await context.restartKernel();
               await answers();
               book.transact(() => {
                 book.deleteCellRange(0, book.cells.length);
                 book.insertCells(0, cells.map(source => ({ cell_type: 'code', source })));
               }); }""",
            list(cells),
        )
        return self.ready()

    def ready(self) -> Notebook:
        """The notebook itself, once its kernel answers."""
        self.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        self.page.wait_for_function(
            """() => { const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
               return context?.isReady && context.session?.kernel?.status === 'idle'; }"""
        )
        return self

    def leave(self) -> None:
        """Close the page, as far as the kernel and the server can tell."""
        self.page.goto("about:blank")

    def back(self) -> Notebook:
        """Open it again, as the file has it, whatever its kernel does meanwhile."""
        self.page.goto(self.url)
        self.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        return self

    def cell(self, number: int) -> Any:
        """The cell, counted from 0."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number)

    def output(self, number: int) -> Any:
        """What stands below that cell."""
        return self.cell(number).locator(".jp-OutputArea").first

    def view(self, number: int) -> Any:
        """The live view below that cell."""
        return self.cell(number).locator(".vl")

    def start(self, number: int) -> None:
        """Run one cell, without waiting for its end."""
        self.page.evaluate(
            """number => { const app = window.jupyterapp; const book = app.shell.currentWidget.content;
               book.activeCellIndex = number; book.deselectAll();
               app.commands.execute('notebook:run-cell'); }""",
            number,
        )

    def run(self, number: int) -> None:
        """Run one cell to its end."""
        self.start(number)
        self.done(number)

    def done(self, number: int) -> None:
        """Wait until that cell has its number."""
        self.page.wait_for_function(
            r"""number => /\[\d+\]/.test(document.querySelectorAll('.jp-Notebook .jp-Cell')[number]
                 .querySelector('.jp-InputPrompt').textContent)""",
            arg=number,
        )

    def save(self) -> dict[str, Any]:
        """Save it; the notebook as the file has it."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        found: dict[str, Any] = json.loads(self.path.read_text())
        return found

    def theme(self, name: str) -> None:
        """Choose "JupyterLab Dark" or "JupyterLab Light"."""
        self.page.evaluate(
            "name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})",
            name,
        )
        dark = "false" if "Dark" in name else "true"
        self.page.wait_for_selector(f"body[data-jp-theme-light='{dark}']", state="attached")
        self.page.wait_for_function(
            f"() => getComputedStyle(document.body).getPropertyValue('--jp-layout-color1').trim() {'!' if dark == 'false' else '='}== 'white'"
        )


class Desk:
    """A browser window that is logged in to a server, with a page for each front end."""

    def __init__(self, lab: Lab, context: Any) -> None:
        self.lab = lab
        self.context = context
        context.set_default_timeout(PATIENCE * 1000)
        self.said: list[str] = []
        """What pages wrote to their console as errors."""
        self.asked: list[str] = []
        """Every address that a page asked for."""
        self._notebooks: dict[str, Notebook] = {}
        context.on("request", lambda request: self.asked.append(request.url))
        page = context.new_page()
        page.goto(f"{lab.url}login?token={lab.token}")
        page.close()

    def open(self, cells: Sequence[str], app: str = "lab") -> Notebook:
        """A notebook with these cells in `app`, "lab" or "notebook", its kernel idle and new."""
        if app not in self._notebooks:
            self._notebooks[app] = self._first(app)
        notebook = self._notebooks[app].fill(cells)
        self.said.clear()
        self.asked.clear()
        return notebook

    def _first(self, app: str) -> Notebook:
        path = self.lab.folder / f"{app}.ipynb"
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell()])
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(book, path)
        page = self.context.new_page()
        page.on("console", lambda m: self.said.append(m.text) if m.type == "error" else None)
        page.on("dialog", lambda dialog: dialog.accept())  # "leave the page?"
        where = {"lab": "doc/tree", "notebook": "notebooks"}[app]
        return Notebook(page, path, f"{self.lab.url}{where}/{path.name}").back().ready()
