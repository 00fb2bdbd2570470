"""Office files from strangers, looked at before any library opens them.

Accepted are DOCX, XLSX and PPTX (ISO/IEC 29500) that only show something. Refused, each with the reason and what
would be right: packages that unpack to too much or write outside of themselves, XML with a document type, encrypted
and old binary files, macros (VBA, XLM), ActiveX controls, embedded objects, and whatever an office program loads from
elsewhere by itself: templates, linked pictures, workbooks and frames, add-ins, data connections, DDE and the like. A
plain hyperlink is followed by a person, not by the program; so it may stay.
"""

import stat
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, Literal
from urllib.parse import unquote

from linghang.errors import BadInput, Place, reason_of
from linghang.intake.office_fields import check_fields
from linghang.intake.office_xml import DAMAGES, check_prologue, chunks, head_of, read_elements
from linghang.intake.package import MAX_LIST, MAX_PARTS, MAX_RATIO, MAX_UNPACKED, SUSPECT_BYTES
from linghang.words import Word, later
from linghang.zip_list import check_list

OfficeKind = Literal["docx", "xlsx", "pptx"]
SUFFIXES = frozenset((".docx", ".docm", ".dotx", ".dotm", ".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xlam"))
SUFFIXES |= frozenset((".pptx", ".pptm", ".potx", ".potm", ".ppsx", ".ppsm", ".ppam"))
"""Names that say that a file is an office file of today."""
MACRO_SUFFIXES = frozenset((".docm", ".dotm", ".xlsm", ".xltm", ".xlsb", ".xlam", ".pptm", ".potm", ".ppsm", ".ppam"))
OLD_SUFFIXES = frozenset((".doc", ".dot", ".xls", ".xlt", ".ppt", ".pps", ".rtf"))
MAX_LISTS = 4 << 20
"""Bytes of a list of relations or of content types."""
MAX_EMBEDDED = 50 << 20
_OLD_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TYPES = "[content_types].xml"
_MAIN: Mapping[str, OfficeKind] = {
    "wordprocessingml.document.main+xml": "docx",
    "wordprocessingml.template.main+xml": "docx",
    "spreadsheetml.sheet.main+xml": "xlsx",
    "spreadsheetml.template.main+xml": "xlsx",
    "presentationml.presentation.main+xml": "pptx",
    "presentationml.template.main+xml": "pptx",
    "presentationml.slideshow.main+xml": "pptx",
}
_MACROS = later("holds macros ({part}); save it without macros (as .docx or .xlsx), or print it to PDF")
_CONTROLS = later("holds an ActiveX control ({part}); remove it, or print it to PDF")
_OBJECTS = later("holds an embedded object ({part}); put a picture of it there")
_LOADS = later("loads {what} from elsewhere when it is opened ({part}); break the link, or print it to PDF")
_FOREIGN = later("holds a piece in another format ({part}) that is not looked into; save it again, or print it to PDF")
_RELATIONS: Mapping[str, str] = {
    "vbaproject": _MACROS,
    "wordvbadata": _MACROS,
    "xlmacrosheet": _MACROS,
    "xlintlmacrosheet": _MACROS,
    "attachedtoolbars": _MACROS,
    "control": _CONTROLS,
    "activexcontrolbinary": _CONTROLS,
    "oleobject": _OBJECTS,
    "package": _OBJECTS,
    "afchunk": _FOREIGN,
    "externallink": _LOADS,
    "connections": _LOADS,
    "querytable": _LOADS,
    "webextension": _LOADS,
    "webextensiontaskpanes": _LOADS,
    "ddelink": _LOADS,
    "subdocument": _LOADS,
    "mailmergesource": _LOADS,
}
"""Last word of the type of a relation inside the package -> why it is refused."""
_PLACES = (
    ("vbaproject", _MACROS),
    ("vbadata.xml", _MACROS),
    ("macrosheets/", _MACROS),
    ("dialogsheets/", _MACROS),
    ("/activex/", _CONTROLS),
    ("externallinks/", _LOADS),
    ("xl/connections.xml", _LOADS),
    ("webextensions/", _LOADS),
)
"""Pieces of the names of parts that tell the same where no relation says so."""
_NAMES: Mapping[str, str] = {
    "attachedtemplate": later("a template"),
    "image": later("a picture"),
    "externallinkpath": later("another workbook"),
    "externallink": later("another workbook"),
    "frame": later("a frame"),
    "subdocument": later("another document"),
    "oleobject": later("an object"),
    "connections": later("data of a connection"),
    "querytable": later("data of a connection"),
    "mailmergesource": later("data of a connection"),
    "webextension": later("an add-in"),
    "webextensiontaskpanes": later("an add-in"),
}


def looks_like_office(path: Path, name: str | None = None) -> bool:
    """Whether a file has to be looked at by `check_office` before anybody opens it, by its name and its beginning.

    `name` is its name as it came, where it is kept under another one.
    """
    if Path(name or path.name).suffix.lower() in SUFFIXES | OLD_SUFFIXES:
        return True
    try:
        with path.open("rb") as file:
            head = file.read(8)
            if head == _OLD_MAGIC or head.startswith(b"{\\rtf"):
                return True
            if not head.startswith(b"PK\x03\x04"):
                return False
            check_list(file, MAX_LIST, Place(str(path)))
            with zipfile.ZipFile(file) as package:
                return any(one.lower() == _TYPES for one in package.namelist())
    except (OSError, BadInput, *DAMAGES):
        return False


def check_office(path: Path, name: str | None = None) -> OfficeKind:
    """Refuse an office file that could do anything but show itself.

    Parameters
    ----------
    path
        The file; nothing of it is unpacked to the disk.
    name
        Its name as it came, where it is kept under another one.

    Returns
    -------
    OfficeKind
        What it is by its content, whatever its name says.

    Raises
    ------
    BadInput
        It is no DOCX, XLSX or PPTX, or hostile or out of bounds; the message says why, and what would be right.
    """
    place = Place(str(path))
    if Path(name or path.name).suffix.lower() in MACRO_SUFFIXES:
        raise BadInput(_MACROS, place, part=Path(name or path.name).suffix)
    try:
        with path.open("rb") as file:
            return _check(file, path.stat().st_size, place, depth=0)
    except FileNotFoundError:
        raise BadInput("there is no file {file}", file=str(path)) from None
    except OSError as error:
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None


def _check(file: IO[bytes], size: int, place: Place, depth: int) -> OfficeKind:
    _check_beginning(file, place)
    try:
        check_list(file, MAX_LIST, place)
        with zipfile.ZipFile(file) as package:
            parts = _parts(package, size, place)
            for name, part in parts.items():
                if name.endswith((".xml", ".rels", ".vml")):
                    check_prologue(package, part, place)
            kind = _kind(package, parts, place)
            _check_names(parts, place)
            for name in parts:
                if name.endswith(".rels"):
                    _check_relations(package, parts, name, place, depth)
            check_fields(package, parts, kind, place)
            return kind
    except DAMAGES as error:
        raise BadInput(
            "is a damaged office file ({reason}); open it in an office program and save it again",
            place,
            reason=str(error) or type(error).__name__,
        ) from None


def _check_beginning(file: IO[bytes], place: Place) -> None:
    head = head_of(file)
    if head.startswith(_OLD_MAGIC):
        if _holds(file, "EncryptedPackage".encode("utf-16-le")):
            raise BadInput("is encrypted; save it without a password", place)
        raise BadInput(
            "is in an old binary format, in which macros and links cannot be told; save it as .docx or .xlsx, or "
            "print it to PDF",
            place,
        )
    if head.startswith(b"{\\rtf"):
        raise BadInput("is RTF, in which objects and links cannot be told; save it as .docx, or print it to PDF", place)
    if not head.startswith(b"PK\x03\x04"):
        raise BadInput("is no office file (.docx, .xlsx, .pptx), whatever its name says", place)


def _holds(file: IO[bytes], wanted: bytes) -> bool:
    tail = b""
    while data := file.read(1 << 20):
        if wanted in tail + data:
            return True
        tail = data[-len(wanted) :]
    return False


def _too_many(count: int, place: Place) -> BadInput:
    return BadInput("has {count} parts; {limit} are read at most", place, count=count, limit=MAX_PARTS)


def _parts(package: zipfile.ZipFile, size: int, place: Place) -> dict[str, zipfile.ZipInfo]:
    """Return the parts by their names in small letters: that is how an office program tells them apart."""
    listed = package.infolist()
    if len(listed) > MAX_PARTS:
        raise _too_many(len(listed), place)
    unpacked = sum(one.file_size for one in listed)
    ratio = unpacked // max(size, 1)
    if unpacked > MAX_UNPACKED or (unpacked > SUSPECT_BYTES and ratio > MAX_RATIO):
        raise BadInput(
            "would unpack to {size} MiB, {ratio} times its size; no document does",
            place,
            size=unpacked >> 20,
            ratio=ratio,
        )
    parts: dict[str, zipfile.ZipInfo] = {}
    for one in listed:
        _check_part(one, place)
        name = one.filename.lower()
        if name in parts:
            raise BadInput("holds {part} twice; programs would read different ones", place, part=repr(one.filename))
        parts[name] = one
    return parts


def _check_part(one: zipfile.ZipInfo, place: Place) -> None:
    steps = one.filename.removesuffix("/").split("/")
    said = one.orig_filename
    strange = any(step in ("", ".", "..") for step in steps) or any(ord(sign) < 32 or sign in "\\:" for sign in said)
    if (
        strange
        or "\\" in one.orig_filename
        or ":" in one.filename
        or len(one.filename) > 255
        or "\0" in one.orig_filename
    ):
        raise BadInput("holds a part that points out of the file: {part}", place, part=repr(said)[:120])
    if stat.S_ISLNK(one.external_attr >> 16):
        raise BadInput("holds a link instead of a part: {part}", place, part=repr(one.filename))
    if one.flag_bits & 0x1:
        raise BadInput("is encrypted; save it without a password", place)
    if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BadInput("is packed in a way that no office program uses ({part})", place, part=repr(one.filename))


def _kind(package: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo], place: Place) -> OfficeKind:
    """Tell what it is by its content types, which also name macros."""
    if _TYPES not in parts:
        raise BadInput("is a zip archive, but no office file; call it .zip", place)
    found: list[OfficeKind] = []

    def start(name: str, given: Mapping[str, str]) -> None:
        said = given.get("ContentType", "").lower()
        part = given.get("PartName") or "." + given.get("Extension", "")
        if "macroenabled" in said or "vbaproject" in said or "macrosheet" in said or "ms-excel.dialogsheet" in said:
            raise BadInput(_MACROS, place, part=part)
        if "activex" in said and name == "Override":
            raise BadInput(_CONTROLS, place, part=part)
        if (kind := _MAIN.get(said.rpartition("-officedocument.")[2])) is not None:
            found.append(kind)

    _check_list(parts[_TYPES], place)
    read_elements(package, parts[_TYPES], place, start)
    if len(set(found)) != 1:
        raise BadInput(
            "is no DOCX, XLSX or PPTX by its content; open it in an office program and save it as one", place
        )
    return found[0]


def _check_list(part: zipfile.ZipInfo, place: Place) -> None:
    if part.file_size > MAX_LISTS:
        raise BadInput("{part} is larger than {limit} MiB", place, part=part.filename, limit=MAX_LISTS >> 20)


def _check_names(parts: Mapping[str, zipfile.ZipInfo], place: Place) -> None:
    for name, part in parts.items():
        for piece, reason in _PLACES:
            if piece in name:
                raise BadInput(reason, place, part=part.filename, what=_what("connections" if "conn" in name else ""))


def _check_relations(
    package: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo], name: str, place: Place, depth: int
) -> None:
    """Look at what one part points to."""
    _check_list(parts[name], place)
    inside: list[str] = []

    def start(element: str, given: Mapping[str, str]) -> None:
        if element != "Relationship":
            return
        kind = given.get("Type", "").rpartition("/")[2].lower()
        target = given.get("Target", "")
        if given.get("TargetMode", "").lower() == "external":
            if kind != "hyperlink":
                raise BadInput(_LOADS, place, part=_short(target), what=_what(kind))
        elif kind == "package" and "/charts/" in name and depth == 0:
            inside.append(_resolved(name, target))
        elif reason := _RELATIONS.get(kind):
            raise BadInput(reason, place, part=_short(target), what=_what(kind))

    read_elements(package, parts[name], place, start)
    for part in inside:
        _check_figures(package, parts, part, place)


def _check_figures(package: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo], name: str, place: Place) -> None:
    """Look into the workbook that holds the figures of a chart: it is opened when somebody edits the chart."""
    if (part := parts.get(name)) is None or part.file_size > MAX_EMBEDDED:
        raise BadInput(_OBJECTS, place, part=name)
    data = b"".join(chunks(package, part))
    _check(BytesIO(data), len(data), Place(place.file, key=part.filename), depth=1)


def _resolved(relations: str, target: str) -> str:
    """Return the name of the part that a relation of another part points to."""
    if target.startswith("/"):
        return unquote(target[1:]).lower()
    steps = relations.split("/")[:-2]
    for step in unquote(target).lower().split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def _what(kind: str) -> Word:
    return Word(_NAMES.get(kind, later("something")))


def _short(target: str) -> str:
    return target if len(target) <= 120 else target[:117] + "…"
