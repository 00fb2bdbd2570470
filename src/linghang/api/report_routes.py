"""Reports: as DOCX, PDF and XLSX, their pages as pictures, and the templates."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path as File
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response, UploadFile
from starlette.concurrency import run_in_threadpool

from linghang.api.elsewhere import elsewhere, once
from linghang.api.given import DEFAULT_PACK, AsOf, PackName, folder_of, known_pack
from linghang.api.problems import NotThere, answers
from linghang.api.security import Reader
from linghang.api.sending import BINARY, JSON_OBJECT, UNCHANGED, XLSX, Described, has_it, json_of, tagged
from linghang.usecases.evidence_files import keep, under_bare_names
from linghang.usecases.report_previews import LEAST_WIDTH, MOST_WIDTH, preview, preview_page
from linghang.usecases.reporting import Format, Kind, Output, own_template, report_file
from linghang.usecases.reporting import Request as Wanted
from linghang.words import Language, language

router = APIRouter(tags=["application"])
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA: dict[str, str] = {"docx": DOCX, "pdf": "application/pdf", "xlsx": XLSX}
REPORT: Described = {
    200: {"content": dict.fromkeys(MEDIA.values(), BINARY), "description": "the report"},
    **UNCHANGED,
}
WORD: Described = {
    200: {"content": {DOCX: BINARY}, "description": "the Word file"},
    **UNCHANGED,
}
PNG: Described = {200: {"content": {"image/png": BINARY}, "description": "the page"}, **UNCHANGED}
Lang = Annotated[Language | None, Query(description="language of the document; else that of the answer")]
LEVEL = "level applied for; else the lowest that is not confirmed at the documented floor"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which report is meant."""

    kind: Annotated[Kind, Query(description="which report")] = "application"
    level: Annotated[str | None, Query(max_length=40, pattern=r"^[\w-]+$", description=LEVEL)] = None
    pack: PackName = DEFAULT_PACK
    as_of: AsOf = None
    since: Annotated[date | None, Query(description="of an annual review: the earlier day")] = None

    def request(self) -> Wanted:
        """The same as the use case takes it; a request never names files of this machine."""
        return Wanted(self.kind, known_pack(self.pack), self.level, self.as_of, self.since)


Report = Annotated[Asked, Depends()]


@router.get("/report", responses=REPORT | answers(404), response_class=Response)
async def report(
    request: Request,
    _: Reader,
    asked: Report,
    format: Annotated[Format, Query(description="form of the file")] = "docx",
    lang: Lang = None,
) -> Response:
    """Write a report and return it: application, self-assessment, gap or annual review; nothing is invented in it."""
    folder, wanted, output = folder_of(request), asked.request(), Output(format, lang or language())
    key = ("report", folder, asked, output, language())
    name, content = await once(key, lambda: elsewhere(report_file, folder, wanted, output, datetime.now(UTC)))
    return tagged(request, content, media_type=MEDIA[format], name=name)


@router.post("/report", responses=WORD | answers(404), response_class=Response)
async def report_by_template(
    request: Request, _: Reader, asked: Report, template: UploadFile, lang: Lang = None
) -> Response:
    """Fill in one's own Word template, which is not kept."""
    wanted, spoken = asked.request(), lang or language()
    with TemporaryDirectory(prefix="linghang-") as ours, under_bare_names(File(ours)):
        path = await run_in_threadpool(keep, template.file, File(ours), template.filename or "")
        output = Output("docx", spoken, template=path)
        name, content = await elsewhere(report_file, folder_of(request), wanted, output, datetime.now(UTC))
    return tagged(request, content, media_type=DOCX, name=name)


@router.get("/report/preview", responses=JSON_OBJECT | answers(404), response_class=Response)
async def pages(request: Request, _: Reader, asked: Report, lang: Lang = None) -> Response:
    """Say which pages the PDF of a report has, and by which name (`of`) each is drawn."""
    folder, wanted, spoken = folder_of(request), asked.request(), lang or language()
    key = ("preview", folder, asked, spoken, language())
    found = await once(key, lambda: elsewhere(preview, folder, wanted, spoken, datetime.now(UTC)))
    return tagged(request, json_of(found.to_dict()))


@router.get("/report/preview/{of}/{number}", responses=PNG | answers(404), response_class=Response)
def page(
    request: Request,
    _: Reader,
    of: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="as the preview names the PDF")],
    number: Annotated[int, Path(ge=1, le=10_000, description="of the page, from 1")],
    width: Annotated[int, Query(ge=LEAST_WIDTH, le=MOST_WIDTH, description="in pixels")] = 1_000,
) -> Response:
    """Draw a page of a report as a picture; what was made of another state of the workspace is gone after a while."""
    headers = {"ETag": f'"{of}-{number}-{width}"', "Cache-Control": "private, max-age=3600, immutable"}
    if has_it(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    drawn = preview_page(folder_of(request), of, number, width)
    if drawn is None:
        raise NotThere("this preview is not kept any more; ask for it again")
    return Response(drawn, headers=headers, media_type="image/png")


@router.get("/report/template", responses=WORD, response_class=Response)
def template(
    request: Request,
    _: Reader,
    kind: Annotated[Kind, Query(description="which report")] = "application",
    lang: Lang = None,
) -> Response:
    """Return the Word template of a report, to be edited and sent back."""
    spoken = lang or language()
    name = f"{kind}-template.{spoken}.docx"
    return tagged(request, own_template(kind, spoken), media_type=DOCX, name=name)
