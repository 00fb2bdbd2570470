"""Schedules that rest: nothing is asked for meanwhile, and what was missed is not made up for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from linghang.engines.contract import micros
from linghang.errors import BadInput
from linghang.store.jobs import JobStore
from linghang.store.workspace import new_workspace
from linghang.usecases.engines import Request
from linghang.usecases.jobs import fire, pause_schedule, resume_schedule, schedule

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return new_workspace(tmp_path / "plant", "Works").folder


@pytest.mark.parametrize("rule", ["every 1h", "daily 17:00", "on_new_data"])
def test_a_schedule_that_rests_asks_for_nothing_and_then_goes_on(workspace: Path, rule: str) -> None:
    store = JobStore(workspace)
    number = schedule(workspace, "equipment.monitoring", Request({}), rule, NOW)
    assert pause_schedule(workspace, number).paused
    assert list(fire(workspace, store, NOW + 48 * HOUR)) == []
    back = NOW + 48 * HOUR
    found = resume_schedule(workspace, number, back)
    assert not found.paused
    if rule == "on_new_data":
        assert found.next_us is None
        return
    assert found.next_us is not None
    assert found.next_us > micros(back)
    assert list(fire(workspace, store, back)) == [], "what was missed is not made up for"
    assert len(fire(workspace, store, back + 24 * HOUR)) == 1


def test_a_schedule_that_is_not_there_is_told(workspace: Path) -> None:
    with pytest.raises(BadInput):
        pause_schedule(workspace, 7)
    with pytest.raises(BadInput):
        resume_schedule(workspace, 7, NOW)
