"""C3xx: how many people. Head counts, the register of people and the hours worked tell one story."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

from linghang.plant.titles import titled
from linghang.report.consistency.catalogue_row import CannotTell, Flaw, at, few, figure, flaw, plain, record, row
from linghang.report.consistency.facts import Facts
from linghang.words import Text

MOST_APART = Decimal("0.10")
"""Head count and register of people: a month's mean and a day's count differ by comers and goers; ours."""
MOST_JUMP = Decimal("0.20")
"""From one month to the next; ours."""
HOURS_OF_A_MONTH = (40, 320)
"""Hours of one person in a month that can be: a tenth of the month is idle, twelve hours a day for 27 days; ours."""


def _employed(facts: Facts, day: date) -> int:
    return sum(
        1
        for one in facts.rows("person")
        if (one["joined_on"] is None or one["joined_on"] <= day) and (one["left_on"] is None or one["left_on"] > day)
    )


def _months(facts: Facts) -> list[tuple[date, Decimal, Decimal | None]]:
    """Month, employees, dispatched among them (None: unknown): of all factories together, of months that are over."""
    found: dict[date, tuple[Decimal, Decimal | None]] = {}
    for one in facts.rows("headcount_month"):
        employees, dispatched = found.get(one["month"], (Decimal(0), Decimal(0)))
        sent = one["dispatched"]
        known = None if sent is None or dispatched is None else dispatched + Decimal(str(sent))
        found[one["month"]] = employees + Decimal(str(one["employees"])), known
    return [(month, *found[month]) for month in sorted(found) if month < facts.as_of.replace(day=1)]


def _register(facts: Facts) -> Iterator[Flaw]:
    months = _months(facts)
    if not months:
        raise CannotTell(titled("headcount_month"))
    month, employees, dispatched = months[-1]
    people = _employed(facts, month.replace(day=15))
    own = Decimal(0) if dispatched is None else employees - dispatched
    fits = any(abs(Decimal(people) - one) <= MOST_APART * max(one, Decimal(1)) for one in (own, employees))
    if not fits and dispatched is None and people < employees:
        raise CannotTell(titled("headcount_month.dispatched"))  # the rest may be dispatched
    if not fits:
        sent = Text("未填", "unknown") if dispatched is None else Text(figure(dispatched), figure(dispatched))
        yield flaw(
            at("records", f"headcount_month {month:%Y-%m}", figure(employees)),
            f"{month:%Y-%m} 平均从业人数 {figure(employees)}（含劳务派遣 {sent.zh}），人员台账当月在职 {people} 人",
            f"the mean head count of {month:%Y-%m} is {figure(employees)} (with {sent.en} dispatched), the "
            f"register of people has {people}",
            at("records", "person", people),
        )


def _jumps(facts: Facts) -> Iterator[Flaw]:
    months = _months(facts)
    for (_, before, _), (month, now, _) in pairwise(months):
        if before and abs(now - before) > MOST_JUMP * before:
            yield flaw(
                at("records", f"headcount_month {month:%Y-%m}", figure(now)),
                f"{month:%Y-%m} 从业人数由 {figure(before)} 变为 {figure(now)}，一个月变化超过 "
                f"{figure(MOST_JUMP * 100)}%",
                f"the head count changes from {figure(before)} to {figure(now)} in {month:%Y-%m}, by more than "
                f"{figure(MOST_JUMP * 100)} % in one month",
            )


def _hours_a_head(facts: Facts) -> Iterator[Flaw]:
    heads = {month: employees for month, employees, _ in _months(facts)}
    odd = []
    for one in facts.sums["month_hours"]:
        if heads.get(one["month"]):
            share = Decimal(str(one["hours"])) / heads[one["month"]]
            if not HOURS_OF_A_MONTH[0] <= share <= HOURS_OF_A_MONTH[1]:
                odd.append(f"{one['month']:%Y-%m}: {figure(share)} h")
    if odd:
        said = few(odd)
        yield flaw(
            at("records", "work_hours", said.zh),
            f"工时除以当月从业人数不在每人 {HOURS_OF_A_MONTH[0]}–{HOURS_OF_A_MONTH[1]} 小时之间：{said.zh}",
            f"hours by the head count of the month are not between {HOURS_OF_A_MONTH[0]} and {HOURS_OF_A_MONTH[1]} h "
            f"a head: {said.en}",
            at("records", "headcount_month"),
        )


def _hours_of_strangers(facts: Facts) -> Iterator[Flaw]:
    people = facts.by_id("person")
    for one in facts.sums["person_hours"]:
        person = people.get(one["person_id"])
        if person is None:
            continue
        joined, left = person["joined_on"], person["left_on"]
        if (joined and one["first"] < joined) or (left and one["last"] > left):
            yield flaw(
                record("person", one["person_id"], "left_on", left or joined),
                f"{one['person_id']} 在职 {joined or '?'} 至 {left or '今'}，工时记录为 "
                f"{one['first']} 至 {one['last']}",
                f"{one['person_id']} is employed {joined or '?'} to {left or 'now'}, the hours are "
                f"of {one['first']} to "
                f"{one['last']}",
                at("records", "work_hours.person_id", one["person_id"]),
            )


def _departments(facts: Facts) -> Iterator[Flaw]:
    known = {plain(one["department"]) for one in facts.rows("person")}
    odd = sorted(one["department"] for one in facts.sums["departments"] if plain(one["department"]) not in known)
    if odd:
        said = few(odd)
        yield flaw(
            at("records", "work_hours.department", said.zh),
            f"工时记录中的部门不在人员台账中：{said.zh}",
            f"departments of the hours that the register of people does not know: {said.en}",
            at("records", "person.department"),
        )


def _talent(facts: Facts) -> Iterator[Flaw]:
    """The talent that counts is employed; the register may flag people who have left."""
    flagged = [one for one in facts.rows("person") if one["smart_manufacturing"]]
    unsure = [one["person_id"] for one in flagged if one["joined_on"] is None]
    if unsure:
        said = few(unsure)
        yield flaw(
            record("person", unsure[0], "joined_on"),
            f"{len(flagged)} 名智能制造人才中 {len(unsure)} 名没有入职日期，无法证明在职：{said.zh}",
            f"of {len(flagged)} smart-manufacturing people {len(unsure)} have no day of joining, so that nothing shows "
            f"them employed: {said.en}",
        )


ROWS = (
    row(
        "C301",
        "warning",
        ("月平均人数与人员台账一致", "head count of the month and register of people agree"),
        (
            "说明口径（派遣、外包），或补齐人员台账",
            "say who is counted (dispatched, outsourced), or complete the register",
        ),
        "headcount_month person",
        _register,
        "platform: 10 %",
    ),
    row(
        "C302",
        "hint",
        ("从业人数没有无故突变", "the head count does not jump"),
        ("说明原因，或改正填错的月份", "say why, or mend the month"),
        "headcount_month",
        _jumps,
        "platform: 20 %",
    ),
    row(
        "C303",
        "warning",
        ("人均月工时合理", "hours a head are possible"),
        (
            "检查工时的单位和范围：人、部门、产线不得重复或遗漏",
            "look at unit and scope of the hours: nobody twice or missing",
        ),
        "headcount_month sum:month_hours",
        _hours_a_head,
        "platform: 40–320 h",
    ),
    row(
        "C304",
        "error",
        ("工时记录都在本人在职期间", "hours are of people who were employed then"),
        ("改正入职、离职日期或工时记录", "mend the days of joining or leaving, or the hours"),
        "person sum:person_hours",
        _hours_of_strangers,
    ),
    row(
        "C305",
        "hint",
        ("工时与人员台账用同一套部门名称", "hours and people name departments alike"),
        ("统一部门名称", "use one name for a department"),
        "person sum:departments",
        _departments,
    ),
    row(
        "C306",
        "warning",
        ("智能制造人才写明入职日期", "smart-manufacturing people have a day of joining"),
        ("补入职日期，附社保或劳动合同", "supply the day, with the contract"),
        "person",
        _talent,
        "N24 一.4",
    ),
)
