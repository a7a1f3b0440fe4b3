"""The generated tables of the README. Run it to write them: `python tests/readme_tables.py`."""

from __future__ import annotations

import json
from pathlib import Path

from service_refusals import ROWS

from vlmagic import language
from vlmagic.cell import OPTIONS
from vlmagic.dialects import DIALECTS, Dialect
from vlmagic.providers.refusals import Asked, Refusal, classify
from vlmagic.settings import TABLE

README = Path(__file__).parent.parent / "README.md"


def options() -> str:
    """The options of `%%vlreason`."""
    rows = [
        f"| `{', '.join(o.flags)}{' ' + o.metavar if o.metavar else ''}` | {o.about} |"
        for o in OPTIONS
    ]
    return "\n".join(["| option | what it does |", "| --- | --- |", *rows])


def settings() -> str:
    """The settings behind them."""
    rows = [
        f"| `{row.name}` | {'–' if row.default is None else f'`{row.default!r}`'} | `{row.variable}` | {row.about} |"
        for row in TABLE
    ]
    return "\n".join(
        ["| setting | default | environment | what it is |", "| --- | --- | --- | --- |", *rows]
    )


_SHOWN = 70
"""Characters of the service's words that are shown."""


def errors() -> str:
    """What the service says, and what vlmagic advises: one row for each code and advice."""
    language.choose("en")
    found: dict[tuple[str, str], list[str]] = {}
    for row in ROWS:
        asked = Asked("HOST", "MODEL", "DASHSCOPE_API_KEY")
        error = classify(Refusal(row.says, row.code), asked, row.status)
        said = found.setdefault((f"{row.status} `{row.code}`", error.hint), [])
        if not any(known.startswith(row.says) for known in said):
            said.append(row.says)
    language.choose(None)
    rows = [
        f"| {code} | {'<br>'.join(map(_short, said))} | {advice} |"
        for (code, advice), said in found.items()
    ]
    head = ["| code | what the service says | what vlmagic advises |", "| --- | --- | --- |"]
    return "\n".join([*head, *rows])


def _short(says: str) -> str:
    return says if len(says) <= _SHOWN else says[: _SHOWN - 1].rstrip() + "…"


def servers() -> str:
    """How each kind of server is recognised, how its thinking is switched, limited and read."""
    rows = [
        f"| `{d.name}` | {d.title} | {_place(d)} | {_fields(d.on)} | {_fields(d.off)} | {_limit(d)}"
        f" | {', '.join(f'`{name}`' for name in d.reads)} | {d.needs} |"
        for d in DIALECTS.values()
    ]
    head = [
        "| dialect | server | known by | `--think` | `--no-think` | `--budget N` | thinking stands in | note |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *rows])


def _place(dialect: Dialect) -> str:
    if dialect.name == "modelstudio":
        return "its hosts"
    return ", ".join(dialect.hosts) or (f"port {dialect.port}" if dialect.port else "–")


def _fields(fields: object) -> str:
    return f"`{json.dumps(fields, default=dict)}`" if fields is not None else "–"


def _limit(dialect: Dialect) -> str:
    return f"`{'.'.join(dialect.budget)}`" if dialect.budget else "–"


TABLES = {"options": options, "settings": settings, "errors": errors, "servers": servers}


def written(text: str) -> str:
    """The README with its tables as they should be."""
    for name, table in TABLES.items():
        before, begin, rest = text.partition(f"<!-- {name} -->")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        text = f"{before}{begin}\n{table()}\n{end}{after}"
    return text


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
