"""Cases and registries of other enterprises: judged as they are handed in, and nothing of them is kept."""

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from pydantic import Field
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from linghang.api.given import DEFAULT_PACK, PackName, known_pack
from linghang.api.problems import answers
from linghang.api.security import Reader, Runner
from linghang.api.sending import BINARY, JSON, Described, json_of
from linghang.api.uploads import kept_upload, name_of
from linghang.api.waiting import while_wanted
from linghang.errors import BadInput
from linghang.usecases.apart import apart
from linghang.usecases.batch import BatchReport, judge_file
from linghang.usecases.judging import judge_case, pack_of_case
from linghang.usecases.parquet_files import opened
from linghang.usecases.policy import PolicyReport, Tried, simulate
from linghang.usecases.uploaded import called

router = APIRouter(tags=["registries"])

MOST_ROWS = 5_000_000
CASE_WITHIN_S, REGISTRY_WITHIN_S = 20.0, 300.0
PARQUET = "application/vnd.apache.parquet"
TABLE: Described = {200: {"content": {PARQUET: BINARY}}}
Day = Annotated[
    date | None,
    Query(ge=date(2000, 1, 1), le=date(2100, 12, 31), description="day of judgement; today where it is left out"),
]
Change = Annotated[str, Field(max_length=2_000)]
Column = Annotated[str, Field(max_length=100)]
Registry = Annotated[UploadFile, File(description="Parquet: one row an enterprise, one column an element")]


@router.post("/cases/judged", responses=JSON | answers(404), response_class=Response)
async def judged_case(
    request: Request,
    _: Reader,
    file: Annotated[UploadFile, File(description="a case file (YAML)")],
    pack: Annotated[
        str | None, Query(description="id of a pack, instead of the one that the case names", max_length=100)
    ] = None,
    as_of: Day = None,
) -> Response:
    """Judge one case: the verdict at the three floors, as of the case's day or another."""
    with tempfile.TemporaryDirectory(prefix="linghang-case-") as folder:
        path = await run_in_threadpool(kept_upload, Path(folder), file, (".yaml", ".yml"))
        with called(path, name_of(file)):
            named = pack or await run_in_threadpool(pack_of_case, path)
            today = datetime.now(UTC).date()
            chosen = known_pack(named or DEFAULT_PACK)
            found = await while_wanted(request, apart(_judged, CASE_WITHIN_S, path, today, chosen, as_of))
    return Response(json_of(found), media_type="application/json")


def _judged(path: Path, today: date, pack: str, as_of: date | None) -> dict[str, Any]:
    return judge_case(path, today=today, pack=pack, as_of=as_of).verdict.to_dict()


@router.post(
    "/registries/judged",
    responses=TABLE | answers(404),
    response_class=FileResponse,
)
async def judged_registry(
    request: Request,
    _: Runner,
    file: Registry,
    pack: PackName = DEFAULT_PACK,
    as_of: Day = None,
    masks: Annotated[bool, Query(description="with the conditions that fail and that are missing, as bits")] = True,
) -> Response:
    """Judge every row of a table; the verdicts stand beside the columns that no rule reads."""
    chosen, day = known_pack(pack), as_of or datetime.now(UTC).date()
    place = tempfile.TemporaryDirectory(prefix="linghang-registry-")
    try:
        path = await run_in_threadpool(_registry, Path(place.name), file)
        target = Path(place.name) / "judged.parquet"
        with called(path, name_of(file)):
            await while_wanted(request, apart(_batch, REGISTRY_WITHIN_S, path, target, chosen, day, masks))
    except BaseException:
        await run_in_threadpool(place.cleanup)
        raise
    return FileResponse(target, media_type=PARQUET, filename="judged.parquet", background=BackgroundTask(place.cleanup))


def _batch(path: Path, target: Path, pack: str, day: date, masks: bool) -> BatchReport:
    return judge_file(path, target, pack=pack, as_of=day, masks=masks)


@router.post("/registries/policies", responses=JSON | answers(404), response_class=Response)
async def policy(  # noqa: PLR0913 - an option a parameter
    request: Request,
    _: Runner,
    file: Registry,
    change: Annotated[
        list[Change] | None,
        Form(max_length=20, description="variants: NAME=VALUE, ELEMENT=RULE or ELEMENT=remove, parted by “;”"),
    ] = None,
    overlay: Annotated[list[Column] | None, Form(max_length=20, description="variants: ids of packs")] = None,
    by: Annotated[list[Column] | None, Form(max_length=10, description="columns that group the enterprises")] = None,
    floor: Annotated[Literal["declared", "documented", "measured"], Form()] = "declared",
    top: Annotated[int, Form(ge=1, le=1_000, description="most reasons of a group and direction")] = 10,
    pack: PackName = DEFAULT_PACK,
    as_of: Day = None,
) -> Response:
    """Judge a registry by the rules in force and by changed ones: who rises, who falls, where, and why."""
    tried = Tried([known_pack(one) for one in overlay or ()], change or ())
    chosen, day = known_pack(pack), as_of or datetime.now(UTC).date()
    with tempfile.TemporaryDirectory(prefix="linghang-registry-") as folder:
        path = await run_in_threadpool(_registry, Path(folder), file)
        with called(path, name_of(file)):
            work = apart(_simulated, REGISTRY_WITHIN_S, path, tried, chosen, day, tuple(by or ()), floor)
            found = await while_wanted(request, work)
    return Response(json_of(found.to_dict(top)), media_type="application/json")


def _simulated(path: Path, tried: Tried, pack: str, day: date, by: tuple[str, ...], floor: Any) -> PolicyReport:
    return simulate(path, tried, pack=pack, as_of=day, by=by, floor=floor)


def _registry(folder: Path, upload: UploadFile) -> Path:
    path = kept_upload(folder, upload, (".parquet",))
    with called(path, name_of(upload)), opened(path) as table:
        if table.metadata.num_rows > MOST_ROWS:
            raise BadInput(
                "has {count} rows, more than {most}; hand it in in parts, or judge it with “linghang batch”",
                count=f"{table.metadata.num_rows:,}",
                most=f"{MOST_ROWS:,}",
            )
    return path
