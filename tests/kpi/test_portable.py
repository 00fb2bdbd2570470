"""The same expressions for other engines: compiled only, since those engines are no part of the tests."""

import ibis
import pytest
from test_golden_plant import BEFORE, THIS

from linghang.kpi.bases import MEASURES
from linghang.kpi.indicators import RULES
from linghang.kpi.spans import Spans
from linghang.kpi.sums import Source
from linghang.plant.columns import arrow_schema
from linghang.plant.tables import TABLES

SOURCES: dict[str, Source] = {source.id: source for one in (*RULES, *MEASURES) for source in one.sources}


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "clickhouse"])
def test_every_source_compiles_for_every_engine(dialect: str) -> None:
    schemas = {name: ibis.Schema.from_pyarrow(arrow_schema(table)) for name, table in TABLES.items()}
    tables = {name: ibis.table(schema, name=name) for name, schema in schemas.items()}
    for name, source in SOURCES.items():
        assert not source.missing(tables), name
        assert "SELECT" in str(ibis.to_sql(source.build(tables, Spans(THIS, BEFORE)), dialect=dialect))
