"""The state of the records: what is empty, wrong, old or interrupted is named, and what is whole is not."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from brought_files import NOW, plant_at

from linghang.plant.tables import TABLES
from linghang.usecases.consistency_kept import accept_remark, consistency_document
from linghang.usecases.data_quality import TableState, quality_document, table_states
from linghang.usecases.workspaces import open_workspace


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    return plant_at(tmp_path / "works")


def state_of(plant: Path, name: str) -> TableState:
    return next(one for one in table_states(plant, NOW) if one.name == name)


def change(plant: Path, *statements: str) -> None:
    engine = open_workspace(plant).engine()
    with engine.connect() as connection:
        connection.execute(sa.text("PRAGMA foreign_keys = off"))
        for one in statements:
            connection.execute(sa.text(one))
        connection.commit()
    engine.dispose()


def days(plant: Path, *wanted: date) -> None:
    """Give the plant work hours on these days alone."""
    example = TABLES["work_hours"].info["examples"][0]
    engine = open_workspace(plant).engine()
    with engine.begin() as connection:
        connection.execute(TABLES["work_hours"].delete())
        rows = [{**example, "work_hours_id": f"W{number}", "day": day} for number, day in enumerate(wanted)]
        connection.execute(TABLES["work_hours"].insert(), rows)
    engine.dispose()


def test_every_table_with_rows_is_looked_at_and_counted(plant: Path) -> None:
    states = {one.name: one for one in table_states(plant, NOW)}
    assert set(states) == set(TABLES)
    for one in states.values():
        assert 0 < one.share <= 1
        assert one.checked == one.rows
        assert all(column.filled == one.rows for column in one.columns if column.required)


def test_empty_cells_are_counted_by_column(plant: Path) -> None:
    before = state_of(plant, "equipment")
    change(plant, "UPDATE equipment SET maker = NULL")
    after = state_of(plant, "equipment")
    assert next(one.filled for one in after.columns if one.name == "maker") == 0
    assert after.share < before.share


def test_orphans_and_values_out_of_range_are_named(plant: Path) -> None:
    change(plant, "UPDATE equipment SET work_center_id = 'gone', rated_power_kw = -5")
    wrong = {one.column: one for one in state_of(plant, "equipment").wrong}
    assert {"work_center_id", "rated_power_kw"} <= set(wrong)
    assert "gone" in wrong["work_center_id"].samples[0]


def test_a_gap_is_named_and_an_even_series_has_none(plant: Path) -> None:
    first = NOW.date() - timedelta(days=60)
    even = [first + timedelta(days=number) for number in range(60)]
    days(plant, *even)
    assert state_of(plant, "work_hours").gaps == ()
    days(plant, *(one for one in even if not 20 <= even.index(one) < 35))
    (gap,) = state_of(plant, "work_hours").gaps
    assert (gap.first, gap.last, gap.days) == (even[20], even[34], 15)


@pytest.mark.parametrize(("age", "step", "stale"), [(10, 1, False), (60, 1, True), (60, 30, False), (200, 30, True)])
def test_a_table_is_stale_by_its_age_and_its_own_pace(plant: Path, age: int, step: int, stale: bool) -> None:
    last = NOW.date() - timedelta(days=age)
    days(plant, *(last - timedelta(days=step * number) for number in range(12)))
    found = state_of(plant, "work_hours")
    assert (found.age_days, found.stale) == (age, stale)


def test_the_report_says_what_waits_for_which_table(plant: Path) -> None:
    change(plant, "DELETE FROM failure")
    found = quality_document(plant, pack="national-2024", now=NOW)
    assert "failure" in {one["name"] for one in found["empty"]}
    assert found["lacking"], "a plant of a few rows lacks something"
    assert all(one["holds_up"] and one["said"]["zh"] for one in found["lacking"])
    assert found == quality_document(plant, pack="national-2024", now=NOW)


@pytest.mark.slow
def test_a_remark_that_somebody_accepts_is_no_fault_any_more(plant: Path) -> None:
    def remarks() -> list[str]:
        found = quality_document(plant, pack="national-2024", now=NOW)["consistency"]
        return [f"{one['code']}:{one['spot']['where']}" for one in found]

    before = remarks()
    document = consistency_document(plant, pack="national-2024", now=NOW)
    accept_remark(plant, document, before[0], "the meter was changed", NOW)
    assert before[0] not in remarks()
