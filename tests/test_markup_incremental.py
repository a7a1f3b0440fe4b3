"""The view piece by piece equals the view at once, and costs no more than its length."""

from __future__ import annotations

import json
import math
import os
import random
from pathlib import Path

import pytest

from vlmagic.markup import Incremental, Update, render_html, settle

DOCS = [
    "para\n\n- a\n- b\n\n  c\n\n1. x\n2. y\n",
    "- a\n\n  - b\n\n\n- c\npara",
    "para\n***bold***\n***\npara\n---\n",
    "a\n-\nb\n- \nc\n",
    "| a | b |\n|---|---|\n| c | d |\n\nmore\n| e |\n|-|\n",
    "para\n| a |\n|---|\n| b |\n",
    "```python\nx = 1\n\n```\nafter\n~~~\nopen",
    "    code\n\n    more\n\ntext",
    "> a\nlazy\n\n> b\n> ```\n> x\n\nend",
    "$$\nx\n\ny\n$$\n\n$$\nz = 1\n$$ and more\nwords",
    "text\n$$\nx\n= y\n$$\nmore \\(a\\) \\[b\\]\n\\begin{align}\na\n\\end{align}",
    "[a]: https://e.example\n\n[a] [b][a]\n\n[b]: /x",
    "# h\n## h\n\nSetext\n===\n<div>\n\nx</div>\n",
    "**粗体。**后文\r\nnext\rlast\r\n\r\n中",
    "😀 \ud83d\ude00 \ud800 x\n\n\ud83d",
    "1) a\n2) b\n1. c\n\n\n   d\n",
    "\\[1\\] note\n\n$5 and $6\n$x$",
    "a" * 300 + "\n\n" + "- b\n" * 100,
    "*a\n\n**b\n\n`c\n\n~~d",
]


def _pieces(text: str, seed: int) -> list[str]:
    dice = random.Random(seed)
    found: list[str] = []
    while text:
        size = dice.randint(1, 12)
        found.append(text[:size])
        text = text[size:]
    return found


def _played(pieces: list[str]) -> tuple[str, list[Update]]:
    """The final view as a page builds it from the updates, in JavaScript's units."""
    view = Incremental()
    done, tail = "", b""
    updates = [view.feed(piece) for piece in pieces]
    updates.append(view.finish())
    for update in updates:
        done += "".join(update.append)
        tail = tail[: 2 * update.keep] + update.add.encode("utf-16-le")
        assert tail.decode("utf-16-le") == update.tail
    assert "".join(view.html) == done
    return done + updates[-1].tail, updates


def test_a_pause_shows_what_waits() -> None:
    """After a pause all that came is shown, at whatever cost; without one, a long tail lets a word wait."""
    view = Incremental()
    view.feed("word " * 200)
    assert "end" not in view.feed("end").tail
    assert "end" in view.feed("").tail
    assert view.feed("").add == ""
    assert view.finish().tail == render_html("word " * 200 + "end")


@pytest.mark.parametrize("text", DOCS)
def test_every_cutting_gives_the_whole(text: str) -> None:
    """Cut at every character and at random, the finished view is the view at once."""
    whole = render_html(text)
    assert _played(list(text))[0] == whole
    for seed in range(5):
        assert _played(_pieces(text, seed))[0] == whole


@pytest.mark.parametrize("text", DOCS)
def test_every_prefix_is_a_whole(text: str) -> None:
    """Wherever the stream ends, what is shown is what that text would have been at once."""
    for end in range(0, len(text), max(1, len(text) // 60)):
        assert _played([text[:end]])[0] == render_html(text[:end])


@pytest.mark.parametrize(
    ("half", "calm"),
    [
        ("see [text](https://exam", "see text"),
        ("see [te", "see te"),
        ("![alt](https://e", "alt"),
        ("a **bold", "a **bold**"),
        ("a **", "a "),
        ("x `cod", "x `cod`"),
        ("a $x^2", "a `x^2`"),
        ("cost $5 and", "cost $5 and"),
        ("$$\nx = 1", "\n`x = 1`"),
        ("$$", ""),
        ("para\n-", "para"),
        ("para\n==", "para"),
        ("- a\n- ", "- a"),
        ("| a | b", "\n|  a  |  b |\n|---|---|\n"),
        ("| a |\n|--", "\n|  a  |\n|---|\n"),
        ("```py\nx = **y", "```py\nx = **y"),
        ("a\n\nb **c** d", "a\n\nb **c** d"),
        ("x is 42", "x is 42"),
    ],
)
def test_half_a_construct_is_calm(half: str, calm: str) -> None:
    """No delimiter waits in the open for its other half; code and whole text stay as they are."""
    assert settle(half) == calm


def test_a_stream_never_shows_a_bare_delimiter() -> None:
    """At no moment of a usual answer does a raw mark of Markdown stand in the view."""
    text = "Some **bold** and `code` and $x^2$ and [link](https://e.example/x), then\n\n$$\ny\n$$\n\nend"
    view = Incremental()
    for character in text:
        tail = view.feed(character).tail
        assert not {"**", "`", "$", "](", "$$"} & {
            mark for mark in ("**", "`", "$", "](") if mark in tail
        }


SHAPES = {
    "fence": ("```python\n", "    value = compute(index, alpha=0.5)  # comment\n"),
    "paragraph": ("", "words and **bold** text with $x$ here. "),
    "list": ("", "- item with **bold** and words\n"),
    "loose list": ("", "- item with **bold** and words\n\n"),
    "table": ("| a | b |\n|---|---|\n", "| cell one | **two** |\n"),
    "answer": (
        "",
        "## Head\n\nWords **bold** $\\frac{1}{2}$.\n\n- a\n- b\n\n```python\nx = 1\n```\n\n",
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_sent_grows_with_the_text_only(shape: str) -> None:
    """20,000 tokens in pieces of twenty send under 0.9 MB, growing with an exponent under 1.1."""
    head, piece = SHAPES[shape]
    sent: list[int] = []
    for size in (30_000, 60_000):
        text = (head + piece * (size // len(piece)))[:size]
        _, updates = _played([text[at : at + 60] for at in range(0, size, 60)])
        sent.append(sum(len("".join((*u.append, u.add, u.grow)).encode()) for u in updates))
    assert sent[1] < 900_000
    assert math.log2(sent[1] / sent[0]) <= 1.1


CORPORA = os.environ.get("VLMAGIC_CORPORA", "")


@pytest.mark.skipif(not CORPORA, reason="VLMAGIC_CORPORA is not set")
def test_the_corpus_streams_as_it_renders() -> None:
    """Other projects' documents, cut at random and at every character, equal the view at once."""
    docs = json.loads((Path(CORPORA) / "markdown_stream.json").read_text(encoding="utf-8"))["docs"]
    if not os.environ.get("VLMAGIC_ALL"):
        docs = docs[::12]
    for doc in docs:
        text, whole = doc["markdown"], render_html(doc["markdown"])
        assert _played(_pieces(text, doc["seed"]))[0] == whole, doc["id"]
        if len(text) < 3000:
            assert _played(list(text))[0] == whole, doc["id"]
