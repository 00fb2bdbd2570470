"""People of the works: who is employed, four crews in two shifts, hours by department, and the head count."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from linghang.twin.works.demand import Floats
from linghang.twin.works.floor import Floor
from linghang.twin.works.layout import FACTORY
from linghang.twin.works.rows import listed, rows_of
from linghang.twin.works.span import Span, day_from, festival_days, number_of
from linghang.twin.works.streams import stream

SHIFT_H = 12.0
CREWS = ("甲班", "乙班", "丙班", "丁班")


@dataclass(frozen=True, slots=True)
class Department:
    """A department.

    Attributes
    ----------
    posts
        Places that are staffed in each shift; 0 where people work by day.
    saved
        Posts that the capabilities of the improved year made needless.
    staff
        People, absent ones included.
    """

    name: str
    center: str | None
    posts: int
    saved: int
    staff: int
    roles: tuple[str, ...]


DEPARTMENTS: tuple[Department, ...] = (
    Department("熔炼车间", "WC-MELT", 4, 0, 19, ("熔炼工", "炉前检验员")),
    Department("铸造车间", "WC-LPC", 9, 1, 42, ("铸造工", "模具工")),
    Department("探伤组", "WC-XRAY", 4, 2, 19, ("探伤工",)),
    Department("热处理车间", "WC-HT", 3, 0, 14, ("热处理工",)),
    Department("机加工车间", "WC-CNC", 11, 1, 51, ("数控操作工", "刀具管理员")),
    Department("气密组", "WC-LEAK", 3, 0, 14, ("检测工",)),
    Department("涂装车间", "WC-POWDER", 10, 0, 46, ("涂装工", "挂件工")),
    Department("包装车间", "WC-PACK", 6, 0, 28, ("终检员", "包装工")),
    Department("物流部", "WC-STORE", 6, 2, 28, ("叉车工", "仓管员")),
    Department("设备部", None, 5, 0, 24, ("机修工", "电气工程师")),
    Department("质量部", None, 4, 1, 22, ("检验员", "质量工程师")),
    Department("技术中心", None, 0, 0, 38, ("产品设计工程师", "工艺工程师", "仿真工程师")),
    Department("智能制造部", None, 0, 0, 16, ("智能制造工程师", "数据工程师", "自动化工程师")),
    Department("生产计划部", None, 0, 0, 12, ("计划员", "调度员")),
    Department("采购部", None, 0, 0, 9, ("采购员",)),
    Department("销售部", None, 0, 0, 15, ("客户经理", "售后工程师")),
    Department("安全环保部", None, 0, 0, 9, ("安全工程师", "环保工程师")),
    Department("财务部", None, 0, 0, 9, ("会计",)),
    Department("综合管理部", None, 0, 0, 15, ("行政专员", "人事专员", "厂长助理")),
)
DISPATCHED = 26.0
SMART_ROLES = frozenset({"智能制造工程师", "数据工程师", "自动化工程师", "仿真工程师", "电气工程师"})
QUALIFICATIONS = {
    "工程师": ("bachelor", "master", "bachelor", "bachelor", "doctor"),
    "员": ("college", "bachelor", "college"),
    "工": ("vocational", "college", "technician", "vocational", "senior_technician", "vocational"),
}
LEAVING_A_YEAR = 0.07


@dataclass(frozen=True)
class People:
    """Hours and heads.

    Attributes
    ----------
    hours
        (days,) hours worked.
    overtime
        (days,) overtime within them.
    heads
        (months,) average employees.
    """

    tables: dict[str, pa.Table]
    hours: Floats
    overtime: Floats
    heads: Floats


def people_of(span: Span, seed: int, floor: Floor) -> People:
    """Staff the works."""
    persons = listed("person", list(_persons(span, seed)))
    hours, worked, overtime = _hours(span, seed, floor)
    heads = _heads(span, persons)
    tables = {
        "person": persons,
        "work_hours": hours,
        "headcount_month": rows_of(
            "headcount_month",
            span.months,
            factory_id=FACTORY,
            month=list(span.month_days),
            employees=heads,
            dispatched=DISPATCHED,
        ),
        "shift": _shifts(span),
    }
    return People(tables, worked, overtime, heads)


def _persons(span: Span, seed: int) -> Iterator[dict[str, object]]:
    rng = stream(seed, "persons")
    number = 1000
    for department in DEPARTMENTS:
        kept = department.staff - 4 * department.saved
        for place in range(department.staff):
            last = place >= kept
            for joined, left in _careers(span, rng, last):
                number += 1
                yield _person(department, place, number, joined, left)


def _careers(span: Span, rng: np.random.Generator, saved: bool) -> Iterator[tuple[date, date | None]]:
    """Who has a place, one after another; a place that is saved is left in the improved year and not filled again."""
    joined = span.first - timedelta(int(rng.integers(60, 3600)))
    end = span.improved_from + timedelta(int(rng.integers(0, 60))) if saved else date.max
    while joined < min(span.until, end):
        stays = timedelta(30 + int(rng.exponential(365 / LEAVING_A_YEAR)))
        left = min(max(joined, span.first) + stays, max(end, joined + timedelta(1)))
        yield joined, left if left < span.until else None
        joined = left + timedelta(int(rng.integers(5, 40))) if left < end else end


def _person(department: Department, place: int, number: int, joined: date, left: date | None) -> dict[str, object]:
    role = department.roles[place % len(department.roles)]
    kind = next(kind for kind in QUALIFICATIONS if role.endswith(kind) or kind == "工")
    choice = QUALIFICATIONS[kind]
    return {
        "person_id": f"E{number}",
        "factory_id": FACTORY,
        "role": role,
        "department": department.name,
        "qualification": choice[number % len(choice)],
        "smart_manufacturing": role in SMART_ROLES,
        "joined_on": joined,
        "left_on": left,
    }


def _heads(span: Span, persons: pa.Table) -> Floats:
    """Employees on the mean day of each month, dispatched ones included."""
    never = number_of(span.until) + 1
    joined = np.array([number_of(day) for day in persons["joined_on"].to_pylist()])
    left = np.array([never if day is None else number_of(day) for day in persons["left_on"].to_pylist()])
    days = span.day_numbers
    there = np.array([np.count_nonzero((joined <= day) & (left > day)) for day in days.tolist()], dtype=np.float64)
    month = span.month_of(days)
    inside = month < span.months
    mean = np.bincount(month[inside], there[inside]) / np.bincount(month[inside])
    return np.asarray(np.round(mean + DISPATCHED, 1), dtype=np.float64)


def _hours(span: Span, seed: int, floor: Floor) -> tuple[pa.Table, Floats, Floats]:
    rng = stream(seed, "hours")
    days = span.day_numbers
    holidays = {number_of(day) for day in festival_days(span)}
    closed = np.isin(days, list(holidays))
    sunday = np.array([day_from(day).weekday() == 6 for day in days.tolist()])
    saturday = np.array([day_from(day).weekday() == 5 for day in days.tolist()])
    pieces = np.bincount(np.clip(span.day_of(floor.steps.end) - days[0], 0, len(days)), floor.steps.pieces)
    busy = np.append(pieces, np.zeros(len(days)))[: len(days)]
    busy = busy / max(busy.mean(), 1.0)
    tables, worked, over = [], np.zeros(len(days)), np.zeros(len(days))
    improved = span.improved(days)
    for number, one in enumerate(DEPARTMENTS):
        if one.posts:
            usual = (one.posts - np.where(improved, one.saved, 0)) * 2 * SHIFT_H * np.where(closed, 0.06, 1.0)
            extra = usual * np.clip(busy - 1.0, 0, 0.5) * 0.25
        else:
            usual = one.staff * 8.0 * 0.94 * np.where(closed | sunday, 0.0, np.where(saturday, 0.25, 1.0))
            extra = usual * 0.02
        hours = np.round(usual * rng.normal(0.985, 0.012, len(days)).clip(0.9, 1.0) + extra, 1)
        extra = np.round(np.minimum(extra, hours), 1)
        rows = np.flatnonzero(hours > 0)
        tables.append(_table(one, number, days[rows], hours[rows], extra[rows]))
        worked += hours
        over += extra
    return pa.concat_tables(tables).sort_by("work_hours_id"), worked, over


def _table(one: Department, number: int, days: np.ndarray, hours: Floats, extra: Floats) -> pa.Table:
    return rows_of(
        "work_hours",
        len(days),
        work_hours_id=[f"WH-{day_from(day):%Y%m%d}-{number + 1:02d}" for day in days.tolist()],
        factory_id=FACTORY,
        department=one.name,
        work_center_id=one.center,
        day=days,
        hours=hours,
        overtime_h=extra,
        attendance_h=np.round(hours * 1.04, 1),
    )


def _shifts(span: Span) -> pa.Table:
    """Two shifts a day of twelve hours; the crews change every two days."""
    holidays = festival_days(span)
    rows: list[dict[str, object]] = []
    for number, day in enumerate(span.days):
        if day in holidays:
            continue
        turn = number // 2 % len(CREWS)
        for place, (name, hour) in enumerate((("D", 8.0), ("N", 20.0))):
            start = span.at(day, hour)
            rows.append(
                {
                    "shift_id": f"{day:%Y%m%d}-{name}",
                    "factory_id": FACTORY,
                    "start": start,
                    "end": start + round(SHIFT_H * 3_600_000_000),
                    "planned_stop_s": 2700.0,
                    "crew_name": CREWS[(turn + place) % len(CREWS)],
                }
            )
    return _with_moments(rows)


def _with_moments(rows: Sequence[dict[str, object]]) -> pa.Table:
    names = list(rows[0]) if rows else ["shift_id", "factory_id", "start", "end", "planned_stop_s", "crew_name"]
    columns: dict[str, object] = {name: [row[name] for row in rows] for name in names}
    for name in ("start", "end"):
        columns[name] = np.array(columns[name], dtype=np.int64)
    return rows_of("shift", len(rows), **columns)
