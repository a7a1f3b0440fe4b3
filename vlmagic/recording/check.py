"""For CI: does every question in the notebooks have its recording, and every recording its question?

This room refuses to run a notebook, and to change what it looks at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vlmagic.errors import RecordingError
from vlmagic.language import say

from .folder import Folder
from .listing import idle_pictures, rows
from .questions import Question, questions
from .read import Recording, read
from .scrub import Scrub


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    kind: Literal["missing", "stale", "unused", "unfinished", "unreadable"]
    where: str
    """A cell ("plots.ipynb, cell 4"), or the name of a recording or a picture."""
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def check(folder: Folder, notebooks: Iterable[str | Path]) -> list[Finding]:
    """What is wrong between these notebooks and this folder; nothing, if all is well."""
    recordings: list[Recording] = []
    found = list(_looked_through(folder, recordings))
    asked = [one for notebook in notebooks for one in questions(Path(notebook))]
    scrub = Scrub()
    answers = {
        number: [r for r in recordings if one.asks(str(r.request.get("prompt", "")), scrub)]
        for number, one in enumerate(asked)
    }
    needed: Counter[str] = Counter()
    for number, question in enumerate(asked):
        needed[question.key] += 1
        found += _unanswered(question, answers[number], needed[question.key])
    for recording in recordings:
        asking = [one for number, one in enumerate(asked) if recording in answers[number]]
        found += _unused(recording, asking)
    found += [
        Finding("unused", name, say("no recording shows this picture"))
        for name in idle_pictures(folder)
    ]
    return found


def _looked_through(folder: Folder, whole: list[Recording]) -> Iterator[Finding]:
    """What is wrong with the recordings themselves; those that are right are put into the list."""
    for row in rows(folder):
        if row.stale:
            what = say("a newer recording of the same asking took its place")
            yield Finding("stale", row.name, what)
            continue
        try:
            recording = read(folder, row.name)
        except RecordingError as error:
            yield Finding("unreadable", row.name, error.message)
            continue
        if recording.complete:
            whole.append(recording)
        else:
            what = recording.problem or say("the run did not come to its end")
            yield Finding("unfinished", row.name, what)


def _unanswered(question: Question, answers: Sequence[Recording], needed: int) -> Iterator[Finding]:
    fit = [recording for recording in answers if not question.apart(recording.request)]
    if len(fit) >= needed:
        return
    if not fit and answers:
        apart = ", ".join(question.apart(answers[0].request))
        what = say("{name} was recorded with other options ({apart})", name=answers[0].name, apart=apart)  # fmt: skip
        yield Finding("stale", question.where, what)
    else:
        what = say("no recording answers it: {prompt}", prompt=_short(question.words))
        yield Finding("missing", question.where, what)


def _unused(recording: Recording, asking: Sequence[Question]) -> Iterator[Finding]:
    if not asking:
        what = say("no question in the notebooks is answered by it")
        yield Finding("unused", recording.name, what)
    elif all(one.once for one in asking) and recording.head.asking > len(asking):
        what = say(
            "it is asking {asking} of a question that is asked {times} times",
            asking=recording.head.asking,
            times=len(asking),
        )
        yield Finding("unused", recording.name, what)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:60] + "…"
