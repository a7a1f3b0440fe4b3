"""The model's text is an attacker's: nothing of it runs, loads, links elsewhere or covers the page."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from markup_checks import HOSTILE, MATHML, SAVED, read, with_html

from vlmagic.markup import Incremental, render_html, render_markdown

AROUND = ["{}", "- {}", "> {}", "a\n\n{}\n\nb", "1. x\n\n   {}"]


def _wrapped(payload: str) -> list[str]:
    return [
        around.replace(
            "{}", payload.replace("\n", "\n" + " " * around.find("{") * (around[0] != "a"))
        )
        for around in AROUND
    ]


@pytest.mark.parametrize("payload", HOSTILE)
def test_the_view_holds_only_what_is_allowed(payload: str) -> None:
    """No tag and no attribute outside the allow-list, in any container, nor for any prefix."""
    for text in _wrapped(payload):
        assert read(render_html(text)).wrong == []
    view = Incremental()
    for character in payload:
        update = view.feed(character)
        assert read("".join(update.append) + update.tail).wrong == []


@pytest.mark.parametrize("payload", HOSTILE)
def test_the_saved_markdown_holds_only_what_is_allowed(payload: str) -> None:
    """Read with HTML on, the saved text has no tag but ours; cut anywhere before saving, too."""
    cuts = {payload[: len(payload) * part // 8] for part in range(1, 9)}
    for text in [*_wrapped(payload), *sorted(cuts)]:
        assert read(with_html(render_markdown(text)), SAVED).wrong == []


def test_the_reader_would_notice() -> None:
    """The checks above fire on text that nobody made safe."""
    assert sum(bool(read(with_html(text)).wrong) for text in HOSTILE) > 40


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "\n" * 100_000,
        ">" * 60_000,
        "[" * 20_000,
        "![" * 6_000,
        "*a " * 20_000,
        "*_" * 20_000,
        "`" * 100_000,
        "$a " * 20_000,
        "- $$a\n" * 8_000,
        "$$a\n\n" * 8_000,
        "\\(" * 30_000,
        "<" * 50_000,
        "|" + "a|" * 1_000 + "\n|" + "-|" * 1_000 + "\n" + "|\n" * 100,
        "\0" * 50_000,
        "\ud800a" * 20_000,
        "> a\n" + "b\n" * 20_000,
        "".join("  " * depth + "- a\n" for depth in range(200)),
        "```\n" * 8_001,
        "**粗体。**" * 5_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_nothing_is_too_much(text: str) -> None:
    """Long, deep and unclosed text ends in allowed markup, never in an exception."""
    assert read(render_html(text)).wrong == []
    assert read(with_html(render_markdown(text)), SAVED).wrong == []


CORPORA = os.environ.get("VLMAGIC_CORPORA", "")


@pytest.mark.skipif(not CORPORA, reason="VLMAGIC_CORPORA is not set")
@pytest.mark.parametrize("name", ["xss.json", "exfil.json"])
def test_other_projects_payloads(name: str) -> None:
    """Their payloads, whole and cut, leave nothing outside the allow-lists."""
    payloads = json.loads((Path(CORPORA) / name).read_text(encoding="utf-8"))
    if not os.environ.get("VLMAGIC_ALL"):
        payloads = payloads[::15]
    for entry in payloads:
        text = entry["payload"]
        for cut in {text, text[: len(text) // 2], text[: len(text) * 3 // 4]}:
            assert read(render_html(cut)).wrong == [], entry["id"]
            assert read(with_html(render_markdown(cut)), SAVED).wrong == [], entry["id"]


CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
HOOKS = """
window.fired = [];
for (const name of ["alert", "confirm", "prompt", "print", "open", "fetch"])
  window[name] = () => { fired.push(name) };
"""
CLICKS = """() => {
  for (const e of document.querySelectorAll("#box *")) {
    if (e.getAttribute("target") === "_blank" || /^(https?|mailto):/.test(e.getAttribute("href") || "")) continue;
    e.dispatchEvent(new Event("toggle"));
    e.dispatchEvent(new MouseEvent("click", {bubbles: true}));
  }
}"""


def _fired(browser: Any, html: str) -> list[str]:
    """What ran, loaded or led away when a page took this HTML in and everything was clicked."""
    from playwright.sync_api import Error

    fired: list[str] = []

    def refuse(route: Any) -> None:
        fired.append(route.request.url)
        route.abort()

    page = browser.new_page()
    try:
        page.route("**/*", refuse)
        page.set_content(f"<script>{HOOKS}</script><div id=box></div>")
        page.evaluate("html => { document.getElementById('box').innerHTML = html }", html)
        page.wait_for_timeout(40)
        page.evaluate(CLICKS)
        page.wait_for_timeout(20)
        fired += page.evaluate("() => window.fired")
    except Error as error:
        fired.append(str(error))
    finally:
        page.close()
    return fired


@pytest.mark.browser
def test_nothing_runs_or_loads_in_a_browser() -> None:
    """In Chromium the vectors do nothing: live, saved and read with HTML on. Raw, they do."""
    if not Path(CHROMIUM).exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "no Chromium: apt-get install chromium"
        )
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as api:
        browser = api.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        assert sum(bool(_fired(browser, text)) for text in HOSTILE[:8]) >= 3
        assert _fired(browser, "".join(render_html(text) for text in HOSTILE)) == []
        for text in HOSTILE[::16]:
            assert _fired(browser, render_html(text)) == [], text
        saved = "".join(with_html(render_markdown(text)) for text in HOSTILE)
        assert _fired(browser, saved) == []
        browser.close()


def test_mathml_keeps_its_look() -> None:
    """Sanitising leaves formulas whole: columns, colours, rules and boxes."""
    formula = "\\boxed{\\color{red}{x}} \\begin{array}{c|c}a & b \\\\ \\hline c & d\\end{array} \\cancel{y}"
    html = render_html(f"$${formula}$$")
    reader = read(html)
    assert reader.wrong == []
    assert {"menclose", "mtable", "mtd", "mrow"} <= set(reader.tags) <= MATHML | {"p"}
    assert "border-right" in html
    assert "color:#FF0000" in html.replace(" ", "")
