"""The days on which a plan reaches a level, at each floor."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from linghang.roadmap.calendar import day_of
from linghang.roadmap.phases import _confirmed
from linghang.usecases.planning import Limits, Question, WayUp, plan_way_up

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/wheel-works.yaml"
START = date(2026, 7, 1)


@pytest.fixture(scope="module")
def found() -> WayUp:
    question = Question("excellence", as_of=date(2026, 6, 30))
    return plan_way_up(EXAMPLE, question, Limits(START), now=datetime(2026, 7, 1, tzinfo=UTC))


@pytest.mark.parametrize("assume", ["optimistic", "pessimistic"])
def test_the_last_level_of_each_floor_is_that_of_the_last_half_year(found: WayUp, assume: str) -> None:
    outcome = found.outcomes[assume]  # type: ignore[index]
    now = found.judged.verdict.floors
    for floor, level in outcome.phases[-1].levels.items():
        marks = [one.level for one in outcome.milestones if one.floor == floor]
        assert (marks[-1] if marks else now[floor].confirmed) == level


def test_a_level_is_reached_on_the_day_on_which_a_step_ends_and_not_before(found: WayUp) -> None:
    outcome = found.outcome
    assert outcome.solution is not None
    steps = outcome.solution.schedule.steps
    target = next(one for one in outcome.milestones if one.floor == "documented" and one.level == "excellence")
    ends = {day_of(START, step.end) for step in steps}
    assert {one.day for one in outcome.milestones} <= ends
    before = tuple(step.action for step in steps if day_of(START, step.end) < target.day)
    assert _confirmed(outcome.situation, before) != "excellence"
    assert _confirmed(outcome.situation, tuple(step.action for step in steps)) == "excellence"
