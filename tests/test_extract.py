"""What a program wants from an answer."""

from __future__ import annotations

from typing import Any

import pydantic
import pytest

from vlmagic.errors import AnswerError
from vlmagic.extract import code_of, json_of, schema_of, table_of


class Peak(pydantic.BaseModel):
    """A schema."""

    x: float
    name: str


SCHEMA = {
    "type": "object",
    "required": ["peaks"],
    "properties": {"peaks": {"type": "array", "items": {"type": "object", "required": ["x"]}}},
}


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        (" [1, 2]\n", [1, 2]),
        ('Here it is:\n```json\n{"a": [1]}\n```\nas you wished', {"a": [1]}),
        ('The answer is {"a": {"b": "}"}} I think', {"a": {"b": "}"}}),
        ('set {x} and then {"a": 2}', {"a": 2}),
        ("3.5", 3.5),
        ("~~~\n[]\n~~~", []),
    ],
)
def test_json_is_found(answer: str, value: Any) -> None:
    """Whole, fenced, or somewhere in the words: the first JSON that is whole."""
    assert json_of(answer) == value


@pytest.mark.parametrize("answer", ["", "none here", "{broken", "[" * 100_000, "{" * 5000])
def test_no_json_is_said(answer: str) -> None:
    """Without JSON there is an error that keeps the text in view, whatever the text."""
    with pytest.raises(AnswerError, match="no JSON"):
        json_of(answer)


def test_a_pydantic_model_gives_its_instance() -> None:
    """A model is validated, and the place of a misfit is named."""
    assert json_of('{"x": 1, "name": "a"}', Peak) == Peak(x=1, name="a")
    with pytest.raises(AnswerError, match="'x'"):
        json_of('{"x": "high", "name": "a"}', Peak)


def test_a_json_schema_is_checked() -> None:
    """A misfit deep inside is named by its path."""
    assert json_of('{"peaks": []}', SCHEMA) == {"peaks": []}
    with pytest.raises(AnswerError, match=r"\['peaks'\]\[1\]"):
        json_of('{"peaks": [{"x": 1}, {}]}', SCHEMA)


@pytest.mark.parametrize("schema", [3, "x", object()])
def test_what_is_no_schema_is_said(schema: Any) -> None:
    """Anything else is refused in a sentence."""
    with pytest.raises(AnswerError, match="no schema"):
        schema_of(schema)


def test_the_first_table_becomes_a_frame() -> None:
    """Heads, rows, numbers with thousands; escaped bars and short rows survive."""
    frame = table_of(
        "Text | with a bar\n\n| name | n |\n|:--|--:|\n| a\\|b | 1,200 |\n| c | **3.5** |\n| d |\n\nmore"
    )
    assert list(frame.columns) == ["name", "n"]
    assert list(frame["name"]) == ["a|b", "c", "d"]
    whole = table_of("| name | n |\n|---|---|\n| a | 1,200 |\n| b | `3.5` |")
    assert list(whole["n"]) == [1200.0, 3.5]


def test_no_table_is_said() -> None:
    """Without a table there is an error."""
    with pytest.raises(AnswerError, match="no table"):
        table_of("a | b\nnothing")


@pytest.mark.parametrize(
    ("answer", "language", "code"),
    [
        ("x\n```python\nprint(1)\n```\n", None, "print(1)\n"),
        ("```sh\nls\n```\n~~~python\nx = 1\n~~~", "python", "x = 1\n"),
        ("````md\n```\ninner\n```\n````", None, "```\ninner\n```\n"),
        ("```python\nopen = 1\n", None, "open = 1\n"),
        ("no code", None, ""),
    ],
)
def test_code_blocks(answer: str, language: str | None, code: str) -> None:
    """The first fenced block, of a language if one is named; an open one ends with the text."""
    assert code_of(answer, language) == code
