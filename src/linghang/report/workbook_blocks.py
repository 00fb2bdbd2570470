"""Blocks 1 to 4 of a report as sheets."""

from decimal import Decimal

from linghang.report.content import Dossier, Effect, Row, Scene
from linghang.report.figures import unit
from linghang.report.naming import FINDINGS, PROOFS, named
from linghang.report.workbook_overview import Places, column
from linghang.report.workbook_sheet import Book, Cell, Column, Finding, Formula
from linghang.words import Text

LAYERS = {
    4: Text("经营层", "business (4)"),
    3: Text("运营管理层", "operations (3)"),
    2: Text("控制层", "control (2)"),
}
SOURCE = Column(Text("来源", "Source"), 30)


def add_unit(book: Book, dossier: Dossier) -> None:
    """Blocks 1 and 2."""
    columns = (Column(Text("项目", "Item"), 30), Column(Text("内容", "Content"), 80), SOURCE)
    sheet = book.sheet(
        Text("单位与工厂", "Unit and factory"),
        columns,
        Text("一、申报单位基本信息　二、智能工厂基本情况", "1 The applicant · 2 The smart factory"),
        Text("黄色斜体为待补充内容。", "Yellow in italics: still to be supplied."),
    )
    sheet.head(filtered=True)
    summary = Row("summary", Text("智能工厂概况", "Summary"), dossier.factory_summary)
    goods = Row("products", Text("主要产品", "Products"), dossier.products)
    overview = Row("overview", Text("场景建设总体情况", "Overview of the scenes"), dossier.scenes_overview)
    for row in (*dossier.unit, *dossier.factory, summary, goods, overview):
        sheet.add((row.label, row.entry, row.entry.source))


def add_scenes(book: Book, dossier: Dossier, places: Places) -> None:
    """Block 3: a line for each scene."""
    keys: dict[str, Text] = {row.key: row.label for one in dossier.scenes for row in one.rows}
    columns = (
        Column(Text("编号", "No."), 7, "count"),
        Column(Text("环节", "Link"), 11),
        Column(Text("场景", "Scene"), 14),
        Column(Text("实例", "Instance"), 14),
        Column(Text("结论", "Finding"), 8),
        Column(Text("证明力", "Proof"), 8),
        *(Column(label, 7 if key == "ai" else 12 if key == "since" else 24) for key, label in keys.items()),
        Column(Text("证据", "Evidence"), 20),
    )
    sheet = book.sheet(
        Text("场景", "Scenes"), columns, Text("三、场景建设情况（环节—场景—实例）", "3 Scenes (link, scene, instance)")
    )
    first = sheet.head(rows=len(dossier.scenes), printed=len(columns) - 1)
    for one in dossier.scenes:
        rows = {row.key: row.entry for row in one.rows}
        sheet.add(
            (
                one.number,
                one.link,
                one.name,
                one.instance,
                Finding(one.finding, named(FINDINGS, one.finding)),
                named(PROOFS, one.proof),
                *(rows.get(key) for key in keys),
                ", ".join(one.evidence),
            )
        )
    _count_scenes(book, dossier, places, sheet.name, first, list(keys))


def _count_scenes(book: Book, dossier: Dossier, places: Places, name: str, first: int, keys: list[str]) -> None:
    count = len(dossier.scenes)
    if not count:
        return
    links = column(name, "B", first, count)
    places.add(Text("场景总数", "scenes"), f"=COUNTA({links})", count)
    met = sum(one.finding == "met" for one in dossier.scenes)
    word = named(FINDINGS, "met")
    shown = word.zh if book.language == "zh" else word.en
    findings = column(name, "E", first, count)
    places.add(
        Text("其中有记录或证据的场景", "scenes with records or evidence"), f'=COUNTIF({findings},"{shown}")', met
    )
    if "ai" in keys:
        letter = _letter(6 + keys.index("ai"))
        yes = "是" if book.language == "zh" else "yes"
        with_ai = sum(_says_yes(one) for one in dossier.scenes)
        cells = column(name, letter, first, count)
        places.add(Text("应用人工智能的场景", "scenes that use AI"), f'=COUNTIF({cells},"{yes}")', with_ai)
        places.add(
            Text("应用人工智能的场景占比", "share of scenes that use AI"),
            f'=COUNTIF({cells},"{yes}")/COUNTA({links})',
            with_ai / count,
        )


def _says_yes(one: Scene) -> bool:
    entry = next((row.entry for row in one.rows if row.key == "ai"), None)
    return entry is not None and isinstance(entry.text, Text) and entry.text.en == "yes"


def _letter(place: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(place))


def add_systems(book: Book, dossier: Dossier) -> None:
    """The systems, and on the next sheet their interfaces."""
    columns = (
        Column(Text("编号", "Id"), 14),
        Column(Text("系统", "System"), 30),
        Column(Text("类型", "Kind"), 10),
        Column(Text("层级（ISA-95）", "Layer (ISA-95)"), 18),
        Column(Text("上线日期", "Live since"), 13, "day"),
        Column(Text("功能", "Functions"), 50),
    )
    sheet = book.sheet(Text("系统", "Systems"), columns, Text("软件系统", "Software systems"))
    sheet.head(rows=len(dossier.systems))
    for one in dossier.systems:
        functions = Text("、".join(each.zh for each in one.functions), ", ".join(each.en for each in one.functions))
        sheet.add((one.id, one.name, one.kind, LAYERS.get(one.layer, Text("", "")), one.live_since, functions))
    between = (
        Column(Text("源系统", "From"), 16),
        Column(Text("目标系统", "To"), 16),
        Column(Text("接口方式", "Kind"), 16),
        Column(Text("传递内容", "What is passed"), 50),
        Column(Text("上线日期", "Live since"), 13, "day"),
    )
    sheet = book.sheet(Text("系统集成", "Interfaces"), between, Text("系统集成情况", "Integration of systems"))
    sheet.head(rows=len(dossier.system_links))
    for link in dossier.system_links:
        sheet.add((link.source, link.target, link.kind, link.content, link.live_since))


def add_effects(book: Book, dossier: Dossier) -> None:
    """Block 4: figures before and after; the change is computed in the sheet."""
    columns = (
        Column(Text("指标", "Figure"), 36),
        Column(Text("单位", "Unit"), 16),
        Column(Text("实施前", "Before"), 15, "number"),
        Column(Text("实施后", "After"), 15, "number"),
        Column(Text("变化", "Change"), 15, "number"),
        Column(Text("变化率", "Relative change"), 12, "percent"),
        Column(Text("说明", "Said"), 18),
        Column(Text("实施前期间", "Period before"), 25),
        Column(Text("实施后期间", "Period after"), 25),
        Column(Text("来源", "Source"), 30),
    )
    sheet = book.sheet(
        Text("成效", "Effects"), columns, Text("四、建设成效：实施前后对比", "4 Effects: before and after")
    )
    sheet.head(rows=len(dossier.effects))
    for one in dossier.effects:
        row = sheet.row + 1
        sheet.add(
            (
                one.title,
                unit(one.unit),
                one.before_value if one.before_value is not None else one.before,
                one.after_value if one.after_value is not None else one.after,
                *_change(one, row),
                one.change,
                one.before_period,
                one.after_period,
                one.source,
            )
        )


def _change(one: Effect, row: int) -> tuple[Cell, Cell]:
    if one.before_value is None or one.after_value is None:
        return one.change, None
    change = one.after_value - one.before_value
    live = Formula(f"=D{row}-C{row}", float(change))
    if not one.before_value:
        return live, None
    return live, Formula(f"=E{row}/ABS(C{row})", float(change / abs(one.before_value)))


def add_plan(book: Book, dossier: Dossier, places: Places) -> None:
    """The plan of the coming years, and what is invested."""
    columns = (
        Column(Text("序号", "No."), 7, "count"),
        Column(Text("步骤", "Step"), 50),
        Column(Text("开始", "From"), 13, "day"),
        Column(Text("结束", "To"), 13, "day"),
        Column(Text("投资估算（元）", "Cost (CNY)"), 20, "money"),
        Column(Text("达成的要素", "Conditions that it meets"), 50),
    )
    sheet = book.sheet(Text("计划", "Plan"), columns, Text("后续三年实施计划", "Plan of the coming three years"))
    sheet.line(dossier.plan_goal.text or dossier.plan_goal.wanted or "")
    first = sheet.head(rows=len(dossier.plan))
    for place, one in enumerate(dossier.plan, 1):
        cost: Cell = one.cost if one.cost is not None else one.cost_cny
        sheet.add((place, one.title, one.start, one.end, cost, ", ".join(one.brings)))
    total = sum((one.cost or Decimal(0) for one in dossier.plan), Decimal(0))
    if dossier.plan:
        cells = f"E{first + 1}:E{first + len(dossier.plan)}"
        words = Text("计划投资合计（元）", "cost of the plan (CNY)")
        sheet.add((None, words, None, None, Formula(f"=SUM({cells})", float(total)), None), strong=True)
        places.add(words, f"=SUM({column(sheet.name, 'E', first, len(dossier.plan))})", float(total))
    invested = dossier.total_investment_cny
    if invested is not None:
        words = Text("已投资（元）", "invested so far (CNY)")
        sheet.add((None, words, None, None, invested, None), strong=True)
        places.add(words, f"='{sheet.name}'!$E${sheet.row}", float(invested))
        if dossier.plan:
            words = Text("已投资与计划投资合计（元）", "invested and planned (CNY)")
            both = Formula(f"=E{sheet.row}+E{sheet.row - 1}", float(invested + total))
            sheet.add((None, words, None, None, both, None), strong=True)
