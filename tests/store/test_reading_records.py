"""Records read back: the same Arrow from SQLite and PostgreSQL, whatever stands in the columns."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from plant_databases import expected, insert, insert_examples

from linghang.plant.columns import ARROW_TYPES
from linghang.plant.tables import TABLES
from linghang.store import records as room
from linghang.store.records import counts, digest, read


def example(table: str, **changes: Any) -> dict[str, Any]:
    return {**TABLES[table].info["examples"][0], **changes}


def in_order(table: str, rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    key = [column.name for column in TABLES[table].primary_key.columns]
    return sorted(rows, key=lambda row: tuple(row[name] for name in key))


def with_parents(engine: sa.Engine) -> None:
    insert(engine, "enterprise", [example("enterprise")])
    insert(engine, "factory", [example("factory")])


# --- every kind of column ---


def test_the_examples_have_every_kind_of_column() -> None:
    assert {c.info["kind"] for table in TABLES.values() for c in table.columns} == set(ARROW_TYPES)


def test_the_examples_of_every_table_come_back_as_they_were(records: sa.Engine) -> None:
    insert_examples(records)
    for name, table in TABLES.items():
        rows = in_order(name, list(table.info["examples"]))
        assert read(records, table).equals(expected(name, rows)), name


def test_empty_tables_have_their_columns(records: sa.Engine) -> None:
    for name, table in TABLES.items():
        found = read(records, table)
        assert found.equals(expected(name, [])), name
        assert found.num_rows == 0


def test_what_is_not_known_stays_unknown(records: sa.Engine) -> None:
    optional = [c.name for c in TABLES["enterprise"].columns if c.nullable]
    assert {TABLES["enterprise"].c[name].info["kind"] for name in optional} == {"choice", "flag", "day"}
    rows = [
        example("enterprise", enterprise_id="A", **dict.fromkeys(optional)),
        example("enterprise", enterprise_id="B", above_scale=False, legal_person=None),
    ]
    insert(records, "enterprise", rows[:1])
    insert(records, "enterprise", rows[1:])
    found = read(records, TABLES["enterprise"])
    assert found.equals(expected("enterprise", rows))
    assert found["above_scale"].to_pylist() == [None, False]
    assert [found[name].null_count for name in optional] == [1 if name != "legal_person" else 2 for name in optional]


AMOUNTS = ["0.0001", "-0.0001", "0.1000", "1234567.8901", "99999999999.9999", "-99999999999.9999", "26350000", "0"]


@pytest.mark.parametrize("amount", AMOUNTS)
def test_amounts_keep_four_decimals_exactly(records: sa.Engine, amount: str) -> None:
    with_parents(records)
    insert(records, "finance_month", [example("finance_month", revenue_cny=Decimal(amount), value_added_cny=None)])
    found = read(records, TABLES["finance_month"])
    assert found["revenue_cny"].to_pylist() == [Decimal(amount)]
    assert found["revenue_cny"].type == pa.decimal128(15, 4)
    assert found["value_added_cny"].to_pylist() == [None]


def test_amounts_of_one_column_may_mix_whole_and_broken_ones_and_nulls(records: sa.Engine) -> None:
    with_parents(records)
    amounts = [Decimal(5), Decimal("0.3333"), None, Decimal("-7.1000")]
    rows = [
        example("finance_month", month=date(2025, 1 + place, 1), revenue_cny=amount)
        for place, amount in enumerate(amounts)
    ]
    for row in rows:
        insert(records, "finance_month", [row])
    assert read(records, TABLES["finance_month"])["revenue_cny"].to_pylist() == amounts


MOMENTS = [
    datetime(2025, 3, 14, 8, 0, 0, 1, tzinfo=UTC),
    datetime(2025, 3, 14, 8, 0, 0, 999999, tzinfo=UTC),
    datetime(2025, 3, 14, 8, 0, tzinfo=UTC),
    datetime(1965, 12, 31, 23, 59, 59, 500000, tzinfo=UTC),
    datetime(2024, 2, 29, 0, 0, tzinfo=timezone(timedelta(hours=8))),
    datetime(2025, 1, 1, 0, 0, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_moments_come_back_in_utc_to_the_microsecond(records: sa.Engine, moment: datetime) -> None:
    with_parents(records)
    insert(records, "incident", [example("incident", at=moment, closed_at=None)])
    found = read(records, TABLES["incident"])
    assert found["at"].to_pylist() == [moment]
    assert found["at"].type == pa.timestamp("us", tz="UTC")
    assert found["closed_at"].to_pylist() == [None]


NUMBERS = [0.1, 1 / 3, 1e-300, 1.7976931348623157e308, 0.0, 123456789.12345679]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_keep_every_bit(records: sa.Engine, number: float) -> None:
    with_parents(records)
    insert(records, "site", [example("site", area_m2=number)])
    assert read(records, TABLES["site"])["area_m2"].to_pylist() == [number]


TEXTS = ["", " ", "轮毂 18×7.5J", 'it\'s "so" \\ ; --', "a\nb\tc", "😀𠀀", "é", "é"]


def test_texts_come_back_letter_by_letter(records: sa.Engine) -> None:
    rows = [example("customer", customer_id=f"C{place}", name=text) for place, text in enumerate(TEXTS)]
    insert(records, "customer", rows)
    assert read(records, TABLES["customer"])["name"].to_pylist() == TEXTS


def test_whole_numbers_may_be_large(records: sa.Engine) -> None:
    rows = [example("scene_built", scene_id=str(n), scene_number=n, model_id=None) for n in (1, 2**62)]
    with_parents(records)
    insert(records, "scene_built", rows)
    assert read(records, TABLES["scene_built"])["scene_number"].to_pylist() == [1, 2**62]


# --- order, choice of columns, chunks ---

KEYS = ["B", "a", "b", "A", "中", "一", "-1", "1", "10", "2", "é", "e", "z", "_", "ａ", "😀"]


def test_rows_stand_in_the_order_of_their_keys_by_code_point_in_every_database(records: sa.Engine) -> None:
    insert(records, "customer", [example("customer", customer_id=key) for key in KEYS])
    assert read(records, TABLES["customer"])["customer_id"].to_pylist() == sorted(KEYS)


def test_a_key_of_several_columns_orders_by_each_in_turn(records: sa.Engine) -> None:
    with_parents(records)
    insert(records, "factory", [example("factory", factory_id=name) for name in ("f", "F")])
    keys = [(factory, month) for factory in ("f", "F") for month in (date(2025, 2, 1), date(2024, 11, 1))]
    insert(records, "headcount_month", [example("headcount_month", factory_id=f, month=m) for f, m in keys])
    found = read(records, TABLES["headcount_month"], ["factory_id", "month"])
    assert list(zip(*found.to_pydict().values(), strict=True)) == sorted(keys)


def test_only_the_columns_asked_for_are_read_in_the_order_asked(records: sa.Engine) -> None:
    insert_examples(records)
    found = read(records, TABLES["material"], ["unit", "material_id"])
    assert found.column_names == ["unit", "material_id"]
    assert found["material_id"].to_pylist() == ["A356.2", "SP-RISER-01", "W1875-FG"]


def test_large_tables_are_read_in_chunks_with_the_same_result(
    records: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [example("customer", customer_id=f"{n:04}", credit_code=None if n % 3 else "x") for n in range(25)]
    insert(records, "customer", rows)
    whole = read(records, TABLES["customer"])
    monkeypatch.setattr(room, "CHUNK_ROWS", 7)
    assert read(records, TABLES["customer"]).equals(whole)
    assert digest(read(records, TABLES["customer"])) == digest(whole)


def test_the_order_of_insertion_does_not_matter(records: sa.Engine) -> None:
    rows = [example("customer", customer_id=key) for key in KEYS]
    insert(records, "customer", rows)
    before = read(records, TABLES["customer"])
    with records.begin() as connection:
        connection.execute(TABLES["customer"].delete())
    insert(records, "customer", rows[::-1])
    assert digest(read(records, TABLES["customer"])) == digest(before)


def test_rows_are_counted_table_by_table(records: sa.Engine) -> None:
    assert set(counts(records, TABLES).values()) == {0}
    insert_examples(records)
    assert counts(records, TABLES) == {name: len(table.info["examples"]) for name, table in TABLES.items()}


def test_what_was_read_has_the_digest_of_the_same_rows_made_by_hand(records: sa.Engine) -> None:
    """So it is the same from SQLite and from PostgreSQL."""
    insert_examples(records)
    for name, table in TABLES.items():
        assert digest(read(records, table)) == digest(expected(name, in_order(name, list(table.info["examples"]))))
