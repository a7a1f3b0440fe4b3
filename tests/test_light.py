"""Importing vlmagic, and loading the extension, stay light."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "IPython",
    "ipywidgets",
    "openai",
    "dashscope",
    "matplotlib",
    "PIL",
    "numpy",
    "tornado",
    "markdown_it",
}


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after running the code."""
    asked = f"{code}\nimport sys; print(' '.join(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_is_light() -> None:
    """`import vlmagic` imports no front end, no SDK and no picture library."""
    assert not loaded_by("import vlmagic") & HEAVY


@pytest.mark.parametrize(
    "module", ["errors", "events", "catalog", "images", "request", "transcript", "settings", "cell", "facts", "estimate", "sse", "recording", "markup", "references", "rules"]
)  # fmt: skip
def test_the_lower_floors_need_the_standard_library_only(module: str) -> None:
    """Floors 0 and 1 import nothing heavy; they fetch it when it is used."""
    assert not loaded_by(f"import vlmagic.{module}") & HEAVY


def test_load_ext_imports_no_sdk() -> None:
    """`%load_ext vlmagic` adds to a bare IPython neither SDK, pictures, markup nor server."""
    bare = "from IPython.testing.globalipapp import start_ipython as s; s(); ip = get_ipython()"
    before = loaded_by(f"import builtins\n{bare}")
    after = loaded_by(f"import builtins\n{bare}\nip.run_line_magic('load_ext', 'vlmagic')")
    assert not (after - before) & (HEAVY - {"IPython"})
