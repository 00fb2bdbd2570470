"""What the plant has reached: verdict, elements, indicators, and what would be if."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from linghang.api.given import DEFAULT_PACK, AsOf, PackName, folder_of, known_pack
from linghang.api.problems import NotThere, answers
from linghang.api.security import Reader, Runner
from linghang.api.sending import JSON_OBJECT, Limit, Offset, Often, Page, json_of, page_of, tagged
from linghang.errors import nearest
from linghang.usecases.assessing import assess
from linghang.usecases.auditing import Deed, audited
from linghang.usecases.kept import assessed_document
from linghang.usecases.status import status_document, status_of

router = APIRouter(tags=["assessment"])
Finding = Literal["met", "unmet", "unknown", "not_applicable"]
VERDICT = ("pack", "as_of", "pack_status", "pack_digest", "interpretation", "set_interpretations", "floors")
ElementId = Annotated[str, Path(max_length=200, pattern=r"^[\w.-]+$")]


class Element(BaseModel, extra="allow"):
    """One element with its finding, proof and observations."""

    id: str
    level: str
    clause: str
    finding: Finding
    proof: str | None


class Indicator(BaseModel, extra="allow"):
    """One indicator with its value (a decimal as text) and lineage."""

    id: str
    number: int
    value: str | None
    unit: str | None
    state: str


class Asked(BaseModel):
    """An assessment that is to be made and recorded."""

    pack: str = Field(DEFAULT_PACK, max_length=100, pattern=r"^[\w.-]+$")
    as_of: date | None = None


class Recorded(BaseModel):
    """What of an assessment was new in the ledger."""

    recorded: int
    withdrawn: int


@router.get("/status", responses=JSON_OBJECT, response_class=Response)
def status(request: Request, _: Reader) -> Response:
    """What the workspace holds: factories, records, ledger, telemetry, documents."""
    return tagged(request, json_of(status_document(status_of(folder_of(request), datetime.now(UTC)))))


@router.get("/verdict", responses=JSON_OBJECT | answers(404), response_class=Response)
async def verdict(request: Request, _: Reader, pack: PackName = DEFAULT_PACK, as_of: AsOf = None) -> Response:
    """Say which level is confirmed and which is possible at the three floors, and why."""
    folder = folder_of(request)
    known_pack(pack)

    def made() -> bytes:
        found = assessed_document(folder, pack=pack, now=datetime.now(UTC), as_of=as_of)
        return orjson.dumps({name: found[name] for name in VERDICT})

    document = Often(made)
    content, etag = await document.get()
    request.app.state.ready.put(request, document)
    return tagged(request, content, etag)


@router.get("/assessment", responses=JSON_OBJECT | answers(404), response_class=Response)
def assessment(request: Request, _: Reader, pack: PackName = DEFAULT_PACK, as_of: AsOf = None) -> Response:
    """Return the whole assessment: verdict, indicators, and every element with its evidence."""
    return tagged(request, orjson.dumps(assessed(request, pack, as_of)))


@router.post("/assessments", status_code=201, responses=answers(404))
def make_assessment(request: Request, person: Runner, given: Asked) -> Recorded:
    """Assess and record what is new in the ledger."""
    folder, pack, now = folder_of(request), known_pack(given.pack), datetime.now(UTC)
    deed = Deed(person.name, "api", "assessments.record", pack)
    found = audited(folder, deed, now, lambda: assess(folder, pack=pack, now=now, as_of=given.as_of))
    return Recorded(recorded=found.recorded, withdrawn=found.withdrawn)


@router.get("/elements", responses=answers(404))
def elements(
    request: Request,
    response: Response,
    _: Reader,
    pack: PackName = DEFAULT_PACK,
    as_of: AsOf = None,
    finding: Annotated[Finding | None, Query(description="only elements of this finding")] = None,
    level: Annotated[str | None, Query(max_length=40, description="only elements of this level")] = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Page[Element]:
    """List the elements of a pack with their findings, in the pack's order."""
    found = [
        Element(**one)
        for one in assessed(request, pack, as_of)["elements"]
        if finding in (None, one["finding"]) and level in (None, one["level"])
    ]
    return page_of(request, response, found, offset, limit)


@router.get("/elements/{element}", responses=JSON_OBJECT | answers(404), response_class=Response)
def element(
    request: Request, _: Reader, element: ElementId, pack: PackName = DEFAULT_PACK, as_of: AsOf = None
) -> Response:
    """Explain one element at each level that asks for it: finding, proof, reason, interpretations, observations."""
    return tagged(request, orjson.dumps({"levels": one_of(assessed(request, pack, as_of)["elements"], element)}))


@router.get("/indicators", responses=answers(404))
def indicators(
    request: Request,
    response: Response,
    _: Reader,
    pack: PackName = DEFAULT_PACK,
    as_of: AsOf = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Page[Indicator]:
    """List the indicators of the annex with their values, baselines and lineage."""
    found = [Indicator(**one) for one in assessed(request, pack, as_of)["indicators"]]
    return page_of(request, response, found, offset, limit)


@router.get("/indicators/{indicator}", responses=JSON_OBJECT | answers(404), response_class=Response)
def indicator(
    request: Request, _: Reader, indicator: ElementId, pack: PackName = DEFAULT_PACK, as_of: AsOf = None
) -> Response:
    """Return one indicator."""
    return tagged(request, orjson.dumps(one_of(assessed(request, pack, as_of)["indicators"], indicator)[0]))


def assessed(request: Request, pack: str, as_of: date | None) -> dict[str, Any]:
    """What an assessment of a pack of the shelf finds; kept until something changes."""
    return assessed_document(folder_of(request), pack=known_pack(pack), now=datetime.now(UTC), as_of=as_of)


def one_of(items: list[dict[str, Any]], id: str) -> list[dict[str, Any]]:
    """Return the items of an id: an element may stand at several levels."""
    if not (found := [one for one in items if one["id"] == id]):
        raise NotThere("there is no {name} here; {near}", name=id, near=nearest(id, [one["id"] for one in items]))
    return found
