"""The text of a document, for the search: PDF, DOCX, PPTX, XLSX and plain text.

Extraction has limits and never refuses: where nothing can be taken out, it says why. Hostile files can make a library
run for ever or die; so `TextReader` reads in a process of its own, with limits of memory and time.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from zipfile import ZipFile

from linghang.errors import BadInput, Place
from linghang.intake.encodings import read_text
from linghang.intake.office_file import SUFFIXES, check_office
from linghang.intake.office_xml import DAMAGES, read_elements
from linghang.store.documents_search import plain
from linghang.words import later, tr

MAX_CHARACTERS = 2_000_000
"""Of one document; what stands behind them is not found."""
MAX_PAGES = 2_000
MAX_PLAIN_BYTES = 64 << 20
PLAIN = frozenset((".txt", ".csv", ".tsv", ".md", ".log", ".json", ".xml", ".yaml", ".yml"))
_TEXT_PARTS: Mapping[str, tuple[str, ...]] = {
    "docx": ("word/document", "word/header", "word/footer", "word/footnotes", "word/endnotes", "word/comments"),
    "pptx": ("ppt/slides/slide", "ppt/notesslides/notesslide"),
}
_NO_TEXT = later("the PDF holds no text: it is a scan; a person has to read it")
_NOT_READ = later("no text is taken out of {suffix} files")
_CUT = later("only the first {count} characters are searched")


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What could be taken out of a document.

    Attributes
    ----------
    state
        text, none (there is none in it, or none of its kind) or failed.
    text
        It, with full-width and compatibility signs as plain ones (NFKC).
    message, values
        What is to be said about it: a message of the catalogue, and what goes into its braces.
    """

    state: Literal["text", "none", "failed"]
    text: str = ""
    message: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def remark(self) -> str:
        """What is to be said about it, in the reader's language."""
        return tr(self.message, **self.values)


def text_of(path: Path, name: str) -> DocumentText:
    """Take the text out of a document.

    Parameters
    ----------
    path
        The file, under whatever name it is kept.
    name
        Its name as it came, whose ending says what it is.
    """
    suffix = Path(name).suffix.lower()
    try:
        with path.open("rb") as file:
            head = file.read(5)
        if head == b"%PDF-" or suffix == ".pdf":
            return _of(_pdf(path), empty=DocumentText("none", message=_NO_TEXT))
        if suffix in SUFFIXES:
            return _of(_office(path))
        if suffix in PLAIN:
            return _of(_plain(path))
        return DocumentText("none", message=_NOT_READ, values={"suffix": suffix or "?"})
    except BadInput as error:
        return DocumentText("failed", message=error.message, values={k: str(v) for k, v in error.values.items()})
    except (OSError, MemoryError, RecursionError, KeyError, TypeError, AttributeError, *DAMAGES) as error:
        said = str(error) or type(error).__name__
        return DocumentText("failed", message=later("the text cannot be read: {reason}"), values={"reason": said})


def _of(pieces: Iterator[str], empty: DocumentText | None = None) -> DocumentText:
    """Put pieces of text together, up to the limit."""
    kept, count = io.StringIO(), 0
    for piece in pieces:
        kept.write(piece)
        count += len(piece)
        if count > MAX_CHARACTERS:
            break
    text = plain(kept.getvalue().replace("\0", "")).encode("utf-8", "replace").decode().strip()
    if not text:
        return empty or DocumentText("none", message=later("there is no text in it"))
    if len(text) > MAX_CHARACTERS:
        return DocumentText("text", text[:MAX_CHARACTERS], _CUT, {"count": MAX_CHARACTERS})
    return DocumentText("text", text)


def _pdf(path: Path) -> Iterator[str]:
    import pypdfium2 as pdfium  # not needed by those who register no PDF

    try:
        book = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise BadInput("is encrypted; save it without a password", Place(path.name)) from None
        raise BadInput("is a damaged PDF: {reason}", Place(path.name), reason=str(error)) from None
    try:
        for number in range(min(len(book), MAX_PAGES)):
            page = book[number]
            words = page.get_textpage()
            yield words.get_text_bounded().replace("\r\n", "\n").replace("\ufffe", "") + "\n"
            words.close()
            page.close()
    finally:
        book.close()


def _office(path: Path) -> Iterator[str]:
    kind = check_office(path)
    yield from _workbook(path) if kind == "xlsx" else _running_text(path, _TEXT_PARTS[kind])


def _running_text(path: Path, parts: tuple[str, ...]) -> Iterator[str]:
    """Yield the text of the parts of a document or of slides, a paragraph a line."""
    with ZipFile(path) as package:
        wanted = [one for one in package.infolist() if one.filename.lower().startswith(parts)]
        for part in sorted(wanted, key=lambda one: (len(one.filename), one.filename)):
            if part.filename.lower().endswith(".xml"):
                pieces: list[str] = []
                reader = _Paragraphs(pieces.append)
                read_elements(package, part, Place(path.name), reader.start, reader.end, reader.text)
                yield "".join(pieces)


class _Paragraphs:
    """Text runs of WordprocessingML and DrawingML, with the breaks between them."""

    _BREAKS: Mapping[str, str] = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._in_run = 0
        self._left_out = 0

    def start(self, name: str, _given: Mapping[str, str]) -> None:
        """Take in the beginning of an element."""
        if name == "Fallback":  # the same once more, for older programs
            self._left_out += 1
        elif name == "t":
            self._in_run += 1
        elif name in self._BREAKS and not self._left_out:
            self._write(self._BREAKS[name])

    def end(self, name: str) -> None:
        """Take in the end of an element."""
        if name == "Fallback":
            self._left_out -= 1
        elif name == "t":
            self._in_run -= 1
        elif name == "p" and not self._left_out:
            self._write("\n")
        elif name == "tc" and not self._left_out:
            self._write("\t")

    def text(self, said: str) -> None:
        """Take in text."""
        if self._in_run and not self._left_out:
            self._write(said)


def _workbook(path: Path) -> Iterator[str]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            yield sheet.title + "\n"
            for row in sheet.iter_rows(values_only=True):
                if said := [str(cell) for cell in row if cell is not None]:
                    yield "\t".join(said) + "\n"
    finally:
        book.close()


def _plain(path: Path) -> Iterator[str]:
    text = read_text(path, limit=MAX_PLAIN_BYTES).decode()
    yield text if "\r" not in text else "\n".join(text.splitlines())
