"""Drafts that somebody wrote: what is wrong in them, and the copy with the remarks in it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path as File
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from linghang.api.elsewhere import elsewhere
from linghang.api.given import DEFAULT_PACK, AsOf, PackName, folder_of, known_pack
from linghang.api.handing import Handed, handing
from linghang.api.problems import NotThere, answers
from linghang.api.security import Reader
from linghang.api.sending import FILE
from linghang.usecases.evidence_files import keep, under_bare_names
from linghang.usecases.reviewing import Question
from linghang.usecases.reviewing_documents import reviewed

router = APIRouter(tags=["application"])
Key = Annotated[str, Path(description="as the answer named it", pattern=r"^[\w-]{16,64}$")]


class Reviewed(BaseModel, extra="allow"):
    """What a review found; the files are fetched within the hour."""

    id: str = Field(description="by which the marked copy and the table are fetched, and deleted")
    draft: str
    level: str | None
    counts: dict[str, int]
    remarks: list[dict[str, Any]]


@router.post("/reviews", status_code=201, responses=answers(404))
async def review(
    request: Request,
    person: Reader,
    file: UploadFile,
    level: Annotated[str | None, Query(max_length=40, description="instead of the one it applies for")] = None,
    pack: PackName = DEFAULT_PACK,
    as_of: AsOf = None,
    against: Annotated[bool, Query(description="hold it against the records and evidence of the workspace")] = True,
) -> Reviewed:
    """Review a draft (.docx, .pdf, .txt, .md): what is missing, unproven, contradictory or out of date."""
    folder = folder_of(request)
    question = Question(known_pack(pack), level, as_of, folder if against else None)
    with TemporaryDirectory(prefix="linghang-") as ours, under_bare_names(File(ours)):
        draft = await run_in_threadpool(keep, file.file, File(ours), file.filename or "")
        id, found = await review_of(draft, question, person.name)
    return Reviewed(id=id, **found)


async def review_of(draft: File, question: Question, person: str) -> tuple[str, dict[str, Any]]:
    """Review a draft and keep what comes of it for a person; return the secret of the files, and the review."""
    ready = handing()
    room = ready.room()
    try:
        found = await elsewhere(reviewed, draft, question, room, now=datetime.now(UTC))
    except (Exception, asyncio.CancelledError):
        ready.clear(room)
        raise
    stem = draft.stem
    files = {
        "marked": _handed(room / found.pop("marked"), f"{stem}-marked"),
        "table": _handed(room / found.pop("table"), f"{stem}-remarks"),
    }
    return ready.hand(person, room, files), found


def _handed(path: File, stem: str) -> Handed:
    return Handed(path, f"{stem}{path.suffix}", "application/octet-stream")


@router.get("/reviews/{id}/{which}", responses=FILE | answers(404), response_class=FileResponse)
def fetch(person: Reader, id: Key, which: Literal["marked", "table"]) -> Response:
    """Return the marked copy of a draft, or the table of its remarks."""
    return fetched(id, person.name, which)


@router.delete("/reviews/{id}", status_code=204, responses=answers(404))
def forget(person: Reader, id: Key) -> None:
    """Delete what is kept of a review; after an hour that happens by itself."""
    dropped(id, person.name)


def fetched(id: str, person: str, which: str) -> Response:
    """Send a file that lies ready for a person."""
    found = handing().get(id, person, which)
    if found is None:
        raise NotThere("this file is not kept any more; make it again")
    headers = {"Cache-Control": "private, no-store"}
    return FileResponse(found.path, media_type=found.media_type, filename=found.name, headers=headers)


def dropped(id: str, person: str) -> None:
    """Delete what lies ready for a person."""
    if not handing().drop(id, person):
        raise NotThere("this file is not kept any more; make it again")
