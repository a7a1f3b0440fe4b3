"""The house keeps its floors: imports go downward only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "vlmagic"
FLOORS: dict[str, int] = {
    name: floor
    for floor, names in enumerate(
        (
            "errors language chinese events catalog images request dialects",
            "cell settings transcript markup facts estimate references sse rules table extract algebra claims recording boxes lesson",
            "providers shelf render",
            "result stale run question calls ledger doctor commands completion archive",
            "magic script demo batch many jury panel verify __main__",
        )
    )
    for name in names.split()
}
SENSES = {"providers", "shelf", "render"}
DOORS = {"magic", "script", "demo", "panel", "batch", "verify"}


def room(path: Path) -> str:
    """The room a file belongs to: its package, or its own name."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports(path: Path) -> set[str]:
    """The rooms that a file imports, lazily or not, without those for type checking only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    depth = len(path.relative_to(PACKAGE).parts)
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level == depth:
                names = [module.split(".")[0]] if module else [alias.name for alias in node.names]
                found.update(names)
            elif node.level == 0 and module.split(".")[0] == "vlmagic":
                rest = module.split(".")[1:]
                found.update(rest[:1] or [alias.name for alias in node.names])
        elif isinstance(node, ast.Import):
            found.update(
                alias.name.split(".")[1]
                for alias in node.names
                if alias.name.startswith("vlmagic.")
            )
    return found & (set(FLOORS) | {"emulator"})


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_downward(path: Path) -> None:
    """A room imports lower floors only, or its own; senses never meet; nor do front doors."""
    here = room(path)
    if here == "__init__":
        return
    for other in imports(path) - {here}:
        if here == "emulator":
            assert FLOORS.get(other) == 0, f"the emulator stands on floor 0 alone, not on {other}"
            continue
        if other == "emulator":
            assert FLOORS[here] >= 3, f"{here} has no business with the emulator"
            continue
        assert not ({here, other} <= SENSES), f"{here} and {other} never meet"
        if here != "__main__":
            assert not ({here, other} <= DOORS), f"{here} and {other} never meet"
        assert FLOORS[other] <= FLOORS[here], f"{here} (floor {FLOORS[here]}) imports {other}"


def test_every_room_has_a_floor() -> None:
    """A new room says where it stands."""
    rooms = {room(path) for path in FILES} - {"__init__", "emulator"}
    assert rooms <= set(FLOORS), rooms - set(FLOORS)


def test_every_room_says_what_it_is() -> None:
    """Every module begins with a docstring."""
    bare = [
        p.name for p in FILES if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))
    ]
    assert not bare
