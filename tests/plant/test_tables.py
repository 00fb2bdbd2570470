"""Every table and column explains itself, and the tables stand in a database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.plant.columns import ARROW_TYPES, arrow_schema, whole
from linghang.plant.dictionary import dictionary
from linghang.plant.records import check_rows, columns_of
from linghang.plant.tables import METADATA, TABLES, described
from linghang.plant.units import UNITS
from linghang.words import Text

COLUMNS = [pytest.param(column, id=str(column)) for table in TABLES.values() for column in table.columns]
EVERY_TABLE = [pytest.param(table, id=name) for name, table in TABLES.items()]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PYTHON = {
    "id": str,
    "ref": str,
    "text": str,
    "choice": str,
    "number": float,
    "money": Decimal,
    "whole": int,
    "flag": bool,
}


@pytest.fixture
def database() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=ON"))
    METADATA.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def keys_of_examples() -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for table in TABLES.values():
        for row in table.info["examples"]:
            for column, value in row.items():
                known.setdefault(f"{table.name}.{column}", []).append(value)
    return known


@pytest.mark.parametrize("table", EVERY_TABLE)
def test_a_table_says_in_both_languages_what_a_row_is(table: sa.Table) -> None:
    for part in ("title", "text", "group"):
        said = table.info[part]
        assert isinstance(said, Text)
        assert said.zh.strip()
        assert said.en.strip()
        assert said.en.isascii()
    assert table.primary_key.columns
    assert all(not column.nullable for column in table.primary_key.columns)


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_has_a_meaning_in_both_languages_and_an_example(column: "sa.Column[object]") -> None:
    info = column.info
    assert info["text"].zh.strip()
    assert info["text"].zh.startswith(info["title"].zh)
    assert info["text"].en.startswith(info["title"].en)
    assert info["example"] is not None
    assert info["kind"] in ARROW_TYPES
    if info["kind"] in PYTHON:
        assert type(info["example"]) is PYTHON[info["kind"]]
    if info["kind"] == "when":
        assert info["example"].tzinfo is not None


@pytest.mark.parametrize("column", COLUMNS)
def test_quantities_have_a_unit_and_nothing_else_has(column: "sa.Column[object]") -> None:
    unit = column.info["unit"]
    if column.info["kind"] in ("number", "money"):
        assert unit is not None
    elif column.info["kind"] != "whole":
        assert unit is None
    if unit is None:
        return
    if unit.startswith("@"):
        table, _, name = f"{column.table.name}.{unit[1:]}".rpartition(".")
        assert name in TABLES[table.rpartition(".")[2]].columns
    else:
        assert unit in UNITS


@pytest.mark.parametrize("column", COLUMNS)
def test_a_unit_in_the_name_of_a_column_is_its_unit(column: "sa.Column[object]") -> None:
    said = {"kw": "kW", "kg": "kg", "s": "s", "h": "h", "t": "t", "m": "m", "m2": "m2", "km": "km", "cny": "CNY"}
    said["percent"] = "%"
    ending = column.name.rpartition("_")[2]
    if ending in said and "_" in column.name:
        assert column.info["unit"] == said[ending]


@pytest.mark.parametrize("column", [param for param in COLUMNS if param.values[0].info["kind"] == "choice"])
def test_words_of_a_choice_are_said_in_both_languages(column: "sa.Column[object]") -> None:
    assert column.info["example"] in column.info["choices"]
    for said in column.info["choices"].values():
        assert said.zh
        assert said.en


@pytest.mark.parametrize("table", EVERY_TABLE)
@pytest.mark.parametrize("language", [0, 1], ids=["zh", "en"])
def test_titles_tell_the_columns_of_a_table_apart(table: sa.Table, language: int) -> None:
    titles = [column.info["title"][language] for column in table.columns]
    assert len(set(titles)) == len(titles)


def test_titles_tell_the_tables_apart() -> None:
    assert len({table.info["title"].zh for table in TABLES.values()}) == len(TABLES)
    assert len({table.info["title"].en for table in TABLES.values()}) == len(TABLES)


def test_referenced_tables_stand_first() -> None:
    seen: set[str] = set()
    for table in TABLES.values():
        seen.add(table.name)
        assert {key.column.table.name for key in table.foreign_keys} <= seen
    assert seen == set(METADATA.tables)


def test_described_groups_all_tables() -> None:
    tables = described()
    assert sorted(table.name for table in tables) == sorted(TABLES)
    groups = [table.info["group"].en for table in tables]
    changes = sum(one != other for one, other in pairwise(groups))
    assert changes == len(set(groups)) - 1


@pytest.mark.parametrize("table", EVERY_TABLE)
def test_examples_satisfy_their_own_checks(table: sa.Table) -> None:
    known = keys_of_examples()
    assert check_rows(table.name, columns_of(table.info["examples"]), known, NOW) == []


def test_sqlite_takes_the_examples_with_their_references_and_gives_them_back(database: sa.Connection) -> None:
    for table in TABLES.values():
        database.execute(table.insert(), list(table.info["examples"]))
    for table in TABLES.values():
        found = {tuple(row) for row in database.execute(sa.select(table))}
        assert found == {tuple(row[column.name] for column in table.columns) for row in table.info["examples"]}


def test_arrow_holds_the_examples() -> None:
    for table in TABLES.values():
        schema = arrow_schema(table)
        held = pa.Table.from_pylist(list(table.info["examples"]), schema=schema)
        assert held.to_pylist() == list(table.info["examples"])


def test_a_moment_comes_back_in_utc(database: sa.Connection) -> None:
    zone = timezone(timedelta(hours=8))
    instant = sa.literal(datetime(2025, 3, 14, 8, 0, tzinfo=zone), TABLES["alarm"].c.at.type)
    (back,) = database.execute(sa.select(instant)).one()
    assert back == datetime(2025, 3, 14, 0, 0, tzinfo=UTC)
    assert back.tzinfo == UTC


def test_a_moment_without_a_zone_is_refused(database: sa.Connection) -> None:
    naive = datetime(2025, 3, 14, 8, 0)
    with pytest.raises((BadInput, sa.exc.StatementError)):
        database.execute(sa.select(sa.literal(naive, TABLES["alarm"].c.at.type)))


@given(st.decimals(min_value=Decimal("-99999999999.9999"), max_value=Decimal("99999999999.9999"), places=4))
def test_money_survives_sqlite(amount: Decimal) -> None:
    type_ = TABLES["finance_month"].c.revenue_cny.type
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE purse (amount NUMERIC(15, 4))")
        purse = sa.table("purse", sa.column("amount", type_))
        connection.execute(purse.insert().values(amount=amount))
        (back,) = connection.execute(sa.select(purse.c.amount)).one()
    engine.dispose()
    assert back == amount


def test_money_beyond_its_digits_is_refused(database: sa.Connection) -> None:
    type_ = TABLES["finance_month"].c.revenue_cny.type
    for amount in (Decimal("1e11"), Decimal("NaN")):
        with pytest.raises((BadInput, sa.exc.StatementError)):
            database.execute(sa.select(sa.literal(amount, type_)))


def test_a_whole_number_may_be_a_key() -> None:
    column = whole("year", "年份", "Year", None, 2025, key=True, minimum=2000, maximum=2100)
    assert column.primary_key
    assert (column.info["minimum"], column.info["maximum"]) == (2000, 2100)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_dictionary_names_every_table_and_column(lang: str) -> None:
    text = dictionary(lang)  # type: ignore[arg-type]
    for table in TABLES.values():
        section = text.partition(f"`{table.name}`\n")[2].partition("\n### ")[0]
        assert section
        for column in table.columns:
            assert f"| `{column.name}` |" in section
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {7}
