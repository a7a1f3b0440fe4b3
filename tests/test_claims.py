"""Checked charts: no false verdict, exact names only, tolerances from the picture and the claim."""

from __future__ import annotations

import json
import pickle
import re
from functools import cache
from pathlib import Path
from typing import Any

import claim_figures
import matplotlib.pyplot as plt
import numpy as np
import pytest

from vlmagic.algebra import check as steps_of
from vlmagic.claims import Claim, check, summary
from vlmagic.claims.marks import marked
from vlmagic.facts import facts_of
from vlmagic.facts.data import FigureData, data_of

DATA = Path(__file__).parent / "data"


@cache
def figure(name: str) -> FigureData:
    """The data of a figure, read once."""
    return claim_figures.data(name)


@pytest.mark.parametrize("name", ["claims", "claims_second"])
def test_no_claim_is_judged_falsely(name: str) -> None:
    """Every verdict is true, nothing open is decided, and at least 60 % of the claims get one."""
    decided = total = 0
    false: list[tuple[str, set[str], str]] = []
    for row in json.loads((DATA / f"{name}.json").read_text(encoding="utf-8")):
        verdicts = {claim.verdict for claim in check(row["say"], [figure(row["figure"])])}
        truth = row["truth"]
        wrong, right = "wrong" in verdicts, verdicts == {"right"}
        if (wrong and truth != "wrong") or (right and truth != "right"):
            false.append((truth, set(verdicts), row["say"]))
        if truth == "open" and "right" in verdicts:
            false.append((truth, set(verdicts), row["say"]))
        total += truth != "open"
        decided += truth != "open" and (wrong or right)
    print(f"{name}: {decided} of {total} claims got a verdict")
    assert not false
    assert total >= 80
    assert decided >= 0.6 * total


_MARK = re.compile("⟦([VXQ])⟧")


def said(raw: str) -> tuple[str, list[tuple[int, int, str]]]:
    """An answer without its marks, and (start, end, truth) of what each mark stands behind."""
    text, marks, at, start = "", [], 0, 0
    for found in _MARK.finditer(raw):
        text += raw[at : found.start()]
        marks.append((max(start, text.rfind("\n") + 1), len(text), found[1]))
        start, at = len(text), found.end()
    return text + raw[at:], marks


@pytest.mark.parametrize(
    "name", ["claims_third", "claims_fourth", "claims_fifth", "claims_sixth", "claims_seventh"]
)
def test_no_claim_of_a_whole_answer_is_judged_falsely(name: str) -> None:
    """V is never wrong, X never right, Q and what has no mark never either; 60 % are decided."""
    decided = total = 0
    false: list[tuple[str, list[tuple[str, str]], str]] = []
    for row in json.loads((DATA / f"{name}.json").read_text(encoding="utf-8")):
        answer, marks = said(row["answer"])
        rest = check(answer, [figure(row["figure"])])
        for start, end, truth in marks:
            here = [claim for claim in rest if start < claim.end <= end + 1]
            rest = [claim for claim in rest if claim not in here]
            verdicts = {claim.verdict for claim in here}
            wrong, right = "wrong" in verdicts, verdicts == {"right"}
            total += truth in "VX"
            decided += truth in "VX" and (wrong or right)
            if (wrong and truth != "X") or ("right" in verdicts and not wrong and truth != "V"):
                false.append((truth, [(c.text, c.verdict) for c in here], answer[start:end]))
        false.extend(("-", [], claim.text) for claim in rest if claim.verdict != "unchecked")
    print(f"{name}: {decided} of {total} claims got a verdict")
    assert not false
    assert total >= 120
    assert decided >= 0.6 * total


def test_traps_are_not_judged() -> None:
    """Sentences that speak of other years, parts, places, units or wishes get no verdict."""
    for row in json.loads((DATA / "claims_traps.json").read_text(encoding="utf-8")):
        found = check(said(row["answer"])[0], [figure(row["figure"])])
        assert [one.text for one in found if one.verdict != "unchecked"] == []


def test_prose_of_other_things_holds_no_claim() -> None:
    """A long text about something else is no word on any of the figures, not even an open one."""
    readme = (DATA.parent.parent / "README.md").read_text(encoding="utf-8")
    for name in ("sales", "loss", "co2", "heart", "votes", "share", "气温"):
        assert [
            one.text for one in check(readme, [figure(name)]) if one.verdict != "unchecked"
        ] == []


def judged(say: str, *names: str) -> list[str]:
    """The verdicts of an answer about some figures."""
    return [claim.verdict for claim in check(say, [figure(name) for name in names])]


def test_spans_and_truth() -> None:
    """A claim's text is the answer between its ends; a wrong one carries the true value."""
    answer = "Look: **Sales in March** were 191, as the chart shows."
    (claim,) = check(answer, [figure("sales")])
    assert answer[claim.start : claim.end] == claim.text
    assert claim.verdict == "wrong"
    assert "151" in claim.truth


@pytest.mark.parametrize(
    ("say", "verdict"),
    [
        ("The train curve ends at 0.57.", "right"),
        ("The train curve ends at 0.6.", "right"),
        ("The train curve ends at 0.5701.", "right"),
        ("The train curve ends at 0.58.", "unchecked"),
        ("The train curve ends at 0.7.", "wrong"),
        ("The train curve ends at 0.70.", "wrong"),
    ],
)
def test_tolerance_follows_rounding_and_pixels(say: str, verdict: str) -> None:
    """Half of the last digit is right, twice is wrong, and between them nobody knows."""
    assert judged(say, "loss") == [verdict]


@pytest.mark.parametrize(
    ("say", "names"),
    [
        ("The train curve ends at 0.57.", ("loss", "loss")),
        ("The maximum is 210.", ("sales", "cities")),
        ("The maximum is 210.", ()),
        ("Trains end at 0.57.", ("loss",)),
        ("The value is 5.0 at dose 2.", ("errors",)),
        ("The rank rises.", ("inverted",)),
    ],
)
def test_no_name_is_guessed(say: str, names: tuple[str, ...]) -> None:
    """Two figures with the same series, a name that is not in the figure, sums: nothing is said."""
    assert set(judged(say, *names)) <= {"unchecked"}


def test_what_only_looks_like_a_claim_is_passed_over() -> None:
    """Code, tables, questions and headings hold no claim that is judged."""
    answer = "```\nSales in March were 999\n```\n| Sales in March | 999 |\n\nWere sales in March 999?\n`Sales in March were 999`"
    assert not judged(answer, "sales")


@pytest.mark.parametrize(
    "say",
    [
        "(train 1), " * 18_000, "train is 1 and " * 13_000, "- 3: 4\n" * 25_000,
        "train " * 20_000, "9" * 50_000, "从" * 30_000, "March " + "(" * 5000, "\x00\ud800 1e999999 \\frac", "1e-99999 March",
        "Sales in March were 1" + "0" * 400 + ".", "A" * 100_000, "," * 50_000, "train 1, " * 500,
    ],
)  # fmt: skip
def test_hostile_text_raises_nothing(say: str) -> None:
    """Any text gives a bounded list of claims."""
    assert len(check(say, [figure("loss"), figure("sales")])) <= 300


def test_the_data_outlives_the_figure() -> None:
    """What was read can be pickled, is no view of the arrays, and is bounded."""
    values = np.arange(5.0)
    drawn, axes = plt.subplots()
    axes.plot(values, label="a b")
    axes.plot(np.zeros(200_000), label="long")
    found = data_of(drawn)
    plt.close(drawn)
    values[:] = -1
    assert found is not None
    assert pickle.loads(pickle.dumps(found)) == found
    short, long = found.axes[0].series
    assert short.y == (0.0, 1.0, 2.0, 3.0, 4.0)
    assert (long.x, long.whole) == ((), False)


def test_no_figure_is_no_data() -> None:
    """What cannot be read gives None and raises nothing."""
    assert data_of(None) is None
    assert data_of(object()) is None


def test_the_summary_counts_and_never_praises() -> None:
    """One line with the three counts; nothing where nothing was claimed."""
    one = Claim(0, 1, "a", "", "", "right")
    two = Claim(0, 1, "a", "", "", "unchecked")
    assert summary([one, one], [two]) == "checked: 2 ✓ 0 ✗ 1 not checkable"
    assert summary([]) == ""


def test_marks_stand_outside_of_formulas_and_change_no_letter() -> None:
    """Each verdict is a mark behind its place; without the marks the answer is what it was."""
    answer = "Sales in March were **191**. So $3 + 4 = 8$."
    claims = check(answer, [figure("sales")])
    shown = marked(answer, claims, steps_of(answer))
    assert shown == "Sales in March were **191** ✗ (151 (Mar)). So $3 + 4 = 8$ ✗ (7)."
    assert marked("plain", []) == "plain"


def drawn(kind: str) -> FigureData:
    """The numbers of a plotly or vega figure, as they come with its facts."""
    go = pytest.importorskip("plotly.graph_objects")
    steps = [1, 2, 3]
    match kind:
        case "bars":
            found = go.Figure([go.Bar(x=["north", "south", "east"], y=[3, 9, 5])])
            found.update_layout(xaxis_title="region", yaxis_title="sales")
        case "log":
            found = go.Figure([go.Scatter(x=steps, y=[10, 1000, 100000], mode="lines")])
            found.update_layout(xaxis_title="step", yaxis={"type": "log", "title": "count"})
        case "turned":
            found = go.Figure([go.Scatter(x=steps, y=[1, 2, 3], mode="lines", name="well")])
            found.update_layout(xaxis_title="day", yaxis={"autorange": "reversed"})
        case "binned":
            found = go.Figure([go.Histogram(x=[1, 2, 2, 3, 3, 3])])
        case "stacked":
            found = go.Figure(
                [go.Bar(x=["a", "b"], y=[n, n + 1], name=name) for n, name in ((1, "u"), (3, "v"))]
            )
            found.update_layout(barmode="stack")
        case _:
            alt = pytest.importorskip("altair")
            rows = {"values": [{"town": "Rome", "heat": 31}, {"town": "Oslo", "heat": 19}]}
            found = alt.Chart.from_dict(
                {
                    "data": rows,
                    "mark": "bar",
                    "encoding": {
                        "x": {"field": "town", "type": "nominal"},
                        "y": {"field": "heat", "type": "quantitative"},
                    },
                }
            )
    facts = facts_of(found)
    assert facts is not None
    assert facts.numbers is not None
    return facts.numbers


@pytest.mark.parametrize(
    ("kind", "say", "verdicts"),
    [
        ("bars", "South has the highest sales, 9. Sales of north were 6.", ["right", "wrong"]),
        ("log", "The count at step 2 is 1000. The count at step 3 is 2000.", ["right", "wrong"]),
        ("turned", "The well rises.", ["unchecked"]),
        ("binned", "The maximum is 3. The count at 3 is 3.", ["unchecked"]),
        ("stacked", "u is 1 at a. v is 5 at b.", ["unchecked"]),
        ("vega", "The heat of Rome is 31. The heat of Oslo is 29.", ["right", "wrong"]),
    ],
)
def test_figures_of_plotly_and_vega(kind: str, say: str, verdicts: list[str]) -> None:
    """What their facts bring is looked up like any other; what is turned, binned or stacked is not."""
    found = [claim.verdict for claim in check(say, [drawn(kind)])]
    assert found == verdicts if len(verdicts) > 1 else set(found) <= set(verdicts)


@pytest.mark.parametrize(
    ("name", "say"),
    [
        ("temperature", "Oslo peaks before Lisbon."),
        ("sales", "Sales peaked in August at 205."),
        ("co2", "It reached 400 ppm in 2020."),
        ("temperature", "Oslo in July is warmer than Lisbon in January."),
    ],
)
def test_a_peak_is_not_the_highest_of_all(name: str, say: str) -> None:
    """One peak among several, when something peaks, two places at once: nobody is blamed."""
    assert set(judged(say, name)) <= {"unchecked"}


def test_claims_stay_with_their_own_figure() -> None:
    """Of several figures, a name that only one of them has is that one's; what both have is nobody's."""
    both = [figure("cities"), figure("sales")]
    assert [c.verdict for c in check("Beijing stands at 21.5.", both)] in (
        [],
        ["unchecked"],
        ["right"],
    )
    assert [c.verdict for c in check("The maximum is 210.", both) if c.verdict != "unchecked"] == []


def test_the_size_of_the_picture_is_no_claim() -> None:
    """Tokens, pixels and bytes of the file get no mark, where the figure is not measured so."""
    sales = [figure("sales")]
    for say in (
        "The chart is 640 × 480 pixels and takes 302 tokens.",
        "It takes 302 tokens, at most.",
        "图片大小为 2.0 kB，最大边为 640 像素。",
    ):
        assert check(say, sales) == []
    drawing, axes = plt.subplots()
    axes.bar(["a", "b"], [300, 500])
    axes.set_ylabel("tokens")
    plt.close(drawing)
    data = data_of(drawing)
    assert data is not None
    (claim,) = check("The highest value is 500 tokens.", [data])
    assert claim.verdict == "right"


def test_a_place_may_be_rounded() -> None:
    """A place with decimals is the one point that it is when rounded so; never one of two."""
    drawing, axes = plt.subplots()
    axes.plot([0.123, 1.5578, 3.061, 3.064], [1, 4, 2, 3])
    plt.close(drawing)
    read = data_of(drawing)
    assert read is not None
    data = [read]
    assert [one.verdict for one in check("The value at x = 1.56 is 4.", data)] == ["right"]
    assert [one.verdict for one in check("The value at x = 1.56 is 9.", data)] == ["wrong"]
    assert "right" not in {one.verdict for one in check("The value at x = 3.06 is 2.", data)}
    assert "right" not in {one.verdict for one in check("The value at x = 2 is 4.", data)}


@pytest.mark.parametrize("places", [["2019", "2020", "2021"], [2019, 2020, 2021]])
@pytest.mark.parametrize(
    ("say", "verdict"),
    [
        ("The highest bar is 2021.", "unchecked"),
        ("The highest bar is 2020.", "wrong"),
        ("The highest bar is in 2021.", "right"),
        ("The highest value is 3.", "right"),
        ("The highest value is 4.4.", "wrong"),
    ],
)
def test_a_number_may_be_the_name_of_a_place(places: list[Any], say: str, verdict: str) -> None:
    """What is true of the name below the highest bar is never marked wrong for not being its height."""
    figure, axes = plt.subplots()
    axes.bar(places, [1, 2, 3])
    facts = facts_of(figure)
    plt.close(figure)
    assert facts is not None
    assert facts.numbers is not None
    assert [claim.verdict for claim in check(say, [facts.numbers])] == [verdict]
