"""What is played and what is recorded: one cabinet a folder and process, which counts the askings.

    off      neither
    record   ask and record, always
    auto     play a complete recording of this asking, else ask and record
    replay   play, or say what is missing; never ask

The n-th asking of a question in one kernel is its n-th recording; one that failed does not count
(askings.py). Recording an asking anew does not touch the old file: the newest complete one of each
asking counts. This room refuses to ask a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from vlmagic.errors import RecordingError, SettingsError
from vlmagic.images import Video
from vlmagic.language import say
from vlmagic.request import Request

from .askings import Asking, Askings
from .folder import SUFFIX, Folder, refused
from .format import Head
from .read import Recording, read
from .replay import Replay
from .scrub import Scrub
from .search import Asked, Search
from .write import Recorder

if TYPE_CHECKING:
    from vlmagic.result import Result

Sink: TypeAlias = Recorder | Asking
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
    _asking: Asking | None = field(default=None, repr=False)

    @property
    def replayed_from(self) -> str | None:
        """The name of the recording that is played."""
        return self.source.name if self.source else None

    @property
    def sinks(self) -> tuple[Sink, ...]:
        """What has to hear the answer: the recorder, and the count of askings after it."""
        return tuple(one for one in (self.sink, self._asking) if one is not None)

    def withdraw(self) -> None:
        """The question was refused before it left: as if it had not been planned."""
        if self._asking is not None:
            self._asking.give_back()
        if self.sink is not None:
            self.sink.withdraw()


class Cabinet:
    """The recordings of one folder, as one process uses them; from any thread."""

    def __init__(self, folder: str | Path = FOLDER) -> None:
        self.folder = Folder(folder)
        self.used: set[str] = set()
        self._askings = Askings()
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
        asked = Asked.of(request, self._askings.replayed(request))
        asking = self._askings.claim(asked.replayed)
        try:
            scrub = Scrub(secrets)
            if mode != "record" and not fresh:
                found = self._search.find(asked, asking.number, unfinished_too=mode == "replay")
                if found is not None:
                    recording, notices = found
                    self.used.add(recording.name)
                    return Plan(Replay(recording, speed), None, notices, asking)
                if mode == "replay":
                    raise self._search.missing(asked, scrub)
            return self._record(asked, asking, scrub, confirm, by)
        except BaseException:
            asking.give_back()
            raise

    def has(self, request: Request, mode: Mode | str) -> bool:
        """Whether the next asking of this would be played; looking counts as no asking."""
        if mode not in ("auto", "replay"):
            return False
        asked = Asked.of(request, self._askings.replayed(request))
        asking = self._askings.claim(asked.replayed)
        try:
            found = self._search.find(asked, asking.number, unfinished_too=mode == "replay")
        finally:
            asking.give_back()
        return found is not None

    def _record(
        self,
        asked: Asked,
        asking: Asking,
        scrub: Scrub,
        confirm: Callable[[str], bool | None] | None,
        by: str,
    ) -> Plan:
        request = asked.request
        head = Head(
            digest=asked.digest,
            alike=asked.alike,
            model=request.model[:200],
            replayed=asked.replayed if asked.replayed != asked.digest else "",
            asking=asking.number,
            made=datetime.now(UTC).isoformat(timespec="microseconds"),
            by=by,
            libraries=dict(asked.drawn),
        )
        recorder = Recorder(self.folder, request, head, scrub)
        try:
            recorder.start(request)
        except RecordingError as error:  # the answer is worth more than its recording
            asking.give_back()
            return Plan(notices=(str(error),))
        asking.kept = partial(self._kept, recorder)
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
        return Plan(None, recorder, tuple(notices), asking)

    def _kept(self, recorder: Recorder, result: Result) -> bool:
        if recorder.whole:
            self._askings.learn(recorder.rewritten(result))
        return recorder.whole

    def _keep_images(
        self, request: Request, confirm: Callable[[str], bool | None] | None
    ) -> Iterator[str]:
        """Keep the pictures beside the recording, if that was agreed to where git would share them.

        The frames of a video are not kept: they are many, and the video has a file of its own.
        """
        for image in request.images:
            if isinstance(image, Video) and image.frames:
                what = say("its file") if image.source else say("the pixels of its frames")
                yield say(
                    "{label} is not kept beside the recording, which knows it by {what}.",
                    label=image.label,
                    what=what,
                )
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
