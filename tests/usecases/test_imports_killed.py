"""A process is killed while it commits an import or takes one back: what can be taken back is still told right."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from brought_files import ME, NOW, brought, plant_at

from linghang.errors import BadInput
from linghang.usecases.import_checks import check_delivery, last_import, undo_import
from linghang.usecases.record_pages import rows
from linghang.words import use

KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from sqlalchemy import Connection
from linghang.usecases.import_checks import check_delivery, undo_import

folder, moment, work, id, owner, now = sys.argv[1:]
commit = Connection.commit

def cut_off(connection):
    if moment == "after":
        commit(connection)
    os.kill(os.getpid(), signal.SIGKILL)

Connection.commit = cut_off
if work == "import":
    check_delivery(Path(folder), id, owner, datetime.fromisoformat(now), keep=True)
else:
    undo_import(Path(folder))
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    use("en")
    return plant_at(tmp_path / "works")


def customers(plant: Path) -> dict[str, str]:
    return {one["customer_id"]: one["name"] for one in rows(plant, "customer").rows}


def bring(plant: Path, file: str, *lines: str) -> str:
    content = "\n".join(("customer_id,name,country", *lines))
    return brought(plant, (file, content.encode())).id


def killed(plant: Path, moment: str, work: str, id: str = "") -> None:
    given = (str(plant), moment, work, id, ME, NOW.isoformat())
    ended = subprocess.run([sys.executable, "-c", KILLED, *given], capture_output=True, text=True, timeout=120)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def told(plant: Path) -> tuple[str, ...] | None:
    last = last_import(plant)
    return None if last is None else last.files


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_import_and_its_notes_are_told_both_or_neither(plant: Path, moment: str) -> None:
    at_first = customers(plant)
    known = next(iter(at_first))
    check_delivery(plant, bring(plant, "first.csv", "A,甲,CN"), ME, NOW, keep=True)
    between = customers(plant)
    killed(plant, moment, "import", bring(plant, "second.csv", "B,乙,CN", f"{known},改名,CN"))
    imported = customers(plant) != between
    assert imported == (moment == "after")
    assert told(plant) == (("second.csv",) if imported else ("first.csv",))
    undo_import(plant)
    assert customers(plant) == (between if imported else at_first)
    assert told(plant) is None


@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_first_import_of_all_is_told_or_nothing(plant: Path, moment: str) -> None:
    id = bring(plant, "first.csv", "A,甲,CN")
    killed(plant, moment, "import", id)
    assert told(plant) == (("first.csv",) if moment == "after" else None)
    check_delivery(plant, id, ME, NOW, keep=True)  # pressed once more: it is the same import
    assert told(plant) == ("first.csv",)
    assert "A" in customers(plant)
    undo_import(plant)
    assert "A" not in customers(plant)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_was_taken_back_is_not_offered_again(plant: Path, moment: str) -> None:
    check_delivery(plant, bring(plant, "first.csv", "A,甲,CN"), ME, NOW, keep=True)
    killed(plant, moment, "undo")
    if moment == "before":
        assert told(plant) == ("first.csv",)
        undo_import(plant)
    assert told(plant) is None
    assert "A" not in customers(plant)
    with pytest.raises(BadInput, match="no import"):
        undo_import(plant)


def test_nothing_of_a_killed_import_is_left_behind(plant: Path) -> None:
    killed(plant, "before", "import", bring(plant, "first.csv", "A,甲,CN"))
    assert len(list((plant / "cache").glob("undo*"))) > 1
    check_delivery(plant, bring(plant, "second.csv", "B,乙,CN"), ME, NOW, keep=True)
    assert [one.name for one in (plant / "cache").glob("undo*")] == ["undo"]


def test_an_import_that_changes_nothing_leaves_the_one_before_to_be_taken_back(plant: Path) -> None:
    for file in ("first.csv", "again.csv"):
        check_delivery(plant, bring(plant, file, "A,甲,CN"), ME, NOW, keep=True)
    assert told(plant) == ("first.csv",)


def test_notes_that_the_disk_lost_stand_in_nobodys_way(plant: Path) -> None:
    killed(plant, "before", "import", bring(plant, "first.csv", "A,甲,CN"))
    for one in (plant / "cache" / "undo").glob("*.arrow"):
        one.write_bytes(b"")
    assert told(plant) is None
    check_delivery(plant, bring(plant, "second.csv", "B,乙,CN"), ME, NOW, keep=True)
    assert told(plant) == ("second.csv",)
