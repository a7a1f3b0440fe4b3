"""`vlmagic emulate`: the emulator in a terminal, until Ctrl-C.

This room refuses options that `Emulator` does not have.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence

from vlmagic.catalog import REGIONS
from vlmagic.language import say

from . import Emulator
from .faults import NAMES
from .shapes import SHAPES
from .slips import SLIPS

_RATE = 60.0
"""Tokens a second, about what the service writes."""


def parser() -> argparse.ArgumentParser:
    """The options, with their help."""
    found = argparse.ArgumentParser(
        prog="vlmagic emulate",
        description=say("A local emulator of Alibaba Model Studio: the same wire, no model."),
    )
    add = found.add_argument
    add("--port", type=int, default=0, metavar="N", help=say("port (default: any free one)"))
    add(
        "--key",
        action="append",
        metavar="[REGION=]KEY",
        help=say("a key that is accepted, repeatable (default: a random one)"),
    )
    add(
        "--region",
        default="beijing",
        choices=list(REGIONS),
        help=say("the region it plays: its models, its keys"),
    )
    add(
        "--image",
        action="append",
        default=[],
        metavar="URL=FILE",
        help=say("a file that stands for a remote picture, repeatable; nothing is ever fetched"),
    )
    add(
        "--rate",
        type=float,
        default=_RATE,
        metavar="TOK/S",
        help=say("tokens a second; 0: at once"),
    )
    add(
        "--fault",
        choices=NAMES,
        metavar="NAME",
        help=say("go wrong in this way: {names}", names=", ".join(NAMES)),
    )
    add(
        "--shape",
        choices=list(SHAPES),
        default="model-studio",
        help=say("whose compatible stream to write"),
    )
    add(
        "--slip",
        choices=list(SLIPS),
        metavar="NAME",
        help=say("say something wrong on purpose: {names}", names=", ".join(SLIPS)),
    )
    add("--play", metavar="FOLDER", help=say("play these recordings when their question comes"))
    add(
        "--retired", action="store_true", help=say("models with a last day answer 404, as after it")
    )
    return found


def serve(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    options = parser()
    chosen = options.parse_args(argv)
    images: dict[str, str] = {}
    for pair in chosen.image:
        # The URL may hold "=" itself, a file name hardly does.
        url, mark, path = pair.rpartition("=")
        if not mark:
            options.error(say("--image needs URL=FILE, not {pair}.", pair=pair))
        images[url] = path
    try:
        emulator = Emulator(
            chosen.port,
            keys=chosen.key,
            region=chosen.region,
            images=images,
            rate=chosen.rate or None,
            fault=chosen.fault,
            retired=chosen.retired,
            shape=chosen.shape,
            play=chosen.play,
            slip=chosen.slip,
        ).start()
    except (OSError, ValueError) as error:
        options.error(str(error))
    out = sys.stdout
    try:
        out.write(
            say("The emulator listens at {url}, for this machine only.", url=emulator.url) + "\n"
        )
        out.write(say("It is no model. Its key: {key}", key=emulator.key) + "\n\n")
        out.write(f"export VLMAGIC_API_KEY={emulator.key}\n")
        out.write(f"export VLMAGIC_BASE_URL={emulator.compatible_url}\n\n")
        out.write(say("Stop it with Ctrl-C.") + "\n")
        out.flush()
        threading.Event().wait()
    except KeyboardInterrupt:
        out.write("\n")
    finally:
        emulator.stop()
    return 0
