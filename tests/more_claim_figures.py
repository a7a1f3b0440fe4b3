"""More figures that the claims of the tests are about, by name."""

from __future__ import annotations

import datetime as dt
from typing import Any

import latest_claim_figures
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905
OSLO = [-4.3, -4.0, -0.2, 4.5, 10.8, 15.2, 16.4, 15.2, 10.8, 6.3, 0.7, -3.1]
LISBON = [11.6, 12.7, 14.9, 15.9, 18.0, 21.2, 23.1, 23.5, 22.1, 18.8, 15.0, 12.4]
BEIJING = [-2.9, 0.4, 7.1, 14.8, 20.9, 25.1, 26.8, 25.6, 20.9, 13.9, 5.2, -1.0]
GUANGZHOU = [14.0, 15.2, 18.1, 22.4, 25.9, 27.8, 28.9, 28.7, 27.5, 24.7, 20.1, 15.6]


def draw(name: str, figure: Figure, axes: Axes) -> Any:
    """The figure of that name, drawn on these axes."""
    match name:
        case "temperature":
            axes.plot(MONTHS, OSLO, label="Oslo")
            axes.plot(MONTHS, LISBON, label="Lisbon")
            axes.set(xlabel="month", ylabel="temperature (°C)", title="Mean temperature")
            axes.legend()
        case "revenue":
            at = np.arange(4)
            for k, (region, values) in enumerate(
                {
                    "North": [820, 910, 1040, 1275],
                    "South": [640, 615, 700, 690],
                    "East": [455, 520, 585, 800],
                }.items()
            ):
                axes.bar(at + 0.25 * k, values, width=0.25, label=region)
            axes.set_xticks(at + 0.25, ["Q1", "Q2", "Q3", "Q4"])
            axes.set(ylabel="revenue (thousand $)", title="Revenue by region")
            axes.legend()
        case "co2":
            axes.plot(range(1960, 2021, 10), [316.9, 325.7, 338.8, 354.4, 369.6, 389.9, 414.2])
            axes.set(xlabel="year", ylabel="CO2 (ppm)", title="Carbon dioxide")
        case "models":
            names = ["ResNet-50", "ViT-B/16", "MobileNetV2", "EfficientNet-B0", "ConvNeXt-T"]
            axes.barh(names, [76.1, 81.8, 71.9, 77.7, 82.1])
            axes.set(xlabel="top-1 accuracy (%)", title="ImageNet")
        case "throughput":
            batch = [1, 2, 4, 8, 16, 32, 64]
            axes.loglog(batch, [95, 180, 350, 660, 1150, 1600, 1750], "o-", label="GPU A")
            axes.loglog(batch, [60, 118, 230, 455, 890, 1720, 2900], "s-", label="GPU B")
            axes.set(xlabel="batch size", ylabel="images/s", title="Throughput")
            axes.legend()
        case "share":
            axes.pie(
                [64.7, 18.6, 5.3, 2.9, 8.5], labels=["Chrome", "Safari", "Edge", "Firefox", "Other"]
            )
        case "profit":
            axes.bar(range(2017, 2024), [12, -5, 8, -21, 3, 17, 26])
            axes.set(xlabel="year", ylabel="profit (million €)", title="Profit")
        case "users":
            days = [dt.date(2023, k, 1) for k in range(1, 13)]
            millions = [1.20, 1.26, 1.31, 1.29, 1.42, 1.55, 1.61, 1.58, 1.70, 1.82, 1.95, 2.10]
            axes.plot(days, [1e6 * each for each in millions], marker=".")
            axes.set(xlabel="date", ylabel="daily active users", title="Users")
        case "climate":
            axes.bar(MONTHS[:6], [50, 42, 38, 61, 75, 90], label="rainfall")
            axes.set(ylabel="rainfall (mm)", title="Climate")
            other = axes.twinx()
            other.plot(MONTHS[:6], [3, 4, 8, 12, 16, 20], color="red", label="temperature")
            other.set_ylabel("temperature (°C)")
        case "depth":
            axes.plot([1, 2, 3, 4, 5], [5, 12, 30, 55, 80], label="thermocline")
            axes.set(xlabel="station", ylabel="depth (m)")
            axes.invert_yaxis()
        case "panels":
            figure.clear()
            for k, panel in enumerate(figure.subplots(1, 2)):
                panel.plot([1, 2, 3, 4], [0.5, 0.7, 0.8, 0.9 - 0.1 * k], label="acc")
                panel.plot([1, 2, 3, 4], [1.0, 0.6, 0.4, 0.3 + 0.2 * k], label="loss")
                panel.set(title=["train", "test"][k], xlabel="epoch")
                panel.legend()
        case "hist":
            axes.hist(np.random.default_rng(0).normal(50, 10, 200), bins=20)
            axes.set(xlabel="score", ylabel="count", title="Scores")
        case "bands":
            axes.errorbar([1, 2, 3, 4], [5.0, 5.5, 6.1, 6.0], yerr=0.4, label="mean response")
            axes.set(xlabel="dose", ylabel="response")
        case "销售":
            axes.bar(["手机", "电脑", "平板", "耳机", "手表"], [1250, 980, 430, 615, 275])
            axes.set(xlabel="产品", ylabel="销售额 (万元)", title="各产品销售额")
        case "气温":
            months = [f"{k}月" for k in range(1, 13)]
            axes.plot(months, BEIJING, label="北京")
            axes.plot(months, GUANGZHOU, label="广州")
            axes.set(xlabel="月份", ylabel="气温 (℃)", title="月平均气温")
            axes.legend()
        case "访问":
            days = [dt.date(2023, k, 1) for k in range(1, 7)]
            axes.plot(days, [12500, 13800, 15900, 18500, 21000, 24000], marker="o")
            axes.set(xlabel="月份", ylabel="访问量", title="网站访问量")
        case "energy":
            years = [2015, 2016, 2017, 2018, 2019, 2020, 2021]
            axes.plot(years, [38.2, 36.5, 35.1, 32.4, 27.9, 22.0, 24.3], "o-", label="Coal")
            axes.plot(years, [12.1, 13.4, 15.8, 18.2, 21.7, 25.6, 27.1], "s-", label="Wind")
            axes.plot(years, [4.0, 4.9, 5.7, 6.6, 7.8, 9.3, 10.9], "^-", label="Solar")
            axes.set(xlabel="Year", ylabel="Share of generation (%)", title="Electricity mix")
            axes.legend()
        case "heart":
            axes.plot([0, 5, 10, 15, 20, 25, 30], [72, 98, 121, 138, 152, 149, 110])
            axes.set(xlabel="Time (min)", ylabel="Heart rate (bpm)", title="Exercise test")
        case "languages":
            names = ["Python", "JavaScript", "Java", "C++", "Go", "Rust"]
            axes.bar(names, [28.4, 19.6, 16.2, 10.5, 3.9, 2.7])
            axes.set(ylabel="Share of developers (%)", title="Most used language")
        case "learning":
            epochs = range(1, 11)
            axes.semilogy(
                epochs, [1.2, 0.61, 0.33, 0.18, 0.1, 0.06, 0.04, 0.028, 0.021, 0.017], label="Adam"
            )
            axes.semilogy(
                epochs, [1.5, 1.1, 0.82, 0.6, 0.45, 0.34, 0.26, 0.2, 0.155, 0.12], label="SGD"
            )
            axes.set(xlabel="Epoch", ylabel="Training loss", title="Optimizers")
            axes.legend()
        case "exports":
            names = ["Germany", "France", "Italy", "Spain"]
            at = np.arange(4)
            axes.bar(at - 0.2, [1560, 585, 562, 337], 0.4, label="2019")
            axes.bar(at + 0.2, [1380, 489, 496, 307], 0.4, label="2020")
            axes.set_xticks(at, names)
            axes.set(ylabel="Exports (billion US$)", title="Goods exports")
            axes.legend()
        case "scatter":
            axes.scatter([1.5, 2.0, 3.1, 4.2, 5.0], [10, 14, 19, 30, 33])
            axes.set(xlabel="Engine size (l)", ylabel="Consumption", title="Cars")
        case "stock":
            days = [dt.date(2024, 3, k) for k in (1, 4, 5, 6, 7, 8, 11)]
            axes.plot(days, [182.4, 185.1, 179.6, 181.0, 188.9, 191.2, 187.5], label="ACME")
            axes.set(xlabel="Date", ylabel="Close (USD)", title="ACME")
        case "人口":
            years = [1990, 2000, 2010, 2020]
            axes.bar([str(each) for each in years], [11.43, 12.67, 13.41, 14.12])
            axes.set(xlabel="年份", ylabel="人口 (亿)", title="人口变化")
        case "占比":
            axes.pie([42, 27, 18, 13], labels=["工业", "服务业", "农业", "其他"])
        case "成绩":
            for label, values in {
                "一班": [78, 82, 85, 88, 91],
                "二班": [84, 83, 80, 82, 86],
            }.items():
                axes.plot(["第一次", "第二次", "第三次", "第四次", "第五次"], values, label=label)
            axes.set(xlabel="考试", ylabel="平均分", title="考试成绩")
            axes.legend()
        case _:
            return latest_claim_figures.draw(name, figure, axes)
    return figure
