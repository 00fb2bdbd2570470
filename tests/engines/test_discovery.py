"""Engines of other packages are found; what is broken says so and hides nothing."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest
from sample_engines import BROKEN, COUNTING, LYING, MISSING, install

from linghang.engines import discovery
from linghang.engines.settings import as_json, described, settings_of
from linghang.errors import BadInput
from linghang.evidence.ledger import read
from linghang.store.workspace import new_workspace
from linghang.usecases.engines import Request, catalogue, kept_result, run_engine

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "site"
    modules = {"counting": COUNTING, "broken": BROKEN, "lying": LYING, "lacking": MISSING}
    install(folder, modules)
    monkeypatch.syspath_prepend(str(folder))
    discovery.installed.cache_clear()
    yield folder
    discovery.installed.cache_clear()
    for name in modules:
        sys.modules.pop(f"somebodys_{name}", None)


def test_an_engine_of_another_package_stands_in_the_catalogue(others: Path) -> None:
    rows = {one.id: one for one in catalogue()}
    assert rows["equipment.counting"].problem is None
    assert {"refuse", "seconds"} <= {one["name"] for one in rows["equipment.counting"].settings}


@pytest.mark.parametrize(
    ("id", "reason"),
    [
        ("equipment.broken", "broken on purpose"),
        ("equipment.lying", "does not fit its module"),
        ("equipment.lacking", "a_library_that_nobody_has"),
    ],
)
def test_a_broken_engine_says_why_and_hides_no_other(others: Path, id: str, reason: str) -> None:
    rows = {one.id: one for one in catalogue()}
    assert reason in str(rows[id].problem)
    assert rows["equipment.counting"].problem is None


def test_an_unknown_engine_is_named_with_near_ones(others: Path) -> None:
    with pytest.raises(BadInput, match=r"no engine is called “equipment\.countin”"):
        discovery.engine("equipment.countin")


def test_two_packages_with_one_id_are_refused(tmp_path: Path, others: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second = tmp_path / "second"
    second.mkdir()
    install(second, {"counting": COUNTING})
    (second / "somebodys_engines-1.0.dist-info").rename(second / "others_engines-1.0.dist-info")
    entry = second / "others_engines-1.0.dist-info" / "entry_points.txt"
    entry.write_text(entry.read_text().replace("= somebodys_counting", "= others_counting"))
    (second / "others_engines-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: others-engines\nVersion: 1.0\n"
    )
    monkeypatch.syspath_prepend(str(second))
    discovery.installed.cache_clear()
    with pytest.raises(BadInput, match="two packages bring the engine"):
        discovery.installed()


def test_an_engine_may_not_speak_of_what_its_card_does_not_name(others: Path, tmp_path: Path) -> None:
    folder = _filled(tmp_path)
    request = Request({"about": "advanced.production.anomaly-warning"})
    with pytest.raises(BadInput, match="which its card does not name"):
        run_engine(folder, "equipment.counting", request, now=NOW)
    assert kept_result(folder, "equipment.counting") is None
    assert list(read(folder / "ledger.jsonl")) == []


def test_a_run_puts_its_coverage_into_the_ledger_once(others: Path, tmp_path: Path) -> None:
    folder = _filled(tmp_path)
    request = Request({}, as_of=NOW.date())
    first = run_engine(folder, "equipment.counting", request, now=NOW)
    again = run_engine(folder, "equipment.counting", request, now=datetime(2026, 3, 1, 9, tzinfo=UTC))
    assert (first.recorded, again.recorded) == (1, 0)
    (entry,) = read(folder / "ledger.jsonl")
    found = entry.record.to_dict()
    assert found["about"] == "coverage.basic.production.realtime-monitoring"
    assert found["source"]["kind"] == "engine"
    assert found["detail"]["of"] == found["detail"]["covered"] == 1
    assert first.document["input_digest"] == again.document["input_digest"]


def _filled(tmp_path: Path) -> Path:
    import sqlalchemy as sa

    from linghang.plant.tables import TABLES

    workspace = new_workspace(tmp_path / "plant", "Works")
    with workspace.engine().begin() as connection:
        connection.execute(sa.text("pragma foreign_keys = off"))
        row = {"equipment_id": "M-1", "work_center_id": "W", "name": "m", "key": True, "status": "in_use"}
        connection.execute(TABLES["equipment"].insert(), [row])
    return workspace.folder


@dataclass(frozen=True)
class Chosen:
    """Settings of every kind."""

    share: float = 0.9
    count: int = 3
    exact: Decimal = Decimal("0.1")
    on: bool = False
    way: Literal["fast", "good"] = "fast"
    names: tuple[str, ...] = ()
    limit: float | None = None


def test_settings_are_read_from_words() -> None:
    given = {"share": "0.5", "count": "4", "exact": "0.3", "on": "yes", "way": "good", "names": "a,b", "limit": "2"}
    assert settings_of(Chosen, given) == Chosen(0.5, 4, Decimal("0.3"), True, "good", ("a", "b"), 2.0)
    assert settings_of(Chosen, {"limit": ""}) == Chosen()


@pytest.mark.parametrize(
    ("name", "value"),
    [("share", "much"), ("share", "nan"), ("count", "1.5"), ("on", "perhaps"), ("way", "best"), ("count", True)],
)
def test_a_setting_of_another_kind_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(BadInput, match=f"is no value of the setting {name}"):
        settings_of(Chosen, {name: value})


def test_settings_describe_themselves_and_come_back_from_json() -> None:
    rows = {one["name"]: one for one in described(Chosen)}
    assert rows["way"]["kind"] == "fast | good"
    assert rows["exact"]["default"] == "0.1"
    assert settings_of(Chosen, as_json(Chosen(names=("x",)))) == Chosen(names=("x",))
