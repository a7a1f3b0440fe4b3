"""What a question came to: a value that holds everything, and is already there while it runs.

A `Result` is bound to the user's name in every ending. It refuses to show itself in more than one
way: its repr is the same safe markup as the cell's output.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from . import errors, events
from .events import Done, Event, Failed, Notice, ToolCall, Usage
from .language import say
from .transcript import Status, Transcript

if TYPE_CHECKING:
    import PIL.Image

    from .algebra import Step
    from .boxes import Box, Point
    from .claims import Claim
    from .estimate import Cost, Estimate
    from .images import Picture, Text
    from .markup import Mark
    from .request import Request
    from .settings import Settings

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Context:
    """What was known before sending: the estimate, what leaves the machine, and who is asked."""

    host: str = ""
    region: str = "beijing"
    hosted: bool = False
    estimate: Estimate | None = None
    receipt: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    texts: tuple[Text, ...] = ()
    """What went as text where a picture was named; it stands in the prompt."""
    notices: tuple[str, ...] = field(default=())
    replayed_from: str | None = None
    """The recording that is played instead of asking."""
    settings: Settings | None = None
    """With what it was asked, so that a follow-up is asked alike; it never prints its key."""
    schema: Any = None
    """What `json()` checks the answer against."""


class Result:
    """The thinking, the answer, what they cost, and how it ended.

    While the question runs in the background, `answer`, `thinking` and their kin wait for its end;
    `transcript` is live. A question that was refused before it was sent has no `request`.
    """

    def __init__(self, request: Request | None, context: Context | None = None) -> None:
        self.request = request
        self.context = context or Context()
        self.transcript = Transcript()
        self.error: errors.VLReasonError | None = None
        self.stale = ""
        """What has become of its figures, if one was shown again with other data."""
        self._ended = threading.Event()

    @classmethod
    def refused(cls, error: errors.VLReasonError) -> Result:
        """The Result of a question that could not even be put."""
        result = cls(None)
        result.refuse(error)
        return result

    def refuse(self, error: errors.VLReasonError) -> None:
        """End a question that never left."""
        self.transcript.feed(Failed.of(error))
        self.settle(error)

    def settle(self, error: errors.VLReasonError | None = None) -> None:
        """Say that the last event has come (`run` does, once); `error` is what made it fail."""
        end = self.transcript.end
        if error is None and isinstance(end, Failed):
            error = end.to_error()
        self.error = error
        self._ended.set()

    def wait(self, timeout: float | None = None) -> Result:
        """The Result itself, once it has ended; `TimeoutError` after `timeout` seconds."""
        if not self._ended.wait(timeout):
            raise TimeoutError(say("The answer has not ended yet."))
        return self

    @property
    def ended(self) -> bool:
        """Whether the last event has come."""
        return self._ended.is_set()

    @property
    def answer(self) -> str:
        """The whole answer, as the model wrote it (Markdown)."""
        return self.wait().transcript.answer

    @property
    def thinking(self) -> str:
        """The whole thinking, as the model wrote it."""
        return self.wait().transcript.thinking

    @property
    def usage(self) -> Usage:
        """Tokens by kind, as the service counted them; fields are None where it did not say."""
        return self.wait().transcript.usage or Usage()

    @property
    def replayed_from(self) -> str | None:
        """The recording that was played; None if the service was asked."""
        return self.context.replayed_from

    @property
    def cost(self) -> Cost | None:
        """What it cost (a replay: once), beside what was estimated; None where no price or no count is known."""
        from .estimate import cost

        self.wait()
        if self.request is None or self.transcript.usage is None or not self.context.hosted:
            return None
        return cost(
            self.transcript.usage,
            self.request.model,
            self.context.region,
            thought=self.transcript.thinking_length > 0,
            estimate=self.context.estimate,
        )

    @property
    def model(self) -> str:
        """The model that answered, by the service's word, else the one that was asked."""
        end = self.transcript.end
        if isinstance(end, Done) and end.model:
            return end.model
        return self.request.model if self.request else ""

    @property
    def images(self) -> tuple[Picture, ...]:
        """The pictures as they were sent."""
        return self.request.images if self.request else ()

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """What the answer says of the live figures, each looked up in their own data."""
        from . import claims
        from .images import Image

        answer = self.answer  # waits
        figures = [
            image.numbers for image in self.images if isinstance(image, Image) and image.numbers
        ]
        figures += [text.numbers for text in self.context.texts if text.numbers]
        if not self._checks_claims or not figures:
            return ()
        return _marked_or_not(lambda: claims.check(answer, figures))

    @cached_property
    def checks(self) -> tuple[Step, ...]:
        """The steps of the answer's mathematics, each with a verdict."""
        from . import algebra

        answer = self.answer  # waits
        return _marked_or_not(lambda: algebra.check(answer)) if self._checks_claims else ()

    @property
    def checked(self) -> str:
        """`checked: 7 ✓ 1 ✗ 4 not checkable`; nothing without claims, steps, or with --no-check."""
        from .claims import summary

        return summary(self.claims, [step for step in self.checks if step.claims])

    @property
    def marked(self) -> str:
        """The answer as Markdown, with a mark behind each claim and step."""
        from .claims.marks import marked

        return marked(self.answer, self.claims, self.checks)

    @property
    def marks(self) -> list[Mark]:
        """Where those marks stand, with what they say to a reader who points at them."""
        from .claims.marks import marks

        return marks(self.answer, self.claims, self.checks)

    @property
    def _checks_claims(self) -> bool:
        """Not an answer for programs: a mark within JSON would make it none."""
        if self.context.settings is None or not self.context.settings["check"]:
            return False
        answer = self.answer.strip()
        return not (answer[:1] in ("{", "[") and answer[-1:] in ("}", "]"))

    @property
    def seconds(self) -> float | None:
        """From the request's leaving to the last event."""
        return self.wait().transcript.seconds

    @property
    def status(self) -> Status:
        """One word: running, complete, truncated, stopped or failed."""
        return self.transcript.status

    @property
    def ok(self) -> bool:
        """Whether the answer is complete."""
        return self.status == "complete"

    @property
    def finish_reason(self) -> str | None:
        """The reason of `Done`, or the kind of `Failed`."""
        end = self.wait().transcript.end
        if isinstance(end, Done):
            return end.reason
        return end.kind if end else None

    @property
    def request_id(self) -> str | None:
        """The service's own mark of this call, to quote when asking its support."""
        end = self.wait().transcript.end
        return end.request_id if end else None

    @property
    def notices(self) -> Sequence[Notice]:
        """What the user should know: retries, unreadable events, what was done to a picture."""
        return tuple(self.transcript.notices)

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The calls the model wished for; vlmagic runs none of them."""
        return self.wait().transcript.tool_calls

    @property
    def events(self) -> list[Event]:
        """Every event, in order."""
        return list(self.transcript.events)

    def ask(self, prompt: str, images: Sequence[Picture] = (), **options: Any) -> Result:
        """Follow this answer up: the earlier turns go along, pictures only once.

        `options` are settings by name, such as `think=False`; the others stay as they were.
        """
        from .question import follow

        return follow(self.wait(), prompt, images, options)

    def json(self, schema: Any = None) -> Any:
        """The JSON in the answer, checked against `schema` or the one it was asked with.

        A pydantic model gives its instance. `AnswerError` says what does not fit, and where.
        """
        from .extract import json_of

        return json_of(self.answer, self.context.schema if schema is None else schema)

    def table(self) -> Any:
        """The first Markdown table of the answer, as a pandas DataFrame."""
        from .extract import table_of

        return table_of(self.answer)

    def code(self, language: str | None = None) -> str:
        """The first fenced block of the answer, of a language if one is named."""
        from .extract import code_of

        return code_of(self.answer, language)

    def to_dict(self) -> dict[str, Any]:
        """The whole Result as JSON data: the question (pictures by digest) and its events."""
        asked = self.request.parts() if self.request else None
        return {"request": asked, **events.to_json(self.transcript.events)}

    def boxes(self, picture: int | None = None) -> list[Box | Point]:
        """Everything the answer points at, in pixels of the pictures as sent and in chart values.

        `picture` (from 1, in the order of the conversation) is the one that is meant where the
        answer does not say.
        """
        from .boxes import boxes

        request = self.wait().request
        if request is None:
            return []
        return boxes(
            self.answer, request.model, request.pictures, picture=picture, hi_res=request.hi_res
        )

    def draw(self, picture: int | None = None) -> PIL.Image.Image:
        """A copy of the picture that was sent with what the answer points at; never your figure.

        `ImageError` if it points at several pictures and `picture` (from 1) does not choose one,
        or if there is none to draw on.
        """
        from .boxes import draw, on

        found = self.boxes(picture)
        image, places = on(found, self.request.pictures if self.request else (), picture)
        return draw(image, places)

    def raise_for_error(self) -> Result:
        """The Result itself, or the exception that ended it."""
        self.wait()
        if self.error is not None:
            raise self.error
        return self

    def bundle(self, thinking: str = "fold") -> dict[str, str]:
        """What is saved in the notebook: `text/markdown` and `text/plain`."""
        from .render.lines import asked_of, saved

        return saved(self, asked_of(self, thinking))

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return self.bundle()

    def __repr__(self) -> str:
        asked = self.request.model if self.request else "-"
        counted = self.transcript.answer_length
        return f"<Result {self.status}: {asked}, {counted} characters of answer>"


def _marked_or_not(check: Callable[[], Iterable[_Found]]) -> tuple[_Found, ...]:
    """What a check finds; nothing where it breaks or is interrupted: it must not cost the answer."""
    try:
        return tuple(check())
    except (Exception, KeyboardInterrupt):  # noqa: BLE001 - the answer has come, and is shown as it is
        return ()
