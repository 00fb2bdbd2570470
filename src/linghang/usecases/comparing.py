"""Compare a plant with its industry: indicators and the table of comparators -> comparisons -> evidence."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from linghang.evidence.standing import Standing
from linghang.kpi.comparators import (
    AREAS,
    STATISTICS,
    Area,
    Comparator,
    Comparison,
    Peers,
    comparators_of,
    compare,
)
from linghang.kpi.compute import IndicatorValue
from linghang.kpi.needs import say
from linghang.kpi.references import published
from linghang.plant.comparators import digits_of
from linghang.words import Listed, tr

__all__ = ["Comparison", "beside", "comparisons", "peers_of", "published", "standings"]

LEFT_OUT = ("no_comparator", "new_plant", "not_applicable")
"""Reasons for which an indicator is none of those that are compared."""


def comparisons(values: Sequence[IndicatorValue], tables: Mapping[str, pa.Table], day: date) -> tuple[Comparison, ...]:
    """Compare every indicator with each area and statistic for which there is a comparator.

    Parameters
    ----------
    values
        The indicators of the plant.
    tables
        Its records: `comparator`, `enterprise`, `factory`.
    day
        The day of judgement: comparators have to be valid on it.

    Raises
    ------
    BadInput
        A comparator has a region or value that is none.
    """
    if not values or not tables["comparator"].num_rows:
        return ()
    peers = peers_of(tables)
    given: defaultdict[tuple[str, Area], list[Comparator]] = defaultdict(list)
    for one in comparators_of(tables["comparator"].to_pylist()):
        given[one.indicator, one.area].append(one)
    found = (
        compare(value, given[value.id, area], peers, area, statistic, day)
        for value in values
        for area in AREAS
        for statistic in STATISTICS
    )
    return tuple(one for one in found if one.reason != "no_comparator")


def peers_of(tables: Mapping[str, pa.Table]) -> Peers:
    """Whom the plant is compared with: what its enterprise and factories say alike."""
    industry = _one(map(digits_of, tables["enterprise"]["industry_code"].to_pylist()))
    province = _one(code[:2] for code in tables["factory"]["region_code"].to_pylist())
    since = tables["factory"]["commissioned_on"].to_pylist()
    return Peers(industry, province, max(since) if since and None not in since else None)


def standings(found: Iterable[Comparison], values: Iterable[IndicatorValue]) -> dict[str, tuple[Standing, ...]]:
    """Say for every area and statistic where the plant stands with what can be compared."""
    by_id = {value.id: value for value in values}
    said: dict[str, tuple[Standing, ...]] = {}
    for one in found:
        if one.reason not in LEFT_OUT:
            name = f"{one.area}.{one.statistic}"
            said[name] = (*said.get(name, ()), _standing(one, by_id[one.indicator]))
    return said


def beside(indicator: str, found: Iterable[Comparison]) -> dict[str, Any]:
    """What JSON shows beside an indicator: its comparisons, and what was published of it (which judges nothing)."""
    return {
        "comparisons": [one.to_dict() for one in found if one.indicator == indicator],
        "references": [one.to_dict() for one in published(indicator)],
    }


def _one(values: Iterable[str]) -> str | None:
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _standing(one: Comparison, value: IndicatorValue) -> Standing:
    chosen = one.comparators[0]
    figures: dict[str, Any] = {
        "indicator": one.indicator,
        "own": str(one.own),
        "own_unit": one.own_unit,
        "own_digest": value.lineage.input_digest,
        "comparator": chosen.id,
        "kind": chosen.kind,
        "statistic": chosen.statistic,
        "industry": chosen.industry,
        "region": chosen.region,
        "value": str(chosen.value),
        "unit": chosen.unit,
        "source": chosen.source,
        "document": chosen.document,
    }
    return Standing(
        indicator=one.indicator,
        better=one.better,
        tables=tuple(name for name, _ in value.lineage.tables),
        document=chosen.document,
        until=min(each.valid_to for each in one.comparators),
        what=() if one.better is not None else tuple(_lacking(one, value)),
        figures=figures,
    )


def _lacking(one: Comparison, value: IndicatorValue) -> Iterable[str]:
    """What would let an indicator be compared."""
    names = Listed(each.id for each in one.comparators)
    match one.reason:
        case "industry":
            yield "enterprise.industry_code"
        case "province":
            yield "factory.region_code"
        case "unit":
            first = one.comparators[0]
            yield tr(
                "indicator {number}: comparator {names} is in {unit}, which does not convert to {own}",
                number=value.number,
                names=names,
                unit=first.unit,
                own=one.own_unit,
            )
        case "contradicted":
            yield tr("indicator {number}: comparators {names} contradict each other", number=value.number, names=names)
        case _:
            level = one.comparators[0].kind == "level"
            needs = [need for need in value.needs if not (level and "baseline" in need)]
            for need in needs or value.needs:
                yield tr("indicator {number}: {what}", number=value.number, what=say(need))
