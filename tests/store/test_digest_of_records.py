"""The digest of records: the same for the same content, another for any change."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linghang.plant.columns import ARROW_TYPES
from linghang.plant.tables import TABLES
from linghang.store.records import digest

SCHEMA = pa.schema([(kind, type_) for kind, type_ in ARROW_TYPES.items() if kind not in ("id", "ref", "choice")])
VALUES = {
    "text": st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    "number": st.floats(-1e6, 1e6).map(lambda value: value + 0.0),
    "money": st.decimals(-(10**6), 10**6, places=4),
    "whole": st.integers(-(2**63), 2**63 - 1),
    "flag": st.booleans(),
    "day": st.dates(),
    "when": st.datetimes(timezones=st.just(UTC)),
}
ROWS = st.lists(st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()}), max_size=12)


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, SCHEMA)


def test_every_kind_of_column_is_hashed_here() -> None:
    assert set(VALUES) == set(SCHEMA.names)


@settings(deadline=None)
@given(ROWS, st.data())
def test_equal_content_has_equal_digests_whatever_its_chunks(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    whole = table(rows)
    cuts = [0, *sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=4))), len(rows)]
    parts = [table(rows[a:b]) for a, b in pairwise(cuts)]
    assert digest(pa.concat_tables(parts)) == digest(whole)
    slices = [whole.slice(a, b - a) for a, b in pairwise(cuts)]
    assert digest(pa.concat_tables(slices)) == digest(whole)


@settings(deadline=None)
@given(ROWS, st.data())
def test_a_part_of_a_table_has_the_digest_of_the_same_rows_alone(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(rows)))
    length = data.draw(st.integers(0, len(rows) - start))
    assert digest(table(rows).slice(start, length)) == digest(table(rows[start : start + length]))


@settings(deadline=None)
@given(ROWS, st.data())
def test_rows_that_were_filtered_have_the_digest_of_the_same_rows_alone(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    kept = [data.draw(st.booleans()) for _ in rows]
    filtered = table(rows).filter(pa.array(kept, pa.bool_()))
    assert digest(filtered) == digest(table([row for row, keep in zip(rows, kept, strict=True) if keep]))


@settings(deadline=None)
@given(ROWS, st.data())
def test_any_one_changed_value_changes_the_digest(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    assume(rows)
    place = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(st.sampled_from(sorted(VALUES)))
    value = data.draw(st.none() | VALUES[name])
    assume(value != rows[place][name] or (value is None) != (rows[place][name] is None))
    changed = [{**row, name: value} if number == place else row for number, row in enumerate(rows)]
    assert digest(table(changed)) != digest(table(rows))


NOTHINGS = {
    "text": "",
    "number": 0.0,
    "money": Decimal(0),
    "whole": 0,
    "flag": False,
    "day": date(1970, 1, 1),
    "when": datetime(1970, 1, 1, tzinfo=UTC),
}


@pytest.mark.parametrize("name", NOTHINGS)
def test_unknown_is_neither_zero_nor_empty(name: str) -> None:
    def of(*values: Any) -> str:
        return digest(pa.table({"x": pa.array(values, SCHEMA.field(name).type)}))

    found = [of(), of(None), of(NOTHINGS[name]), of(None, NOTHINGS[name]), of(NOTHINGS[name], None), of(None, None)]
    assert len(set(found)) == len(found)


def test_letters_do_not_wander_from_one_text_to_the_next() -> None:
    texts = [["ab", "c"], ["a", "bc"], ["abc", ""], ["", "abc"], ["abc", None], [None, "abc"], ["abc"]]
    assert len({digest(pa.table({"x": pa.array(one, pa.string())})) for one in texts}) == len(texts)


def test_values_do_not_wander_from_one_column_to_the_next() -> None:
    assert digest(pa.table({"a": ["x", "y"], "b": ["", ""]})) != digest(pa.table({"a": ["x", ""], "b": ["y", ""]}))


def test_rows_in_another_order_are_other_content() -> None:
    assert digest(pa.table({"a": [1, 2]})) != digest(pa.table({"a": [2, 1]}))


def test_a_column_renamed_added_moved_or_of_another_type_changes_the_digest() -> None:
    whole = pa.table({"a": [1], "b": [2]})
    others = [
        whole.rename_columns(["a", "c"]),
        whole.rename_columns(["b", "a"]),
        whole.select(["b", "a"]),
        whole.select(["a"]),
        whole.append_column("c", [[3]]),
        whole.set_column(1, "b", pa.array([2], pa.timestamp("us"))),
    ]
    assert len({digest(one) for one in (whole, *others)}) == 1 + len(others)


def test_what_a_file_says_beside_the_columns_does_not_count() -> None:
    whole = pa.table({"a": [1]})
    assert digest(whole.replace_schema_metadata({"written by": "somebody"})) == digest(whole)
    assert digest(whole.cast(pa.schema([pa.field("a", pa.int64(), nullable=False)]))) == digest(whole)


def test_empty_tables_differ_by_their_columns() -> None:
    found = {
        name: digest(pa.schema([(c.name, ARROW_TYPES[c.info["kind"]]) for c in one.columns]).empty_table())
        for name, one in TABLES.items()
    }
    assert len(set(found.values())) > len(TABLES) / 2
    assert found["customer"] != found["supplier"]
