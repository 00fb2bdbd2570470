"""Two years of the reference plant: every indicator has a value and a baseline, and what is proved is what is true."""

import json
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from small_works import end_of, floats, moments, only, problems_of

from linghang.evidence.settle import Settled
from linghang.store.loading import load_tables
from linghang.store.workspace import new_workspace
from linghang.twin.works.capabilities import live_on
from linghang.twin.works.machines import machines_of
from linghang.twin.works.span import Span
from linghang.twin.works.stated import STATED, statements_yaml
from linghang.twin.works.works import Works, make_works
from linghang.usecases.assessing import Assessment, assess

pytestmark = pytest.mark.slow

YEARS = Span(date(2025, 11, 21), 24)
STATES = {"key_equipment_nc_rate", "apc_in_service_rate", "ai_scene_share", "decision_models"} | {
    "solid_waste_utilisation",
    "water_reuse",
    "replication",
}


@cache
def works() -> Works:
    return make_works(YEARS, 7, lambda _done, _all: None)


@cache
def plant() -> Path:
    folder = Path(mkdtemp()) / "plant"
    new_workspace(folder)
    load_tables(folder / "records.sqlite", works().tables, lambda _: None)
    (folder / "statements.yaml").write_text(statements_yaml(YEARS), encoding="utf-8")
    return folder


@cache
def assessed(pack: str) -> Assessment:
    now = datetime(2025, 11, 21, 2, tzinfo=UTC)
    return assess(plant(), pack=pack, now=now, as_of=YEARS.until, record=False)


def test_the_checks_of_an_import_find_nothing_in_two_years() -> None:
    found = problems_of(works().tables, end_of(YEARS))
    assert [(name, problem.row, str(problem)) for name, problem in found] == []


def test_all_20_indicators_have_a_value_and_those_of_change_a_baseline() -> None:
    found = {one.id: one for one in assessed("national-2024").indicators}
    assert len(found) == 20
    assert {name: one.needs for name, one in found.items() if one.state != "known"} == {}
    assert {name for name, one in found.items() if one.baseline_value is None} == STATES


def test_the_improved_year_is_better_in_every_indicator_of_change() -> None:
    changed = {one.id: float(one.value or 0) for one in assessed("national-2024").indicators if one.id not in STATES}
    assert {name: value for name, value in changed.items() if not 1 < value < 60} == {}


BANDS = {
    # what a wheel works can have: lowest and highest value of the two years
    "oee": (45, 80),
    "defect_rate": (0.8, 3.5),
    "order_on_time": (80, 100),
    "supplier_on_time": (75, 97),
    "unit_energy": (400, 900),
    "unit_co2": (1200, 2600),
    "labour_productivity": (12, 40),
    "inventory_turns": (10, 45),
    "resource_utilisation": (92, 99.5),
    "development_cycle": (150, 330),
    "key_equipment_nc_rate": (95, 95),
    "water_reuse": (80, 95),
}


def test_values_are_those_of_a_wheel_works() -> None:
    for one in assessed("national-2024").indicators:
        if one.id in BANDS:
            low, high = BANDS[one.id]
            for value in (one.present_value, one.baseline_value):
                assert value is None or low <= value <= high, (one.id, value)


@pytest.mark.parametrize("pack", ["national-2024", "neimenggu-2025"])
def test_what_the_truth_says_is_proved_by_the_records(pack: str) -> None:
    found = assessed(pack)
    asked = {one.id for one in found.judged.pack.elements}
    if not found.indicators:  # a pack without indicators cannot see that they are quantified
        asked.discard("basic.operations.kpi-quantified")
    proved = [name for name in works().truth["proved"] if name in asked]
    assert len(proved) > 20
    assert [
        name for name in proved if (claim := found.judged.case.findings.get(name)) is None or claim.finding != "met"
    ] == []


@pytest.mark.parametrize("pack", ["national-2024", "neimenggu-2025"])
def test_nothing_is_met_that_is_neither_proved_stated_nor_compared(pack: str) -> None:
    case = assessed(pack).judged.case
    met = {name for name, claim in case.findings.items() if claim.finding == "met"}
    told = {*works().truth["proved"], *STATED, *works().truth["compared"], *works().truth["registered"]}
    assert met - told == set()


def test_statements_are_only_declared() -> None:
    assert {one.proof for one in settled_of_both().values()} == {"declared"}


def settled_of_both() -> dict[str, Settled]:
    """What was stated of the works, settled; each pack asks for most of it, and only one for some."""
    both = [assessed(pack).settled for pack in ("national-2024", "neimenggu-2025")]
    found = {name: one[name] for one in both for name in STATED if name in one}
    assert set(found) == set(STATED)
    return found


def test_at_least_the_basic_level_is_declared_and_no_level_is_confirmed_by_measurement() -> None:
    floors = assessed("national-2024").judged.verdict.floors
    assert floors["declared"].confirmed in ("basic", "advanced")
    assert floors["measured"].confirmed is None


def test_capabilities_leave_no_record_before_their_day() -> None:
    tables = works().tables
    predictive = only(tables["maintenance_order"], kind="predictive")
    assert predictive.num_rows > 100
    assert moments(predictive["opened_at"]).min() >= YEARS.at(live_on("predictive", YEARS))
    vehicles = tables["equipment_state"].filter(pc.starts_with(tables["equipment_state"]["equipment_id"], "AGV-"))
    assert moments(vehicles["start"]).min() >= YEARS.at(live_on("warehouse", YEARS))
    xray = tables["inspection"].filter(pc.ends_with(tables["inspection"]["characteristic_id"], "Q01"))
    digital = np.array(xray["digital"].to_pylist())
    assert (digital == (moments(xray["at"]) >= YEARS.at(live_on("vision", YEARS)))).all()


@pytest.mark.parametrize(("center", "factor"), [("WC-LPC", 1.75), ("WC-CNC", 1.70)])
def test_machines_fail_as_often_as_the_truth_says(center: str, factor: float) -> None:
    """Count failures beside running hours: within four standard deviations of a renewal process of wear."""
    machines = machines_of(center)
    states, failures = works().tables["equipment_state"], works().tables["failure"]
    ids = pa.array([machine.id for machine in machines])
    running = only(states, state="running").filter(pc.is_in(only(states, state="running")["equipment_id"], ids))
    failed = failures.filter(
        pc.and_(pc.is_in(failures["equipment_id"], ids), pc.not_equal(failures["component"], "main_drive"))
    )
    live = YEARS.at(live_on("predictive", YEARS))
    start, end = moments(running["start"]), moments(running["end"])
    for low, high, mtbf in ((YEARS.start_us, live, 1.0), (live + 20 * 86_400_000_000, YEARS.end_us, factor)):
        hours = np.clip(np.minimum(end, high) - np.maximum(start, low), 0, None).sum() / 3.6e9
        at = moments(failed["start"])
        count = int(((at >= low) & (at < high)).sum())
        expected = hours / (machines[0].group.mtbf_h * mtbf)
        # short waits belong to reported runs, so the hours are a few per cent too many
        assert abs(count - expected) < 4 * np.sqrt(expected) + 0.08 * expected


def test_scrap_of_x_ray_falls_by_the_factor_of_the_truth() -> None:
    inspections = works().tables["inspection"]
    xray = inspections.filter(pc.ends_with(inspections["characteristic_id"], "Q01"))
    later = moments(xray["at"]) >= YEARS.at(YEARS.improved_from) + 10 * 86_400_000_000
    defective, inspected = floats(xray["defective_quantity"]), floats(xray["inspected_quantity"])
    rates = [defective[rows].sum() / inspected[rows].sum() for rows in (~later, later)]
    assert rates[1] / rates[0] == pytest.approx(0.60, abs=0.05)


def test_the_truth_is_json() -> None:
    assert json.loads(json.dumps(works().truth)) == works().truth
