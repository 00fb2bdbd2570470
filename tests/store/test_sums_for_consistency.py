"""What the checks of consistency ask the database gives the same on SQLite and PostgreSQL."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from linghang.plant.tables import TABLES
from linghang.usecases.consistency_sums import QUERIES, SPAN_COLUMNS, local, spans, sums

ZONE = ZoneInfo("Asia/Shanghai")


def plant(records: sa.Engine) -> sa.Engine:
    with records.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    return records


def test_every_query_gives_what_the_example_rows_say(records: sa.Engine) -> None:
    found = sums(plant(records), ZONE)
    assert set(found) == set(QUERIES)
    example = {name: TABLES[name].info["examples"][0] for name in TABLES}
    model, loop, outlet = example["model_call"], example["apc_period"], example["outlet_reading"]
    day = model["at"].astimezone(ZONE).date()
    assert found["calls"] == [{"model_id": model["model_id"], "first": day, "last": day}]
    assert found["loops"] == [{"loop_id": loop["loop_id"], "in_service": True}]
    assert found["outlets"] == [{"outlet_id": outlet["outlet_id"]}]
    hours = example["work_hours"]
    assert found["month_hours"] == [{"month": hours["day"].replace(day=1), "hours": pytest.approx(hours["hours"])}]
    worth = example["delivery"]["quantity"] * float(example["sales_order_line"]["price_cny"])
    month = example["delivery"]["delivered_on"].replace(day=1)
    assert found["delivered"] == [{"month": month, "value": pytest.approx(worth)}]
    assert [set(one) for one in found["states"]] == [{"equipment_id", "last"}]


def test_months_with_a_line_without_price_are_left_out(records: sa.Engine) -> None:
    with plant(records).begin() as connection:
        connection.execute(TABLES["sales_order_line"].update().values(price_cny=None))
    assert sums(records, ZONE)["delivered"] == []


def test_spans_are_days_of_the_plant(records: sa.Engine) -> None:
    found = spans(plant(records), ZONE)
    assert set(found) == set(SPAN_COLUMNS)
    at = TABLES["inspection"].info["examples"][0]["at"].astimezone(ZONE).date()
    assert (found["inspection.at"].first, found["inspection.at"].last) == (at, at)


def test_an_empty_plant_has_no_spans_and_no_sums(records: sa.Engine) -> None:
    assert all(one.first is None and one.last is None for one in spans(records, ZONE).values())
    assert all(rows == [] for rows in sums(records, ZONE).values())


def test_a_moment_before_midnight_in_utc_is_the_next_day_of_the_plant() -> None:
    assert local(datetime(2026, 3, 1, 17, tzinfo=UTC), ZONE) == date(2026, 3, 2)
    assert local(datetime(2026, 3, 1, 17), ZONE) == date(2026, 3, 2)
    assert local(date(2026, 3, 1), ZONE) == date(2026, 3, 1)
    assert local(None, ZONE) is None
