"""What the records know of the figures that a draft gives: one row a subject, each with the values that would do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from linghang.report.claims.model import Claim, Period
from linghang.report.consistency.catalogue_row import at
from linghang.report.consistency.facts import Facts, Values
from linghang.report.consistency.money import months_of
from linghang.report.consistency.scenes import in_use
from linghang.report.remarks import Spot

ABOUT = Decimal("0.05")
"""How far a figure that is said to be about may lie from the known one; ours."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the records say of a subject.

    Attributes
    ----------
    values
        The values that would do; a first and a last month make two, and what lies between does too.
    spot
        Where they come from.
    unit
        Of the values; people and counts have none.
    """

    values: tuple[Decimal, ...]
    spot: Spot
    unit: str = ""

    def holds(self, claim: Claim) -> bool:
        """Whether a claim is one of the values, at the digits that are written."""
        low, high = min(self.values), max(self.values)
        if claim.low is not None and claim.value is None:
            return high >= claim.low and (claim.high is None or low <= claim.high)
        if claim.high is not None and claim.value is None:
            return low <= claim.high
        if not isinstance(claim.value, Decimal):
            return True
        near = step_of(claim) if not claim.approximate else max(step_of(claim), ABOUT * abs(claim.value))
        return low - near < claim.value < high + near


def step_of(claim: Claim) -> Decimal:
    """One unit of the last digit that is written: of 3.1 亿元 it is ten million, of 12.06 % a hundredth."""
    return Decimal(claim.detail.get("step", "1"))


Find = Callable[[Facts, Claim], Known | None]


def _count(value: int, where: str) -> Known:
    return Known((Decimal(value),), at("records", where, value))


def _machines(**wanted: object) -> Find:
    def find(facts: Facts, _: Claim) -> Known | None:
        used = [one for one in facts.rows("equipment") if one["status"] == "in_use"]
        chosen = [one for one in used if all(one[name] == value for name, value in wanted.items())]
        said = ", ".join(f"{name} = {value}" for name, value in wanted.items())
        return _count(len(chosen), f"equipment ({said})" if said else "equipment") if used else None

    return find


def _staff(facts: Facts, _: Claim) -> Known | None:
    """Of any month of the last twelve, dispatched staff counted or not, or of the register of people."""
    rows = [one for one in facts.rows("headcount_month") if one["month"] > facts.as_of - timedelta(400)]
    found = [Decimal(str(one["employees"])) for one in rows]
    known = [one for one in rows if one["dispatched"] is not None]
    found += [Decimal(str(one["employees"])) - Decimal(str(one["dispatched"])) for one in known]
    if facts.rows("person"):
        found.append(Decimal(len(_employed(facts))))
    return (
        Known(tuple(found), at("records", "headcount_month.employees", f"{min(found)}–{max(found)}")) if found else None
    )


def _employed(facts: Facts) -> list[Values]:
    return [
        one
        for one in facts.rows("person")
        if (one["joined_on"] is None or one["joined_on"] <= facts.as_of)
        and (one["left_on"] is None or one["left_on"] > facts.as_of)
    ]


def _talent(facts: Facts, _: Claim) -> Known | None:
    people = _employed(facts)
    if not people or any(one["smart_manufacturing"] is None for one in people):
        return None
    return _count(sum(1 for one in people if one["smart_manufacturing"]), "person.smart_manufacturing")


def _revenue(facts: Facts, claim: Claim) -> Known | None:
    """Of the claim's own period; without one of the last twelve months or of any whole calendar year."""
    by_month: dict[date, Decimal] = {}
    for one in facts.rows("finance_month"):
        if one["revenue_cny"] is None:
            return None
        by_month[one["month"]] = by_month.get(one["month"], Decimal(0)) + Decimal(str(one["revenue_cny"]))
    last = sorted(month for month in by_month if month < facts.as_of.replace(day=1))[-12:]
    years = [Period(date(year, 1, 1), date(year + 1, 1, 1)) for year in {month.year for month in by_month}]
    stretches = [list(months_of(one.start, one.end)) for one in ([claim.period] if claim.period else years)]
    if claim.period is None and len(last) == 12:
        stretches.append(last)
    whole = [
        sum((by_month[month] for month in one), Decimal(0)) for one in stretches if one and set(one) <= set(by_month)
    ]
    said = claim.period.text if claim.period else f"{last[0]:%Y-%m}–{last[-1]:%Y-%m}" if last else ""
    return Known(tuple(whole), at("records", f"finance_month.revenue_cny {said}", whole[-1]), "CNY") if whole else None


def _software(facts: Facts, _: Claim) -> Known | None:
    alive = [one for one in facts.rows("software") if one["retired_on"] is None or one["retired_on"] > facts.as_of]
    return _count(len(alive), "software") if facts.rows("software") else None


def _links(facts: Facts, _: Claim) -> Known | None:
    alive = [one for one in facts.rows("system_link") if one["retired_on"] is None or one["retired_on"] > facts.as_of]
    return _count(len(alive), "system_link") if facts.rows("system_link") else None


def _scenes(ai: bool) -> Find:
    def find(facts: Facts, _: Claim) -> Known | None:
        rows = [one for one in in_use(facts) if one["uses_ai"] or not ai]
        if not facts.rows("scene_built"):
            return None
        different = {one["scene_number"] or one["scene_name"] for one in rows}
        return Known((Decimal(len(rows)), Decimal(len(different))), at("records", "scene_built", len(rows)))

    return find


def _tags(facts: Facts, _: Claim) -> Known | None:
    return _count(len(facts.rows("tag")), "tag") if facts.rows("tag") else None


def _share(rows: Sequence[Values], column: str) -> Decimal | None:
    if not rows or any(one[column] is None for one in rows):
        return None
    return Decimal(100) * sum(1 for one in rows if one[column]) / len(rows)


def _networked(facts: Facts, _: Claim) -> Known | None:
    """Of all machines in use or of the key ones: drafts say either."""
    used = [one for one in facts.rows("equipment") if one["status"] == "in_use"]
    found = [_share(used, "networked"), _share([one for one in used if one["key"]], "networked")]
    known = tuple(one for one in found if one is not None)
    return Known(known, at("records", "equipment.networked", f"{known[0]:.1f}%"), "%") if known else None


def _steps(column: str) -> Find:
    def find(facts: Facts, _: Claim) -> Known | None:
        key = [one for one in facts.rows("process_segment") if one["key"]]
        found = [_share(key, column), _share(facts.rows("process_segment"), column)]
        known = tuple(one for one in found if one is not None)
        return Known(known, at("records", f"process_segment.{column}", f"{known[0]:.1f}%"), "%") if known else None

    return find


def _investment(facts: Facts, _: Claim) -> Known | None:
    total = facts.stated("factory.total_investment_cny")
    if total is None:
        return None
    return Known((Decimal(total),), at("application", "application.yaml factory.total_investment_cny", total), "CNY")


SUBJECTS: Mapping[str, tuple[Find, str]] = {
    "staff": (_staff, "people"),
    "smart_staff": (_talent, "people"),
    "revenue": (_revenue, "money"),
    "investment_total": (_investment, "money"),
    "equipment_total": (_machines(), "count"),
    "key_equipment": (_machines(key=True), "count"),
    "nc_equipment": (_machines(numerically_controlled=True), "count"),
    "networked_equipment": (_machines(networked=True), "count"),
    "robots": (_machines(kind="robot"), "count"),
    "agvs": (_machines(kind="agv"), "count"),
    "systems": (_software, "count"),
    "interfaces": (_links, "count"),
    "scenes": (_scenes(False), "count"),
    "ai_scenes": (_scenes(True), "count"),
    "data_points": (_tags, "count"),
    "networked_rate": (_networked, "percent"),
    "process_nc_rate": (_steps("digitally_controlled"), "percent"),
    "automation_rate": (_steps("automated"), "percent"),
}
"""Subject of a claim -> what the records know of it, and the kind of unit that such a figure has."""

INDICATOR_NAMES: Mapping[str, str] = {"replicated_firms": "replication"}
"""Indicator as claims name it -> its id, where they differ."""


def indicator_of(facts: Facts, claim: Claim) -> Values | None:
    """The indicator that a figure is about, if it could be computed."""
    kind, _, name = claim.subject.partition(":")
    one = facts.indicators.get(INDICATOR_NAMES.get(name, name)) if kind == "indicator" else None
    return one if one is not None and one["present_value"] is not None else None


def known_of_indicator(facts: Facts, claim: Claim) -> Known | None:
    """The value, baseline or change that a figure of an indicator should be; None where they cannot be compared."""
    one = indicator_of(facts, claim)
    if one is None:
        return None
    change = one.get("change") or {}
    value: object = None
    unit = str(one["measured_unit"])
    match claim.role:
        case "value" | "after":
            value = one["present_value"]
        case "before":
            value = one["baseline"]
        case "relative":
            value, unit = change.get("relative_percent"), "%"
        case "points":
            value = change.get("absolute")
    if value is None or not _comparable(claim, unit) or not _of_then(claim, one):
        return None
    found = Decimal(str(value))
    values = (abs(found),) if claim.role in ("relative", "points") else (found,)
    return Known(values, at("indicators", f"{one['number']} {one['id']} {claim.role}", f"{found:.4f}"), unit)


def _comparable(claim: Claim, unit: str) -> bool:
    if claim.role == "points":
        return claim.unit in ("%", "个百分点", "percentage point") and unit == "%"
    counted = {"个": "个 项 套 种", "家": "家 个", "1/a": "次 次/年", "d": "天 日"}
    return claim.unit == unit or claim.unit in counted.get(unit, "").split()


def _of_then(claim: Claim, one: Values) -> bool:
    """Whether the claim's period, where it has one, is that of the figure."""
    days = one["lineage"]["baseline" if claim.role == "before" else "period"]
    if claim.period is None or days is None:
        return True
    start, end = (
        value if isinstance(value, date) else date.fromisoformat(str(value)) for value in (days["start"], days["end"])
    )
    return abs((claim.period.start - start).days) <= 31 and abs((claim.period.end - end).days) <= 31


def figures(claims: Sequence[Claim]) -> Iterator[Claim]:
    """Figures of what is there: of the whole plant, no plan, no limit."""
    for claim in claims:
        if claim.kind == "figure" and not claim.planned and not claim.scope and claim.role not in ("limit", "multiple"):
            yield claim
