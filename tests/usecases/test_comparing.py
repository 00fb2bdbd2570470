"""From comparators to outcomes: import, choice, evidence, judgement, and what is shown beside the indicators."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from linghang.cli.main import run
from linghang.plant.tables import TABLES
from linghang.usecases.assessing import Assessment, assess
from linghang.usecases.workspaces import make_workspace
from linghang.words import use

AS_OF = date(2025, 4, 15)
NOW = datetime(2025, 4, 15, 3, 0, tzinfo=UTC)
OUTCOME = {
    "province.average": "basic.outcome.above-provincial-average",
    "province.leading": "advanced.outcome.provincial-leading",
    "country.leading": "excellence.outcome.national-leading",
    "world.leading": "pioneer.outcome.global-leading",
}
OWN = {
    # what the example plant achieves: id -> (level, unit)
    "decision_models": ("1", "个"),
    "defect_rate": ("1.398601398601398601398601399", "%"),
    "supplier_on_time": ("100", "%"),
    "order_on_time": ("100", "%"),
    "apc_in_service_rate": ("100", "%"),
}
BEATEN = {
    "decision_models": 0.5,
    "defect_rate": 1.5,
    "supplier_on_time": 99.9,
    "order_on_time": 90.0,
    "apc_in_service_rate": 60.0,
}


@pytest.fixture(autouse=True)
def _english() -> None:
    use("en")


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """A workspace of the example rows, without comparators."""
    folder = tmp_path / "works"
    engine = make_workspace(folder, "北疆铝轮毂", "Asia/Shanghai", None).engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            if table.name != "comparator":
                connection.execute(table.insert(), list(table.info["examples"]))
    engine.dispose()
    return folder


def comparators(**changes: Any) -> list[dict[str, Any]]:
    """One comparator for each of the five that the example plant beats."""
    return [comparator(name, value, **changes) for name, value in BEATEN.items()]


def comparator(indicator: str, value: float, **changes: Any) -> dict[str, Any]:
    row = {
        **TABLES["comparator"].info["examples"][0],
        "comparator_id": f"{indicator[:2]}-{value}",
        "indicator": indicator,
        "value": value,
        "unit": OWN[indicator][1] if indicator in OWN else "%",
    }
    return {**row, **changes}


def give(folder: Path, *rows: dict[str, Any], table: str = "comparator") -> None:
    engine = sa.create_engine(f"sqlite:///{folder / 'records.sqlite'}")
    with engine.begin() as connection:
        connection.execute(TABLES[table].insert(), list(rows))
    engine.dispose()


def change(folder: Path, statement: str) -> None:
    engine = sa.create_engine(f"sqlite:///{folder / 'records.sqlite'}")
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


def assessed(folder: Path, pack: str = "national-2024", **options: Any) -> Assessment:
    return assess(folder, pack=pack, now=NOW, as_of=options.pop("as_of", AS_OF), record=False, **options)


def said(found: Assessment, name: str) -> tuple[str, str | None]:
    claim = found.judged.case.findings.get(OUTCOME[name])
    return (claim.finding, claim.proof) if claim else ("unknown", None)


def test_the_example_plant_achieves_what_the_tests_say(plant: Path) -> None:
    values = {one.id: one for one in assessed(plant).indicators}
    for name, (level, unit) in OWN.items():
        assert (values[name].present_value, values[name].measured_unit) == (Decimal(level), unit)


def test_published_averages_are_shown_and_never_compared_with(plant: Path) -> None:
    found = assessed(plant)
    assert found.comparisons == ()
    for name, element in OUTCOME.items():
        assert said(found, name) == ("unknown", None)
        assert found.needs[element] == ("comparator",)
    document = found.to_dict()
    shown = {one["id"]: one["references"] for one in document["indicators"]}
    assert [one["value"] for one in shown["defect_rate"]] == [Decimal("50.2"), Decimal(35)]
    assert {one["use"] for one in [*shown["water_reuse"], *document["related_references"]]} == {"reference_only"}
    assert all(one["comparisons"] == [] for one in document["indicators"])


@pytest.mark.parametrize(
    ("region", "statistic", "met"),
    [
        ("15", "average", {"province.average"}),
        ("15", "leading", {"province.average", "province.leading"}),
        ("CN", "leading", {"country.leading"}),
        ("world", "leading", {"world.leading"}),
    ],
)
def test_a_plant_that_beats_the_comparators_of_an_area_has_that_outcome(
    plant: Path, region: str, statistic: str, met: set[str]
) -> None:
    give(plant, *comparators(region=region, statistic=statistic))
    found = assessed(plant)
    assert {name for name in OUTCOME if said(found, name) == ("met", "measured")} == met
    assert {name for name in OUTCOME if said(found, name)[0] == "unknown"} == set(OUTCOME) - met


def test_one_indicator_that_is_not_better_fails_the_outcome_at_every_floor(plant: Path) -> None:
    rows = comparators()
    rows[3] |= {"value": 100.0, "comparator_id": "as good as"}
    give(plant, *rows)
    found = assessed(plant)
    assert said(found, "province.average") == ("unmet", "measured")
    for floor in found.judged.verdict.floors.values():
        assert OUTCOME["province.average"] in {failing.split("@")[0] for failing in floor.levels["basic"].failing}
    observation = found.settled[OUTCOME["province.average"]].observations[0]
    assert observation.detail["not_better"] == ["order_on_time"]
    assert {one["comparator"] for one in observation.detail["figures"]} == {one["comparator_id"] for one in rows}


def test_comparators_without_a_document_are_somebodys_word(plant: Path) -> None:
    give(plant, *comparators(document=None))
    found = assessed(plant)
    assert said(found, "province.average") == ("met", "declared")
    elements = {one.asked.id: one for one in found.judged.verdict.floors["documented"].elements}
    assert elements[OUTCOME["province.average"]].finding == "unknown"


def test_too_few_comparators_say_how_many_are_missing(plant: Path) -> None:
    give(plant, *comparators()[:3])
    found = assessed(plant)
    (need,) = found.needs[OUTCOME["province.average"]]
    assert need == "comparator: 2 more indicators (main indicators beside the average of the industry in the province)"
    eased = assessed(plant, interpretation={"benchmark_minimum": Decimal(3)})
    assert said(eased, "province.average") == ("met", "measured")


def test_comparators_that_contradict_each_other_are_named(plant: Path) -> None:
    give(plant, *comparators(), comparator("defect_rate", 1.6, comparator_id="other"))
    found = assessed(plant)
    assert said(found, "province.average") == ("unknown", None)
    assert found.needs[OUTCOME["province.average"]][0] == (
        "indicator 9: comparators de-1.5, other contradict each other"
    )


def test_a_closer_industry_decides(plant: Path) -> None:
    give(plant, *comparators(), comparator("defect_rate", 0.1, industry_code="3670"))
    assert said(assessed(plant), "province.average") == ("unmet", "measured")


def test_what_the_plant_itself_does_not_know_leaves_it_open(plant: Path) -> None:
    give(plant, *comparators(), comparator("oee", 0.1, kind="change", unit="%"))
    found = assessed(plant)
    assert said(found, "province.average") == ("unknown", None)
    (need,) = found.needs[OUTCOME["province.average"]]
    assert need.startswith("indicator 10: ")
    assert need.endswith(" in the baseline")


def test_a_new_plant_without_a_baseline_is_compared_by_its_levels(plant: Path) -> None:
    give(plant, *comparators(), comparator("oee", 0.1, kind="change", unit="%"))
    change(plant, "update factory set commissioned_on = '2024-01-01'")
    found = assessed(plant)
    assert said(found, "province.average") == ("met", "measured")
    (oee,) = [one for one in found.comparisons if (one.indicator, one.statistic) == ("oee", "average")]
    assert (oee.better, oee.reason) == (None, "new_plant")


def test_output_in_another_unit_is_not_compared(plant: Path) -> None:
    give(plant, *comparators(), comparator("operating_cost", 5000.0, unit="元/件"))
    example = TABLES["finance_month"].info["examples"][0]
    made = TABLES["output_month"].info["examples"][0]
    months = [date(2024 + (3 + n) // 12, (3 + n) % 12 + 1, 1) for n in range(12)]
    for table, row in (("finance_month", example), ("output_month", made)):
        change(plant, f"delete from {table}")
        give(plant, *[{**row, "month": month} for month in months], table=table)
    found = assessed(plant)
    value = next(one for one in found.indicators if one.id == "operating_cost")
    assert value.measured_unit == "CNY/t"
    assert found.needs[OUTCOME["province.average"]] == (
        "indicator 14: comparator op-5000.0 is in 元/件, which does not convert to CNY/t",
    )


def test_enterprises_of_different_industries_have_no_peers(plant: Path) -> None:
    give(plant, *comparators())
    other = {**TABLES["enterprise"].info["examples"][0], "enterprise_id": "other", "industry_code": "2511"}
    give(plant, other, table="enterprise")
    found = assessed(plant)
    assert found.needs[OUTCOME["province.average"]][0] == "enterprise.industry_code"


def test_comparators_of_another_year_do_not_count(plant: Path) -> None:
    give(plant, *comparators(valid_from=date(2023, 1, 1), valid_to=date(2025, 4, 14)))
    assert assessed(plant).comparisons == ()
    assert said(assessed(plant, as_of=date(2025, 4, 14)), "province.average") == ("met", "measured")


def test_a_pack_without_outcomes_shows_the_comparisons_and_concludes_nothing(plant: Path) -> None:
    give(plant, *comparators())
    found = assessed(plant, "neimenggu-2025")
    assert found.comparisons == assessed(plant, "national-2024").comparisons
    assert not set(OUTCOME.values()) & set(found.judged.case.findings)


def test_the_same_comparators_in_the_ledger_are_nothing_new(plant: Path) -> None:
    give(plant, *comparators())
    first = assess(plant, pack="national-2024", now=NOW, as_of=AS_OF)
    assert first.recorded > 0
    use("zh")
    assert assess(plant, pack="national-2024", now=NOW, as_of=AS_OF).recorded == 0


# --- through the command line ---

HEAD = ",".join(column.name for column in TABLES["comparator"].columns) + "\n"


def test_comparators_come_in_like_other_records(
    plant: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "comparator.csv"
    file.write_text(
        HEAD + "A,全员劳动生产率提升,水平,行业平均,C36,15,2025-01-01,2026-12-31,38.5,万元/(人·a),42,年报,年报2024.pdf\n"
        "B,oee,level,leading,3670,全国,2025-01-01,2026-12-31,85,%,,Yearbook,\n",
        encoding="utf-8",
    )
    assert run(["import", str(plant), str(file), "--lang", "en"]) == 0
    capsys.readouterr()
    assert run(["assess", str(plant), "--as-of", "2025-04-15", "--no-record", "--json"]) == 0
    shown = {one["id"]: one for one in json.loads(capsys.readouterr().out)["indicators"]}
    (labour,) = shown["labour_productivity"]["comparisons"]
    assert (labour["area"], labour["statistic"], labour["better"], labour["reason"]) == (
        "province",
        "average",
        None,
        "own",
    )
    assert labour["comparators"][0] == {
        "id": "A",
        "indicator": "labour_productivity",
        "kind": "level",
        "statistic": "average",
        "industry": "36",
        "region": "15",
        "valid_from": "2025-01-01",
        "valid_to": "2026-12-31",
        "value": "38.5",
        "unit": "万元/(人·a)",
        "source": "年报",
        "document": "年报2024.pdf",
        "plants": 42,
    }
    assert {one["area"] for one in shown["oee"]["comparisons"]} == {"country"}


def test_nonsense_is_refused_with_its_place_and_nothing_comes_in(
    plant: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "comparator.csv"
    good = "A,oee,level,average,36,15,2025-01-01,2026-12-31,60,%,,Yearbook,\n"
    bad = "B,oee,level,average,36,150581,2025-01-01,2024-12-31,60,kgce/t,,Yearbook,\n"
    file.write_text(HEAD + good + bad, encoding="utf-8")
    assert run(["import", str(plant), str(file), "--lang", "en"]) == 2
    captured = capsys.readouterr()
    shown = " ".join((captured.out + captured.err).split())
    for part in ("150581 is a part of the province 15", "kgce/t does not convert to it", "lies before"):
        assert part in shown
    assert assessed(plant).comparisons == ()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_terminal_shows_comparators_apart_from_published_averages(
    plant: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    give(plant, *comparators(), comparator("defect_rate", 1.6, comparator_id="other"))
    assert run(["assess", str(plant), "--as-of", "2025-04-15", "--no-record", "--lang", language]) == 0
    shown = capsys.readouterr().out
    assert "0.5" in shown
    assert "50.2 %" in shown
    if language == "en":
        before, after = shown.split("Published averages: for orientation only, nothing is judged by them")
        assert "Beside the industry, by comparators" in before
        assert "contradict" in before
        assert "50.2 %" not in before
        assert "2022-06" in after


def test_without_comparators_the_terminal_shows_the_published_averages_alone(
    plant: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["assess", str(plant), "--as-of", "2025-04-15", "--no-record", "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "Beside the industry" not in shown
    assert "nothing is judged by them" in shown
