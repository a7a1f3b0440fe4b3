"""The `vlmagic` command: demo, emulate, doctor, models, recordings, verify."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from . import __version__
from .errors import VLReasonError
from .language import say
from .result import Result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vlmagic", description=say("Ask about the figures in your notebook.")
    )
    parser.add_argument("--version", action="version", version=f"vlmagic {__version__}")
    words = parser.add_subparsers(dest="word", required=True, metavar="COMMAND")
    demo = words.add_parser(
        "demo", help=say("run the example notebook against the local emulator, streaming here")
    )
    demo.add_argument(
        "--lab", action="store_true", help=say("open JupyterLab on the examples instead")
    )
    demo.add_argument(
        "--out", default="vlmagic-demo", metavar="FOLDER", help=say("where the results go")
    )
    demo.add_argument("--port", type=int, default=8888, help=say("port of JupyterLab (--lab)"))
    demo.add_argument(
        "--no-browser", action="store_true", help=say("do not open a browser (--lab)")
    )
    words.add_parser(
        "emulate", help=say("start the local emulator of Model Studio"), add_help=False
    )
    words.add_parser("doctor", help=say("what is set, from where, and whether the service answers"))
    models = words.add_parser("models", help=say("the models, what they can do and cost"))
    models.add_argument(
        "name",
        nargs="*",
        help=say(
            "parts of names, or wishes: video, no-think, budget, no-stream, current, cheapest"
        ),
    )
    models.add_argument("--region", default="beijing")
    kept = words.add_parser("recordings", help=say("list, check, prune or show recorded answers"))
    kept.add_argument(
        "--folder", default=None, help=say("their folder (default: VLMAGIC_RECORDINGS)")
    )
    kept.add_argument(
        "what",
        nargs=argparse.REMAINDER,
        help=say("check [NOTEBOOK...] (for CI) | prune [--yes] | show NAME | pictures keep|leave"),
    )
    again = words.add_parser("verify", help=say("run a notebook in replay; what no longer holds"))
    again.add_argument("notebook")
    again.add_argument(
        "--folder", default=None, help=say("the recordings (default: as in the notebook)")
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, or 1 with one sentence on stderr."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words[:1] == ["emulate"]:  # its options are its own
            from .emulator.serve import serve

            serve(words[1:])
            return 0
        asked = _parser().parse_args(words or ["--help"])
        return _act(asked)
    except VLReasonError as error:
        print(error.message, error.hint, sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _act(asked: argparse.Namespace) -> int:
    if asked.word == "demo":
        from . import demo

        if asked.lab:
            return demo.lab(port=asked.port, browser=not asked.no_browser)
        return demo.run(asked.out)
    from . import settings

    found = settings.resolve({}, None, os.environ)
    if asked.word == "recordings":
        from . import archive

        folder = str(Path(asked.folder).absolute()) if asked.folder else found["recordings"]
        shown, well = archive.act(folder, asked.what)
        if isinstance(shown, Result):
            shown = shown.bundle()["text/plain"]
        if shown is not None:
            print(shown)
        return 0 if well else 1
    if asked.word == "verify":
        from .verify import verify

        table, well = verify(asked.notebook, asked.folder)
        print(table)
        return 0 if well else 1
    if asked.word == "doctor":
        from .doctor import examine

        print(examine(found))
    else:
        from .commands import models

        print(models(asked.name, asked.region))
    return 0


if __name__ == "__main__":
    sys.exit(main())
