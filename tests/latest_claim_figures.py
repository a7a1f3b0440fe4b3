"""The figures of the latest sets of claims, by name."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure


def draw(name: str, figure: Figure, axes: Axes) -> Any:
    """The figure of that name, drawn on these axes."""
    match name:
        case "unemployment":
            axes.plot(
                range(2012, 2022),
                [8.1, 7.4, 6.2, 5.3, 4.9, 4.4, 3.9, 3.7, 8.1, 5.4],
                label="United States",
            )
            axes.plot(
                range(2012, 2022),
                [5.4, 5.2, 5.0, 4.6, 4.1, 3.8, 3.4, 3.1, 3.9, 3.6],
                label="Germany",
            )
            axes.set(xlabel="Year", ylabel="Unemployment rate (%)", title="Unemployment")
            axes.legend()
        case "runtime":
            names = ["baseline", "cached", "parallel", "compiled"]
            axes.bar(names, [48.2, 31.5, 14.6, 6.3])
            axes.set(ylabel="Runtime (s)", title="Benchmark")
        case "decay":
            hours = [0, 1, 2, 3, 4, 5, 6]
            axes.plot(hours, [800, 400, 200, 100, 50, 25, 12.5], "o-", label="sample")
            axes.set(xlabel="Time (h)", ylabel="Activity (Bq)", yscale="log", title="Decay")
        case "votes":
            names = ["Alpha", "Beta", "Gamma", "Delta", "Omega"]
            axes.barh(names, [34210, 28950, 15480, 9320, 4040])
            axes.set(xlabel="Votes", title="Election")
        case "coffee":
            days = ["Mon", "Tue", "Wed", "Thu", "Fri"]
            axes.plot(days, [12, 15, 11, 18, 24], "o-", label="Espresso")
            axes.plot(days, [20, 18, 22, 19, 16], "s-", label="Latte")
            axes.set(ylabel="Cups", title="Coffee sold")
            axes.legend()
        case "budget":
            axes.pie(
                [35, 30, 20, 10, 5], labels=["Salaries", "Rent", "Marketing", "Travel", "Misc"]
            )
        case "房价":
            spans = ["2018", "2019", "2020", "2021", "2022", "2023"]
            axes.plot(spans, [1.52, 1.63, 1.71, 1.86, 1.79, 1.68], marker="o")
            axes.set(xlabel="年份", ylabel="房价 (万元/平方米)", title="房价走势")
        case "用电":
            names = ["工业", "居民", "商业", "农业"]
            axes.bar(names, [5200, 1350, 1680, 140])
            axes.set(ylabel="用电量 (亿千瓦时)", title="用电量")
        case "身高":
            ages = [6, 8, 10, 12, 14, 16, 18]
            axes.plot(ages, [116, 128, 139, 150, 164, 171, 173], label="男生")
            axes.plot(ages, [115, 127, 140, 152, 159, 161, 162], label="女生")
            axes.set(xlabel="年龄 (岁)", ylabel="身高 (cm)", title="平均身高")
            axes.legend()
        case "battery":
            cycles = [0, 100, 200, 300, 400, 500]
            axes.plot(cycles, [100, 97.2, 94.1, 90.3, 85.8, 79.6], "o-", label="Cell A")
            axes.plot(cycles, [100, 98.5, 97.1, 95.4, 93.9, 92.2], "s-", label="Cell B")
            axes.set(xlabel="Cycle", ylabel="Capacity (%)", title="Battery aging")
            axes.legend()
        case "crops":
            names = ["Wheat", "Rice", "Maize", "Barley", "Oats"]
            axes.bar(names, [7.8, 5.2, 11.4, 2.9, 1.1])
            axes.set(xlabel="Crop", ylabel="Yield (million tonnes)", title="Harvest")
        case "orbit":
            axes.plot([10, 20, 40, 80, 160], [3.2, 6.1, 12.5, 24.8, 50.3], "o-")
            axes.set(xlabel="Distance (km)", ylabel="Delay (ms)", title="Link delay", xscale="log")
        case "mood":
            axes.barh(["very happy", "happy", "neutral", "unhappy"], [18, 44, 27, 11])
            axes.set(xlabel="Respondents (%)", title="Survey")
        case "水位":
            days = [f"{k}日" for k in range(1, 8)]
            axes.plot(days, [12.1, 12.4, 13.0, 13.8, 13.5, 12.9, 12.6], marker="o", label="水位")
            axes.set(xlabel="日期", ylabel="水位 (米)", title="河流水位")
        case "营收":
            at = range(4)
            axes.bar([k - 0.2 for k in at], [320, 350, 410, 480], 0.4, label="线上")
            axes.bar([k + 0.2 for k in at], [540, 520, 500, 470], 0.4, label="线下")
            axes.set_xticks(list(at), ["一季度", "二季度", "三季度", "四季度"])
            axes.set(ylabel="营收 (亿元)", title="线上线下营收")
            axes.legend()
        case _:
            raise KeyError(name)
    return figure
