"""The language vlmagic speaks to its user: English in the code, Chinese in one table.

`say("No figure called {name}.", name=name)` gives the sentence in the current language. The
English template is the key; `chinese.py` holds its translation; a test finds every `say` in the
package and fails if one has none. This room refuses to translate anything the model said.
"""

from __future__ import annotations

import locale
import os
from typing import Literal

Language = Literal["en", "zh"]

_chosen: Language | None = None


def choose(language: str | None) -> None:
    """Fix the language ('en' or 'zh'); None goes back to the locale's own."""
    global _chosen
    if language is None or language == "auto":
        _chosen = None
    else:
        _chosen = "zh" if language.lower().startswith("zh") else "en"


def current() -> Language:
    """The chosen language, else `VLMAGIC_LANGUAGE`, else that of the locale."""
    if _chosen is not None:
        return _chosen
    for name in ("VLMAGIC_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value and value != "auto":
            return "zh" if value.lower().startswith("zh") else "en"
    spoken = locale.getlocale()[0] or ""
    return "zh" if spoken.lower().startswith(("zh", "chinese")) else "en"


def say(template: str, /, **values: object) -> str:
    """The sentence in the current language, its `{names}` filled in."""
    if current() == "zh":
        from .chinese import SENTENCES

        template = SENTENCES.get(template, template)
    return template.format(**values) if values else template


def then(*sentences: str) -> str:
    """Sentences one after another; Chinese ones without a blank between them."""
    found = ""
    for sentence in filter(None, sentences):
        found += (
            sentence if not found or found.endswith(("。", "：", "！", "？")) else f" {sentence}"
        )
    return found
