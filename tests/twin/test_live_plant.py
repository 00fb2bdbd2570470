"""The works alive: readings follow the flow and the physics, faults show, and the same seed tells the same story."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import islice

import pytest

from linghang.errors import BadInput
from linghang.twin.flow.model import Fault
from linghang.twin.process.course import ProcessFault
from linghang.twin.process.sensing import BAD, InstrumentFault
from linghang.twin.works.live import LivePlant, Reading, live_orders, live_plant
from linghang.twin.works.machines import BY_ID, MACHINES
from linghang.twin.works.processes import NETWORKS, factors_of, signals_of, unit_of

# A Friday morning in the plant's zone: every shift works.
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
NOON_US = round(NOON.timestamp() * 1e6)
MINUTE_US = 60_000_000


def fresh(seed: int = 7) -> LivePlant:
    return live_plant(NOON, 24, seed)


def lived(plant: LivePlant, minutes: int, speed: float = 60.0) -> list[Reading]:
    """Readings of so many minutes of the plant's time, one tick a minute."""
    readings = []
    for tick in range(minutes):
        at = plant.now_us + MINUTE_US
        readings += plant.advance(at, NOON_US + round((tick + 1) * MINUTE_US / speed), speed)
    return readings


@cache
def an_hour() -> tuple[Reading, ...]:
    return tuple(lived(fresh(), 60))


def test_every_signal_of_every_machine_is_read() -> None:
    paths = {reading.path for reading in [*fresh().everything(NOON_US), *an_hour()]}
    assert paths == {f"{one.area}/{one.id}/{signal.name}" for one in MACHINES for signal in signals_of(one)}


def test_the_works_is_found_at_work() -> None:
    states = [reading.value for reading in fresh().everything(NOON_US) if reading.signal.name == "state"]
    assert states.count("running") > 20
    assert set(states) <= {"running", "idle", "setup", "planned_stop", "breakdown", "off"}


def test_counts_only_grow_and_pieces_are_made() -> None:
    counts: dict[str, float] = {}
    for reading in an_hour():
        if reading.signal.name == "count":
            assert isinstance(reading.value, float)
            assert reading.value > counts.get(reading.machine.id, -1)
            counts[reading.machine.id] = reading.value
    assert sum(counts.values()) > 100


def test_readings_are_stamped_by_the_clock_on_the_wall() -> None:
    at = [reading.at_us for reading in an_hour()]
    assert min(at) >= NOON_US
    assert max(at) == NOON_US + MINUTE_US  # an hour at sixty times the speed


def test_values_are_what_such_machines_show() -> None:
    numbers = [reading for reading in an_hour() if isinstance(reading.value, float)]
    outside = [
        reading.path
        for reading in numbers
        if reading.signal.name
        in ("melt_temperature", "solution_temperature", "oven_temperature", "chamber_temperature")
        and not _within(reading)
    ]
    assert outside == []


def _within(reading: Reading) -> bool:
    low, high = reading.signal.low, reading.signal.high
    assert low is not None
    assert high is not None
    return low <= float(reading.value) <= high


@pytest.mark.slow
def test_the_same_seed_tells_the_same_story_and_another_another() -> None:
    assert tuple(lived(fresh(), 10)) == an_hour()[: len(lived(fresh(), 10))]
    assert tuple(lived(fresh(8), 10)) != an_hour()[: len(lived(fresh(8), 10))]


def test_a_breakdown_on_command_stops_the_machine_at_once() -> None:
    plant = fresh()
    plant.trigger("LPC-103", Fault(NOON, "breakdown", "LPC-103", 3600.0))
    readings = lived(plant, 2)
    said = [one.value for one in readings if one.path == "CAST/LPC-103/state"]
    assert said[-1] == "breakdown"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("machine", "parameter", "signal", "up"),
    [
        ("AC-1", "leak", "air_flow", True),
        ("MF-2", "efficiency", "flue_temperature", True),
        ("RTO-1", "burner", "chamber_temperature", False),
        ("WW-1", "dosing", "cod", True),
    ],
)
def test_a_fault_of_the_process_shows_in_its_signal(machine: str, parameter: str, signal: str, up: bool) -> None:
    sound, faulty = fresh(), fresh()
    start = faulty.now_us / 1e6
    usual = factors_of(BY_ID[machine])[parameter]
    faulty.trigger(machine, ProcessFault(parameter, start, start + 7_200, usual))
    before = [one.value for one in lived(sound, 90) if (one.machine.id, one.signal.name) == (machine, signal)]
    after = [one.value for one in lived(faulty, 90) if (one.machine.id, one.signal.name) == (machine, signal)]
    difference = sum(map(float, after)) / len(after) - sum(map(float, before)) / len(before)
    assert difference > 0 if up else difference < 0
    assert abs(difference) > 4 * max(one.noise for one in unit_of(BY_ID[machine]).signals if one.name == signal) / 9


def test_a_dropout_has_bad_quality_and_ends() -> None:
    plant = fresh()
    start = plant.now_us / 1e6
    plant.trigger("HT-1", InstrumentFault("solution_temperature", "dropout", start, start + 300))
    shown = [one for one in lived(plant, 10) if one.path == "HEAT/HT-1/solution_temperature"]
    assert [one.quality == BAD for one in shown] == [True] * 4 + [False] * 6


def test_what_serves_the_works_runs_all_the_time() -> None:
    states = {one.machine.id: one.value for one in fresh().everything(NOON_US) if one.signal.name == "state"}
    assert {states[one.id] for one in MACHINES if one.group.center in NETWORKS} == {"running"}


def test_orders_come_without_end_in_the_order_of_their_release() -> None:
    def some() -> Iterator[tuple[datetime, int]]:
        for order in islice(live_orders(NOON.date(), "Asia/Shanghai", 7), 400):
            yield order.release, order.quantity

    releases = [release for release, _ in some()]
    assert releases == sorted(releases)
    assert {release.hour for release in releases} == {22}  # six in the morning there
    assert all(quantity % 24 == 0 and quantity > 0 for _, quantity in some())


def test_a_fault_of_no_machine_is_refused() -> None:
    with pytest.raises(BadInput, match="LPC-999"):
        fresh().trigger("LPC-999", Fault(NOON, "breakdown", "LPC-999"))
