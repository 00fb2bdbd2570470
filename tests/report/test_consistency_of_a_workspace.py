"""`linghang check` over a workspace: what it reads, what it says, what is accepted, and what it leaves alone."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from linghang.cli.main import run
from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.report.consistency.catalogue import CATALOGUE
from linghang.store.workspace import Workspace, new_workspace
from linghang.usecases.consistency import check_consistency
from linghang.usecases.consistency_sums import measured, spans, sums
from linghang.usecases.consistency_waivers import WAIVERS, accept, take_back, waivers_of

NOW = datetime(2026, 4, 15, 3, tzinfo=UTC)
DAY = date(2026, 4, 15)


@pytest.fixture
def plant(tmp_path: Path) -> Workspace:
    """A workspace that holds the example rows of every table, and two contradictions."""
    workspace = new_workspace(tmp_path / "works", "铝合金轮毂一厂")
    with workspace.engine().begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
        software, link = TABLES["software"], TABLES["system_link"]
        connection.execute(
            software.update().where(software.c.software_id == "ERP-01").values(go_live_on=date(2021, 1, 1))
        )
        connection.execute(link.update().values(go_live_on=date(2020, 3, 1)))
    return workspace


def check(plant: Workspace, **more: Any) -> Any:
    return check_consistency(plant.folder, pack="national-2024", now=NOW, as_of=DAY, **more)


def arguments(plant: Workspace, *more: str) -> list[str]:
    return ["check", str(plant.folder), "--pack", "national-2024", "--as-of", DAY.isoformat(), "--lang", "en", *more]


def test_a_contradiction_in_the_records_is_found_with_both_places(plant: Workspace) -> None:
    found = check(plant, only=["C203"])
    (remark,) = found.remarks
    assert remark.spot.where == "system_link/IF-ERP-MES-01.go_live_on"
    assert [one.where for one in remark.others] == ["software/ERP-01.go_live_on"]
    assert "2020-03-01" in remark.message.zh
    assert "2021-01-01" in remark.message.en


def test_every_check_has_an_outcome_and_they_add_up(plant: Workspace) -> None:
    found = check(plant, level="advanced")
    counts = found.counts
    assert counts["passed"] + counts["failed"] + counts["not_checkable"] == len(CATALOGUE)
    assert counts["failed"] == len({one.check.code for one in found.remarks})
    json.dumps(found.to_dict())


def test_what_was_measured_is_kept_as_it_was(plant: Workspace) -> None:
    first = measured(plant)
    assert measured(plant) == first
    zone = ZoneInfo(plant.time_zone)
    assert first == (spans(plant.engine(), zone), sums(plant.engine(), zone))


def test_what_is_written_later_is_measured_anew(plant: Workspace) -> None:
    before = measured(plant)[0]["work_hours.day"]
    with plant.engine().begin() as connection:
        connection.execute(TABLES["work_hours"].update().values(day=date(2026, 4, 1)))
    assert measured(plant)[0]["work_hours.day"] != before


def test_a_level_that_the_pack_does_not_have_is_refused(plant: Workspace) -> None:
    with pytest.raises(BadInput, match="advanced"):
        check(plant, level="superb")


def test_a_group_that_there_is_not_is_refused(plant: Workspace) -> None:
    with pytest.raises(BadInput, match="no check begins with"):
        check(plant, only=["X1"])


def test_looking_writes_nothing_but_what_is_kept(plant: Workspace) -> None:
    before = {one.name for one in plant.folder.iterdir()}
    check(plant)
    assert {one.name for one in plant.folder.iterdir()} - before <= {"cache"}


def test_an_accepted_remark_is_shown_apart_and_can_be_taken_back(plant: Workspace) -> None:
    found = check(plant, only=["C203"])
    accept(plant.folder, found.everything, "C203:system_link/IF-ERP-MES-01.go_live_on", "迁移后重建的接口", NOW)
    again = check(plant, only=["C203"])
    assert again.remarks == ()
    ((_, waiver),) = again.accepted_remarks
    assert waiver.reason == "迁移后重建的接口"
    assert again.counts["accepted"] == 1
    take_back(plant.folder, "C203")
    assert len(check(plant, only=["C203"]).remarks) == 1


def test_an_accepted_remark_comes_back_when_its_figures_change(plant: Workspace) -> None:
    accept(plant.folder, check(plant, only=["C203"]).everything, "C203", "为旧接口", NOW)
    with plant.engine().begin() as connection:
        connection.execute(TABLES["system_link"].update().values(go_live_on=date(2019, 1, 1)))
    assert [one.check.code for one in check(plant, only=["C203"]).remarks][:1] == ["C203"]


@pytest.mark.parametrize(("named", "reason"), [("C203", " "), ("C101", "x"), ("C203:nowhere", "x")])
def test_nothing_is_accepted_without_a_remark_and_a_reason(plant: Workspace, named: str, reason: str) -> None:
    with pytest.raises(BadInput):
        accept(plant.folder, check(plant, only=["C203"]).everything, named, reason, NOW)
    assert not (plant.folder / WAIVERS).exists()


def test_what_was_not_accepted_cannot_be_taken_back(plant: Workspace) -> None:
    with pytest.raises(BadInput, match="C203"):
        take_back(plant.folder, "C203")


def test_a_damaged_file_of_accepted_remarks_is_refused(plant: Workspace) -> None:
    (plant.folder / WAIVERS).write_text("[{]", encoding="utf-8")
    with pytest.raises(BadInput, match="damaged"):
        waivers_of(plant.folder)


def test_a_draft_is_held_against_the_records(plant: Workspace, tmp_path: Path) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text("申报单位：霍林郭勒市北疆铝轮毂有限公司\n统一社会信用代码：91150121MA0QCLC0XX\n", encoding="utf-8")
    found = check(plant, draft=draft, only=["C9"])
    (remark,) = found.remarks
    assert remark.check.code == "C901"
    assert remark.spot.quote == "91150121MA0QCLC0XX"


def test_the_level_is_that_of_the_draft_where_nobody_names_another(plant: Workspace, tmp_path: Path) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text("本项目申报先进级智能工厂。\n", encoding="utf-8")
    assert check(plant, draft=draft, only=["C7"]).level == "advanced"
    assert check(plant, draft=draft, only=["C7"], level="basic").level == "basic"
    assert check(plant, only=["C7"]).level is None


# --- the command ---


def test_the_command_shows_what_does_not_fit_and_leaves_with_zero(
    plant: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments(plant, "--only", "C203")) == 0
    shown = capsys.readouterr().out
    assert "C203" in shown
    assert "1 checks: 0 passed, 1 failed" in " ".join(shown.split())


def test_strict_leaves_with_one_where_an_error_stands(plant: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments(plant, "--only", "C203", "--strict")) == 1
    assert run(arguments(plant, "--only", "C109", "--strict")) == 0
    capsys.readouterr()


def test_the_command_gives_json(plant: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments(plant, "--json")) == 0
    document = json.loads(capsys.readouterr().out)
    assert {"remarks", "accepted", "not_checkable", "passed", "counts"} <= set(document)
    assert any(one["code"] == "C203" for one in document["remarks"])


def test_the_catalogue_is_listed_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    for language, word in (("zh", "接口不早于两端系统上线"), ("en", "a link is not live before its systems")):
        assert run(["checks", "list", "--lang", language]) == 0
        assert word in " ".join(capsys.readouterr().out.split())
    assert run(["checks", "list", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(CATALOGUE)


def test_accepting_from_the_command_line(plant: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    given = [str(plant.folder), "C203", "--reason", "重建", "--pack", "national-2024", "--as-of", DAY.isoformat()]
    assert run(["checks", "accept", *given, "--lang", "en"]) == 0
    assert "is accepted" in " ".join(capsys.readouterr().out.split())
    assert run(["checks", "take-back", str(plant.folder), "C203", "--lang", "en"]) == 0
    assert "no longer accepted" in " ".join(capsys.readouterr().out.split())
