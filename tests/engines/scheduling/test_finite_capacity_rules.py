"""The verifier sees every broken rule; the model refuses nonsense; delays are explained; promises hold."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scheduling_cases import SHARED, flow, random_problem

from linghang.engines.scheduling.explain import bottleneck, late_jobs
from linghang.engines.scheduling.frepple import imported
from linghang.engines.scheduling.model import Goal, Job, Machine, Mode, Placement, Problem, Resource, Schedule, Task
from linghang.engines.scheduling.promise import promise
from linghang.engines.scheduling.solving import Limits, schedule
from linghang.engines.scheduling.solving_dispatch import dispatch
from linghang.engines.scheduling.verify import verify
from linghang.errors import BadInput


def placed(*rows: tuple[str, str, int, int]) -> Schedule:
    return Schedule({name: Placement(name, machine, start, end) for name, machine, start, end in rows})


TWO = flow((("A", 3), ("B", 2)), (("A", 2),))
GOOD = placed(("0.0", "A", 0, 3), ("0.1", "B", 3, 5), ("1.0", "A", 3, 5))


def rules_broken(problem: Problem, made: Schedule) -> set[str]:
    return {one.rule for one in verify(problem, made).violations}


def test_a_schedule_that_keeps_every_rule_has_no_violation() -> None:
    verdict = verify(TWO, GOOD)
    assert verdict.good
    assert (verdict.makespan, verdict.tardiness, verdict.late) == (5, 0, ())


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (("1.0", "A", 2, 4), "overlap"),
        (("0.1", "B", 2, 4), "order"),
        (("0.1", "A", 5, 7), "machine"),
        (("0.1", "B", 3, 6), "duration"),
        (("9.9", "A", 9, 10), "unknown task"),
    ],
)
def test_a_broken_rule_is_named(change: tuple[str, str, int, int], rule: str) -> None:
    name, machine, start, end = change
    made = Schedule({**GOOD.placements, name: Placement(name, machine, start, end)})
    assert rule in rules_broken(TWO, made)


def test_a_missing_task_is_named() -> None:
    made = Schedule({name: one for name, one in GOOD.placements.items() if name != "1.0"})
    assert rules_broken(TWO, made) == {"missing"}


def test_release_deadline_frozen_break_set_up_and_capacity_are_looked_at() -> None:
    first, second = TWO.jobs
    assert rules_broken(replace(TWO, jobs=(replace(first, release=1), second)), GOOD) == {"release"}
    assert rules_broken(replace(TWO, jobs=(replace(first, deadline=4), second)), GOOD) == {"deadline"}
    assert rules_broken(replace(TWO, frozen=(Placement("1.0", "A", 4, 6),)), GOOD) == {"frozen"}
    closed = replace(TWO, machines=(Machine("A", ((1, 2),)), Machine("B")))
    assert "duration" in rules_broken(closed, GOOD)
    turned = replace(TWO, machines=(Machine("A", matrix="X"), Machine("B")), matrices={"X": {("s0", "s1"): 1}})
    assert rules_broken(turned, GOOD) == {"set-up", "set-up not as told"}
    jobs = (
        Job("J0", (Task("a", (Mode("A", 3, (("crew", 1),)),)),)),
        Job("J1", (Task("b", (Mode("B", 3, (("crew", 1),)),)),)),
    )
    crew = Problem(jobs, (Machine("A"), Machine("B")), (Resource("crew", 1, "crew"),))
    assert rules_broken(crew, placed(("a", "A", 0, 3), ("b", "B", 2, 5))) == {"capacity"}
    assert verify(crew, placed(("a", "A", 0, 3), ("b", "B", 3, 6))).good


@given(st.integers(0, 10_000), st.integers(-3, 3), st.integers(0, 17))
@settings(max_examples=60, deadline=None)
def test_shifting_a_task_earlier_in_a_tight_schedule_breaks_a_rule_or_was_free(seed: int, by: int, which: int) -> None:
    problem = random_problem(seed)
    made = dispatch(problem, "EDD")
    name = sorted(made.placements)[which % len(made.placements)]
    one = made.placements[name]
    moved = Schedule({**made.placements, name: replace(one, end=one.end + by)})
    assert verify(problem, moved).good == (by == 0)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Task("x", ()),
        lambda: Mode("A", -1),
        lambda: Machine("A", ((3, 2),)),
        lambda: Machine("A", ((0, 5), (4, 6))),
        lambda: Job("J", ()),
        lambda: Goal(()),
        lambda: Problem((Job("J", (Task("x", (Mode("Z", 1),)),)),), (Machine("A"),)),
        lambda: Problem((Job("J", (Task("x", (Mode("A", 1),), ("y",)),)),), (Machine("A"),)),
        lambda: Problem(
            (Job("J", (Task("x", (Mode("A", 1),), ("y",)), Task("y", (Mode("A", 1),), ("x",)))),), (Machine("A"),)
        ),
        lambda: Problem((Job("J", (Task("x", (Mode("A", 1, (("t", 2),)),)),)),), (Machine("A"),), (Resource("t", 1),)),
        lambda: Limits(effort=0),
    ],
)
def test_the_model_refuses_nonsense(wrong: object) -> None:
    with pytest.raises(BadInput):
        wrong()  # type: ignore[operator]


def test_a_late_job_names_the_machine_and_the_jobs_before_it() -> None:
    problem = flow((("A", 10),), (("A", 3), ("B", 2)), due=(None, 6))
    made = placed(("0.0", "A", 0, 10), ("1.0", "A", 10, 13), ("1.1", "B", 13, 15))
    (late,) = late_jobs(problem, made)
    assert (late.job, late.by, late.alone, late.hopeless) == ("J1", 9, 5, False)
    assert [link.task for link in late.chain] == ["1.1", "1.0", "0.0"]
    assert [link.cause for link in late.chain] == ["predecessor", "machine", "own work"]
    assert (late.bottleneck, late.ahead, late.foreign) == ("A", ("J0",), 10)


def test_a_job_that_would_be_late_alone_is_called_hopeless() -> None:
    (late,) = late_jobs(flow((("A", 10),), due=(6,)), placed(("0.0", "A", 0, 10)))
    assert late.hopeless


def test_a_set_up_on_the_critical_chain_is_named() -> None:
    problem = flow(
        (("A", 2),), (("A", 2),), due=(None, 3), machines=(Machine("A", matrix="X"),), matrices={"X": {("s0", "s1"): 5}}
    )
    made = Schedule({"0.0": Placement("0.0", "A", 0, 2), "1.0": Placement("1.0", "A", 7, 9, 5)})
    (late,) = late_jobs(problem, made)
    assert late.chain[0].cause == "setup"
    assert late.setups == 5


def test_the_load_of_a_machine_counts_work_and_set_ups_of_its_open_time() -> None:
    problem = flow((("A", 4),), (("B", 8),), machines=(Machine("A", ((4, 6),)), Machine("B")))
    made = placed(("0.0", "A", 0, 4), ("1.0", "B", 0, 8))
    assert bottleneck(problem, made) == [("B", 8, 0, 8, 1), ("A", 4, 0, 6, 1)]


def test_a_promise_fills_a_gap_and_moving_others_brings_it_forward() -> None:
    problem = flow((("A", 4),), (("A", 4),), due=(20, 20))
    now = placed(("0.0", "A", 0, 4), ("1.0", "A", 6, 10))
    short = Job("N", (Task("n", (Mode("A", 2),)),))
    found = promise(problem, now, short, Limits(effort=0.5))
    assert found.untouched == 6
    assert found.earliest == 2
    long = promise(problem, now, Job("N", (Task("n", (Mode("A", 3),)),)), Limits(effort=0.5))
    assert long.untouched == 13
    assert long.earliest == 3


@pytest.mark.slow
@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_no_promise_makes_another_job_later_than_it_may_be(seed: int) -> None:
    problem = random_problem(seed, jobs=4)
    now = dispatch(problem, "EDD")
    new = Job("N", (replace(problem.jobs[0].tasks[0], id="n", after=()),))
    found = promise(problem, now, new, Limits(effort=0.2))
    assert found.earliest <= found.untouched
    for made in (found.beside, found.among):
        assert verify(replace(problem, jobs=(*problem.jobs, new)), made).good
        for job in problem.jobs:
            before, after = (max(s.placements[t.id].end for t in job.tasks) for s in (now, made))
            assert after <= max(before, job.due or 0)


def test_frepple_reads_all_demands_and_plans_the_open_ones() -> None:
    path = SHARED / "frepple_demo" / "manufacturing_demo.json"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    model = imported(path.read_bytes(), path.name)
    assert (model.demands, model.planned, dict(model.unplanned)) == (220, 16, {})
    found = schedule(model.problem, Goal((("tardiness", 1), ("makespan", 1)), True), Limits(effort=1.0))
    assert verify(model.problem, found.schedule).good
    late = {one.job: one for one in late_jobs(model.problem, found.schedule)}
    assert late["Demand 07"].hopeless  # its stock comes with a confirmed transport after its date
    assert {"Demand 02", "Demand 03", "Demand 04", "Demand 05", "Demand 06"}.isdisjoint(late)


def test_frepple_s_job_shop_has_its_ten_jobs_of_ten_operations() -> None:
    path = SHARED / "frepple_demo" / "jobshop.json"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    model = imported(path.read_bytes(), path.name)
    assert model.planned == 10
    assert sum(len(job.tasks) for job in model.problem.jobs) == 10 * (10 + 1)
    assert verify(model.problem, dispatch(model.problem, "EDD")).good


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'[{"model": "input.demand", "fields": {}}]', b"[1]"])
def test_what_is_no_frepple_model_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput):
        imported(content, "x.json")
