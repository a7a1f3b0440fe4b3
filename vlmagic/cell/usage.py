"""The help of `%%vlreason?`, made from the option table."""

from __future__ import annotations

from vlmagic.language import say
from vlmagic.settings import TABLE

from .options import OPTIONS


def usage() -> str:
    """The help of `%%vlreason?` in the current language, made from the option table."""
    rows = [(f"{', '.join(o.flags)} {o.metavar}".strip(), say(o.about)) for o in OPTIONS]
    width = max(len(left) for left, _ in rows)
    lines = [f"  {left:<{width}}  {about}" for left, about in rows]
    defaults = ", ".join(f"{row.name}={row.default!r}" for row in TABLE if row.default is not None)
    return "\n".join(
        [
            say("Ask a visual reasoning model about the figures of this notebook."),
            "",
            "    " + say("%%vlreason [options]          the question stands below"),
            "    " + say("%vlreason [options] question  on one line"),
            "",
            *lines,
            "",
            say(
                "REF: @last, @-2 (the one before), @12 (all of In[12]), @12.2, @12.1-3, @all, @gcf, "
                "@open, @fig:3; a variable with .attr and [key]; fig[0:10], a part by its data; a path "
                "or glob, in quotes if it could be a variable; an http(s) or data: URL."
            ),
            say(
                "Defaults: {defaults}. Change one with %config VLMagics.NAME = … or VLMAGIC_NAME in "
                "the environment.",
                defaults=defaults,
            ),
        ],
    )
