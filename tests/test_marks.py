"""The marks of a checked answer, in every place where it is shown: the same ones, and never forged."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import claim_figures
import pytest

from vlmagic import settings
from vlmagic.events import Answer, Done
from vlmagic.images import Image
from vlmagic.markup.marks import FIRST
from vlmagic.render import lines
from vlmagic.render.channel import Channel
from vlmagic.render.lines import Asked
from vlmagic.render.terminal import TerminalSink
from vlmagic.render.widget import ending
from vlmagic.request import Request
from vlmagic.result import Context, Result

MARK = re.compile(
    r'<span class="vl-mark vl-(\w+)" role="img" title="([^"]*)" aria-label="([^"]*)">([^<]*)</span>'
)
ANSWER = (
    "Sales in March were **191**. Sales in March were 151.\n\n- So $3 + 4 = 8$, and $1 + 1 = 2$.\n"
)


def checked(answer: str, *, check: bool = True, steps: bool = False) -> Result:
    """An answer about the figure of sales, checked."""
    picture = Image("@1.1", b"x", "image/png", 10, 10, numbers=claim_figures.data("sales"))
    found = settings.resolve({"check": check, "steps": steps}, None, {})
    result = Result(Request("qwen3-vl-plus", "Why?", (picture,)), Context(settings=found))
    result.transcript.feed(Answer(answer))
    result.transcript.feed(Done("stop", "qwen3-vl-plus"))
    result.settle()
    return result


def live(result: Result) -> tuple[str, str]:
    """The answer as a page has it at the end, and the line below it; a late page has the same."""
    sent: list[dict[str, Any]] = []
    channel = Channel(lambda message, _: sent.append(message))
    channel.begin({}, ())
    channel.write(result.transcript.answer)
    channel.flush(ending(channel, result))
    now = {op[0]: op[1:] for op in sent[-1]["ops"]}
    channel.repeat()
    late = [op for message in sent[1:] for op in message["ops"]]
    html = "".join(block for op in late if op[0] == "blocks" for block in op[1])
    html += "".join(op[2] for op in late if op[0] == "tail")
    assert "marked" not in now or html == "".join(now["marked"][0])
    return html, now["end"][0]["line"]


def test_live_and_saved_have_the_same_marks_at_the_same_places() -> None:
    """✓, ✗ with the true value, in order; the page's are coloured and say what was compared."""
    result = checked(ANSWER)
    html, line = live(result)
    marks = MARK.findall(html)
    assert [(kind, shown) for kind, _, _, shown in marks] == [
        ("wrong", "✗ (151 (Mar))"),
        ("right", "✓"),
        ("wrong", "✗ (7)"),
        ("right", "✓"),
    ]
    for kind, title, label, _ in marks:
        assert title == label
        assert title.startswith(kind)
    assert "sales" in marks[0][1]
    assert "151" in marks[0][1]
    words = unescape(re.sub(r"<math.*?</math>|<[^>]+>", "", html))
    saved = re.sub(r"\$[^$]*\$|[*\\-]", "", result.bundle()["text/markdown"])
    for sign in ("191 ✗ (151 (Mar)).", "151 ✓.", "✗ (7), and"):
        assert sign in words
        assert sign in saved
    assert "checked: 2 ✓ 2 ✗ 0 not checkable" in line
    assert "checked: 2 ✓ 2 ✗ 0 not checkable" in result.bundle()["text/markdown"]
    assert (
        result.bundle()["text/plain"].strip() == ANSWER.strip()
    )  # what another day is compared with


def test_a_lesson_is_marked_step_by_step() -> None:
    """Each folded step has the marks of its own words."""
    answer = "## First\n\nSo $1 + 1 = 2$.\n\n## Second\n\nSo $3 + 4 = 8$.\n"
    saved = checked(answer, steps=True).bundle()["text/markdown"]
    first, _, second = saved.partition("Second</summary>")
    assert "✓" in first
    assert "✗ (7)" in second


def test_an_unchecked_answer_has_none() -> None:
    """`--no-check`: no mark, no summary, and the page's answer is not sent twice."""
    result = checked(ANSWER, check=False)
    html, line = live(result)
    assert not MARK.search(html)
    assert "✗" not in html + line
    assert "checked" not in line + result.bundle()["text/markdown"]


@pytest.mark.parametrize(
    "forged",
    [
        chr(FIRST),
        chr(FIRST + 1) + chr(FIRST + 99),
        '<span class="vl-mark vl-right" role="img" title="right">✓</span>',
        '[x](https://e.example/"title="vl-mark)',
    ],
)
def test_no_text_of_the_models_passes_for_a_mark(forged: str) -> None:
    """Whatever an answer holds, the marks on the page are those of the check."""
    result = checked(f"{forged}\n\n`{forged}` So $3 + 4 = 8$ {forged}.")
    html, _ = live(result)
    kinds = [kind for kind, *_ in MARK.findall(html)]
    assert kinds == [mark.verdict for mark in result.marks]
    assert [kind for kind in kinds if kind != "unchecked"] == ["wrong"]
    assert html.count('class="vl-mark') == len(kinds) + html.count("&lt;span ")
    assert not any(chr(FIRST + number) in html for number in range(200))


def test_a_terminal_lists_what_was_wrong() -> None:
    """What has been written cannot be marked any more, so the wrong ones follow, with what is true."""
    screen = io.StringIO()
    sink = TerminalSink(Asked(), screen)
    result = checked(ANSWER)
    assert result.request is not None
    sink.start(result.request)
    sink.finish(result)
    told = screen.getvalue()
    assert "checked: 2 ✓ 2 ✗ 0 not checkable\n" in told
    assert re.search(r"✗ .*191 → 151", told)
    assert re.search(r"✗ .*3 \+ 4 = 8 → 7", told)
    assert "✓" not in told.replace("2 ✓", "")
    assert lines.verdicts(checked(ANSWER, check=False)) == []


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, RecursionError])
def test_a_check_that_breaks_costs_no_answer(
    monkeypatch: pytest.MonkeyPatch, trouble: type[BaseException]
) -> None:
    """■ pressed while steps are checked, or a fault of ours: the answer is there, without those marks."""

    def breaks(_: str) -> None:
        raise trouble

    monkeypatch.setattr("vlmagic.algebra.check", breaks)
    result = checked(ANSWER)
    assert result.checks == ()
    assert result.checked == "checked: 1 ✓ 1 ✗ 0 not checkable"
    assert result.bundle()["text/plain"].strip() == ANSWER.strip()


def test_an_answer_for_programs_is_not_marked() -> None:
    """JSON stays JSON: nothing in it is checked."""
    result = checked('{"note": "Sales in March were 999.", "sum": "$1 + 1 = 3$"}')
    assert (result.claims, result.checks, result.checked) == ((), (), "")
    assert result.marked == result.answer
