"""What is proved and what is missing: the register of documents, the matrix, what expires, consistency."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from linghang.api import document_routes
from linghang.api.given import DEFAULT_PACK, AsOf, PackName, folder_of, known_pack
from linghang.api.problems import NotThere, answers
from linghang.api.security import Reader, Reviewer
from linghang.api.sending import JSON_OBJECT, json_of, tagged
from linghang.errors import nearest
from linghang.usecases.auditing import Deed, audited
from linghang.usecases.consistency_kept import accept_remark, checks_document, consistency_document
from linghang.usecases.consistency_waivers import Waiver, take_back
from linghang.usecases.evidence_expiry import MONTHS, MOST_MONTHS, endings, losses
from linghang.usecases.evidence_matrix import matrix_document
from linghang.usecases.evidence_titles import find_targets
from linghang.usecases.packs import load

router = APIRouter(tags=["evidence"])
router.include_router(document_routes.router)
Gap = Literal["proved", "weak", "stale", "expired", "contradicted", "none"]
Level = Annotated[str | None, Query(max_length=40, description="id of a level of the pack")]
MOST_FOUND = 500


class TargetShown(BaseModel):
    """One thing that a document can prove."""

    name: str
    kind: str
    cited: str
    title: dict[str, str]
    says: list[str] = Field(description="what a document can state of it; N stands for a whole number")


class EndingShown(BaseModel):
    """Evidence that ends to count."""

    day: date
    kind: str
    source: str
    title: str
    about: list[str]
    states: bool
    ended: bool


class Expiry(BaseModel):
    """What ends to count, and what would no longer hold without it."""

    endings: list[EndingShown]
    confirmed: dict[str, str | None] | None = Field(None, description="floor -> level that is confirmed now")
    documents: dict[str, Any] | None = Field(None, description="number -> what rests on it alone, and what remains")


class Accepted(BaseModel):
    """A remark that somebody accepts."""

    remark: str = Field(min_length=1, max_length=2_000, description="CODE:PLACE as the check shows it")
    reason: str = Field(min_length=1, max_length=2_000)
    pack: str = Field(DEFAULT_PACK, max_length=100, pattern=r"^[\w.-]+$")
    level: str | None = Field(None, max_length=40)
    as_of: date | None = None


class WaiverShown(BaseModel):
    """An accepted remark."""

    code: str
    where: str
    said: str
    reason: str
    at: str


@router.get("/evidence/targets")
def targets(
    _: Reader,
    words: Annotated[str, Query(max_length=200, description="words of name, clause or title")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_FOUND)] = 50,
) -> list[TargetShown]:
    """Find what a document can prove: elements of every pack, indicators, scenes, maturity items."""
    found = find_targets(words, limit)
    return [
        TargetShown(name=one.name, kind=one.kind, cited=one.cited, title=one.title.to_dict(), says=list(one.says))
        for one in found
    ]


@router.get("/evidence/matrix", responses=JSON_OBJECT | answers(404), response_class=Response)
def matrix(
    request: Request,
    _: Reader,
    pack: PackName = DEFAULT_PACK,
    as_of: AsOf = None,
    level: Level = None,
    gap: Annotated[Gap | None, Query(description="only elements with this gap")] = None,
) -> Response:
    """Put every element beside its evidence: what is proved, by what, and what would count."""
    _known_level(known_pack(pack), level)
    found = matrix_document(folder_of(request), pack=pack, now=datetime.now(UTC), as_of=as_of)
    levels = (None, "all", level)
    rows = [one for one in found["rows"] if (level is None or one["level"] in levels) and gap in (None, one["gap"])]
    summary = [one for one in found["summary"] if level is None or one["level"] in levels]
    return tagged(request, json_of(found | {"level": level, "summary": summary, "rows": rows}))


@router.get("/evidence/expiry", responses=answers(404))
def expiry(
    request: Request,
    _: Reader,
    pack: PackName = DEFAULT_PACK,
    as_of: AsOf = None,
    months: Annotated[int, Query(ge=1, le=MOST_MONTHS, description="months to look ahead")] = MONTHS,
    losing: Annotated[bool, Query(description="say too what would no longer hold; that takes a judgement")] = False,
) -> Expiry:
    """Say what has ended to count and what will, by day."""
    asked: dict[str, Any] = {"pack": known_pack(pack), "now": datetime.now(UTC), "as_of": as_of}
    found = endings(folder_of(request), **asked, months=months)
    shown = [EndingShown.model_validate(one, from_attributes=True) for one in found]
    return Expiry(endings=shown, **(losses(folder_of(request), **asked) if losing else {}))


@router.get("/consistency", responses=JSON_OBJECT | answers(404), response_class=Response)
def consistency(
    request: Request, _: Reader, pack: PackName = DEFAULT_PACK, as_of: AsOf = None, level: Level = None
) -> Response:
    """Check that records, evidence, statements and the application do not contradict each other."""
    return tagged(request, json_of(_checked(request, pack, level, as_of)))


@router.post("/consistency/accepted", status_code=201, responses=answers(404))
def accept(request: Request, person: Reviewer, given: Accepted) -> list[WaiverShown]:
    """Accept a remark with a written reason; it comes back when its figures change."""
    folder, now = folder_of(request), datetime.now(UTC)
    found = _checked(request, given.pack, given.level, given.as_of)
    deed = Deed(person.name, "api", "checks.accept", given.remark, {"reason": given.reason})
    made = audited(folder, deed, now, lambda: accept_remark(folder, found, given.remark, given.reason, now))
    return _waivers(made)


@router.delete("/consistency/accepted")
def take_acceptance_back(
    request: Request,
    person: Reviewer,
    remark: Annotated[str, Query(min_length=1, max_length=2_000, description="CODE:PLACE as it was accepted")],
) -> list[WaiverShown]:
    """Take back that a remark was accepted."""
    folder, now = folder_of(request), datetime.now(UTC)
    deed = Deed(person.name, "api", "checks.take_back", remark)
    return _waivers(audited(folder, deed, now, lambda: take_back(folder, remark)))


@router.get("/checks", responses=JSON_OBJECT, response_class=Response)
def checks(request: Request, _: Reader) -> Response:
    """Return the catalogue of checks: number, severity, what is right, how to mend it, and who asks for it."""
    return tagged(request, json_of({"checks": checks_document()}))


def _checked(request: Request, pack: str, level: str | None, as_of: date | None) -> dict[str, Any]:
    _known_level(known_pack(pack), level)
    return consistency_document(folder_of(request), pack=pack, now=datetime.now(UTC), level=level, as_of=as_of)


def _known_level(pack: str, level: str | None) -> None:
    known = load(pack).level_ids  # type: ignore[union-attr]
    if level is not None and level not in known:
        raise NotThere("there is no level {name}; {near}", name=level, near=nearest(level, list(known)))


def _waivers(made: tuple[Waiver, ...]) -> list[WaiverShown]:
    return [WaiverShown(**one.to_dict()) for one in made]
