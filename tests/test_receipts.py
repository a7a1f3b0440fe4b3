"""Everything that leaves the machine has its line in the receipt, in pixels or as text."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from conftest import Kernel

import vlmagic
from vlmagic.emulator import Emulator
from vlmagic.events import Answer, Done
from vlmagic.images import Text, below
from vlmagic.question import prepare
from vlmagic.references import parse
from vlmagic.result import Result
from vlmagic.settings import resolve
from vlmagic.shelf import resolve as resolved

FRAME = "import pandas; df = pandas.DataFrame({'a': range(24), 'b': 1, 'c': 2})"


@pytest.fixture
def chart(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A bar chart of plotly, where nothing can draw it."""
    graphs = pytest.importorskip("plotly.graph_objects")
    monkeypatch.setitem(sys.modules, "kaleido", None)
    bars = graphs.Bar(x=["A", "B"], y=[3, 5], name="sales")
    return graphs.Figure([bars], layout={"title": "Sales"})


def asked(emulator: Emulator, chart: Any) -> Result:
    """A question about the chart."""
    return vlmagic.reason(
        "Which is highest?", chart, base_url=emulator.compatible_url, api_key=emulator.key
    )


def test_a_chart_without_pixels_is_in_receipt_facts_and_follow_up(
    emulator: Emulator, chart: Any
) -> None:
    """Its line and its facts are saved with the answer, also where it comes with a follow-up."""
    result = asked(emulator, chart)
    (line,) = result.context.receipt
    (facts,) = result.context.facts
    assert '"Sales" plotly facts → ' in line
    assert '["B",5]' in facts
    assert facts.partition(" ")[2] in str(emulator.log[-1].body["messages"])
    saved = result.bundle()["text/markdown"]
    assert "Facts sent along" in saved
    assert "as text" in saved
    assert result.ask("And now?").context.receipt == ()
    settings = result.context.settings
    assert settings is not None
    again = prepare(settings, "And this?", texts=result.context.texts, after=result)
    assert again.context.receipt == (line,)
    assert again.context.facts == (facts,)


def test_a_row_about_a_chart_without_pixels_says_so(emulator: Emulator, chart: Any) -> None:
    """In a map, too, it has its line, and its reader is told why it goes without pixels."""
    rows = vlmagic.map(
        "Which is highest?", [chart], progress=False,
        base_url=emulator.compatible_url, api_key=emulator.key,
    )  # fmt: skip
    (result,) = [row.result for row in rows]
    assert result is not None
    assert "plotly facts → " in result.context.receipt[0]
    assert "kaleido is not installed" in " ".join(notice.text for notice in result.notices)


def test_what_draws_itself_as_a_chart_without_pixels_goes_as_facts(chart: Any) -> None:
    """An object that shows itself as a chart is no other than the chart itself."""

    class Wrapped:
        def _repr_mimebundle_(self) -> dict[str, Any]:
            return {"application/vnd.plotly.v1+json": chart.to_plotly_json()}

    (text,) = resolved([parse("it")], None, {"it": Wrapped()}).texts
    assert text.is_facts
    assert text.numbers is not None


def test_claims_about_a_chart_without_pixels_are_checked(emulator: Emulator, chart: Any) -> None:
    """The chart's numbers judge the answer as those of a picture would."""
    before = asked(emulator, chart)
    answered = Result(before.request, before.context)
    answered.transcript.feed(Answer("The highest value of sales is 9 at B."))
    answered.transcript.feed(Done("stop", "m"))
    answered.settle()
    assert [claim.verdict for claim in answered.claims] == ["wrong"]


def test_a_text_does_not_change_what_question_it_is() -> None:
    """A text stands in the prompt under its label, and nothing else of it is in the request."""
    found = resolve({})
    table = Text("df", "a\n1\n", "pandas", size=(1, 1))
    typed = prepare(found, "Why?\n\ndf:\na\n1\n").request
    assert below("Why?", [table]) == typed.prompt
    assert prepare(found, "Why?", texts=[table]).request.digest() == typed.digest()


def test_rows_tell_their_own_lines_and_shared_ones_once(kernel: Kernel, service: Emulator) -> None:
    """Each row has the line of its own picture; the table that all rows get stands below, once."""
    kernel.run("for n in (1, 2):\n    plt.plot([1, n]); plt.title(f'Plot {n}'); plt.show()")
    kernel.run(FRAME)
    (output,) = kernel.run("%%vlreason -i @all -i df --each -o rows\nWhat is it?")
    shown = output["data"]["text/plain"]
    assert [shown.count(f'"Plot {n}" matplotlib') for n in (1, 2)] == [1, 1]
    assert shown.count("df table 24×3 → ") == 1
    assert kernel.value("[row.prompt for row in rows]") == ["What is it?"] * 2
    sent = [str(entry.body) for entry in service.log if entry.body]
    assert ["df:" in body for body in sent] == [True, True]


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("more", "lines"),
    [("--votes 2", 1), ("--compare qwen3-vl-flash", 1), ("--compare qvq-max", 2), ("--each", 1)],
)
def test_tables_of_several_answers_tell_what_left(kernel: Kernel, more: str, lines: int) -> None:
    """The saved table has the receipt, once for all that share it; QVQ counts pictures otherwise."""
    kernel.run("plt.plot([1, 2]); plt.title('Loss'); plt.show()")
    (output,) = kernel.run(f"%%vlreason {more}\nWhat is it?")
    shown = output["data"]["text/plain"]
    assert shown.count('"Loss" matplotlib') == lines
    assert shown.count("qvq-max: @") == lines - 1


def test_a_dry_run_of_votes_tells_pictures_texts_and_facts(
    kernel: Kernel, service: Emulator
) -> None:
    """What would leave is listed before it does, once, and nothing has left."""
    kernel.run("plt.plot([1, 2]); plt.title('Loss'); plt.show()")
    kernel.run(FRAME)
    (output,) = kernel.run("%%vlreason -i @all -i df --votes 3 --dry-run\nWhat is it?")
    shown = output["data"]["text/plain"]
    assert shown.count('"Loss" matplotlib') == 1
    assert shown.count("df table 24×3") == 1
    assert shown.count('"title":"Loss"') == 1
    assert not service.log
