"""The words that a claim can be made of, English and Chinese, each with the letter of its meaning.

A clause with a word that stands in none of these lists, and is no name in the figure, is not
judged. This room refuses grammar: `patterns` knows what letters may stand together.
"""

from __future__ import annotations

from collections.abc import Mapping

LETTERS: Mapping[str, tuple[str, str]] = {
    "V": (
        ("is was are were be has had have reaches reached reaching equals equal records recorded stands stood "
        "sits shows shown showed hits hit hitting measures totals amounts attains attained having being "
        "occur occurs occurred comes came registers registered read reads"),
        "是 为 达到 达 有 等于 到达 处于 录得 约为 等 位于 出现 出现在 在于 分别为 达到了",
    ),
    "M": (
        ("maximum max peak peaks peaked peaking highest largest biggest greatest top tops most maximal maximized "
        "best-selling tallest"),
        "最高 最大 峰值 最大值 最高值 最多 最高点 顶点 峰 高峰 最高峰 见顶 最高的 最大的 最多的",
    ),
    "m": (
        "minimum min lowest smallest least bottom bottoms bottomed bottoming trough minimal fewest shortest",
        "最低 最小 谷值 最小值 最低值 最少 最低点 谷底 低谷 见底 最低的 最小的 最少的",
    ),
    "R": (
        ("rises rise rose rising increases increase increased increasing grows grew growing climbs climbed "
        "climbing climb growth upward gains gained"),
        "上升 增长 增加 上涨 升高 提高 升 攀升 增 涨 上升到 增长到 增加到 升至 增至 增长至 上升至 升到 涨到 增长了 上升了 增加了 上涨了 提高了 呈上升趋势 上升趋势 涨至",
    ),
    "F": (
        ("falls fall fell falling decreases decrease decreased decreasing declines decline declined declining "
        "drops drop dropped dropping downward sinks sank shrinks shrank"),
        "下降 减少 下跌 降低 降 跌 下滑 减小 下降到 减少到 降至 降到 跌至 减至 下降至 下降了 减少了 降低了 下跌了 呈下降趋势 下降趋势 跌到",
    ),
    "Q": ("monotonically", "单调"),
    ">": (
        "above exceeds exceed exceeded exceeding surpasses surpassed outperforms outperformed higher greater larger bigger more",
        "高于 大于 多于 超过 超过了 领先于 高 大 多 更高 更大 更多 高出 多出",
    ),
    "<": (
        "below under lower smaller less fewer trails",
        "低于 小于 少于 不及 不如 落后于 低 小 少 更低 更小 更少",
    ),
    "h": ("than", "比"),
    "X": (
        "cross crosses crossed crossing intersect intersects intersected intersecting meet meets",
        "相交 交叉 交点 交于 相交于 交汇",
    ),
    "f": ("from", "从 由 自"),
    "t": ("to", "到 至"),
    "b": ("by", ""),
    "a": ("at around", "处 在 于 时"),
    "i": ("in on during for", ""),
    "w": ("between", ""),
    "&": ("and", "和 与 及 跟 同"),
    "k": ("starts start started starting begins begin began beginning initial initially first", "起始 开始 初始 最初 起点 开始时 初始值 起始值"),
    "e": ("ends end ended ending final finally last finishes finished", "结束 最终 最后 终点 末尾 结束时 最终值 终值"),
    "A": ("mean average averages averaged averaging", "平均 平均值 均值 平均为 平均数"),
    "T": ("total sum", "总和 总计 合计 总数 总共 共计"),
    "r": ("ranges range ranging varies", "范围 介于 取值范围"),
    "d": ("difference gap", "差 差值 差距 相差 之差"),
    "c": ("categories bars groups slices", "类别 柱子 类 个类别 根柱子 个柱子"),
    "l": ("lines curves series", "条线 条曲线 曲线数 个系列 条折线"),
    "p": ("points observations samples", "个点 数据点 个数据点 样本"),
    "n": (
        "not no never neither nor without isn't wasn't doesn't didn't don't aren't hardly",
        "不 没有 没 未 并非 并未 从未 不是 不会",
    ),
    "~": (
        "about approximately roughly approx circa ca some",
        "约 大约 大概 左右 近 近似 约等于",
    ),
    "s": ("then afterwards", "然后 随后 之后 接着 再"),
}  # fmt: skip
IDLE: tuple[str, str] = (
    (
        "the a an of its their this that value values line curve bar data there with which it they "
        "overall clearly exactly precisely just also as we can see chart figure plot graph shown trend "
        "point respectively amount number respective reading slice share accounting accounts account "
        "represents represent representing contributes"
    ),
    (
        "的 了 值 数值 该 其 曲线 折线 数据 图中 可以 看出 可见 图 图表 中 其中 个 点 上 也 则 均 且 都 "
        "整体 总体 随时间 随着时间 呈 呈现 趋势 占 占比 占了 份额 比例 恰好 正好 位置 一共 共 它 条 整个 期间 随"
    ),
)
PHRASES = (
    r"['’]s(?![A-Za-z])|\b(?:over time|makes? up|making up|(?<=bottoms )out|(?<=bottomed )out)\b"
)
"""Words that say nothing together, though they might alone."""
SPLITTERS = (
    "while", "whereas", "but", "before", "after which", "and then", "then", "until", "followed by", "because", "since",
    "and",
)  # fmt: skip
SCOPE = (
    r"\b(?:among|except|excluding|excludes?|apart|other than|besides|if|unless|when|whenever|would|could|should|might|can|"
    r"may(?!\s*(?:\(|\d|$))|expect\w*|predict\w*|forecast\w*|project\w*|suppos\w*|assum\w*|hypothe\w*|imagin\w*|false|"
    r"incorrect\w*|wrong\w*|mistak\w*|claim\w*|said|says|e\.g|for example|for instance|versions?|another|previous|old|"
    r"original|only|subset|half|quarter|smoothed|adjusted|normali[sz]ed|estimated|target\w*|goal|unlike|instead)\b"
    r"|除|如果|若|假如|假设|假定|预计|预测|可能|错误|不对|误|例如|比如|目标|上半|下半|季度|只看|仅|去掉|不算|不含|不考虑"
)
"""Words that change what a whole sentence is about."""
LASTING = (
    r"\b(?:suppos\w*|assum\w*|consider|imagin\w*|hypothe\w*|focus\w*|restrict\w*|zoom\w*|if we|look(?:ing)? only|ignor\w*)\b"
    r"|假设|假如|只看|只考虑|如果|忽略|限于|不考虑"
)
"""Words after which the rest of a paragraph may be about something else."""
OPENERS = (
    r"as (?:we can see|shown|expected|seen)(?: (?:in|from|by) (?:the )?(?:figure|chart|plot|graph))?|by comparison|in (?:comparison|contrast|summary|total|short|fact|general)|"
    r"look|note|notice|observe|indeed|overall|however|moreover|furthermore|finally|first|second|next|additionally|in addition|meanwhile|similarly|specifically|"
    r"notably|interestingly|therefore|thus|so|also|again|from the (?:figure|chart|plot|graph)|looking at the (?:figure|chart|plot|graph)|"
    r"(?:从|由)图(?:中)?(?:可以|可)?(?:看出|见|知)?|如图所示|可以看出|总体(?:来看|而言|上)?|整体(?:来看|而言)?|此外|另外|因此|同时|相比之下|其中|首先|其次|最后|综上(?:所述)?|可见"
)
"""What may open a sentence without changing it."""
MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)


def lexicon() -> dict[str, str]:
    """Word (English in lower case, or Chinese) to letter; idle words have none."""
    found = dict.fromkeys(IDLE[0].split() + IDLE[1].split(), "")
    for letter, lists in LETTERS.items():
        for words in lists:
            found.update(dict.fromkeys(words.split(), letter))
    return found
