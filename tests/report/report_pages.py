"""Looks at finished reports as a reader does: page by page, letter by letter; and makes PDF from DOCX."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
import pytest

A4 = (595.28, 841.89)
HAN = re.compile(r"[\u4e00-\u9fff]+")
LATIN = re.compile(r"[A-Za-z]{3,}")


@dataclass(frozen=True)
class Letter:
    """One letter with its box in points, from the lower left of its page."""

    page: int
    text: str
    left: float
    bottom: float
    right: float
    top: float


def letters(data: bytes) -> Iterator[Letter]:
    """Every letter of a PDF that can be seen."""
    with pdfium.PdfDocument(data) as document:
        for number, page in enumerate(document):
            text = page.get_textpage()
            whole = text.get_text_range()
            for place in range(text.count_chars()):
                one = whole[place : place + 1] if len(whole) == text.count_chars() else text.get_text_range(place, 1)
                if one.strip():
                    yield Letter(number, one, *text.get_charbox(place))


def texts(data: bytes) -> list[str]:
    """The text of every page."""
    with pdfium.PdfDocument(data) as document:
        return [page.get_textpage().get_text_range() for page in document]


def sizes(data: bytes) -> list[tuple[float, float]]:
    """Width and height of every page in points."""
    with pdfium.PdfDocument(data) as document:
        return [page.get_size() for page in document]


def flat(data: bytes) -> str:
    """The whole text without any white space: lines break anywhere in Chinese."""
    return re.sub(r"\s|\ufffe|\u00ad|\u200b", "", "".join(texts(data)))


def assert_a4(data: bytes) -> None:
    """Every page is A4, standing or lying."""
    for width, height in sizes(data):
        assert sorted((width, height)) == pytest.approx(A4, abs=1.0)


def assert_within_margins(data: bytes, margin: float = 40.0) -> None:
    """No letter comes nearer to the edge of its page than `margin` points."""
    pages = sizes(data)
    for one in letters(data):
        width, height = pages[one.page]
        assert margin < one.left < one.right < width - margin, one
        assert margin - 10 < one.bottom < one.top < height - margin + 20, one


def assert_no_empty_page(data: bytes) -> None:
    """Every page says something beside its header and footer."""
    for number, text in enumerate(texts(data)):
        body = re.sub(r"\s|第\d+页\s*共\d+页|Page\d+of\d+", "", text)
        assert len(body) > 22, f"page {number + 1} is empty: {body}"


def stranded(data: bytes, headings: list[str]) -> list[str]:
    """Headings that are the last thing on their page."""
    found = []
    for page in texts(data):
        lines = [re.sub(r"\s", "", one) for one in page.splitlines() if one.strip()]
        body = [one for one in lines if not re.match(r"第\d+页共\d+页$|Page\d+of\d+$", one)]
        if (
            body
            and not re.match(r"Figure\d|图\d", body[-1])
            and any(body[-1].endswith(re.sub(r"\s", "", one)) for one in headings)
        ):
            found.append(body[-1])
    return found


def fonts(path: Path) -> list[tuple[str, bool]]:
    """Fonts of a PDF and whether they are embedded, as poppler sees them."""
    if shutil.which("pdffonts") is None:
        pytest.skip("pdffonts (poppler-utils) is not installed")
    said = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout
    return [(line.split()[0], line.split()[-5] == "yes") for line in said.splitlines()[2:]]


def converted(data: bytes, folder: Path) -> bytes:
    """A DOCX as LibreOffice shows it, as PDF."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice (libreoffice-writer-nogui) is not installed")
    source = folder / "report.docx"
    source.write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return (folder / "report.pdf").read_bytes()


def covered(data: bytes) -> list[tuple[Letter, Letter]]:
    """Pairs of letters of which one covers half of the other: text that runs into its neighbour."""
    found = []
    near: dict[tuple[int, int, int], list[Letter]] = {}
    for one in letters(data):
        spot = (one.page, int((one.left + one.right) / 24), int((one.bottom + one.top) / 24))
        for page, column, line in ((spot[0], spot[1] + dx, spot[2] + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
            found += [(one, other) for other in near.get((page, column, line), ()) if _half_covered(one, other)]
        near.setdefault(spot, []).append(one)
    return found


def _half_covered(one: Letter, other: Letter) -> bool:
    if (one.left, one.right) == (other.left, other.right) or "Q" in (one.text, other.text):
        return False  # a ligature is two letters in one sign; the tail of a Q goes under the next letter
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.top, other.top) - max(one.bottom, other.bottom)
    if width <= 0 or height <= 0:
        return False
    smaller = min((each.right - each.left) * (each.top - each.bottom) for each in (one, other))
    return width * height > 0.5 * smaller > 0.5
