"""The 20 indicators of a tiny plant, with every expected value computed by hand beside the records."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from linghang.conditions.shelf import load_pack
from linghang.kpi.compute import IndicatorValue, compute
from linghang.kpi.dictionary import table
from linghang.kpi.indicators import RULES
from linghang.kpi.needs import say
from linghang.kpi.period import Period, of_year

THIS, BEFORE = of_year(2025), of_year(2024)


def at(text: str) -> datetime:
    """A moment at the plant, which is eight hours ahead of UTC."""
    return (datetime.fromisoformat(text) - timedelta(hours=8)).replace(tzinfo=UTC)


def months(year: int, **row: object) -> list[dict[str, object]]:
    return [{"month": date(year, month, 1), **row} for month in range(1, 13)]


def whole_year(year: int, **row: object) -> dict[str, object]:
    return {"start": at(f"{year}-01-01"), "end": at(f"{year + 1}-01-01"), **row}


EQUIPMENT = [
    # Five key machines in use, three of them numerically controlled: 60 %. E7 is idle, E8 scrapped, E9 not yet there.
    *(
        {"equipment_id": f"E{n}", "key": True, "status": "in_use", "numerically_controlled": n <= 3}
        for n in range(1, 6)
    ),
    {"equipment_id": "E6", "key": False, "status": "in_use", "numerically_controlled": True},
    {"equipment_id": "E7", "key": True, "status": "idle", "numerically_controlled": True},
    {"equipment_id": "E8", "key": True, "status": "retired", "retired_on": date(2025, 5, 1)},
    {"equipment_id": "E9", "key": True, "status": "in_use", "commissioned_on": date(2026, 1, 1)},
]
for one in EQUIPMENT:
    one["ideal_cycle_s"] = 60.0

STATES = [
    # 2025: E1 has 10 h planned (running 8, breakdown 1, unknown 1) beside 2 h planned stop and 12 h off.
    {"equipment_id": "E1", "start": at("2025-03-01T00:00"), "end": at("2025-03-01T08:00"), "state": "running"},
    {"equipment_id": "E1", "start": at("2025-03-01T08:00"), "end": at("2025-03-01T09:00"), "state": "breakdown"},
    {"equipment_id": "E1", "start": at("2025-03-01T09:00"), "end": at("2025-03-01T10:00"), "state": "unknown"},
    {"equipment_id": "E1", "start": at("2025-03-01T10:00"), "end": at("2025-03-01T12:00"), "state": "planned_stop"},
    {"equipment_id": "E1", "start": at("2025-03-01T12:00"), "end": at("2025-03-02T00:00"), "state": "off"},
    # 2025: E2 has 10 h planned (running 9, setup 1).
    {"equipment_id": "E2", "start": at("2025-03-01T00:00"), "end": at("2025-03-01T09:00"), "state": "running"},
    {"equipment_id": "E2", "start": at("2025-03-01T09:00"), "end": at("2025-03-01T10:00"), "state": "setup"},
    # 2024: E1 has 10 h planned, running 5.
    {"equipment_id": "E1", "start": at("2024-03-01T00:00"), "end": at("2024-03-01T05:00"), "state": "running"},
    {"equipment_id": "E1", "start": at("2024-03-01T05:00"), "end": at("2024-03-01T10:00"), "state": "idle"},
    # E3 has no counted job and is left out.
    {"equipment_id": "E3", "start": at("2025-03-01T00:00"), "end": at("2025-04-01T00:00"), "state": "idle"},
]
JOBS = [
    # E1: 30 s a piece by its process segment; 600 pieces, 540 good. E2: 60 s by its cycle; 420 pieces, 390 good.
    {
        "response_id": "R1",
        "job_id": "J1",
        "equipment_id": "E1",
        "start": at("2025-03-01T00:00"),
        "end": at("2025-03-01T10:00"),
        "produced_quantity": 600.0,
        "good_quantity": 540.0,
        "scrap_quantity": 40.0,
        "rework_quantity": 20.0,
    },
    {
        "response_id": "R2",
        "job_id": "J2",
        "equipment_id": "E2",
        "start": at("2025-03-01T00:00"),
        "end": at("2025-03-01T10:00"),
        "produced_quantity": 420.0,
        "good_quantity": 390.0,
        "scrap_quantity": 30.0,
        "rework_quantity": 0.0,
    },
    {
        "response_id": "R0",
        "job_id": "J1",
        "start": at("2024-03-01T00:00"),
        "end": at("2024-03-01T10:00"),
        "produced_quantity": 500.0,
        "good_quantity": 480.0,
        "scrap_quantity": 20.0,
        "rework_quantity": 0.0,
    },
]

PLANT: dict[str, list[dict[str, object]]] = {
    "factory": [{"factory_id": "F1", "process_type": "mixed", "region_code": "150581"}],
    "equipment": EQUIPMENT,
    "equipment_state": STATES,
    "job_response": JOBS,
    "job_order": [
        {"job_id": "J1", "production_order_id": "M1", "segment_id": "G1", "equipment_id": "E1"},
        {"job_id": "J2", "production_order_id": "M1", "segment_id": "G2", "equipment_id": "E2"},
    ],
    "process_segment": [
        {"segment_id": "G1", "sequence": 10, "standard_s": 30.0},
        {"segment_id": "G2", "sequence": 20, "standard_s": None},
    ],
    # L1 ran with E1 for 8 h in 2025, in service from 02:00 to 08:00; L2 has twice the weight, ran 9 h with E2, none.
    "control_loop": [
        {"loop_id": "L1", "equipment_id": "E1", "apc_applicable": True},
        {"loop_id": "L2", "equipment_id": "E2", "apc_applicable": True, "weight": 2.0},
        {"loop_id": "L3", "equipment_id": "E2", "apc_applicable": False},
    ],
    "apc_period": [
        {"loop_id": "L1", "start": at("2025-03-01T02:00"), "end": at("2025-03-01T11:00"), "in_service": True},
        {"loop_id": "L2", "start": at("2025-03-01T02:00"), "end": at("2025-03-01T11:00"), "in_service": False},
        {"loop_id": "L3", "start": at("2025-03-01T02:00"), "end": at("2025-03-01T11:00"), "in_service": True},
    ],
    "scene_built": [
        {"scene_id": "S1", "uses_ai": True, "go_live_on": date(2024, 1, 1)},
        {"scene_id": "S2", "uses_ai": False, "go_live_on": date(2024, 1, 1)},
        {"scene_id": "S3", "uses_ai": True, "go_live_on": date(2026, 1, 1)},
        {"scene_id": "S4", "uses_ai": True, "go_live_on": date(2024, 1, 1), "retired_on": date(2025, 6, 1)},
    ],
    "decision_model": [{"model_id": f"D{n}"} for n in range(3)] + [{"model_id": "D3", "retired_on": date(2025, 12, 1)}],
    "model_call": [
        {"model_id": "D0", "at": at("2025-12-31T23:00"), "decision": "x"},
        {"model_id": "D0", "at": at("2025-12-30T23:00"), "decision": "x"},
        {"model_id": "D1", "at": at("2025-10-03T00:00"), "decision": "x"},  # 90 days before the end exactly
        {"model_id": "D2", "at": at("2025-10-02T23:59"), "decision": "x"},  # longer ago
        {"model_id": "D3", "at": at("2025-11-30T12:00"), "decision": "x"},  # retired since
    ],
    "rnd_project": [
        {"project_id": "P0", "approved_on": date(2024, 1, 1), "released_on": date(2024, 4, 10), "cancelled": False},
        {"project_id": "P1", "approved_on": date(2025, 1, 1), "released_on": date(2025, 3, 2), "cancelled": False},
        {"project_id": "P2", "approved_on": date(2025, 1, 1), "released_on": date(2025, 4, 11), "cancelled": False},
        {"project_id": "P3", "approved_on": date(2025, 1, 1), "released_on": date(2025, 1, 2), "cancelled": True},
        {"project_id": "P4", "approved_on": date(2025, 1, 1), "released_on": None, "cancelled": False},
    ],
    "finance_month": [
        *months(
            2024,
            revenue_cny=Decimal(1000),
            cost_of_goods_cny=Decimal(600),
            operating_cost_cny=Decimal(800),
            value_added_cny=Decimal(500000),
        ),
        *months(
            2025,
            revenue_cny=Decimal("1100.10"),
            cost_of_goods_cny=Decimal(660),
            operating_cost_cny=Decimal(810),
            value_added_cny=Decimal(540000),
        ),
    ],
    "headcount_month": [*months(2024, employees=100.0), *months(2025, employees=90.0)],
    "product": [{"product_id": "X", "unit": "pcs", "standard_hours": 0.5, "ideal_mass_kg": None}],
    "output_month": [
        *months(2024, product_id="X", quantity=100.0, mass_t=1.0),
        *months(2025, product_id="X", quantity=120.0, mass_t=1.25),
    ],
    "work_hours": [
        *({"day": date(2024, month, 9), "hours": 100.0} for month in range(1, 13)),
        *({"day": date(2025, month, 9), "hours": 80.0, "attendance_h": 100.0} for month in range(1, 13)),
    ],
    "material": [
        {"material_id": "RAW", "unit": "t", "kind": "raw"},
        {"material_id": "BOLT", "unit": "pcs", "kind": "raw", "unit_mass_kg": 0.5},
        {"material_id": "SEMI", "unit": "kg", "kind": "semi", "unit_mass_kg": 1.0},
        {"material_id": "SLAG", "unit": "kg", "kind": "other"},
    ],
    "material_actual": [
        # 2025: 19 t and 2000 bolts of 0.5 kg are 20 t; 15 t of product and 1 t of slag that is sold are 80 %.
        {"response_id": "R1", "material_id": "RAW", "direction": "consumed", "quantity": 19.0},
        {"response_id": "R1", "material_id": "BOLT", "direction": "consumed", "quantity": 2000.0},
        {"response_id": "R2", "material_id": "SEMI", "direction": "consumed", "quantity": 9999.0},
        {"response_id": "R1", "material_id": "SLAG", "direction": "by_product", "quantity": 1000.0},
        # 2024: 12 t from 20 t are 60 %.
        {"response_id": "R0", "material_id": "RAW", "direction": "consumed", "quantity": 20.0},
    ],
    "inspection": [
        {"at": at("2024-06-01T10:00"), "stage": "final", "inspected_quantity": 1000.0, "defective_quantity": 40.0},
        {"at": at("2025-06-01T10:00"), "stage": "final", "inspected_quantity": 900.0, "defective_quantity": 20.0},
        {"at": at("2025-06-01T10:00"), "stage": "in_process", "inspected_quantity": 100.0, "defective_quantity": 10.0},
        {"at": at("2025-06-01T10:00"), "stage": "incoming", "inspected_quantity": 9.0, "defective_quantity": 9.0},
    ],
    "stock_snapshot": [
        # Month ends count: 1200 in 2024; 1100 in 2025, where the 15th is left out.
        *({"day": date(2024, m, 28), "quantity": 1.0, "value_cny": Decimal(1200)} for m in range(1, 13)),
        *({"day": date(2025, m, 28), "quantity": 1.0, "value_cny": Decimal(600)} for m in range(1, 13)),
        *({"day": date(2025, m, 28), "quantity": 1.0, "value_cny": Decimal(500)} for m in range(1, 13)),
        {"day": date(2025, 3, 15), "quantity": 1.0, "value_cny": Decimal(999999)},
    ],
    "purchase_order_line": [
        {"line_id": "A0", "quantity": 10.0, "promised_on": date(2024, 5, 1)},
        {"line_id": "A1", "quantity": 10.0, "promised_on": date(2024, 5, 1)},
        *({"line_id": f"A{n}", "quantity": 10.0, "promised_on": date(2025, 5, 1)} for n in range(2, 6)),
        {"line_id": "A6", "quantity": 10.0, "promised_on": date(2025, 5, 1), "cancelled": True},
    ],
    "receipt": [
        {"line_id": "A0", "received_on": date(2024, 5, 1), "quantity": 10.0},
        {"line_id": "A1", "received_on": date(2024, 5, 2), "quantity": 10.0},
        {"line_id": "A2", "received_on": date(2025, 4, 1), "quantity": 4.0},
        {"line_id": "A2", "received_on": date(2025, 5, 1), "quantity": 6.0},
        {"line_id": "A3", "received_on": date(2025, 5, 1), "quantity": 9.0},
        {"line_id": "A3", "received_on": date(2025, 5, 2), "quantity": 1.0},
        {"line_id": "A4", "received_on": date(2025, 4, 30), "quantity": 11.0},
        {"line_id": "A5", "received_on": date(2025, 5, 1), "quantity": 10.0},
    ],
    "sales_order_line": [
        {"line_id": "B0", "quantity": 5.0, "due_on": date(2024, 5, 1), "cancelled": False},
        {"line_id": "B1", "quantity": 5.0, "due_on": date(2025, 5, 1), "cancelled": False},
        {
            "line_id": "B2",
            "quantity": 5.0,
            "due_on": date(2025, 5, 1),
            "revised_due_on": date(2025, 6, 1),
            "cancelled": False,
        },
    ],
    "delivery": [
        {"line_id": "B0", "delivered_on": date(2024, 5, 1), "quantity": 5.0},
        {"line_id": "B1", "delivered_on": date(2025, 5, 1), "quantity": 5.0},
        {"line_id": "B2", "delivered_on": date(2025, 5, 20), "quantity": 5.0},
    ],
    "meter": [
        {
            "meter_id": "EL",
            "carrier": "electricity",
            "unit": "MWh",
            "boundary": True,
            "bought": True,
            "direction": "in",
        },
        {
            "meter_id": "SUB",
            "carrier": "electricity",
            "unit": "kWh",
            "boundary": False,
            "bought": True,
            "direction": "in",
        },
        {
            "meter_id": "GAS",
            "carrier": "natural_gas",
            "unit": "Nm3",
            "boundary": True,
            "bought": True,
            "direction": "in",
        },
        {
            "meter_id": "AIR",
            "carrier": "compressed_air",
            "unit": "Nm3",
            "boundary": True,
            "bought": False,
            "direction": "in",
        },
        {
            "meter_id": "PV",
            "carrier": "electricity",
            "unit": "kWh",
            "boundary": True,
            "bought": False,
            "direction": "in",
            "renewable": True,
        },
        {"meter_id": "HEAT", "carrier": "heat", "unit": "GJ", "boundary": True, "bought": False, "direction": "out"},
        {"meter_id": "W1", "carrier": "water_fresh", "unit": "m3", "boundary": True, "bought": True, "direction": "in"},
        {
            "meter_id": "W2",
            "carrier": "water_reused",
            "unit": "t",
            "boundary": True,
            "bought": False,
            "direction": "in",
        },
    ],
    "meter_reading": [
        whole_year(2025, meter_id="EL", quantity=10.0),
        whole_year(2025, meter_id="SUB", quantity=7777.0),
        whole_year(2025, meter_id="GAS", quantity=1000.0),
        whole_year(2025, meter_id="AIR", quantity=5555.0),
        whole_year(2025, meter_id="PV", quantity=2000.0),
        whole_year(2025, meter_id="HEAT", quantity=10.0),
        whole_year(2025, meter_id="W1", quantity=100.0),
        whole_year(2025, meter_id="W2", quantity=900.0),
        whole_year(2024, meter_id="EL", quantity=20.0),
    ],
    "emission": [
        whole_year(2025, gas="CO2", kind="process", quantity_t=2.0),
        whole_year(2025, gas="CO2", kind="recovered", quantity_t=0.5),
        whole_year(2025, gas="CO2", kind="electricity", quantity_t=999.0),
        whole_year(2025, gas="SO2", kind="pollutant", quantity_t=999.0),
    ],
    "waste_month": [
        *months(2025, kind="general", generated_t=95.0, utilised_t=80.0, utilised_from_stock_t=5.0),
        *months(2025, kind="hazardous", generated_t=999.0, utilised_t=0.0, utilised_from_stock_t=0.0),
    ],
    "replication": [
        {"receiver_name": "A", "receiver_credit_code": "1", "adopted_on": date(2023, 1, 1), "own_group": False},
        {"receiver_name": "A again", "receiver_credit_code": "1", "adopted_on": date(2024, 1, 1), "own_group": False},
        {"receiver_name": "B", "adopted_on": date(2025, 12, 31), "own_group": False},
        {"receiver_name": "C", "adopted_on": date(2025, 1, 1), "own_group": True},
        {"receiver_name": "D", "adopted_on": date(2026, 1, 1), "own_group": False},
    ],
}

ENERGY_2025 = (10_000 * 0.1229 + 1000 * 1.33 + 2000 * 0.1229 - 10_000 * 0.0341 + 100 * 0.2571) / 15
ENERGY_2024 = 20_000 * 0.1229 / 12
GAS_T = 389.31 * 0.0153 * 0.99 * 44 / 12 * 1000 / 10_000
CO2_2025 = 1000 * (GAS_T + 10_000 * 0.6479 / 1000 - 10 * 0.11 + 2.0 - 0.5) / 15
CO2_2024 = 1000 * (20_000 * 0.6479 / 1000) / 12

EXPECTED: dict[str, tuple[float, float | None, float]] = {
    # id: value, V0, V1
    "key_equipment_nc_rate": (60, None, 60),
    "apc_in_service_rate": (100 * 6 / (8 + 2 * 9), None, 100 * 6 / 26),
    "ai_scene_share": (50, None, 50),
    "decision_models": (2, None, 2),
    "development_cycle": (20, 100, 80),
    "sales_growth": (10.01, 12000, 13201.2),
    "production_efficiency": (50, 50, 75),
    "resource_utilisation": (100 * 20 / 60, 60, 80),
    "defect_rate": (25, 4, 3),
    # 2025: (30 x 540 + 60 x 390) / 72000 s; 2024: 30 x 480 / 36000 s
    "oee": (37.5, 40, 55),
    "inventory_turns": (100 * (7.2 - 6) / 6, 6, 7.2),
    "supplier_on_time": (50, 50, 75),
    "order_on_time": (-50, 100, 50),
    "operating_cost": (19, 800, 648),
    "labour_productivity": (20, 6, 7.2),
    "unit_energy": (100 * (ENERGY_2024 - ENERGY_2025) / ENERGY_2024, ENERGY_2024, ENERGY_2025),
    "unit_co2": (100 * (CO2_2024 - CO2_2025) / CO2_2024, CO2_2024, CO2_2025),
    "solid_waste_utilisation": (80, None, 80),
    "water_reuse": (90, None, 90),
    "replication": (2, None, 2),
}


def computed(
    tables: dict[str, Any], period: Period = THIS, baseline: Period | None = BEFORE
) -> dict[str, IndicatorValue]:
    values = compute(tables, period, baseline, "150581", dict.fromkeys(tables, "0" * 64))
    return {value.id: value for value in values}


@pytest.fixture(scope="module")
def values(module_plant: Any) -> dict[str, IndicatorValue]:
    return computed(module_plant(PLANT))


def test_all_20_values_are_those_computed_by_hand(values: dict[str, IndicatorValue]) -> None:
    assert len(values) == 20
    for name, (value, v0, v1) in EXPECTED.items():
        found = values[name]
        assert found.state == "known", (name, found.needs)
        assert float(found.value or 0) == pytest.approx(value, rel=1e-8), name
        assert float(found.present_value or 0) == pytest.approx(v1, rel=1e-8), name
        if v0 is None:
            assert found.baseline_value is None
        else:
            assert float(found.baseline_value or 0) == pytest.approx(v0, rel=1e-8), name


def test_counts_and_money_give_exact_decimals(values: dict[str, IndicatorValue]) -> None:
    assert values["key_equipment_nc_rate"].value == Decimal(60)
    assert values["sales_growth"].value == Decimal("10.01")
    assert values["sales_growth"].present_value == Decimal("13201.2")
    assert values["sales_growth"].digits is None
    assert values["unit_energy"].digits == 9


def test_a_positive_change_always_means_better(values: dict[str, IndicatorValue]) -> None:
    assert values["defect_rate"].change_absolute == Decimal(1)
    assert values["order_on_time"].change_absolute == Decimal(-50)
    assert values["development_cycle"].change_relative == Decimal(20)


def test_without_a_baseline_changes_are_unknown_and_present_values_stay(plant: Any) -> None:
    values = computed(plant(PLANT), baseline=None)
    for rule in RULES:
        found = values[rule.id]
        if rule.type == "change":
            assert (found.state, found.needs, found.value) == ("unknown", ("baseline",), None)
            assert float(found.present_value or 0) == pytest.approx(EXPECTED[rule.id][2], rel=1e-8)
        else:
            assert found.state == "known"


def test_an_empty_plant_is_unknown_everywhere_and_never_zero(plant: Any) -> None:
    for value in computed(plant({})).values():
        assert value.state == "unknown", value
        assert value.value is None
        assert value.needs
        for need in value.needs:
            assert say(need).zh
            assert "{" not in say(need).en


def test_missing_tables_and_columns_are_named(plant: Any) -> None:
    none = {value.id: value for value in compute({}, THIS, BEFORE, None, {})}
    assert none["key_equipment_nc_rate"].needs == ("equipment",)
    assert set(none["unit_co2"].needs) == {"meter", "meter_reading", "emission", "output_month", "product"}
    tables = plant(PLANT)
    tables["equipment"] = tables["equipment"].drop("key")
    assert computed(tables)["key_equipment_nc_rate"].needs == ("equipment.key",)
    assert say("equipment.key").en == "needs Equipment · Key equipment"


def test_lineage_counts_rows_and_its_digest_follows_the_tables(plant: Any) -> None:
    tables = plant(PLANT)
    first = computed(tables)["oee"].lineage
    assert dict(first.tables)["equipment_state"] == 9
    assert dict(first.tables)["job_response"] == 3
    other = compute(tables, THIS, BEFORE, "15", {**dict.fromkeys(tables, "0" * 64), "job_response": "1" * 64})
    assert {value.id: value.lineage.input_digest for value in other}["oee"] != first.input_digest
    unrelated = compute(tables, THIS, BEFORE, "15", {**dict.fromkeys(tables, "0" * 64), "meter": "1" * 64})
    assert {value.id: value.lineage.input_digest for value in unrelated}["oee"] == first.input_digest


def test_the_rules_are_those_of_the_pack(plant: Any) -> None:
    pack = load_pack("national-2024")
    said = [(one.id, one.number, one.unit, one.type, one.better) for one in pack.indicators]
    assert said == [(rule.id, rule.number, rule.unit, rule.type, rule.better) for rule in RULES]
    for language in ("zh", "en"):
        assert table(language).count("\n") == 22
