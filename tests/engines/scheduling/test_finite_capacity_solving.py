"""Schedules keep every rule, whoever makes them; known optima are reached; the same seed gives the same schedule."""

import json
import random
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scheduling_cases import SHARED, flow, random_problem

from linghang.engines.scheduling.instances import flexible_job_shop, job_shop
from linghang.engines.scheduling.model import Goal, Machine, Placement, Schedule, measures, rescheduled
from linghang.engines.scheduling.solving import Limits, as_shop, schedule
from linghang.engines.scheduling.solving_cpsat import Effort, solve
from linghang.engines.scheduling.solving_dispatch import RULES, dispatch
from linghang.engines.scheduling.solving_sequence import Sequencing, shop_of
from linghang.engines.scheduling.solving_tabu import block_moves, blocks, dispatched, machine_moves, made, mixed
from linghang.engines.scheduling.verify import verify
from linghang.errors import BadInput

FT06 = b"""6 6
2 1 0 3 1 6 3 7 5 3 4 6
1 8 2 5 4 10 5 10 0 10 3 4
2 5 3 4 5 8 0 9 1 1 4 7
1 5 0 5 2 5 3 3 4 8 5 9
2 9 1 3 4 5 5 4 0 3 3 1
1 3 3 3 5 9 0 10 4 4 2 1
"""


@given(st.integers(0, 10_000), st.sampled_from(RULES))
@settings(max_examples=60, deadline=None)
def test_every_dispatch_rule_keeps_every_rule(seed: int, rule: str) -> None:
    problem = random_problem(seed)
    verdict = verify(problem, dispatch(problem, rule))  # type: ignore[arg-type]
    assert verdict.violations == ()


@pytest.mark.slow
@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=8, deadline=None)
def test_the_search_keeps_every_rule_and_is_never_worse_than_the_rules(seed: int, lexicographic: bool) -> None:
    problem = random_problem(seed)
    goal = Goal((("tardiness", 1), ("makespan", 1), ("setup", 1)), lexicographic)
    found = schedule(problem, goal, Limits(effort=0.6, seed=1))
    assert verify(problem, found.schedule).good
    ruled = [goal.value(measures(problem, dispatch(problem, rule))) for rule in RULES]
    assert found.value <= min(ruled)
    assert found.value == goal.value(measures(problem, found.schedule))


@pytest.mark.slow
@given(st.integers(0, 10_000))
@settings(max_examples=6, deadline=None)
def test_cp_sat_keeps_every_rule_on_the_whole_problem(seed: int) -> None:
    problem = random_problem(seed, jobs=3)
    found = solve(problem, Goal((("makespan", 1), ("setup", 1))), Effort(2.0))
    assert found.schedule is not None
    assert verify(problem, found.schedule).violations == ()


def test_fisher_and_thompson_6_x_6_reaches_its_optimum_55() -> None:
    found = schedule(job_shop(FT06), Goal(), Limits(effort=3.0))
    assert found.value == (55,)
    assert found.verdict.good


def test_cp_sat_proves_fisher_and_thompson_6_x_6() -> None:
    found = solve(job_shop(FT06), Goal(), Effort(20.0))
    assert found.proven
    assert found.bound == 55


@pytest.mark.parametrize("workers", [1, 2])
def test_a_live_solve_stops_in_time(workers: int) -> None:
    found = schedule(job_shop(FT06), Goal(), Limits(seconds=1.5, workers=workers))
    assert found.value[0] <= 57
    assert found.verdict.good


def test_the_same_seed_gives_the_same_schedule() -> None:
    problem, goal = random_problem(4), Goal((("tardiness", 1), ("setup", 1)))
    first, again = (schedule(problem, goal, Limits(effort=0.5, seed=3)) for _ in range(2))
    assert first.schedule == again.schedule
    assert first.course == again.course


def test_two_jobs_with_set_ups_are_sequenced_as_by_hand() -> None:
    """Times 3, 2, 4 on one machine; the cheapest of the six orders, tried by hand, is what the search finds."""
    matrix = {("s0", "s1"): 5, ("s1", "s0"): 1, ("s0", "s2"): 1, ("s2", "s0"): 9, ("s1", "s2"): 7, ("s2", "s1"): 2}
    problem = flow((("A", 3),), (("A", 2),), (("A", 4),), machines=(Machine("A", matrix="X"),), matrices={"X": matrix})
    ways = [9 + sum(matrix[f"s{a}", f"s{b}"] for a, b in pairwise(order)) for order in permutations(range(3))]
    found = schedule(problem, Goal(), Limits(effort=2.0))
    assert found.value == (min(ways),) == (11,)
    assert found.proven


def test_lexicographic_means_that_the_first_decides() -> None:
    problem = random_problem(2)
    first = schedule(problem, Goal((("makespan", 1),)), Limits(effort=2.0))
    both = schedule(problem, Goal((("makespan", 1), ("tardiness", 1)), True), Limits(effort=2.0))
    assert both.value[0] <= first.value[0] * 1.1


def test_a_given_schedule_is_where_the_search_begins_and_a_broken_one_is_not_used() -> None:
    problem = job_shop(FT06)
    good = schedule(problem, Goal(), Limits(effort=3.0)).schedule
    again = schedule(problem, Goal(), Limits(effort=0.02), start=good)
    assert again.value == (55,)
    broken = Schedule(
        {name: Placement(name, one.machine, 0, one.end - one.start) for name, one in good.placements.items()}
    )
    assert schedule(problem, Goal(), Limits(effort=0.02), start=broken).verdict.good


def test_frozen_tasks_stay_and_the_old_plan_holds_where_stability_is_all_that_counts() -> None:
    base = random_problem(5, breaks=False)
    old = dispatch(base, "EDD")
    problem = rescheduled(base, old, 15)
    early = problem.frozen
    assert {one.task for one in early} == {one.task for one in old.placements.values() if one.start < 15}
    found = schedule(problem, Goal((("moved", 1),)), Limits(effort=1.0), start=old)
    assert found.value == (0,)
    assert all(found.schedule.placements[one.task] == one for one in early)


def test_what_no_schedule_can_keep_is_refused() -> None:
    from dataclasses import replace

    problem = flow((("A", 5),), (("A", 5),))
    tight = replace(problem, jobs=tuple(replace(job, deadline=6) for job in problem.jobs))
    with pytest.raises(BadInput):
        schedule(tight, Goal((("tardiness", 1),)), Limits(effort=0.5))


@given(st.integers(0, 10_000), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_moves_of_the_tabu_search_keep_heads_tails_and_order_right(seed: int, choices: int) -> None:
    chance = random.Random(seed)
    jobs = [
        [
            {one: chance.randint(1, 9) for one in chance.sample(range(4), min(choices, 4))}
            for _ in range(chance.randint(1, 5))
        ]
        for _ in range(5)
    ]
    shop = shop_of(jobs, 4)
    now = Sequencing(shop, *dispatched(shop, chance))
    for _ in range(15):
        found = blocks(now, now.makespan(), chance)
        options = block_moves(now, found) + machine_moves(now, found)
        if not options:
            break
        assert made(now, chance.choice(options))
        fresh = Sequencing(shop, now.order, now.machine)
        assert (fresh.end, fresh.tail, fresh.place) == (now.end, now.tail, now.place)
        assert (fresh.before, fresh.after) == (now.before, now.after)
        assert now.makespan() >= shop.bound()
    other = Sequencing(shop, *mixed(shop, (now.order, now.machine), dispatched(shop, chance), 0.5, chance))
    assert all(other.end[shop.job_before[one]] <= other.starts()[one] for one in range(len(shop)))


def test_only_plain_shops_go_to_the_tabu_search() -> None:
    assert as_shop(job_shop(FT06), Goal()) is not None
    assert as_shop(job_shop(FT06), Goal((("tardiness", 1),))) is None
    assert as_shop(random_problem(1), Goal()) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mk01", "mk03", "mk09", "bel01", "la01", "ta51js"])
def test_shared_instances_reach_their_best_known(name: str) -> None:
    folder = "flexible_jobshop" if name.startswith("mk") else "jobshop"
    path = SHARED / folder / f"{name}.txt"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    best = {one["instance"]: one["upper_bound"] for one in json.loads((path.parent / "bks.json").read_text())}[name]
    read = flexible_job_shop if name.startswith("mk") else job_shop
    problem = read(path.read_bytes(), name)
    found = schedule(problem, Goal(), Limits(effort=8))
    assert verify(problem, found.schedule).good
    assert best <= found.value[0] <= best * 1.003


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "first line"), (b"1 1\n0", "pairs"), (b"2 1\n0 3", "told"), (b"1 1\n0 x", "no number")],
)
def test_a_broken_instance_is_refused_with_its_place(content: bytes, said: str) -> None:
    with pytest.raises(BadInput) as error:
        job_shop(content, "x.txt")
    assert said in error.value.message
    assert error.value.place is not None


@pytest.mark.parametrize("content", [b"1 1\n2 1 1 3", b"1 1\n1 1 1 3 4", b"1 1\n1 0"])
def test_a_broken_flexible_instance_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput):
        flexible_job_shop(content, "x.txt")
