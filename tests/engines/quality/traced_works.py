"""A works of a few lots, small enough to know every answer by heart.

L-1 (A356, supplier V-1) --1000 kg--> H-1 --600 kg--> C-1 --20 pcs--> F-1 (20 wheels, day 6, job J-F)
L-2 (A356, supplier V-2) --1000 kg--> H-2 --400 kg--> C-1
                                      H-2 --500 kg--> C-2 --20 pcs--> F-2 (20 wheels, day 8)
                                                      C-2 --5 pcs---> F-3 (5 wheels, day 9)
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from linghang.engines.contract import Inputs
from linghang.plant.columns import arrow_schema
from linghang.plant.tables import TABLES

ZONE = ZoneInfo("Asia/Shanghai")


def day(number: int) -> date:
    """Return a day of March 2026."""
    return date(2026, 3, number)


def at(number: int, hour: int) -> datetime:
    """Return an hour (UTC) of a day of March 2026."""
    return datetime(2026, 3, number, hour, tzinfo=UTC)


def _lot(
    name: str, material: str, quantity: float, on: int, supplier: str | None = None, heat: str | None = None
) -> Any:
    return {
        "lot_id": name,
        "material_id": material,
        "quantity": quantity,
        "made_on": day(on),
        "supplier_id": supplier,
        "heat": heat,
    }


def _link(used: str, made: str, quantity: float, job: str | None = None) -> Any:
    return {"parent_lot_id": used, "child_lot_id": made, "quantity": quantity, "job_id": job}


def _response(name: str, job: str, machine: str, on: int, start: int, end: int) -> Any:
    return {"response_id": name, "job_id": job, "equipment_id": machine, "start": at(on, start), "end": at(on, end)}


def _produced(name: str, response: str, quantity: float, lot: str) -> Any:
    said = {"actual_id": name, "response_id": response, "quantity": quantity, "lot_id": lot}
    return said | {"material_id": "LIQ", "direction": "produced"}


ROWS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "material": [
        {"material_id": "A356", "unit": "kg", "kind": "raw", "unit_mass_kg": 1.0},
        {"material_id": "LIQ", "unit": "kg", "kind": "semi", "unit_mass_kg": 1.0},
        {"material_id": "CAST", "unit": "pcs", "kind": "semi", "unit_mass_kg": 20.0},
        {"material_id": "WHEEL", "unit": "pcs", "kind": "finished", "unit_mass_kg": 10.0},
    ],
    "lot": [
        _lot("L-1", "A356", 5000.0, 1, "V-1"),
        _lot("L-2", "A356", 5000.0, 2, "V-2"),
        _lot("H-1", "LIQ", 980.0, 4, heat="H-1"),
        _lot("H-2", "LIQ", 990.0, 4, heat="H-2"),
        _lot("C-1", "CAST", 45.0, 5, heat="H-1"),
        _lot("C-2", "CAST", 25.0, 5, heat="H-2"),
        _lot("F-1", "WHEEL", 20.0, 6),
        _lot("F-2", "WHEEL", 20.0, 8),
        _lot("F-3", "WHEEL", 5.0, 9),
    ],
    "lot_genealogy": [
        _link("L-1", "H-1", 1000.0),
        _link("L-2", "H-2", 1000.0),
        _link("H-1", "C-1", 600.0, "J-C1"),
        _link("H-2", "C-1", 400.0, "J-C1"),
        _link("H-2", "C-2", 500.0, "J-C2"),
        _link("C-1", "F-1", 20.0, "J-F"),
        _link("C-2", "F-2", 20.0),
        _link("C-2", "F-3", 5.0),
    ],
    "equipment": [{"equipment_id": one} for one in ("FUR", "LPC-1", "LPC-2", "XR", "PK")],
    "job_response": [
        _response("R-H1", "J-H", "FUR", 4, 0, 2),
        _response("R-H2", "J-H", "FUR", 4, 2, 4),
        _response("R-C1", "J-C1", "LPC-1", 5, 0, 4),
        _response("R-C1b", "J-C1", "LPC-2", 5, 0, 4),
        _response("R-C2", "J-C2", "LPC-1", 5, 4, 8),
    ],
    "material_actual": [_produced("1", "R-H1", 980.0, "H-1"), _produced("2", "R-H2", 990.0, "H-2")],
    "inspection": [
        {"lot_id": "C-1", "equipment_id": "XR", "at": at(5, 3)},
        {"lot_id": "C-2", "equipment_id": "XR", "at": at(5, 9)},
    ],
    "product": [{"product_id": "P", "material_id": "WHEEL"}],
    "customer": [{"customer_id": "K-1", "name": "One"}, {"customer_id": "K-2", "name": "Two"}],
    "sales_order": [{"order_id": "S-1", "customer_id": "K-1"}, {"order_id": "S-2", "customer_id": "K-2"}],
    "sales_order_line": [
        {"line_id": "S-1-1", "order_id": "S-1", "product_id": "P", "quantity": 20.0},
        {"line_id": "S-2-1", "order_id": "S-2", "product_id": "P", "quantity": 30.0},
    ],
    "production_order": [{"production_order_id": "M-1", "sales_line_id": "S-1-1"}],
    "job_order": [{"job_id": "J-F", "production_order_id": "M-1"}],
    "delivery": [
        {"delivery_id": "D-1", "line_id": "S-1-1", "shipped_on": day(7), "quantity": 20.0},
        {"delivery_id": "D-2", "line_id": "S-2-1", "shipped_on": day(8), "quantity": 12.0},
    ],
    "stock_snapshot": [{"factory_id": "W", "material_id": "WHEEL", "day": day(9), "quantity": 13.0}],
}  # fmt: skip


def arrow(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return rows as the records give them: all columns of the table, what is not said null."""
    kinds = [pa.field(one.name, one.type) for one in arrow_schema(TABLES[name])]
    return pa.table([pa.array([row.get(one.name) for row in rows], one.type) for one in kinds], pa.schema(kinds))


def works(**changes: Sequence[Mapping[str, Any]]) -> dict[str, pa.Table]:
    """Return the tables of the works, some of them changed."""
    rows = {**ROWS, **changes}
    return {name: arrow(name, rows.get(name, ())) for name in TABLES}


def inputs(tables: Mapping[str, pa.Table] | None = None, **more: Any) -> Inputs:
    """Return the works in March 2026."""
    start, end = datetime(2026, 2, 28, 16, tzinfo=UTC), datetime(2026, 3, 31, 16, tzinfo=UTC)
    return Inputs(works() if tables is None else tables, start, end, ZONE, **more)
