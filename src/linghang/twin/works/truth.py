"""The truth file: what was put into the works on purpose, for tests and benchmarks alone.

No command reads it. It lies apart from the records, in a hidden folder, and may be deleted.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from linghang.twin.works.capabilities import BASELINE, CAPABILITIES
from linghang.twin.works.demand import GROWTH_IMPROVED, MONTHLY_WHEELS, Lines
from linghang.twin.works.floor import CAST, Floor
from linghang.twin.works.genealogy import lot_ids
from linghang.twin.works.machines import GROUPS, RELAY_CONTROLLED
from linghang.twin.works.meters import GAS_LOSS, METERS, POWER_LOSS
from linghang.twin.works.planning import Plan
from linghang.twin.works.products import CHARACTERISTICS, SEGMENTS
from linghang.twin.works.purchasing import SUPPLIERS
from linghang.twin.works.quality import next_cast
from linghang.twin.works.span import Span
from linghang.twin.works.troubles import Trouble

PROVED = (
    "base.above-scale",
    "base.finance-sound",
    "base.credit-clean",
    "base.no-major-incident",
    "base.law-abiding",
    "base.tech-controllable",
    "base.talent",
    "basic.construction.controllable-deployment",
    "basic.rnd.product-digital-design",
    "basic.rnd.process-digital-design",
    "basic.production.equipment-upgrade",
    "basic.production.process-upgrade",
    "basic.production.realtime-monitoring",
    "basic.production.process-automation",
    "basic.management.job-planning",
    "basic.management.quality",
    "basic.management.equipment-assets",
    "basic.management.materials",
    "basic.operations.procurement",
    "basic.operations.sales",
    "basic.operations.inventory",
    "basic.operations.finance",
    "basic.operations.workforce",
    "basic.operations.accurate-accounting",
    "basic.operations.kpi-quantified",
    "advanced.rnd.design-data-management",
    "advanced.production.digital-inspection",
    "advanced.management.integrated-control",
    "advanced.management.collaborative-control",
    "advanced.management.safety-energy-environment",
    "advanced.operations.data-integration",
    "advanced.operations.on-time-delivery",
    "advanced.operations.supply-chain-digital",
    "excellence.management.quality-traceability",
)
"""Elements that the records of a works with a whole improved year prove."""
REGISTERED = (
    "base.registered-in-region",
    "base.legal-person",
    "base.operating-normally",
    "base.not-on-dishonest-list",
)
"""Elements of the region's conditions that its registers say."""
COMPARED = ("basic.outcome.above-provincial-average", "advanced.outcome.provincial-leading")
"""Elements that are met against the invented comparators."""


def truth_of(
    span: Span, seed: int, plan: Plan, lines: Lines, floor: Floor, found: tuple[Trouble, ...], bias: Mapping[str, float]
) -> dict[str, Any]:
    """Return the truth as a JSON document."""
    return {
        "seed": seed,
        "first": span.first.isoformat(),
        "until": span.until.isoformat(),
        "months": span.months,
        "improved_from": span.improved_from.isoformat(),
        "baseline": dict(BASELINE),
        "capabilities": [
            {
                "id": one.id,
                "name": {"zh": one.name, "en": one.en},
                "live_on": one.live_on(span).isoformat(),
                "flow": [{"what": e.what, "where": e.where, "factor": e.factor} for e in one.effects],
                "settings": dict(one.settings),
            }
            for one in CAPABILITIES
        ],
        "troubles": _troubles(plan, floor, found),
        "proved": list(PROVED),
        "registered": list(REGISTERED),
        "compared": list(COMPARED),
        "parameters": _parameters(bias),
        "demand": {"monthly_wheels": MONTHLY_WHEELS, "growth_improved": GROWTH_IMPROVED, "lines": len(lines)},
    }


def _troubles(plan: Plan, floor: Floor, found: tuple[Trouble, ...]) -> list[dict[str, object]]:
    """Troubles; of a bad lot also which one it was, as the records name it, and when it was cast."""
    cast = floor.steps.of(CAST)
    rows = []
    for one in found:
        row = one.to_dict()
        if one.kind == "bad_lot" and (place := next_cast(cast, one)) is not None:
            row["lot"] = lot_ids(plan, floor.lots, np.array([cast.lot[place]], dtype=np.int64), "C")[0].as_py()
            row["start"], row["end"] = (_moment(at[place]) for at in (cast.start, cast.end))
        rows.append(row)
    return rows


def _moment(at_us: int) -> str:
    return datetime.fromtimestamp(int(at_us) / 1_000_000, UTC).isoformat()


def _parameters(bias: Mapping[str, float]) -> dict[str, Any]:
    return {
        "failures": [
            {
                "machines": group.prefix,
                "center": group.center,
                "mtbf_h": group.mtbf_h,
                "repair_h": group.repair_h,
                "modes": [{"component": c, "cause": cause, "share": share} for c, cause, share in group.modes],
                "run_kw": group.run_kw,
                "idle_kw": group.idle_kw,
            }
            for group in GROUPS
        ],
        "segments": [
            {"code": one.code, "scrap": one.scrap, "rework": one.rework, "passage_s": one.passage_s} for one in SEGMENTS
        ],
        "characteristics": [
            {"code": one.code, "sigma": one.sigma, "target": one.target} for one in CHARACTERISTICS if one.sigma
        ],
        "machine_bias_sigma": dict(sorted(bias.items())),
        "suppliers": {one.id: {"late_share": one.late_share} for one in SUPPLIERS},
        "losses": {"electricity": POWER_LOSS, "gas_and_water": GAS_LOSS},
        "meters": {one.id: one.parent for one in METERS},
        "relay_controlled": sorted(RELAY_CONTROLLED),
    }
