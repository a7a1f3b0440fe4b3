"""Markdown, formulas, code and the saved bundle: what the reader sees."""

from __future__ import annotations

import subprocess
import sys

import pytest
from markup_checks import HTML, MATHML, SAVED, read, with_html

from vlmagic.markup import bundle, plain, render_html, render_markdown, running

LINK = 'target="_blank" rel="noopener noreferrer nofollow"'


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("", ""),
        ("a **b** *c* ~~d~~", "<p>a <strong>b</strong> <em>c</em> <s>d</s></p>\n"),
        ("**粗体。**后文", "<p><strong>粗体。</strong>后文</p>\n"),
        ("他说**“强调”**是", "<p>他说<strong>“强调”</strong>是</p>\n"),
        ("**`n`**后", "<p><strong><code>n</code></strong>后</p>\n"),
        ("$5 and $6", "<p>$5 and $6</p>\n"),
        ("from $5 to 6$ each", "<p>from $5 to 6$ each</p>\n"),
        ("US$5, 5$和6$", "<p>US$5, 5$和6$</p>\n"),
        ("费用$3。$HOME", "<p>费用$3。$HOME</p>\n"),
        ("[x](https://e.example)", f'<p><a href="https://e.example" {LINK}>x</a></p>\n'),
        ("[x](b.html)", "<p>[x](b.html)</p>\n"),
        (
            "![x](https://e.example/i.png)",
            f'<p><a href="https://e.example/i.png" {LINK}>x (https://e.example/i.png)</a></p>\n',
        ),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("[a]: https://e.example\n[a]", "<p>[a]: https://e.example\n[a]</p>\n"),
        (
            "```py\nx\n```",
            '<pre><code class="language-py"><span class="n">x</span>\n</code></pre>\n',
        ),
        ("```no-such\nx\n```", "<pre><code>x\n</code></pre>\n"),
        ("\x1b[31m", "<p>␛[31m</p>\n"),
        ("a\r\nb\rc", "<p>a\nb\nc</p>\n"),
        ("\ud83d\ude00 \ud800", "<p>😀 �</p>\n"),
    ],
)
def test_markdown_reads_as_its_writer_meant(markdown: str, html: str) -> None:
    """Each construct has one rendering; what could harm is text."""
    assert render_html(markdown) == html


@pytest.mark.parametrize(
    "markdown",
    [
        "$x^2$",
        "\\(x^2\\)",
        "$$x^2$$",
        "\\[x^2\\]",
        "text:\n$$\nx\n= y\n- z\n$$\nmore",
        "\\begin{align}a &= b \\\\ c &= d\\end{align}",
        "$$\\begin{split}a &= b \\\\ c &= d\\end{split} \\tag{1}$$",
        "$\\substack{a \\\\ b}$",
        "$\\ce{H2O + CO2 -> H2CO3}$",
        "- item $x$\n- $$y$$",
    ],
)
def test_formulas_become_mathml(markdown: str) -> None:
    """Every way in which models write a formula ends in MathML, and no delimiter is left."""
    html = render_html(markdown)
    assert "<math" in html
    assert "$" not in html
    assert "\\" not in html


@pytest.mark.parametrize(
    "tex",
    [
        "\\href{https://e.example}{x}",
        "\\def\\a{\\a\\a}\\a",
        "\\unknowncommand",
        "{" * 100_000,
        "\\frac{" * 900,
        "(" * 400,
        "\\bigl(" * 400,
        "\\langle " * 400,
        "\\color{red} x" * 600,
        "\\sqrt[" * 900,
        "\\left(" * 500 + "\\right)" * 500,
    ],
)
def test_what_math_cannot_take_is_shown_as_its_source(tex: str) -> None:
    """A refused, broken, deep or explosive formula never reaches the converter, and is not lost."""
    script = (
        "import sys\nfrom vlmagic.markup import render_html\n"
        "sys.stdout.write(render_html('$' + sys.stdin.read() + '$'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=tex,
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "<math" not in done.stdout
    assert tex[:20] in "".join(read(done.stdout).words)


@pytest.mark.parametrize(
    ("chemistry", "tex"),
    [
        ("H2O + CO2 -> H2CO3", r"H_{2}O + CO_{2}\;\rightarrow\;H_{2}CO_{3}"),
        ("SO4^2- + Ba^2+ -> BaSO4 v", r"SO_{4}^{2-} + Ba^{2+}\;\rightarrow\;BaSO_{4} \downarrow"),
        ("Na+ + Cl- <=> NaCl(s)", r"Na^{+} + Cl^{-}\;\rightleftharpoons\;NaCl(s)"),
        (r"A ->[\Delta][Pt] B ^", r"A\;\underset{Pt}{\overset{\Delta}{\rightarrow}}\;B \uparrow"),
        ("^{227}_{90}Th+", "^{227}_{90}Th^{+}"),
        ("[Cu(NH3)4]^2+", "[Cu(NH_{3})_{4}]^{2+}"),
        ("CuSO4.5H2O", r"CuSO_{4}\cdot 5H_{2}O"),
        ("HC#CH", r"HC{\equiv}CH"),
        ("A <-> B", r"A\;\leftrightarrow\;B"),
    ],
)
def test_chemistry_is_readable_everywhere(chemistry: str, tex: str) -> None:
    """Live and saved, no reader needs mhchem: formulas, charges, arrows are plain LaTeX."""
    markdown = f"$\\ce{{{chemistry}}}$"
    saved = render_markdown(markdown).strip()
    assert " ".join(saved.split()) == f"$\\mathrm{{{tex}}}$".replace("w}$", "w }$")
    assert "<math" in render_html(markdown)


def test_half_open_intervals_are_formulas() -> None:
    """Brackets that close each other in any way are mathematics, not an attack."""
    assert "<math" in render_html("$x \\in [0, 1) \\cup (" + "2, 3] \\cup (" * 5 + "4, 5)$")


@pytest.mark.parametrize(
    ("markdown", "saved"),
    [
        ("a <b>x</b>", "a &lt;b&gt;x&lt;/b&gt;"),
        ("![a](https://e.example/i.png)", "[a (https://e.example/i.png)](https://e.example/i.png)"),
        ("![a](javascript:x)", "\\!\\[a\\](javascript:x)"),
        ('[a](https://e.example "t")', "[a](https://e.example)"),
        ("It costs $5.", "It costs \\$5."),
        ("$5 and $6", "<span>\\$</span>5 and <span>\\$</span>6"),
        ("$5 is $x$", "<span>\\$</span>5 is $x$"),
        ("\\(x\\) and \\[y<z\\]", "$x$ and $$y\\lt z$$"),
        ("$$\na &= b\n$$", "$$ a &= b $$"),
        ("$\\href{x}{y}$", "`\\href{x}{y}`"),
        ('https://e.example/$" on="x$', "https://e.example/ $'' on=''x$"),
        ("**粗体。**后文", "<strong>粗体。</strong>后文"),
        ("**bold** text", "**bold** text"),
        ("snake_case and 2 * 3", "snake_case and 2 * 3"),
        ("```python\nx = 1", "```python\nx = 1\n```"),
        ("- a\n  - b\n- c", "- a\n  - b\n- c"),
        ("- a\n\n* b", "- a\n\n* b"),
        ("| a | b |\n|:-|-:|\n| c | d |", "| a | b |\n| :-- | --: |\n| c | d |"),
        ("| a |\n|--|\n| 3.1 |\n| -5 |", "| a |\n| --- |\n| 3.1 |\n| -5 |"),
        ("3.1 and 2) as\n1.5\n2.", "3.1 and 2) as\n1.5\n2\\."),
        ("a\n===", "# a"),
        ("1\\. a\n\\# b", "1\\. a\n\\# b"),
    ],
)
def test_saved_markdown_is_plain_and_safe(markdown: str, saved: str) -> None:
    """Each construct is written in one form that every reader takes alike."""
    assert render_markdown(markdown) == saved + "\n"


def test_formulas_survive_being_saved() -> None:
    """Saving keeps the meaning: what is saved renders as what was live."""
    for markdown in ("a $x$ b", "**a** $$x^2$$", "> q\n\n- a\n- b\n\n```python\nx\n```", "# a $x$"):
        assert render_html(render_markdown(markdown)) == render_html(markdown)


@pytest.mark.parametrize("mark", ["`", "~", "*", "_", "[", "<", "&", "$", "\\", "!", "|", "#", ">"])
@pytest.mark.parametrize("shape", ["{}", "a{}b", "{} a", "a {}{} b {}{}", "{}{}{}{}", "x{}\n{}y"])
def test_text_is_never_lost_in_saving(mark: str, shape: str) -> None:
    """A Markdown reader with HTML on reads the same words from what is saved as from the view."""
    text = shape.replace("{}", mark)
    live = "".join("".join(read(render_html(text)).words).split())
    kept = "".join("".join(read(with_html(render_markdown(text)), SAVED).words).split())
    if "<math" not in render_html(text):
        assert kept == live


def test_plain_shows_controls_as_symbols() -> None:
    """No control character of any kind gets through, and every other character does."""
    codes = [
        *range(0x20),
        *range(0x7F, 0xA0),
        0x61C,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    ]
    shown = plain("".join(chr(code) for code in codes))
    assert shown.count("\n") == shown.count("\t") == 1
    assert not {chr(code) for code in codes} - {"\n", "\t"} & set(shown)
    assert plain("\x1b]52;c;x\x07") == "␛]52;c;x␇"
    assert plain("中文 é 😀") == "中文 é 😀"


THINKING = "</details>\n~~~~~\n```\n<script>alert(1)</script>\n$x$"


def _bundle(thinking: str = THINKING, answer: str = "It is **5**.", fold: str = "fold") -> str:
    return bundle(
        receipt=["@12.1 <b> 640×480"],
        thinking=thinking,
        answer=answer,
        notices=["asked *again*"],
        status_line="qwen3-vl-plus · failed",
        cause="1. Do $this$ `now`",
        thinking_summary="Thought for 12 s",
        facts=['[1] {"title":"</details>~~~"}'],
        fold="open" if fold == "open" else "hidden" if fold == "hidden" else "fold",
    )["text/markdown"]


def test_the_bundle_folds_thinking_that_fights_back() -> None:
    """Thinking that closes `details` and opens fences stays inside; the answer stays outside."""
    html = with_html(_bundle())
    reader = read(html, SAVED)
    assert reader.wrong == []
    assert reader.tags.count("details") == 2
    assert html.count("</details>") == 2
    assert html.index("</details>", html.index("Thought for")) < html.index("<strong>5</strong>")
    words = "".join(reader.words)
    assert "asked *again*" in words
    assert "Do $this$ `now`" in words
    assert THINKING in words


def test_what_is_folded_has_room_below_and_small_print_is_one_paragraph() -> None:
    """No word stands right under a fold, and the lines of the small print stand together."""
    saved = _bundle()
    assert "</details>\n\n<details>" in saved
    assert "</details>\n\n<p></p>\n\nIt is" in saved
    assert "`now`" in "".join(read(with_html(saved), SAVED).words)
    last = saved.rstrip().rsplit("\n\n", 1)[1]
    assert last == "<small>asked &#42;again&#42;<br>qwen3-vl-plus · failed</small>"


def test_the_bundle_obeys_the_fold() -> None:
    """Thinking is folded, open or not there at all."""
    hostless = "step by step"
    assert "<details open>\n<summary>Thought" in _bundle(hostless, fold="open")
    assert hostless not in _bundle(hostless, fold="hidden")


def test_long_thinking_loses_its_middle_only() -> None:
    """Beyond 24,000 characters the head and the tail stay, with a word about the rest."""
    text = "first " + "x" * 100_000 + " last"
    shown = _bundle(text)
    assert "first " in shown
    assert " last" in shown
    assert "full text is in .thinking" in shown
    assert len(shown) < 30_000


@pytest.mark.parametrize(
    "piece", ["word ", "<", "*a* ", "$x$ ", "\\", "`", "&lt;", "中文。", "$5 "]
)
def test_saved_output_stays_small(piece: str) -> None:
    """Whatever the answer, what is saved is at most twice as long and 30 kB more."""
    answer = piece * 20_000
    assert len(_bundle("x" * 500_000, answer).encode()) <= 2 * len(answer.encode()) + 30_000


def test_what_readers_take_ages_for_is_written_plainly() -> None:
    """Very long runs of code marks are counted, very long paragraphs are shown as their source."""
    for mark in "`~":
        for text in (f"x {mark * 5000} y", f"    a {mark * 5000}", f"- {mark * 5000}x"):
            assert mark * 100 not in render_markdown(text)
            assert mark * 100 not in _bundle(text)
        assert "… ×5000" in render_markdown(f"    a {mark * 5000}")
    assert render_markdown("**a** " * 10_000).startswith("```\n**a** **a**")


def test_plain_text_is_the_answer() -> None:
    """`text/plain` is the answer, safe for a terminal; the status where there is none."""
    facts = {"receipt": [], "notices": [], "thinking_summary": "", "facts": [], "thinking": "t"}
    for answer, expected in (("a\x1b[2J", "a␛[2J"), ("", "cut\nask again")):
        found = bundle(answer=answer, status_line="cut", cause="ask again", fold="fold", **facts)  # type: ignore[arg-type]
        assert set(found) == {"text/markdown", "text/plain"}
        assert found["text/plain"] == expected


def test_running_shows_words_that_are_no_markup() -> None:
    """While it runs, status and last lines are words, whatever they hold."""
    found = running(["model · <b>"], "~~~\n<script>alert(1)</script>\x1b[2J")
    reader = read(with_html(found["text/markdown"]), SAVED)
    assert reader.wrong == []
    assert "<script>" in "".join(reader.words)
    assert "\x1b" not in found["text/plain"] + found["text/markdown"]


def test_the_import_is_light() -> None:
    """Importing the room loads none of its libraries."""
    script = (
        "import sys, vlmagic.markup\n"
        "heavy = {'markdown_it', 'mdit_py_plugins', 'nh3', 'math_core', 'pygments', 'IPython'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], text=True, capture_output=True, check=False
    )
    assert done.stdout == "[]\n", done.stderr


def test_the_allow_list_has_nothing_that_loads() -> None:
    """No tag that the view may show fetches, runs, or takes input."""
    loads = {
        "img",
        "image",
        "script",
        "style",
        "link",
        "iframe",
        "object",
        "embed",
        "video",
        "audio",
    }
    assert not (HTML | MATHML | SAVED) & (
        loads | {"form", "input", "button", "svg", "base", "meta"}
    )
