"""Results of engines: the runs that are kept, their tables as pages and as files; and a changed schedule checked."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path as Folder
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from linghang.api.elsewhere import elsewhere
from linghang.api.given import folder_of
from linghang.api.problems import answers
from linghang.api.security import Reader
from linghang.api.sending import BINARY, JSON_OBJECT, Described, Limit, Offset, json_of, link, tagged
from linghang.usecases.engine_results import MEDIA, FileKind, document_of, file_of, rows_of, runs_of
from linghang.usecases.json_values import plain
from linghang.usecases.schedule_checking import ENGINE, MOST_MOVES, Move, check_schedule

router = APIRouter(tags=["engines"])
EngineId = Annotated[str, Path(max_length=100, pattern=r"^[\w.]+$")]
Run = Annotated[str, Path(max_length=100, pattern=r"^[\w-]+$", description="name of a run")]
Table = Annotated[str, Path(max_length=100, pattern=r"^\w+$", description="name of a table of the result")]
BYTES: Described = {200: {"content": dict.fromkeys(MEDIA.values(), BINARY)}}


class RunShown(BaseModel):
    """A run whose result is kept."""

    name: str
    at: datetime | None = Field(description="when it ended")


class RowsShown(BaseModel):
    """A page of a table of a result."""

    items: list[dict[str, Any]]
    total: int
    offset: int
    limit: int
    columns: dict[str, str] = Field(description="column -> number, when, yes_no or text")


class MoveGiven(BaseModel):
    """A task that was moved."""

    task: str = Field(max_length=200, description="lot operation, as the table `schedule` names it")
    machine: str = Field(max_length=200, description="equipment")
    start: AwareDatetime = Field(description="when it begins; behind a break where it lies in one")


class ScheduleGiven(BaseModel):
    """A schedule that a person has changed."""

    run: str = Field("", max_length=100, pattern=r"^[\w-]*$", description="the newest where it is empty")
    moves: list[MoveGiven] = Field(default_factory=list, max_length=MOST_MOVES)


class ScheduleChecked(BaseModel, extra="allow"):
    """What the engine's judge says of it."""

    placed: list[dict[str, Any]] = Field(description="every bar: machine, start and end in UTC seconds")
    broken: list[dict[str, Any]] = Field(description="rules that are broken; empty where it can be done")
    before: dict[str, Any] = Field(description="figures of the schedule that the engine made")
    after: dict[str, Any] = Field(description="figures of the changed one")


@router.get("/engines/{engine}/runs", responses=answers(404))
def runs(request: Request, _: Reader, engine: EngineId) -> list[RunShown]:
    """List the runs of an engine whose results are kept, the newest first; one that never ran has none."""
    return [RunShown(name=one.name, at=one.at) for one in runs_of(folder_of(request), engine)]


@router.get("/engines/{engine}/runs/{run}", responses=JSON_OBJECT | answers(404), response_class=Response)
def run(request: Request, _: Reader, engine: EngineId, run: Run) -> Response:
    """Return what a run found, without the rows of its tables."""
    name, document = document_of(folder_of(request), engine, run)
    return tagged(request, json_of({"run": name} | document))


@router.get("/engines/{engine}/runs/{run}/tables/{table}/rows", responses=answers(404))
def rows(
    request: Request,
    response: Response,
    _: Reader,
    engine: EngineId,
    run: Run,
    table: Table,
    offset: Offset = 0,
    limit: Limit = 100,
    order: Annotated[
        str, Query(max_length=100, pattern=r"^-?\w*$", description="column; with a minus from the greatest")
    ] = "",
) -> RowsShown:
    """Return a page of a table of a result, with the columns that say something in the reader's language."""
    found = rows_of(folder_of(request), engine, run, table, offset=offset, limit=limit, order=order)
    link(request, response, found.total, offset, limit)
    return RowsShown(
        items=plain(found.rows), total=found.total, offset=offset, limit=limit, columns=dict(found.columns)
    )


@router.get("/engines/{engine}/runs/{run}/tables/{table}/file", responses=BYTES | answers(404), response_class=Response)
def file(
    request: Request,
    _: Reader,
    engine: EngineId,
    run: Run,
    table: Table,
    kind: Annotated[FileKind, Query(description="kind of file")] = "csv",
) -> Response:
    """Return a table of a result as a file, with all of its columns."""
    content = file_of(folder_of(request), engine, run, table, kind)
    name = f"{engine}-{table}.{kind}"
    return Response(content, media_type=MEDIA[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post(f"/engines/{ENGINE}/check", responses=answers(404), response_model=ScheduleChecked)
async def check(request: Request, _: Reader, given: ScheduleGiven) -> Response:
    """Check a kept schedule with some tasks moved: which rules it breaks, and its figures. Nothing is kept."""
    moves = [Move(one.task, one.machine, one.start) for one in given.moves]
    return Response(await elsewhere(_checked, folder_of(request), given.run, moves), media_type="application/json")


def _checked(folder: Folder, run: str, moves: Sequence[Move]) -> bytes:
    return json_of(check_schedule(folder, run, moves))
