"""Import records from spreadsheets, CSV, Parquet and databases; write the workbook that a factory fills."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from linghang.errors import BadInput, Place, nearest, reason_of
from linghang.intake.checking import check_drafts
from linghang.intake.databases import named
from linghang.intake.headers import table_named
from linghang.intake.mapping_file import read_mapping
from linghang.intake.marked import write_marked
from linghang.intake.sheet import ImportProblem, Problems
from linghang.intake.sources import Asked, Read, read_sources
from linghang.intake.template import write_workbook
from linghang.intake.undoing import Noting
from linghang.intake.writing import TableCount, write_drafts
from linghang.plant.tables import TABLES
from linghang.plant.titles import titled
from linghang.store.whole_file import whole_file
from linghang.store.workspace import Workspace, open_workspace
from linghang.words import Language, later

__all__ = ["ImportProblem", "ImportReport", "TableCount", "import_files", "titled", "write_template"]

Progress = Callable[[str, int, int | None], None]
"""Called with what is done now, how much of it is done, and how much there is (None where that is not known)."""

READING = later("reading")
CHECKING = later("checking")
WRITING = later("writing")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Attributes
    ----------
    tables
        Rows added, changed and left alone, table by table.
    problems
        The first of what is wrong; where there is anything, nothing was kept.
    problem_count
        How many problems there are in all.
    dry_run
        Whether it was only a trial.
    """

    tables: tuple[TableCount, ...] = ()
    problems: tuple[ImportProblem, ...] = ()
    problem_count: int = 0
    dry_run: bool = False

    @property
    def refused(self) -> bool:
        """Whether anything was wrong."""
        return self.problem_count > 0


def write_template(target: Path, *, lang: Language, tables: Sequence[str] = ()) -> tuple[str, ...]:
    """Write the workbook that a factory fills, a sheet a table.

    Parameters
    ----------
    target
        Where it goes; it appears only when it is whole.
    lang
        Language of titles, notes and words.
    tables
        Names or titles of tables; all of them where none is named.

    Returns
    -------
    Names of the tables.

    Raises
    ------
    BadInput
        A table is not known, or the file cannot be written.
    """
    chosen = {found.name for found in map(_table, tables)}
    listed = [table for table in TABLES.values() if not chosen or table.name in chosen]
    if target.suffix.lower() != ".xlsx":
        raise BadInput("is the name of a workbook, which ends in .xlsx", Place(str(target)))
    with whole_file(target) as unfinished:
        write_workbook(unfinished, lang, listed)
    return tuple(table.name for table in listed)


def import_files(
    folder: Path,
    sources: Sequence[str],
    *,
    now: datetime | None,
    mapping: Path | None = None,
    table: str | None = None,
    dry_run: bool = False,
    problems_file: Path | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import files and databases as one set: all of it is kept, or nothing.

    Parameters
    ----------
    folder
        The workspace.
    sources
        Paths of files, and URLs of databases.
    now
        What may not lie in the future is compared to it; not checked where it is None.
    mapping
        For foreign layouts (mapping.toml).
    table
        The table that files without a telling name hold.
    dry_run
        Do everything but keep the records.
    problems_file
        Workbook that gets the sources back with their faults marked, where there are any.
    progress
        Told what is going on.

    Raises
    ------
    BadInput, ManyProblems
        The workspace, the mapping or the table is not usable; what is wrong with the sources stands in the report.
    """
    workspace = open_workspace(folder)
    if not sources:
        raise BadInput("no file is named")
    asked = Asked(
        workspace.time_zone,
        read_mapping(mapping) if mapping is not None else None,
        None if table is None else _table(table).name,
    )
    told = progress or _silent
    return import_read(
        workspace,
        lambda problems: read_sources(sources, asked, problems, lambda _: told(READING, 0, None)),
        Place(", ".join(map(named, sources))),
        now=now,
        dry_run=dry_run,
        problems_file=problems_file,
        progress=progress,
    )


def import_read(
    workspace: Workspace,
    reading: Callable[[Problems], Read],
    place: Place,
    *,
    now: datetime | None,
    dry_run: bool = False,
    problems_file: Path | None = None,
    progress: Progress | None = None,
    noting: Noting | None = None,
) -> ImportReport:
    """Import what a function reads, as one set: all of it is kept, or nothing.

    Parameters
    ----------
    reading
        Reads the sources, and collects what is wrong with them.
    place
        What the sources are called.
    now, dry_run, problems_file, progress
        See `import_files`.
    noting
        Notes what is changed, so that it can be taken back.

    Raises
    ------
    BadInput
        There is nothing in the sources, or the records cannot be kept.
    """
    told = progress or _silent
    problems = Problems()
    with workspace.writing():
        read = reading(problems)
        counts = _kept(workspace, read, problems, now, dry_run, told, noting)
    if problems.count and problems_file is not None:
        with whole_file(problems_file) as unfinished:
            write_marked(unfinished, problems.kept, problems.count, read.sheets)
    if not problems.count and not counts:
        raise BadInput("there is nothing to import: no sheet has a row", place)
    return ImportReport(counts, tuple(problems.kept), problems.count, dry_run)


def _kept(
    workspace: Workspace,
    read: Read,
    problems: Problems,
    now: datetime | None,
    dry_run: bool,
    told: Progress,
    noting: Noting | None,
) -> tuple[TableCount, ...]:
    """Check and write in one transaction; where anything is wrong, or for a trial, nothing of it is kept."""
    rows = sum(len(draft) for draft in read.drafts)
    written = 0

    def count(more: int) -> None:
        nonlocal written
        written += more
        told(WRITING, written, rows)

    try:
        with workspace.engine().connect() as connection:
            if noting is not None:
                noting.begin(connection)
            told(CHECKING, 0, None)
            check_drafts(read.drafts, connection, now, workspace.time_zone, problems)
            if problems.count:
                return ()
            counts = write_drafts(read.drafts, connection, count, noting)
            if dry_run:
                connection.rollback()
            elif noting is None:
                connection.commit()
            else:
                noting.keep(connection.commit)
            return counts
    except (DBAPIError, OSError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error.orig).strip()
        raise BadInput("the records cannot be kept: {reason}", Place(str(workspace.folder)), reason=reason) from None
    finally:
        if noting is not None:
            noting.forget()


def _silent(_what: str, _done: int, _total: int | None) -> None:
    """Tell nobody."""


def _table(name: str) -> sa.Table:
    found = table_named(name)
    if found is None:
        raise BadInput("no table {name}; {near}", name=name, near=nearest(name, tuple(TABLES)))
    return found
