"""Where a plant stands against its industry: comparators that somebody supplies, and the choice among them.

A comparator is an average or a leading value of one indicator in an industry of a province, of the country or of the
world. It is supplied by a user or a registry, with its source, and never by us; published averages of programmes
(`linghang.kpi.references`) are none. Without a comparator that fits, the comparison is unknown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from linghang.errors import BadInput, Place
from linghang.kpi.compute import IndicatorValue
from linghang.kpi.indicators import RULES
from linghang.plant.comparators import COUNTRY, WORLD, area_of, digits_of, exact, rate_factor

Area = Literal["province", "country", "world"]
Kind = Literal["level", "change"]
Statistic = Literal["average", "leading"]
Reason = Literal[
    "", "no_comparator", "industry", "province", "own", "unit", "contradicted", "new_plant", "not_applicable"
]
AREAS: tuple[Area, ...] = ("province", "country", "world")
STATISTICS: tuple[Statistic, ...] = ("average", "leading")
KINDS: tuple[Kind, ...] = ("level", "change")
"""The level first: it says where a plant stands, a change also where it came from."""
_LOWER = frozenset(rule.id for rule in RULES if rule.better == "lower")


@dataclass(frozen=True, slots=True)
class Comparator:
    """What an indicator is in an industry of a region.

    Attributes
    ----------
    kind
        Whether it compares with the level V of the present period or with the indicator's change.
    statistic
        Mean, or the value from which its source counts a plant as leading.
    industry
        Digits of GB/T 4754; it is the industry of all plants whose code begins with them.
    region
        Two digits of a province, "CN" or "world".
    valid_from, valid_to
        First and last day on which it may be used.
    document
        Where it can be read; None where nothing but its source is named.
    """

    id: str
    indicator: str
    kind: Kind
    statistic: Statistic
    industry: str
    region: str
    valid_from: date
    valid_to: date
    value: Decimal
    unit: str
    source: str
    document: str | None = None
    plants: int | None = None

    @property
    def area(self) -> Area:
        """Whether it is of a province, the country or the world."""
        return {COUNTRY: "country", WORLD: "world"}.get(self.region, "province")  # type: ignore[return-value]


class Peers(NamedTuple):
    """Whom a plant is compared with.

    Attributes
    ----------
    industry
        Digits of its code of GB/T 4754; None where the records name none or several.
    province
        Two digits of GB/T 2260; None likewise.
    running_since
        Day on which the last of its factories was commissioned; None where it is not known.
    """

    industry: str | None
    province: str | None
    running_since: date | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Where a plant stands with one indicator, against which comparator, and why where that is unknown.

    Attributes
    ----------
    better
        Above the average: strictly better than it. At the leading level: as good as it or better. None where unknown.
    reason
        Why `better` is None, empty otherwise.
    own, own_unit
        The plant's value that was compared, None where it is unknown.
    comparators
        The chosen one first; several where they are alike or contradict each other. Where the asked statistic has
        none, one of the other may decide: who leads is above the average, who is not above it does not lead.
    """

    indicator: str
    area: Area
    statistic: Statistic
    better: bool | None
    reason: Reason
    own: Decimal | None = None
    own_unit: str = ""
    comparators: tuple[Comparator, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The comparison as JSON has it."""
        document = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "indicator"}
        document["comparators"] = [
            {one.name: getattr(each, one.name) for one in fields(each)} for each in self.comparators
        ]
        return document


def comparators_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Comparator, ...]:
    """Read rows of the table `comparator`.

    Raises
    ------
    BadInput
        A row has a region or a value that an import would have refused; the place names it.
    """
    return tuple(map(_read, rows))


def _read(row: Mapping[str, Any]) -> Comparator:
    try:
        region, value = area_of(row["region"]), exact(row["value"])
    except BadInput as error:
        raise error.at(Place(f"comparator {row['comparator_id']}")) from None
    return Comparator(
        id=row["comparator_id"],
        indicator=row["indicator"],
        kind=row["kind"],
        statistic=row["statistic"],
        industry=digits_of(row["industry_code"]),
        region=region,
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        value=value,
        unit=row["unit"],
        source=row["source"],
        document=row["document"],
        plants=row["plants"],
    )


def compare(
    value: IndicatorValue,
    comparators: Sequence[Comparator],
    peers: Peers,
    area: Area,
    statistic: Statistic,
    day: date,
) -> Comparison:
    """Compare an indicator with its industry in an area, by the comparators that are valid on a day.

    A comparator of the level goes before one of the change, one of more digits of the industry before one of fewer,
    a newer one before an older one. What is left after that has to say one value.
    """
    known = [
        one
        for one in comparators
        if (one.indicator, one.area) == (value.id, area) and one.valid_from <= day <= one.valid_to
    ]
    if not known:
        return Comparison(value.id, area, statistic, None, "no_comparator")
    if value.state == "not_applicable":
        return Comparison(value.id, area, statistic, None, "not_applicable")
    if peers.industry is None or (area == "province" and peers.province is None):
        lacking: Reason = "industry" if peers.industry is None else "province"
        return Comparison(value.id, area, statistic, None, lacking, comparators=tuple(known))
    here = [one for one in known if area != "province" or one.region == peers.province]
    fitting = [one for one in here if peers.industry.startswith(one.industry)]
    found = {name: _against(value, [one for one in fitting if one.statistic == name], peers) for name in STATISTICS}
    average, leading = found["average"], found["leading"]
    asked, other = (average, leading) if statistic == "average" else (leading, average)
    if asked is None and other is not None and other.better is (statistic == "average"):
        asked = other
    if asked is None:
        return Comparison(value.id, area, statistic, None, "no_comparator")
    better, reason = asked.better, asked.reason
    if average and leading and _crossed(average, leading, value.id):
        asked, better, reason = asked._replace(chosen=(*average.chosen, *leading.chosen)), None, "contradicted"
    return Comparison(value.id, area, statistic, better, reason, asked.own, asked.unit, asked.chosen)


class _Standing(NamedTuple):
    """A value beside the comparators of one statistic; `limit` is theirs in the unit of `own`."""

    better: bool | None
    reason: Reason
    own: Decimal | None
    unit: str
    chosen: tuple[Comparator, ...]
    limit: Fraction | None = None


def _against(value: IndicatorValue, fitting: Sequence[Comparator], peers: Peers) -> _Standing | None:
    """Choose among the comparators of one statistic and compare; None where there is none."""
    if not fitting:
        return None
    best = min(_rank(one) for one in fitting)
    chosen = tuple(sorted((one for one in fitting if _rank(one) == best), key=lambda one: (not one.document, one.id)))
    first = chosen[0]
    change = first.kind == "change"
    own, unit = (value.value, value.unit) if change else (value.present_value, value.measured_unit)
    if own is None:
        return _Standing(None, "new_plant" if change and _is_new(value, peers) else "own", None, unit, chosen)
    try:
        limits = {Fraction(one.value) * rate_factor(one.unit, unit) for one in chosen}
    except BadInput:
        return _Standing(None, "unit", own, unit, chosen)
    if len(limits) > 1:
        return _Standing(None, "contradicted", own, unit, chosen)
    (limit,) = limits
    lower = value.id in _LOWER and not change
    ahead = limit - Fraction(own) if lower else Fraction(own) - limit
    better = ahead > 0 if first.statistic == "average" else ahead >= 0
    return _Standing(better, "", own, unit, chosen, limit)


def _rank(one: Comparator) -> tuple[int, int, int]:
    return KINDS.index(one.kind), -len(one.industry), -one.valid_from.toordinal()


def _is_new(value: IndicatorValue, peers: Peers) -> bool:
    """Whether the plant was not running yet when the baseline began: it has no baseline, which is legal."""
    baseline = value.lineage.baseline
    return baseline is None or (peers.running_since is not None and peers.running_since > baseline.start)


def _crossed(average: _Standing, leading: _Standing, indicator: str) -> bool:
    """Whether what is called leading is worse than the average of the same industry."""
    one, other = average.chosen[0], leading.chosen[0]
    if (one.kind, one.industry) != (other.kind, other.industry) or average.limit is None or leading.limit is None:
        return False
    lower = indicator in _LOWER and one.kind == "level"
    return leading.limit > average.limit if lower else leading.limit < average.limit
