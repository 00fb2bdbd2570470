"""A schedule that a person changed is laid onto the calendars and judged; what is not of it is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from linghang.engines.scheduling.model import Job, Machine, Mode, Placement, Problem, Schedule, Task
from linghang.engines.scheduling.solving_dispatch import dispatch
from linghang.engines.scheduling.verify import verify
from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.usecases.schedule_checking import RULES, Move, changed, check_schedule, plan_of
from linghang.usecases.workspaces import open_workspace
from planned_works import PLANNED_AT, planned_works

FIRST, SECOND = "MO-26-0001-W1875-020/1", "MO-26-0002-W1875-020/1"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return planned_works(tmp_path_factory.mktemp("planned") / "works")


def test_the_schedule_as_it_was_planned_keeps_every_rule(works: Path) -> None:
    plan = plan_of(works)
    assert plan.checked.broken == ()
    assert plan.checked.before == plan.checked.after
    assert len(plan.tasks) == len(plan.checked.placed) == 8
    assert set(plan.machines) == {"LPC-103", "LPC-104", "LPC-191", "LPC-192"}
    assert not any(one.moved for one in plan.checked.placed)


def test_two_operations_at_once_on_a_machine_overlap(works: Path) -> None:
    found = check_schedule(works, "", [Move(SECOND, "LPC-103", PLANNED_AT + HOUR)])
    assert "overlap" in {one.rule for one in found.broken}
    assert {one.task for one in found.broken if one.rule == "overlap"} <= {FIRST, SECOND}


def test_an_operation_that_goes_later_makes_everything_end_later(works: Path) -> None:
    found = check_schedule(works, "", [Move(SECOND, "LPC-103", PLANNED_AT + 100 * HOUR)])
    assert found.broken == ()
    assert found.after.makespan_h == pytest.approx(100 + 50 * 280 / 3600, abs=0.02)
    assert found.after.tardiness_h > found.before.tardiness_h == 0
    assert found.after.late == ("MO-26-0002",)
    assert [one.task for one in found.placed if one.moved] == [SECOND]


def test_another_machine_that_can_do_it_is_as_good_and_one_that_cannot_is_told(works: Path) -> None:
    later = PLANNED_AT + 20 * HOUR
    assert check_schedule(works, "", [Move(SECOND, "LPC-191", later)]).broken == ()
    with pytest.raises(BadInput, match="LPC-999"):
        check_schedule(works, "", [Move(SECOND, "LPC-999", later)])
    with pytest.raises(BadInput, match="no-such"):
        check_schedule(works, "", [Move("no-such", "LPC-103", later)])


def test_nothing_begins_before_the_moment_of_planning(works: Path) -> None:
    with pytest.raises(BadInput):
        check_schedule(works, "", [Move(FIRST, "LPC-103", PLANNED_AT - HOUR)])
    with pytest.raises(BadInput):
        Move(FIRST, "LPC-103", datetime(2026, 3, 2))


def test_records_that_changed_since_are_told(tmp_path: Path) -> None:
    folder = planned_works(tmp_path / "works")
    assert plan_of(folder).checked.broken == ()
    orders = TABLES["production_order"]
    engine = open_workspace(folder).engine()
    with engine.begin() as connection:
        connection.execute(sa.update(orders).where(orders.c.status == "released").values(quantity=900.0))
    engine.dispose()
    with pytest.raises(BadInput, match=r"changed|变化|run"):
        plan_of(folder)


def test_without_a_schedule_there_is_nothing_to_change(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        plan_of(planned_works(tmp_path / "works", run=False))


# --- laws of moving ---


def _problem() -> Problem:
    machines = (Machine("A", ((50, 60),), "m", "x"), Machine("B", (), "m", ""))
    matrix = {"m": {(one, other): 5 for one in "xy" for other in "xy" if one != other}}
    jobs = tuple(
        Job(
            f"J{n}",
            (
                Task(f"{n}.1", (Mode("A", 10), Mode("B", 14)), (), 0, "xy"[n % 2]),
                Task(f"{n}.2", (Mode("B", 8),), (f"{n}.1",), 2, "xy"[n % 2], interruptible=False),
            ),
            due=60,
        )
        for n in range(4)
    )
    return Problem(jobs, machines, matrices=matrix)


MOVES = st.dictionaries(
    st.sampled_from([f"{n}.{step}" for n in range(4) for step in (1, 2)]),
    st.tuples(st.sampled_from(["A", "B"]), st.integers(0, 300)),
    max_size=4,
)


@given(MOVES)
def test_a_changed_schedule_breaks_no_rule_of_calendar_or_length(moved: dict[str, tuple[str, int]]) -> None:
    """Ends follow from work and calendar, set-ups from the sequence: only what a person decides can be wrong."""
    problem = _problem()
    found = verify(problem, changed(problem, dispatch(problem, "SPT"), moved))
    allowed = {"overlap", "set-up", "order", "release"}
    wrong = {one.rule for one in found.violations}
    if any(machine == "A" and name.endswith(".2") for name, (machine, _) in moved.items()):
        allowed |= {"machine"}
    assert wrong <= allowed, wrong
    assert wrong <= RULES.keys()


@given(MOVES)
def test_moving_back_gives_the_schedule_that_was_there(moved: dict[str, tuple[str, int]]) -> None:
    problem = _problem()
    kept = dispatch(problem, "EDD")
    back = {name: (kept.placements[name].machine, kept.placements[name].start) for name in moved}
    there = changed(problem, kept, moved)
    again = changed(problem, there, back)
    assert {one.task: (one.machine, one.start, one.end) for one in again.placements.values()} == {
        one.task: (one.machine, one.start, one.end) for one in kept.placements.values()
    }


def test_a_start_in_a_break_is_laid_behind_it_and_work_goes_on_behind_one() -> None:
    problem = _problem()
    kept = dispatch(problem, "SPT")
    inside = changed(problem, kept, {"0.1": ("A", 55)}).placements["0.1"]
    assert (inside.start, inside.end) == (60, 70)
    over = changed(problem, kept, {"0.1": ("A", 45)}).placements["0.1"]
    assert (over.start, over.end) == (45, 65)


def test_a_frozen_operation_that_is_moved_is_told() -> None:
    problem = _problem()
    kept = dispatch(problem, "SPT")
    frozen = replace(problem, frozen=(kept.placements["0.1"],))
    assert verify(frozen, kept).good
    there = kept.placements["0.1"]
    moved = Schedule({**kept.placements, "0.1": Placement("0.1", there.machine, there.start + 500, there.end + 500)})
    assert "frozen" in {one.rule for one in verify(frozen, moved).violations}


def test_the_moment_of_a_move_may_be_in_any_zone(works: Path) -> None:
    shanghai = timedelta(hours=8)
    local = (PLANNED_AT + 100 * HOUR).astimezone(__import__("zoneinfo").ZoneInfo("Asia/Shanghai"))
    assert local.utcoffset() == shanghai
    found = check_schedule(works, "", [Move(SECOND, "LPC-103", local)])
    there = next(one for one in found.placed if one.task == SECOND)
    assert datetime.fromtimestamp(there.start_s, UTC) == PLANNED_AT + 100 * HOUR
