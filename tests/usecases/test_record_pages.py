"""Pages of a table hold what the whole table holds, in every order and with every filter, wherever they begin."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from brought_files import plant_at

from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.usecases.record_pages import rows, table_shown, table_title, tables
from linghang.usecases.workspaces import open_workspace

TABLE = "meter_reading"
COUNT = 997
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = plant_at(tmp_path_factory.mktemp("pages") / "works")
    meter = TABLES["meter"].info["examples"][0]["meter_id"]
    engine = open_workspace(folder).engine()
    with engine.begin() as connection:
        connection.execute(TABLES[TABLE].delete())
        connection.execute(
            TABLES[TABLE].insert(),
            [
                {
                    "meter_id": meter,
                    "start": START + timedelta(hours=number),
                    "end": START + timedelta(hours=number + 1),
                    "quantity": float(number * 7919 % 31),
                    "estimated": None if number % 3 else bool(number % 2),
                }
                for number in range(COUNT)
            ],
        )
    engine.dispose()
    return folder


def whole(plant: Path, order: str = "", *where: str, size: int = 100) -> list[dict[str, Any]]:
    """All pages put together."""
    found: list[dict[str, Any]] = []
    while True:
        page = rows(plant, TABLE, offset=len(found), limit=size, order=order, where=where)
        found += [dict(one) for one in page.rows]
        if len(found) >= page.total or not page.rows:
            assert len(found) == page.total
            return found


def test_pages_of_the_key_are_the_table_from_both_ends(plant: Path) -> None:
    found = whole(plant)
    assert [one["start"] for one in found] == [START + timedelta(hours=number) for number in range(COUNT)]
    for offset in (0, COUNT // 2, COUNT // 2 + 1, COUNT - 100, COUNT - 1, COUNT, COUNT + 50):
        assert list(map(dict, rows(plant, TABLE, offset=offset).rows)) == found[offset : offset + 100], offset


@pytest.mark.parametrize("order", ["quantity", "-quantity", "start", "-start", "estimated", "-estimated"])
def test_a_sorted_table_is_sorted_across_pages_with_unknown_last(plant: Path, order: str) -> None:
    found = [one[order.removeprefix("-")] for one in whole(plant, order, size=63)]
    known = [one for one in found if one is not None]
    assert found == known + [None] * (COUNT - len(known))
    assert known == sorted(known, reverse=order.startswith("-"))


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        (("quantity:from:20",), lambda one: one["quantity"] >= 20),
        (("quantity:from:5", "quantity:to:9.5"), lambda one: 5 <= one["quantity"] <= 9.5),
        (("start:from:2026-01-05T08:00",), lambda one: one["start"] >= datetime(2026, 1, 5, tzinfo=UTC)),
        (("estimated:empty",), lambda one: one["estimated"] is None),
        (("estimated:is:true", "quantity:filled"), lambda one: one["estimated"] is True),
        (("meter_id:has:%",), lambda _: False),
    ],
)
def test_filters_let_through_what_fulfils_all_of_them(plant: Path, where: tuple[str, ...], holds: Any) -> None:
    everything = whole(plant)
    assert whole(plant, "", *where) == [one for one in everything if holds(one)]
    ordered = whole(plant, "-quantity", *where)
    assert sorted(one["start"] for one in ordered) == [one["start"] for one in everything if holds(one)]


def test_what_is_kept_of_an_order_is_not_used_after_a_change(plant: Path) -> None:
    before = rows(plant, TABLE, order="-quantity", limit=1)
    engine = open_workspace(plant).engine()
    with engine.begin() as connection:
        last = START + timedelta(hours=COUNT - 1)
        connection.execute(TABLES[TABLE].update().where(TABLES[TABLE].c.start == last).values(quantity=9e9))
    after = rows(plant, TABLE, order="-quantity", limit=1)
    assert (before.total, after.rows[0]["quantity"]) == (after.total, 9e9)
    with engine.begin() as connection:
        connection.execute(TABLES[TABLE].update().where(TABLES[TABLE].c.start == last).values(quantity=0.0))
    engine.dispose()


@pytest.mark.parametrize(
    "asked",
    [
        {"order": "nothing"},
        {"where": ["quantity:from:many"]},
        {"where": ["quantity:almost:3"]},
        {"where": ["start:to:yesterday"]},
        {"where": ["estimated:is:perhaps"]},
        {"where": ["quantity:from:1"] * 21},
    ],
)
def test_what_cannot_be_asked_is_refused(plant: Path, asked: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        rows(plant, TABLE, **asked)


def test_a_table_is_known_by_its_name() -> None:
    assert all(table_title(one.name) == one.title for one in tables())
    assert table_title("nothing") is None


def test_the_dictionary_gives_words_limits_and_references() -> None:
    state = {one.name: one for one in table_shown("equipment_state").columns}
    assert "running" in (state["state"].choices or {})
    assert state["equipment_id"].refers == "equipment.equipment_id"
    assert any(one.minimum is not None for table in tables() for one in table.columns)
    with pytest.raises(BadInput):
        table_shown("nothing")
