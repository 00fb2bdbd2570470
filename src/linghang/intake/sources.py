"""Sources told apart: every file or database becomes drafts of records."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from linghang.errors import BadInput, ManyProblems, nearest
from linghang.intake.databases import is_url, named, read_sql, sql_tables
from linghang.intake.delimited import read_delimited
from linghang.intake.draft import Draft, mapped_draft, plain_draft
from linghang.intake.headers import Matched, each_named, guess_table, match, second_line, table_named
from linghang.intake.mapping import MappingFile, SourceMap
from linghang.intake.parquet import read_parquet
from linghang.intake.sheet import ImportProblem, Problems, Sheet, of_sheet
from linghang.intake.template import OTHER_SHEETS, is_example
from linghang.intake.workbook import read_workbook
from linghang.plant.tables import TABLES
from linghang.words import later

WORKBOOKS = (".xlsx", ".xlsm", ".xls")
PARQUETS = (".parquet", ".pq")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person says about the sources.

    Attributes
    ----------
    zone
        The plant's time zone.
    mapping
        For foreign layouts.
    table
        The table that files without a telling name hold.
    """

    zone: str
    mapping: MappingFile | None = None
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: the sheets as they are, and the drafts that they became."""

    sheets: list[Sheet] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)


Told = Callable[[str], None]


def read_sources(sources: Sequence[str], asked: Asked, problems: Problems, told: Told) -> Read:
    """Read files and databases into drafts; what is wrong with any of them is collected."""
    reader = _Reader(asked, problems)
    for source in sources:
        told(named(source))
        try:
            if is_url(source):
                reader.database(source)
            else:
                reader.file(Path(source))
        except ManyProblems as many:
            problems.extend(_refused(source, one) for one in many.problems)
        except BadInput as refusal:
            problems.add(_refused(source, refusal))
    return reader.read


def _refused(source: str, refusal: BadInput) -> ImportProblem:
    place = refusal.place
    file, row, column = (place.file, place.line, place.column) if place else (named(source), None, None)
    return ImportProblem(file, refusal.message, refusal.values, None, row, column)


def sheets_of(
    path: Path, problems: Problems, source: SourceMap | None, skipped: Collection[str] = OTHER_SHEETS
) -> list[Sheet]:
    """Read the sheets of a file; `skipped` names sheets of a workbook that are left out."""
    suffix = path.suffix.lower()
    header = source.header if source else None
    if suffix in WORKBOOKS:
        return read_workbook(path, problems, source.sheet if source else None, header, skipped)
    if suffix in PARQUETS:
        return [read_parquet(path)]
    encoding, delimiter = (source.encoding, source.delimiter) if source else (None, None)
    return [read_delimited(path, problems, encoding, delimiter, header or 1)]


class _Reader:
    """Reads one source after the other."""

    def __init__(self, asked: Asked, problems: Problems) -> None:
        self.asked = asked
        self.problems = problems
        self.read = Read()

    def file(self, path: Path) -> None:
        """Read a file."""
        if not path.exists():
            raise BadInput("there is no file {file}", file=str(path))
        mapped = self.asked.mapping.of_file(path.name) if self.asked.mapping else ()
        for source in mapped:
            for sheet in sheets_of(path, self.problems, source):
                self._mapped(sheet, source)
        if not mapped:
            sheets = sheets_of(path, self.problems, None)
            for sheet in sheets:
                self._plain(sheet, path, alone=len(sheets) == 1)

    def database(self, source: str) -> None:
        """Read tables or queries of a database."""
        if self.asked.mapping is not None and (mapped := self.asked.mapping.of_databases()):
            for one in mapped:
                self._mapped(read_sql(source, one.sql_table or "query", one.query), one)
            return
        names = [name for name in sql_tables(source) if table_named(name) is not None]
        if self.asked.table is not None:
            names = [name for name in names if table_named(name) is table_named(self.asked.table)]
        if not names:
            raise BadInput("the database has no table named as one of ours; name tables or queries with --map")
        for name in names:
            self._plain(read_sql(source, name), Path(name), alone=False)

    def _mapped(self, sheet: Sheet, source: SourceMap) -> None:
        add_mapped(self.read, sheet, source, self.asked.zone, self.problems)

    def _plain(self, sheet: Sheet, path: Path, *, alone: bool) -> None:
        add_plain(self.read, sheet, path, self.asked, self.problems, alone=alone)


def add_mapped(read: Read, sheet: Sheet, source: SourceMap, zone: str, problems: Problems) -> None:
    """Read a sheet as a mapping says."""
    sheet = each_named(sheet)
    read.sheets.append(sheet)
    for one in source.tables:
        draft = mapped_draft(sheet, source, one, zone, problems)
        if draft is not None:
            read.drafts.append(draft)


def add_plain(read: Read, sheet: Sheet, path: Path, asked: Asked, problems: Problems, *, alone: bool) -> None:
    """Read a sheet whose header names columns of one of our tables; `alone`: its file has no other."""
    read.sheets.append(sheet)
    table = _table_of(sheet, path, asked, alone)
    if table is None:
        if len(sheet) or any(sheet.header):
            _no_table(sheet, path, problems)
        return
    rows, matched = filled(sheet, table, problems)
    if len(rows) and matched:
        read.drafts.append(plain_draft(rows, table, matched, asked.zone))


def filled(sheet: Sheet, table: "sa.Table", problems: Problems) -> tuple[Sheet, dict[str, Matched]]:
    """Match the header of a sheet, and leave away what only the template wrote: its second line and its example."""
    rows, marked = second_line(sheet, table, problems)
    matched = match(rows, table, problems)
    if marked and len(rows) and is_example(rows, table, {name: one.place for name, one in matched.items()}):
        rows = rows.without_first(1)
    return rows, matched


def _table_of(sheet: Sheet, path: Path, asked: Asked, alone: bool) -> "sa.Table | None":
    if asked.table is not None and (alone or sheet.name is None):
        found = table_named(asked.table)
        if found is None:
            raise BadInput("no table {name}; {near}", name=asked.table, near=nearest(asked.table, tuple(TABLES)))
        return found
    stem = path.name.partition(".")[0]
    named = table_named(sheet.name) if sheet.name is not None else table_named(stem)
    return named if named is not None else guess_table(sheet)


def _no_table(sheet: Sheet, path: Path, problems: Problems) -> None:
    name = sheet.name or path.name.partition(".")[0]
    titles = [title for one in TABLES.values() for title in (one.name, str(one.info["title"]))]
    message = later("{name} is no table, and its header fits none ({near}); rename it, or use --table or --map")
    problems.add(of_sheet(sheet, message, {"name": name, "near": nearest(name, titles)}))
