"""Exports as a user asks for them: whole files, tables of enterprises against the reference evaluator, a real plant."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid5

import pyarrow as pa
import pytest
from enterprises import DAY, NATIONAL, NEIMENGGU, program, random_enterprises, table_of, write
from hypothesis import given, settings
from hypothesis import strategies as st
from trestle.core import validator_factory
from trestle.oscal.assessment_results import AssessmentResults

from example_works import works_at
from linghang.errors import BadInput
from linghang.judge.findings import FLOORS
from linghang.report import oscal_table
from linghang.report.oscal import ROOT
from linghang.report.oscal_reading import findings_of, one_of
from linghang.report.oscal_table import Columns, TableResults
from linghang.usecases.assessing import assess
from linghang.usecases.interchange import export_catalog, export_library, export_profile, export_results, export_table
from linghang.usecases.judging import judge_case

Json = dict[str, Any]


def read(path: Path) -> Json:
    return cast(Json, json.loads(path.read_bytes()))


def accept(document: Json) -> None:
    model = AssessmentResults.model_validate(document["assessment-results"])
    for validator in validator_factory.validator_factory.get_all():
        assert validator.model_is_valid(model, True), validator.error_msg()


# --- tables ---


@pytest.fixture(params=[NATIONAL, NEIMENGGU])
def pack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def exported(pack: str, table: pa.Table, folder: Path, **options: Any) -> list[Json]:
    source = write(folder / "table.parquet", table)
    export_table(source, folder / "out.jsonl", pack=pack, as_of=DAY, columns=Columns(), **options)
    return [json.loads(line) for line in (folder / "out.jsonl").read_bytes().splitlines()]


def test_every_row_says_what_the_reference_evaluator_finds_at_every_floor(pack: str, tmp_path: Path) -> None:
    firms = random_enterprises(pack, 15, seed=11)
    documents = exported(pack, table_of(pack, firms, proofs=True, seed=3), tmp_path)
    assert len(documents) == len(firms)
    for number, (firm, document) in enumerate(zip(firms, documents, strict=True)):
        case = tmp_path / f"{number}.yaml"
        case.write_text(json.dumps(firm.case()), encoding="utf-8")
        alone = tmp_path / f"{number}.json"
        export_results(case, alone, now=datetime(2026, 6, 30, tzinfo=UTC), pack=pack, as_of=DAY)
        assert findings_of(document) == findings_of(read(alone)), number
        for one, other in zip(document["assessment-results"]["results"], _results(read(alone)), strict=True):
            for name in ("floor", "confirmed-level", "possible-level"):
                assert one_of(one["props"], name) == one_of(other["props"], name)


def _results(document: Json) -> list[Json]:
    return cast(list[Json], document["assessment-results"]["results"])


def test_trestle_accepts_documents_of_a_table(pack: str, tmp_path: Path) -> None:
    for document in exported(pack, table_of(pack, random_enterprises(pack, 6, seed=5), proofs=True), tmp_path):
        accept(document)


def test_known_findings_rest_on_an_observation_by_the_weakest_proof(tmp_path: Path) -> None:
    element = "base.finance-sound"
    proofs = ["measured", "documented", "declared", None]
    table = pa.table({element: pa.array([1, 0, 1, 1], pa.int8()), f"proof:{element}": proofs})
    methods = []
    for document in exported(NATIONAL, table, tmp_path, floors=["declared"]):
        (result,) = _results(document)
        (one,) = result["observations"]
        methods += one["methods"]
    assert methods == ["TEST", "EXAMINE", "INTERVIEW", "INTERVIEW"]


def test_without_proofs_there_is_one_floor_and_with_proofs_three(tmp_path: Path) -> None:
    firms = random_enterprises(NATIONAL, 2, seed=1)
    (first, _) = exported(NATIONAL, table_of(NATIONAL, firms), tmp_path)
    assert [one_of(one["props"], "floor") for one in _results(first)] == ["declared"]
    (first, _) = exported(NATIONAL, table_of(NATIONAL, firms, proofs=True), tmp_path)
    assert [one_of(one["props"], "floor") for one in _results(first)] == ["measured", "documented", "declared"]


@pytest.fixture(scope="module")
def results() -> TableResults:
    return TableResults(program(NATIONAL), ("declared",), Columns("id", "name"))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
hostile = st.sampled_from(
    ['"', "\\", "\\u0000", '"\\u0000"', "\x00", "\n", "\u2028", "</script>", "𝔘", "%s", "@@", " "]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(texts | hostile, st.none() | texts | hostile), min_size=1, max_size=4))
def test_any_text_gives_valid_json_and_valid_oscal(results: TableResults, named: list[tuple[str, str | None]]) -> None:
    ids, names = (pa.array(column, pa.string()) for column in zip(*named, strict=True))
    batch = pa.record_batch([ids, names], ["id", "name"])
    lines = list(results.lines(batch))
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in lines)
    documents = [json.loads(line) for line in lines]
    for (one, name), document in zip(named, documents, strict=True):
        (party,) = document["assessment-results"]["metadata"]["parties"]
        who = " ".join(one.split()) or "-"
        assert one_of(party["props"], "subject-id") == who
        assert party["name"] == (who if name is None else " ".join(name.split()) or "-")
    accept(documents[0])


def test_uuids_are_of_version_5_by_content(results: TableResults) -> None:
    batch = pa.record_batch([pa.array(["A", "B", "A"]), pa.array(["a", "b", "a"])], ["id", "name"])
    first, second, again = (json.loads(line)["assessment-results"] for line in results.lines(batch))
    assert first == again
    assert first["uuid"] != second["uuid"]
    (result,) = first["results"]
    key = results.elements[0].key
    assert result["findings"][0]["uuid"] == str(uuid5(UUID(first["uuid"]), f"finding\ndeclared\n{key}"))
    assert first["metadata"]["parties"][0]["uuid"] == str(uuid5(ROOT, "party\nA"))


def test_what_is_judged_differently_has_another_uuid(tmp_path: Path) -> None:
    table = pa.table({"base.finance-sound": pa.array([1, 0, None], pa.int8())})
    uuids = {one["assessment-results"]["uuid"] for one in exported(NATIONAL, table, tmp_path)}
    assert len(uuids) == 3


def test_batches_of_any_size_give_the_same_lines(results: TableResults, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oscal_table, "ROWS", 100)
    table = pa.table({"id": [f"E{n}" for n in range(250)], "name": [None] * 250, "base.talent": [True, None] * 125})
    (whole,) = table.combine_chunks().to_batches()

    def in_parts() -> Iterator[bytes]:
        for start in range(0, 250, 70):
            yield from results.lines(whole.slice(start, 70), "", start + 1)

    assert list(results.lines(whole)) == list(in_parts())


def test_compressed_where_the_name_says_so(tmp_path: Path) -> None:
    source = write(tmp_path / "t.parquet", pa.table({"base.talent": [True, False, None]}))
    for name in ("out.jsonl", "out.jsonl.gz", "out.jsonl.zst"):
        found = export_table(source, tmp_path / name, pack=NATIONAL, as_of=DAY, columns=Columns())
        assert found.rows == 3
    plain = (tmp_path / "out.jsonl").read_bytes()
    assert gzip.decompress((tmp_path / "out.jsonl.gz").read_bytes()) == plain
    with pa.input_stream(str(tmp_path / "out.jsonl.zst"), "zstd") as stream:
        assert stream.read() == plain


def test_a_table_that_cannot_be_judged_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("before")
    source = write(tmp_path / "t.parquet", pa.table({"base.talent": pa.array([1, 7], pa.int8())}))
    with pytest.raises(BadInput, match="row 2"):
        export_table(source, target, pack=NATIONAL, as_of=DAY, columns=Columns())
    assert target.read_text() == "before"
    assert {one.name for one in tmp_path.iterdir()} == {"out.jsonl", "t.parquet"}


def test_another_floor_is_another_document(tmp_path: Path) -> None:
    table = pa.table({"base.talent": [None]}, pa.schema([("base.talent", pa.int8())]))
    uuids = [exported(NATIONAL, table, tmp_path, floors=[floor])[0]["assessment-results"]["uuid"] for floor in FLOORS]
    assert len(set(uuids)) == 3


def test_columns_that_are_not_there_are_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "t.parquet", pa.table({"ident": ["A"], "base.talent": [True]}))
    with pytest.raises(BadInput, match="did you mean ident"):
        export_table(source, tmp_path / "o.jsonl", pack=NATIONAL, as_of=DAY, columns=Columns("iden"))


def test_the_table_itself_is_not_overwritten(tmp_path: Path) -> None:
    source = write(tmp_path / "t.parquet", pa.table({"base.talent": [True]}))
    with pytest.raises(BadInput, match="is the table that is judged"):
        export_table(source, source, pack=NATIONAL, as_of=DAY, columns=Columns())


# --- a plant, a case, packs ---


@pytest.mark.slow
def test_a_plant_keeps_its_evidence_and_nothing_is_recorded(tmp_path: Path) -> None:
    folder = works_at(tmp_path / "works")
    now, day = datetime(2025, 4, 15, 3, tzinfo=UTC), date(2025, 4, 15)
    before = sorted(path.name for path in folder.rglob("*"))
    export_results(folder, tmp_path / "r.json", now=now, as_of=day)
    assert sorted(path.name for path in folder.rglob("*")) == before
    document = read(tmp_path / "r.json")
    accept(document)
    found = assess(folder, pack=NATIONAL, now=now, as_of=day, record=False)
    read_back = findings_of(document)
    for floor in FLOORS:
        for one in found.judged.verdict.floors[floor].elements:
            assert read_back[floor][one.asked.key] == one.finding
    digests = {one.digest for settled in found.settled.values() for one in settled.observations}
    written = {one_of(one["props"], "digest") for one in _results(document)[-1]["observations"]}
    assert written
    assert written <= digests


def test_a_case_is_named_by_its_file(tmp_path: Path) -> None:
    case = tmp_path / "轮毂厂.yaml"
    case.write_text(
        "pack: national-2024\nas_of: 2026-06-30\nfindings: {base.talent: {finding: met}}\n", encoding="utf-8"
    )
    assessed = export_results(case, tmp_path / "r.json", now=datetime(2026, 1, 1, tzinfo=UTC))
    assert assessed.subject == "轮毂厂"
    assert assessed.verdict.program.as_of == DAY
    assert judge_case(case, today=DAY).verdict.to_dict() == assessed.verdict.to_dict()


def test_a_profile_of_ones_own_overlay_finds_the_base_beside_it(tmp_path: Path) -> None:
    overlay = tmp_path / "mine.yaml"
    overlay.write_text(
        "format: linghang-pack/1\nid: mine\nbase: national-2024\nshort: M1\ntitle: {zh: 我的, en: mine}\n"
        "document: {number: 一号}\nvalid: {from: 2025-01-01, to: null}\nstatus: partial\nchanges:\n"
        "  - remove: base.talent\n    basis: {zh: 无此要求, en: not asked}\n",
        encoding="utf-8",
    )
    files = export_profile(str(overlay), tmp_path / "out")
    assert [one.name for one in files] == ["base-catalog.json", "profile.json"]
    (import_,) = read(files[-1])["profile"]["imports"]
    assert import_["exclude-controls"] == [{"with-ids": ["base.talent"]}]


def test_a_base_is_no_profile(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="has no base"):
        export_profile(NATIONAL, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("export", [export_catalog, export_library])
def test_a_file_that_cannot_be_written_is_refused(export: Any, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        export(NATIONAL, tmp_path / "no" / "such" / "folder.json")
