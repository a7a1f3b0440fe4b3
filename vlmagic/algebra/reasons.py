"""Why a step is not checked, in words.

This room refuses to suggest that what is not checked might be right.
"""

from __future__ import annotations

from vlmagic.language import say


def reason(word: str) -> str:
    """The sentence for a reason's word."""
    match word:
        case "":
            return ""
        case "condition":
            return say("a condition: nothing is claimed that could be checked")
        case "definition":
            return say("a definition")
        case "domain":
            return say("holds for some values only, or its domain changes")
        case "readings" | "slash" | "mixed" | "argument" | "reach" | "call" | "script":
            return say("can be read in two ways")
        case "rounded":
            return say("equal only after rounding")
        case "function":
            return say("a function that the answer does not define")
        case "unit" | "text" | "word":
            return say("units or words")
        case "matrix":
            return say("vectors or matrices")
        case "constant":
            return say("an integral whose constant is not written")
        case "lost":
            return say("solutions may have been lost")
        case "gained":
            return say("solutions may have been added")
        case "unlinked":
            return say("the answer does not say that it follows from the line before")
        case "extra":
            return say('needs sympy: pip install "vlmagic[math]"')
        case "time":
            return say("took too long")
        case "long" | "deep":
            return say("too large")
        case _:
            return say("could not be read as a step")
