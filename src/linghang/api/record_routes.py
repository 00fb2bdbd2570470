"""The plant's data: tables of records, imports, tags and their courses."""

import re
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path as File
from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Path, Query, Request, Response, UploadFile
from pydantic import BaseModel

from linghang.api import import_routes
from linghang.api.given import DEFAULT_PACK, AsOf, PackName, folder_of, known_pack, with_telemetry, with_zone
from linghang.api.problems import NotThere, answers
from linghang.api.security import Reader, Writer
from linghang.api.sending import JSON_OBJECT, Limit, Offset, Page, json_of, link, page_of, tagged
from linghang.api.uploads import kept_uploads
from linghang.errors import BadInput, ManyProblems, nearest
from linghang.usecases.accounts import Person
from linghang.usecases.auditing import Deed, audited
from linghang.usecases.data_quality import quality_document
from linghang.usecases.import_deliveries import READABLE
from linghang.usecases.importing import ImportReport, import_files
from linghang.usecases.json_values import plain
from linghang.usecases.record_pages import rows, tables
from linghang.usecases.telemetry import Watch, meanings, open_telemetry, trend
from linghang.words import tr

router = APIRouter(tags=["data"])
router.include_router(import_routes.router)
router.include_router(import_routes.templates)
TableName = Annotated[str, Path(max_length=100, pattern=r"^\w+$")]
Order = Annotated[str, Query(max_length=100, pattern=r"^-?\w*$", description="column; with - from the greatest")]
MOST_POINTS = 5_000


class TagShown(BaseModel):
    """A tag with its last value."""

    name: str
    title: str
    unit: str
    kind: str
    points: int
    at: datetime | None
    value: float | str | bool | None
    good: bool


class Course(BaseModel):
    """A tag over time: one entry an interval."""

    tag: str
    title: str
    unit: str
    every_s: int
    at: list[datetime]
    mean: list[float | None]
    low: list[float | None]
    high: list[float | None]
    count: list[int]


class Imported(BaseModel):
    """What an import kept, or would keep."""

    kept: bool
    dry_run: bool
    tables: dict[str, dict[str, int]]


class RowsPage(BaseModel):
    """Rows of a table; money and decimals as text, times in UTC."""

    items: list[dict[str, Any]]
    total: int
    offset: int
    limit: int


@router.get("/tables", responses=JSON_OBJECT, response_class=Response)
def dictionary(request: Request, _: Reader) -> Response:
    """Return the data dictionary: every table with its columns, units and titles."""
    return tagged(request, json_of({"tables": tables()}))


@router.get("/tables/{table}/rows", responses=answers(404))
def table_rows(
    request: Request,
    response: Response,
    _: Reader,
    table: TableName,
    order: Order = "",
    where: Annotated[
        list[Annotated[str, Query(max_length=300)]],
        Query(max_length=20, description="column:test:value with has, is, from, to; or column:empty, column:filled"),
    ] = [],  # noqa: B006
    offset: Offset = 0,
    limit: Limit = 100,
) -> RowsPage:
    """Return rows of a table, a page at a time: sorted by any column, and only those that pass the filters."""
    known = [one.name for one in tables()]
    if table not in known:
        raise NotThere("there is no table {name}; {near}", name=table, near=nearest(table, known))
    found = rows(folder_of(request), table, offset=offset, limit=limit, order=order, where=where)
    link(request, response, found.total, offset, limit)
    items = [{name: plain(value) for name, value in row.items()} for row in found.rows]
    return RowsPage(items=items, total=found.total, offset=offset, limit=limit)


@router.post("/imports", status_code=201, responses={200: {"model": Imported}})
def import_records(
    request: Request,
    response: Response,
    person: Writer,
    files: list[UploadFile],
    table: Annotated[str | None, Query(max_length=100, description="of files without a telling name")] = None,
    dry_run: Annotated[bool, Query(description="check everything and keep nothing")] = False,
) -> Imported:
    """Import workbooks, CSV and Parquet files as one set: all of it is kept, or nothing."""
    with tempfile.TemporaryDirectory(prefix="linghang-import-") as folder:
        paths = kept_uploads(File(folder), files, READABLE)
        report = _imported(folder_of(request), paths, person, table, dry_run)
    _refuse(report, folder)
    response.status_code = 200 if dry_run else 201
    counts = {
        one.table: {"rows": one.rows, "added": one.added, "changed": one.changed, "unchanged": one.unchanged}
        for one in report.tables
    }
    return Imported(kept=not dry_run, dry_run=dry_run, tables=counts)


def _imported(folder: File, paths: Sequence[File], person: Person, table: str | None, dry_run: bool) -> ImportReport:
    now = datetime.now(UTC)

    def work() -> ImportReport:
        return import_files(folder, [str(path) for path in paths], now=now, table=table, dry_run=dry_run)

    names = ", ".join(path.name for path in paths)
    if dry_run:
        return work()
    deed = Deed(person.name, "api", "records.import", names)
    return audited(folder, deed, now, work, _why_not)


def _why_not(made: ImportReport) -> str:
    return tr("{count} problems", count=made.problem_count) if made.refused else ""


@router.get("/quality", responses=JSON_OBJECT | answers(404), response_class=Response)
def quality(request: Request, _: Reader, pack: PackName = DEFAULT_PACK, as_of: AsOf = None) -> Response:
    """Return how complete, whole, plausible and fresh the records are, and what their gaps hold up."""
    found = quality_document(folder_of(request), pack=known_pack(pack), now=datetime.now(UTC), as_of=as_of)
    return tagged(request, json_of(found))


@router.get("/tags", responses=answers(404))
def tags(
    request: Request,
    response: Response,
    _: Reader,
    find: Annotated[str, Query(max_length=200, description="words that name or title hold")] = "",
    offset: Offset = 0,
    limit: Limit = 100,
) -> Page[TagShown]:
    """List the tags of the telemetry with their last values."""
    folder = with_telemetry(request)
    with open_telemetry(folder) as reader:
        found = Watch(reader, find.split(), meanings(folder)).rows()
    shown = [TagShown(**{name: getattr(one, name) for name in TagShown.model_fields}) for one in found]
    return page_of(request, response, shown, offset, limit)


@router.get("/tags/course", responses=answers(404))
def course(
    request: Request,
    _: Reader,
    tag: Annotated[str, Query(min_length=1, max_length=500, description="the tag's name")],
    start: Annotated[datetime | None, Query(description="with a zone; a day before the end where left out")] = None,
    end: Annotated[datetime | None, Query(description="with a zone; the tag's last moment where left out")] = None,
    every_s: Annotated[int | None, Query(ge=1, le=366 * 86_400, description="seconds of an interval")] = None,
) -> Course:
    """Return a tag's means, least and greatest values in intervals."""
    with_zone(start, end)
    found = trend(with_telemetry(request), tag, start, end, every_s)
    if found.num_rows > MOST_POINTS:
        raise BadInput("that would be {count:,.0f} intervals; {most:,} at most", count=found.num_rows, most=MOST_POINTS)
    said = {name.decode(): value.decode() for name, value in (found.schema.metadata or {}).items()}
    values = {name: _values(found, name) for name in ("at", "mean", "low", "high", "count")}
    about = {"tag": said["name"], "title": said["title"], "unit": said["unit"], "every_s": int(said["every_s"])}
    return Course.model_validate(about | values)


def _values(found: pa.Table, name: str) -> Sequence[Any]:
    """Values of a column; what is no number is not there."""
    return [None if isinstance(one, float) and one != one else one for one in found[name].to_pylist()]


def _refuse(report: ImportReport, folder: str) -> None:
    """Refuse what has problems, under the names that the sender gave: our folder means nothing to anybody."""
    if report.refused:
        ours = re.compile(re.escape(folder) + r"/\d+/")
        raise ManyProblems([BadInput("{fault}", fault=ours.sub("", str(fault))) for fault in report.problems])
