"""Sensitivity of a workspace and of a case: the same levels as judging with the value itself, and nothing written."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import pytest

from linghang.plant.tables import TABLES
from linghang.usecases.assessing import assess
from linghang.usecases.sensitivity import Sensitivity, Threshold, _Evidence, levels_of, sensitivity
from linghang.usecases.workspaces import make_workspace

NOW, DAY = datetime(2025, 4, 15, 3, tzinfo=UTC), date(2025, 4, 15)
PACK = "national-2024"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sensitivity") / "works"
    engine = make_workspace(folder, None, "Asia/Shanghai", None).engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    engine.dispose()
    return folder


def files(folder: Path) -> dict[str, str]:
    return {str(one): sha256(one.read_bytes()).hexdigest() for one in sorted(folder.rglob("*")) if one.is_file()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("talent_minimum", Decimal(1)),
        ("talent_minimum", Decimal(400)),
        ("key_equipment_share", Decimal("0.01")),
        ("controllable_share", Decimal("0.5")),
        ("system_window_days", Decimal(1)),
        ("incident_severity", "major"),
    ],
)
def test_evidence_derived_anew_is_that_of_a_new_assessment(plant: Path, name: str, value: Decimal | str) -> None:
    now = assess(plant, pack=PACK, now=NOW, as_of=DAY, record=False)
    moved = assess(plant, pack=PACK, now=NOW, as_of=DAY, record=False, interpretation={name: value})
    case = _Evidence(now, NOW).case(name, value)
    assert {key: (one.finding, one.proof) for key, one in case.findings.items()} == {
        key: (one.finding, one.proof) for key, one in moved.judged.case.findings.items()
    }
    assert case.facts == moved.judged.case.facts


@pytest.mark.slow
def test_every_stretch_holds_what_judging_says_and_nothing_is_written(plant: Path) -> None:
    before = files(plant)
    found = sensitivity(plant, now=NOW, as_of=DAY)
    assert files(plant) == before
    talent = _threshold(found, "talent_minimum")
    assert talent.changing
    for stretch in talent.stretches:
        tried = Decimal(1) if stretch.holds(Fraction(1)) else Decimal(2)
        assert stretch.holds(Fraction(tried))
        moved = assess(plant, pack=PACK, now=NOW, as_of=DAY, record=False, interpretation={"talent_minimum": tried})
        assert levels_of(moved.judged.verdict) == stretch.levels
    assert all(one.here for one in found.thresholds)
    assert set(found.left_out).isdisjoint(one.interpretation.id for one in found.thresholds)


def test_of_a_case_only_what_the_judge_reads_is_moved(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text("pack: neimenggu-2025\nas_of: 2026-06-30\nmaturity: {level: 1}\n", encoding="utf-8")
    found = sensitivity(path, now=NOW)
    assert [one.interpretation.id for one in found.thresholds] == ["link_covered", "basic_self_rating"]
    rating = _threshold(found, "basic_self_rating")
    assert [(one.low, one.high, one.high_in) for one in rating.stretches] == [(0, 1, True), (1, None, False)]
    assert found.to_dict()["thresholds"][1]["stretches"][1]["from"] == "1"


def _threshold(found: Sensitivity, name: str) -> Threshold:
    return next(one for one in found.thresholds if one.interpretation.id == name)
