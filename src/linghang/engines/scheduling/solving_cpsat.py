"""The constraint model (OR-Tools CP-SAT): the whole problem, or a neighbourhood of a schedule that is there.

Tasks are free (machine, order and start open), ordered (machine kept, and the order among themselves) or pinned
(stay where they are). With everything free it is the whole problem.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from linghang.engines.scheduling.model import Goal, Machine, Measure, Mode, Placement, Problem, Schedule, Task, measures


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a single solve may take: deterministic seconds of CP-SAT, seconds of the wall, workers, seed."""

    deterministic_s: float = 1.0
    wall_s: float = 600.0
    workers: int = 1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What a solve gave: a schedule or None; whether nothing better is left to find; a bound of what was minimised;
    deterministic seconds spent."""

    schedule: Schedule | None
    proven: bool
    bound: float
    spent_s: float


@dataclass
class _Placed:
    """A task in the model."""

    task: Task
    start: Any
    end: Any
    present: dict[str, Any]
    setups: list[tuple[Any, int, str]] = field(default_factory=list)


def solve(
    problem: Problem,
    goal: Goal,
    effort: Effort,
    now: Schedule | None = None,
    free: frozenset[str] | None = None,
    pinned: frozenset[str] = frozenset(),
    caps: Mapping[Measure, int] | None = None,
) -> Found:
    """Solve the problem, or a neighbourhood of `now`.

    Parameters
    ----------
    problem, goal
        What and towards what; of a lexicographic goal only the first term counts here (`caps` hold the others).
    effort
        How long.
    now
        A schedule: what ordered and pinned tasks keep; only what is better than it is looked for.
    free
        Tasks that are free; None: all.
    pinned
        Tasks that stay where they are in `now`.
    caps
        Measures that must not get worse than this.
    """
    built = _Builder(problem, now, free, pinned)
    built.objective(goal, caps or {})
    return built.run(effort)


class _Builder:
    def __init__(
        self, problem: Problem, now: Schedule | None, free: frozenset[str] | None, pinned: frozenset[str]
    ) -> None:
        from ortools.sat.python import cp_model

        self.cp, self.model = cp_model, cp_model.CpModel()
        self.problem, self.now, self.now_value = problem, now, 0
        frozen = {one.task: one for one in problem.frozen}
        self.fixed = frozen | ({name: now.placements[name] for name in pinned} if now else {})
        self.free = (free if free is not None and now is not None else frozenset(problem.tasks)) - set(self.fixed)
        self.horizon = self._horizon()
        self.placed: dict[str, _Placed] = {}
        self.begins: dict[tuple[str, str], Any] = {}
        self.works: dict[tuple[str, str], Any] = {}
        for job in problem.jobs:
            for task in job.tasks:
                self.placed[task.id] = self._task(task, job.release)
        for one in self.placed.values():
            if one.task.id not in frozen:
                for before in one.task.after:
                    self.model.add(one.start >= self.placed[before].end + one.task.lag)
        for machine in problem.machines:
            self._machine(machine)
        self._resources()
        for job in problem.jobs:
            if job.deadline is not None:
                for task in job.tasks:
                    self.model.add(self.placed[task.id].end <= job.deadline)

    def _horizon(self) -> int:
        if self.now is not None:
            last = max(one.end for one in self.now.placements.values())
            slack = max((mode.duration for task in self.problem.tasks.values() for mode in task.modes), default=0)
            return (
                last + 2 * slack + max((max(m.values(), default=0) for m in self.problem.matrices.values()), default=0)
            )
        work = sum(max(mode.duration for mode in task.modes) + task.lag for task in self.problem.tasks.values())
        setups = sum(max(m.values(), default=0) for m in self.problem.matrices.values()) * len(self.problem.tasks)
        pauses = sum(high - low for one in self.problem.machines for low, high in one.breaks)
        begin = max([job.release for job in self.problem.jobs] + [one.end for one in self.problem.frozen], default=0)
        return begin + work + setups + pauses + 1

    def _modes(self, task: Task) -> Sequence[Mode]:
        if task.id in self.fixed:
            return [mode for mode in task.modes if mode.machine == self.fixed[task.id].machine]
        if task.id in self.free or self.now is None:
            return task.modes
        return [mode for mode in task.modes if mode.machine == self.now.placements[task.id].machine]

    def _task(self, task: Task, release: int) -> _Placed:
        modes, model = self._modes(task), self.model
        if task.id in self.fixed:
            one = self.fixed[task.id]
            return _Placed(task, model.new_constant(one.start), model.new_constant(one.end), {one.machine: 1})
        start = model.new_int_var(release, self.horizon, "")
        end = model.new_int_var(release, self.horizon, "")
        present = {mode.machine: 1 if len(modes) == 1 else model.new_bool_var("") for mode in modes}
        if len(modes) > 1:
            model.add_exactly_one(present.values())
        for mode in modes:
            breaks = self.problem.machine[mode.machine].breaks
            self._worked(start, end, mode.duration, breaks, task.interruptible, present[mode.machine])
        return _Placed(task, start, end, present)

    def _worked(self, start: Any, end: Any, work: Any, breaks: Any, interruptible: bool, present: Any) -> None:
        """Post that work from start to end pauses in the breaks, or lies between them."""
        model, within = self.model, [one for one in breaks if one[0] < self.horizon]
        pauses: list[Any] = []
        if not (isinstance(work, int) and work == 0):
            for low, high in within:
                before, behind, across = model.new_bool_var(""), model.new_bool_var(""), model.new_bool_var("")
                model.add_exactly_one(before, behind, across)
                if not interruptible:
                    model.add(across == 0)
                model.add(end <= low).only_enforce_if(before)
                model.add(start >= high).only_enforce_if(behind)
                model.add(start < low).only_enforce_if(across)
                model.add(end > high).only_enforce_if(across)
                pauses.append((high - low) * across)
        rule = model.add(end == start + work + sum(pauses))
        if not isinstance(present, int):
            rule.only_enforce_if(present)

    def _machine(self, machine: Machine) -> None:
        here = [one for one in self.placed.values() if machine.id in one.present]
        if not here:
            return
        model, intervals = self.model, []
        for one in here:
            size, present = model.new_int_var(0, self.horizon, ""), one.present[machine.id]
            if isinstance(present, int):
                intervals.append(model.new_interval_var(one.start, size, one.end, ""))
            else:
                intervals.append(model.new_optional_interval_var(one.start, size, one.end, present, ""))
        if self.now is None or any(one.task.id not in self.fixed for one in here):
            model.add_no_overlap(intervals)
        order = self._kept(here)
        for before, after in itertools.pairwise(order):
            if not {before.task.id, after.task.id} <= set(self.fixed):
                model.add(before.end <= after.start)
        if machine.matrix and any(self.problem.matrices.get(machine.matrix, {}).values()):
            self._setups(machine, here, order)

    def _kept(self, here: Sequence[_Placed]) -> list[_Placed]:
        """Return the tasks of a machine whose order stays, in that order."""
        if self.now is None:
            return []
        placed = self.now.placements
        kept = [one for one in here if one.task.id not in self.free]
        return sorted(kept, key=lambda one: (placed[one.task.id].start, placed[one.task.id].end, one.task.id))

    def _setups(self, machine: Machine, here: Sequence[_Placed], order: Sequence[_Placed]) -> None:
        """Post who follows whom on a machine with set-ups (a circuit); tasks without a state are left out of it."""
        model, stated = self.model, [one for one in here if one.task.state]
        order = [one for one in order if one.task.state]
        following = {id(one): id(after) for one, after in itertools.pairwise(order)}
        kept = {id(one) for one in order}
        number = {id(one): place for place, one in enumerate(stated, 1)}
        arcs: list[tuple[int, int, Any]] = [(0, 0, model.new_bool_var(""))]
        for after in stated:
            at = number[id(after)]
            if not isinstance(after.present[machine.id], int):
                arcs.append((at, at, after.present[machine.id].negated()))
            if id(after) not in kept or after is order[0]:
                arc = model.new_bool_var("")
                arcs.append((0, at, arc))
                self._setup(machine, None, after, arc)
            if id(after) not in kept or after is order[-1]:
                arcs.append((at, 0, model.new_bool_var("")))
            for before in stated:
                both = id(before) in kept and id(after) in kept
                if before is after or (both and following.get(id(before)) != id(after)):
                    continue
                arc = model.new_bool_var("")
                arcs.append((number[id(before)], at, arc))
                self._setup(machine, before, after, arc)
        model.add_circuit(arcs)
        for one in stated:
            if (one.task.id, machine.id) in self.works:
                ways = sum(needed * arc for arc, needed, there in one.setups if there == machine.id)
                model.add(self.works[one.task.id, machine.id] == ways)

    def _setup(self, machine: Machine, before: _Placed | None, after: _Placed, arc: Any) -> None:
        state = before.task.state if before else machine.state
        needed = self.problem.setup_time(machine.id, state, after.task.state)
        free: Any = before.end if before else 0
        if needed:
            after.setups.append((arc, needed, machine.id))
        if {after.task.id} <= set(self.fixed) and (before is None or before.task.id in self.fixed):
            return
        if machine.breaks:
            begin = self._setup_begin(machine, after)
            self.model.add(begin >= free).only_enforce_if(arc)
        else:
            self.model.add(after.start >= free + needed).only_enforce_if(arc)

    def _setup_begin(self, machine: Machine, after: _Placed) -> Any:
        """Return when the task's set-up on a machine with breaks begins; made once for all who may come before."""
        key = (after.task.id, machine.id)
        if key not in self.begins:
            begin, done = (self.model.new_int_var(0, self.horizon, "") for _ in range(2))
            work = self.model.new_int_var(0, self.horizon, "")
            self._worked(begin, done, work, machine.breaks, True, after.present[machine.id])
            self.model.add(after.start >= done)
            self.begins[key] = begin
            self.works[key] = work
        return self.begins[key]

    def _resources(self) -> None:
        for resource in self.problem.resources:
            intervals, amounts = [], []
            for one in self.placed.values():
                for mode in self._modes(one.task):
                    amount = dict(mode.uses).get(resource.id)
                    if amount and mode.duration:
                        present, size = one.present[mode.machine], self.model.new_int_var(0, self.horizon, "")
                        intervals.append(
                            self.model.new_interval_var(one.start, size, one.end, "")
                            if isinstance(present, int)
                            else self.model.new_optional_interval_var(one.start, size, one.end, present, "")
                        )
                        amounts.append(amount)
            if intervals:
                self.model.add_cumulative(intervals, amounts, resource.capacity)

    def objective(self, goal: Goal, caps: Mapping[Measure, int]) -> None:
        """Post the goal's first term (or weighted sum), and the caps of other measures."""
        terms = goal.terms[:1] if goal.lexicographic else goal.terms
        named = {name for name, _ in terms} | set(caps)
        figures = {name: self._measure(name) for name in sorted(named)}
        for name, cap in caps.items():
            self.model.add(figures[name] <= cap)
        wanted = sum(weight * figures[name] for name, weight in terms)
        self.model.minimize(wanted)
        if self.now is not None:  # only what is better is looked for: the model is far smaller after presolve
            self.now_value = Goal(terms).value(measures(self.problem, self.now))[0]
            self.model.add(wanted <= self.now_value - 1)

    def _measure(self, name: Measure) -> Any:
        model, parts = self.model, list[Any]()
        if name == "makespan":
            last = model.new_int_var(0, self.horizon, "")
            model.add_max_equality(last, [one.end for one in self.placed.values()])
            return last
        if name == "setup":
            told = sum(one.setup for one in self.problem.frozen)
            loose = [one for one in self.placed.values() if one.task.id not in {f.task for f in self.problem.frozen}]
            return told + sum(needed * arc for one in loose for arc, needed, _ in one.setups)
        if name == "moved":
            for task, old in self.problem.plan.items():
                if task in self.placed:
                    apart = model.new_int_var(0, self.horizon + abs(old.start), "")
                    model.add_abs_equality(apart, self.placed[task].start - old.start)
                    parts.append(apart)
            return sum(parts)
        for job in self.problem.jobs:
            if job.due is None or not job.weight:
                continue
            end = model.new_int_var(0, self.horizon, "")
            model.add_max_equality(end, [self.placed[task.id].end for task in job.tasks])
            apart = model.new_int_var(0, max(self.horizon, abs(job.due)) + abs(job.due), "")
            model.add_max_equality(apart, [0, end - job.due if name == "tardiness" else job.due - end])
            parts.append(job.weight * apart)
        return sum(parts)

    def run(self, effort: Effort) -> Found:
        """Solve; the start is hinted."""
        if self.now is not None:
            for name, known in self.now.placements.items():
                if name in self.placed and name not in self.fixed:
                    self.model.add_hint(self.placed[name].start, known.start)
                    self.model.add_hint(self.placed[name].end, known.end)
                    for machine, present in self.placed[name].present.items():
                        if not isinstance(present, int):
                            self.model.add_hint(present, machine == known.machine)
        solver = self.cp.CpSolver()
        solver.parameters.max_deterministic_time = effort.deterministic_s
        solver.parameters.max_time_in_seconds = effort.wall_s
        solver.parameters.num_workers = effort.workers
        solver.parameters.random_seed = effort.seed % 2**31
        status = solver.solve(self.model)
        spent = float(solver.response_proto.deterministic_time)
        proven = status in (self.cp.OPTIMAL, self.cp.INFEASIBLE)
        if status not in (self.cp.OPTIMAL, self.cp.FEASIBLE):
            return Found(None, proven, self.now_value if proven else solver.best_objective_bound, spent)
        placements = {}
        frozen = {one.task: one for one in self.problem.frozen}
        for name, one in self.placed.items():
            machine = next(m for m, here in one.present.items() if isinstance(here, int) or solver.value(here))
            setup = sum(needed for arc, needed, _ in one.setups if solver.value(arc))
            made = Placement(name, machine, solver.value(one.start), solver.value(one.end), setup)
            placements[name] = frozen.get(name, made)
        return Found(Schedule(placements), proven, solver.best_objective_bound, spent)
