"""One question to several models, or several times: what the answers say, and where they agree.

    Ballot      one asking: a model, its number, and the question made ready or why it was refused
    poll        guard the cost of all ballots, ask them at once, keep whatever comes
    Agreement   the Results, and one table of what they say, who says it, and the checks beside

Agreement is computed, without a model: numbers, formulas and final answers are brought to one form
and grouped. This room refuses to judge which answer is right: the checks do, or nobody.
"""

from __future__ import annotations

from .agreement import Agreement, Group
from .asking import MOST, Ballot, check, models_of, planned, poll
from .poster import Poster

__all__ = [
    "MOST",
    "Agreement",
    "Ballot",
    "Group",
    "Poster",
    "check",
    "models_of",
    "planned",
    "poll",
]
