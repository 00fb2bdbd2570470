"""Every kind of report, in every form, says which interpretation was set, by whom and why."""

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pypdfium2 as pdfium
import pytest
from interpreted_works import AS_OF, NOW, PACK, put

from example_works import works_at
from linghang.usecases.reporting import KINDS, Format, Kind, Output, Request, compose

WHY = "few machines decide here"


def said(made: bytes, form: Format) -> str:
    """The letters and figures of a report, whatever breaks its lines."""
    if form == "pdf":
        pages = [page.get_textpage().get_text_range() for page in pdfium.PdfDocument(made)]
        return plain("".join(pages))
    with ZipFile(BytesIO(made)) as package:
        names = [one for one in package.namelist() if one.endswith(("document.xml", "sharedStrings.xml"))]
        return plain("".join(package.read(one).decode() for one in names))


def plain(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", text)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["docx", "pdf", "xlsx"])
def test_reports_say_what_was_set(tmp_path: Path, form: Format) -> None:
    folder = works_at(tmp_path / "works")
    wanted = plain(f"key_equipment_share = 0.5 (the pack: 0.8): set by li on 2025-04-15, because: {WHY}")

    def text(kind: Kind) -> str:
        request = Request(kind, PACK, as_of=AS_OF)
        return said(compose(folder, request, Output(form, "en"), NOW).content, form)

    assert "Interpretationset" not in text("application")
    put(folder, reason=WHY)
    assert [kind for kind in KINDS if wanted not in text(kind)] == []
