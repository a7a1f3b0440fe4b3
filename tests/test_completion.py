"""Tab: what may stand at the cursor, asked of a real kernel as a page asks it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Kernel


@pytest.fixture
def typing(kernel: Kernel, tmp_path: Path) -> Iterator[Kernel]:
    """A kernel that has shown a figure, in a folder with a few files."""
    for name in ("one.png", "clip.mp4", "notes.txt", "has blank.png", ".hidden.png"):
        (tmp_path / name).touch()
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "two.jpeg").touch()
    before = kernel.value("os.getcwd()")
    kernel.run(f"%cd -q {tmp_path}\n_hidden = fig = plt.figure(); fig.subplots(); figure_count = 3")
    yield kernel
    kernel.run(f"%cd -q {before}\ndel fig, figure_count")


def last(kernel: Kernel) -> str:
    """The label of the last figure shown."""
    label: str = kernel.value(
        "get_ipython().magics_manager.registry['VLMagics'].shelf.items[-1].label"
    )
    return label


@pytest.mark.parametrize("begun", ["%%vlreason -i ", "%vlreason --image ", "x = 1\n%vlreason -i "])
def test_references(typing: Kernel, begun: str) -> None:
    """What was shown, the user's pictures and the files of pictures: nothing else, none hidden."""
    found = [done.removeprefix(begun) for done in typing.completed(begun)]
    shown = ["@last", last(typing), "@all", "@open", "@gcf", "@md", "@clip"]
    assert found == [*shown, "fig", "clip.mp4", "one.png", "plots/"]
    assert typing.completed(f"{begun}plots/") == [f"{begun}plots/two.jpeg"]
    assert typing.completed(f"{begun}@la") == [f"{begun}@last"]
    typing.run("fig.suptitle('Loss'); display(fig)")
    assert typing.completed(f"{begun}@t") == [f'{begun}@title:"Loss"']


@pytest.mark.parametrize(
    ("begun", "ended"),
    [
        ("%%vlreason --th", ["--think", "--thinking"]),
        ("%%vlreason -i @last --no-th", ["--no-think"]),
        ("%%vlreason --thinking ", ["fold", "open", "hidden"]),
        ("%%vlreason --api=d", ["--api=dashscope"]),
        ("%%vlreason --image=@la", ["--image=@last"]),
        ("%vlreason -m qwen3-vl-plus-2025-1", ["qwen3-vl-plus-2025-12-19"]),
        ("%vl fi", ["figures"]),
    ],
)
def test_options_and_their_values(kernel: Kernel, begun: str, ended: list[str]) -> None:
    """Options, models, choices and commands are completed, and no name of Python among them."""
    start = begun.rpartition(" ")[0]
    assert kernel.completed(begun) == [f"{start} {word}" for word in ended]


def test_results(kernel: Kernel) -> None:
    """`-o`, `-c=` and `%vl show` offer the Results that there are."""
    kernel.run("%vlreason --no-image --no-think -o why What is this?")
    for begun in ("%%vlreason -o ", "%%vlreason -c=", "%vl show "):
        assert f"{begun}why" in kernel.completed(begun)
    kernel.run("del why")


def test_python_is_completed_as_ever(kernel: Kernel) -> None:
    """Elsewhere Tab is IPython's own, and after unloading everywhere."""
    kernel.run("figure_of_speech = 1")
    for begun in ("figure_of_", "%%vlreason -i @last\nWhat is figure_of_"):
        assert f"{begun}speech" in kernel.completed(begun)
    kernel.run("%unload_ext vlmagic")
    assert "%%vlreason --think" not in kernel.completed("%%vlreason --thi")
    kernel.run("%load_ext vlmagic")
