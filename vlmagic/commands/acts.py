"""What does something: show a Result again, open a panel, start the emulator, switch recordings.

This room refuses to ask a model anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vlmagic import archive, recording, render
from vlmagic.errors import CellError
from vlmagic.language import say
from vlmagic.render import lines
from vlmagic.result import Result

if TYPE_CHECKING:
    from vlmagic.magic import VLMagics


def results(magics: VLMagics) -> list[str]:
    """The names of the Results in the notebook, without those that IPython keeps for itself."""
    names = magics.shell.user_ns.items()
    return [name for name, value in names if isinstance(value, Result) and name[0] != "_"]


def show(magics: VLMagics, words: Sequence[str]) -> object:
    """A Result again."""
    if len(words) != 1:
        raise CellError(say("%vl show takes one name."), say("For example: %vl show why"))
    found = magics.shell.user_ns.get(words[0])
    if isinstance(found, Result) and found.ended and lines.is_lesson(found) and found.ok:
        from vlmagic import Panel

        return Panel.of(found, shell=magics.shell)
    if isinstance(found, Result):
        return render.again(found, magics.settle({})["render"], shell=magics.shell)
    names = results(magics)
    raise CellError(
        say("{name} is no Result.", name=words[0]),
        say("There are: {names}.", names=", ".join(names))
        if names
        else say("Bind one with -o NAME."),
    )


def panel(magics: VLMagics, words: Sequence[str]) -> object:
    """A panel of its own."""
    if words:
        raise CellError(
            say("%vl panel takes nothing."), say("Its settings are in the panel itself.")
        )
    if render.host(magics.shell) != "kernel":
        raise CellError(
            say("The panel needs a notebook."), say("Here, ask with %%vlreason or %vlreason.")
        )
    from vlmagic import (
        Panel,  # the public name: a floor above this one, like the reader who types it
    )

    return Panel(shell=magics.shell)


def emulator(magics: VLMagics, words: Sequence[str]) -> str | None:
    """Start the emulator, stop it, or make it slip."""
    from vlmagic.emulator import Emulator
    from vlmagic.emulator.slips import SLIPS

    if list(words) == ["stop"]:
        if magics.emulator is None:
            print(say("The emulator is not running."))
        else:
            magics.emulator.stop()
            magics.emulator = None
            print(say("The emulator has stopped; questions go to the real service again."))
        return None
    slip = words[1] if list(words[:1]) == ["--slip"] and len(words) == 2 else None
    if words and slip not in SLIPS:
        raise CellError(
            say("%vl emulator takes nothing, stop, or --slip NAME."),
            say("There are: {names}.", names=", ".join(SLIPS)),
        )
    if magics.emulator is None:
        magics.emulator = Emulator()
        magics.emulator.start()
    magics.emulator.slip = slip
    print(
        say(
            "The local emulator answers at {url} until `%vl emulator stop`.",
            url=magics.emulator.compatible_url,
        ),
        say("It is no model: it computes what it says from what it is sent, and says so."),
        *([say("It slips on purpose from now on: {slip}.", slip=slip)] if slip else []),
        sep="\n",
    )
    return None


def recordings(magics: VLMagics, words: Sequence[str]) -> object:
    """The recorded answers; `on` and `off` switch them."""
    switched = list(words) in (["on"], ["off"])
    if switched:
        magics.record = "auto" if words[0] == "on" else "off"
    found = magics.settle({})
    cabinet = recording.cabinet(found["recordings"])
    if not switched:
        shown, _ = archive.act(found["recordings"], words, more=("on", "off"))
        if not isinstance(shown, str):
            return shown
        print(shown)
        return None
    if found["record"] == "auto":
        cabinet.folder.make()
    print(archive.told(cabinet, found["record"]))
    return None
