"""Words that stand in a claim and change nothing about it.

This room refuses any word that could say who, when, how much, or whether at all.
"""

from __future__ import annotations

IDLE: tuple[str, str] = (
    (
        "the a an do does did of its their this that these value values line curve bar data there with which it they where "
        "overall clearly exactly precisely just also as we can see chart figure plot graph shown trend both "
        "point respective reading slice share account "
        "amount number clear strong sharp slight steep steady gradual rapid dramatic significant noticeable marked "
        "substantial considerable remarkable relative absolute respectable impressive pronounced modest small "
        "far slightly much well still already again even indeed i.e visible observed seen displayed plotted "
        "level levels mark figure's position spot close place "
        "whole entire period market panel image picture diagram graphic while whereas however though although "
        "region model product city country company item browser class team department brand store sector contributor source language method optimizer option system category type element one used count stock place somewhere here now so too quite very fairly somewhat steadily"
    ),
    (
        "的 了 值 数值 该 其 曲线 折线 数据 图中 可以 看出 可见 图 图表 中 其中 个 点 上 也 则 均 且 都 "
        "整体 总体 随时间 随着时间 呈 呈现 趋势 份额 比例 恰好 正好 位置 一共 共 它 条 整个 期间 随 "
        "略 略微 稍 稍微 明显 显著 大幅 快速 迅速 缓慢 逐渐 逐步 稳步 急剧 小幅 左侧 右侧 那么 显示 而言 来看 水平 线 "
        "表现 市场 内 里 月份 那 这 个月 当月 当年 它的 其 者 产品 城市 地区 幅度 反映 说明 这一 数 分 分数 全部 约有 则为 呈现出 出 刚好 全 并 又 就 还 而"
    ),
)
