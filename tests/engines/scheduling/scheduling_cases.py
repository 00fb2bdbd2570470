"""Cases of the scheduling tests: random problems with everything, and the shared instances."""

import os
import random
from pathlib import Path

from linghang.engines.scheduling.model import Job, Machine, Mode, Problem, Resource, Task

SHARED = Path(os.environ.get("LINGHANG_SHARED", Path(__file__).resolve().parents[4] / "shared" / "data"))
STATES = ("a", "b", "c")


def random_problem(seed: int, jobs: int = 6, machines: int = 3, steps: int = 3, breaks: bool = True) -> Problem:
    """Alternatives, breaks, sequence-dependent set-ups, lags, tools, crew, releases, due dates."""
    chance = random.Random(seed)
    matrix = {(a, b): 0 if a == b else chance.randint(2, 8) for a in STATES for b in STATES}
    there = []
    for number in range(machines):
        closed, at = [], 0
        while breaks and chance.random() < 0.8:
            start = at + chance.randint(20, 40)
            at = start + chance.randint(3, 10)
            closed.append((start, at))
        there.append(Machine(f"M{number}", tuple(closed), chance.choice(["", "X"]), chance.choice(["", "a"])))
    made = []
    for job in range(jobs):
        tasks = []
        for step in range(steps):
            modes = tuple(
                Mode(f"M{one}", chance.randint(1, 15), tuple((x, 1) for x in ("tool", "crew") if chance.random() < 0.2))
                for one in chance.sample(range(machines), chance.randint(1, machines))
            )
            after = (f"{job}.{step - 1}",) if step else ()
            tasks.append(
                Task(f"{job}.{step}", modes, after, chance.randint(0, 3), chance.choice(STATES), chance.random() < 0.7)
            )
        due = chance.randint(20, 90) if chance.random() < 0.9 else None
        made.append(Job(f"J{job}", tuple(tasks), chance.randint(0, 20), due, chance.randint(1, 3)))
    return Problem(tuple(made), tuple(there), (Resource("tool", 1), Resource("crew", 3, "crew")), {"X": matrix})


def flow(*jobs: tuple[tuple[str, int], ...], **named: object) -> Problem:
    """Jobs of (machine, duration) one behind the other; `due` and further fields of the problem by name."""
    due = named.pop("due", (None,) * len(jobs))
    names = sorted({machine for job in jobs for machine, _ in job})
    machines = named.pop("machines", tuple(Machine(name) for name in names))
    made = []
    for number, job in enumerate(jobs):
        tasks = tuple(
            Task(
                f"{number}.{step}",
                (Mode(machine, time),),
                (f"{number}.{step - 1}",) if step else (),
                state=f"s{number}",
            )
            for step, (machine, time) in enumerate(job)
        )
        made.append(Job(f"J{number}", tasks, due=due[number]))  # type: ignore[index]
    return Problem(tuple(made), machines, **named)  # type: ignore[arg-type]
