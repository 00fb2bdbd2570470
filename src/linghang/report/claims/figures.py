"""Figures of a draft: what each number is about, what it is (value, before, after, change), when, and of which part."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from linghang.report.claims.dates import Dated, dates_in
from linghang.report.claims.model import Claim, Paragraph, Period, Role
from linghang.report.claims.numbers import CANONICAL, Number, numbers_in
from linghang.report.claims.quantities import BY_ID, LOOSE, dimension, fits
from linghang.report.claims.terms import Term, quantity_terms

_SENTENCE = re.compile(r"[。；;！？!?\n]")
_CLAUSE = re.compile(r"[，,：:（）()、]")

UP = "提升|提高|增长|增加|上升|升|增"
DOWN = "缩短|降低|下降|减少|压缩|节约|节省|减|降|缩"
_VERB = f"(?P<up>{UP})|(?P<down>{DOWN})"
_CHANGED = re.compile(
    rf"(?:{_VERB}|(?P<any>变化|改善|优化))(?:率|幅度|幅|比例|用工|成本|费用|人工|人员)?(?:了|达到|达|为|约|近|超过|超|不低于|[：:\s]){{0,3}}$"
)
_REACHED = re.compile(
    rf"(?:{_VERB})(?:至|到|为)(?:了|约|近|的|[：:\s]|20\d\d\s?年(?:的|末|底)?){{0,3}}(?:每[^，。；\d]{{1,8}})?$"
)
_BEFORE = re.compile(
    r"(?:改造|建设|实施|项目|上线|升级|应用|转型|投用|优化)(?:之)?前|基期|基准|原来|原有|原先|原为|此前|过去|以前|[从由]|自(?!动|主|评|建|行|身|有)"
)
_AFTER = re.compile(r"(?:改造|建设|实施|项目|上线|升级|应用|转型|投用|优化)(?:之)?后|现在|现为|现已|目前|当前|如今")
_ARROW = re.compile(r"\s{0,2}(?:→|->|=>|⇒|—>|——>|-->)\s{0,2}")
_LIMIT = re.compile(
    r"(?:要求|应(?![用急力链收付变对答])|须|标准|门槛|需)(?:[^，。；]{0,8})(?:不低于|不少于|达到|大于|≥|以上)?$"
)

PLANNED = re.compile(
    r"计划|(?<![虚模比])拟(?!合|态)|预计|预期|目标|力争|规划(?!院|设计|与建设|建设)|未来|下一步|下一阶段|后续|争取|将(?:进一步|继续|建|投|达|实现|新|完成|引入|提升|部署|推|升级|打造|在|于)|到20[2-9]\d年(?:底|末)?[，,]?(?:将|力|实|建|达|完)"
)
_PLANNED_HEADING = re.compile(r"计划|规划(?!设计|与建设)|目标|展望|下一步")
_SCOPE = re.compile(
    r"新增|新购|购置|单台|单条|单件|单班|人均|每[台条班天人年月个]|各(?:车间|产线|工序|子公司|部门)|本场景|该场景|该系统|该产线|该车间|[一二三]期|"
    r"子公司|分公司|事业部|集团|行业(?:平均|内|水平)|同行|全省|全国|省内|国内|[一-鿿]{1,4}(?:车间|产线|生产线|工段|分厂|工序|班组|基地|仓库|仓|实验室)|"
    r"(?:生产|研发|质量|设备|采购|销售|技术|信息|工艺|物流)部|行业|省平均|全球"
)
_SECTION = re.compile(r"[—―–]|场景\s?[一二三四五六七八九十\d]|实例|环节")
_LINK = re.compile(
    "工厂建设|研发设计|生产作业|生产管理|运营管理|经营管理|质量管控|设备管理|计划调度|仓储物流|安全管控|能碳管理|环保管理|供应链管理|产品设计|工艺设计|信息基础设施"
)
_FREE = re.compile(
    r"(?:^|[，,。；：:、\s（(“”的有共计数达约为了各类其中与和及\d]|现有|公司|企业|全厂|工厂|全部|全体|在册|在岗|正式|拥有|目前|建设|完成|实现|打造|已|年[末底初]|[年月日]|[台套个条项人名家部])$"
)
_WHOLE = re.compile(r"公司(?:现有|共|累计|员工|拥有)?|全厂|工厂|企业|全公司|整体|总计|共有")
_BY_SECTION = frozenset(
    [
        "staff",
        "equipment_total",
        "key_equipment",
        "nc_equipment",
        "networked_equipment",
        "robots",
        "systems",
        "scenes",
        "smart_staff",
    ]
)
_ROLE_HEADS: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        "before",
        re.compile(
            r"(?:改造|建设|实施|项目|上线|升级|应用|转型)前|^前$|[（(]前[)）]|基准|基线|原值|before", re.IGNORECASE
        ),
    ),
    (
        "after",
        re.compile(
            r"(?:改造|建设|实施|项目|上线|升级|应用|转型)后|^后$|[（(]后[)）]|现值|当前|现状|after", re.IGNORECASE
        ),
    ),
    ("relative", re.compile(r"变化|幅度|提升|降幅|增幅|改善|提高|下降|降低|增长|变动|成效")),
)
_YEAR_HEAD = re.compile(r"(?:19|20)\d\d")
_ELSE_HEAD = re.compile(r"来源|出处|对标|标杆|口径|计算|公式|备注|说明|依据")
_COUNT_HEAD = re.compile(r"序号|编号|^No|^#")
_DIRECTED = re.compile(r"(?P<up>提升|提高|增长|增加)|(?P<down>降低|下降|缩短|减少)")
_BARE = re.compile(r"\s*[约近超≥≤><＞＜+\-±↑↓]{0,2}\s*[\d,.]+\s*(?:以上|左右|余)?\s*[↑↓]?\s*")


MAX_SENTENCE = 200
"""Characters before a number in which the part of the plant is named."""

NEAR_TERMS = 6
"""Words beside a number that may name what it is about."""

_FAR = 24
"""Characters between two figures of one chain."""

_ROWS = 1 << 60
"""Chains of table rows are numbered from here, apart from those of sentences."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What the figures of a paragraph know of time: the dates in it."""

    dates: Sequence[Dated]
    starts: Sequence[int]

    def before(self, text: str, start: int, place: int, flow: bool) -> Period | None:
        """The last date between `start` and `place` that speaks of it: of the same clause, or of one that only "
        "dates."""
        found = None
        last = bisect_left(self.starts, place)
        for one in self.dates[max(0, last - 3) : last]:
            if start <= one.start:
                clauses = re.split(r"[，,]", text[one.end : place])
                near = len(clauses) == 1 or len(clauses[0].strip()) <= 3 or flow
                founded = text[max(start, one.start - 10) : one.start] + text[one.end : place]
                if near and not re.search(r"成立|创建|始建|注册于|创立|上市", founded):
                    found = one.period
        return found

    def behind(self, text: str, end: int) -> Period | None:
        """The date that opens a bracket right behind a number: 2.9亿元（2025年）."""
        at = bisect_left(self.starts, end)
        near = at < len(self.dates) and text[end : self.dates[at].start].strip() in ("（", "(")
        return self.dates[at].period if near else None


def figures(
    paragraph: Paragraph, text: str, dates: Sequence[Dated], taken: Sequence[tuple[int, int]], group: int
) -> list[Claim]:
    """The figures of one paragraph.

    Parameters
    ----------
    text
        The paragraph's text, plain.
    taken
        Spans that are no figures: dates, standards, codes, numbers of headings; sorted.
    group
        Number of the first chain of figures; each paragraph may use 1,000.
    """
    if _COUNT_HEAD.search(paragraph.column_head) and paragraph.kind == "cell":
        return []
    found = numbers_in(text, taken)
    if not found:
        return []
    if paragraph.kind == "cell":
        unit = _unit_of_heads(paragraph)
        found = [_in_unit(one, unit) if not one.unit and _BARE.fullmatch(text) else one for one in found]
    terms = quantity_terms().find(text)
    made: list[Claim] = []
    start = 0
    borders = [*(one.end() for one in _SENTENCE.finditer(text)), len(text)]
    for end in borders:
        inside = [one for one in found if start <= one.start < end]
        if inside:
            named = [one for one in terms if start <= one.start < end]
            made += _sentence(
                paragraph,
                text,
                (start, end),
                inside,
                named,
                Clock(dates, [each.start for each in dates]),
                group + len(made),
            )
        start = end
    return made


def _in_unit(one: Number, unit: str) -> Number:
    """Give a bare number of a table the unit of its head: 万元 scales it."""
    probe = numbers_in(f"1{unit}") if unit else []
    if not probe or probe[0].end != len(unit) + 1:
        return one
    factor = probe[0].scale
    low = one.low * factor if one.low is not None else None
    high = one.high * factor if one.high is not None else None
    return replace(one, value=one.value * factor, unit=probe[0].unit, scale=one.scale * factor, low=low, high=high)


def _unit_of_heads(paragraph: Paragraph) -> str:
    return CANONICAL.get(paragraph.unit_head, paragraph.unit_head) if paragraph.unit_head != "元" else "元"


@dataclass(slots=True)
class _Chain:
    """The subject that the figures of a sentence go on with."""

    subject: str = ""
    number: int = -1
    before: bool = False


def _sentence(
    paragraph: Paragraph,
    text: str,
    span: tuple[int, int],
    numbers: Sequence[Number],
    terms: Sequence[Term],
    clock: Clock,
    group: int,
) -> Iterator[Claim]:
    start, end = span
    sentence = text[start:end]
    planned = PLANNED.search(sentence) is not None or any(_PLANNED_HEADING.search(one) for one in paragraph.headings)
    chain, last = _Chain(), start
    for place, one in enumerate(numbers):
        following = numbers[place + 1] if place + 1 < len(numbers) else None
        role, direction = _role(text, last, one, following, chain)
        subject, named_at = _subject(paragraph, text, last, one, following.start if following else end, terms)
        same = subject == chain.subject
        if subject and not same:
            chain.subject, chain.number, chain.before = subject, group + place, False
        elif subject:
            chain.number = chain.number if chain.number >= 0 else group + place
        elif chain.subject and _goes_on(text[last : one.start], role, chain, one.unit):
            subject = chain.subject
        elif role == "before":
            chain.subject, chain.number, chain.before = "", group + place, False
        elif role not in ("after", "relative", "points") or chain.subject or one.start - last > _FAR:
            chain.subject, chain.number, chain.before = "", -1, False
        if paragraph.kind == "cell":
            role, direction = _cell_role(paragraph, one, role, direction)
        chain.before = role == "before" or chain.before
        scope = _scope(paragraph, text, start, named_at if named_at is not None else one.start, subject)
        if same and not scope and "其中" in text[last : one.start]:
            scope = "其中"
        flow = bool(subject) and BY_ID[subject].flow
        period = clock.before(text, start, one.start, flow) or clock.behind(text, one.end) or _head_period(paragraph)
        detail = {"written": text[one.start : one.end], "step": str(one.step)}
        if direction:
            detail["direction"] = direction
        yield Claim(
            "figure", subject, one.value, paragraph.spot(one.start, one.end), sentence.strip(), one.unit, one.low,
            one.high,
            period, role, one.approximate, planned, scope, _group(paragraph, chain), detail,
        )  # fmt: skip
        last = one.end


def _group(paragraph: Paragraph, chain: _Chain) -> int:
    """Number of a chain; the cells of one row of a table are one chain."""
    if paragraph.kind == "cell" and paragraph.table is not None and paragraph.row is not None:
        return _ROWS + paragraph.table * 100_000 + paragraph.row
    return chain.number


def _role(text: str, last: int, one: Number, following: Number | None, chain: _Chain) -> tuple[Role, str]:
    """What a number is, by the words before it, and which way it says that things went."""
    before = text[max(last, one.start - 24) : one.start]
    if one.unit == "倍":
        found = _CHANGED.search(before)
        return "multiple", _direction(found)
    if following is not None:
        between = text[one.end : following.start]
        if len(between) <= 24 and (
            _ARROW.fullmatch(between)
            or (_REACHED.search(between) and re.search(r"[从由]|自(?!动|主)", before[-16:]))
            or (following.unit == one.unit and _REACHED.match(between))
        ):
            return "before", ""
    if reached := _REACHED.search(before):
        return "after", _direction(reached)
    if chain.before and _ARROW.fullmatch(text[last : one.start]):
        return "after", ""
    if changed := _CHANGED.search(before):
        kind: Role = "relative" if one.unit in ("%", "‰") else "points"
        return kind, _direction(changed)
    clause = re.split(r"[，,；]", before)[-1]
    if (found := _BEFORE.search(clause)) and found[0] not in ("从", "由", "自"):
        return "before", ""
    if _AFTER.search(clause) and (chain.before or not re.search(r"目前|当前|现在|现已|如今", clause)):
        return "after", ""
    return ("limit", "") if _LIMIT.search(before) else ("value", "")


def _direction(found: "re.Match[str] | None") -> str:
    if found is None:
        return ""
    return "up" if found["up"] else "down" if found["down"] else ""


def _cell_role(paragraph: Paragraph, one: Number, role: Role, direction: str) -> tuple[Role, str]:
    """In a table the head of the column says what a number is, and the row's name which way it should go."""
    if _ELSE_HEAD.search(paragraph.column_head):
        return ("limit" if role == "value" else role), direction
    for wanted, pattern in _ROLE_HEADS:
        if pattern.search(paragraph.column_head):
            if wanted != "relative":
                return wanted, ""
            way = _DIRECTED.search(paragraph.row_head)
            kind: Role = "relative" if one.unit in ("%", "‰", "") else "points"
            return ("multiple" if one.unit == "倍" else kind), direction or _direction_of(way)
    way = _DIRECTED.search(paragraph.row_head)
    if role == "value" and way and one.unit == "%" and not _YEAR_HEAD.search(paragraph.column_head):
        return "relative", _direction_of(way)
    return role, direction


def _direction_of(found: "re.Match[str] | None") -> str:
    return "" if found is None else "up" if found["up"] else "down"


def _subject(
    paragraph: Paragraph, text: str, last: int, one: Number, until: int, terms: Sequence[Term]
) -> tuple[str, int | None]:
    """The quantity that a number is about, and where it is named; empty where nothing names it."""
    ahead: tuple[int, str, int] | None = None
    starts = [term.start for term in terms]
    low, high = bisect_left(starts, last), bisect_left(starts, one.start)
    for term in terms[max(low, high - NEAR_TERMS) : high]:
        if term.end <= one.start and (name := _fitting(term, one.unit)):
            gap = one.start - term.end
            broken = _SENTENCE.search(text, term.end, one.start) or len(_CLAUSE.findall(text, term.end, one.start)) > 2
            if not broken:
                ahead = gap, name, term.start
    behind: tuple[int, str, int] | None = None
    if dimension(one.unit) in ("count", "people"):
        first = bisect_left(starts, one.end)
        for term in terms[first : first + NEAR_TERMS]:
            gap, name = term.start - one.end, _fitting(term, one.unit)
            if name and gap <= 8 and term.end <= until and not _CLAUSE.search(text, one.end, term.start):
                behind = gap, name, term.start
                break
    if behind and (ahead is None or behind[0] < ahead[0] or _CLAUSE.search(text, ahead[2], one.start)):
        ahead = behind
    if ahead is not None:
        return ahead[1], ahead[2]
    if paragraph.kind == "cell" and (one.unit or _BARE.fullmatch(text)):
        for head in (paragraph.row_head, paragraph.column_head):
            for term in quantity_terms().find(head):
                if name := _fitting(term, one.unit or "%"):
                    total = name == "investment" and re.search("合计|总计|共计", paragraph.row_head)
                    return ("investment_total" if total else name), None
    return "", None


def _fitting(term: Term, unit: str) -> str:
    return next((name for name in term.ids if fits(BY_ID[name], unit)), "")


def _goes_on(between: str, role: Role, chain: _Chain, unit: str) -> bool:
    """Whether a number without a name of its own goes on with the subject before it."""
    if not fits(BY_ID[chain.subject], unit) or len(between) > 24 or "其中" in between:
        return False
    return role != "value" or _ARROW.fullmatch(between) is not None


def _scope(paragraph: Paragraph, text: str, start: int, place: int, subject: str) -> str:
    """Of which part of the plant a number is said; empty for the whole."""
    if not subject and paragraph.kind != "cell":
        return ""
    found = None
    for one in _SCOPE.finditer(text, max(start, place - MAX_SENTENCE), place):
        found = one
    if found is not None and found[0] in ("新增", "新购", "购置") and re.search("[，,]", text[found.end() : place]):
        found = None
    if found is not None and not _WHOLE.search(text, found.end(), place):
        return found[0]
    if paragraph.kind == "cell":
        named = quantity_terms().find(paragraph.row_head)
        if not named and paragraph.row_head and not re.search(r"合计|总计|小计|共计", paragraph.row_head):
            return paragraph.row_head
        if inside := _SCOPE.search(paragraph.row_head):
            return inside[0]
    if subject in _BY_SECTION and (section := next((one for one in paragraph.headings if _SECTION.search(one)), "")):
        return section
    return _narrowed(text, start, place, subject)


def _narrowed(text: str, start: int, place: int, subject: str) -> str:
    """A word right before a loose word narrows it (检测设备); one link before a number of scenes does too."""
    if subject in ("scenes", "ai_scenes", "business_systems", "systems"):
        clause = re.split("[，,。；]", text[start:place])[-1]
        if len(set(_LINK.findall(clause))) == 1:
            return str(_LINK.findall(clause)[0])
    word = next((one for one in LOOSE if text.startswith(one, place)), "")
    if word and place > start and not _FREE.search(text[max(start, place - 6) : place]):
        return text[max(start, place - 2) : place]
    return ""


def _head_period(paragraph: Paragraph) -> Period | None:
    for head in (paragraph.column_head, paragraph.row_head):
        if head and (dates := dates_in(f"{head}年" if _YEAR_HEAD.fullmatch(head) else head)):
            return dates[0].period
    return None
