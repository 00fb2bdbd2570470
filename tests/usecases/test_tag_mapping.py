"""Saying what stored names mean: proposals, a sheet to review, rows that are taken, and values in their units."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.store.telemetry import Points, TagKind, TelemetryStore
from linghang.store.workspace import new_workspace, open_workspace
from linghang.usecases.importing import import_files
from linghang.usecases.tag_mapping import Confidence, map_tags, proposals, write_proposals
from linghang.usecases.telemetry import Watch, meanings, open_telemetry, trend

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = ("plc!FURNACE-1/melt_temperature", "plc!FURNACE-1/state", "plc!somewhere/else")
KINDS = (TagKind.NUMBER, TagKind.TEXT, TagKind.NUMBER)


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    folder = new_workspace(tmp_path / "plant", "Works").folder
    rows = {
        "factory": {
            "factory_id": "F",
            "enterprise_id": "E",
            "name": "f",
            "region_code": "150100",
            "time_zone": "UTC",
            "process_type": "discrete",
        },
        "equipment": {
            "equipment_id": "FURNACE-1",
            "work_center_id": "W",
            "name": "Furnace",
            "key": True,
            "status": "in_use",
        },
        "tag": {
            "tag_id": "F/FURNACE-1/melt_temperature",
            "factory_id": "F",
            "equipment_id": "FURNACE-1",
            "name": "Melt temperature",
            "unit": "°C",
            "role": "measurement",
            "source_unit": "K",
            "writable": False,
        },
    }
    with open_workspace(folder).engine().begin() as connection:
        connection.execute(sa.text("pragma foreign_keys = off"))
        for name, row in rows.items():
            connection.execute(TABLES[name].insert(), [row])
    with TelemetryStore.open(folder / "telemetry") as store:
        numbers = store.register(list(NAMES), list(KINDS))
        at = np.arange(3, dtype=np.int64) * 60_000_000 + 1_770_000_000_000_000
        (word,) = store.text_numbers(["running"])
        for number, value in zip(numbers.tolist(), (1000.0, float(word), 5.0), strict=True):
            store.append(Points(np.full(3, number, np.int32), at, np.full(3, value), np.full(3, 192, np.uint8)))
    return folder


def test_names_that_no_tag_speaks_of_are_proposed(plant: Path) -> None:
    found = proposals(plant)
    assert (found.stored, found.mapped) == (3, 0)
    by_name = {one.source: one for one in found.proposals}
    filled = by_name[NAMES[0]]
    assert filled.fills
    assert filled.row["tag_id"] == "F/FURNACE-1/melt_temperature"
    assert by_name[NAMES[1]].row["role"] == "state"
    assert "equipment_id" not in by_name[NAMES[2]].row


def test_what_is_sure_is_taken_and_the_rest_stays_proposed(plant: Path) -> None:
    report = map_tags(plant, proposals(plant).proposals, Confidence.SURE, NOW)
    assert report is not None
    assert not report.refused
    left = proposals(plant)
    assert left.mapped == 2
    assert [one.source for one in left.proposals] == [NAMES[2]]
    assert map_tags(plant, left.proposals, Confidence.SURE, NOW) is None


def test_a_sheet_of_proposals_can_be_changed_and_imported(plant: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "tags.csv"
    write_proposals(proposals(plant).proposals, sheet)
    text = sheet.read_text(encoding="utf-8-sig")
    sheet.write_text(text.replace(",else,", ",Outdoor temperature,"), encoding="utf-8")
    report = import_files(plant, [str(sheet)], now=NOW, table="tag")
    assert not report.refused, [str(one) for one in report.problems]
    assert proposals(plant).proposals == ()


def test_a_sheet_is_a_csv_file(plant: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"ends in \.csv"):
        write_proposals((), tmp_path / "tags.xlsx")


def test_mapped_values_are_read_in_the_unit_of_the_records(plant: Path) -> None:
    map_tags(plant, proposals(plant).proposals, Confidence.SURE, NOW)
    with open_telemetry(plant) as reader:
        rows = {one.name: one for one in Watch(reader, ["melt", "temperature"], meanings(plant)).rows()}
    (row,) = rows.values()
    assert row.title == "FURNACE-1 Melt temperature"
    assert (row.value, row.unit) == (pytest.approx(726.85), "°C")
    course = trend(plant, "FURNACE-1 Melt temperature", None, None, 60)
    assert course["mean"].to_pylist() == [pytest.approx(726.85)] * 3
    assert course.schema.metadata[b"unit"].decode() == "°C"


def test_what_is_not_mapped_is_read_as_it_came(plant: Path) -> None:
    with open_telemetry(plant) as reader:
        rows = {one.name: one for one in Watch(reader, (), meanings(plant)).rows()}
    assert (rows[NAMES[0]].value, rows[NAMES[0]].title) == (1000.0, "")


def test_a_workspace_without_one_factory_is_refused(tmp_path: Path) -> None:
    folder = new_workspace(tmp_path / "plant", "Works").folder
    with pytest.raises(BadInput, match="the records name 0 factories"):
        proposals(folder)
