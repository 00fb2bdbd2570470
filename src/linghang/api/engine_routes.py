"""Engines, their results, jobs and schedules."""

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path as File
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from linghang.api import engine_result_routes
from linghang.api.given import folder_of
from linghang.api.problems import NotThere, answers
from linghang.api.security import Reader, Runner
from linghang.api.sending import JSON_OBJECT, Limit, Offset, Page, json_of, link, tagged
from linghang.errors import nearest
from linghang.usecases.auditing import Deed, audited
from linghang.usecases.engines import Request as EngineRequest
from linghang.usecases.engines import catalogue, kept_result
from linghang.usecases.jobs import (
    Limits,
    cancel,
    job_of,
    log_of,
    page_of_jobs,
    pause_schedule,
    remove_schedule,
    resume_schedule,
    schedule,
    schedules_of,
    submit,
)
from linghang.usecases.json_values import plain

router = APIRouter(tags=["engines"])
router.include_router(engine_result_routes.router)
EngineId = Annotated[str, Path(max_length=100, pattern=r"^[\w.]+$")]
Number = Annotated[int, Path(ge=1, le=2**62)]


class SettingShown(BaseModel):
    """A setting of an engine; what a person reads is there in both languages."""

    name: str = Field(description="as a run is given it")
    kind: str = Field(description="float, int, bool or str; of a list with … behind, of a choice its values")
    default: Any
    title: dict[str, str]
    help: dict[str, str]
    unit: dict[str, str] = Field(description="of its value; empty without one")
    choices: dict[str, dict[str, str]] = Field(description="value -> its word; empty where anything can be given")


class EngineShown(BaseModel):
    """One engine of the catalogue."""

    id: str
    title: dict[str, str] | None
    does: dict[str, str] | None
    scenes: list[int]
    elements: list[str]
    needs: list[str]
    settings: list[SettingShown]
    problem: str | None


class NewRun(BaseModel):
    """What an engine is to do."""

    engine: str = Field(max_length=100, pattern=r"^[\w.]+$")
    settings: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    days: int | None = Field(None, ge=1, le=3_660)
    as_of: date | None = None
    seed: int = Field(0, ge=0, le=2**31)
    attempts: int = Field(3, ge=1, le=10)
    time_limit_s: int = Field(3_600, ge=1, le=86_400)

    def request(self) -> EngineRequest:
        """The same as the use case takes it; a request never names files of this machine."""
        return EngineRequest(self.settings, self.days, self.as_of, (), self.seed)


class NewSchedule(NewRun):
    """An engine that is to run again and again."""

    rule: str = Field(max_length=100, description="every 15min, daily 02:30 (the plant's time), or on_new_data")


class Made(BaseModel):
    """The number of what was made."""

    number: int


class JobShown(BaseModel, extra="allow"):
    """One job; times are UTC microseconds."""

    id: int
    engine: str
    status: str
    progress: float | None
    error: str | None
    run: str | None


class Line(BaseModel):
    """A line that a job printed."""

    at: datetime
    text: str


class JobLog(BaseModel):
    """A job with what it printed."""

    job: JobShown
    lines: list[Line]


class ScheduleShown(BaseModel, extra="allow"):
    """One schedule."""

    id: int
    engine: str
    rule: str
    paused: bool


class ScheduleChange(BaseModel):
    """What is to change of a schedule."""

    paused: bool = Field(description="whether it rests")


@router.get("/engines")
def engines(_: Reader) -> list[EngineShown]:
    """List the installed engines: what each does, needs and proves, and why one cannot run here."""
    return [
        EngineShown(
            id=one.id,
            title=one.card.title.to_dict() if one.card else None,
            does=one.card.does.to_dict() if one.card else None,
            scenes=list(one.card.scenes) if one.card else [],
            elements=list(one.card.elements) if one.card else [],
            needs=list(one.card.needs) if one.card else [],
            settings=[SettingShown(**plain(setting)) for setting in one.settings],
            problem=str(one.problem) if one.problem else None,
        )
        for one in catalogue()
    ]


@router.get("/engines/{engine}/result", responses=JSON_OBJECT | answers(404), response_class=Response)
def result(
    request: Request,
    _: Reader,
    engine: EngineId,
    rows: Annotated[int, Query(ge=0, le=10_000, description="most rows of each table")] = 100,
) -> Response:
    """Return the newest result of an engine: finding, charts, tables, observations."""
    _known(engine)
    kept = kept_result(folder_of(request), engine)
    if kept is None:
        raise NotThere("the engine {id} has no result yet; ask for a run", id=engine)
    name, document, tables = kept
    shown = {key: {"rows": table.num_rows, "items": table.slice(0, rows).to_pylist()} for key, table in tables.items()}
    return tagged(request, json_of({"run": name} | document | {"rows": shown}))


@router.get("/jobs")
def jobs(request: Request, response: Response, _: Reader, offset: Offset = 0, limit: Limit = 50) -> Page[JobShown]:
    """List the jobs, the newest first."""
    found, total = page_of_jobs(folder_of(request), offset, limit)
    link(request, response, total, offset, limit)
    return Page(items=[JobShown(**plain(one)) for one in found], total=total, offset=offset, limit=limit)


@router.post("/jobs", status_code=201, responses=answers(404))
def add_job(request: Request, person: Runner, given: NewRun) -> Made:
    """Ask for a run of an engine; a worker takes it."""
    _known(given.engine)
    folder, now, limits = folder_of(request), datetime.now(UTC), Limits(given.attempts, given.time_limit_s)
    deed = Deed(person.name, "api", "engines.run", given.engine)
    made = audited(folder, deed, now, lambda: submit(folder, given.engine, given.request(), now, limits))
    return Made(number=made)


@router.get("/jobs/{number}", responses=answers(404))
def job(request: Request, _: Reader, number: Number) -> JobLog:
    """Return a job with the lines that it printed."""
    found, lines = log_of(folder_of(request), number)
    return JobLog(job=JobShown(**plain(found)), lines=[Line(at=at, text=text) for at, text in lines])


@router.delete("/jobs/{number}", responses=answers(404))
def cancel_job(request: Request, person: Runner, number: Number) -> JobShown:
    """Take a job back: a waiting one at once, a running one within seconds."""
    folder, now = folder_of(request), datetime.now(UTC)
    job_of(folder, number)  # what is not there is no deed
    deed = Deed(person.name, "api", "engines.cancel", str(number))
    return JobShown(**plain(audited(folder, deed, now, lambda: cancel(folder, number, now))))


@router.get("/schedules")
def schedules(request: Request, _: Reader) -> list[ScheduleShown]:
    """List the schedules."""
    return [ScheduleShown(**plain(one)) for one in schedules_of(folder_of(request))]


@router.post("/schedules", status_code=201, responses=answers(404))
def add_schedule(request: Request, person: Runner, given: NewSchedule) -> Made:
    """Run an engine again and again."""
    _known(given.engine)
    folder, now = folder_of(request), datetime.now(UTC)
    deed = Deed(person.name, "api", "schedules.add", given.engine, {"rule": given.rule})
    made = audited(folder, deed, now, lambda: schedule(folder, given.engine, given.request(), given.rule, now))
    return Made(number=made)


@router.patch("/schedules/{number}", responses=answers(404))
def change_schedule(request: Request, person: Runner, number: Number, given: ScheduleChange) -> ScheduleShown:
    """Let a schedule rest, or go on; what it missed is not made up for."""
    folder, now = _scheduled(request, number), datetime.now(UTC)
    deed = Deed(person.name, "api", "schedules.pause" if given.paused else "schedules.resume", str(number))
    changed = pause_schedule if given.paused else partial(resume_schedule, now=now)
    return ScheduleShown(**plain(audited(folder, deed, now, lambda: changed(folder, number))))


@router.delete("/schedules/{number}", status_code=204, responses=answers(404))
def drop_schedule(request: Request, person: Runner, number: Number) -> Response:
    """Forget a schedule; its jobs stay."""
    folder = _scheduled(request, number)
    deed = Deed(person.name, "api", "schedules.remove", str(number))
    audited(folder, deed, datetime.now(UTC), lambda: remove_schedule(folder, number))
    return Response(status_code=204)


def _scheduled(request: Request, number: int) -> File:
    folder = folder_of(request)
    if all(one.id != number for one in schedules_of(folder)):
        raise NotThere("there is no schedule {schedule}", schedule=number)
    return folder


def _known(engine: str) -> None:
    known = [one.id for one in catalogue()]
    if engine not in known:
        raise NotThere("there is no engine {id}; {near}", id=engine, near=nearest(engine, known))
