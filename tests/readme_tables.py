"""The generated tables of the README. Run it to write them: `python tests/readme_tables.py`."""

from __future__ import annotations

from pathlib import Path

from vlmagic.cell import OPTIONS
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


TABLES = {"options": options, "settings": settings}


def written(text: str) -> str:
    """The README with its tables as they should be."""
    for name, table in TABLES.items():
        before, begin, rest = text.partition(f"<!-- {name} -->")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        text = f"{before}{begin}\n{table()}\n{end}{after}"
    return text


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
