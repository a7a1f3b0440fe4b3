"""Random charts, sentences made of templates, and the truth computed here: no verdict is false."""

from __future__ import annotations

import random
from collections.abc import Iterator

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import pytest

from vlmagic.claims import check
from vlmagic.facts.data import FigureData, data_of

TOWNS = ["Kyoto", "Lima", "Cairo", "Quito", "Porto", "Tunis", "Delhi", "Accra", "Osaka"]
Rows = dict[str, dict[str, float]]


class Chart:
    """A random figure: bars of towns, a line over weeks, one or two lines over years."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.kind = dice.choice(["bars", "weeks", "one", "two"])
        self.count = dice.randint(4, 9)
        self.scale = dice.choice([0.01, 1, 10, 1000, 1e6])
        self.rows: Rows = {}
        self.data = self._draw()

    def _draw(self) -> FigureData:
        figure, axes = plt.subplots()
        names = (
            ["alpha", "beta"] if self.kind == "two" else ["alpha"] if self.kind == "one" else [""]
        )
        places = {
            "bars": self.dice.sample(TOWNS, self.count),
            "weeks": [str(n) for n in sorted(self.dice.sample(range(1, 40), self.count))],
        }.get(self.kind, [str(2010 + n) for n in range(self.count)])
        for name in names:
            low = -1 if self.dice.random() < 0.2 else 0.1
            digits = 2 if self.scale <= 10 else 0
            values = [round(self.dice.uniform(low, 5) * self.scale, digits) for _ in places]
            self.rows[name] = dict(zip(places, values, strict=True))
            if self.kind == "bars":
                axes.bar(places, values)
            else:
                axes.plot([int(place) for place in places], values, label=name or None)
        across, up = {"bars": ("city", "rainfall"), "weeks": ("week", "output")}.get(
            self.kind, ("year", "index")
        )
        self.up = up
        axes.set(xlabel=across, ylabel=up)
        found = data_of(figure)
        plt.close(figure)
        assert found is not None
        return found

    def at(self, place: str) -> str:
        """Where, in words."""
        return f"in week {place}" if self.kind == "weeks" else f"in {place}"

    def sentences(self) -> Iterator[tuple[str, bool]]:
        """(sentence, whether it is true) of one of its series."""
        dice = self.dice
        name = dice.choice(list(self.rows))
        row = self.rows[name]
        places, values = list(row), list(row.values())
        spread = max(values) - min(values)
        who = name or f"the {self.up}"
        place = dice.choice(places)

        def told(truth: float) -> tuple[str, bool]:
            if dice.random() < 0.5:
                return f"{truth:,.12g}" if truth >= 1000 else f"{truth:.12g}", True
            return f"{truth + dice.choice([-1, 1]) * spread * dice.uniform(0.3, 0.9):.4f}", False

        number, true = told(row[place])
        yield f"{who.capitalize()} is {number} {self.at(place)}.", true
        number, true = told(row[place])
        yield f"{self.at(place).capitalize()}, {who} reaches {number}.", true
        number, true = told(max(values))
        yield f"{who.capitalize()} peaks at {number}.", true
        yield f"{who.capitalize()} reaches its maximum {self.at(place)}.", row[place] == max(values)
        yield f"The lowest value of {who} is found {self.at(place)}.", row[place] == min(values)
        if self.kind != "bars":
            first, last = sorted(dice.sample(range(len(places)), 2))
            rises = dice.random() < 0.5
            verb = dice.choice(["rises", "climbs"] if rises else ["falls", "drops"])
            week = "week " if self.kind == "weeks" else ""
            start = f"{values[first]:.12g} in {week}{places[first]}"
            stop = f"{values[last]:.12g} in {week}{places[last]}"
            true = (values[last] > values[first]) == rises
            yield f"{who.capitalize()} {verb} from {start} to {stop}.", true
        if self.kind == "two":
            one, other = self.rows["alpha"][place], self.rows["beta"][place]
            above = dice.random() < 0.5
            word = "above" if above else "below"
            yield f"In {place}, alpha is {word} beta.", one > other if above else one < other
            number, true = told(abs(one - other))
            yield f"In {place}, the gap between alpha and beta is {number}.", true


@pytest.mark.parametrize("seed", range(4))
def test_no_random_claim_is_judged_falsely(seed: int) -> None:
    """Of some hundred sentences a seed, none that is true is wrong and none that is false is right."""
    dice = random.Random(seed)
    total = decided = 0
    for _ in range(40):
        chart = Chart(dice)
        for sentence, true in chart.sentences():
            verdicts = {claim.verdict for claim in check(sentence, [chart.data])}
            assert ("wrong" if true else "right") not in verdicts, (sentence, chart.rows)
            total += 1
            decided += bool(verdicts & {"right", "wrong"})
    print(f"seed {seed}: {decided} of {total} sentences got a verdict")
    assert decided >= 0.6 * total
