"""The words that a claim can be made of, English and Chinese, each with the letter of its meaning.

A clause with a word that stands in none of these lists, and is no name in the figure, is not
judged. This room refuses grammar: `said` and the rules know what letters may stand together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .idle import IDLE

LETTERS: Mapping[str, tuple[str, str]] = {
    "V": (
        ("is was are were be has had have reaches reached reaching reach equals equal records recorded stands stood "
        "sits sat shows shown showed hits hit hitting measures attains attained having being lies lay "
        "occur occurs occurred comes came registers registered read reads generated generates produced produces earned earns closed closes traded trades scores scored achieves achieved "
        "takes took saw sees seen stays stay stayed staying holds held posted posts sells sold remains remained been sitting standing lying"),
        "是 为 达到 达 有 等于 到达 处于 录得 约为 等 位于 出现 出现在 在于 分别为 达到了 高达 仅为 仅 只有 约在 落在 出现于 发生在",
    ),
    "M": (
        ("maximum max peak peaks peaked peaking highest largest biggest greatest top tops topped most maximal maximized "
        "best-selling widest tallest dominates dominate dominated dominating leads lead warmest hottest wettest maxima"),
        "最高 最大 峰值 最大值 最高值 最多 最高点 顶点 峰 高峰 最高峰 见顶 最高的 最大的 最多的 最热 最暖 最贵 居首 位居第一 排名第一 排第一 位列第一 居于首位 位居首位",
    ),
    "m": (
        ("minimum min lowest smallest least bottom bottoms bottomed bottoming trough troughs fewest narrowest shortest coldest coolest "
        "driest minima"),
        "最低 最小 谷值 最小值 最低值 最少 最低点 谷底 低谷 见底 最低的 最小的 最少的 最冷 垫底 排名最后 排在最后 居末",
    ),
    "B": ("best fastest leading", "最好 最佳 最快 最优"),
    "W": ("worst slowest", "最差 最慢"),
    "R": (
        ("rises rise rose rising increases increase increased increasing grows grew growing climbs climbed grow "
        "climbing climb growth upward gains gained rebounds rebounded recovers recovered jumps jumped soars soared risen grown warms warmed rallied rallies surged surges"),
        "上升 增长 增加 上涨 升高 提高 升 攀升 增 涨 上升到 增长到 增加到 升至 增至 增长至 上升至 升到 涨到 增长了 上升了 增加了 上涨了 提高了 呈上升趋势 上升趋势 涨至 回升 回升至 回升到 增加至 提升 提升至 提升到 提高到 提高至 攀升至",
    ),
    "F": (
        ("falls fall fell falling decreases decrease decreased decreasing declines decline declined declining "
        "drops drop dropped dropping downward sinks sank shrinks shrank slips slipped fallen plunges plunged dipped dips eased eases easing slid slides slumped slumps cools cooled shrinking"),
        "下降 减少 下跌 降低 降 跌 下滑 减小 下降到 减少到 降至 降到 跌至 减至 下降至 下降了 减少了 降低了 下跌了 呈下降趋势 下降趋势 跌到 回落 回落至 回落到 减少至 滑落至 下跌至",
    ),
    "Q": ("monotonically continuously", "单调 持续 逐月 逐年 一路 不断 连续 逐季"),
    ">": (
        "above exceeds exceed exceeded exceeding surpasses surpassed higher greater larger bigger more warmer hotter wetter taller",
        "高于 大于 多于 超过 超过了 领先于 高 大 多 以上 更高 更大 更多 高出 多出 多了 高了 ＞",
    ),
    "<": (
        "below under lower smaller less fewer colder cooler drier shorter",
        "低于 小于 少于 不及 不如 落后于 低 小 少 以下 更低 更小 更少 少了 低了",
    ),
    "g": ("better faster outperforms outperformed ahead beats", "优于 快于"),
    "G": ("worse slower behind trails trailing lags", "差于 落后 慢于"),
    "h": ("than", "比 较"),
    "X": (
        "cross crosses crossed crossing intersect intersects intersected intersecting meet meets",
        "相交 交叉 交点 交于 相交于 交汇",
    ),
    "f": ("from", "从 由 自"),
    "t": ("to", "到 至"),
    "b": ("by", ""),
    "a": ("at around with", "处 在 于 时 以"),
    "i": ("in on during for", ""),
    "w": ("between", ""),
    "&": ("and", "和 与 及 跟 同"),
    "Y": ("goes went moves moved runs ran evolves evolved changes changed", "变为 变化到 变到 变成"),
    "K": ("ranking order ranks ranked rank", "排名 排序 排 位居 位列 居 排在"),
    "u": ("regions models products cities countries companies items browsers classes teams departments brands stores sectors months quarters years languages sources methods optimizers students schools groups", "类产品 个地区 款产品 种产品 个城市 个国家 个月份 个产品 个部门 个品牌 个季度 个区域"),
    "k": ("starts start started starting begins begin began beginning initial initially first", "起始 开始 初始 最初 起点 开始时 初始值 起始值"),
    "e": ("ends end ended ending final finally last finishes finished finish", "结束 最终 最后 终点 末尾 结束时 最终值 终值"),
    "A": ("mean average averages averaged averaging", "平均 平均值 均值 平均为 平均数"),
    "T": ("total sum totals", "总和 总计 合计 总数 总共 共计 总额 之和 加起来 相加 总量 总销售额 总销量 总产量 销售总额 总收入"),
    "H": ("", "占 占比 占了 占到 占总额的 占总数的 占总量的 占全部 占全部的 占总体的"),
    "*": ("times", "倍"),
    "r": ("ranges range ranging varies", "范围 介于 取值范围"),
    "d": ("difference gap differences", "差 差值 差距 相差 之差 差异 温差 差额"),
    "P": ("", "两者 两地 二者 两城 两家 两国 两市"),
    "c": ("categories bars groups slices category", "类别 柱子 个类别 根柱子 个柱子 种类别 个条形 个扇区 根柱 个组"),
    "l": ("lines curves series", "条线 条曲线 曲线数 个系列 条折线 组数据 个数据系列"),
    "p": ("points observations samples", "个点 数据点 个数据点 样本"),
    "E": ("every each all always consistently everywhere throughout", "全年 始终 一直 每个 每 所有 各 各月 各年 各个 全部 总是 全程 历年 任何"),
    "n": (
        "not no never neither nor without isn't wasn't doesn't didn't don't aren't hardly barely scarcely cannot rarely",
        "不 没有 没 未 并非 并未 从未 不是 不会 从不",
    ),
    "~": (
        "about approximately roughly approx circa ca some nearly almost",
        "约 大约 大概 左右 近 近似 约等于 将近 接近 大致",
    ),
    "s": ("then afterwards afterward thereafter", "然后 随后 之后 接着 再"),
    "/": ("respectively", "分别 依次 分别为 分别是 分别达到 依次为"),
}  # fmt: skip
PHRASES: tuple[tuple[str, str], ...] = (
    ("o", r"followed (?:closely )?by|next (?:comes|is)|仅次于|其次是|其次为|紧随其后的是"),
    ("T", r"(?:adds?|added|adding|sums?|summed|totals?) (?:up )?to|in total|combined|together|altogether|taken together"),
    ("H", r"accounts? for|accounting for|accounted for|makes? up|made up|making up|represents?|representing"),
    ("E", (r"(?:(?:in|for|at|during|across|over|throughout) )?(?:every|each|all)(?: single| of the)? (?:months?|quarters?|years?|days?|weeks?|epochs?|steps?|points?|stations?|cases?|times)|"
          r"(?:all|throughout the) (?:year|period)(?: (?:long|round))?|throughout the (?:whole|entire) (?:year|period|range)|over the (?:whole|entire) (?:year|period|range)|"
          r"每个?(?:月份?|季度|年份?)|各(?:月份?|季度|年份?)|整个(?:期间|过程|时期)(?:内|中)?|在所有")),
    ("J", r"(?:steepest|largest|biggest|greatest|sharpest|strongest|fastest) (?:single )?(?:increase|rise|growth|jump|gain|climb)|(?:增幅|增长|涨幅|增速|上升幅度)(?:最大|最快|最高)|(?:最大|最快)的?(?:增幅|增长|涨幅)"),
    ("j", r"(?:steepest|largest|biggest|greatest|sharpest|strongest|fastest) (?:single )?(?:decrease|decline|drop|fall|dip)|(?:降幅|跌幅|下降幅度)(?:最大|最快)|(?:最大|最快)的?(?:降幅|跌幅|下降)"),
    ("R", r"(?:increase|rise|growth|gain|jump) of|rising by|增幅(?:约?为|达到?)?|涨幅(?:约?为|达到?)?|增长率(?:约?为|达到?)?|增长幅度(?:约?为|达到?)?"),
    ("F", r"(?:decrease|decline|drop|fall|reduction) of|降幅(?:约?为|达到?)?|跌幅(?:约?为|达到?)?|下降幅度(?:约?为|达到?)?"),
    ("2", r"second(?: (?:place|position))?(?=[ ,.;:)]|$)|2nd|runner-up|第二(?:高|大|多|名|位|(?=[，,。;；]|$))"),
    ("3", r"third(?: (?:place|position))?(?=[ ,.;:)]|$)|3rd|第三(?:高|大|多|名|位|(?=[，,。;；]|$))"),
    ("4", r"fourth(?: (?:place|position))?(?=[ ,.;:)]|$)|4th|第四(?:高|大|多|名|位|(?=[，,。;；]|$))"),
    ("B", r"(?:ranks|comes|is in|ranked|is ranked|places) first|number one|first place"),
    ("*2", r"twice|double|两倍"),
    ("*3", r"triple|三倍"),
    ("n", r"no longer|at no"),
    ("R", r"(?:edge[sd]?|edging|went|goes|going|gone|crept|ticked|picked|moved) (?:back )?up"),
    ("F", r"(?:edge[sd]?|edging|went|goes|going|gone|crept|came|moved) (?:back )?down|(?:slipped|slips|fell|falls|dropped) back"),
    ("V", r"(?:amount(?:s|ed)|comes|came) to|(?:still )?(?:retains?|retained)"),
    ("V", r"(?:is|was|are|were) (?:used|preferred|chosen) by"),
    ("x", r"[txn]\s*=(?=\s*\d)"),
    (">", r"more (?:popular|common|frequent|widespread|widely used|often used)"),
    ("<", r"less (?:popular|common|frequent|widespread|widely used|often used)"),
    ("&", r"compared (?:with|to)|versus|vs"),
)  # fmt: skip
"""Several words with one meaning; each alone may mean something else."""
COUNTS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
}  # fmt: skip
"""Numbers as words: they only count, they never measure."""
SPLITTERS = (
    "while", "whereas", "but", "before", "after which", "and then", "then", "until", "followed by", "because", "since",
    "and",
)  # fmt: skip
SCOPE = (
    r"\b(?:among|except|excluding|excludes?|apart|other than|besides|if|unless|when|whenever|would|could|should|might|can|"
    r"(?-i:may)|expect\w*|predict\w*|forecast\w*|project(?:ed|s|ions?)|suppos\w*|assum\w*|hypothe\w*|imagin\w*|false|"
    r"incorrect\w*|wrong\w*|mistak\w*|misread\w*|claim\w*|said|says|stated?|caption|e\.g|for example|for instance|versions?|another|previous|old|"
    r"original|only|subset|half|smoothed|adjusted|normali[sz]ed|estimated|target\w*|goals?|unlike|instead|rather|"
    r"last year|next year|will|had been|were to|likely|probably|possibly|perhaps|seems?|appears?|true|whether|tell|question)\b"
    r"|除|如果|若|假如|假设|假定|预计|预测|可能|错误|不对|误|例如|比如|目标|上半|下半|只看|去掉|不算|不含|不考虑|是否|或许|也许|似乎|看起来|据说|声称|所谓|原文|标注|应该|本应|理论上|将会|将达|倘若|要是|一旦"
)
"""Words that change what a whole sentence is about."""
LASTING = (
    r"\b(?:suppos\w*|assum\w*|consider|imagin\w*|hypothe\w*|focus\w*|restrict\w*|zoom\w*|if we|look(?:ing)? only|ignor\w*)\b"
    r"|假设|假如|只看|只考虑|如果|忽略|限于|不考虑"
)
"""Words after which the rest of a paragraph may be about something else."""
OPENERS = (
    r"as (?:we can see|shown|expected|seen)(?: (?:in|from|by) (?:the )?(?:figure|chart|plot|graph))?|by comparison|by contrast|in (?:comparison|contrast|summary|short|fact|general)|"
    r"together|altogether|taken together|combined|in total|look|note|notice|observe|indeed|overall|however|moreover|furthermore|finally|first|second|third|next|additionally|in addition|meanwhile|similarly|specifically|"
    r"notably|interestingly|therefore|thus|so|also|again|from the (?:figure|chart|plot|graph)|looking at the (?:figure|chart|plot|graph)|i\.e\.?|that is|in other words|"
    r"conversely|on the other hand|in particular|for comparison|(?:roughly|generally|broadly|strictly) speaking|by and large|as a result|consequently|nevertheless|to summari[sz]e|based on the (?:figure|chart|plot|graph)|"
    r"(?:从|由|根据)图(?:中|表|表中)?(?:可以|可)?(?:看出|见|知)?|从(?:柱状图|折线图|饼图|图表)(?:中)?(?:可以|可)?(?:看出|看到)?|如图所示|可以看出|总体(?:来看|而言|上)?|整体(?:来看|而言)?|此外|另外|因此|同时|相比之下|其中|首先|其次|最后|综上(?:所述)?|可见|具体来[说看]|即|相反|然而|不过"
)
"""What may open a sentence without changing it."""
MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_ODD = frozenset(
    "supposedly allegedly presumably possibly probably likely hypothetically theoretically monthly yearly daily weekly "  # noqa: SIM905
    "quarterly hourly annually early only reportedly seemingly apparently potentially jointly".split()
)


def lexicon() -> dict[str, str]:
    """Word (English in lower case, or Chinese) to letter; idle words have none."""
    found = dict.fromkeys(IDLE[0].split() + IDLE[1].split(), "")
    for letter, lists in LETTERS.items():
        for words in lists:
            found.update(dict.fromkeys(words.split(), letter))
    return found


def is_manner(word: str) -> bool:
    """Whether an adverb says how, and not how much, when or whether: `sharply`."""
    return len(word) > 4 and word.endswith("ly") and word not in _ODD


PHRASE = re.compile(
    "|".join(rf"(?P<p{n}>(?<![A-Za-z])(?:{words})(?![A-Za-z]))" for n, (_, words) in enumerate(PHRASES)),
    re.IGNORECASE,
)  # fmt: skip


def phrase(found: re.Match[str]) -> str:
    """The letter of the phrase that `PHRASE` found."""
    return PHRASES[int((found.lastgroup or "p0")[1:])][0]
