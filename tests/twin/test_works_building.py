"""`linghang plant build`: whole or not there, the same bytes for the same seed, and a workspace that others can use."""

import hashlib
import json
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from linghang.cli.main import run
from linghang.errors import BadInput
from linghang.intake.live.connections import read_connections
from linghang.store.telemetry import TelemetryReader
from linghang.store.workspace import open_workspace
from linghang.twin.works.machines import MACHINES
from linghang.twin.works.processes import signals_of
from linghang.twin.works.tags import totals
from linghang.usecases.assessing import assess
from linghang.usecases.plant_building import TRUTH, build_plant, plant_today

UNTIL, NOW = date(2025, 2, 3), datetime(2025, 2, 3, 1, tzinfo=UTC)


@cache
def built() -> Path:
    """A plant of a month, with its telemetry; made once a process."""
    folder = Path(mkdtemp()) / "plant"
    build_plant(folder, seed=7, months=1, until=UNTIL, now=NOW)
    return folder


@pytest.mark.slow
def test_a_built_plant_is_a_workspace_with_everything_in_it() -> None:
    folder = built()
    assert open_workspace(folder).time_zone == "Asia/Shanghai"
    found = {one.name for one in folder.iterdir()}
    files = {"linghang.toml", "records.sqlite", "statements.yaml", "application.yaml"}
    assert found == files | {"telemetry", "documents", ".truth"}
    assert [one.name for one in folder.parent.iterdir()] == ["plant"]


@pytest.mark.slow
def test_the_records_hold_together_for_the_database_too() -> None:
    with sqlite3.connect(f"file:{built() / 'records.sqlite'}?mode=ro", uri=True) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.slow
def test_the_truth_is_kept_apart_and_says_what_was_put_in() -> None:
    truth = json.loads((built() / TRUTH).read_text(encoding="utf-8"))
    assert (truth["seed"], truth["months"], truth["until"]) == (7, 1, "2025-02-03")
    assert {one["id"] for one in truth["capabilities"]} >= {"aps", "predictive", "vision", "energy", "warehouse"}
    assert {one["kind"] for one in truth["troubles"]} >= {"shift", "drift"}
    assert all("2025-01-01" < one["start"] < one["end"] < "2025-02-03" for one in truth["troubles"])


@pytest.mark.slow
def test_each_signal_comes_over_one_of_three_connections() -> None:
    connections = {one.name: one for one in read_connections(built())}
    assert list(connections) == ["works-opcua", "works-mqtt", "meters"]
    registers = {one.label for one in connections["meters"].registers}
    assert registers == {f"{machine.area}/{machine.id}/{name}" for machine, name, *_ in totals()}


@pytest.mark.slow
def test_the_telemetry_of_every_tag_ends_with_the_records() -> None:
    tags = TelemetryReader(built() / "telemetry").tags()
    assert tags.num_rows == sum(len(signals_of(machine)) for machine in MACHINES) + len(list(totals()))
    assert max(tags["last_us"].drop_null().to_pylist()) <= int(datetime(2025, 2, 2, 16, tzinfo=UTC).timestamp() * 1e6)


@pytest.mark.slow
def test_a_plant_of_one_month_can_be_assessed() -> None:
    found = assess(built(), pack="national-2024", now=NOW, as_of=UNTIL, record=False)
    assert found.judged.case.findings["basic.production.realtime-monitoring"].finding == "met"


@pytest.mark.slow
def test_the_same_seed_months_and_day_give_the_same_bytes(tmp_path: Path) -> None:
    build_plant(tmp_path / "again", seed=7, months=1, until=UNTIL, now=datetime.now(UTC), telemetry=False)
    digests = [
        hashlib.sha256((folder / "records.sqlite").read_bytes()).hexdigest() for folder in (built(), tmp_path / "again")
    ]
    assert digests[0] == digests[1]
    for name in ("linghang.toml", "statements.yaml", "application.yaml", TRUTH):
        assert (built() / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


@pytest.mark.slow
def test_another_seed_gives_another_plant(tmp_path: Path) -> None:
    build_plant(tmp_path / "other", seed=8, months=1, until=UNTIL, now=NOW, telemetry=False)
    assert (built() / "records.sqlite").read_bytes() != (tmp_path / "other" / "records.sqlite").read_bytes()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(BadInput, match="not an empty folder"):
        build_plant(tmp_path, seed=7, months=1, until=UNTIL, now=NOW)
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(("months", "until"), [(0, UNTIL), (24, date(2019, 1, 1))])
def test_a_span_without_records_is_refused_before_anything_is_made(tmp_path: Path, months: int, until: date) -> None:
    with pytest.raises(BadInput):
        build_plant(tmp_path / "plant", seed=7, months=months, until=until, now=NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def stop(_what: str, done: int, _total: int | None) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_plant(tmp_path / "plant", seed=7, months=1, until=UNTIL, now=NOW, progress=stop)
    assert list(tmp_path.iterdir()) == []


BUILD = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from linghang.usecases.plant_building import build_plant
def told(what, done, total):
    print(what, flush=True)
build_plant(Path(sys.argv[1]), seed=7, months=1, until=date(2025, 2, 3), now=datetime.now(UTC), progress=told)
"""


def _start(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", BUILD, str(folder)], stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["the plant runs", "records are written", "telemetry is written"])
def test_a_killed_build_leaves_nothing_that_looks_whole_and_the_next_one_clears_it_away(
    tmp_path: Path, stage: str
) -> None:
    folder = tmp_path / "plant"
    with _start(folder) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == stage:
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not folder.exists()
    for left in tmp_path.iterdir():
        assert left.name.startswith(".")
        if left.is_dir():
            with pytest.raises(BadInput, match="no workspace"):
                open_workspace(left)
    build_plant(folder, seed=7, months=1, until=UNTIL, now=NOW, telemetry=False)
    assert [one.name for one in tmp_path.iterdir()] == ["plant"]


@pytest.mark.slow
def test_two_builds_of_one_folder_do_not_meet(tmp_path: Path) -> None:
    folder = tmp_path / "plant"
    with _start(folder) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            with pytest.raises(BadInput, match="another process"):
                build_plant(folder, seed=7, months=1, until=UNTIL, now=NOW)
        finally:
            process.kill()
            time.sleep(0.1)


def test_the_plants_day_begins_at_its_own_midnight() -> None:
    assert plant_today(datetime(2025, 2, 2, 16, tzinfo=UTC)) == date(2025, 2, 3)


@pytest.mark.slow
def test_the_command_builds_and_says_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "plant"
    assert run(["--lang", "en", "plant", "build", str(folder), "--months", "1", "--until", "2025-02-03"]) == 0
    said = capsys.readouterr().out
    assert "plant built" in said
    assert "2025-01-01 to 2025-02-03" in said.replace("\n", " ")
    assert run(["--lang", "en", "plant", "build", str(folder)]) == 2
