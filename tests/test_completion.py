"""Tab: what may stand at the cursor, asked of a real kernel as a page asks it."""

from __future__ import annotations

import json
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


@pytest.mark.parametrize(
    ("begun", "ended"),
    [
        ('-i @title:"Two w', ['-i @title:"Two words"']),
        ("-i @title:'Two w", ["-i @title:'Two words'"]),
        ('-i @title:"Two words" --no-th', ['-i @title:"Two words" --no-think']),
        ('--image=@title:"Two w', ['--image=@title:"Two words"']),
        ('-i "has b', ['-i "has blank.png"']),
        ('-i "plots/', ['-i "plots/two.jpeg"']),
        ("-i @title:Tw", ['-i @title:"Two words"']),
        ("-i @fig", ["-i @fig:7"]),
        ("-i @md:tw", ['-i @md:"two words.png"']),
        ("-i @md:im", ["-i @md:image.png.1", "-i @md:image.png.2"]),
        ("--schema ", ["--schema shape"]),
        ("-i nothing_like", ["-i nothing_like"]),
        ("-i fig What --th", ["-i fig What --th"]),
    ],
)
def test_words_in_quotes_and_what_is_there(typing: Kernel, begun: str, ended: list[str]) -> None:
    """Quotes hold a word together, only what fits is offered, and nothing within a question."""
    cells = [
        {"attachments": {name: {"image/png": "AAAA"}}}
        for name in ("image.png", "image.png", "two words.png")
    ]
    notebook = json.dumps({"cells": cells})
    typing.run(
        f"open('n.ipynb', 'w').write({notebook!r}); __session__ = 'n.ipynb'; shape = {{}}\n"
        "fig.suptitle('Two words'); display(fig)\n"
        "%config InlineBackend.close_figures = False\nplt.close('all'); seven = plt.figure(7)"
    )
    found = typing.completed(f"%vlreason {begun}")
    typing.run(
        "plt.close('all'); %config InlineBackend.close_figures = True\ndel __session__, shape, seven"
    )
    if "What" in begun:
        assert not [one for one in found if one.endswith(("--think", "--thinking"))]
    else:
        assert found == [f"%vlreason {word}" for word in ended]


@pytest.mark.parametrize(
    ("begun", "ended"),
    [
        ("%vl emulator ", ["stop", "--slip"]),
        ("%vl emulator --slip t", ["trend"]),
        ("%vl recordings o", ["on", "off"]),
        ("%vl models qvq-max-2", ["qvq-max-2025-03-25"]),
    ],
)
def test_what_commands_take(kernel: Kernel, begun: str, ended: list[str]) -> None:
    """After a command of `%vl` stands what it takes, not the commands again."""
    start = begun.rpartition(" ")[0]
    found = kernel.completed(begun)
    assert {f"{start} {word}" for word in ended} <= set(found)
    assert f"{start} figures" not in found
    assert kernel.completed("%vl panel ") == ["%vl panel "]


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
