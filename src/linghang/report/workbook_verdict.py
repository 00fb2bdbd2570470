"""What gap reports, annual reviews and self-assessments say beside the blocks, as sheets."""

from decimal import Decimal

from linghang.report.content import Changed, Dossier
from linghang.report.naming import FINDINGS, PROOFS, named
from linghang.report.workbook_overview import Places, column
from linghang.report.workbook_sheet import Book, Cell, Column, Finding, Formula
from linghang.words import Text


def add_gap(book: Book, dossier: Dossier, places: Places) -> None:
    """What blocks the level, what would decide, and the cheapest way."""
    gap = dossier.gap
    if gap is None:
        return
    columns = (
        Column(Text("条款", "Clause"), 14),
        Column(Text("环节", "Link"), 12),
        Column(Text("要素", "Condition"), 50),
        Column(Text("结论", "Finding"), 9),
        Column(Text("证明力", "Proof"), 9),
        Column(Text("原因", "Reason"), 24),
        Column(Text("应补充", "To be supplied"), 60),
        Column(Text("要素编号", "Id"), 36),
    )
    sheet = book.sheet(
        Text("差距", "Gap"), columns, Text("阻碍等级确认的条件", "Conditions that keep the level from being confirmed")
    )
    sheet.head(rows=len(gap.blocking))
    for one in gap.blocking:
        wanted = Text("\n".join(w.zh for w in one.wanted), "\n".join(w.en for w in one.wanted))
        finding = Finding(one.finding, named(FINDINGS, one.finding))
        sheet.add((one.clause, one.link, one.text, finding, named(PROOFS, one.proof), one.reason, wanted, one.id))
    _add_deciding(book, dossier)
    _add_way(book, dossier, places)


def _add_deciding(book: Book, dossier: Dossier) -> None:
    gap = dossier.gap
    assert gap is not None
    columns = (Column(Text("组", "Set"), 7, "count"), Column(Text("条件", "Conditions"), 120))
    sheet = book.sheet(
        Text("决定性证据", "Deciding evidence"),
        columns,
        Text("补齐任一组即可确认等级", "The level is confirmed once all of any one set are met"),
        Text(f"共 {gap.deciding_count} 组", f"{gap.deciding_count} sets in all"),
    )
    sheet.head(rows=len(gap.deciding))
    for place, one in enumerate(gap.deciding, 1):
        sheet.add((place, "\n".join(one)))


def _add_way(book: Book, dossier: Dossier, places: Places) -> None:
    gap = dossier.gap
    assert gap is not None
    columns = (
        Column(Text("序号", "No."), 7, "count"),
        Column(Text("行动", "Action"), 60),
        Column(Text("开始", "From"), 13, "day"),
        Column(Text("结束", "To"), 13, "day"),
        Column(Text("费用（元）", "Cost (CNY)"), 20, "money"),
        Column(Text("满足的要素", "Conditions that it meets"), 60),
        Column(Text("依据", "Source"), 20),
    )
    sheet = book.sheet(Text("实施路径", "The way"), columns, Text("费用最低的路径", "The cheapest way"))
    for note in gap.way_notes:
        sheet.line(note)
    first = sheet.head(rows=len(gap.way))
    for place, one in enumerate(gap.way, 1):
        cost: Cell = one.cost if one.cost is not None else one.cost_cny
        sheet.add((place, one.title, one.start, one.end, cost, ", ".join(one.brings), one.source))
    if gap.way:
        total = float(sum((one.cost or Decimal(0) for one in gap.way), Decimal(0)))
        words = Text("路径费用合计（元）", "cost of the way (CNY)")
        cells = f"E{first + 1}:E{first + len(gap.way)}"
        sheet.add((None, words, None, None, Formula(f"=SUM({cells})", total), None, None), strong=True)
        places.add(words, f"=SUM({column(sheet.name, 'E', first, len(gap.way))})", total)


def add_review(book: Book, dossier: Dossier) -> None:
    """What changed since the earlier day."""
    review = dossier.review
    if review is None:
        return
    columns = (
        Column(Text("变化", "Change"), 14),
        Column(Text("条款", "Clause"), 14),
        Column(Text("要素", "Condition"), 56),
        Column(Text("上次结论", "Finding then"), 12),
        Column(Text("上次证明力", "Proof then"), 12),
        Column(Text("本次结论", "Finding now"), 12),
        Column(Text("本次证明力", "Proof now"), 12),
        Column(Text("要素编号", "Id"), 36),
    )
    groups = (
        (Text("改善", "better"), review.better),
        (Text("退步", "worse"), review.worse),
        (Text("其他变化", "other"), review.other),
    )
    sheet = book.sheet(
        Text("年度变化", "Changes"),
        columns,
        Text(f"自 {review.since} 以来的变化", f"Changes since {review.since}"),
    )
    sheet.head(rows=sum(len(rows) for _, rows in groups))
    for title, rows in groups:
        for one in rows:
            sheet.add((title, *_changed(one)))
    for text in review.expired:
        sheet.line(text)


def _changed(one: Changed) -> tuple[Cell, ...]:
    return (
        one.clause,
        one.text,
        Finding(one.before, named(FINDINGS, one.before)),
        named(PROOFS, one.before_proof),
        Finding(one.after, named(FINDINGS, one.after)),
        named(PROOFS, one.after_proof),
        one.id,
    )


def add_maturity(book: Book, dossier: Dossier) -> None:
    """Level and scores of maturity."""
    found = dossier.maturity
    if found is None:
        return
    columns = (
        Column(Text("子域", "Sub-domain"), 14),
        Column(Text("名称", "Name"), 40),
        Column(Text("得分", "Score"), 12, "number"),
    )
    sheet = book.sheet(
        Text("成熟度", "Maturity"), columns, Text("智能制造能力成熟度", "Maturity of smart manufacturing")
    )
    for label, entry in ((Text("等级", "Level"), found.level), (Text("总分", "Score"), found.score)):
        value = entry.text if entry.text is not None else entry.wanted or ""
        both = value if isinstance(value, Text) else Text(value, value)
        sheet.line(Text(f"{label.zh}：{both.zh}", f"{label.en}: {both.en}"))
    sheet.head(rows=len(found.sub_domains))
    for code, name, score in found.sub_domains:
        sheet.add((code, name, score))
