"""`linghang interpretations`: set with a reason, listed, taken back, and told of in the assessment."""

from pathlib import Path

import pytest
from command_line import Linghang

from linghang.usecases.audit_log import deeds
from linghang.usecases.workspaces import make_workspace

NAME = "key_equipment_share"


@pytest.fixture
def works(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "works", "北疆铝轮毂", "Asia/Shanghai", None).folder


def test_a_value_is_set_listed_assessed_by_and_taken_back(linghang: Linghang, works: Path) -> None:
    set_ = linghang("interpretations", "set", works, f"{NAME}=0.5", "--reason", "设备少", "--by", "李审", "--json")
    assert set_.status == 0, set_.err
    assert (set_.document["value"], set_.document["set"]["by"]) == ("0.5", "李审")
    listed = {one["name"]: one for one in linghang("interpretations", "list", works, "--json").document}
    assert listed[NAME] == set_.document
    assert "设备少" in linghang("interpretations", "list", works).out.replace("\n", "")
    assessed = linghang("assess", works, "--pack", "national-2024", "--no-record").out
    assert "李审" in assessed
    assert "设备少" in linghang("assess", works, "--pack", "national-2024", "--no-record", lang="zh").out
    assert linghang("interpretations", "take-back", works, NAME, "--reason", "错").status == 0
    told = linghang("interpretations", "history", works, "--json").document
    assert [(one["kind"], one["value"]) for one in told] == [("set", "0.5"), ("take_back", "0.5")]
    assert "错" in linghang("interpretations", "history", works).out


@pytest.mark.parametrize("pair", [f"{NAME}", "=0.5", f"{NAME}=", "nothing=1", f"{NAME}=2", "incident_months=24"])
def test_what_cannot_be_set_is_bad_input(linghang: Linghang, works: Path, pair: str) -> None:
    said = linghang("interpretations", "set", works, pair, "--reason", "why")
    assert said.status == 2
    assert said.refusals
    assert not (works / "interpretations.jsonl").exists()


def test_a_reason_is_needed(linghang: Linghang, works: Path) -> None:
    assert linghang("interpretations", "set", works, f"{NAME}=0.5").status == 2
    assert linghang("interpretations", "set", works, f"{NAME}=0.5", "--reason", " ").status == 2


def test_the_log_calls_it_by_its_name(linghang: Linghang, works: Path) -> None:
    assert linghang("interpretations", "set", works, f"{NAME}=0.5", "--reason", "设备少", "--by", "李审").status == 0
    assert linghang("interpretations", "take-back", works, NAME, "--reason", "错").status == 0
    back, made = deeds(works).deeds
    assert (made.on, made.how["value"], back.on) == (NAME, "0.5", NAME)
