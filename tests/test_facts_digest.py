"""The digest of a figure is that of what it says: places, classes and visibility, never looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from vlmagic.facts import facts_of

Draw = Callable[[Any, Any], Any]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def digest(draw: Draw, value: Any, **how: Any) -> str:
    """The digest of what is drawn with a value, the same before it is drawn and after."""
    figure, axes = plt.subplots(subplot_kw=how)
    draw(axes, value)
    before = facts_of(figure)
    figure.canvas.draw()
    after = facts_of(figure)
    assert before is not None
    assert after is not None
    assert before.digest == after.digest
    return before.digest


def _labelled(axes: Any, words: Any) -> None:
    axes.bar_label(axes.bar(["a", "b"], [1, 2]), labels=words)


def _point_names(axes: Any, words: Any) -> None:
    axes.scatter([1, 2, 3], [1, 2, 3])
    for at, word in enumerate(words):
        axes.text(at, at, word)


def _proxies(axes: Any, colours: Any) -> None:
    axes.plot([1, 2], [1, 2], color=colours[0])
    axes.plot([1, 2], [2, 1], color=colours[1])
    axes.bar([1, 2], [1, 2], color=list(colours))
    axes.legend(handles=[Line2D([], [], color="r", label="ill"), Patch(color="b", label="well")])


def _colour_bar(axes: Any, words: Any) -> None:
    bar = axes.figure.colorbar(axes.imshow([[1, 2], [3, 4]]), ticks=[1, 4])
    bar.ax.set_yticklabels(words)


def _hidden(kind: str) -> Draw:
    def draw(axes: Any, shown: Any) -> None:
        axes.plot([1, 2], label="q")
        axes.plot([3, 4])
        axes.bar([3, 4], [1, 2])
        axes.set_title("t")
        axes.legend()
        artists = {
            "line": axes.lines[1:],
            "bars": axes.patches,
            "title": [axes.title],
            "legend": [axes.get_legend()],
        }
        for artist in artists[kind]:
            artist.set_visible(shown)

    return draw


DIFFERENT: list[tuple[str, Draw, Any, Any]] = [
    ("labels of bars", _labelled, ["30%", "50%"], ["50%", "30%"]),
    ("names of points", _point_names, "ABC", "BAC"),
    ("a text elsewhere", lambda axes, at: axes.text(*at, "here"), (0.2, 0.5), (0.3, 0.2)),
    (
        "an arrow elsewhere",
        lambda axes, at: axes.annotate("", at, (0, 0), arrowprops={"arrowstyle": "->"}),
        (0.1, 0.1),
        (0.2, 0.2),
    ),
    ("colours of points", lambda axes, c: axes.scatter([1, 2, 3], [1, 2, 3], c=c), list("rbr"), list("rrb")),
    ("colours that the legend names", _proxies, "rb", "br"),
    ("ticks of a colour bar", _colour_bar, ["low", "high"], ["cold", "hot"]),
    (
        "a second scale",
        lambda axes, by: axes.secondary_xaxis("top", functions=(lambda v: v * by, lambda v: v / by)),
        1.8,
        2.54,
    ),
    ("names of bars far apart", lambda axes, words: axes.bar([0, 5], [1, 2]) and axes.set_xticks([0, 5], words), ["2019", "2020"], ["2019", "2021"]),
    ("a label that no legend shows", lambda axes, word: axes.bar([0, 5], [1, 2], label=word), "a", "b"),
    ("a peak that is cut", lambda axes, top: axes.plot([1, 2, 50, 3]) and axes.set_ylim(0, top), 60, 10),
    ("a bar that is cut", lambda axes, top: axes.bar([1, 2, 3], [1, 50, 2]) and axes.set_ylim(0, top), 60, 10),
    ("cells that are hidden", lambda axes, end: axes.pcolormesh(np.arange(16).reshape(4, 4)) and axes.set_xlim(0, end), 4, 2),
    *((f"hidden {kind}", _hidden(kind), True, False) for kind in ("line", "bars", "title", "legend")),
]  # fmt: skip
ALIKE: list[tuple[str, Draw, Any, Any]] = [
    ("caps of errors", lambda axes, size: axes.errorbar([1, 2], [3, 4], yerr=1, capsize=size), 0, 5),
    ("the shadow of a pie", lambda axes, on: axes.pie([1, 2], labels=["a", "b"], shadow=on), False, True),
    ("a pie pulled apart", lambda axes, by: axes.pie([1, 2], labels=["a", "b"], explode=(0, by)), 0, 0.2),
    ("other colours", lambda axes, c: axes.scatter([1, 2, 3], [1, 2, 3], c=c), list("rbr"), list("gkg")),
    ("where a title stands", lambda axes, where: axes.set_title("t", loc=where), "left", "center"),
]  # fmt: skip


@pytest.mark.parametrize(("draw", "one", "other"), [row[1:] for row in DIFFERENT], ids=[row[0] for row in DIFFERENT])  # fmt: skip
def test_the_digest_sees_what_is_said(draw: Draw, one: Any, other: Any) -> None:
    """Another place of words, another class of marks, another thing hidden is another digest."""
    assert digest(draw, one) != digest(draw, other)
    assert digest(draw, one) == digest(draw, one)


@pytest.mark.parametrize(("draw", "one", "other"), [row[1:] for row in ALIKE], ids=[row[0] for row in ALIKE])  # fmt: skip
def test_the_digest_ignores_looks(draw: Draw, one: Any, other: Any) -> None:
    """Caps, shadows and other colours in the same classes are no data."""
    assert digest(draw, one) == digest(draw, other)


def _surface(axes: Any, peak: Any) -> None:
    x: Any
    y: Any
    x, y = np.meshgrid(range(5), range(5))
    z = (x * y).astype(float)
    z[2, 2] = peak
    axes.plot_surface(x, y, z)


def _wires(axes: Any, peak: Any) -> None:
    x: Any
    y: Any
    x, y = np.meshgrid(range(5), range(5))
    z = (x * y).astype(float)
    z[2, 2] = peak
    axes.plot_wireframe(x, y, z)


@pytest.mark.parametrize(
    "draw",
    [
        _surface,
        _wires,
        lambda axes, z: axes.scatter([0, 1, 2, 3], [0, 1, 2, 3], [0, z, 9, 10]),
        lambda axes, z: axes.bar3d([0, 1, 2], [0, 0, 0], [0, 0, 0], 0.5, 0.5, [1, z, 10]),
    ],
)
def test_the_digest_sees_the_inside_of_space(draw: Draw) -> None:
    """One value within the ranges of a surface, a mesh, a cloud or bars in space counts."""
    assert digest(draw, 4, projection="3d") != digest(draw, 9, projection="3d")


def test_the_digest_sees_classes_of_seaborn() -> None:
    """Points that change class by colour, marker or number are another digest; a swarm is itself."""
    seaborn, pandas = pytest.importorskip("seaborn"), pytest.importorskip("pandas")

    def scatter(axes: Any, how: Any) -> None:
        table = pandas.DataFrame({"x": [1, 2, 3, 4], "y": [4, 3, 2, 1], "k": how[1]})
        seaborn.scatterplot(table, x="x", y="y", ax=axes, **{how[0]: "k"})

    for how, one, other in (
        ("hue", "pqpq", "ppqq"),
        ("style", "pqpq", "ppqq"),
        ("hue", (1, 2, 3, 4), (1, 3, 2, 4)),
    ):
        assert digest(scatter, (how, list(one))) != digest(scatter, (how, list(other)))

    def swarm(axes: Any, last: Any) -> None:
        table = pandas.DataFrame({"k": list("aabbb"), "v": [1, 1, 3, 3, last]})
        seaborn.swarmplot(table, x="k", y="v", ax=axes)

    assert digest(swarm, 5) != digest(swarm, 6)


def test_it_is_known_whose_each_of_many_numbers_is() -> None:
    """Of small arrays that are hashed together, each number still belongs to its own."""

    def strokes(axes: Any, cut: int) -> None:
        every = [[n, n * n] for n in range(9)]
        axes.add_collection(LineCollection([every[:cut], every[cut:]]))

    def lines(axes: Any, cut: int) -> None:
        axes.plot(range(cut), range(cut))
        axes.plot(range(cut, 9), range(cut, 9))

    for draw in (strokes, lines):
        assert len({digest(draw, cut) for cut in range(2, 8)}) == 6
