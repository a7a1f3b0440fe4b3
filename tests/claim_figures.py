"""The figures that the claims of the tests are about, by name."""

from __future__ import annotations

import datetime as dt
from typing import Any

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import more_claim_figures

from vlmagic.facts.data import FigureData, data_of

TRAIN = [2.3, 1.9, 1.6, 1.35, 1.15, 1.0, 0.88, 0.79, 0.72, 0.66, 0.61, 0.57]
VAL = [2.2, 1.95, 1.7, 1.5, 1.34, 1.22, 1.15, 1.12, 1.14, 1.19, 1.26, 1.35]
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905
SALES = [120, 132, 151, 149, 163, 178, 196, 205, 188, 172, 160, 210]
CITIES = {"Beijing": 21.5, "Shanghai": 24.9, "Guangzhou": 18.7, "Shenzhen": 17.6, "Chengdu": 20.9}


def draw(name: str) -> Any:
    """The figure of that name."""
    figure, axes = plt.subplots(figsize=(6.4, 4.8))
    match name:
        case "loss":
            axes.plot(range(1, 13), TRAIN, label="train")
            axes.plot(range(1, 13), VAL, label="validation")
            axes.set(xlabel="epoch", ylabel="loss", title="Loss")
            axes.legend()
        case "sales":
            axes.bar(MONTHS, SALES)
            axes.set(xlabel="month", ylabel="sales (units)", title="Monthly sales")
        case "cities":
            axes.barh(list(CITIES), list(CITIES.values()))
            axes.set(xlabel="population (million)", title="Population")
        case "产量":
            years = ["2019年", "2020年", "2021年", "2022年", "2023年"]
            for k, (label, values) in enumerate(
                {"甲厂": [30, 34, 41, 38, 47], "乙厂": [45, 42, 36, 31, 28]}.items()
            ):
                axes.plot(years, values, label=label, marker="os"[k])
            axes.set(xlabel="年份", ylabel="产量 (吨)")
            axes.legend()
        case "price":
            days = [dt.date(2024, 1, 1) + dt.timedelta(days=31 * k) for k in range(10)]
            axes.plot(days, [100.0, 104.5, 98.2, 110.0, 121.3, 118.6, 127.4, 133.9, 129.1, 140.2])
            axes.set(xlabel="date", ylabel="price ($)", title="Share price")
        case "power":
            axes.semilogy([1, 2, 3, 4, 5], [1e3, 2.5e4, 3e5, 4.2e6, 6.02e7])
            axes.set(xlabel="step", ylabel="count")
        case "pie":
            axes.pie([45, 25, 20, 10], labels=["Rent", "Food", "Travel", "Other"])
        case "accuracy":
            axes.plot([0, 10, 20, 30, 40, 50], [0.12, 0.55, 0.71, 0.78, 0.83, 0.85])
            axes.set(xlabel="epoch", ylabel="accuracy")
        case "numbered":
            axes.bar(["1", "2", "3", "4"], [3.0, 1.0, 4.0, 2.5])
            axes.set(xlabel="group", ylabel="score")
        case "twin":
            axes.plot([1, 2, 3, 4], [10, 20, 30, 40])
            axes.set(xlabel="week", ylabel="revenue")
            other = axes.twinx()
            other.plot([1, 2, 3, 4], [0.9, 0.7, 0.4, 0.2], color="red")
            other.set_ylabel("churn")
        case "inverted":
            axes.plot([1, 2, 3, 4], [5, 7, 9, 12], label="rank")
            axes.set(xlabel="week", ylabel="position")
            axes.invert_yaxis()
        case "histogram":
            axes.hist([1, 2, 2, 3, 3, 3, 4, 4, 5], bins=5)
            axes.set(xlabel="value", ylabel="count")
        case "errors":
            axes.errorbar([1, 2, 3], [4.0, 5.0, 6.0], yerr=[0.5, 0.5, 0.5], label="mean")
            axes.set(xlabel="dose", ylabel="response")
        case "stacked":
            axes.bar(["A", "B"], [1, 2], label="u")
            axes.bar(["A", "B"], [3, 4], bottom=[1, 2], label="v")
            axes.legend()
        case _:
            return more_claim_figures.draw(name, figure, axes)
    return figure


def data(name: str) -> FigureData:
    """The numbers of the figure of that name."""
    figure = draw(name)
    found = data_of(figure)
    plt.close(figure)
    assert found is not None
    return found
