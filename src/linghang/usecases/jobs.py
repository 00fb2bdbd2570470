"""Jobs: engines that run on a schedule, on new data, or when somebody asks, outside the process that asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from linghang.engines.contract import micros
from linghang.engines.discovery import engine
from linghang.engines.settings import settings_of
from linghang.errors import BadInput, NotThere
from linghang.store.jobs import ENDED, Job, JobStore, Schedule
from linghang.store.workspace import open_workspace
from linghang.usecases.engines import Request, data_mark
from linghang.words import tr

__all__ = [
    "ENDED",
    "Job",
    "Limits",
    "Schedule",
    "cancel",
    "fire",
    "job_of",
    "jobs_of",
    "log_of",
    "page_of_jobs",
    "pause_schedule",
    "remove_schedule",
    "resume_schedule",
    "said_of",
    "schedule",
    "schedules_of",
    "submit",
]

LEAST_EVERY_S = 10
NEW_DATA_S = 60
"""Live data are new all the time: between two runs on new data lies at least a minute."""
_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Limits:
    """How often and how long a job may try.

    Attributes
    ----------
    attempts
        How often it may begin when its process crashes: three, so that one bad moment of the machine costs nothing
        and a job that crashes always does not go on for ever.
    time_limit_s
        Longest time of one attempt.
    """

    attempts: int = 3
    time_limit_s: int = 3600

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.time_limit_s < 1:
            raise BadInput("a job needs at least one attempt and a second of time")


def submit(folder: Path, id: str, request: Request, now: datetime, limits: Limits | None = None) -> int:
    """Ask for a run of an engine; return the number of the job.

    Raises
    ------
    BadInput
        It is no workspace, there is no such engine, or the settings do not fit it.
    """
    limits = limits or Limits()
    store = _store(folder)
    settings_of(engine(id).Settings, request.settings)
    return store.submit(id, request.to_dict(), micros(now), attempts=limits.attempts, time_limit_s=limits.time_limit_s)


def jobs_of(folder: Path, limit: int = 50) -> list[Job]:
    """Return the newest jobs of a workspace, the newest first."""
    return _store(folder).jobs(limit)


def page_of_jobs(folder: Path, offset: int, limit: int) -> tuple[list[Job], int]:
    """Return some of the jobs of a workspace, the newest first, and how many there are."""
    store = _store(folder)
    return store.jobs(limit, offset), store.count()


def job_of(folder: Path, job: int) -> Job:
    """Return a job.

    Raises
    ------
    NotThere
        There is no such job.
    """
    return _store(folder).job(job)


def log_of(folder: Path, job: int) -> tuple[Job, list[tuple[datetime, str]]]:
    """Return a job and the lines that it printed.

    Raises
    ------
    NotThere
        There is no such job.
    """
    store = _store(folder)
    return store.job(job), [(datetime.fromtimestamp(at / 1e6, UTC), text) for at, text in store.lines(job)]


def cancel(folder: Path, job: int, now: datetime) -> Job:
    """Take back a job: a waiting one at once, a running one within seconds."""
    return _store(folder).cancel(job, micros(now))


def schedule(folder: Path, id: str, request: Request, rule: str, now: datetime) -> int:
    """Run an engine again and again; return the number of the schedule.

    Parameters
    ----------
    rule
        `every 15min` (s, min, h, d), `daily 02:30` (the plant's time) or `on_new_data`.

    Raises
    ------
    BadInput
        No such engine, settings that do not fit, or a rule that says none of these.
    """
    store = _store(folder)
    settings_of(engine(id).Settings, request.settings)
    if request.as_of is not None:
        raise BadInput("a schedule looks at what is new each time; leave out the day")
    first = next_time(rule, now, ZoneInfo(open_workspace(folder).time_zone))
    return store.add_schedule(id, request.to_dict(), rule, None if first is None else micros(first))


def schedules_of(folder: Path) -> list[Schedule]:
    """Return the schedules of a workspace."""
    return _store(folder).schedules()


def remove_schedule(folder: Path, number: int) -> None:
    """Forget a schedule; its jobs stay."""
    _store(folder).remove_schedule(number)


def pause_schedule(folder: Path, number: int) -> Schedule:
    """Let a schedule rest until it is resumed; a job of it that waits or runs goes on.

    Raises
    ------
    NotThere
        There is no such schedule.
    """
    store = _store(folder)
    found = _schedule(store, number)
    store.pause_schedule(number, True, found.next_us)
    return replace(found, paused=True)


def resume_schedule(folder: Path, number: int, now: datetime) -> Schedule:
    """Let a schedule go on: what it missed meanwhile is not made up for.

    Raises
    ------
    NotThere
        There is no such schedule.
    """
    workspace = open_workspace(folder)
    store = JobStore(workspace.folder)
    found = _schedule(store, number)
    due = next_time(found.rule, now, ZoneInfo(workspace.time_zone))
    following = None if due is None else micros(due)
    store.pause_schedule(number, False, following)
    return replace(found, paused=False, next_us=following)


def next_time(rule: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when a rule is due next after `now`; None for `on_new_data`.

    Raises
    ------
    BadInput
        It is no rule.
    """
    kind, _, value = rule.partition(" ")
    if rule == "on_new_data":
        return None
    if kind == "every":
        number = value.rstrip("smindh")
        unit = value[len(number) :]
        if number.isdigit() and unit in _UNITS and int(number) * _UNITS[unit] >= LEAST_EVERY_S:
            return now + timedelta(seconds=int(number) * _UNITS[unit])
    if kind == "daily":
        hour, _, minute = value.partition(":")
        if hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60:
            local = now.astimezone(zone).replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
            if local <= now:
                local = (local.replace(tzinfo=None) + timedelta(1)).replace(tzinfo=zone)
            return local.astimezone(UTC)
    raise BadInput("“{rule}” is no schedule; write “every 15min”, “daily 02:30” or “on_new_data”", rule=rule)


def fire(folder: Path, store: JobStore, now: datetime) -> Sequence[int]:
    """Ask for the jobs of all schedules that are due; return their numbers.

    A schedule whose last job has not ended yet waits for it: what is late is not done twice.
    """
    made: list[int] = []
    zone = ZoneInfo(open_workspace(folder).time_zone)
    mark: str | None = None
    for one in store.schedules():
        if one.paused or store.waiting(one.id):
            continue
        if one.next_us is not None and one.next_us > micros(now):
            continue
        seen = one.seen
        if one.rule == "on_new_data":
            seen = mark = mark or data_mark(folder)
            following = now + timedelta(seconds=NEW_DATA_S)
        else:
            following = next_time(one.rule, now, zone) or now
        due = one.rule != "on_new_data" or seen != one.seen
        if due and store.fired(one.id, micros(following), seen, one):
            made.append(store.submit(one.engine, one.request, micros(now), schedule=one.id))
    return made


def said_of(status: str) -> str:
    """Say the status of a job."""
    return {
        "queued": tr("waiting"),
        "running": tr("running"),
        "done": tr("done"),
        "failed": tr("failed"),
        "cancelled": tr("cancelled"),
    }[status]


def _store(folder: Path) -> JobStore:
    return JobStore(open_workspace(folder).folder)


def _schedule(store: JobStore, number: int) -> Schedule:
    for one in store.schedules():
        if one.id == number:
            return one
    raise NotThere("there is no schedule {schedule}", schedule=number)
