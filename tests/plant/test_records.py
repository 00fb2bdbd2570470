"""Checks of records: each with rows that pass and rows that do not."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from linghang import words
from linghang.errors import BadInput
from linghang.plant.columns import arrow_schema
from linghang.plant.finding import before, not_after
from linghang.plant.records import CHECKS, Problem, check_rows, columns_of
from linghang.plant.tables import TABLES

NOW = datetime(2026, 1, 1, tzinfo=UTC)
T0 = datetime(2025, 3, 14, tzinfo=UTC)

Row = dict[str, Any]


def hours(number: float) -> datetime:
    return T0 + timedelta(hours=number)


def example(table: str, **changes: object) -> Row:
    row = dict(TABLES[table].info["examples"][0])
    assert set(changes) <= set(row)
    return {**row, **changes}


def found(table: str, *rows: Row, **more: Any) -> list[tuple[int | None, str, str]]:
    problems = check_rows(table, columns_of(rows), more.get("known"), more.get("now"))
    return [(problem.row, problem.column, problem.check) for problem in problems]


def one(table: str, **changes: object) -> Problem:
    (problem,) = check_rows(table, columns_of([example(table, **changes)]), now=NOW)
    return problem


GENERAL = [
    ("column.required", "alarm", {"text": None}, {"text": "铝液温度高"}),
    ("column.kind", "alarm", {"at": datetime(2025, 3, 14)}, {"at": T0, "cleared_at": T0, "acknowledged_at": T0}),
    ("column.kind", "work_unit", {"sequence": 1.5}, {"sequence": 2.0}),
    ("column.kind", "work_unit", {"sequence": True}, {"sequence": 2}),
    ("column.kind", "work_unit", {"sequence": 2**70}, {"sequence": 2**40}),
    ("column.kind", "equipment", {"rated_power_kw": True}, {"rated_power_kw": Decimal("1.5")}),
    ("column.kind", "equipment", {"rated_power_kw": "110"}, {"rated_power_kw": 110}),
    ("column.kind", "equipment", {"key": 1}, {"key": np.bool_(True)}),
    ("column.kind", "equipment", {"name": 5}, {"name": "5"}),
    ("column.kind", "equipment", {"commissioned_on": T0}, {"commissioned_on": date(2014, 9, 1)}),
    ("column.kind", "equipment", {"commissioned_on": "2014-09-01"}, {"commissioned_on": None}),
    ("column.kind", "sales_order_line", {"price_cny": Decimal("1e11")}, {"price_cny": Decimal("1e10")}),
    ("column.kind", "sales_order_line", {"price_cny": "412"}, {"price_cny": 412}),
    ("column.kind", "sales_order_line", {"price_cny": float("nan")}, {"price_cny": 0.1 + 0.2}),
    ("column.finite", "equipment", {"rated_power_kw": float("inf")}, {"rated_power_kw": 0.0}),
    ("column.finite", "equipment", {"rated_power_kw": float("nan")}, {"rated_power_kw": None}),
    ("column.minimum", "meter_reading", {"quantity": -0.001}, {"quantity": 0.0}),
    ("column.minimum", "sales_order_line", {"price_cny": Decimal("-0.01")}, {"price_cny": Decimal(0)}),
    ("column.minimum", "shift", {"planned_stop_s": -1.0}, {"planned_stop_s": 0.0}),
    ("column.maximum", "scene_built", {"scene_number": 41}, {"scene_number": 40}),
    ("column.choice", "equipment_state", {"state": "runing"}, {"state": "running"}),
    ("column.month", "finance_month", {"month": date(2025, 3, 31)}, {"month": date(2025, 3, 1)}),
    ("column.future", "alarm", {"cleared_at": NOW + timedelta(seconds=1)}, {"cleared_at": NOW}),
    ("column.future", "receipt", {"received_on": date(2026, 1, 3)}, {"received_on": date(2026, 1, 2)}),
    ("column.future", "receipt", {"received_on": date(2205, 1, 1)}, {"received_on": date(2025, 1, 1)}),
]


@pytest.mark.parametrize(("check", "table", "bad", "good"), GENERAL)
def test_a_column_refuses_what_it_cannot_be(check: str, table: str, bad: Row, good: Row) -> None:
    problem = one(table, **bad)
    assert (problem.check, problem.row, problem.column) == (check, 0, next(iter(bad)))
    assert found(table, example(table, **good), now=NOW) == []


def test_plans_may_lie_in_the_future() -> None:
    row = example("production_order", due_on=date(2030, 1, 1), planned_end=NOW + timedelta(days=900))
    assert found("production_order", row, now=NOW) == []


def test_without_a_clock_nothing_lies_in_the_future() -> None:
    assert found("receipt", example("receipt", received_on=date(2205, 1, 1))) == []


def test_a_reference_is_to_a_known_key() -> None:
    row = example("area")
    assert found("area", row, known={"site.site_id": ["S1"]}) == []
    assert found("area", row, known={"site.site_id": pa.array(["S1"])}) == []
    assert found("area", row, known={"site.site_id": {"S2"}}) == [(0, "site_id", "key.known")]
    assert found("area", row, known={}) == []


STRETCHES_AND_ORDERS = [check for checks in CHECKS.values() for check in checks if check.find in (not_after, before)]


@pytest.mark.parametrize("check", STRETCHES_AND_ORDERS, ids=lambda check: check.id)
def test_first_things_come_first(check: Any) -> None:
    table, (earlier, last) = check.table, check.columns
    kind = TABLES[table].columns[earlier].info["kind"]
    assert kind == TABLES[table].columns[last].info["kind"]
    low, middle = {
        "when": (hours(0), hours(1)),
        "day": (date(2025, 3, 1), date(2025, 3, 2)),
        "number": (1.0, 2.0),
    }[kind]
    optional = {column.name: None for column in TABLES[table].columns if column.nullable}
    row = example(table, **{name: value for name, value in optional.items() if name not in ("state", "department")})
    ids = {0: "good", 1: "equal", 2: "bad"}
    pairs = ((low, middle), (low, low), (middle, low))
    rows = [{**row, earlier: start, last: end} for start, end in pairs]
    wrong = {place for place, row in enumerate(rows) if check.id in {p[2] for p in found(table, row)}}
    assert {ids[place] for place in wrong} == ({"bad", "equal"} if check.find is not_after else {"bad"})
    assert [p[1] for p in found(table, rows[2]) if p[2] == check.id] == [last]
    if TABLES[table].columns[last].nullable:
        assert check.id not in {p[2] for p in found(table, {**rows[2], last: None})}


SUMS = [
    ("job_response", {"produced_quantity": 10.0, "good_quantity": 8.0, "scrap_quantity": 1.0, "rework_quantity": 1.0}),
    ("receipt", {"quantity": 5.0, "accepted_quantity": 5.0}),
    ("inspection", {"inspected_quantity": 5.0, "defective_quantity": 5.0}),
    ("work_hours", {"hours": 5.0, "overtime_h": 5.0}),
    ("headcount_month", {"employees": 5.0, "dispatched": 5.0}),
    ("waste_month", {"utilised_t": 5.0, "utilised_from_stock_t": 5.0}),
]


@pytest.mark.parametrize(("table", "full"), SUMS)
def test_parts_are_not_more_than_the_whole(table: str, full: Row) -> None:
    whole, *parts = full
    assert found(table, example(table, **full)) == []
    assert found(table, example(table, **{**full, whole: full[whole] - 0.5})) == [
        (0, parts[0], f"{table}.within_{whole}")
    ]


def test_sums_of_binary_fractions_are_not_refused() -> None:
    row = example("job_response", produced_quantity=0.3, good_quantity=0.1, scrap_quantity=0.2, rework_quantity=0.0)
    assert found("job_response", row) == []


@pytest.mark.parametrize(
    ("table", "key"), [("equipment_state", "equipment_id"), ("apc_period", "loop_id"), ("meter_reading", "meter_id")]
)
def test_stretches_of_one_thing_do_not_overlap(table: str, key: str) -> None:
    def row(thing: str, start: float, end: float) -> Row:
        return example(table, **{key: thing, "start": hours(start), "end": hours(end)})

    assert found(table, row("A", 0, 1), row("B", 0.5, 2), row("A", 1, 2), row("A", -1, 0)) == []
    mixed = (row("A", 5, 6), row("A", 0, 10), row("B", 0, 1), row("A", 1, 2), row("A", 10, 11))
    assert found(table, *mixed) == [(0, "start", f"{table}.overlap"), (3, "start", f"{table}.overlap")]


def test_a_state_without_end_is_the_last() -> None:
    last = example("equipment_state", start=hours(1), end=None)
    assert found("equipment_state", example("equipment_state", start=hours(0), end=hours(1)), last) == []
    later = example("equipment_state", start=hours(2), end=hours(3))
    assert found("equipment_state", last, later) == [(1, "start", "equipment_state.overlap")]


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 30), st.integers(1, 6)), min_size=1, max_size=14))
def test_overlaps_are_those_that_a_slow_look_finds(stretches: list[tuple[str, int, int]]) -> None:
    stretches = list({(thing, start): (thing, start, length) for thing, start, length in stretches}.values())
    rows = [
        example("equipment_state", equipment_id=thing, start=hours(start), end=hours(start + length))
        for thing, start, length in stretches
    ]
    slow = [
        place
        for place, (thing, start, _) in enumerate(stretches)
        if any(other == thing and begin < start < begin + length for other, begin, length in stretches)
    ]
    assert [row for row, *_ in found("equipment_state", *rows)] == slow


@pytest.mark.parametrize(
    ("table", "head", "tail"),
    [
        ("bill_of_material", "parent_material_id", "component_material_id"),
        ("lot_genealogy", "parent_lot_id", "child_lot_id"),
    ],
)
def test_nothing_is_made_of_itself(table: str, head: str, tail: str) -> None:
    def rows(*pairs: str) -> list[Row]:
        return [example(table, **{head: pair[0], tail: pair[1]}) for pair in pairs]

    assert found(table, *rows("AB", "AC", "BD", "CD", "DE")) == []
    assert found(table, *rows("AA")) == [(0, tail, f"{table}.circle")]
    assert found(table, *rows("AB", "BC", "CA", "CD", "XY")) == [(2, tail, f"{table}.circle")]
    (problem,) = check_rows(table, columns_of(rows("XA", "AB", "BC", "CA")))
    assert problem.values["circle"] == "A → B → C → A"
    assert len(found(table, *rows("AB", "BA", "CD", "DC"))) == 2


def test_a_long_chain_of_lots_is_no_circle() -> None:
    rows = [example("lot_genealogy", parent_lot_id=f"L{place}", child_lot_id=f"L{place + 1}") for place in range(5000)]
    assert found("lot_genealogy", *rows) == []


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_circles_are_found_where_there_are_some(arrows: set[tuple[int, int]]) -> None:
    names = ("parent_material_id", "component_material_id")
    rows = [example("bill_of_material", **dict(zip(names, map(str, arrow), strict=True))) for arrow in arrows]
    left = set(arrows)
    while kept := {(head, tail) for head, tail in left if any(other == tail for other, _ in left)}:
        if kept == left:
            break
        left = kept
    assert bool(found("bill_of_material", *rows)) == bool(kept)


@pytest.mark.parametrize(
    ("table", "one_column", "other_column"),
    [
        ("system_link", "from_software_id", "to_software_id"),
        ("stock_movement", "from_location_id", "to_location_id"),
    ],
)
def test_two_ends_are_not_the_same(table: str, one_column: str, other_column: str) -> None:
    assert found(table, example(table, **{one_column: "A", other_column: "B"})) == []
    assert found(table, example(table, **{one_column: "A", other_column: "A"})) == [(0, other_column, f"{table}.apart")]


@pytest.mark.parametrize(
    ("table", "bad", "good"),
    [
        ("enterprise", {"credit_code": "91150581MA13N4K21D"}, {"credit_code": "914403001922038216"}),
        ("customer", {"credit_code": "91150581"}, {"credit_code": None}),
        ("supplier", {"credit_code": "OOOOOOOOOOOOOOOOOO"}, {"credit_code": "9144030071526726XG"}),
        ("replication", {"receiver_credit_code": "x"}, {"receiver_credit_code": "91330100799655058B"}),
        ("enterprise", {"region_code": "990000"}, {"region_code": "15"}),
        ("factory", {"region_code": "15058"}, {"region_code": "150581"}),
        ("enterprise", {"industry_code": "5910"}, {"industry_code": "C3670"}),
        ("factory", {"time_zone": "Asia/Holingol"}, {"time_zone": "Asia/Urumqi"}),
        ("factory", {"time_zone": "../zone"}, {"time_zone": "UTC"}),
        ("equipment", {"origin_country": "China"}, {"origin_country": "DE"}),
        ("customer", {"country": "cn"}, {"country": "JP"}),
        ("supplier", {"country": "C"}, {"country": None}),
        ("material", {"unit": "kgg"}, {"unit": "公斤"}),
        ("product", {"unit": "轮"}, {"unit": "件"}),
        ("meter", {"unit": "kg"}, {"unit": "MWh"}),
        ("meter", {"unit": "kWhh"}, {"unit": "度"}),
    ],
)
def test_codes_and_units_are_written_as_they_should(table: str, bad: Row, good: Row) -> None:
    column = next(iter(bad))
    problem = one(table, **bad)
    assert (problem.row, problem.column, problem.check) == (0, column, f"{table}.{column}")
    assert str(bad[column]) in str(problem) or table == "meter"
    assert found(table, example(table, **good)) == []


def test_a_carrier_that_says_nothing_may_have_any_unit() -> None:
    assert found("meter", example("meter", carrier="other", unit="pcs")) == []
    assert found("meter", example("meter", carrier="steam", unit="GJ"), example("meter", meter_id="2")) == []


def test_hours_belong_to_somebody() -> None:
    nobody = {"person_id": None, "department": None, "work_center_id": None}
    assert found("work_hours", example("work_hours", **nobody)) == [(0, "department", "work_hours.whose")]
    without = {name: value for name, value in example("work_hours").items() if name not in nobody}
    assert found("work_hours", without) == [(0, "department", "work_hours.whose")]
    assert found("work_hours", {**without, "person_id": "E10086"}) == []


def test_a_machine_in_use_is_not_retired() -> None:
    retired = example("equipment", retired_on=date(2025, 1, 1))
    assert found("equipment", retired) == [(0, "status", "equipment.in_use_though_retired")]
    assert found("equipment", {**retired, "status": "retired"}) == []


def test_an_order_is_for_a_product_with_a_routing() -> None:
    row = example("production_order")
    known = {"process_segment.product_id": ["W1875"]}
    assert found("production_order", row, known=known) == []
    known = {"process_segment.product_id": ["W1660"]}
    assert found("production_order", row, known=known) == [(0, "product_id", "production_order.routing")]
    assert found("production_order", row) == []


@pytest.mark.parametrize("table", TABLES)
def test_a_key_stands_once(table: str) -> None:
    row = example(table)
    keys = [column.name for column in TABLES[table].primary_key.columns]
    problems = [problem for problem in check_rows(table, columns_of([row, row])) if "overlap" not in problem.check]
    assert [(problem.row, problem.column, problem.check) for problem in problems] == [
        (1, keys[-1], f"{table}.duplicate")
    ]
    assert problems[0].values["first"] == 0


def test_a_key_of_two_columns_may_share_one_of_them() -> None:
    rows = [example("software_function", software_id=one, function=two) for one in "AB" for two in ("sales", "finance")]
    assert found("software_function", *rows) == []


def test_missing_and_unknown_columns_are_named() -> None:
    columns = columns_of([example("area")])
    del columns["name"]
    columns["nmae"] = ["压铸车间"]
    problems = check_rows("area", columns)
    assert [(problem.row, problem.column, problem.check) for problem in problems] == [
        (None, "nmae", "column.name"),
        (None, "name", "column.required"),
    ]
    assert "name" in str(problems[0])


def test_everything_that_is_wrong_with_a_row_is_named() -> None:
    row = example("equipment_state", state="gone", end=hours(-9), equipment_id=None)
    assert {check for _, _, check in found("equipment_state", row)} == {
        "column.choice",
        "column.required",
        "equipment_state.start_before_end",
    }


def test_an_unknown_table_and_ragged_columns_are_refused() -> None:
    with pytest.raises(BadInput, match="equipment"):
        check_rows("equipmnt", {})
    with pytest.raises(BadInput):
        check_rows("area", {"area_id": ["A", "B"], "name": ["A"]})


@pytest.mark.parametrize("table", TABLES)
def test_no_rows_no_problems(table: str) -> None:
    assert check_rows(table, {column.name: [] for column in TABLES[table].columns}, {}, NOW) == []


@pytest.mark.parametrize("check", [check for checks in CHECKS.values() for check in checks], ids=lambda check: check.id)
def test_a_check_names_columns_of_its_table(check: Any) -> None:
    assert set(check.columns) <= set(TABLES[check.table].columns.keys())
    assert check.blames in check.columns
    ids = [other.id for other in CHECKS[check.table]]
    assert ids.count(check.id) == 1


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_problem_is_said_with_names_and_values(language: words.Language) -> None:
    before_now = words.language()
    words.use(language)
    try:
        problem = one("equipment", commissioned_on=date(2020, 1, 1), retired_on=date(2019, 1, 1), status="retired")
        assert str(problem.values["a"]) == ("启用日期" if language == "zh" else "Commissioned on")
        assert "2019-01-01" in str(problem)
        assert "{" not in str(problem)
        assert str(problem) in str(problem.refusal())
    finally:
        words.use(before_now)


ARROW = [
    ("meter_reading", "quantity", pa.array([1, 2]), True),
    ("meter_reading", "quantity", pa.array([Decimal("1.5"), Decimal("2.5")]), True),
    ("meter_reading", "quantity", pa.array([True, False]), False),
    ("work_unit", "sequence", pa.array([1.0, 2.0]), True),
    ("work_unit", "sequence", pa.array([1.0, 2.5]), False),
    ("work_unit", "sequence", pa.nulls(2), True),
    ("work_unit", "name", pa.array(["A", "B"], pa.large_string()), True),
    ("work_unit", "name", pa.array(["A", "B"]).dictionary_encode(), True),
    ("work_unit", "name", pa.chunked_array([["A"], ["B"]]), True),
    ("work_unit", "name", pa.array([1, 2]), False),
    ("alarm", "cleared_at", pa.array([hours(50), hours(60)], pa.timestamp("ms", tz="Asia/Shanghai")), True),
    ("alarm", "cleared_at", pa.array([datetime(2025, 5, 1)] * 2, pa.timestamp("ms")), False),
    ("sales_order_line", "price_cny", pa.array([1.25, 0.1]), True),
    ("sales_order_line", "price_cny", pa.array([Decimal("1.123456"), None]), True),
    ("sales_order_line", "cancelled", pa.array([1, 0]), False),
]


@pytest.mark.parametrize(("table", "column", "values", "fits"), ARROW)
def test_arrow_columns_are_read_where_their_type_fits(table: str, column: str, values: Any, fits: bool) -> None:
    key = next(iter(TABLES[table].primary_key.columns)).name
    columns = columns_of([example(table), example(table, **{key: "other"})])
    columns[column] = values
    problems = check_rows(table, columns)
    assert (problems == []) == fits
    assert {problem.column for problem in problems} <= {column}


def test_lists_and_arrow_tables_say_the_same() -> None:
    rows = [
        example("job_response", response_id=str(place), good_quantity=float(place * 40), end=hours(place))
        for place in range(6)
    ]
    arrow = pa.Table.from_pylist(rows, schema=arrow_schema(TABLES["job_response"]))
    columns = {name: arrow[name] for name in arrow.column_names}
    assert [str(p) for p in check_rows("job_response", columns)] == [
        str(p) for p in check_rows("job_response", columns_of(rows))
    ]


def test_the_zone_of_a_moment_does_not_matter() -> None:
    east = timezone(timedelta(hours=8))
    row = example("equipment_state", start=hours(0).astimezone(east), end=hours(1))
    assert (
        found("equipment_state", row, example("equipment_state", start=hours(1), end=hours(2).astimezone(east))) == []
    )


def many(table: sa.Table, count: int) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [value] * count for name, value in table.info["examples"][0].items()}
    for column in table.primary_key.columns:
        if column.info["kind"] == "id":
            columns[column.name] = [f"{column.info['example']}-{place}" for place in range(count)]
    if "start" in table.primary_key.columns:
        columns["start"] = [T0 - timedelta(minutes=place + 1) for place in range(count)]
        columns["end"] = [T0 - timedelta(minutes=place) for place in range(count)]
    return columns


@pytest.mark.slow
@pytest.mark.parametrize("name", ["job_response", "equipment_state", "meter_reading", "inspection", "sales_order_line"])
@pytest.mark.parametrize("form", [list, pa.array], ids=["lists", "arrow"])
def test_100_000_right_rows_have_no_problem(name: str, form: Callable[..., Any]) -> None:
    table = TABLES[name]
    columns = {column: form(values) for column, values in many(table, 100_000).items()}
    known = {key.target_fullname: [table.info["examples"][0][key.parent.name]] for key in table.foreign_keys}
    assert check_rows(name, columns, known, NOW) == []
