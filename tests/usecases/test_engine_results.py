"""Results as faces show them: pages of tables, files that can be read again, forms of settings, data that is there."""

import io
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from linghang.engines.discovery import engine, installed
from linghang.errors import BadInput
from linghang.store import results
from linghang.usecases.engine_readiness import checked_settings, form_of, needs_of
from linghang.usecases.engine_results import (
    all_rows_of,
    column_title,
    document_of,
    file_of,
    rows_of,
    runs_of,
    shown_columns,
)
from linghang.words import use
from planned_works import ENGINE, planned_works


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return planned_works(tmp_path_factory.mktemp("results") / "works")


def test_the_newest_run_is_taken_where_none_is_named(works: Path) -> None:
    run, document = document_of(works, ENGINE)
    assert [one.name for one in runs_of(works, ENGINE)] == [run]
    assert runs_of(works, ENGINE)[0].at is not None
    assert document["engine"] == ENGINE
    assert runs_of(works, "equipment.monitoring") == []
    for wrong in ("../..", "20200101T000000Z-00000000"):
        with pytest.raises(BadInput):
            document_of(works, ENGINE, wrong)


def test_pages_and_order_of_a_table(works: Path) -> None:
    first = rows_of(works, ENGINE, "", "schedule", limit=3, order="start")
    rest = rows_of(works, ENGINE, "", "schedule", offset=3, limit=100, order="start")
    starts = [row["start"] for row in (*first.rows, *rest.rows)]
    assert (len(first.rows), first.total, starts) == (3, 8, sorted(starts))
    last = rows_of(works, ENGINE, "", "schedule", limit=1, order="-start").rows[0]["start"]
    assert last == max(starts)
    assert first.columns["start"] == "when"
    assert first.columns["quantity"] == "number"
    for table, order in (("no_such", ""), ("schedule", "no_such")):
        with pytest.raises(BadInput):
            rows_of(works, ENGINE, "", table, order=order)


def test_every_kind_of_file_holds_the_whole_table(works: Path) -> None:
    rows = all_rows_of(works, ENGINE, "", "schedule")
    names = list(rows[0])
    parquet = pq.read_table(io.BytesIO(file_of(works, ENGINE, "", "schedule", "parquet")))
    assert parquet.to_pylist() == rows
    csv = file_of(works, ENGINE, "", "schedule", "csv")
    assert csv.startswith(b"\xef\xbb\xbf")
    read = pa_csv.read_csv(io.BytesIO(csv.removeprefix(b"\xef\xbb\xbf")))
    assert (read.column_names, read["lot"].to_pylist()) == (names, [row["lot"] for row in rows])
    sheet = openpyxl.load_workbook(io.BytesIO(file_of(works, ENGINE, "", "schedule", "xlsx"))).active
    assert sheet is not None
    written = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert written[0] == names
    assert [row[names.index("quantity")] for row in written[1:]] == [row["quantity"] for row in rows]


def test_what_looks_like_a_formula_stays_text_in_a_workbook(works: Path) -> None:
    document = {"tables": {"t": {"title": {}, "rows": 1, "columns": {}}}}
    table = pa.table({"a": ["=1+1"], "b": [["x", "y"]], "c": pa.array([None], pa.float64())})
    results.save(works, "some.engine", "20260101T000000Z-1", document, {"t": table})
    sheet = openpyxl.load_workbook(io.BytesIO(file_of(works, "some.engine", "", "t", "xlsx"))).active
    assert sheet is not None
    assert [(cell.value, cell.data_type) for cell in sheet[2]] == [("=1+1", "s"), ("x; y", "s"), (None, "n")]
    assert b"x; y" in file_of(works, "some.engine", "", "t", "csv")


def test_of_columns_in_both_languages_one_is_shown() -> None:
    table = pa.table({"why_zh": ["因"], "why_en": ["why"], "name": ["a"], "empty": pa.nulls(1)})
    use("en")
    assert shown_columns(table) == ["why_en", "name"]
    use("zh")
    assert shown_columns(table) == ["why_zh", "name"]


def test_a_title_says_its_unit_once() -> None:
    use("en")
    assert column_title("energy_kwh", {"zh": "电", "en": "Energy"}) == "Energy (kWh)"
    assert column_title("load_percent", {"zh": "负荷 %", "en": "Load %"}) == "Load %"
    assert column_title("energy_kwh", None) == "energy_kwh"


# --- before a run ---


@pytest.mark.parametrize("id", sorted(installed()))
def test_every_engine_has_a_form_that_gives_its_defaults_back(id: str) -> None:
    fields = form_of(id)
    assert fields
    assert checked_settings(id, {one.name: one.default for one in fields}) == {}
    assert [one.name for one in fields if not str(one.help)] == [], "a setting without a word on what it means"
    use("zh")
    assert [one.name for one in fields if str(one.title).isascii()] == [], "a setting without a Chinese title"


def test_all_wrong_fields_are_told_at_once_each_by_its_name() -> None:
    wrong = checked_settings(ENGINE, {"effort": "much", "promises": "-1", "lot_hours": "4"})
    assert set(wrong) == {"effort", "promises"}
    together = checked_settings(ENGINE, {"objectives": "makespan", "weights": "1,2"})
    assert together
    assert all(isinstance(one, BadInput) for one in together.values())


def test_what_an_engine_lacks_is_known_before_it_runs(works: Path) -> None:
    card = engine("equipment.monitoring").CARD
    needs = {one.name: one for one in needs_of(works, [card])[card.id]}
    assert needs["equipment"].rows > 0
    assert needs["equipment"].required == ("equipment" in card.needs)
    assert needs["telemetry"].rows == 0
    assert str(needs["telemetry"].title)
