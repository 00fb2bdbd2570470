"""A report says what records, evidence and statements give, each with its source, and marks what is missing."""

from decimal import Decimal
from pathlib import Path

import pytest
from reported_plants import AS_OF, NOW, asked, make_plant

from linghang.errors import BadInput
from linghang.report.content import KINDS, Dossier, Entry
from linghang.report.placeholders import placeholders
from linghang.usecases.kept import assessed_document
from linghang.usecases.reporting import Output, gather, write_report
from linghang.usecases.statements import STATEMENTS
from linghang.words import Text


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes: what is assessed once is kept."""
    return make_plant(tmp_path_factory.mktemp("reported"))


def entries(dossier: Dossier) -> list[Entry]:
    rows = [*dossier.unit, *dossier.factory, *dossier.signatures, *(row for one in dossier.scenes for row in one.rows)]
    more = [dossier.factory_summary, dossier.products, dossier.scenes_overview, dossier.plan_goal, *dossier.features]
    sides = [side for one in dossier.effects for side in (one.before, one.after, one.change)]
    return [*(row.entry for row in rows), *more, *sides, *(one.cost_cny for one in dossier.plan)]


def row(dossier: Dossier, key: str) -> Entry:
    return next(one.entry for one in (*dossier.unit, *dossier.factory) if one.key == key)


@pytest.mark.parametrize("stated", [None, "features: []"])
def test_nothing_is_said_without_a_source_and_nothing_is_missing_without_a_wish(
    tmp_path: Path, stated: str | None
) -> None:
    found = gather(make_plant(tmp_path, stated), asked(), NOW)
    for entry in entries(found):
        assert entry.source
        assert entry.missing == (entry.text is None)
        if entry.missing:
            assert entry.wanted is not None
            assert entry.wanted.zh != entry.wanted.en
    assert row(found, "total_investment").missing
    assert row(found, "name").text == "霍林郭勒市北疆铝轮毂有限公司"
    assert row(found, "revenue").missing  # one month of accounts is no year
    assert found.plan[0].cost_cny.missing


def test_what_is_stated_takes_the_places_of_placeholders(plant: Path, tmp_path: Path) -> None:
    folder = make_plant(tmp_path, None)
    before = len(placeholders(gather(folder, asked(), NOW)))
    made = gather(plant, asked(), NOW)
    assert len(placeholders(made)) < before
    assert row(made, "total_investment").text == Text("3,600 万元", "CNY 36 million")
    assert row(made, "integrators").text == "甲、乙"
    assert made.total_investment_cny == Decimal(36000000)


def test_a_stated_scene_joins_the_one_of_the_register(plant: Path) -> None:
    (scene,) = gather(plant, asked(), NOW).scenes
    said = {one.key: one.entry for one in scene.rows}
    assert (scene.number, scene.finding, scene.proof) == (26, "met", "declared")
    assert said["problem"].text == Text("气孔", "pores")
    assert "application.yaml scenes[1]" in said["problem"].source
    assert "MES-01" in str(said["software"].text)
    assert said["since"].text == Text("2024年6月1日", "1 June 2024")


def test_a_scene_that_no_record_knows_is_unknown(tmp_path: Path) -> None:
    found = gather(make_plant(tmp_path, "scenes: [{number: 9, instance: 排产}, {number: 26}]"), asked(), NOW)
    assert {one.number: one.finding for one in found.scenes} == {9: "unknown", 26: "met"}


def test_effects_that_are_stated_say_which_way_is_better(plant: Path) -> None:
    effect = gather(plant, asked(), NOW).effects[-1]
    assert effect.change.text == Text("改善 75%", "better by 75%")
    assert (effect.before_period, effect.after_period) == ("2023-01-01 – 2023-12-31", "2024-01-01 – 2024-12-31")


def test_clauses_count_at_a_floor_only_what_is_proved_there(tmp_path: Path) -> None:
    folder = make_plant(tmp_path)
    (folder / STATEMENTS).write_text("findings: {base.organisation: {finding: met, proof: declared}}", "utf-8")
    found = gather(folder, asked(), NOW)
    clause = next(one for one in found.clauses if one.id == "base.organisation")
    assert clause.counts == {"declared": "met", "documented": "unknown", "measured": "unknown"}
    assert clause.needed
    assert {one.level.en for one in found.clauses} == {"every level", "advanced"}
    assert len(found.indicators) == 20


def test_the_level_is_the_lowest_that_is_not_confirmed(plant: Path) -> None:
    assert gather(plant, asked(level=None), NOW).level == "basic"


@pytest.mark.parametrize("pack", ["national-2024", "neimenggu-2025"])
@pytest.mark.parametrize("kind", [one for one in KINDS if one != "gap"])
def test_every_kind_is_gathered_for_every_pack(plant: Path, kind: str, pack: str) -> None:
    found = gather(plant, asked(kind, pack=pack), NOW)
    assert found.kind == kind
    assert found.sentences
    assert (found.review is None) == (kind != "annual-review")


@pytest.mark.slow
def test_a_gap_report_names_what_blocks_and_the_cheapest_way(plant: Path) -> None:
    gap = gather(plant, asked("gap"), NOW).gap
    assert gap is not None
    assert "maturity" in {one.id for one in gap.blocking}
    assert all(one.wanted for one in gap.blocking)
    total = sum((one.cost or Decimal(0) for one in gap.way), Decimal(0))
    assert gap.way
    assert total > 0
    assert all(one.start and one.end and AS_OF <= one.start <= one.end for one in gap.way)


def test_without_a_planner_the_gap_report_says_so(plant: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BadInput("planning needs OR-Tools; install linghang[planning]")

    monkeypatch.setattr("linghang.usecases.planning.plan_way_up", refuse)
    gap = gather(plant, asked("gap", level="pioneer"), NOW).gap
    assert gap is not None
    assert gap.blocking
    assert gap.way == []
    assert gap.way_cost.missing
    assert "OR-Tools" in str(gap.way_cost.wanted)


def test_an_annual_review_compares_two_days(tmp_path: Path) -> None:
    folder = make_plant(tmp_path)
    text = "signed_on: 2025-01-01\nfindings: {base.organisation: {finding: met, proof: declared}}"
    (folder / STATEMENTS).write_text(text, "utf-8")
    review = gather(folder, asked("annual-review"), NOW).review
    assert review is not None
    assert review.since.isoformat() == "2024-10-01"  # the pack was not in force before
    assert "base.organisation" in {one.id for one in review.better}


def test_a_report_is_written_whole_or_not_at_all(plant: Path, tmp_path: Path) -> None:
    folder, path = plant, tmp_path / "out.xlsx"
    written = write_report(folder, asked(), Output("xlsx", "en", path), NOW)
    assert path.read_bytes().startswith(b"PK")
    assert written.missing
    old = path.read_bytes()
    with pytest.raises(BadInput, match=r"cannot be written"):
        write_report(folder, asked(), Output("xlsx", "en", tmp_path / "nowhere" / "out.xlsx"), NOW)
    with pytest.raises(BadInput, match="a template is for DOCX"):
        write_report(folder, asked(), Output("xlsx", "en", path, tmp_path / "t.docx"), NOW)
    assert path.read_bytes() == old
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".out")] == []


def test_a_full_disk_leaves_the_old_file(plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.xlsx"
    path.write_text("old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("linghang.store.whole_file.os.fsync", full)
    with pytest.raises(BadInput, match="the disk is full"):
        write_report(plant, asked(), Output("xlsx", "en", path), NOW)
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["out.xlsx"]


def test_without_a_place_it_lies_in_the_folder_of_reports(plant: Path) -> None:
    written = write_report(plant, asked(), Output("xlsx", "zh"), NOW)
    assert written.path == plant / "reports" / "application-advanced-2025-04-15-zh.xlsx"


@pytest.mark.parametrize("name", ["a" * 250 + ".xlsx", "报" * 83 + ".xlsx"])
def test_a_file_may_have_the_longest_name_that_the_disk_takes(plant: Path, tmp_path: Path, name: str) -> None:
    written = write_report(plant, asked(), Output("xlsx", "zh", tmp_path / name), NOW)
    assert [one.name for one in tmp_path.iterdir()] == [written.path.name]


@pytest.mark.parametrize("pack", ["national-2024", "neimenggu-2025"])
def test_every_figure_is_the_one_of_the_assessment(plant: Path, pack: str) -> None:
    assessed = assessed_document(plant, pack=pack, now=NOW, as_of=AS_OF)
    elements = {one["id"]: one for one in assessed["elements"]}
    indicators = {one["id"]: one for one in assessed["indicators"]}
    for level in assessed["floors"]["documented"]["levels"]:
        made = gather(plant, asked("self-assessment", level, pack=pack), NOW)
        for clause in made.clauses:
            assert clause.proof == elements[clause.id]["proof"]
            derived = clause.part in ("maturity", "coverage", "scenario_count")
            assert clause.finding == (clause.counts["declared"] if derived else elements[clause.id]["finding"])
        for one in made.indicators:
            found = indicators[one.id]
            change = (found["change"] or {}).get("absolute")
            assert (one.value, one.change) == (found["value"], change)
        for floor, judged in assessed["floors"].items():
            assert (made.ladder.confirmed[floor], made.ladder.possible[floor]) == (
                judged["confirmed"],
                judged["possible"],
            )
