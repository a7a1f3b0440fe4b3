"""Run a notebook's cells in a bare IPython with no network, and print what came of it as JSON.

`python replaying.py NOTEBOOK NAME…`: for each Result of these names its answer, where it was
replayed from, and its notices. It needs nothing that vlmagic itself does not bring, so that an
environment with other versions of matplotlib and Pillow can run it.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any


def refuse(*_: Any, **__: Any) -> None:
    """Any connection is one too many."""
    raise AssertionError("a replay went to the network")


def main(notebook: Path, names: list[str]) -> None:
    """Run it where it stands."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    os.chdir(notebook.parent)
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    for place, name in (
        (socket.socket, "connect"),
        (socket.socket, "connect_ex"),
        (socket, "getaddrinfo"),
    ):
        setattr(place, name, refuse)
    with redirect_stdout(sys.stderr):
        shell.run_cell("%matplotlib inline")
        for cell in cells:
            if cell["cell_type"] == "code":
                shell.run_cell("".join(cell["source"]), store_history=True).raise_error()
        shell.run_cell("import matplotlib, PIL; drawn = (matplotlib.__version__, PIL.__version__)")
    found = {name: shell.user_ns[name] for name in names}
    told = {
        name: {
            "answer": result.answer,
            "from": result.replayed_from,
            "notices": [notice.text for notice in result.notices],
        }
        for name, result in found.items()
    }
    print(json.dumps({"drawn": shell.user_ns["drawn"], "results": told}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
