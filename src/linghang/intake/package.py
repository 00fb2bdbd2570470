"""The zip package of a workbook, looked at before any library opens it: its size, its entities, its merged cells."""

import re
import zipfile
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from linghang.errors import BadInput, Place, reason_of
from linghang.zip_list import check_list

MAX_UNPACKED = 1 << 30
MAX_PARTS = 5_000
MAX_LIST = 8 << 20
"""Bytes of the list of parts; a list longer than this is none of a workbook or document."""
MAX_RATIO = 300
SUSPECT_BYTES = 50 << 20
"""Below this size a high ratio of compression does no harm."""

MAX_MERGES = 100
_CHUNK = 1 << 20
_OVERLAP = 256
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PACKAGE_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}"


class Merge(NamedTuple):
    """One merged range: its reference, first and last row, and place of its first column."""

    reference: str
    first: int
    last: int
    place: int


def check_package(path: Path) -> None:
    """Refuse what is no zip package, what would unpack to too much, and XML with entities of its own.

    Raises
    ------
    BadInput
        With what is wrong.
    """
    place = Place(str(path))
    try:
        with path.open("rb") as file:
            check_list(file, MAX_LIST, place)
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            _check_sizes(path, parts, place)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with package.open(part) as file:
                        if b"<!" in file.read(1024).split(b"<!--")[0]:
                            raise BadInput("is no plain workbook: {part} declares entities", place, part=part.filename)
    except FileNotFoundError:
        raise BadInput("there is no file {file}", file=str(path)) from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise BadInput("is no XLSX workbook: {reason}", place, reason=str(error)) from None
    except OSError as error:
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None


def _check_sizes(path: Path, parts: list[zipfile.ZipInfo], place: Place) -> None:
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS:
        raise BadInput("has {count} parts; {limit} are read at most", place, count=len(parts), limit=MAX_PARTS)
    if unpacked > MAX_UNPACKED:
        raise BadInput(
            "would unpack to {size} MiB; {limit} are read at most: import it as CSV or Parquet",
            place,
            size=unpacked >> 20,
            limit=MAX_UNPACKED >> 20,
        )
    if unpacked > SUSPECT_BYTES and unpacked > MAX_RATIO * path.stat().st_size:
        raise BadInput(
            "would unpack to {ratio} times its size: no workbook does", place, ratio=unpacked // path.stat().st_size
        )


def sheet_parts(path: Path) -> dict[str, str]:
    """Return name of the sheet -> part of the package that holds it."""
    with zipfile.ZipFile(path) as package:
        try:
            book = ElementTree.fromstring(package.read("xl/workbook.xml"))
            links = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
        except KeyError:
            return {}
        names = set(package.namelist())
    targets = {one.get("Id"): one.get("Target", "") for one in links.iter(f"{_PACKAGE_REL}Relationship")}
    found = {}
    for one in book.iter(f"{_MAIN}sheet"):
        target = targets.get(one.get(f"{_REL}id"), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in names:
            found[one.get("name", "")] = part
    return found


def merged_cells(path: Path, part: str) -> tuple[list[tuple[str, int, int, int]], bool]:
    """Return the merged ranges of a sheet, the first of them, and whether it has formulas."""
    merges: list[tuple[str, int, int, int]] = []
    formulas = False
    with zipfile.ZipFile(path) as package, package.open(part) as file:
        tail = b""
        while chunk := file.read(_CHUNK):
            text = tail + chunk
            formulas = formulas or _FORMULA.search(text) is not None
            if b"mergeCell" in text:
                merges += [_merge(one) for one in _MERGE.finditer(text)]
            tail = text[-_OVERLAP:]
            if len(merges) > MAX_MERGES:
                break
    return list(dict.fromkeys(merges))[:MAX_MERGES], formulas


def _merge(found: re.Match[bytes]) -> Merge:
    left, top, right, bottom = (one.decode() for one in found.groups())
    place = 0
    for one in left:
        place = place * 26 + ord(one) - 64
    return Merge(f"{left}{top}:{right}{bottom}", int(top), int(bottom), place - 1)
