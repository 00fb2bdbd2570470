"""Is it proved? Words of praise, absolutes, claims to lead, figures without unit, period or baseline."""

import re
from collections import Counter
from collections.abc import Iterator

from linghang.report.claims.facts import sentence_at
from linghang.report.claims.figures import PLANNED
from linghang.report.claims.model import Paragraph
from linghang.report.claims.numbers import plain
from linghang.report.claims.quantities import BY_ID
from linghang.report.claims.terms import quantity_terms
from linghang.report.remarks import Remark
from linghang.report.review.reading import Reading, remark
from linghang.words import Text

PRAISE = (
    "先进(?!级|先出|过程控制|控制|制造业|制造模式|制造技术|个人|单位|"
    "集体)", "高效", "显著", "大幅", "极大", "明显", "有效提升", "有效降低", "有力", "卓越(?!级|绩效)", "一流",
    "优异", "突出", "良好效果", "良好成效", "全面提升", "较大提升", "较大幅度", "巨大", "完善的", "强大", "领跑",
    "尖端", "前沿", "高端", "颠覆性", "革命性",
    "处于领先", "遥遥领先", "深受", "广泛好评", "高度智能", "高度自动化", "运行良好", "成熟可靠", "稳定可靠",
    "成效显著",    "效果明显", "深度融合", "质的飞跃", "跨越式",
)  # fmt: skip
"""Words that reviewers ask a figure for."""

_PRAISE = re.compile("|".join(PRAISE))
_LEAD = re.compile(
    r"(?:国际|国内|全国|全省|省内|全市|行业|同行业|同行|业内|世界|全球|区域|亚洲|本地区|[一-鿿]{2}省)[^，。；、]{0,8}?"
    r"(?:领先|先进水平|第一|前列|首位|首创|首家|首个|龙头|标杆|一流|之首|最高水平|最大|前茅)|填补[^，。]{0,8}空白|首屈一指|遥遥领先"
)
_COMPARED = re.compile(
    r"高于|低于|优于|平均(?:水平|值)?[为是（(]?|对标|相比|排名第|排名前|位列第|据[^，。]{2,20}(?:统计|发布|报告|数据)|(?:协会|工信|统计局|专家|机构)[^，。]{0,12}(?:统计|发布|鉴定|评价|认定|出具)|鉴定"
)
_REQUIREMENT = re.compile(r"要素条件|要求|应处于|(?:领先|平均)水平\s?[\d（(]|申报条件|鼓励|为目标")
_ABSOLUTE = re.compile(
    r"全覆盖|百分之百|百分百|零(?:缺陷|事故|故障|库存|误差|差错|排放|停机|切换|异常|浪费|等待|人工|距离|失误|伤亡)|完全(?:实现|替代|消除|杜绝|自主|自动化|无人)|彻底(?:解决|消除|杜绝)"
    r"|杜绝|全部实现|全部完成|全面实现|全流程(?:全|无人)|万无一失|绝对|唯一|(?<![\d.])100(?:\.0+)?\s?[%％](?!以上的)"
)
_BASIS = re.compile(
    r"附件|附图|附表|截图|照片|证书|证明|报告|记录|台账|统计口径|口径|数据来源|来源|检测|检验结果|验收|审计|发票|合同|编号|台账|监测数据|系统导出|依据|按[^，。]{1,16}计算|分母|其中分子|÷|/\s?\d"
)
_PROOF = re.compile(r"附件|附图|附表|见表|见图|截图|证书|专利号|报告|获评|获得|荣获|认定|验收|[A-Za-z]{2,}[-\d]{2,}|《")
_FIGURE = re.compile(r"\d|[一二三四五六七八九十百]{1,4}(?:台|套|条|项|人|个百分点)")
_AFTER_BARE = re.compile(r"^(?:[，。；;、）)]|$|左右|以上)")
_YEAR = re.compile(r"20\d\d\s?年")
_NO_UNIT = frozenset(
    {"maturity_score", "indicator:inventory_turns", "capacity", "data_volume", "indicator:unit_energy", "area"}
)
_BETWEEN = re.compile(
    r"(?:率)?(?:已|共|现|约|为|达|达到|提升|提高|提升至|提高到|降低至|降至|总计|合计|近|超过|增长|[：:\s])*"
)


def worded(reading: Reading) -> Iterator[Remark]:
    """Checks R301 to R306."""
    yield from _praise(reading)
    yield from _absolutes(reading)
    yield from _leading(reading)
    yield from _units(reading)
    yield from _periods(reading)
    yield from _baselines(reading)


def _told(paragraph: Paragraph) -> bool:
    """Whether a paragraph is text that claims something: no heading, no head of a table, no aim."""
    return paragraph.kind != "heading" and len(paragraph.text) >= 8


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for one in re.finditer(r"[。！？!?\n]", text):
        yield start, text[start : one.end()]
        start = one.end()
    if start < len(text):
        yield start, text[start:]


def _praise(reading: Reading) -> Iterator[Remark]:
    for paragraph in reading.draft.paragraphs:
        if not _told(paragraph):
            continue
        words: list[str] = []
        first: tuple[int, int] | None = None
        sentences = list(_sentences(paragraph.text))
        for place, (start, sentence) in enumerate(sentences):
            following = sentences[place + 1][1] if place + 1 < len(sentences) else ""
            if _FIGURE.search(_without_numbering(sentence)) or _PROOF.search(sentence) or PLANNED.search(sentence):
                continue
            leads = [one.span() for one in _LEAD.finditer(sentence)]
            for one in _PRAISE.finditer(sentence):
                if any(low <= one.start() < high for low, high in leads) or _REQUIREMENT.search(sentence):
                    continue
                if _shown_next(following):
                    continue
                words.append(one[0])
                first = first or (start + one.start(), start + one.end())
        if first is not None:
            said = "、".join(f"“{one}”" for one in dict.fromkeys(words))
            spot = paragraph.spot(*first)
            message = Text(f"{said}没有数据或证明", f"{said} without a figure or proof")
            yield remark("R301", spot, message)


def _without_numbering(sentence: str) -> str:
    """A sentence without what has digits but is no figure: numbering, years, names such as 5G."""
    return re.sub(
        r"^\s*[（(]?\d{1,2}[)）.、．]|(?:19|20)\d\d\s?年(?:\d{1,2}月)?|[345]G|工业\d\.0|ISO\s?\d+|\d+D|[A-Za-z]+\d+",
        "",
        sentence,
    )


def _shown_next(sentence: str) -> bool:
    """Whether the following sentence gives the figures."""
    return bool(sentence) and len(re.findall(r"(?<!\d)\d{1,9}(?:\.\d{1,6})?\s?(?:%|％|个百分点)", sentence)) >= 1


def _absolutes(reading: Reading) -> Iterator[Remark]:
    for paragraph in reading.draft.paragraphs:
        if paragraph.kind == "heading":
            continue
        found = []
        for one in _ABSOLUTE.finditer(paragraph.text):
            sentence = sentence_at(paragraph.text, one.start())
            if not (_BASIS.search(sentence) or PLANNED.search(sentence) or _REQUIREMENT.search(sentence)):
                found.append(one)
        if found:
            said = "、".join(f"“{one[0].strip()}”" for one in {each[0]: each for each in found}.values())
            spot = paragraph.spot(found[0].start(), found[0].end())
            yield remark("R302", spot, Text(f"{said}没有说明口径和依据", f"{said} without scope and basis"))


def _leading(reading: Reading) -> Iterator[Remark]:
    for paragraph in reading.draft.paragraphs:
        if paragraph.kind == "heading":
            continue
        for one in _LEAD.finditer(paragraph.text):
            sentence = sentence_at(paragraph.text, one.start())
            if _COMPARED.search(sentence) and _FIGURE.search(_without_numbering(sentence)):
                continue
            if PLANNED.search(sentence) or _REQUIREMENT.search(sentence):
                continue
            if reading.draft.kind == "pdf" and one.end() == len(paragraph.text):
                continue  # a line of a cell that goes on below: 领先 | 水平88%
            spot = paragraph.spot(one.start(), one.end())
            yield remark(
                "R303", spot, Text(f"“{one[0]}”没有写明与谁比较", f"“{one[0]}” does not say with whom it compares")
            )
            break


def _units(reading: Reading) -> Iterator[Remark]:
    for claim in reading.of("figure"):
        if claim.unit or claim.role == "multiple":
            continue
        paragraph = reading.draft.paragraphs[claim.spot.paragraph or 0]
        text = plain(paragraph.text)
        start, end = claim.spot.start or 0, claim.spot.end or 0
        if paragraph.kind == "cell" and text.strip() == text[start:end].strip():
            if not claim.subject or claim.subject in _NO_UNIT or _counting(paragraph):
                continue
            if reading.draft.kind == "pdf" and not paragraph.column_head:
                continue  # without a head it may be the scale of a chart
            if claim.role in ("relative", "multiple"):
                continue
            name = BY_ID[claim.subject].title
        else:
            named = _named_before(text, start)
            if named is None or not _AFTER_BARE.match(text[end : end + 2]):
                continue
            name = BY_ID[named].title
        message = Text(
            f"{name.zh}的数字“{claim.detail['written']}”没有单位",
            f"the figure “{claim.detail['written']}” of {name.en} has no unit",
        )
        yield remark("R304", claim.spot, message)


def _counting(paragraph: Paragraph) -> bool:
    return re.search("数量|台数|人数|个数|项数", f"{paragraph.row_head}{paragraph.column_head}") is not None


def _named_before(text: str, start: int) -> str | None:
    lead = text[max(0, start - 24) : start]
    terms = quantity_terms().find(lead)
    if not terms or not _BETWEEN.fullmatch(lead[terms[-1].end :]):
        return None
    name = terms[-1].ids[0]
    return None if name in _NO_UNIT or BY_ID[name].dimensions[0] == "other" else name


def _periods(reading: Reading) -> Iterator[Remark]:
    dated = {one.subject for one in reading.figures if one.period is not None}
    told: set[str] = set()
    for one in reading.figures:
        if (
            BY_ID[one.subject].flow
            and one.role == "value"
            and one.period is None
            and not one.planned
            and one.unit == "CNY"
        ):
            if re.search(r"近[一二三两3]年|年均|累计", one.text) or one.subject in told or one.scope:
                continue
            told.add(one.subject)
            title = BY_ID[one.subject].title
            more = Text("（他处有年度）", " (elsewhere it has one)") if one.subject in dated else Text("", "")
            yield remark(
                "R305", one.spot, Text(f"{title.zh}没有写明年度{more.zh}", f"{title.en} without its year{more.en}")
            )


def _baselines(reading: Reading) -> Iterator[Remark]:
    based = {one.subject for one in reading.figures if one.role == "before"}
    rows = Counter(one.group for one in reading.of("figure") if one.role in ("value", "before", "after"))
    told: set[str] = set()
    for one in reading.of("figure"):
        if one.role not in ("relative", "multiple") or one.planned or not one.subject or one.subject in based | told:
            continue
        if one.subject in ("indicator:sales_growth", "revenue", "output_value", "profit", "tax") or one.scope in (
            "行业",
            "全国",
            "全省",
        ):
            continue
        if re.search(r"同比|较\d{4}年|比\d{4}年|环比|相比", one.text):
            continue
        if len(_YEAR.findall(one.text[one.text.find(one.spot.quote) :])) >= 2:  # both values follow, each with its year
            continue
        if reading.draft.paragraphs[one.spot.paragraph or 0].kind == "cell" and rows[one.group] >= 2:
            continue  # the row of the table gives both values
        told.add(one.subject)
        title = BY_ID[one.subject].title
        message = Text(
            f"{title.zh}的变化{one.detail['written']}没有写明改造前的数值",
            f"the change of {title.en} by {one.detail['written']} has no value before",
        )
        yield remark("R306", one.spot, message)
