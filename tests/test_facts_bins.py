"""What a page of altair computes, computed here: bins, units of time, aggregates.

The renderer that altair's pages use is asked what it drew; it says so for screen readers.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vlmagic.facts import facts_of

altair = pytest.importorskip("altair")
converter = pytest.importorskip("vl_convert")

_SAID = re.compile(r"(?P<where>.*): (?P<low>\S+) – (?P<high>\S+); (?P<what>.*): (?P<value>\S+)")


def _number(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-").replace(",", ""))


def _drawn(tree: Any) -> list[str]:
    """The descriptions of all marks that the renderer drew, view by view."""
    if isinstance(tree, list):
        return [said for one in tree for said in _drawn(one)]
    if not isinstance(tree, dict):
        return []
    own = tree.get("description")
    found = [own] if isinstance(own, str) and tree.get("ariaRoleDescription") != "axis" else []
    return found + [said for one in tree.values() for said in _drawn(one)]


def drawn(chart: Any) -> list[str]:
    """What the renderer says of the marks of a chart."""
    found = converter.vegalite_to_scenegraph(json.dumps(chart.to_dict()))
    return _drawn(found if isinstance(found, dict) else json.loads(found))


def axes(chart: Any) -> list[dict[str, Any]]:
    """The facts of a chart."""
    facts = facts_of(chart, budget=100_000)
    assert facts is not None
    return list(json.loads(facts.text)["axes"])


def table(seed: int, size: int = 150) -> pd.DataFrame:
    """Numbers of any size, groups and days."""
    random = np.random.default_rng(seed)
    scale, shift = 10.0 ** random.integers(-3, 5), random.integers(-3, 4)
    return pd.DataFrame(
        {
            "v": (random.normal(size=size) + shift) * scale,
            "w": random.normal(size=size),
            "n": random.integers(0, 12, size),
            "g": random.choice(["a", "b"], size),
            "d": pd.Timestamp("2023-11-05")
            + pd.to_timedelta(random.integers(0, 500 * 24, size), "h"),
        }
    )


HOW: list[Any] = [True, {"maxbins": 30}, {"maxbins": 3}, {"step": 0.37}, {"nice": False}, {"base": 2}, {"steps": [0.1, 0.4, 1.5, 4]}, {"extent": [-1, 2]}, {"minstep": 1}]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "how"),
    # A step that has nothing to do with the data would draw thousands of bars.
    [(field, how) for field in "vwn" for how in HOW if field != "v" or how in (True, *HOW[1:3])],
    ids=str,
)
@pytest.mark.parametrize("seed", range(3))
def test_bins_are_those_of_the_page(field: str, how: Any, seed: int) -> None:
    """Edges and counts are those that the renderer draws, to the last bar."""
    bins = how if how is True else altair.Bin(**how)
    chart = altair.Chart(table(seed)).mark_bar().encode(altair.X(field, bin=bins), y="count()")
    (histogram,) = axes(chart)[0]["histogram"]
    edges, counts = histogram["edges"], histogram["counts"]
    mine = {(low, high): n for low, high, n in zip(edges, edges[1:], counts, strict=False) if n}
    theirs = [match for said in drawn(chart) if (match := _SAID.fullmatch(said))]
    assert len(theirs) == len(mine)
    for (low, high), bar in zip(sorted(mine), sorted(theirs, key=lambda m: _number(m["low"])), strict=True):  # fmt: skip
        assert _number(bar["low"]) == pytest.approx(low, rel=1e-5, abs=1e-9 + 5e-4 * (high - low))
        assert mine[low, high] == _number(bar["value"])


@pytest.mark.parametrize("how", ["mean", "median", "stdev", "variance", "stderr", "q1", "q3", "min", "max", "sum", "product"])  # fmt: skip
def test_aggregates_are_those_of_the_page(how: str) -> None:
    """What stands for many values is computed as the renderer computes it."""
    chart = altair.Chart(table(1)).mark_bar().encode(x="g:N", y=f"{how}(w):Q")
    mine = dict(axes(chart)[0]["bars"][0]["values"])
    theirs = {said[3]: _number(said.rpartition(": ")[2]) for said in drawn(chart) if said.startswith("g: ")}  # fmt: skip
    assert len(theirs) == 2
    assert mine == pytest.approx(theirs, rel=1e-5)


@pytest.mark.parametrize("unit", ["year", "yearquarter", "yearmonth", "yearmonthdate", "month", "quarter", "day", "date", "hours"])  # fmt: skip
def test_units_of_time_are_those_of_the_page(unit: str) -> None:
    """Moments fall into the same years, months, days and hours, in the order of the calendar."""
    frame = table(2, 60)
    chart = altair.Chart(frame).mark_bar().encode(x=f"{unit}(d):T", y="count()")
    values = axes(chart)[0]["bars"][0]["values"]
    theirs = [int(_number(said.rpartition(": ")[2])) for said in drawn(chart) if said.startswith("d (")]  # fmt: skip
    assert sorted(count for _, count in values) == sorted(theirs)
    assert sum(theirs) == len(frame)


def test_months_are_called_as_one_reads_them() -> None:
    """On an axis of months stand their names in their order; months of a year have the year."""
    frame = pd.DataFrame({"d": pd.to_datetime(["2024-04-30", "2024-02-01", "2025-02-28"]), "v": [3, 4, 6]})  # fmt: skip
    chart = altair.Chart(frame)
    assert axes(chart.mark_bar().encode(x="month(d):T", y="mean(v)"))[0]["bars"][0]["values"] == [["Feb", 5], ["Apr", 3]]  # fmt: skip
    named = axes(chart.mark_bar().encode(x="yearmonth(d):O", y="v:Q"))[0]["bars"][0]
    assert named["values"] == [["Feb 2024", 4], ["Apr 2024", 3], ["Feb 2025", 6]]
    (line,) = axes(chart.mark_line().encode(x="yearmonth(d):T", y="v:Q"))[0]["lines"]
    assert line["points"] == [["2024-02-01", 4], ["2024-04-01", 3], ["2025-02-01", 6]]


def test_cells_of_two_bins_have_their_ends() -> None:
    """A heat map of counts says between which values each cell lies."""
    frame = pd.DataFrame({"a": [1, 2, 9, 8, 8], "b": [1, 1, 7, 7, 6]})
    chart = altair.Chart(frame).mark_rect().encode(
        altair.X("a", bin=altair.Bin(step=5)), altair.Y("b", bin=altair.Bin(step=4)), color="count()"
    )  # fmt: skip
    (cells,) = axes(chart)[0]["images"]
    assert (cells["colorbar"], cells["max"], cells["at"]) == ("Count of Records", 3, [[5, 10], [4, 8]])  # fmt: skip
    assert sorted(cells["values"]) == [[[0, 5], [0, 4], 2], [[5, 10], [4, 8], 3]]


def test_facets_have_the_bins_of_all() -> None:
    """The bins of one facet are those of the others; colours stand on one another."""
    frame = pd.DataFrame({"v": [0, 1, 2, 93, 99], "g": list("ppqqq")})
    chart = altair.Chart(frame).mark_bar().encode(altair.X("v", bin=True), y="count()")
    split = [one["histogram"][0] for one in axes(chart.facet("g:N"))]
    assert split[0]["edges"] == split[1]["edges"] == list(range(0, 110, 10))
    assert [one["counts"][0] for one in split] == [2, 1]
    coloured = axes(chart.encode(color="g:N"))[0]["histogram"]
    assert [(one["label"], one["stacked"]) for one in coloured] == [("p", True), ("q", True)]


def test_a_line_at_the_mean_is_told() -> None:
    """A rule at an aggregate stands at its value, for each colour at its own."""
    frame = pd.DataFrame({"v": [1, 3, 10], "g": ["p", "p", "q"]})
    rule = altair.Chart(frame).mark_rule().encode(x="mean(v):Q")
    assert axes(rule)[0]["rules"] == [{"x": pytest.approx(14 / 3, rel=1e-5)}]
    assert axes(rule.encode(color="g:N"))[0]["rules"] == [{"x": 2, "label": "p"}, {"x": 10, "label": "q"}]  # fmt: skip


@pytest.mark.parametrize(
    "encode",
    [
        {"x": altair.X("d", timeUnit="utcyearmonth"), "y": "count()"},
        {"x": altair.X("d", timeUnit="yearweek"), "y": "count()"},
        {"x": altair.X("v", bin="binned"), "y": "n:Q"},
        {"x": altair.X("v:O", bin=True), "y": "count()"},
        {"x": altair.X("v", bin=altair.Bin(base=0.5)), "y": "count()"},
        {"x": "v:Q", "y": "ci0(n):Q"},
    ],
    ids=["utc", "weeks", "binned before", "bins as names", "a base that never ends", "bootstrap"],
)
def test_what_only_the_page_knows_is_named(encode: dict[str, Any]) -> None:
    """Clocks of others, random resampling and the like are named without numbers."""
    (said,) = axes(altair.Chart(table(0)).mark_bar().encode(**encode))[0]["encodings"]
    assert said["rows"] == 150
    assert said["mark"] == "bar"


# -- what stands where ----------------------------------------------------------------------------

TEAMS = pd.DataFrame({"team": list("ABCABC"), "pts": [3, 5, 1, 4, 2, 9], "kind": ["Home"] * 3 + ["Away"] * 3})  # fmt: skip
HOLES = pd.DataFrame({"k": list("AABBC"), "v": [1.0, 3, None, None, 5]})
PAIRS = pd.DataFrame({"k": list("bbddaacc"), "v": [9, 1, 5, 5, 2, 20, 4, 5], "c": list("zyxwzyxw")})


@pytest.mark.parametrize("how", ["count", "distinct", "valid", "missing", "sum", "product", "mean", "median", "min", "max", "q1", "variance", "variancep", "stdev", "stdevp", "stderr"])  # fmt: skip
def test_of_nothing_there_is_no_bar(how: str) -> None:
    """An aggregate of values that are all missing, or of too few, is none where the page draws none."""
    chart = altair.Chart(HOLES).mark_bar().encode(x="k:N", y=f"{how}(v):Q")
    mine = {name: value for name, value in axes(chart)[0]["bars"][0]["values"] if value is not None}
    theirs = {said[3]: _number(said.rpartition(": ")[2]) for said in drawn(chart)}
    assert mine == pytest.approx(theirs, rel=1e-5)


@pytest.mark.parametrize("mark", ["bar", "area"])
@pytest.mark.parametrize("lies", [True, False])
def test_what_stands_on_others_says_so(mark: str, lies: bool) -> None:
    """Stacked bars and areas are flagged whichever way they lie; shares are those of the page."""
    place, value = ("y", "x") if lies else ("x", "y")
    chart = getattr(altair.Chart(TEAMS), f"mark_{mark}")()
    kind = "bars" if mark == "bar" else "lines"
    plain = axes(chart.encode(**{place: "team:N", value: "pts:Q", "color": "kind:N"}))[0][kind]
    assert [one["stacked"] for one in plain] == [True, True]
    long = getattr(altair, value.upper())("pts:Q", stack="normalize")
    chart = chart.encode(**{place: "team:N", value: long, "color": "kind:N"})
    (found,) = axes(chart)
    assert found[value]["label"] == "pts (%)"
    told = [one["values"] if mark == "bar" else one["points"] for one in found[kind]]
    mine = sorted(round(float(max(pair, key=lambda one: isinstance(one, (int, float))))) for series in told for pair in series)  # fmt: skip
    said = (re.search(r"pts: (\d+)%", one) for one in drawn(chart))
    assert mine == sorted(int(match[1]) for match in said if match)
    facts = facts_of(chart)
    assert facts is not None
    assert facts.numbers is not None
    assert all(one.summary for pair in facts.numbers.axes for one in pair.series)


def test_bars_lie_along_what_is_summed() -> None:
    """Of two numbers the one that is summed is the length of a bar, the other its place."""
    frame = pd.DataFrame({"yr": [2001, 2002, 2002], "v": [5, 7, 1]})
    chart = altair.Chart(frame).mark_bar().encode(x="sum(v):Q", y="yr:Q")
    assert axes(chart)[0]["bars"] == [{"values": [[2001, 5], [2002, 8]], "horizontal": True}]
    dates = pd.DataFrame({"g": ["a", "b"], "d": pd.to_datetime(["2024-01-01", "2024-05-01"])})
    chart = altair.Chart(dates).mark_bar().encode(x="max(d):T", y="g:N")
    assert axes(chart)[0]["bars"][0]["values"] == [["a", "2024-01-01"], ["b", "2024-05-01"]]


@pytest.mark.parametrize("mark", ["bar", "point", "line"])
@pytest.mark.parametrize("sort", [["c", "a"], "y", "-y", "color", "-color", {"field": "v"}, {"field": "v", "op": "sum"}, {"field": "v", "order": "descending"}, {"encoding": "y"}, "descending", None], ids=str)  # fmt: skip
@pytest.mark.parametrize("how", [{"y": "v:Q"}, {"y": "v:Q", "color": "c:N"}, {"y": "mean(v):Q", "color": "c:N"}, {"y": altair.Y("v:Q", stack=None), "color": "c:N"}], ids=["one", "colours", "means", "free"])  # fmt: skip
def test_categories_stand_as_on_the_page(mark: str, sort: Any, how: dict[str, Any]) -> None:
    """The order of categories is that of the axis that the renderer draws."""
    if "color" in str(sort) and "color" not in how:
        return
    chart = getattr(altair.Chart(PAIRS), f"mark_{mark}")()
    chart = chart.encode(x=altair.X("k:N", sort=sort), **how)
    assert axes(chart)[0]["x"]["categories"] == _names(chart)


def _names(chart: Any) -> list[str]:
    """The categories along the x axis that the renderer draws."""
    svg = converter.vegalite_to_svg(json.dumps(chart.to_dict()))
    said = re.search(r'aria-label="X-axis[^"]*values: ([^"]*)"', svg)
    assert said is not None
    return said[1].split(", ")


@pytest.mark.parametrize("values", [[True, False, None], [3, 1, None], ["b", None, "a"]], ids=str)
@pytest.mark.parametrize("sort", ["ascending", "descending"])
def test_names_are_written_as_on_the_page(values: list[Any], sort: str) -> None:
    """What is missing or true is written in the words of the page, in its place."""
    rows = altair.Data(values=[{"k": one, "v": 1} for one in values])
    chart = altair.Chart(rows).mark_bar().encode(x=altair.X("k:N", sort=sort), y="v:Q")
    assert axes(chart)[0]["x"]["categories"] == _names(chart)


@pytest.mark.parametrize("text", ["01/02/2024", "1/2/24", "2024/01/02", "Jan 2, 2024", "2 January 2024", "Jan 2024", "2024", 1704067200000, "2024-01-02 10:00"])  # fmt: skip
def test_moments_are_read_as_the_page_reads_them(text: Any) -> None:
    """Dates that a page understands have a place, however they are written."""
    frame = pd.DataFrame({"d": [text], "v": [1]})
    chart = altair.Chart(frame).mark_bar().encode(x="d:T", y="v:Q")
    (((day, _),),) = [one["values"] for one in axes(chart)[0]["bars"]]
    said = re.search("d: (.*);", drawn(chart)[0])
    assert said is not None
    assert f"{pd.Timestamp(day):%b %d, %Y}" == said[1]


def test_the_range_of_an_axis_of_dates_may_be_parts() -> None:
    """A range of years, months and days is read, and what lies beyond it is counted."""
    when = pd.to_datetime(["2024-01-01", "2024-01-05", "2024-03-01"])
    ends = [altair.DateTime(year=2024, month=1, date=1), altair.DateTime(year=2024, month="feb")]
    line = altair.Chart(pd.DataFrame({"d": when, "v": [1, 2, 3]})).mark_line(clip=True)
    (found,) = axes(line.encode(altair.X("d:T", scale=altair.Scale(domain=ends)), y="v:Q"))
    assert found["x"] == {"label": "d", "kind": "date", "min": "2024-01-01", "max": "2024-02-01"}
    assert found["lines"][0]["outside"] == 1
    assert found["lines"][0]["last"] == ["2024-01-05", 2]


def test_bars_between_two_values_and_bars_of_parts() -> None:
    """Bars from one value to another are intervals; a bar without a place is all its parts."""
    plan = pd.DataFrame({"task": ["a", "b"], "s": [1, 4], "e": [3, 8]})
    chart = altair.Chart(plan)
    bars = chart.mark_bar().encode(x="s", x2="e", y="task")
    assert axes(bars)[0]["intervals"] == [{"x": [1, 3], "y": "a"}, {"x": [4, 8], "y": "b"}]
    lines = axes(chart.mark_area().encode(x="task", y="s", y2="e"))[0]["lines"]
    assert [(one.get("label"), one["last"]) for one in lines] == [(None, ["b", 4]), ("e", ["b", 8])]
    whole = altair.Chart(TEAMS).mark_bar().encode(x="sum(pts)", color="kind")
    assert axes(whole)[0]["bars"] == [{"values": [["Home", 9], ["Away", 15]], "horizontal": True, "stacked": True}]  # fmt: skip


@pytest.mark.parametrize("how", [{"value": 0}, {"method": "mean"}, {"method": "max"}])
@pytest.mark.parametrize("value", ["y", "sum(y)"])
def test_values_are_put_where_the_page_puts_them(how: dict[str, Any], value: str) -> None:
    """A series has the values that the page gives it where it has none."""
    frame = pd.DataFrame({"x": [1, 2, 4, 1, 4], "y": [1, 2, 4, 5, 6], "c": list("aaabb")})
    y = altair.Y(f"{value}:Q", impute=altair.ImputeParams(**how))
    chart = altair.Chart(frame).mark_line(point=True).encode(x="x:O", y=y, color="c:N")
    mine = {(line["label"], x): y for line in axes(chart)[0]["lines"] for x, y in line["points"]}
    said = (re.fullmatch(r"x: (\d); .*: (\S+); c: (\w)", one) for one in drawn(chart))
    theirs = {(match[3], match[1]): _number(match[2]) for match in said if match}
    assert len(theirs) == 6
    theirs = {place: y for place, y in theirs.items() if y == y}
    assert mine == pytest.approx(theirs, rel=1e-5)


def test_words_at_marks_are_told_once() -> None:
    """Words stand at their places; numbers that only say what a bar or a cell shows are not told."""
    frame = pd.DataFrame({"k": ["a", "b"], "v": [1, 2], "w": ["low", "high"]})
    bars = altair.Chart(frame).mark_bar().encode(x="k:N", y="v:Q")
    (found,) = axes(bars + bars.mark_text().encode(text="v:Q"))
    assert found.keys() == {"x", "y", "bars"}
    (found,) = axes(bars + bars.mark_text().encode(text="w:N"))
    assert found["text"] == [{"at": ["a", 1], "say": "low"}, {"at": ["b", 2], "say": "high"}]


def test_colours_are_named_while_nothing_is_selected() -> None:
    """A colour that depends on a selection is that of everything, which names the series."""
    brush = altair.selection_interval()
    colour = altair.condition(brush, "kind:N", altair.value("grey"))
    chart = altair.Chart(TEAMS).mark_point().encode(x="team:N", y="pts:Q", color=colour)
    assert [one["label"] for one in axes(chart.add_params(brush))[0]["scatter"]] == ["Home", "Away"]


def test_a_sequence_is_counted() -> None:
    """Data that the page counts are counted, to where it stops."""
    chart = altair.Chart(altair.sequence(0, 1, 0.25, as_="x")).mark_line().encode(x="x:Q", y="x:Q")
    (line,) = axes(chart)[0]["lines"]
    assert (line["n"], line["last"]) == (len(drawn(chart)), [0.75, 0.75])


def test_shares_of_bins_and_their_latest_moments() -> None:
    """What stands on bins may be shares, or the last moment in each."""
    frame = pd.DataFrame({"v": [1, 2, 3, 9], "g": list("ppqq"), "d": pd.to_datetime(["2024-01-01", "2024-01-03", "2024-01-02", "2024-02-01"])})  # fmt: skip
    chart = altair.Chart(frame).mark_bar().encode(altair.X("v", bin=altair.Bin(step=5)))
    shares = axes(chart.encode(y=altair.Y("count()", stack="normalize"), color="g:N"))[0]["bars"]
    assert [one["values"] for one in shares] == [[[[0, 5], 66.6667]], [[[0, 5], 33.3333], [[5, 10], 100]]]  # fmt: skip
    (latest,) = axes(chart.encode(y="max(d):T"))[0]["bars"]
    assert latest["values"] == [[[0, 5], "2024-01-03"], [[5, 10], "2024-02-01"]]


@pytest.mark.parametrize("mark", ["bar", "area", "point", "line"])
@pytest.mark.parametrize("lies", [True, False])
@pytest.mark.parametrize("stack", ["zero", "center", "normalize"])
@pytest.mark.parametrize("how", ["sum", "mean", "min"])
def test_what_stands_on_one_another_has_its_own_value(
    mark: str, lies: bool, stack: str, how: str
) -> None:
    """Each part of a stack has the value that the renderer says of it, in its own series."""
    frame = pd.DataFrame({"k": list("aabbcc"), "c": list("uvuuvv"), "w": [1, 3, 5, 2, None, None]})
    place, value = ("y", "x") if lies else ("x", "y")
    long = getattr(altair, value.upper())(f"{how}(w):Q", stack=stack)
    chart = getattr(altair.Chart(frame), f"mark_{mark}")()
    chart = chart.encode(**{place: "k:N", value: long, "color": "c:N"})
    (found,) = axes(chart)
    mine = {}
    for one in [*found.get("bars", ()), *found.get("lines", ()), *found.get("scatter", ())]:
        for pair in one.get("values") or one["points"]:
            name, number = pair if isinstance(pair[0], str) else pair[::-1]
            if number is not None:
                mine[one["label"], name] = number
    theirs = {}
    for said in drawn(chart):
        parts = dict(part.split(": ", 1) for part in said.split("; "))
        number = next(v for k, v in parts.items() if k not in ("k", "c"))
        if number not in ("NaN", "NaN%", "null"):
            theirs[parts["c"], parts["k"]] = _number(number.rstrip("%"))
    assert mine == pytest.approx(theirs, abs=0.51 if stack == "normalize" else 1e-6)
