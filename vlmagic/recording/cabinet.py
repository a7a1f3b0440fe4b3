"""What is played and what is recorded: one cabinet a folder and process, which counts the askings.

    off      neither
    record   ask and record, always
    auto     play a complete recording of this asking, else ask and record
    replay   play, or say what is missing; never ask

The n-th asking of a question in one kernel is its n-th recording. Recording an asking anew does not
touch the old file: the newest complete one of each asking counts. This room refuses to ask a model.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Literal, get_args

from vlmagic.errors import RecordingError, SettingsError
from vlmagic.language import say
from vlmagic.request import Request

from . import match
from .folder import SUFFIX, Folder, refused
from .format import Head
from .read import Recording, read
from .replay import Replay
from .scrub import Scrub
from .search import Search
from .write import Recorder

Mode = Literal["off", "auto", "record", "replay"]
MODES: tuple[Mode, ...] = get_args(Mode)
FOLDER = "vlmagic-recordings"
"""The folder, under the working directory, unless another is named."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with one question."""

    source: Replay | None = None
    """Where the answer comes from; None: from the service."""
    sink: Recorder | None = None
    """Where it is recorded, already begun; None: nowhere."""
    notices: tuple[str, ...] = ()
    _undo: Callable[[], None] | None = field(default=None, repr=False)

    @property
    def replayed_from(self) -> str | None:
        """The name of the recording that is played."""
        return self.source.name if self.source else None

    def withdraw(self) -> None:
        """The question was refused before it left: as if it had not been planned."""
        if self._undo is not None:
            self._undo()
        if self.sink is not None:
            self.sink.withdraw()


class Cabinet:
    """The recordings of one folder, as one process uses them; from any thread."""

    def __init__(self, folder: str | Path = FOLDER) -> None:
        self.folder = Folder(folder)
        self.used: set[str] = set()
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._search = Search(self.folder)

    # -- planning ------------------------------------------------------------------------

    def plan(
        self,
        request: Request,
        mode: Mode | str,
        *,
        fresh: bool = False,
        speed: float = 1.0,
        secrets: Iterable[str] = (),
        confirm: Callable[[str], bool | None] | None = None,
        by: str = "",
    ) -> Plan:
        """Play, record or neither; raises `RecordingError` if `replay` has nothing to play.

        `confirm` asks the user whether pictures may be kept in a folder that git tracks, and gives
        None where nobody can be asked. `by` is the version of vlmagic.
        """
        if mode not in MODES:
            raise SettingsError(
                say("There is no mode {mode!r} of recording.", mode=mode),
                say("It takes one of: {choices}.", choices=", ".join(MODES)),
            )
        if mode == "off":
            return Plan()
        if fresh and mode == "replay":
            raise SettingsError(
                say("--fresh asks anew, and replay never asks."),
                say("Add --record auto to ask this one question, or leave out --fresh."),
            )
        digest = request.digest()
        with self._lock:
            self._asked[digest] += 1
            asking = self._asked[digest]
        undo = partial(self._forget, digest)
        try:
            scrub = Scrub(secrets)
            if mode != "record" and not fresh:
                found = self._search.find(request, asking, unfinished_too=mode == "replay")
                if found is not None:
                    recording, notices = found
                    self.used.add(recording.name)
                    return Plan(Replay(recording, speed), None, notices, undo)
                if mode == "replay":
                    raise self._search.missing(request, scrub)
            return self._record(request, digest, asking, scrub, confirm, by, undo)
        except BaseException:
            undo()
            raise

    def _forget(self, digest: str) -> None:
        with self._lock:
            self._asked[digest] -= 1

    def _record(
        self,
        request: Request,
        digest: str,
        asking: int,
        scrub: Scrub,
        confirm: Callable[[str], bool | None] | None,
        by: str,
        undo: Callable[[], None],
    ) -> Plan:
        head = Head(
            digest=digest,
            alike=match.alike(request),
            model=request.model[:200],
            asking=asking,
            made=datetime.now(UTC).isoformat(timespec="microseconds"),
            by=by,
            libraries=match.libraries(request),
        )
        recorder = Recorder(self.folder, request, head, scrub)
        try:
            recorder.start(request)
        except RecordingError as error:  # the answer is worth more than its recording
            return Plan(notices=(str(error),), _undo=undo)
        notices = list(self._keep_images(request, confirm))
        self.used.add(recorder.name)
        if recorder.busy:
            notices.insert(
                0,
                say(
                    "{name} is in use by another kernel; recording to {other}.",
                    name=recorder.busy,
                    other=recorder.name,
                ),
            )
        return Plan(None, recorder, tuple(notices), undo)

    def _keep_images(
        self, request: Request, confirm: Callable[[str], bool | None] | None
    ) -> Iterator[str]:
        """Keep the pictures beside the recording, if that was agreed to where git would share them."""
        images = [image for image in request.images if image.data]
        images += [image for turn in request.history for image in turn.images if image.data]
        if not images:
            return
        if self.folder.tracked and self.folder.consent is None:
            answer = confirm and confirm(
                say(
                    "{folder} is in a folder that git tracks. Keep the pictures there, too? [y/n]",
                    folder=self.folder,
                )
            )
            if answer is None:
                yield say(
                    "The pictures are not kept beside the recording, because git tracks {folder}; "
                    "allow it with: vlmagic recordings pictures keep",
                    folder=self.folder,
                )
                return
            try:
                self.folder.agree(answer)
            except RecordingError as error:
                yield str(error)
                return
        if self.folder.tracked and not self.folder.consent:
            return
        try:
            for image in images:
                self.folder.keep_image(image.digest, image.data, image.media_type)
        except OSError as error:
            yield str(refused(self.folder, error))

    def recording(self, name: str) -> Recording:
        """The recording of this name; the ending of the name may be left out."""
        return read(self.folder, name if name.endswith(SUFFIX) else name + SUFFIX)

    def allow_pictures(self, keep: bool) -> None:  # noqa: FBT001 - it is the answer itself
        """Answer beforehand whether pictures may be kept where git tracks the folder."""
        self.folder.agree(keep)


@cache
def _opened(path: Path) -> Cabinet:
    return Cabinet(path)


def cabinet(folder: str | Path = FOLDER) -> Cabinet:
    """The cabinet of this folder: one for all who ask in this process."""
    return _opened(Path(folder).expanduser().absolute())
