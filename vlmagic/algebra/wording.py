"""The words between formulas that say what a formula is: told, solved, supposed, a new part.

This room refuses to read a formula.
"""

from __future__ import annotations

import re

TOLD = re.compile(
    r"\b(?:expand\w*|factor\w*|simplif\w+|identity|identities|rewrit\w+)\b|展开|因式分解|化简|恒等|合并同类项|通分",
    re.IGNORECASE,
)
SOLVING = re.compile(
    r"\b(?:solv\w*|equations?|both sides|each side)\b|方程|两边|两侧|解得|移项", re.IGNORECASE
)
SUPPOSED = re.compile(
    r"\b(?:let|if|when|suppose|assum\w+|for|try|take|taking|set|setting|substitut\w+|plug\w*|case|where|given|"
    r"with|at|choose|say)\b|设|令|若|当|假设|取|代入|已知|其中|如果|把|将",
    re.IGNORECASE,
)

IMAGINED = re.compile(
    r"(?:\b(?:suppose|assum\w+|if|imagine|were|unless|pretend)\b(?: \w+){0,3}|(?:假设|假如|如果|假定|倘若|若)[^\s，,。]{0,6})\s*$",
    re.IGNORECASE,
)
"""Words right before a formula that make it a thought and no claim."""

PART = re.compile(
    r"\b(?:part|problem|question|exercise|example|case|scenario)\s*\(?(?:\d|[a-zIVX]\b)|第[一二三四五六七八九十\d]+[题问]|例\s*\d|情况",
    re.IGNORECASE,
)
"""A new part of an answer: what the names meant before is forgotten."""
