"""`%vl recordings` and `vlmagic recordings`: the list, the check for CI, pruning, showing.

This room refuses to know how a recording is written: it makes sentences and tables of what
`recording` found.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from . import recording
from .errors import CellError
from .estimate import money
from .events import Failed
from .language import say
from .recording.listing import Row
from .result import Context, Result
from .table import Table
from .transcript import Transcript


def listing(cabinet: recording.Cabinet) -> Table | str:
    """Every recording: what was asked, of whom, how it ended, what it cost, and whether it was used."""
    found = recording.rows(cabinet.folder, cabinet.used)
    if not found:
        return say("There are no recordings in {folder}.", folder=cabinet.folder)
    heads = [
        say("question"),
        say("asking"),
        say("model"),
        say("ended"),
        say("size"),
        say("cost"),
        say("used now"),
        say("recording"),
    ]
    rows = [
        [
            _short(row.prompt),
            str(row.asking),
            row.model,
            _state(row),
            _kilobytes(row.size),
            money(*row.cost) if row.cost else "–",
            say("yes") if row.used else "",
            row.name,
        ]
        for row in found
    ]
    return Table(heads, rows, [_together(found), _pictures(cabinet.folder)])


def _together(found: Sequence[Row]) -> str:
    spent: dict[str, float] = {}
    for row in found:
        if row.cost is not None:
            spent[row.cost[1]] = spent.get(row.cost[1], 0.0) + row.cost[0]
    return say(
        "Recordings: {count}, {size}; used now: {used}. Asking cost {cost}.",
        count=len(found),
        size=_kilobytes(sum(row.size for row in found)),
        used=sum(row.used for row in found),
        cost=" + ".join(money(amount, currency) for currency, amount in spent.items()) or "–",
    )


def _pictures(folder: recording.Folder) -> str:
    kept = len(list(folder.images()))
    if folder.tracked and folder.consent is None:
        return say("Pictures beside them: {count}. git tracks {folder}, so none is added until you allow it with: vlmagic recordings pictures keep", count=kept, folder=folder)  # fmt: skip
    if folder.tracked and not folder.consent:
        return say("Pictures beside them: {count}; none is added (allow it with: vlmagic recordings pictures keep).", count=kept)  # fmt: skip
    return say("Pictures beside them: {count}.", count=kept)


def _kilobytes(size: int) -> str:
    return f"{size / 1000:.1f} kB"


def told(cabinet: recording.Cabinet, mode: str) -> str:
    """What happens to the next question, in a sentence."""
    folder = cabinet.folder
    return {
        "off": say("Answers are neither played nor recorded."),
        "auto": say(
            "Answers are played from {folder}, or asked and recorded there.", folder=folder
        ),
        "record": say("Every answer is asked, and recorded in {folder}.", folder=folder),
        "replay": say("Answers are played from {folder}; nobody is asked.", folder=folder),
    }[mode]


def _state(row: Row) -> str:
    words: Mapping[str, Callable[[], str]] = {
        "complete": lambda: say("complete"),
        "truncated": lambda: say("truncated"),
        "stopped": lambda: say("stopped"),
        "failed": lambda: say("failed"),
        "unfinished": lambda: say("unfinished"),
        "being written": lambda: say("being written"),
        "unreadable": lambda: say("unreadable"),
    }
    state = words[row.state]() if row.state in words else row.state
    return say("{state}, replaced", state=state) if row.stale else state


def _short(text: str) -> str:
    line = "".join(letter if letter.isprintable() else " " for letter in text[:41])
    return line if len(text) <= 40 else line[:40] + "…"


def check(named: str, notebooks: Sequence[str]) -> tuple[Table | str, bool]:
    """What is wrong between notebooks and recordings, and whether nothing is.

    A folder that is `named` by a relative path stands beside each notebook, as the notebook's kernel
    finds it. Without notebooks: all below here that have such a folder.
    """
    beside = Path(named).expanduser()
    paths = [Path(name) for name in notebooks] or _recorded_below(beside)
    if not paths:
        return say("No notebook below here has a folder {folder} beside it.", folder=beside), False
    found, recordings, folders = [], 0, dict[Path, list[Path]]()
    for path in paths:
        folders.setdefault(path.parent / beside, []).append(path)
    for place, paths in sorted(folders.items()):
        folder = recording.Folder(place)
        found += recording.check(folder, paths)
        recordings += len(folder.entries())
    counted = say(
        "Notebooks: {notebooks}; recordings: {recordings}; findings: {findings}.",
        notebooks=sum(map(len, folders.values())),
        recordings=recordings,
        findings=len(found),
    )
    if not found:
        return counted, True
    rows = [[finding.kind, finding.where, finding.text] for finding in found]
    return Table([say("finding"), say("where"), say("what")], rows, [counted]), False


def _recorded_below(beside: Path) -> list[Path]:
    """The notebooks below here that have a folder of recordings."""
    below = (path for path in Path().rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    return sorted(path for path in below if (path.parent / beside).is_dir())


def prune(cabinet: recording.Cabinet, *, sure: bool) -> Table | str:
    """What can go, and, if that is wished, its deletion."""
    gone = recording.prunable(cabinet.folder, cabinet.used)
    if not gone:
        return say("Nothing in {folder} can go.", folder=cabinet.folder)
    if sure:
        gone = recording.prune(cabinet.folder, cabinet.used)
        return Table([say("deleted")], [[name] for name in gone])
    below = [say("Delete them with: vlmagic recordings prune --yes")]
    return Table([say("can go")], [[name] for name in gone], below)


def _named(cabinet: recording.Cabinet, begun: str) -> str:
    """The name of the recording that begins like this."""
    known = [entry.name for entry in cabinet.folder.entries()]
    meant = [name for name in known if name in (begun, f"{begun}.jsonl")]
    meant = meant or [name for name in known if name.startswith(begun)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        problem = say("{count} recordings begin with {name}.", count=len(meant), name=begun)
    else:
        problem = say("There is no recording {name} in {folder}.", name=begun, folder=cabinet.folder)  # fmt: skip
        meant = difflib.get_close_matches(begun, known, 3, 0.3)
    raise CellError(problem, say("There are: {names}.", names=", ".join(meant or known[:3] or ["–"])))  # fmt: skip


def shown(cabinet: recording.Cabinet, name: str) -> Result:
    """A recording as a Result: its repr is what the cell showed. The beginning of its name is enough."""
    found = cabinet.recording(_named(cabinet, name))
    notices = (say("Not whole: {why}.", why=found.problem),) if found.problem else ()
    result = Result(None, Context(notices=notices, replayed_from=found.name))
    result.transcript = Transcript.of(found.events)
    if found.end is None:
        result.transcript.feed(Failed("recording", found.problem or ""))
    result.settle()
    return result


def act(named: str, words: Sequence[str], more: Sequence[str] = ()) -> tuple[object, bool]:
    """What the words after `recordings` ask for, and whether all is well (for the exit status).

    `named` is the folder as it was named, from where the kernel or the command runs; `more` are
    words that the caller takes itself.
    """
    cabinet = recording.cabinet(named)
    match list(words):
        case []:
            return listing(cabinet), True
        case ["check", *notebooks]:
            return check(named, notebooks)
        case ["prune", *wish] if wish in ([], ["--yes"]):
            return prune(cabinet, sure=bool(wish)), True
        case ["show", name]:
            return shown(cabinet, name), True
        case ["show"]:
            raise CellError(
                say("recordings show takes one name."),
                say("The beginning of one is enough; all of them: recordings."),
            )
        case ["pictures", ("keep" | "leave") as answer]:
            cabinet.allow_pictures(answer == "keep")
            return None, True
    raise CellError(
        say("recordings does not take {words}.", words=" ".join(words)),
        say(
            "There are: {words}.",
            words=", ".join(
                [*more, "check [NOTEBOOK…]", "prune [--yes]", "show NAME", "pictures keep|leave"]
            ),
        ),
    )
