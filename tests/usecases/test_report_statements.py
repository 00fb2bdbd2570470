"""application.yaml: what it says is taken exactly, what it cannot say is refused with its line, empty stays unknown."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from reported_plants import NOW, STATED, asked, make_plant

from linghang.conditions.scenes import load_scenes
from linghang.errors import BadInput, ManyProblems
from linghang.usecases.report_skeleton import begin_application
from linghang.usecases.report_sources import GUIDE
from linghang.usecases.report_statements import Application, read_application
from linghang.usecases.reporting import gather
from linghang.words import Text


def read(tmp_path: Path, text: str) -> Application:
    (tmp_path / "application.yaml").write_text(text, encoding="utf-8")
    return read_application(tmp_path, load_scenes(GUIDE))


def test_a_workspace_without_the_file_says_nothing(tmp_path: Path) -> None:
    found = read_application(tmp_path, load_scenes(GUIDE))
    assert not found.there
    assert found == Application()


def test_money_days_and_texts_are_taken_exactly(tmp_path: Path) -> None:
    found = read(tmp_path, STATED)
    assert found.factory.total_investment_cny == Decimal(36000000)
    assert found.plan.steps[0].cost_cny == Decimal("100.50")
    assert found.scenes[0].problem == Text("气孔", "pores")
    assert found.effects[0].before is not None
    assert found.effects[0].before.end == date(2024, 1, 1)  # the day after the last
    assert found.plan.steps[0].end == date(2025, 12, 31)  # the last day of the step
    assert found.lines["factory.build_from"] == 2


def test_a_scene_is_known_by_its_name(tmp_path: Path) -> None:
    found = read(tmp_path, "scenes: [{name: 质量分析与改进}, {name: digital infrastructure construction}]")
    assert [one.number for one in found.scenes] == [26, 2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unit: {contct: a}", "application.yaml:1: the key “contct” is not known here; did you mean contact"),
        (
            "factory:\n  build_from: 1899-12-31",
            "application.yaml:2: “build_from” is a day from 1900-01-01 to 2199-12-31",
        ),
        (
            "unit:\n  revenue: {cny: 5, from: 2025-01-01, to: 9999-12-31, source: a}",
            "application.yaml:2: “to” is a day from 1900-01-01 to 2199-12-31, not 9999-12-31",
        ),
        ("plan:\n  steps:\n  - {title: a, to: 9999-12-31}", "application.yaml:3: “to” is a day from 1900-01-01"),
        ("factory:\n  total_investment_cny: -1", "application.yaml:2: “total_investment_cny” is an amount in CNY"),
        ("factory:\n  total_investment_cny: 0.001", "is an amount in CNY"),
        ("factory:\n  total_investment_cny: 三千万", "must be a number"),
        ("factory:\n  build_from: 2024-02-01\n  build_to: 2024-01-01", "application.yaml:3: ends on 2024-01-01"),
        ("unit: {email: nobody}", "is no e-mail address"),
        ("unit: {phone: 13800000000}", "“phone” must be text"),
        ("unit: {revenue: {cny: 5}}", "revenue needs its period"),
        ("scenes: [{number: 41}]", "the guide has scenes 1 to 40, not 41"),
        ("scenes: [{name: 未知的场景}]", "a scene has its number in the guide"),
        ("scenes: [{name: 自有, link: nowhere}]", "“nowhere” is not one of"),
        ("effects: [{title: a, unit: d}]", "the key “better” is missing"),
        ("effects: [{title: a, unit: d, better: up}]", "“up” is not one of higher, lower"),
        ("plan: {steps: [{from: 2025-01-01}]}", "a step of the plan has a title"),
        ("plan: {steps: [{title: a, from: 2025-02-01, to: 2025-01-01}]}", "before it begins on 2025-02-01"),
        ("features: [1]", "must be text"),
        ("featurs: []", "did you mean features"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(tmp_path, text)
    assert said in str(refused.value)


def test_everything_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    text = "unit: {a: 1}\nscenes:\n  - {number: 0}\n  - {number: 99}\nplan: {b: 1}\nc: 1\n"
    with pytest.raises(ManyProblems) as refused:
        read(tmp_path, text)
    assert [one.place.line for one in refused.value.problems if one.place] == [1, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scenes:\n  - {number: 26, software: [MES-1]}", "application.yaml:2: the records know no software MES-1"),
        ("scenes:\n  - {number: 26, evidence: [E0009]}", "the register knows no document E0009"),
        ("plan: {steps: [{title: a, brings: [advanced.nothing]}]}", "the pack has no condition advanced.nothing"),
    ],
)
def test_names_have_to_be_known(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        gather(make_plant(tmp_path, text), asked(), NOW)
    assert said in str(refused.value)


def test_a_plan_may_name_conditions_of_another_pack(tmp_path: Path) -> None:
    text = "plan: {steps: [{title: a, cost_cny: 1, brings: [advanced.production.anomaly-warning]}]}"
    found = gather(make_plant(tmp_path, text), asked(pack="neimenggu-2025"), NOW)
    assert found.plan[0].brings == ("NM25 三.3",)


def test_the_skeleton_is_read_as_nothing_said_but_the_scenes_of_the_records(tmp_path: Path) -> None:
    folder = make_plant(tmp_path, None)
    path = begin_application(folder)
    found = read_application(folder, load_scenes(GUIDE))
    assert path == folder / "application.yaml"
    assert [(one.number, one.instance) for one in found.scenes] == [(26, "轮毂气孔根因分析")]
    assert found.unit.contact is None
    assert found.features == ()
    with pytest.raises(BadInput, match="is there already"):
        begin_application(folder)
