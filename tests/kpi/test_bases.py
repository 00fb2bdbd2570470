"""The measures of ISO 22400-2 on the tiny plant of the golden test, by hand and by the standard's identities."""

from typing import Any

import pytest
from test_golden_plant import PLANT, THIS, at

from linghang.kpi.bases import MEASURES, measures

MORE = {
    "failure": [
        {"start": at("2025-03-01T08:00"), "end": at("2025-03-01T09:00"), "stopped": True},
        {"start": at("2025-03-01T08:00"), "end": at("2025-03-01T20:00"), "stopped": False},
    ],
    "maintenance_order": [
        {"kind": "corrective", "started_at": at("2025-03-01T08:00"), "finished_at": at("2025-03-01T09:00")},
        {"kind": "planned", "started_at": at("2025-03-01T10:00"), "finished_at": at("2025-03-01T13:00")},
        {"kind": "planned", "started_at": at("2025-03-01T10:00"), "finished_at": None},
    ],
}
PLANNED, RUNNING = 20.0, 17.0  # hours of E1 and E2
RUN, GOOD = (30 * 600 + 60 * 420) / 3600, (30 * 540 + 60 * 390) / 3600  # hours planned for what was made, and for good
EXPECTED = {
    "worker_efficiency": 80,
    "allocation_ratio": 200,  # two machines worked 10 h each for one order that took 10 h
    "throughput_rate": 42,  # the last operation made 420 pieces in 10 h
    "allocation_efficiency": 100 * 20 / PLANNED,
    "utilisation_efficiency": 100 * RUNNING / 20,
    "oee": 100 * GOOD / PLANNED,
    "nee": 100 * (RUNNING + 1) / PLANNED * RUN / RUNNING * GOOD / RUN,
    "availability": 100 * RUNNING / PLANNED,
    "effectiveness": 100 * RUN / RUNNING,
    "quality_ratio": 100 * 930 / 1020,
    "setup_rate": 100 * 1 / 18,
    "technical_efficiency": 100 * RUNNING / 18,
    "production_process_ratio": 100 * RUNNING / 10,
    "first_pass_yield": 97,
    "scrap_ratio": 100 * 70 / 1020,
    "rework_ratio": 100 * 20 / 1020,
    "fall_off_ratio": 100 * 70 / 600,
    "inventory_turns": 7.2,
    "finished_goods_ratio": 75,
    "integrated_goods_ratio": 80,
    "equipment_load_ratio": 100 * RUN / PLANNED,
    "mtbf": RUNNING / 2,
    "mttf": (PLANNED + 31 * 24 - 1) / 2,  # E3 idled all March
    "mttr": 0.5,
    "corrective_maintenance_ratio": 25,
}


@pytest.fixture(scope="module")
def found(module_plant: Any) -> dict[str, Any]:
    return {one.id: one for one in measures(module_plant({**PLANT, **MORE}), THIS)}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_measure_is_what_it_is_by_hand(found: Any, name: str) -> None:
    assert found[name].value is not None, found[name].needs
    assert float(found[name].value) == pytest.approx(EXPECTED[name], rel=1e-8)


def test_the_three_factors_multiply_to_the_oee(found: Any) -> None:
    share = {name: float(found[name].value) / 100 for name in ("availability", "effectiveness", "oee")}
    quality = GOOD / RUN
    assert share["availability"] * share["effectiveness"] * quality == pytest.approx(share["oee"])


def test_what_is_not_recorded_is_needed_and_never_zero(found: Any, plant: Any) -> None:
    assert found["scrap_to_plan"].value is None
    assert found["scrap_to_plan"].needs == ("job_order.planned_scrap_quantity",)
    for one in measures(plant({}), THIS):
        assert one.value is None
        assert one.needs, one.id


def test_numbers_are_those_of_the_standard_and_stand_once() -> None:
    numbers = [one.number for one in MEASURES]
    assert numbers == sorted(set(numbers))
    assert set(range(1, 35)) - set(numbers) == {19, 20, 21, 22, 27, 28, 29}
