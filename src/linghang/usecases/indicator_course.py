"""How an indicator went over the months, and what it would be beside another baseline. Nothing is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, NotThere, nearest
from linghang.kpi.compute import IndicatorValue, compute, compute_each
from linghang.kpi.indicators import RULES
from linghang.kpi.needs import say as say_need
from linghang.kpi.period import Period, last_months, months_after
from linghang.kpi.rule import IndicatorRule
from linghang.plant.tables import TABLES
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.interpretations import chosen, marks_of
from linghang.usecases.json_values import plain
from linghang.usecases.kept import kept_of_records
from linghang.usecases.records import IbisTables, RecordTables

COURSE, TRENDS = "indicator-course", "indicator-trends"
MONTHS = 24
"""How far a course goes back: the present twelve months, and the twelve that changes are measured from by default."""
YEAR = 12
TREND_MONTHS = 13
"""A year of months, and the same month a year before."""
MOST_MONTHS = 60
YEARS = range(1900, 2200)


@dataclass(frozen=True)
class _Ground:
    """What indicators of a workspace are computed from."""

    workspace: Workspace
    tables: IbisTables
    day: date
    region: str | None
    thresholds: Mapping[str, Decimal | str | bool]

    def values(
        self, rules: Sequence[IndicatorRule], period: Period, baseline: Period | None = None
    ) -> tuple[IndicatorValue, ...]:
        """Compute indicators; what was read is not traced here, so no digests are made."""
        digests = dict.fromkeys(TABLES, "")
        return compute(self.tables, period, baseline, self.region, digests, self.thresholds, rules)

    def each(self, rules: Sequence[IndicatorRule], periods: Sequence[Period]) -> list[tuple[IndicatorValue, ...]]:
        """Compute indicators of several periods from one reading."""
        return compute_each(self.tables, periods, self.region, dict.fromkeys(TABLES, ""), self.thresholds, rules)


def course_of(
    folder: Path, indicator: str, *, now: datetime, pack: str, as_of: date | None = None, months: int = MONTHS
) -> dict[str, Any]:
    """Compute an indicator for each of the last complete months, and for the twelve months up to each.

    A month that lacks data has no value, and says what it needs: it is a gap, never zero.

    Parameters
    ----------
    indicator
        Id of the indicator.
    now
        The caller's clock (with a zone).
    pack
        Pack whose interpretations are read.
    as_of
        The day (else the plant's today); months before it are complete.
    months
        How many months.

    Returns
    -------
    dict
        `id`, `unit` (of what is measured), `better`, `type`, `present` and `baseline` (the periods of an assessment),
        `monthly` and `rolling`: month, `value` (text or None) and `needs` of each, the oldest first; of `rolling` the
        month is the last of its twelve. `switched_on`: what went live meanwhile, with its day.

    Raises
    ------
    NotThere
        There is no such indicator.
    BadInput
        Too many months are asked for.
    """
    rule = _rule(indicator)
    if not 1 <= months <= MOST_MONTHS:
        raise BadInput("a course has 1 to {most} months, not {count}", most=MOST_MONTHS, count=months)
    workspace, day, thresholds = _asked(folder, pack, now, as_of)

    def made() -> dict[str, Any]:
        ground = _ground(workspace, day, thresholds)
        ends = _ends(day, months)
        monthly, rolling = _points(ground, rule, ends, ends[YEAR - 1 :])
        present = last_months(day, workspace.time_zone, YEAR)
        unit = next((one["unit"] for one in reversed(monthly + rolling) if one["value"] is not None), rule.measured)
        return {
            "id": rule.id,
            "unit": unit,
            "better": rule.better,
            "type": rule.type,
            "present": _period(present),
            "baseline": _period(last_months(present.start, workspace.time_zone, YEAR)),
            "monthly": [_in_unit(one, unit) for one in monthly],
            "rolling": [_in_unit(one, unit) for one in rolling],
            "switched_on": list(_switched_on(ground, ends)),
        }

    question = f"{rule.id} {rule.version} {months} {_of(workspace, day, thresholds)}"
    return kept_of_records(workspace, f"{COURSE}-{rule.id}", question, made)


def trends_of(folder: Path, *, now: datetime, pack: str, as_of: date | None = None) -> dict[str, list[str | None]]:
    """Return the values of the last months of every indicator, the oldest first; None where a month lacks data."""
    workspace, day, thresholds = _asked(folder, pack, now, as_of)

    def made() -> dict[str, list[str | None]]:
        ground = _ground(workspace, day, thresholds)
        periods = [_months_to(end, 1, workspace.time_zone) for end in _ends(day, TREND_MONTHS)]
        found: dict[str, list[str | None]] = {rule.id: [] for rule in RULES}
        for month in ground.each(RULES, periods):
            for one in month:
                found[one.id].append(None if one.present_value is None else str(one.present_value))
        return found

    return kept_of_records(workspace, TRENDS, _of(workspace, day, thresholds), made)


def with_baseline(
    folder: Path, indicator: str, start: date, *, now: datetime, pack: str, as_of: date | None = None
) -> dict[str, Any]:
    """Compute an indicator's change measured from the twelve months that begin on a day.

    Parameters
    ----------
    start
        First day of a month; the twelve months from it must end before the present period begins.

    Returns
    -------
    dict
        `baseline`, `baseline_value`, `present_value`, `value`, `change_absolute`, `change_relative` (texts or None),
        `unit` and `needs`.

    Raises
    ------
    NotThere
        There is no such indicator.
    BadInput
        The day does not begin a month, or the periods overlap.
    """
    rule = _rule(indicator)
    if start.year not in YEARS:
        raise BadInput("{day} is not in the years of a plant; give a month such as 2024-01-01", day=start)
    if start.day != 1:
        raise BadInput("a baseline begins with a month, not on {day}", day=start)
    workspace, day, thresholds = _asked(folder, pack, now, as_of)
    zone = workspace.time_zone
    baseline = Period(start, months_after(start, YEAR), zone)
    present = last_months(day, zone, YEAR)
    if baseline.end > present.start:
        raise BadInput("the baseline {baseline} and the period {period} overlap", baseline=baseline, period=present)

    def made() -> dict[str, Any]:
        one = _ground(workspace, day, thresholds).values((rule,), present, baseline)[0]
        names = ("baseline_value", "present_value", "value", "change_absolute", "change_relative")
        return {
            "baseline": _period(baseline),
            **{name: plain(getattr(one, name)) for name in names},
            "unit": one.measured_unit,
            "needs": [say_need(need).to_dict() for need in one.needs],
        }

    question = f"{rule.id} {rule.version} {start} {_of(workspace, day, thresholds)}"
    return kept_of_records(workspace, f"{COURSE}-{rule.id}-baseline", question, made)


def _of(workspace: Workspace, day: date, thresholds: Mapping[str, Decimal | str | bool]) -> str:
    """What a course rests on beside the records: the month, the plant's zone, the thresholds."""
    return f"{months_after(day, 0)} {workspace.time_zone} {sorted(thresholds.items())}"


def _rule(name: str) -> IndicatorRule:
    found = next((one for one in RULES if one.id == name), None)
    if found is None:
        near = nearest(name, [one.id for one in RULES])
        raise NotThere("there is no indicator {name}; {near}", name=name, near=near)
    return found


def _asked(
    folder: Path, pack: str, now: datetime, as_of: date | None
) -> tuple[Workspace, date, dict[str, Decimal | str | bool]]:
    workspace, asked_of = open_workspace(folder), load_pack(pack)
    day = workspace.day(now, as_of)
    own = {one.id: one.value for one in asked_of.interpretations}
    return workspace, day, own | chosen(marks_of(workspace, asked_of))


def _ground(workspace: Workspace, day: date, thresholds: Mapping[str, Decimal | str | bool]) -> _Ground:
    tables = RecordTables(workspace.engine(), workspace)
    regions = set(tables["factory"]["region_code"].to_pylist())
    return _Ground(workspace, IbisTables(tables), day, regions.pop() if len(regions) == 1 else None, thresholds)


def _ends(day: date, months: int) -> list[date]:
    """First days after the last complete months, the oldest first."""
    last = months_after(day, 0)
    return [months_after(last, -back) for back in reversed(range(months))]


def _months_to(end: date, months: int, zone: str) -> Period:
    return Period(months_after(end, -months), end, zone)


def _points(
    ground: _Ground, rule: IndicatorRule, months: Sequence[date], years: Sequence[date]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The months, and the twelve months up to each; by the first days after them."""

    def points(ends: Sequence[date], length: int) -> list[dict[str, Any]]:
        periods = [_months_to(end, length, ground.workspace.time_zone) for end in ends]
        return [_point(end, one) for end, (one,) in zip(ends, ground.each((rule,), periods), strict=True)]

    return points(months, 1), points(years, YEAR)


def _point(end: date, one: IndicatorValue) -> dict[str, Any]:
    needs = [need for need in one.needs if need != "baseline"]
    return {
        "month": months_after(end, -1).isoformat(),
        "value": None if one.present_value is None else str(one.present_value),
        "unit": one.measured_unit,
        "needs": [say_need(need).to_dict() for need in needs] if one.present_value is None else [],
    }


def _in_unit(point: dict[str, Any], unit: str) -> dict[str, Any]:
    """A point of another unit is no point of this course."""
    if point["value"] is not None and point["unit"] != unit:
        point = point | {"value": None}
    return {name: point[name] for name in ("month", "value", "needs")}


def _period(period: Period) -> dict[str, str]:
    return {"start": period.start.isoformat(), "end": period.end.isoformat(), "zone": period.zone}


def _switched_on(ground: _Ground, ends: Sequence[date]) -> Iterator[dict[str, str]]:
    """Yield the scenes and software that went live in the months of a course, the oldest first."""
    first, after = months_after(ends[0], -1), ends[-1]
    found = []
    for kind, table, name in (("scene", "scene_built", "scene_name"), ("software", "software", "name")):
        rows = ground.tables.tables[table].select([name, "go_live_on"]).to_pylist()
        found += [(row["go_live_on"], kind, row[name]) for row in rows if row["go_live_on"] is not None]
    for day, kind, name in sorted(found):
        if first <= day < after:
            yield {"day": day.isoformat(), "kind": kind, "name": str(name)}
