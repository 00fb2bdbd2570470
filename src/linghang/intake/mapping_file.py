"""Mapping files, read: every wrong key is refused with its place."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from linghang.errors import BadInput, ManyProblems, Place, nearest, reason_of
from linghang.intake.headers import check_unit
from linghang.intake.mapping import (
    TAKES,
    ColumnMap,
    Least,
    MappingFile,
    Next,
    Part,
    Plus,
    SourceMap,
    TableMap,
    Where,
)
from linghang.intake.moments import format_pattern
from linghang.intake.wording import folded, spellings
from linghang.plant.tables import TABLES
from linghang.plant.units import unit
from linghang.words import Listed

MAX_BYTES = 1 << 20

_SOURCE_KEYS = ("file", "sheet", "query", "sql_table", "header", "delimiter", "encoding", "time_zone", "empty", "table")
_TABLE_KEYS = ("to", "columns", "where", "distinct", "by")
_ORIGINS = ("from", "value", "join", "add", "row", "next")
_COLUMN_KEYS = (
    *_ORIGINS,
    *("with", "unit", "zone", "format", "words", "times", "plus", "since", "per", "limit", "at_least_after"),
    *("closes", "floor", "default", "take"),
)


def read_mapping(path: Path) -> MappingFile:
    """Read a mapping file.

    Raises
    ------
    ManyProblems
        With everything that is wrong in it, each with its place.
    """
    place = Place(str(path))
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
        if len(text) > MAX_BYTES:
            raise BadInput("is larger than {limit} KiB", place, limit=MAX_BYTES >> 10)
        document = tomllib.loads(text.decode("utf-8-sig"))
    except FileNotFoundError:
        raise BadInput("there is no file {file}", file=str(path)) from None
    except OSError as error:
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput("is not TOML: {reason}", place, reason=str(error)) from None
    return mapping_of(document, str(path))


def mapping_of(document: Mapping[str, Any], name: str) -> MappingFile:
    """Read what a mapping file says, from its keys and values.

    Parameters
    ----------
    name
        Of the mapping, for the places of what is wrong.

    Raises
    ------
    ManyProblems
        With everything that is wrong in it.
    """
    reader = _Reader(name)
    sources = reader.sources(document)
    if reader.problems:
        raise ManyProblems(reader.problems)
    return MappingFile(name, sources)


class _Reader:
    """Reads the document and collects everything that is wrong, each with the key where it stands."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[BadInput] = []

    def refuse(self, message: str, at: str, **values: object) -> None:
        refused = BadInput(message, Place(self.path, key=at))
        refused.values = dict(values)
        self.problems.append(refused)

    def _only(self, given: Mapping[str, Any], known: Sequence[str], at: str) -> None:
        for key in given:
            if key not in known:
                self.refuse(
                    "there is no key {key}; {near}", f"{at}.{key}" if at else key, key=key, near=nearest(key, known)
                )

    def sources(self, document: Mapping[str, Any]) -> tuple[SourceMap, ...]:
        self._only(document, ("source",), "")
        given = document.get("source")
        if not isinstance(given, list) or not given:
            self.refuse("a mapping has one [[source]] or more", "source")
            return ()
        found = [self._source(one, f"source[{number}]") for number, one in enumerate(given, start=1)]
        return tuple(found)

    def _source(self, given: Any, at: str) -> SourceMap:
        if not isinstance(given, dict):
            self.refuse("is no table of keys", at)
            return SourceMap(())
        self._only(given, _SOURCE_KEYS, at)
        tables = given.get("table")
        if not isinstance(tables, list) or not tables:
            self.refuse("a source has one [[source.table]] or more", at)
            tables = []
        header = given.get("header")
        if header is not None and (not isinstance(header, int) or isinstance(header, bool) or header < 1):
            self.refuse("is the number of the header's row, 1 or more", f"{at}.header")
            header = None
        return SourceMap(
            tuple(self._table(one, f"{at}.table[{number}]") for number, one in enumerate(tables, start=1)),
            self._text(given, "file", at) or "*",
            self._text(given, "sheet", at),
            self._text(given, "query", at),
            self._text(given, "sql_table", at),
            header,
            self._text(given, "delimiter", at),
            self._text(given, "encoding", at),
            self._zone(given, "time_zone", at),
            self._texts(given, "empty", at),
        )

    def _table(self, given: Any, at: str) -> TableMap:
        if not isinstance(given, dict):
            self.refuse("is no table of keys", at)
            return TableMap("", {})
        self._only(given, _TABLE_KEYS, at)
        to = self._text(given, "to", at) or ""
        columns = given.get("columns", {})
        if to not in TABLES:
            self.refuse("no table {name}; {near}", f"{at}.to", name=to, near=nearest(to, tuple(TABLES)))
            return TableMap(to, {})
        if not isinstance(columns, dict) or not columns:
            self.refuse("names no column", f"{at}.columns")
            columns = {}
        distinct = given.get("distinct", False)
        if not isinstance(distinct, bool):
            self.refuse("is true or false", f"{at}.distinct")
        by = self._texts(given, "by", at)
        if by and distinct:
            self.refuse("distinct and by exclude each other", at)
        known = TABLES[to].columns.keys()
        found = {}
        for name, one in columns.items():
            if name not in known:
                near = nearest(name, tuple(known))
                title = TABLES[to].info["title"]
                self.refuse(
                    "{table} has no column {name}; {near}", f"{at}.columns.{name}", table=title, name=name, near=near
                )
            elif (column := self._column(to, name, one, f"{at}.columns.{name}", bool(by))) is not None:
                found[name] = column
        return TableMap(to, found, self._where(given.get("where", {}), f"{at}.where"), distinct is True, by)

    def _where(self, given: Any, at: str) -> tuple[Where, ...]:
        if not isinstance(given, dict):
            self.refuse('is written as { column = "word" }', at)
            return ()
        found = []
        for column, words in given.items():
            negated = isinstance(words, dict)
            if negated:
                self._only(words, ("not",), f"{at}.{column}")
                words = words.get("not", [])
            listed = words if isinstance(words, list) else [words]
            texts = [self._constant(one, f"{at}.{column}") for one in listed]
            found.append(Where(column, tuple(one or "" for one in texts), negated))
        return tuple(found)

    def _column(self, table: str, name: str, given: Any, at: str, grouped: bool) -> ColumnMap | None:
        if isinstance(given, str):
            return ColumnMap((Part(column=given),))
        if not isinstance(given, dict):
            self.refuse("is the name of a column, or { value = … } for a constant", at)
            return None
        self._only(given, _COLUMN_KEYS, at)
        origins = [key for key in _ORIGINS if key in given]
        if len(origins) != 1:
            self.refuse("says exactly one of {keys}", at, keys=Listed(_ORIGINS))
            return None
        parts = self._parts(given, origins[0], at)
        take = given.get("take", "first")
        if take not in TAKES or (take != "first" and not grouped):
            self.refuse("is one of {words}, where the table has by = […]", f"{at}.take", words=Listed(TAKES))
            take = "first"
        default = self._constant(given["default"], f"{at}.default") if "default" in given else None
        how: Literal["one", "join", "add"] = {"join": "join", "add": "add"}.get(origins[0], "one")  # type: ignore[assignment]
        return ColumnMap(
            parts,
            how,
            self._text(given, "with", at) or "",
            self._unit(table, name, given, at),
            self._zone(given, "zone", at),
            self._format(given, at),
            self._words(table, name, given, at),
            self._times(given, at),
            self._plus(given, at),
            self._text(given, "since", at),
            self._next(given, at),
            self._least(given, at),
            given.get("closes", False) is True,
            self._floor(given, at),
            default,
            take,
        )

    def _parts(self, given: Mapping[str, Any], origin: str, at: str) -> tuple[Part, ...]:
        if origin in ("join", "add"):
            listed = given[origin]
            if not isinstance(listed, list) or not listed:
                self.refuse("is a list of columns", f"{at}.{origin}")
                return ()
            return tuple(self._part(one, f"{at}.{origin}") for one in listed)
        key = "from" if origin == "next" else origin
        return (self._part({key: given[origin]}, at),)

    def _part(self, given: Any, at: str) -> Part:
        if isinstance(given, str):
            return Part(column=given)
        if isinstance(given, dict) and len(given) == 1:
            ((key, value),) = given.items()
            if key == "from" and isinstance(value, str):
                return Part(column=value)
            if key == "value":
                return Part(value=self._constant(value, f"{at}.value"))
            if key == "row" and value is True:
                return Part(row=True)
        self.refuse("is the name of a column, { value = … } or { row = true }", at)
        return Part(value="")

    def _constant(self, given: Any, at: str) -> str:
        if isinstance(given, bool):
            return "true" if given else "false"
        if isinstance(given, str | int | float):
            return str(given)
        if isinstance(given, datetime):
            return given.isoformat(sep=" ")
        if isinstance(given, date):
            return given.isoformat()
        self.refuse("is a text, a number, true, false or a date", at)
        return ""

    def _text(self, given: Mapping[str, Any], key: str, at: str) -> str | None:
        value = given.get(key)
        if value is None or isinstance(value, str):
            return value
        self.refuse("is a text", f"{at}.{key}")
        return None

    def _texts(self, given: Mapping[str, Any], key: str, at: str) -> tuple[str, ...]:
        value = given.get(key, [])
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        self.refuse("is a list of texts", f"{at}.{key}")
        return ()

    def _zone(self, given: Mapping[str, Any], key: str, at: str) -> str | None:
        name = self._text(given, key, at)
        if name is not None:
            try:
                ZoneInfo(name)
            except (KeyError, ValueError, OSError):
                self.refuse("“{name}” is not a time zone such as Asia/Shanghai", f"{at}.{key}", name=name)
                return None
        return name

    def _unit(self, table: str, name: str, given: Mapping[str, Any], at: str) -> str | None:
        written = self._text(given, "unit", at)
        if written is None:
            return None
        try:
            return check_unit(TABLES[table].columns[name], written)
        except BadInput as refusal:
            self.problems.append(refusal.at(Place(self.path, key=f"{at}.unit")))
            return None

    def _format(self, given: Mapping[str, Any], at: str) -> str | None:
        form = self._text(given, "format", at)
        if form is not None:
            try:
                format_pattern(form)
            except BadInput as refusal:
                self.problems.append(refusal.at(Place(self.path, key=f"{at}.format")))
                return None
        return form

    def _words(self, table: str, name: str, given: Mapping[str, Any], at: str) -> Mapping[str, str]:
        words = given.get("words", {})
        if not isinstance(words, dict) or not all(isinstance(one, str) for one in words.values()):
            self.refuse("maps words of the source to words of the column", f"{at}.words")
            return {}
        column = TABLES[table].columns[name]
        if column.info["choices"] is not None:
            known = spellings(column)
            for one in words.values():
                if folded(one) not in known:
                    near = nearest(one, tuple(column.info["choices"]))
                    title = column.info["title"]
                    self.refuse(
                        "{title} does not know the word {value}; {near}",
                        f"{at}.words",
                        title=title,
                        value=one,
                        near=near,
                    )
        return words

    def _times(self, given: Mapping[str, Any], at: str) -> Fraction | None:
        if "times" not in given:
            return None
        text = str(given["times"])
        if not re.fullmatch(r"-?\d+(\.\d+)?(/\d+)?", text) or text.endswith("/0"):
            self.refuse('is a number, or a fraction such as "1/12"', f"{at}.times")
            return None
        over, _, under = text.partition("/")
        return Fraction(over) / Fraction(under or 1)

    def _plus(self, given: Mapping[str, Any], at: str) -> Plus | None:
        plus = given.get("plus")
        if plus is None:
            return None
        if not isinstance(plus, dict) or "unit" not in plus or len(plus) != 2:
            self.refuse('is written as { value = -15, unit = "min" } or { from = "…", unit = "s" }', f"{at}.plus")
            return None
        try:
            if unit(str(plus["unit"])).dimension != "time":
                raise BadInput("{unit} is no unit of time", unit=plus["unit"])
        except BadInput as refusal:
            self.problems.append(refusal.at(Place(self.path, key=f"{at}.plus.unit")))
            return None
        rest = {key: value for key, value in plus.items() if key != "unit"}
        return Plus(self._part(rest, f"{at}.plus"), unit(str(plus["unit"])).name)

    def _length(self, given: Any, at: str, known: Sequence[str]) -> tuple[float, str] | None:
        """Read { value = 5, unit = "min" }, a length of time."""
        if not isinstance(given, dict) or not {"value", "unit"} <= set(given):
            self.refuse('is written as { value = 5, unit = "min" }', at)
            return None
        self._only(given, known, at)
        value = given["value"]
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse("is a number", f"{at}.value")
            return None
        try:
            found = unit(str(given["unit"]))
            if found.dimension != "time":
                raise BadInput("{unit} is no unit of time", unit=given["unit"])
        except BadInput as refusal:
            self.problems.append(refusal.at(Place(self.path, key=f"{at}.unit")))
            return None
        return float(value), found.name

    def _next(self, given: Mapping[str, Any], at: str) -> Next | None:
        if "next" not in given:
            for key in ("per", "limit"):
                if key in given:
                    self.refuse("stands only beside next", f"{at}.{key}")
            return None
        limit = self._length(given["limit"], f"{at}.limit", ("value", "unit")) if "limit" in given else None
        value, named = limit or (None, "s")
        return Next(self._texts(given, "per", at), value, named)

    def _least(self, given: Mapping[str, Any], at: str) -> Least | None:
        least = given.get("at_least_after")
        if least is None:
            return None
        at = f"{at}.at_least_after"
        found = self._length(least, at, ("from", "value", "unit"))
        column = self._text(least, "from", at) if isinstance(least, dict) else None
        if column is None:
            self.refuse('is written as { from = "column", value = 1, unit = "min" }', at)
        return None if found is None or column is None else Least(column, *found)

    def _floor(self, given: Mapping[str, Any], at: str) -> str | None:
        floor = self._text(given, "floor", at)
        if floor not in (None, "day", "month"):
            self.refuse("is day or month", f"{at}.floor")
            return None
        return floor
