"""C6xx: the indicators, and the figures before and after that the application states beside them."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from linghang.plant.titles import titled
from linghang.report.consistency.catalogue_row import CannotTell, Flaw, at, few, figure, flaw, row
from linghang.report.consistency.facts import Facts, Values
from linghang.report.remarks import Spot
from linghang.words import Text

SHARES = (
    "key_equipment_nc_rate",
    "apc_in_service_rate",
    "ai_scene_share",
    "resource_utilisation",
    "defect_rate",
    "oee",
    "supplier_on_time",
    "order_on_time",
    "solid_waste_utilisation",
    "water_reuse",
)
"""Indicators whose value of a period is a part of a whole; efficiency at work may exceed 100 %."""
MOST_CHANGE = Decimal(100)
"""A change of more than this, in %, comes rather from a tiny baseline or a mixed unit; ours."""
TIME_COLUMNS = {
    "finance_month": "finance_month.month",
    "stock_snapshot": "stock_snapshot.day",
    "inspection": "inspection.at",
    "equipment_state": "equipment_state.start",
    "job_response": "job_response.start",
    "meter_reading": "meter_reading.start",
    "emission": "emission.start",
    "work_hours": "work_hours.day",
    "waste_month": "waste_month.month",
    "output_month": "output_month.month",
    "headcount_month": "headcount_month.month",
}
"""Tables of which an indicator needs every month of its periods, and where their time stands."""
SLACK = timedelta(31)
"""Monthly records carry the first day of their month."""


def _known(facts: Facts) -> Iterator[Values]:
    return (one for one in facts.indicators.values() if one["present_value"] is not None)


def named(facts: Facts, one: Values) -> Text:
    """How an indicator is called."""
    title = facts.titles.get(one["id"], Text(one["id"], one["id"]))
    return Text(f"指标{one['number']}“{title.zh}”", f"indicator {one['number']} “{title.en}”")


def spot_of(one: Values) -> Spot:
    """An indicator as a place."""
    return at("indicators", f"{one['number']} {one['id']}", one["present_value"])


def period_of(one: Values, which: str) -> tuple[date, date] | None:
    """First day and the day after the last of an indicator's `period` or `baseline`; None where it has none."""
    found = one["lineage"].get(which)
    return (_day(found["start"]), _day(found["end"])) if found else None


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _shares(facts: Facts) -> Iterator[Flaw]:
    for one in _known(facts):
        sides = (("期内值", "value", one["present_value"]), ("基期值", "baseline", one["baseline"]))
        for zh, en, value in sides if one["id"] in SHARES else ():
            if value is not None and not 0 <= Decimal(str(value)) <= 100:
                name = named(facts, one)
                yield flaw(
                    spot_of(one),
                    f"{name.zh}的{zh}是 {figure(value, 2)}%，比例不能小于 0 或大于 100%",
                    f"the {en} of {name.en} is {figure(value, 2)} %, a share lies between 0 and 100 %",
                )


def _unchanged(facts: Facts) -> Iterator[Flaw]:
    for one in _known(facts):
        if one["baseline"] is not None and Decimal(str(one["baseline"])) == Decimal(str(one["present_value"])):
            name = named(facts, one)
            yield flaw(
                spot_of(one),
                f"{name.zh}的基期值与期内值完全相同（{figure(one['present_value'], 4)}），是否抄了同一份数据？",
                f"baseline and value of {name.en} are exactly the same "
                f"({figure(one['present_value'], 4)}): is it one set of "
                "data twice?",
            )


def _relative(one: Values) -> Decimal | None:
    value = (one.get("change") or {}).get("relative_percent")
    return None if value is None else Decimal(str(value))


def _large_change(facts: Facts) -> Iterator[Flaw]:
    for one in _known(facts):
        change = _relative(one)
        if change is not None and abs(change) > MOST_CHANGE:
            name = named(facts, one)
            yield flaw(
                spot_of(one),
                f"{name.zh}变化 {figure(change)}%（{figure(one['baseline'], 4)} → {figure(one['present_value'], 4)}），"
                "幅度超过 100%",
                f"{name.en} changes by {figure(change)} % ({figure(one['baseline'], 4)} → "
                f"{figure(one['present_value'], 4)}), more than 100 %",
            )


def _worse(facts: Facts) -> Iterator[Flaw]:
    for one in _known(facts):
        change = _relative(one)
        if change is not None and change < 0:
            name = named(facts, one)
            yield flaw(
                spot_of(one),
                f"{name.zh}比基期变差 {figure(-change)}%（{figure(one['baseline'], 4)} → "
                f"{figure(one['present_value'], 4)}）",
                f"{name.en} got worse by {figure(-change)} % ({figure(one['baseline'], 4)} → "
                f"{figure(one['present_value'], 4)})",
            )


def _one_period(facts: Facts) -> Iterator[Flaw]:
    for which, zh, en in (("period", "期间", "periods"), ("baseline", "基期", "baselines")):
        found: dict[tuple[date, date], list[str]] = {}
        for one in _known(facts):
            if one["baseline"] is not None or which == "period":
                days = period_of(one, which)
                if days:
                    found.setdefault(days, []).append(str(one["number"]))
        if len(found) > 1:
            said = "；".join(f"{start}–{end}: {', '.join(numbers)}" for (start, end), numbers in sorted(found.items()))
            yield flaw(
                at("indicators", which, said), f"指标用了不同的{zh}：{said}", f"indicators have different {en}: {said}"
            )


def _apart(facts: Facts) -> Iterator[Flaw]:
    for one in _known(facts):
        present, before = period_of(one, "period"), period_of(one, "baseline")
        if one["baseline"] is None or present is None or before is None:
            continue
        lengths = (present[1] - present[0]).days, (before[1] - before[0]).days
        if before[1] > present[0] or abs(lengths[0] - lengths[1]) > 3:
            name = named(facts, one)
            overlap = before[1] > present[0]
            zh = "基期与期间重叠" if overlap else f"基期 {lengths[1]} 天，期间 {lengths[0]} 天"
            en = "baseline and period overlap" if overlap else f"{lengths[1]} days before, {lengths[0]} now"
            yield flaw(
                at(
                    "indicators", f"{one['number']} {one['id']}", f"{before[0]}–{before[1]} / {present[0]}–{present[1]}"
                ),
                f"{name.zh}：{zh}，前后不可比",
                f"{name.en}: {en}; they cannot be compared",
            )


def _tables(one: Values) -> Iterator[tuple[str, str]]:
    for name, _ in one["lineage"]["tables"]:
        if name in TIME_COLUMNS:
            yield name, TIME_COLUMNS[name]


def _cut(facts: Facts, which: str) -> dict[str, list[Values]]:
    """Tables whose records do not cover the end of the period or the beginning of the baseline -> the indicators."""
    found: dict[str, list[Values]] = {}
    for one in _known(facts):
        days = period_of(one, which)
        if days is None or (which == "baseline" and one["baseline"] is None):
            continue
        for table, column in _tables(one):
            span = facts.span(column)
            late = which == "period" and span.last is not None and span.last < days[1] - SLACK
            early = which == "baseline" and span.first is not None and span.first > days[0] + SLACK
            if late or early:
                found.setdefault(table, []).append(one)
    return found


def _cut_short(facts: Facts) -> Iterator[Flaw]:
    for table, ones in _cut(facts, "period").items():
        end, last, said = (
            period_of(ones[0], "period")[1] - timedelta(1),  # type: ignore[index]
            facts.span(TIME_COLUMNS[table]).last,
            few([one["number"] for one in ones]),
        )
        yield flaw(
            at("records", TIME_COLUMNS[table], last),
            f"期间到 {end} 止，{titled(table).zh}记录却止于 {last}；涉及指标 {said.zh}",
            f"the period ends on {end}, records of {titled(table).en} on {last}; indicators {said.en}",
            at("indicators", said.en),
        )


def _begun_late(facts: Facts) -> Iterator[Flaw]:
    for table, ones in _cut(facts, "baseline").items():
        start, first, said = (
            period_of(ones[0], "baseline")[0],  # type: ignore[index]
            facts.span(TIME_COLUMNS[table]).first,
            few([one["number"] for one in ones]),
        )
        yield flaw(
            at("records", TIME_COLUMNS[table], first),
            f"基期自 {start} 起，{titled(table).zh}记录却始于 {first}；涉及指标 {said.zh}",
            f"the baseline begins on {start}, records of {titled(table).en} on {first}; indicators {said.en}",
            at("indicators", said.en),
        )


def _comparators(facts: Facts) -> Iterator[Flaw]:
    bare = [one for one in facts.rows("comparator") if not one["document"]]
    resting = [
        one["id"]
        for one in facts.elements.values()
        if one["finding"] == "met" and any("benchmark" in seen["source"]["id"] for seen in one["observations"])
    ]
    if bare and resting:
        said = few(resting)
        yield flaw(
            at("records", f"comparator/{bare[0]['comparator_id']}.document", bare[0]["source"]),
            f"{len(facts.rows('comparator'))} 个对标值中 {len(bare)} 个没有出处文件，却支撑了结论：{said.zh}",
            f"{len(bare)} of {len(facts.rows('comparator'))} comparators have no document, yet findings rest on them: "
            f"{said.en}",
            at("judgement", resting[0], "met"),
        )


def _new_plant(facts: Facts) -> Iterator[Flaw]:
    since = [one["commissioned_on"] for one in facts.rows("factory")]
    if None in since:
        raise CannotTell(titled("factory.commissioned_on"))
    start = max(since)
    odd = [
        one
        for one in _known(facts)
        if one["baseline"] is not None and (days := period_of(one, "baseline")) and days[0] < start
    ]
    if odd:
        said = few([one["number"] for one in odd])
        yield flaw(
            at("indicators", said.en),
            f"工厂 {start} 投产，指标 {said.zh} 的基期却从投产前开始",
            f"the factory was commissioned on {start}, but the baseline of indicators {said.en} begins before",
            at("records", "factory.commissioned_on", start),
        )


ROWS = (
    row(
        "C601",
        "error",
        ("比例类指标在 0 至 100% 之间", "shares lie between 0 and 100 %"),
        ("检查分子分母的范围和单位", "look at the scope and unit of both figures"),
        "indicators",
        _shares,
        "N24 附件",
    ),
    row(
        "C602",
        "warning",
        ("基期值与期内值不雷同", "baseline and value are not one figure twice"),
        ("核对两期的原始记录", "look at the records of both periods"),
        "indicators",
        _unchanged,
    ),
    row(
        "C603",
        "hint",
        ("变化幅度合理", "changes are plausible"),
        (
            "说明口径和原因；基数过小时改写绝对值",
            "say what changed and how it is counted; of a tiny baseline give absolutes",
        ),
        "indicators",
        _large_change,
        "platform: 100 %",
    ),
    row(
        "C604",
        "hint",
        ("指标比基期改善", "indicators improve on their baseline"),
        ("说明原因；不要把它列为成效", "say why; do not list it as an effect"),
        "indicators",
        _worse,
    ),
    row(
        "C605",
        "warning",
        ("各指标用同一期间和基期", "all indicators have one period and one baseline"),
        ("统一期间，或逐项说明", "use one period, or explain each"),
        "indicators",
        _one_period,
    ),
    row(
        "C606",
        "error",
        ("基期与期间等长且不重叠", "baseline and period are equally long and apart"),
        ("用同样长度、前后相接或隔开的期间", "use periods of one length, one after the other"),
        "indicators",
        _apart,
    ),
    row(
        "C607",
        "warning",
        ("记录覆盖到期间结束", "records reach to the end of the period"),
        ("导入其余月份，或把期间提前", "import the remaining months, or use an earlier period"),
        "indicators",
        _cut_short,
    ),
    row(
        "C608",
        "warning",
        ("记录从基期开始就有", "records begin with the baseline"),
        ("导入更早的记录，或把基期推后", "import earlier records, or use a later baseline"),
        "indicators",
        _begun_late,
    ),
    row(
        "C609",
        "warning",
        ("对标值有出处文件", "comparators have a document"),
        ("在 comparator.document 写出处，并登记文件", "name the document in comparator.document, and register it"),
        "comparator assessment",
        _comparators,
    ),
    row(
        "C614",
        "warning",
        ("基期不早于投产", "the baseline is not before the factory"),
        (
            "新建工厂没有改造前的值：写设计值或行业均值并注明",
            "a new plant has no value before: use a design value or mean, and say so",
        ),
        "factory indicators",
        _new_plant,
    ),
)
