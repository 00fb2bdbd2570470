"""The records of the reference plant fit the plant's tables and each other."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from small_works import SMALL, end_of, floats, moments, only, problems_of, small_works, sums

from linghang.plant.columns import arrow_schema
from linghang.plant.tables import TABLES
from linghang.store.workspace import new_workspace
from linghang.twin.works.machines import MACHINES
from linghang.twin.works.meters import GAS_LOSS, GAS_MAIN, GAS_USERS, METERS, POWER_LOSS, POWER_MAIN, SOLAR
from linghang.twin.works.processes import signals_of
from linghang.twin.works.products import PRODUCTS
from linghang.twin.works.span import number_of
from linghang.usecases.importing import import_files

DAY_US = 86_400_000_000


def test_every_table_of_a_plant_has_rows_of_its_types() -> None:
    tables = small_works().tables
    assert set(tables) == set(TABLES)
    assert [name for name in TABLES if tables[name].num_rows == 0] == []
    assert [name for name in TABLES if tables[name].schema != arrow_schema(TABLES[name])] == []


def test_the_checks_of_an_import_find_nothing() -> None:
    found = problems_of(small_works().tables, end_of(SMALL))
    assert [(name, problem.row, str(problem)) for name, problem in found] == []


@pytest.mark.slow
def test_an_import_takes_the_records_without_a_problem(tmp_path: Path) -> None:
    files = []
    for name, rows in small_works().tables.items():
        files.append(str(tmp_path / f"{name}.parquet"))
        pq.write_table(rows, files[-1])
    folder = tmp_path / "plant"
    new_workspace(folder)
    report = import_files(folder, files, now=end_of(SMALL), dry_run=True)
    assert (report.problem_count, [str(one) for one in report.problems]) == (0, [])
    assert sum(one.added for one in report.tables) == sum(rows.num_rows for rows in small_works().tables.values())


def test_a_plant_has_61_machines_of_which_40_are_key() -> None:
    rows = small_works().tables["equipment"]
    assert (rows.num_rows, pc.sum(rows["key"]).as_py()) == (61, 40)
    assert pc.sum(only(rows, kind="machine")["key"]).as_py() == 31


def test_every_signal_has_a_tag_and_no_two_tags_a_source() -> None:
    tags = small_works().tables["tag"]
    assert len(set(tags["source"].to_pylist())) == tags.num_rows
    own = Counter(tags.filter(pc.starts_with(tags["source"], "works-"))["equipment_id"].to_pylist())
    assert own == {machine.id: len(signals_of(machine)) for machine in MACHINES}


def test_loops_are_measured_by_a_tag() -> None:
    tables = small_works().tables
    assert set(tables["control_loop"]["loop_id"].to_pylist()) == set(tables["tag"]["loop_id"].drop_null().to_pylist())


def test_states_follow_each_other_without_gap_from_first_to_last_moment() -> None:
    states = small_works().tables["equipment_state"].sort_by([("equipment_id", "ascending"), ("start", "ascending")])
    names = np.array(states["equipment_id"].to_pylist())
    start, end = moments(states["start"]), moments(states["end"])
    same = names[1:] == names[:-1]
    assert (start[1:][same] == end[:-1][same]).all()
    assert set(start[np.append(True, ~same)]) == {SMALL.start_us}
    assert set(end[np.append(~same, True)]) == {SMALL.end_us}
    assert set(names) == {machine.id for machine in MACHINES}


def test_lots_are_worked_only_in_shifts() -> None:
    tables = small_works().tables
    shifts = tables["shift"]
    edges = np.unique(np.concatenate([moments(shifts["start"]), moments(shifts["end"])]))
    starts = set(moments(shifts["start"]).tolist())
    open_from = np.array([one in starts for one in edges.tolist()])
    states = only(tables["equipment_state"], state="running")
    flow = pc.is_in(states["equipment_id"], pa.array(tables["job_response"]["equipment_id"].unique().to_pylist()))
    states = states.filter(flow)
    for column in ("start", "end"):
        at = moments(states[column]) - (1 if column == "end" else 0)
        inside = at >= edges[0]
        assert open_from[np.searchsorted(edges, at[inside], side="right") - 1].all()


def test_nobody_works_on_the_spring_festival() -> None:
    responses = small_works().tables["job_response"]
    days = SMALL.day_of(moments(responses["start"]) - 8 * 3_600_000_000)
    festival = {number_of(SMALL.first) + 27 + offset for offset in range(6)}
    assert not festival & set(days.tolist())


def test_a_machine_works_one_job_at_a_time() -> None:
    rows = small_works().tables["job_response"].sort_by([("equipment_id", "ascending"), ("start", "ascending")])
    names = np.array(rows["equipment_id"].to_pylist())
    overlap = (names[1:] == names[:-1]) & (moments(rows["start"])[1:] < moments(rows["end"])[:-1])
    assert not overlap.any()


def test_produced_pieces_are_good_scrapped_or_reworked() -> None:
    rows = small_works().tables["job_response"]
    produced, *parts = (floats(rows[f"{name}_quantity"]) for name in ("produced", "good", "scrap", "rework"))
    assert (produced == sum(parts)).all()


def test_output_of_a_month_is_what_lots_brought() -> None:
    tables = small_works().tables
    lots = tables["lot"].filter(pc.starts_with(tables["lot"]["lot_id"], "F-"))
    january = lots.filter(pc.less(lots["made_on"], pa.scalar(SMALL.complete_until)))
    made = sums(january["material_id"], floats(january["quantity"]))
    out = tables["output_month"]
    known = {
        f"{product}-FG": quantity for product, quantity in sums(out["product_id"], floats(out["quantity"])).items()
    }
    assert made == known


def test_movements_add_up_to_the_stock_that_was_counted() -> None:
    tables = small_works().tables
    moves = tables["stock_movement"]
    sign = np.select(
        [np.array(moves["kind"].to_pylist()) == kind for kind in ("receipt", "adjustment", "issue")], [1, 1, -1], 0
    )
    signed = sign * floats(moves["quantity"])
    snapshots = tables["stock_snapshot"]
    last = max(snapshots["day"].to_pylist())
    before = moments(moves["at"]) < SMALL.at(last, 24.0)
    found = sums(moves["material_id"].filter(pa.array(before)), signed[before])
    counted = snapshots.filter(pc.equal(snapshots["day"], pa.scalar(last)))
    for material, quantity in zip(counted["material_id"].to_pylist(), counted["quantity"].to_pylist(), strict=True):
        if not material.endswith(("-C", "-M")) and material != "AL-RET":
            assert found[material] == pytest.approx(quantity, abs=0.01), material


def test_customers_get_what_they_ordered_and_no_more() -> None:
    tables = small_works().tables
    ordered = sums(tables["sales_order_line"]["line_id"], floats(tables["sales_order_line"]["quantity"]))
    came = sums(tables["delivery"]["line_id"], floats(tables["delivery"]["quantity"]))
    assert set(came) <= set(ordered)
    assert [line for line, quantity in came.items() if quantity > ordered[line]] == []
    cancelled = set(
        only(tables["sales_order_line"]).filter(tables["sales_order_line"]["cancelled"])["line_id"].to_pylist()
    )
    assert not cancelled & set(came)


def test_revenue_is_what_was_delivered_at_its_price() -> None:
    tables = small_works().tables
    lines = tables["sales_order_line"]
    price = dict(zip(lines["line_id"].to_pylist(), map(float, lines["price_cny"].to_pylist()), strict=True))
    month = tables["delivery"].filter(
        pc.and_(
            pc.greater_equal(tables["delivery"]["delivered_on"], pa.scalar(SMALL.first)),
            pc.less(tables["delivery"]["delivered_on"], pa.scalar(SMALL.complete_until)),
        )
    )
    paid = sum(
        price[line] * quantity
        for line, quantity in zip(month["line_id"].to_pylist(), month["quantity"].to_pylist(), strict=True)
    )
    assert float(tables["finance_month"]["revenue_cny"][0].as_py()) == pytest.approx(paid, abs=0.01)


def readings(meter: str) -> float:
    rows = only(small_works().tables["meter_reading"], meter_id=meter)
    return float(floats(rows["quantity"]).sum())


def test_the_mains_read_the_sum_of_their_meters_and_the_losses() -> None:
    users = [one.id for one in METERS if one.parent == POWER_MAIN]
    below = sum(map(readings, users))
    assert readings(POWER_MAIN) + readings(SOLAR) == pytest.approx(below / (1 - POWER_LOSS), rel=1e-6)
    assert readings(GAS_MAIN) == pytest.approx(sum(map(readings, GAS_USERS)) / (1 - GAS_LOSS), rel=1e-6)


def test_no_machine_takes_more_power_than_its_area() -> None:
    for area in {one.parent for one in METERS if one.equipment}:
        own = sum(readings(one.id) for one in METERS if one.parent == area)
        assert own <= readings(area) * (1 + 1e-6)


def actual(direction: str, material: str, segment: str) -> float:
    tables = small_works().tables
    rows = only(tables["material_actual"], direction=direction, material_id=material)
    rows = rows.filter(pc.match_substring(rows["response_id"], f"-{segment}-"))
    return float(floats(rows["quantity"]).sum())


def test_metal_is_neither_made_nor_lost() -> None:
    charged = sum(actual("consumed", name, "010") for name in ("A356.2", "AL-RET", "ALSR10", "ALTI5B"))
    melted = actual("produced", "AL-LIQ", "010")
    assert 0.02 < 1 - melted / charged < 0.045, "what is missing is dross"
    cast = sum(one.cast_kg * actual("produced", one.material("C"), "020") for one in PRODUCTS)
    assert actual("consumed", "AL-LIQ", "020") == pytest.approx(cast + actual("produced", "AL-RET", "020"), rel=1e-9)
    taken = sum(one.cast_kg * actual("consumed", one.material("C"), "050") for one in PRODUCTS)
    turned = sum(one.metal_kg * actual("produced", one.material("M"), "050") for one in PRODUCTS)
    assert taken == pytest.approx(turned + actual("produced", "AL-RET", "050"), rel=1e-9)


def test_every_finished_lot_leads_back_to_a_heat_and_every_heat_of_the_span_to_ingots() -> None:
    tables = small_works().tables
    parents: dict[str, set[str]] = {}
    for parent, child in zip(
        tables["lot_genealogy"]["parent_lot_id"].to_pylist(),
        tables["lot_genealogy"]["child_lot_id"].to_pylist(),
        strict=True,
    ):
        parents.setdefault(child, set()).add(parent)
    lots = tables["lot"]
    finished = [one for one in lots["lot_id"].to_pylist() if one.startswith("F-")]
    assert len(finished) > 1000
    since = pc.greater_equal(lots["made_on"], pa.scalar(SMALL.first))
    heats = only(lots.filter(since), material_id="AL-LIQ")["lot_id"].to_pylist()
    for lot in finished:
        (cast,) = parents[lot]
        assert all(heat.startswith("H") for heat in parents[cast])
    assert all(any(one.startswith("L-") for one in parents[heat]) for heat in heats)


def test_bad_lots_of_the_truth_are_scrapped_by_x_ray() -> None:
    works = small_works()
    inspections = works.tables["inspection"]
    bad = [one for one in works.truth["troubles"] if one["kind"] == "bad_lot"]
    assert bad
    for one in bad:
        found = only(inspections, lot_id=one["lot"]).to_pylist()
        xray = [row for row in found if row["characteristic_id"].endswith("Q01")]
        assert not xray or xray[0]["defective_quantity"] >= round(24 * one["size"]) - 2


def test_a_heat_of_waste_is_balanced() -> None:
    for row in small_works().tables["waste_month"].to_pylist():
        left = row["generated_t"] + row["utilised_from_stock_t"] - row["utilised_t"]
        assert left == pytest.approx(row["disposed_t"] + row["stored_t"], abs=0.011)


def test_comparators_say_that_they_are_invented() -> None:
    rows = small_works().tables["comparator"]
    assert all("illustrative, invented" in one for one in rows["source"].to_pylist())
    assert rows["document"].null_count == rows.num_rows
