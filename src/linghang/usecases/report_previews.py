"""Pages of a report as pictures: of the PDF itself, made once and kept until something that it rests on changes."""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput
from linghang.store.documents import FILE
from linghang.store.kept_documents import forget_the_oldest, load, save
from linghang.store.state import files_state, kept_in
from linghang.store.whole_file import write_whole
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.consistency_waivers import WAIVERS
from linghang.usecases.kept import workspace_state
from linghang.usecases.report_sources import Request
from linghang.usecases.report_statements import APPLICATION
from linghang.usecases.reporting import Output, compose
from linghang.words import Language

__all__ = ["LEAST_WIDTH", "MOST_WIDTH", "Preview", "preview", "preview_page"]

KEPT = "report-pages"
LOOKED_AT = (APPLICATION, FILE, f"{FILE}-wal", WAIVERS)
"""Files that a report says something of beside what an assessment rests on."""
KEPT_PDFS = 8
LEAST_WIDTH, MOST_WIDTH = 200, 2_400
_ONE_AT_A_TIME = Lock()
"""PDFium is one for all threads."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What can be looked at.

    Attributes
    ----------
    of
        sha256 of the PDF, the first 32 digits: another one where a page may look different.
    pages
        Width and height of each page in points.
    """

    of: str
    pages: tuple[tuple[float, float], ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {"of": self.of, "pages": [{"width": width, "height": height} for width, height in self.pages]}


def preview(folder: Path, request: Request, language: Language, now: datetime) -> Preview:
    """Make the PDF of a report, or take the one that was made of the same workspace; say which pages it has.

    Raises
    ------
    BadInput, ManyProblems
        As `compose`.
    """
    workspace = open_workspace(folder)
    key = _key(workspace, request, language, now)
    known: Mapping[str, Any] | None = None if key is None else load(kept_in(workspace), KEPT, key)
    if known is not None and _file(workspace, known["of"]).is_file():
        return _preview(known)
    content = compose(folder, request, Output("pdf", language), now).content
    made = Preview(sha256(content).hexdigest()[:32], _sizes(content))
    place = _file(workspace, made.of)
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(place, content)
    forget_the_oldest(place.parent, "pdf", KEPT_PDFS)
    if key is not None and _key(workspace, request, language, now) == key:
        save(kept_in(workspace), KEPT, key, made.to_dict())
    return made


def preview_page(folder: Path, of: str, number: int, width: int) -> bytes | None:
    """Draw one page of a PDF that `preview` made, as PNG; None where it is not kept any more.

    Parameters
    ----------
    of
        What `preview` named it by.
    number
        From 1.
    width
        In pixels.

    Raises
    ------
    BadInput
        It has no such page.
    """
    if not of.isalnum():
        return None
    try:
        content = _file(open_workspace(folder), of).read_bytes()
    except FileNotFoundError:
        return None
    return _drawn(content, number, min(max(width, LEAST_WIDTH), MOST_WIDTH))


def _preview(known: Mapping[str, Any]) -> Preview:
    return Preview(known["of"], tuple((one["width"], one["height"]) for one in known["pages"]))


def _key(workspace: Workspace, request: Request, language: Language, now: datetime) -> str | None:
    """Everything that the pages depend on; None where nothing tells."""
    state = workspace_state(workspace)
    if state is None:
        return None
    day = workspace.day(now, request.as_of)
    pack = load_pack(request.pack).digest
    chosen = sorted((request.interpretation or {}).items())
    files = files_state(workspace.folder / name for name in LOOKED_AT)
    return f"{state} {files} {pack} {day} {request.kind} {request.level} {request.since} {chosen} {language}"


def _file(workspace: Workspace, of: str) -> Path:
    return kept_in(workspace) / KEPT / f"{of}.pdf"


def _sizes(content: bytes) -> tuple[tuple[float, float], ...]:
    from pypdfium2 import PdfDocument

    with _ONE_AT_A_TIME:
        document = PdfDocument(content)
        try:
            return tuple(document.get_page_size(number) for number in range(len(document)))
        finally:
            document.close()


def _drawn(content: bytes, number: int, width: int) -> bytes:
    from pypdfium2 import PdfDocument

    with _ONE_AT_A_TIME:
        document = PdfDocument(content)
        try:
            if not 1 <= number <= len(document):
                raise BadInput("the report has {count} pages, not {number}", count=len(document), number=number)
            page = document[number - 1]
            bitmap = page.render(scale=width / page.get_width(), rev_byteorder=True)
            return png(bitmap.to_numpy())
        finally:
            document.close()


def png(pixels: Any) -> bytes:
    """Write pixels (rows, columns, red green blue, of 8 bits) as PNG (ISO/IEC 15948)."""
    height, width = pixels.shape[:2]
    lines = b"".join(b"\0" + row.tobytes() for row in pixels[:, :, :3])
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
