"""A workload for measurements: the model `bench-N-RATE[-SHARE]` says N one-token pieces.

RATE is tokens per second (0: as fast as the socket takes them), SHARE the percentage of thinking
that comes first. The frames are built once and kept. This room refuses to look at the question.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import cycle, islice
from typing import NamedTuple

from vlmagic.events import Answer, Done, Event, Thinking, Usage

from .dialects import COMPATIBLE, NATIVE, Dialect, Head
from .wire import Frame, frames
from .words import tokens

_PROSE = """## What the figure shows

The **loss** falls quickly at first, then more slowly; see `train_loss` below. 训练损失先快速下降，
随后趋于平缓，验证损失在第 12 个周期之后开始上升。

| epoch | train | validation |
|------:|------:|-----------:|
| 1 | 2.31 | 2.40 |
| 12 | 0.41 | 0.77 |

```python
best = min(range(len(validation)), key=validation.__getitem__)
print(f"stop after epoch {best + 1}")
```

With learning rate $\\eta = 10^{-3}$ the update is
$$\\theta_{t+1} = \\theta_t - \\eta\\,\\nabla_\\theta L(\\theta_t)$$

1. The two curves part at epoch 12.
2. From there on the model *remembers* instead of learning.

"""


class Workload(NamedTuple):
    """How much, how fast, and how much of it is thinking."""

    pieces: int
    rate: float
    share: int


def parse(name: str) -> Workload | None:
    """The workload that a model name asks for, if it asks for one."""
    found = re.fullmatch(r"bench-(\d{1,7})-(\d{1,6})(?:-(\d{1,2}|100))?", name)
    if found is None:
        return None
    return Workload(int(found[1]), float(found[2]), int(found[3] or 0))


@lru_cache(maxsize=4)
def said(work: Workload) -> list[Event]:
    """The events, one token each."""
    thinking = work.pieces * work.share // 100
    found: list[Event] = []
    for number, word in enumerate(islice(cycle(tokens(_PROSE)), work.pieces), start=1):
        thought = min(number, thinking)
        found.append(
            Usage(
                input_tokens=302,
                output_tokens=number,
                thinking_tokens=thought if thinking else None,
                answer_tokens=number - thought,
                text_tokens=302,
            )
        )
        found.append(Thinking(word) if number <= thinking else Answer(word))
    found.append(Done("stop"))
    return found


def written(work: Workload, dialect: Dialect, head: Head) -> list[Frame]:
    """The frames; all runs of one workload share the id of the first."""
    return _written(work, dialect.name, head.model, head.include_usage)


@lru_cache(maxsize=4)
def _written(work: Workload, dialect: str, model: str, include_usage: bool) -> list[Frame]:  # noqa: FBT001
    head = Head("bench", 0, model, thinking=work.share > 0, include_usage=include_usage)
    return list(frames(NATIVE if dialect == "native" else COMPATIBLE, head, said(work)))
