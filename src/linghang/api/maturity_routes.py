"""The maturity self-assessment: its items and answers, what they come to, and the workbook."""

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path as File
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from linghang.api.given import folder_of
from linghang.api.problems import NotThere, answers
from linghang.api.security import Reader, Writer
from linghang.api.sending import JSON_OBJECT, XLSX, json_of, tagged
from linghang.api.uploads import kept_upload, name_of
from linghang.usecases import maturity
from linghang.usecases.accounts import Person
from linghang.usecases.auditing import Deed, audited
from linghang.usecases.json_values import plain
from linghang.usecases.maturity_adopting import adopt, withdraw
from linghang.usecases.maturity_exporting import export
from linghang.usecases.maturity_gap import gap_document
from linghang.usecases.maturity_import import read_answers, take_answers
from linghang.usecases.maturity_prefilling import prefilled, take
from linghang.usecases.uploaded import called

T = TypeVar("T")

router = APIRouter(prefix="/maturity", tags=["maturity"])
Code = Annotated[str, Path(max_length=20, description="code of an item, such as OS.1.a")]
Domain = Annotated[Literal["design", "production", "logistics", "sales", "service"], Path()]


class AnswerGiven(BaseModel):
    """An answer to one item."""

    value: str = Field(max_length=10, description="1, 0.8, 0.5, 0 or unknown, which takes the answer back")
    reason: str = Field("", max_length=1_000)
    evidence: list[Annotated[str, Field(max_length=20)]] = Field(
        default_factory=list, max_length=100, description="numbers of registered documents, such as E0001"
    )


class Reason(BaseModel):
    """Why something is done."""

    reason: str = Field(min_length=1, max_length=1_000)


class Weights(BaseModel):
    """Which industries' weights count."""

    weights: Literal["discrete", "process"]


class Signature(BaseModel):
    """Who signs."""

    signed_by: str = Field(min_length=1, max_length=100)


class ItemShown(BaseModel):
    """What an item asks."""

    code: str
    sub_domain: str
    level: int
    text: dict[str, str]
    confidence: str


@router.get("", responses=JSON_OBJECT, response_class=Response)
def standing(request: Request, _: Reader) -> Response:
    """Return the answers and what they come to: level, scores as intervals, sub-domains, the adopted level."""
    return tagged(request, json_of(maturity.progress(folder_of(request)).to_dict()))


@router.get("/items")
def items(request: Request, _: Reader) -> list[ItemShown]:
    """Return every item of the model, in our words."""
    model = maturity.opened(folder_of(request)).model
    return [
        ItemShown(
            code=one.code,
            sub_domain=one.sub_domain,
            level=one.level,
            text=one.text.to_dict(),
            confidence=one.confidence,
        )
        for one in model.items
    ]


@router.get("/gap", responses=JSON_OBJECT, response_class=Response)
def gap(request: Request, _: Reader, level: Annotated[int, Query(ge=1, le=5)]) -> Response:
    """Return the fewest items that lift every level up to one to the gate."""
    return tagged(request, json_of(gap_document(*maturity.gap(folder_of(request), level))))


@router.get("/proposals", responses=JSON_OBJECT, response_class=Response)
def proposals(request: Request, _: Reader, as_of: date | None = None) -> Response:
    """Return what the records answer, what speaks against the answers, and what records would be needed."""
    return tagged(request, json_of(prefilled(folder_of(request), now=_now(), as_of=as_of).to_dict()))


@router.get("/history")
def history(request: Request, _: Reader) -> list[dict[str, Any]]:
    """Return every act with whether it stands."""
    return [one.to_dict() | {"stands": stands} for one, stands in maturity.history(folder_of(request))]


@router.put("/answers/{code}", status_code=204, responses=answers(404, 409))
def answer(request: Request, person: Writer, code: Code, given: AnswerGiven) -> None:
    """Answer one item, or take its answer back."""
    folder, model = folder_of(request), maturity.opened(folder_of(request)).model
    if not any(one.code.lower() == code.strip().lower() for one in model.items):
        raise NotThere("the model has no item {name}", name=code)
    now = _now()

    def work() -> object:
        return maturity.answer(
            folder, code, given.value, by=person.title, now=now, reason=given.reason, evidence=given.evidence
        )

    _done(request, person, "maturity.answer", code, work)


@router.put("/weights", status_code=204)
def weights(request: Request, person: Writer, given: Weights) -> None:
    """Choose the weights of discrete or process industries."""
    folder, now = folder_of(request), _now()
    _done(
        request,
        person,
        "maturity.weigh",
        given.weights,
        lambda: maturity.choose_weights(folder, given.weights, by=person.title, now=now),
    )


@router.put("/left-out/{domain}", status_code=204)
def leave_out(request: Request, person: Writer, domain: Domain, given: Reason) -> None:
    """Leave out a domain in which the enterprise has no business."""
    folder, now = folder_of(request), _now()
    _done(
        request,
        person,
        "maturity.leave_out",
        domain,
        lambda: maturity.leave_out(folder, domain, given.reason, by=person.title, now=now),
    )


@router.delete("/left-out/{domain}", status_code=204)
def take_in(request: Request, person: Writer, domain: Domain) -> None:
    """Take a domain in again."""
    folder, now = folder_of(request), _now()
    _done(
        request,
        person,
        "maturity.take_in",
        domain,
        lambda: maturity.take_in(folder, domain, by=person.title, now=now),
    )


@router.post("/undo", status_code=204)
def undo(request: Request, person: Writer) -> None:
    """Take back the last act that stands."""
    folder, now = folder_of(request), _now()
    _done(request, person, "maturity.undo", "", lambda: maturity.undo(folder, by=person.title, now=now))


@router.post("/proposals", status_code=204)
def take_proposals(request: Request, person: Writer, as_of: date | None = None) -> None:
    """Take what the records propose as answers; a person's answer stays."""
    folder, now = folder_of(request), _now()
    _done(
        request,
        person,
        "maturity.prefill",
        "",
        lambda: take(prefilled(folder, now=now, as_of=as_of), by=person.title, now=now),
    )


@router.put("/adoption", status_code=204)
def adopt_level(request: Request, person: Writer, given: Signature) -> None:
    """Let a signatory take the level that the answers confirm over into the judgement."""
    folder, now = folder_of(request), _now()
    _done(request, person, "maturity.adopt", given.signed_by, lambda: adopt(folder, given.signed_by, now=now))


@router.delete("/adoption", status_code=204)
def withdraw_level(
    request: Request, person: Writer, reason: Annotated[str, Query(min_length=1, max_length=1_000)]
) -> None:
    """Take the adopted level back."""
    folder, now = folder_of(request), _now()
    _done(request, person, "maturity.withdraw", "", lambda: withdraw(folder, reason, by=person.title, now=now))


@router.get("/workbook", response_class=FileResponse, responses={200: {"content": {XLSX: {}}}})
def workbook(request: Request, _: Reader, proposals: bool = True) -> FileResponse:
    """Return the questionnaire as a workbook that counts the scores by itself, in the asker's language."""
    place = tempfile.TemporaryDirectory(prefix="linghang-maturity-")
    path = File(place.name) / "maturity.xlsx"
    try:
        export(folder_of(request), path, now=_now(), proposals=proposals)
    except BaseException:
        place.cleanup()
        raise
    return FileResponse(path, media_type=XLSX, filename=path.name, background=BackgroundTask(place.cleanup))


@router.post("/workbook", status_code=200)
def import_workbook(
    request: Request,
    person: Writer,
    file: UploadFile,
    dry_run: Annotated[bool, Query(description="say what would change and keep nothing")] = False,
) -> dict[str, Any]:
    """Take the answers of a filled workbook; all of them, or none."""
    folder, now = folder_of(request), _now()
    with tempfile.TemporaryDirectory(prefix="linghang-maturity-") as place:
        path = kept_upload(File(place), file, (".xlsx",))
        with called(path, name_of(file)):
            found = read_answers(folder, path, by=person.title, now=now)
        if not dry_run:
            _done(request, person, "maturity.import", path.name, lambda: take_answers(found, by=person.title, now=now))
    return {"changes": plain(found.to_dict())["changes"], "kept": not dry_run}


def _done(request: Request, person: Person, what: str, on: str, work: Callable[[], T]) -> None:
    audited(folder_of(request), Deed(person.name, "api", what, on), _now(), work)


def _now() -> datetime:
    return datetime.now(UTC)
