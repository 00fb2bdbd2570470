"""The application: what the plant states itself, what is missing, and what the other routes make of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from linghang.api import bundle_routes, export_routes, report_routes, review_routes
from linghang.api.elsewhere import elsewhere
from linghang.api.given import DEFAULT_PACK, PackName, folder_of, known_pack
from linghang.api.problems import NotThere, answers
from linghang.api.report_routes import Asked
from linghang.api.security import Reader, Writer
from linghang.api.sending import JSON_OBJECT, UNCHANGED, Described, json_of, tagged
from linghang.errors import ManyProblems
from linghang.usecases import application_editing as editing
from linghang.usecases.accounts import Person
from linghang.usecases.application_editing import Changed, Statement
from linghang.usecases.auditing import Deed, audited
from linghang.usecases.report_missing import completeness_of
from linghang.words import tr

router = APIRouter(tags=["application"])
for _routes in (report_routes, review_routes, bundle_routes, export_routes):
    router.include_router(_routes.router)
YAML = "application/yaml"
TEXT: Described = {200: {"content": {YAML: {"schema": {}}}, "description": "the file"}, **UNCHANGED}
IfMatch = Annotated[str | None, Header(max_length=200, description="ETag of the edition that is changed")]
IfNoneMatch = Annotated[str | None, Header(max_length=200, description="* where there must be no file yet")]


class EditionShown(BaseModel):
    """The edition that the file is in now."""

    edition: str = Field(description="its ETag without quotes; - where there is no file")
    can_put_back: bool = Field(description="whether the edition before can be put back")


class Facts(BaseModel):
    """Single facts of the file."""

    values: dict[str, str | list[str] | dict[str, str] | None] = Field(
        max_length=100, description="key such as unit.contact -> text, {zh, en}, a list of texts, or null for nothing"
    )


@router.get("/application", responses=TEXT | answers(404), response_class=Response)
def statement(request: Request, _: Reader) -> Response:
    """Return application.yaml as it stands; its ETag is what a change names."""
    found = editing.read_statement(folder_of(request))
    if found.text is None:
        raise NotThere("there is no {name} yet; POST makes one with every key explained", name=editing.APPLICATION)
    return tagged(request, found.text.encode(), _etag(found), media_type=f"{YAML}; charset=utf-8")


@router.post("/application", status_code=201, responses=answers(409))
def begin(request: Request, response: Response, person: Writer) -> EditionShown:
    """Write application.yaml with every key explained and the scenes of the records, where there is none yet."""
    folder = folder_of(request)
    if editing.read_statement(folder).text is not None:
        raise HTTPException(409, tr("{name} is there already; it is not touched", name=editing.APPLICATION))
    return _changed(request, response, person, "begin", lambda: editing.begin(folder))


@router.put("/application", responses=answers(404, 412, 428))
def write(
    request: Request,
    response: Response,
    person: Writer,
    text: Annotated[bytes, Body(media_type=YAML, max_length=editing.MOST_BYTES, description="the whole file")],
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
    pack: PackName = DEFAULT_PACK,
    dry_run: Annotated[bool, Query(description="check everything and write nothing")] = False,
) -> EditionShown:
    """Write application.yaml: it is checked first, line by line, and an edition that somebody else wrote is kept."""
    folder, pack = folder_of(request), known_pack(pack)
    said = text.decode("utf-8", errors="surrogateescape")
    if dry_run:
        if problems := editing.check(folder, said, pack):
            raise ManyProblems(problems)
        return _shown(editing.read_statement(folder), response)
    known = _known(editing.read_statement(folder), if_match, if_none_match)
    return _changed(request, response, person, "save", lambda: editing.save(folder, said, known, pack))


@router.get("/application/facts", responses=JSON_OBJECT, response_class=Response)
def facts(request: Request, _: Reader) -> Response:
    """Return the single facts of application.yaml: who applies, the factory, the plan, who signs."""
    found = editing.read_statement(folder_of(request))
    return tagged(request, json_of({"values": editing.values_of(found.text or "")}), _etag(found))


@router.patch("/application/facts", responses=answers(404, 412, 428))
def change_facts(
    request: Request,
    response: Response,
    person: Writer,
    given: Facts,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
    pack: PackName = DEFAULT_PACK,
) -> EditionShown:
    """Put single facts into application.yaml; everything else in it stays letter by letter."""
    folder, pack = folder_of(request), known_pack(pack)
    known = _known(editing.read_statement(folder), if_match, if_none_match)
    return _changed(
        request,
        response,
        person,
        "save",
        lambda: editing.save_values(folder, given.values, known, pack),
    )


@router.post("/application/undo", responses=answers(409))
def undo(request: Request, response: Response, person: Writer) -> EditionShown:
    """Put the edition before the last change back; once more brings the change back."""
    folder = folder_of(request)
    try:
        return _changed(request, response, person, "undo", lambda: editing.put_back(folder))
    except HTTPException as error:
        raise HTTPException(409, error.detail) from None


@router.get("/application/missing", responses=JSON_OBJECT | answers(404), response_class=Response)
async def missing(request: Request, _: Reader, asked: Annotated[Asked, Depends()]) -> Response:
    """Say what a report still lacks, chapter by chapter, each with what to supply and where."""
    found = await elsewhere(completeness_of, folder_of(request), asked.request(), datetime.now(UTC))
    return tagged(request, json_of(found.to_dict()))


def _known(now: Statement, if_match: str | None, if_none_match: str | None) -> str:
    """Return the edition that a change begins from (RFC 9110, 13; RFC 6585, 3)."""
    if if_match is not None:
        if if_match.strip() == "*" and now.text is not None:
            return now.edition
        return if_match.strip().strip('"')
    if if_none_match is not None and if_none_match.strip() == "*":
        return "-"
    raise HTTPException(428, tr("name the edition that is changed by If-Match, or If-None-Match: * for a new file"))


def _changed(
    request: Request, response: Response, person: Person, verb: str, work: Callable[[], Statement]
) -> EditionShown:
    deed = Deed(person.name, "api", f"application.{verb}", editing.APPLICATION)
    try:
        return _shown(audited(folder_of(request), deed, datetime.now(UTC), work), response)
    except Changed as error:
        raise HTTPException(412, str(error)) from None


def _shown(found: Statement, response: Response) -> EditionShown:
    response.headers["ETag"] = _etag(found)
    return EditionShown(edition=found.edition, can_put_back=found.can_put_back)


def _etag(found: Statement) -> str:
    return f'"{found.edition}"'
