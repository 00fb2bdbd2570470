"""Limits of periods, zones, and records that cannot be used."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from test_golden_plant import BEFORE, PLANT, THIS, at, computed, months, whole_year

from linghang.errors import BadInput
from linghang.kpi.compute import IndicatorValue, compute, decimal, figures_of, summed
from linghang.kpi.needs import say
from linghang.kpi.period import Period, of_year
from linghang.kpi.spans import Spans
from linghang.kpi.sums.production import MACHINES

MARCH = Period(date(2025, 3, 1), date(2025, 4, 1))
FEBRUARY = Period(date(2025, 2, 1), date(2025, 3, 1))


def run(plant: Any, rows: Any, period: Period = THIS, baseline: Period | None = None) -> dict[str, IndicatorValue]:
    tables = plant(rows, only=True)
    values = compute(tables, period, baseline, "15", dict.fromkeys(tables, "0"))
    return {value.id: value for value in values}


def machine(state_rows: list[dict[str, object]], **job: object) -> dict[str, list[dict[str, object]]]:
    states = [{"equipment_id": "E", **row} for row in state_rows]
    jobs = [{"equipment_id": "E", "produced_quantity": 60.0, "good_quantity": 60.0, **job}]
    return {
        "equipment": [{"equipment_id": "E", "ideal_cycle_s": 60.0}],
        "equipment_state": states,
        "job_response": jobs,
    }


NIGHT = {"start": at("2025-02-28T20:00"), "end": at("2025-03-01T04:00")}


def test_a_shift_over_midnight_at_the_end_of_a_month_is_shared_by_both_months(plant: Any) -> None:
    rows = machine([{**NIGHT, "state": "running"}], **NIGHT)
    value = run(plant, rows, MARCH, FEBRUARY)["oee"]
    # 60 pieces of 60 s in 8 h are 12.5 %, in the 4 h before midnight at the plant as in the 4 h after.
    assert value.present_value == value.baseline_value == Decimal("12.5")
    assert value.value == 0


def test_the_same_records_fall_otherwise_at_a_plant_elsewhere(plant: Any) -> None:
    rows = machine([{**NIGHT, "state": "running"}], **NIGHT)
    there = Period(date(2025, 3, 1), date(2025, 4, 1), "America/New_York")
    assert run(plant, rows, there)["oee"].present_value is None
    assert run(plant, rows, there)["oee"].needs == ("equipment_state@present",)


def test_a_moment_belongs_to_the_plants_day(plant: Any) -> None:
    piece = {"stage": "final", "inspected_quantity": 10.0}
    rows = {
        "inspection": [
            {"at": at("2025-02-28T23:59:59"), "defective_quantity": 10.0, **piece},
            {"at": at("2025-03-01T00:00"), "defective_quantity": 1.0, **piece},
            {"at": at("2025-03-31T23:59:59"), "defective_quantity": 2.0, **piece},
            {"at": at("2025-04-01T00:00"), "defective_quantity": 10.0, **piece},
        ]
    }
    assert run(plant, rows, MARCH)["defect_rate"].present_value == Decimal(15)


def test_a_state_that_still_lasts_reaches_the_end_of_the_period(plant: Any) -> None:
    began = at("2025-03-31T12:00")
    rows = machine([{"start": began, "end": None, "state": "running"}], start=began, end=at("2025-03-31T13:00"))
    assert run(plant, rows, MARCH)["oee"].present_value == decimal(Fraction(100, 12), None)


def test_months_of_a_period_add_up_to_the_period(plant: Any) -> None:
    start = at("2025-01-17T03:00")
    stretches = [
        {"start": start + timedelta(hours=31 * n), "end": start + timedelta(hours=31 * (n + 1)), "state": "running"}
        for n in range(100)
    ]
    rows = machine(stretches, start=start, end=start + timedelta(hours=3100), produced_quantity=6.0, good_quantity=6.0)
    tables = plant(rows, only=True)

    def figures(period: Period) -> Any:
        return figures_of((MACHINES,), {"machines": summed(MACHINES, tables, Spans(period))}, "1")["machines"]

    year = THIS.months
    parts = [figures(Period(a, b)) for a, b in zip(year, [*year[1:], date(2026, 1, 1)], strict=True)]
    whole = figures(THIS)
    assert sum(part.count("running") for part in parts) == whole.count("running") == 3100 * 3600 * 1_000_000
    assert sum(part.values.get("good") or 0 for part in parts) == pytest.approx(6.0)


def test_overlapping_states_are_refused_and_not_counted_twice(plant: Any) -> None:
    begin, end = at("2025-03-01T00:00"), at("2025-03-01T08:00")
    twice = [
        {"start": begin, "end": end, "state": "running"},
        {"start": at("2025-03-01T04:00"), "end": end, "state": "idle"},
    ]
    value = run(plant, machine(twice, start=begin, end=end), MARCH)["oee"]
    assert (value.state, value.needs) == ("unknown", ("equipment_state@present#overlap",))
    assert "overlap" in say(value.needs[0]).en


def test_daily_and_monthly_readings_of_one_meter_are_not_added(plant: Any) -> None:
    rows = {key: PLANT[key] for key in ("meter", "output_month", "product", "emission")}
    rows = {**rows, "meter_reading": [*PLANT["meter_reading"], whole_year(2025, meter_id="EL", quantity=10.0)]}
    value = run(plant, rows)["unit_energy"]
    assert value.needs == ("meter_reading@present#overlap",)


def test_a_month_without_readings_is_a_gap_and_no_saving(plant: Any) -> None:
    rows = {key: PLANT[key] for key in ("meter", "output_month", "product", "emission")}
    rows["meter_reading"] = [
        {"meter_id": "EL", "start": at("2025-01-01"), "end": at("2025-12-01"), "quantity": 10.0},
    ]
    assert run(plant, rows)["unit_energy"].needs == ("meter_reading@present#gaps",)


def test_a_carrier_without_a_coefficient_makes_energy_unknown_but_not_water(plant: Any) -> None:
    hydrogen = {
        "meter_id": "H",
        "carrier": "hydrogen",
        "unit": "kg",
        "boundary": True,
        "bought": True,
        "direction": "in",
    }
    rows = {**PLANT, "meter": [*PLANT["meter"], hydrogen]}
    rows["meter_reading"] = [*PLANT["meter_reading"], whole_year(2025, meter_id="H", quantity=1.0)]
    values = computed(plant(rows))
    assert values["unit_energy"].needs == ("coefficient.hydrogen (kg)",)
    assert values["water_reuse"].state == "known"
    assert say("coefficient.hydrogen (kg)").en == "needs a coefficient of hydrogen (kg)"


def test_accounts_need_every_month_and_whole_months(plant: Any) -> None:
    rows = {"finance_month": months(2025, revenue_cny=Decimal(1))[:11]}
    assert run(plant, rows)["sales_growth"].needs == ("finance_month.revenue_cny@present#gaps",)
    odd = Period(date(2025, 1, 2), date(2025, 12, 31))
    assert run(plant, rows, odd)["sales_growth"].needs == ("months",)


def test_an_unknown_flag_is_never_no(plant: Any) -> None:
    machines = [{"equipment_id": f"E{n}", "key": True, "status": "in_use"} for n in range(3)]
    machines[0]["numerically_controlled"] = True
    value = run(plant, {"equipment": machines})["key_equipment_nc_rate"]
    assert (value.state, value.needs) == ("unknown", ("equipment.numerically_controlled@present#empty",))


@pytest.mark.parametrize("kind", ["discrete", "process"])
def test_control_loops_do_not_apply_where_none_is_applicable(plant: Any, kind: str) -> None:
    rows = {"control_loop": [], "apc_period": [], "equipment_state": [], "factory": [{"process_type": kind}]}
    value = run(plant, rows)["apc_in_service_rate"]
    assert value.state == ("not_applicable" if kind == "discrete" else "unknown")
    rows["control_loop"] = [{"loop_id": "L", "equipment_id": "E", "apc_applicable": False}]
    assert run(plant, rows)["apc_in_service_rate"].state == "not_applicable"


def test_an_impossible_share_is_refused(plant: Any) -> None:
    rows = {"waste_month": months(2025, kind="general", generated_t=1.0, utilised_t=5.0, utilised_from_stock_t=0.0)}
    assert run(plant, rows)["solid_waste_utilisation"].needs == ("waste_month.utilised_t@present#range",)


def test_no_value_to_change_from_gives_no_percentage(plant: Any) -> None:
    piece = {"stage": "final", "inspected_quantity": 10.0}
    rows = {
        "inspection": [
            {"at": at("2024-05-01"), "defective_quantity": 0.0, **piece},
            {"at": at("2025-05-01"), "defective_quantity": 1.0, **piece},
        ]
    }
    value = run(plant, rows, THIS, BEFORE)["defect_rate"]
    assert (value.state, value.value, value.change_relative, value.change_absolute) == ("unknown", None, None, -10)
    assert value.needs == ("defect_rate#zero@baseline",)


def test_huge_and_infinite_numbers_neither_overflow_nor_pass_as_values(plant: Any) -> None:
    rows = {"finance_month": months(2025, revenue_cny=Decimal("99999999999.9999"))}
    assert run(plant, rows)["sales_growth"].present_value == Decimal("1199999999999.9988")
    piece = {"at": at("2025-05-01"), "stage": "final"}
    rows = {"inspection": [{**piece, "inspected_quantity": 1e300, "defective_quantity": 1e298}]}
    assert run(plant, rows)["defect_rate"].present_value == Decimal(1)
    rows = {"inspection": [{**piece, "inspected_quantity": float("inf"), "defective_quantity": 1.0}]}
    assert run(plant, rows)["defect_rate"].needs == ("inspection.inspected_quantity@present#range",)


def test_periods_that_overlap_and_tables_without_digest_are_refused(plant: Any) -> None:
    with pytest.raises(BadInput):
        compute({}, THIS, Period(date(2024, 6, 1), date(2025, 6, 1)), None, {})
    with pytest.raises(BadInput):
        compute(plant({"equipment": []}, only=True), THIS, None, None, {})


def test_output_in_several_units_needs_masses(plant: Any) -> None:
    rows = {
        "finance_month": months(2025, operating_cost_cny=Decimal(100)),
        "product": [{"product_id": "A", "unit": "pcs"}, {"product_id": "B", "unit": "m3"}],
        "output_month": [*months(2025, product_id="A", quantity=1.0), *months(2025, product_id="B", quantity=1.0)],
    }
    assert run(plant, rows)["operating_cost"].needs == ("output_month.mass_t@present#units",)
    rows["output_month"] = months(2025, product_id="A", quantity=5.0)
    value = run(plant, rows)["operating_cost"]
    assert (value.present_value, value.measured_unit) == (Decimal(20), "CNY/pcs")
    rows["product"] = [{"product_id": "A", "unit": "kg"}]
    assert run(plant, rows)["operating_cost"].measured_unit == "CNY/t"


def test_exact_values_keep_all_their_digits_and_others_nine() -> None:
    assert decimal(Fraction("60.1"), None) == Decimal("60.1")
    assert str(decimal(Fraction(100), None)) == "100"
    assert decimal(Fraction(1, 3), None) == Decimal("0.3333333333333333333333333333")
    assert decimal(Fraction(60.1), 9) == Decimal("60.1")
    assert decimal(Fraction(-12345678901234567890123456789012345), None) == Decimal(
        "-12345678901234567890123456789012345"
    )


def test_years_are_calendar_years() -> None:
    assert of_year(2025) == THIS


def test_jobs_of_a_machine_without_states_in_the_period_do_not_count_with_the_time_of_others(plant: Any) -> None:
    def both(id: str, start: str, end: str) -> dict[str, list[dict[str, object]]]:
        span = {"equipment_id": id, "start": at(start), "end": at(end)}
        return {
            "equipment_state": [{**span, "state": "running"}],
            "job_response": [{**span, "produced_quantity": 60.0, "good_quantity": 60.0}],
        }

    watched = both("E", "2025-03-01T00:00", "2025-03-01T02:00")
    silent = both("S", "2025-02-27T00:00", "2025-03-01T00:00")  # its states end as the period begins
    rows = {name: [*watched[name], *silent[name]] for name in watched}
    rows["job_response"].append({**rows["job_response"][0], "equipment_id": "S"})
    rows["equipment"] = [{"equipment_id": one, "ideal_cycle_s": 60.0} for one in ("E", "S")]
    assert run(plant, rows, MARCH)["oee"].present_value == 50
    assert run(plant, rows, MARCH, FEBRUARY)["oee"].present_value == 50
