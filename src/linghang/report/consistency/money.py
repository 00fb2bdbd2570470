"""C5xx: money. Revenue, cost, and what the application states of both, add up."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from linghang.plant.titles import titled
from linghang.report.consistency.catalogue_row import CannotTell, Flaw, at, few, figure, flaw, record, row
from linghang.report.consistency.facts import Facts, Values
from linghang.words import Text

ABOVE_SCALE_CNY = Decimal(20_000_000)
"""Least revenue of the main business in a year of an industrial enterprise above the designated size (statistics)."""
MOST_APART = Decimal("0.05")
"""Books and deliveries: returns and cut-off days move a few per cent; ours."""
PARTS = (
    "material_cost_cny",
    "labour_cost_cny",
    "energy_cost_cny",
    "maintenance_cost_cny",
    "logistics_cost_cny",
    "quality_cost_cny",
    "depreciation_cny",
    "rnd_cost_cny",
)


def _money(value: object) -> Decimal:
    return Decimal(str(value or 0))


def _wan(value: Decimal) -> str:
    """An amount in 10,000 CNY, as applications write it."""
    return f"{figure(value / 10_000, 1)}万元"


def _million(value: Decimal) -> str:
    return f"CNY {figure(value / 1_000_000, 2)} million"


def _last_year(facts: Facts) -> list[Values]:
    """The newest twelve months of finance; less where there are less."""
    rows = [one for one in facts.rows("finance_month") if one["month"] < facts.as_of.replace(day=1)]
    months = sorted({one["month"] for one in rows})[-12:]
    return [one for one in rows if one["month"] in months]


def _whole_year(facts: Facts, column: str) -> Decimal:
    rows = _last_year(facts)
    if len({one["month"] for one in rows}) < 12 or any(one[column] is None for one in rows):
        raise CannotTell(
            Text(f"近 12 个月的{titled(f'finance_month.{column}').zh}", f"12 months of finance_month.{column}")
        )
    return sum((_money(one[column]) for one in rows), Decimal(0))


def _deliveries(facts: Facts) -> Iterator[Flaw]:
    delivered = {one["month"]: _money(one["value"]) for one in facts.sums["delivered"]}
    unknown = {one["month"] for one in _last_year(facts) if one["revenue_cny"] is None}
    months = {one["month"] for one in _last_year(facts)} & set(delivered) - unknown
    if not months:
        raise CannotTell(titled("delivery.delivered_on"))
    booked = sum((_money(one["revenue_cny"]) for one in _last_year(facts) if one["month"] in months), Decimal(0))
    sold = sum((delivered[one] for one in months), Decimal(0))
    if booked and abs(booked - sold) > MOST_APART * booked:
        first, last = min(months), max(months)
        yield flaw(
            at("records", f"finance_month.revenue_cny {first:%Y-%m}–{last:%Y-%m}", booked),
            f"{first:%Y-%m} 至 {last:%Y-%m} 财务收入 {_wan(booked)}，同期交付数量×单价为 {_wan(sold)}，"
            f"相差 {figure(100 * abs(booked - sold) / booked)}%",
            f"from {first:%Y-%m} to {last:%Y-%m} the books have a revenue of {_million(booked)}, "
            "deliveries × prices give "
            f"{_million(sold)}, {figure(100 * abs(booked - sold) / booked)} % apart",
            at("records", "delivery.quantity × sales_order_line.price_cny", sold),
        )


def _parts(facts: Facts) -> Iterator[Flaw]:
    for one in facts.rows("finance_month"):
        whole, parts = one["operating_cost_cny"], [one[name] for name in PARTS if one[name] is not None]
        total = sum(map(_money, parts), Decimal(0))
        if whole is not None and total > _money(whole) * Decimal("1.001"):
            yield flaw(
                at("records", f"finance_month {one['month']:%Y-%m}.operating_cost_cny", whole),
                f"{one['month']:%Y-%m} 运营成本 {_wan(_money(whole))}，各分项合计 {_wan(total)}，分项大于总数",
                f"the operating cost of {one['month']:%Y-%m} is {_million(_money(whole))}, its parts add up to "
                f"{_million(total)}",
            )


def _value_added(facts: Facts) -> Iterator[Flaw]:
    odd = [
        one
        for one in facts.rows("finance_month")
        if one["value_added_cny"] is not None
        and one["revenue_cny"] is not None
        and _money(one["value_added_cny"]) > _money(one["revenue_cny"])
    ]
    if odd:
        said = few([f"{one['month']:%Y-%m}" for one in odd])
        yield flaw(
            at("records", f"finance_month {odd[0]['month']:%Y-%m}.value_added_cny", odd[0]["value_added_cny"]),
            f"工业增加值大于营业收入：{said.zh}",
            f"the value added is more than the revenue: {said.en}",
            at("records", f"finance_month {odd[0]['month']:%Y-%m}.revenue_cny", odd[0]["revenue_cny"]),
        )


def _above_scale(facts: Facts) -> Iterator[Flaw]:
    one = facts.rows("enterprise")[0]
    if one["above_scale"] is None:
        raise CannotTell(titled("enterprise.above_scale"))
    revenue = _whole_year(facts, "revenue_cny")
    if one["above_scale"] and revenue < ABOVE_SCALE_CNY:
        yield flaw(
            record("enterprise", one["enterprise_id"], "above_scale", "true"),
            f"登记为规模以上，近 12 个月收入只有 {_wan(revenue)}（规模以上工业为年主营业务收入 2,000 万元及以上）",
            "entered as above the designated size, but the revenue of 12 months is "
            f"{_million(revenue)} (the size begins at "
            "CNY 20 million)",
            at("records", "finance_month.revenue_cny", revenue),
        )


def _sound(facts: Facts) -> Iterator[Flaw]:
    one = facts.rows("enterprise")[0]
    revenue, cost = _whole_year(facts, "revenue_cny"), _whole_year(facts, "operating_cost_cny")
    if one["finance_sound"] and cost > revenue:
        yield flaw(
            record("enterprise", one["enterprise_id"], "finance_sound", "true"),
            f"声明经营和财务状况良好，近 12 个月运营成本 {_wan(cost)} 大于收入 {_wan(revenue)}",
            f"finances are declared sound, but 12 months cost {_million(cost)} against a revenue of "
            f"{_million(revenue)}",
            at("records", "finance_month.operating_cost_cny", cost),
        )


def _audited(facts: Facts) -> Iterator[Flaw]:
    rows = _last_year(facts)
    open_ = sorted(f"{one['month']:%Y-%m}" for one in rows if one["audited"] is False)
    if not open_ and any(one["audited"] is None for one in rows):
        raise CannotTell(titled("finance_month.audited"))
    if open_:
        said = few(open_)
        yield flaw(
            at("records", "finance_month.audited", said.zh),
            f"近 {len(rows)} 个月中 {len(open_)} 个月的财务数据未经审计：{said.zh}",
            f"of {len(rows)} months {len(open_)} are not audited: {said.en}",
        )


def _stated_revenue(facts: Facts) -> Iterator[Flaw]:
    stated, start, end = (facts.stated(f"unit.{name}") for name in ("revenue_cny", "revenue_from", "revenue_to"))
    if start is None or end is None:
        raise CannotTell(Text("application.yaml 中收入的期间", "the period of the revenue in application.yaml"))
    rows = [one for one in facts.rows("finance_month") if start <= one["month"] < end]
    unknown = any(one["revenue_cny"] is None for one in rows)
    if unknown or {one["month"] for one in rows} != set(months_of(start, end)):
        raise CannotTell(Text(f"{start} 起各月的财务记录", f"finance_month of every month from {start}"))
    booked = sum((_money(one["revenue_cny"]) for one in rows), Decimal(0))
    if booked and abs(_money(stated) - booked) > Decimal("0.005") * booked:
        yield flaw(
            at("application", "application.yaml unit.revenue.cny", stated),
            f"申报收入 {_wan(_money(stated))}，同期（{start} 至 {end - timedelta(1)}）财务记录合计 {_wan(booked)}",
            f"the application states a revenue of {_million(_money(stated))}, the books of {start} to "
            f"{end - timedelta(1)} have {_million(booked)}",
            at("records", "finance_month.revenue_cny", booked),
        )


def months_of(start: date, end: date) -> Iterator[date]:
    """First days of the months that begin in `[start, end)`."""
    month = start.replace(day=1) if start.day == 1 else (start.replace(day=28) + timedelta(4)).replace(day=1)
    while month < end:
        yield month
        month = (month.replace(day=28) + timedelta(4)).replace(day=1)


def _investment(facts: Facts) -> Iterator[Flaw]:
    """What was invested in all is not less than the invoices and contracts would show, nor nothing."""
    total = _money(facts.stated("factory.total_investment_cny"))
    revenue = _whole_year(facts, "revenue_cny")
    if total and revenue and (total > 100 * revenue or total < revenue / 10_000):
        yield flaw(
            at("application", "application.yaml factory.total_investment_cny", total),
            f"总投资 {_wan(total)}，近 12 个月收入 {_wan(revenue)}：量级不合，单位是否写错（元、万元）？",
            f"an investment of {_million(total)} beside a revenue of {_million(revenue)}: is it in "
            "CNY, not in 10,000 CNY?",
            at("records", "finance_month.revenue_cny", revenue),
        )


ROWS = (
    row(
        "C501",
        "warning",
        ("财务收入与交付金额一致", "revenue of the books and of deliveries agree"),
        (
            "说明口径（退货、其他业务、含税），或补交付记录",
            "say what differs (returns, other business, tax), or supply deliveries",
        ),
        "finance_month sum:delivered",
        _deliveries,
        "platform: 5 %",
    ),
    row(
        "C502",
        "warning",
        ("成本分项之和不大于运营成本", "parts of the cost are no more than the whole"),
        ("改正分项或总数", "mend the parts or the whole"),
        "finance_month",
        _parts,
    ),
    row(
        "C503",
        "error",
        ("工业增加值不大于收入", "value added is no more than revenue"),
        ("检查单位（元、万元）和口径", "look at the unit (CNY, 10,000 CNY) and at what is counted"),
        "finance_month",
        _value_added,
    ),
    row(
        "C504",
        "warning",
        ("规模以上与收入相符", "above designated size agrees with the revenue"),
        ("附统计部门的证明，或改正标记", "add the proof of the statistics office, or mend the flag"),
        "enterprise finance_month",
        _above_scale,
        "N24 一.1",
    ),
    row(
        "C505",
        "warning",
        ("经营状况良好的声明与财务记录相符", "sound finances agree with the books"),
        ("说明亏损原因，附审计报告", "explain the loss, with the audit report"),
        "enterprise finance_month",
        _sound,
        "N24 一.1",
    ),
    row(
        "C506",
        "hint",
        ("近 12 个月财务数据已审计", "the last 12 months are audited"),
        ("年初可先报未审计数据，审计后更新", "unaudited figures may do early in the year; bring them up to date later"),
        "finance_month",
        _audited,
    ),
    row(
        "C507",
        "error",
        ("申报的收入与财务记录一致", "the revenue of the application is that of the books"),
        ("按审计报告改正，写明期间和口径", "mend it after the audit report, with period and scope"),
        "finance_month application:unit.revenue_cny",
        _stated_revenue,
    ),
    row(
        "C508",
        "warning",
        ("总投资与收入量级相称", "investment and revenue are of one order"),
        ("检查单位：application.yaml 用元", "look at the unit: application.yaml has CNY"),
        "finance_month application:factory.total_investment_cny",
        _investment,
    ),
)
