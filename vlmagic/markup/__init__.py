"""The only place where the model's words become markup.

    render_html      the safe HTML fragment of the live view
    marked_html      the same block by block, with a Mark behind what was checked
    render_markdown  the safe Markdown that is saved in `text/markdown`
    plain            the same words for a terminal
    Incremental      the live view piece by piece: what is finished is sent once
    settle           the unfinished end of a text, calm: no delimiter waits in the open
    bundle           receipt, thinking, answer and status as one saved output
    topped           the same with a line above it
    covered          steps, each folded under its hint inside the one before
    sections         where headings, paragraphs, items and displayed formulas stand
    small            a few lines in small print
    running          how it stands and the last lines, while there is nothing to save yet

The model's text is hostile. This room refuses to know hosts, widgets and terminals, and loads its
libraries (markdown-it, nh3, math-core, Pygments) only when there is something to render.
"""

from __future__ import annotations

from .folded import bundle, covered, running, small, topped
from .fragment import marked_html, render_html
from .marks import Mark
from .plain import plain
from .saved import render_markdown
from .sections import Section, sections
from .stream import Incremental, Update, settle

__all__ = [
    "Incremental",
    "Mark",
    "Section",
    "Update",
    "bundle",
    "covered",
    "marked_html",
    "plain",
    "render_html",
    "render_markdown",
    "running",
    "sections",
    "settle",
    "small",
    "topped",
]
