"""Imports in steps: bring files, see what they are, say how they are read, check, import, and take back."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path as File
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from linghang.api.given import folder_of
from linghang.api.problems import NotThere, answers
from linghang.api.security import Reader, Writer
from linghang.api.sending import XLSX, Described, Limit, Offset, Page, page_of
from linghang.api.uploads import kept_uploads
from linghang.errors import BadInput
from linghang.usecases.accounts import Person
from linghang.usecases.auditing import Deed, audited
from linghang.usecases.import_checks import (
    Undoable,
    check_delivery,
    faults_csv,
    faults_of,
    faults_workbook,
    last_import,
    undo_import,
    why_not,
)
from linghang.usecases.import_deliveries import (
    READABLE,
    Delivery,
    add_delivery,
    add_files,
    deliveries,
    drop_delivery,
    open_delivery,
    set_plan,
)
from linghang.usecases.import_plans import mapping_text, plan_document
from linghang.usecases.import_previews import preview
from linghang.usecases.importing import write_template
from linghang.usecases.json_values import plain
from linghang.usecases.workspaces import open_workspace
from linghang.words import Text, language

router = APIRouter(prefix="/imports", tags=["data"])
templates = APIRouter(tags=["data"])
SPREADSHEET: Described = {200: {"content": {XLSX: {}}, "description": "a workbook"}}
CSV: Described = {200: {"content": {"text/csv": {}}, "description": "a table"}}
TOML: Described = {200: {"content": {"application/toml": {}}, "description": "a mapping file"}}
DeliveryId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="as it was given when the files came")]
SheetNumber = Annotated[int, Path(ge=0, le=10_000, description="place of the sheet in the delivery")]
Short = Annotated[str, Field(max_length=500)]


class SheetShown(BaseModel):
    """One sheet: what it is, how it is to be read, and which tables it may be."""

    number: int
    rows: int = Field(description="as far as that is known without reading all of it")
    columns: list[str]
    header_found: int
    encoding_found: str | None
    delimiter_found: str | None
    plan: dict[str, Any] = Field(description="file, sheet, use, table, header, encoding, delimiter, columns, empty")
    tables: list[dict[str, Any]] = Field(description="tables that it may be, the likeliest first")


class DeliveryShown(BaseModel):
    """Files that were brought, and what the last check found."""

    id: str
    made_at: datetime
    files: list[str]
    imported: bool
    sheets: list[SheetShown]
    result: dict[str, Any] | None = Field(description="kept, count of problems, tables, kinds of problems; or none yet")


class PlanGiven(BaseModel, extra="forbid"):
    """How a sheet is read; what is left out stays as it is."""

    use: Literal["template", "mapped", "left_out"] | None = None
    table: str | None = Field(None, max_length=100, pattern=r"^\w+$")
    header: int | None = Field(None, ge=0, le=100_000, description="number of the header's row")
    encoding: str | None = Field(None, max_length=40)
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    columns: dict[Short, Short | dict[Short, Any]] | None = Field(
        None, max_length=200, description="our column -> the sheet's, or a table as a mapping file has it"
    )
    empty: list[Short] | None = Field(None, max_length=50, description="texts that mean empty")
    distinct: bool | None = Field(None, description="equal rows become one")

    def changes(self) -> dict[str, Any]:
        """What is to change."""
        found = {name: getattr(self, name) for name in self.model_fields_set}
        if found.get("columns") is not None:
            found["columns"] = {
                name: {"from": one} if isinstance(one, str) else one for name, one in found["columns"].items()
            }
        return {name: one for name, one in found.items() if one is not None or name in ("encoding", "delimiter")}


class FaultShown(BaseModel):
    """One problem, with its place."""

    file: str
    sheet: str | None
    row: int | None
    column: str | None
    cell: str | None
    table: str | None
    field: str | None
    kind: int
    said: str


class PreviewShown(BaseModel):
    """The first rows as they would be kept."""

    table: str | None
    columns: list[str]
    rows: list[dict[str, Any]] = Field(description="row: its number in the sheet; values; faults by column")
    missing: list[str] = Field(description="required columns that nothing gives")
    words: dict[str, list[str]] = Field(description="words that a column's list does not know")
    problems: list[str]


class UndoableShown(BaseModel):
    """The last import that can be taken back."""

    at: datetime
    who: str
    files: list[str]
    tables: dict[str, dict[str, int]]


@router.get("/deliveries")
def list_deliveries(request: Request, person: Writer) -> list[DeliveryShown]:
    """List what you have brought in the last day and not taken away."""
    return [_shown(one) for one in deliveries(folder_of(request), person.name)]


@router.post("/deliveries", status_code=201)
def bring(request: Request, person: Writer, files: list[UploadFile]) -> DeliveryShown:
    """Bring files: they are looked at, and how they are read is proposed; nothing is imported."""
    with tempfile.TemporaryDirectory(prefix="linghang-import-") as place:
        given = _uploaded(File(place), files)
        return _shown(add_delivery(folder_of(request), given, person.name, datetime.now(UTC)))


@router.get("/deliveries/{id}", responses=answers(404))
def show_delivery(request: Request, person: Writer, id: DeliveryId) -> DeliveryShown:
    """Return what was brought, how it is to be read, and what the last check found."""
    return _shown(_known(request, id, person))


@router.delete("/deliveries/{id}", status_code=204, responses=answers(404))
def take_away(request: Request, person: Writer, id: DeliveryId) -> None:
    """Take files away that were brought; what was imported stays."""
    _known(request, id, person)
    drop_delivery(folder_of(request), id, person.name)


@router.post("/deliveries/{id}/files", status_code=201, responses=answers(404))
def bring_more(request: Request, person: Writer, id: DeliveryId, files: list[UploadFile]) -> DeliveryShown:
    """Bring further files to the same import."""
    found = _known(request, id, person)
    with tempfile.TemporaryDirectory(prefix="linghang-import-") as place:
        return _shown(add_files(folder_of(request), found, _uploaded(File(place), files)))


@router.put("/deliveries/{id}/sheets/{number}", responses=answers(404))
def plan_sheet(
    request: Request, person: Writer, id: DeliveryId, number: SheetNumber, given: PlanGiven
) -> DeliveryShown:
    """Say how a sheet is read; with another table its columns are proposed anew."""
    found = _sheet(request, id, person, number)
    return _shown(set_plan(folder_of(request), found, {number: given.changes()}))


@router.get("/deliveries/{id}/sheets/{number}/preview", responses=answers(404))
def preview_sheet(request: Request, person: Writer, id: DeliveryId, number: SheetNumber) -> PreviewShown:
    """Return the first rows as they would be kept; references are looked at by the check only."""
    found = _sheet(request, id, person, number)
    zone = open_workspace(folder_of(request)).time_zone
    seen = preview(found.looks[number], found.plans[number], zone)
    rows = [
        {
            "row": row,
            "values": {name: plain(value) for name, value in zip(seen.columns, values, strict=True)},
            "faults": dict(seen.faults.get(row, {})),
        }
        for row, values in seen.rows.items()
    ]
    words = {name: list(one) for name, one in seen.words.items()}
    return PreviewShown(
        table=seen.table,
        columns=list(seen.columns),
        rows=rows,
        missing=list(seen.missing),
        words=words,
        problems=list(seen.problems),
    )


@router.post("/deliveries/{id}/check", responses=answers(404))
def check(request: Request, person: Writer, id: DeliveryId) -> DeliveryShown:
    """Check all of it, and count what would be added, changed and left alone; nothing is kept."""
    _known(request, id, person)
    return _shown(check_delivery(folder_of(request), id, person.name, datetime.now(UTC)))


@router.post("/deliveries/{id}/commit", status_code=201, responses=answers(404))
def commit(request: Request, person: Writer, id: DeliveryId) -> DeliveryShown:
    """Import all of it in one transaction, or nothing; the result says which problems there were."""
    found, now = _known(request, id, person), datetime.now(UTC)
    deed = Deed(person.name, "api", "records.import", ", ".join(found.files))
    folder = folder_of(request)
    made = audited(folder, deed, now, lambda: check_delivery(folder, id, person.name, now, keep=True), why_not)
    return _shown(made)


@router.get("/deliveries/{id}/problems", responses=answers(404))
def problems(
    request: Request,
    response: Response,
    person: Writer,
    id: DeliveryId,
    kind: Annotated[int | None, Query(ge=0, le=10_000, description="only this kind of the result's list")] = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Page[FaultShown]:
    """List what the last check found wrong, cell by cell (the first thousand)."""
    said = [
        FaultShown(**{name: getattr(one, name) for name in FaultShown.model_fields} | {"said": one.said[language()]})
        for one in faults_of(_known(request, id, person), kind)
    ]
    return page_of(request, response, said, offset, limit)


@router.get("/deliveries/{id}/problems.csv", responses=answers(404) | CSV, response_class=Response)
def problems_csv(request: Request, person: Writer, id: DeliveryId) -> Response:
    """Return the problems as CSV."""
    content = faults_csv(_known(request, id, person))
    return Response(content, media_type="text/csv", headers=_attached("problems.csv"))


@router.get("/deliveries/{id}/problems.xlsx", responses=answers(404) | SPREADSHEET, response_class=FileResponse)
def problems_workbook(request: Request, person: Writer, id: DeliveryId) -> FileResponse:
    """Return the sheets as they came, their faulty cells red with a note each."""
    found = _known(request, id, person)
    try:
        path = faults_workbook(folder_of(request), found)
    except BadInput as error:
        raise NotThere("{fault}", fault=str(error)) from None
    return FileResponse(path, media_type=XLSX, headers=_attached("problems.xlsx"))


@router.get("/deliveries/{id}/mapping.toml", responses=answers(404) | TOML, response_class=Response)
def mapping(request: Request, person: Writer, id: DeliveryId) -> Response:
    """Return how the foreign sheets are read as a mapping file for `linghang import --map`."""
    content = mapping_text(_known(request, id, person).plans)
    return Response(content.encode(), media_type="application/toml", headers=_attached("mapping.toml"))


@router.get("/last", responses=answers(404))
def last(request: Request, _: Reader) -> UndoableShown:
    """Return the last import that can be taken back."""
    found = last_import(folder_of(request))
    if found is None:
        raise NotThere("there is no import that could be taken back")
    return _undoable(found)


@router.post("/last/undo", responses=answers(404))
def undo(request: Request, person: Writer) -> UndoableShown:
    """Take the last import back: all of it, or nothing where a row was changed since."""
    folder = folder_of(request)
    found = last_import(folder)
    if found is None:
        raise NotThere("there is no import that could be taken back")
    deed = Deed(person.name, "api", "records.undo", ", ".join(found.files))
    return _undoable(audited(folder, deed, datetime.now(UTC), lambda: undo_import(folder, found.at)))


@templates.get("/template", responses=SPREADSHEET, response_class=Response)
def template(
    _: Reader,
    tables: Annotated[
        list[Annotated[str, Query(max_length=100)]], Query(max_length=200, description="names of tables; all if none")
    ] = [],  # noqa: B006
    lang: Annotated[Literal["zh", "en"] | None, Query(description="else the language that you accept")] = None,
) -> Response:
    """Return the workbook that a plant fills: a sheet a table, explained in its headers."""
    with tempfile.TemporaryDirectory(prefix="linghang-template-") as place:
        path = File(place) / "template.xlsx"
        write_template(path, lang=lang or language(), tables=tables)
        content = path.read_bytes()
    name = f"linghang-{tables[0]}.xlsx" if len(tables) == 1 and tables[0].isascii() else "linghang-template.xlsx"
    return Response(content, media_type=XLSX, headers=_attached(name))


def _attached(name: str) -> dict[str, str]:
    safe = "".join(one for one in name if one.isalnum() or one in "-_.")
    return {"Content-Disposition": f'attachment; filename="{safe}"', "Cache-Control": "private, no-cache"}


def _uploaded(place: File, files: Sequence[UploadFile]) -> list[tuple[File, str]]:
    return [(path, path.name) for path in kept_uploads(place, files, READABLE)]


def _known(request: Request, id: str, person: Person) -> Delivery:
    try:
        return open_delivery(folder_of(request), id, person.name)
    except BadInput as error:
        raise NotThere("{fault}", fault=str(error)) from None


def _sheet(request: Request, id: str, person: Person, number: int) -> Delivery:
    found = _known(request, id, person)
    if number >= len(found.plans):
        raise NotThere("there is no sheet {number}; there are {count}", number=number, count=len(found.plans))
    return found


def _shown(found: Delivery) -> DeliveryShown:
    result = None
    if found.result is not None:
        result = {name: one for name, one in found.result.items() if name != "faults"}
        result["kinds"] = [one | {"said": str(Text(one["said"]["zh"], one["said"]["en"]))} for one in result["kinds"]]
    sheets = [
        SheetShown(
            number=number,
            rows=look.total,
            columns=list(look.columns(plan.header)),
            header_found=look.header,
            encoding_found=look.encoding,
            delimiter_found=look.delimiter,
            plan=plan_document(plan),
            tables=[dict(plain(one)) for one in offers],
        )
        for number, (look, plan, offers) in enumerate(zip(found.looks, found.plans, found.offers, strict=True))
    ]
    return DeliveryShown(
        id=found.id,
        made_at=found.made_at,
        files=list(found.files),
        imported=found.imported,
        sheets=sheets,
        result=result,
    )


def _undoable(found: Undoable) -> UndoableShown:
    tables = {name: {"added": added, "changed": changed} for name, (added, changed) in found.tables.items()}
    return UndoableShown(at=found.at, who=found.who, files=list(found.files), tables=tables)
