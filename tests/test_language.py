"""English in the code, Chinese in one table, none missing."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from vlmagic import language
from vlmagic.cell import OPTIONS
from vlmagic.chinese import SENTENCES
from vlmagic.commands import COMMANDS
from vlmagic.rules import RULES

PACKAGE = Path(__file__).parent.parent / "vlmagic"


def sentences() -> dict[str, str]:
    """Every template that `say` is given in the package, with the file it stands in."""
    found = {text: "rules.py" for rule in RULES for text in (rule.message, rule.hint)}
    found |= {row.about: "cell/options.py" for row in OPTIONS}
    found |= {row.about: "commands" for row in COMMANDS}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found[first.value] = str(path.relative_to(PACKAGE))
    return found


def places(template: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_every_sentence_has_its_chinese() -> None:
    """No `say` of the package is without a translation."""
    missing = {text: path for text, path in sentences().items() if text not in SENTENCES}
    assert not missing


def test_no_translation_is_left_over() -> None:
    """The table holds nothing that the package does not say."""
    assert not set(SENTENCES) - set(sentences())


@pytest.mark.parametrize("template", sorted(SENTENCES))
def test_a_translation_has_the_same_places(template: str) -> None:
    """A translation fills in what the sentence fills in."""
    assert places(SENTENCES[template]) == places(template)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"VLMAGIC_LANGUAGE": "zh"}, "zh"),
        ({"VLMAGIC_LANGUAGE": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"VLMAGIC_LANGUAGE": "auto", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_is_that_of_the_locale(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], expected: str
) -> None:
    """VLMAGIC_LANGUAGE decides, else the locale."""
    for name in ("VLMAGIC_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    language.choose(None)
    assert language.current() == expected


def test_a_chosen_language_wins() -> None:
    """`choose` beats the environment until it is taken back."""
    language.choose("zh")
    try:
        assert language.say("Give one of the two.") == SENTENCES["Give one of the two."]
    finally:
        language.choose(None)


def test_sentences_stand_together_as_their_language_has_it() -> None:
    """A blank stands between English sentences, and none behind a Chinese full stop."""
    assert language.then("It fell.", "", "Try again.") == "It fell. Try again."
    assert language.then("出错了。", "请重试。") == "出错了。请重试。"
    assert language.then("", "Try again.") == "Try again."
