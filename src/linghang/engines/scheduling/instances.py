"""Readers of the text formats of scheduling benchmarks: job shop and flexible job shop."""

from collections.abc import Sequence

from linghang.engines.scheduling.model import Job, Machine, Mode, Problem, Task
from linghang.errors import BadInput, Place


def job_shop(content: bytes, name: str = "") -> Problem:
    """Read the standard format: “jobs machines”, then a line a job of pairs machine (from 0) and duration.

    Raises
    ------
    BadInput
        A line that is no such line, with its place.
    """
    lines = _numbers(content, name)
    count, machines = _head(lines, name)
    jobs = []
    for at, (number, line) in enumerate(lines[1 : count + 1]):
        if len(line) % 2 or any(value < 0 for value in line):
            raise BadInput("a job is pairs of machine and duration", Place(name, number))
        jobs.append(_job(at, [{line[place]: line[place + 1]} for place in range(0, len(line), 2)]))
    return _problem(jobs, count, machines, name)


def flexible_job_shop(content: bytes, name: str = "", first_machine: int = 1) -> Problem:
    """Read Brandimarte's format: “jobs machines [flexibility]”, then a line a job: how many operations, and for each
    how many choices and as many pairs machine (from `first_machine`) and duration.

    Raises
    ------
    BadInput
        A line that is no such line, with its place.
    """
    lines = _numbers(content, name)
    count, machines = _head(lines, name)
    jobs = []
    for at, (number, line) in enumerate(lines[1 : count + 1]):
        steps: list[dict[int, int]] = []
        place = 1
        try:
            for _ in range(line[0]):
                pairs = line[place + 1 : place + 1 + 2 * line[place]]
                if len(pairs) < 2 * line[place] or line[place] < 1:
                    raise IndexError
                steps.append({pairs[i] - first_machine: pairs[i + 1] for i in range(0, len(pairs), 2)})
                place += 1 + len(pairs)
        except IndexError:
            raise BadInput("the line ends before its operations do", Place(name, number)) from None
        if place != len(line):
            raise BadInput("the line goes on behind its operations", Place(name, number))
        jobs.append(_job(at, steps))
    return _problem(jobs, count, machines, name)


def _numbers(content: bytes, name: str) -> list[tuple[int, list[int]]]:
    found = []
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                found.append((number, [int(float(word)) for word in line.split()]))
            except (ValueError, OverflowError):
                raise BadInput("there is something that is no number", Place(name, number)) from None
    return found


def _head(lines: Sequence[tuple[int, list[int]]], name: str) -> tuple[int, int]:
    if not lines or len(lines[0][1]) < 2:
        raise BadInput("the first line tells how many jobs and machines there are", Place(name, 1))
    return lines[0][1][0], lines[0][1][1]


def _job(number: int, steps: Sequence[dict[int, int]]) -> Job:
    tasks = []
    for place, step in enumerate(steps):
        modes = tuple(Mode(f"M{machine}", duration) for machine, duration in step.items())
        tasks.append(Task(f"J{number}.{place}", modes, (f"J{number}.{place - 1}",) if place else ()))
    return Job(f"J{number}", tuple(tasks))


def _problem(jobs: Sequence[Job], count: int, machines: int, name: str) -> Problem:
    if len(jobs) != count:
        raise BadInput("{told} jobs are told and {there} are there", Place(name), told=count, there=len(jobs))
    return Problem(tuple(jobs), tuple(Machine(f"M{number}") for number in range(machines)))
