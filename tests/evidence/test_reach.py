"""Tables with no more than matters: every derivation says of them, to the last figure, what it says of all rows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_plants import AS_OF, BY_ID, MADE, ZONE, empty_tables, look, table_of

from linghang.evidence.catalogue import DERIVATIONS
from linghang.evidence.derive import Derivation, Derived, Look, derive
from linghang.evidence.reach import within
from linghang.plant.tables import TABLES

MOST = 4
"""Days of the longest window; moments lie up to a day before it, and up to a day after the day of judgement."""
WINDOWED = [one for one in DERIVATIONS if one.window_days]
MIDNIGHT = datetime(AS_OF.year, AS_OF.month, AS_OF.day, tzinfo=ZONE)
MOMENTS = [MIDNIGHT - timedelta(hours=hours) for hours in (-24, -1, 0, 1, 12, 24, 25, 48, 60, 72, 90, 96, 97, 120)]
DAYS = [AS_OF - timedelta(days) for days in range(-1, MOST + 2)]
NAMES = ["a", "b", "c", "d"]
WORDS = {"state": ["running", "idle", "unknown"]}
FUNCTIONS = (
    *("job_planning", "quality", "equipment_assets", "materials", "procurement", "sales", "inventory", "finance"),
    *("workforce", "supply_chain", "safety", "energy", "environment"),
)
USED = {"go_live_on": DAYS[-1] - timedelta(900), "retired_on": None}
REGISTERS: Mapping[str, list[dict[str, Any]]] = {
    "equipment": [{"equipment_id": name, "key": True, "status": "in_use", "retired_on": None} for name in NAMES],
    "quality_characteristic": [{"characteristic_id": name, "key": True} for name in NAMES],
    "material": [{"material_id": name, "kind": "raw" if name == "d" else "finished"} for name in NAMES],
    "production_order": [{"production_order_id": name, "due_on": None if name == "d" else AS_OF} for name in NAMES],
    "software": [{"software_id": "a", **USED}],
    "software_function": [{"software_id": "a", "function": one, "used_since": None} for one in FUNCTIONS],
}
"""What does not grow: four of each, in use."""
NOTHING, ROWS = 0.1, 24


def value(rng: Random, table: str, column: str) -> Any:
    """One of few values, so that rows meet each other; now and then nothing, where the table allows it."""
    one, kind = TABLES[table].c[column], table_of(table).schema.field(column).type
    if one.nullable and rng.random() < NOTHING:
        return None
    if pa.types.is_timestamp(kind):
        return rng.choice(MOMENTS)
    if pa.types.is_date(kind):
        return rng.choice(DAYS)
    if pa.types.is_boolean(kind):
        return rng.random() < (0.2 if column == "cancelled" else 0.7)
    if pa.types.is_string(kind):
        return rng.choice(WORDS.get(column, NAMES))
    return rng.choice([Decimal(1), Decimal(2)] if pa.types.is_decimal(kind) else [1, 2])


def row(rng: Random, table: str) -> dict[str, Any]:
    """One row; what ends does not do so before it starts."""
    found = {column.name: value(rng, table, column.name) for column in TABLES[table].c}
    if {"start", "end"} <= found.keys() and found["end"] is not None:
        found["start"], found["end"] = sorted((found["start"], found["end"]))
    return found


def tables(rng: Random, one: Derivation) -> dict[str, pa.Table]:
    """The registers, and some rows in every other table that a derivation reads."""
    return {
        name: table_of(name, REGISTERS.get(name) or [row(rng, name) for _ in range(rng.randrange(ROWS))])
        for name in one.tables
    }


def derived(one: Derivation, seen: Look, thresholds: Mapping[str, Any]) -> Derived:
    return derive([one], replace(seen, thresholds={**seen.thresholds, **thresholds}), str, one.about, MADE)


@pytest.mark.slow
@pytest.mark.parametrize("name", [one.id for one in WINDOWED])
@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_less_says_for_every_window_what_everything_says(name: str, seed: int) -> None:
    rng, one = Random(seed), BY_ID[name]
    assert one.window_days
    known = {name: rng.choice(MOMENTS) for name in NAMES if rng.random() < 0.3}
    whole = replace(look({}, last_points=known), tables=empty_tables() | tables(rng, one))
    near = within(one, whole, MOST)
    others = {bound: Decimal(rng.choice(["0.2", "0.5", "0.9", "1"])) for bound in whole.thresholds if "_share" in bound}
    others |= {"system_records_minimum": Decimal(rng.randint(1, 3)), "open_state_days": Decimal(rng.randint(1, 3))}
    for days in range(1, MOST + 1):
        moved = {**others, one.window_days: Decimal(days)}
        assert derived(one, near, moved) == derived(one, whole, moved)


def test_no_derivation_looks_back_through_all_rows_of_a_table_that_grows() -> None:
    grows = {"job_response", "inspection", "stock_movement", "meter_reading", "equipment_state", "material_actual"}
    for one in WINDOWED:
        if grows & set(one.tables):
            assert within(one, look({}), MOST).tables.keys() == set(one.tables), one.id
