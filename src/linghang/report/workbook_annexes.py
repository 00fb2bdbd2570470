"""The annexes of a report as sheets: conditions, indicators, evidence, what is missing, what does not fit."""

from decimal import Decimal

from linghang.report.content import ClauseRow, Dossier, IndicatorRow
from linghang.report.figures import unit
from linghang.report.naming import (
    CONFIDENCE,
    CONFIDENTIALITY,
    FINDINGS,
    FLOORS,
    FORCES,
    KINDS,
    PARTS,
    PROOFS,
    SEVERITIES,
    STATES,
    named,
)
from linghang.report.placeholders import placeholders
from linghang.report.workbook_overview import Places, column
from linghang.report.workbook_sheet import Book, Cell, Column, Finding, Formula
from linghang.words import Text

YES, NO = Text("是", "yes"), Text("否", "no")


def _lines(texts: "list[Text] | tuple[Text, ...]") -> Text:
    return Text("\n".join(one.zh for one in texts), "\n".join(one.en for one in texts))


def add_clauses(book: Book, dossier: Dossier, places: Places) -> None:
    """Every condition with its finding at the three floors, its proof and its evidence."""
    columns = (
        Column(Text("条款", "Clause"), 12),
        Column(Text("等级", "Level"), 8),
        Column(Text("部分", "Part"), 9),
        Column(Text("环节", "Link"), 9),
        Column(Text("要素", "Condition"), 40),
        Column(Text("约束力", "Force"), 8),
        Column(Text("类型", "Kind"), 9),
        Column(Text("决定等级", "Decides"), 8),
        Column(Text("结论", "Finding"), 9),
        Column(Text("证明力", "Proof"), 9),
        *(Column(name, 9) for name in FLOORS.values()),
        Column(Text("证据", "Evidence"), 40),
        Column(Text("文件", "Documents"), 9),
        Column(Text("原因", "Reason"), 14),
        Column(Text("应补充", "To be supplied"), 34),
        Column(Text("要素编号", "Id"), 36),
    )
    sheet = book.sheet(
        Text("条款对照", "Conditions"),
        columns,
        Text("附件1　逐条对照表", "Annex 1 · The conditions one by one"),
        Text(
            "要素文字为转述。三列口径：宣称即可、须有据、能力须实测；证明力不足的结论在该口径下为待证。",
            "Conditions are in our words. The three floors: declared, documented, measured; a finding whose proof is "
            "below the floor is unknown there.",
        ),
    )
    first = sheet.head(rows=len(dossier.clauses), printed=len(columns) - 1)
    for one in dossier.clauses:
        sheet.add(_clause(one))
    _count_clauses(book, dossier, places, sheet.name, first)


def _clause(one: ClauseRow) -> tuple[Cell, ...]:
    return (
        one.clause,
        one.level,
        named(PARTS, one.part),
        one.link,
        one.text,
        named(FORCES, one.force),
        named(KINDS, one.kind),
        YES if one.needed else NO,
        Finding(one.finding, named(FINDINGS, one.finding)),
        named(PROOFS, one.proof),
        *(Finding(one.counts[floor], named(FINDINGS, one.counts[floor])) for floor in FLOORS),
        _lines(list(one.evidence)),
        ", ".join(one.documents),
        one.reason,
        _lines(list(one.wanted)),
        one.id,
    )


def _count_clauses(book: Book, dossier: Dossier, places: Places, name: str, first: int) -> None:
    count = len(dossier.clauses)
    if not count:
        return
    findings, needed = column(name, "I", first, count), column(name, "H", first, count)
    yes = YES.zh if book.language == "zh" else YES.en
    places.add(Text("要素总数", "conditions"), f"=COUNTA({findings})", count)
    for word in FINDINGS:
        title = FINDINGS[word]
        shown = title.zh if book.language == "zh" else title.en
        total = sum(one.finding == word for one in dossier.clauses)
        places.add(Text(f"要素：{title.zh}", f"conditions {title.en}"), f'=COUNTIF({findings},"{shown}")', total)
    met = FINDINGS["met"].zh if book.language == "zh" else FINDINGS["met"].en
    deciding = [one for one in dossier.clauses if one.needed]
    met_count = sum(one.finding == "met" for one in deciding)
    places.add(Text("决定等级的要素", "conditions that decide"), f'=COUNTIF({needed},"{yes}")', len(deciding))
    if deciding:
        places.add(
            Text("决定等级的要素满足率", "share of the deciding conditions that is met"),
            f'=COUNTIFS({needed},"{yes}",{findings},"{met}")/COUNTIF({needed},"{yes}")',
            met_count / len(deciding),
        )


def add_indicators(book: Book, dossier: Dossier, places: Places) -> None:
    """The 20 indicators; change and value are computed in the sheet from the figures beside them."""
    columns = (
        Column(Text("编号", "No."), 6, "count"),
        Column(Text("指标", "Indicator"), 24),
        Column(Text("计算公式", "Formula"), 32),
        Column(Text("计量单位", "Measured in"), 14),
        Column(Text("改善方向", "Better"), 9),
        Column(Text("实施前", "Before"), 15, "number"),
        Column(Text("实施后（现值）", "After (now)"), 15, "number"),
        Column(Text("改善量", "Improvement"), 15, "number"),
        Column(Text("指标值", "Value"), 14, "number"),
        Column(Text("指标单位", "Unit"), 12),
        Column(Text("实施前期间", "Period before"), 12),
        Column(Text("实施后期间", "Period after"), 12),
        Column(Text("来源", "Source"), 22),
        Column(Text("可信度", "Confidence"), 9),
        Column(Text("对标", "Comparators"), 70),
        Column(Text("缺少", "Lacking"), 30),
    )
    sheet = book.sheet(
        Text("指标", "Indicators"),
        columns,
        Text("附件2　20项指标", "Annex 2 · The 20 indicators"),
        Text(
            "改善量＝实施后－实施前（越低越好的取相反数）；变化类指标值＝改善量÷实施前×100；现状类指标值＝现值。",
            "Improvement = after - before (the other way round where lower is better); the value of a change is 100 × "
            "improvement / before, the value of a state is what it is now.",
        ),
    )
    first = sheet.head(rows=len(dossier.indicators), printed=len(columns) - 2)
    for one in dossier.indicators:
        sheet.add(_indicator(one, sheet.row + 1, book))
    if dossier.indicators:
        known = sum(one.value is not None for one in dossier.indicators)
        cells = column(sheet.name, "I", first, len(dossier.indicators))
        places.add(Text("有数的指标", "indicators with a value"), f"=COUNT({cells})", known)


def _indicator(one: IndicatorRow, row: int, book: Book) -> tuple[Cell, ...]:
    change = bool(one.before_period)
    lower = Text("越低越好", "lower") if one.better == "lower" else Text("越高越好", "higher")
    before = None if one.before is None else Decimal(one.before)
    after = None if one.after is None else Decimal(one.after)
    improvement: Cell = None
    value: Cell = after if one.value is not None and not change else None
    if change and before is not None and after is not None:
        worse = lower.zh if book.language == "zh" else lower.en
        sign = f'IF(E{row}="{worse}",-1,1)' if one.better == "lower" else "1"
        amount = after - before if one.better == "higher" else before - after
        improvement = Formula(f"=(G{row}-F{row})*{sign}", float(amount))
        if one.value is not None and before:
            value = Formula(f"=100*H{row}/F{row}", float(100 * amount / before))
    elif one.value is not None and not change:
        value = Formula(f"=G{row}", float(Decimal(one.value)))
    return (
        one.number,
        one.title,
        one.formula,
        unit(one.measured_unit),
        lower,
        before,
        after,
        improvement,
        value if value is not None else Finding("unknown", named(FINDINGS, _state(one))),
        unit(one.unit),
        one.before_period,
        one.after_period,
        one.source,
        named(CONFIDENCE, one.confidence),
        _lines(list(one.comparators)),
        _lines(list(one.wanted)),
    )


def _state(one: IndicatorRow) -> str:
    return "not_applicable" if one.state == "not_applicable" else "unknown"


def add_evidence(book: Book, dossier: Dossier) -> None:
    """The list of documents."""
    columns = (
        Column(Text("编号", "No."), 9),
        Column(Text("名称", "Title"), 36),
        Column(Text("类型", "Kind"), 16),
        Column(Text("出具单位", "Issuer"), 24),
        Column(Text("出具日期", "Issued on"), 13, "day"),
        Column(Text("支撑期间", "Period supported"), 25),
        Column(Text("失效日期", "Valid until"), 13, "day"),
        Column(Text("状态", "State"), 10),
        Column(Text("证明对象", "Proves"), 40),
        Column(Text("密级", "Confidentiality"), 10),
        Column(Text("sha256", "sha256"), 24),
    )
    sheet = book.sheet(Text("证据清单", "Evidence"), columns, Text("附件3　证据清单", "Annex 3 · Evidence"))
    sheet.head(rows=len(dossier.evidence))
    for one in dossier.evidence:
        sheet.add(
            (
                one.id,
                one.title,
                one.kind,
                one.issuer,
                one.issued_on,
                one.supports,
                one.valid_until,
                Finding("met" if one.state == "current" else "unmet", named(STATES, one.state)),
                "\n".join(one.proves),
                named(CONFIDENTIALITY, one.confidentiality),
                one.sha256,
            )
        )
    if not dossier.evidence:
        sheet.line(
            Text(
                "尚未登记任何证明文件（linghang evidence add）。",
                "No document is registered yet (linghang evidence add).",
            )
        )


def add_missing(book: Book, dossier: Dossier, places: Places) -> None:
    """Everything that is still to be supplied."""
    columns = (
        Column(Text("序号", "No."), 7, "count"),
        Column(Text("位置", "Where"), 50),
        Column(Text("应补充", "To be supplied"), 90),
    )
    sheet = book.sheet(Text("待补充", "To be supplied"), columns, Text("待补充内容", "What is still to be supplied"))
    found = placeholders(dossier)
    first = sheet.head(rows=len(found))
    for place, one in enumerate(found, 1):
        sheet.add((place, one.where, one.wanted))
    if found:
        cells = column(sheet.name, "A", first, len(found))
        places.add(Text("待补充处", "places to be supplied"), f"=COUNT({cells})", len(found))
    else:
        sheet.line(Text("没有待补充内容。", "Nothing is missing."))


def add_remarks(book: Book, dossier: Dossier) -> None:
    """What the consistency checks found."""
    columns = (
        Column(Text("检查", "Check"), 9),
        Column(Text("级别", "Severity"), 9),
        Column(Text("位置", "Where"), 34),
        Column(Text("发现", "Found"), 70),
        Column(Text("处理办法", "Mend"), 60),
    )
    sheet = book.sheet(Text("一致性检查", "Consistency"), columns, Text("一致性检查", "What does not fit together"))
    sheet.head(rows=len(dossier.remarks))
    marks = {"error": "unmet", "warning": "unknown", "hint": "not_applicable"}
    for one in dossier.remarks:
        severity = one.check.severity
        sheet.add(
            (
                one.check.code,
                Finding(marks[severity], named(SEVERITIES, severity)),
                one.spot.where,
                one.message,
                one.mend or one.check.mend,
            )
        )
    if not dossier.remarks:
        sheet.line(Text("没有发现不一致。", "Nothing was found."))
