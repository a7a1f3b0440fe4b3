"""Facts fit their budget whatever is in the figure: less detail, never none."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt

from vlmagic.facts import facts_of
from vlmagic.facts.fit import fitted

NAMES = [f"a rather long name of category {number}" for number in range(40)]
WORDS = "图中的很长的一段文字说明" * 20


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def _panels_of_bars(figure: Any) -> None:
    for number, axes in enumerate(figure.subplots(2, 3, sharey=True).flat):
        axes.bar(range(24), np.arange(24) / 7)
        axes.set_title(f"panel {number}")


def _shared_names(figure: Any) -> None:
    for axes in figure.subplots(1, 2, sharex=True, sharey=True):
        axes.scatter(NAMES, np.arange(40.0))


def _days_with_a_gap(figure: Any) -> None:
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=number) for number in range(300)]
    figure.subplots().bar(days, [np.nan, *np.arange(299.0)], width=1)


def _words_among_numbers(figure: Any) -> None:
    axes = figure.subplots()
    for number in range(10):
        axes.plot(np.arange(20), (np.arange(20) * number) % 7, label=f"line {number}")
    axes.set_yticks([1, 3, 5], ["low", "mid", "high"])


def _many_words(figure: Any) -> None:
    figure.subplots().set(title=WORDS, xlabel=WORDS, ylabel=WORDS)
    figure.suptitle(WORDS)
    figure.supxlabel(WORDS)
    for number in range(20):
        figure.text(0, 0, f"{number} {WORDS}")


@pytest.mark.parametrize(
    "draw", [_panels_of_bars, _shared_names, _days_with_a_gap, _words_among_numbers, _many_words]
)
@pytest.mark.parametrize("budget", [1000, 2000, 10_000])
def test_whatever_there_is_fits(draw: Callable[[Any], None], budget: int) -> None:
    """Facts are there within any sensible budget: long names, gaps and words drop to make room."""
    figure = plt.figure()
    draw(figure)
    facts = facts_of(figure, budget)
    assert facts is not None
    assert len(facts.text.encode()) <= budget
    assert json.loads(facts.text)["axes"]


def test_a_gap_is_no_extreme() -> None:
    """The highest bin is that of the known counts, and they alone are added up."""
    bins = {"edges": list(range(301)), "counts": [None, *range(299)]}
    text = fitted({"axes": [{"histogram": [bins]}]}, 500)
    assert text is not None
    (found,) = json.loads(text)["axes"][0]["histogram"]
    assert (found["peak"], found["total"]) == ([299, 300, 298], sum(range(299)))


@pytest.mark.parametrize("code", [0x85, 0x2028, 0x2029, 0x0B, 0x1C])
def test_facts_are_one_line(code: int) -> None:
    """Whatever ends a line in Unicode does not end one in the facts."""
    text = fitted({"axes": [{"title": f"a{chr(code)}b"}]}, 500)
    assert text is not None
    assert len(text.splitlines()) == 1
