"""What a person writes of documents: NAME=VALUE pairs of the command line, and lists of documents as CSV or YAML."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from linghang.conditions.document import CASE_LIMITS, read_file
from linghang.conditions.shape import Shape
from linghang.errors import BadInput, ManyProblems, Place, nearest
from linghang.intake.encodings import read_text
from linghang.store.documents import Description

LISTS = ("proves", "states", "links")
DAYS = ("issued_on", "supports_from", "supports_to", "valid_until")
_ALIASES = {"link": "links", "prove": "proves", "state": "states"}
_KEYS = ("supports", *(one.name for one in fields(Description)))
MAX_LIST_BYTES = 16 << 20
_BETWEEN = re.compile(r"[;；\n]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One document of a list: its file, what is said of it, and where that stands."""

    file: Path
    description: Description
    place: Place


def parts_of(given: Sequence[str]) -> dict[str, Any]:
    """Read NAME=VALUE pairs as parts of a `Description`; `link`, `proves` and `states` may come several times.

    Raises
    ------
    BadInput
        A name is not known, or a day is none.
    """
    found: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise BadInput("--set takes NAME=VALUE, not “{value}”", value=one)
        for key, said in _part(name, value).items():
            found[key] = (*found.get(key, ()), *said) if key in LISTS else said
    return found


def list_of(path: Path, *, beside: bool = False) -> tuple[Wanted, ...]:
    """Read a list of documents: CSV with a header, or YAML with `documents:`.

    Parameters
    ----------
    path
        Columns or keys are `file` (beside the list, or absolute) and the parts of a `Description`, with `supports` for
        FROM:TO; several things to prove, state or link stand in one cell with semicolons between them.
    beside
        Whether files are named by their bare names only: a list that came over the network names no other file of
        this machine, and does not learn which there are.

    Raises
    ------
    BadInput, ManyProblems
        Everything that is wrong in it, each with its line.
    """
    rows = _yaml_rows(path) if path.suffix.lower() in (".yaml", ".yml") else _csv_rows(path)
    found: list[Wanted] = []
    problems: list[BadInput] = []
    for line, row in rows:
        place = Place(str(path), line)
        try:
            found.append(_wanted(row, path, place, beside))
        except BadInput as error:
            problems.append(error.at(place))
    if problems:
        raise problems[0] if len(problems) == 1 else ManyProblems(problems)
    if not found:
        raise BadInput("lists no document", Place(str(path)))
    return tuple(found)


def _wanted(row: Mapping[str, Any], path: Path, place: Place, beside: bool) -> Wanted:
    parts: dict[str, Any] = {}
    for name, value in row.items():
        if name != "file" and value not in (None, ""):
            parts |= _part(name, value)
    file = row.get("file")
    if not isinstance(file, str) or not file:
        raise BadInput("“file” is missing: which file is meant?", place)
    if beside and (set(file) & set("/\\\0") or file in (".", "..")):
        raise BadInput("“{file}” is a path; name a file that came with the list by its name alone", place, file=file)
    full = path.parent / file
    if not full.is_file():
        raise BadInput("there is no file {file}", place, file=full)
    parts.setdefault("title", full.stem)
    return Wanted(full, Description(**parts), place)


def _part(name: str, value: Any) -> dict[str, Any]:
    key = name.strip().replace("-", "_").lower()
    key = _ALIASES.get(key, key)
    if key not in _KEYS:
        raise BadInput("“{name}” is not known of a document; {near}", name=name, near=nearest(key, _KEYS))
    if key == "supports":
        return _period(str(value))
    if key in LISTS:
        said = value if isinstance(value, list) else _BETWEEN.split(str(value))
        return {key: tuple(str(one).strip() for one in said if str(one).strip())}
    if key in DAYS:
        return {key: _day(key, value)}
    return {key: str(value).strip()}


def _period(value: str) -> dict[str, Any]:
    start, colon, end = value.strip().partition(":")
    if not colon:
        raise BadInput("“{value}” is no period; write it as 2024-01-01:2025-01-01", value=value)
    return {"supports_from": _day("supports", start), "supports_to": _day("supports", end)}


def _day(key: str, value: Any) -> date | None:
    if isinstance(value, date):
        return value
    text = str(value).strip().replace("/", "-")
    if not text:
        return None
    try:
        year, month, day = text.split("-")
        return date(int(year), int(month), int(day))
    except ValueError:
        raise BadInput("{name}: “{value}” is no day; write it as 2026-06-30", name=key, value=value) from None


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    text = read_text(path, limit=MAX_LIST_BYTES).decode()
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if None in row:
                raise BadInput("has more cells than the header names", Place(str(path), reader.line_num))
            if any(row.values()):
                yield reader.line_num, row
    except csv.Error as error:
        raise BadInput("is no CSV: {reason}", Place(str(path), reader.line_num), reason=str(error)) from None


def _yaml_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    head = Shape(read_file(path, CASE_LIMITS), str(path))
    rows = list(head.items("documents"))
    head.done()
    for one in rows:
        yield one.line or 1, dict(one.data)
