"""From records to a judged level: `assess` on a small plant, with statements, ledger, floors and bad input."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import sqlalchemy as sa

from example_works import works_at
from linghang.cli.main import run
from linghang.errors import BadInput, ManyProblems
from linghang.evidence.ledger import read
from linghang.plant.tables import TABLES
from linghang.usecases.assessing import STATEMENTS, Assessment, assess, period_of
from linghang.usecases.workspaces import make_workspace
from linghang.words import use

AS_OF = date(2025, 4, 15)
NOW = datetime(2025, 4, 15, 3, 0, tzinfo=UTC)
NATIONAL, NEIMENGGU = "national-2024", "neimenggu-2025"


@pytest.fixture(autouse=True)
def _english() -> None:
    use("en")


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """A workspace that holds the example rows of every table."""
    return works_at(tmp_path / "works")


def change(folder: Path, statement: str) -> None:
    """Change the records as a person with a database tool would."""
    engine = sa.create_engine(f"sqlite:///{folder / 'records.sqlite'}")
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


def finding(found: Assessment, element: str) -> tuple[str, str | None]:
    """What counts of an element, and its proof."""
    claim = found.judged.case.findings.get(element)
    return (claim.finding, claim.proof) if claim else ("unknown", None)


def assessed(folder: Path, pack: str = NATIONAL, **options: Any) -> Assessment:
    return assess(folder, pack=pack, now=options.pop("now", NOW), as_of=options.pop("as_of", AS_OF), **options)


def test_an_empty_workspace_is_unknown_throughout(tmp_path: Path) -> None:
    make_workspace(tmp_path / "empty", None, "Asia/Shanghai", None)
    found = assessed(tmp_path / "empty")
    assert not found.judged.case.findings
    assert found.recorded == 0
    assert {one.state for one in found.indicators} == {"unknown"}
    for floor in found.judged.verdict.floors.values():
        assert (floor.confirmed, floor.possible) == (None, "pioneer")


def test_records_prove_what_they_can_and_nothing_else(plant: Path) -> None:
    found = assessed(plant)
    assert finding(found, "base.above-scale") == ("met", "declared")
    assert finding(found, "basic.management.job-planning")[0] == "met"
    assert finding(found, "excellence.production.fault-diagnosis") == ("unknown", None)
    assert found.judged.verdict.floors["measured"].confirmed is None


def test_an_incident_decides_by_the_severity_of_each_pack(plant: Path) -> None:
    change(plant, "update incident set severity = 'larger', domain = 'safety', at = '2024-05-01 00:00:00.000000'")
    assert finding(assessed(plant), "base.no-major-incident") == ("unmet", "documented")
    assert finding(assessed(plant, NEIMENGGU), "base.no-major-incident") == ("met", "documented")
    change(plant, "update incident set severity = 'major'")
    assert finding(assessed(plant, NEIMENGGU), "base.no-major-incident") == ("unmet", "documented")


def test_statements_fill_what_records_do_not_say_and_lose_against_stronger_proof(plant: Path) -> None:
    (plant / STATEMENTS).write_text(
        "signed_by: 总经理\nfindings:\n  base.organisation: {finding: met, document: {number: 2025-17号文}}\n"
        "  base.talent: {finding: met}\nmaturity: {level: 2, proof: documented, document: {number: CMMM-0042}}\n",
        encoding="utf-8",
    )
    found = assessed(plant)
    assert finding(found, "base.organisation") == ("met", "documented")
    assert finding(found, "base.talent") == ("unmet", "documented")  # the register of people is documented
    assert found.judged.case.facts["maturity_level"].value == Decimal(2)


def test_a_wrong_statement_is_named_with_its_line(plant: Path) -> None:
    (plant / STATEMENTS).write_text("findings:\n  basic.coverage: {finding: met}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=rf"{STATEMENTS}:2"):
        assessed(plant)


def test_equal_proofs_that_disagree_leave_the_element_unknown(plant: Path) -> None:
    stated = "findings:\n  base.talent: {finding: met, document: {number: 花名册}}\n"
    (plant / STATEMENTS).write_text(stated, encoding="utf-8")
    found = assessed(plant)
    assert finding(found, "base.talent") == ("unknown", None)
    assert found.settled["base.talent"].reason == "contradicted"


def test_the_ledger_grows_only_by_what_is_new(plant: Path) -> None:
    first = assessed(plant)
    assert first.recorded == len(list(read(plant / "ledger.jsonl"))) > 0
    assert assessed(plant).recorded == 0
    change(plant, "update enterprise set above_scale = 0")
    again = assessed(plant, now=NOW + timedelta(hours=1))
    assert again.recorded > 0
    assert finding(again, "base.above-scale") == ("unmet", "declared")


def test_going_back_to_what_was_said_before_is_noticed_on_the_same_day(plant: Path) -> None:
    for hour, scale in enumerate((1, 0, 1)):
        change(plant, f"update enterprise set above_scale = {scale}")
        found = assessed(plant, now=NOW + timedelta(hours=hour))
        assert finding(found, "base.above-scale") == ("met" if scale else "unmet", "declared")


def test_an_assessment_may_leave_no_trace(plant: Path) -> None:
    assert assessed(plant, record=False).recorded == 0
    assert not (plant / "ledger.jsonl").exists()


def test_a_changed_byte_of_the_ledger_is_reported_with_its_record(plant: Path) -> None:
    assessed(plant)
    ledger = plant / "ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b'"met"', b'"unmet"') if b'"met"' in lines[2] else lines[2].replace(b"plant", b"plent")
    ledger.write_bytes(b"".join(lines))
    with pytest.raises(BadInput, match="record 3 of the ledger"):
        assessed(plant)


def test_old_records_do_not_prove_today(plant: Path) -> None:
    assert finding(assessed(plant), "basic.management.job-planning") == ("met", "measured")
    later = assessed(plant, as_of=date(2026, 4, 15), record=False)
    assert finding(later, "basic.management.job-planning") == ("met", "documented")  # the register of software stands
    assert finding(later, "basic.production.realtime-monitoring") == ("unknown", None)


def test_a_reviewers_interpretation_changes_the_verdict(plant: Path) -> None:
    assert finding(assessed(plant), "base.talent")[0] == "unmet"
    eased = assessed(plant, interpretation={"talent_minimum": Decimal(1)}, record=False)
    assert finding(eased, "base.talent")[0] == "met"


def test_the_json_has_the_judges_document_with_indicators_and_elements(
    plant: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["assess", str(plant), "--as-of", "2025-04-15", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found["floors"]) == {"declared", "documented", "measured"}
    assert [one["number"] for one in found["indicators"]] == list(range(1, 21))
    assert {"id", "value", "unit", "baseline", "change", "confidence", "lineage"} <= set(found["indicators"][0])
    elements = {one["id"]: one for one in found["elements"]}
    one = elements["base.above-scale"]
    assert (one["clause"], one["finding"], one["proof"]) == ("N24 一.1", "met", "declared")
    assert one["observations"][0]["source"]["id"] == "enterprise.above_scale"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_terminal_shows_ladder_links_indicators_and_what_to_supply(
    plant: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    assert run(["assess", str(plant), "--as-of", "2025-04-15", "--lang", language]) == 0
    said = capsys.readouterr().out
    for title in {"zh": ("等级判定", "五大环节"), "en": ("The ladder", "The five links", "What to supply next")}[
        language
    ]:
        assert title in said


def test_what_is_no_workspace_or_period_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["assess", str(tmp_path), "--lang", "en"]) == 2
    assert "is no workspace" in capsys.readouterr().err
    make_workspace(tmp_path / "w", None, "Asia/Shanghai", None)
    with pytest.raises(BadInput, match="is no period"):
        period_of("2024", tmp_path / "w")


def test_a_new_workspace_says_what_comes_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", str(tmp_path / "w"), "--lang", "en"]) == 0
    assert "linghang template" in capsys.readouterr().out
    assert run(["new", str(tmp_path / "w"), "--lang", "en"]) == 2
    assert "is not an empty folder" in capsys.readouterr().err


def test_records_in_postgresql_are_assessed_alike(plant: Path, tmp_path: Path) -> None:
    server = os.environ.get("LINGHANG_TEST_POSTGRESQL")
    if not server:
        pytest.skip("LINGHANG_TEST_POSTGRESQL names no server; make services starts one")
    admin = sa.create_engine(
        sa.make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    name = f"assess_{os.getpid()}"
    with admin.connect() as connection:
        connection.execute(sa.text(f"drop database if exists {name}"))
        connection.execute(sa.text(f"create database {name}"))
    try:
        other = tmp_path / "pg"
        url = sa.make_url(server).set(database=name).render_as_string(hide_password=False)
        engine = make_workspace(other, "北疆铝轮毂", "Asia/Shanghai", url).engine()
        with engine.begin() as connection:
            for table in TABLES.values():
                connection.execute(table.insert(), list(table.info["examples"]))
        engine.dispose()
        mine, theirs = assessed(plant, record=False).to_dict(), assessed(other, record=False).to_dict()
        assert mine == theirs
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(f"drop database if exists {name} with (force)"))


def test_assess_starts_without_the_import_libraries(plant: Path) -> None:
    script = """
        import sys
        from linghang.usecases import assessing
        print('openpyxl' in sys.modules, 'xlsxwriter' in sys.modules)
    """
    said = subprocess.run([sys.executable, "-c", dedent(script)], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", "False"]


def test_many_wrong_statements_are_listed_at_once(plant: Path) -> None:
    (plant / STATEMENTS).write_text("findings:\n  a: {finding: met}\n  b: {finding: met}\n", encoding="utf-8")
    with pytest.raises(ManyProblems) as refused:
        assessed(plant)
    assert len(refused.value.problems) == 2
