"""What a program wants from an answer: its JSON, its first table, its code.

The words are the model's, so nothing here evaluates anything; what cannot be read is an error that
says where. This room refuses to change the answer: the text stays as it came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from .errors import AnswerError, MissingExtra
from .language import say

_FENCE = re.compile(
    r"^ {0,3}(?P<rail>`{3,}|~{3,}) *(?P<language>[\w+#.-]*)[^\n]*\n(?P<code>.*?)"
    r"(?:^ {0,3}(?P=rail)[`~]*[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)


def json_of(answer: str, schema: Any = None) -> Any:
    """The JSON value in an answer: the whole of it, a fenced block, or the first that is whole.

    `schema`: a pydantic model (the value comes back as its instance) or a JSON schema (a mapping).
    Raises `AnswerError` where there is no JSON, or where it does not fit, with the place.
    """
    value = _first_json(answer)
    if schema is None:
        return value
    if isinstance(schema, Mapping):
        return _fitting(value, schema)
    if hasattr(schema, "model_validate"):
        return _instance(value, schema)
    raise AnswerError(
        say("{kind} is no schema.", kind=type(schema).__name__),
        say("A schema is a pydantic model or a JSON schema as a dict."),
    )


def schema_of(schema: Any) -> dict[str, Any]:
    """The JSON schema of a pydantic model, or the mapping itself."""
    if isinstance(schema, Mapping):
        return dict(schema)
    if hasattr(schema, "model_json_schema"):
        found: dict[str, Any] = schema.model_json_schema()
        return found
    raise AnswerError(
        say("{kind} is no schema.", kind=type(schema).__name__),
        say("A schema is a pydantic model or a JSON schema as a dict."),
    )


_TRIES = 1_000
"""So many brackets of an answer are tried: each may lead to the bottom of a deep one."""


def _first_json(answer: str) -> Any:
    text = answer.strip()
    candidates = [text, *(found["code"].strip() for found in _FENCE.finditer(answer))]
    for candidate in candidates:
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    decoder = json.JSONDecoder()
    for found in islice(re.finditer(r"[\[{]", text), _TRIES):
        try:
            return decoder.raw_decode(text, found.start())[0]
        except (ValueError, RecursionError):
            continue
    raise AnswerError(
        say("There is no JSON in the answer."), say("The text is kept in .answer; ask with --json.")
    )


def _instance(value: Any, model: Any) -> Any:
    try:
        return model.model_validate(value)
    except ValueError as error:  # pydantic's own is one of these
        problems = error.errors() if hasattr(error, "errors") else []
        first = problems[0] if problems else {"loc": (), "msg": str(error)}
        raise _misfit(first["loc"], str(first["msg"])) from None


def _fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    try:
        import jsonschema
    except ImportError:
        raise MissingExtra.of("jsonschema", "schema") from None
    try:
        jsonschema.validate(value, schema)
    except jsonschema.ValidationError as error:
        raise _misfit(error.absolute_path, error.message) from None
    except jsonschema.SchemaError as error:
        raise AnswerError(
            say("The schema is no JSON schema: {problem}", problem=error.message[:200]),
            say("Mend it, or use a pydantic model."),
        ) from None
    return value


def _misfit(place: Any, problem: str) -> AnswerError:
    where = "".join(f"[{step!r}]" for step in place) or say("the whole")
    return AnswerError(
        say(
            "The JSON does not fit the schema at {place}: {problem}",
            place=where,
            problem=problem[:200],
        ),
        say("The text is kept in .answer; ask again, or loosen the schema."),
    )


def code_of(answer: str, language: str | None = None) -> str:
    """The first fenced block of an answer, of this language if one is named; "" without one."""
    for found in _FENCE.finditer(answer):
        if language is None or found["language"].lower() == language.lower():
            return found["code"]
    return ""


def table_of(answer: str) -> Any:
    """The first Markdown table of an answer as a pandas DataFrame; numbers become numbers.

    Raises `AnswerError` where there is none.
    """
    try:
        import pandas as pd
    except ImportError:
        raise MissingExtra.of("pandas", "pandas") from None
    lines = answer.splitlines()
    for number, line in enumerate(lines[1:], start=1):
        heads = _cells(lines[number - 1])
        if (
            re.fullmatch(r"\s*\|?(\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?\s*", line)
            and "|" in line
            and heads
        ):
            rows = []
            for row in lines[number + 1 :]:
                if "|" not in row:
                    break
                cells = _cells(row)[: len(heads)]
                rows.append(cells + [""] * (len(heads) - len(cells)))
            frame = pd.DataFrame(rows, columns=heads)
            return frame.apply(_numbers)
    raise AnswerError(
        say("There is no table in the answer."),
        say("The text is kept in .answer; ask for a table."),
    )


def _cells(row: str) -> list[str]:
    inner = row.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]


def _numbers(column: Any) -> Any:
    """The column as numbers, if every cell is one."""
    import pandas as pd

    plain = column.str.replace(",", "", regex=False).str.strip("*`$ ")
    numbers = pd.to_numeric(plain, errors="coerce")
    return column if numbers.isna().any() else numbers
