"""How many tokens a text takes.

Exact with Qwen's own vocabulary, which the dashscope package carries as a file: it is read from
there without importing that package. Where it (or tiktoken) is missing, a rule of thumb that errs
on the high side. This room refuses to know about models beyond the vocabulary they use.
"""

from __future__ import annotations

import base64
import functools
import math
import re
import unicodedata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Qwen's tokeniser splits text before merging (dashscope's qwen_tokenizer.py)."""
_FAMILIES = frozenset({"qwen3-vl", "qvq", "qwen-vl", "qwen2.5-vl"})
"""Families with this vocabulary; Qwen3.5 came with a larger one."""
_PIECE = 100_000
"""Longer texts are counted in pieces: the tokeniser's recursion is no deeper than one."""


def count(text: str, family: str | None = "qwen3-vl") -> tuple[int, bool]:
    """Tokens of a text, and whether that is exact for this family of models."""
    text = unicodedata.normalize("NFC", text)
    encoding = _encoding()
    if encoding is None:
        return _by_thumb(text), not text
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
    tokens = sum(len(encoding.encode_ordinary(piece)) for piece in pieces)
    return tokens, family in _FAMILIES and len(pieces) <= 1


@functools.cache
def _encoding() -> Any:
    """Qwen's byte-pair encoding, or None where its parts are not installed."""
    spec = find_spec("dashscope")
    if spec is None or not spec.submodule_search_locations:
        return None
    vocabulary = Path(spec.submodule_search_locations[0], "resources", "qwen.tiktoken")
    try:
        import tiktoken

        lines = vocabulary.read_bytes().splitlines()
    except (ImportError, OSError):
        return None
    ranks = {
        base64.b64decode(token): int(rank)
        for token, rank in (line.split() for line in lines if line)
    }
    return tiktoken.Encoding("qwen", pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens={})


_KINDS = re.compile(
    r"(?P<word>[A-Za-z]+)|(?P<digit>\d)|(?P<wide>[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef])"
    r"|(?P<space> +)|(?P<line>\s+)|(?P<other>.)",
    re.DOTALL,
)
_WEIGHTS = {"digit": 1.0, "wide": 0.75, "space": 0.1, "line": 1.0, "other": 0.8}


def _by_thumb(text: str) -> int:
    """Words at 6 letters a token, digits one each, Chinese 4 characters to 3 tokens."""
    total = 0.0
    for match in _KINDS.finditer(text):
        kind = match.lastgroup or "other"
        total += max(1.0, len(match[0]) / 6) if kind == "word" else _WEIGHTS[kind]
    return math.ceil(total)
