"""Hand a pack, an overlay or a judgement to other programs: OSCAL and CISO Assistant."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from linghang.conditions.model import Pack
from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, Place, nearest, reason_of
from linghang.judge.findings import FLOORS, Floor
from linghang.judge.program import Program, prepare
from linghang.judge.rule_columns import proof_columns
from linghang.report import ciso_assistant, oscal
from linghang.report.oscal_catalog import catalog
from linghang.report.oscal_profile import tailoring
from linghang.report.oscal_results import Assessed, assessment_results
from linghang.report.oscal_table import Columns, TableResults
from linghang.store.whole_file import whole_file, write_whole
from linghang.usecases.assessing import assess
from linghang.usecases.judging import Chosen, judge_case
from linghang.usecases.parquet_files import (
    ahead,
    batches_of,
    check_ranges,
    needed_columns,
    opened,
    same_file,
)

__all__ = [
    "Columns",
    "TableReport",
    "export_catalog",
    "export_library",
    "export_profile",
    "export_results",
    "export_table",
]

DEFAULT_PACK = "national-2024"
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
"""Last suffix of the file -> codec of Arrow."""

BATCH_ROWS = 1 << 13
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class TableReport:
    """What an export of a table wrote.

    Attributes
    ----------
    floors
        The floors that every document has a result of.
    missing
        Columns that the pack reads and the table does not have: unknown for everybody.
    """

    rows: int
    floors: tuple[Floor, ...]
    missing: tuple[str, ...]


def export_catalog(pack: str, target: Path) -> Pack:
    """Write a pack as an OSCAL catalog; the file appears when it is whole."""
    found = load_pack(pack)
    write_whole(target, oscal.written(catalog(found)))
    return found


def export_profile(pack: str, folder: Path) -> tuple[Path, ...]:
    """Write an overlay as an OSCAL profile beside the catalogs that it imports; see `oscal_profile`.

    Returns
    -------
    The files, the profile last: whoever finds it finds what it imports.

    Raises
    ------
    BadInput
        The pack has no base, or the folder cannot be written.
    """
    found = load_pack(pack)
    if len(found.lineage) == 1:
        raise BadInput("pack {pack} has no base, so it is no overlay; export it as a catalog", pack=found.id)
    base = load_pack(_base(pack, found))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput("cannot be written: {reason}", Place(str(folder)), reason=reason_of(error)) from None
    files = tailoring(base, found).files
    for name, document in files.items():
        write_whole(folder / name, oscal.written(document))
    return tuple(folder / name for name in files)


def export_results(
    path: Path,
    target: Path,
    *,
    now: datetime,
    pack: str | None = None,
    as_of: date | None = None,
    interpretation: Chosen | None = None,
) -> Assessed:
    """Assess a workspace, or judge a case file, and write it as OSCAL assessment results.

    Parameters
    ----------
    path
        A workspace's folder, or a case file.
    now
        The caller's clock (with a zone): the day of judgement if nothing else names one.
    pack
        Id or file of the pack (else the case's, of a workspace the national one).

    Raises
    ------
    BadInput, ManyProblems
        Everything that `assess` and `judge_case` refuse, or the file cannot be written.
    """
    if path.is_dir():
        found = assess(
            path, pack=pack or DEFAULT_PACK, now=now, as_of=as_of, interpretation=interpretation, record=False
        )
        workspace, judged = found.workspace, found.judged
        named = path.resolve().name
        assessed = Assessed(
            judged.verdict,
            judged.case,
            named,
            workspace.name or named,
            workspace.time_zone,
            found.settled,
            found.needs,
        )
    else:
        judged = judge_case(path, today=now.date(), pack=pack, as_of=as_of, interpretation=interpretation)
        assessed = Assessed(judged.verdict, judged.case, path.stem, path.stem)
    write_whole(target, oscal.written(assessment_results(assessed)))
    return assessed


def export_table(
    source: Path,
    target: Path,
    *,
    pack: str,
    as_of: date,
    columns: Columns,
    floors: Sequence[Floor] = (),
    interpretation: Chosen | None = None,
    progress: Progress | None = None,
) -> TableReport:
    """Judge a table of enterprises and write one OSCAL document a line, in constant memory.

    Parameters
    ----------
    source
        One row an enterprise, as `linghang batch` reads it.
    target
        JSON lines; compressed where the name ends in .gz or .zst. It appears when it is whole.
    columns
        Columns that name an enterprise.
    floors
        Floors of proof, each a result of every document (else declared, and all where the table has proofs).
    progress
        Told after every batch.

    Raises
    ------
    BadInput
        The input cannot be read, has no such columns, holds what cannot be, or the output cannot be written.
    """
    program = prepare(load_pack(pack), as_of, interpretation)
    with opened(source) as file:
        if same_file(source, target):
            raise BadInput("is the table that is judged; write to another file", Place(str(target)))
        _check_columns(columns, file, source)
        chosen = _floors(program, file, floors)
        results = TableResults(program, chosen, columns)
        missing = tuple(one for one in needed_columns(program) if one not in file.schema_arrow.names)
        done = 0
        with _lines_file(target) as write:
            for batch in ahead(batches_of(file, source, BATCH_ROWS)):
                check_ranges(program, batch, str(source), done + 1)
                write(results.lines(batch, str(source), done + 1))
                done += batch.num_rows
                if progress is not None:
                    progress(done, file.metadata.num_rows)
    return TableReport(done, results.floors, missing)


def export_library(pack: str, target: Path, version: int = 1) -> Pack:
    """Write a pack as a library of CISO Assistant; see `ciso_assistant`."""
    found = load_pack(pack)
    write_whole(target, ciso_assistant.written(ciso_assistant.library(found, version)))
    return found


def _base(name: str, pack: Pack) -> str:
    """Return how the base of a pack is loaded: by id, or as the file beside a pack of one's own."""
    base = pack.lineage[-2]
    beside = Path(name).parent / f"{base}.yaml"
    return str(beside) if name.endswith((".yaml", ".yml")) and beside.is_file() else base


def _check_columns(columns: Columns, file: pq.ParquetFile, source: Path) -> None:
    names = file.schema_arrow.names
    for column in (columns.id, columns.name):
        if column is not None and column not in names:
            raise BadInput("has no column {name}; {near}", Place(str(source)), name=column, near=nearest(column, names))


def _floors(program: Program, file: pq.ParquetFile, chosen: Sequence[Floor]) -> tuple[Floor, ...]:
    if chosen:
        return tuple(chosen)
    read = [*program.claimable, *program.fields]
    known = {name for column in read for name in proof_columns(column)}
    return FLOORS if known & set(file.schema_arrow.names) else ("declared",)


@contextmanager
def _lines_file(target: Path) -> Iterator[Callable[[Iterable[bytes]], None]]:
    """Give what writes lines into a file, compressed where its name says so."""
    codec = COMPRESSIONS.get(target.suffix)
    with whole_file(target) as unfinished, pa.output_stream(str(unfinished), codec) as sink:

        def write(lines: Iterable[bytes]) -> None:
            for line in lines:
                sink.write(line)

        yield write
