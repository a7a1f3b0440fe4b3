"""`%%vlreason --each` in a real kernel: a row for each picture, one table, one variable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Kernel

from vlmagic.cell import parse
from vlmagic.emulator import Emulator
from vlmagic.errors import CellError

TWO = "for n in (1, 2):\n    plt.plot([1, 2, n]); plt.title(f'Plot {n}'); plt.show()"


def errors(outputs: list[dict[str, Any]]) -> list[str]:
    """What the error outputs say."""
    return [o["evalue"] for o in outputs if o["output_type"] == "error"]


@pytest.mark.parametrize("flag", ["--no-image", "-b -o x", "--dry-run", "-c"])
def test_each_goes_with_no_contradiction(flag: str) -> None:
    """What makes no sense for rows is refused before anything is sent."""
    with pytest.raises(CellError, match="--each and -"):
        parse(f"--each {flag}", "What is it?")


def test_each_picture_is_a_row(kernel: Kernel, service: Emulator) -> None:
    """One question for each picture; one saved output without a widget; NAME holds the rows."""
    kernel.run(TWO)
    outputs = kernel.run("%%vlreason -i @all --each -o rows --no-think\nWhat is it?")
    assert not errors(outputs)
    assert [o["output_type"] for o in outputs] == ["display_data"]
    assert set(outputs[0]["data"]) == {"text/markdown", "text/plain"}
    assert "2 of 2 rows" in outputs[0]["data"]["text/plain"]
    assert kernel.value("[row.status for row in rows]") == ["complete", "complete"]
    assert kernel.value("rows.frame().shape[0]") == 2
    sent = [str(entry.body) for entry in service.log if entry.body]
    assert len(sent) == 2
    assert ["Plot 1" in text for text in sent].count(True) == 1


def test_each_fails_only_if_all_rows_do(kernel: Kernel, service: Emulator) -> None:
    """One answer is enough for the cell to go on; none is an error, and the rows are bound."""
    kernel.run(TWO)
    service.fault = ["http-400", None]
    assert not errors(kernel.run("%%vlreason -i @all --each -o rows --no-think\nWhat is it?"))
    assert sorted(kernel.value("[row.status for row in rows]")) == ["complete", "failed"]
    service.fault = "http-400"
    assert errors(kernel.run("%%vlreason -i @all --each -o rows --no-think\nWhat is it?"))
    assert kernel.value("[row.status for row in rows]") == ["failed", "failed"]
    service.fault = None
    kernel.run("rows.retry(progress=False)")
    assert kernel.value("len(rows.ok)") == 2


def test_an_interrupted_each_keeps_its_rows(kernel: Kernel, service: Emulator) -> None:
    """■ stops the rows; the variable holds them, and Run All stops."""
    kernel.run(TWO)
    service.fault = "stall-in-answer"
    asked = kernel.client.execute("%%vlreason -i @all --each -o rows --no-think\nWhat is it?")
    while len(service.log) < 2:
        pass
    kernel.manager.interrupt_kernel()
    said = errors(kernel.outputs(asked))
    assert len(said) == 1
    assert kernel.value("[row.status for row in rows]") == ["stopped", "stopped"]


def test_a_bad_picture_is_its_own_row(kernel: Kernel, service: Emulator, tmp_path: Path) -> None:
    """A file that is no picture and an empty figure fail as rows; the others are asked, in order."""
    kernel.run(
        f"import PIL.Image\nfolder = {str(tmp_path)!r}\n"
        "for n, color in enumerate(['red', 'blue']):\n"
        "    PIL.Image.new('RGB', (60, 40), color).save(f'{folder}/{2 * n}.png')\n"
        "open(f'{folder}/1.png', 'w').write('no picture')\n"
        "fig, _ = plt.subplots(); empty = plt.figure(); plt.close('all')"
    )
    line = f"%%vlreason -i '{tmp_path}/*.png' -i empty -i fig --each -o rows --no-think"
    assert not errors(kernel.run(f"{line}\nWhat is it?"))
    assert kernel.value("type(rows).__name__") == "MapResult"
    named = [str(tmp_path / f"{n}.png") for n in range(3)]
    assert kernel.value("[row.label for row in rows]") == [*named, "empty", "fig"]
    well = ["complete", "failed", "complete", "failed", "complete"]
    assert kernel.value("[row.status for row in rows]") == well
    assert kernel.value("type(rows[1].error).__name__") == "ImageError"
    assert "1.png" in kernel.value("str(rows[1].error)")
    assert len([entry for entry in service.log if entry.body]) == 3
    kernel.run("PIL.Image.new('RGB', (60, 40)).save(f'{folder}/1.png'); rows.retry(progress=False)")
    assert kernel.value("[row.index for row in rows if not row.ok]") == [3]


def test_a_reference_that_leads_nowhere_stops_all(kernel: Kernel, service: Emulator) -> None:
    """A name or a pattern without anything behind it is a slip of the cell: nothing is asked."""
    kernel.run(TWO)
    for slip in ("nowhere/*.png", "nowhere.png", "no_variable"):
        said = errors(kernel.run(f"%%vlreason -i @all -i {slip} --each -o rows\nWhat is it?"))
        assert len(said) == 1, slip
    assert not [entry for entry in service.log if entry.body]


def test_a_table_goes_with_every_row(kernel: Kernel, service: Emulator) -> None:
    """It is words: each picture is asked about with it."""
    kernel.run(TWO)
    kernel.run("import pandas; frame = pandas.DataFrame({'k': ['seven']})")
    assert not errors(kernel.run("%%vlreason -i frame -i @all --each -o rows --no-think\nWhat?"))
    sent = [str(entry.body) for entry in service.log if entry.body]
    assert len(sent) == 2
    assert all("seven" in text for text in sent)
