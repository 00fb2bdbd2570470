"""Blocks 1 and 2 of a report: who applies, and the factory."""

from datetime import date
from decimal import Decimal
from typing import Any

from linghang.errors import BadInput
from linghang.plant.codes import division_of, region_of
from linghang.report.content import Entry, Row
from linghang.report.figures import day, money, number, period
from linghang.report.naming import PROOFS
from linghang.usecases.report_sources import Sources, recorded, stated, wanted_in
from linghang.words import Text

MONTHS = 12


def unit_rows(sources: Sources) -> list[Row]:
    """Block 1: the applicant."""
    stated_unit, one = sources.application.unit, _first(sources, "enterprise")
    column = _column(one, "enterprise")
    return [
        _row("name", Text("单位名称", "Name of the enterprise"), column("name")),
        _row("credit_code", Text("统一社会信用代码", "Unified social credit code"), column("credit_code")),
        _row("industry", Text("所属行业（GB/T 4754）", "Industry (GB/T 4754)"), _industry(one)),
        _row("region", Text("注册地（GB/T 2260）", "Region of registration (GB/T 2260)"), _region(one, "enterprise")),
        _row("size_class", Text("企业规模", "Size class"), _choice(one, "enterprise", "size_class", "企业规模")),
        _row("established_on", Text("成立日期", "Established on"), _day(one, "enterprise", "established_on")),
        _row(
            "ownership",
            Text("企业性质", "Ownership"),
            stated(stated_unit.ownership, "unit.ownership", Text("企业性质", "ownership")),
        ),
        _row(
            "legal_representative",
            Text("法定代表人", "Legal representative"),
            stated(
                sources.application.signing.legal_representative,
                "signing.legal_representative",
                Text("法定代表人", "the legal representative"),
            ),
        ),
        _row("revenue", Text("主营业务收入", "Revenue of the main business"), revenue(sources)),
        _row("employees", Text("从业人数", "Employees"), employees(sources)),
        _row(
            "contact",
            Text("联系人", "Contact"),
            stated(stated_unit.contact, "unit.contact", Text("联系人", "a contact")),
        ),
        _row(
            "phone", Text("联系电话", "Phone"), stated(stated_unit.phone, "unit.phone", Text("电话", "a phone number"))
        ),
        _row("email", Text("电子邮箱", "E-mail"), stated(stated_unit.email, "unit.email", Text("邮箱", "an e-mail"))),
        _row(
            "postal_address",
            Text("通信地址", "Postal address"),
            stated(stated_unit.postal_address, "unit.postal_address", Text("通信地址", "the postal address")),
        ),
    ]


def factory_rows(sources: Sources) -> list[Row]:
    """Block 2: the factory."""
    one, said = _first(sources, "factory"), sources.application.factory
    column = _column(one, "factory")
    return [
        _row("factory_name", Text("智能工厂名称", "Name of the smart factory"), column("name")),
        _row("address", Text("工厂地址", "Address"), column("address")),
        _row("factory_region", Text("所在地（GB/T 2260）", "Region (GB/T 2260)"), _region(one, "factory")),
        _row(
            "process_type", Text("生产类型", "Type of production"), _choice(one, "factory", "process_type", "生产类型")
        ),
        _row("commissioned_on", Text("投产日期", "Commissioned on"), _day(one, "factory", "commissioned_on")),
        _row("site_area", Text("占地面积", "Ground area"), _site(sources)),
        _row("equipment", Text("在册设备", "Equipment in use"), _equipment(sources)),
        _row("systems", Text("在用软件系统", "Software systems in use"), _systems(sources)),
        _row("build_period", Text("建设起止时间", "Built from and to"), _built(sources)),
        _row(
            "total_investment",
            Text("建设总投资", "Total investment"),
            stated(
                None if said.total_investment_cny is None else money(said.total_investment_cny),
                "factory.total_investment_cny",
                Text("建设总投资（元）", "the total investment (CNY)"),
            ),
        ),
        _row(
            "integrators",
            Text("主要集成商（服务商）", "Main integrators"),
            stated("、".join(said.integrators) or None, "factory.integrators", Text("集成商", "the integrators")),
        ),
        _row("maturity_level", Text("智能制造能力成熟度", "Maturity of smart manufacturing"), maturity(sources)),
    ]


def summary(sources: Sources) -> Entry:
    """The summary of the factory."""
    return stated(
        sources.application.factory.summary,
        "factory.summary",
        Text("智能工厂总体情况", "a summary of the smart factory"),
    )


def products(sources: Sources) -> Entry:
    """What the factory makes: as the plant says it, else by the families of the products that are made."""
    said = sources.application.factory.products
    if said is not None:
        return Entry(said, "application.yaml factory.products")
    made = [
        row
        for row in sources.records["product"]
        if row["discontinued_on"] is None or row["discontinued_on"] > sources.day
    ]
    families: dict[str, int] = {}
    for row in made:
        family = row["family"] or row["name"]
        families[family] = families.get(family, 0) + 1
    if not families:
        return Entry(None, "product", wanted_in("factory.products", Text("主要产品", "the main products")))
    named = "、".join(f"{name}（{count} 种）" for name, count in families.items())
    english = ", ".join(f"{name} ({count})" for name, count in families.items())
    return Entry(
        Text(f"在产 {len(made)} 种产品：{named}", f"{len(made)} products are made: {english}"), "product.family"
    )


def revenue(sources: Sources) -> Entry:
    """Revenue of the last complete calendar year, else of the last twelve complete months; with audit and source."""
    said = sources.application.unit
    if said.revenue_cny is not None and said.revenue_from and said.revenue_to:
        amount, of = money(said.revenue_cny), period(said.revenue_from, said.revenue_to)
        return Entry(
            Text(f"{amount.zh}（{of.zh}）", f"{amount.en} ({of.en})"),
            f"application.yaml unit.revenue ({said.revenue_source})",
        )
    months = _months(sources)
    year = sources.day.year - 1
    chosen = [one for one in months if one[0].year == year]
    if len(chosen) < MONTHS:
        first = _months_before(sources.day, MONTHS)
        chosen = [one for one in months if first <= one[0] < sources.day.replace(day=1)]
    if len(chosen) < MONTHS or any(value is None for _, value, _ in chosen):
        wanted = Text(
            "请补充主营业务收入：导入记录 finance_month.revenue_cny（连续 12 个月），或填写 "
            "application.yaml 的 unit.revenue",
            "to be supplied: revenue; import finance_month.revenue_cny for twelve months, or state unit.revenue in "
            "application.yaml",
        )
        return Entry(None, "finance_month.revenue_cny", wanted)
    total = sum((value for _, value, _ in chosen if value is not None), Decimal(0))
    start, last = chosen[0][0], chosen[-1][0]
    end = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    amount, of = money(total), period(start, end)
    audited = all(done for _, _, done in chosen)
    note = Text("已审计", "audited") if audited else Text("未全部审计", "not all audited")
    return Entry(
        Text(f"{amount.zh}（{of.zh}，{note.zh}）", f"{amount.en} ({of.en}, {note.en})"), "finance_month.revenue_cny"
    )


def _months(sources: Sources) -> list[tuple[date, Decimal | None, bool]]:
    """Month, revenue of all factories, and whether it is audited; a factory without a figure leaves it unknown."""
    found: dict[date, list[dict[str, Any]]] = {}
    for row in sources.records["finance_month"]:
        found.setdefault(row["month"], []).append(row)
    return [
        (
            month,
            None
            if any(row["revenue_cny"] is None for row in rows)
            else sum(Decimal(row["revenue_cny"]) for row in rows),  # type: ignore[misc]
            all(row["audited"] for row in rows),
        )
        for month, rows in sorted(found.items())
    ]


def _months_before(day_: date, months: int) -> date:
    number_of = day_.year * 12 + day_.month - 1 - months
    return date(number_of // 12, number_of % 12 + 1, 1)


def employees(sources: Sources) -> Entry:
    """The head count of the last month that is known."""
    rows = [row for row in sources.records["headcount_month"] if row["month"] <= sources.day]
    if not rows:
        return Entry(
            None,
            "headcount_month.employees",
            Text(
                "请补充从业人数：导入记录 headcount_month.employees",
                "to be supplied: employees; import headcount_month.employees",
            ),
        )
    last = max(row["month"] for row in rows)
    total = sum((Decimal(str(row["employees"])) for row in rows if row["month"] == last), Decimal(0))
    said = number(total.quantize(Decimal(1)))
    return Entry(
        Text(f"{said} 人（{last.year}年{last.month}月平均）", f"{said} (average of {last:%Y-%m})"),
        "headcount_month.employees",
    )


def maturity(sources: Sources) -> Entry:
    """The level of maturity as the evidence has it."""
    wanted = Text(
        "请补充成熟度等级：登记当年的成熟度报告（linghang evidence add … --states maturity_level=3）",
        "to be supplied: the maturity level; register this year's report "
        "(linghang evidence add … --states maturity_level=3)",
    )
    documents = ", ".join(sources.documents_for("field:maturity_level"))
    found = sources.known["maturity"]
    level = found["level"] if found else _maturity_stated(sources)
    if level is None:
        return Entry(None, "maturity_level", wanted)
    proof = PROOFS[found["proof"]] if found else PROOFS["declared"]
    source = documents or (f"ledger maturity_level ({proof.en})" if found else "statements.yaml maturity")
    return Entry(Text(f"{level} 级（{proof.zh}）", f"level {level} ({proof.en})"), source)


def _maturity_stated(sources: Sources) -> str | None:
    from linghang.conditions.document import CASE_LIMITS, read_file
    from linghang.usecases.statements import STATEMENTS

    path = sources.workspace.folder / STATEMENTS
    given = read_file(path, CASE_LIMITS).get("maturity") if path.exists() else None
    level = given.get("level") if isinstance(given, dict) else given
    return None if level is None else str(level)


def _built(sources: Sources) -> Entry:
    said = sources.application.factory
    if said.build_from is None or said.build_to is None:
        return stated(
            None, "factory.build_from", Text("建设起止时间（build_from、build_to）", "build_from and build_to")
        )
    start, end = day(said.build_from), day(said.build_to)
    return Entry(Text(f"{start.zh}至{end.zh}", f"{start.en} to {end.en}"), "application.yaml factory.build_from")


def _site(sources: Sources) -> Entry:
    areas = [row["area_m2"] for row in sources.records["site"]]
    if not areas or None in areas:
        return recorded(None, "site.area_m2", Text("占地面积", "the ground area"))
    said = number(Decimal(str(sum(areas))))
    return Entry(Text(f"{said} 平方米", f"{said} m²"), "site.area_m2")


def _equipment(sources: Sources) -> Entry:
    rows = sources.records.in_use("equipment", sources.day, "commissioned_on")
    if not rows:
        return recorded(None, "equipment", Text("设备台账", "the register of equipment"))
    key = sum(bool(row["key"]) for row in rows)
    return Entry(
        Text(f"{len(rows)} 台（套），其中关键设备 {key} 台（套）", f"{len(rows)}, {key} of them key equipment"),
        "equipment",
    )


def _systems(sources: Sources) -> Entry:
    rows = sources.records.in_use("software", sources.day)
    if not rows:
        return recorded(None, "software", Text("软件系统台账", "the register of software"))
    links = sources.records.in_use("system_link", sources.day)
    return Entry(
        Text(f"{len(rows)} 套，系统间接口 {len(links)} 个", f"{len(rows)}, {len(links)} interfaces between them"),
        "software, system_link",
    )


def _first(sources: Sources, table: str) -> dict[str, Any]:
    rows = sources.records[table]
    return rows[0] if rows else {}


def _row(key: str, label: Text, entry: Entry) -> Row:
    return Row(key, label, entry)


def _column(row: dict[str, Any], table: str):  # type: ignore[no-untyped-def]
    from linghang.plant.tables import TABLES

    def entry(name: str) -> Entry:
        return recorded(row.get(name), f"{table}.{name}", TABLES[table].c[name].info["title"])

    return entry


def _choice(row: dict[str, Any], table: str, name: str, what: str) -> Entry:
    from linghang.plant.tables import TABLES

    choices = TABLES[table].c[name].info["choices"]
    value = row.get(name)
    return recorded(choices.get(value) if value else None, f"{table}.{name}", Text(what, name.replace("_", " ")))


def _day(row: dict[str, Any], table: str, name: str) -> Entry:
    from linghang.plant.tables import TABLES

    value = row.get(name)
    return recorded(None if value is None else day(value), f"{table}.{name}", TABLES[table].c[name].info["title"])


def _industry(row: dict[str, Any]) -> Entry:
    code = row.get("industry_code")
    try:
        name = division_of(code).name if code else None
    except BadInput:
        name = None
    said = None if not code else Text(f"{code} {name.zh}", f"{code} {name.en}") if name else code
    return recorded(said, "enterprise.industry_code", Text("行业代码", "the industry code"))


def _region(row: dict[str, Any], table: str) -> Entry:
    code = row.get("region_code")
    try:
        name = region_of(code) if code else None
    except BadInput:
        name = None
    said = None if not code else Text(f"{name.zh}（{code}）", f"{name.en} ({code})") if name else code
    return recorded(said, f"{table}.region_code", Text("区划代码", "the region code"))


def factory_name(sources: Sources) -> str:
    """The factory's name: of the records, else of the workspace."""
    return str(_first(sources, "factory").get("name") or sources.workspace.name)
