"""The engine: which loops count as under precise control, and what it says of health, models and service."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.engines.charts import to_json
from linghang.engines.contract import Inputs, Result, micros
from linghang.engines.production.control import CARD, ELEMENT, Settings, run
from linghang.engines.production.control_identification import prbs
from linghang.engines.production.control_spans import Spans
from linghang.engines.signals import MemorySignals, Points, Signal
from linghang.errors import BadInput

START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 4
END = START + timedelta(days=DAYS)
MINUTES = DAYS * 1440
MOMENT = pa.timestamp("us", "UTC")
LOOPS = pa.schema(
    [
        ("loop_id", pa.string()),
        ("equipment_id", pa.string()),
        ("name", pa.string()),
        ("apc_applicable", pa.bool_()),
        ("weight", pa.float64()),
    ]
)
PERIODS = pa.schema([("loop_id", pa.string()), ("start", MOMENT), ("end", MOMENT), ("in_service", pa.bool_())])
STATES = pa.schema(
    [("equipment_id", pa.string()), ("start", MOMENT), ("end", MOMENT), ("state", pa.string()), ("reason", pa.string())]
)

Row = Mapping[str, Any]


def hours(first: float, last: float) -> dict[str, datetime]:
    return {"start": START + timedelta(hours=first), "end": START + timedelta(hours=last)}


def loop(id: str = "TIC-1", applies: bool | None = True, weight: float | None = 1.0) -> Row:
    return {"loop_id": id, "equipment_id": f"F-{id}", "name": "炉温", "apc_applicable": applies, "weight": weight}


def ran(id: str = "TIC-1", first: float = 0, last: float = 24 * DAYS) -> Row:
    return {"equipment_id": f"F-{id}", "state": "running", **hours(first, last)}


def served(on: bool, first: float = 0, last: float = 24 * DAYS, id: str = "TIC-1") -> Row:
    return {"loop_id": id, "in_service": on, **hours(first, last)}


def noisy(middle: float = 700.0, spread: float = 1.0, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(middle, spread, MINUTES)


def signal(
    name: str, role: str, unit: str = "°C", low: float | None = None, high: float | None = None, **more: Any
) -> Signal:
    return Signal(name, name, "F-TIC-1", "TIC-1", role, "temperature", unit, low=low, high=high, **more)


def points(values: Sequence[float] | np.ndarray, texts: Sequence[str] = ()) -> Points:
    at = micros(START) + np.arange(len(values), dtype=np.int64) * 60_000_000
    return Points(at, np.asarray(values, np.float64), texts)


def given_plant(
    signals: Mapping[Signal, Points],
    loops: Sequence[Row] = (loop(),),
    periods: Sequence[Row] = (served(True),),
    states: Sequence[Row] = (ran(),),
) -> Inputs:
    tables = {
        "control_loop": pa.Table.from_pylist(list(loops), schema=LOOPS),
        "apc_period": pa.Table.from_pylist(list(periods), schema=PERIODS),
        "equipment_state": pa.Table.from_pylist(list(states), schema=STATES),
    }
    data = {one.tag_id: found for one, found in signals.items()}
    return Inputs(tables, START, END, ZoneInfo("Asia/Shanghai"), MemorySignals(tuple(signals), data))


HELD = {signal("pv", "measurement", low=690.0, high=710.0): points(noisy())}


def counts(result: Result) -> tuple[int, int, int]:
    (found,) = result.observations
    assert found.about == ELEMENT
    return found.covered, found.open, found.of


def test_三_3_a_loop_in_service_and_within_its_limits_is_covered() -> None:
    result = run(given_plant(HELD), Settings())
    assert counts(result) == (1, 0, 1)
    assert result.tables["loops"].data["held_percent"].to_pylist() == [pytest.approx(100.0)]


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([served(True, 0, 88), served(False, 88, 96)], (1, 0, 1)),
        ([served(True, 0, 72), served(False, 72, 96)], (0, 0, 1)),
        ([served(True, 0, 72)], (0, 1, 1)),
        ([served(False)], (0, 0, 1)),
        ([], (0, 1, 1)),
        ([served(True), served(False)], (0, 1, 1)),
        ([served(True), served(False, 0, 4)], (1, 0, 1)),
    ],
    ids=["enough", "too little", "not written down", "never", "no log", "contradicted", "hardly contradicted"],
)
def test_service_counts_only_as_far_as_it_is_written_down(periods: list[Row], expected: tuple[int, int, int]) -> None:
    assert counts(run(given_plant(HELD, periods=periods), Settings())) == expected


def test_service_of_which_nobody_wrote_is_unknown_not_zero() -> None:
    result = run(given_plant(HELD, periods=[]), Settings())
    assert result.tables["loops"].data["in_service_percent"].to_pylist() == [None]


def test_time_in_which_the_machine_stood_does_not_count() -> None:
    periods = [served(True, 0, 48), served(False, 48, 96)]
    assert counts(run(given_plant(HELD, periods=periods, states=[ran(last=48)]), Settings())) == (1, 0, 1)


def test_a_loop_that_leaves_its_tolerance_is_not_covered() -> None:
    wide = {signal("pv", "measurement", low=690.0, high=710.0): points(noisy(spread=8.0))}
    assert counts(run(given_plant(wide), Settings())) == (0, 0, 1)


def test_without_setpoint_and_limits_nothing_can_be_said() -> None:
    result = run(given_plant({signal("pv", "measurement", high=710.0): points(noisy())}), Settings())
    assert counts(result) == (0, 1, 1)
    assert "tag.role=setpoint" in result.needs
    assert "programme" in result.tables["health"].data["advice_en"].to_pylist()[0]


def test_a_setpoint_in_another_unit_is_converted_and_one_of_another_kind_is_not_used() -> None:
    measured = {signal("pv", "measurement"): points(noisy())}
    kelvin = {signal("sp", "setpoint", "K"): points(np.full(MINUTES, 700.0 + 273.15))}
    assert counts(run(given_plant(measured | kelvin), Settings())) == (1, 0, 1)
    bar = {signal("sp", "setpoint", "bar"): points(np.full(MINUTES, 700.0))}
    assert counts(run(given_plant(measured | bar), Settings())) == (0, 1, 1)


def test_a_setpoint_counts_before_the_limits() -> None:
    away = {signal("sp", "setpoint"): points(np.full(MINUTES, 680.0))}
    assert counts(run(given_plant(HELD | away), Settings())) == (0, 0, 1)


def test_missing_values_open_a_loop_instead_of_deciding_it() -> None:
    values = noisy()
    values[: MINUTES // 5] = np.nan
    result = run(given_plant({signal("pv", "measurement", low=690.0, high=710.0): points(values)}), Settings())
    assert counts(result) == (0, 1, 1)
    values[MINUTES // 5 :] += 50
    result = run(given_plant({signal("pv", "measurement", low=690.0, high=710.0): points(values)}), Settings())
    assert counts(result) == (0, 0, 1)


def test_a_mode_tag_says_when_a_loop_was_in_automatic() -> None:
    words = ("auto", "manual")
    mode = signal("mode", "state", "", kind="text")
    values = np.zeros(MINUTES)
    assert counts(run(given_plant(HELD | {mode: points(values, words)}, periods=[]), Settings())) == (1, 0, 1)
    values[MINUTES // 2 :] = 1
    assert counts(run(given_plant(HELD | {mode: points(values, words)}, periods=[]), Settings())) == (0, 0, 1)


def test_loops_to_which_it_does_not_apply_do_not_count_and_unsaid_ones_stay_open() -> None:
    loops = [loop(), loop("TIC-2", applies=False), loop("TIC-3", applies=None)]
    result = run(given_plant(HELD, loops=loops), Settings())
    assert counts(result) == (1, 1, 2)
    assert "control_loop.apc_applicable" in result.needs


def test_n24_indicator_2_is_weighted_running_time_in_service() -> None:
    loops = [loop(weight=3.0), loop("TIC-2", weight=1.0), loop("TIC-3", applies=False)]
    periods = [served(True, 0, 48), served(False, 48, 96), served(True, id="TIC-2")]
    states = [ran(), ran("TIC-2", 0, 48), ran("TIC-3")]
    result = run(given_plant(HELD, loops, periods, states), Settings())
    expected = 100 * (3 * 48 + 1 * 48) / (3 * 96 + 1 * 48)
    row = result.tables["apc_rate"].data.to_pylist()[0]
    assert (row["least_percent"], row["most_percent"]) == pytest.approx((expected, expected))


def stepped(gain: float = 2.0, lag_min: float = 10.0, dead_min: int = 3) -> dict[Signal, Points]:
    """A step test by hand over four days."""
    u = 50 + 5 * prbs(MINUTES, 45, 3)
    y, value = np.empty(MINUTES), 700.0
    for k in range(MINUTES):
        y[k] = value
        value += (1 - np.exp(-1 / lag_min)) * (700 + gain * (u[max(0, k - dead_min)] - 50) - value)
    y += np.random.default_rng(7).normal(0, 0.2, MINUTES)
    return {
        signal("pv", "measurement", low=650.0, high=750.0): points(y),
        signal("op", "output", "%", 0.0, 100.0): points(u),
    }


def test_a_step_test_gives_a_model_and_a_tuning() -> None:
    result = run(given_plant(stepped()), Settings())
    row = result.tables["models"].data.to_pylist()[0]
    assert row["gain"] == pytest.approx(2.0, rel=0.1)
    assert row["lag_s"] == pytest.approx(600.0, rel=0.1)
    assert row["delay_s"] == pytest.approx(180.0, abs=40)
    assert row["rule"] == "SIMC"
    assert any(one.id.startswith("step-") for one in result.charts)


def test_a_loop_at_rest_gives_no_model() -> None:
    signals = stepped() | {signal("op", "output", "%", 0.0, 100.0): points(50 + noisy(0.0, 1.0, 5))}
    assert "models" not in run(given_plant(signals), Settings()).tables


def test_spread_in_and_out_of_service_stands_side_by_side() -> None:
    values = np.where(np.arange(MINUTES) < MINUTES // 2, 700 + 4 * (noisy() - 700), noisy())
    signals = {signal("pv", "measurement", low=650.0, high=750.0): points(values)}
    periods = [served(False, 0, 48), served(True, 48, 96)]
    row = run(given_plant(signals, periods=periods), Settings()).tables["service"].data.to_pylist()[0]
    assert row["change_percent"] == pytest.approx(-75.0, abs=3)


def test_a_swinging_loop_is_named_with_its_period() -> None:
    values = noisy() + 4 * np.sin(2 * np.pi * np.arange(MINUTES) / 30)
    result = run(given_plant({signal("pv", "measurement", low=650.0, high=750.0): points(values)}), Settings())
    row = result.tables["health"].data.to_pylist()[0]
    assert row["period_s"] == pytest.approx(1800.0, rel=0.03)
    assert "swings" in row["advice_en"]


def test_a_soft_sensor_of_a_tag_is_learnt_from_its_machine() -> None:
    driver = noisy(50.0, 5.0, 2)
    target = signal("quality", "measurement")
    other = Signal("driver", "driver", "F-TIC-1", "", "measurement", "power", "kW")
    signals = {target: points(3 * driver + noisy(0.0, 1.0, 3)), other: points(driver)}
    result = run(given_plant(HELD | signals), Settings(soft_sensor="quality"))
    assert result.tables["soft_sensor"].data["r2"].to_pylist()[0] > 0.9
    assert any("nowhere" in one for one in run(given_plant(HELD), Settings(soft_sensor="nowhere")).needs)


@pytest.mark.parametrize("missing", ["control_loop", "equipment_state"])
def test_without_loops_or_running_time_there_is_nothing_to_say(missing: str) -> None:
    empty: dict[str, Any] = {"loops": ()} if missing == "control_loop" else {"states": ()}
    result = run(given_plant(HELD, **empty), Settings())
    assert not result.observations
    assert not result.tables
    assert missing in result.needs


def test_no_telemetry_is_no_observation() -> None:
    result = run(given_plant({}), Settings())
    assert not result.observations
    assert "tag.role=measurement" in result.needs


@pytest.mark.parametrize(
    "values", [np.full(MINUTES, 700.0), np.full(MINUTES, 1e300), np.full(MINUTES, np.nan), [700.0]]
)
def test_odd_values_give_clean_tables(values: Sequence[float]) -> None:
    result = run(given_plant({signal("pv", "measurement", low=690.0, high=710.0): points(values)}), Settings())
    for table in result.tables.values():
        for column in table.data.columns:
            if pa.types.is_floating(column.type):
                assert all(np.isfinite(value) for value in column.to_pylist() if value is not None)
    json.dumps([to_json(one) for one in result.charts], allow_nan=False)


def test_the_same_inputs_give_the_same_result() -> None:
    first, again = run(given_plant(stepped()), Settings()), run(given_plant(stepped()), Settings())
    assert first == again
    assert CARD.elements == (ELEMENT,)


@pytest.mark.parametrize(
    "wrong", [{"held_share": 0.0}, {"in_service_share": 1.1}, {"health_hours": -1.0}, {"delay_s": 0.0}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        Settings(**wrong)  # type: ignore[arg-type]


stretches = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


@given(stretches, stretches)
def test_stretches_of_time_behave_as_sets(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    first, second = Spans.of(one, 0, 50), Spans.of(other, 0, 50)

    def members(spans: Spans) -> set[int]:
        return {k for a, b in zip(spans.start.tolist(), spans.end.tolist(), strict=True) for k in range(a, b)}

    assert members(first.both(second)) == members(first) & members(second)
    assert members(first.either(second)) == members(first) | members(second)
    assert members(first.without(second)) == members(first) - members(second)
    at = np.arange(60)
    assert set(at[first.holds(at)].tolist()) == members(first)
