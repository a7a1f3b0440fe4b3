"""References: the grammar of `-i`, as tables."""

from __future__ import annotations

from typing import Any

import pytest

from vlmagic.errors import CellError
from vlmagic.references import (
    Attachment,
    Attribute,
    Clipboard,
    DataURL,
    Item,
    Name,
    Open,
    Part,
    Place,
    Reference,
    Remote,
    Shown,
    Slice,
    Variable,
    end_of,
    parse,
    walk,
)

TABLE: list[tuple[str, Reference]] = [
    ("@last", Shown("@last", back=1)),
    ("@-3", Shown("@-3", back=3)),
    ("@12", Shown("@12", cell=12)),
    ("@12.2", Shown("@12.2", cell=12, first=2, last=2)),
    ("@12.1-3", Shown("@12.1-3", cell=12, first=1, last=3)),
    ("@all", Shown("@all", newest=0)),
    ("@all5", Shown("@all5", newest=5)),
    ("@gcf", Open("@gcf")),
    ("@open", Open("@open", every=True)),
    ("@fig:3", Open("@fig:3", 3)),
    ("@fig:main", Open("@fig:main", "main")),
    ('@fig:"my loss"', Open('@fig:"my loss"', "my loss")),
    ('@title:"my loss"', Shown('@title:"my loss"', title="my loss")),
    ("@md", Attachment("@md")),
    ("@md:plot.png", Attachment("@md:plot.png", "plot.png")),
    ("@clip", Clipboard("@clip")),
    ("fig", Variable("fig", "fig")),
    ("图", Variable("图", "图")),
    ("model.history", Variable("model.history", "model", (Attribute("history"),))),
    ("axes[0,-1]", Variable("axes[0,-1]", "axes", (Item((0, -1)),))),
    ('d["a b"].fig', Variable('d["a b"].fig', "d", (Item("a b"), Attribute("fig")))),
    ("d['x'][k]", Variable("d['x'][k]", "d", (Item("x"), Item(Name("k"))))),
    ('d["a]b"]', Variable('d["a]b"]', "d", (Item("a]b"),))),
    ("imgs[1:3]", Variable("imgs[1:3]", "imgs", (Slice(1, 3),))),
    ("imgs[:]", Variable("imgs[:]", "imgs", (Slice(None, None),))),
    ("imgs[::-2]", Variable("imgs[::-2]", "imgs", (Slice(None, None, -2),))),
    ("x[0, :, 1:]", Variable("x[0, :, 1:]", "x", (Item((0, Slice(None, None), Slice(1, None))),))),
    ("fig[0.5:1e3]", Variable("fig[0.5:1e3]", "fig", (Slice(0.5, 1000.0),))),
    (
        'fig["a:b":, -1:]',
        Variable('fig["a:b":, -1:]', "fig", (Item((Slice("a:b", None), Slice(-1, None))),)),
    ),
    ("@last[0:10]", Shown("@last[0:10]", back=1, part=Part("[0:10]", Slice(0, 10)))),
    (
        '@12.2["Mon":, :5]',
        Shown(
            '@12.2["Mon":, :5]',
            cell=12,
            first=2,
            last=2,
            part=Part('["Mon":, :5]', Slice("Mon", None), Slice(None, 5)),
        ),
    ),
    ("@fig:a[0:1]", Open("@fig:a[0:1]", "a", part=Part("[0:1]", Slice(0, 1)))),
    ("@fig:a[0]", Open("@fig:a[0]", "a[0]")),
    ('@title:"Loss [0:1]"', Shown('@title:"Loss [0:1]"', title="Loss [0:1]")),
    ("results.plot.png", Place("results.plot.png", "results.plot.png")),
    ("a,b.png", Place("a,b.png", "a,b.png")),
    ("plots/*.png", Place("plots/*.png", "plots/*.png", pattern=True)),
    ("img[0-9].png", Place("img[0-9].png", "img[0-9].png", pattern=True)),
    ("run?.jpg", Place("run?.jpg", "run?.jpg", pattern=True)),
    (r"C:\pics\a.png", Place(r"C:\pics\a.png", r"C:\pics\a.png")),
    ("C:/pics/a", Place("C:/pics/a", "C:/pics/a")),
    ("~/x.png", Place("~/x.png", "~/x.png")),
    ("clip.MP4", Place("clip.MP4", "clip.MP4")),
    ("./fig", Place("./fig", "./fig")),
    ('"my plot.png"', Place('"my plot.png"', "my plot.png")),
    ("'fig'", Place("'fig'", "fig")),
    ('"a*.png"', Place('"a*.png"', "a*.png", pattern=True)),
    ("2024 plot", Place("2024 plot", "2024 plot")),
    ("file:///a%20b.png", Place("file:///a%20b.png", "/a b.png")),
    ("https://a.b/c.png?x=1", Remote("https://a.b/c.png?x=1", "https://a.b/c.png?x=1")),
    ('"https://a.b/c d"', Remote('"https://a.b/c d"', "https://a.b/c d")),
    ("oss://bucket/x", Remote("oss://bucket/x", "oss://bucket/x")),
    ("data:image/png;base64,AAAA", DataURL("data:image/png;base64,AAAA")),
]


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_grammar(text: str, expected: Reference) -> None:
    """Every form of a reference means exactly one thing, and gives its text back."""
    assert parse(text) == expected
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("f()", "picture = f()"),
        ("a+b", "picture = a+b"),
        ("results[0].fig()", "picture = results[0].fig()"),
        ("fig1,fig2", "-i a -i b"),
        ("@12,@13", "-i a -i b"),
        ("12", "@12"),
        ("@lasst", "@last"),
        ("@0.0", "no reference"),
        ("@12.3-1", "no reference"),
        ("@fig:", "no reference"),
        ("@-0", "no reference"),
        ('"abc', "quotes"),
        ('"a" "b"', "quotes"),
        ("s3://bucket/x.png", "s3://"),
        ("file://server/x.png", "another machine"),
        ("d[", "a bracket is not closed"),
        ("fig[0:10", "a bracket is not closed"),
        ('d["a b', "a bracket is not closed"),
        ('""', "is empty"),
        ("True", "not evaluated"),
        ("ftp://u:hunter2@h/x.png", "ftp://…@h/x.png"),
        ("d[a+1]", "not evaluated"),
        ("None", "not evaluated"),
    ],
)
def test_refusals_say_what_to_write_instead(text: str, words: str) -> None:
    """What is no reference is refused in one sentence that holds the remedy."""
    with pytest.raises(CellError) as caught:
        parse(text)
    assert words in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("line", "token"),
    [
        ('d["a b"] what is this', 'd["a b"]'),
        (r"C:\pics\a.png why", r"C:\pics\a.png"),
        ('"my plot.png" why', '"my plot.png"'),
        ("bob's/x.png isn't", "bob's/x.png"),
        ('@fig:"my loss" why', '@fig:"my loss"'),
        ('@title:"my loss" why', '@title:"my loss"'),
        ("axes[0, 1] why", "axes[0, 1]"),
        ("data:image/png;base64,AA== why", "data:image/png;base64,AA=="),
        ("fig", "fig"),
    ],
)
def test_a_reference_ends_at_the_blank_outside_it(line: str, token: str) -> None:
    """Blanks inside quotes and brackets belong to the reference; backslashes are letters."""
    assert line[: end_of(line)] == token
    assert end_of("-i " + line, 3) == 3 + len(token)


class Box:
    lid = "closed"


SPACE: dict[str, Any] = {
    "d": {"a b": [10, 20, 30], "k": 1},
    "key": "a b",
    "box": Box(),
    "m": {(0, 1): "corner"},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('d["a b"][-1]', 30),
        ("d[key][0:2]", [10, 20]),
        ("box.lid", "closed"),
        ("m[0, 1]", "corner"),
    ],
)
def test_walk(text: str, value: object) -> None:
    """A variable's steps lead to the object, as Python would."""
    reference = parse(text)
    assert isinstance(reference, Variable)
    assert walk(reference, SPACE) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bix", "Did you mean box?"),
        ("zzz", "Has the cell"),
        ("box.lyd", "Did you mean lid?"),
        ("d['zz']", "has the keys 'a b', 'k'"),
        ("d[key][7]", "has 3 items"),
        ("d[nokey]", "There is no variable nokey"),
    ],
)
def test_a_way_that_ends_says_where(text: str, words: str) -> None:
    """A broken way names the step and the nearest candidates."""
    reference = parse(text)
    assert isinstance(reference, Variable)
    with pytest.raises(CellError, match=r"There is no variable|leads nowhere") as caught:
        walk(reference, SPACE)
    assert words in str(caught.value)
