"""Sensitivity of a workspace and of a case: the same levels as judging with the value itself, and nothing written."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from linghang.evidence.coverage import coverage_about
from linghang.evidence.derive import Derivation, Look
from linghang.evidence.ledger import append
from linghang.evidence.observation import Observation, Source
from linghang.evidence.recording import Said, news
from linghang.evidence.settle import settle
from linghang.judge.case import Case
from linghang.plant.tables import TABLES
from linghang.roadmap.whatif import apply
from linghang.usecases import sensitivity as module
from linghang.usecases.assessing import assess
from linghang.usecases.sensitivity import Sensitivity, Threshold, _Evidence, levels_of, sensitivity
from linghang.usecases.workspaces import make_workspace, open_workspace

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


@pytest.fixture
def busy(tmp_path: Path) -> Path:
    """A plant whose rows reach further back, so that windows of other lengths show other ones; assessed before."""
    folder = tmp_path / "busy"
    engine = make_workspace(folder, None, "Asia/Shanghai", None).engine()
    with engine.begin() as connection:
        for name, table in TABLES.items():
            rows = list(table.info["examples"])
            for days in (20, 45, 80, 130) if name in EARLIER else ():
                rows += [earlier(name, row, days) for row in table.info["examples"]]
            connection.execute(table.insert(), rows)
    engine.dispose()
    for day in (DAY - timedelta(30), DAY):
        assess(folder, pack=PACK, now=NOW, as_of=day)
    return folder


EARLIER = {
    "stock_movement": ("movement_id",),
    "meter_reading": (),
    "maintenance_order": ("maintenance_order_id",),
    "inspection": ("inspection_id",),
    "job_response": ("response_id",),
    "equipment_state": (),
}


def earlier(name: str, row: Mapping[str, Any], days: int) -> dict[str, Any]:
    """The same some days before, under another key."""
    moved = {key: value - timedelta(days) if isinstance(value, date) else value for key, value in row.items()}
    return moved | {key: f"{row[key]}-{days}" for key in EARLIER[name]}


class Plainly(_Evidence):
    """The same, by deriving from all records and settling all that there is, anew for every value."""

    def _near(self, one: Derivation, thresholds: Mapping[str, Any]) -> Look:
        return self.look

    def case(self, name: str, value: Decimal | str | bool) -> Case:
        moving = self.readers(name)
        thresholds = {**self.look.thresholds, name: value}
        derived = self.derived | {one.id: self._run(one, thresholds) for one in moving}
        observations = [one for answer in derived.values() for one in answer.observations]
        needs = {about: what for answer in derived.values() for about, what in answer.needs.items()}
        said = Said((*observations, *self.stated), self.asked, needs, self.program.as_of, self.now, self.look.zone)
        settled = settle([*self.past, *news(said, self.past)], self.program.as_of)
        touched = sorted({about for one in moving for about in one.about if about in self.asked})
        changes = [one for about in touched if (one := self._change(about, settled.get(about))) is not None]
        return apply(self.judged.case, changes)


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


@pytest.mark.slow
def test_less_work_gives_what_plain_work_gives(busy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = sensitivity(busy, now=NOW, as_of=DAY).to_dict()
    monkeypatch.setattr(module, "_Evidence", Plainly)
    assert sensitivity(busy, now=NOW, as_of=DAY).to_dict() == found


@pytest.mark.slow
def test_every_case_of_less_work_is_that_of_plain_work(busy: Path) -> None:
    now = assess(busy, pack=PACK, now=NOW, as_of=DAY, record=False)
    less, plain = _Evidence(now, NOW), Plainly(now, NOW)
    cases = set()
    for name, most in (("system_window_days", 180), ("monitoring_window_days", 60), ("incident_months", 72)):
        assert less.readers(name) == plain.readers(name)
        for number in (*range(1, most + 1), most + 1, 3 * most):
            case = less.case(name, Decimal(number))
            assert case == plain.case(name, Decimal(number))
            cases.add(repr(case))
    assert len(cases) > 2


@pytest.mark.slow
@pytest.mark.parametrize("share", [Decimal("0.5"), Decimal("0.95")])
def test_what_engines_covered_is_looked_at_as_an_assessment_does(busy: Path, share: Decimal) -> None:
    append(open_workspace(busy).ledger, [SCHEDULED])
    now = assess(busy, pack=PACK, now=NOW, as_of=DAY, record=False)
    evidence = _Evidence(now, NOW)
    assert [one.id for one in evidence.readers("scheduled_share")] == ["assisted_scheduling"]
    moved = assess(busy, pack=PACK, now=NOW, as_of=DAY, record=False, interpretation={"scheduled_share": share})
    case = evidence.case("scheduled_share", share)
    assert case.findings[SCHEDULING] == moved.judged.case.findings[SCHEDULING]
    assert case.findings[SCHEDULING].finding == ("met" if share < Decimal("0.9") else "unmet")


SCHEDULING = "advanced.management.assisted-scheduling"
SCHEDULED = Observation(
    about=coverage_about(SCHEDULING),
    value=Decimal("0.9"),
    unit="1",
    window_from=DAY - timedelta(30),
    window_to=DAY,
    subject="plant",
    proof="measured",
    source=Source("engine", "scheduling.finite_capacity", "1", "settings", "input"),
    made_at=NOW,
    detail={"covered": 9, "open": 0, "of": 10},
)


@pytest.mark.slow
def test_it_says_how_far_it_is(plant: Path) -> None:
    told = list[tuple[str, int, int | None]]()
    found = sensitivity(plant, now=NOW, as_of=DAY, progress=lambda *far: told.append(far))
    assert told[0] == ("assessing", 0, None)
    (total,) = {total for _, _, total in told[1:]}
    assert [done for _, done, _ in told[1:]] == list(range(1, (total or 0) + 1))
    assert len(told) > len(found.thresholds)


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
