"""The energy engine on a small works whose losses, idle power and leak are known, and on data that are not good."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from energy_cases import DAYS, LEAK_FROM, LEAK_TO, LOSS, START, inputs_of, small_plant

from linghang.engines.contract import Result
from linghang.engines.energy_carbon.energy import CARD, ELEMENT, Settings, run
from linghang.engines.energy_carbon.energy_tariff import EXAMPLE
from linghang.errors import BadInput

ELEMENTS = Path(__file__).resolve().parents[4] / "shared" / "criteria" / "elements.tsv"


@pytest.fixture(scope="module")
def found() -> Result:
    return run(inputs_of(small_plant()), Settings(price_periods=EXAMPLE, demand_price_cny_kw=30))


def rows(result: Result, name: str) -> list[dict[str, object]]:
    return result.tables[name].data.to_pylist()


def test_the_tree_closes_to_the_loss_of_the_cables(found: Result) -> None:
    closing = [one for one in rows(found, "closure") if one["node"] == "supply:electricity"]
    assert closing
    for one in closing:
        assert one["error_percent"] == pytest.approx(100 * LOSS, abs=0.01)
    assert {one["meter_id"]: one["above_id"] for one in rows(found, "meters")} == {
        "M": "supply:electricity", "A": "supply:electricity", "B": "supply:electricity", "A1": "A", "AIR": "",
    }  # fmt: skip


def test_the_power_of_the_waiting_machine_is_found(found: Result) -> None:
    (machine,) = rows(found, "idle")
    assert machine["running_kw"] == pytest.approx(50, rel=0.02)
    assert machine["waiting_kw"] == pytest.approx(10, rel=0.02)


def test_the_leak_is_found_in_its_days_and_nothing_else_is(found: Result) -> None:
    (episode,) = rows(found, "more_than_expected")
    assert episode["meter_id"] == "AIR"
    first = (episode["from"] - START).days
    last = (episode["to"] - START).days
    assert abs(first - LEAK_FROM) <= 1
    assert abs(last - LEAK_TO) <= 1
    assert episode["excess"] == pytest.approx(40 * 24 * (LEAK_TO - LEAK_FROM), rel=0.15)
    assert [one.subject for one in found.events] == ["AIR"]


def test_what_flows_at_rest_is_measured(found: Result) -> None:
    (air,) = rows(found, "compressed_air")
    assert air["by_standstill"] is True
    assert air["flow_per_h"] == pytest.approx(30, abs=2)


def test_the_forecast_beats_the_naive_ones_and_reaches_tomorrow(found: Result) -> None:
    quality = {one["forecast"]: one for one in rows(found, "forecast_quality")}
    assert quality["linghang"]["mae_kw"] < min(quality["a week ago"]["mae_kw"], quality["a day ago"]["mae_kw"])
    tomorrow = rows(found, "forecast")
    assert len(tomorrow) == 24
    assert (tomorrow[0]["at"] - START).days == DAYS


def test_shifting_costs_less_and_stands_at_its_bound(found: Result) -> None:
    for one in rows(found, "shifting"):
        assert one["saved_cny"] > 0
        assert one["gap_percent"] == pytest.approx(0, abs=1e-5)
    assert all(one["reachable_kw"] <= one["peak_kw"] for one in rows(found, "peaks"))


def test_significant_uses_that_were_analysed_are_counted(found: Result) -> None:
    (observed,) = found.observations
    assert observed.about == ELEMENT
    significant = [one for one in rows(found, "uses") if one["significant"]]
    assert observed.of == len(significant)
    assert observed.covered == len(significant)
    if ELEMENTS.exists():
        assert ELEMENT in ELEMENTS.read_text(encoding="utf-8")


@pytest.mark.slow
def test_without_a_tariff_nothing_is_said_about_money() -> None:
    result = run(inputs_of(small_plant()), Settings())
    assert "shifting" not in result.tables
    assert "settings.price_periods" in result.needs


@pytest.mark.slow
def test_a_use_without_readings_is_open_and_not_covered() -> None:
    tables = dict(small_plant())
    readings = tables["meter_reading"]
    gone = np.array([one == "A" for one in readings["meter_id"].to_pylist()])
    late = np.array([(one - START).days >= DAYS - 30 for one in readings["start"].to_pylist()])
    tables["meter_reading"] = readings.filter(pa.array(~(gone & late)))
    (observed,) = run(inputs_of(tables), Settings()).observations
    assert observed.open == 1
    assert observed.detail["without_readings"] == ["A"]


@pytest.mark.slow
def test_the_order_of_the_rows_does_not_matter() -> None:
    tables = dict(small_plant())
    for name in ("meter", "meter_reading", "equipment_state", "job_response"):
        order = np.random.default_rng(1).permutation(tables[name].num_rows)
        tables[name] = tables[name].take(pa.array(order))
    one, other = run(inputs_of(small_plant()), Settings()), run(inputs_of(tables), Settings())
    assert one.observations == other.observations
    assert [row["saved"] for row in rows(one, "enpi")] == pytest.approx([row["saved"] for row in rows(other, "enpi")])


def test_units_are_brought_together_and_unknown_ones_named() -> None:
    tables = dict(small_plant())
    readings, meters = tables["meter_reading"], tables["meter"].to_pydict()
    meters["unit"][1], meters["unit"][4] = "MWh", "furlong"
    scale = np.where(np.array(readings["meter_id"].to_pylist()) == "A", 0.001, 1.0)
    quantity = readings["quantity"].to_numpy() * scale
    place = readings.schema.get_field_index("quantity")
    tables["meter_reading"] = readings.set_column(place, "quantity", pa.array(quantity))
    meters["carrier"][4] = "electricity"
    tables["meter"] = pa.table(meters, tables["meter"].schema)
    result = run(inputs_of(tables), Settings())
    assert "meter.unit" in result.needs
    for one in rows(result, "closure"):
        # A meter that cannot be read makes the node above it unknown.
        assert (one["error"] is None) == (one["node"] == "supply:electricity")


@pytest.mark.parametrize("gone", ["meter", "meter_reading"])
def test_without_meters_or_readings_there_is_nothing_to_say(gone: str) -> None:
    tables = dict(small_plant())
    tables[gone] = tables[gone].slice(0, 0)
    result = run(inputs_of(tables), Settings())
    assert not result.observations
    assert set(result.needs) == set(CARD.needs)


@pytest.mark.parametrize("kept", [("meter", "meter_reading"), ("meter", "meter_reading", "equipment", "work_center")])
def test_what_else_is_missing_only_makes_it_say_less(kept: tuple[str, ...]) -> None:
    everything = small_plant()
    tables = {name: table if name in kept else table.slice(0, 0) for name, table in everything.items()}
    result = run(inputs_of(tables), Settings())
    assert "closure" in result.tables
    assert "idle" not in result.tables
    assert "job_response" in result.needs


@pytest.mark.slow
@pytest.mark.parametrize("days", [1, 2, 7, 119])
def test_windows_of_any_length_are_answered(days: int) -> None:
    result = run(inputs_of(small_plant(), days=days), Settings())
    json.dumps([one.data.to_pylist() for one in result.tables.values()], default=str, allow_nan=False)


@pytest.mark.slow
@pytest.mark.parametrize("value", [0.0, 5.0, 1e300, float("nan"), -4.0])
def test_readings_that_are_constant_huge_or_none_are_answered(value: float) -> None:
    tables = dict(small_plant())
    readings = tables["meter_reading"]
    place = readings.schema.get_field_index("quantity")
    tables["meter_reading"] = readings.set_column(place, "quantity", pa.array(np.full(readings.num_rows, value)))
    result = run(inputs_of(tables), Settings())
    json.dumps([one.data.to_pylist() for one in result.tables.values()], default=str, allow_nan=False)


@pytest.mark.parametrize(
    "wrong",
    [{"seu_share": 1.2}, {"confidence": 1.0}, {"parents": ("A",)}, {"baseline_start": "last year"},
     {"price_periods": ("08:00-09:00=1",)}, {"demand_price_cny_kw": 30.0}, {"reference_days": 0},
     {"flexible_share": -0.1}],
)  # fmt: skip
def test_settings_without_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        replace(Settings(), **wrong)
