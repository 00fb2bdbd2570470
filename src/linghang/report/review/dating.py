"""Is it possible in time, and of this year? Future and reversed dates, old documents, plans that should be done."""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache

from linghang.report.claims.dates import Dated, dates_in
from linghang.report.claims.facts import sentence_at
from linghang.report.claims.figures import PLANNED
from linghang.report.claims.model import Claim, Paragraph, Period
from linghang.report.claims.numbers import plain
from linghang.report.claims.standards import EDITIONS, REPLACED
from linghang.report.remarks import Remark, Spot
from linghang.report.review.reading import Reading, remark
from linghang.words import Text

_DONE = re.compile(
    r"已|完成|建成|投入(?:运行|使用)|投产|投用|上线|启用|通过|获得|获评|荣获|实现(?!.*目标)|验收|完工|竣工|取得|被认定|开展了|实施了|签订|采购了|部署了|建设了"
)
_AIM_HEADING = re.compile(r"计划|规划(?!设计|与建设)|目标|展望|下一步|未来")
_DONE_NOW = re.compile(
    r"(?:目前|现在|现|当前|如今)已?(?:经|全面|全部|正式)*(?:投入(?:使用|运行)|投用|上线|建成|启用|投产|运行)"
)
_VALID = re.compile(r"有效期|至今|截止|到期|质保|服务期|租期|期限|滚动|十[四五]五")
_BUILD_LABEL = re.compile(r"建设(?:周期|期|时间|起止|期限|工期)|起止(?:时间|日期|年月)|实施(?:周期|期限)|项目周期")
_BEGIN = re.compile(r"(?:建设)?(?:开始|起始|开工|启动)(?:建设)?(?:时间|日期|年月)")
_FINISH = re.compile(r"(?:建设)?(?:结束|完成|竣工|终止|投产|建成|完工)(?:建设)?(?:时间|日期|年月)")
_BEGUN = re.compile(r"^\s?(?:正式|全面)?(?:开工|启动|开始|动工|立项)")
_ENDED = re.compile(r"^\s?(?:正式|全部|全面|整体)?(?:建成|竣工|投产|完工|验收|结束|完成)")
_MATURITY = re.compile(r"成熟度|CMMM")
_ASSESSED = re.compile(r"报告|自评|评估|测评|诊断|评价")
_INTENDED = re.compile(r"计划|(?<![虚模比])拟(?!合|态)|预计|将于|将在|将")
_SYSTEM_INTENDED = re.compile(
    r"(?:(?<![虚模比])拟|计划|预计|将|准备|筹备)(?:于[^，。]{0,12})?(?:建设|上线|部署|引入|引进|实施|采购|搭建|开发|启动|新建|建)[^，。；]{0,16}$"
)
_OLD_YEARS = 2


def in_time(reading: Reading) -> Iterator[Remark]:
    """Checks R209, R210, R214 and R401 to R405."""
    places = list(_places(reading))
    yield from _future(reading, places)
    yield from _reversed(places)
    yield from _outside(reading, places)
    yield from _replaced(reading)
    yield from _maturity_year(reading, places)
    yield from _old_figures(reading)
    yield from _overdue(reading, places)
    yield from _intended_and_done(reading)


Place = tuple[Paragraph, str, Dated]


def _places(reading: Reading) -> Iterator[Place]:
    """Every date of the draft with its paragraph and plain text."""
    dated_on = reading.draft.dated.start if reading.draft.dated else None
    for paragraph in reading.draft.paragraphs:
        text = plain(paragraph.text)
        if "年" in text or "20" in text:
            yield from ((paragraph, text, one) for one in dates_in(text, dated_on))


@cache
def _of_aims(headings: tuple[str, ...]) -> bool:
    return any(_AIM_HEADING.search(one) for one in headings)


def _future(reading: Reading, places: list[Place]) -> Iterator[Remark]:
    for paragraph, text, one in places:
        if one.period.start <= reading.day or one.precision in ("span", "reversed") or _of_aims(paragraph.headings):
            continue
        sentence = sentence_at(text, one.start)
        head = f"{paragraph.row_head} {paragraph.column_head}"
        clause = (
            re.split("[，,]", text[max(0, one.start - 30) : one.start])[-1]
            + re.split("[，,。；]", text[one.end : one.end + 40])[0]
        )
        if _DONE_NOW.search(sentence) and _INTENDED.search(text[max(0, one.start - 6) : one.start]):
            yield _too_early(reading, paragraph.spot(one.start, one.end), one.period)
            continue
        done = _DONE.search(clause) or (
            paragraph.kind == "cell" and re.search("上线|投用|启用|验收|完成|获得|颁发", head)
        )
        if (
            not done
            or PLANNED.search(sentence)
            or PLANNED.search(head)
            or _VALID.search(sentence)
            or _VALID.search(head)
        ):
            continue
        yield _too_early(reading, paragraph.spot(one.start, one.end), one.period)


def _too_early(reading: Reading, spot: Spot, period: Period) -> Remark:
    message = Text(
        f"{period.text}在{reading.day}之后，却写成已完成",
        f"{period.text} lies after {reading.day}, but is told as done",
    )
    return remark("R209", spot, message)


def _reversed(places: list[Place]) -> Iterator[Remark]:
    begin: tuple[Period, Paragraph] | None = None
    for paragraph, text, one in places:
        label = f"{paragraph.row_head} {text[max(0, one.start - 16) : one.start]}"
        if one.precision == "reversed":
            spot = paragraph.spot(one.start, one.end)
            yield remark(
                "R210",
                spot,
                Text(
                    f"“{text[one.start : one.end]}”结束早于开始", f"“{text[one.start : one.end]}” ends before it starts"
                ),
            )
        elif _BEGIN.search(label) or _BEGUN.match(text[one.end : one.end + 8]):
            begin = (one.period, paragraph)
        elif begin is not None and (
            _FINISH.search(label) or (_ENDED.match(text[one.end : one.end + 8]) and begin[1] is paragraph)
        ):
            if one.period.end <= begin[0].start:
                message = Text(
                    f"完成时间{one.period.text}早于开始时间{begin[0].text}",
                    f"the end {one.period.text} is before the start {begin[0].text}",
                )
                yield remark("R210", paragraph.spot(one.start, one.end), message, [begin[1].spot()])
            begin = None


def _build_period(places: list[Place]) -> Period | None:
    for paragraph, text, one in places:
        label = f"{paragraph.row_head} {text[max(0, one.start - 20) : one.start]}"
        if one.precision == "span" and _BUILD_LABEL.search(label):
            return one.period
    return None


def _outside(reading: Reading, places: list[Place]) -> Iterator[Remark]:
    period = _build_period(places)
    if period is None:
        return
    done: set[str] = set()
    for one in reading.of("system"):
        if one.period is None or one.planned or one.subject in done:
            continue
        ours = re.search("本项目|项目(?:建设|实施)|改造", one.text)
        if one.period.start >= period.end or (one.period.end <= period.start and ours):
            done.add(one.subject)
            message = Text(
                f"{one.value}于{one.period.text}上线，不在建设期（{period.text}）内",
                f"{one.value} went live in {one.period.text}, outside the building period ({period.text})",
            )
            yield remark("R214", one.spot, message)


def _replaced(reading: Reading) -> Iterator[Remark]:
    told: set[str] = set()
    own = str(reading.pack.document.get("number", ""))
    for one in reading.of("document"):
        notice = REPLACED.get(one.subject)
        if notice is not None and reading.day >= notice.until and one.subject not in told:
            if notice.id in own or (
                notice.id.endswith("（2024年版）")
                and "要素条件" in notice.id
                and reading.pack.lineage[:1] == ("national-2024",)
            ):
                continue
            told.add(one.subject)
            message = Text(
                f"{one.value}已有更新：{notice.newer}（可信度{notice.sure}）",
                f"{one.value} was replaced: {notice.newer} (confidence {notice.sure})",
            )
            yield remark("R401", one.spot, message)
        body, edition = one.subject, one.detail["edition"]
        if body in EDITIONS and edition and edition != EDITIONS[body] and body not in told:
            told.add(body)
            message = Text(
                f"条件引用的是{body}-{EDITIONS[body]}，文中为{edition}版",
                f"the conditions name {body}-{EDITIONS[body]}; cited is {edition}",
            )
            yield remark("R405", one.spot, message)


def _maturity_year(reading: Reading, places: list[Place]) -> Iterator[Remark]:
    """The latest report of maturity that is told has to be of the year in which the draft is handed in."""
    found: list[tuple[int, Paragraph, Dated]] = []
    for paragraph, text, one in places:
        sentence = f"{paragraph.row_head} {sentence_at(text, one.start)}"
        if one.precision == "span" or PLANNED.search(sentence):
            continue
        if (
            _MATURITY.search(sentence)
            and _ASSESSED.search(sentence)
            and "GB/T" not in text[max(0, one.start - 8) : one.start]
        ):
            found.append(((one.period.end - timedelta(days=1)).year, paragraph, one))
    reported = [each for each in found if "报告" in plain(each[1].text)[max(0, each[2].start - 8) : each[2].end + 4]]
    if found := reported or found:
        year, paragraph, one = max(found, key=lambda each: each[0])
        if year < reading.day.year:
            spot = paragraph.spot(one.start, one.end)
            message = Text(
                f"成熟度报告为{year}年，申报在{reading.day.year}年",
                f"the maturity report is of {year}, the application of {reading.day.year}",
            )
            yield remark("R402", spot, message)


def _old_figures(reading: Reading) -> Iterator[Remark]:
    """Revenue of the latest year that is told: older than the last closed year but one is too old."""
    dated: list[tuple[int, Claim]] = [
        ((one.period.end - timedelta(days=1)).year, one)
        for one in reading.figures
        if one.subject in ("revenue", "profit", "output_value") and one.period is not None and not one.planned
    ]
    if not dated:
        return
    year, latest = max(dated, key=lambda each: each[0])
    closed = reading.day.year - (1 if reading.day.month >= 5 else _OLD_YEARS)
    if year < closed:
        message = Text(
            f"最近的经营数据是{year}年，{closed}年度已经结束",
            f"the latest business figures are of {year}; the year {closed} is closed",
        )
        yield remark("R403", latest.spot, message)


def _overdue(reading: Reading, places: list[Place]) -> Iterator[Remark]:
    for paragraph, text, one in places:
        if one.period.end > reading.day or one.precision in ("span", "reversed"):
            continue
        lead = re.split("[，,。；]", text[max(0, one.start - 14) : one.start])[-1]
        tail = re.split("[，,。；]", text[one.end : one.end + 10])[0]
        if _INTENDED.search(lead) or re.match(r"(?:前|底前|之前)?(?:计划|拟|预计)", tail):
            if (
                re.search("原计划|规划|比计划|较计划|按计划", text[max(0, one.start - 16) : one.end + 10])
                or "上报" in tail
            ):
                continue
            spot = paragraph.spot(one.start, one.end)
            yield remark(
                "R404",
                spot,
                Text(
                    f"计划的日期{one.period.text}已过（{reading.day}）",
                    f"the planned date {one.period.text} has passed ({reading.day})",
                ),
            )


def _intended_and_done(reading: Reading) -> Iterator[Remark]:
    """A system that is intended in one place and live in another."""
    texts = {one.index: plain(one.text) for one in reading.draft.paragraphs}
    live = {
        one.subject: one
        for one in reading.of("system")
        if one.period is not None and not one.planned and one.period.start <= reading.day
    }
    told: set[str] = set()
    for one in reading.of("system"):
        text, start = texts[one.spot.paragraph or 0], one.spot.start or 0
        if one.subject not in live or one.subject in told or not one.planned:
            continue
        if _SYSTEM_INTENDED.search(text[max(0, start - 30) : start]) and not re.search(
            "升级|二期|扩展|深化|优化|集成|接口|对接|新一代", one.text
        ):
            told.add(one.subject)
            other = live[one.subject]
            assert other.period is not None
            message = Text(
                f"{one.value}此处是计划，他处称{other.period.text}已上线",
                f"{one.value} is planned here, but live since {other.period.text} elsewhere",
            )
            yield remark("R404", one.spot, message, [other.spot])
