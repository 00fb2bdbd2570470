"""Is the draft complete? Blocks, letter, level, codes, maturity, scenes, results, plan, and what the level asks."""

import difflib
import re
from collections.abc import Iterator
from decimal import Decimal

from linghang.errors import BadInput
from linghang.plant import credit_code
from linghang.report.claims.built import guide
from linghang.report.claims.model import Claim
from linghang.report.remarks import Remark, Spot
from linghang.report.review.reading import Reading, remark
from linghang.words import Text

_BLOCKS = (
    (Text("申报单位基本信息", "applicant"), re.compile(r"申报(?:单位|企业|主体)|单位(?:基本)?(?:信息|情况|概况)|"
        r"企业(?:基本)?(?:信息|情况|概况|简介)|公司(?:基本)?(?:信息|情况|概况|简介)")),
    (Text("智能工厂基本情况", "smart factory"), re.compile(r"智能工厂(?:项目)?(?:基本|总体|建设|概|简|情)|"
        r"工厂(?:基本|总体)?(?:情况|信息|概况|简介)|项目(?:基本|总体)?(?:情况|信息|概况|简介|概述)|建设(?:基本情况|概况|总体情况)")),
    (Text("场景建设情况", "scenes"), re.compile(r"场景(?:建设|应用|情况|描述|清单|实施)|典型场景|智能场景|建设内容")),
    (Text("建设成效", "results"), re.compile(r"成效|效益|实施效果|建设效果|应用效果|建设成果")),
)  # fmt: skip
_TITLE_LINE = re.compile(r"(?:[\d一二三四五六七八九十]{1,2}|第.{1,2}[章部]分?)[、.．\s]{0,3}[^，。；,;：:\d]{2,20}")
_LETTER = re.compile(
    r"(?:承诺|保证|负责|声明)[^。]{0,60}(?:真实|属实)|(?:真实|属实)[^。]{0,60}(?:承诺|负责|保证|准确|完整|有效|可靠)|真实性承诺"
)
MAX_TITLE = 12
"""Characters of a line that is only the title of the letter."""

_CODE_LABEL = re.compile(r"信用代码")
_MATURITY = re.compile(r"成熟度|CMMM")
_MATURITY_REPORT = re.compile(r"(?:成熟度|CMMM)[^。；]{0,120}(?:报告|证书)|(?:报告|证书)[^。；]{0,20}成熟度")
_MATURITY_SCORE = re.compile(r"(?:成熟度|CMMM)[^。；]{0,80}?[1-5]\.\d{1,2}\s?分")
_PLAN = re.compile(
    r"后续(?:实施|建设|工作)?(?:计划|规划)|未来(?:三|3|[2２]\s?[-—~～至]\s?[3３])年|三年(?:实施|行动|建设|发展)?(?:计划|规划)|下一步(?:计划|工作|规划|打算)|未来(?:规划|计划)|实施计划"
)
_BUILD = re.compile(
    r"建设(?:周期|期|时间|起止|期限|工期|年限)|起止(?:时间|日期|年月)|实施(?:周期|期限|时间)|项目(?:周期|起止)|(?:开工|动工|启动|立项|起(?:开始)?建设|开始建设)[^。]{0,30}(?:竣工|建成|投产|完工|验收)|\d{4}\s?年[^。]{0,12}[至—\-~～]\s?\d{4}\s?年[^。]{0,20}(?:建设|实施)"
)
_JOINED = re.compile(r"集成|接口|对接|打通|互联互通|互通|贯通|数据交互")
_INDUSTRY = re.compile(r"行业|(?<![A-Za-z])[A-T]\s?\d{2,4}(?!\d)[^，。；]{0,12}业|业\s?[（(][A-T]\s?\d{2,4}[)）]")
_CONTACT = re.compile(r"联系人|联系电话|联系方式|手机|电子邮箱|邮箱")
_HOLLOW = re.compile(
    r"[xX×ＸｘХ]{2,}(?=\s?(?:公司|有限|系统|平台|万|亿|年|月|日|%|％|台|套|人|家|省|市|个|项|号|元))|[xX×Ｘｘ]{3,}|_{3,}|待(?:补充|填写|填|定|完善|确认|核实|补)(?![性位]|清单|事项|项|内容|之处|标记|字样|[”’])"
    r"|此处(?:填写|插入|补充)|请(?:填写|补充|插入)|[【\[［](?:[^】\]］]{0,12}(?:填|补充|待|插入)[^】\]］]{0,12})[】\]］]|TODO|TBD|（\s{2,}）(?=万|亿|%|台|人)"
)
_SIGNED = re.compile(r"签字|签名|签章|盖章|公章|法定代表人|负责人|日期|年\s*月\s*日")
_AI_HEAD = re.compile(r"人工智能|(?<![A-Za-z])AI(?![A-Za-z])")
_YES, _NO = frozenset("是√✓有Y"), frozenset("否×✗无N-—")
_AI_FLOORS = {"excellence": Decimal(20), "pioneer": Decimal(60)}


def complete(reading: Reading) -> Iterator[Remark]:
    """All checks R101 to R118."""
    yield from _blocks(reading)
    yield from _level(reading)
    yield from _codes(reading)
    yield from _maturity(reading)
    yield from _scenes_and_results(reading)
    yield from _basics(reading)
    yield from _counts(reading)
    yield from _links(reading)
    yield from _ai_share(reading)
    yield from _scene_names(reading)
    yield from _placeholders(reading)


def _blocks(reading: Reading) -> Iterator[Remark]:
    heads = [one for one in reading.draft.paragraphs if one.kind == "heading"]
    pool = heads if len(heads) >= 3 else [one for one in reading.draft.paragraphs if len(one.text) <= 200]
    short = [  # numbered lines that no style or dot shows to be headings
        one for one in reading.draft.paragraphs if one.kind == "text" and _TITLE_LINE.fullmatch(one.text.strip())
    ]
    for title, pattern in _BLOCKS:
        if not any(pattern.search(one.text) for one in (*pool, *short)):
            yield remark("R101", reading.whole, Text(f"没有“{title.zh}”这一部分", f"the block “{title.en}” is missing"))
    last = len(reading.draft.paragraphs) - 1  # a heading at the very end stands for a letter that is attached
    if not any(
        _LETTER.search(one.text)
        for one in reading.draft.paragraphs
        if one.index == last or (one.kind != "heading" and len(one.text.strip()) > MAX_TITLE)
    ):
        yield remark("R102", reading.whole, Text("没有真实性承诺", "there is no letter that everything is true"))


def _level(reading: Reading) -> Iterator[Remark]:
    if not reading.levels_claimed:
        yield remark("R103", reading.whole, Text("没有写明申报哪一等级", "it does not say which level is applied for"))


def _codes(reading: Reading) -> Iterator[Remark]:
    codes = [one for one in reading.of("credit_code") if one.subject == "enterprise"]
    if not reading.of("credit_code"):
        label = next(reading.find(_CODE_LABEL), None)
        if label is None:
            yield remark("R104", reading.whole, Text("没有填写统一社会信用代码", "no credit code is stated"))
        else:
            paragraph, one = label
            spot = paragraph.spot(one.start(), one.end())
            yield remark("R104", spot, Text("信用代码栏为空", "the field of the credit code is empty"))
    seen: set[str] = set()
    for code in codes:
        written = str(code.value)
        if written in seen:
            continue
        seen.add(written)
        try:
            credit_code.check(written)
        except BadInput as error:
            yield remark("R105", code.spot, _said(error))


def _said(error: BadInput) -> Text:
    """A refusal in both languages, whatever is spoken now."""
    from contextvars import copy_context

    from linghang.words import use

    def say(language: str) -> str:
        use(language)  # type: ignore[arg-type]
        return str(error)

    return Text(copy_context().run(say, "zh"), copy_context().run(say, "en"))


def _maturity(reading: Reading) -> Iterator[Remark]:
    stated = [one for one in reading.of("maturity") if one.detail["said"] == "stated" and not one.planned]
    score = any(one.subject == "maturity_score" for one in reading.figures) or _scored(reading)
    report = next(reading.find(_MATURITY_REPORT), None)
    missing = [
        name
        for name, there in (
            (Text("等级", "level"), stated), (Text("得分", "score"), score), (Text("评估报告", "report"), report),
        )
        if not there
    ]  # fmt: skip
    if missing:
        where = next(reading.find(_MATURITY), None)
        spot = stated[0].spot if stated else where[0].spot(where[1].start(), where[1].end()) if where else reading.whole
        zh, en = "、".join(one.zh for one in missing), ", ".join(one.en for one in missing)
        yield remark("R106", spot, Text(f"智能制造能力成熟度没有写明：{zh}", f"of the maturity there is no {en}"))
    least = reading.asked.maturity
    if least is not None and stated:
        best = max(stated, key=lambda one: int(one.value or 0))
        if int(best.value or 0) < least:
            title = reading.level_title(reading.applied_for or "")
            message = Text(
                f"{title.zh}要求成熟度{least}级及以上（{reading.asked.maturity_clause}），文中为{best.value}级",
                f"{title.en} asks for maturity level {least} ({reading.asked.maturity_clause}); stated is {best.value}",
            )
            yield remark("R107", best.spot, message)


def _scored(reading: Reading) -> bool:
    """Whether a score stands beside the maturity: 三级（3.28分）, or in its cell of a table."""
    if next(reading.find(_MATURITY_SCORE), None) is not None:
        return True
    cells = (one for one in reading.draft.paragraphs if one.kind == "cell" and _MATURITY.search(one.row_head))
    return any(re.search(r"\d\.\d{1,2}\s?分?", one.text) for one in cells)


def _scenes_and_results(reading: Reading) -> Iterator[Remark]:
    triples = [one for one in reading.of("scene") if one.detail.get("instance")]
    columns = {one.column_head for one in reading.draft.paragraphs if one.kind == "cell"}
    tabled = any("环节" in one for one in columns) and any("实例" in one for one in columns)
    if not triples and not tabled:
        first = next((one.spot for one in reading.of("scene")), reading.whole)
        yield remark(
            "R108", first, Text("没有一个场景写成“环节—场景—实例”", "no scene is written as link – scene – instance")
        )
    roles = {one.role for one in reading.of("figure")}
    if "before" not in roles or not roles & {"after", "value"}:
        message = Text("没有找到改造前后的对比数据", "no figures before and after were found")
        yield remark("R109", reading.whole, message)
    if next(reading.find(_PLAN), None) is None:
        yield remark("R110", reading.whole, Text("没有找到后续实施计划", "no plan for the coming years was found"))
    if next(reading.find(_JOINED), None) is None:
        yield remark("R112", reading.whole, Text("没有说明系统如何集成", "it is not said how systems are integrated"))


def _basics(reading: Reading) -> Iterator[Remark]:
    subjects = {one.subject for one in reading.of("figure")}
    missing = [
        name
        for name, there in (
            (Text("总投资", "total investment"), subjects & {"investment_total", "investment_cumulative"}),
            (Text("建设起止时间", "building period"), next(reading.find(_BUILD), None)),
        )
        if not there
    ]
    if missing:
        zh, en = "、".join(one.zh for one in missing), ", ".join(one.en for one in missing)
        yield remark("R111", reading.whole, Text(f"没有写明{zh}", f"not stated: {en}"))
    missing = [
        name
        for name, there in (
            (Text("企业名称", "name of the enterprise"), reading.of("name")),
            (Text("所属行业", "industry"), reading.of("industry") or any(reading.find(_INDUSTRY))),
            (Text("营业收入", "revenue"), subjects & {"revenue", "output_value"}),
            (Text("员工人数", "number of employees"), "staff" in subjects),
            (Text("联系人", "contact"), next(reading.find(_CONTACT), None)),
        )
        if not there
    ]
    if missing:
        zh, en = "、".join(one.zh for one in missing), ", ".join(one.en for one in missing)
        yield remark("R116", reading.whole, Text(f"没有找到：{zh}", f"not found: {en}"))


def listed_scenes(reading: Reading) -> list[Claim]:
    """The list of scenes: those written as 环节—场景—实例, else the headings and cells that are names of scenes."""
    triples = [one for one in reading.of("scene") if one.detail.get("instance")]
    if len(triples) >= 2:
        return _distinct(triples)
    return _distinct([one for one in reading.of("scene") if one.detail.get("listed") and not one.planned])


def _distinct(claims: list[Claim]) -> list[Claim]:
    found: dict[str, Claim] = {}
    for one in claims:
        found.setdefault(one.subject or str(one.value), one)
    return list(found.values())


def stated_scenes(reading: Reading) -> list[Claim]:
    """Numbers of scenes that are said of the whole plant."""
    return [
        one for one in reading.figures
        if one.subject == "scenes" and one.role == "value" and not one.planned and not one.scope
    ]  # fmt: skip


def _counts(reading: Reading) -> Iterator[Remark]:
    least = reading.asked.scenes
    if least is None:
        return
    listed, stated = listed_scenes(reading), stated_scenes(reading)
    if listed:
        count, spot = len(listed), listed[-1].spot
    elif stated:
        best = max(stated, key=lambda one: Decimal(one.value or 0))
        count, spot = int(Decimal(best.value or 0)), best.spot
    else:
        count, spot = 0, reading.whole
    if count < least:
        clause = reading.asked.scenes_clause
        message = Text(
            f"要求不少于{least}个场景（{clause}），文中列出{count}个",
            f"at least {least} scenes are asked ({clause}); there are {count}",
        )
        yield remark("R113", spot, message)


def _links(reading: Reading) -> Iterator[Remark]:
    asked = reading.asked.links
    if not asked:
        return
    by_number = {str(one.number): one.link for one in guide().scenes}
    scenes = [one for one in reading.of("scene") if not one.planned]
    shown = {by_number[one.subject] for one in scenes if one.subject in by_number}
    names = {one.detail["name"]: one.subject for one in reading.of("link")}
    shown |= {names.get(one.detail["link"], "") for one in scenes if "link" in one.detail}
    heads = {one.index for one in reading.draft.paragraphs if one.kind == "heading"}
    shown |= {one.subject for one in reading.of("link") if one.spot.paragraph in heads}
    said = {one.subject: one for one in reading.of("link") if one.detail["said"] == "covered"}
    titles = {one.id: one.title for one in reading.pack.links}
    should = Text("", "") if reading.asked.links_must else Text("原则上", "in principle ")
    for link in asked:
        if link in shown or (link in said and not shown):
            continue
        title = titles.get(link, Text(link, link))
        clause = reading.asked.links_clause
        if link in said:
            spot = said[link].spot
            message = Text(
                f"文中称覆盖“{title.zh}”环节，但没有一个场景说明",
                f"“{title.en}” is said to be covered, but no scene shows it",
            )
        else:
            spot = reading.whole
            message = Text(
                f"{should.zh}须覆盖“{title.zh}”环节（{clause}），文中没有",
                f"the link “{title.en}” is {should.en}asked ({clause}), and is missing",
            )
        yield remark("R114", spot, message)


def _ai_share(reading: Reading) -> Iterator[Remark]:
    least = _AI_FLOORS.get(reading.applied_for or "")
    if least is None:
        return
    stated = [
        one for one in reading.figures
        if one.subject == "indicator:ai_scene_share" and one.role in ("value", "after") and not one.planned
    ]  # fmt: skip
    title = reading.level_title(reading.applied_for or "")
    sure = Text(
        "（2025年的数字，来自经济日报等报道，分母未说明，可信度中）",
        " (2025 figure from press reports, denominator not said, confidence M)",
    )
    share, spot = (Decimal(stated[0].value or 0), stated[0].spot) if stated else _counted_ai(reading)
    if share is not None and share < least:
        message = Text(
            f"{title.zh}要求应用人工智能的场景不低于{least}%{sure.zh}，文中为{share:.4g}%",
            f"{title.en} asks for AI in {least} % of the scenes{sure.en}; stated are {share:.4g} %",
        )
        yield remark("R115", spot, message)
    if share is None:
        message = Text(
            f"没有写明应用人工智能的场景比例；{title.zh}要求不低于{least}%{sure.zh}",
            f"the share of scenes with AI is not stated; {title.en} asks for {least} %{sure.en}",
        )
        yield remark("R115", reading.whole, message)


def _counted_ai(reading: Reading) -> tuple[Decimal | None, Spot]:
    """The share from two counts, where the draft gives both."""
    ai = next(
        (one for one in reading.figures if one.subject == "ai_scenes" and one.role == "value" and not one.planned), None
    )
    stated = stated_scenes(reading)
    whole = Decimal(stated[0].value or 0) if stated else Decimal(len(listed_scenes(reading)))
    if ai is None and (said := _ticked(reading)):
        return Decimal(sum(said)) / len(said) * 100, reading.whole
    if ai is None or not whole:
        return None, reading.whole
    return Decimal(ai.value or 0) / whole * 100, ai.spot


def _ticked(reading: Reading) -> list[bool]:
    """What a column of the list of scenes says of artificial intelligence: 是 or 否, √ or nothing."""
    cells = (one for one in reading.draft.paragraphs if one.kind == "cell" and _AI_HEAD.search(one.column_head))
    said = [one.text.strip() for one in cells]
    known = [one for one in said if one in _YES or one in _NO]
    return [one in _YES for one in known] if len(known) == len(said) else []


def _scene_names(reading: Reading) -> Iterator[Remark]:
    known = [one.name.zh for one in guide().scenes]
    for one in _distinct([one for one in reading.of("scene") if not one.subject]):
        near = difflib.get_close_matches(str(one.value), known, n=1, cutoff=0.5)
        zh = f"，相近的是“{near[0]}”" if near else ""
        en = f"; “{near[0]}” is near" if near else ""
        message = Text(
            f"“{one.value}”不在2025年版场景指引的40个名称中{zh}",
            f"“{one.value}” is none of the 40 names of the 2025 guide{en}",
        )
        yield remark("R117", one.spot, message)


def _placeholders(reading: Reading) -> Iterator[Remark]:
    for paragraph, one in reading.find(_HOLLOW):
        blank = set(one[0]) <= {"_"}
        if blank and (_SIGNED.search(paragraph.text) or len(paragraph.text.strip("_ 　")) == 0):
            continue
        spot = paragraph.spot(one.start(), one.end())
        yield remark("R118", spot, Text(f"“{one[0][:20]}”还没有填写", f"“{one[0][:20]}” still has to be filled in"))
