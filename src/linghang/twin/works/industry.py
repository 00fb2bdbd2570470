"""Comparators for the reference plant: values of an invented industry, for demonstration only.

Nobody published them. Each row says so in its source and names no document, so that they count as declared at best.
"""

from datetime import timedelta

import pyarrow as pa

from linghang.plant.comparators import COMPARED
from linghang.twin.works.rows import listed
from linghang.twin.works.span import Span

SOURCE = "示例虚构值 (illustrative, invented)"
INDUSTRY = "36"
VALID_YEARS = 2

LEVELS: tuple[tuple[str, float, float, float, float], ...] = (
    # indicator: average and leading value of the province, leading of the country, leading of the world
    ("key_equipment_nc_rate", 68.0, 88.0, 96.0, 99.0),
    ("apc_in_service_rate", 45.0, 70.0, 88.0, 95.0),
    ("ai_scene_share", 14.0, 25.0, 50.0, 72.0),
    ("decision_models", 3.0, 6.0, 20.0, 60.0),
    ("production_efficiency", 31.0, 40.0, 52.0, 64.0),
    ("resource_utilisation", 93.0, 95.5, 98.2, 99.0),
    ("defect_rate", 2.6, 1.8, 0.9, 0.5),
    ("oee", 52.0, 60.0, 76.0, 85.0),
    ("inventory_turns", 14.0, 20.0, 32.0, 42.0),
    ("supplier_on_time", 82.0, 90.0, 97.5, 99.0),
    ("order_on_time", 84.0, 92.0, 98.0, 99.5),
    ("operating_cost", 39_500.0, 36_500.0, 32_000.0, 30_000.0),
    ("labour_productivity", 16.0, 20.0, 34.0, 48.0),
    ("unit_energy", 720.0, 640.0, 520.0, 450.0),
    ("unit_co2", 2_400.0, 2_050.0, 1_500.0, 1_100.0),
    ("solid_waste_utilisation", 72.0, 86.0, 97.0, 99.0),
    ("water_reuse", 80.0, 86.0, 93.0, 96.0),
    ("replication", 1.0, 3.0, 10.0, 25.0),
)
CHANGES: tuple[tuple[str, float, float, float, float], ...] = (
    ("development_cycle", 9.0, 18.0, 29.0, 38.0),
    ("sales_growth", 4.0, 9.0, 15.0, 20.0),
)
"""Indicators that are compared by their change, in per cent."""
SCOPES = (("15", "average"), ("15", "leading"), ("CN", "leading"), ("world", "leading"))


def comparator_rows(span: Span) -> pa.Table:
    """Rows of comparator."""
    rows: list[dict[str, object]] = []
    for kind, values in (("level", LEVELS), ("change", CHANGES)):
        for indicator, *numbers in values:
            for (region, statistic), value in zip(SCOPES, numbers, strict=True):
                rows.append(
                    {
                        "comparator_id": f"CP-{len(rows) + 1:03d}",
                        "indicator": indicator,
                        "kind": kind,
                        "statistic": statistic,
                        "industry_code": INDUSTRY,
                        "region": region,
                        "valid_from": span.first,
                        "valid_to": span.until + timedelta(round(VALID_YEARS * 365.25)),
                        "value": value,
                        "unit": COMPARED[indicator].level if kind == "level" else "%",
                        "plants": None,
                        "source": SOURCE,
                        "document": None,
                    }
                )
    return listed("comparator", rows)
