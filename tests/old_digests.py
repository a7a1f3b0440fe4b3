"""The digests that another environment, with old libraries, gives to the same charts."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from types import ModuleType


def digests_in(python: str, kinds: ModuleType) -> dict[str, str]:
    """What the module prints as a program, when that interpreter runs it."""
    assert kinds.__file__ is not None
    return _printed(python, Path(kinds.__file__))


@cache
def _printed(python: str, program: Path) -> dict[str, str]:
    environment = {"PYTHONPATH": os.pathsep.join([str(program.parent.parent), str(program.parent)])}
    done = subprocess.run(
        [python, str(program)], capture_output=True, check=True, env={**os.environ, **environment}
    )
    return dict(json.loads(done.stdout))
