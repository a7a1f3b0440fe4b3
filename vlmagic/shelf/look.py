"""One look: what a reference, an item of the shelf or an object adds to what is sent.

An @-reference means a picture *as it was shown*: the bytes that the page got, the facts of that
moment. A variable means the object *as it is now*. This room refuses to evaluate (references/
walks), to draw (pixels.py) and to encode (images/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlmagic import facts as reading
from vlmagic.errors import CellError, VLReasonError
from vlmagic.images import Image, Video
from vlmagic.language import say
from vlmagic.references import (
    Attachment,
    Clipboard,
    DataURL,
    Item,
    Open,
    Part,
    Place,
    Reference,
    Remote,
    Shown,
    Slice,
    Variable,
    parse,
    part_of,
    scrubbed,
    walk,
)

from . import elsewhere, films, pages, pixels
from .drawn import Drawn, Resolved
from .item import HTML, MOST_BYTES_PER_ITEM
from .kinds import is_figure, members_of, moves_on
from .listing import several
from .part import has_parts, narrowed
from .pick import open_figures, pick
from .ready import Ground, enough, ground_of, ready

if TYPE_CHECKING:
    from . import Shelf
    from .item import Item as ShelfItem


@dataclass(frozen=True, slots=True)
class Look:
    """How to look: the wishes of one call, and where to search."""

    shelf: Shelf | None
    namespace: Mapping[str, Any]
    max_pixels: int
    facts: bool
    dpi: int | None
    hidden: frozenset[str]
    into: Resolved = field(default_factory=Resolved)

    def at(self, reference: Reference) -> None:
        """Add what one reference means."""
        match reference:
            case Shown():
                found = pick(reference, self.shelf, self.namespace, self.hidden, self.say)
                if reference.part is not None:
                    for item in found:
                        self.shown_part(item, reference.part)
                elif len(found) == 1:
                    self.shown(found[0])
                else:
                    self.several(found)
            case Open():
                for label, figure in open_figures(
                    reference,
                    self.shelf,
                    self.namespace,
                    self.hidden,
                ):
                    if reference.part is None:
                        self.draw(figure, label)
                    else:
                        self.part(figure, reference.part, label.removesuffix(str(reference.part)))
            case Variable():
                self.variable(reference)
            case Place():
                for path in elsewhere.files(reference):
                    self.draw(path, reference.text if not reference.pattern else str(path))
            case Remote():
                self.remote(reference.url, scrubbed(reference.text))
            case DataURL():
                data, label = elsewhere.data_url(reference)
                self.take(Drawn(data, origin="data URL"), label)
            case Attachment():
                name, data = elsewhere.attachment(reference, self.namespace)
                self.take(Drawn(data, origin="notebook", title=name), reference.text)
            case Clipboard():
                self.take(Drawn(elsewhere.clipboard(), origin="clipboard"), reference.text)

    def say(self, notice: str) -> None:
        """Something the user should know."""
        if notice not in self.into.notices:
            self.into.notices.append(notice)

    def several(self, items: Sequence[ShelfItem]) -> None:
        """Pictures that were shown: one that cannot be looked at is left out, and that is said."""
        trouble: list[VLReasonError] = []
        for item in items:
            try:
                self.shown(item)
            except VLReasonError as error:
                trouble.append(error)
                self.say(
                    say("{label} is left out: {problem}", label=item.label, problem=error.message)
                )
        if len(trouble) == len(items):
            raise trouble[-1]

    def shown(self, item: ShelfItem) -> None:
        """A picture as it was shown; drawn anew only for `dpi`, or if it had no pixels."""
        owner = item.live()
        if moves_on(owner):  # what its page shows is what it is now
            self.draw(owner, item.label)
            return
        if self.dpi and is_figure(owner):
            self.changed(owner, item)
            self.draw(owner, item.label)
            return
        if self.dpi:
            self.say(
                say(
                    "--dpi needs the figure itself; {label} goes as it was shown.",
                    label=item.label,
                ),
            )
        if item.mime == HTML and item.payload is not None:
            self.page(item.payload, item.label)
            return
        drawn = None
        if item.payload is not None:
            drawn = pixels.bundle({item.mime: item.payload}, item.kind)
        if drawn is not None:
            for notice in drawn.notices:
                self.say(f"{item.label}: {notice}")
            size = enough(item, self.max_pixels)
            if size is not None:
                self.say(
                    say(
                        "{label} goes as large as it is shown, {width}×{height}; --hi-res sends it whole.",
                        label=item.label,
                        width=round(size[0]),
                        height=round(size[1]),
                    )
                )
            self.take(
                drawn,
                item.label,
                title=item.title,
                facts=item.known or drawn.facts,
                most=int(size[0] * size[1]) if size else None,
                ground=ground_of(item),
            )
        elif owner is not None:
            self.changed(owner, item)
            self.draw(owner, item.label)
        elif item.mime == "application/pdf" and item.kind == "matplotlib":
            raise CellError(
                say("{label} was shown as a PDF, and its figure is gone.", label=item.label),
                say("Add 'png' to InlineBackend.figure_formats and run its cell again."),
            )
        else:
            raise CellError(
                say("{label} is gone: the picture was not kept, nor its object.", label=item),
                say(
                    "Run the cell that shows it again; no more than {limit} MB are kept of one.",
                    limit=MOST_BYTES_PER_ITEM >> 20,
                ),
            )

    def page(self, page: str, label: str) -> None:
        """The one picture or film in a page."""
        inside = pages.picture(page)
        if isinstance(inside, pages.Reel):
            self.into.images.append(films.reel(inside, label))
            return
        address = parse(f'"{inside}"')
        if isinstance(address, Remote):
            self.remote(address.url, label)
        elif isinstance(address, DataURL):
            data, _ = elsewhere.data_url(address)
            self.take(Drawn(data, origin="page"), label)
        elif isinstance(address, Place):
            folder = self.shelf.folder if self.shelf is not None else Path()
            beside = Place(address.text, str(folder / address.path))  # no page asks for many
            for path in elsewhere.files(beside):
                self.draw(path, label)

    def variable(self, reference: Variable) -> None:
        """An object as it is now; a bare word may also be a file's name."""
        bare = not reference.steps and elsewhere.is_file(Path(reference.text))
        if bare and reference.name not in self.namespace:
            self.draw(Path(reference.text), reference.text)
            return
        if bare:
            self.say(
                say('Using the variable {name}; write "{name}" for the file.', name=reference.name),
            )
        if reference.name not in self.namespace:
            elsewhere.mistyped(reference)
        parted = part_of(reference)
        if parted and has_parts(whole := walk(parted[0], self.namespace)):
            self.part(whole, parted[1], parted[0].text)
            return
        value, label = walk(reference, self.namespace), reference.text
        if isinstance(value, str):
            self.text(value, label)
            return
        if isinstance(value, (list, tuple, dict)) and not value:
            raise CellError(
                say("{label} is empty.", label=label),
                say("Has the cell that makes it been run?"),
            )
        members = members_of(value)
        if len(members) > 1:
            if not any(_is_slice(step) for step in reference.steps):
                raise several(label, members, value)
            self.say(say("{label} is {count} pictures.", label=label, count=len(members)))
        for number, member in enumerate(members.values(), start=1):
            name = label if len(members) == 1 else f"{label} #{number}"
            look = self.text if isinstance(member, str) else self.draw
            look(member, name)

    def part(self, owner: Any, part: Part, label: str) -> None:
        """A part of a figure by its data, drawn now."""
        with narrowed(owner, part, label):
            Look.draw(self, owner, f"{label}{part}")

    def shown_part(self, item: ShelfItem, part: Part) -> None:
        """A part of what was shown, from the figure itself."""
        owner = item.live()
        if not is_figure(owner):
            raise CellError(
                say("{label}: the figure itself is gone, only its picture is kept.", label=item),
                say("Keep it in a variable before it is shown, fig = plt.gcf(), and write fig{part}.",
                    part=part),
            )  # fmt: skip
        self.changed(owner, item)
        self.part(owner, part, item.label)

    def changed(self, figure: Any, item: ShelfItem) -> None:
        """Say so if a figure is no longer what was shown."""
        now = reading.facts_of(figure)
        if now and item.known and now.digest != item.known.digest:
            self.say(say("{label} has changed since it was shown.", label=item.label))

    def text(self, value: str, label: str) -> None:
        """A variable that holds the way to a picture: a path, an address, a data URL."""
        try:
            inner = parse(value) if len(value) < 4096 or value.startswith("data:") else None
        except CellError:
            inner = None
        if isinstance(inner, Remote):
            self.remote(inner.url, label)
        elif isinstance(inner, DataURL):
            data, _ = elsewhere.data_url(inner)
            self.take(Drawn(data, origin="data URL"), label)
        elif inner is not None and elsewhere.is_file(Path(value)):
            self.draw(Path(value), label)
        elif isinstance(inner, Place) and (Path(value).suffix or len(Path(value).parts) > 1):
            for path in elsewhere.files(inner):
                self.draw(path, label)
        else:
            raise CellError(
                say("{label} is a text and no way to a picture.", label=label),
                say("A text may hold a path, an https:// address or a data URL."),
            )

    def draw(self, obj: Any, label: str) -> None:
        """An object as it is now."""
        film = films.of(obj, label)
        if film is not None:
            self.into.images.append(film)
            return
        drawn = pixels.draw(obj, dpi=self.dpi, name=label)
        if self.dpi and drawn.origin != "matplotlib":
            self.say(say("--dpi is for figures of matplotlib; {label} goes as it is.", label=label))
        for notice in drawn.notices:
            self.say(f"{label}: {notice}")
        self.take(drawn, label, title=drawn.title, facts=drawn.facts)

    def remote(self, url: str, label: str) -> None:
        """An address, which the service fetches itself."""
        kind = Video if films.is_remote_film(url) else Image
        self.into.images.append(kind.from_url(url, label))

    def take(
        self,
        drawn: Drawn,
        label: str,
        *,
        title: str = "",
        facts: reading.Facts | None = None,
        ground: Ground = "auto",
        most: int | None = None,
    ) -> None:
        """One picture, made ready; of more than `most` pixels it needs only these."""
        if drawn.text is not None:
            self.into.texts.append(drawn.as_text(label, title))
            return
        if drawn.url is not None:
            self.remote(drawn.url, label)
            return
        made = ready(
            replace(drawn, title=title or drawn.title),
            label,
            max_pixels=self.max_pixels,
            most=most,
            facts=facts,
            told=self.facts,
            ground=ground,
        )
        if len(made) > 1:
            self.say(
                say("{label} is long: it goes in {count} pieces.", label=label, count=len(made))
            )
        self.into.images += made


def _is_slice(step: object) -> bool:
    keys = step.key if isinstance(step, Item) and isinstance(step.key, tuple) else (step,)
    return any(isinstance(key, Slice) for key in keys)
