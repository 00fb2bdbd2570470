"""What engines proved by running: judged by the bounds of the pack, while it is fresh, never more than was covered."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_plants import AS_OF, MADE, at, example, look, observed, ran, run, thresholds_of

from linghang.evidence.coverage import coverages
from linghang.evidence.derive import Look
from linghang.evidence.observation import Observation, Source

WARNING = "advanced.production.anomaly-warning"
ANALYSIS = "advanced.production.online-process-analysis"
TRACE = "excellence.management.quality-traceability"


def warned(*runs: Observation, **thresholds: Any) -> Any:
    found = run("anomaly_warning", look({}, coverages={WARNING: runs}, **thresholds))
    return found.observations[0].value if found.observations else found.needs[WARNING]


@settings(deadline=None)
@given(of=st.integers(1, 200), share=st.integers(0, 100), data=st.data())
def test_the_bound_of_the_pack_decides_exactly(of: int, share: int, data: st.DataObject) -> None:
    covered = data.draw(st.integers(0, of))
    bound = Decimal(share) / 100
    expected = "met" if Decimal(covered) >= bound * of else "unmet"
    assert warned(ran(WARNING, "equipment.anomaly_warning", covered, of), key_equipment_share=bound) == expected


def test_what_is_not_known_leaves_it_open_where_it_decides() -> None:
    assert warned(ran(WARNING, "e.x", 7, 10, unknown=2)) == ("engine:e.x",)
    assert warned(ran(WARNING, "e.x", 8, 10, unknown=2)) == "met"
    assert warned(ran(WARNING, "e.x", 5, 10, unknown=2)) == "unmet"


def test_where_the_open_ones_decide_the_engine_says_what_it_lacks() -> None:
    one = ran(WARNING, "e.x", 7, 10, unknown=2)
    assert warned(replace(one, detail={**one.detail, "needs": ["tag.role"]})) == ("tag.role",)


def test_an_engine_that_covered_enough_is_enough() -> None:
    assert warned(ran(WARNING, "a.few", 1, 10), ran(WARNING, "b.most", 9, 10)) == "met"
    assert warned(ran(WARNING, "a.few", 1, 10), ran(WARNING, "b.open", 7, 10, unknown=3)) == ("engine:a.few",)


@pytest.mark.parametrize(("age", "value"), [(0, "met"), (89, "met"), (90, ("engine:equipment.anomaly_warning",))])
def test_a_run_that_is_too_old_counts_no_more(age: int, value: Any) -> None:
    old = ran(WARNING, "equipment.anomaly_warning", 9, 10, day=AS_OF - timedelta(age))
    found = run("anomaly_warning", look({}, coverages={WARNING: (old,)}))
    if found.observations:
        assert found.observations[0].value == value
        assert found.observations[0].valid_until == AS_OF - timedelta(age) + timedelta(90)
    else:
        assert found.needs[WARNING] == ("engine:equipment.anomaly_warning",)
        assert value != "met"


def test_the_run_that_it_rests_on_is_named_and_part_of_the_input() -> None:
    def digest(covered: int) -> tuple[str, str]:
        seen = look({}, coverages={WARNING: (ran(WARNING, "e.x", covered, 10),)})
        (one,) = run("anomaly_warning", seen).observations
        return one.detail["observation"], one.source.input_digest

    assert digest(9) == digest(9)
    assert digest(9)[0] != digest(10)[0]
    assert digest(9)[1] != digest(10)[1]


def test_technology_needs_machines_and_steps_both() -> None:
    element = "advanced.production.digital-intelligent-technology"
    both = {WARNING: (ran(WARNING, "e.x", 9, 10),), ANALYSIS: (ran(ANALYSIS, "e.y", 9, 10),)}
    assert observed("technology_applied", {}, coverages=both).value == "met"
    few = {**both, ANALYSIS: (ran(ANALYSIS, "e.y", 1, 10),)}
    assert observed("technology_applied", {}, coverages=few).value == "unmet"
    half = run("technology_applied", look({}, coverages={WARNING: both[WARNING]}))
    assert half.needs[element] == ("engine:production.process_analysis",)


def test_tools_in_use_are_engines_that_covered_something() -> None:
    energy = "advanced.management.intelligent-analysis"
    one = {WARNING: (ran(WARNING, "e.x", 1, 10),)}
    two = {**one, energy: (ran(energy, "energy_carbon.energy", 3, 10),)}
    nothing = {**one, energy: (ran(energy, "energy_carbon.energy", 0, 10),)}
    assert observed("analysis_in_use", {}, coverages=two).value == "met"
    for seen in ({}, one, nothing):
        assert run("analysis_in_use", look({}, coverages=seen)).observations == ()


def test_a_fresh_run_speaks_before_the_records() -> None:
    lots = [example("lot", lot_id=f"L{n}", made_on=AS_OF - timedelta(3)) for n in range(20)]
    rows = {
        "lot": lots,
        "lot_genealogy": [example("lot_genealogy", parent_lot_id="P", child_lot_id=one["lot_id"]) for one in lots],
        "material": [{}],
    }
    assert observed("traceability", rows).value == "met"
    close = {TRACE: (ran(TRACE, "quality.traceability", 3, 20),)}
    assert observed("traceability", rows, coverages=close).value == "unmet"
    old = {TRACE: (ran(TRACE, "quality.traceability", 3, 20, day=AS_OF - timedelta(200)),)}
    assert observed("traceability", rows, coverages=old).value == "met"


def test_only_the_last_word_of_each_engine_counts_and_nobody_else_speaks() -> None:
    first, later = ran(WARNING, "e.x", 1, 10, day=AS_OF - timedelta(9)), ran(WARNING, "e.x", 9, 10)
    other = ran(WARNING, "e.y", 5, 10)
    stated = Observation(
        about=f"coverage.{WARNING}",
        value="met",
        unit="",
        window_from=date(2025, 1, 1),
        window_to=AS_OF,
        subject="plant",
        proof="declared",
        source=Source("signatory", "somebody"),
        made_at=MADE,
    )
    assert coverages([first, later, other, stated], AS_OF) == {WARNING: (later, other)}
    assert coverages([first, later], AS_OF - timedelta(1)) == {WARNING: (first,)}


ORDER = {"production_order_id": "O-1", "due_on": date(2025, 4, 20)}
JOB = {"job_id": "J-1", "production_order_id": "O-1"}
DONE = {"response_id": "R-1", "job_id": "J-1", "start": at("2025-04-01"), "end": at("2025-04-02")}


def orders(**changes: Any) -> Any:
    rows: dict[str, list[dict[str, Any]]] = {
        "production_order": [ORDER],
        "job_order": [JOB],
        "job_response": [DONE],
        "inspection": [{"job_id": "J-1"}],
        "material_actual": [{"response_id": "R-1"}],
        **changes,
    }
    found = run("collaborative_control", look(rows))
    return found.observations[0].value if found.observations else found.needs[COLLABORATIVE]


COLLABORATIVE = "advanced.management.collaborative-control"


def test_orders_hang_together_when_plan_work_material_and_quality_do() -> None:
    assert orders() == "met"
    second = {"production_order_id": "O-2"}
    two: dict[str, Any] = {
        "production_order": [ORDER, {**ORDER, **second}],
        "job_order": [JOB, {**JOB, **second, "job_id": "J-2"}],
        "job_response": [DONE, {**DONE, "response_id": "R-2", "job_id": "J-2"}],
    }
    assert orders(**two) == "unmet"


@pytest.mark.parametrize(
    ("change", "needed"),
    [
        ({"inspection": [{"job_id": None}]}, "inspection.job_id"),
        ({"material_actual": [{"response_id": "other"}]}, "material_actual"),
        ({"job_order": [{**JOB, "planned_start": None}]}, "job_order.planned_start"),
        ({"job_response": [{**DONE, "end": at("2024-04-02"), "start": at("2024-04-01")}]}, "job_response.job_id"),
    ],
)
def test_a_kind_of_record_that_is_never_joined_is_missing_not_a_no(change: Any, needed: str) -> None:
    assert orders(**change) == (needed,)


def test_thresholds_are_those_of_the_pack() -> None:
    given = thresholds_of("national-2024")
    assert {"scheduled_share", "joined_order_share", "analysis_tools_minimum"} <= given.keys()
    assert isinstance(look({}), Look)
