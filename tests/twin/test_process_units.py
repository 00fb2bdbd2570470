"""Process units: balances close, closed forms agree with small steps, and a stretch may be cut anywhere."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from process_stretches import split, stretch

from linghang.twin.process.casting import CLOSED_SHARE, CastingMachine
from linghang.twin.process.heat_treatment import HeatTreatmentLine, Profile
from linghang.twin.process.machining import MachiningCell
from linghang.twin.process.melting import HoldingFurnace, MeltingFurnace
from linghang.twin.process.networks import ATMOSPHERE_BAR, AirNetwork, GasStation, Substation
from linghang.twin.process.paint import BakeOven, Oxidiser, WasteWaterPlant
from linghang.twin.process.plain import PlainMachine
from linghang.twin.process.stretch import Signal, Stretch, Unit
from linghang.twin.process.vessel import Vessel, account, heated
from linghang.words import Text

UNITS: tuple[Unit, ...] = (
    MeltingFurnace(),
    HoldingFurnace(),
    CastingMachine(),
    HeatTreatmentLine(),
    MachiningCell(),
    BakeOven(),
    Oxidiser(),
    WasteWaterPlant(),
    AirNetwork(),
    Substation(),
    GasStation(),
    PlainMachine(),
)
FURNACE = MeltingFurnace().vessel

LOADS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.4, 1.0]), st.floats(30, 40_000), st.floats(0.6, 1.0), st.floats(1.0, 2.0)),
    min_size=2,
    max_size=8,
)


def of(rows: list[tuple[float, float, float, float]]) -> Stretch:
    loads, seconds, efficiency, loss = zip(*rows, strict=True)
    return stretch(loads, seconds, factors={"efficiency": efficiency, "loss": loss})


@given(LOADS, st.floats(20, 800))
def test_the_heat_balance_of_a_vessel_closes_whatever_happens(
    rows: list[tuple[float, float, float, float]], first: float
) -> None:
    over = of(rows)
    found = account(FURNACE, over, heated(FURNACE, over, first))
    turned_over = found.supplied_kwh + abs(found.goods_kwh) + abs(found.walls_kwh) + abs(found.stored_kwh)
    assert abs(found.gap_kwh) <= 1e-6 * turned_over + 1e-6


@settings(max_examples=15, deadline=None)
@given(LOADS, st.floats(600, 800))
def test_a_vessel_follows_its_equation_step_by_step(
    rows: list[tuple[float, float, float, float]], first: float
) -> None:
    """The closed form against the differential equation itself, in small steps (Heun)."""
    over = of([(load, min(seconds, 3_000.0), a, b) for load, seconds, a, b in rows])
    course = heated(FURNACE, over, first)
    value, energy = first, 0.0
    for k, start in enumerate(over.start_s):
        steps = max(int(over.seconds[k] / 2.0), 1)
        dt = over.seconds[k] / steps
        assert course.temperature.at(np.array([start]))[0] == pytest.approx(value, abs=0.05)
        for _ in range(steps):
            rate, power = _rate(FURNACE, over, k, value)
            later, power_later = _rate(FURNACE, over, k, value + dt * rate)
            value += dt * (rate + later) / 2
            energy += dt * (power + power_later) / 2
    assert course.temperature.last == pytest.approx(value, abs=0.05)
    assert course.supplied_kwh() == pytest.approx(energy / 3600, rel=2e-3)


def _rate(vessel: Vessel, over: Stretch, k: int, value: float) -> tuple[float, float]:
    load, around = over.load[k], over.ambient_c[k]
    fed = vessel.feed_forward_kw(load, around)
    power = min(max(fed + vessel.gain_kw_per_k * (vessel.setpoint_c - value), vessel.least_kw), vessel.most_kw)
    goods = vessel.goods_kg_per_s * load
    heat = vessel.efficiency * over.factor("efficiency")[k] * power
    heat -= vessel.loss_kw_per_k * over.factor("loss")[k] * (value - around)
    heat -= goods * (vessel.goods_kj_per_kg + vessel.goods_kj_per_kg_k * (value - vessel.reference_c))
    return heat / vessel.capacity_kj_per_k, power


def test_a_sound_furnace_holds_its_setpoint_and_a_fouled_one_does_not() -> None:
    sound = heated(FURNACE, stretch([1.0], [86_400]), FURNACE.setpoint_c)
    fouled = heated(FURNACE, stretch([1.0], [86_400], factors={"efficiency": [0.8]}), FURNACE.setpoint_c)
    assert sound.temperature.last == pytest.approx(FURNACE.setpoint_c, abs=0.01)
    assert fouled.temperature.last < FURNACE.setpoint_c - 3
    assert fouled.supplied_kwh() > 1.1 * sound.supplied_kwh()


def test_what_is_switched_off_cools_to_what_is_around_it() -> None:
    cold = heated(FURNACE, stretch([0.0], [40 * 86_400], powered=[False], ambient=15.0), 745.0)
    assert cold.temperature.last == pytest.approx(15.0, abs=0.1)
    assert cold.supplied_kwh() == 0


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.floats(60, 90_000)), min_size=1, max_size=6))
def test_the_metal_of_a_furnace_is_charged_tapped_skimmed_or_still_there(rows: list[tuple[float, float]]) -> None:
    furnace = MeltingFurnace()
    found = furnace.metal_account(stretch(*zip(*rows, strict=True)), furnace.begin())
    assert found.charged_kg == pytest.approx(found.tapped_kg + found.dross_kg + found.stored_kg, abs=1e-6)
    assert found.dross_kg == pytest.approx(0.018 * found.charged_kg)


def test_melting_a_tonne_takes_as_much_gas_as_furnaces_of_its_kind_take() -> None:
    """Gas-fired shaft and reverberatory furnaces take about 550 to 1,100 kWh per tonne."""
    furnace = MeltingFurnace()
    over = stretch([1.0], [10 * 86_400])
    supplied = furnace.heat_account(over, furnace.begin()).supplied_kwh
    tonnes = furnace.metal_account(over, furnace.begin()).tapped_kg / 1000
    assert 550 < supplied / tonnes < 1_100


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: type(unit).__name__)
@given(
    rows=st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.floats(20, 20_000)), min_size=2, max_size=6),
    data=st.data(),
)
@settings(max_examples=25, deadline=None)
def test_a_stretch_may_be_cut_anywhere(unit: Unit, rows: list[tuple[float, float]], data: st.DataObject) -> None:
    loads, seconds = zip(*rows, strict=True)
    whole = stretch(loads, seconds, start=1_000_000.0)
    early, late = split(whole, data.draw(st.integers(1, len(rows) - 1)))
    times = np.linspace(whole.start_s[0], whole.end_s - 1e-3, 60)
    at_once, end = unit.run(whole, times, unit.begin())
    first, between = unit.run(early, times[times < early.end_s], unit.begin())
    second, last = unit.run(late, times[times >= early.end_s], between)
    assert [signal.name for signal in unit.signals] == list(at_once)
    for name, values in at_once.items():
        joined = np.concatenate([first[name], second[name]])
        # A saw-tooth may stand on either side of its edge after rounding.
        differs = ~np.isclose(joined, values, rtol=1e-5, atol=1e-4)
        assert differs.sum() <= 1, (name, joined[differs], values[differs])
    assert end.keys() == last.keys()


def test_the_die_follows_its_shots_one_by_one() -> None:
    """The n-th power of a shot against n shots after another, each with its closed and its open part."""
    machine = CastingMachine()
    shots, times = 40, []
    value, expected = float(machine.begin()["die_c"]), []
    for shot in range(shots):
        for share in (0.0, 0.3, 0.9):
            phase = share * machine.cycle_s
            closed = min(phase, CLOSED_SHARE * machine.cycle_s)
            hot = machine.hot_c + (value - machine.hot_c) * math.exp(-closed / machine.closed_tau_s)
            opened = machine.cold_c + (hot - machine.cold_c) * math.exp(-(phase - closed) / machine.open_tau_s)
            times.append(shot * machine.cycle_s + phase)
            expected.append(opened)
        closed = CLOSED_SHARE * machine.cycle_s
        hot = machine.hot_c + (value - machine.hot_c) * math.exp(-closed / machine.closed_tau_s)
        value = machine.cold_c + (hot - machine.cold_c) * math.exp(-(machine.cycle_s - closed) / machine.open_tau_s)
    over = stretch([1.0], [shots * machine.cycle_s])
    found, _ = machine.run(over, np.array(times) + 1e-7, machine.begin())
    assert found["die_temperature"] == pytest.approx(np.array(expected), abs=1e-3)


def test_a_die_that_casts_is_within_its_limits_and_a_blocked_cooling_drives_it_out() -> None:
    machine = CastingMachine()
    times = np.linspace(80_000, 86_000, 500)
    signal = next(one for one in machine.signals if one.name == "die_temperature")
    sound, _ = machine.run(stretch([1.0], [86_400]), times, machine.begin())
    blocked, _ = machine.run(stretch([1.0], [86_400], factors={"cooling": [0.4]}), times, machine.begin())
    assert signal.low is not None
    assert signal.high is not None
    assert signal.low < sound["die_temperature"].min() < sound["die_temperature"].max() < signal.high
    assert blocked["die_temperature"].max() > sound["die_temperature"].max() + 20
    assert sound["filling_pressure"].max() == pytest.approx(850, abs=1)


def test_a_tool_lasts_as_taylor_says() -> None:
    slow, fast = MachiningCell(speed_m_per_min=700), MachiningCell(speed_m_per_min=1_000)
    for cell in (slow, fast):
        assert cell.speed_m_per_min * (cell.life_s / 60) ** cell.taylor_n == pytest.approx(cell.taylor_c)
    changes = []
    for cell in (slow, fast):
        times = np.arange(0, 20 * 86_400, 60.0)
        values, _ = cell.run(stretch([1.0], [20 * 86_400]), times, cell.begin())
        used = values["tool_life_used"]
        changes.append(int((np.diff(used) < -50).sum()))
        assert changes[-1] == int(20 * 86_400 * cell.cut_share / cell.life_s)
    assert changes[1] > 3 * changes[0]


def test_a_worn_tool_draws_more_current_and_a_bad_bearing_shakes() -> None:
    cell = MachiningCell()
    times = np.array([10.0, 0.95 * cell.life_s / cell.cut_share])
    values, _ = cell.run(stretch([1.0], [cell.life_s / cell.cut_share]), times, cell.begin())
    shaken, _ = cell.run(stretch([1.0], [3_600], factors={"bearing": [2.5]}), times[:1], cell.begin())
    assert values["spindle_current"][1] > values["spindle_current"][0] + 4
    assert shaken["vibration"][0] == pytest.approx(2.5 * values["vibration"][0])


def test_wheels_reach_the_solution_temperature_and_are_quenched_at_once() -> None:
    profile = Profile()
    hours = np.array([0.0, 1.0, 4.4, 4.5 + 0.05, 4.5 + 240 / 3600 + 2.4]) * 3600
    entry, warming, soaked, quenched, aged = profile.wheel_c(hours)
    assert entry == 25
    assert 450 < warming < 540
    assert soaked == pytest.approx(540, abs=1)
    assert quenched < 120
    assert aged == pytest.approx(155, abs=1)


def test_compressed_air_keeps_its_mass_balance() -> None:
    """Air delivered over many cycles = air taken and leaked; the slopes of the pressure are those of the equation."""
    network = AirNetwork()
    over = stretch([0.6], [86_400])
    times = np.arange(0, 86_400, 0.5)
    values, _ = network.run(over, times, network.begin())
    loaded = values["power"] == network.loaded_kw
    taken = float(network.taken_m3_per_min(over)[0])
    assert loaded.mean() * network.supply_m3_per_min == pytest.approx(taken, rel=0.01)
    slopes = np.diff(values["pressure"]) / 0.5 * 60
    up = (network.supply_m3_per_min - taken) * ATMOSPHERE_BAR / network.volume_m3
    down = -taken * ATMOSPHERE_BAR / network.volume_m3
    assert np.median(slopes[loaded[1:] & loaded[:-1]]) == pytest.approx(up, rel=1e-3)
    assert np.median(slopes[~loaded[1:] & ~loaded[:-1]]) == pytest.approx(down, rel=1e-3)


def test_a_leak_that_the_compressors_cannot_feed_lets_the_pressure_fall() -> None:
    network = AirNetwork()
    values, _ = network.run(stretch([1.0], [600], factors={"leak": [6.0]}), np.array([300.0]), network.begin())
    assert values["pressure"][0] < 6.3


def test_an_oxidiser_that_is_too_cold_lets_solvent_pass() -> None:
    sound, _ = Oxidiser().run(stretch([1.0], [86_400]), np.array([80_000.0]), Oxidiser().begin())
    cold, _ = Oxidiser().run(
        stretch([1.0], [86_400], factors={"burner": [0.8]}), np.array([80_000.0]), Oxidiser().begin()
    )
    assert sound["voc_outlet"][0] < 10
    assert cold["voc_outlet"][0] > 3 * sound["voc_outlet"][0]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"end_s": -1.0}, "end after they start"),
        ({"load": np.array([1.0, 1.0])}, "one value per interval"),
        ({"load": np.array([-0.1])}, "not negative"),
    ],
)
def test_a_stretch_that_makes_no_sense_is_refused(columns: dict[str, object], said: str) -> None:
    good: dict[str, object] = {
        "start_s": np.array([0.0]),
        "end_s": 1.0,
        "load": np.array([1.0]),
        "powered": np.array([True]),
        "ambient_c": np.array([20.0]),
    }
    with pytest.raises(ValueError, match=said):
        Stretch(**{**good, **columns})  # type: ignore[arg-type]


def test_nonsense_of_a_vessel_or_a_signal_is_refused() -> None:
    with pytest.raises(ValueError, match="efficiency"):
        Vessel(1, 1, 1.2, 0, 1, 1, 100, 1, 1, 1, 20)
    with pytest.raises(ValueError, match="below the high"):
        Signal("t", Text("温度", "Temperature"), "°C", low=10, high=5)
