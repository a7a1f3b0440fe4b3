"""Everything that vlmagic raises, each with one sentence and one remedy.

    VLReasonError
      - CellError            an option, a reference or a name in the cell is wrong
      - ImageError           a picture cannot be looked at
      - SettingsError        a setting is missing, or two of them contradict each other
      - AnswerError          an answer holds not what was asked of it: no JSON, another shape
      - MissingExtra         an optional package is needed
      - RecordingError       a recording is missing, damaged or of another question
      + ServiceError         the other side of the wire: `.status`, `.code`, `.request_id`
        - RefusedError       the service will not take this request (400, 404, 409, 413, 422, 3xx)
        - AuthError          the key, the workspace or the account (401, 403, unpaid bill)
        - RateError          too much, too fast, or a quota used up (429)
        - UnavailableError   the service itself failed (5xx)
        - UnreachableError   no connection: host, port, TLS
        - BrokenError        the stream was cut, or ended without saying why
        - StalledError       nothing came within a limit
        - UnexpectedError    what came is not an answer (a web page, damaged data)
        - FilteredError      the service's content filter stopped it
        - LimitError         more came than a limit of ours allows
      - InternalError        a mistake of vlmagic's own
    Interrupted              a KeyboardInterrupt whose traceback is empty

This room refuses to know where an error is shown. `Failed` events (events.py) carry the same
facts as data; `kind` is the word that ties the two together.
"""

from __future__ import annotations

from typing import ClassVar

from .language import say, then


class VLReasonError(Exception):
    """What was wrong and where (`message`), and what to do next (`hint`)."""

    kind: ClassVar[str] = "internal"
    out: str | None = None
    """The variable that was to be bound, where a cell could be read that far."""

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.status = status
        self.code = code
        self.request_id = request_id

    def __str__(self) -> str:
        return then(self.message, self.hint)

    def _render_traceback_(self) -> list[str]:
        """IPython's own way to let an exception draw itself: a cause and a remedy, no frames."""
        return [line for line in (f"{type(self).__name__}: {self.message}", self.hint) if line]


class CellError(VLReasonError):
    """An option, a reference or a name in the cell is wrong."""

    kind = "cell"


class ImageError(VLReasonError):
    """A picture cannot be looked at."""

    kind = "image"


class SettingsError(VLReasonError):
    """A setting is missing, or two of them contradict each other."""

    kind = "settings"


class AnswerError(VLReasonError):
    """An answer holds not what was asked of it; its text is kept."""

    kind = "answer"


class MissingExtra(VLReasonError):  # noqa: N818 - it names what is missing
    """An optional package is needed; the hint names the extra that brings it."""

    kind = "extra"

    @classmethod
    def of(cls, package: str, extra: str) -> MissingExtra:
        """The one sentence for a package that is not installed."""
        return cls(
            say("This needs the package {package}, which is not installed.", package=package),
            say('Install it with: pip install "vlmagic[{extra}]"', extra=extra),
        )


class RecordingError(VLReasonError):
    """A recording is missing, damaged or of another question."""

    kind = "recording"


class ServiceError(VLReasonError):
    """The other side of the wire said no, or fell silent.

    `retryable` says whether asking again may help; `retry_after` is the service's own wish in
    seconds. Only `run` decides to ask again, and only before the first byte.
    """

    kind = "refused"
    retryable: bool = False
    retry_after: float | None = None


class RefusedError(ServiceError):
    """The service will not take this request."""

    kind = "refused"


class AuthError(ServiceError):
    """The key, the workspace or the account was refused."""

    kind = "auth"


class RateError(ServiceError):
    """Too much, too fast, or a quota used up."""

    kind = "rate"
    retryable = True


class UnavailableError(ServiceError):
    """The service itself failed."""

    kind = "unavailable"
    retryable = True


class UnreachableError(ServiceError):
    """No connection could be made, or it was lost before anything came."""

    kind = "unreachable"
    retryable = True


class BrokenError(ServiceError):
    """The stream was cut, or ended without saying why."""

    kind = "broken"


class StalledError(ServiceError):
    """Nothing came within a limit."""

    kind = "timeout"


class UnexpectedError(ServiceError):
    """What came is not an answer."""

    kind = "unexpected"


class FilteredError(ServiceError):
    """The service's content filter stopped the question or the answer."""

    kind = "filter"


class LimitError(ServiceError):
    """More came than a limit of ours allows."""

    kind = "limit"


class InternalError(VLReasonError):
    """A mistake of vlmagic's own; the message holds the original exception."""

    kind = "internal"


class Interrupted(KeyboardInterrupt):
    """The user's interrupt, after everything has been kept: stops Run All, prints nothing."""

    def _render_traceback_(self) -> list[str]:
        return []


BY_KIND: dict[str, type[VLReasonError]] = {
    cls.kind: cls
    for cls in (
        CellError,
        ImageError,
        SettingsError,
        AnswerError,
        MissingExtra,
        RecordingError,
        RefusedError,
        AuthError,
        RateError,
        UnavailableError,
        UnreachableError,
        BrokenError,
        StalledError,
        UnexpectedError,
        FilteredError,
        LimitError,
        InternalError,
    )
}
